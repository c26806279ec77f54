"""Words become numbers here and nowhere else."""

from __future__ import annotations

from typing import Literal

from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.parts import Amount, Interval
from kneebayes.knowledge.records import Cause
from kneebayes.knowledge.statements import Lexicon
from kneebayes.odds import inverse_logit, logit

__all__ = ["Direction", "amount_interval", "prior_intervals"]

Direction = Literal["frequency", "evoking", "risk"]
ROUNDS = 60


def amount_interval(amount: Amount, direction: Direction, lexicon: Lexicon) -> Interval:
    """The interval that a word, a published range or a number stands for.

    The value used is a word's own value, the middle of a published range, or the number
    itself. The middle is taken where the range is drawn from: of log-odds, of logarithms for
    a risk ratio. There published limits of confidence lie evenly about their estimate.

    Parameters
    ----------
    amount
        A word of the lexicon, ``(low, high)`` or one number.
    direction
        Which table of the lexicon a word is looked up in.
    lexicon
        The lexicon.
    """
    if isinstance(amount, str):
        words = {"frequency": lexicon.frequency, "evoking": lexicon.evoking, "risk": lexicon.risk}
        return words[direction][amount].interval
    if isinstance(amount, tuple):
        low, high = amount
        middle = (low * high) ** 0.5 if direction == "risk" else _even(low, high)
        return Interval(low=low, value=min(max(middle, low), high), high=high)
    return Interval(low=amount, value=amount, high=amount)


def _even(low: float, high: float) -> float:
    """The middle of two probabilities on the scale of log-odds; 0 and 1 have none."""
    if low <= 0.0 or high >= 1.0:
        return (low + high) / 2.0
    return inverse_logit((logit(low) + logit(high)) / 2.0)


def prior_intervals(knowledge: Knowledge, lexicon: Lexicon) -> dict[str, Interval]:
    """P(cause | complaint) of every cause, from words and published bounds.

    The rule: without a published range the word's interval and value. With one, what both
    have in common, and its middle. Where they have nothing in common, the value is the end of
    the word's interval that is nearest to the published range, and the interval reaches from
    the far end of what was published to what the word means by itself: two sources that
    contradict each other leave a number less sure, not more. So a published figure decides
    inside the word, and the word decides between words. A lexicon with a ``total`` is scaled
    so that the values add up to it.

    Returns
    -------
    dict
        Interval by cause.
    """
    if lexicon.total is None:
        return _scaled(knowledge, lexicon, 1.0)
    low, high = 1e-4, 10.0
    for _ in range(ROUNDS):
        middle = (low * high) ** 0.5
        total = sum(one.value for one in _scaled(knowledge, lexicon, middle).values())
        low, high = (middle, high) if total < lexicon.total else (low, middle)
    scaled = _scaled(knowledge, lexicon, high)
    total = sum(one.value for one in scaled.values())
    if abs(total - lexicon.total) > 1e-6:
        message = (
            f"lexicons.toml: {lexicon.id}.total: the causes cannot add up to {lexicon.total:g}; "
            f"scaled as far as it goes they add up to {total:g}. Change the total."
        )
        raise KneebayesError(message)
    return scaled


def _scaled(knowledge: Knowledge, lexicon: Lexicon, scale: float) -> dict[str, Interval]:
    priors = {cause.id: _prior(cause, lexicon, scale) for cause in knowledge.causes.values()}
    for cause, prior in priors.items():
        if not 0.0 < prior.value < 1.0:
            message = (
                f"causes/{cause}.toml: commonness: a prior of {prior.value:g} cannot be met; "
                "give it a published range or a word with a value above 0 and below 1."
            )
            raise KneebayesError(message)
    return priors


def _prior(cause: Cause, lexicon: Lexicon, scale: float) -> Interval:
    said = lexicon.commonness[cause.commonness.word].interval
    word = Interval(
        low=min(0.9, said.low * scale),
        value=min(0.9, said.value * scale),
        high=min(0.9, said.high * scale),
    )
    if cause.commonness.published is None:
        return word
    low, high = cause.commonness.published
    if high <= word.low:
        return Interval(low=low, value=word.low, high=word.value)
    if low >= word.high:
        return Interval(low=word.value, value=word.high, high=high)
    common = (max(low, word.low), min(high, word.high))
    return Interval(low=common[0], value=sum(common) / 2.0, high=common[1])
