"""Where everything stands while two tables are joined."""

from __future__ import annotations

from typing import NamedTuple

from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.program import Program, stride_of
from kneebayes.inference.compiled.scopes import HEADER
from kneebayes.inference.flat import Integers


class Axes(NamedTuple):
    """How the axes of a joined table lie: only in b, shared bits, then two groups of others.

    Attributes
    ----------
    outer
        Entries over what only ``b`` holds.
    bits
        How many bits are shared.
    middle, run
        Entries of the two groups of other axes: shared states and what only ``a`` holds,
        the larger of them innermost.
    run_is_shared
        Whether the innermost group is the shared states.
    """

    outer: int
    bits: int
    middle: int
    run: int
    run_is_shared: bool


class Layout(NamedTuple):
    """Where everything stands while two tables are joined.

    Attributes
    ----------
    axes, shared
        Groups of axes, and entries over the shared states.
    places_a, places_b
        Offsets in both sources of their entries in the order of the join.
    spots
        Offsets of the entries of ``b`` once it is spread out.
    in_a, in_c
        For each code of three values a bit the codes in ``a`` and in the join.
    """

    axes: Axes
    shared: int
    places_a: Integers
    places_b: Integers
    spots: Integers
    in_a: Integers
    in_c: Integers


@inner
def lay_out(program: Program, step: Integers, room: Integers) -> None:
    """Find all places of a join; ``room`` is where the lists are kept, for :func:`layout_in`."""
    a, b, c = step[1], step[2], step[4]
    axes = lay_axes(program, a, b, c)
    room[0], room[1], room[2] = axes.outer, axes.bits, axes.middle
    room[3], room[4] = axes.run, axes.run_is_shared
    room[5] = program.offset[a + 1] - program.offset[a]
    room[6] = program.offset[b + 1] - program.offset[b]
    layout = layout_in(room)
    list_places(program, a, c, layout.places_a)
    list_places(program, b, c, layout.places_b)
    list_spread(axes, layout.shared, layout.spots)
    list_triples(axes.bits, layout.in_a, layout.in_c)


@inner
def layout_in(room: Integers) -> Layout:
    """The layout that was written there before."""
    axes = Axes(room[0], room[1], room[2], room[3], room[4] == 1)
    size_a, size_b, codes = room[5], room[6], 3 ** room[1]
    in_b = HEADER + size_a
    spots = in_b + size_b
    in_a = spots + size_b
    return Layout(
        axes,
        axes.run if axes.run_is_shared else axes.middle,
        room[HEADER:in_b],
        room[in_b:spots],
        room[spots:in_a],
        room[in_a : in_a + codes],
        room[in_a + codes : in_a + 2 * codes],
    )


@inner
def holds(program: Program, table: int, variable: int) -> bool:
    """Whether a table holds a variable."""
    for i in range(program.scope_start[table], program.scope_start[table + 1]):
        if program.scopes[i] == variable:
            return True
    return False


@inner
def lay_axes(program: Program, a: int, b: int, c: int) -> Axes:
    """Read the groups of axes off the scope of the joined table."""
    outer = shared = alone = 1
    bits = 0
    run_is_shared = False
    for i in range(program.scope_start[c], program.scope_start[c + 1]):
        variable = program.scopes[i]
        size = program.size[variable]
        if not holds(program, a, variable):
            outer *= size
        elif not holds(program, b, variable):
            alone *= size
            run_is_shared = False
        elif program.is_bit[variable]:
            bits += 1
        else:
            shared *= size
            run_is_shared = True
    if run_is_shared:
        return Axes(outer, bits, alone, shared, True)
    return Axes(outer, bits, shared, alone, False)


@inner
def list_places(program: Program, table: int, c: int, places: Integers) -> None:
    """Where the entries of a table stand when its axes are put in the order of ``c``.

    Entry ``i`` of the result is the offset in the table of the ``i``-th entry in that order.
    """
    scopes, starts = program.scopes, program.scope_start
    places[0] = 0
    made = 1
    for i in range(starts[c + 1] - 1, starts[c] - 1, -1):
        if not holds(program, table, scopes[i]):
            continue
        stride = stride_of(program, table, scopes[i])
        for k in range(1, program.size[scopes[i]]):
            for j in range(made):
                places[k * made + j] = places[j] + k * stride
        made *= program.size[scopes[i]]


@inner
def list_spread(axes: Axes, shared: int, out: Integers) -> None:
    """Where the entries of the smaller table stand once its bits have three values."""
    twos, threes = 1 << axes.bits, 3**axes.bits
    for o in range(axes.outer):
        for t in range(twos):
            code, step = 0, 1
            for bit in range(axes.bits):
                code += (t >> bit & 1) * step
                step *= 3
            for s in range(shared):
                out[(o * twos + t) * shared + s] = (o * threes + code) * shared + s


@inner
def list_triples(bits: int, in_a: Integers, in_c: Integers) -> None:
    """For each code of three values a bit: its two-valued code in ``a`` and in the join."""
    in_a[0] = in_c[0] = 0
    made, step = 1, 1
    for _ in range(bits):
        for j in range(made):
            in_a[made + j] = in_a[j]
            in_c[made + j] = in_c[j] + step
            in_a[2 * made + j] = in_a[j] + step
            in_c[2 * made + j] = in_c[j] + step
        made *= 3
        step *= 2
