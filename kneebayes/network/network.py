"""A network as plain numbers: roots, leaky noisy-ORs and tables, parents before children."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.text import counted, shown, suggest

Numbers = NDArray[np.float64]

ABSENT_PRESENT = ("absent", "present")
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Link:
    """How strongly a parent produces a noisy-OR child by itself: a number for each state."""

    parent: str
    strength: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node and how it depends on its parents.

    A node has either a ``leak`` (then it is a binary leaky noisy-OR over ``links``) or a
    ``table`` (its own states along the last axis, ``parents`` along the others in order;
    a root is a table without parents).
    """

    id: str
    states: tuple[str, ...]
    parents: tuple[str, ...] = ()
    leak: float | None = None
    links: tuple[Link, ...] = ()
    table: tuple[float, ...] | None = None

    @property
    def is_noisy_or(self) -> bool:
        """Whether the node combines its parents by a leaky noisy-OR."""
        return self.leak is not None

    @property
    def numbers(self) -> tuple[float, ...]:
        """Its leak and its links, or its table, end to end."""
        if self.table is not None:
            return self.table
        return (self.leak or 0.0, *chain.from_iterable(link.strength for link in self.links))

    def with_numbers(self, numbers: Iterable[float]) -> Node:
        """The same node with other numbers, the first of these."""
        each = iter(numbers)
        if self.table is not None:
            return replace(self, table=tuple(islice(each, len(self.table))))
        leak = next(each)
        parts = (Link(link.parent, tuple(islice(each, len(link.strength)))) for link in self.links)
        return replace(self, leak=leak, links=tuple(parts))


def _checked(value: float, where: str) -> float:
    try:
        fits = 0.0 <= value <= 1.0
    except (TypeError, ValueError):  # a text, or several numbers
        fits = False
    if not fits:
        message = f"{where}: a probability must be between 0 and 1, got {shown(value)}."
        raise KneebayesError(message)
    return float(value)


def root_node(
    id: str, distribution: Sequence[float], states: Sequence[str] = ABSENT_PRESENT
) -> Node:
    """A node without parents: one probability per state, adding up to 1.

    Raises
    ------
    KneebayesError
        If the probabilities are out of range, do not fit the states or do not add up to 1.

    Examples
    --------
    >>> root_node("age", [0.3, 0.7], ["young", "old"]).states
    ('young', 'old')
    """
    return table_node(id, [], distribution, states)


def noisy_or_node(
    id: str, leak: float, links: Mapping[str, float | Sequence[float] | Numbers] | None = None
) -> Node:
    """A binary node that each of its parents can produce by itself.

    ``leak`` is P(present | no parent produces it). A link is the probability that a parent
    produces it: one number for a parent that is absent or present, one per state for any other.

    Raises
    ------
    KneebayesError
        If a number is not a probability, or the links are no mapping.

    Examples
    --------
    >>> noisy_or_node("fever", 0.02, {"flu": 0.8}).links
    (Link(parent='flu', strength=(0.0, 0.8)),)
    """
    try:
        pairs = dict(links or {}).items()
    except (TypeError, ValueError):
        message = f"{id}: links must be a mapping such as {{'flu': 0.8}}, got {shown(links)}."
        raise KneebayesError(message) from None
    checked_links = tuple(_link(id, parent, strength) for parent, strength in pairs)
    return Node(
        id=id,
        states=ABSENT_PRESENT,
        parents=tuple(link.parent for link in checked_links),
        leak=_checked(leak, f"{id}, leak"),
        links=checked_links,
    )


def _link(id: str, parent: str, strength: float | Sequence[float] | Numbers) -> Link:
    each: Any = strength.tolist() if isinstance(strength, np.ndarray) else strength
    if isinstance(each, str) or not isinstance(each, Sequence):
        each = (0.0, each)
    where = f"{id}, link of {parent}"
    return Link(parent, tuple(_checked(number, where) for number in each))


