"""When to stop asking: how probable it is that more answers leave the decision as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.questions.ask.outcomes import Outcome, Subject, outcomes_of_each
from kneebayes.questions.ask.ranking import Question, joint_answers

MOST = 3  # questions whose answers are looked at together
ENOUGH = 0.95  # same-decision probability from which on a decision counts as settled


@dataclass(frozen=True, slots=True)
class SameDecision:
    """How probable it is that a decision stays as it is when some questions are answered.

    Attributes
    ----------
    kind
        What is decided: ``leading cause``, ``above threshold`` or ``urgency``.
    decision
        What it is now: the id of a cause, ``yes`` or ``no``, or how urgent it is.
    threshold
        Where ``yes`` begins; None for the other kinds.
    questions
        Ids of the questions.
    probability
        P(the decision is the same after their answers | evidence).
    """

    kind: str
    decision: str
    threshold: float | None
    questions: tuple[str, ...]
    probability: float

    @property
    def enough(self) -> bool:
        """Whether the decision counts as settled."""
        return self.probability >= ENOUGH


@dataclass(frozen=True, slots=True)
class Stop:
    """Whether to go on asking: the decision about the causes, and how urgent it is.

    Each is judged under the questions that are most likely to change it.
    """

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

    Decided is which cause leads; with a threshold, whether P(subject) reaches it; or, with
    ``urgency``, how urgent it is (Chen, Choi, Darwiche, Journal of Artificial Intelligence
    Research 49, 2014).
    """
    _check(subject, questions, threshold)

    def decide(outcome: Outcome) -> str:
        """What would be decided."""
        if urgency:
            return case.level_after(outcome.answers)
        if threshold is not None and outcome.subject is not None:
            return "yes" if outcome.subject >= threshold else "no"
        return outcome.leading

    kind = "leading cause" if threshold is None else "above threshold"
    decision = decide(now)
    outcomes = outcomes_of_each(case.engine, case.evidence, list(joint_answers(questions)), subject)
    every = sum(outcome.probability for outcome in outcomes)  # 1 but for rounding
    other = sum(outcome.probability for outcome in outcomes if decide(outcome) != decision)
    return SameDecision(
        "urgency" if urgency else kind,
        decision,
        None if urgency else threshold,
        tuple(question.id for question in questions),
        1.0 - other / every,
    )


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
    if not 0.0 < threshold < 1.0:
        message = f"threshold: must be a probability between 0 and 1. Got {threshold!r}."
        raise EvidenceError(message)


def stop_rule(
    case: Case,
    subject: Subject,
    now: Outcome,
    questions: Sequence[Question],
    threshold: float = 0.5,
) -> Stop:
    """Whether the three best questions of each sort could still change what is decided.

    The questions are those that tell most one by one, so a combination of others could do
    more; and what lies further ahead is not looked at. A cause or group that is asked about
    counts as found from ``threshold`` on.
    """
    limit = threshold if subject.members else None
    changing = sorted(questions, key=lambda question: -question.advice)[:MOST]
    return Stop(
        same_decision(case, subject, now, questions[:MOST], limit),
        same_decision(case, subject, now, changing, urgency=True),
    )
