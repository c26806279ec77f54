"""Why a cause is as probable as it is: what each answer weighs, in several ways of counting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from kneebayes.case.answers import Answer
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError, TooWideError
from kneebayes.inference.limits import seconds_left
from kneebayes.questions.explain.grounds import (
    Grounds,
    grounds_of_answer,
    grounds_of_prior,
    joined_shares,
)
from kneebayes.questions.explain.rivals import ExplainedAway, explained_away
from kneebayes.questions.explain.subsets import (
    Order,
    SubsetOdds,
    odds_in_time,
    prefixes,
    weigh,
)


@dataclass(frozen=True, slots=True)
class Stand:
    """How probable a cause is after some of the answers: log-odds in decibans, and P(present).

    ``other`` is P(other cause present), NaN where there is none.
    """

    log_odds: float
    probability: float
    other: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What one answer weighs, in decibans of the odds.

    Attributes
    ----------
    single
        With only the complaint known besides: its likelihood ratio alone.
    ledger
        Given all earlier answers.
    shapley, error
        Averaged over all orders, and the standard error of that (0 where it is exact).
    leave_one_out
        With all other answers known: what would be lost if it were unknown.
    after
        How probable the cause is after this answer.
    grounds
        What its weight rests on.
    """

    answer: Answer
    single: float
    ledger: float
    shapley: float
    error: float
    leave_one_out: float
    after: Stand
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two answers: the sum of what they weigh alone, minus what they weigh together."""

    first: str
    second: str
    apart: float
    together: float

    @property
    def overlap(self) -> float:
        """Decibans; counted twice where it has the sign of the sum."""
        return self.apart - self.together


@dataclass(frozen=True)
class Explained:
    """Why a cause is as probable as it is, or more probable than another.

    Attributes
    ----------
    cause, against
        Ids; the second is None where the odds are those of presence.
    start
        The odds before any answer: only the complaint is known, if it is.
    weights
        The answers in the order given.
    overlaps
        All pairs of answers with finite weights, the strongest overlap first.
    away
        Answers whose weight a rival cause takes away; not filled where two causes are compared.
    prior_grounds
        What the prior rests on.
    shares
        Share of article, literature, assumption and patients in the weight of all answers, each
        counted by the size of its Shapley share.
    orders
        Number of orders that were drawn; 0 if all were weighed.
    """

    cause: str
    against: str | None
    start: Stand
    weights: tuple[Weight, ...]
    overlaps: tuple[Overlap, ...]
    away: tuple[ExplainedAway, ...]
    prior_grounds: Grounds
    shares: dict[str, float]
    orders: int

    @property
    def end(self) -> Stand:
        """The point after all answers."""
        return self.weights[-1].after if self.weights else self.start

    @property
    def total(self) -> float:
        """What all answers weigh together, in decibans; infinite where they decide it."""
        if self.end.log_odds == self.start.log_odds:
            return 0.0
        return self.end.log_odds - self.start.log_odds

    @property
    def apart(self) -> float:
        """Sum of the single weights: what they would weigh if they were independent."""
        return sum(weight.single for weight in self.weights)

    @property
    def overlap(self) -> float:
        """Sum of the single weights minus the total; NaN where the answers decide the cause."""
        return self.apart - self.total if math.isfinite(self.total) else math.nan


def explain_cause(case: Case, cause: str, against: str | None, orders: int, seed: int) -> Explained:
    """Weigh every answer for a cause, or for it rather than another.

    Log-odds are ``ln P(cause) / P(not cause)``; against another cause they are
    ``ln P(cause) / P(other)``, each P(present), so that both may be present. The complaint
    always comes first. Where there are too many answers for all orders, ``orders`` are drawn.
    """
    knowledge, evidence = case.knowledge, case.evidence
    causes = [cause] if against is None else [cause, against]
    parts = [answer for answer in case.in_order if answer.id != case.data.complaint]
    ids = [part.id for part in parts]
    pairs = [1 << one | 1 << other for one, other in combinations(range(len(ids)), 2)]
    drawn, odds = odds_in_time(case.engine, evidence, ids, causes, pairs, orders=orders, seed=seed)
    if math.isnan(odds.at((1 << len(ids)) - 1)):
        labels = [knowledge.label(id) for id in causes]
        message = (
            f"against: both '{labels[0]}' and '{labels[1]}' are ruled out by the answers, so "
            "there are no odds between them. Explain one of them alone, or take back an answer."
        )
        raise EvidenceError(message)
    network = case.engine.network
    grounds = [grounds_of_answer(knowledge, network, causes, id, list(evidence)) for id in ids]
    weights = _weights(parts, grounds, odds, drawn)
    return Explained(
        cause=cause,
        against=against,
        start=_stand(odds, 0),
        weights=weights,
        overlaps=tuple(_overlaps(odds, weights)),
        away=_away(case, ids, causes, odds),
        prior_grounds=grounds_of_prior(knowledge, causes),
        shares=joined_shares(_sizes(weights)),
        orders=len(drawn),
    )


def _away(
    case: Case, ids: Sequence[str], causes: Sequence[str], odds: SubsetOdds
) -> tuple[ExplainedAway, ...]:
    """Answers whose weight a rival takes away; none where the time is over before."""
    try:
        return explained_away(case, ids, causes, odds)
    except TooWideError:
        if seconds_left() > 0.0:
            raise
        return ()


def _weights(
    parts: Sequence[Answer], grounds: Sequence[Grounds], odds: SubsetOdds, drawn: Sequence[Order]
) -> tuple[Weight, ...]:
    """Every answer in every way of counting."""
    *counted, _ = weigh(odds, drawn, len(parts))
    stands = [_stand(odds, step) for step in prefixes(range(len(parts)))[1:]]
    return tuple(map(Weight, parts, *counted, stands, grounds))


def _stand(odds: SubsetOdds, subset: int) -> Stand:
    row = odds.row(subset)
    return Stand(odds.decibans(subset), float(odds.probability[row]), float(odds.other[row]))


def _overlaps(odds: SubsetOdds, weights: Sequence[Weight]) -> list[Overlap]:
    overlaps = []
    for (one, first), (other, second) in combinations(enumerate(weights), 2):
        together = odds.decibans(1 << one | 1 << other, 0)
        apart = first.single + second.single
        if math.isfinite(together) and math.isfinite(apart):
            overlaps.append(Overlap(first.answer.id, second.answer.id, apart, together))
    return sorted(overlaps, key=lambda pair: -abs(pair.overlap))


def _sizes(weights: Sequence[Weight]) -> Iterable[tuple[Grounds, float]]:
    """How much each answer counts; where some decide the cause, they alone do."""
    deciding = [weight for weight in weights if math.isinf(weight.shapley)]
    if deciding:
        return [(weight.grounds, 1.0) for weight in deciding]
    return [(weight.grounds, abs(weight.shapley)) for weight in weights]
