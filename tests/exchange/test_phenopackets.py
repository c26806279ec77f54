"""What other people's phenopackets mean for a knee, and what they do not."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from test_packets_told import FIFTY, at, feature, packet

import kneebayes as kb
from kneebayes.exchange import ExchangeError
from kneebayes.exchange.codes import Codes, contradicts, hpo
from kneebayes.exchange.phenopacket_read import said_of_no_place
from kneebayes.knowledge import start_folder

FEVER = {"id": "HP:0001945", "label": "Fever"}
PAIN = {"id": "HP:6001145", "label": "Pain at the posterior aspect of the knee"}
ERYTHEMA = {"id": "HP:0010783", "label": "Erythema"}

NOT_USED: dict[str, tuple[dict[str, Any], str]] = {
    "an id that was merged": (feature("HP:0007019"), "related to 'pain going up stairs'"),
    "neoplasm is not benign": (feature("HP:0031459"), "it means more than"),
    "redness of the face": (feature("HP:0001041", "Facial erythema"), "no code of the folder"),
    "redness, of the face by its label": (
        feature("HP:0010783", "Erythema of the face", modifiers=[{"id": "x:1", "label": "Knee"}]),
        "its label contradicts its code, which means redness",
    ),
    "swelling of some joint": (feature("HP:0001386", "Joint swelling"), "names no place"),
    "acute by itself": (feature("HP:0011009", "Acute"), "it modifies a feature"),
    "another side of the knee": (feature("HP:6001144"), "at another place than"),
    "somewhere in the knee": (feature("HP:0030839", "Knee pain"), "does not prove it"),
    "label that denies": (feature("HP:0001945", "No fever"), "contradicts its code"),
    "in childhood": (feature("HP:0001945", onset=at("P3Y")), "47 years before"),
    "congenital": (
        feature("HP:0001945", onset={"ontologyClass": {"id": "HP:0003577"}}),
        "it began then: congenital onset",
    ),
    "as an adult": (
        feature("HP:0001945", onset={"ontologyClass": {"id": "HP:0011462"}}),
        "it began then: young adult onset",
    ),
    "on a day": (
        feature("HP:0001945", onset={"timestamp": "1990-01-01T00:00:00Z"}),
        "and when the patient was seen is not said",
    ),
    "in some days": (
        feature("HP:0001945", onset={"interval": {"start": "1990-01-01", "end": "1991-01-01"}}),
        "and when the patient was seen is not said",
    ),
}


@pytest.mark.parametrize("case", NOT_USED)
def test_what_a_code_does_not_say(knee: kb.Model, case: str) -> None:
    content, why = NOT_USED[case]
    patient = knee.load_phenopacket(packet(content, subject=FIFTY), diseases="certain")
    assert set(patient.answers) == {"age"}
    assert why in patient.unused[0].why
    assert patient.diagnose().urgency.level == "routine"


USED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "fever": (feature("HP:0001945", "Pyrexia"), {"fever": "present"}),
    "lower case": (feature("hp:0001945", "fever"), {"fever": "present"}),
    "a term below": (feature("HP:0011134", "Low-grade fever"), {"fever": "present"}),
    "an excluded term": (feature("HP:0001945", excluded=True), {"fever": "absent"}),
    "null is the default": (
        feature("HP:0001945", excluded=None, onset=None, modifiers=None),
        {"fever": "present"},
    ),
    "lately": (feature("HP:0001945", onset=at("P49Y11M")), {"fever": "present"}),
    "once is enough": (
        feature("HP:0001854", "Podagra", onset=at("P30Y")),
        {"big_toe_attack_before": "present"},
    ),
    "at the knee": (
        feature("HP:0010783", "Erythema", modifiers=[{"id": "UBERON:0001465", "label": "knee"}]),
        {"redness": "present"},
    ),
    "redness nowhere": (feature("HP:0010783", excluded=True), {"redness": "absent"}),
    "no bursitis at all": (feature("HP:0025232", excluded=True), {"septic_bursitis": "absent"}),
    "the code names the knee": (feature("HP:0025263", "Stiff knee"), {"stiffness": "present"}),
}


@pytest.mark.parametrize("case", USED)
def test_what_a_code_says(knee: kb.Model, case: str) -> None:
    content, answers = USED[case]
    patient = knee.load_phenopacket(packet(content, subject=FIFTY))
    assert patient.answers == {"age": "middle_age", **answers}


def test_the_complaint_is_assumed_in_words(knee: kb.Model) -> None:
    patient = knee.load_phenopacket(packet(feature("HP:0002094", "Dyspnea")))
    assert patient.answers == {"shortness_of_breath": "present"}
    assert "does not say that the patient has pain behind the knee; it is assumed" in patient.text
    assert said_of_no_place(knee.knowledge) in patient.text
    assert patient.diagnose().urgency.level == "routine"
    told = knee.load_phenopacket(packet({"type": PAIN}, feature("HP:0002094", "Dyspnea")))
    assert told.remarks == ()
    assert told.diagnose().urgency.level == "now"
    broader = knee.load_phenopacket(packet(feature("HP:0030839"), feature("HP:0002094")))
    assert len(broader.remarks) == 1  # of the knee, though not said to be behind it
    assert broader.diagnose().urgency.level == "now"


@pytest.mark.parametrize("id", ["HP:6001145", "HP:0030839", "kneebayes:pain_behind_knee"])
def test_who_does_not_have_the_complaint_is_refused(knee: kb.Model, id: str) -> None:
    with pytest.raises(ExchangeError, match=r"no pain behind the knee\. The model is about those"):
        knee.load_phenopacket(packet(feature(id, excluded=True)))


def test_an_age_from_the_date_of_birth(knee: kb.Model) -> None:
    subject = {
        "id": "s",
        "dateOfBirth": "1950-06-01T00:00:00Z",
        "timeAtLastEncounter": {"timestamp": "2020-06-02T10:00:00Z"},
    }
    patient = knee.load_phenopacket(packet({"type": FEVER, "onset": at("P2Y")}, subject=subject))
    assert patient.answers == {"age": "older"}


def test_yaml_says_what_json_says(knee: kb.Model, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    content = packet(
        {"type": FEVER, "excluded": True},
        subject=FIFTY,
        metaData={"created": "2020-01-01T00:00:00Z"},
    )
    path = tmp_path / "a.YAML"
    path.write_text(
        yaml.safe_dump(content).replace("'2020-01-01T00:00:00Z'", "2020-01-01T00:00:00Z")
    )
    assert knee.load_phenopacket(path).answers == knee.load_phenopacket(content).answers
    path.write_text("a: [1")
    with pytest.raises(ExchangeError, match="not valid YAML"):
        knee.load_phenopacket(path)


def test_many_unknown_terms_are_read_fast(knee: kb.Model) -> None:
    content = packet(
        *(feature(f"HP:99{at:05d}", f"Abnormality of the organ number {at}") for at in range(200))
    )
    begun = time.process_time()
    assert len(knee.load_phenopacket(content).unused) == 200
    assert time.process_time() - begun < 1.0


def test_what_is_written_is_exact(knee: kb.Model) -> None:
    """No code that means more, less, or another place; a modifier is no feature."""
    told = {
        "bruising": True,
        "stairs up": True,
        "both knees": True,
        "onset": "sudden",
        "septic bursitis": False,
    }
    written = knee.phenopacket(knee.diagnose({**told, "fever": False, "gout": False}))
    features = {one["type"]["id"] for one in written["phenotypicFeatures"]}
    assert {"HP:6001145", "HP:0001945", "kneebayes:bruising", "kneebayes:stairs_up"} <= features
    assert {"kneebayes:both_knees"} <= features
    assert not features & {"HP:0012832", "HP:0011009", "HP:0003551", "HP:0031364"}
    diseases = {one["term"]["id"] for one in written["diseases"]}
    assert diseases == {"ICD10CM:M71.169", "MONDO:0005393"}


def test_every_code_of_the_shipped_folder_is_read_as_it_is_qualified(knee: kb.Model) -> None:
    """Alone and observed, only what is exact or narrower and needs no place can be an answer."""
    codes = Codes(knee.knowledge)
    read = 0
    for meant in [one for each in codes._meant.values() for one in each]:
        if meant.code.id.startswith(("HP:", "MONDO:")):
            patient = knee.load_phenopacket(packet(feature(meant.code.id)), diseases="certain")
            strong = meant.code.relation in ("exact", "narrower") and meant.code.site in (
                "",
                "implied",
            )
            modifies = meant.code.id in hpo()["modifiers"]
            assert (meant.id in patient.answers) == (strong and not modifies), meant
            read += 1
    assert read > 40


def test_labels_that_mean_the_same() -> None:
    for label, names in [
        ("Dyspnoea", ["Dyspnea"]),
        ("Elevated C-reactive protein", ["Elevated circulating C-reactive protein concentration"]),
        ("Baker's cysts", ["Baker's cyst"]),
        ("", ["Fever"]),
    ]:
        assert not contradicts(label, names)


def test_a_changed_packet_is_read_or_refused(knee: kb.Model) -> None:
    chance = random.Random(1)
    right = packet(
        {"type": PAIN, "onset": {"ontologyClass": {"id": "HP:0011009"}}},
        feature("HP:0001945", "Fever", excluded=True, onset=at("P49Y")),
        feature("HP:0010783", modifiers=[{"id": "x:1", "label": "Knee"}]),
        subject=FIFTY,
        diseases=[{"term": {"id": "MONDO:0005393", "label": "gout"}, "primarySite": {"id": "x:1"}}],
        metaData={"phenopacketSchemaVersion": "2.0"},
    )
    odd: list[Any] = [
        None,
        True,
        -1,
        "",
        "x",
        [],
        {},
        0.5,
        {"a": -1},
        [None],
        "HP:0001945",
        "P3Y",
        {"id": ""},
    ]
    read = 0
    for _ in range(600):
        content = json.loads(json.dumps(right))
        inner: Any = content
        while True:
            key = (
                chance.choice(list(inner))
                if isinstance(inner, dict)
                else chance.randrange(len(inner))
            )
            if isinstance(inner[key], dict | list) and inner[key] and chance.random() < 0.8:
                inner = inner[key]
                continue
            break
        inner[key] = chance.choice(odd)
        try:
            patient = knee.load_phenopacket(content)
        except ExchangeError:  # anything else ends the test
            continue
        read += 1
        assert len(patient.table) == len(patient.told)
    assert read > 40


def test_dates_are_held_against_the_day_of_the_encounter(knee: kb.Model) -> None:
    subject = {"id": "s", "timeAtLastEncounter": {"timestamp": "2020-06-02T10:00:00Z"}}
    for day, used in (
        ("2020-05-20T00:00:00Z", True),
        ("2001-05-20T00:00:00Z", False),
        ("odd", False),
    ):
        content = packet({"type": FEVER, "onset": {"timestamp": day}}, subject=subject)
        assert ("fever" in knee.load_phenopacket(content).answers) == used


def test_a_disease_of_long_ago_is_no_cause_of_now(knee: kb.Model) -> None:
    """But one that was known once is known, and what never goes is there."""
    diseases = [
        {"term": {"id": "MONDO:0005393", "label": "gout"}, "onset": at("P20Y")},
        {"term": {"id": "MONDO:0008383", "label": "rheumatoid arthritis"}, "onset": at("P20Y")},
    ]
    content = packet(diseases=diseases, subject=FIFTY)
    certain = knee.load_phenopacket(content, diseases="certain").answers
    assert certain == {"age": "middle_age", "rheumatoid_arthritis": "present"}
    known = knee.load_phenopacket(content).answers
    assert {"gout_known", "rheumatoid_arthritis_known"} <= set(known)


def years(*ages: int) -> list[dict[str, str]]:
    return [{"iso8601duration": f"P{age}Y"} for age in ages]


@pytest.mark.parametrize(
    ("start", "end", "now"), [(1, 50, False), (49, 50, True), (60, 60, False), (60, 61, False)]
)
def test_what_may_have_begun_long_ago_or_has_not_begun_is_not_said_of_now(
    knee: kb.Model, start: int, end: int, now: bool
) -> None:
    first, last, fifty = years(start, end, 50)
    onsets = [{"ageRange": {"start": first, "end": last}}, *([{"age": first}] if not now else [])]
    for onset in onsets:
        content = packet(feature("HP:0001945", onset=onset))
        content["subject"] = {"id": "p", "timeAtLastEncounter": {"age": fifty}}
        assert ("fever" in knee.load_phenopacket(content).answers) == now


def test_a_sex_that_the_model_has_no_state_for_is_told(knee: kb.Model) -> None:
    for said in ("UNKNOWN_SEX", "OTHER_SEX"):
        patient = knee.load_phenopacket(packet(subject={"id": "a", "sex": said}))
        assert patient.answers == {}
        told = next(entry for entry in patient.unused if entry.place == "subject.sex")
        assert (told.label, told.why) == (said, "'sex' has no state for it")


def test_a_narrower_code_is_called_by_its_own_names_and_those_above_it(knee: kb.Model) -> None:
    names = Codes(knee.knowledge).names("fever", "HP:0011134")  # low-grade fever, below fever
    assert {"Low-grade fever", "Mild fever", "Fever", "Pyrexia"} <= set(names)


@pytest.mark.parametrize("sited", [False, True])
def test_signs_call_for_a_doctor_where_the_folder_names_no_part_of_the_body(
    tmp_path: Path, sited: bool
) -> None:
    shoulder = start_folder(tmp_path / "shoulder")
    findings = shoulder / "findings.toml"
    pressure = '\ncodes = { hpo = "HP:0100749" }\nkind = "symptom"\nquestion = "Is there pressure'
    text = findings.read_text("utf-8")
    text = text.replace('\nkind = "symptom"\nquestion = "Is there pressure', pressure)
    if sited:
        codes = '\ncodes = { hpo = { id = "HP:0030833", site = "arm" } }'
        text = text.replace('label = "weak arm"', f'label = "weak arm"{codes}')
    findings.write_text(text, "utf-8")
    model = kb.load(shoulder)
    patient = model.load_phenopacket(
        packet(feature("HP:0100749", "Chest pain"), feature("HP:6001144"))
    )
    assert patient.answers == {"chest_pressure": "present"}
    assert patient.diagnose().urgency.level == ("routine" if sited else "now")
    told = (
        "of the arm, so the signs in it call for nothing here by themselves; in somebody with pain"
    )
    assert (told in patient.text) == sited
    assert "knee" not in patient.text.replace("kneebayes", "")
