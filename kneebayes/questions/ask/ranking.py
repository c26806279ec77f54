"""What to ask next: every open question with its gain and cost; and when to stop asking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.knowledge import Knowledge, Names
from kneebayes.questions.ask.outcomes import (
    Asked,
    Outcome,
    Subject,
    information,
    now_of,
    outcomes_in_time,
    outcomes_of_each,
)
from kneebayes.text import fold

QUESTION_KINDS = ("context", "history", "symptom", "sign", "test")
URGENT = "urgent"
MOST = 3  # questions whose answers are looked at together
ENOUGH = 0.95  # same-decision probability from which on a decision counts as settled


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that can still be asked, looked at or tested."""

    id: str  #: of the node
    kind: str  #: a context, history, symptom, sign or test
    #: expected information gain about the subject; for the whole differential the sum over causes,
    #: see :func:`kneebayes.questions.ask.outcomes.information`
    bits: float
    outcomes: tuple[Outcome, ...]  #: one for each answer that can occur
    levels: tuple[str, ...]  #: how urgent the patient would be after each of them
    advice: float  #: P(the answer changes how urgent it is)
    method: str  #: id of the method that gives the answer; empty if asking or looking is enough
    #: of the method, in the units of the knowledge folder. Asking and looking are assumed to cost
    #: nothing and to be no burden. A method with several results is paid once; its price is shown
    #: with each of them.
    cost: float
    burden: int  #: in the same way

    def __repr__(self) -> str:
        return f"Question({self.id!r}, {self.bits:.3g} bits)"

    def state_of(self, outcome: Outcome) -> str:
        """The answer of one of the outcomes."""
        return outcome.answers[self.id]


def subject_named(knowledge: Knowledge, names: Names, about: str | None) -> Subject:
    """The subject of questions: all causes (None), a cause or group by name, or ``"urgent"``."""
    causes = tuple(knowledge.causes)
    if about is None:
        return Subject(causes)
    if isinstance(about, str) and fold(about) == URGENT:
        members = knowledge.urgent
    else:
        meaning = names.meaning(about, ("cause", "group"), "model.causes and model.groups")
        members = knowledge.causes_in(meaning.id)
    members = tuple(dict.fromkeys(members))
    groups = [id for id, group in knowledge.groups.items() if {*group.members} == {*members}]
    known_as = members if len(members) == 1 else groups
    called = knowledge.label(known_as[0]) if known_as else "at least one urgent cause"
    return Subject(causes, members, called)


def kinds_of(kinds: str | Iterable[str] | None) -> tuple[str, ...]:
    """The kinds of question wanted; one that does not exist is an :class:`EvidenceError`."""
    if kinds is None:
        return QUESTION_KINDS
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    for kind in wanted:
        if kind not in QUESTION_KINDS:
            allowed = ", ".join(f"'{name}'" for name in QUESTION_KINDS)
            message = f"kinds: there is no kind of question {kind!r}. There are: {allowed}."
            raise EvidenceError(message)
    return tuple(kind for kind in QUESTION_KINDS if kind in wanted)


def open_nodes(case: Case, kinds: Sequence[str]) -> dict[str, str]:
    """Kind by id of the findings and contexts about which nothing was said."""
    open_kinds: dict[str, str] = {
        id: "symptom" if finding.kind == "complaint" else finding.kind
        for id, finding in case.knowledge.findings.items()
    }
    open_kinds |= dict.fromkeys(case.knowledge.contexts, "context")
    return {
        id: kind for id, kind in open_kinds.items() if kind in kinds and id not in case.evidence
    }


def rank_questions(
    case: Case, subject: Subject, kinds: Sequence[str] = QUESTION_KINDS
) -> tuple[Outcome, tuple[Question, ...], tuple[str, ...]]:
    """What is believed now, every open question, and ids of those for which no time was left.

    A question of which only one answer can occur is left out.
    """
    now = now_of(case.engine, case.evidence, subject)
    if now.subject in (0.0, 1.0):
        named = " or ".join(case.knowledge.label(id) for id in subject.members)
        state = "present" if now.subject else "absent"
        message = (
            f"about: {named} is {state} for certain, given the answers, so no question can tell "
            "more of it. Ask about something else, or take an answer back."
        )
        raise EvidenceError(message)
    nodes = open_nodes(case, kinds)
    outcomes_by_node = outcomes_in_time(case.engine, case.evidence, list(nodes), subject)
    questions = [
        _question(case, id, nodes[id], now, outcomes)
        for id, outcomes in outcomes_by_node.items()
        if len(outcomes) > 1
    ]
    unranked = tuple(id for id in nodes if id not in outcomes_by_node)
    return now, tuple(sorted(questions, key=lambda question: -question.bits)), unranked


