"""One link of a noisy-OR acting on a table, there and back.

What had not fired yet fires with the strength of the link: the share moves from the half
where the bit says *none* to the half where it says *some*. A link to a variable that the
table does not hold yet doubles what is filled instead.
"""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.jit import inner
from kneebayes.network import Numbers

# Offsets are unsigned throughout: a signed one may be negative, and asking about that would
# cost more than the sum itself.


@inner
def fire_bit(slab: Numbers, filled: int, stride: int, strength: float) -> int:
    """The parent's state is fixed, the bit is an axis of the slab; returns what is filled."""
    rest = 1.0 - strength
    apart, end = np.uint64(stride), np.uint64(filled)
    if stride >= filled:
        for i in range(end):
            slab[end + i] = strength * slab[i]
            slab[i] *= rest
        return 2 * filled
    if stride == 1:
        for i in range(np.uint64(0), end, np.uint64(2)):
            slab[i + np.uint64(1)] += strength * slab[i]
            slab[i] *= rest
        return filled
    for base in range(np.uint64(0), end, np.uint64(2 * stride)):
        for i in range(base, base + apart):
            slab[i + apart] += strength * slab[i]
            slab[i] *= rest
    return filled


@inner
def fire_bit_back(slab: Numbers, filled: int, before: int, stride: int, strength: float) -> None:
    """Gradient before a link from that after it."""
    rest = 1.0 - strength
    apart, end = np.uint64(stride), np.uint64(filled)
    if before < filled:
        start = np.uint64(before)
        for i in range(start):
            slab[i] = rest * slab[i] + strength * slab[start + i]
    elif stride == 1:
        for i in range(np.uint64(0), end, np.uint64(2)):
            slab[i] = rest * slab[i] + strength * slab[i + np.uint64(1)]
    else:
        for base in range(np.uint64(0), end, np.uint64(2 * stride)):
            for i in range(base, base + apart):
                slab[i] = rest * slab[i] + strength * slab[i + apart]


@inner
def fire_states(none: Numbers, some: Numbers, filled: int, stride: int, strengths: Numbers) -> int:
    """The bit is split into two slabs, the parent's state is an axis of both."""
    size = strengths.size
    apart, end = np.uint64(stride), np.uint64(filled)
    if stride >= filled:
        for state in range(size - 1, -1, -1):
            strength, start = strengths[state], np.uint64(state) * end
            rest = 1.0 - strength
            for i in range(end):
                some[start + i] = some[i] + strength * none[i]
                none[start + i] = rest * none[i]
        return size * filled
    for base in range(np.uint64(0), end, np.uint64(size * stride)):
        for state in range(size):
            strength, start = strengths[state], base + np.uint64(state) * apart
            if strength != 0.0:
                for i in range(start, start + apart):
                    some[i] += strength * none[i]
                    none[i] *= 1.0 - strength
    return filled


@inner
def fire_states_back(
    none: Numbers, some: Numbers, filled: int, before: int, stride: int, strengths: Numbers
) -> None:
    """Gradients of both slabs before a link from those after it."""
    size = strengths.size
    apart, end = np.uint64(stride), np.uint64(filled)
    if before < filled:
        number = np.uint64(before)
        strength = strengths[0]
        for i in range(number):
            none[i] = (1.0 - strength) * none[i] + strength * some[i]
        for state in range(1, size):
            strength, start = strengths[state], np.uint64(state) * number
            for i in range(number):
                none[i] += (1.0 - strength) * none[start + i] + strength * some[start + i]
                some[i] += some[start + i]
        return
    for base in range(np.uint64(0), end, np.uint64(size * stride)):
        for state in range(size):
            strength, start = strengths[state], base + np.uint64(state) * apart
            if strength != 0.0:
                for i in range(start, start + apart):
                    none[i] = (1.0 - strength) * none[i] + strength * some[i]
