"""Which variables each table holds, and in what order, while a program is written."""

from __future__ import annotations

from typing import NamedTuple

from kneebayes.inference.compiled.bits import Words, add, has
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flags, Integers

HEADER = 8  # integers that the lists of a join begin with


class Tables(NamedTuple):
    """Tables while a program is written: their scopes and, as sets, the same."""

    size: Integers
    is_bit: Flags
    masks: Words
    scope_start: Integers
    scopes: Integers
    offset: Integers


class Noted(NamedTuple):
    """Links while a program is written: which are taken, and those taken in order."""

    taken: Flags
    link: Integers
    other: Integers


@inner
def stride_in(
    scopes: Integers, starts: Integers, sizes: Integers, table: int, variable: int
) -> int:
    """Stride of a variable in a table, or 0 where the table does not hold it."""
    stride = 1
    for i in range(starts[table + 1] - 1, starts[table] - 1, -1):
        if scopes[i] == variable:
            return stride
        stride *= sizes[scopes[i]]
    return 0


@inner
def close(tables: Tables, table: int, length: int) -> int:
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
def join_cost(tables: Tables, a: int, b: int) -> float:
    """Multiplications that joining two tables takes: half as much again for each shared bit."""
    cost = float(tables.offset[a + 1] - tables.offset[a])
    for i in range(tables.scope_start[b], tables.scope_start[b + 1]):
        variable = tables.scopes[i]
        if not has(tables.masks[a], variable):
            cost *= tables.size[variable]
        elif tables.is_bit[variable]:
            cost *= 1.5
    return cost


@inner
def join_scope(tables: Tables, a: int, b: int, out: int, room: Integers) -> None:
    """Write the scope of a join, long runs innermost, and note the room it needs.

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
    lists = HEADER + size_a + 2 * size_b + 2 * codes
    room[1] = max(room[1], lists)
    room[2] += lists


@inner
def _group(tables: Tables, b: int, variable: int, alone_last: bool) -> int:
    """Where an axis of the larger table goes: shared bits (0), then the two groups of others."""
    if has(tables.masks[b], variable):
        if tables.is_bit[variable]:
            return 0
        return 1 if alone_last else 2
    return 2 if alone_last else 1


@inner
def bucket_scope(
    query: Query, tables: Tables, table: int, source: int, variable: int, noted: Noted, links: int
) -> int:
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
def result_scope(tables: Tables, table: int, out: int, becomes: int, across: int) -> int:
    """Write what is left of a table's scope when its variable is out; returns the length.

    What the variable becomes, and what it acts across, stand outermost if they are new.
    """
    scopes, starts = tables.scopes, tables.scope_start
    end: int = starts[out]
    for variable in (becomes, across):
        if variable >= 0 and not has(tables.masks[table], variable):
            scopes[end] = variable
            end += 1
    for i in range(starts[table] + 1, starts[table + 1]):
        scopes[end] = scopes[i]
        end += 1
    length: int = end - starts[out]
    return length
