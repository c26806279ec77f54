"""The steps of one elimination as rows of integers, for compiled code to follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import has
from kneebayes.inference.compiled.jit import inner, maker
from kneebayes.inference.compiled.scopes import (
    Noted,
    Tables,
    bucket_scope,
    close,
    join_cost,
    join_scope,
    result_scope,
    stride_in,
)
from kneebayes.inference.compiled.variables import NONE, Query, leaf_scope, other_parent
from kneebayes.inference.flat import Flags, Flat, Integers, Observed

JOIN, SUM, FIRED, HIDDEN, THROUGH = 0, 1, 2, 3, 4
AXES = 32  # axes of a table at most


class Program(NamedTuple):
    """What to do for one pattern of evidence; the numbers come later.

    Attributes
    ----------
    node, is_bit, size
        For each variable its node, whether it is a bit, and how many values it has.
    steps
        One row a step: kind, source, second source, table, result, first link, last link.
        ``JOIN`` makes a result of two sources; in the place of the first link stands where
        its lists start if those of all joins are kept side by side. The others build the
        table of one variable from a source (-1 for none) and links, and take the variable
        out: a state is summed (``SUM``), the bit of an observed family leaves its fired half
        (``FIRED``), that of a hidden node becomes the node's state (``HIDDEN``; the state is
        in the place of the second source) or, by a plain table, that of its only child
        (``THROUGH``). For the last four more numbers follow: the variable of the table's
        other parent (-1 for none), where its entries start among the numbers of the network,
        and how far the states of the node and of the other parent are apart there.
    link_at, link_other, link_stride
        For each link, as the steps use them, where its strengths stand among the numbers of
        the network, the variable at its other end, and that one's stride in the table.
    scope_start, scopes
        Variables of each table, outermost axis first.
    offset
        Where each table stands in the workspace; the end of the last stands last.
    leaves
        Nodes of the first tables, which are plain conditional tables.
    finals
        Tables without variables, whose product is P(evidence).
    width
        log2 of the entries of the largest table.
    cost
        Multiplications there, about.
    scratch, places, all_places
        Room that the largest join needs on the way, in doubles and in integers, and integers
        for the lists of all joins side by side.
    """

    node: Integers
    is_bit: Flags
    size: Integers
    steps: Integers
    link_at: Integers
    link_other: Integers
    link_stride: Integers
    scope_start: Integers
    scopes: Integers
    offset: Integers
    leaves: Integers
    finals: Integers
    width: float
    cost: float
    scratch: int
    places: int
    all_places: int


@inner
def stride_of(program: Program, table: int, variable: int) -> int:
    """Stride of a variable in a table, or 0 where the table does not hold it."""
    return stride_in(program.scopes, program.scope_start, program.size, table, variable)


@maker
def write_program(
    flat: Flat, hard: Observed, query: Query, order: Integers, width: float, cost: float
) -> Program:
    """Write down the steps that take the variables of a query out in an order."""
    m = query.node.size
    most = query.leaves.size + 4 * m + query.ends.shape[0] + 2
    tables, made = _first_tables(flat, hard, query, most)
    live = np.zeros(most, dtype=np.bool_)
    live[:made] = True
    steps = np.full((most, 11), NONE)
    noted = Noted(
        np.zeros(query.ends.shape[0], dtype=np.bool_),
        np.empty(query.ends.shape[0], dtype=np.int64),
        np.empty(query.ends.shape[0], dtype=np.int64),
    )
    finals, mine = np.empty(m, dtype=np.int64), np.empty(most, dtype=np.int64)
    room = np.zeros(3, dtype=np.int64)
    done = links = last = 0
    for variable in order:
        source, made, done, more = _join_all(tables, made, live, variable, steps, done, room, mine)
        first, table = links, made
        links = bucket_scope(query, tables, table, source, variable, noted, links)
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        becomes, across = query.becomes[variable], query.across[variable]
        left = result_scope(tables, table, made, becomes, across)
        row = steps[done]
        row[0], row[1], row[2], row[3] = _kind(query, variable), source, becomes, table
        row[4], row[5], row[6] = made, first, links
        if row[0] == THROUGH:
            row[7] = across
            row[8:] = _entries(flat, hard, query.node[becomes], query.node[variable])
        done += 1
        live[made] = left > 0
        if left == 0:
            finals[last] = made
            last += 1
        cost += more + (links - first + 2.0) * (tables.offset[table + 1] - tables.offset[table])
        made = close(tables, made, left)
    if np.any(query.free):
        made, done = _join_rest(tables, made, live, steps, done, room)
    link_at, link_stride = _link_lists(query, tables, noted, steps[:done], links)
    return Program(
        query.node,
        query.is_bit,
        query.size,
        steps[:done].copy(),
        link_at,
        noted.other[:links].copy(),
        link_stride,
        tables.scope_start[: made + 1].copy(),
        tables.scopes[: tables.scope_start[made]].copy(),
        tables.offset[: made + 1].copy(),
        query.leaves,
        finals[:last].copy(),
        width,
        cost,
        room[0],
        room[1],
        room[2],
    )


@maker
def _first_tables(flat: Flat, hard: Observed, query: Query, most: int) -> tuple[Tables, int]:
    """Room for the scopes of so many tables, and those of the plain tables written into it."""
    tables = Tables(
        query.size,
        query.is_bit,
        np.zeros((most, query.near.shape[1]), dtype=np.uint64),
        np.zeros(most + 1, dtype=np.int64),
        np.empty(AXES * most, dtype=np.int64),
        np.zeros(most + 1, dtype=np.int64),
    )
    made = 0
    for leaf in query.leaves:
        number = leaf_scope(
            flat, hard, leaf, query.state, tables.scopes[tables.scope_start[made] :]
        )
        made = close(tables, made, number)
    return tables, made


@inner
def _kind(query: Query, variable: int) -> int:
    """How a variable is taken out."""
    if not query.is_bit[variable]:
        return SUM
    becomes = query.becomes[variable]
    if becomes < 0:
        return FIRED
    return HIDDEN if query.node[becomes] == query.node[variable] else THROUGH


@inner
def _entries(flat: Flat, hard: Observed, at: int, parent: int) -> tuple[int, int, int]:
    """Where the entries of a table start, and how far states of its parents are apart."""
    start, apart, beside = flat.number_start[at], 2, 2
    other = other_parent(flat, at, parent)
    if other >= 0:
        if flat.parents[flat.parent_start[at]] == parent:
            apart *= flat.states[other]
        else:
            beside *= flat.states[parent]
        start += max(hard[other], 0) * beside
    return start, apart, beside


@maker
def _link_lists(
    query: Query, tables: Tables, noted: Noted, steps: Integers, links: int
) -> tuple[Integers, Integers]:
    """For each link where its strengths stand, and the stride of its other end."""
    link_at = np.empty(links, dtype=np.int64)
    link_stride = np.empty(links, dtype=np.int64)
    for done in range(steps.shape[0]):
        if steps[done, 0] == JOIN:
            continue
        for link in range(steps[done, 5], steps[done, 6]):
            link_at[link] = query.link_at[noted.link[link]]
            link_stride[link] = stride_in(
                tables.scopes, tables.scope_start, tables.size, steps[done, 3], noted.other[link]
            )
    return link_at, link_stride


@inner
def _join_rest(
    tables: Tables, made: int, live: Flags, steps: Integers, done: int, room: Integers
) -> tuple[int, int]:
    """Join the tables over the variables that are kept, one after the other."""
    source = NONE
    for table in range(made):
        if not live[table]:
            continue
        if source == NONE:
            source = table
            continue
        _join_two(tables, source, table, made, steps[done], room)
        done += 1
        source = made
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
    return made, done


@inner
def _join_two(tables: Tables, a: int, b: int, out: int, row: Integers, room: Integers) -> None:
    """Write the step, and the scope, of joining two tables, the smaller one to the larger."""
    if tables.offset[a + 1] - tables.offset[a] < tables.offset[b + 1] - tables.offset[b]:
        a, b = b, a
    row[0], row[1], row[2], row[3] = JOIN, a, b, NONE
    row[4], row[5] = out, room[2]
    join_scope(tables, a, b, out, room)


@inner
def _join_all(
    tables: Tables,
    made: int,
    live: Flags,
    variable: int,
    steps: Integers,
    done: int,
    room: Integers,
    mine: Integers,
) -> tuple[int, int, int, float]:
    """Join the tables that hold a variable, always the two that are joined most cheaply."""
    number = 0
    for table in range(made):
        if live[table] and has(tables.masks[table], variable):
            mine[number] = table
            live[table] = False
            number += 1
    cost = 0.0
    while number > 1:
        first = second = 0
        cheapest = np.inf
        for i in range(number):
            for j in range(i):
                price = join_cost(tables, mine[i], mine[j])
                if price < cheapest:
                    first, second, cheapest = i, j, price
        _join_two(tables, mine[first], mine[second], made, steps[done], room)
        done += 1
        number -= 1
        mine[first], mine[second] = mine[number], made
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        cost += cheapest
    return mine[0] if number > 0 else NONE, made, done, cost
