"""The tables that a network and its evidence start from, before anything is summed out.

A variable is a number: ``2 * node`` is the state of a node, ``2 * node + 1`` the fired-yet
bit of its family. Scopes are sorted tuples of variables, so that a bit that turns into its
node's state keeps its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kneebayes.network import Network, Node, Numbers

__all__ = ["Leaf", "Pattern", "leaves_of", "relevant_nodes"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which nodes take part in a query and what is known of them, without the numbers.

    Attributes
    ----------
    relevant
        For each node whether it takes part.
    hard
        For each node the index of its observed state, or None.
    """

    relevant: tuple[bool, ...]
    hard: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One table to start from: its scope and its numbers, an axis for each variable."""

    scope: tuple[int, ...]
    numbers: Numbers


def relevant_nodes(network: Network, wanted: set[str]) -> tuple[bool, ...]:
    """Mark the wanted nodes and all their ancestors; every other node sums to one."""
    marked = [node.id in wanted for node in network.nodes]
    for at in range(len(network.nodes) - 1, -1, -1):
        if marked[at]:
            for parent in network.nodes[at].parents:
                marked[network.index[parent]] = True
    return tuple(marked)


def leaves_of(
    network: Network, pattern: Pattern, likelihoods: Mapping[int, Numbers]
) -> tuple[list[Leaf], dict[int, int]]:
    """Tables of a query.

    Parameters
    ----------
    network
        The network.
    pattern
        Who takes part and who is observed.
    likelihoods
        For a node that is not observed for certain, its likelihood: one number per state.

    Returns
    -------
    leaves, own
        The tables, and for each open node the position of the table that holds its
        likelihood (and every other number that depends on its state alone).
    """
    own: dict[int, Numbers] = {}
    for at, node in enumerate(network.nodes):
        if pattern.relevant[at] and pattern.hard[at] is None:
            own[at] = likelihoods.get(at, np.ones(len(node.states)))
    leaves: list[Leaf] = []
    for at, node in enumerate(network.nodes):
        if pattern.relevant[at]:
            family = _noisy_or_leaves if node.is_noisy_or else _table_leaves
            leaves.extend(family(network, at, node, pattern, own))
    places: dict[int, int] = {}
    for at, numbers in own.items():
        places[at] = len(leaves)
        leaves.append(Leaf((2 * at,), numbers))
    return leaves, places


def _table_leaves(
    network: Network, at: int, node: Node, pattern: Pattern, own: dict[int, Numbers]
) -> list[Leaf]:
    family = [*(network.index[parent] for parent in node.parents), at]
    taken = tuple(
        slice(None) if pattern.hard[member] is None else pattern.hard[member] for member in family
    )
    numbers = network.table_of(node)[taken]
    open_members = [member for member in family if pattern.hard[member] is None]
    if open_members == [at]:
        own[at] = own[at] * numbers
        return []
    order = np.argsort(open_members)
    scope = tuple(2 * open_members[place] for place in order)
    return [Leaf(scope, np.transpose(numbers, order))]


def _noisy_or_leaves(
    network: Network, at: int, node: Node, pattern: Pattern, own: dict[int, Numbers]
) -> list[Leaf]:
    unfired = 1.0 - (node.leak or 0.0)
    open_links: list[tuple[int, Numbers]] = []
    for link in node.links:
        parent = network.index[link.parent]
        state = pattern.hard[parent]
        if state is None:
            open_links.append((parent, np.asarray(link.strength)))
        else:
            unfired *= 1.0 - link.strength[state]
    # 1 - unfired would lose digits where everything is nearly certain not to fire
    fired = _any_fires(node, pattern, network)
    if pattern.hard[at] == 0:
        for parent, strength in open_links:
            own[parent] = own[parent] * (1.0 - strength)
        return [Leaf((), np.array(unfired))]
    if not open_links:
        if pattern.hard[at] == 1:
            return [Leaf((), np.array(fired))]
        own[at] = own[at] * np.array([unfired, fired])
        return []
    bit = 2 * at + 1
    leaves = [Leaf((bit,), np.array([unfired, fired]))]
    for parent, strength in open_links:
        table = np.stack([1.0 - strength, strength], axis=-1)
        state = 2 * parent
        if state < bit:
            leaves.append(Leaf((state, bit), table))
        else:
            leaves.append(Leaf((bit, state), table.T))
    return leaves


def _any_fires(node: Node, pattern: Pattern, network: Network) -> float:
    """P(the leak or the link of some observed parent fires), by additions only."""
    fired = node.leak or 0.0
    for link in node.links:
        state = pattern.hard[network.index[link.parent]]
        if state is not None:
            fired = fired + (1.0 - fired) * link.strength[state]
    return fired
