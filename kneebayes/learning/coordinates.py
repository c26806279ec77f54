"""Free coordinates of the numbers that can be learnt, and what the text says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers

__all__ = ["Coordinates", "Family", "Free", "Ratio"]

STRONGEST_LINK = 0.95


@dataclass(frozen=True, slots=True)
class Free:
    """A link or leak by itself, with its Beta distribution.

    Attributes
    ----------
    place
        Place of the number.
    mean, weight
        Mean of the Beta and ``a + b``; a weight of 0 says nothing.
    """

    place: int
    mean: float
    weight: float


@dataclass(frozen=True, slots=True)
class Family:
    """Shares that add up to 1, of a root or of a row of a table, with their Dirichlet.

    Attributes
    ----------
    place
        Place of the first share.
    means
        Mean of each share.
    weight
        Sum of the Dirichlet's parameters.
    """

    place: int
    means: tuple[float, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """A risk ratio, tied to the leak of its node: ``link = (ratio - 1) base / (1 - base)``.

    Attributes
    ----------
    place, leak
        Places of the link and the leak.
    value
        The ratio as stated; its logarithm is the median of two halves of normals.
    down, up
        Standard deviation of the logarithm of the ratio below and above the value.
    unit
        ``base = unit * leak``.
    """

    place: int
    leak: int
    value: float
    down: float
    up: float
    unit: float = 1.0


class Coordinates:
    """What is learnt, as one vector without bounds.

    Links and leaks by their log-odds, the shares of a root by log-odds against its first
    state, a risk ratio by the logarithm of what it exceeds 1 by. What is not named here keeps
    its number.

    Parameters
    ----------
    start
        The present numbers of the network.
    free, families, ratios
        What is learnt.
    tied
        Risk ratios that stay, while the links move with the leaks.
    """

    def __init__(
        self,
        start: Numbers,
        free: Sequence[Free],
        families: Sequence[Family] = (),
        ratios: Sequence[Ratio] = (),
        tied: Sequence[Ratio] = (),
    ) -> None:
        self.start = start
        self.free, self.families, self.ratios = tuple(free), tuple(families), tuple(ratios)
        self.free_at = _places([prior.place for prior in free])
        self.share_at = [
            _places(range(family.place + 1, family.place + len(family.means)))
            for family in families
        ]
        self.ratio_at = _places([ratio.place for ratio in ratios])
        self.places: Integers = np.concatenate([self.free_at, *self.share_at, self.ratio_at])
        coordinate = {int(place): index for index, place in enumerate(self.places)}
        self.of_place = coordinate
        self._first_ratio = len(self.places) - len(self.ratio_at)
        self._leak_of = _places([coordinate.get(ratio.leak, -1) for ratio in ratios])
        self._leak_at = _places([ratio.leak for ratio in ratios])
        self._unit = np.array([ratio.unit for ratio in ratios], dtype=float)
        moving = [ratio for ratio in tied if ratio.leak in coordinate]
        self._tied_at = _places([ratio.place for ratio in moving])
        self._tied_leak = _places([ratio.leak for ratio in moving])
        self._tied_of = _places([coordinate[ratio.leak] for ratio in moving])
        self._tied_more = np.array([ratio.value - 1.0 for ratio in moving])
        self._tied_unit = np.array([ratio.unit for ratio in moving], dtype=float)
        self._mean = np.array([prior.mean for prior in free], dtype=float)
        self._weight = np.array([prior.weight for prior in free], dtype=float)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def origin(self) -> Numbers:
        """Coordinates of the present numbers."""
        start = self.start
        parts = [_logit(start[self.free_at])]
        for family, places in zip(self.families, self.share_at, strict=True):
            parts.append(np.log(start[places]) - np.log(start[family.place]))
        parts.append(np.log([ratio.value - 1.0 for ratio in self.ratios] or np.empty(0)))
        return np.concatenate(parts)

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
        leak = out[self._leak_at] * self._unit
        links = np.exp(point[done:]) * leak / (1.0 - leak)
        out[self.ratio_at] = np.minimum(STRONGEST_LINK, links)
        leak = out[self._tied_leak] * self._tied_unit
        out[self._tied_at] = np.minimum(STRONGEST_LINK, self._tied_more * leak / (1.0 - leak))
        return out

    def scores(self, residuals: Numbers, numbers: Numbers) -> Numbers:
        """Derivatives in the coordinates, from those in the log-odds of the numbers.

        Parameters
        ----------
        residuals
            Patients x numbers, as :meth:`Counted.residuals` gives them.
        numbers
            The numbers that they belong to.
        """
        out = residuals[:, self.places]
        tied = slice(self._first_ratio, None)
        links = numbers[self.ratio_at]
        out[:, tied] *= np.where(links < STRONGEST_LINK, 1.0 / (1.0 - links), 0.0)
        grip = _grip(numbers[self._leak_at], self._unit)
        for index, leak in enumerate(self._leak_of):
            if leak >= 0:
                out[:, leak] += grip[index] * out[:, self._first_ratio + index]
        links = numbers[self._tied_at]
        pull = np.where(links < STRONGEST_LINK, 1.0 / (1.0 - links), 0.0)
        pull *= _grip(numbers[self._tied_leak], self._tied_unit)
        for number, leak in enumerate(self._tied_of):
            out[:, leak] += pull[number] * residuals[:, self._tied_at[number]]
        return np.asarray(out)

    def curvatures(self, by_number: Numbers, numbers: Numbers) -> Numbers:
        """Curvatures in the coordinates, from those in the log-odds of the numbers.

        For tied links without the terms of second order, which vanish on average.
        """
        out = by_number[self.places]
        links = numbers[self.ratio_at]
        tied = slice(self._first_ratio, None)
        out[tied] *= np.where(links < STRONGEST_LINK, 1.0 / (1.0 - links) ** 2, 0.0)
        learnt = self._leak_of >= 0
        grip = _grip(numbers[self._leak_at], self._unit) ** 2
        np.add.at(out, self._leak_of[learnt], (grip * out[tied])[learnt])
        return np.asarray(out)

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
            sum_of = float(shares.sum())
            total += family.weight * float(np.dot(family.means, logits) - highest - np.log(sum_of))
            p = (shares / sum_of)[1:]
            gradient[mine] = family.weight * (np.array(family.means[1:]) - p)
            information[mine, mine] = family.weight * (np.diag(p) - np.outer(p, p))
            done += len(places)
        if self.ratios:
            total += self._text_of_ratios(point, gradient, information)
        return total, gradient, information

    def _text_of_ratios(self, point: Numbers, gradient: Numbers, information: Numbers) -> float:
        first = self._first_ratio
        more = point[first:]
        logs = np.logaddexp(0.0, more)  # of the ratio
        slope = _expit(more)  # of that in the coordinate
        away = logs - np.log([ratio.value for ratio in self.ratios])
        sides = np.array([(ratio.down, ratio.up) for ratio in self.ratios]).T
        spread = np.where(away > 0.0, sides[1], sides[0])
        gradient[first:] = -away / spread**2 * slope
        places = np.arange(first, len(point))
        information[places, places] = (slope / spread) ** 2
        return float(-0.5 * np.sum((away / spread) ** 2))


def _grip(leak: Numbers, unit: Numbers) -> Numbers:
    """How the logarithm of ``base / (1 - base)`` moves with the log-odds of the leak."""
    return np.asarray((1.0 - leak) / (1.0 - unit * leak))


def _places(values: Sequence[int] | range) -> Integers:
    return np.array(list(values), dtype=np.int64)


def _logit(values: Numbers) -> Numbers:
    return np.asarray(np.log(values) - np.log1p(-values))


def _expit(values: Numbers) -> Numbers:
    return np.asarray(np.exp(-np.logaddexp(0.0, -values)))
