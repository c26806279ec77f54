"""What follows from answers, by going through all worlds of a small model."""

import math
import re

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.case.answers import (
    answer_of,
    read_in_order,
    says_no,
    says_unknown,
    says_yes,
    spoken,
)
from kneebayes.case.bounded import _too_slow, budget_of
from kneebayes.case.urgency import Urgency, UrgencyReason
from kneebayes.errors import EvidenceError, KneebayesError
from kneebayes.inference import Evidence

SAID: dict[str, object] = {"squeak": True, "sparks": 0.25, "rain": False, "model year": "vintage"}


def worlds(model: kb.Model, evidence: Evidence) -> np.ndarray:
    return oracle.worlds(model.network, evidence).astype(float)


def chance(model: kb.Model, evidence: Evidence, event: dict[str, str]) -> float:
    """P(event | evidence) by all worlds."""
    both = evidence.plus(Evidence.of(model.network, event))
    return float(worlds(model, both).sum() / worlds(model, evidence).sum())


def test_a_belief_is_that_of_all_worlds(robot: kb.Model) -> None:
    case = robot.diagnose(SAID).case
    evidence, belief = case.evidence, case.belief
    assert math.exp(belief.log_probability) == pytest.approx(float(worlds(robot, evidence).sum()))
    for cause in robot.knowledge.causes:
        assert belief.posteriors[cause] == pytest.approx(
            chance(robot, evidence, {cause: "present"})
        )
        there = robot.knowledge.there[cause]
        assert belief.present[cause] == pytest.approx(chance(robot, evidence, {there: "present"}))
    assert sum(belief.posteriors.values()) == pytest.approx(1.0)
    assert case.probability_of_evidence == pytest.approx(math.exp(belief.log_probability))


@pytest.mark.parametrize("complaint", [True, None])
def test_conflict_is_measured_given_the_complaint_if_it_is_there(
    robot: kb.Model, complaint: bool | None
) -> None:
    case = robot.diagnose({"headache": complaint, "squeak": True, "sparks": True}).case
    base = {"headache": "present"} if complaint else {}
    one = Evidence.of(robot.network, base)
    apart = [chance(robot, one, {id: "present"}) for id in ("squeak", "sparks")]
    both = chance(robot, one, {"squeak": "present", "sparks": "present"})
    right = math.log2(apart[0] * apart[1] / both)
    assert case.conflict == pytest.approx(right)


def test_the_chance_of_an_event_with_a_group(robot: kb.Model) -> None:
    """At least one of its members is there, and all else that the event says."""
    seen = robot.diagnose({"squeak": True}).case.evidence
    members = [robot.knowledge.there[id] for id in robot.knowledge.groups["wear"].members]
    assert len(members) == 2
    none = dict.fromkeys(members, "absent")
    right = 1.0 - chance(robot, seen, none)
    dx = robot.diagnose({"squeak": True})
    assert dx.probability({"wear": True}) == pytest.approx(right)
    sparks = chance(robot, seen, {"sparks": "present"})
    both = sparks - chance(robot, seen, {"sparks": "present", **none})
    assert dx.probability({"wear": True, "sparks": True}) == pytest.approx(both)
    assert dx.probability({"wear": False, "sparks": True}) == pytest.approx(sparks - both)
    assert dx.probability({"wear": True, "squeak": False}) == 0.0


def test_an_event_names_one_group_as_present(knee: kb.Model) -> None:
    first, second, *_ = knee.knowledge.groups
    text = re.escape(f"An event can name one group as present, got {first}, {second}.")
    with pytest.raises(EvidenceError, match=text):
        knee.diagnose().probability({first: True, second: True, "fever": True})


def test_what_cannot_be_names_states_and_what_is_only_likely(robot: kb.Model) -> None:
    said: dict[str, object] = dict.fromkeys(robot.knowledge.causes, False)
    with pytest.raises(kb.ImpossibleEvidenceError) as caught:
        robot.diagnose(said)
    text = str(caught.value)
    assert text.startswith("The evidence has probability 0 under this model: ")
    assert text.endswith(" cannot be true together. Change or leave out one of them.")
    assert caught.value.urgency == ""  # no sign among them is urgent
    assert set(caught.value.conflict) == set(map(robot.knowledge.there.__getitem__, said))
    for cause in said:
        assert f"{robot.knowledge.label(cause)} = absent" in text


# time


@pytest.mark.parametrize(
    ("seconds", "told", "more"),
    [(0.5, "0.5", 10), (2.0, "2", 10), (3.0, "3", 15), (60.0, "60", 300)],
)
def test_a_question_without_an_answer_in_time_says_how_much_more_to_give(
    seconds: float, told: str, more: int
) -> None:
    assert _too_slow("rank", seconds) == (
        f"'rank' was not answered within {told} seconds. What is open makes it slow: answer some "
        "contexts (such as age), or leave out positive findings. Or give it more time: "
        f"model.within(seconds={more}).diagnose(...)."
    )


