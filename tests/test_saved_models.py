"""A whole model in a file, and back."""

import json
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.cohort import COMPLETE
from kneebayes.exchange import ExchangeError

SUFFIX = ".kneebayes.json"
PATIENTS = pd.DataFrame(
    {
        "squeak": [True, False, None, True, 0.3] * 12,
        "sparks": [False, None, True, False, False] * 12,
        "rusty bolt": [True, None, False, None, None] * 12,
        "model year": ["vintage", "current", None, "prototype", "vintage"] * 12,
    }
)
ANSWERS: dict[str, object] = {"squeak": True, "sparks": 0.2, "model year": "vintage"}


def same(one: kb.Model, other: kb.Model) -> None:
    """Both say the same of everything, to 1e-12."""
    assert one.network == other.network
    assert one.elicited == other.elicited
    assert replace(one.knowledge, folder="") == replace(other.knowledge, folder="")
    assert one.knowledge.digest == other.knowledge.digest
    assert one.reading == other.reading
    assert repr(one) == repr(other)
    here, there = one.diagnose(), other.diagnose()
    pd.testing.assert_frame_equal(here.ranking, there.ranking, rtol=0, atol=1e-12)
    assert (one.learnt is None) == (other.learnt is None)
    if one.learnt is not None and other.learnt is not None:
        pd.testing.assert_frame_equal(one.learnt.table, other.learnt.table, rtol=0, atol=1e-12)
        assert one.learnt.text == other.learnt.text


def again(model: kb.Model, folder: Path) -> kb.Model:
    """The model, written and read."""
    return kb.load(kb.save(model, folder / f"model{SUFFIX}"))


@pytest.fixture(scope="module")
def taught(robot: kb.Model) -> kb.Model:
    return robot.update(PATIENTS)


@pytest.mark.parametrize("layer", ["article", "literature", "beyond"])
def test_a_model_that_knows_the_text_alone(tmp_path: Path, layer: Any) -> None:
    model = kb.load(DATA / "tiny", layer=layer)
    same(model, again(model, tmp_path))
    assert again(model, tmp_path).knowledge.layer == layer


def test_lexicon_and_setting_go_along(tmp_path: Path) -> None:
    pump = kb.load(DATA / "pump")
    other = next(id for id in pump.lexicons if id != pump.data.lexicon)
    model = pump.with_lexicon(other).in_setting(pump.settings[0].id)
    back = again(model, tmp_path)
    same(model, back)
    assert (back.data.lexicon, back.setting) == (other, pump.settings[0].id)


def test_a_learnt_model(taught: kb.Model, tmp_path: Path) -> None:
    back = again(taught, tmp_path)
    same(taught, back)
    assert taught.learnt is not None
    assert back.learnt is not None
    same(taught.learnt.before, back.learnt.before)  # type: ignore[arg-type]
    assert isinstance(back.learnt.before, kb.Model)
    mine, its = taught.diagnose(ANSWERS), back.diagnose(ANSWERS)
    np.testing.assert_allclose(mine.ranking["posterior"], its.ranking["posterior"], atol=1e-12)
    assert mine.explain("rusty bolt").text == its.explain("rusty bolt").text
    assert taught.trace("rusty bolt").text == back.trace("rusty bolt").text
    first, second = (one.robustness(30, seed=1).table for one in (mine, its))
    pd.testing.assert_frame_equal(first, second, rtol=0, atol=1e-12)
    few = PATIENTS.head(7)
    pd.testing.assert_frame_equal(
        taught.learnt.score(few).table, back.learnt.score(few).table, rtol=0, atol=1e-12
    )


def test_learning_goes_on_where_it_stopped(taught: kb.Model, tmp_path: Path) -> None:
    more = PATIENTS.head(5)
    here, there = taught.update(more), again(taught, tmp_path).update(more)
    np.testing.assert_allclose(here.engine.numbers, there.engine.numbers, rtol=0, atol=1e-12)
    assert there.learnt is not None
    assert len(there.learnt.patients) == 65


def test_a_model_that_learnt_in_a_setting_and_went_to_another(tmp_path: Path) -> None:
    pump = kb.load(DATA / "pump")
    patients = pump.simulate(30, seed=1, recording=COMPLETE).answers
    first = pump.settings[0].id
    same(model := pump.in_setting(first).update(patients), again(model, tmp_path))
    same(model := pump.update(patients).in_setting(first), again(model, tmp_path))


