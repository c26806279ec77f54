"""Statements in numbers, and the nodes that follow from them, before anything is solved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import numpy as np

from kneebayes.building.onset import Onset, Scale
from kneebayes.building.relinking import between_of, companions_of, given_already, relink
from kneebayes.building.specificity import Specificity
from kneebayes.building.words import Direction, amount_interval
from kneebayes.errors import KneebayesError, circle_among
from kneebayes.knowledge.base import Arrow, Knowledge, painful
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.parts import Amount, Interval
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Node, Numbers, noisy_or_node, root_node

__all__ = ["Draft", "frequency_of", "suspects"]

Pair = tuple[str, str]
ALLOWED = 0.02  # a stated frequency may be this far below what leak and mediators give
MOST = 0.98  # how often a context is found among the patients of a cause, at most


@dataclass
class Draft:
    """Statements in numbers.

    Attributes
    ----------
    knowledge, lexicon
        What is said, and what its words mean.
    arrows
        Every stated influence with its number.
    frequencies
        Of them P(child | parent alone), where the child is no cause.
    contrasts
        Of them ratios of how often a context is found with and without a cause.
    ratios
        Of them ratios of the risk of a cause, by age or sex or another cause.
    leaks
        Leak of each node that is no cause.
    order
        Ids, parents before children.
    odds
        For each contrast the odds of its context that the ratio is taken against.
    remarks
        Frequencies that the latest links cannot meet.
    """

    knowledge: Knowledge
    lexicon: Lexicon
    arrows: list[tuple[Arrow, Interval]] = field(default_factory=list)
    frequencies: list[tuple[Arrow, Interval]] = field(default_factory=list)
    contrasts: list[tuple[Arrow, Interval]] = field(default_factory=list)
    ratios: list[tuple[Arrow, Interval]] = field(default_factory=list)
    leaks: dict[str, Interval] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    odds: dict[Pair, float] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    def __post_init__(self) -> None:
        self._read_arrows()
        self._read_leaks()
        diseases = self.knowledge.diseases
        ids = [*self.knowledge.contexts, *diseases, *self.explaining.values(), *self.leaks]
        pains = [(cause, node) for cause, node in self.explaining.items() if cause != node]
        pains += [(node, self.knowledge.meta.complaint) for node in self.explaining.values()]
        arrows = [(arrow.parent, arrow.child) for arrow, _ in self.arrows]
        self.order = _parents_first(dict.fromkeys(ids), [*arrows, *pains])
        for arrow, _ in self.contrasts:
            leak = self.leaks[arrow.child].value
            self.odds[arrow.parent, arrow.child] = leak / (1.0 - leak)

    def _read_arrows(self) -> None:
        diseases = self.knowledge.diseases
        for arrow in self.knowledge.arrows():
            said = arrow.statement
            direction: Direction = "frequency" if said.risk is None else "risk"
            interval = amount_interval(said.amount, direction, self.lexicon)
            self.arrows.append((arrow, interval))
            if arrow.child in diseases:
                if said.how_often is None:
                    self.ratios.append((arrow, interval))
            else:
                known = self.frequencies if said.risk is None else self.contrasts
                known.append((arrow, interval))

    def _read_leaks(self) -> None:
        knowledge = self.knowledge
        for context in knowledge.contexts.values():
            amount = context.leak if context.share is None else context.share
            if amount is not None:
                self.leaks[context.id] = self._frequency(amount)
        pains = set(self.explaining.values())
        for mediator in knowledge.mediators.values():
            if mediator.id not in pains:
                self.leaks[mediator.id] = self._frequency(mediator.leak)
        for finding in knowledge.findings.values():
            amount = finding.leak
            self.leaks[finding.id] = self._frequency(0.0 if amount is None else amount)

    def _frequency(self, amount: Amount) -> Interval:
        return amount_interval(amount, "frequency", self.lexicon)

    @property
    def solved(self) -> list[str]:
        """Ids of the causes that have a root; what has parts is made of them."""
        knowledge = self.knowledge
        rest = {knowledge.meta.rest} if knowledge.parts else set()
        return [id for id in knowledge.diseases if id not in rest]

    @cached_property
    def presences(self) -> dict[str, Interval]:
        """P(cause present | complaint) of those that can be silent."""
        return {
            id: self._frequency(one.present_in.share)
            for id, one in self.knowledge.diseases.items()
            if one.present_in is not None
        }

    @cached_property
    def explaining(self) -> dict[str, str]:
        """For each cause the node that says that it explains the complaint."""
        return {id: painful(id) if id in self.presences else id for id in self.knowledge.diseases}

    @property
    def specificities(self) -> list[Specificity]:
        """Specificities in numbers."""
        known = self.knowledge.diseases
        return [
            Specificity(
                finding=one.id,
                target=self._frequency(one.specificity).value,
                against=tuple(id for id in one.against if id in known),
                among=suspects(one.among),
                place=self.knowledge.place(one.id),
            )
            for one in self.knowledge.findings.values()
            if one.specificity is not None
        ]

    def take_leaks(self, leaks: Mapping[str, float]) -> None:
        """Leaks that were solved, each as sure as the specificity it comes from."""
        for id, leak in leaks.items():
            said = self.knowledge.findings[id].specificity
            positives = (1.0, 1.0, 1.0)
            if said is not None:
                interval = self._frequency(said)
                positives = (1.0 - interval.high, 1.0 - interval.value, 1.0 - interval.low)
            least, middle, most = positives
            low, high = (leak * one / middle if middle > 0.0 else leak for one in (least, most))
            self.leaks[id] = Interval(low=low, value=leak, high=min(high, 1.0))

    def other_nodes(self) -> Iterator[Node]:
        """Every node that is neither a cause nor its pain nor the complaint, with links solved."""
        links = self._links()
        pains = {node for cause, node in self.explaining.items() if cause != node}
        yield from self.root_nodes()
        for id, leak in self.leaks.items():
            if id not in pains and id != self.knowledge.meta.complaint:
                into = {parent: float(link[0]) for parent, link in links.get(id, {}).items()}
                yield noisy_or_node(id, leak.value, into)

    def _links(self) -> dict[str, dict[str, Numbers]]:
        """Links from frequencies and from ratios of how often a context is found."""
        knowledge = self.knowledge
        wanted: dict[str, dict[str, Numbers]] = {}
        places: dict[Pair, str] = {}
        for arrow, interval in self.frequencies:
            wanted.setdefault(arrow.child, {})[arrow.parent] = np.array([interval.value])
            places[arrow.parent, arrow.child] = arrow.place
        for arrow, interval in self.contrasts:
            often = frequency_of(interval.value, self.odds[arrow.parent, arrow.child])
            wanted.setdefault(arrow.child, {})[arrow.parent] = np.array([often])
            places[arrow.parent, arrow.child] = arrow.place
        leaks = {id: np.array([one.value]) for id, one in self.leaks.items()}
        free, companions = between_of(knowledge), companions_of(knowledge)
        links = relink(wanted, leaks, self.order, free, companions)
        given = given_already(wanted, leaks, self.order, free, companions, links)
        self.remarks = tuple(
            _below(places[parent, child], float(wanted[child][parent][0]), most)
            for parent, child, most in given
            if most > wanted[child][parent][0] + ALLOWED
        )
        return links

    def root_nodes(self) -> Iterator[Node]:
        """Contexts in one of whose states everybody is."""
        for context in self.knowledge.contexts.values():
            if context.states:
                shares = [state.share for state in context.states]
                yield root_node(context.id, shares, self.states(context.id))

    def states(self, id: str) -> tuple[str, ...]:
        """States of a node, absent and present where nothing else is said."""
        context = self.knowledge.contexts.get(id)
        if context is None or not context.states:
            return ("absent", "present")
        return tuple(state.id for state in context.states)

    def cause_nodes(
        self, roots: Mapping[str, float], pains: Mapping[str, float], ratios: Sequence[float]
    ) -> Iterator[Node]:
        """The nodes of all causes, of their pain, and the complaint.

        Parameters
        ----------
        roots
            Leak of each cause.
        pains
            P(it hurts | it is there), of those that can be silent.
        ratios
            In the order of the stated ratios what was solved for each: by how much age or sex
            multiplies the risk, or P(another cause alone brings the cause about).
        """
        knowledge = self.knowledge
        for cause, onset in self.onsets(ratios).items():
            yield from onset.nodes(roots[cause])
            if cause in self.presences:
                yield noisy_or_node(painful(cause), 0.0, {cause: pains[cause]})
        if knowledge.parts:
            explaining = [self.explaining[part] for part in knowledge.parts]
            yield noisy_or_node(knowledge.meta.rest, 0.0, dict.fromkeys(explaining, 1.0))
        complaint = knowledge.meta.complaint
        ends = {self.explaining[cause]: 1.0 for cause in self.solved}
        yield noisy_or_node(complaint, self.leaks[complaint].value, ends)

    def onsets(self, ratios: Sequence[float]) -> dict[str, Onset]:
        """How each cause comes about, with what was solved for each of the stated ratios."""
        multiplying: dict[str, dict[str, dict[str, float]]] = {id: {} for id in self.solved}
        links: dict[str, dict[str, float]] = {id: {} for id in self.solved}
        for arrow, interval in self.arrows:
            if arrow.child in links and arrow.statement.how_often is not None:
                links[arrow.child][arrow.parent] = interval.value
        for (arrow, _), ratio in zip(self.ratios, ratios, strict=True):
            if arrow.parent in self.knowledge.contexts:
                multiplying[arrow.child].setdefault(arrow.parent, {})[arrow.state] = ratio
            elif arrow.child in links:
                links[arrow.child][arrow.parent] = ratio
        return {id: Onset(id, self._scales(multiplying[id]), links[id]) for id in self.solved}

    def _scales(self, multiplying: Mapping[str, Mapping[str, float]]) -> tuple[Scale, ...]:
        scales = []
        for by, stated in multiplying.items():
            ratios = [stated.get(state, 1.0) for state in self.states(by)]
            scales.append(Scale.of(by, ratios, max(ratios)))
        return tuple(scales)


def frequency_of(ratio: float, odds: float) -> float:
    """How often a context is found where its odds are multiplied by a ratio."""
    return min(MOST, ratio * odds / (1.0 + ratio * odds))


def _below(place: str, frequency: float, given: float) -> Remark:
    text = (
        f"a stated frequency of {frequency:.0%} is below the {given:.0%} that leak and mediators "
        "give already; its own link is 0."
    )
    return Remark("frequency below leak", place, text)


def suspects(named: Iterable[str]) -> dict[str, str]:
    """What suspects have: ids, or ids with a state after a dot."""
    parts = (one.partition(".") for one in named)
    return {id: state or "present" for id, _, state in parts}


def _parents_first(ids: Mapping[str, None], arrows: Iterable[Pair]) -> list[str]:
    parents: dict[str, set[str]] = {id: set() for id in ids}
    for parent, child in arrows:
        parents[child].add(parent)
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError as error:
        message = f"The arrows run in a circle among: {', '.join(circle_among(parents))}."
        raise KneebayesError(message) from error
