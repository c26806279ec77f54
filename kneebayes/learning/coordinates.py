"""Free coordinates of the numbers that can be learnt, and what the text says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers


@dataclass(frozen=True, slots=True)
class Free:
    """A link or leak by itself: its place, and mean and ``a + b`` of its Beta (0 says nothing)."""

    place: int
    mean: float
    weight: float


@dataclass(frozen=True, slots=True)
class Family:
    """Shares of a root, which add up to 1: the place of the first, and their Dirichlet."""

    place: int
    means: tuple[float, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class JointMove:
    """Numbers that move together, by as much on the scale on which they add up.

    Entries of the table of explanations move by a logarithm, and each row is then divided by
    its sum; rates of a cause that is silent move by their log-odds. ``down`` and ``up`` are
    standard deviations below and above 0, infinite where the text says nothing of the move itself.
    """

    places: tuple[int, ...]
    down: float = np.inf
    up: float = np.inf


class Coordinates:
    """What is learnt, as one vector without bounds.

    Links and leaks by their log-odds, the shares of a root by log-odds against its first
    state, what moves together by how far it has moved. What is not named here keeps its number.
    The table of explanations stands from the first to before the second number of ``table``, and
    a row of it has ``columns`` explanations.
    """

    def __init__(
        self,
        start: Numbers,
        free: Sequence[Free],
        families: Sequence[Family] = (),
        shifts: Sequence[JointMove] = (),
        table: tuple[int, int] = (0, 0),
        columns: int = 1,
    ) -> None:
        self.start = start
        self.free, self.families, self.shifts = tuple(free), tuple(families), tuple(shifts)
        self.table, self.columns = slice(*table), columns
        self.free_at = _places([prior.place for prior in free])
        self.share_at = [
            _places(range(family.place + 1, family.place + len(family.means)))
            for family in families
        ]
        self.places: Integers = np.concatenate([self.free_at, *self.share_at])
        self.of_place = {int(place): at for at, place in enumerate(self.places)}
        self.first_shift = len(self.places)
        self._moves = [_places(one.places) for one in self.shifts]
        in_table = [not len(one) or table[0] <= one[0] < table[1] for one in self._moves]
        self._in_table = np.array(in_table, dtype=np.bool_)
        self._mean = np.array([prior.mean for prior in free], dtype=float)
        self._weight = np.array([prior.weight for prior in free], dtype=float)
        self._spread = np.array([(one.down, one.up) for one in self.shifts]).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self.places) + len(self.shifts)

    @property
    def origin(self) -> Numbers:
        """Coordinates of the numbers as they stand."""
        start = self.start
        parts = [_logit(start[self.free_at])]
        for family, places in zip(self.families, self.share_at, strict=True):
            parts.append(np.log(start[places]) - np.log(start[family.place]))
        return np.concatenate([*parts, np.zeros(len(self.shifts))])

    def numbers(self, point: Numbers) -> Numbers:
        """Numbers of the network for some coordinates."""
        out = self.start.copy()
        out[self.free_at] = _expit(point[: len(self.free_at)])
        done = len(self.free_at)
        for family, places in zip(self.families, self.share_at, strict=True):
            logits = np.concatenate([[0.0], point[done : done + len(places)]])
            shares = np.exp(logits - logits.max())
            out[family.place : family.place + len(shares)] = shares / shares.sum()
            done += len(places)
        moved = np.zeros(len(out))
        for move, places in zip(point[done:], self._moves, strict=True):
            moved[places] += move
        rates = [places for places, own in zip(self._moves, self._in_table, strict=True) if not own]
        for places in rates:
            out[places] = _expit(_logit(self.start[places]) + moved[places])
        with np.errstate(divide="ignore"):
            logs = np.log(self.start[self.table]) + moved[self.table]
        rows = logs.reshape(-1, self.columns)
        weights = np.exp(rows - rows.max(axis=1, keepdims=True)) if rows.size else rows
        out[self.table] = (weights / weights.sum(axis=1, keepdims=True)).ravel()
        return out

    def scores(self, residuals: Numbers) -> Numbers:
        """Derivatives in the coordinates, from those in the log-odds of the numbers.

        ``residuals`` are patients x numbers, as :meth:`Counted.residuals` gives them.
        """
        moves = [residuals[:, places].sum(axis=1) for places in self._moves]
        return np.concatenate([residuals[:, self.places], _columns(moves, len(residuals))], axis=1)

    def curvatures(self, by_number: Numbers) -> Numbers:
        """Curvatures in the coordinates, from those in the log-odds of the numbers.

        Those of numbers that move together are added up, as if no patient had a say in two.
        """
        moves = [float(by_number[places].sum()) for places in self._moves]
        return np.concatenate([by_number[self.places], np.array(moves, dtype=float)])

    def text(self, point: Numbers) -> tuple[float, Numbers, Numbers]:
        """Logarithm of the text's density, its gradient, and its information matrix.

        Densities are those of the coordinates, so that without cases the most probable
        numbers are the means of their Betas.
        """
        size = len(point)
        gradient, information = np.zeros(size), np.zeros((size, size))
        count = len(self.free_at)
        p = _expit(point[:count])
        # ln p and ln (1 - p), also where p is next to 0 or 1
        log = self._weight * (self._mean * point[:count] - np.logaddexp(0.0, point[:count]))
        total = float(log.sum())
        gradient[:count] = self._weight * (self._mean - p)
        information[range(count), range(count)] = self._weight * p * (1.0 - p)
        done = count
        for family, places in zip(self.families, self.share_at, strict=True):
            mine = slice(done, done + len(places))
            logits = np.concatenate([[0.0], point[mine]])
            highest = float(logits.max())
            shares = np.exp(logits - highest)
            whole = float(shares.sum())
            total += family.weight * float(np.dot(family.means, logits) - highest - np.log(whole))
            p = (shares / whole)[1:]
            gradient[mine] = family.weight * (np.array(family.means[1:]) - p)
            information[mine, mine] = family.weight * (np.diag(p) - np.outer(p, p))
            done += len(places)
        away = point[done:]
        spread = np.where(away > 0.0, self._spread[:, 1], self._spread[:, 0])
        gradient[done:] = -away / spread**2
        places = np.arange(done, size)
        information[places, places] = 1.0 / spread**2
        return total - 0.5 * float(np.sum((away / spread) ** 2)), gradient, information


def _columns(moves: Sequence[Numbers], rows: int) -> Numbers:
    return np.stack(moves, axis=1) if moves else np.empty((rows, 0))


def _places(values: Sequence[int] | range) -> Integers:
    return np.array(list(values), dtype=np.int64)


def _logit(values: Numbers) -> Numbers:
    return np.asarray(np.log(values) - np.log1p(-values))


def _expit(values: Numbers) -> Numbers:
    return np.asarray(np.exp(-np.logaddexp(0.0, -values)))
