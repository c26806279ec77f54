"""Sets of variables as rows of 64-bit words."""

from __future__ import annotations

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from kneebayes.inference.compiled.jit import inner

__all__ = ["add", "has", "members", "new_pairs", "remove"]


@intrinsic
def _ones(typing, word):  # noqa: ARG001 (numba asks for both)
    """Number of bits set in a word."""

    def generate(_context, builder, _signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def _lowest(typing, word):  # noqa: ARG001 (numba asks for both)
    """Position of the lowest bit set in a word that is not zero."""

    def generate(_context, builder, _signature, arguments):
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.uint64(types.uint64), generate


@inner
def new_pairs(around, near):
    """How many members of one set are not in another."""
    total = 0
    for place in range(around.size):
        total += np.int64(_ones(around[place] & ~near[place]))
    return total


@inner
def has(words, member):
    """Whether a variable is in a set."""
    return (words[member >> 6] >> np.uint64(member & 63)) & np.uint64(1) != np.uint64(0)


@inner
def add(words, member):
    """Put a variable into a set."""
    words[member >> 6] |= np.uint64(1) << np.uint64(member & 63)


@inner
def remove(words, member):
    """Take a variable out of a set."""
    words[member >> 6] &= ~(np.uint64(1) << np.uint64(member & 63))


@inner
def members(words, out):
    """Write the members of a set into ``out``, lowest first; returns how many."""
    found = 0
    for place in range(words.size):
        word = words[place]
        while word != np.uint64(0):
            out[found] = (place << 6) + np.int64(_lowest(word))
            found += 1
            word &= word - np.uint64(1)
    return found
