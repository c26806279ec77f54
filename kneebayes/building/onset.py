"""How a cause comes about: age and sex multiply its risk, other causes add to it.

A context with several states, in one of which everybody is, multiplies: wear is frequent in the
old and rare in the young, and at each age more frequent in women. So the risk is a chain. A
hidden root, the *liability*, is as frequent as in the state most prone to the cause; each
context lets it through more or less often, state by state. What another cause brings about comes
on top (a noisy-OR), whatever the age.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.knowledge.base import Arrow
from kneebayes.network import Network, Node, noisy_or_node, table_node

__all__ = [
    "Onset",
    "Scale",
    "arising",
    "cause_of",
    "holder",
    "leak_node",
    "number_of",
    "offset_of",
    "stated_network",
    "strongest",
]

STRONGEST_LINK = 0.95
HIGHEST_LEAK = 0.999
LIABILITY, ARISING, BY = "_liability", "_arising", "_by_"


def liability(cause: str) -> str:
    """Id of the hidden root of a cause whose risk is multiplied."""
    return cause + LIABILITY


def arising(cause: str) -> str:
    """Id of the hidden node for what comes about without another cause."""
    return cause + ARISING


@dataclass(frozen=True, slots=True)
class Scale:
    """A context that multiplies the risk of a cause.

    Attributes
    ----------
    by
        Id of the context.
    unit
        What a risk ratio of 1 becomes.
    factors
        P(what comes in goes through) in each state: its risk ratio times the unit.
    """

    by: str
    unit: float
    factors: tuple[float, ...]

    @classmethod
    def of(cls, by: str, ratios: Sequence[float], highest: float) -> Scale:
        """From the risk ratio of each state, and the highest that any of them may have.

        The highest becomes certainty, so that every ratio can move in its interval.
        """
        return cls(by, 1.0 / highest, tuple(ratio / highest for ratio in ratios))


@dataclass(frozen=True, slots=True)
class Onset:
    """What is stated of how a cause comes about.

    Attributes
    ----------
    cause
        Its id.
    scales
        What multiplies its risk.
    links
        P(another cause alone brings this one about), whatever is multiplied.
    """

    cause: str
    scales: tuple[Scale, ...]
    links: Mapping[str, float]

    @property
    def typical(self) -> float:
        """What the leak comes to where every ratio is 1."""
        return float(np.prod([scale.unit for scale in self.scales]))

    def unit_of(self, parent: str) -> float:
        """What a ratio of 1 of a context becomes."""
        return next(scale.unit for scale in self.scales if scale.by == parent)

    def nodes(self, leak: float) -> list[Node]:
        """The nodes of the cause that follow from its leak.

        Parameters
        ----------
        leak
            P(it comes about without another cause, in the state most prone to it).
        """
        leak = min(leak, HIGHEST_LEAK)
        if not self.scales:
            return [noisy_or_node(self.cause, leak, self.links)]
        nodes = list(self._chain(leak, arising(self.cause) if self.links else self.cause))
        if self.links:
            nodes.append(noisy_or_node(self.cause, 0.0, {arising(self.cause): 1.0, **self.links}))
        return nodes

    def _chain(self, leak: float, end: str) -> Iterator[Node]:
        """The liability, and one table for each context that multiplies."""
        before = liability(self.cause)
        yield noisy_or_node(before, leak)
        for scale in self.scales:
            factors = np.array(scale.factors)
            table = np.stack(
                [np.stack([1.0 - factors * on, factors * on], axis=-1) for on in (0, 1)]
            )
            after = end if scale is self.scales[-1] else f"{self.cause}{BY}{scale.by}"
            yield table_node(after, [before, scale.by], table)
            before = after


def cause_of(id: str, network: Network) -> str:
    """The cause that a hidden node of its onset belongs to; any other id as it is."""
    for mark in (LIABILITY, ARISING, BY):
        cause, found, _ = id.rpartition(mark)
        if found and cause in network and id in network and liability(cause) in network:
            return cause
    return id


def leak_node(network: Network, id: str) -> str:
    """Id of the node that holds the leak of a node."""
    return liability(id) if liability(id) in network else id


def holder(network: Network, parent: str, child: str) -> Node:
    """The node that holds the number of a stated influence."""
    ids = (child, arising(child), f"{child}{BY}{parent}")
    return next(network[id] for id in ids if id in network and parent in network[id].parents)


def offset_of(network: Network, parent: str, state: str, child: str) -> tuple[Node, int]:
    """The node that holds the number of a stated influence, and how far into its numbers.

    Of a table that multiplies it is P(what comes in goes through | that state).
    """
    node = holder(network, parent, child)
    at = network[parent].states.index(state)
    if not node.is_noisy_or:
        return node, 2 * (len(network[parent].states) + at) + 1
    before = node.parents[: node.parents.index(parent)]
    return node, 1 + sum(len(network[one].states) for one in before) + at


def number_of(network: Network, arrow: Arrow) -> float:
    """The number that the network uses for a stated influence: a link, or a factor."""
    node, offset = offset_of(network, arrow.parent, arrow.state, arrow.child)
    if node.table is not None:
        return node.table[offset]
    link = next(one for one in node.links if one.parent == arrow.parent)
    return link.strength[network[arrow.parent].states.index(arrow.state)]


def strongest(network: Network, parent: str, child: str) -> float:
    """The largest number of a stated influence over the states of the parent."""
    states = network[parent].states
    node, first = offset_of(network, parent, states[0], child)
    if node.table is not None:
        return max(node.table[first : first + 2 * len(states) : 2])
    return max(next(one for one in node.links if one.parent == parent).strength)


def stated_network(network: Network) -> Network:
    """Arrows as they were stated, without the hidden nodes of onsets and without numbers."""
    nodes = []
    for node in network.nodes:
        if cause_of(node.id, network) != node.id:
            continue
        parents: list[str] = []
        waiting = list(node.parents)
        while waiting:
            parent = waiting.pop(0)
            if cause_of(parent, network) == node.id:
                waiting = [*network[parent].parents, *waiting]
            else:
                parents.append(parent)
        nodes.append(Node(node.id, node.states, tuple(parents), leak=0.0))
    return Network(tuple(nodes))
