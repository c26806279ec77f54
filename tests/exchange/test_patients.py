"""Patients in and out: case files, phenopackets, risk assessments."""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.model import LAYERS
from kneebayes.errors import EvidenceError
from kneebayes.exchange import ExchangeError, save_json
from kneebayes.exchange.data_files import REMEDIES, Problems, check_schema, schema_named
from kneebayes.exchange.patient import case_content
from kneebayes.knowledge.statements import Layer

CLOSE = 1e-12
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CERTAIN: dict[str, object] = {
    "lump behind the knee": True,
    "onset": "gradual",
    "age": 67,
    "fever": False,
    "warmth": False,
    "runner": True,
    "gout known": True,
}
VAGUE = {**CERTAIN, "stiffness": 0.3, "age": {"middle age": 0.25, "older": 0.75}, "gout": False}


@pytest.fixture(scope="module")
def dx(knee: kb.Model) -> kb.Differential:
    return knee.diagnose(CERTAIN)


@pytest.fixture(scope="module")
def packet(knee: kb.Model, dx: kb.Differential) -> dict[str, Any]:
    return knee.phenopacket(dx, created=WHEN)


def same(first: kb.Differential, second: kb.Differential) -> None:
    """Equal by name: answers to the last digit, posteriors to the twelfth."""
    likelihoods = [{one.id: one.likelihood for one in case.answers} for case in (first, second)]
    assert likelihoods[0] == likelihoods[1]
    for id, posterior in first.belief.posteriors.items():
        assert second.belief.posteriors[id] == pytest.approx(posterior, abs=CLOSE)
    assert first.urgency == second.urgency


# the case file


@pytest.mark.parametrize(
    "said", [CERTAIN, VAGUE, {}, {"pain behind the knee": None, "fever": 1e-9}]
)
def test_a_case_file_gives_the_case_back(
    knee: kb.Model, tmp_path: Path, said: dict[str, object]
) -> None:
    case = knee.diagnose(said)
    patient = knee.load_case(knee.save_case(case, tmp_path / "case.json", name="a", note="b"))
    same(case, patient.diagnose())
    for id, posterior in patient.results.items():
        assert posterior == pytest.approx(case.belief.posteriors[id], abs=CLOSE)
    assert set(patient.results) == {cause.id for cause in knee.causes}


def test_random_cases_come_back(knee: kb.Model) -> None:
    rng = np.random.default_rng(1)
    nodes = [*knee.findings, *knee.contexts]
    for _ in range(30):
        said: dict[str, object] = {}
        for at in rng.choice(len(nodes), 6, replace=False):
            node = knee.network[nodes[at].id]
            if rng.random() < 0.5:
                said[node.id] = dict(zip(node.states, rng.random(len(node.states)), strict=True))
            elif len(node.states) == 2:
                said[node.id] = float(rng.random())
            else:
                said[node.id] = str(rng.choice(node.states))
        case = knee.diagnose({**said})
        again = knee.load_case(case_content(case, results=False))
        same(case, again.diagnose())
        assert list(again.answers) == list(json.loads(json.dumps(case_content(case)))["answers"])


def test_lexicon_and_setting_come_along(knee: kb.Model, tmp_path: Path) -> None:
    placed = knee.with_lexicon("lay").in_setting("emergency")
    case = placed.diagnose(CERTAIN)
    path = placed.save_case(case, tmp_path / "case.json")
    for reader in (knee, placed, knee.in_setting("sports_clinic")):
        again = reader.load_case(path).diagnose()
        assert again.model.reading == placed.reading
        same(case, again)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_layer_comes_along(knee: kb.Model, layer: Layer) -> None:
    case = knee.in_layer(layer).diagnose(CERTAIN)
    content = json.loads(json.dumps(case_content(case)))
    for reader in (knee, knee.in_layer("beyond")):
        again = reader.load_case(content).diagnose()
        assert again.case.knowledge.layer == layer
        same(case, again)
    del content["layer"]  # as files of an earlier version
    assert case.model.load_case(content).model is case.model  # type: ignore[attr-defined]


def test_what_was_learnt_is_told(robot: kb.Model) -> None:
    taught = robot.update(robot.simulate(30).answers)
    plain, after = robot.diagnose({"squeak": True}), taught.diagnose({"squeak": True})
    same(after, taught.load_case(case_content(after)).diagnose())
    assert taught.load_case(case_content(after)).remarks == ()
    assert robot.load_case(case_content(plain)).remarks == ()
    said = (
        "The file is of a model that learnt from {}; this one learnt from {}, so posteriors differ."
    )
    for reader, case, who in (
        (robot, after, ("30 patients", "no patients")),
        (taught, plain, ("no patients", "30 patients")),
    ):
        assert reader.load_case(case_content(case)).remarks == (said.format(*who),)
    other = case_content(robot.in_layer("article").diagnose({"squeak": True}))
    text = "layer: it is 'article'; this model learnt under 'literature' from 30 patients. Take"
    with pytest.raises(ExchangeError, match=re.escape(text)):
        taught.load_case(other)
    assert taught.learnt is not None
    assert taught.learnt.before.load_case(other).model.data.knowledge.layer == "article"  # type: ignore[attr-defined]


