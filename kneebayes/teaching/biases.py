"""Errors of judgement that the numbers of a closed case show, by the names the field gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kneebayes.odds import logit
from kneebayes.teaching.plan import best_of, uncertainty_of

if TYPE_CHECKING:
    from kneebayes.teaching.feedback import Feedback

__all__ = ["biases_of"]

PROMISING = 0.05  # of the opening uncertainty: what a free question must still promise
CONVINCED = 0.5  # stated probability from which a learner has settled on a cause
MOVED = logit(0.76)  # 5 decibans in natural units: evidence that should have been noticed
FOLLOWED = 1.0 / 3.0  # of the movement of the exact posterior, below which a statement is stuck
RARE = 0.1  # prior below which neglecting it matters


def biases_of(feedback: Feedback) -> tuple[str, ...]:
    """Premature closure, anchoring and base-rate neglect, each where the numbers show it.

    Premature closure: a cause was settled on that is not there, while a question that costs
    nothing still promised a twentieth of the opening uncertainty. Anchoring: a statement that
    followed less than a third of the way when the evidence moved the exact posterior by five
    decibans or more. Base-rate neglect: a rare cause was given what its evidence alone would
    make of even odds.

    Parameters
    ----------
    feedback
        The feedback on a closed case.

    Returns
    -------
    tuple of str
        One sentence each; empty where nothing of the kind can be seen.
    """
    return (*_closed_early(feedback), *_anchored(feedback), *_neglected(feedback))


def _closed_early(feedback: Feedback) -> Iterator[str]:
    case = feedback.case
    settled = [id for id, p in case.stated.items() if p >= CONVINCED and not feedback.present[id]]
    question, bits = best_of(case, free=True)
    if settled and bits >= PROMISING * uncertainty_of(feedback.opening) > 0.0:
        label = case.model.data.knowledge.label
        yield (
            f"Premature closure: you settled on {label(settled[0])} while "
            f"'{label(question)}' could still be asked for nothing and promised {bits:.2f} bits."
        )


def _anchored(feedback: Feedback) -> Iterator[str]:
    statements = feedback.statements()
    for cause in dict.fromkeys(one.cause for one in statements):
        own = [one for one in statements if one.cause == cause]
        moved = own[-1].evidence - own[0].evidence
        followed = own[-1].stated - own[0].stated
        if len(own) > 1 and abs(moved) >= MOVED and followed * moved < FOLLOWED * moved**2:
            yield (
                f"Anchoring: between your first and last word on "
                f"{feedback.case.model.data.knowledge.label(cause)} the evidence moved it by "
                f"{_decibans(moved):+.0f} decibans, your statement by {_decibans(followed):+.0f}."
            )


def _neglected(feedback: Feedback) -> Iterator[str]:
    last = {one.cause: one for one in feedback.statements()}
    for cause, said in last.items():
        exact = said.prior + said.evidence
        ignored = abs(said.stated - said.evidence) < abs(said.stated - exact)
        if said.prior < logit(RARE) and said.evidence > MOVED and ignored:
            label = feedback.case.model.data.knowledge.label(cause)
            yield (
                f"Base-rate neglect: {label} began at {feedback.opening.exact[cause]:.1%}. What "
                f"you found speaks for it, and still makes only {feedback.exact[cause]:.1%} of "
                f"it; you said {feedback.stated[cause]:.0%}."
            )


def _decibans(logarithm: float) -> float:
    return 4.342944819032518 * logarithm
