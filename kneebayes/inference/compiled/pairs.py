"""Products along two shared bits at a time.

Nine products join four entries with nine (spread out) to four. Taken together they read and
write each entry once where one by one they would do so up to four times; with runs as short
as they are where all contexts are known, that is most of the work.

``x, y, z, w`` are the four entries of the table read, ``t0`` to ``t8`` the nine of the table
spread out: the first bit counts 1, the second 3.
"""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.jit import runs
from kneebayes.inference.compiled.layout import Axes
from kneebayes.network import Numbers


@runs
def join_multiples(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """Add to the join; the second table is constant along each run."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    for m in range(axes.middle):
        k = b0 + m
        s = axes.middle
        t0, t1, t2 = two[k], two[k + s], two[k + 2 * s]
        t3, t4, t5 = two[k + 3 * s], two[k + 4 * s], two[k + 5 * s]
        t6, t7, t8 = two[k + 6 * s], two[k + 7 * s], two[k + 8 * s]
        for i in range(run):
            x, y = one[a + i], one[a + rest + i]
            z, w = one[a + rest2 + i], one[a + rest3 + i]
            join[c + i] += x * t0
            join[c + rest + i] += x * t1 + y * t2
            join[c + rest2 + i] += x * t3 + z * t6
            join[c + rest3 + i] += x * t4 + y * t5 + z * t7 + w * t8
        c += run
        a += run


@runs
def join_products(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """Add to the join; the second table runs along with the first."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    k0 = np.uint64(b0)
    k1, k2, k3, k4 = (
        k0 + run,
        k0 + np.uint64(2) * run,
        k0 + np.uint64(3) * run,
        k0 + np.uint64(4) * run,
    )
    k5, k6, k7, k8 = (
        k4 + run,
        k4 + np.uint64(2) * run,
        k4 + np.uint64(3) * run,
        k4 + np.uint64(4) * run,
    )
    for _ in range(axes.middle):
        for i in range(run):
            x, y = one[a + i], one[a + rest + i]
            z, w = one[a + rest2 + i], one[a + rest3 + i]
            join[c + i] += x * two[k0 + i]
            join[c + rest + i] += x * two[k1 + i] + y * two[k2 + i]
            join[c + rest2 + i] += x * two[k3 + i] + z * two[k6 + i]
            join[c + rest3 + i] += (
                x * two[k4 + i] + y * two[k5 + i] + z * two[k7 + i] + w * two[k8 + i]
            )
        c += run
        a += run


@runs
def pull_one_multiples(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """Add to the gradient of the first table from that of the join."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    for m in range(axes.middle):
        k = b0 + m
        s = axes.middle
        t0, t1, t2 = two[k], two[k + s], two[k + 2 * s]
        t3, t4, t5 = two[k + 3 * s], two[k + 4 * s], two[k + 5 * s]
        t6, t7, t8 = two[k + 6 * s], two[k + 7 * s], two[k + 8 * s]
        for i in range(run):
            x, y = join[c + i], join[c + rest + i]
            z, w = join[c + rest2 + i], join[c + rest3 + i]
            one[a + i] += x * t0 + y * t1 + z * t3 + w * t4
            one[a + rest + i] += y * t2 + w * t5
            one[a + rest2 + i] += z * t6 + w * t7
            one[a + rest3 + i] += w * t8
        c += run
        a += run


@runs
def pull_one_products(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """The same where the second table runs along with the first."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    k0 = np.uint64(b0)
    k1, k2, k3, k4 = (
        k0 + run,
        k0 + np.uint64(2) * run,
        k0 + np.uint64(3) * run,
        k0 + np.uint64(4) * run,
    )
    k5, k6, k7, k8 = (
        k4 + run,
        k4 + np.uint64(2) * run,
        k4 + np.uint64(3) * run,
        k4 + np.uint64(4) * run,
    )
    for _ in range(axes.middle):
        for i in range(run):
            x, y = join[c + i], join[c + rest + i]
            z, w = join[c + rest2 + i], join[c + rest3 + i]
            one[a + i] += x * two[k0 + i] + y * two[k1 + i] + z * two[k3 + i] + w * two[k4 + i]
            one[a + rest + i] += y * two[k2 + i] + w * two[k5 + i]
            one[a + rest2 + i] += z * two[k6 + i] + w * two[k7 + i]
            one[a + rest3 + i] += w * two[k8 + i]
        c += run
        a += run


@runs
def pull_two_multiples(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """Add to the gradient of the second table, spread out, from that of the join."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    for m in range(axes.middle):
        k = b0 + m
        s = axes.middle
        t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = t8 = 0.0
        for i in range(run):
            x, y = one[a + i], one[a + rest + i]
            z, w = one[a + rest2 + i], one[a + rest3 + i]
            g, h = join[c + rest + i], join[c + rest2 + i]
            both = join[c + rest3 + i]
            t0 += x * join[c + i]
            t1 += x * g
            t2 += y * g
            t3 += x * h
            t6 += z * h
            t4 += x * both
            t5 += y * both
            t7 += z * both
            t8 += w * both
        two[k] += t0
        two[k + s] += t1
        two[k + 2 * s] += t2
        two[k + 3 * s] += t3
        two[k + 4 * s] += t4
        two[k + 5 * s] += t5
        two[k + 6 * s] += t6
        two[k + 7 * s] += t7
        two[k + 8 * s] += t8
        c += run
        a += run


@runs
def pull_two_products(
    join: Numbers, c0: int, one: Numbers, a0: int, two: Numbers, b0: int, axes: Axes
) -> None:
    """The same where the second table runs along with the first."""
    run, rest = np.uint64(axes.run), np.uint64(axes.middle * axes.run)
    rest2, rest3 = rest + rest, rest + rest + rest
    c, a = np.uint64(c0), np.uint64(a0)
    k0 = np.uint64(b0)
    k1, k2, k3, k4 = (
        k0 + run,
        k0 + np.uint64(2) * run,
        k0 + np.uint64(3) * run,
        k0 + np.uint64(4) * run,
    )
    k5, k6, k7, k8 = (
        k4 + run,
        k4 + np.uint64(2) * run,
        k4 + np.uint64(3) * run,
        k4 + np.uint64(4) * run,
    )
    for _ in range(axes.middle):
        for i in range(run):
            x, y = one[a + i], one[a + rest + i]
            z, w = one[a + rest2 + i], one[a + rest3 + i]
            g, h = join[c + rest + i], join[c + rest2 + i]
            both = join[c + rest3 + i]
            two[k0 + i] += x * join[c + i]
            two[k1 + i] += x * g
            two[k2 + i] += y * g
            two[k3 + i] += x * h
            two[k6 + i] += z * h
            two[k4 + i] += x * both
            two[k5 + i] += y * both
            two[k7 + i] += z * both
            two[k8 + i] += w * both
        c += run
        a += run