def table_node(
    id: str,
    parents: Sequence[str],
    table: Numbers | Sequence[float],
    states: Sequence[str] = ABSENT_PRESENT,
) -> Node:
    """A node given by P(state | parents): one axis per parent, then one for its own states.

    Raises
    ------
    KneebayesError
        If the shape does not fit or a distribution does not add up to 1.

    Examples
    --------
    >>> table_node("xor", ["a"], np.array([[1.0, 0.0], [0.0, 1.0]])).parents
    ('a',)
    """
    try:
        table = np.asarray(table, dtype=float)
        twice = len(set(parents)) < len(parents) or len(set(states)) < len(states)
    except (TypeError, ValueError):  # other things than numbers, or no names
        message = (
            f"{id}: names of parents and of states and a table of numbers are needed, got "
            f"{shown(parents)}, {shown(states)} and {shown(table)}."
        )
        raise KneebayesError(message) from None
    if twice:
        message = f"{id}: a parent or a state stands twice."
        raise KneebayesError(message)
    if table.ndim != len(parents) + 1 or table.shape[-1] != len(states):
        message = (
            f"{id}: a table over {counted(len(parents), 'parent')} and "
            f"{counted(len(states), 'state')} is needed, got one of shape {table.shape}."
        )
        raise KneebayesError(message)
    _check_distributions(id, table)
    numbers = np.minimum(table, 1.0).ravel()  # what a sum made a little more than 1
    return Node(id=id, states=tuple(states), parents=tuple(parents), table=tuple(numbers.tolist()))


def _check_distributions(id: str, table: Numbers) -> None:
    in_range = np.isfinite(table).all() and (table >= 0.0).all()
    if not in_range or np.abs(table.sum(axis=-1) - 1.0).max(initial=0.0) > TOLERANCE:
        message = f"{id}: each distribution must be non-negative and add up to 1."
        raise KneebayesError(message)


def noisy_or_table(leak: float, strengths: Sequence[Sequence[float]]) -> Numbers:
    """P(absent, present | parents) of a noisy-OR: an axis for each parent, its own states last.

    Adds and multiplies only, so that the smallest probability keeps all its digits: 1 minus
    what is nearly 1 would make it 0, and what has probability 0 cannot be. ``strengths`` has for
    each parent one probability for each of its states.

    Examples
    --------
    >>> noisy_or_table(1e-30, [[0.0, 0.5]]).tolist()
    [[1.0, 1e-30], [0.5, 0.5]]
    """
    present, absent = np.asarray(leak), np.asarray(1.0 - leak)
    for strength in map(np.asarray, strengths):
        present = present[..., None] + absent[..., None] * strength
        absent = absent[..., None] * (1.0 - strength)
    return np.stack([absent, np.minimum(present, 1.0)], axis=-1)