def test_patients_can_be_left_out(taught: kb.Model, tmp_path: Path) -> None:
    path = kb.save(taught, tmp_path / f"taught{SUFFIX}", patients=False)
    assert '"rows": null' in path.read_text("utf-8")
    assert '"squeak": "present"' not in path.read_text("utf-8")
    back = kb.load(path)
    same(taught, back)
    with pytest.raises(kb.EvidenceError, match="who were left out of the file"):
        back.update(PATIENTS.head(3))
    same(taught, again(back, tmp_path))


@pytest.mark.parametrize("suffix", [".json", ".bif", ".xdsl"])
def test_what_drops_what_was_learnt_says_so(
    robot: kb.Model, taught: kb.Model, tmp_path: Path, suffix: str
) -> None:
    with pytest.warns(UserWarning, match=r"the network alone.*end the name in \.kneebayes\.json"):
        kb.save(taught, tmp_path / f"taught{suffix}")
    with pytest.raises(kb.KnowledgeError, match=r"a model saved whole.*\.kneebayes\.json"):
        kb.load(tmp_path / f"taught{suffix}")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        kb.save(robot, tmp_path / f"told{suffix}")
        kb.save(taught, tmp_path / f"taught{SUFFIX}")


def test_it_stands_alone(tmp_path: Path) -> None:
    """Folder and first file may be gone: the file holds the texts."""
    folder = Path(shutil.copytree(DATA / "tiny", tmp_path / "tiny"))
    model = kb.load(folder)
    back = kb.load(kb.save(model, tmp_path / f"one{SUFFIX}"))
    shutil.rmtree(folder)
    same(back, kb.load(kb.save(back, tmp_path / f"two{SUFFIX}")))
    texts = [
        json.loads((tmp_path / f"{name}{SUFFIX}").read_text("utf-8")) for name in ("one", "two")
    ]
    assert texts[0] == texts[1]


def test_a_folder_that_extends_another(tmp_path: Path) -> None:
    shutil.copytree(DATA / "tiny", tmp_path / "tiny")
    mine = tmp_path / "mine"
    mine.mkdir()
    meta = 'extends = "../tiny"\nwithout = ["groups.toml"]\ntitle = "Mine"\n'
    (mine / "knowledge.toml").write_text(meta, "utf-8")
    model = kb.load(mine)
    same(model, again(model, tmp_path))


def test_the_file_says_what_made_it(taught: kb.Model, tmp_path: Path) -> None:
    content = json.loads(kb.save(taught, tmp_path / f"a{SUFFIX}").read_text("utf-8"))
    assert content["version"] == kb.__version__
    assert content["digest"] == taught.knowledge.digest
    assert (content["layer"], content["lexicon"]) == ("literature", "plain")
    assert (content["setting"], content["learnt"]) == (None, "60 patients")


def test_the_digest_is_that_of_the_text_and_of_nothing_else(
    folder: Path, robot: kb.Model, edit: Callable[..., None]
) -> None:
    assert kb.load(folder).knowledge.digest == robot.knowledge.digest
    (folder / "notes.md").write_text("none of the folder's files", "utf-8")
    assert kb.load(folder).knowledge.digest == robot.knowledge.digest
    edit("findings.toml", "leak = 0.01", "leak = 0.011")
    assert kb.load(folder).knowledge.digest != robot.knowledge.digest


