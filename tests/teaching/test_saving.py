"""Cases as files: they come back as they were, and spoiled ones are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.teaching import Feedback, PracticeCase, case_from_json, case_to_json


@pytest.fixture(scope="module")
def case(knee: kb.Model) -> PracticeCase:
    case = knee.practice_case("any", seed=13).ask("fever").state({"gout": 0.1})
    return case.ask("ultrasound", "lump behind the knee").state({"gout": 0.05, "DVT": 0.01})


def test_an_open_case_comes_back_as_it_was(
    knee: kb.Model, case: PracticeCase, tmp_path: Path
) -> None:
    case.save(tmp_path / "case.json")
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
        ({"seed": -3}, "seed: must be null or a whole number from 0 on. Got '-3'"),
        ({"difficulty": "brutal"}, "difficulty: must be one of 'any', 'easy'"),
        ({"kind": ["any"]}, "kind: must be one of 'any', 'red herring'"),
        ({"advice": "later"}, "advice: must be one of '', 'routine'"),
        ({"closed": 1}, "closed: must be true or false. Got '1'"),
        ({"told": ["fever"]}, "told: must be a list of ids of contexts"),
        ({"told": ["age", "age"]}, "told: must be a list of ids of contexts, each once"),
        ({"truth": {"fever": "present"}}, "is missing. Was the case drawn from another model?"),
        ({"truth": []}, "truth: must be a state for each node"),
        ({"steps": {}}, "steps: must be a list"),
        ({"steps": [{"ask": "Fever"}]}, "steps[0]: ask: must be"),
        ({"steps": [{"ask": "<script>alert(1)</script>"}]}, "steps[0]: ask: must be"),
        ({"steps": [{"ask": "fever", "state": {}}]}, "steps[0]: step: must be one of"),
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
        ('{"seed": NaN}', "NaN is not a finite number"),
        ('{"seed": 1e999}', "1e999 is not a finite number"),
        ('{"seed": 1, "seed": 2}', "the key 'seed' stands twice"),
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
        (b" " * 1_000_001, "larger than 1,000,000 bytes"),
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
