"""Which way a noisy-OR was reached: worlds told apart by the links that fired on the way.

A noisy-OR is present because at least one of its links (or its leak) fired. Here some of what
may set off a node *counts* and the rest does not, and a node that is present is either
*reached*, by a chain of fired links that begins where it counts, or present *otherwise* only.
Reached and otherwise are noisy-ORs themselves, over the same links, so what was a question
about links becomes one about nodes, and the engine answers it exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from kneebayes.inference import Evidence
from kneebayes.network import Link, Network, Node, noisy_or_node, table_node

STATES = ("absent", "otherwise", "reached")
# P(state | reached fired?, otherwise fired?)
BOTH_TO_STATE = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]])

Counts = Callable[[Link], tuple[bool, ...]]


def reached(id: str) -> str:
    """Id of the node that says whether a node was reached by what counts."""
    return f"{id} reached"  # no id of a model holds a blank


@dataclass(frozen=True)
class SplitNetwork:
    """A network in which some nodes tell how they were reached."""

    network: Network  # for each split node ``n`` there is a node ``reached(n)``
    # ids of split nodes that others of them hang on, with the states absent, otherwise and reached
    # (in which they may also have been set off otherwise); all others keep their states
    inner: frozenset[str]

    def widen(self, evidence: Evidence) -> Evidence:
        """Evidence on the network that was split becomes the same evidence on this one."""
        return Evidence(
            {
                id: (*likelihood, likelihood[1]) if id in self.inner else likelihood
                for id, likelihood in evidence.likelihoods.items()
            }
        )


def split_by_path(
    network: Network, within: Collection[str], counts: Counts, *, leak_counts: bool
) -> SplitNetwork:
    """Tell for some noisy-ORs whether a chain of fired links from where it counts reached them.

    A chain goes on from one of the nodes ``within`` to another; from any other it can only begin.
    What only lets a part of a node through (see :func:`lets_through`) may stand in a chain, too.
    ``counts`` gives for the link of a parent that is not split the states of the parent in which
    its firing counts; ``leak_counts`` says whether firing of a leak does. The distribution of all
    that was there before stays what it was.
    """
    inner = frozenset(parent for id in within for parent in network[id].parents if parent in within)
    nodes: list[Node] = []
    for node in network.nodes:
        if node.id not in within:
            nodes.append(_widened(network, node, inner))
            continue
        if node.id in inner and lets_through(network, node.id, within):
            nodes.append(_let_through(network, node, inner, counts))
            continue
        counting, others = _sorted_links(node, inner, counts)
        leak = node.leak or 0.0
        leaks = (leak, 0.0) if leak_counts else (0.0, leak)
        nodes.append(noisy_or_node(reached(node.id), leaks[0], counting))
        if node.id in inner:
            both = [reached(node.id), f"{node.id} otherwise"]
            nodes.append(noisy_or_node(both[1], leaks[1], others))
            nodes.append(table_node(node.id, both, BOTH_TO_STATE, STATES))
        else:  # nothing hangs on it, so that it can stay the OR of both: less to carry along
            others = {reached(node.id): (0.0, 1.0), **others}
            nodes.append(noisy_or_node(node.id, leaks[1], others))
    return SplitNetwork(Network(tuple(nodes)), inner)


def split_below(
    network: Network,
    findings: Iterable[str],
    acting: Mapping[str, Collection[int]],
    through: Collection[str],
    *,
    by_acting: bool,
) -> tuple[SplitNetwork, list[str]]:
    """Tell whether what acts reached the findings below it, or what does not act; and which.

    ``acting`` are the states in which nodes act; a way goes ``through`` other nodes.
    """
    below = set().union(*(descendants(network, id, through) for id in acting))
    ends = [id for id in findings if id in below]

    def counts(link: Link) -> tuple[bool, ...]:
        """The states of a parent that are on the right side."""
        states = acting.get(link.parent, ())
        return tuple((state in states) == by_acting for state in range(len(link.strength)))

    within = below & ancestors(network, ends, below)
    return split_by_path(network, within, counts, leak_counts=not by_acting), ends


def ancestors(network: Network, ids: Iterable[str], through: Collection[str]) -> set[str]:
    """The nodes and all that lead to them by way of nodes in ``through``, the last included."""
    ancestors: set[str] = set()
    waiting = list(ids)
    while waiting:
        id = waiting.pop()
        if id not in ancestors:
            ancestors.add(id)
            waiting += [parent for parent in network[id].parents if parent in through]
    return ancestors


def descendants(network: Network, id: str, through: Collection[str]) -> set[str]:
    """All that a node leads to by way of nodes in ``through``, themselves included."""
    sources = {id}
    for node in network.nodes:  # parents come first
        if node.id in through and not sources.isdisjoint(node.parents):
            sources.add(node.id)
    return sources - {id}


def lets_through(network: Network, id: str, within: Collection[str] = ()) -> bool:
    """Whether a table lets its first parent through in a share, and none else is ``within``.

    So is what is less often there at some ages: whatever reached the first parent reaches it.
    """
    node = network[id]
    if node.is_noisy_or or node.states != ("absent", "present") or not node.parents:
        return False
    table = network.table_of(node)
    alone = set(within).isdisjoint(node.parents[1:])
    return alone and len(table) == 2 and not table[0, ..., 1].any()


def _let_through(network: Network, node: Node, inner: Collection[str], counts: Counts) -> Node:
    """What lets a node through, as it was reached."""
    first, *others = node.parents
    share = network.table_of(_widened(network, node, set(inner) & set(others)))[1, ..., 1]
    of_present = 2 if counts(Link(first, (0.0, 1.0)))[1] else 1
    states = (1, 2) if first in inner else (of_present,)
    table = np.zeros((len(states) + 1, *share.shape, len(STATES)))
    table[..., 0] = 1.0
    for place, state in enumerate(states, start=1):
        table[place, ..., 0] = 1.0 - share
        table[place, ..., state] = share
    return table_node(node.id, node.parents, table, STATES)


def _sorted_links(
    node: Node, inner: Collection[str], counts: Counts
) -> tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]]:
    """Strengths of the links of a split node, those that count and the others."""
    counting: dict[str, tuple[float, ...]] = {}
    others: dict[str, tuple[float, ...]] = {}
    for link in node.links:
        if link.parent in inner:
            when_absent, when_present = link.strength
            mine: tuple[float, ...] = (0.0, 0.0, when_present)
            theirs: tuple[float, ...] = (when_absent, when_present, 0.0)
        else:
            pairs = list(zip(link.strength, counts(link), strict=True))
            mine = tuple(one if yes else 0.0 for one, yes in pairs)
            theirs = tuple(0.0 if yes else one for one, yes in pairs)
        for links, strength in ((counting, mine), (others, theirs)):
            if any(strength):
                links[link.parent] = strength
    return counting, others


def _widened(network: Network, node: Node, inner: Collection[str]) -> Node:
    """A node that takes both ways of being present alike."""
    split = [parent for parent in node.parents if parent in inner]
    if not split:
        return node
    if node.is_noisy_or:
        links = {
            link.parent: (*link.strength, link.strength[1])
            if link.parent in inner
            else link.strength
            for link in node.links
        }
        return noisy_or_node(node.id, node.leak or 0.0, links)
    table = network.table_of(node)
    for parent in split:
        axis = node.parents.index(parent)
        table = np.concatenate([table, table.take([1], axis=axis)], axis=axis)
    return table_node(node.id, node.parents, table, node.states)