def test_a_folder_that_has_changed_is_not_saved(folder: Path, tmp_path: Path) -> None:
    model = kb.load(folder)
    with (folder / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("C07,1 Invented,aside,robot,poetry,none,More.,no use\n")
    with pytest.raises(kb.KneebayesError, match="has changed since"):
        kb.save(model, tmp_path / f"a{SUFFIX}")
    shutil.rmtree(folder)
    with pytest.raises(kb.KneebayesError, match="no longer there"):
        kb.save(model, tmp_path / f"a{SUFFIX}")


def test_what_the_file_decides_cannot_be_asked_otherwise(robot: kb.Model, tmp_path: Path) -> None:
    path = kb.save(robot, tmp_path / f"a{SUFFIX}")
    for asked in ({"lexicon": "other"}, {"layer": "article"}):
        with pytest.raises(kb.KneebayesError, match="saved with lexicon 'plain' and layer"):
            kb.load(path, **asked)  # type: ignore[arg-type]
    assert kb.load(path, lexicon="plain").data.lexicon == "plain"


Change = Callable[[dict[str, Any]], object]
BROKEN: dict[str, tuple[Change, str]] = {
    "another format": (lambda c: c.update(format="other"), "format: this is not a"),
    "a later format": (lambda c: c.update(format_version=2), "format_version: version 2"),
    "no folder": (lambda c: c.pop("folders"), "folders: it is missing"),
    "a changed text": (
        lambda c: c["folders"][""].update({"urgency.toml": ""}),
        "digest: the texts of the folder are not those that were saved",
    ),
    "a path": (
        lambda c: c["folders"][""].update({"../evil.toml": ""}),
        "'../evil.toml' is no file of a knowledge folder",
    ),
    "no such lexicon": (lambda c: c.update(lexicon="none"), "lexicon: the folder has no"),
    "a node missing": (lambda c: c["network"].pop("sparks"), "network: it has other nodes"),
    "an arrow missing": (
        lambda c: c["network"]["sparks"]["links"].popitem(),
        "network.sparks: it has other parents",
    ),
    "a number too large": (
        lambda c: c["network"]["sparks"].update(leak=1.5),
        "network.sparks: its numbers are not between 0 and 1",
    ),
    "a statement missing": (
        lambda c: c["learning"]["statements"].pop(),
        "learning.statements: its statements are not those",
    ),
    "a state that is none": (
        lambda c: c["learning"]["patients"]["rows"][0]["answers"].update(sparks="blue"),
        "learning: it is not as it was written",
    ),
    "a format that is no number": (lambda c: c.update(format_version=True), "version True of"),
    "no such layer": (lambda c: c.update(layer="none"), "layer: there is no layer 'none'"),
    "a row that does not add up": (
        lambda c: c["network"]["model_year"].update(table=[0.9, 0.9, 0.9]),
        "network.model_year: a row of its table does not add up to 1",
    ),
    "a number that is true": (
        lambda c: c["network"]["sparks"].update(leak=True),
        "network.sparks: its numbers are not between 0 and 1",
    ),
    "a number in quotes": (
        lambda c: c["network"]["sparks"].update(leak="0.1"),
        "network.sparks: its numbers are not between 0 and 1",
    ),
    "patients without end": (
        lambda c: c["learning"]["patients"].update(count=10**30),
        "learning.patients: its counts cannot be",
    ),
    "more who tell than there are": (
        lambda c: c["learning"]["patients"].update(telling=10**6),
        "learning.patients: its counts cannot be",
    ),
    "a row that is not there": (
        lambda c: c["learning"]["patients"]["which"].__setitem__(0, 99),
        "learning.patients.which: it does not name a row of each",
    ),
    "a patient too few": (
        lambda c: c["learning"]["patients"]["which"].pop(),
        "learning.patients.which: it does not name a row of each",
    ),
    "a likelihood below 0": (
        lambda c: c["learning"]["patients"]["rows"][0]["answers"].update(sparks=[-1.0, 2.0]),
        "learning.patients.rows: a number in it is below 0",
    ),
    "a patient less than none": (
        lambda c: c["learning"]["patients"]["rows"][0].update(count=-3),
        "learning.patients.rows: a number in it is below 0",
    ),
    "no text": (lambda c: c["learning"].update(trust="much"), "learning: it is not as it was"),
}


@pytest.mark.parametrize(("change", "told"), BROKEN.values(), ids=list(BROKEN))
def test_what_was_changed_is_refused(
    change: Change, told: str, taught: kb.Model, tmp_path: Path
) -> None:
    path = kb.save(taught, tmp_path / f"a{SUFFIX}")
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(ExchangeError, match=re.escape(told)):
        kb.load(path)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="there is no such file"):
        kb.load(tmp_path / f"none{SUFFIX}")


def test_numbers_of_the_file_win_over_those_of_a_later_version(
    robot: kb.Model, tmp_path: Path
) -> None:
    path = kb.save(robot, tmp_path / f"a{SUFFIX}")
    content = json.loads(path.read_text("utf-8"))
    content["network"]["sparks"]["leak"] = 0.125
    path.write_text(json.dumps(content), "utf-8")
    assert kb.load(path).network["sparks"].leak == 0.125
