"""Two tables joined, there and back: multiplied, with OR along the bits they share.

Along a shared bit three products are made, all of non-negative numbers::

    none = a0 b0        some = a0 b1 + a1 (b0 + b1)

so the smaller table is first spread out to three values a bit: ``b0, b1, b0 + b1``. Both
sources are copied into the order of the joined table, where all that is left to do is
multiplying long runs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.jit import inner, runs


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


@inner
def holds(program, table, variable):
    """Whether a table holds a variable."""
    for i in range(program.scope_start[table], program.scope_start[table + 1]):
        if program.scopes[i] == variable:
            return True
    return False


@inner
def lay_axes(program, a, b, c):
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
def list_places(program, table, c, places):
    """Where the entries of a table stand when its axes are put in the order of ``c``.

    Entry ``i`` of the result is the offset in the table of the ``i``-th entry in that order.
    """
    scopes, starts = program.scopes, program.scope_start
    rank = starts[table + 1] - starts[table]
    sizes = np.empty(rank, dtype=np.int64)
    narrow = np.empty(rank, dtype=np.int64)
    found = 0
    for i in range(starts[c], starts[c + 1]):
        stride = 1
        for j in range(starts[table + 1] - 1, starts[table] - 1, -1):
            if scopes[j] == scopes[i]:
                sizes[found] = program.size[scopes[i]]
                narrow[found] = stride
                found += 1
                break
            stride *= program.size[scopes[j]]
    places[0] = 0
    made = 1
    for i in range(rank - 1, -1, -1):
        for k in range(1, sizes[i]):
            for j in range(made):
                places[k * made + j] = places[j] + k * narrow[i]
        made *= sizes[i]


@inner
def list_spread(axes, shared, out):
    """Where the entries of the smaller table stand once its bits have three values."""
    twos, threes = 1 << axes.bits, 3**axes.bits
    codes = np.zeros(twos, dtype=np.int64)
    made, step = 1, 1
    for _ in range(axes.bits):
        for j in range(made):
            codes[made + j] = codes[j] + step
        made *= 2
        step *= 3
    for o in range(axes.outer):
        for t in range(twos):
            for s in range(shared):
                out[(o * twos + t) * shared + s] = (o * threes + codes[t]) * shared + s


@inner
def list_triples(bits, in_a, in_c):
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


@inner
def spread_bits(values, layout, out):
    """The smaller table in the order of the join, with ``b0 + b1`` as third value of each bit."""
    for i in range(layout.spots.size):
        out[layout.spots[i]] = values[layout.places_b[i]]
    inner = layout.shared
    for _ in range(layout.axes.bits):
        third = np.uint64(2 * inner)
        for base in range(np.uint64(0), np.uint64(out.size), np.uint64(3 * inner)):
            for i in range(base, base + np.uint64(inner)):
                out[i + third] = out[i] + out[i + np.uint64(inner)]
        inner *= 3


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
    places_a: np.ndarray
    places_b: np.ndarray
    spots: np.ndarray
    in_a: np.ndarray
    in_c: np.ndarray


@inner
def lay_out(program, a, b, c, room):
    """Find all places of a join; ``room`` is where the lists are kept."""
    at = program.offset
    axes = lay_axes(program, a, b, c)
    shared = axes.run if axes.run_is_shared else axes.middle
    size_a, size_b, codes = at[a + 1] - at[a], at[b + 1] - at[b], 3**axes.bits
    cuts = np.cumsum(np.array([0, size_a, size_b, size_b, codes, codes]))
    layout = Layout(
        axes,
        shared,
        room[cuts[0] : cuts[1]],
        room[cuts[1] : cuts[2]],
        room[cuts[2] : cuts[3]],
        room[cuts[3] : cuts[4]],
        room[cuts[4] : cuts[5]],
    )
    list_places(program, a, c, layout.places_a)
    list_places(program, b, c, layout.places_b)
    list_spread(axes, shared, layout.spots)
    list_triples(axes.bits, layout.in_a, layout.in_c)
    return layout


@inner
def in_order(values, places, out):
    """Write values in the order of their places."""
    for i in range(places.size):
        out[i] = values[places[i]]


@inner
def join(program, a, b, c, space):
    """Fill table ``c`` with ``a`` joined to the smaller ``b``."""
    at = program.offset
    layout = lay_out(program, a, b, c, space.places)
    size, wide = layout.places_a.size, layout.axes.outer * layout.in_a.size * layout.shared
    one, two = space.scratch[:size], space.scratch[size : size + wide]
    in_order(space.work[at[a] : at[a + 1]], layout.places_a, one)
    spread_bits(space.work[at[b] : at[b + 1]], layout, two)
    to = space.work[at[c] : at[c + 1]]
    to[:] = 0.0
    _multiply(to, one, two, layout, 0)


@inner
def join_back(program, a, b, c, space, for_a, for_b):
    """Gradients of ``a`` and of ``b``, where they are asked for, from that of their join."""
    at = program.offset
    layout = lay_out(program, a, b, c, space.places)
    size, wide = layout.places_a.size, layout.axes.outer * layout.in_a.size * layout.shared
    one, two = space.scratch[:size], space.scratch[size : size + wide]
    of = space.gradients[at[c] : at[c + 1]]
    if for_a:
        spread_bits(space.work[at[b] : at[b + 1]], layout, two)
        one[:] = 0.0
        _multiply(of, one, two, layout, 1)
        to = space.gradients[at[a] : at[a + 1]]
        for i in range(size):
            to[layout.places_a[i]] = one[i]
    if for_b:
        in_order(space.work[at[a] : at[a + 1]], layout.places_a, one)
        two[:] = 0.0
        _multiply(of, one, two, layout, 2)
        fold_bits(two, layout.axes, layout.shared)
        to = space.gradients[at[b] : at[b + 1]]
        for i in range(layout.spots.size):
            to[layout.places_b[i]] = two[layout.spots[i]]


@inner
def _multiply(of, one, two, layout, towards):
    """Add products of two of three tables to the third: the join (0), ``one`` (1), ``two`` (2)."""
    axes, codes = layout.axes, layout.in_a.size
    rest = axes.middle * axes.run
    for o in range(axes.outer):
        for t in range(codes):
            a0, c0 = layout.in_a[t] * rest, o * one.size + layout.in_c[t] * rest
            b0 = (o * codes + t) * layout.shared
            if towards == 0:
                if axes.run_is_shared:
                    _add_products(of, c0, one, a0, two, b0, axes)
                else:
                    _add_multiples(of, c0, one, a0, two, b0, axes)
            elif towards == 1:
                if axes.run_is_shared:
                    _add_products(one, a0, of, c0, two, b0, axes)
                else:
                    _add_multiples(one, a0, of, c0, two, b0, axes)
            elif axes.run_is_shared:
                _sum_products(two, b0, of, c0, one, a0, axes)
            else:
                _sum_multiples(two, b0, of, c0, one, a0, axes)


@inner
def fold_bits(spread, axes, shared):
    """Give the gradient of each third value back to the two that it is the sum of."""
    inner = shared * 3**axes.bits
    for _ in range(axes.bits):
        inner //= 3
        for base in range(0, spread.size, 3 * inner):
            for j in range(base, base + inner):
                spread[j] += spread[j + 2 * inner]
                spread[j + inner] += spread[j + 2 * inner]


# Unsigned offsets: a signed one may be negative, and asking about that would cost more than
# the product itself.


@runs
def _add_products(to, c0, one, a0, two, b0, axes):
    c, a, b, run = np.uint64(c0), np.uint64(a0), np.uint64(b0), np.uint64(axes.run)
    for _ in range(axes.middle):
        for i in range(run):
            to[c + i] += one[a + i] * two[b + i]
        c += run
        a += run


@runs
def _add_multiples(to, c0, one, a0, two, b0, axes):
    c, a, run = np.uint64(c0), np.uint64(a0), np.uint64(axes.run)
    for m in range(axes.middle):
        factor = two[b0 + m]
        for i in range(run):
            to[c + i] += one[a + i] * factor
        c += run
        a += run


@runs
def _sum_products(out, b0, of, c0, one, a0, axes):
    c, a, b, run = np.uint64(c0), np.uint64(a0), np.uint64(b0), np.uint64(axes.run)
    for _ in range(axes.middle):
        for i in range(run):
            out[b + i] += of[c + i] * one[a + i]
        c += run
        a += run


@runs
def _sum_multiples(out, b0, of, c0, one, a0, axes):
    c, a, run = np.uint64(c0), np.uint64(a0), np.uint64(axes.run)
    for m in range(axes.middle):
        total = 0.0
        for i in range(run):
            total += of[c + i] * one[a + i]
        out[b0 + m] += total
        c += run
        a += run
