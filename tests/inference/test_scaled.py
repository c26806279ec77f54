"""Arrays of numbers of any size, against fractions that have no bounds and no rounding."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from kneebayes.inference.plain import NOTHING, Scaled, concatenate, join, pull


def exact(scaled: Scaled) -> np.ndarray:
    """Every entry as a fraction."""
    flat = zip(scaled.numbers.ravel().tolist(), scaled.powers.ravel().tolist(), strict=True)
    entries = [Fraction(number) * Fraction(2) ** (power if number else 0) for number, power in flat]
    made = np.empty(len(entries), dtype=object)
    made[:] = entries
    return made.reshape(scaled.shape)


def some(rng: np.random.Generator, *shape: int, far: int = 4000) -> Scaled:
    """Random numbers of random size, of either sign, a few of them zero."""
    numbers = rng.uniform(0.5, 1.0, shape) * rng.choice([-1.0, 1.0], shape)
    numbers[rng.random(shape) < 0.2] = 0.0
    powers = rng.integers(-far, far, shape)
    return Scaled(numbers, np.where(numbers == 0.0, NOTHING, powers))


def same(found: Scaled, right: np.ndarray) -> None:
    """Equal to the last digits, every entry by itself, and in the form that all have."""
    assert found.shape == right.shape
    assert found.ndim == right.ndim
    for one, other in zip(exact(found).ravel(), right.ravel(), strict=True):
        assert abs(one - other) <= abs(other) * Fraction(1, 10**14)
    zero = found.numbers == 0.0
    assert ((np.abs(found.numbers) >= 0.5) & (np.abs(found.numbers) < 1.0) | zero).all()
    assert (found.powers[zero] == NOTHING).all()


@pytest.mark.parametrize("seed", range(4))
def test_sums_and_products(seed: int) -> None:
    """Sums of numbers of one size; where one is far larger it is the sum."""
    rng = np.random.default_rng(seed)
    a, b = some(rng, 3, 4), some(rng, 3, 4)
    same(a * b, exact(a) * exact(b))
    near, other = some(rng, 3, 4, far=3), some(rng, 3, 4, far=3)
    positive = (
        Scaled(np.abs(near.numbers), near.powers),
        Scaled(np.abs(other.numbers), other.powers),
    )
    same(positive[0] + positive[1], exact(positive[0]) + exact(positive[1]))
    large = Scaled(np.abs(a.numbers), a.powers), Scaled(np.abs(b.numbers), b.powers)
    same(large[0] + large[1], exact(large[0]) + exact(large[1]))
    for axis in (0, 1, (0, 1)):
        same(large[0].sum(axis), np.asarray(exact(large[0]).sum(axis=axis), dtype=object))
    assert large[0].sum(()) is large[0]
    apart = exact(near - other)
    for one, right in zip(apart.ravel(), (exact(near) - exact(other)).ravel(), strict=True):
        assert abs(one - right) <= Fraction(1, 10**14) * 8
    lines = concatenate([a, b], 1)
    assert lines.shape == (3, 8)
    same(lines, np.concatenate([exact(a), exact(b)], axis=1))
    same(a.reshape((2, 6)), exact(a).reshape(2, 6))
    same(a.transpose((1, 0)), exact(a).T)
    same(a[1], exact(a)[1])
    same(a[(slice(None), 2)], exact(a)[:, 2])
    same(a[0].broadcast((5, 4)), np.broadcast_to(exact(a)[0], (5, 4)))


def test_numbers_keep_their_digits() -> None:
    rng = np.random.default_rng(7)
    numbers = np.array(
        [*(rng.standard_normal(50) * 10.0 ** rng.uniform(-300, 300, 50)), 0.0, 5e-324]
    )
    made = Scaled.of(numbers)
    same(made, np.array([Fraction(one) for one in numbers], dtype=object))
    assert made.over(Scaled.of(np.ones(52))).tolist() == numbers.tolist()


@pytest.mark.parametrize("power", [-5000, -1100, -1000, -999, 0, 3, 1000, 5000])
def test_logarithms_of_any_size(power: int) -> None:
    logs = Scaled(np.array([0.75, 0.0]), np.array([power, NOTHING])).log()
    assert logs[0] == pytest.approx(math.log(0.75) + power * math.log(2.0), rel=1e-15)
    assert logs[1] == -np.inf


@pytest.mark.parametrize(
    ("first", "second", "quotient"),
    [
        ((0.75, 10), (0.5, 8), 6.0),
        ((0.5, -3000), (0.75, -3001), 4 / 3),
        ((0.5, 0), (0.5, 3000), 0.0),
        ((0.5, 1), (0.5, 1075), 5e-324),
        ((0.0, NOTHING), (0.5, -3000), 0.0),
    ],
)
def test_quotients_end_where_doubles_do(
    first: tuple[float, int], second: tuple[float, int], quotient: float
) -> None:
    over = [Scaled(np.array([one]), np.array([power])) for one, power in (first, second)]
    assert over[0].over(over[1])[0] == pytest.approx(quotient, rel=1e-15)


def test_a_quotient_that_is_too_large_is_the_largest() -> None:
    large, small = (Scaled(np.array([0.5]), np.array([power])) for power in (9000, -9000))
    found = large.over(small)[0]
    assert found > 1e307
    assert np.isfinite(found)


def test_proportions_along_an_axis() -> None:
    numbers = np.array([[0.5, 0.75, 0.5], [0.5, 0.0, 0.5]])
    powers = np.array([[-3000, -3001, -3003], [2000, NOTHING, 3999]])
    told = Scaled(numbers, powers).relative(1)
    assert told[0].tolist() == [0.5, 0.375, 0.0625]
    assert told[1].tolist() == [0.0, 0.0, 0.5]


def joined(a: np.ndarray, b: np.ndarray, bits: tuple[int, ...]) -> np.ndarray:
    """Entry by entry: along a bit, the OR of what two tables say of it."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    made = np.zeros(shape, dtype=object)
    for where in product(*map(range, shape)):
        for turned in product((0, 1), repeat=2 * len(bits)):
            one, other = list(where), list(where)
            pairs = list(zip(bits, turned[::2], turned[1::2], strict=True))
            if any(max(left, right) != where[axis] for axis, left, right in pairs):
                continue
            for axis, left, right in pairs:
                one[axis], other[axis] = left, right
            at = tuple(0 if a.shape[axis] == 1 else here for axis, here in enumerate(one))
            beside = tuple(0 if b.shape[axis] == 1 else here for axis, here in enumerate(other))
            made[where] += a[at] * b[beside]
    return made


