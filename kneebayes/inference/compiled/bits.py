"""Sets of variables as rows of 64-bit words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numba import types
from numba.core import cgutils
from numpy.typing import NDArray

from kneebayes.inference.compiled.jit import Generate, inner, instruction
from kneebayes.inference.flat import Integers

if TYPE_CHECKING:
    from llvmlite.ir import IRBuilder, Value

__all__ = ["Words", "add", "has", "members", "new_pairs", "put", "remove", "unite"]

Words = NDArray[np.uint64]


@instruction
def _ones(_typing: object, _word: object) -> tuple[object, Generate]:
    """Number of bits set in a word."""

    def generate(
        _context: object, builder: IRBuilder, _signature: object, arguments: Sequence[Value]
    ) -> Value:
        """Write the instruction."""
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@instruction
def _lowest(_typing: object, _word: object) -> tuple[object, Generate]:
    """Position of the lowest bit set in a word that is not zero."""

    def generate(
        _context: object, builder: IRBuilder, _signature: object, arguments: Sequence[Value]
    ) -> Value:
        """Write the instruction."""
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.int64(types.uint64), generate


@inner
def new_pairs(around: Words, near: Words) -> int:
    """How many members of one set are not in another."""
    total = 0
    for place in range(around.size):
        total += _ones(around[place] & ~near[place])
    return total


@inner
def has(words: Words, member: int) -> bool:
    """Whether a variable is in a set."""
    return bool((words[member >> 6] >> np.uint64(member & 63)) & np.uint64(1) != np.uint64(0))


@inner
def add(words: Words, member: int) -> None:
    """Put a variable into a set."""
    words[member >> 6] |= np.uint64(1) << np.uint64(member & 63)


@inner
def remove(words: Words, member: int) -> None:
    """Take a variable out of a set."""
    words[member >> 6] &= ~(np.uint64(1) << np.uint64(member & 63))


@inner
def put(words: Words, out: Words) -> None:
    """Write the words of one set into another."""
    for place in range(words.size):
        out[place] = words[place]


@inner
def unite(words: Words, out: Words) -> None:
    """Put all members of one set into another."""
    for place in range(words.size):
        out[place] |= words[place]


@inner
def members(words: Words, out: Integers) -> int:
    """Write the members of a set into ``out``, lowest first; returns how many."""
    found = 0
    for place in range(words.size):
        word = words[place]
        while word != np.uint64(0):
            out[found] = (place << 6) + _lowest(word)
            found += 1
            word &= word - np.uint64(1)
    return found
