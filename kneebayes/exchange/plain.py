"""A network as nodes of a file, unchecked; what a format is; and checks of both.

Nodes are called as in the file. Of a table the numbers are P(state | parents): parents in order,
own states varying fastest; of a noisy-OR the second state is the one that parents produce.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import prod
from typing import Literal, NamedTuple

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.exchange.data_files import Problems
from kneebayes.network import Network, Node, Numbers
from kneebayes.network.pgmpy_bridge import small_tables
from kneebayes.text import counted

ROUNDED = 0.015  # a row that is off by more is no rounding of two digits, however many states
SINGLE = 2e-5  # what six digits, as some programs write or store them, leave over
EXACT = 1e-9  # what the network itself takes for a sum of 1
NAMED = 3  # rows that are named of one table


def plain_nodes(network: Network) -> list[Node]:
    """Every node as a table; a noisy-OR of more than three parents as a chain of tables."""
    return [plain for node in network.nodes for plain in small_tables(network, node)]


def with_names(node: Node, ids: Mapping[str, str], states: Mapping[str, str]) -> Node:
    """A node where ids, and its own states, are called otherwise if they are among these."""
    return replace(
        node,
        id=ids.get(node.id, node.id),
        states=tuple(states.get(state, state) for state in node.states),
        parents=tuple(ids.get(parent, parent) for parent in node.parents),
        links=tuple(replace(link, parent=ids.get(link.parent, link.parent)) for link in node.links),
    )


def build(nodes: Sequence[Node], problems: Problems) -> Network:
    """The network of some nodes that were read.

    Rows that were rounded, so that the digits in the file explain why they do not add up to
    1, are divided by their sum and noted as a remark. Others stay as they are.
    """
    if not nodes:
        problems.stop("network", "it has no nodes.", "Is this the right file?")
    states = {node.id: node.states for node in nodes}
    for id, count in Counter(node.id for node in nodes).items():
        if count > 1:
            problems.add(id, "it stands twice.", "Each variable needs one table.")
    made = [one for node in nodes if (one := _built(node, states, problems)) is not None]
    problems.raise_any()
    try:
        return Network(tuple(made))
    except KneebayesError as error:
        problems.stop("network", str(error))


def _built(node: Node, states: Mapping[str, tuple[str, ...]], problems: Problems) -> Node | None:
    """One node; None with what is wrong noted."""
    before = len(problems)
    _check_names(node, states, problems)
    if len(problems) > before:
        return None
    sizes = [len(states[parent]) for parent in node.parents]
    wanted = sum(sizes) if node.is_noisy_or else prod((*sizes, len(node.states)))
    count = len(node.numbers) - (1 if node.is_noisy_or else 0)
    if count != wanted:
        need = f"{wanted:,} are needed for its states and those of its parents."
        problems.add(node.id, f"its table has {counted(count, 'number')}.", need)
        return None
    if node.is_noisy_or:
        odd = [value for value in node.numbers if not 0.0 <= value <= 1.0]
        if odd or len(node.states) != 2:
            wrong = f"{odd[0]!r} is no probability." if odd else "a noisy-OR has two states."
            problems.add(node.id, wrong, "Mend it in the file.")
            return None
        return node
    numbers = _rows(node, [states[parent] for parent in node.parents], problems)
    if len(problems) > before:
        return None
    return replace(node, table=numbers)


def _check_names(node: Node, states: Mapping[str, tuple[str, ...]], problems: Problems) -> None:
    """Names that are empty, occur twice, or belong to no node."""
    if not node.id:
        problems.add("network", "a node has no name.", "Name it.")
    if not node.states:
        problems.add(node.id, "it has no states.", "Name its states.")
    if "" in node.states:
        problems.add(node.id, "one of its states has no name.", "Name it.")
    for what, names in (("state", node.states), ("parent", node.parents)):
        for name, count in Counter(names).items():
            if count > 1:
                problems.add(node.id, f"the {what} '{name}' stands twice.", "Keep one.")
    for parent in node.parents:
        if parent not in states:
            problems.add(node.id, f"its parent '{parent}' is not in the file.")
        elif not states[parent]:
            problems.add(node.id, f"its parent '{parent}' has no states.")


def _rows(node: Node, states: Sequence[tuple[str, ...]], problems: Problems) -> tuple[float, ...]:
    """The numbers of a table, whose rows add up to 1; what cannot is a problem by its row."""
    table: Numbers = np.array(node.numbers, dtype=float).reshape(-1, len(node.states))
    sums = table.sum(axis=1)
    odd = np.logical_not(np.all((table >= 0.0) & (table < np.inf), axis=1))
    off = np.abs(sums - 1.0)
    if not odd.any() and off.max() <= EXACT and table.max() <= 1.0:
        return node.numbers
    wrong = odd | ~(off <= _tolerance(node))
    if wrong.any():
        places = np.flatnonzero(wrong).tolist()
        for row in places[:NAMED]:
            adds = "holds what is no probability" if odd[row] else f"adds up to {sums[row]:.6g}"
            where = _named_row(row, node.parents, states)
            first = ", ".join(f"{value:.6g}" for value in table[row, :6])
            first += ", ..." if len(node.states) > 6 else ""
            problems.add(node.id, f"{where} {adds}: {first}.", "It must add up to 1.")
        if len(places) > NAMED:
            more = f"{counted(len(places) - NAMED, 'more row is', many='more rows are')} wrong."
            problems.add(node.id, more)
        return ()
    rounded = np.flatnonzero(off > SINGLE)
    if len(rounded):
        worst = int(rounded[np.argmax(off[rounded])])
        where = _named_row(worst, node.parents, states)
        problems.remarks.append(
            f"{node.id}: the numbers of {len(rounded):,} of {counted(len(table), 'row')} were "
            f"rounded, and are now divided by their sum ({where} adds up to {sums[worst]:.6g})."
        )
    scaled = np.where((off > EXACT)[:, None], table / sums[:, None], table)
    return tuple(np.minimum(scaled, 1.0).ravel().tolist())  # what a sum made a little more than 1


def _tolerance(node: Node) -> float:
    """How far rounding to the digits of the table can move the sum of a row."""
    exponents = (Decimal(repr(value)).as_tuple().exponent for value in set(node.numbers))
    digits = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
    return min(ROUNDED, max(SINGLE, 0.5 * len(node.states) * 10.0**-digits * 1.000001))


def _named_row(row: int, parents: Sequence[str], states: Sequence[tuple[str, ...]]) -> str:
    """Which row of a table it is, by the states of the parents."""
    if not parents:
        return "the row"
    where = np.unravel_index(row, [len(state) for state in states])
    named = zip(parents, states, where, strict=True)
    words = (f"{parent} = {own[int(position)]}" for parent, own, position in named)
    return f"the row ({', '.join(words)})"


def same_nodes(first: Iterable[Node], second: Iterable[Node], close: float) -> list[str]:
    """Ids of nodes that differ, whatever the order of nodes; parents must be in one order."""
    others = {node.id: node for node in second}
    different = []
    for node in first:
        other = others.pop(node.id, None)
        if (
            other is None
            or (other.states, other.parents) != (node.states, node.parents)
            or other.is_noisy_or != node.is_noisy_or
            or len(other.numbers) != len(node.numbers)
            or any(abs(a - b) > close for a, b in zip(node.numbers, other.numbers, strict=True))
        ):
            different.append(node.id)
    return [*different, *others]


Fastest = Literal["first", "last"]


class Content(NamedTuple):
    """The bytes of a file, unpacked, and which parent varies fastest where the user says so."""

    data: bytes
    fastest: Fastest | None = None


@dataclass(frozen=True)
class Parsed:
    """What was read from a file, before anything is made of it."""

    nodes: list[Node]
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)  # cause, finding, context, mediator
    about: Mapping[str, str] = field(default_factory=dict)  # title, source and the like


@dataclass(frozen=True)
class Format:
    """A file format of networks; the second file beside it holds names that it cannot."""

    name: str  # the usual one
    suffixes: tuple[str, ...]  # of its files; the first is the usual one
    plain: Callable[[Network], list[Node]]  # what it can hold: tables, and noisy-ORs if it can
    allowed: Callable[[str], object]  # whether a name of a node or state can be written
    write: Callable[[Parsed], str]  # the text of a file, from nodes with allowed names
    read: Callable[[Content, Problems], Parsed]  # what is wrong is added to the problems
    whole: bool = False  # whether it holds all there is to a network, so that one file is enough