def test_a_budget_in_seconds_and_gigabytes() -> None:
    made = budget_of(3, 2)
    assert (made.seconds, made.bytes) == (3.0, 2.0 * 2**30)
    for wrong in (0.0, -1.0):
        for name, values in (("seconds", (wrong, 1.0)), ("gigabytes", (1.0, wrong))):
            text = f"'{name}' must be a number above 0, got {wrong}"
            with pytest.raises(KneebayesError, match=re.escape(text)):
                budget_of(*values)


# words


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("yes Y TRUE + ++ +++ positive Pos present", says_yes),
        ("no N False negative NEG denied denies Absent", says_no),
        ("? ?? - -- --- \u2013 \u2014 . unk Unknown missing n.a. NA null", says_unknown),
    ],
)
def test_words_for_an_answer(words: str, which: object) -> None:
    for word in words.split():
        for ask in (says_yes, says_no, says_unknown):
            assert ask(word) == (ask is which), word
            assert ask(f" {word} ") == (ask is which), word


@pytest.mark.parametrize(
    ("answer", "yes", "no", "unknown"),
    [
        (True, True, False, False),
        (np.bool_(False), False, True, False),
        (None, False, False, True),
        (np.float64("nan"), False, False, True),
        (1, False, False, False),
        (0.0, False, False, False),
        ("not asked", False, False, True),
        ("not  Documented", False, False, True),
        ("n/a", False, False, True),
        ("maybe", False, False, False),
    ],
)
def test_values_for_an_answer(answer: object, yes: bool, no: bool, unknown: bool) -> None:
    assert (says_yes(answer), says_no(answer), says_unknown(answer)) == (yes, no, unknown)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("0.7", 0.7), (" 67 ", 67.0), ("", None), (" NaN ", None), ("<NA>", None), ("na", None),
        ("null", None), ("yes", "yes"), (math.nan, None), (np.float32("nan"), None), (0.5, 0.5),
        (True, True), (None, None), ("inf", math.inf),
    ],
)  # fmt: skip
def test_a_cell_as_an_answer(cell: object, answer: object) -> None:
    assert spoken(cell) == answer


@pytest.mark.parametrize(
    ("id", "likelihood", "words"),
    [
        ("squeak", (0.0, 1.0), "present"),
        ("squeak", (0.5, 0.0), "absent"),
        ("squeak", (0.75, 0.25), "perhaps present (0.25 to 0.75)"),
        ("squeak", (0.2, 0.2), "perhaps present (even, weighs nothing)"),
        ("squeak", (1.0, 3.0), "perhaps present (0.75 to 0.25)"),
        ("hot_head", (1.0, 0.0), "slow"),
        ("hot_head", (0.4, 0.6), "perhaps sudden (0.6 to 0.4)"),
        ("model_year", (1.0, 1.0, 0.0), "one of vintage model, current model"),
        ("model_year", (0.0, 1.0, 0.0), "current model"),
        ("model_year", (0.5, 0.25, 0.0), "vintage model 0.5, current model 0.25, prototype 0"),
    ],
)
def test_an_answer_in_words(
    robot: kb.Model, id: str, likelihood: tuple[float, ...], words: str
) -> None:
    answer = answer_of(robot.data, id, likelihood)
    assert (answer.state, answer.label) == (words, robot.knowledge.label(id))


def test_answers_in_the_order_of_the_nodes_that_they_speak_of(robot: kb.Model) -> None:
    said = {"squeaking": True, "squeak": "yes", "wear": False, "vintage": True, "sparks": None}
    worn = [robot.knowledge.there[id] for id in robot.knowledge.groups["wear"].members]
    named, answers = read_in_order(robot.data, said)
    assert named == ("squeak", *worn, "model_year", "sparks")
    states = [(answer.id, answer.state) for answer in answers]
    assert states[:-1] == [("squeak", "present"), *((id, "absent") for id in worn)]
    assert states[-1][0] == "model_year"


def test_urgency_as_a_sentence() -> None:
    reason = UrgencyReason("now", "a leak", ("wet", "cold, perhaps"), ("C01", "ref"))
    assert str(reason) == "a leak (wet, cold, perhaps; C01, ref)"
    assert str(Urgency("now", (reason, reason), "Act.")) == f"Act. {reason}; {reason}"
    assert str(Urgency("routine", (), "Wait.")) == "Wait."


def test_a_case_says_how_many_answers_and_which_reading(robot: kb.Model) -> None:
    assert repr(robot.diagnose(SAID).case) == "Case(5 answers, lexicon: plain)"
    assert repr(robot.diagnose().case) == "Case(1 answer, lexicon: plain)"
    assert re.fullmatch(r"Case\(0 answers, .*\)", repr(robot.diagnose({"headache": None}).case))