def test_a_case_file_follows_its_schema(knee: kb.Model, packet: dict[str, Any]) -> None:
    cases = [knee.diagnose(said) for said in (CERTAIN, VAGUE, {})]
    for name, content in [
        ("phenopacket", packet),
        *(("patient", case_content(one)) for one in cases),
    ]:
        schema = schema_named(name)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(json.dumps(content)), schema)


def test_whatever_is_wrong_is_told(knee: kb.Model) -> None:
    """And nothing that is right, whatever is changed in a case file."""
    rng = np.random.default_rng(2)
    schema = schema_named("patient")
    right = json.loads(json.dumps(case_content(knee.diagnose(VAGUE))))
    odd: list[Any] = [None, True, -1, 2, "", "x" * 600, [], {}, 0.5, {"a": -1}]
    wrong = 0
    for _ in range(120):
        content = json.loads(json.dumps(right))
        inner = content
        while True:
            key = (
                list(inner)[rng.integers(len(inner))]
                if isinstance(inner, dict)
                else rng.integers(len(inner))
            )
            if isinstance(inner[key], dict | list) and inner[key] and rng.random() < 0.7:
                inner = inner[key]
                continue
            break
        if isinstance(inner, dict) and rng.random() < 0.3:
            inner[f"{key}s"] = inner.pop(key)
        else:
            inner[key] = odd[rng.integers(len(odd))]
        problems = Problems("case")
        check_schema(content, schema, problems)
        valid = jsonschema.Draft202012Validator(schema).is_valid(content)
        assert (len(problems) == 0) == valid, content
        wrong += not valid
    assert wrong > 40


def nested(levels: int) -> Any:
    content: Any = "absent"
    for _ in range(levels):
        content = [content]
    return content


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({1: 2}, "there is no field '1'"),  # as YAML may have it
        ({"name": nested(5000)}, "it cannot be JSON"),
        ({"name": nested(50)}, "nested too deep"),
        ({"name": {1, 2}}, "it cannot be JSON"),
        ({"name": b"x"}, "it cannot be JSON"),
    ],
    ids=["a number for a name", "very deep", "deep", "a set", "bytes"],
)
def test_what_json_cannot_hold_is_a_problem_and_no_crash(
    knee: kb.Model, content: Any, told: str
) -> None:
    with pytest.raises(ExchangeError, match=told):
        knee.load_case(content)


@pytest.mark.parametrize("name", ["network", "patient", "phenopacket"])
def test_every_word_of_a_schema_has_its_own_words(name: str) -> None:
    """Whatever a schema demands there is a sentence for who does not follow it."""
    silent = {"$schema", "$id", "$defs", "$comment", "$ref", "title", "description"}
    said = {"required", "additionalProperties", "type", "enum", "minLength", "maxLength"}
    said |= {"properties", "items", *REMEDIES}  # the first two lead on and say nothing themselves

    def words(schema: object) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        inner = [schema.get("items"), schema.get("additionalProperties")]
        for named in ("properties", "$defs"):
            inner += list(schema.get(named, {}).values())
        return set(schema).union(*map(words, inner))

    assert words(schema_named(name)) - silent <= said


