"""Same-decision probability, changes of mind and interviews planned ahead."""

from itertools import combinations, product
from math import inf

import pytest

import kneebayes as kb
from kneebayes.case.case import Case
from kneebayes.questions.ask.change_of_mind import change_of_mind, weight
from kneebayes.questions.ask.interview import grow_tree
from kneebayes.questions.ask.outcomes import Outcome, Subject
from kneebayes.questions.ask.ranking import (
    open_nodes,
    rank_questions,
    same_decision,
    subject_named,
)

SIGNS = ("sign", "symptom")


def case_of(model: kb.Model, said: dict[str, object]) -> Case:
    return model.diagnose(said).case


def leading(dx: kb.Differential) -> str:
    return str(dx.ranking["id"].iloc[0])


@pytest.mark.parametrize("said", [{}, {"lump behind the knee": True}, {"fever": 0.5}])
def test_the_same_decision_is_counted_over_all_answers(
    knee: kb.Model, said: dict[str, object]
) -> None:
    case, dx = case_of(knee, said), knee.diagnose(said)
    subject = subject_named(knee.knowledge, knee.names, "urgent")
    now, questions, _ = rank_questions(case, subject)
    asked = questions[:3]
    first = same_decision(case, subject, now, asked)
    found = same_decision(case, subject, now, asked, 0.1)
    level = same_decision(case, subject, now, asked, urgency=True)
    expected = [0.0, 0.0, 0.0]
    for states in product(*(knee.network[one.id].states for one in asked)):
        answers = dict(zip((one.id for one in asked), states, strict=True))
        share = dx.probability(answers)
        after = dx.given(answers)
        expected[0] += share * (leading(after) == leading(dx))
        expected[1] += share * ((after.any_urgent >= 0.1) == (dx.any_urgent >= 0.1))
        expected[2] += share * (after.urgency.level == dx.urgency.level)
    assert [first.probability, found.probability, level.probability] == pytest.approx(
        expected, abs=1e-9
    )
    assert (first.decision, level.decision) == (leading(dx), dx.urgency.level)
    assert found.decision == ("yes" if dx.any_urgent >= 0.1 else "no")


def test_what_is_urgent_at_once_stays_so(knee: kb.Model) -> None:
    stop = knee.interview({"fever": True}, kinds=None).stop
    assert stop.urgency.decision == "now"
    assert stop.urgency.probability == pytest.approx(1.0)
    assert stop.urgency.enough
    assert stop.enough == (stop.finding.enough and stop.urgency.enough)


