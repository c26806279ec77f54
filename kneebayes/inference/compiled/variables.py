"""What takes part in a query: variables, the links between them, and plain tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import Words, add
from kneebayes.inference.compiled.jit import inner, maker
from kneebayes.inference.flat import Flags, Flat, Integers, Observed

NONE = -1


class Query(NamedTuple):
    """The open part of a network under one pattern of evidence.

    Attributes
    ----------
    state, bit
        For each node the variable of its state, and of its family's fired-yet bit; -1 for none.
    node, is_bit, size
        For each variable its node, whether it is a bit, and how many values it has.
    becomes
        For the bit of a hidden node the variable of the node's state, else -1; where the node
        acts through a table alone, of the state of the table's node.
    across
        For the bit of a node that acts through a table the variable of the table's other
        parent, if it is open; else -1.
    ends
        For each link the bit and the state it joins.
    link_at
        For each link where its strengths stand among the numbers of the network.
    leaves
        Nodes whose plain table spans several open nodes.
    near
        For each variable the set of those that share a link or a table with it.
    free
        For each variable whether it is kept to the end instead of being taken out.
    """

    state: Integers
    bit: Integers
    node: Integers
    is_bit: Flags
    size: Integers
    becomes: Integers
    across: Integers
    ends: Integers
    link_at: Integers
    leaves: Integers
    near: Words
    free: Flags


@inner
def mark_relevant(flat: Flat, relevant: Flags) -> None:
    """Mark the ancestors of the marked nodes; every other node sums to one."""
    for at in range(flat.states.size - 1, -1, -1):
        if relevant[at]:
            for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
                relevant[flat.parents[slot]] = True


@maker
def tables_acted_through(flat: Flat, hard: Observed, relevant: Flags, named: Flags) -> Integers:
    """For each node the table that it acts through, or -1.

    That is a hidden noisy-OR whose only child that matters is a node of two states with a table
    of at most two parents. Its bit becomes the state of that node at once, so that it needs no
    state of its own: no table ever holds both.

    Parameters
    ----------
    named
        Nodes that need their state: they are asked for, or have a likelihood.
    """
    n = flat.states.size
    children = np.zeros(n, dtype=np.int64)
    for at in range(n):
        if relevant[at]:
            for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
                children[flat.parents[slot]] += 1
    through = np.full(n, NONE)
    for at in range(n):
        first, last = flat.parent_start[at], flat.parent_start[at + 1]
        if not relevant[at] or flat.is_or[at] or hard[at] >= 0:
            continue
        if flat.states[at] != 2 or last - first > 2:
            continue
        for slot in range(first, last):
            one = flat.parents[slot]
            hidden = flat.is_or[one] and hard[one] < 0 and _open_parents(flat, hard, one) > 0
            if hidden and not named[one] and children[one] == 1:
                through[one] = at
                break
    return through


@inner
def other_parent(flat: Flat, at: int, parent: int) -> int:
    """The other parent of a node with at most two, or -1."""
    for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
        if flat.parents[slot] != parent:
            return int(flat.parents[slot])
    return NONE


@maker
def open_query(flat: Flat, hard: Observed, relevant: Flags, named: Flags, kept: Flags) -> Query:
    """Collect what is open: ``hard`` holds the observed state of each node, or -1.

    Nodes that are ``named`` keep their state, and those of ``kept`` nodes are not taken out.
    """
    through = tables_acted_through(flat, hard, relevant, named)
    state, bit, node, is_bit = _number_variables(flat, hard, relevant, through)
    ends, link_at, leaves = _collect_leaves(flat, hard, relevant, state, bit, through)
    m = node.size
    size = np.empty(m, dtype=np.int64)
    becomes = np.full(m, NONE)
    across = np.full(m, NONE)
    free = np.zeros(m, dtype=np.bool_)
    for one in range(m):
        free[one] = kept[node[one]] and not is_bit[one]
        size[one] = 2 if is_bit[one] else flat.states[node[one]]
        if is_bit[one] and hard[node[one]] < 0:
            table = through[node[one]]
            becomes[one] = state[node[one] if table < 0 else table]
            other = NONE if table < 0 else other_parent(flat, table, node[one])
            across[one] = NONE if other < 0 else state[other]
    near = _neighbours(flat, hard, state, across, ends, leaves)
    return Query(state, bit, node, is_bit, size, becomes, across, ends, link_at, leaves, near, free)


@maker
def _neighbours(
    flat: Flat, hard: Observed, state: Integers, across: Integers, ends: Integers, leaves: Integers
) -> Words:
    """For each variable the set of those that it stands together with."""
    m = across.size
    near = np.zeros((m, (m + 63) // 64 + 1), dtype=np.uint64)
    for one in range(m):
        if across[one] >= 0:
            add(near[one], across[one])
            add(near[across[one]], one)
    for link in range(ends.shape[0]):
        add(near[ends[link, 0]], ends[link, 1])
        add(near[ends[link, 1]], ends[link, 0])
    scope = np.empty(m, dtype=np.int64)
    for leaf in leaves:
        number = leaf_scope(flat, hard, leaf, state, scope)
        for i in range(number):
            for j in range(number):
                if i != j:
                    add(near[scope[i]], scope[j])
    return near


@inner
def leaf_scope(flat: Flat, hard: Observed, at: int, state: Integers, out: Integers) -> int:
    """Open members of a table's family, parents in order and the node last."""
    number = 0
    for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
        if hard[flat.parents[slot]] < 0:
            out[number] = state[flat.parents[slot]]
            number += 1
    if hard[at] < 0:
        out[number] = state[at]
        number += 1
    return number


@inner
def _open_parents(flat: Flat, hard: Observed, at: int) -> int:
    number = 0
    for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
        number += hard[flat.parents[slot]] < 0
    return number


@maker
def _number_variables(
    flat: Flat, hard: Observed, relevant: Flags, through: Integers
) -> tuple[Integers, Integers, Integers, Flags]:
    n = flat.states.size
    state = np.full(n, NONE)
    bit = np.full(n, NONE)
    node = np.empty(2 * n, dtype=np.int64)
    is_bit = np.empty(2 * n, dtype=np.bool_)
    m = 0
    for at in range(n):
        if not relevant[at]:
            continue
        if hard[at] < 0 and through[at] < 0:
            node[m], is_bit[m], state[at] = at, False, m
            m += 1
        if flat.is_or[at] and hard[at] != 0 and _open_parents(flat, hard, at) > 0:
            node[m], is_bit[m], bit[at] = at, True, m
            m += 1
    return state, bit, node[:m].copy(), is_bit[:m].copy()


@maker
def _collect_leaves(
    flat: Flat, hard: Observed, relevant: Flags, state: Integers, bit: Integers, through: Integers
) -> tuple[Integers, Integers, Integers]:
    ends = np.empty((flat.parents.size, 2), dtype=np.int64)
    link_at = np.empty(flat.parents.size, dtype=np.int64)
    tables = np.empty(flat.states.size, dtype=np.int64)
    links = leaves = 0
    for at in range(flat.states.size):
        if not relevant[at]:
            continue
        if flat.is_or[at] == 0:
            if np.any(through == at):
                continue
            if _open_parents(flat, hard, at) + (hard[at] < 0) > 1:
                tables[leaves] = at
                leaves += 1
        elif bit[at] >= 0:
            for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
                if state[flat.parents[slot]] >= 0:
                    ends[links, 0] = bit[at]
                    ends[links, 1] = state[flat.parents[slot]]
                    link_at[links] = flat.link_at[slot]
                    links += 1
    return ends[:links].copy(), link_at[:links].copy(), tables[:leaves].copy()
