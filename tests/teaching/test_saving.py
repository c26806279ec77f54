"""Cases as files: they come back as they were, and spoiled ones are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.teaching import Feedback, Practice, PracticeCase, case_from_json, case_to_json


@pytest.fixture(scope="module")
def case(knee: kb.Model) -> PracticeCase:
    case = knee.practice_case("any", seed=13).ask("fever").state({"gout": 0.1})
    case = case.ask("ultrasound", "lump behind the knee").state({"gout": 0.05, "DVT": 0.01})
    return case.take_hint()


def test_an_open_case_comes_back_as_it_was(
    knee: kb.Model, case: PracticeCase, tmp_path: Path
) -> None:
    assert case.save(tmp_path / "case.json") == tmp_path / "case.json"
    again = knee.load_practice_case(tmp_path / "case.json")
    assert again.steps == case.steps
    assert (again.truth, again.known, again.cost) == (case.truth, case.known, case.cost)
    assert again.text == case.text
    assert case_to_json(again) == case_to_json(case)


def test_a_closed_case_brings_the_same_feedback(knee: kb.Model, case: PracticeCase) -> None:
    told = case.close({"gout": 0.02}, "soon")
    again = Feedback(case_from_json(knee, case_to_json(told.case)))
    assert again.case.closed
    assert again.text == told.text
    # the last digit depends on whether compiled code was there
    pd.testing.assert_frame_equal(again.table, told.table)


def test_names_in_the_file_are_ids(case: PracticeCase, knee: kb.Model) -> None:
    content = json.loads(case_to_json(case))
    assert (content["format"], content["version"]) == ("kneebayes case", 1)
    assert content["steps"][2] == {"examine": "ultrasound"}
    assert set(content["truth"]) == {node.id for node in knee.network.nodes}


def spoiled(case: PracticeCase, **changed: Any) -> str:
    return json.dumps(json.loads(case_to_json(case)) | changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"format": "other"}, 'this is not a case; a case has "format": "kneebayes case"'),
        ({"version": 2}, "version 2 cannot be read; this kneebayes reads 1"),
        ({"version": True}, "version True cannot be read"),
        ({"lexicon": "lay"}, "lexicon: the case was drawn with 'lay', this model has 'article'"),
        ({"setting": "emergency"}, "setting: the case was drawn with 'emergency'"),
        (
            {"lexicon": "lay", "setting": "hospital"},
            "(lexicon='lay', layer='literature').in_setting",
        ),
        ({"layer": "article"}, "layer: the case was drawn with 'article', this model has 'lit"),
        ({"seed": -3}, "seed: must be null or a whole number from 0 on. Got '-3'"),
        ({"difficulty": "brutal"}, "difficulty: must be one of 'any', 'easy'"),
        ({"kind": ["any"]}, "kind: must be one of 'any', 'red herring'"),
        ({"advice": "later"}, "advice: must be one of '', 'routine'"),
        ({"closed": 1}, "closed: must be true or false. Got '1'"),
        ({"told": ["gout"]}, "told: must be a list of ids of background and findings"),
        (
            {"told": ["age", "age"]},
            "told: must be a list of ids of background and findings",
        ),
        ({"truth": {"fever": "present"}}, "is missing. Was the case drawn from another model?"),
        ({"truth": []}, "truth: must be a state for each node"),
        ({"steps": {}}, "steps: must be a list"),
        ({"steps": [{"ask": "Fever"}]}, "steps[0]: ask: must be"),
        ({"steps": [{"ask": "<script>alert(1)</script>"}]}, "steps[0]: ask: must be"),
        ({"steps": [{"ask": "fever", "state": {}}]}, "steps[0]: step: must be one of"),
        ({"steps": [{"hint": "fever"}]}, "steps[0]: hint: must be"),
        ({"steps": [{"hint": ["gout"]}]}, "steps[0]: hint: must be"),
        ({"steps": [{"hint": []}]}, "steps[0]: hint: must be"),
        ({"steps": [{"hint": [["fever"]]}]}, "steps[0]: hint: must be"),
        ({"steps": [{"dance": "fever"}]}, "steps[0]: dance: must be"),
        ({"steps": [{"ask": "fever"}, {"ask": "fever"}]}, "steps[1]: 'fever' is known already"),
        ({"steps": [{"state": {"gout": 2}}]}, "steps[0]: 'gout' must be a probability"),
        ({"steps": [{"state": {"Gout": 0.2}}]}, "steps[0]: state: must be ids of causes"),
        ({"steps": [], "closed": True}, "closed: close: nothing was stated"),
        ({"extra": 1}, "the key 'extra' is not known"),
    ],
)
def test_spoiled_files_are_refused(
    knee: kb.Model, case: PracticeCase, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        case_from_json(knee, spoiled(case, **changed), "class/anna.json")
    assert said in str(caught.value)
    assert str(caught.value).startswith("class/anna.json: ")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fever": "hot"}, "truth.fever: must be one of absent, present. Got 'hot'"),
        ({"pain_behind_knee": "absent"}, "truth.pain_behind_knee: must be 'present'"),
        ({"hiccups": "present"}, "there is no node 'hiccups'"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(
    knee: kb.Model, case: PracticeCase, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        case_from_json(knee, spoiled(case, truth={**case.truth, **changed}))
    assert said in str(caught.value)


def test_an_impossible_patient_is_refused(knee: kb.Model, case: PracticeCase) -> None:
    nobody = {id: "absent" if id in knee.knowledge.causes else s for id, s in case.truth.items()}
    with pytest.raises(kb.KneebayesError, match="such a patient is impossible"):
        case_from_json(knee, spoiled(case, truth=nobody))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON for a case"),
        ("[1", "not valid JSON for a case"),
        ("[]", "this is not a case"),
        ('{"seed": NaN}', "number NaN: it is not finite"),
        ('{"seed": 1e999}', "number 1e999: it is not finite"),
        ('{"seed": 1, "seed": 2}', "key 'seed': it stands twice"),
        ("[" * 100_000, "not valid JSON for a case"),
        ('{"format": "kneebayes case", "version": 1}', "the key 'lexicon' is missing"),
    ],
)
def test_what_is_no_case_is_refused(knee: kb.Model, text: str, said: str) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        case_from_json(knee, text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such file"),
        (b" " * 1_000_001, "it has 1,000,001 bytes. At most 1,000,000 are read"),
        (b"\xff\xfe{}", "byte 0 is not UTF-8"),
    ],
)
def test_files_that_cannot_be_read(
    knee: kb.Model, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "case.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(kb.KneebayesError) as caught:
        knee.load_practice_case(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


# what a class handed in under whatever was chosen on the page


READINGS = {
    "own": lambda model: model,
    "lexicon": lambda model: model.with_lexicon("engineer"),
    "setting": lambda model: model.in_setting("repair shop"),
    "both": lambda model: model.with_lexicon("engineer").in_setting("repair shop"),
}


def hand_in(model: kb.Model, path: Path) -> Feedback:
    done = model.practice_case("any", seed=3).ask("squealing").close({"dry bearing": 0.2}, "soon")
    path.write_text(case_to_json(done.case), encoding="utf-8")
    return done


@pytest.mark.parametrize("teacher", READINGS)
def test_each_case_is_judged_under_the_reading_it_was_made_under(
    pump: kb.Model, tmp_path: Path, teacher: str
) -> None:
    """Whatever the teacher's model reads, the scores are those that the learner saw."""
    done = {name: hand_in(read(pump), tmp_path / f"{name}.json") for name, read in READINGS.items()}
    together = Practice.load(READINGS[teacher](pump), tmp_path)
    assert set(together.learners) == set(READINGS)
    for name, feedback in zip(together.learners, together.feedbacks, strict=True):
        assert feedback.scores == pytest.approx(done[name].scores, rel=1e-9)
        assert feedback.case.model.data.reading == done[name].case.model.data.reading
    assert "each is judged by its own: 1 under" in together.text
    assert "each is judged" not in Practice.load(pump, _alone(tmp_path, "own")).text


