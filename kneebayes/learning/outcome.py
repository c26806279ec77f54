"""From the most probable numbers back to statements, and to a network with them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from kneebayes.building import Elicited
from kneebayes.building.draft import Draft, frequency_of
from kneebayes.building.model import ModelLike
from kneebayes.building.quantities import QUANTILE, RATIOS, Quantity, bounds_of
from kneebayes.building.relinking import (
    between_of,
    chances_over_all,
    companions_of,
    frequencies_from,
)
from kneebayes.building.result import leak_in, number_of, rate_places
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import EXPLANATION, PATIENTS, Arrow, Knowledge
from kneebayes.knowledge.statements import Interval, Record
from kneebayes.learning.scoring import Found
from kneebayes.learning.sentences import Sentence, Text, key_of
from kneebayes.network import Network, Numbers
from kneebayes.odds import inverse_logit, logit

STEP = 1e-3  # of log-odds, for a slope
STEEPEST = 1e-12  # a slope below its root tells nothing of a number
LOWEST_RATIO = 1e-6
SAME = 1e-9  # share by which a value that has not moved may differ


@dataclass(frozen=True, slots=True)
class LearntNumber:
    """What became of a sentence."""

    sentence: Sentence
    interval: Interval  # what it would say now, with the central 90 %
    link: float  # the number of the network that belongs to it
    # the share of what is known of it that comes from the patients: 1 minus the ratio of the
    # variances with and without them
    data: float

    def outweighed_after(self, patients: float) -> float:
        """After how many patients like these they would weigh as much as the sentence.

        Information grows with the number of patients, so it is
        ``patients * (1 - data) / data``.
        """
        return patients * (1.0 - self.data) / self.data if self.data > 0.0 else math.inf


def outcomes_of(model: ModelLike, text: Text, estimate: Found) -> tuple[LearntNumber, ...]:
    """What became of every sentence of a text, at the most probable numbers."""
    backwards = _Backwards(model, text, estimate)
    return tuple(backwards.outcome(sentence) for sentence in text.sentences)


class _Backwards:
    """Numbers become statements again."""

    def __init__(self, model: ModelLike, text: Text, estimate: Found) -> None:
        self.data, self.text, self.found = model.data, text, estimate
        self.numbers, self.before = estimate.numbers, model.data.engine.numbers[0]
        self.by_all, self.by_text = estimate.variances_by_all, estimate.variances_by_text
        first, last = (_frequencies_of(model, text, one) for one in (self.before, self.numbers))
        self.frequencies = dict(last)
        for sentence in text.sentences:  # what was not quite solved before stays so
            if sentence.quantity.kind in ("frequency", "ratio"):
                place, quantity, stated = sentence.place, sentence.quantity, sentence.interval.value
                if quantity.kind == "ratio":
                    stated = float(frequency_of(np.array([stated]), quantity.odds)[0])
                self.frequencies[place] = _as_far(first[place], last[place], stated)
        seen = Evidence.of(self.data.network, {self.data.complaint: "present"})
        there = self.data.elicited.there
        causes = list(dict.fromkeys([*self.data.knowledge.diseases, *there.values()]))
        propagated = self.data.engine.propagate_each([seen], causes, self.numbers[None])
        self.present = {id: propagated.present(id) for id in causes}
        self.ratios = _ratios_by_state(model, self.numbers)

    def outcome(self, sentence: Sentence) -> LearntNumber:
        """What became of a sentence, by its kind."""
        kind, number = sentence.quantity.kind, float(self.numbers[sentence.place])
        if kind in ("prior", "presence"):
            return self.prior(sentence)
        if kind == "scale":
            return self.scale(sentence)
        if sentence.fixed:
            if kind in ("ratio", "evoking"):
                return LearntNumber(sentence, sentence.interval, number, 0.0)
            value = self.frequencies.get(sentence.place, sentence.interval.value)
            return LearntNumber(sentence, _moved(sentence.interval, value), number, 0.0)
        return self.share(sentence) if kind == "share" else self.link(sentence)

    def link(self, sentence: Sentence) -> LearntNumber:
        """A leak, or a link as the frequency or the evoking strength that it makes."""
        quantity, number = sentence.quantity, float(self.numbers[sentence.place])
        known = self.known(self.text.coordinates.of_place[sentence.place])
        if quantity.kind == "leak":
            return self.outcome_of(sentence, number, number, known)
        if quantity.kind == "evoking":
            low, value, high = self.evoked(quantity, number)
            slope = (logit(high) - logit(low)) / (2.0 * STEP)
            return self.outcome_of(sentence, value, number, known.through(slope))
        value = self.frequencies[sentence.place]  # 1 - value = (1 - number) others
        known = known.through(number / value)
        if quantity.kind == "ratio":
            leak = self.data.engine.place_of(leak_in(self.data.network, quantity.node))
            factor = _odds_factor(float(self.before[leak]), float(self.numbers[leak]))
            odds = value / (1.0 - value) / (quantity.odds * factor)
            return self.outcome_of(sentence, odds, number, known, ratio=True)
        return self.outcome_of(sentence, value, number, known)

    def outcome_of(
        self, sentence: Sentence, value: float, number: float, known: _Known, *, ratio: bool = False
    ) -> LearntNumber:
        """A sentence about another value, as narrow as text and patients make it."""
        interval = _narrowed(sentence.interval, value, known.patients, self.text.trust, ratio=ratio)
        return LearntNumber(sentence, interval, number, known.share)

    def known(self, coordinate: int) -> _Known:
        """What is known of a coordinate."""
        return self.known_along(np.eye(1, len(self.by_all), coordinate)[0])

    def known_along(self, way: Numbers) -> _Known:
        """The same of what moves with the coordinates along a direction."""
        moving = np.flatnonzero(way)  # few of the many coordinates
        step, among = way[moving], np.ix_(moving, moving)
        now, before = (float(step @ one[among] @ step) for one in (self.by_all, self.by_text))
        share = min(max(1.0 - now / before, 0.0), 1.0)
        return _Known(max(1.0 / now - 1.0 / before, 0.0), share)

    def prior(self, sentence: Sentence) -> LearntNumber:
        """What became of a share or a presence, which follow from what moves together."""
        quantity, there = sentence.quantity, self.data.elicited.there
        node = there[quantity.node] if quantity.kind == "presence" else quantity.node
        value = self.present[node]
        if sentence.fixed:
            return LearntNumber(sentence, _moved(sentence.interval, value), value, 0.0)
        way = self.found.gradients[self.text.told.index((quantity.kind, quantity.node))]
        return self.outcome_of(sentence, value, value, self.known_along(way))

    def scale(self, sentence: Sentence) -> LearntNumber:
        """A ratio by age or the like, from the table of explanations."""
        value = sentence.interval.value * self.ratios.get(_arrow_key(sentence.quantity), 1.0)
        if sentence.fixed:
            return LearntNumber(sentence, sentence.interval, value, 0.0)
        known = self.known(self.text.shift_of[key_of(sentence.quantity)])
        return self.outcome_of(sentence, value, value, known, ratio=True)

    def share(self, sentence: Sentence) -> LearntNumber:
        """A share of a root: the log-odds of one state move against all others."""
        coordinates, number = self.text.coordinates, float(self.numbers[sentence.place])
        places = (range(one.place, one.place + len(one.means)) for one in coordinates.families)
        own = next(family for family in places if sentence.place in family)
        way = np.zeros(len(coordinates))
        for place in own[1:]:
            share = float(self.numbers[place])
            way[coordinates.of_place[place]] = float(place == sentence.place) - share
        return self.outcome_of(sentence, number, number, self.known_along(way / (1.0 - number)))

    def evoked(self, quantity: Quantity, number: float) -> list[float]:
        """P(cause | finding, complaint) a step below the learnt link, at it, and above."""
        known = {self.data.complaint: "present", quantity.node: "present"}
        seen = Evidence.of(self.data.network, known)
        rows = np.repeat(self.numbers[None], 3, axis=0)
        middle = logit(number)
        rows[:, quantity.place] = [*map(inverse_logit, (middle - STEP, middle, middle + STEP))]
        propagated = self.data.engine.propagate_each([seen], [quantity.parent], rows)
        shares: list[float] = propagated.marginals[quantity.parent][:, 1].tolist()
        return shares


def with_outcomes(
    model: ModelLike, network: Network, outcomes: Sequence[LearntNumber], told: str
) -> tuple[Knowledge, Elicited]:
    """The statements of a model as they would be after learning, with their network.

    Where patients taught something they are named among the origins, in the words ``told``.
    """
    before, knowledge = model.data.elicited, model.data.knowledge
    shares = _shares_of_patients(model, outcomes)
    priors, leaks, presences = dict(before.priors), dict(before.leaks), dict(before.presences)
    by_kind = {"prior": priors, "presence": presences, "leak": leaks}
    arrows: dict[tuple[str, str, str], Interval] = {}
    for outcome in outcomes:
        quantity = outcome.sentence.quantity
        if quantity.kind in by_kind:
            by_kind[quantity.kind][quantity.node] = outcome.interval
        elif quantity.kind in ("frequency", *RATIOS):
            arrows[_arrow_key(quantity)] = outcome.interval
    if knowledge.parts and knowledge.meta.rest in priors:
        parts = sum(priors[id].value for id in knowledge.parts)
        priors[knowledge.meta.rest] = _moved(before.priors[knowledge.meta.rest], parts)
    stated = []
    for each in before.stated:
        arrow, odds = each.arrow, each.odds
        named = replace(arrow, statement=_taught_by(arrow.statement, shares, told))
        if arrow.statement.risk is not None and arrow.child in leaks:
            odds *= _odds_factor(before.leaks[arrow.child].value, leaks[arrow.child].value)
        interval, link = arrows.get(_ends(arrow), each.interval), number_of(network, arrow)
        stated.append(replace(each, arrow=named, interval=interval, link=link, odds=odds))
    made = replace(before, network=network, priors=priors, leaks=leaks, presences=presences)
    return _with_patients(knowledge, shares, told), replace(made, stated=tuple(stated))


def _odds_factor(before: float, after: float) -> float:
    """By what odds have been multiplied; 1 where they are 0 or without bounds."""
    if before in (0.0, 1.0) or after in (0.0, 1.0):
        return 1.0
    return after / (1.0 - after) / before * (1.0 - before)


def _arrow_key(quantity: Quantity) -> tuple[str, str, str]:
    return quantity.parent, quantity.state, quantity.node


def _ends(arrow: Arrow) -> tuple[str, str, str]:
    return arrow.parent, arrow.state, arrow.child


def _shares_of_patients(model: ModelLike, outcomes: Sequence[LearntNumber]) -> dict[int, float]:
    """By identity of each statement how much of its number comes from the patients."""
    knowledge = model.data.knowledge
    arrows = {_ends(each.arrow): each.arrow.statement for each in model.data.elicited.stated}
    pointers = {(one.source, one.finding): one.said for one in knowledge.pointers}
    roots = {**knowledge.contexts, **knowledge.mediators, **knowledge.findings}
    shares: dict[int, float] = {}
    for outcome in outcomes:
        quantity = outcome.sentence.quantity
        said: object = None if quantity.kind == "share" else roots.get(quantity.node)
        if quantity.kind == "prior":
            said = knowledge.diseases[quantity.node].commonness
        elif quantity.kind == "presence":
            said = knowledge.diseases[quantity.node].present_in
        elif quantity.kind == "evoking":
            said = pointers[quantity.parent, quantity.node]
        elif quantity.kind in ("frequency", *RATIOS):
            said = arrows.get(_arrow_key(quantity))
        if said is not None:
            shares[id(said)] = outcome.data
    return shares


def _ratios_by_state(model: ModelLike, numbers: Numbers) -> dict[tuple[str, str, str], float]:
    """By what each ratio by age or the like has been multiplied, by parent, state and cause."""
    data = model.data
    draft = Draft(data.knowledge, data.knowledge.lexicons[data.lexicon])
    fitting, _ = draft.shares()
    if not draft.ratios:
        return {}
    first = data.engine.place_of(EXPLANATION)
    table = slice(first, first + len(data.network[EXPLANATION].table or ()))
    rows = np.stack([data.engine.numbers[0][table], numbers[table]])
    before, after = fitting.odds_ratios(rows.reshape(2, -1, fitting.count))
    keys = (_ends(arrow) for arrow, _ in draft.ratios)
    return dict(zip(keys, (after / before).tolist(), strict=True))


def _frequencies_of(model: ModelLike, text: Text, numbers: Numbers) -> dict[int, float]:
    """By place of a link the frequency that would be stated for it: relinking, backwards."""
    knowledge, engine = model.data.knowledge, model.data.engine
    linked = [one for one in text.quantities.all if one.kind in ("frequency", "ratio")]
    draft = Draft(knowledge, knowledge.lexicons[model.data.lexicon])
    network = engine.network
    leaks = {id: numbers[[engine.place_of(leak_in(network, id))]] for id in network.index}
    leaks = chances_over_all(knowledge, leaks)
    for id in draft.cause_there:
        leaks[id] = np.array([numbers[rate_places(engine, id, draft.by_age)].mean()])
    links: dict[str, dict[str, Numbers]] = {}
    for one in linked:
        links.setdefault(one.node, {})[one.parent] = numbers[[one.place]]
    free, companions = between_of(knowledge), companions_of(knowledge)
    made = frequencies_from(links, leaks, draft.order, free, companions)
    return {one.place: float(made[one.node][one.parent][0]) for one in linked}


def _as_far(before: float, after: float, stated: float) -> float:
    """A stated frequency, moved as far in log-odds as the one that the links make."""
    if not all(0.0 < one < 1.0 for one in (before, after, stated)):
        return after
    return inverse_logit(logit(stated) + logit(after) - logit(before))


@dataclass(frozen=True, slots=True)
class _Known:
    """How much is known of a number: what patients add to its information, and their share."""

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
    if ratio:
        said = (max(interval.low, LOWEST_RATIO), interval.value, interval.high)
        low, stated, high = map(math.log, said)
        middle = math.log(value)
    else:
        (low, stated, high), middle = bounds_of(interval), logit(value)
    ends = []
    for reach in (low - stated, high - stated):
        spread = reach / QUANTILE / math.sqrt(trust)
        far = middle + QUANTILE * spread / math.sqrt(1.0 + spread**2 * patients)
        ends.append(math.exp(far) if ratio else inverse_logit(far))
    return Interval(low=min(ends[0], value), value=value, high=max(ends[1], value))


def _moved(interval: Interval, value: float) -> Interval:
    """An interval about another value, as wide on the scale of log-odds."""
    if abs(value - interval.value) < 1e-12 or value in (0.0, 1.0):
        return Interval(low=min(interval.low, value), value=value, high=max(interval.high, value))
    way = logit(value) - logit(interval.value) if 0.0 < interval.value < 1.0 else 0.0
    low, high = (inverse_logit(logit(end) + way) for end in (interval.low, interval.high))
    return Interval(low=min(low, value), value=value, high=max(high, value))


LEAST = 0.01  # share of the patients in what is known of a number, from which on they are named
Said = TypeVar("Said", bound=Record)


def _with_patients(knowledge: Knowledge, shares: Mapping[int, float], told: str) -> Knowledge:
    """The same folder, whose statements name the patients where they taught something.

    ``shares`` has by ``id()`` of a statement which share of what is known of its number the
    patients make up; ``told`` says who they are.
    """
    kinds = ("causes", "parts", "contexts", "mediators", "findings", "groups")
    changed: dict[str, Any] = {
        kind: {id: _inside(one, shares, told) for id, one in getattr(knowledge, kind).items()}
        for kind in kinds
    }
    known = {_origin_of(told, share): round(share, 3) for share in shares.values()}
    return replace(knowledge, **changed, taught=known)


def _taught_by(statement: Said, shares: Mapping[int, float], told: str) -> Said:
    """A statement that names the patients beside its own origins, if they taught enough."""
    share = shares.get(id(statement), 0.0)
    if share < LEAST:
        return statement
    because = (_origin_of(told, share), *getattr(statement, "because", ()))
    return statement.model_copy(update={"because": because})


def _origin_of(told: str, share: float) -> str:
    """The patients as an origin, in words."""
    return f"{PATIENTS}: {told} with the complaint; {share:.1%} of what is known of this number"


def _inside(value: Any, shares: Mapping[int, float], told: str) -> Any:
    """The same with every statement inside changed; what has none is left as it is."""
    if isinstance(value, Record):
        update = {
            name: made
            for name, inner in value  # a record gives its fields one by one
            if (made := _inside(inner, shares, told)) is not inner
        }
        own = _taught_by(value, shares, told)
        return own.model_copy(update=update) if update else own
    if isinstance(value, dict):
        made = {key: _inside(inner, shares, told) for key, inner in value.items()}
        same = all(made[key] is value[key] for key in value)
        return value if same else made
    return value
