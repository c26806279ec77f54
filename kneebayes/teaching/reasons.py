"""Why the exact posterior differs from what a learner stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kneebayes.odds import logit
from kneebayes.teaching.scoring import divergence

if TYPE_CHECKING:
    from kneebayes.teaching.feedback import Feedback

__all__ = ["reasons_of"]

EXPLAINED = 2  # differences that get a paragraph
WORTH_WORDS = 0.05  # bits of divergence below which a statement is good enough


def reasons_of(feedback: Feedback) -> tuple[str, ...]:
    """A sentence or two for each of the largest differences between stated and exact.

    Parameters
    ----------
    feedback
        The feedback on a closed case.

    Returns
    -------
    tuple of str
        At most two; empty where all that was stated is close to the exact posterior.
    """
    stated, exact = feedback.case.stated, feedback.exact
    away = {id: divergence({id: exact[id]}, {id: p}) for id, p in stated.items()}
    worst = sorted((id for id in away if away[id] >= WORTH_WORDS), key=lambda id: -away[id])
    return tuple(_reason(feedback, id) for id in worst[:EXPLAINED])


def _reason(feedback: Feedback, cause: str) -> str:
    label = feedback.case.model.data.knowledge.label(cause)
    before, after = feedback.opening.exact[cause], feedback.exact[cause]
    said = f"{label}: you said {_percent(feedback.stated[cause])}, "
    said += f"what was known makes it {_percent(after)}."
    down = after < feedback.stated[cause]
    weights = sorted(_alone(feedback, cause), key=lambda pair: pair[1] if down else -pair[1])
    helpful = [(words, p) for words, p in weights if (p < before) == down and p != before]
    if not helpful:
        return f"{said} It began at {_percent(before)}, and nothing you found changes that much."
    words, alone = helpful[0]
    return f"{said} '{words}' alone takes it from {_percent(before)} to {_percent(alone)}."


def _alone(feedback: Feedback, cause: str) -> Iterator[tuple[str, float]]:
    """What each answer by itself makes of a cause that the opening left open."""
    opening, case = feedback.opening, feedback.case
    words = {one.id: f"{one.label}: {one.state}" for one in case.answers}
    asked = [id for step in case.steps for id in step.asked]
    if not asked or not 0.0 < opening.exact[cause] < 1.0:
        return
    evidence = [opening.evidence.plus(case.evidence.only([id])) for id in asked]
    marginals = case.model.data.engine.propagate_each(evidence, [cause]).marginals[cause][:, 1]
    for id, p in zip(asked, marginals.tolist(), strict=True):
        if 0.0 < p < 1.0 and abs(logit(p) - logit(opening.exact[cause])) > 1e-9:
            yield words[id], p


def _percent(probability: float) -> str:
    return f"{probability:.1%}" if 0.0 < probability < 0.095 else f"{probability:.0%}"
