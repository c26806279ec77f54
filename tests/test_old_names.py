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
ANSWERS = pd.DataFrame({"fever": [True, False]})
SQUEAKS = pd.DataFrame({"squeak": [True, False], "rusty bolt": [True, False]})
TINY = DATA / "tiny"  # where the folder does not matter and the large one takes long
FLU = Network((root_node("flu", [0.9, 0.1]),))

Call = Callable[[kb.Model, Path], Any]

# old name, its new name, a call by the old one, the same call by the new one
RENAMED: dict[str, tuple[str, str, Call, Call]] = {
    "probability": (
        "given",
        "answers",
        lambda knee, _: knee.probability(FEVER, given={"gout": True}),
        lambda knee, _: knee.probability(FEVER, answers={"gout": True}),
    ),
    "distinguish": (
        "given",
        "answers",
        lambda knee, _: knee.distinguish(given=FEVER, causes=["gout", "DVT"]),
        lambda knee, _: knee.distinguish(answers=FEVER, causes=["gout", "DVT"]),
    ),
    "frequencies": (
        "given",
        "answers",
        lambda knee, _: knee.natural_frequencies("gout", "stiffness", given=FEVER),
        lambda knee, _: knee.natural_frequencies("gout", "stiffness", answers=FEVER),
    ),
    "simulate": (
        "given",
        "answers",
        lambda knee, _: knee.simulate(5, given=FEVER).answers,
        lambda knee, _: knee.simulate(5, answers=FEVER).answers,
    ),
    "files of the simulated": (
        "answers",
        "patients",
        lambda knee, path: knee.simulate_to_file(3, answers=path / "a.csv", truth=path / "b.csv"),
        lambda knee, path: knee.simulate_to_file(3, patients=path / "a.csv", truth=path / "b.csv"),
    ),
    "cohort": (
        "frame",
        "patients",
        lambda knee, _: knee.diagnose_cohort(frame=ANSWERS).table,
        lambda knee, _: knee.diagnose_cohort(patients=ANSWERS).table,
    ),
    "partition": (
        "frame",
        "patients",
        lambda *_: kb.cohort.diagnose_partition(frame=ANSWERS),
        lambda *_: kb.cohort.diagnose_partition(patients=ANSWERS),
    ),
    "update": (
        "cases",
        "patients",
        lambda *_: kb.load(TINY).update(cases=SQUEAKS).learnt,
        lambda *_: kb.load(TINY).update(patients=SQUEAKS).learnt,
    ),
    "evaluate": (
        "cohort",
        "patients",
        lambda knee, _: knee.evaluate(cohort=knee.simulate(30), baselines=()),
        lambda knee, _: knee.evaluate(patients=knee.simulate(30), baselines=()),
    ),
    "practice": (
        "cases",
        "n",
        lambda knee, _: knee.practice(ask_at_random, cases=1),
        lambda knee, _: knee.practice(ask_at_random, n=1),
    ),
    "best": (
        "questions",
        "n",
        lambda knee, _: ask_the_best(knee.practice_case(seed=1), questions=1),
        lambda knee, _: ask_the_best(knee.practice_case(seed=1), n=1),
    ),
    "neglect": (
        "questions",
        "n",
        lambda knee, _: neglect_base_rates(knee.practice_case(seed=1), questions=1),
        lambda knee, _: neglect_base_rates(knee.practice_case(seed=1), n=1),
    ),
    "given": (
        "said",
        "answers",
        lambda knee, _: knee.diagnose().given(said=FEVER),
        lambda knee, _: knee.diagnose().given(answers=FEVER),
    ),
    "sets": (
        "k",
        "n",
        lambda knee, _: knee.diagnose().sets(k=2),
        lambda knee, _: knee.diagnose().sets(n=2),
    ),
    "report": (
        "top",
        "n",
        lambda knee, _: knee.diagnose().report(top=2),
        lambda knee, _: knee.diagnose().report(n=2),
    ),
    "foreign": (
        "evidence",
        "answers",
        lambda *_: ForeignModel(FLU, ["flu"]).given(evidence={}),
        lambda *_: ForeignModel(FLU, ["flu"]).given(answers={}),
    ),
    "foreign sets": (
        "count",
        "n",
        lambda *_: ForeignModel(FLU, ["flu"]).given().sets(count=1),
        lambda *_: ForeignModel(FLU, ["flu"]).given().sets(n=1),
    ),
    "lexicons": (
        "lexicons()",
        "compare_lexicons()",
        lambda *_: kb.load(TINY).diagnose().lexicons(),
        lambda *_: kb.load(TINY).diagnose().compare_lexicons(),
    ),
    "groups": (
        "dx.groups",
        "dx.group_ranking",
        lambda knee, _: knee.diagnose().groups,
        lambda knee, _: knee.diagnose().group_ranking,
    ),
    "case": (
        "case()",
        "practice_case()",
        lambda knee, _: knee.case(seed=1),
        lambda knee, _: knee.practice_case(seed=1),
    ),
    "open": (
        "open_case()",
        "load_practice_case()",
        lambda knee, path: knee.open_case(saved_practice(knee, path)),
        lambda knee, path: knee.load_practice_case(saved_practice(knee, path)),
    ),
    "read": (
        "read_case()",
        "load_case()",
        lambda knee, path: knee.read_case(knee.save_case(knee.diagnose(FEVER), path / "case.json")),
        lambda knee, path: knee.load_case(knee.save_case(knee.diagnose(FEVER), path / "case.json")),
    ),
    "phenopacket": (
        "to_phenopacket()",
        "phenopacket()",
        lambda knee, _: knee.to_phenopacket(knee.diagnose(FEVER))["phenotypicFeatures"],
        lambda knee, _: knee.phenopacket(knee.diagnose(FEVER))["phenotypicFeatures"],
    ),
    "read a phenopacket": (
        "read_phenopacket()",
        "load_phenopacket()",
        lambda knee, _: knee.read_phenopacket(knee.phenopacket(knee.diagnose(FEVER))),
        lambda knee, _: knee.load_phenopacket(knee.phenopacket(knee.diagnose(FEVER))),
    ),
    "risk": (
        "to_risk_assessment()",
        "risk_assessment()",
        lambda knee, _: knee.to_risk_assessment(knee.diagnose(FEVER))["status"],
        lambda knee, _: knee.risk_assessment(knee.diagnose(FEVER))["status"],
    ),
    "networks": (
        "exchange.read_network",
        "exchange.load_network",
        lambda _, path: kb.exchange.read_network(saved_network(path)),
        lambda _, path: kb.exchange.load_network(saved_network(path)),
    ),
    "write networks": (
        "exchange.write_network",
        "exchange.save_network",
        lambda _, path: kb.exchange.write_network(FLU, path / "flu.json"),
        lambda _, path: kb.exchange.save_network(FLU, path / "flu.json"),
    ),
    "class": (
        "read()",
        "load()",
        lambda knee, path: Practice.read(knee, closed_practice(knee, path)),
        lambda knee, path: Practice.load(knee, closed_practice(knee, path)),
    ),
}


def saved_network(path: Path) -> Path:
    return Path(kb.exchange.save_network(FLU, path / "flu.json"))


def saved_practice(knee: kb.Model, path: Path) -> Path:
    knee.practice_case(seed=1).ask("fever").save(path / "case.json")
    return path / "case.json"


def closed_practice(knee: kb.Model, path: Path) -> Path:
    knee.practice_case(seed=1).close({"gout": 0.1}).case.save(path / "anna.json")
    return path


@pytest.mark.parametrize("name", RENAMED)
def test_an_old_name_says_the_new_one_and_gives_the_same(
    knee: kb.Model, tmp_path: Path, name: str
) -> None:
    old, new, by_old, by_new = RENAMED[name]
    with pytest.warns(DeprecationWarning, match=re.escape(new)) as caught:
        was = by_old(knee, tmp_path)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert old in message
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        now = by_new(knee, tmp_path)
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