@pytest.mark.parametrize(
    ("about", "threshold", "many", "said"),
    [
        (None, 0.5, 1, "needs something that it is a threshold of"),
        ("gout", 1.5, 1, "a probability between 0 and 1. Got 1.5"),
        ("gout", None, 4, "at most 3 questions"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    knee: kb.Model, about: str | None, threshold: float | None, many: int, said: str
) -> None:
    case, subject = case_of(knee, {}), subject_named(knee.knowledge, knee.names, about)
    now, questions, _ = rank_questions(case, subject, SIGNS)
    with pytest.raises(kb.EvidenceError, match=said):
        same_decision(case, subject, now, questions[:many], threshold)


@pytest.mark.parametrize("to", ["osteoarthritis", "gout", "osteosarcoma"])
def test_a_change_of_mind_does_what_it_says(knee: kb.Model, to: str) -> None:
    said = {"lump behind the knee": True}
    dx = knee.diagnose(said)
    change = change_of_mind(case_of(knee, said), to, "bakers_cyst")
    assert change.sets
    shares = [one.probability for one in change.sets]
    assert shares == sorted(shares, reverse=True)
    for one in change.sets[:3]:
        after = dx.given(one.answers)
        assert after[to] > after["bakers_cyst"]
        assert one.probability == pytest.approx(dx.probability(one.answers), abs=1e-9)
        assert one.posteriors[to] == pytest.approx(after[to], abs=1e-9)


def test_no_smaller_set_exists(knee: kb.Model) -> None:
    said = {"lump behind the knee": True}
    case, dx = case_of(knee, said), knee.diagnose(said)
    change = change_of_mind(case, "gout", "bakers_cyst")
    assert change.complete
    assert change.size >= 1
    kinds = ("context", "history", "symptom", "sign", "test")
    alone = any(
        after["gout"] > after["bakers_cyst"]
        for id in open_nodes(case, kinds)
        for state in knee.network[id].states
        if dx.probability({id: state}) > 0.0 and (after := dx.given({id: state}))
    )
    assert alone == (change.size == 1)


def test_with_few_answers_open_the_search_is_that_of_all_pairs(robot: kb.Model) -> None:
    dx = robot.diagnose({})
    case = case_of(robot, {})
    order = list(dx.ranking["id"])
    for to, over in combinations(reversed(order), 2):
        change = change_of_mind(case, to, over)
        singles = [
            {id: state}
            for id in open_nodes(case, ("context", "history", "symptom", "sign", "test"))
            for state in robot.network[id].states
        ]
        works = [
            one
            for one in singles
            if dx.probability(one) > 0.0 and dx.given(one)[to] > dx.given(one)[over]
        ]
        if works and change.size:
            assert change.size == 1
            assert sorted(map(str, works)) == sorted(str(dict(one.answers)) for one in change.sets)
        elif change.size is not None:
            assert change.size != 1


def test_what_is_above_already_needs_no_answer(knee: kb.Model) -> None:
    change = change_of_mind(case_of(knee, {"lump behind the knee": True}), "bakers_cyst", "gout")
    assert (change.size, change.probability, change.complete) == (0, 1.0, True)
    assert change.tried == {0: 1}


@pytest.mark.parametrize(
    ("said", "to", "over", "message"),
    [
        ({}, "gout", "gout", "cannot rise above itself"),
        ({"gout": False}, "gout", "bakers_cyst", "to: gout is absent for certain"),
        ({"gout": False}, "bakers_cyst", "gout", "over: gout is absent for certain"),
    ],
)
def test_what_no_answer_can_change_is_refused(
    knee: kb.Model, said: dict[str, object], to: str, over: str, message: str
) -> None:
    with pytest.raises(kb.EvidenceError, match=message):
        change_of_mind(case_of(knee, said), to, over)


def test_nothing_found_is_said(knee: kb.Model) -> None:
    change = change_of_mind(case_of(knee, {}), "liposarcoma", "osteoarthritis", "context")
    assert (change.sets, change.size, change.probability) == ((), None, 0.0)
    assert not change.complete
    assert set(change.tried) == {1, 2, 3}


@pytest.mark.parametrize("about", [None, "infection"])
def test_a_tree_asks_the_best_question_at_every_point(knee: kb.Model, about: str | None) -> None:
    case, subject = case_of(knee, {}), subject_named(knee.knowledge, knee.names, about)
    root = grow_tree(case, subject, SIGNS, 2)
    assert max(len(node.path) for node in root.nodes()) == 2
    assert sum(one.probability for one in root.leaves()) == pytest.approx(1.0, abs=1e-9)
    for node in root.nodes():
        dx = knee.diagnose(dict(node.path))
        here = dx.case
        assert node.level == dx.urgency.level
        assert node.probability == pytest.approx(knee.diagnose().probability(dict(node.path)))
        for cause in knee.causes:
            assert node.now.posteriors[cause.id] == pytest.approx(dx[cause.id], abs=1e-9)
        if node.question is not None:
            best = rank_questions(here, subject, SIGNS)[1][0]
            assert node.question.bits == pytest.approx(best.bits, abs=1e-9)


def test_a_branch_ends_where_it_becomes_urgent(knee: kb.Model) -> None:
    subject = subject_named(knee.knowledge, knee.names, "infection")
    root = grow_tree(case_of(knee, {}), subject, SIGNS, 3)
    assert any(node.level == "now" for node in root.leaves())
    assert all(not node.branches for node in root.nodes() if node.level == "now")
    urgent = grow_tree(case_of(knee, {"severe pain": True}), Subject(subject.causes), SIGNS, 1)
    assert urgent.branches  # what is urgent from the start may still be asked about


def outcome(answers: dict[str, str], a: float, b: float) -> Outcome:
    return Outcome(answers, 0.5, {"a": a, "b": b}, None)


@pytest.mark.parametrize(
    ("before", "after", "right"),
    [
        ((0.2, 0.2), (0.4, 0.04), 10.0),
        ((0.2, 0.4), (0.1, 0.2), 0.0),
        ((0.5, 0.25), (0.0, 0.5), -inf),
        ((0.0, 0.25), (0.1, 0.5), -inf),
        ((0.5, 0.25), (1.0, 0.0), inf),
        ((1.0, 0.5), (1.0, 0.05), 10.0),
    ],
)
def test_the_weight_of_an_answer_between_two_causes(
    before: tuple[float, float], after: tuple[float, float], right: float
) -> None:
    found = weight(outcome({}, *before), outcome({"f": "present"}, *after), "a", "b")
    assert found == pytest.approx(right, abs=1e-9)


def test_an_outcome_says_what_was_answered() -> None:
    assert repr(outcome({}, 0.5, 0.1)) == "Outcome(now: 0.5)"
    told = {"fever": "present", "lump": "absent"}
    assert repr(outcome(told, 0.5, 0.1)) == "Outcome(fever present, lump absent: 0.5)"
