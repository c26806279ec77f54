"""Urgency follows from the signs, whatever the posterior says."""

from collections.abc import Mapping

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.case import Urgency, judge_urgency, read_answers
from kneebayes.knowledge.records import parted

SIGNS: list[tuple[dict[str, object], str]] = [
    ({"severe pain": True}, "now"),
    ({"fever": True}, "now"),
    ({"redness": True, "warmth": True}, "now"),
    ({"warmth": True, "swollen knee": True}, "now"),
    ({"redness": True, "bruising": True, "swelling over the kneecap": True}, "now"),
    ({"swollen knee": True, "weak immunity or diabetes": True, "worse than usual": True}, "now"),
    ({"recent trauma": True, "lump behind the knee": True, "feels unstable": True}, "now"),
    ({"swollen knee": True, "swelling over the kneecap": True}, "soon"),  # one sign, not two
    ({"swollen knee": True, "onset": "sudden", "immediate swelling": True}, "soon"),
    ({"red skin area with a clear border": True}, "now"),
    ({"leg swelling": True}, "now"),
    ({"calf tenderness": True}, "now"),
    ({"shortness of breath": True}, "now"),
    ({"chest pain": True}, "now"),
    ({"cold or pale foot": True}, "now"),
    ({"misshapen knee": True, "onset": "sudden"}, "now"),
    ({"misshapen knee": True, "recent trauma": True}, "now"),
    ({"misshapen knee": True, "immediate swelling": True}, "now"),
    ({"bone out of place": True}, "now"),
    ({"bone out of place": True, "onset": "sudden", "old injury": True}, "now"),
    ({"bone out of place": True, "comes and goes": True, "cannot bend": True}, "now"),
    ({"bone out of place": True, "comes and goes": True}, "soon"),  # a kneecap that goes back
    ({"bone out of place": True, "old injury": True}, "soon"),
    ({"joint fluid: bacteria or very high white cells": True}, "now"),
    ({"MRI: bone infection": True}, "now"),
    ({"ultrasound: clot in the vein": True}, "now"),
    ({"D-dimer raised": True}, "soon"),
    ({"D-dimer raised": True, "calf pain": True}, "now"),
    ({"D-dimer raised": True, "oestrogen": True}, "now"),
    ({"clot on ultrasound": True}, "now"),
    ({"recent trauma": True, "unable to bear weight": True}, "now"),
    ({"recent trauma": True, "bone tenderness": True}, "now"),
    ({"X-ray: fracture": True}, "now"),
    ({"warmth": True}, "now"),
    ({"redness": True}, "now"),
    ({"redness": True, "bruising": True}, "soon"),
    ({"septic arthritis": True}, "now"),
    ({"pulmonary embolism": 0.3}, "now"),
    ({"osteosarcoma": True}, "soon"),
    ({"unable to bear weight": True}, "soon"),
    ({"unable to bend the knee": True}, "soon"),
    ({"locking": True}, "soon"),
    ({"locking": True, "recent trauma": True}, "now"),
    ({"locking": True, "twisting injury": True}, "now"),
    ({"locking": True, "recent trauma": True, "more than six weeks": True}, "soon"),
    ({"locking": True, "recent trauma": True, "comes and goes": True}, "soon"),
    ({"cannot lift the straight leg": True, "recent trauma": True}, "now"),
    ({"cannot lift the straight leg": True}, "soon"),
    ({"calf pain": True, "active cancer": True}, "now"),
    ({"calf pain": True, "pregnant": True}, "now"),
    ({"calf pain": True, "recent_joint_procedure": True}, "now"),
    ({"painful limp": True, "age": 13}, "soon"),
    ({"xray_hip": True, "age": 13}, "now"),
    ({"cannot lift the straight leg": True, "onset": "sudden"}, "now"),
    ({"unable to bear weight": True, "onset": "sudden"}, "now"),
    ({"unable to bear weight": True, "age": 92}, "now"),
    ({"bleeding_disorder": True, "stiffness": True}, "now"),
    ({"bleeding_disorder": True, "swollen knee": True, "more than six weeks": True}, "soon"),
    ({"knee_prosthesis": True, "constant pain": True}, "now"),
    ({"swollen knee": True, "weight_loss_or_ill": True}, "now"),
    ({"swollen knee": True, "weight_loss_or_ill": True, "more than six weeks": True}, "soon"),
    ({"recent trauma": True, "numbness": True}, "now"),
    ({"artery_disease": True, "onset": "sudden", "weak_foot": True}, "now"),
    ({"leg_in_cast": True, "constant pain": True}, "now"),
    ({"lump elsewhere": True, "constant pain": True}, "soon"),
    ({"leg swelling": True, "previous_dvt": True, "more than six weeks": True}, "soon"),
    ({"limited hip rotation": True, "age": 13}, "now"),
    ({"limited hip rotation": True, "age": 6}, "now"),
    ({"limited hip rotation": True, "age": 6, "more than six weeks": True}, "soon"),
    (
        {"limited hip rotation": True, "age": 11, "overweight": True, "more than six weeks": True},
        "now",
    ),
    ({"running wound": True}, "soon"),
    ({"running wound": True, "knee prosthesis": True, "more than six weeks": True}, "now"),
    ({"running wound": True, "recent joint procedure": True}, "now"),
    ({"limited hip rotation": True, "age": 70, "recent trauma": True}, "now"),
    ({"misshapen knee": True, "onset": "gradual"}, "soon"),
    ({"swollen knee": True}, "soon"),
    ({"unable to bend the knee": True, "long duration": True, "worse than usual": True}, "soon"),
    ({"feels unstable": True, "long duration": True}, "soon"),
    ({"popping": True, "recent trauma": True}, "soon"),
    ({"pain going down stairs": True, "twisting injury": True}, "soon"),
    ({"pain began hours or days after activity": True, "recent trauma": True}, "soon"),
    ({"lump is hard or fixed": True}, "soon"),
    ({"night or rest pain": True}, "soon"),
    ({"leg ulcer": True}, "soon"),
    ({"bone tenderness": True}, "soon"),
]

