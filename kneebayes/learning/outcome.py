"""From the most probable numbers back to statements, and to a network with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.building import Elicited
from kneebayes.building.onset import number_of
from kneebayes.building.quantities import RATIOS, Quantity
from kneebayes.building.relinking import relink
from kneebayes.inference import Evidence
from kneebayes.inference.flat import Flat
from kneebayes.knowledge.parts import Interval
from kneebayes.learning.scoring import Found
from kneebayes.learning.sentences import QUANTILE, Sentence, Text
from kneebayes.network import Link, Network, Numbers
from kneebayes.odds import inverse_logit, logit

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["LearntNumber", "network_with", "outcomes_of", "with_outcomes"]

ROUNDS = 40
CLOSE = 1e-13
NEARLY_ONE = 1.0 - 1e-6


@dataclass(frozen=True, slots=True)
class LearntNumber:
    """What became of a sentence.

    Attributes
    ----------
    sentence
        The sentence.
    interval
        What it would say now: the most probable value and the central 90 %.
    link
        The number of the network that belongs to it.
    data
        Share of what is known of it that comes from the patients: 1 minus the ratio of the
        variances with and without them.
    """

    sentence: Sentence
    interval: Interval
    link: float
    data: float

    def outweighed_after(self, patients: float) -> float:
        """After how many patients like these they would weigh as much as the sentence.

        Information grows with the number of patients, so it is
        ``patients * (1 - data) / data``.
        """
        return patients * (1.0 - self.data) / self.data if self.data > 0.0 else math.inf


def network_with(network: Network, flat: Flat, numbers: Numbers) -> Network:
    """The same arrows with other numbers, in the order of :func:`numbers_of`."""
    nodes = []
    for at, node in enumerate(network.nodes):
        mine = [float(one) for one in numbers[flat.number_start[at] : flat.number_start[at + 1]]]
        if not node.is_noisy_or:
            nodes.append(replace(node, table=tuple(mine)))
            continue
        links, done = [], 1
        for link in node.links:
            size = len(link.strength)
            links.append(Link(link.parent, tuple(mine[done : done + size])))
            done += size
        nodes.append(replace(node, leak=mine[0], links=tuple(links)))
    return network.replacing(nodes)


def outcomes_of(model: ModelLike, text: Text, found: Found) -> tuple[LearntNumber, ...]:
    """What became of every sentence.

    Parameters
    ----------
    model
        The model before.
    text
        Its sentences.
    found
        The most probable numbers.
    """
    return _Backwards(model, text, found).outcomes()


class _Backwards:
    """Numbers become statements again."""

    def __init__(self, model: ModelLike, text: Text, found: Found) -> None:
        self.model, self.text, self.found = model, text, found
        self.numbers = found.numbers
        self.by_all, self.by_text = _inverse(found.by_all), _inverse(found.by_text)
        self.frequencies = _frequencies_of(model, text, found.numbers)
        seen = Evidence.of(model.data.network, {model.data.knowledge.meta.complaint: "present"})
        told = model.data.engine.propagate_each(
            [seen], list(model.data.knowledge.causes), found.numbers[None]
        )
        self.priors = {id: told.present(id) for id in model.data.knowledge.causes}

    def outcomes(self) -> tuple[LearntNumber, ...]:
        """What became of every sentence."""
        return tuple(self.outcome(one) for one in self.text.sentences)

    def outcome(self, one: Sentence) -> LearntNumber:
        """What became of a sentence, by its kind."""
        kind = "share" if one.quantity is None else one.quantity.kind
        number = float(self.numbers[one.place])
        if kind == "prior":
            return self.prior(one)
        if kind == "risk":
            return self.risk(one)
        if kind == "scale":
            return self.scale(one)
        if one.fixed:
            value = self.frequencies.get(one.place, one.interval.value)
            return LearntNumber(one, _moved(one.interval, value), number, 0.0)
        if kind == "share":
            return self.share(one)
        return self.link(one, kind)

    def link(self, one: Sentence, kind: str) -> LearntNumber:
        """A leak, or a link as the frequency or the evoking strength that it makes."""
        number = float(self.numbers[one.place])
        spread, data = self.spread(self.text.coordinates.of_place[one.place])
        low, high = _around(number, spread)
        if kind == "leak":
            return LearntNumber(one, Interval(low=low, value=number, high=high), number, data)
        if one.quantity is not None and kind == "evoking":
            return LearntNumber(one, self.evoked(one.quantity, low, high), number, data)
        value = self.frequencies[one.place]
        others = (1.0 - value) / (1.0 - number)
        ends = [min(max(1.0 - (1.0 - end) * others, 0.0), 1.0) for end in (low, high)]
        interval = Interval(low=min(ends[0], value), value=value, high=max(ends[1], value))
        return LearntNumber(one, interval, number, data)

    def spread(self, at: int) -> tuple[float, float]:
        """Standard deviation of a coordinate, and the share of the data in what is known."""
        way = np.zeros(len(self.by_all))
        way[at] = 1.0
        return self.spread_along(way)

    def spread_along(self, way: Numbers) -> tuple[float, float]:
        """The same for what moves with the coordinates along a direction."""
        now, before = float(way @ self.by_all @ way), float(way @ self.by_text @ way)
        return math.sqrt(now), min(max(1.0 - now / before, 0.0), 1.0)

    def prior(self, one: Sentence) -> LearntNumber:
        """What became of a prior, which follows from all leaks."""
        value = self.priors[one.node]
        number = float(self.numbers[one.place])
        if one.fixed:
            return LearntNumber(one, _moved(one.interval, value), number, 0.0)
        way = self.found.gradients[self.text.causes.index(one.node)]
        spread, data = self.spread_along(way)
        low, high = _around(value, spread)
        return LearntNumber(one, Interval(low=low, value=value, high=high), number, data)

    def risk(self, one: Sentence) -> LearntNumber:
        """What became of a risk ratio, which a link and a leak make up."""
        number = float(self.numbers[one.place])
        if one.fixed:
            return LearntNumber(one, one.interval, number, 0.0)
        at = self.text.coordinates.of_place[one.place]
        spread, data = self.spread(at)
        away = float(self.found.at[at])
        low, value, high = (
            1.0 + math.exp(away + end) for end in (-QUANTILE * spread, 0.0, QUANTILE * spread)
        )
        return LearntNumber(one, Interval(low=low, value=value, high=high), number, data)

    def scale(self, one: Sentence) -> LearntNumber:
        """A ratio that multiplies, from the factor that stands for it."""
        number = float(self.numbers[one.place])
        if one.fixed or one.quantity is None:
            return LearntNumber(one, one.interval, number, 0.0)
        spread, data = self.spread(self.text.coordinates.of_place[one.place])
        ends = _around(number, spread)
        low, value, high = (end / one.quantity.unit for end in (ends[0], number, ends[1]))
        return LearntNumber(one, Interval(low=low, value=value, high=high), number, data)

    def share(self, one: Sentence) -> LearntNumber:
        """A share of a root: the log-odds of one state move against all others."""
        coordinates = self.text.coordinates
        family = next(
            each
            for each in coordinates.families
            if each.place <= one.place < each.place + len(each.means)
        )
        value = float(self.numbers[one.place])
        way = np.zeros(len(coordinates))
        for place in range(family.place + 1, family.place + len(family.means)):
            share = float(self.numbers[place])
            way[coordinates.of_place[place]] = float(place == one.place) - share
        spread, data = self.spread_along(way / (1.0 - value))
        low, high = _around(value, spread)
        number = value
        if one.quantity is not None and one.place == family.place:  # P(absent) stands first
            value = 1.0 - value
            low, high = 1.0 - high, 1.0 - low
        return LearntNumber(one, Interval(low=low, value=value, high=high), number, data)

    def evoked(self, quantity: Quantity, low: float, high: float) -> Interval:
        """P(cause | finding, complaint) at the learnt link, and at both its ends."""
        knowledge, network = self.model.data.knowledge, self.model.data.network
        seen = Evidence.of(network, {knowledge.meta.complaint: "present", quantity.node: "present"})
        rows = np.repeat(self.numbers[None], 3, axis=0)
        rows[:, quantity.place] = low, self.numbers[quantity.place], high
        told = self.model.data.engine.propagate_each([seen], [quantity.parent], rows)
        shares = told.marginals[quantity.parent][:, 1].tolist()
        return Interval(low=min(shares), value=shares[1], high=max(shares))


def with_outcomes(
    model: ModelLike,
    network: Network,
    outcomes: Sequence[LearntNumber],
    complaint_probability: float,
) -> Elicited:
    """The statements of a model as they would be after learning, with their network."""
    before = model.data.elicited
    priors, leaks = dict(before.priors), dict(before.leaks)
    arrows: dict[tuple[str, str, str], Interval] = {}
    for one in outcomes:
        quantity = one.sentence.quantity
        if quantity is None:
            continue
        if quantity.kind == "prior":
            priors[quantity.node] = one.interval
        elif quantity.kind in ("leak", "share"):
            leaks[quantity.node] = one.interval
        elif quantity.kind in ("frequency", *RATIOS):
            arrows[quantity.parent, quantity.state, quantity.node] = one.interval
    stated = []
    for each in before.stated:
        arrow = each.arrow
        interval = arrows.get((arrow.parent, arrow.state, arrow.child), each.interval)
        stated.append(replace(each, interval=interval, link=number_of(network, arrow)))
    return replace(
        before,
        network=network,
        priors=priors,
        leaks=leaks,
        stated=tuple(stated),
        complaint_probability=complaint_probability,
    )


def _frequencies_of(model: ModelLike, text: Text, numbers: Numbers) -> Mapping[int, float]:
    """By place of a link the frequency that would be stated for it: relinking, backwards.

    What the link does not give, leak and mediators do: ``1 - frequency = (1 - link) others``,
    and ``others`` does not depend on the link itself. So a few rounds settle all of them, one
    for each step from cause to mediator to finding.
    """
    knowledge, network, flat = model.data.knowledge, model.data.network, model.data.engine.flat
    evoked = {one.place for one in text.quantities.all if one.kind == "evoking"}
    asked = [
        one for one in text.quantities.all if one.kind == "frequency" and one.place not in evoked
    ]
    found = {one.place: float(numbers[one.place]) for one in asked if one.node in knowledge.causes}
    asked = [one for one in asked if one.place not in found]
    order = [node.id for node in network.nodes]
    leaks = {id: numbers[[flat.number_start[network.index[id]]]] for id in order}
    free = {*knowledge.mediators, *knowledge.findings}
    told = {one.place: NEARLY_ONE for one in asked}
    for _ in range(ROUNDS):
        wanted: dict[str, dict[str, Numbers]] = {}
        for one in asked:
            wanted.setdefault(one.node, {})[one.parent] = np.array([told[one.place]])
        links = relink(wanted, leaks, order, free)
        worst = 0.0
        for one in asked:
            link, number = float(links[one.node][one.parent][0]), float(numbers[one.place])
            worst = max(worst, abs(link - number))
            if number == 1.0:
                told[one.place] = 1.0
            elif link < 1.0:
                others = (1.0 - told[one.place]) / (1.0 - link)
                told[one.place] = 1.0 - (1.0 - number) * others
        if worst < CLOSE:
            break
    return found | told


def _around(value: float, spread: float) -> tuple[float, float]:
    """The central 90 % of a normal on the scale of log-odds."""
    middle = logit(value)
    low, high = (inverse_logit(middle + end * QUANTILE * spread) for end in (-1.0, 1.0))
    return min(low, value), max(high, value)


def _moved(interval: Interval, value: float) -> Interval:
    """An interval about another value, as wide on the scale of log-odds."""
    if abs(value - interval.value) < 1e-12 or value in (0.0, 1.0):
        return Interval(low=min(interval.low, value), value=value, high=max(interval.high, value))
    way = logit(value) - logit(interval.value) if 0.0 < interval.value < 1.0 else 0.0
    low, high = (inverse_logit(logit(end) + way) for end in (interval.low, interval.high))
    return Interval(low=min(low, value), value=value, high=max(high, value))


def _inverse(information: Numbers) -> Numbers:
    return np.asarray(np.linalg.inv(information + 1e-9 * np.eye(len(information))))
