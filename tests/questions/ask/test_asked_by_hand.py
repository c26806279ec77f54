"""What is asked, planned and decided, of invented outcomes: word for word, field by field."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.questions.ask.change_of_mind import ChangeOfMind
from kneebayes.questions.ask.interview import DecisionTree, TreeNode
from kneebayes.questions.ask.outcomes import (
    Outcome,
    Subject,
    information,
    most_moved,
    outcomes_of_each,
)
from kneebayes.questions.ask.ranking import (
    Question,
    SameDecision,
    Stop,
    same_decision,
    subject_named,
)

GOUT, CYST, DVT = "gout", "bakers_cyst", "deep_vein_thrombosis"


@pytest.fixture(scope="module")
def case(knee: kb.Model) -> Case:
    return knee.diagnose({}).case


def outcome(
    answers: dict[str, str], probability: float, *posteriors: float, subject: float | None = None
) -> Outcome:
    return Outcome(answers, probability, dict(zip((GOUT, CYST, DVT), posteriors)), subject)  # noqa: B905


NOW = outcome({}, 1.0, 0.3, 0.5, 0.1)
FEVER = outcome({"fever": "present"}, 0.2, 0.6, 0.2, 0.1)


Change = dict[str, Any]


def change(*sets: Outcome, tried: dict[int, int] | None = None, complete: bool = True) -> Change:
    """All of a change of mind but the patient."""
    about = {"to_id": GOUT, "over_id": CYST, "now": NOW, "sets": sets}
    return {**about, "tried": {1: 40} if tried is None else tried, "complete": complete}


def both(probability: float) -> Outcome:
    return outcome({"fever": "present", "redness": "absent"}, probability, 0.45, 0.4, 0.1)


@pytest.mark.parametrize(
    ("made", "found", "search", "size"),
    [
        (
            change(FEVER),
            (
                "1 answer is enough: fever: present (probability 20%). The most probable cause "
                "then: gout (60%)."
            ),
            ["Sets of answers tried: 40 of size 1.", "All single answers were tried."],
            "1 answer, 20%",
        ),
        (
            change(both(0.1), both(0.05), tried={1: 40, 2: 9}),
            (
                "2 answers are enough: fever: present; redness: absent (probability 10%); "
                "1 other set of that size as well. The most probable cause then: gout (45%)."
            ),
            [
                "Sets of answers tried: 40 of size 1, 9 of size 2.",
                (
                    "All single answers were tried; larger sets only of the answers that by "
                    "themselves speak most for the one over the other. No smaller set exists."
                ),
            ],
            "2 answers, 10%",
        ),
        (
            change(tried={1: 40, 2: 9}, complete=False),
            "No set of 2 answers or fewer was found that does it.",
            [
                "Sets of answers tried: 40 of size 1, 9 of size 2.",
                (
                    "All single answers were tried; larger sets only of the answers that by "
                    "themselves speak most for the one over the other. The search is not complete."
                ),
            ],
            "none found, 0%",
        ),
        (change(NOW, tried={0: 1}), "gout is above Baker's cyst already.", [], "0 answers, 100%"),
    ],
)
def test_a_change_of_mind_is_told_in_words(
    case: Case, made: Change, found: str, search: list[str], size: str
) -> None:
    told = ChangeOfMind(case, **made)
    assert told.report.lead == (found,)
    assert list(told.report.notes) == search
    assert repr(told) == f"ChangeOfMind(gout above Baker's cyst: {size})"
    assert told.report.rows[0] == ("(now)", "", "30%", "50%", "Baker's cyst (50%)")
    assert told.answers == (dict(made["sets"][0].answers) if made["sets"] else {})


def test_a_change_of_mind_is_told_field_by_field(case: Case) -> None:
    sets = [both(0.1 - 0.01 * place) for place in range(7)]
    told = ChangeOfMind(case, **change(*sets, tried={1: 40, 2: 9}))
    for one, row in zip(sets, told.table.to_dict("records"), strict=True):
        assert row == {
            "ids": "fever=present; redness=absent", "answers": "fever: present; redness: absent",
            "size": 2, "probability": one.probability, "to": GOUT, "over": CYST,
            "to_posterior": 0.45, "over_posterior": 0.4, "first": GOUT, "first_posterior": 0.45,
        }  # fmt: skip
    shown = ("fever: present; redness: absent", "10%", "45%", "40%", "gout (45%)")
    assert told.report.rows[1] == shown
    assert len(told.report.rows) == 1 + 5
    assert told.report.header == ("answers", "probability", "gout", "Baker's cyst", "first then")
    assert len(told.draw().get_yticks()) == 1 + 5
    empty = ChangeOfMind(case, **change(NOW, tried={0: 1}))
    assert len(empty.report.rows) == len(empty.draw().get_yticks()) == 1
    assert list(ChangeOfMind(case, **change(complete=False)).table.columns) == list(
        told.table.columns
    )


def test_a_third_cause_may_come_first_then(knee: kb.Model) -> None:
    """What makes gout more probable than the cyst leaves both behind what is not named."""
    told = knee.diagnose({"lump behind the knee": True}).change_of_mind(to="gout")
    then = knee.diagnose({"lump behind the knee": True} | told.answers)
    assert (
        told.table["first"].iloc[0] == then.ranking["id"].iloc[0] not in (told.to_id, told.over_id)
    )
    assert f"The most probable cause then: {then.top} (" in told.text


def question(outcomes: tuple[Outcome, ...], **more: Any) -> Question:
    told = {"id": "fever", "kind": "symptom", "bits": 0.2, "levels": ("now", "routine")}
    told |= {"advice": 0.2, "method": "", "cost": 0.0, "burden": 0}
    return Question(outcomes=outcomes, **{**told, **more})


@pytest.mark.parametrize("subject", [None, 0.25])
def test_a_plan_is_told_field_by_field(case: Case, subject: float | None) -> None:
    yes = replace(FEVER, subject=subject)
    no = replace(outcome({"fever": "absent"}, 0.8, 0.2, 0.55, 0.1), subject=subject)
    root = replace(NOW, subject=subject)
    tree = TreeNode((), 1.0, root, "routine", question((yes, no)), (
        TreeNode((("fever", "present"),), 0.2, yes, "now", None, ()),
        TreeNode((("fever", "absent"),), 0.8, no, "soon", None, ()),
    ))  # fmt: skip
    told = DecisionTree(case, "infection", tree)
    first, second, third = told.table.to_dict("records")
    asks = first["asks"]
    assert asks
    believed = [0.5, 0.6, 0.55] if subject is None else [subject] * 3
    start = {"depth": 0, "path": "", "answer": "", "probability": 1.0, "reached": 1.0}
    start |= {"ask": "fever", "asks": asks, "leading": CYST, "posterior": believed[0]}
    assert first == {**start, "urgency": "routine"}
    end = {"depth": 1, "ask": "", "asks": ""}
    assert second == {
        **end, "path": "fever: present", "answer": "present", "probability": 0.2, "reached": 0.2,
        "leading": GOUT, "posterior": believed[1], "urgency": "now",
    }  # fmt: skip
    assert third == {
        **end, "path": "fever: absent", "answer": "absent", "probability": 0.8, "reached": 0.8,
        "leading": CYST, "posterior": believed[2], "urgency": "soon",
    }  # fmt: skip
    says = (
        ["Baker's cyst 50%", "gout 60%, act: now", "Baker's cyst 55%, act: soon"]
        if subject is None
        else ["infection 25%", "infection 25%, act: now", "infection 25%, act: soon"]
    )
    (outline,) = told.report.before
    assert outline.lines == (
        (0, f"{asks} [{says[0]}]"),
        (1, f"present (20%): -> {says[1]}"),
        (1, f"absent (80%): -> {says[2]}"),
    )
    assert "An interview about infection, 1 question deep at most" in told.report.title
    assert repr(told) == "DecisionTree(about infection: 1 deep, 2 ends)"
    assert [len(node.path) for node in tree.nodes()] == [0, 1, 1]
    assert [node.level for node in tree.leaves()] == ["now", "soon"]
    assert repr(tree.branches[0]) == "TreeNode(1 answer, 0.2: the end)"
    assert repr(tree) == "TreeNode(0 answers, 1: Question('fever', 0.2 bits))"
    drawn = [" ".join(text.get_text().split()) for text in told.draw().texts]
    assert drawn[1].startswith(f"present (20%): {says[1].split(',')[0]}")


def kl(after: float, before: float) -> float:
    """Relative entropy of two yes/no beliefs, in bits."""
    pairs = ((after, before), (1.0 - after, 1.0 - before))
    return sum(new * math.log2(new / old) for new, old in pairs if new > 0.0)


def test_information_is_the_mean_relative_entropy() -> None:
    """Of the subject; of the whole differential it is the sum over the causes."""
    rng = np.random.default_rng(4)
    for _ in range(20):
        share = rng.uniform(0.1, 0.9)
        yes, no = rng.uniform(0.05, 0.95, 3), rng.uniform(0.05, 0.95, 3)
        now = share * yes + (1.0 - share) * no
        outcomes = [outcome({"x": "a"}, share, *yes), outcome({"x": "b"}, 1.0 - share, *no)]
        each = [
            share * kl(a, before) + (1.0 - share) * kl(b, before)
            for a, b, before in zip(yes, no, now, strict=True)
        ]
        assert information(outcome({}, 1.0, *now), outcomes) == pytest.approx(sum(each))
        best = (GOUT, CYST, DVT)[int(np.argmax(each))]
        assert most_moved(outcome({}, 1.0, *now), outcomes) == best
        about = [replace(one, subject=one.posteriors[CYST]) for one in outcomes]
        whole = outcome({}, 1.0, *now, subject=float(now[1]))
        assert information(whole, about) == pytest.approx(each[1])
        assert most_moved(whole, about) == best


@pytest.mark.parametrize("before", [0.0, 1.0])
def test_what_is_certain_is_not_moved(before: float) -> None:
    now = outcome({}, 1.0, before, before, before)
    assert information(now, [outcome({"x": "a"}, 1.0, before, before, before)]) == 0.0


@pytest.mark.parametrize(("probability", "enough"), [(0.95, True), (0.9499, False), (1.0, True)])
def test_a_decision_is_settled_from_95_percent_on(probability: float, enough: bool) -> None:
    one = SameDecision("leading cause", GOUT, None, ("fever",), probability)
    sure = replace(one, probability=1.0)
    assert one.enough is enough
    assert Stop(one, sure).enough is enough
    assert Stop(sure, one).enough is enough
    assert Stop(one, one).enough is enough


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1, math.nan])
def test_a_threshold_lies_between_0_and_1(case: Case, threshold: float) -> None:
    subject = Subject((GOUT, CYST, DVT), (GOUT,))
    with pytest.raises(EvidenceError) as refused:
        same_decision(case, subject, NOW, [], threshold)
    assert str(refused.value) == (
        f"threshold: must be a probability between 0 and 1. Got {threshold!r}."
    )


@pytest.mark.parametrize(
    ("subject", "threshold", "urgency", "told"),
    [
        (None, None, False, ("leading cause", CYST, None)),
        (0.3, 0.3, False, ("above threshold", "yes", 0.3)),
        (0.2999, 0.3, False, ("above threshold", "no", 0.3)),
        (0.3, 0.3, True, ("urgency", "routine", None)),
        (None, None, True, ("urgency", "routine", None)),
    ],
)
def test_without_questions_the_decision_stays(
    case: Case,
    subject: float | None,
    threshold: float | None,
    urgency: bool,
    told: tuple[str, str, float | None],
) -> None:
    about = Subject((GOUT, CYST, DVT), () if subject is None else (GOUT,))
    now = replace(NOW, subject=subject)
    exact = case.engine.propagate(case.evidence, [GOUT, CYST, DVT])
    assert exact.present(GOUT) < 0.3
    decided = same_decision(case, about, now, [], threshold, urgency=urgency)
    assert (decided.kind, decided.decision, decided.threshold) == told
    assert decided.questions == ()


def test_both_decisions_are_looked_at_under_their_own_questions(knee: kb.Model) -> None:
    """The first three that tell most, and the three that change the advice most."""
    asking = knee.interview({"lump behind the knee": True}, kinds="symptom")
    questions, stop = asking.questions.ranked, asking.stop
    assert stop.finding.questions == tuple(one.id for one in questions[:3])
    changing = sorted(questions, key=lambda one: -one.advice)[:3]
    assert stop.urgency.questions == tuple(one.id for one in changing)
    assert (stop.finding.kind, stop.finding.threshold) == ("leading cause", None)
    found = replace(asking, about="gout").stop.finding
    assert (found.kind, found.threshold, found.decision) == ("above threshold", 0.5, "no")


def test_what_questions_are_about_is_called_by_its_name(knee: kb.Model) -> None:
    knowledge, names = knee.knowledge, knee.names
    causes = tuple(knowledge.causes)
    urgent = knowledge.urgent
    group = next(iter(knowledge.groups.values()))
    for about, members, called in (
        ("Urgent", urgent, "at least one urgent cause"),
        ("gout", (GOUT,), "gout"),
        (group.label, tuple(group.members), group.label),
    ):
        assert subject_named(knowledge, names, about) == Subject(causes, members, called)
    assert subject_named(knowledge, names, None) == Subject(causes)


def test_titles_say_what_comes_first(knee: kb.Model) -> None:
    asked = knee.diagnose({"lump behind the knee": True}).questions(kinds="sign")
    about = "What to ask next about the causes as a whole:"
    assert f"{about} what tells most first" in asked.report.title
    assert f"{about} what can change the advice first" in asked.by_advice.report.title
    shown = " ".join(asked.by_advice.draw_pareto().get_title(loc="left").split())
    assert f"{about} what can change the advice first" in shown
    more = len(asked.table) - len(asked.report.rows)
    assert asked.report.notes[0] == f"{more} more in the table."


def test_from_what_is_impossible_nothing_follows(robot: kb.Model) -> None:
    subject = Subject(("rusty_bolt",))
    none = dict.fromkeys(robot.knowledge.causes, "absent")
    impossible = Evidence.of(robot.network, {"headache": "present", **none})
    with pytest.raises(kb.ImpossibleEvidenceError, match="probability zero, so nothing follows"):
        outcomes_of_each(robot.engine, impossible, [{}], subject)
    assert outcomes_of_each(robot.engine, impossible, [], subject) == []


def test_an_empty_list_of_questions_is_drawn_and_said(knee: kb.Model) -> None:
    nothing = knee.diagnose({}).questions(kinds=())
    assert nothing.report.notes[0] == "Nothing is left to ask."
    for ax in (nothing.draw_pareto(), nothing.draw()):
        assert "about the causes as a whole" in " ".join(ax.get_title(loc="left").split())
