"""The odds of a cause under subsets of the evidence, and Shapley shares over all orders."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from math import comb
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import TooWideError
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.inference.limits import clock_running, seconds_left, within_time
from kneebayes.network import Numbers
from kneebayes.text import counted

Order = tuple[int, ...]


def change(after: Numbers, before: Numbers) -> Numbers:
    """After minus before; nothing where both are the same infinity, for it was decided already.

    Examples
    --------
    >>> change(np.array([np.inf, np.inf]), np.array([0.0, np.inf]))
    array([inf,  0.])
    """
    same = after == before
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, after - before)


def shapley_of_all(values: Numbers) -> Numbers:
    """Shapley value of each part from the value of every subset (Shapley 1953).

    It is the change that a part makes, averaged over all orders of the parts. A subset of ``s`` of
    the ``n - 1`` others precedes the part in a share ``s! (n - 1 - s)! / n!`` of the orders. Bit
    ``j`` of the index of a value says whether part ``j`` is in the subset. The result adds up to
    the last value minus the first; a part that makes the value infinite in some order has an
    infinite share.
    """
    parts = len(values).bit_length() - 1
    sizes = np.bitwise_count(np.arange(len(values)))
    shares = np.array([1.0 / (parts * comb(parts - 1, size)) for size in range(parts)])
    shapley = np.empty(parts)
    for part in range(parts):
        without, kept = np.moveaxis(values.reshape(-1, 2, 1 << part), 1, 0)
        size = sizes.reshape(-1, 2, 1 << part)[:, 0]
        shapley[part] = (shares[size] * change(kept, without)).sum()
    return shapley


def orders_of(parts: int, count: int, rng: np.random.Generator) -> list[Order]:
    """Random orders, each followed by its reverse: what comes early in one is late in the other.

    Such pairs differ less from each other in their average than two independent orders
    (antithetic sampling; Mitchell et al. 2022, Sampling permutations for Shapley value
    estimation). ``count`` is rounded up to an even number.
    """
    orders: list[Order] = []
    for _ in range((count + 1) // 2):
        order = tuple(int(part) for part in rng.permutation(parts))
        orders += [order, order[::-1]]
    return orders


def prefixes(order: Sequence[int]) -> list[int]:
    """The subsets that an order goes through, from none to all, as numbers with a bit a part.

    Examples
    --------
    >>> prefixes([1, 0, 2])
    [0, 2, 3, 7]
    """
    seen = [0]
    for part in order:
        seen.append(seen[-1] | 1 << part)
    return seen


def shapley_of_orders(
    orders: Sequence[Order], value: Callable[[int], float]
) -> tuple[Numbers, Numbers]:
    """Shapley values estimated from pairs of orders, and their standard errors.

    The values add up exactly whatever was drawn. The errors come from the averages of the pairs;
    they are NaN for an infinite share.
    """
    rows = np.empty((len(orders), len(orders[0])))
    for row, order in zip(rows, orders, strict=True):
        values = np.array([value(subset) for subset in prefixes(order)])
        row[list(order)] = change(values[1:], values[:-1])
    pairs = (rows[0::2] + rows[1::2]) / 2.0
    shares = pairs.mean(axis=0)
    with np.errstate(invalid="ignore"):
        spread = pairs.std(axis=0, ddof=1) if len(pairs) > 1 else np.full(len(shares), np.nan)
    return shares, np.where(np.isfinite(shares), spread / np.sqrt(len(pairs)), np.nan)


FAINT = 1e-100  # of the likeliest subset: less is asked for alone, before its digits are lost
LOST = 1e-280  # of it: less is next to the smallest double
MOST_ASKED = 1024
EXACT = 15  # so many answers are always weighed in all orders
TRIED = 18  # up to so many if they are not too wide as a whole
DECIBANS = 10.0 / math.log(10.0)  # decibans in one natural unit of log-odds


@dataclass(frozen=True)
class SubsetOdds:
    """Log-odds of a cause, or of one cause against another, under subsets of some answers.

    A subset is a number whose bit ``j`` says whether answer ``j`` is kept. Log-odds are
    ``ln P(cause present) / P(cause absent)``, or against another cause ``ln P(cause present) /
    P(other present)``; infinite where it is decided, and NaN where both are ruled out.
    """

    log_odds: Numbers
    probability: Numbers  #: P(cause present | subset)
    other: Numbers  #: P(other cause present | subset); NaN where there is none
    rows: Mapping[int, int] | None = None  #: row of each; None where all are there, in order

    @property
    def arrays(self) -> tuple[Numbers, Numbers, Numbers]:
        """Log-odds and both probabilities, row by row."""
        return self.log_odds, self.probability, self.other

    def row(self, subset: int) -> int:
        """The row of a subset."""
        return subset if self.rows is None else self.rows[subset]

    def at(self, subset: int) -> float:
        """Log-odds under a subset."""
        return float(self.log_odds[self.row(subset)])

    def decibans(self, after: int, before: int | None = None) -> float:
        """Log-odds in decibans; or what leads to them, 0 where both are the same infinity."""
        if before is None:
            return self.at(after) * DECIBANS
        now, then = self.at(after), self.at(before)
        return 0.0 if now == then else (now - then) * DECIBANS


@dataclass(frozen=True)
class Subsets:
    """One cause, or two against each other, under the subsets of some answers."""

    engine: Engine
    evidence: Evidence
    parts: Sequence[str]  #: the answers; what else is observed always stays
    causes: Sequence[str]

    def odds(self, *, split: bool = True) -> SubsetOdds:
        """The odds of the cause, or against the other, under every subset, exactly.

        With ``split``, what is too wide as a whole is tried in halves, with and without one
        answer; what still is raises :class:`TooWideError`.
        """
        table, _ = self.joint(split)
        count = len(self.parts)
        # first answer = lowest bit: its axis must vary fastest
        axes = [*reversed(range(count)), *range(count, table.ndim)]
        rows = table.transpose(axes).reshape(1 << count, *(2,) * len(self.causes))
        total = rows.reshape(len(rows), -1).sum(axis=1)
        faint = _faint(rows.reshape(len(rows), -1), total)
        against = len(self.causes) == 2
        above, below = rows[:, 1], rows[:, 0]
        if against:
            above, below = rows[:, 1, :].sum(axis=1), rows[:, :, 1].sum(axis=1)
        odds = _odds(above, below, np.where(total > 0.0, total, 1.0), against)
        if len(faint):
            right = self.odds_of(faint.tolist())
            for values, mended in zip(odds.arrays, right.arrays, strict=True):
                values[faint] = mended
        return odds

    def odds_of(self, subsets: Iterable[int]) -> SubsetOdds:
        """The odds under some subsets only, one question each (which must not be too wide)."""
        rows = {subset: row for row, subset in enumerate(dict.fromkeys(subsets))}
        stays = [id for id in self.evidence if id not in set(self.parts)]
        cases = [
            self.evidence.only(
                [*stays, *(id for j, id in enumerate(self.parts) if subset >> j & 1)]
            )
            for subset in rows
        ]
        propagated = self.engine.propagate_each(cases, self.causes)
        absent, present = propagated.marginals[self.causes[0]].T
        against = len(self.causes) == 2
        below = propagated.marginals[self.causes[1]][:, 1] if against else absent
        return _odds(present, below, 1.0, against, rows)

    def odds_in_time(
        self, wanted: Sequence[int] = (), *, orders: int, seed: int
    ) -> tuple[list[Order], SubsetOdds]:
        """The odds under all subsets; or orders that were drawn, and the odds that they need.

        These are under the subsets that are ``wanted``, and under those of every way of counting.
        All subsets may take half of the time; then orders are drawn while some is left.
        """
        count = len(self.parts)
        if count <= TRIED:
            half = Budget(max(1.0, seconds_left() / 2.0))
            with suppress(TooWideError), within_time("all subsets", half):
                return [], self.odds(split=count <= EXACT)
        every, single = (1 << count) - 1, [1 << index for index in range(count)]
        counted_too = [*prefixes(range(count)), *single, *(every ^ part for part in single)]
        return self.odds_of_orders([*counted_too, *wanted], orders, seed)

    def odds_of_orders(
        self, wanted: Iterable[int], count: int, seed: int
    ) -> tuple[list[Order], SubsetOdds]:
        """Random orders, and the odds under every subset they go through and those ``wanted``.

        At least two orders are drawn, and ``count`` at most, while the time suffices.
        """
        orders = orders_of(len(self.parts), count, np.random.default_rng(seed))
        clock, drawn, subsets = clock_running(), list[Order](), list(wanted)
        some = len(orders) if clock is None else 2
        odds = SubsetOdds(np.empty(0), np.empty(0), np.empty(0), {})
        while len(drawn) < len(orders):
            before = seconds_left()
            if drawn and before <= 0.0:
                break
            more = orders[len(drawn) : len(drawn) + some]
            subsets += [subset for order in more for subset in prefixes(order)]
            new = [subset for subset in subsets if subset not in (odds.rows or {})]
            try:
                odds = _joined(odds, self.odds_of(new))
            except TooWideError:
                if not drawn or seconds_left() > 0.0:
                    raise
                break
            drawn, subsets = [*drawn, *more], []
            if clock is not None:
                clock.note = f"{len(drawn)} of {counted(len(orders), 'order')}"
                some = 2 * int(max(1, min(2 * some, clock.fitting(before, len(more)) / 2.0)))
        return drawn, odds

    def joint(self, split: bool) -> tuple[Numbers, float]:
        """P(causes, subset): one axis for each part, one for each cause; times ``exp(log_scale)``.

        A cause that was itself observed cannot be asked about, so with it kept its axis is
        filled by hand.
        """
        state_of = self.evidence.hard_state
        observed = next((id for id in self.causes if state_of(id) is not None), "")
        if observed in self.parts:
            return self.halves(split, observed)
        if observed:
            others = [id for id in self.causes if id != observed]
            table, log_scale = replace(self, causes=others).joint(split)
            axis = len(self.parts) + self.causes.index(observed)
            nothing = np.zeros_like(table)
            pair = [nothing, table] if state_of(observed) == 1 else [table, nothing]
            return np.stack(pair, axis=axis), log_scale
        try:
            parts = [[id] for id in self.parts]
            return self.engine.subset_joint(self.evidence, parts, self.causes)
        except TooWideError:
            if not split or not self.parts:
                raise
        # a finding that is present ties its causes, so it widens the question most
        links = {id: len(self.engine.network[id].links) for id in self.parts}
        return self.halves(split, max(self.parts, key=lambda id: links[id] * (state_of(id) == 1)))

    def halves(self, split: bool, part: str) -> tuple[Numbers, float]:
        """First without one part, then with it."""
        rest = replace(self, parts=[id for id in self.parts if id != part])
        fewer = self.evidence.only([id for id in self.evidence if id != part])
        without, low = replace(rest, evidence=fewer).joint(split)
        kept, high = rest.joint(split)
        log_scale = max(low, high)
        pair = [without * np.exp(low - log_scale), kept * np.exp(high - log_scale)]
        return np.stack(pair, axis=self.parts.index(part)), log_scale


def _faint(entries: Numbers, total: Numbers) -> NDArray[np.intp]:
    """Subsets that lost digits because others are so much likelier.

    What is 0 in some subsets and not in others may be lost too, if that is so in few of them.
    """
    most = total.max()
    lost = (total < FAINT * most) | ((entries > 0.0) & (entries < LOST * most)).any(axis=1)
    none = ((entries == 0.0) & (entries > 0.0).any(axis=0)).any(axis=1)
    return np.flatnonzero(lost | none if np.count_nonzero(none) <= MOST_ASKED else lost)


def _joined(first: SubsetOdds, second: SubsetOdds) -> SubsetOdds:
    """Odds under the subsets of both."""
    further = {subset: row + len(first.log_odds) for subset, row in (second.rows or {}).items()}
    log_odds, probability, other = map(
        np.concatenate, zip(first.arrays, second.arrays, strict=True)
    )
    return SubsetOdds(log_odds, probability, other, {**(first.rows or {}), **further})


def _odds(
    above: Numbers,
    below: Numbers,
    total: Numbers | float,
    against: bool,
    rows: Mapping[int, int] | None = None,
) -> SubsetOdds:
    """From P(cause, subset) and P(other, subset), or that of no cause; ``total`` is P(subset)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = np.log(above) - np.log(below)
    other = below / total if against else np.full(len(above), np.nan)
    return SubsetOdds(log_odds, above / total, other, rows)


class Decibans(NamedTuple):
    """What each answer weighs in several ways of counting, in decibans."""

    single: list[float]
    ledger: list[float]
    shapley: list[float]
    error: list[float]
    leave_one_out: list[float]
    after: list[float]


def weigh(odds: SubsetOdds, drawn: Sequence[Order], parts: int) -> Decibans:
    """Every answer alone, after the earlier ones, over all orders or those drawn, and left out.

    With the standard errors of what was drawn, and the log-odds after each answer.
    """
    steps, single = prefixes(range(parts)), [1 << index for index in range(parts)]
    if drawn:
        shares, errors = shapley_of_orders(drawn, odds.at)
    else:
        shares, errors = shapley_of_all(odds.log_odds), np.zeros(parts)
    return Decibans(
        [odds.decibans(part, 0) for part in single],
        [odds.decibans(after, before) for before, after in pairwise(steps)],
        (shares * DECIBANS).tolist(),
        (errors * DECIBANS).tolist(),
        [odds.decibans(steps[-1], steps[-1] ^ part) for part in single],
        [odds.decibans(step) for step in steps[1:]],
    )