ROUTINE = [
    {"limited hip rotation": True, "age": 70},  # a worn hip waits
    {"tender tibial tuberosity": True, "bone tenderness": True, "age": 13},  # as Osgood-Schlatter
    {},
    {"fever": False},
    {"fever": None},
    {"lump behind the knee": True},
    {"stiffness": True},
    {"gradual onset": True},
    {"recent trauma": True},
    {"popping": True},
    {"pain going up stairs": True, "pain going down stairs": True},
    {"pain began hours or days after activity": True},
    {"unable to straighten the knee": True, "long duration": True},
    {"mild pain or discomfort": True},
    {"older age": True, "overweight": True},
    {"severe pain": False, "redness": False, "warmth": False, "leg swelling": False},
]


def urgency_of(model: kb.Model, said: Mapping[str, object]) -> Urgency:
    """What the rules say of some answers; no probability is computed for it."""
    answers = read_answers(model.data, said)
    return judge_urgency(model.knowledge, answers)


def test_a_differential_tells_what_the_rules_say(knee: kb.Model) -> None:
    for said in ({}, {"fever": True}, {"redness": 0.3, "bruising": True}, {"leg ulcer": True}):
        assert knee.diagnose(said).urgency == urgency_of(knee, said)


@pytest.mark.parametrize(("said", "level"), SIGNS)
def test_signs_decide_the_level_and_say_why(
    knee: kb.Model, said: Mapping[str, object], level: str
) -> None:
    urgency = urgency_of(knee, said)
    assert urgency.level == level
    rules = {rule.reason for rule in knee.knowledge.urgency if rule.level == level}
    fired = [reason for reason in urgency.reasons if reason.level == level]
    assert fired
    for reason in fired:
        assert reason.text in rules
        assert reason.because
        assert reason.signs
        assert reason.text in str(urgency)


def test_every_rule_fires_on_its_own_signs_and_on_no_fewer(knee: kb.Model) -> None:
    def reasons(signs: tuple[str, ...]) -> set[str]:
        said = {
            id: (state if "." in name else 1.0) for name in signs for id, state in [parted(name)]
        }
        return {one.text for one in urgency_of(knee, said).reasons}

    for rule in knee.knowledge.urgency:
        for first in range(len(rule.any_of) - rule.at_least + 1):
            signs = (*rule.all_of, *rule.any_of[first : first + rule.at_least])
            assert rule.reason in reasons(signs)
            for at in range(len(signs)):
                assert rule.reason not in reasons((*signs[:at], *signs[at + 1 :]))
            for other in rule.none_of:
                assert rule.reason not in reasons((*signs, other))


