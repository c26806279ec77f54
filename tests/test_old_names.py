"""Old names work for one version more, say what they are called now, and give the same."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.exchange import ForeignModel
from kneebayes.network import Network, root_node
from kneebayes.teaching import Practice, ask_at_random, ask_the_best, neglect_base_rates

FEVER = {"fever": True}
TWO = ["gout", "DVT"]
ANSWERS = pd.DataFrame({"fever": [True, False]})
SQUEAKS = pd.DataFrame({"squeak": [True, False], "rusty bolt": [True, False]})
TINY = DATA / "tiny"  # where the folder does not matter and the large one takes long
FLU = Network((root_node("flu", [0.9, 0.1]),))

Call = Callable[[Any, Path, str], Any]

# the old name, the new one, and a call by either of them
ARGUMENTS: list[tuple[str, str, Call]] = [
    ("given", "answers", lambda knee, _, by: knee.probability(FEVER, **{by: {"gout": True}})),
    ("given", "answers", lambda knee, _, by: knee.distinguish(**{by: FEVER}, causes=TWO)),
    (
        *("given", "answers"),
        lambda knee, _, by: knee.natural_frequencies("gout", "stiffness", **{by: FEVER}),
    ),
    ("given", "answers", lambda knee, _, by: knee.simulate(5, **{by: FEVER}).answers),
    (
        *("answers", "patients"),
        lambda knee, path, by: knee.simulate_to_file(
            3, truth=path / "b.csv", **{by: path / "a.csv"}
        ),
    ),
    ("frame", "patients", lambda knee, _, by: knee.diagnose_cohort(**{by: ANSWERS}).table),
    ("frame", "patients", lambda _, __, by: kb.cohort.diagnose_partition(**{by: ANSWERS})),
    ("cases", "patients", lambda _, __, by: kb.load(TINY).update(**{by: SQUEAKS}).learnt),
    (
        *("cohort", "patients"),
        lambda knee, _, by: knee.evaluate(**{by: knee.simulate(30)}, baselines=()),
    ),
    ("cases", "n", lambda knee, _, by: knee.practice(ask_at_random, **{by: 1})),
    ("questions", "n", lambda knee, _, by: ask_the_best(knee.practice_case(seed=1), **{by: 1})),
    (
        *("questions", "n"),
        lambda knee, _, by: neglect_base_rates(knee.practice_case(seed=1), **{by: 1}),
    ),
    ("said", "answers", lambda knee, _, by: knee.diagnose().given(**{by: FEVER})),
    ("k", "n", lambda knee, _, by: knee.diagnose().sets(**{by: 2})),
    ("top", "n", lambda knee, _, by: knee.diagnose().report(**{by: 2})),
    ("evidence", "answers", lambda _, __, by: ForeignModel(FLU, ["flu"]).given(**{by: {}})),
    ("count", "n", lambda _, __, by: ForeignModel(FLU, ["flu"]).given().sets(**{by: 1})),
]
FUNCTIONS: list[tuple[str, str, Call]] = [
    (
        *("lexicons", "compare_lexicons"),
        lambda _, __, by: getattr(kb.load(TINY).diagnose(), by)(),
    ),
    ("groups", "group_ranking", lambda knee, _, by: getattr(knee.diagnose(), by)),
    ("case", "practice_case", lambda knee, _, by: getattr(knee, by)(seed=1)),
    (
        *("open_case", "load_practice_case"),
        lambda knee, path, by: getattr(knee, by)(saved_practice(knee, path)),
    ),
    (
        *("read_case", "load_case"),
        lambda knee, path, by: getattr(knee, by)(
            knee.save_case(knee.diagnose(FEVER), path / "case.json")
        ),
    ),
    (
        *("to_phenopacket", "phenopacket"),
        lambda knee, _, by: getattr(knee, by)(knee.diagnose(FEVER))["phenotypicFeatures"],
    ),
    (
        *("read_phenopacket", "load_phenopacket"),
        lambda knee, _, by: getattr(knee, by)(knee.phenopacket(knee.diagnose(FEVER))),
    ),
    (
        *("to_risk_assessment", "risk_assessment"),
        lambda knee, _, by: getattr(knee, by)(knee.diagnose(FEVER))["status"],
    ),
    (
        *("read_network", "load_network"),
        lambda _, path, by: getattr(kb.exchange, by)(saved_network(path)),
    ),
    (
        *("write_network", "save_network"),
        lambda _, path, by: getattr(kb.exchange, by)(FLU, path / "flu.json"),
    ),
    (
        *("read", "load"),
        lambda knee, path, by: getattr(Practice, by)(knee, closed_practice(knee, path)),
    ),
]


def saved_network(path: Path) -> Path:
    return Path(kb.exchange.save_network(FLU, path / "flu.json"))


def saved_practice(knee: kb.Model, path: Path) -> Path:
    knee.practice_case(seed=1).ask("fever").save(path / "case.json")
    return path / "case.json"


def closed_practice(knee: kb.Model, path: Path) -> Path:
    knee.practice_case(seed=1).close({"gout": 0.1}).case.save(path / "anna.json")
    return path


@pytest.mark.parametrize(("old", "new", "call"), [*ARGUMENTS, *FUNCTIONS])
def test_an_old_name_says_the_new_one_and_gives_the_same(
    knee: kb.Model, tmp_path: Path, old: str, new: str, call: Call
) -> None:
    with pytest.warns(DeprecationWarning, match=re.escape(new)) as caught:
        was = call(knee, tmp_path, old)
    assert len(caught) == 1
    assert old in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        now = call(knee, tmp_path, new)
    assert str(was) == str(now)


def test_old_names_are_not_listed(knee: kb.Model) -> None:
    old = {"case", "open_case", "read_case", "read_phenopacket", "to_phenopacket"}
    assert not old & set(dir(knee))
    assert not {"lexicons", "groups"} & set(dir(knee.diagnose()))
    assert {"load_case", "practice_case", "groups"} <= set(dir(knee))
    assert {"compare_lexicons", "group_ranking"} <= set(dir(knee.diagnose()))


@pytest.mark.parametrize("name", ["to_json", "to_csv"])
def test_what_is_turned_to_text_is_text_or_a_path(
    knee: kb.Model, tmp_path: Path, name: str
) -> None:
    write = getattr(knee.diagnose(FEVER), name)
    assert write(tmp_path / "out") == tmp_path / "out"
    assert (tmp_path / "out").read_bytes() == write().encode()


def test_so_are_results_and_the_page(knee: kb.Model, tmp_path: Path) -> None:
    result = knee.diagnose(FEVER).sets(2)
    assert result.to_json(tmp_path / "sets.json").read_bytes() == result.to_json().encode()
    tiny = kb.load(TINY)
    assert tiny.to_html(tmp_path / "tiny.html").read_bytes() == tiny.to_html().encode()
