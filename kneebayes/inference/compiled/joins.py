"""Two tables joined, there and back: multiplied, with OR along the bits they share.

Along a shared bit three products are made, all of non-negative numbers::

    none = a0 b0        some = a0 b1 + a1 (b0 + b1)

so the smaller table is first spread out to three values a bit: ``b0, b1, b0 + b1``. Both
sources are copied into the order of the joined table, where all that is left to do is
multiplying long runs.
"""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.jit import inner, runs
from kneebayes.inference.compiled.layout import Axes, Layout, lay_out, layout_in
from kneebayes.inference.compiled.pairs import (
    join_multiples,
    join_products,
    pull_one_multiples,
    pull_one_products,
    pull_two_multiples,
    pull_two_products,
)
from kneebayes.inference.compiled.program import Program
from kneebayes.inference.compiled.space import Space
from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers

TO_JOIN, TO_ONE, TO_TWO = 0, 1, 2  # the table that products are added to


@inner
def spread_bits(values: Numbers, layout: Layout, out: Numbers) -> None:
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


@inner
def in_order(values: Numbers, places: Integers, out: Numbers) -> None:
    """Write values in the order of their places."""
    for i in range(places.size):
        out[i] = values[places[i]]


@inner
def layout_of(program: Program, step: Integers, space: Space) -> Layout:
    """Where everything stands in a join."""
    room = space.places[step[5] :] if space.laid else space.places
    if not space.laid:
        lay_out(program, step, room)
    return layout_in(room)


@inner
def join(program: Program, step: Integers, space: Space) -> None:
    """Fill a table with two others joined, the smaller to the larger."""
    at, a, b, c = program.offset, step[1], step[2], step[4]
    layout = layout_of(program, step, space)
    size, wide = layout.places_a.size, layout.axes.outer * layout.in_a.size * layout.shared
    one, two = space.scratch[:size], space.scratch[size : size + wide]
    in_order(space.work[at[a] : at[a + 1]], layout.places_a, one)
    spread_bits(space.work[at[b] : at[b + 1]], layout, two)
    to = space.work[at[c] : at[c + 1]]
    to[:] = 0.0
    _multiply(to, one, two, layout, TO_JOIN)


@inner
def join_back(program: Program, step: Integers, space: Space) -> None:
    """Gradients of both tables, where they are needed, from that of their join."""
    at, a, b, c = program.offset, step[1], step[2], step[4]
    layout = layout_of(program, step, space)
    size, wide = layout.places_a.size, layout.axes.outer * layout.in_a.size * layout.shared
    one, two = space.scratch[:size], space.scratch[size : size + wide]
    of = space.gradients[at[c] : at[c + 1]]
    if space.needed[a]:
        spread_bits(space.work[at[b] : at[b + 1]], layout, two)
        one[:] = 0.0
        _multiply(of, one, two, layout, TO_ONE)
        to = space.gradients[at[a] : at[a + 1]]
        for i in range(size):
            to[layout.places_a[i]] = one[i]
    if space.needed[b]:
        in_order(space.work[at[a] : at[a + 1]], layout.places_a, one)
        two[:] = 0.0
        _multiply(of, one, two, layout, TO_TWO)
        fold_bits(two, layout.axes, layout.shared)
        to = space.gradients[at[b] : at[b + 1]]
        for i in range(layout.spots.size):
            to[layout.places_b[i]] = two[layout.spots[i]]


@inner
def _multiply(join: Numbers, one: Numbers, two: Numbers, layout: Layout, towards: int) -> None:
    """Add products of two of three tables to the third."""
    axes, codes = layout.axes, layout.in_a.size
    rest = axes.middle * axes.run
    paired = axes.bits > 1
    for o in range(axes.outer):
        for t in range(0, codes, 9 if paired else 1):
            a0, c0 = layout.in_a[t] * rest, o * one.size + layout.in_c[t] * rest
            b0 = (o * codes + t) * layout.shared
            if paired:
                _multiply_pair(join, c0, one, a0, two, b0, axes, towards)
            else:
                _multiply_one(join, c0, one, a0, two, b0, axes, towards)


@inner
def _multiply_pair(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes, towards: int
) -> None:
    if axes.run_is_shared:
        if towards == TO_JOIN:
            join_products(join, c0, one, a0, two, b0, axes)
        elif towards == TO_ONE:
            pull_one_products(join, c0, one, a0, two, b0, axes)
        else:
            pull_two_products(join, c0, one, a0, two, b0, axes)
    elif towards == TO_JOIN:
        join_multiples(join, c0, one, a0, two, b0, axes)
    elif towards == TO_ONE:
        pull_one_multiples(join, c0, one, a0, two, b0, axes)
    else:
        pull_two_multiples(join, c0, one, a0, two, b0, axes)


@inner
def _multiply_one(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes, towards: int
) -> None:
    if axes.run_is_shared:
        if towards == TO_JOIN:
            _add_products(join, c0, one, a0, two, b0, axes)
        elif towards == TO_ONE:
            _add_products(one, a0, join, c0, two, b0, axes)
        else:
            _sum_products(two, b0, join, c0, one, a0, axes)
    elif towards == TO_JOIN:
        _add_multiples(join, c0, one, a0, two, b0, axes)
    elif towards == TO_ONE:
        _add_multiples(one, a0, join, c0, two, b0, axes)
    else:
        _sum_multiples(two, b0, join, c0, one, a0, axes)


@inner
def fold_bits(spread: Numbers, axes: Axes, shared: int) -> None:
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
def _add_products(
    to: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    c, a, b, run = np.uint64(c0), np.uint64(a0), np.uint64(b0), np.uint64(axes.run)
    for _ in range(axes.middle):
        for i in range(run):
            to[c + i] += one[a + i] * two[b + i]
        c += run
        a += run


@runs
def _add_multiples(
    to: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    c, a, run = np.uint64(c0), np.uint64(a0), np.uint64(axes.run)
    for m in range(axes.middle):
        factor = two[b0 + m]
        for i in range(run):
            to[c + i] += one[a + i] * factor
        c += run
        a += run


@runs
def _sum_products(
    out: Numbers, b0: int, of: Numbers, c0: int, one: Numbers, a0: int, axes: Axes
) -> None:
    c, a, b, run = np.uint64(c0), np.uint64(a0), np.uint64(b0), np.uint64(axes.run)
    for _ in range(axes.middle):
        for i in range(run):
            out[b + i] += of[c + i] * one[a + i]
        c += run
        a += run


@runs
def _sum_multiples(
    out: Numbers, b0: int, of: Numbers, c0: int, one: Numbers, a0: int, axes: Axes
) -> None:
    c, a, run = np.uint64(c0), np.uint64(a0), np.uint64(axes.run)
    for m in range(axes.middle):
        total = 0.0
        for i in range(run):
            total += of[c + i] * one[a + i]
        out[b0 + m] += total
        c += run
        a += run
