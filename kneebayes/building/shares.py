"""Which cause explains the complaint: its shares, by age and sex.

Every complaint has one main explanation. Its distribution is a table with a row for each age and
sex: the weight of a cause times its ratio for that age and that sex, divided by the sum. Weights
and ratios are fitted in proportion (Deming and Stephan 1940), so that the stated shares hold over
all ages, and each stated ratio compares people with the complaint of one age with those
of the others. Where the ratios of all causes leave no room for the causes of which no age is
stated, each yields a little, the less certain ones more. Everything has an axis for rows: one row
makes the model, a thousand are as many readings of its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Numbers

__all__ = ["ShareRatio", "Shares", "silent_rates"]

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


@dataclass(frozen=True, slots=True)
class ShareRatio:
    """How much higher the odds of an explanation are in one state of a context than in others.

    All are numbers in order: of the explanation, the context (``axis``), its state, the others.
    """

    cause: int
    axis: int
    state: int
    others: tuple[int, ...]


class Shares:
    """Fits tables of explanations to shares and ratios.

    Parameters
    ----------
    contexts
        For each context that multiplies how frequent its states are.
    count, ratios
        How many explanations there are, and what is compared.
    spreads
        How uncertain each ratio is: half the width of its interval, in logarithms; for every
        row alike, or rows x ratios.
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
        self.mine = np.array([places[one.axis] == one.state for one in self.ratios])
        self.other = np.array([_any_of(places[one.axis], one.others) for one in self.ratios])
        self.steps = tuple(self._steps())
        self.causes = np.array([one.cause for one in self.ratios], dtype=np.int64)
        if not self.ratios:
            self.mine = self.other = np.zeros((0, len(self.cells)), dtype=np.bool_)

    def beside(self, others: Sequence[Shares]) -> Shares:
        """The same comparisons, in each row as uncertain as in one of others."""
        made = copy(self)
        made.yielding = np.array([one.yielding for one in others])
        return made

    def fit(
        self,
        shares: Numbers,
        odds_ratios: Numbers,
        near: tuple[Numbers, Numbers] | None = None,
    ) -> Numbers:
        """Tables under which shares and ratios hold: rows x cells x explanations.

        Parameters
        ----------
        shares
            Rows x explanations, each row adding up to 1.
        odds_ratios
            Rows x ratios. Each is a compromise between what it says among all with the complaint
            and the ratio used for it: a ratio that says little is not met by an extreme weight.
        near
            Shares and ratios of one reading that all rows are near to; what is found for it is
            where they start. So a row comes out the same in whatever company it is fitted.
        """
        wanted = np.log(np.maximum(shares, LEAST))
        goals = np.log(np.maximum(odds_ratios, LEAST))
        weights, used = wanted, goals
        if near is not None:
            weights, used = (
                one + away for one, away in zip((wanted, goals), self._from(near), strict=True)
            )
        rounds, close = (ROUNDS, CLOSE) if near is None else (FEWER, NEAR)
        weights, used = self._fitted(weights, used, wanted, goals, rounds)
        for _ in range(POLISH):
            away = self._away(weights, used, wanted)
            moving = np.abs(away).max(axis=1, keepdims=True) >= close
            if not moving.any():
                break
            weights = weights + moving * away
        return self._table(weights, used)

    def _from(self, near: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
        """How far weights and ratios move for one reading; the latest is kept for more rows."""
        key = near[0].tobytes() + near[1].tobytes()
        if self._latest is None or self._latest[0] != key:
            middle, ratios = (np.log(np.maximum(one[None], LEAST)) for one in near)
            weights, used = self._fitted(middle, ratios, middle, ratios, ROUNDS)
            self._latest = key, (weights - middle, used - ratios)
        return self._latest[1]

    def _fitted(
        self, weights: Numbers, used: Numbers, wanted: Numbers, goals: Numbers, rounds: int
    ) -> tuple[Numbers, Numbers]:
        """Weights and ratios, moved again and again by what they miss, each row until it rests."""
        weights, used = weights.copy(), used.copy()
        rows = np.arange(len(wanted))
        yielding = np.broadcast_to(self.yielding, goals.shape)
        for _ in range(rounds):
            table = self._table(weights[rows], used[rows])
            reached = np.einsum("c,rcn->rn", self.cells, table)
            weights[rows] += wanted[rows] - np.log(np.maximum(reached, LEAST))
            pull = yielding[rows] * (used[rows] - goals[rows])
            missed = (goals[rows] - self._reached(table) - pull) / (1.0 + yielding[rows])
            moved = np.clip(used[rows] + STEP * missed, -FURTHEST, FURTHEST) - used[rows]
            used[rows] += moved
            rows = rows[np.abs(moved).max(axis=1, initial=0.0) >= FAR]
            if not rows.size:
                break
        return weights, used

    def _steps(self) -> Iterator[tuple[NDArray[np.intp], ...]]:
        """Cells, causes and ratios, such that no step has two ratios for one place of a table."""
        steps: list[list[tuple[int, int, int]]] = []
        taken: Counter[tuple[int, int]] = Counter()
        for at, ratio in enumerate(self.ratios):
            for cell in np.flatnonzero(self.mine[at]).tolist():
                step = taken[cell, ratio.cause]
                taken[cell, ratio.cause] += 1
                if step == len(steps):
                    steps.append([])
                steps[step].append((cell, ratio.cause, at))
        for places in steps:
            yield tuple(np.array(places, dtype=np.intp).T)

    def _away(self, weights: Numbers, used: Numbers, wanted: Numbers) -> Numbers:
        reached = np.einsum("c,rcn->rn", self.cells, self._table(weights, used))
        return np.asarray(wanted - np.log(np.maximum(reached, LEAST)))

    def odds_ratios(self, table: Numbers) -> Numbers:
        """What each ratio comes to in tables: rows x ratios."""
        return np.exp(self._reached(table))

    def _table(self, weights: Numbers, used: Numbers) -> Numbers:
        logs = np.repeat(weights[:, None, :], len(self.cells), axis=1)
        for cells, causes, ratios in self.steps:
            logs[:, cells, causes] += used[:, ratios]
        logs -= logs.max(axis=2, keepdims=True)
        table = np.exp(logs)
        return np.asarray(table / table.sum(axis=2, keepdims=True))

    def _reached(self, table: Numbers) -> Numbers:
        """Logarithms of the ratios that tables give."""
        chosen = table[:, :, self.causes]  # rows x cells x ratios
        return self._odds(chosen, self.mine) - self._odds(chosen, self.other)

    def _odds(self, chosen: Numbers, people: NDArray[np.bool_]) -> Numbers:
        weight = people * self.cells
        share = np.einsum("kc,rck->rk", weight, chosen) / np.maximum(weight.sum(axis=1), LEAST)
        share = np.clip(share, LEAST, 1.0 - 1e-16)
        return np.asarray(np.log(share) - np.log1p(-share))


def _any_of(places: NDArray[np.intp], states: Sequence[int]) -> NDArray[np.bool_]:
    """Which cells are in one of these states: few, for which NumPy's own search is slow."""
    found = np.zeros(len(places), dtype=np.bool_)
    for state in states:
        found |= places == state
    return found


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
    for _ in range(HALVINGS):
        rates = 1.0 / (1.0 + np.exp(-(odds[:, None] + logs)))
        added = weights * rates
        missed = wanted - added.sum(axis=1)
        low, high = np.where(missed > 0.0, odds, low), np.where(missed > 0.0, high, odds)
        moved = odds + missed / np.maximum((added * (1.0 - rates)).sum(axis=1), LEAST)
        moved = np.where((low <= moved) & (moved <= high), moved, (low + high) / 2.0)
        still = (np.abs(moved - odds) <= NEARLY) | (wanted <= 0.0)
        odds = moved
        if still.all():
            break
    rates = 1.0 / (1.0 + np.exp(-(odds[:, None] + logs)))
    return np.asarray(np.where(wanted[:, None] > 0.0, rates, 0.0))
