"""Tables of numbers of any size, and how those of an elimination are joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Numbers

Powers = NDArray[np.int64]
Index = int | tuple[int | slice | Powers | None, ...]
NOTHING = -(2**40)  # the power of zero: below every other
FAR = 1100  # what is so many powers of two below a double adds nothing to it


@dataclass(frozen=True, slots=True)
class Scaled:
    """An array of numbers ``numbers * 2 ** powers``.

    Examples
    --------
    >>> tiny = Scaled.of(np.array([1e-200]))
    >>> (tiny * tiny * tiny).log().round(4)
    array([-1381.5511])
    """

    numbers: Numbers  # between a half and one (of either sign), or zero
    powers: Powers  # the power of two of each

    @classmethod
    def of(cls, numbers: Numbers) -> Scaled:
        """Scaled numbers from doubles."""
        numbers = np.asarray(numbers, dtype=np.float64)
        return _normal(numbers, np.zeros(numbers.shape, dtype=np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self.numbers.shape

    @property
    def ndim(self) -> int:
        """How many axes."""
        return self.numbers.ndim

    def __mul__(self, other: Scaled) -> Scaled:
        return _normal(self.numbers * other.numbers, self.powers + other.powers)

    def __add__(self, other: Scaled) -> Scaled:
        top = np.maximum(self.powers, other.powers)
        return _normal(_down(self, top) + _down(other, top), top)

    def __sub__(self, other: Scaled) -> Scaled:
        return self + Scaled(-other.numbers, other.powers)

    def __getitem__(self, index: Index) -> Scaled:
        return Scaled(np.asarray(self.numbers[index]), np.asarray(self.powers[index]))

    def reshape(self, shape: tuple[int, ...]) -> Scaled:
        """The same entries in another shape."""
        return Scaled(self.numbers.reshape(shape), self.powers.reshape(shape))

    def transpose(self, axes: tuple[int, ...]) -> Scaled:
        """The axes in another order."""
        return Scaled(self.numbers.transpose(axes), self.powers.transpose(axes))

    def broadcast(self, shape: tuple[int, ...]) -> Scaled:
        """The same entries again and again."""
        return Scaled(np.broadcast_to(self.numbers, shape), np.broadcast_to(self.powers, shape))

    def sum(self, axis: int | tuple[int, ...]) -> Scaled:
        """Sums along axes, which are gone."""
        if axis == ():
            return self
        top = self.powers.max(axis=axis, keepdims=True)
        return _normal(_down(self, top).sum(axis=axis), top.squeeze(axis))

    def log(self) -> Numbers:
        """Natural logarithms; minus infinity for zero."""
        near = np.clip(self.powers, -1000, 1000).astype(np.int32)  # most are: no digit is lost
        with np.errstate(divide="ignore"):
            logs = np.log(np.ldexp(self.numbers, near))
        return np.asarray(logs + (self.powers - near) * np.log(2.0))

    def over(self, other: Scaled) -> Numbers:
        """Quotients as doubles; what is beyond their range ends at it, nothing is infinite."""
        quotient = _normal(self.numbers / other.numbers, self.powers - other.powers)
        powers = np.clip(quotient.powers, -FAR, 1024).astype(np.int32)
        return np.asarray(np.ldexp(quotient.numbers, powers))

    def relative(self, axis: int) -> Numbers:
        """Doubles in the same proportions along an axis."""
        return _down(self, self.powers.max(axis=axis, keepdims=True))


def concatenate(parts: list[Scaled], axis: int) -> Scaled:
    """Arrays end to end along an axis."""
    return Scaled(
        np.concatenate([part.numbers for part in parts], axis=axis),
        np.concatenate([part.powers for part in parts], axis=axis),
    )


def _normal(numbers: Numbers, powers: Powers) -> Scaled:
    halves, more = np.frexp(numbers)
    return Scaled(np.asarray(halves), np.where(halves == 0.0, NOTHING, powers + more))


def _down(scaled: Scaled, top: Powers) -> Numbers:
    """The numbers in the measure of a higher power."""
    apart = np.maximum(scaled.powers - top, -FAR).astype(np.int32)
    return np.asarray(np.ldexp(scaled.numbers, apart))


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
