"""From the most probable numbers back to statements, and to a network with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.building import Elicited
from kneebayes.building.places import number_of
from kneebayes.building.quantities import RATIOS, Quantity
from kneebayes.building.relinking import relink
from kneebayes.inference import Evidence
from kneebayes.inference.flat import Flat
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.parts import Interval
from kneebayes.knowledge.taught import taught_by, with_patients
from kneebayes.learning.scoring import Found
from kneebayes.learning.sentences import QUANTILE, Sentence, Text, bounds_of
from kneebayes.network import Link, Network, Numbers
from kneebayes.odds import inverse_logit, logit

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["LearntNumber", "network_with", "outcomes_of", "with_outcomes"]

ROUNDS = 40
CLOSE = 1e-13
NEARLY_ONE = 1.0 - 1e-6
STEP = 1e-3  # of log-odds, for a slope
STEEPEST = 1e-12  # a slope below its root tells nothing of a number
SAME = 1e-9  # share by which a value that has not moved may differ


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
    for index, node in enumerate(network.nodes):
        mine = [
            float(number)
            for number in numbers[flat.number_start[index] : flat.number_start[index + 1]]
        ]
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


def outcomes_of(model: ModelLike, text: Text, estimate: Found) -> tuple[LearntNumber, ...]:
    """What became of every sentence.

    Parameters
    ----------
    model
        The model before.
    text
        Its sentences.
    estimate
        The most probable numbers.
    """
    return _Backwards(model, text, estimate).outcomes()


class _Backwards:
    """Numbers become statements again."""

    def __init__(self, model: ModelLike, text: Text, estimate: Found) -> None:
        self.model, self.text, self.found = model, text, estimate
        self.numbers = estimate.numbers
        self.by_all, self.by_text = _inverse(estimate.by_all), _inverse(estimate.by_text)
        self.frequencies = _frequencies_of(model, text, estimate.numbers)
        seen = Evidence.of(model.data.network, {model.data.knowledge.meta.complaint: "present"})
        propagated = model.data.engine.propagate_each(
            [seen], list(model.data.knowledge.causes), estimate.numbers[None]
        )
        self.priors = {id: propagated.present(id) for id in model.data.knowledge.causes}

    def outcomes(self) -> tuple[LearntNumber, ...]:
        """What became of every sentence."""
        return tuple(self.outcome(sentence) for sentence in self.text.sentences)

    def outcome(self, sentence: Sentence) -> LearntNumber:
        """What became of a sentence, by its kind."""
        kind = "share" if sentence.quantity is None else sentence.quantity.kind
        number = float(self.numbers[sentence.place])
        if kind == "prior":
            return self.prior(sentence)
        if kind == "risk":
            return self.risk(sentence)
        if kind == "scale":
            return self.scale(sentence)
        if sentence.fixed:
            value = self.frequencies.get(sentence.place, sentence.interval.value)
            return LearntNumber(sentence, _moved(sentence.interval, value), number, 0.0)
        if kind == "share":
            return self.share(sentence)
        return self.link(sentence, kind)

    def link(self, sentence: Sentence, kind: str) -> LearntNumber:
        """A leak, or a link as the frequency or the evoking strength that it makes."""
        number = float(self.numbers[sentence.place])
        known = self.known(self.text.coordinates.of_place[sentence.place])
        if kind == "leak":
            return self.outcome_of(sentence, number, number, known)
        if sentence.quantity is not None and kind == "evoking":
            low, value, high = self.evoked(sentence.quantity, number)
            slope = (logit(high) - logit(low)) / (2.0 * STEP)
            return self.outcome_of(sentence, value, number, known.through(slope))
        value = self.frequencies[sentence.place]  # 1 - value = (1 - number) others
        return self.outcome_of(sentence, value, number, known.through(number / value))

    def outcome_of(
        self, sentence: Sentence, value: float, number: float, known: _Known, *, ratio: bool = False
    ) -> LearntNumber:
        """A sentence about another value, as narrow as text and patients make it."""
        interval = _narrowed(sentence.interval, value, known.patients, self.text.trust, ratio=ratio)
        return LearntNumber(sentence, interval, number, known.share)

    def known(self, coordinate: int) -> _Known:
        """What is known of a coordinate."""
        way = np.zeros(len(self.by_all))
        way[coordinate] = 1.0
        return self.known_along(way)

    def known_along(self, way: Numbers) -> _Known:
        """The same of what moves with the coordinates along a direction."""
        now, before = float(way @ self.by_all @ way), float(way @ self.by_text @ way)
        share = min(max(1.0 - now / before, 0.0), 1.0)
        return _Known(max(1.0 / now - 1.0 / before, 0.0), share)

    def prior(self, sentence: Sentence) -> LearntNumber:
        """What became of a prior, which follows from all leaks."""
        value = self.priors[sentence.node]
        number = float(self.numbers[sentence.place])
        if sentence.fixed:
            return LearntNumber(sentence, _moved(sentence.interval, value), number, 0.0)
        way = self.found.gradients[self.text.causes.index(sentence.node)]
        return self.outcome_of(sentence, value, number, self.known_along(way))

    def risk(self, sentence: Sentence) -> LearntNumber:
        """What became of a risk ratio, which a link and a leak make up."""
        number = float(self.numbers[sentence.place])
        if sentence.fixed:
            return LearntNumber(sentence, sentence.interval, number, 0.0)
        coordinate = self.text.coordinates.of_place[sentence.place]
        value = 1.0 + math.exp(float(self.found.at[coordinate]))
        # of the logarithm of the ratio
        known = self.known(coordinate).through((value - 1.0) / value)
        return self.outcome_of(sentence, value, number, known, ratio=True)

    def scale(self, sentence: Sentence) -> LearntNumber:
        """A ratio that multiplies, from its factor in the network."""
        number = float(self.numbers[sentence.place])
        if sentence.fixed or sentence.quantity is None:
            return LearntNumber(sentence, sentence.interval, number, 0.0)
        known = self.known(self.text.coordinates.of_place[sentence.place]).through(1.0 - number)
        return self.outcome_of(sentence, number / sentence.quantity.unit, number, known, ratio=True)

    def share(self, sentence: Sentence) -> LearntNumber:
        """A share of a root: the log-odds of one state move against all others."""
        coordinates = self.text.coordinates
        family = next(
            each
            for each in coordinates.families
            if each.place <= sentence.place < each.place + len(each.means)
        )
        number = float(self.numbers[sentence.place])
        way = np.zeros(len(coordinates))
        for place in range(family.place + 1, family.place + len(family.means)):
            share = float(self.numbers[place])
            way[coordinates.of_place[place]] = float(place == sentence.place) - share
        known = self.known_along(way / (1.0 - number))
        absent = (
            sentence.quantity is not None and sentence.place == family.place
        )  # P(absent) stands first
        return self.outcome_of(sentence, 1.0 - number if absent else number, number, known)

    def evoked(self, quantity: Quantity, number: float) -> list[float]:
        """P(cause | finding, complaint) a step below the learnt link, at it, and above."""
        knowledge, network = self.model.data.knowledge, self.model.data.network
        seen = Evidence.of(network, {knowledge.meta.complaint: "present", quantity.node: "present"})
        rows = np.repeat(self.numbers[None], 3, axis=0)
        rows[:, quantity.place] = [
            inverse_logit(logit(number) + step) for step in (-STEP, 0.0, STEP)
        ]
        propagated = self.model.data.engine.propagate_each([seen], [quantity.parent], rows)
        shares: list[float] = propagated.marginals[quantity.parent][:, 1].tolist()
        return shares


def with_outcomes(
    model: ModelLike,
    network: Network,
    outcomes: Sequence[LearntNumber],
    complaint_probability: float,
    learnt_from: str,
) -> tuple[Knowledge, Elicited]:
    """The statements of a model as they would be after learning, with their network.

    Where patients taught something they are named among the origins.

    Parameters
    ----------
    model
        The model before.
    network
        The network after.
    outcomes
        What became of every sentence.
    complaint_probability
        P(complaint) after.
    learnt_from
        Who was learnt from, in words.
    """
    before = model.data.elicited
    shares = _shares_of_patients(model, outcomes)
    priors, leaks = dict(before.priors), dict(before.leaks)
    arrows: dict[tuple[str, str, str], Interval] = {}
    for outcome in outcomes:
        quantity = outcome.sentence.quantity
        if quantity is None:
            continue
        if quantity.kind == "prior":
            priors[quantity.node] = outcome.interval
        elif quantity.kind in ("leak", "share"):
            leaks[quantity.node] = outcome.interval
        elif quantity.kind in ("frequency", *RATIOS):
            arrows[quantity.parent, quantity.state, quantity.node] = outcome.interval
    stated = []
    for each in before.stated:
        arrow = each.arrow
        interval = arrows.get((arrow.parent, arrow.state, arrow.child), each.interval)
        named = replace(arrow, statement=taught_by(arrow.statement, shares, learnt_from))
        link = number_of(network, arrow)
        stated.append(replace(each, arrow=named, interval=interval, link=link))
    return with_patients(model.data.knowledge, shares, learnt_from), replace(
        before,
        network=network,
        priors=priors,
        leaks=leaks,
        stated=tuple(stated),
        complaint_probability=complaint_probability,
    )


def _shares_of_patients(model: ModelLike, outcomes: Sequence[LearntNumber]) -> dict[int, float]:
    """By identity of each statement how much of its number comes from the patients."""
    knowledge = model.data.knowledge
    arrows = {
        (
            stated_number.arrow.parent,
            stated_number.arrow.state,
            stated_number.arrow.child,
        ): stated_number.arrow.statement
        for stated_number in model.data.elicited.stated
    }
    roots = {**knowledge.contexts, **knowledge.mediators, **knowledge.findings}
    shares: dict[int, float] = {}
    for outcome in outcomes:
        quantity = outcome.sentence.quantity
        if quantity is None:
            continue
        stated: object = roots.get(quantity.node)
        if quantity.kind == "prior":
            stated = knowledge.causes[quantity.node].commonness
        elif quantity.kind == "evoking":
            stated = knowledge.causes[quantity.parent].evoked_by[quantity.node]
        elif quantity.kind in ("frequency", *RATIOS):
            stated = arrows.get((quantity.parent, quantity.state, quantity.node))
        if stated is not None:
            shares[id(stated)] = outcome.data
    return shares


def _frequencies_of(model: ModelLike, text: Text, numbers: Numbers) -> Mapping[int, float]:
    """By place of a link the frequency that would be stated for it: relinking, backwards.

    What the link does not give, leak and mediators do: ``1 - frequency = (1 - link) others``,
    and ``others`` does not depend on the link itself. So a few rounds settle all of them, one
    for each step from cause to mediator to finding.
    """
    knowledge, network, flat = model.data.knowledge, model.data.network, model.data.engine.flat
    evoked = {quantity.place for quantity in text.quantities.all if quantity.kind == "evoking"}
    asked = [
        quantity
        for quantity in text.quantities.all
        if quantity.kind == "frequency" and quantity.place not in evoked
    ]
    known = {
        quantity.place: float(numbers[quantity.place])
        for quantity in asked
        if quantity.node in knowledge.causes
    }
    asked = [quantity for quantity in asked if quantity.place not in known]
    order = [node.id for node in network.nodes]
    leaks = {id: numbers[[flat.number_start[network.index[id]]]] for id in order}
    free = {*knowledge.mediators, *knowledge.findings}
    asked_for = {quantity.place: NEARLY_ONE for quantity in asked}
    for _ in range(ROUNDS):
        wanted: dict[str, dict[str, Numbers]] = {}
        for quantity in asked:
            wanted.setdefault(quantity.node, {})[quantity.parent] = np.array(
                [asked_for[quantity.place]]
            )
        links = relink(wanted, leaks, order, free)
        worst = 0.0
        for one in asked:
            link, number = float(links[one.node][one.parent][0]), float(numbers[one.place])
            worst = max(worst, abs(link - number))
            if number == 1.0:
                asked_for[one.place] = 1.0
            elif link < 1.0:
                others = (1.0 - asked_for[one.place]) / (1.0 - link)
                asked_for[one.place] = 1.0 - (1.0 - number) * others
        if worst < CLOSE:
            break
    return known | asked_for


@dataclass(frozen=True, slots=True)
class _Known:
    """How much is known of a number.

    Attributes
    ----------
    patients
        What the patients add to the information (1 / variance), on the number's own scale.
    share
        Their share in all that is known.
    """

    patients: float
    share: float

    def through(self, slope: float) -> _Known:
        """The same of what changes by the slope where the number changes by 1."""
        return replace(self, patients=self.patients / max(slope**2, STEEPEST))


def _narrowed(
    interval: Interval, value: float, patients: float, trust: float, *, ratio: bool
) -> Interval:
    """An interval about another value, narrowed on each side by what patients add.

    Each side of a stated interval is half of a normal on the scale of log-odds (of the
    logarithm for a ratio). Precisions add up, so where patients say nothing the side stays as
    it was stated, and it never gets wider.
    """
    if not patients and abs(value - interval.value) <= SAME * interval.value:
        return Interval(low=min(interval.low, value), value=value, high=max(interval.high, value))
    middle = math.log(value) if ratio else logit(value)
    ends = []
    for side, way in zip(_sides(interval, ratio=ratio), (-1.0, 1.0), strict=True):
        spread = side / QUANTILE / math.sqrt(trust)
        far = middle + way * QUANTILE * spread / math.sqrt(1.0 + spread**2 * patients)
        ends.append(max(1.0, math.exp(far)) if ratio else inverse_logit(far))
    return Interval(low=min(ends[0], value), value=value, high=max(ends[1], value))


def _sides(interval: Interval, *, ratio: bool) -> tuple[float, float]:
    """How far an interval reaches down and up on the scale on which it is drawn from."""
    if ratio:
        low = max(interval.low, 1.0)
        return math.log(interval.value / low), math.log(interval.high / interval.value)
    low, value, high = bounds_of(interval)
    return value - low, high - value


def _moved(interval: Interval, value: float) -> Interval:
    """An interval about another value, as wide on the scale of log-odds."""
    if abs(value - interval.value) < 1e-12 or value in (0.0, 1.0):
        return Interval(low=min(interval.low, value), value=value, high=max(interval.high, value))
    way = logit(value) - logit(interval.value) if 0.0 < interval.value < 1.0 else 0.0
    low, high = (inverse_logit(logit(end) + way) for end in (interval.low, interval.high))
    return Interval(low=min(low, value), value=value, high=max(high, value))


def _inverse(information: Numbers) -> Numbers:
    return np.asarray(np.linalg.inv(information + 1e-9 * np.eye(len(information))))
