"""Which cause explains the complaint: its shares, by age and sex.

Every complaint has one main explanation. P(explanation | age, sex) is the weight of a cause times
its ratios for that age and sex, divided by the sum over causes. Weights and ratios are fitted in
proportion (Deming and Stephan 1940): the stated shares hold over all ages, and each stated ratio
between people with the complaint of one age and those of others. Where all ratios together leave no
room for the causes without any, each yields a little, the less certain ones more. Every array has
an axis for rows: one row makes the model, a thousand are readings of its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Numbers

CLOSE = 1e-13  # of shares, in logarithms
FAR = 1e-5  # of ratios, in logarithms
NEAR = 1e-9  # of shares, in each of many readings
ROUNDS = 400
FEWER = 20  # rounds of many readings, which begin near where they end
POLISH = 200
STEP = 0.7  # how far a ratio is moved by what it misses
STRETCH = np.log(6.0)  # a ratio used at six times what is stated is as odd as the end of a range
FURTHEST = 8.0  # of a ratio that is used, in logarithms
HALVINGS = 70
FURTHEST_ODDS = 40.0  # of a silent rate, in logarithms
NEARLY = 1e-9  # odds that move less by a step of Newton's are found
LEAST = 1e-300
MOST = 1.0 - 1e-16


@dataclass(frozen=True, slots=True)
class ShareRatio:
    """How much higher the odds of an explanation are in one state of a context than in others."""

    cause: int  # its number among the explanations
    axis: int  # number of the context
    state: int
    others: tuple[int, ...]


class Shares:
    """Fits tables of so many explanations to shares and ratios.

    ``contexts`` say for each context that multiplies how frequent its states are; ``spreads`` how
    uncertain each ratio is: half the width of its interval, in logarithms.
    """

    def __init__(
        self,
        contexts: Sequence[Sequence[float]],
        count: int,
        ratios: Sequence[ShareRatio],
        spreads: Sequence[float] | Numbers,
    ) -> None:
        self._latest: tuple[bytes, tuple[Numbers, Numbers]] | None = None
        self.shape = tuple(len(states) for states in contexts)
        self.count, self.ratios = count, tuple(ratios)
        self.yielding: Numbers = (np.asarray(spreads, dtype=np.float64) / STRETCH) ** 2
        self.cells: Numbers = np.ones(1)
        for states in contexts:
            self.cells = np.outer(self.cells, np.asarray(states)).ravel()
        places = np.indices(self.shape).reshape(len(self.shape), len(self.cells))
        self.mine = np.array([places[ratio.axis] == ratio.state for ratio in self.ratios])
        self.other = np.array([np.isin(places[ratio.axis], ratio.others) for ratio in self.ratios])
        if not self.ratios:
            self.mine = self.other = np.zeros((0, len(self.cells)), dtype=np.bool_)
        self.causes = np.array([ratio.cause for ratio in self.ratios], dtype=np.intp)
        self.state, self.states = self._places()
        self.steps = tuple(self._steps())
        self.sizes = tuple(
            np.maximum(some @ self.cells, LEAST)[:, None] for some in (self.mine, self.other)
        )
        axes = range(len(self.shape))
        self.along = tuple(
            tuple(size if other == axis else 1 for other in axes)
            for axis, size in enumerate(self.shape)
        )
        self.across = tuple(tuple(other for other in axes if other != axis) for axis in axes)

    def beside(self, others: Sequence[Shares]) -> Shares:
        """The same comparisons, in each row as uncertain as in one of others."""
        shares = copy(self)
        shares.yielding = np.array([other.yielding for other in others])
        return shares

    def fit(
        self, shares: Numbers, odds_ratios: Numbers, near: tuple[Numbers, Numbers] | None = None
    ) -> Numbers:
        """Tables under which shares and ratios hold: rows x cells x explanations.

        Shares are rows x explanations, each row adding up to 1; ratios rows x ratios. A ratio is
        met halfway where only an extreme weight would meet it in full. With ``near``, the shares
        and ratios of one reading, every row starts from what fits that one; so a row comes out the
        same whatever other rows there are.
        """
        wanted, goals = _logs(shares), _logs(odds_ratios)
        weights, used, rounds, close = wanted, goals, ROUNDS, CLOSE
        if near is not None:
            moved = self._from(near)
            weights, used, rounds, close = wanted + moved[0], goals + moved[1], FEWER, NEAR
        weights, used = self._fitted(weights, used, wanted, goals, rounds)
        for _ in range(POLISH):
            away = wanted - _log(self._people(self._table(weights, used)).sum(axis=0))
            moving = np.abs(away).max(axis=0) >= close
            if not moving.any():
                break
            weights = weights + moving * away
        table = np.moveaxis(self._table(weights, used), -1, 0)
        return np.ascontiguousarray(table[: len(shares)])

    def _from(self, near: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
        """How far weights and ratios move for one reading; the latest is kept for more rows."""
        key = near[0].tobytes() + near[1].tobytes()
        if self._latest is None or self._latest[0] != key:
            middle, ratios = (_logs(numbers[None]) for numbers in near)
            weights, used = self._fitted(middle, ratios, middle, ratios, ROUNDS)
            self._latest = key, ((weights - middle)[:, :1], (used - ratios)[:, :1])
        return self._latest[1]

    def _fitted(
        self, weights: Numbers, used: Numbers, wanted: Numbers, goals: Numbers, rounds: int
    ) -> tuple[Numbers, Numbers]:
        """Weights and ratios, moved again and again by what they miss, each row until it rests."""
        weights, used = weights.copy(), used.copy()
        rows = np.arange(wanted.shape[1])
        yielding = np.broadcast_to(np.atleast_2d(self.yielding).T, goals.shape)
        # of those rows that do not rest yet
        moving: tuple[Numbers, ...] = (weights, used, wanted, goals, yielding)
        for _ in range(rounds):
            weight, use, wish, goal, yields = moving
            people = self._people(self._table(weight, use))
            weight += wish - _log(people.sum(axis=0))
            pull = yields * (use - goal)
            missed = (goal - self._reached(people) - pull) / (1.0 + yields)
            moved = np.maximum(-FURTHEST, np.minimum(use + STEP * missed, FURTHEST)) - use
            use += moved
            still = np.abs(moved).max(axis=0, initial=0.0) < FAR
            if still.any():
                weights[:, rows], used[:, rows] = weight, use
                rows = rows[~still]
                moving = tuple(np.ascontiguousarray(rows_of[:, ~still]) for rows_of in moving)
            if not rows.size:
                break
        weights[:, rows], used[:, rows] = moving[0], moving[1]
        return weights, used

    def _steps(self) -> Iterator[tuple[NDArray[np.intp], ...]]:
        """States, causes and ratios, such that no step has two ratios for one place."""
        steps: list[list[tuple[int, int, int]]] = []
        taken: Counter[tuple[int, int]] = Counter()
        places = zip(self.state.tolist(), self.ratios, strict=True)
        for place, (state, ratio) in enumerate(places):
            step = taken[state, ratio.cause]
            taken[state, ratio.cause] += 1
            if step == len(steps):
                steps.append([])
            steps[step].append((state, ratio.cause, place))
        for step_of in steps:
            yield tuple(np.array(step_of, dtype=np.intp).T)

    def _places(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Places of the states of each ratio, and of the others; past the last stands for none."""
        first = np.cumsum([0, *self.shape])
        most = max((len(ratio.others) for ratio in self.ratios), default=0)
        mine = [first[ratio.axis] + ratio.state for ratio in self.ratios]
        others = np.full((len(self.ratios), most), first[-1], dtype=np.intp)
        for row, ratio in enumerate(self.ratios):
            others[row, : len(ratio.others)] = first[ratio.axis] + np.array(ratio.others, np.intp)
        return np.array(mine, dtype=np.intp), others

    def odds_ratios(self, table: Numbers) -> Numbers:
        """What each ratio comes to in tables: rows x ratios."""
        last = np.ascontiguousarray(np.moveaxis(_twofold(table), 0, -1))
        return np.exp(self._reached(self._people(last))).T[: len(table)]

    # rows stand last in what follows, so that each step goes through many of them at once

    def _table(self, weights: Numbers, used: Numbers) -> Numbers:
        """Tables: cells x explanations x rows."""
        by_state = np.zeros((sum(self.shape), *weights.shape))
        for states, causes, ratios in self.steps:
            by_state[states, causes] += used[ratios]
        whole, first = weights.copy(), 0
        for along, size in zip(self.along, self.shape, strict=True):
            own = by_state[first : first + size]
            whole = whole + own.reshape(*along, *weights.shape)
            first += size
        table = whole.reshape(len(self.cells), *weights.shape)
        table -= table.max(axis=1, keepdims=True)
        np.exp(table, out=table)
        table /= table.sum(axis=1, keepdims=True)
        return table

    def _people(self, table: Numbers) -> Numbers:
        """How many of all people are in a cell and have an explanation, as tables give it."""
        return np.asarray(self.cells[:, None, None] * table)

    def _reached(self, people: Numbers) -> Numbers:
        """Logarithms of the ratios among these people: ratios x rows."""
        by_cell = people.reshape(*self.shape, *people.shape[1:])
        nobody = np.zeros((1, *people.shape[1:]))
        by_state = np.concatenate([*(by_cell.sum(axis=axes) for axes in self.across), nobody])
        mine = by_state[self.state, self.causes]
        other = by_state[self.states, self.causes[:, None]].sum(axis=1)
        shares = zip((mine, other), self.sizes, strict=True)
        mine, other = (np.maximum(LEAST, np.minimum(some / all_, MOST)) for some, all_ in shares)
        return np.asarray(np.log(mine * (1.0 - other)) - np.log(other * (1.0 - mine)))


