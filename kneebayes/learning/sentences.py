"""What the text says of every number, how much it weighs, and what stays as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from kneebayes.building.draft import Draft, frequency_of
from kneebayes.building.model import ModelLike
from kneebayes.building.quantities import (
    QUANTILE,
    RATIOS,
    Quantities,
    Quantity,
    bounds_of,
    ends,
    labelled,
    said_in_words,
)
from kneebayes.building.restating import Restating
from kneebayes.building.result import rate_places
from kneebayes.inference.batch import Integers
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.statements import Interval
from kneebayes.learning.scoring import Coordinates, Family, Free, Imagined, JointMove
from kneebayes.odds import inverse_logit, logit

EXACT = 100.0  # patients that a share counts for which was stated without an interval
POINTS = 400
DRAWS = np.array([NormalDist().inv_cdf((index + 0.5) / POINTS) for index in range(POINTS)])


@lru_cache(maxsize=8192)  # the same sentences are read whenever their model learns
def weight_of(interval: Interval) -> float:
    """Effective sample size of a stated probability: ``a + b`` of its Beta distribution.

    The Beta has the value as its mean, and about it the spread of the distribution that
    robustness draws from: two halves of normals on the scale of log-odds, with the ends of
    the interval as 5 and 95 % quantiles. ``a + b = m (1 - m) / v - 1``; it is infinite where the
    interval has no width, or the value is 0 or 1.

    Examples
    --------
    >>> round(weight_of(Interval(low=0.4, value=0.5, high=0.6)))
    67
    """
    mean = interval.value
    if interval.low == interval.high or mean in (0.0, 1.0):
        return math.inf
    low, middle, high = bounds_of(interval)
    far = middle + DRAWS / QUANTILE * np.where(DRAWS > 0.0, high - middle, middle - low)
    values = 0.5 * (1.0 + np.tanh(0.5 * far))
    spread = float(np.mean((values - mean) ** 2))
    # a Beta cannot be wider than this and keep its mean
    return max(mean * (1.0 - mean) / spread - 1.0, 1.0)


Key = tuple[str, str, str, str]
LEARNT = ""
ZERO = "link 0, since leak and mediators give more already"
SURE = "stated as certain"
EXACTLY = "stated without an interval"
BOUND = "link at the bound that was set for it"
LOOSE = 5.0  # of shares by themselves, in logarithms: they only move against each other
UNMOVED = 1e6  # patients that a share counts for which stays
STANDARD = "shares are held for the ages and the like that the folder states"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One stated number, and whether it can be learnt."""

    quantity: Quantity
    about: str  # the same in words
    said: str  # how it was stated
    weight: float  # effective sample size; infinite where it has none, NaN for a ratio: no share
    fixed: str = LEARNT  # why the number stays as it is; empty where it is learnt

    @property
    def interval(self) -> Interval:
        """What was stated, in numbers."""
        return self.quantity.interval

    @property
    def place(self) -> int:
        """Of the number that follows from it, in the network."""
        return self.quantity.place


@dataclass(frozen=True)
class Text:
    """All that the text says, ready for learning."""

    sentences: tuple[Sentence, ...]
    coordinates: Coordinates  # what is learnt
    imagined: tuple[Imagined, ...]  # priors and presences, in the order of ``told``
    told: tuple[tuple[str, str], ...]  # of each its kind and the id of its cause
    shift_of: Mapping[Key, int]  # coordinates of what moves together
    quantities: Quantities  # what the sentences were read from
    trust: float = 1.0  # what the weight of every sentence was multiplied by


