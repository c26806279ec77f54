"""Urgency follows from the signs, whatever the posterior says."""

from collections.abc import Mapping

import pytest

import kneebayes as kb
from kneebayes.case import Urgency, judge_urgency, read_answers

INFECTION = "signs of infection: two or more of redness, warmth and swelling"
CLOT = "a sign of a blood clot: a swollen leg or a tender calf"
LUNGS = "a clot may have reached the lungs: breathlessness or chest pain"
BREAK = "a misshapen knee after a sudden start or a trauma: it may be dislocated or broken"
MAY_BE_BROKEN = "a knee that bears no weight or has tender bone after a trauma: it may be broken"
UNUSABLE = "the knee cannot bear weight or bend, is locked or out of shape"
SERIOUS = "a warning sign of a serious knee injury"
EMERGENCY = "a cause that must be treated at once is known"
TUMOR = "a growing or hard lump, pain at night or feeling ill: a tumor must be ruled out"

RULES = [
    ({"severe pain": True}, "now", "severe pain"),
    ({"fever": True}, "now", "a sign of infection: fever with a painful knee"),
    ({"redness": True, "warmth": True}, "now", INFECTION),
    ({"warmth": True, "swollen knee": True}, "now", INFECTION),
    ({"swollen knee": True, "swelling over the kneecap": True}, "now", INFECTION),
    (
        {"red skin area with a clear border": True},
        "now",
        "a sign of skin infection: a red area with a clear border",
    ),
    ({"leg swelling": True}, "now", CLOT),
    ({"calf tenderness": True}, "now", CLOT),
    ({"shortness of breath": True}, "now", LUNGS),
    ({"chest pain": True}, "now", LUNGS),
    (
        {"cold or pale foot": True},
        "now",
        "a cold or pale foot: the artery behind the knee may be hurt",
    ),
    ({"misshapen knee": True, "onset": "sudden"}, "now", BREAK),
    ({"misshapen knee": True, "recent trauma": True}, "now", BREAK),
    ({"misshapen knee": True, "immediate swelling": True}, "now", BREAK),
    (
        {"joint fluid: bacteria or very high white cells": True},
        "now",
        "a test points to an infection of joint or bone",
    ),
    ({"MRI: bone infection": True}, "now", "a test points to an infection of joint or bone"),
    ({"ultrasound: clot in the vein": True}, "now", "a test points to a blood clot"),
    ({"D-dimer raised": True}, "now", "a test points to a blood clot"),
    ({"recent trauma": True, "unable to bear weight": True}, "now", MAY_BE_BROKEN),
    ({"recent trauma": True, "bone tenderness": True}, "now", MAY_BE_BROKEN),
    ({"X-ray: fracture": True}, "now", "the X-ray shows a broken bone"),
    ({"warmth": True}, "now", "a sign of infection: a knee that is hot to the touch"),
    ({"redness": True}, "now", "a sign of infection: redness that no injury explains"),
    (
        {"redness": True, "bruising": True},
        "soon",
        "redness: a warning sign of a serious knee injury",
    ),
    ({"septic arthritis": True}, "now", EMERGENCY),
    ({"pulmonary embolism": 0.3}, "now", EMERGENCY),
    ({"osteosarcoma": True}, "soon", "a cancer is known"),
    ({"unable to bear weight": True}, "soon", UNUSABLE),
    ({"unable to bend the knee": True}, "soon", UNUSABLE),
    ({"locking": True}, "soon", UNUSABLE),
    ({"misshapen knee": True, "onset": "gradual"}, "soon", UNUSABLE),
    ({"swollen knee": True}, "soon", "a swollen knee should not be ignored"),
    ({"popping": True}, "soon", SERIOUS),
    ({"pain going down stairs": True}, "soon", SERIOUS),
    ({"pain began hours or days after activity": True}, "soon", SERIOUS),
    ({"lump is hard or fixed": True}, "soon", TUMOR),
    ({"night or rest pain": True}, "soon", TUMOR),
    ({"leg ulcer": True}, "soon", "an ulcer of the leg"),
    ({"bone tenderness": True}, "soon", "tender bone: it may be broken or tired"),
]

ROUTINE = [
    {},
    {"fever": False},
    {"fever": None},
    {"lump behind the knee": True},
    {"stiffness": True},
    {"gradual onset": True},
    {"recent trauma": True},
    {"mild pain or discomfort": True},
    {"older age": True, "overweight": True},
    {"severe pain": False, "redness": False, "warmth": False, "leg swelling": False},
]


def urgency_of(model: kb.Model, said: Mapping[str, object]) -> Urgency:
    """What the rules say of some answers; no probability is computed for it."""
    answers = read_answers(model.knowledge, model.names, model.network, said)
    return judge_urgency(model.knowledge, answers)


def test_a_differential_tells_what_the_rules_say(knee: kb.Model) -> None:
    for said in ({}, {"fever": True}, {"redness": 0.3, "bruising": True}, {"leg ulcer": True}):
        assert knee.diagnose(said).urgency == urgency_of(knee, said)


@pytest.mark.parametrize(("said", "level", "reason"), RULES)
def test_signs_decide_the_level_and_say_why(
    knee: kb.Model, said: Mapping[str, object], level: str, reason: str
) -> None:
    urgency = urgency_of(knee, said)
    assert urgency.level == level
    fired = {one.text: one for one in urgency.reasons}
    assert fired[reason].level == level
    assert fired[reason].because
    kinds = ("finding", "context", "cause")
    labels = {knee.knowledge.label(knee.names.meaning(name, kinds).id) for name in said}
    assert {sign.removesuffix(", perhaps") for sign in fired[reason].signs} <= labels
    assert reason in str(urgency)


def test_the_table_above_holds_every_rule(knee: kb.Model) -> None:
    rules = {(rule.level, rule.reason) for rule in knee.knowledge.urgency}
    assert rules == {(level, reason) for _, level, reason in RULES}


def test_every_rule_fires_on_its_own_signs_and_on_no_fewer(knee: kb.Model) -> None:
    def reasons(signs: tuple[str, ...]) -> set[str]:
        return {one.text for one in urgency_of(knee, dict.fromkeys(signs, 1.0)).reasons}

    for rule in knee.knowledge.urgency:
        for first in range(len(rule.any_of) - rule.at_least + 1):
            signs = (*rule.all_of, *rule.any_of[first : first + rule.at_least])
            assert rule.reason in reasons(signs)
            for at in range(len(signs)):
                assert rule.reason not in reasons((*signs[:at], *signs[at + 1 :]))
            for other in rule.none_of:
                assert rule.reason not in reasons((*signs, other))


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


def test_a_sign_stays_urgent_when_every_urgent_cause_is_ruled_out(knee: kb.Model) -> None:
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