def _log(values: Numbers) -> Numbers:
    return np.asarray(np.log(np.maximum(values, LEAST)))


def _logs(rows: Numbers) -> Numbers:
    """Logarithms with the rows last."""
    return np.ascontiguousarray(_log(_twofold(rows)).T)


def _twofold(rows: Numbers) -> Numbers:
    """A single row twice: NumPy would add it up in another order than it does in company."""
    return np.concatenate([rows, rows]) if len(rows) == 1 else rows


def silent_rates(present: Numbers, absent: Numbers, ages: Numbers, ratios: Numbers) -> Numbers:
    """How often a cause is there without anything that brings it, rows x ages.

    ``present`` is P(the cause is there | complaint) by row, ``absent`` P(nothing brings it | age),
    rows x ages; ``ages`` how frequent the ages are, ``ratios`` what multiplies the odds, rows x
    ages. It is 0 where what brings the cause is more frequent than stated already.
    """
    weights, logs = ages * absent, np.log(np.maximum(ratios, LEAST))
    wanted = present - (1.0 - weights.sum(axis=1))  # what silence has to add
    low, high = np.full(len(present), -FURTHEST_ODDS), np.full(len(present), FURTHEST_ODDS)
    few = wanted / np.maximum((weights * ratios).sum(axis=1), LEAST)  # were all rates small
    odds = np.clip(np.log(np.maximum(few, LEAST)), low, high)
    rest = wanted <= 0.0  # a row that rests stays, whatever the others do
    for _ in range(HALVINGS):
        rates = 1.0 / (1.0 + np.exp(-(odds[:, None] + logs)))
        added = weights * rates
        missed = wanted - added.sum(axis=1)
        low, high = np.where(missed > 0.0, odds, low), np.where(missed > 0.0, high, odds)
        moved = odds + missed / np.maximum((added * (1.0 - rates)).sum(axis=1), LEAST)
        moved = np.where((low <= moved) & (moved <= high), moved, (low + high) / 2.0)
        moved = np.where(rest, odds, moved)
        rest = np.abs(moved - odds) <= NEARLY
        rest |= wanted <= 0.0
        odds = moved
        if rest.all():
            break
    rates = 1.0 / (1.0 + np.exp(-(odds[:, None] + logs)))
    return np.asarray(np.where(wanted[:, None] > 0.0, rates, 0.0))