def case_with(**changed: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "format": "kneebayes patient",
        "version": 1,
        "answers": {"fever": {"answer": "absent"}},
    }
    return {**content, **changed}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "format": (case_with(format="other"), "format: it is 'other'. It must be 'kneebayes patient'"),
    "version": (case_with(version=2), "version: it is 2. It must be 1"),
    "field": (case_with(awnsers={}), "no field 'awnsers'. Did you mean 'answers'"),
    "id": (
        case_with(answers={"fevr": {"answer": "absent"}}),
        "no node 'fevr'. Did you mean 'fever'",
    ),
    "name for id": (
        case_with(answers={"Lump behind the knee": {"answer": "absent"}}),
        "is a name and no id. The id is 'lump_behind_knee'",
    ),
    "state": (case_with(answers={"fever": {"answer": "maybe"}}), "'fever' must be True"),
    "range": (case_with(answers={"fever": {"answer": 1.5}}), "'fever' must be True"),
    "negative": (case_with(answers={"fever": {"answer": -0.5}}), "must be at least 0"),
    "list": (case_with(answers={"fever": {"answer": []}}), "type string or number or object"),
    "lexicon": (case_with(lexicon="articel"), "no lexicon 'articel'. Did you mean 'article'"),
    "layer": (
        case_with(layer="beyound"),
        "layer: it is 'beyound'. It must be one of: article, lit",
    ),
    "setting": (case_with(setting="emergncy"), "no setting 'emergncy'. Did you mean 'emergency'"),
    "result": (
        case_with(results={"ranking": [{"id": "gut", "posterior": 0.5}]}),
        r"results.ranking\[0\].id: there is no cause 'gut'. Did you mean 'gout'",
    ),
    "other model": (case_with(model={"title": "Headache of a robot"}), "with the model 'Headache"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_case_file(knee: kb.Model, case: str) -> None:
    content, message = WRONG[case]
    with pytest.raises(ExchangeError, match=message):
        knee.load_case(content)


def test_all_that_is_wrong_is_told_at_once(knee: kb.Model) -> None:
    content = case_with(
        lexicon="x",
        setting="y",
        answers={
            "fevr": {"answer": "absent"},
            "fever": {"answer": "maybe"},
            "age": {"answer": "old"},
        },
    )
    with pytest.raises(ExchangeError, match=r"^the case: 4 problems found") as caught:
        knee.load_case(content)
    places = ["lexicon", "setting", "answers.fevr", "answers.fever.answer"]
    assert [one.place for one in caught.value.problems] == places


TEXTS: dict[str, tuple[str, str]] = {
    "twice": ('{"a": 1, "a": 2}', "key 'a': it stands twice"),
    "deep inside text is fine": (
        '{"a": "' + "[" * 100 + '"}',
        "no field 'a'|'id' is missing",  # of a case; of a phenopacket
    ),
    "no number": ('{"id": NaN}', r"1 problem found\.\n  - number NaN: it is not finite"),
    "long number": ('{"a": ' + "1" * 5000 + "}", "not valid JSON"),
    "empty": ("", "not valid JSON"),
    "large": ('{"a": "' + "x" * 1_000_000 + '"}', "1,000,009 bytes. At most 1,000,000 are read"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_hazards_of_json(knee: kb.Model, tmp_path: Path, case: str) -> None:
    text, message = TEXTS[case]
    path = tmp_path / "case.json"
    path.write_text(text)
    for read in (knee.load_case, knee.load_phenopacket):
        with pytest.raises(ExchangeError, match=message):
            read(path)


def test_files_that_are_none(knee: kb.Model, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match=r"'none.json': .*\n.*no such file"):
        knee.load_case(tmp_path / "none.json")
    (tmp_path / "latin.json").write_bytes('{"a": "é"}'.encode("latin-1"))
    with pytest.raises(ExchangeError, match="byte 7 is not UTF-8"):
        knee.load_case(tmp_path / "latin.json")
    (tmp_path / "bom.json").write_text(json.dumps(case_with()), encoding="utf-8-sig")
    assert knee.load_case(tmp_path / "bom.json").answers == {"fever": "absent"}


def test_markup_in_names_is_inert(knee: kb.Model, tmp_path: Path) -> None:
    bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    content = case_with(name=bad, note=bad, answers={"fever": {"label": bad, "answer": "present"}})
    patient = knee.load_case(save_json(content, tmp_path / "case.json"))
    assert bad in patient.text
    assert "<script" not in patient.html
    assert "<img" not in patient.html
    assert bad in html.unescape(patient.html)
    assert patient.table["why"].tolist() == ["the folder calls it 'fever'"]
    packet = {"id": "a", "phenotypicFeatures": [{"type": {"id": bad, "label": bad}}]}
    assert "<script" not in knee.load_phenopacket(packet).html


def test_urgency_stands_on_top_of_a_patient(knee: kb.Model) -> None:
    patient = knee.load_case(case_with(answers={"fever": {"answer": "present"}}))
    advice = patient.diagnose().urgency.advice
    assert advice in patient.text
    assert f'<p role="alert"><strong>{advice}' in patient.html
    assert repr(patient) == "Patient('the case': 1 answer, 0 not used)"
    patient.draw()


# phenopackets


def test_a_phenopacket_gives_the_case_back(
    knee: kb.Model, dx: kb.Differential, packet: dict[str, Any], tmp_path: Path
) -> None:
    for source in (packet, save_json(packet, tmp_path / "packet.json")):
        patient = knee.load_phenopacket(source)
        same(dx, patient.diagnose())
        assert [one.place for one in patient.unused] == ["interpretations"]


def test_every_certain_answer_survives_a_phenopacket(knee: kb.Model) -> None:
    """Each finding, context and cause in each of its states, eight at a time."""
    rng = np.random.default_rng(3)
    complaint = knee.knowledge.meta.complaint
    nodes = [
        one.id for one in (*knee.findings, *knee.contexts, *knee.causes) if one.id != complaint
    ]
    most, compared = max(len(knee.network[id].states) for id in nodes), 0
    for at in range(most):
        order = [str(id) for id in rng.permutation(nodes)]
        for start in range(0, len(order), 8):
            chosen = [id for id in order[start : start + 8] if at < len(knee.network[id].states)]
            said = {id: knee.network[id].states[at] for id in chosen}
            if not said or knee.probability(said) == 0.0:
                continue
            packet = knee.phenopacket(knee.diagnose({**said}), n=1, created=WHEN)
            read = knee.load_phenopacket(packet, diseases="certain").answers
            assert {id: read[id] for id in said} == said
            compared += len(said)
    assert compared > 250


def test_what_stands_in_a_phenopacket(packet: dict[str, Any], dx: kb.Differential) -> None:
    states = {state.id: state for state in dx.case.knowledge.contexts["age"].states}
    last = f"P{states['older'].below - 1:.0f}Y"
    assert packet["subject"]["timeAtLastEncounter"] == {
        "ageRange": {"start": {"iso8601duration": "P60Y"}, "end": {"iso8601duration": last}}
    }
    features = {
        one["type"]["id"]: one.get("excluded", False) for one in packet["phenotypicFeatures"]
    }
    assert features["HP:0001945"] is True
    assert features["kneebayes:lump_behind_knee"] is False  # no term means it exactly
    assert features["kneebayes:warmth"] is True
    ranking = dx.ranking
    assert len(packet["interpretations"]) == len(ranking)
    for told, row in zip(packet["interpretations"], ranking.itertuples(), strict=True):
        assert told["progressStatus"] == "IN_PROGRESS"
        assert f" = {float(str(row.posterior))!r} (before" in told["summary"]
        assert "never medical advice" in told["summary"]
        assert ("An urgent cause." in told["summary"]) == row.urgent
    assert packet["metaData"]["created"] == "2026-01-02T03:04:05Z"
    prefixes = {one["namespacePrefix"] for one in packet["metaData"]["resources"]}
    codes = json.dumps(packet)
    assert prefixes == {
        one for one in ("HP", "MONDO", "ICD10CM", "kneebayes") if f'"{one}:' in codes
    }


def test_urgent_causes_are_told_whatever_their_rank(knee: kb.Model, dx: kb.Differential) -> None:
    told = knee.phenopacket(dx, n=1)["interpretations"]
    urgent = sum(cause.urgent for cause in knee.causes)
    assert sum("An urgent cause." in one["summary"] for one in told) == urgent
    assert len(told) in (urgent, urgent + 1)


def test_what_a_phenopacket_cannot_hold(knee: kb.Model) -> None:
    vague = knee.diagnose(VAGUE)
    with pytest.raises(EvidenceError, match=r"stiffness.*uncertain='leave out', or a case file"):
        knee.phenopacket(vague)
    told = knee.phenopacket(vague, uncertain="leave out")
    assert "also rests on what cannot stand here" in told["interpretations"][0]["summary"]
    assert "stiffness" not in knee.load_phenopacket(told).answers
    with pytest.raises(EvidenceError, match="'uncertain' must be"):
        knee.phenopacket(vague, uncertain="maybe")  # type: ignore[arg-type]
    with pytest.raises(EvidenceError, match=r"'n' must be a whole number from 1 on\. Got 0"):
        knee.phenopacket(vague, n=0)


# risk assessments


def test_a_risk_assessment(knee: kb.Model) -> None:
    case = knee.diagnose({**VAGUE, "fever": True})
    told = knee.risk_assessment(case, subject="somebody", created=WHEN)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["resourceType"], told["status"]) == ("RiskAssessment", "preliminary")
    assert told["occurrenceDateTime"] == "2026-01-02T03:04:05+00:00"
    by_label = {one["outcome"]["text"]: one["probabilityDecimal"] for one in told["prediction"]}
    assert by_label == {cause.label: case.belief.posteriors[cause.id] for cause in knee.causes}
    values = [one["probabilityDecimal"] for one in told["prediction"]]
    assert values == sorted(values, reverse=True)
    contained = {f"#{one['id']}": one for one in told["contained"]}
    assert [one["reference"] for one in told["basis"]] == list(contained)
    assert len(contained) == len(case.answers)
    assert contained["#fever"]["valueBoolean"] is True
    assert contained["#stiffness"]["valueString"] == "perhaps present (0.3 to 0.7)"
    assert told["mitigation"].startswith(case.urgency.advice)
    assert told["note"][0]["text"] == knee.knowledge.meta.disclaimer
