"""One plan of questions that could really have been walked, to hold a learner's against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kneebayes.odds import entropy

if TYPE_CHECKING:
    from kneebayes.teaching.case import PracticeCase
    from kneebayes.teaching.situation import Situation

__all__ = ["best_of", "uncertainty_of", "walk_plan"]


def uncertainty_of(case: Situation) -> float:
    """Uncertainty about the causes in bits: the sum of the entropies of P(present)."""
    return sum(entropy(min(1.0, max(0.0, p))) for p in case.exact.values())


def best_of(case: Situation, *, free: bool) -> tuple[str, float]:
    """The open question that tells most, among those that cost nothing or those that cost.

    Parameters
    ----------
    case
        The case at one point.
    free
        Whether to look among questions that cost nothing now: asking, looking, and results of
        an examination that is paid already; otherwise among the others.

    Returns
    -------
    id, bits
        Empty and 0 where there is none.
    """
    gains = {id: bits for id, bits in case.gains.items() if (case.price_of(id) == 0.0) == free}
    return next(iter(gains.items()), ("", 0.0))


def walk_plan(opening: PracticeCase, questions: int, budget: float) -> PracticeCase:
    """Walk greedily from the opening of a case: the same patient, as many questions, no more cost.

    Each time the question with the largest expected information gain is asked among those
    that the rest of the budget pays for. The answers are the patient's own, so no question
    counts twice, and what is left at the end can be compared with what a learner left.

    Parameters
    ----------
    opening
        The case before the first question.
    questions
        How many may be asked.
    budget
        What they may cost altogether, in the units of the knowledge folder.

    Returns
    -------
    PracticeCase
        The case at the end of the plan; its steps are the plan.
    """
    case = opening
    for _ in range(questions):
        rest = budget - case.cost + 1e-9
        affordable = (id for id in case.gains if case.price_of(id) <= rest)
        question = next(affordable, "")
        if not question:
            break
        case = case.ask(question)
    return case
