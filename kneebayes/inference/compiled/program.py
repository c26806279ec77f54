"""The steps of one elimination as rows of integers, for compiled code to follow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import add, has
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.variables import NONE, leaf_scope

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

    node: np.ndarray
    is_bit: np.ndarray
    size: np.ndarray
    steps: np.ndarray
    link_at: np.ndarray
    link_other: np.ndarray
    scope_start: np.ndarray
    scopes: np.ndarray
    offset: np.ndarray
    leaves: np.ndarray
    finals: np.ndarray
    width: float
    cost: float
    scratch: int
    places: int


class Noted(NamedTuple):
    """Links while a program is written: which are taken, and those taken in order."""

    taken: np.ndarray
    link: np.ndarray
    other: np.ndarray


class Tables(NamedTuple):
    """Tables while a program is written: their scopes and, as sets, the same."""

    size: np.ndarray
    is_bit: np.ndarray
    masks: np.ndarray
    scope_start: np.ndarray
    scopes: np.ndarray
    offset: np.ndarray


@inner
def write_program(flat, hard, query, order, width, cost):
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
        made = _close(tables, made, number)
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
        links = _bucket_scope(query, tables, table, source, variable, noted, links)
        made = _close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        kind = SUM
        if query.is_bit[variable]:
            kind = HIDDEN if query.becomes[variable] >= 0 else FIRED
        left = _result_scope(tables, table, made, query.becomes[variable])
        row = steps[done]
        row[0], row[1], row[2], row[3] = kind, source, query.becomes[variable], table
        row[4], row[5], row[6] = made, first, links
        done += 1
        live[made] = left > 0
        if left == 0:
            finals[last] = made
            last += 1
        cost += more + (links - first + 2.0) * (tables.offset[table + 1] - tables.offset[table])
        made = _close(tables, made, left)
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
def _join_rest(tables, made, live, steps, done, room):
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
        _join_scope(tables, a, b, made, room)
        row = steps[done]
        row[0], row[1], row[2], row[3] = JOIN, a, b, NONE
        row[4], row[5], row[6] = made, 0, 0
        done += 1
        source = made
        made = _close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
    return made, done


@inner
def _close(tables, table, length):
    """Finish a table whose scope is written; returns the number of the next."""
    start = tables.scope_start[table]
    tables.scope_start[table + 1] = start + length
    entries = 1
    for variable in tables.scopes[start : start + length]:
        entries *= tables.size[variable]
        add(tables.masks[table], variable)
    tables.offset[table + 1] = tables.offset[table] + entries
    return table + 1


@inner
def _join_all(tables, made, live, variable, steps, done, room):
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
        shared = _join_scope(tables, source, other, made, room)
        row = steps[done]
        row[0], row[1], row[2], row[3] = JOIN, source, other, NONE
        row[4], row[5], row[6] = made, 0, 0
        done += 1
        source = made
        made = _close(tables, made, tables.scope_start[made + 1] - tables.scope_start[made])
        cost += 1.5**shared * (tables.offset[source + 1] - tables.offset[source])


@inner
def _join_scope(tables, a, b, out, room):
    """Write the scope of a join, long runs innermost; returns the number of shared bits.

    First what only ``b`` holds, then the shared bits, then the shared states and what only
    ``a`` holds, the larger of these two groups last.
    """
    scopes, starts = tables.scopes, tables.scope_start
    alone = shared = 1
    bits = 0
    for i in range(starts[a], starts[a + 1]):
        if not has(tables.masks[b], scopes[i]):
            alone *= tables.size[scopes[i]]
        elif tables.is_bit[scopes[i]]:
            bits += 1
        else:
            shared *= tables.size[scopes[i]]
    end = starts[out]
    for i in range(starts[b], starts[b + 1]):
        if not has(tables.masks[a], scopes[i]):
            scopes[end] = scopes[i]
            end += 1
    for group in range(3):
        for i in range(starts[a], starts[a + 1]):
            if _group(tables, b, scopes[i], alone >= shared) == group:
                scopes[end] = scopes[i]
                end += 1
    starts[out + 1] = end
    size_a = tables.offset[a + 1] - tables.offset[a]
    size_b = tables.offset[b + 1] - tables.offset[b]
    codes = 3**bits
    room[0] = max(room[0], size_a + size_b // 2**bits * codes)
    room[1] = max(room[1], size_a + 2 * size_b + 2 * codes)
    return bits


@inner
def _group(tables, b, variable, alone_last):
    """Where an axis of the larger table goes: shared bits (0), then the two groups of others."""
    if has(tables.masks[b], variable):
        if tables.is_bit[variable]:
            return 0
        return 1 if alone_last else 2
    return 2 if alone_last else 1


@inner
def _bucket_scope(query, tables, table, source, variable, noted, links):
    """Write the scope of a variable's table and note its links; returns their number so far.

    The variable is outermost, then what only links bring, the last of them first, then the
    rest of the source. Links to what the source holds come first.
    """
    scopes, starts = tables.scopes, tables.scope_start
    end = starts[table]
    scopes[end] = variable
    end += 1
    first = links
    mine = 0 if query.is_bit[variable] else 1
    for known in (True, False):
        for link in range(query.ends.shape[0]):
            if query.ends[link, mine] != variable:
                continue
            other = query.ends[link, 1 - mine]
            inside = source >= 0 and has(tables.masks[source], other)
            if inside == known and not noted.taken[link]:
                noted.link[links], noted.other[links] = link, other
                noted.taken[link] = True
                links += 1
    for link in range(links - 1, first - 1, -1):
        if source < 0 or not has(tables.masks[source], noted.other[link]):
            scopes[end] = noted.other[link]
            end += 1
    if source >= 0:
        for i in range(starts[source], starts[source + 1]):
            if scopes[i] != variable:
                scopes[end] = scopes[i]
                end += 1
    starts[table + 1] = end
    return links


@inner
def _result_scope(tables, table, out, becomes):
    """Write what is left of a table's scope when its variable is out; returns the length."""
    scopes, starts = tables.scopes, tables.scope_start
    inside = False
    for i in range(starts[table] + 1, starts[table + 1]):
        inside = inside or scopes[i] == becomes
    end = starts[out]
    if becomes >= 0 and not inside:
        scopes[end] = becomes
        end += 1
    for i in range(starts[table] + 1, starts[table + 1]):
        scopes[end] = scopes[i]
        end += 1
    return end - starts[out]