def _question(
    case: Case, id: str, kind: str, now: Outcome, outcomes: tuple[Outcome, ...]
) -> Question:
    finding = case.knowledge.findings.get(id)
    method = "" if finding is None else finding.method
    price = case.knowledge.methods.get(method)
    levels = tuple(case.level_after(outcome.answers) for outcome in outcomes)
    pairs = zip(outcomes, levels, strict=True)
    change = sum(outcome.probability for outcome, level in pairs if level != case.level)
    cost, burden = (0.0, 0) if price is None else (price.cost, price.burden)
    bits, advice = information(now, outcomes), min(1.0, change)
    return Question(id, kind, bits, outcomes, levels, advice, method, cost, burden)


class Pair(NamedTuple):
    """Two questions asked together; ``beyond`` is how much more both tell than the sum of each."""

    first: str
    second: str
    bits: float
    beyond: float


def pareto_front(questions: Sequence[Question]) -> tuple[str, ...]:
    """Ids of the best trade-offs, the cheapest first: no other gives at least as much for less."""
    front: list[Question] = []
    for question in sorted(questions, key=lambda asked: (asked.cost, -asked.bits)):
        last = front[-1] if front else None
        equal = last and (question.bits, question.cost) == (last.bits, last.cost)
        if last is None or equal or question.bits > last.bits:
            front.append(question)
    return tuple(question.id for question in front)


def look_ahead(
    case: Case, subject: Subject, now: Outcome, questions: Sequence[Question]
) -> tuple[Pair, ...]:
    """Every pair of some questions with what both answers tell together, the best first."""
    pairs = list(combinations(questions, 2))
    asked = [list(joint_answers(pair)) for pair in pairs]
    flat = [row for each in asked for row in each]
    outcomes = iter(outcomes_of_each(case.engine, case.evidence, flat, subject))
    ahead = []
    for (first, second), each in zip(pairs, asked, strict=True):
        bits = information(now, [next(outcomes) for _ in each])
        ahead.append(Pair(first.id, second.id, bits, bits - first.bits - second.bits))
    return tuple(sorted(ahead, key=lambda pair: -pair.bits))


def joint_answers(questions: Iterable[Question]) -> Iterable[Asked]:
    """Every combination of the answers of some questions."""
    for states in product(*(question.outcomes for question in questions)):
        yield {id: state for outcome in states for id, state in outcome.answers.items()}


# when to stop: how probable it is that more answers leave the decision as it is


@dataclass(frozen=True, slots=True)
class SameDecision:
    """How probable it is that a decision stays as it is when some questions are answered."""

    kind: str  #: what is decided: ``leading cause``, ``above threshold`` or ``urgency``
    decision: str  #: what it is now: id of a cause, ``yes`` or ``no``, or how urgent it is
    threshold: float | None  #: where ``yes`` begins; None for the other kinds
    questions: tuple[str, ...]  #: their ids
    probability: float  #: P(the decision is the same after their answers | evidence)

    @property
    def enough(self) -> bool:
        """Whether the decision counts as settled."""
        return self.probability >= ENOUGH


@dataclass(frozen=True, slots=True)
class Stop:
    """Whether to go on asking, each decision under the questions most likely to change it."""

    finding: SameDecision
    urgency: SameDecision

    @property
    def enough(self) -> bool:
        """Whether both decisions are settled, as far as these questions go."""
        return self.finding.enough and self.urgency.enough


def same_decision(
    case: Case,
    subject: Subject,
    now: Outcome,
    questions: Sequence[Question],
    threshold: float | None = None,
    *,
    urgency: bool = False,
) -> SameDecision:
    """P(the decision stays the same after at most three questions), exactly.

    Decided is which cause leads; with a threshold, whether P(subject) reaches it; or the urgency
    (Chen, Choi, Darwiche, Journal of Artificial Intelligence Research 49, 2014).
    """
    _check(subject, questions, threshold)

    def decide(outcome: Outcome) -> str:
        if urgency:
            return case.level_after(outcome.answers)
        if threshold is not None and outcome.subject is not None:
            return "yes" if outcome.subject >= threshold else "no"
        return outcome.leading

    kind = "leading cause" if threshold is None else "above threshold"
    if urgency:
        kind, threshold = "urgency", None
    decision, ids = decide(now), tuple(question.id for question in questions)
    outcomes = outcomes_of_each(case.engine, case.evidence, list(joint_answers(questions)), subject)
    every = sum(outcome.probability for outcome in outcomes)  # 1 but for rounding
    other = sum(outcome.probability for outcome in outcomes if decide(outcome) != decision)
    return SameDecision(kind, decision, threshold, ids, 1.0 - other / every)


def _check(subject: Subject, questions: Sequence[Question], threshold: float | None) -> None:
    if len(questions) > MOST:
        message = f"The answers of at most {MOST} questions are looked at together. Ask for fewer."
        raise EvidenceError(message)
    if threshold is None:
        return
    if not subject.members:
        message = (
            f"threshold: {threshold!r} needs something that it is a threshold of. Ask about one "
            "cause, a group or 'urgent'."
        )
        raise EvidenceError(message)
    check_threshold(threshold)


def check_threshold(threshold: float) -> None:
    """Refuse a threshold that is no probability, or certain."""
    if not 0.0 < threshold < 1.0:
        message = f"threshold: must be a probability between 0 and 1. Got {threshold!r}."
        raise EvidenceError(message)
