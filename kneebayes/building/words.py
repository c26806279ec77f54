"""Words become numbers here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.records import Cause
from kneebayes.knowledge.statements import Amount, Interval, Lexicon, Wording
from kneebayes.odds import inverse_logit, logit

Direction = Literal["frequency", "evoking", "risk"]
ROUNDS = 60


def amount_interval(amount: Amount, direction: Direction, lexicon: Lexicon) -> Interval:
    """The interval that a word, a published range or a number stands for.

    The value used is a word's own value, the middle of a published range, or the number
    itself. The middle is taken where the range is drawn from: of log-odds, of logarithms for
    a risk ratio. There published limits of confidence lie evenly about their estimate.
    """
    if isinstance(amount, str):
        word: Wording = getattr(lexicon, direction)[amount]
        return checked_interval(word.low, word.value, word.high)
    if isinstance(amount, tuple):
        low, high = amount
        middle = (low + high) / 2.0  # 0 and 1 have no logarithm of their odds
        if direction == "risk":
            middle = (low * high) ** 0.5
        elif low > 0.0 and high < 1.0:
            middle = inverse_logit((logit(low) + logit(high)) / 2.0)
        return checked_interval(low, min(max(middle, low), high), high)
    return checked_interval(amount, amount, amount)


@lru_cache(maxsize=4096)  # to check one takes longer than to look it up
def checked_interval(low: float, value: float, high: float) -> Interval:
    """The interval with these numbers: few of them serve very many statements."""
    return Interval(low=low, value=value, high=high)


class _Range(NamedTuple):
    """An interval on the way to the one that is given back, which alone is checked."""

    low: float
    value: float
    high: float


def prior_intervals(knowledge: Knowledge, lexicon: Lexicon) -> dict[str, Interval]:
    """P(cause explains the complaint | complaint) of every cause, from words and bounds.

    The rule: without a published range the word's interval and value. With one, what both
    have in common, and its middle. Where they have nothing in common, the value is the end of
    the published range that is nearest to the word, and the interval reaches to the word: two
    sources that contradict each other leave a number less sure, not more.

    Every complaint has one main explanation, so the shares add up to 1: words are scaled
    together, inside the published ranges; what still misses is shared out in proportion.
    """
    low, high = 1e-4, 1e4
    for _ in range(ROUNDS):
        middle = (low * high) ** 0.5
        total = _total(knowledge, _scaled(knowledge, lexicon, middle))
        low, high = (middle, high) if total < 1.0 else (low, middle)
    scaled = _scaled(knowledge, lexicon, high)
    factor = 1.0 / _total(knowledge, scaled)
    shares = {id: times(share, factor) for id, share in scaled.items()}
    parts = [id for id in shares if id not in knowledge.causes]
    if parts:  # together they are something else
        rest = shares[knowledge.meta.rest].value / sum(shares[id].value for id in parts)
        shares |= {id: times(shares[id], rest) for id in parts}
    return {id: Interval(**share._asdict()) for id, share in shares.items()}


def _total(knowledge: Knowledge, shares: Mapping[str, _Range]) -> float:
    """What the shares add up to; the parts of something else are in its own share."""
    return sum(shares[id].value for id in knowledge.causes)


def _scaled(knowledge: Knowledge, lexicon: Lexicon, scale: float) -> dict[str, _Range]:
    rest = knowledge.meta.rest
    priors = {
        cause.id: _prior(cause, lexicon, scale)
        for cause in knowledge.diseases.values()
        if cause.commonness.part is None
    }
    priors |= {
        cause.id: _part(cause, priors[rest])
        for cause in knowledge.diseases.values()
        if cause.commonness.part is not None
    }
    if not knowledge.parts and rest in priors:  # named parts come out of the rest's own share
        taken = sum(
            priors[cause.id].value for cause in knowledge.causes.values() if cause.layer == "beyond"
        )
        share_left = max(0.05, 1.0 - taken / priors[rest].value)
        priors[rest] = times(priors[rest], share_left)
    for cause, prior in priors.items():
        if not 0.0 < prior.value < 1.0:
            message = (
                f"causes/{cause}.toml: commonness: a prior of {prior.value:g} cannot be met; "
                "give it a published range or a word with a value above 0 and below 1."
            )
            raise KneebayesError(message)
    return priors


def _part(cause: Cause, rest: _Range) -> _Range:
    """The share of a part of something else."""
    part = cause.commonness.part
    low, high = part if isinstance(part, tuple) else (part or 0.0, part or 0.0)
    return _Range(low=low * rest.low, value=(low + high) / 2.0 * rest.value, high=high * rest.high)


def times(interval: Interval | _Range, factor: float, most: float = math.inf) -> _Range:
    """An interval whose value and ends are multiplied, each up to some number."""
    numbers = (interval.low, interval.value, interval.high)
    return _Range(*(min(factor * number, most) for number in numbers))


def _prior(cause: Cause, lexicon: Lexicon, scale: float) -> _Range:
    word = times(lexicon.commonness[cause.commonness.word], scale, 0.9)
    if cause.commonness.bounds is None:
        return word
    low, high = cause.commonness.bounds
    if high <= word.low:
        return _Range(low=low, value=high, high=word.low)
    if low >= word.high:
        return _Range(low=word.high, value=low, high=high)
    common = (max(low, word.low), min(high, word.high))
    return _Range(low=common[0], value=sum(common) / 2.0, high=common[1])
