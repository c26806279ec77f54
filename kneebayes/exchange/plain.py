"""A network as plain tables, the form that all formats share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.exchange.problems import Problems
from kneebayes.network import Network, Numbers, table_node
from kneebayes.network.pgmpy_bridge import small_tables

__all__ = ["PlainNode", "build", "plain_nodes", "same_tables"]

ROUNDED = 0.015  # what other programs write may have been rounded to two or three digits
EXACT = 1e-9  # what the network itself takes for a sum of 1


class PlainNode(NamedTuple):
    """A node with its full table.

    Attributes
    ----------
    id
        Its name in the file.
    states, parents
        Names.
    numbers
        P(state | parents): parents in order, own states varying fastest.
    """

    id: str
    states: tuple[str, ...]
    parents: tuple[str, ...]
    numbers: tuple[float, ...]


def plain_nodes(network: Network) -> list[PlainNode]:
    """Every node as a table; a noisy-OR of more than three parents as a chain of tables."""
    return [
        PlainNode(id, states, parents, tuple(np.asarray(table).ravel().tolist()))
        for node in network.nodes
        for id, states, parents, table in small_tables(network, node)
    ]


def build(nodes: Sequence[PlainNode], problems: Problems) -> Network:
    """The network of some tables that were read.

    Tables that other programs rounded, so that a distribution adds up to 1 within 0.015 only,
    are divided by their sum; others stay as they are, to the last digit.

    Raises
    ------
    ExchangeError
        If tables do not fit; all of them are told.
    """
    states = {node.id: node.states for node in nodes}
    if len(states) < len(nodes):
        ids = [node.id for node in nodes]
        for id in sorted({id for id in ids if ids.count(id) > 1}):
            problems.add(id, "it stands twice.", "Each variable needs one table.")
    made = []
    for node in nodes:
        missing = [parent for parent in node.parents if parent not in states]
        if missing:
            problems.add(node.id, f"its parent '{missing[0]}' is not in the file.")
            continue
        shape = [*(len(states[parent]) for parent in node.parents), len(node.states)]
        if len(node.numbers) != int(np.prod(shape)):
            wanted = f"{int(np.prod(shape))} are needed for its states and those of its parents."
            problems.add(node.id, f"its table has {len(node.numbers)} numbers.", wanted)
            continue
        try:
            table = _normalized(np.array(node.numbers, dtype=float).reshape(shape))
            made.append(table_node(node.id, node.parents, table, node.states))
        except KneebayesError as error:
            problems.add(node.id, str(error).removeprefix(f"{node.id}: "))
    problems.raise_any()
    try:
        return Network(tuple(made))
    except KneebayesError as error:
        problems.stop("network", str(error))


def _normalized(table: Numbers) -> Numbers:
    sums = table.sum(axis=-1, keepdims=True)
    off = np.abs(sums - 1.0)
    return np.where((off > EXACT) & (off <= ROUNDED), table / np.where(off < 1, sums, 1.0), table)


def same_tables(first: Iterable[PlainNode], second: Iterable[PlainNode], close: float) -> list[str]:
    """Ids of tables that differ, whatever the order of nodes; parents must be in one order."""
    others = {node.id: node for node in second}
    different = []
    for node in first:
        other = others.pop(node.id, None)
        if (
            other is None
            or other[:3] != node[:3]
            or len(other.numbers) != len(node.numbers)
            or max(abs(a - b) for a, b in zip(node.numbers, other.numbers, strict=True)) > close
        ):
            different.append(node.id)
    return [*different, *others]
