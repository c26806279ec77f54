"""The steps of one elimination as rows of integers, for compiled code to follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import has
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.scopes import (
    Noted,
    Tables,
    bucket_scope,
    close,
    join_scope,
    result_scope,
)
from kneebayes.inference.compiled.variables import NONE, Query, leaf_scope
from kneebayes.inference.flat import Flags, Flat, Integers, Observed

JOIN, SUM, FIRED, HIDDEN = 0, 1, 2, 3
AXES = 32  # axes of a table at most


class Program(NamedTuple):
    """What to do for one pattern of evidence; the numbers come later.

    Attributes
    ----------
    node, is_bit, size
        For each variable its node, whether it is a bit, and how many values it has.
    steps
        One row a step: kind, source, second source, table, result, first link, last link.
        ``JOIN`` makes a result of two sources. The others build the table of one variable
        from a source (-1 for none) and links, and take the variable out: a state is summed
        (``SUM``), the bit of an observed family leaves its fired half (``FIRED``), that of
        a hidden node becomes the node's state (``HIDDEN``; the state is in the place of the
        second source).
    link_at, link_other
        For each link, as the steps use them, where its strengths stand among the numbers of
        the network, and the variable at its other end.
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
    scratch, places
        Room that the largest join needs on the way, in doubles and in integers.
    """

    node: Integers
    is_bit: Flags
    size: Integers
    steps: Integers
    link_at: Integers
    link_other: Integers
    scope_start: Integers
    scopes: Integers
    offset: Integers
    leaves: Integers
    finals: Integers
    width: float
    cost: float
    scratch: int
    places: int


@inner
def write_program(
    flat: Flat, hard: Observed, query: Query, order: Integers, width: float, cost: float
) -> Program:
    """Write down the steps that take the variables of a query out in an order."""
    m = query.node.size
    most = query.leaves.size + 4 * m + query.ends.shape[0] + 2
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
    live = np.zeros(most, dtype=np.bool_)
    live[:made] = True
    steps = np.empty((most, 7), dtype=np.int64)
    noted = Noted(
        np.zeros(query.ends.shape[0], dtype=np.bool_),
        np.empty(query.ends.shape[0], dtype=np.int64),
        np.empty(query.ends.shape[0], dtype=np.int64),
    )
    finals = np.empty(m, dtype=np.int64)
    room = np.zeros(2, dtype=np.int64)
    done = links = last = 0
    for variable in order:
        source, made, done, more = _join_all(tables, made, live, variable, steps, done, room)
        first, table = links, made
        links = bucket_scope(query, tables, table, source, variable, noted, links)
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        kind = SUM
        if query.is_bit[variable]:
            kind = HIDDEN if query.becomes[variable] >= 0 else FIRED
        left = result_scope(tables, table, made, query.becomes[variable])
        row = steps[done]
        row[0], row[1], row[2], row[3] = kind, source, query.becomes[variable], table
        row[4], row[5], row[6] = made, first, links
        done += 1
        live[made] = left > 0
        if left == 0:
            finals[last] = made
            last += 1
        cost += more + (links - first + 2.0) * (tables.offset[table + 1] - tables.offset[table])
        made = close(tables, made, left)
    if np.any(query.free):
        made, done = _join_rest(tables, made, live, steps, done, room)
    link_at = np.empty(links, dtype=np.int64)
    for link in range(links):
        link_at[link] = query.link_at[noted.link[link]]
    return Program(
        query.node,
        query.is_bit,
        query.size,
        steps[:done].copy(),
        link_at,
        noted.other[:links].copy(),
        tables.scope_start[: made + 1].copy(),
        tables.scopes[: tables.scope_start[made]].copy(),
        tables.offset[: made + 1].copy(),
        query.leaves,
        finals[:last].copy(),
        width,
        cost,
        room[0],
        room[1],
    )


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
        a, b = source, table
        if tables.offset[a + 1] - tables.offset[a] < tables.offset[b + 1] - tables.offset[b]:
            a, b = b, a
        join_scope(tables, a, b, made, room)
        row = steps[done]
        row[0], row[1], row[2], row[3] = JOIN, a, b, NONE
        row[4], row[5], row[6] = made, 0, 0
        done += 1
        source = made
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
    return made, done


@inner
def _join_all(
    tables: Tables,
    made: int,
    live: Flags,
    variable: int,
    steps: Integers,
    done: int,
    room: Integers,
) -> tuple[int, int, int, float]:
    """Join the tables that hold a variable, the smaller ones one by one to the largest."""
    source = NONE
    cost = 0.0
    while True:
        # the largest first, then always the smallest that is left
        other = NONE
        other_size = 0
        for table in range(made):
            if live[table] and has(tables.masks[table], variable):
                size = tables.offset[table + 1] - tables.offset[table]
                if other == NONE or (size > other_size) == (source == NONE):
                    other, other_size = table, size
        if other == NONE:
            return source, made, done, cost
        live[other] = False
        if source == NONE:
            source = other
            continue
        shared = join_scope(tables, source, other, made, room)
        row = steps[done]
        row[0], row[1], row[2], row[3] = JOIN, source, other, NONE
        row[4], row[5], row[6] = made, 0, 0
        done += 1
        source = made
        made = close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        cost += 1.5**shared * (tables.offset[source + 1] - tables.offset[source])