@pytest.mark.parametrize("bits", [(), (0,), (1,), (0, 2), (1, 2)])
def test_tables_are_joined_entry_by_entry(bits: tuple[int, ...]) -> None:
    """And the pull of a gradient is the derivative of the join, which is linear in each table."""
    rng = np.random.default_rng(len(bits))
    a, b = (Scaled.of(rng.uniform(0.1, 1.0, shape)) for shape in ((2, 2, 2), (2, 2, 2)))
    same(join(a, b, bits), joined(exact(a), exact(b), bits))
    gradient = Scaled.of(rng.uniform(0.1, 1.0, (2, 2, 2)))
    pulled = pull(gradient, b, bits)
    right = np.zeros((2, 2, 2), dtype=object)
    for where in product((0, 1), repeat=3):
        unit = np.zeros((2, 2, 2), dtype=object)
        unit[where] = Fraction(1)
        right[where] = (joined(unit, exact(b), bits) * exact(gradient)).sum()
    same(pulled, right)


def test_tables_without_an_axis_serve_all_of_it() -> None:
    rng = np.random.default_rng(9)
    a, b = Scaled.of(rng.random((2, 1, 3))), Scaled.of(rng.random((2, 4, 1)))
    same(join(a, b, (0,)), joined(exact(a), exact(b), (0,)))