def _alone(folder: Path, name: str) -> Path:
    (folder / "alone").mkdir()
    return (folder / f"{name}.json").rename(folder / "alone" / f"{name}.json").parent


def test_a_file_without_a_layer_is_of_the_models_own(knee: kb.Model, case: PracticeCase) -> None:
    content = json.loads(case_to_json(case))
    del content["layer"]
    assert case_to_json(case_from_json(knee, json.dumps(content))) == case_to_json(case)


def test_a_layer_is_kept_with_a_case(knee: kb.Model, tmp_path: Path) -> None:
    done = knee.in_layer("article").practice_case("any", seed=5).close({"gout": 0.1}, "routine")
    (tmp_path / "eve.json").write_text(case_to_json(done.case), encoding="utf-8")
    (feedback,) = Practice.load(knee, tmp_path).feedbacks
    assert feedback.case.model.data.knowledge.layer == "article"
    assert feedback.scores == pytest.approx(done.scores, rel=1e-9)
    with pytest.raises(
        kb.KneebayesError, match=r"layer='article'\); Practice.load reads each file"
    ):
        knee.load_practice_case(tmp_path / "eve.json")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lexicon": "poet"}, "made under lexicon 'poet', layer 'literature', setting None, which"),
        ({"setting": "desert"}, "No setting 'desert'. There are: repair_shop"),
        ({"layer": ["article"]}, "'layer' must be text"),
        ({"lexicon": None}, "No lexicon 'None'"),
    ],
)
def test_a_reading_that_the_folder_does_not_have_is_told(
    pump: kb.Model, tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    text = spoiled(hand_in(pump, tmp_path / "x.json").case, **changed)
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(kb.KneebayesError) as caught:
        Practice.load(pump, tmp_path)
    assert "1 of 1 file cannot be read" in str(caught.value)
    assert said in str(caught.value)


def test_a_model_that_has_learnt_keeps_its_reading(pump: kb.Model, tmp_path: Path) -> None:
    hand_in(pump.with_lexicon("engineer"), tmp_path / "x.json")
    taught = pump.update(pd.DataFrame({"squealing": [True, False], "dry bearing": [True, False]}))
    with pytest.raises(kb.KneebayesError, match="which this model cannot be"):
        Practice.load(taught, tmp_path)
