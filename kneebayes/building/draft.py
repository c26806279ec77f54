"""Statements in numbers, and the nodes that follow from them under one lexicon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

import numpy as np

from kneebayes.building.measured import Specificity
from kneebayes.building.shares import ShareRatio, Shares, silent_rates
from kneebayes.building.words import Direction, amount_interval
from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import (
    EXPLANATION,
    Arrow,
    Knowledge,
    by_chance,
    company_node,
    where_most,
)
from kneebayes.knowledge.records import parted
from kneebayes.knowledge.statements import Amount, Interval, Lexicon
from kneebayes.network import Node, Numbers, noisy_or_node, root_node, table_node
from kneebayes.network.network import circle_among

Pair = tuple[str, str]
FIRST = 0.01  # a leak of a cause, before its silent rate is known
LEAST = 1e-6
FEW = 10  # digits of a product of factors
DIGITS = 4  # of what is hardly known to two
OFTEN, SELDOM = 0.2, 0.1  # from where on, and up to where, it matters at which age a cause is there
COMPLAINS = 0.98  # P(complaint), whatever explains it: a few come with a lump that does not hurt
MOST = 0.98  # how often a context is found among the patients of a cause, at most


@dataclass
class Draft:
    """Statements in numbers, under one lexicon."""

    knowledge: Knowledge
    lexicon: Lexicon
    arrows: list[tuple[Arrow, Interval]] = field(default_factory=list)
    # of these arrows, P(child | parent alone) where the child is no cause
    frequencies: list[tuple[Arrow, Interval]] = field(default_factory=list)
    # ratios of the odds of a context, with a cause and without it
    contrasts: list[tuple[Arrow, Interval]] = field(default_factory=list)
    # ratios of the odds of an explanation, by age or sex
    ratios: list[tuple[Arrow, Interval]] = field(default_factory=list)
    leaks: dict[str, Interval] = field(default_factory=dict)  # of each node that is no cause
    # by cause that can be silent P(it is there though nothing brings it along), at each age
    silent: dict[str, tuple[float, ...]] = field(default_factory=dict)
    # added to a presence: causes that are found together are not quite independent
    makes_up: dict[str, float] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # ids, parents before children
    odds: dict[Pair, float] = field(default_factory=dict)  # that each contrast is taken against
    links: dict[str, dict[str, float]] = field(default_factory=dict)  # by child and parent
    _nodes: dict[str, tuple[float, dict[str, float], tuple[Node, ...]]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self._read_arrows()
        self._read_leaks()
        knowledge = self.knowledge
        ids = [*knowledge.contexts, *knowledge.diseases, *knowledge.there.values(), *self.leaks]
        own = [(cause, node) for cause, node in knowledge.there.items() if cause != node]
        arrows = [
            (arrow.parent, arrow.child)
            for arrow, _ in self.arrows
            if not self.multiplies(arrow.parent)
        ]
        self.order = _parents_first(dict.fromkeys(ids), [*arrows, *own])
        for arrow, _ in self.contrasts:
            leak = self.leaks[arrow.child].value if arrow.child in self.leaks else FIRST
            self.odds[arrow.parent, arrow.child] = max(leak, LEAST) / (1.0 - leak)

    def _read_arrows(self) -> None:
        for arrow in self.knowledge.arrows():
            statement = arrow.statement
            direction: Direction = "frequency" if statement.risk is None else "risk"
            interval = amount_interval(statement.amount, direction, self.lexicon)
            self.arrows.append((arrow, interval))
            if self.multiplies(arrow.parent):
                self.ratios.append((arrow, interval))
            else:
                known = self.frequencies if statement.risk is None else self.contrasts
                known.append((arrow, interval))

    def multiplies(self, id: str) -> bool:
        """Whether a node is a context with states, which multiplies shares."""
        return bool(self.knowledge.states_of(id))

    def _read_leaks(self) -> None:
        knowledge = self.knowledge
        causes = set(knowledge.there.values())
        for id in (*knowledge.contexts, *knowledge.mediators, *knowledge.findings):
            amount = knowledge.leak_of(id)
            if amount is None and id in knowledge.findings:
                amount = 0.0  # until it is found from a specificity
            if amount is not None and id not in causes:
                self.leaks[id] = self._frequency(amount)

    def _frequency(self, amount: Amount) -> Interval:
        return amount_interval(amount, "frequency", self.lexicon)

    @cached_property
    def explanations(self) -> tuple[str, ...]:
        """Ids of the causes that may be the explanation."""
        return explanations_of(self.knowledge)

    @cached_property
    def scales(self) -> tuple[str, ...]:
        """Ids of the contexts that multiply shares, in the order of the table."""
        parents = dict.fromkeys(arrow.parent for arrow, _ in self.ratios)
        return tuple(id for id in self.knowledge.contexts if id in parents)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """How many states each of these contexts has: the axes of the table."""
        return tuple(len(self.states(id)) for id in self.scales)

    @cached_property
    def presences(self) -> dict[str, Interval]:
        """P(cause present | complaint) of those that can be silent."""
        return {
            id: self._frequency(cause.present_in.share)
            for id, cause in self.knowledge.diseases.items()
            if cause.present_in is not None
        }

    @cached_property
    def cause_there(self) -> dict[str, str]:
        """By the node that says that a cause is there the cause, where these are two."""
        return {node: cause for cause, node in self.knowledge.there.items() if node != cause}

    @property
    def specificities(self) -> list[Specificity]:
        """Specificities in numbers."""
        there = self.knowledge.there
        return [
            Specificity(
                finding=finding.id,
                target=self._frequency(finding.specificity).value,
                against=tuple(there[id] for id in finding.against if id in there),
                among=suspects(finding.among),
                place=self.knowledge.place(finding.id),
            )
            for finding in self.knowledge.findings.values()
            if finding.specificity is not None
        ]

    def take_leaks(self, leaks: Mapping[str, float]) -> None:
        """Leaks that were solved, each as sure as the specificity it comes from."""
        for id, leak in leaks.items():
            stated = self.knowledge.findings[id].specificity
            positives = (1.0, 1.0, 1.0)
            if stated is not None:
                interval = self._frequency(stated)
                positives = (1.0 - interval.high, 1.0 - interval.value, 1.0 - interval.low)
            least, middle, most = positives
            low, high = (leak * end / middle if middle > 0.0 else leak for end in (least, most))
            self.leaks[id] = Interval(low=low, value=leak, high=min(high, 1.0))

    def nodes(self, table: Numbers) -> Iterator[Node]:
        """All nodes, with leaks, links and silent rates as they stand.

        ``table`` is P(explanation | age, sex): one axis for each context that multiplies, then one
        for the explanations.
        """
        knowledge, links = self.knowledge, self.links
        for context in knowledge.contexts.values():
            if context.states:
                shares = [state.share for state in context.states]
                yield root_node(context.id, shares, self.states(context.id))
        yield table_node(EXPLANATION, self.scales, table, self.explanations)
        for cause in knowledge.diseases:
            yield from self._cause_nodes(cause)
        ends = dict.fromkeys(self.explanations, COMPLAINS)
        complaint = knowledge.meta.complaint
        for id, leak in self.leaks.items():
            if id == complaint:
                yield noisy_or_node(id, 0.0, {EXPLANATION: self._strengths(ends)})
                continue
            yield from self._below_nodes(id, leak.value, links.get(id, {}))

    def _below_nodes(self, id: str, leak: float, links: dict[str, float]) -> tuple[Node, ...]:
        """The node of a context, mediator or finding; kept until its leak or links change.

        What is less often found in some people has further nodes: one says that it would be found
        where it is most frequent (with the leak, and the links of a context), one lets a part of
        that through. A finding comes last, with its links: only false positives are let through.
        """
        known = self._nodes.get(id)
        if known is not None and known[0] == leak and known[1] is links:
            return known[2]
        into, rarer = self._as_links(links), self.rarer.get(id)
        if rarer is None:
            nodes: tuple[Node, ...] = (noisy_or_node(id, leak, into),)
        elif rarer.id == id:
            nodes = noisy_or_node(where_most(id), leak, into), rarer
        else:
            own = noisy_or_node(id, 0.0, {**into, rarer.id: 1.0})
            nodes = noisy_or_node(where_most(id), leak), rarer, own
        self._nodes[id] = leak, links, nodes
        return nodes

    @cached_property
    def rarer(self) -> dict[str, Node]:
        """Nodes that let a part through of what is less often found at an age, in a sex, or so.

        P(there | it would be there where it is most frequent) is the stated factor of the age, the
        sex or the explanation; so a ratio of odds holds at every age. Of a finding this is about
        false positives alone.
        """
        tables = {}
        for id, rarer in self.knowledge.less_often.items():
            factors: Numbers = np.ones(())
            for other, by_state in rarer.by.items():
                each = [by_state.get(state, 1.0) for state in self.states(other)]
                if other == EXPLANATION:  # what is said of the rest holds for its parts
                    rest = by_state.get(self.knowledge.meta.rest, 1.0)
                    parts = self.knowledge.parts
                    usual = [rest if cause in parts else 1.0 for cause in self.explanations]
                    each = list(map(by_state.get, self.explanations, usual))
                factors = factors[..., None] * np.array(each)
            there = np.stack([np.zeros_like(factors), factors])
            table = np.stack([1.0 - there, there], axis=-1).round(FEW)  # 0.998, not 0.9980000001
            node = by_chance(id) if id in self.knowledge.findings else id
            tables[id] = table_node(node, [where_most(id), *rarer.by], table)
        return tables

    def _cause_nodes(self, cause: str) -> Iterator[Node]:
        """That a cause explains the complaint, and that it is there, where these are two."""
        knowledge, own = self.knowledge, {cause: 1.0}
        if cause == knowledge.meta.rest and knowledge.parts:
            own = dict.fromkeys(knowledge.parts, 1.0)
        yield noisy_or_node(cause, 0.0, {EXPLANATION: self._strengths(own)})
        node = knowledge.there[cause]
        if node != cause:
            yield from self._company_nodes(node)
            into = self._as_links(self.links.get(node, {}), own, node)
            rates = self.silent.get(cause, (0.0,))
            if len(rates) > 1:
                into = {**into, self.by_age: rates}
            yield noisy_or_node(node, rates[0] if len(rates) == 1 else 0.0, into)

    def _company_nodes(self, node: str) -> Iterator[Node]:
        """That a cause explains, at an age at which what raises it may be there."""
        ages = self.by_age_of_company(node)
        never = np.tile((1.0, 0.0), (len(ages), 1))
        table = np.stack([never, np.column_stack([1.0 - ages, ages])])
        for cause in self.company.get(node, ()):
            id = company_node(cause, self.cause_there[node])
            yield table_node(id, (cause, self.by_age), table)

    @cached_property
    def company(self) -> dict[str, tuple[str, ...]]:
        """By the node of a cause that is there, the explanations that need to know the age.

        A ratio of two causes compares people of one age, so a cause that raises another is as
        seldom beside it in the young as it is among them. A node for this costs time: only causes
        that one person in five has, and ten times as often at one age as at another, get one. The
        folder's own lexicon decides which, so that all lexicons have the same nodes.
        """
        own = self.knowledge.meta.lexicon
        if self.lexicon.id != own:
            return Draft(self.knowledge, self.knowledge.lexicons[own]).company
        raised: dict[str, dict[str, None]] = {}
        for arrow, _ in self.contrasts:
            cause = self.cause_there.get(arrow.child)
            if cause is None or cause not in self.presences or arrow.parent not in self.places:
                continue
            raises = arrow.place.startswith(f"{self.knowledge.place(arrow.parent)}:")
            aged = self.by_age_of_company(arrow.child).min() <= SELDOM
            if raises and aged and self.presences[cause].value >= OFTEN:
                raised.setdefault(arrow.child, {})[arrow.parent] = None
        return {node: tuple(causes) for node, causes in raised.items()}

    def by_age_of_company(self, node: str) -> Numbers:
        """How often a cause is brought along at each age, against the age with the most."""
        ratios = np.array(self.ratios_by_age(self.cause_there[node]))
        return np.asarray(np.round(ratios / ratios.max(), DIGITS))

    def brings(self, node: str, company: Numbers | None = None) -> Numbers:
        """By how much each link into a node counts: cells of the table x explanations.

        ``company``: how often what raises an explanation goes with it at each age; left out, as
        stated.
        """
        company = self.by_age_of_company(node) if company is None else company
        counts = np.ones((math.prod(self.shape), len(self.explanations)))
        for cause in self.company.get(node, ()):
            counts[:, self.places[cause]] = self.by_cell(company[None])[0, :, 0]
        return counts

    def _as_links(
        self, links: Mapping[str, float], own: Mapping[str, float] | None = None, node: str = ""
    ) -> dict[str, float | Sequence[float]]:
        """Links from what explains as strengths of the explanation, the others as they are."""
        strengths = dict(own or {})
        others: dict[str, float | Sequence[float]] = {}
        company = self.company.get(node, ())
        for parent, link in links.items():
            if parent in company:
                others[company_node(parent, self.cause_there[node])] = link
            elif parent in self.explanations:
                strengths[parent] = link
            else:
                others[parent] = link
        return {EXPLANATION: self._strengths(strengths), **others} if strengths else others

    def _strengths(self, by_cause: Mapping[str, float]) -> tuple[float, ...]:
        strengths = [0.0] * len(self.explanations)
        for cause, strength in by_cause.items():
            if cause in self.places:
                strengths[self.places[cause]] = strength
        return tuple(strengths)

    @cached_property
    def places(self) -> dict[str, int]:
        """By cause its place among the explanations."""
        return {cause: place for place, cause in enumerate(self.explanations)}

    @cached_property
    def by_age(self) -> str:
        """The context that silent causes hang on: the one with the most states."""
        return max(self.scales, key=lambda id: len(self.states(id)), default="")

    def shares(self) -> tuple[Shares, Numbers]:
        """What fits the table of explanations, and the stated ratios."""
        contexts = self.knowledge.contexts
        sizes = [[state.share for state in contexts[id].states] for id in self.scales]
        comparisons = []
        by_arrow: dict[Pair, set[str]] = {}
        for arrow, _ in self.ratios:
            by_arrow.setdefault((arrow.parent, arrow.child), set()).add(arrow.state)
        for arrow, _ in self.ratios:
            states = self.states(arrow.parent)
            named = by_arrow[arrow.parent, arrow.child]
            others = tuple(place for place, state in enumerate(states) if state not in named)
            cause, axis = self.places[arrow.child], self.scales.index(arrow.parent)
            comparisons.append(ShareRatio(cause, axis, states.index(arrow.state), others))
        values = np.array([interval.value for _, interval in self.ratios])
        spreads = [np.log(interval.high / interval.low) / 2.0 for _, interval in self.ratios]
        return Shares(sizes, len(self.explanations), comparisons, spreads), values

    def nothing_brings(
        self, links: Mapping[str, Numbers], counts: Numbers, brought: Mapping[str, Numbers]
    ) -> Numbers:
        """P(nothing brings a cause | cell, explanation), in rows.

        ``links`` are those into the node that says that it is there, ``counts`` what counts of each
        explanation (:meth:`brings`), ``brought`` P(other causes are there | cell, explanation).
        Causes are taken as independent given age, sex and explanation, which they nearly are.
        """
        rows = len(next(iter(links.values())))
        linked = np.zeros((rows, 1, len(self.explanations)))
        for parent in links.keys() & self.places.keys():
            linked[:, 0, self.places[parent]] = links[parent]
        absent = 1.0 - linked * counts
        for parent, link in links.items():
            if parent in brought:
                absent = absent * (1.0 - link.reshape(-1, 1, 1) * brought[parent])
        return absent

    def rates_of(
        self, cells: Numbers, absent: Numbers, wanted: Numbers, ratios: Numbers
    ) -> Numbers:
        """Silent rates by age from P(nothing brings a cause | cell, explanation), in rows."""
        ages, by_age = self.by_age_of((cells * absent).sum(axis=2))
        return silent_rates(wanted, by_age, ages, ratios)

    def by_cell(self, rates: Numbers) -> Numbers:
        """Rates by age as rates by cell of the table: rows x cells x 1."""
        axes = zip(self.scales, self.shape, strict=True)
        ages = (size if id == self.by_age else 1 for id, size in axes)
        whole = np.broadcast_to(rates.reshape(len(rates), *ages), (len(rates), *self.shape))
        return whole.reshape(len(rates), -1, 1)

    @property
    def ages(self) -> tuple[str, ...]:
        """States of what silent causes hang on."""
        return self.states(self.by_age) if self.by_age else ("",)

    def by_age_of(self, by_cell: Numbers) -> tuple[Numbers, Numbers]:
        """How frequent the ages are, and what is known of cells, by age: rows x ages."""
        contexts, ages = self.knowledge.contexts, np.ones(1)
        table = by_cell.reshape(len(by_cell), *self.shape)
        for axis, id in reversed([*enumerate(self.scales, start=1)]):
            shares = [state.share for state in contexts[id].states]
            if id == self.by_age:
                ages = np.array(shares)
            else:
                table = np.asarray(sum(map(np.multiply, shares, np.moveaxis(table, axis, 0))))
        return ages, table.reshape(len(by_cell), -1)

    @cached_property
    def age_ratios(self) -> dict[Pair, float]:
        """Stated ratios of the odds of a cause in a state of what silent causes hang on."""
        return {
            (arrow.child, arrow.state): interval.value
            for arrow, interval in reversed(self.ratios)  # so that the first one counts
            if arrow.parent == self.by_age
        }

    def ratios_by_age(self, cause: str) -> list[float]:
        """Of each age the stated ratio of the odds of a cause, 1 where none is."""
        return [self.age_ratios.get((cause, age), 1.0) for age in self.ages]

    def states(self, id: str) -> tuple[str, ...]:
        """States of a node, absent and present where nothing else is said."""
        return tuple(state.id for state in self.knowledge.states_of(id)) or ("absent", "present")


def explanations_of(knowledge: Knowledge) -> tuple[str, ...]:
    """Ids of the causes that may be the explanation; what has parts is made of them."""
    rest = {knowledge.meta.rest} if knowledge.parts else set()
    return tuple(id for id in knowledge.diseases if id not in rest)


def frequency_of(ratios: Numbers, odds: float | Numbers) -> Numbers:
    """How often a context is found where its odds are multiplied by ratios."""
    return np.minimum(MOST, ratios * odds / (1.0 + ratios * odds))


def suspects(named: Iterable[str]) -> dict[str, str]:
    """What suspects have: ids, or ids with a state after a dot."""
    return dict(map(parted, named))


def _parents_first(ids: Mapping[str, None], arrows: Iterable[Pair]) -> list[str]:
    parents: dict[str, dict[str, None]] = {id: {} for id in ids}  # no sets: the same each time
    for parent, child in arrows:
        parents[child][parent] = None
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError as error:
        message = f"The arrows run in a circle among: {', '.join(circle_among(parents))}."
        raise KneebayesError(message) from error
