r"""The most probable numbers given text and patients, and how sure they are.

Patients come because they have the complaint, so what is learnt from is
P(answers | complaint) = P(answers, complaint) / P(complaint). Leaving the denominator out
teaches that everything is as common among all people as among those with the complaint. It is
the truncated sample of Dempster, Laird and Rubin (1977, section 4.2): EM would imagine for
``N`` patients ``N (1 - P) / P`` people without the complaint. Here the same maximum is found in
far fewer passes, by scoring: the expected counts of EM give the gradient (Fisher's identity),
and the products of the patients' scores the information (Berndt, Hall, Hall and Hausman 1974;
Meilijson 1989). Each step is halved until the posterior density has risen. Since the scores are
those of what was *seen*, what is hidden counts for nothing: that is the missing information
that counts of EM by themselves overstate (Louis 1982).

What the text says of P(cause | complaint) is added as imagined patients with the complaint of
whom nothing but that cause is known (conditional means priors: Bedrick, Christensen and Johnson
1996): ``a`` with it, ``b`` without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit, logit

from kneebayes.inference.batch import Integers, Observed
from kneebayes.learning.counting import Counting, Sample
from kneebayes.network import Numbers


@dataclass(frozen=True, slots=True)
class Free:
    """A link or leak by itself, with its Beta."""

    place: int
    mean: float
    weight: float  # ``a + b``; 0 says nothing


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
        shares = (range(one.place + 1, one.place + len(one.means)) for one in families)
        self.share_at = [*map(_places, shares)]
        self.places: Integers = np.concatenate([self.free_at, *self.share_at])
        self.of_place = {int(place): at for at, place in enumerate(self.places)}
        self.first_shift = len(self.places)
        self._moves = [_places(one.places) for one in self.shifts]
        self._rates = [one for one in self._moves if len(one) and not table[0] <= one[0] < table[1]]
        self._mean = np.array([prior.mean for prior in free], dtype=float)
        self._weight = np.array([prior.weight for prior in free], dtype=float)
        self._spread = np.array([(one.down, one.up) for one in self.shifts]).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self.places) + len(self.shifts)

    @property
    def origin(self) -> Numbers:
        """Coordinates of the numbers as they stand."""
        start = self.start
        parts = [logit(start[self.free_at])]
        for family, places in zip(self.families, self.share_at, strict=True):
            parts.append(np.log(start[places]) - np.log(start[family.place]))
        return np.concatenate([*parts, np.zeros(len(self.shifts))])

    def numbers(self, point: Numbers) -> Numbers:
        """Numbers of the network for some coordinates."""
        out = self.start.copy()
        out[self.free_at] = expit(point[: len(self.free_at)])
        for family, _, logits in self._logits(point):
            shares = np.exp(logits - logits.max())
            out[family.place : family.place + len(shares)] = shares / shares.sum()
        moved = np.zeros(len(out))
        for move, places in zip(point[self.first_shift :], self._moves, strict=True):
            moved[places] += move
        for places in self._rates:
            out[places] = expit(logit(self.start[places]) + moved[places])
        with np.errstate(divide="ignore"):
            logs = np.log(self.start[self.table]) + moved[self.table]
        rows = logs.reshape(-1, self.columns)
        weights = np.exp(rows - rows.max(axis=1, keepdims=True)) if rows.size else rows
        out[self.table] = (weights / weights.sum(axis=1, keepdims=True)).ravel()
        return out

    def _logits(self, point: Numbers) -> Iterator[tuple[Family, slice, Numbers]]:
        """Each family with its coordinates, and the logits of its shares; the first is 0."""
        done = len(self.free_at)
        for family in self.families:
            mine = slice(done, done + len(family.means) - 1)
            yield family, mine, np.concatenate([[0.0], point[mine]])
            done = mine.stop

    def scores(self, residuals: Numbers) -> Numbers:
        """Derivatives in the coordinates, from those in the log-odds of the numbers.

        ``residuals`` are patients x numbers, as :meth:`Counted.residuals` gives them.
        """
        moves = [residuals[:, places].sum(axis=1) for places in self._moves]
        moved = np.array(moves).reshape(len(moves), len(residuals)).T
        return np.concatenate([residuals[:, self.places], moved], axis=1)

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
        p = expit(point[:count])
        # ln p and ln (1 - p), also where p is next to 0 or 1
        log = self._weight * (self._mean * point[:count] - np.logaddexp(0.0, point[:count]))
        total = float(log.sum())
        gradient[:count] = self._weight * (self._mean - p)
        information[range(count), range(count)] = self._weight * p * (1.0 - p)
        for family, mine, logits in self._logits(point):
            highest = float(logits.max())
            shares = np.exp(logits - highest)
            whole = float(shares.sum())
            total += family.weight * float(np.dot(family.means, logits) - highest - np.log(whole))
            p = (shares / whole)[1:]
            gradient[mine] = family.weight * (np.array(family.means[1:]) - p)
            information[mine, mine] = family.weight * (np.diag(p) - np.outer(p, p))
        away = point[self.first_shift :]
        spread = np.where(away > 0.0, self._spread[:, 1], self._spread[:, 0])
        gradient[self.first_shift :] = -away / spread**2
        places = np.arange(self.first_shift, size)
        information[places, places] = 1.0 / spread**2
        return total - 0.5 * float(np.sum((away / spread) ** 2)), gradient, information


def _places(values: Sequence[int] | range) -> Integers:
    return np.array(list(values), dtype=np.int64)


ENOUGH = 0.01  # expected gain in ln density below which a step is not worth a pass
MOST_STEPS = 60
SHORTEST = 2.0**-12
CHANCE = 2.0  # standard errors by which a curvature must exceed what scores show
RISE = 1e-4  # share of the promised gain that a step must bring
BLOCK = 256  # rows that are counted at a time
LONGEST = 3.0  # change of one coordinate in one step


@dataclass(frozen=True, slots=True)
class Imagined:
    """What the text says of a node: mean and ``a + b`` of the Beta of P(present | complaint)."""

    node: int
    mean: float
    weight: float


@dataclass(frozen=True)
class Found:
    """Where the posterior density is highest."""

    at: Numbers  # the coordinates
    numbers: Numbers  # of the network there
    trail: tuple[float, ...]  # ln density (up to a constant) at the start and after each step
    converged: bool  # whether no step promised more
    by_text: Numbers  # information matrix of the text alone
    by_all: Numbers  # the same with the patients
    gradients: Numbers  # of the log-odds of each imagined node: nodes x coordinates

    @cached_property
    def variances_by_text(self) -> Numbers:
        """Variances and covariances by the text alone."""
        return _inverse(_firm(self.by_text))

    @cached_property
    def variances_by_all(self) -> Numbers:
        """The same with the patients."""
        return _inverse(_firm(self.by_all))

    @property
    def determined(self) -> float:
        """How many numbers the patients have determined (MacKay 1992)."""
        by_text = np.sum(self.variances_by_all * self.by_text)  # the trace of their product
        return float(len(self.by_all) - by_text)


@dataclass(frozen=True)
class _Point:
    """The posterior density at one point."""

    at: Numbers
    numbers: Numbers
    value: float
    gradient: Numbers
    by_text: Numbers
    by_all: Numbers
    scores: Numbers


class Estimation:
    """Finds the most probable numbers.

    ``selection`` is what all patients were seen for, as an index of the observed state of each
    node or -1; None where they are a sample of everybody. ``imagined`` is what the text says of
    nodes among those with the complaint.
    """

    def __init__(
        self,
        counting: Counting,
        coordinates: Coordinates,
        sample: Sample,
        selection: Observed | None = None,
        imagined: Sequence[Imagined] = (),
    ) -> None:
        self.counting, self.coordinates = counting, coordinates
        nodes = sample.hard.shape[1]
        seen = np.full(nodes, -1, dtype=np.int16) if selection is None else selection
        self.cases = len(sample.hard)
        self.imagined = tuple(imagined)
        extra = np.repeat(seen[None], 1 + 2 * len(self.imagined), axis=0)
        for index, belief in enumerate(self.imagined):
            extra[1 + 2 * index, belief.node], extra[2 + 2 * index, belief.node] = 1, 0
        self.hard = np.concatenate([sample.hard, extra])
        self.soft = None
        if sample.soft is not None:
            self.soft = np.concatenate([sample.soft, np.ones((len(extra), sample.soft.shape[1]))])
        pairs = [(one.weight * one.mean, one.weight * (1 - one.mean)) for one in self.imagined]
        total = sample.size + sum(one.weight for one in self.imagined)
        self.weights = np.concatenate([sample.weights, [-total], np.ravel(pairs)])

    def look(self, point: Numbers) -> _Point:
        """The posterior density at one point, with gradient and information."""
        numbers = self.coordinates.numbers(point)
        logs, scores, bends = self._counted(numbers)
        log_density, gradient, by_text = self.coordinates.text(point)
        value = log_density + float(self.weights @ logs)
        gradient = gradient + self.weights @ scores
        scores -= scores[self.cases]  # given the complaint
        heavy = np.sqrt(np.maximum(self.weights, 0.0))[:, None] * scores
        imagined = heavy[self.cases :]
        by_text = by_text + imagined.T @ imagined
        by_patients = self._by_patients(bends, scores[: self.cases])
        return _Point(point, numbers, value, gradient, by_text, by_text + by_patients, scores)

    def _counted(self, numbers: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Logarithms of P of all rows, their scores, and the curvatures of all patients together.

        Some rows at a time: a row has as many counts as the network has numbers.
        """
        logs, scores = [], []
        bends = np.zeros(len(numbers))
        weights = self.weights.copy()
        weights[self.cases] = -self.weights[: self.cases].sum()  # of the complaint
        weights[self.cases + 1 :] = 0.0
        for first in range(0, len(self.hard), BLOCK):
            rows = slice(first, first + BLOCK)
            soft = None if self.soft is None else self.soft[rows]
            counted = self.counting.count(self.hard[rows], soft, numbers)
            logs.append(counted.logs)
            scores.append(self.coordinates.scores(counted.residuals(numbers)))
            bends += weights[rows] @ counted.curvatures(numbers)
        return np.concatenate(logs), np.concatenate(scores), bends

    def _by_patients(self, bends: Numbers, scores: Numbers) -> Numbers:
        """Information of the patients: products of their scores, and what these do not show.

        That nobody had what is rare is information, but products of scores only show what
        happened. So where the curvature of the likelihood itself is larger than they say by
        more than chance, the difference is added to the diagonal.
        """
        weights = self.weights[: self.cases]
        heavy = np.sqrt(weights)[:, None] * scores
        products = heavy.T @ heavy
        shown = np.diag(products)
        chance = CHANCE * np.sqrt(weights @ scores**4)
        missing = self.coordinates.curvatures(bends) - shown - chance
        products.flat[:: len(products) + 1] += np.maximum(missing, 0.0)
        return np.asarray(products)

    def find(
        self,
        progress: Callable[[float], object] | None = None,
        enough: float = ENOUGH,
        most: int = MOST_STEPS,
    ) -> Found:
        """Climb to where the posterior density is highest.

        It stops when a step promises less than ``enough`` (in ln density), or after ``most`` steps;
        ``progress`` gets the gain of every step.
        """
        here = self.look(self.coordinates.origin)
        trail = [here.value]
        converged = False
        while not converged and len(trail) <= most:
            step = _solved(_firm(here.by_all), here.gradient)
            longest = float(np.abs(step).max(initial=0.0))
            step = np.asarray(step * min(1.0, LONGEST / max(longest, LONGEST)))
            promised = float(here.gradient @ step)
            there = self._climb(here, step, promised) if promised > enough else None
            if there is None:
                converged = True
                continue
            if progress is not None:
                progress(there.value - here.value)
            here = there
            trail.append(here.value)
        first = self.cases + 1
        gradients = here.scores[first::2] - here.scores[first + 1 :: 2]
        known = (here.by_text, here.by_all, gradients)
        return Found(here.at, here.numbers, tuple(trail), converged, *known)

    def _climb(self, here: _Point, step: Numbers, promised: float) -> _Point | None:
        """The end of a step, halved until the density rises; None if it never does."""
        length = 1.0
        while length >= SHORTEST:
            there = self.look(here.at + length * step)
            if there.value >= here.value + RISE * length * promised:
                return there
            length /= 2.0
        return None


def _firm(information: Numbers) -> Numbers:
    """With a trace more on the diagonal, so that what nothing speaks of stays where it is."""
    firm = information.copy()
    firm.flat[:: len(firm) + 1] += 1e-9
    return firm


def _together(information: Numbers) -> Integers:
    """Where the coordinates stand that any other hangs together with; most stand by themselves."""
    filled = np.count_nonzero(information, axis=1)
    return np.flatnonzero(filled > (np.diag(information) != 0.0))


def _solved(information: Numbers, wanted: Numbers) -> Numbers:
    """What times the information gives what is wanted."""
    at = _together(information)
    solved = wanted / np.diag(information)
    solved[at] = np.linalg.solve(information[np.ix_(at, at)], wanted[at])
    return np.asarray(solved)


def _inverse(information: Numbers) -> Numbers:
    at = _together(information)
    inverse = np.diag(1.0 / np.diag(information))
    inverse[np.ix_(at, at)] = np.linalg.inv(information[np.ix_(at, at)])
    return inverse
