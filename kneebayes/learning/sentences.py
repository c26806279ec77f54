"""What the text says of every number, how much it weighs, and what stays as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.building.quantities import Quantities, Quantity, ends, quantities_of
from kneebayes.building.quantity_words import labelled, said_in_words
from kneebayes.building.restating import Restating
from kneebayes.inference.flat import Integers
from kneebayes.knowledge.parts import Interval
from kneebayes.learning.coordinates import Coordinates, Family, Free, Ratio
from kneebayes.learning.scoring import Imagined
from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["EXACT", "Sentence", "Text", "bounds_of", "read_text", "weight_of"]

EXACT = 100.0  # patients that a share counts for which was stated without an interval
NEAREST = 0.01  # an end at 0 (or 1) is read as this share of the way from there to the value
QUANTILE = NormalDist().inv_cdf(0.95)
POINTS = 400


def bounds_of(interval: Interval) -> tuple[float, float, float]:
    """Low, value and high as log-odds; ends at 0 and 1 are taken in, as draws take them.

    Raises
    ------
    ValueError
        If the value is 0 or 1.
    """
    value = interval.value
    low = max(interval.low, NEAREST * value)
    high = min(interval.high, 1.0 - NEAREST * (1.0 - value))
    low, value, high = (math.log(bound) - math.log1p(-bound) for bound in (low, value, high))
    return low, value, high


def weight_of(interval: Interval) -> float:
    """Effective sample size of a stated probability: ``a + b`` of its Beta distribution.

    The Beta has the value as its mean, and about it the spread of the distribution that
    robustness draws from: two halves of normals on the scale of log-odds, with the ends of
    the interval as 5 and 95 % quantiles. ``a + b = m (1 - m) / v - 1``.

    Returns
    -------
    float
        Patients of whom it would have to be known to say as much; infinite where the
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
    normal = NormalDist()
    draws = np.array([normal.inv_cdf((index + 0.5) / POINTS) for index in range(POINTS)])
    far = middle + draws / QUANTILE * np.where(draws > 0.0, high - middle, middle - low)
    values = 0.5 * (1.0 + np.tanh(0.5 * far))
    spread = float(np.mean((values - mean) ** 2))
    # a Beta cannot be wider than this and keep its mean
    return max(mean * (1.0 - mean) / spread - 1.0, 1.0)