@pytest.mark.parametrize(
    ("age", "level", "told"),
    [
        ("child", "now", "age: child"),
        (6, "now", "age: child"),
        ({"child": 0.3, "adolescent": 0.7}, "now", "age: child, perhaps"),
        ({"child": 0.2, "adolescent": 0.8}, "soon", None),
        ("adolescent", "soon", None),
        (None, "soon", None),
    ],
)
def test_a_sign_may_be_urgent_at_one_age(
    knee: kb.Model, age: object, level: str, told: str | None
) -> None:
    said = {"age": age, "swollen knee": True, "painful limp": True}
    urgency = urgency_of(knee, said)
    assert urgency.level == level
    signs = [sign for reason in urgency.reasons for sign in reason.signs]
    assert (told in signs) == (told is not None)
    frame = pd.DataFrame([said], dtype=object)
    assert knee.diagnose_cohort(frame).urgency.tolist() == [level]


@pytest.mark.parametrize("said", ROUTINE)
def test_without_a_sign_it_is_routine(knee: kb.Model, said: Mapping[str, object]) -> None:
    urgency = urgency_of(knee, said)
    assert (urgency.level, urgency.reasons) == ("routine", ())
    assert str(urgency) == "See a doctor; nothing told here makes it urgent."


def test_a_probable_cause_is_no_sign(knee: kb.Model) -> None:
    dx = knee.diagnose({"leg in a cast": True, "previous DVT": True, "active cancer": True})
    assert dx["DVT"] > 2 * knee.diagnose()["DVT"]
    assert dx.any_urgent > knee.diagnose().any_urgent
    assert dx.urgency.level == "routine"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"cannot lift leg": True, "kneecap gap": True, "recent trauma": True},
        {"claudication": True, "age": "young adult"},
        {"fever": 0.5, "DVT": False},
        {"DVT": True},
    ],
    ids=str,
)
def test_urgent_parts_count_whether_they_are_named_or_not(
    knee: kb.Model, said: Mapping[str, object]
) -> None:
    """So a print that says "now" has no small probability below, though a part explains it."""
    lumped, named = knee.diagnose(said), kb.load(layer="beyond").diagnose(said)
    assert lumped.any_urgent == pytest.approx(named.any_urgent, rel=1e-9)
    parts = [id for id in knee.knowledge.urgent if id not in knee.knowledge.causes]
    assert named.any_urgent > sum(named[id] for id in parts) > 0.0 or "DVT" in said


def test_a_sign_stays_urgent_when_every_urgent_cause_is_ruled_out() -> None:
    knee = kb.load(layer="beyond")
    innocent = {cause.id: False for cause in knee.causes if cause.urgent}
    dx = knee.diagnose({"fever": True, **innocent})
    assert dx.any_urgent == 0.0
    assert dx.urgency == knee.diagnose({"fever": True}).urgency
    assert dx.urgency.level == "now"


def test_gout_with_a_hot_knee_and_fever_stays_urgent(knee: kb.Model) -> None:
    dx = knee.diagnose(
        {"fever": True, "warmth": True, "gout known": True, "big toe attacked before": True}
    )
    assert dx.top == "gout"
    assert dx.urgency.level == "now"


@pytest.mark.parametrize(
    ("presence", "level"),
    [
        (0.0, "routine"),
        (0.1, "routine"),
        (0.24, "routine"),
        (0.25, "now"),
        (0.3, "now"),
        (1.0, "now"),
    ],
)
def test_an_uncertain_sign_counts_from_a_quarter_on(
    knee: kb.Model, presence: float, level: str
) -> None:
    assert urgency_of(knee, {"fever": presence}).level == level


def test_the_most_urgent_reasons_come_first(knee: kb.Model) -> None:
    said = {"leg ulcer": True, "redness": True, "fever": True, "popping": True, "chest pain": True}
    urgency = urgency_of(knee, said)
    levels = [reason.level for reason in urgency.reasons]
    assert levels == sorted(levels)
    assert urgency.level == levels[0] == "now"
    assert urgency.advice == "Go to a doctor now."


def test_more_signs_never_make_it_less_urgent(knee: kb.Model) -> None:
    said: dict[str, object] = {}
    reasons: set[str] = set()
    for name in ("stiffness", "popping", "warmth", "leg swelling", "swollen knee", "fever"):
        said[name] = True
        now = {reason.text for reason in urgency_of(knee, said).reasons}
        assert reasons <= now
        reasons = now


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ({"sparks": True}, "now"),
        ({"burning head": True}, "routine"),
        ({"rain": True}, "routine"),
        ({"burning head": True, "rain": True}, "soon"),
        ({"slow heat": True, "rain": True}, "routine"),
        ({"burning head": True, "rain": True, "sparks": True}, "now"),
    ],
)
def test_rules_of_another_folder(robot: kb.Model, said: Mapping[str, object], level: str) -> None:
    assert urgency_of(robot, said).level == level
