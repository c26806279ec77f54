"""Which way a noisy-OR was reached: worlds told apart by the links that fired on the way.

A noisy-OR is present because at least one of its links (or its leak) fired. Here some of what
may set off a node *counts* and the rest does not, and a node that is present is either
*reached*, by a chain of fired links that begins where it counts, or present *otherwise* only.
Reached and otherwise are noisy-ORs themselves, over the same links, so what was a question
about links becomes one about nodes, and the engine answers it exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np

from kneebayes.inference import Evidence
from kneebayes.network import Link, Network, Node, noisy_or_node, table_node

__all__ = ["ancestors", "descendants", "otherwise", "reached", "split_by_path", "widen"]

STATES = ("absent", "otherwise", "reached")
# P(state | reached fired?, otherwise fired?)
BOTH_TO_STATE = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]])

Counts = Callable[[Link], tuple[bool, ...]]


def reached(id: str) -> str:
    """Id of the node that says whether a node was reached by what counts."""
    return f"{id} reached"  # no id of a model holds a blank


def otherwise(id: str) -> str:
    """Id of the node that says whether a node was set off by anything that does not count."""
    return f"{id} otherwise"


def split_by_path(
    network: Network, within: Collection[str], counts: Counts, *, leak_counts: bool
) -> Network:
    """The same network with some nodes in three states: absent, present otherwise, reached.

    Parameters
    ----------
    network
        The network.
    within
        Ids of the noisy-ORs to split. A chain goes on from one of them to another; from any
        other node it can only begin.
    counts
        For the link of a parent that is not split, the states of the parent in which its
        firing counts.
    leak_counts
        Whether firing of a leak counts.

    Returns
    -------
    Network
        For each split node ``n`` also the nodes ``reached(n)`` and ``otherwise(n)``; both can
        be present, then ``n`` is in the state ``reached``. All else has the same distribution
        as before.
    """
    nodes: list[Node] = []
    for node in network.nodes:
        if node.id in within:
            nodes += _split(node, within, counts, leak_counts=leak_counts)
        else:
            nodes.append(_widened(network, node, within))
    return Network(tuple(nodes))


def widen(evidence: Evidence, within: Collection[str]) -> Evidence:
    """The same evidence on the network that was split."""
    return Evidence(
        {
            id: (*likelihood, likelihood[1]) if id in within else likelihood
            for id, likelihood in evidence.likelihoods.items()
        }
    )


def ancestors(network: Network, ids: Iterable[str], through: Collection[str]) -> set[str]:
    """The nodes and all that lead to them by way of nodes in ``through``, the last included."""
    found: set[str] = set()
    waiting = list(ids)
    while waiting:
        id = waiting.pop()
        if id not in found:
            found.add(id)
            waiting += [one for one in network[id].parents if one in through]
    return found


def descendants(network: Network, id: str, through: Collection[str]) -> set[str]:
    """All that a node leads to by way of nodes in ``through``, themselves included."""
    found: set[str] = set()
    for node in network.nodes:  # parents come first
        if node.id in through and any(one == id or one in found for one in node.parents):
            found.add(node.id)
    return found


def _split(node: Node, within: Collection[str], counts: Counts, *, leak_counts: bool) -> list[Node]:
    """The three nodes that take the place of one."""
    counting: dict[str, tuple[float, ...]] = {}
    others: dict[str, tuple[float, ...]] = {}
    for link in node.links:
        if link.parent in within:
            when_absent, when_present = link.strength
            mine, theirs = (0.0, 0.0, when_present), (when_absent, when_present, 0.0)
        else:
            pairs = list(zip(link.strength, counts(link), strict=True))
            mine = tuple(one if yes else 0.0 for one, yes in pairs)
            theirs = tuple(0.0 if yes else one for one, yes in pairs)
        for links, strength in ((counting, mine), (others, theirs)):
            if any(strength):
                links[link.parent] = strength
    leak = node.leak or 0.0
    return [
        noisy_or_node(reached(node.id), leak if leak_counts else 0.0, counting),
        noisy_or_node(otherwise(node.id), 0.0 if leak_counts else leak, others),
        table_node(node.id, [reached(node.id), otherwise(node.id)], BOTH_TO_STATE, STATES),
    ]


def _widened(network: Network, node: Node, within: Collection[str]) -> Node:
    """A node that takes both ways of being present alike."""
    split = [one for one in node.parents if one in within]
    if not split:
        return node
    if node.is_noisy_or:
        links = {
            link.parent: (*link.strength, link.strength[1])
            if link.parent in within
            else link.strength
            for link in node.links
        }
        return noisy_or_node(node.id, node.leak or 0.0, links)
    table = network.table_of(node)
    for parent in split:
        axis = node.parents.index(parent)
        table = np.concatenate([table, table.take([1], axis=axis)], axis=axis)
    return table_node(node.id, node.parents, table, node.states)