LEARNT = ""
ZERO = "link 0, since leak and mediators give more already"
SURE = "stated as certain"
EXACTLY = "stated without an interval"
BOUND = "link at the bound that was set for it"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One stated number, and whether it can be learnt.

    Attributes
    ----------
    quantity
        What was stated; None for the shares of a context with several states.
    node, state
        What the number belongs to.
    about, said
        The same in words, and how it was stated.
    interval
        What was stated, in numbers.
    place
        The place in the network of the number that follows from it.
    weight
        Effective sample size of the sentence; infinite where it has none, not a number for
        a risk ratio, which is no share of anything.
    fixed
        Why the number stays as it is; empty where it is learnt.
    """

    quantity: Quantity | None
    node: str
    state: str
    about: str
    said: str
    interval: Interval
    place: int
    weight: float
    fixed: str = LEARNT


@dataclass(frozen=True)
class Text:
    """All that the text says, ready for learning.

    Attributes
    ----------
    sentences
        Every stated number.
    coordinates
        What is learnt.
    imagined
        Priors as imagined patients, in the order of the causes.
    causes
        Ids of their causes.
    quantities
        What the sentences were read from.
    trust
        What the weight of every sentence was multiplied by.
    """

    sentences: tuple[Sentence, ...]
    coordinates: Coordinates
    imagined: tuple[Imagined, ...]
    causes: tuple[str, ...]
    quantities: Quantities
    trust: float = 1.0


def read_text(model: ModelLike, trust: float = 1.0) -> Text:
    """What the sentences of a model say of its numbers.

    Links and leaks have Beta distributions about the numbers that the model uses, with the
    spread that their intervals have when leak and mediators are taken out; priors have theirs
    as P(cause | complaint); risk ratios have those that robustness draws from. Sentences are
    taken as independent of each other, also where they use the same word.

    Parameters
    ----------
    model
        The model.
    trust
        What the weight of every sentence is multiplied by.
    """
    reader = _Reader(model, trust)
    sentences = tuple(reader.sentences())
    return Text(
        sentences,
        Coordinates(reader.numbers, reader.free, reader.families, reader.ratios, reader.tied),
        tuple(reader.imagined),
        tuple(reader.causes),
        reader.quantities,
        trust,
    )


class _Reader:
    """Goes through all quantities once."""

    def __init__(self, model: ModelLike, trust: float) -> None:
        self.model, self.trust = model, trust
        self.quantities = quantities_of(
            model.data.knowledge, model.data.elicited, model.data.engine
        )
        self.numbers = model.data.engine.numbers[0]
        self.free: list[Free] = []
        self.families: list[Family] = []
        self.ratios: list[Ratio] = []
        self.tied: list[Ratio] = []
        self.imagined: list[Imagined] = []
        self.causes: list[str] = []
        priors = [self.quantities.all[index] for index in self.quantities.of_kind("prior")]
        self.leak_of = {prior.node: prior.place for prior in priors}
        evoking = self.quantities.of_kind("evoking")
        self.evoked = _links_at_ends(model, self.quantities, evoking)

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence with its place and weight."""
        for index, quantity in enumerate(self.quantities.all):
            if quantity.kind == "frequency" and quantity.place in {
                place for place, _ in self.evoked.values()
            }:
                continue  # how strongly the finding points to the cause has made this link
            interval, weight, fixed = self.read(index, quantity)
            about = labelled(self.model.data.knowledge, quantity)
            words = said_in_words(self.model.data.knowledge, quantity)
            yield Sentence(
                quantity,
                quantity.node,
                quantity.state,
                about,
                words,
                interval,
                quantity.place,
                weight,
                fixed,
            )
        yield from self.shares()

    def read(self, index: int, quantity: Quantity) -> tuple[Interval, float, str]:
        """Interval, weight, and why it stays as it is, of one quantity."""
        interval, number = quantity.interval, float(self.numbers[quantity.place])
        if quantity.kind == "risk":
            return interval, math.nan, self.read_risk(quantity)
        if quantity.kind == "scale":
            return interval, math.nan, self.read_scale(quantity)
        weight = weight_of(interval) * self.trust
        fixed = SURE if interval.value in (0.0, 1.0) else ""
        fixed = fixed or (EXACTLY if interval.low == interval.high else "")
        fixed = fixed or (ZERO if number == 0.0 else "") or (SURE if number == 1.0 else "")
        if fixed:
            return interval, math.inf, fixed
        if quantity.kind == "prior":
            node = self.model.data.network.index[quantity.node]
            self.free.append(Free(quantity.place, number, 0.0))
            self.imagined.append(Imagined(node, interval.value, weight))
            self.causes.append(quantity.node)
        elif quantity.kind == "share":
            self.families.append(
                Family(quantity.place, (1.0 - interval.value, interval.value), weight)
            )
        else:
            weight = weight_of(self.link_of(index, quantity)) * self.trust
            if math.isinf(weight):
                return interval, weight, BOUND
            self.free.append(Free(quantity.place, number, weight))
        return interval, weight, ""

    def read_risk(self, quantity: Quantity) -> str:
        """Tie a risk ratio to its leak; returns why it stays as it is, if it does."""
        interval = quantity.interval
        if interval.low == interval.high or interval.value == 1.0:
            leak = self.leak_of[quantity.node]
            self.tied.append(Ratio(quantity.place, leak, interval.value, 0.0, 0.0, quantity.unit))
            return EXACTLY if interval.value > 1.0 else SURE
        low = max(interval.low, 1.0)
        sides = [math.log(interval.value / low), math.log(interval.high / interval.value)]
        down, up = (max(side, 1e-3) / QUANTILE / math.sqrt(self.trust) for side in sides)
        leak = self.leak_of[quantity.node]
        self.ratios.append(Ratio(quantity.place, leak, interval.value, down, up, quantity.unit))
        return ""

    def read_scale(self, quantity: Quantity) -> str:
        """A ratio that multiplies: the factor is a share, of those whom it lets through."""
        low, high = (
            min(1.0, end * quantity.unit) for end in (quantity.interval.low, quantity.interval.high)
        )
        factor = float(self.numbers[quantity.place])
        if low == high or factor in (0.0, 1.0):
            return EXACTLY if low == high else SURE
        interval = Interval(low=min(low, factor), value=factor, high=max(high, factor))
        weight = weight_of(interval) * self.trust
        self.families.append(Family(quantity.place - 1, (1.0 - factor, factor), weight))
        return ""

    def link_of(self, index: int, quantity: Quantity) -> Interval:
        """The interval of the number that the network uses."""
        number = float(self.numbers[quantity.place])
        if quantity.kind == "leak":
            return quantity.interval
        if quantity.kind == "evoking":
            low, high = self.evoked[index][1]
        else:
            others = (1.0 - quantity.interval.value) / (1.0 - number)
            low, high = (
                1.0 - (1.0 - end) / others
                for end in (quantity.interval.low, quantity.interval.high)
            )
        return Interval(low=min(max(low, 0.0), number), value=number, high=max(high, number))

    def shares(self) -> Iterator[Sentence]:
        """Contexts with several states, whose shares are stated without an interval."""
        flat, network = self.model.data.engine.flat, self.model.data.network
        for context in self.model.data.knowledge.contexts.values():
            if not context.states:
                continue
            place = int(flat.number_start[network.index[context.id]])
            means = self.numbers[place : place + len(context.states)]
            learnt = bool((means > 0.0).all())
            if learnt:
                weight = EXACT * self.trust
                self.families.append(Family(place, tuple(means.tolist()), weight))
            for index, (state, mean) in enumerate(zip(context.states, means.tolist(), strict=True)):
                spread = 1.0 / math.sqrt(EXACT * mean * (1.0 - mean)) if 0.0 < mean < 1.0 else 0.0
                about = f"how many have {context.label} ({state.id.replace('_', ' ')})"
                yield Sentence(
                    None,
                    context.id,
                    state.id,
                    about,
                    f"{mean:g}",
                    _about(mean, QUANTILE * spread),
                    place + index,
                    EXACT * self.trust,
                    "" if learnt else SURE,
                )


def _about(value: float, reach: float) -> Interval:
    """An interval that reaches as far down as up, in log-odds."""
    if not reach:
        return Interval(low=value, value=value, high=value)
    middle = math.log(value) - math.log1p(-value)
    low, high = (1.0 / (1.0 + math.exp(-middle - way)) for way in (-reach, reach))
    return Interval(low=low, value=value, high=high)


def _links_at_ends(
    model: ModelLike, quantities: Quantities, evoking: Integers
) -> dict[int, tuple[int, tuple[float, float]]]:
    """For each evoking strength the place of its link, and the link at both ends."""
    if not len(evoking):
        return {}
    asked = [quantities.all[place].node for place in evoking]
    restating = Restating(model.data.engine, model.data.knowledge, quantities, asked)
    rows: list[Numbers] = []
    for quantity in evoking:
        rows += [
            ends(quantities, [int(quantity)], "low"),
            ends(quantities, [int(quantity)], "high"),
        ]
    restated = restating.restate(np.array(rows)).numbers
    out = {}
    for row, at in enumerate(evoking.tolist()):
        place = quantities.all[at].place
        links = sorted(float(number) for number in restated[2 * row : 2 * row + 2, place])
        out[at] = (place, (links[0], links[1]))
    return out
