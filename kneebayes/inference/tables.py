"""How two tables over states and fired-yet bits are joined, in plain NumPy.

A *fired-yet bit* belongs to a noisy-OR family: a table that holds part of the family's
links says, along the bit's axis, how probable it is that none (0) or some (1) of those
links fired. Two parts of one family are joined by OR:

    none = a0 b0        some = a1 (b0 + b1) + a0 b1

Only additions of products of non-negative numbers: nothing cancels, so every result keeps
its relative precision however small it is. (Zhang & Poole 1996 call such tables
heterogeneous factors; inclusion-exclusion, as in Quickscore, subtracts instead.)

Every array has one axis per variable of its scope.
"""

from __future__ import annotations

from kneebayes.inference.scaled import Scaled, concatenate

__all__ = ["join", "pull"]


def _half(array: Scaled, axis: int, which: int) -> Scaled:
    chosen: list[slice] = [slice(None)] * array.ndim
    chosen[axis] = slice(which, which + 1)
    return array[tuple(chosen)]


def join(a: Scaled, b: Scaled, bits: tuple[int, ...]) -> Scaled:
    """Join two aligned tables: multiply, and OR along the axes of their shared bits.

    They have equal rank, with axes of length 1 where a scope lacks the variable.
    """
    if not bits:
        return a * b
    axis, rest = bits[0], bits[1:]
    a0, a1 = _half(a, axis, 0), _half(a, axis, 1)
    b0, b1 = _half(b, axis, 0), _half(b, axis, 1)
    none = join(a0, b0, rest)
    some = join(a1, b0 + b1, rest) + join(a0, b1, rest)
    return concatenate([none, some], axis)


def pull(gradient: Scaled, b: Scaled, bits: tuple[int, ...]) -> Scaled:
    """Derivative of a join with respect to its first table, given that of its result.

    It still has the axes that only ``b`` has: sum them.
    """
    if not bits:
        return gradient * b
    axis, rest = bits[0], bits[1:]
    g0, g1 = _half(gradient, axis, 0), _half(gradient, axis, 1)
    b0, b1 = _half(b, axis, 0), _half(b, axis, 1)
    none = pull(g0, b0, rest) + pull(g1, b1, rest)
    some = pull(g1, b0 + b1, rest)
    return concatenate([none, some], axis)
