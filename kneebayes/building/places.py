"""Where the number of a stated influence stands in the network.

Below what explains the complaint everything is a noisy-OR with one strength for each explanation.
So a statement of what a cause shows where it explains the complaint is the strength of one state
of one node; seen from outside it is still an arrow from the cause.
"""

from __future__ import annotations

from functools import lru_cache

from kneebayes.inference import Engine
from kneebayes.knowledge.base import EXPLANATION, Arrow, Knowledge
from kneebayes.network import Link, Network, Node


def explained(network: Network, id: str) -> str | None:
    """The explanation that a node says is the one, or None."""
    if EXPLANATION not in network or id not in network:
        return None
    return id if id in network[EXPLANATION].states else None


def acting_states(network: Network, knowledge: Knowledge) -> dict[str, dict[str, tuple[int, ...]]]:
    """For each cause the nodes, and their states, in which it sets off findings.

    Where it explains the complaint, and where it is there in silence; what has parts acts
    where any of them does.
    """
    states = network[EXPLANATION].states
    found = {}
    for cause in knowledge.causes:
        parts = [cause] if cause in states else list(knowledge.parts)
        silent = {knowledge.there[part]: (1,) for part in parts if knowledge.there[part] != part}
        explains = tuple(states.index(part) for part in parts)
        found[cause] = {EXPLANATION: explains, **silent}
    return found


def offset_of(network: Network, parent: str, state: str, child: str) -> tuple[Node, int]:
    """The node that holds the number of a stated influence, and how far into its numbers.

    Of age and sex it is the first entry of their row in the table of explanations.
    """
    cause = explained(network, parent)
    if child in network and parent in network[child].parents:
        node, at = network[child], network[parent].states.index(state)
    elif cause is not None:
        node, parent = network[child], EXPLANATION
        at = network[EXPLANATION].states.index(cause)
    else:
        node = network[EXPLANATION]
        shape, axis = network.shape_of(node), node.parents.index(parent)
        after = 1
        for size in shape[axis + 1 :]:
            after *= size
        return node, network[parent].states.index(state) * after
    before = node.parents[: node.parents.index(parent)]
    return node, 1 + sum(len(network[one].states) for one in before) + at


def rate_places(engine: Engine, id: str, by_age: str) -> list[int]:
    """Where the rates stand with which a cause is silent: one for each age, or its leak."""
    network, first = engine.network, engine.place_of(id)
    if by_age not in network[id].parents:
        return [first]
    states = network[by_age].states
    return [first + offset_of(network, by_age, state, id)[1] for state in states]


def number_of(network: Network, arrow: Arrow) -> float:
    """The link that the network uses for a stated influence."""
    node, offset = offset_of(network, arrow.parent, arrow.state, arrow.child)
    return node.numbers[offset]


def strongest(network: Network, parent: str, child: str) -> float:
    """The largest number of a stated influence over the states of the parent."""
    if EXPLANATION in network and parent in network[EXPLANATION].parents:
        return 1.0
    node, offset = offset_of(network, parent, network[parent].states[-1], child)
    return node.numbers[offset]


@lru_cache(maxsize=16)
def stated_network(network: Network) -> Network:
    """Arrows as they were stated: from each cause that explains, not from the explanation."""
    if EXPLANATION not in network:
        return network
    states = network[EXPLANATION].states
    contexts = network[EXPLANATION].parents
    nodes = []
    for node in network.nodes:
        if node.id == EXPLANATION:
            continue
        parents: list[str] = []
        if explained(network, node.id) is not None:
            parents = list(contexts)
        else:
            for link in node.links:
                parents += _stated_parents(node.id, link, states)
        nodes.append(Node(node.id, node.states, tuple(dict.fromkeys(parents)), leak=0.0))
    return Network(tuple(nodes))


def _stated_parents(child: str, link: Link, states: tuple[str, ...]) -> list[str]:
    if link.parent != EXPLANATION:
        return [link.parent]
    found = []
    for cause, strength in zip(states, link.strength, strict=True):
        if strength > 0.0 and cause != child:
            found.append(cause)
    return found
