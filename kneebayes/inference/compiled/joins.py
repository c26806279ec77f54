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
def list_places(program, table, c):
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
    total = program.offset[table + 1] - program.offset[table]
    places = np.zeros(total, dtype=np.int64)
    made = 1
    for i in range(rank - 1, -1, -1):
        for k in range(1, sizes[i]):
            for j in range(made):
                places[k * made + j] = places[j] + k * narrow[i]
        made *= sizes[i]
    return places


@inner
def list_spread(axes, shared):
    """Where the entries of the smaller table stand once its bits have three values."""
    twos, threes = 1 << axes.bits, 3**axes.bits
    codes = np.zeros(twos, dtype=np.int64)
    made, step = 1, 1
    for _ in range(axes.bits):
        for j in range(made):
            codes[made + j] = codes[j] + step
        made *= 2
        step *= 3
    out = np.empty(axes.outer * twos * shared, dtype=np.int64)
    for o in range(axes.outer):
        for t in range(twos):
            for s in range(shared):
                out[(o * twos + t) * shared + s] = (o * threes + codes[t]) * shared + s
    return out


@inner
def list_triples(bits):
    """For each code of three values a bit: its two-valued code in ``a`` and in the join."""
    in_a = np.zeros(3**bits, dtype=np.int64)
    in_c = np.zeros(3**bits, dtype=np.int64)
    made, step = 1, 1
    for _ in range(bits):
        for j in range(made):
            in_a[made + j] = in_a[j]
            in_c[made + j] = in_c[j] + step
            in_a[2 * made + j] = in_a[j] + step
            in_c[2 * made + j] = in_c[j] + step
        made *= 3
        step *= 2
    return in_a, in_c


@inner
def spread_bits(values, places, spots, axes, shared):
    """The smaller table in the order of the join, with ``b0 + b1`` as third value of each bit."""
    out = np.zeros(axes.outer * 3**axes.bits * shared)
    for i in range(places.size):
        out[spots[i]] = values[places[i]]
    inner = shared
    for _ in range(axes.bits):
        for base in range(0, out.size, 3 * inner):
            for j in range(base, base + inner):
                out[j + 2 * inner] = out[j] + out[j + inner]
        inner *= 3
    return out


@inner
def in_order(values, places):
    """Values in the order of their places."""
    out = np.empty(places.size)
    for i in range(places.size):
        out[i] = values[places[i]]
    return out


@inner
def join(program, a, b, c, work):
    """Fill table ``c`` with ``a`` joined to the smaller ``b``."""
    at = program.offset
    axes = lay_axes(program, a, b, c)
    shared = axes.run if axes.run_is_shared else axes.middle
    one = in_order(work[at[a] : at[a + 1]], list_places(program, a, c))
    places, spots = list_places(program, b, c), list_spread(axes, shared)
    two = spread_bits(work[at[b] : at[b + 1]], places, spots, axes, shared)
    to = work[at[c] : at[c + 1]]
    to[:] = 0.0
    in_a, in_c = list_triples(axes.bits)
    rest = axes.middle * axes.run
    for o in range(axes.outer):
        for t in range(in_a.size):
            a0, c0 = in_a[t] * rest, o * one.size + in_c[t] * rest
            b0 = (o * in_a.size + t) * shared
            if axes.run_is_shared:
                _add_products(to, c0, one, a0, two, b0, axes)
            else:
                _add_multiples(to, c0, one, a0, two, b0, axes)


@inner
def join_back(program, a, b, c, work, gradients, for_a, for_b):
    """Gradients of ``a`` and of ``b``, where they are asked for, from that of their join."""
    at = program.offset
    axes = lay_axes(program, a, b, c)
    shared = axes.run if axes.run_is_shared else axes.middle
    places_a, places_b = list_places(program, a, c), list_places(program, b, c)
    spots = list_spread(axes, shared)
    of = gradients[at[c] : at[c + 1]]
    triples = list_triples(axes.bits)
    if for_a:
        two = spread_bits(work[at[b] : at[b + 1]], places_b, spots, axes, shared)
        pulled = pull_first(of, two, places_a.size, axes, shared, triples)
        to = gradients[at[a] : at[a + 1]]
        for i in range(places_a.size):
            to[places_a[i]] = pulled[i]
    if for_b:
        one = in_order(work[at[a] : at[a + 1]], places_a)
        pulled = pull_second(of, one, axes, shared, triples)
        to = gradients[at[b] : at[b + 1]]
        for i in range(places_b.size):
            to[places_b[i]] = pulled[spots[i]]


@inner
def pull_first(of, two, size, axes, shared, triples):
    """Gradient of the larger table, in the order of the join."""
    in_a, in_c = triples
    rest = axes.middle * axes.run
    out = np.zeros(size)
    for o in range(axes.outer):
        for t in range(in_a.size):
            a0, c0 = in_a[t] * rest, o * size + in_c[t] * rest
            b0 = (o * in_a.size + t) * shared
            if axes.run_is_shared:
                _add_products(out, a0, of, c0, two, b0, axes)
            else:
                _add_multiples(out, a0, of, c0, two, b0, axes)
    return out


@inner
def pull_second(of, one, axes, shared, triples):
    """Gradient of the smaller table, spread out, folded back onto two values a bit."""
    in_a, in_c = triples
    rest = axes.middle * axes.run
    out = np.zeros(axes.outer * in_a.size * shared)
    for o in range(axes.outer):
        for t in range(in_a.size):
            a0, c0 = in_a[t] * rest, o * one.size + in_c[t] * rest
            b0 = (o * in_a.size + t) * shared
            if axes.run_is_shared:
                _sum_products(out, b0, of, c0, one, a0, axes)
            else:
                _sum_multiples(out, b0, of, c0, one, a0, axes)
    fold_bits(out, axes, shared)
    return out


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
