"""A network as flat arrays, the form that the kernel reads."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Network, Node, Numbers

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Observed = NDArray[np.int16]  # index of a state, or -1
Statuses = NDArray[np.int32]


class Flat(NamedTuple):
    """Nodes and arrows of a network, parents before children, without the numbers.

    Attributes
    ----------
    states
        Number of states of each node.
    own_start
        Where the states of each node start when all are laid end to end; one more at the end.
    is_or
        1 for a noisy-OR, 0 for a table.
    parent_start, parents
        Parents of node ``i`` are ``parents[parent_start[i]:parent_start[i + 1]]``.
    number_start
        Where the numbers of each node start: leak and links of a noisy-OR, or a table.
    link_at
        For each parent of a noisy-OR where the strengths of its link start.
    """

    states: Integers
    own_start: Integers
    is_or: Integers
    parent_start: Integers
    parents: Integers
    number_start: Integers
    link_at: Integers


def flatten(network: Network) -> Flat:
    """Lay a network out flat."""
    parents: list[int] = []
    link_at: list[int] = []
    number_start = [0]
    for node in network.nodes:
        at = number_start[-1] + 1
        for parent in node.parents:
            parents.append(network.index[parent])
            link_at.append(at)
            at += len(network[parent].states)
        number_start.append(number_start[-1] + len(_numbers(node)))
    states = np.array([len(node.states) for node in network.nodes], dtype=np.int64)
    flat = Flat(
        states=states,
        own_start=_ends(states),
        is_or=np.array([node.is_noisy_or for node in network.nodes], dtype=np.int64),
        parent_start=_ends(np.array([len(node.parents) for node in network.nodes])),
        parents=np.array(parents, dtype=np.int64),
        number_start=np.array(number_start, dtype=np.int64),
        link_at=np.array(link_at, dtype=np.int64),
    )
    for array in flat:  # shared by all that ask the same engine
        array.setflags(write=False)
    return flat


def numbers_of(network: Network) -> Numbers:
    """All numbers of a network end to end: for each node leak and links, or its table."""
    each = chain.from_iterable(_numbers(node) for node in network.nodes)
    return np.fromiter(each, dtype=np.float64)


def _numbers(node: Node) -> tuple[float, ...]:
    if node.table is not None:
        return node.table
    return (node.leak or 0.0, *chain.from_iterable(link.strength for link in node.links))


def _ends(lengths: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
