"""A network: its nodes in an order in which parents come first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

import numpy as np

from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.network.node import Node, Numbers, noisy_or_table
from kneebayes.text import counted, suggest


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
        ordered = tuple(_parents_first(self.nodes))
        object.__setattr__(self, "nodes", ordered)
        object.__setattr__(
            self, "index", {node.id: position for position, node in enumerate(ordered)}
        )
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
        found = self.index.get(id)
        if found is None:
            message = f"No node '{id}' in the network."
            raise UnknownNameError(message, id, suggest(id, list(self.index)))
        return found

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
        made = object.__new__(Network)  # with the same arrows the order stays
        object.__setattr__(made, "nodes", nodes)
        object.__setattr__(made, "index", self.index)
        for node in nodes:
            made._check_shape(node)
        return made

    def with_numbers(self, numbers: Numbers) -> Network:
        """The same arrows with other numbers, those of each node after those of the one before."""
        each = iter(numbers.tolist())
        return self.replacing([node.with_numbers(each) for node in self.nodes])

    def forcing(self, id: str, state: str) -> Network:
        """The network after an intervention: ``id`` is set, whatever its parents say.

        Doing is not seeing: the arrows into the node are cut (Pearl's do-operator).
        """
        node = self[id]
        if state not in node.states:
            message = f"'{id}' cannot be '{state}'. Its states are: {', '.join(node.states)}."
            raise EvidenceError(message)
        if node.is_noisy_or:
            leak = float(state == node.states[1])
            return self.replacing([replace(node, parents=(), links=(), leak=leak)])
        forced = tuple(float(state == name) for name in node.states)
        return self.replacing([replace(node, parents=(), table=forced)])


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