@dataclass(frozen=True)
class Network:
    """Nodes of a Bayesian network, parents before children.

    Parameters
    ----------
    nodes
        The nodes, in any order in which no arrow runs in a circle.

    Raises
    ------
    KneebayesError
        If an id occurs twice, a parent is missing, a link does not fit its parent's
        states, or the arrows run in a circle.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    Network(2 nodes, 1 arrow)
    """

    nodes: tuple[Node, ...]
    index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            nodes = tuple(self.nodes)
            odd = [shown(node) for node in nodes if not isinstance(node, Node)]
        except TypeError:
            odd = [shown(self.nodes)]
        if odd:
            message = f"A network is made of nodes, such as root_node gives. Got {odd[0]}."
            raise KneebayesError(message)
        ordered = tuple(_parents_first(nodes))
        object.__setattr__(self, "nodes", ordered)
        index = {node.id: place for place, node in enumerate(ordered)}
        object.__setattr__(self, "index", index)
        for node in ordered:
            self._check_shape(node)

    def _check_shape(self, node: Node) -> None:
        for link in node.links:
            states = self[link.parent].states
            if len(link.strength) != len(states):
                message = (
                    f"{node.id}: the link of {link.parent} has "
                    f"{counted(len(link.strength), 'number')}, but {link.parent} has the states "
                    f"{', '.join(states)}."
                )
                raise KneebayesError(message)
        if node.table is not None and len(node.table) != int(np.prod(self.shape_of(node))):
            message = f"{node.id}: its table does not fit the states of {', '.join(node.parents)}."
            raise KneebayesError(message)

    def __repr__(self) -> str:
        arrows = sum(len(node.parents) for node in self.nodes)
        nodes = len(self.nodes)
        return f"Network({counted(nodes, 'node')}, {counted(arrows, 'arrow')})"

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, id: object) -> bool:
        return id in self.index

    def __getitem__(self, id: str) -> Node:
        return self.nodes[self.place(id)]

    def place(self, id: str) -> int:
        """Where a node stands among all."""
        place = self.index.get(id) if isinstance(id, str) else None
        if place is None:
            message = f"No node '{id}' in the network."
            raise UnknownNameError(message, str(id), suggest(str(id), list(self.index)))
        return place

    def shape_of(self, node: Node) -> tuple[int, ...]:
        """Shape of a node's full table: parents in order, its own states last."""
        return (*(len(self[parent].states) for parent in node.parents), len(node.states))

    def table_of(self, node: Node) -> Numbers:
        """P(state | parents) as a full table; for a noisy-OR it has 2 ** parents entries."""
        if node.table is not None:
            return np.asarray(node.table).reshape(self.shape_of(node))
        return noisy_or_table(node.leak or 0.0, [link.strength for link in node.links])

    def children_of(self, id: str) -> tuple[str, ...]:
        """Ids of the nodes that have ``id`` as a parent."""
        return tuple(node.id for node in self.nodes if id in node.parents)

    def replacing(self, changed: Iterable[Node]) -> Network:
        """A network with some nodes exchanged for others of the same id."""
        by_id = {node.id: node for node in changed}
        nodes = tuple(by_id.get(node.id, node) for node in self.nodes)
        if any(a.parents != b.parents for a, b in zip(self.nodes, nodes, strict=True)):
            return Network(nodes)
        network = object.__new__(Network)  # with the same arrows the order stays
        object.__setattr__(network, "nodes", nodes)
        object.__setattr__(network, "index", self.index)
        for node in nodes:
            network._check_shape(node)
        return network

    def with_numbers(self, numbers: Numbers | Sequence[float]) -> Network:
        """The same arrows with other numbers, those of each node after those of the one before.

        Raises
        ------
        KneebayesError
            If they are too few or too many, or no probabilities.
        """
        needed = sum(len(node.numbers) for node in self.nodes)
        try:
            given = np.asarray(numbers, dtype=float)
        except (TypeError, ValueError):  # no numbers
            given = np.empty(0)
        if given.shape != (needed,):
            has = counted(needed, "number")
            message = f"The network has {has}, got {given.size}. Give all of them."
            raise KneebayesError(message)
        if (odd := given[~((given >= 0.0) & (given <= 1.0 + TOLERANCE))]).size:
            message = f"A probability must be between 0 and 1, got {odd[0]:g}."
            raise KneebayesError(message)
        each = iter(np.minimum(given, 1.0).tolist())  # what a sum made a little more than 1
        changed = self.replacing([node.with_numbers(each) for node in self.nodes])
        for node in changed.nodes:
            if node.table is not None:
                _check_distributions(node.id, changed.table_of(node))
        return changed

    def forcing(self, id: str, state: str) -> Network:
        """The network after an intervention: ``id`` is set, whatever its parents say.

        Doing is not seeing: the arrows into the node are cut (Pearl's do-operator).
        """
        node = self[id]
        if state not in node.states:
            message = f"'{id}' cannot be '{state}'. Its states are: {', '.join(node.states)}."
            raise EvidenceError(message)
        chosen = tuple(float(state == name) for name in node.states)
        numbers: dict[str, Any] = {"leak": chosen[1]} if node.is_noisy_or else {"table": chosen}
        return self.replacing([replace(node, parents=(), links=(), **numbers)])


def _parents_first(nodes: Iterable[Node]) -> list[Node]:
    """Order nodes so that parents come first; keeps the given order where it can."""
    by_id: dict[str, Node] = {}
    for node in nodes:
        if node.id in by_id:
            message = f"The node '{node.id}' stands twice in the network."
            raise KneebayesError(message)
        by_id[node.id] = node
    for node in by_id.values():
        for parent in node.parents:
            if parent not in by_id:
                message = f"{node.id}: its parent '{parent}' is not in the network."
                raise KneebayesError(message)
    place = {id: position for position, id in enumerate(by_id)}
    sorter = TopologicalSorter({id: node.parents for id, node in by_id.items()})
    try:
        sorter.prepare()
    except CycleError:
        circle = ", ".join(circle_among({id: value.parents for id, value in by_id.items()}))
        message = f"The arrows run in a circle among: {circle}."
        raise KneebayesError(message) from None
    ordered: list[Node] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        ordered += [by_id[id] for id in ready]
        sorter.done(*ready)
    return ordered


def circle_among(parents: Mapping[str, Iterable[str]]) -> list[str]:
    """Ids that lie on a circle of arrows, or between two; empty where there is none.

    Examples
    --------
    >>> circle_among({"a": ["b"], "b": ["a"], "c": ["a"]})
    ['a', 'b']
    """
    open_ids = {id: set(pointing) & set(parents) for id, pointing in parents.items()}
    while True:
        pointing = set().union(*open_ids.values()) if open_ids else set()
        loose = [id for id, into in open_ids.items() if not into or id not in pointing]
        if not loose:
            return sorted(open_ids)
        for id in loose:
            del open_ids[id]
        open_ids = {id: into & set(open_ids) for id, into in open_ids.items()}