def read_text(model: ModelLike, trust: float = 1.0) -> Text:
    """What the sentences of a model say of its numbers.

    Links and leaks have Beta distributions about the numbers that the model uses, with the
    spread that their intervals have when leak and mediators are taken out; priors and presences
    have theirs as P(cause | complaint); ratios by age and sex those that robustness draws from.
    Sentences are taken as independent of each other, also where they use the same word. The
    weight of every one is multiplied by ``trust``.
    """
    reader = _Reader(model, trust)
    sentences = tuple(reader.sentences())
    first, columns = int(reader.cells.flat[0]), len(reader.explanations)
    table = (first, first + reader.cells.size)
    shifts = list(reader.shifts.values())
    coordinates = Coordinates(reader.numbers, reader.free, reader.families, shifts, table, columns)
    shift_of = {key: coordinates.first_shift + at for at, key in enumerate(reader.shifts)}
    imagined, told = tuple(reader.imagined), tuple(reader.told)
    return Text(sentences, coordinates, imagined, told, shift_of, reader.quantities, trust)


class _Reader:
    """Goes through all quantities once."""

    def __init__(self, model: ModelLike, trust: float) -> None:
        self.data, self.trust = model.data, trust
        data, node = model.data, model.data.network[EXPLANATION]
        self.quantities = data.quantities
        self.numbers = data.engine.numbers[0]
        self.draft = Draft(data.knowledge, data.knowledge.lexicons[data.lexicon])
        self.free: list[Free] = []
        self.families: list[Family] = []
        self.shifts: dict[Key, JointMove] = {}
        self.imagined: list[Imagined] = []
        self.told: list[tuple[str, str]] = []
        evoking = self.quantities.of_kind("evoking")
        self.evoked = _links_at_ends(model, self.quantities, evoking)
        shape = data.network.shape_of(node)  # of the table of explanations, and where it stands
        self.cells = data.engine.place_of(EXPLANATION) + np.arange(math.prod(shape)).reshape(shape)
        self.explanations = node.states

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence with its place and weight."""
        evoked = {place for place, _ in self.evoked.values()}
        for index, quantity in enumerate(self.quantities.all):
            if quantity.kind == "frequency" and quantity.place in evoked:
                continue  # how strongly the finding points to the cause has made this link
            about = labelled(self.data.knowledge, quantity)
            words = said_in_words(self.data.knowledge, quantity)
            yield Sentence(quantity, about, words, *self.read(index, quantity))
        yield from self.shares()

    def read(self, index: int, quantity: Quantity) -> tuple[float, str]:
        """Weight, and why it stays as it is, of one quantity."""
        interval = quantity.interval
        if quantity.kind == "scale":
            return math.nan, self.read_scale(quantity)
        weight = math.nan if quantity.kind in RATIOS else weight_of(interval) * self.trust
        fixed = EXACTLY if interval.low == interval.high else ""
        if quantity.kind != "ratio" and interval.value in (0.0, 1.0):
            fixed = SURE
        if quantity.kind in ("prior", "presence"):
            return math.inf if fixed else weight, self.read_share(quantity, fixed, weight)
        number = float(self.numbers[quantity.place])
        fixed = fixed or (ZERO if number == 0.0 else "") or (SURE if number == 1.0 else "")
        if not fixed:
            own = weight_of(self.link_of(index, quantity)) * self.trust
            fixed = BOUND if math.isinf(own) else ""
        if fixed:
            return math.inf, fixed
        self.free.append(Free(quantity.place, number, own))
        return weight, ""

    def read_share(self, quantity: Quantity, fixed: str, weight: float) -> str:
        """A share or a presence, as imagined patients; returns why it stays, if it does."""
        node, places = quantity.node, _listed(self.column(quantity.node))
        if quantity.kind == "presence":
            node = self.data.elicited.there[quantity.node]
            rates = rate_places(self.data.engine, node, self.draft.by_age)
            places = tuple(one for one in rates if 0.0 < self.numbers[one] < 1.0)
        fixed = fixed or ("" if places else ZERO)
        if not fixed or (quantity.kind == "prior" and places):  # the others move, also if it stays
            index, mean = self.data.network.index[node], quantity.interval.value
            self.imagined.append(Imagined(index, mean, UNMOVED if fixed else weight))
            self.told.append((quantity.kind, quantity.node))
            self.shifts[key_of(quantity)] = JointMove(places, LOOSE, LOOSE)
        return fixed

    def read_scale(self, quantity: Quantity) -> str:
        """A ratio by age or the like; returns why it stays, if it does."""
        interval = quantity.interval
        if interval.low == interval.high:
            return EXACTLY
        sides = (interval.value / max(interval.low, 1e-6), interval.high / interval.value)
        scale = QUANTILE * math.sqrt(self.trust)
        down, up = (max(math.log(side), 1e-3) / scale for side in sides)
        network = self.data.network
        axis = network[EXPLANATION].parents.index(quantity.parent)
        state = network[quantity.parent].states.index(quantity.state)
        places = np.take(self.column(quantity.node), state, axis=axis)
        self.shifts[key_of(quantity)] = JointMove(_listed(places), down, up)
        return ""

    def column(self, cause: str) -> Integers:
        """Where an explanation stands in the table, by states of contexts."""
        return np.asarray(self.cells[..., self.explanations.index(cause)])

    def link_of(self, index: int, quantity: Quantity) -> Interval:
        """The interval of the number that the network uses."""
        number = float(self.numbers[quantity.place])
        if quantity.kind == "leak":
            return quantity.interval
        if quantity.kind == "evoking":
            low, high = self.evoked[index][1]
        else:
            said = quantity.interval
            bounds = [said.low, said.value, said.high]
            if quantity.kind == "ratio":
                bounds = frequency_of(np.array(bounds), quantity.odds).tolist()
            others = (1.0 - bounds[1]) / (1.0 - number)
            low, high = (1.0 - (1.0 - end) / others for end in (bounds[0], bounds[2]))
        return Interval(low=min(max(low, 0.0), number), value=number, high=max(high, number))

    def shares(self) -> Iterator[Sentence]:
        """Contexts with several states, whose shares are stated without an interval."""
        standard = self.data.network[EXPLANATION].parents
        for context in self.data.knowledge.contexts.values():
            if not context.states:
                continue
            place = self.data.engine.place_of(context.id)
            means = self.numbers[place : place + len(context.states)]
            learnt = bool((means > 0.0).all()) and context.id not in standard
            if learnt:
                weight = EXACT * self.trust
                self.families.append(Family(place, tuple(means.tolist()), weight))
            for index, (state, mean) in enumerate(zip(context.states, means.tolist(), strict=True)):
                spread = 1.0 / math.sqrt(EXACT * mean * (1.0 - mean)) if learnt else 0.0
                about = f"how many have {context.label} ({state.id.replace('_', ' ')})"
                interval = _about(mean, QUANTILE * spread)
                quantity = Quantity(
                    "share", context.id, "", state.id, mean, interval, (), place + index, ""
                )
                fixed = "" if learnt else STANDARD if context.id in standard else SURE
                yield Sentence(quantity, about, f"{mean:g}", EXACT * self.trust, fixed)


def _listed(places: Integers) -> tuple[int, ...]:
    return tuple(places.ravel().tolist())


def key_of(quantity: Quantity) -> Key:
    """Kind, node, parent and state of a quantity."""
    return quantity.kind, quantity.node, quantity.parent, quantity.state


def _about(value: float, reach: float) -> Interval:
    """An interval that reaches as far down as up, in log-odds."""
    if not reach:
        return Interval(low=value, value=value, high=value)
    low, high = (inverse_logit(logit(value) + way) for way in (-reach, reach))
    return Interval(low=low, value=value, high=high)


def _links_at_ends(
    model: ModelLike, quantities: Quantities, evoking: Integers
) -> dict[int, tuple[int, tuple[float, float]]]:
    """For each evoking strength the place of its link, and the link at both ends."""
    if not len(evoking):
        return {}
    asked = [quantities.all[place].node for place in evoking]
    data = model.data
    restating = Restating(data.engine, data.knowledge, quantities, data.lexicon, asked)
    found = {}
    rows = [[ends(quantities, [at], "low"), ends(quantities, [at], "high")] for at in evoking]
    restated = restating.restate(np.concatenate(rows))
    for at, pair in zip(evoking.tolist(), restated.reshape(len(rows), 2, -1), strict=True):
        place = quantities.all[at].place
        low, high = sorted(pair[:, place].tolist())
        found[at] = (place, (low, high))
    return found
