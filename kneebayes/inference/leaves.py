"""The tables that a question starts from, before anything is summed out.

A variable is a number: ``2 * node`` is the state of a node, ``2 * node + 1`` the fired-yet
bit of its family. Scopes are sorted tuples of variables, so that a bit that turns into its
node's state keeps its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kneebayes.inference.flat import Flat, Integers, Observed
from kneebayes.inference.tables import Scaled
from kneebayes.network import Network, Numbers


@dataclass(frozen=True, slots=True)
class Leaf:
    """One table to start from.

    Attributes
    ----------
    scope, table
        Its variables, an axis each, and its numbers.
    kind
        ``soft`` (likelihoods of a node), ``table`` (entries of one), ``quiet`` (a link of a
        node that was observed absent), ``link`` (of one that was not), ``pair`` (the leak and
        the links of observed parents: none fires, some does), ``unfired`` and ``fired`` (half
        of such a pair).
    node
        The node it belongs to.
    places
        Where its entries stand among the numbers of the network; those of a link by state.
    """

    scope: tuple[int, ...]
    table: Scaled
    kind: str
    node: int
    places: Integers


def relevant_nodes(network: Network, wanted: set[str]) -> tuple[bool, ...]:
    """Mark the wanted nodes and all their ancestors; every other node sums to one."""
    marked = [node.id in wanted for node in network.nodes]
    for at in range(len(network.nodes) - 1, -1, -1):
        if marked[at]:
            for parent in network.nodes[at].parents:
                marked[network.index[parent]] = True
    return tuple(marked)


def leaves_of(
    flat: Flat, numbers: Numbers, hard: Observed, soft: Numbers, relevant: tuple[bool, ...]
) -> list[Leaf]:
    """Tables of a question: a row of observed states or -1, and of likelihoods, nodes end to end.

    Only what ``relevant`` says of each node takes part.
    """
    leaves: list[Leaf] = []
    nowhere = np.empty(0, dtype=np.int64)
    for at in np.flatnonzero(relevant).tolist():
        if hard[at] < 0:
            likely = Scaled.of(soft[flat.own_start[at] : flat.own_start[at + 1]])
            leaves.append(Leaf((2 * at,), likely, "soft", at, nowhere))
        family = _noisy_or_leaves if flat.is_or[at] else _table_leaves
        leaves.extend(family(flat, numbers, hard, at))
    return leaves


def _parents(flat: Flat, at: int) -> list[int]:
    return [int(one) for one in flat.parents[flat.parent_start[at] : flat.parent_start[at + 1]]]


def _table_leaves(flat: Flat, numbers: Numbers, hard: Observed, at: int) -> Iterator[Leaf]:
    family = [*_parents(flat, at), at]
    taken = tuple(slice(None) if hard[member] < 0 else int(hard[member]) for member in family)
    start, end = int(flat.number_start[at]), int(flat.number_start[at + 1])
    places = np.arange(start, end).reshape([int(flat.states[member]) for member in family])
    still = [member for member in family if hard[member] < 0]
    order = np.argsort(still)
    scope = tuple(2 * still[place] for place in order)
    left = np.transpose(np.asarray(places[taken]), order) if still else np.asarray(places[taken])
    yield Leaf(scope, Scaled.of(numbers[left]), "table", at, left)


def _noisy_or_leaves(flat: Flat, numbers: Numbers, hard: Observed, at: int) -> Iterator[Leaf]:
    first = int(flat.parent_start[at])
    acting = [int(flat.number_start[at])]
    still: list[tuple[int, Integers]] = []
    for slot, parent in enumerate(_parents(flat, at), first):
        link = int(flat.link_at[slot])
        if hard[parent] >= 0:
            acting.append(link + int(hard[parent]))
        else:
            still.append((parent, np.arange(link, link + int(flat.states[parent]))))
    places = np.array(acting, dtype=np.int64)
    unfired, fired = Scaled.of(np.ones(())), Scaled.of(np.zeros(()))
    for number in numbers[places]:  # 1 - unfired would lose digits where nearly nothing fires
        fired = fired + unfired * Scaled.of(np.asarray(number))
        unfired = unfired * Scaled.of(np.asarray(1.0 - number))
    if hard[at] == 0:
        yield Leaf((), unfired, "unfired", at, places)
        for parent, own in still:
            yield Leaf((2 * parent,), Scaled.of(1.0 - numbers[own]), "quiet", at, own)
        return
    if not still and hard[at] == 1:
        yield Leaf((), fired, "fired", at, places)
        return
    pair = Scaled(
        np.array([unfired.numbers, fired.numbers]), np.array([unfired.powers, fired.powers])
    )
    bit = 2 * at + 1
    yield Leaf((bit,) if still else (2 * at,), pair, "pair", at, places)
    for parent, own in still:  # a parent stands before its child, so its state comes first
        table = Scaled.of(np.stack([1.0 - numbers[own], numbers[own]], axis=-1))
        yield Leaf((2 * parent, bit), table, "link", at, own)
