"""How a cause comes about: risks that add, and an age that multiplies them all.

In a noisy-OR risks add: what one parent brings is the same whatever the others do. That is
right for a fall and a twist. It is wrong for age, by which published risk ratios are adjusted:
overweight doubles the osteoarthritis of the old, which is frequent, and that of the young, which
is rare. So a context with several states, in one of which everybody is, multiplies. A hidden
noisy-OR, the *liability*, takes the risks that add; a table lets it through to the cause more
or less often, state by state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
LIABILITY, ARISING = "_liability", "_arising"

Risks = Mapping[str, tuple[float, ...]]


def liability(cause: str) -> str:
    """Id of the hidden node that takes the risks of a cause that add."""
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
        P(the liability becomes the cause) in each state: its risk ratio times the unit.
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
    risks
        For each parent one risk ratio per state, 1 for a state that changes nothing.
    links
        Links of parents that are stated as such.
    others
        Risk ratios of other causes; they bring this one about whatever is multiplied.
    scale
        What multiplies the risks, if anything. Where there are none, its ratios stand among
        the risks: nothing is left to multiply.
    typical
        What the leak is multiplied by in a person taken at random, before the ratio of
        another cause is.
    """

    cause: str
    risks: Risks
    links: Mapping[str, float]
    others: Risks
    scale: Scale | None = None
    typical: float = 1.0

    def unit_of(self, parent: str) -> float:
        """What a risk ratio of 1 becomes, or what the leak is multiplied by before it is."""
        if parent in self.others:
            return self.typical
        return self.scale.unit if self.scale is not None and parent == self.scale.by else 1.0

    def nodes(self, leak: float) -> list[Node]:
        """The nodes of the cause that follow from its leak.

        A risk ratio is the risk with that parent state alone against the risk with none, at
        the same age: ``link = (ratio - 1) leak / (1 - leak)``. Against another cause it is
        the risk at an age taken at random.

        Parameters
        ----------
        leak
            P(it comes about with no parent present).
        """
        leak = min(leak, HIGHEST_LEAK)
        risks = _tied(self.risks, leak)
        brought = _tied(self.others, min(leak * self.typical, HIGHEST_LEAK))
        others: dict[str, float | Sequence[float]] = {**brought, **self.links}
        if self.scale is None:
            return [noisy_or_node(self.cause, leak, {**risks, **others})]
        by, factors = self.scale.by, np.array(self.scale.factors)
        hidden = liability(self.cause)
        table = np.stack([np.stack([1.0 - factors * on, factors * on], axis=-1) for on in (0, 1)])
        nodes = [noisy_or_node(hidden, leak, risks)]
        if not others:
            return [*nodes, table_node(self.cause, [hidden, by], table)]
        own = arising(self.cause)
        return [
            *nodes,
            table_node(own, [hidden, by], table),
            noisy_or_node(self.cause, 0.0, {own: 1.0, **others}),
        ]


def _tied(risks: Risks, leak: float) -> dict[str, tuple[float, ...]]:
    """Links that follow from risk ratios and the risk that they are ratios to."""
    odds = leak / (1.0 - leak)
    return {
        parent: tuple(min(STRONGEST_LINK, max(0.0, (ratio - 1.0) * odds)) for ratio in ratios)
        for parent, ratios in risks.items()
    }


def cause_of(id: str, network: Network) -> str:
    """The cause that a hidden node of its onset belongs to; any other id as it is."""
    for suffix in (LIABILITY, ARISING):
        cause = id.removesuffix(suffix)
        if cause != id and cause in network and id in network:
            return cause
    return id


def leak_node(network: Network, id: str) -> str:
    """Id of the node that holds the leak of a node."""
    return liability(id) if liability(id) in network else id


def holder(network: Network, parent: str, child: str) -> Node:
    """The node that holds the number of a stated influence."""
    ids = (child, arising(child), liability(child))
    found = [network[id] for id in ids if id in network and parent in network[id].parents]
    return found[0]


def offset_of(network: Network, parent: str, state: str, child: str) -> tuple[Node, int]:
    """The node that holds the number of a stated influence, and how far into its numbers.

    Of a table that multiplies it is P(present | the liability, that state).
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
