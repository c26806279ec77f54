"""Links from stated frequencies, leaks and mediators taken out; and links from evoking strengths.

Every array has an axis for rows: one row makes the model, a thousand are readings of its words.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.result import offset_of
from kneebayes.building.words import amount_interval
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import EXPLANATION, Knowledge, any_of, present_node
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Network, Numbers

ROUNDS = 12
STILL = 1e-13
LEAST = 1e-12

Rows = Mapping[str, Numbers]
Companions = Mapping[str, Sequence[str]]
Rarer = Mapping[str, float]  # by id how often it is found over all ages, against those with most


def relink(
    frequencies: Mapping[str, Rows],  # by child and parent as stated; NaN is unsaid: its link is 0
    leaks: Rows,  # of each node that can be produced
    order: Iterable[str],  # ids, parents before children
    free: Rarer,  # what may lie between: contexts, mediators and findings
    companions: Companions | None = None,  # by parent what is certainly there with it
    known: Mapping[str, dict[str, Numbers]] | None = None,  # links that are right already
    families: Families | None = None,  # kept from rows with the same links and leaks; filled here
) -> dict[str, dict[str, Numbers]]:
    """Solve ``P(child | parent alone) = stated frequency`` for every link, in every row.

    Alone means that other causes are absent; contexts, mediators and findings on the way are
    present as the parent, its companions and their own leaks make them. The child is then
    absent with probability ``(1 - link) E[(1 - leak) prod(1 - other links of present
    parents)]``, where the expectation runs over the states of what lies on the way. A link
    that would be negative becomes 0.
    """
    order = list(order)
    places = {id: place for place, id in enumerate(order)}
    links = dict(known or {})
    families = {} if families is None else families
    for child in order:
        wanted = frequencies.get(child)
        if wanted and child not in links:
            if child not in families:
                between = _ancestors(child, frequencies, free, places)
                inner = {id: free[id] for id in between}
                families[child] = _family(
                    list(wanted), inner, leaks, links, companions or {}, len(leaks[child])
                )
            links[child] = _solve(families[child], wanted, leaks[child])
    return links


def frequencies_from(
    links: Mapping[str, Rows],
    leaks: Rows,
    order: Sequence[str],
    free: Rarer,
    companions: Companions,
) -> dict[str, dict[str, Numbers]]:
    """P(child | parent alone) of every link, in every row: :func:`relink`, backwards."""
    places = {id: place for place, id in enumerate(order)}
    frequencies: dict[str, dict[str, Numbers]] = {}
    for child, own in links.items():
        parents = list(own)
        between = {id: free[id] for id in _ancestors(child, links, free, places)}
        family = _family(parents, between, leaks, links, companions, len(leaks[child]))
        frequencies[child] = {
            parent: 1.0 - (1.0 - own[parent]) * family.some([parent]).absent(own, leaks[child])[0]
            for parent in parents
        }
    return frequencies


def between_of(knowledge: Knowledge) -> dict[str, float]:
    """What may lie between a cause and a finding: contexts, mediators and findings.

    Each with how often it is found over all ages and sexes, against those who have it most. Not
    the complaint, which is certain in the world of every cause, nor other causes.
    """
    there = {present_node(id) for id in knowledge.diseases}
    contexts = {id for id, context in knowledge.contexts.items() if not context.states}
    inner = {*contexts, *knowledge.mediators, *knowledge.findings} - there
    return {
        id: 1.0 if id in knowledge.findings else _over_all(knowledge, id)
        for id in inner - {knowledge.meta.complaint}
    }


def chances_over_all(knowledge: Knowledge, leaks: Rows) -> dict[str, Numbers]:
    """Leaks as they are over all ages and sexes, of findings seen less often by chance in some."""
    rarer = {id: _over_all(knowledge, id) for id in knowledge.less_often.keys() & leaks.keys()}
    return {
        id: leak * rarer[id] if id in rarer and id in knowledge.findings else leak
        for id, leak in leaks.items()
    }


def _over_all(knowledge: Knowledge, id: str) -> float:
    """How often a node is found over all ages and sexes, against those with most."""
    rarer = knowledge.less_often.get(id)
    return math.prod(
        sum(state.share * factors.get(state.id, 1.0) for state in knowledge.states_of(other))
        for other, factors in (() if rarer is None else rarer.by.items())
        if other != EXPLANATION
    )


def companions_of(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """What is certainly there with each cause: the complaint, and that it is there."""
    complaint = knowledge.meta.complaint
    companions: dict[str, tuple[str, ...]] = dict.fromkeys(knowledge.there.values(), (complaint,))
    companions |= {id: (complaint, node) for id, node in knowledge.there.items() if node != id}
    return companions


def _ancestors(
    child: str, frequencies: Mapping[str, Rows], free: Collection[str], places: Mapping[str, int]
) -> list[str]:
    """What lies between, each after what leads to it and no sooner than it is needed."""
    ancestors: dict[str, None] = {}

    def add(id: str) -> None:
        """What leads to a node."""
        near = (parent for parent in frequencies.get(id, {}) if parent in free)
        for parent in sorted(near, key=places.__getitem__):
            if parent not in ancestors:
                add(parent)
                ancestors[parent] = None

    add(child)
    return list(ancestors)


@dataclass(frozen=True, slots=True)
class _Some:
    """What lies between a child and some of its parents, each present alone."""

    joint: Numbers  # P(states of the inner nodes | parent alone): an axis each, parents x rows
    fired: tuple[tuple[str, Numbers], ...]  # P(other parents in between present | the same)
    certain: tuple[tuple[int, str], ...]  # by place of a parent another that comes with it

    def absent(self, links: Rows, leak: Numbers) -> Numbers:
        """P(child absent) if the parent itself does not produce it: some parents x rows."""
        joint = self.joint.copy()
        for id, fired in self.fired:
            joint *= 1.0 - fired * links[id]
        for _ in range(joint.ndim - 2):  # so it is the same whatever else is beside
            joint = joint[0] + joint[1]
        for place, id in self.certain:
            joint[place] *= 1.0 - links[id]
        return np.asarray(np.maximum(LEAST, (1.0 - leak) * joint))


@dataclass(frozen=True)
class _Family:
    """What lies between a child and each of its parents, present alone."""

    parents: list[str]
    between: set[str]  # ids of what lies between: their leaks and links are in these numbers
    inner: list[str]  # parents in between whose states are gone through
    joint: Numbers  # P(states of the inner nodes | parent alone): an axis each, parents x rows
    unfired: dict[str, Numbers]  # P(absent | the same) of the other parents in between
    companions: Companions  # by parent what is certainly there with it

    @cached_property
    def fired(self) -> dict[str, Numbers]:
        """For each parent in between P(it is present | inner states, parent): like the joint."""
        axes = len(self.inner)
        inner = {
            id: np.arange(2.0).reshape(*(2 if place == axis else 1 for place in range(axes)), 1, 1)
            for axis, id in enumerate(self.inner)
        }
        return inner | {id: 1.0 - unfired for id, unfired in self.unfired.items()}

    def some(self, names: Sequence[str]) -> _Some:
        """What lies between the child and some of its parents: one, or none in between."""
        places = [self.parents.index(name) for name in names]
        fired = tuple(
            (id, each if id in self.inner else each[..., places, :])
            for id, each in self.fired.items()
            if id in self.parents and id not in names
        )
        certain = tuple(
            (place, id)
            for place, name in enumerate(names)
            for id in self.companions.get(name, ())
            if id in self.parents
        )
        return _Some(self.joint[..., places, :], fired, certain)

    @cached_property
    def near(self) -> dict[str, _Some]:
        """Parents whose links change those of others: in between, or certainly there."""
        certain = {id for parent in self.parents for id in self.companions.get(parent, ())}
        first = {*self.inner, *self.unfired, *certain}
        return {parent: self.some([parent]) for parent in self.parents if parent in first}

    @cached_property
    def far(self) -> tuple[list[str], _Some]:
        """The other parents."""
        names = [parent for parent in self.parents if parent not in self.near]
        return names, self.some(names)


Families = dict[str, _Family]


def _family(
    parents: list[str],
    between: Rarer,
    leaks: Rows,
    links: Mapping[str, Rows],
    companions: Companions,
    rows: int,
) -> _Family:
    last = {id: node for node in between for id in links.get(node, {}) if id in between}
    passing = last.keys() - {*parents}  # summed over once the last that it leads to is there
    inner = [id for id in between if id in last or not passing.isdisjoint(links.get(id, {}).keys())]
    joint: Numbers = np.ones((1,) * len(inner) + (len(parents), rows))
    unfired: dict[str, Numbers] = {}
    for node, over_all in between.items():
        into = links.get(node, {})
        silent: Numbers = np.ones((len(parents), rows)) * (1.0 - leaks[node])
        for place, parent in enumerate(parents):
            own = () if parent in between else (parent,)
            for source in (*own, *companions.get(parent, ())):
                if source in into:
                    silent[place] *= 1.0 - into[source]
        silent = silent.reshape((1,) * len(inner) + silent.shape)
        for axis, parent in enumerate(inner):
            if parent in into:
                some = np.broadcast_to(1.0 - into[parent], (len(parents), rows))
                shape = (2 if place == axis else 1 for place in range(len(inner)))
                silent = silent * np.stack([np.ones_like(some), some]).reshape(*shape, *some.shape)
        silent = 1.0 - over_all * (1.0 - silent) if over_all < 1.0 else silent
        if node in parents:
            silent[..., parents.index(node), :] = 0.0  # present, since it is the parent itself
        if node in inner:
            axis = inner.index(node)
            joint = joint * np.concatenate([silent, 1.0 - silent], axis=axis)
        else:
            unfired[node] = silent
        joint = _summed(joint, sorted(inner.index(id) for id in passing if last[id] == node))
    gone = tuple(axis for axis, id in enumerate(inner) if id in passing)
    unfired = {id: silent.squeeze(gone) for id, silent in unfired.items()}
    inner = [id for id in inner if id not in passing]
    return _Family(parents, {*between}, inner, joint.squeeze(gone), unfired, companions)


def _summed(joint: Numbers, axes: Iterable[int]) -> Numbers:
    """The same over both states of some nodes, one by one, whatever else is beside."""
    for axis in axes:
        joint = np.add(*np.split(joint, 2, axis))
    return joint


def _solve(family: _Family, wanted: Rows, leak: Numbers) -> dict[str, Numbers]:
    """Links in turn, those in between again and again since each changes the others.

    Each row until it rests, so that it comes out the same in whatever company it is solved.
    """
    solved = {parent: np.zeros(len(rows)) for parent, rows in wanted.items()}
    near, (names, far) = family.near, family.far
    moving = np.ones(len(leak), dtype=np.bool_)
    for _ in range(ROUNDS if len(near) > 1 else len(near)):
        moved = np.zeros(len(leak))
        for parent, some in near.items():
            link = _link(wanted[parent], some.absent(solved, leak)[0])
            if not moving.all():
                link = np.where(moving, link, solved[parent])
            np.maximum(moved, np.abs(link - solved[parent]), out=moved)
            solved[parent] = link
        moving = moved >= STILL
        if not moving.any():
            break
    if names:
        stated = np.array([wanted[parent] for parent in names])
        solved.update(zip(names, _link(stated, far.absent(solved, leak)), strict=True))
    return solved


def _link(frequency: Numbers, others: Numbers) -> Numbers:
    link = 1.0 - (1.0 - frequency) / others
    return np.where(link > 0.0, np.minimum(link, 1.0), 0.0)  # NaN, unsaid, is not above 0


SHORT_OF = 0.02  # of a probability: what is missed by less nobody would notice


class Evoking(NamedTuple):
    """A link that is solved from how strongly a finding points to a cause, within bounds."""

    node: str
    parent: str
    place: int  # of its number in :func:`numbers_of`
    bounds: tuple[float, float]


def solve_evoked(
    network: Network, knowledge: Knowledge, lexicon: Lexicon
) -> tuple[Network, list[Remark]]:
    """Set the links for which an evoking strength is stated.

    What a finding points to is that the cause, or one of the group, explains the complaint, so that
    is the node whose link is solved; what shows a finding comes before it. Where the bounds that
    the statement names stop it, a remark says what was reached.
    """
    engine = Engine(network)
    seen = Evidence.of(network, {knowledge.meta.complaint: "present"})
    stated = {
        pointer: amount_interval(pointer.said.evokes, "evoking", lexicon).value
        for pointer in knowledge.pointers
    }
    wanted = {}
    for pointer in sorted(stated, key=lambda pointer: network.index[pointer.finding]):
        node, offset = offset_of(network, pointer.source, "present", pointer.finding)
        place = engine.place_of(node.id) + offset
        link = Evoking(pointer.finding, pointer.source, place, pointer.said.between)
        wanted[link] = np.ones(1, dtype=np.bool_), np.array([stated[pointer]])
    numbers = engine.numbers.copy()
    evoke_rows(engine, seen, wanted, numbers)
    cases = [seen.plus(Evidence.of(network, {pointer.finding: "present"})) for pointer in stated]
    propagated = engine.propagate_each(cases, {pointer.source for pointer in stated}, numbers)
    remarks = []
    for row, (pointer, target) in enumerate(stated.items()):
        reached, (low, high) = propagated.marginals[pointer.source][row, 1], pointer.said.between
        if abs(reached - target) > SHORT_OF:
            text = (
                f"'{pointer.said.evokes}' asks for P({knowledge.label(pointer.source)} | "
                f"{pointer.finding}) = {target:.0%}; the link allowed ({low:g} to {high:g}) gives "
                f"{reached:.0%}."
            )
            remarks.append(Remark("evoking strength not reached", pointer.place, text))
    return network.with_numbers(numbers[0]), remarks


def group_remarks(network: Network, knowledge: Knowledge, lexicon: Lexicon) -> list[Remark]:
    """Compare what is said of groups ("usually indicates an injury") with the network.

    Where the links are solved from it (:attr:`Knowledge.pointers`) nothing is left to compare.
    """
    engine = Engine(network)
    remarks: list[Remark] = []
    for group in knowledge.groups.values():
        if any_of(group.id) in knowledge.mediators:
            continue
        for finding, evoked in group.evoked_by.items():
            target = amount_interval(evoked.evokes, "evoking", lexicon)
            seen = Evidence.of(network, {knowledge.meta.complaint: "present", finding: "present"})
            probability = engine.probability_of_any([group.members], seen)[0]
            if not target.low <= probability <= target.high:
                text = (
                    f"'{evoked.evokes}' asks for P({group.label} | {finding}) between "
                    f"{target.low:.0%} and {target.high:.0%}; the network gives {probability:.0%}."
                )
                place = f"groups.toml: {group.id}.evoked_by.{finding}"
                remarks.append(Remark("group statement not met", place, text))
    return remarks


SMALLEST = 1e-300


def evoke_rows(
    engine: Engine,
    seen: Evidence,
    wanted: Mapping[Evoking, tuple[NDArray[np.bool_], Numbers]],
    numbers: Numbers,
) -> None:
    """Solve links so that each cause has a stated probability, given its finding.

    With the finding absent and its link 0, one question gives P(cause, nothing else produces
    the finding, complaint) and the same without the cause; what is wanted is linear in the
    link. What is known without the finding is asked once for all links. ``wanted`` says for each
    evoking strength in which rows it is solved, and for what probability; the links in
    ``numbers`` (rows x numbers) are changed in place.
    """
    if not wanted:
        return
    rows = np.flatnonzero(np.any([mine for mine, _ in wanted.values()], axis=0))
    some = numbers if len(rows) == len(numbers) else numbers[rows]
    without = engine.propagate_each([seen], [one.parent for one in wanted], some)
    for one, (mine, targets) in wanted.items():
        among = mine[rows]
        unlinked = numbers if mine.all() else numbers[mine]  # all rows may be large
        unlinked[:, one.place] = 0.0
        absent = seen.plus(Evidence.of(engine.network, {one.node: "absent"}))
        propagated = engine.propagate_each([absent], [one.parent], unlinked)
        none = np.exp(propagated.log_probability)[:, None] * propagated.marginals[one.parent]
        whole = np.exp(without.log_probability[among])
        unfired = whole * without.marginals[one.parent][among, 1] - targets * (whole - none[:, 0])
        unfired /= np.maximum(none[:, 1] * (1.0 - targets), SMALLEST)
        numbers[mine, one.place] = np.clip(1.0 - unfired, *one.bounds)
