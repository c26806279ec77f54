"""Joining tables by OR along fired-yet bits, against the definition."""

from itertools import product

import numpy as np
import pytest

from kneebayes.inference import plain
from kneebayes.inference.plain import Scaled

Scope = tuple[int, ...]

SIZES = (2, 2, 2, 3, 2)  # the first three variables are bits, the others are states
BITS = (0, 1, 2)


def doubles(scaled: Scaled) -> np.ndarray:
    return np.ldexp(scaled.numbers, np.maximum(scaled.powers, -1100).astype(np.int32))


def join(a: np.ndarray, b: np.ndarray, bits: tuple[int, ...]) -> np.ndarray:
    return doubles(plain.join(Scaled.of(a), Scaled.of(b), bits))


def pull(gradient: np.ndarray, b: np.ndarray, bits: tuple[int, ...]) -> np.ndarray:
    return doubles(plain.pull(Scaled.of(gradient), Scaled.of(b), bits))


def shape_of(scope: Scope) -> tuple[int, ...]:
    return tuple(size if one in scope else 1 for one, size in enumerate(SIZES))


def shared_axes(a: Scope, b: Scope) -> tuple[int, ...]:
    return tuple(bit for bit in BITS if bit in a and bit in b)


def by_definition(a: np.ndarray, b: np.ndarray, bits: tuple[int, ...]) -> np.ndarray:
    """Sum a * b over every pair of entries whose bits OR to the entry of the result."""
    shape = np.broadcast_shapes(a.shape, b.shape)
    a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    out = np.zeros(shape)
    for at in np.ndindex(*shape):
        pairs = [[(0, 0)] if at[axis] == 0 else [(1, 0), (0, 1), (1, 1)] for axis in bits]
        for chosen in product(*pairs):
            left, right = list(at), list(at)
            for axis, (one, other) in zip(bits, chosen, strict=True):
                left[axis], right[axis] = one, other
            out[at] += a[tuple(left)] * b[tuple(right)]
    return out


def random_scopes(seed: int, count: int) -> list[tuple[Scope, np.ndarray]]:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        scope = tuple(one for one in range(len(SIZES)) if rng.random() < 0.6)
        made.append((scope, rng.random(shape_of(scope))))
    return made


@pytest.mark.parametrize("seed", range(20))
def test_join_is_or(seed: int) -> None:
    (in_a, a), (in_b, b) = random_scopes(seed, 2)
    bits = shared_axes(in_a, in_b)
    assert join(a, b, bits) == pytest.approx(by_definition(a, b, bits), rel=1e-13)


@pytest.mark.parametrize("seed", range(20))
def test_join_is_commutative(seed: int) -> None:
    (in_a, a), (in_b, b) = random_scopes(seed, 2)
    bits = shared_axes(in_a, in_b)
    assert join(a, b, bits) == pytest.approx(join(b, a, bits), rel=1e-14)


@pytest.mark.parametrize("seed", range(20))
def test_join_is_associative(seed: int) -> None:
    (in_a, a), (in_b, b), (in_c, c) = random_scopes(seed, 3)
    left = join(join(a, b, shared_axes(in_a, in_b)), c, shared_axes({*in_a, *in_b}, in_c))
    right = join(a, join(b, c, shared_axes(in_b, in_c)), shared_axes(in_a, {*in_b, *in_c}))
    assert left == pytest.approx(right, rel=1e-13)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_bits_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 2, 2, 3)), rng.random((2, 2, 2, 3))
    assert join(a, b, (0, 1, 2)) == pytest.approx(join(a, b, (2, 0, 1)), rel=1e-14)


def test_a_table_without_the_bit_is_one_that_never_fires() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random(2), rng.random(1)
    never = np.concatenate([b, 0.0 * b])
    assert join(a, b, ()).tolist() == join(a, never, (0,)).tolist()


@pytest.mark.parametrize("seed", range(20))
def test_pull_is_the_adjoint_of_join(seed: int) -> None:
    """Join is linear in its first table, so <g, join(a, b)> = <pull(g, b), a>."""
    (in_a, a), (in_b, b) = random_scopes(seed, 2)
    bits = shared_axes(in_a, in_b)
    made = join(a, b, bits)
    gradient = np.random.default_rng(seed + 1000).standard_normal(made.shape)
    assert (gradient * made).sum() == pytest.approx((pull(gradient, b, bits) * a).sum())


@pytest.mark.parametrize("seed", range(10))
def test_pull_is_the_derivative_entry_by_entry(seed: int) -> None:
    (in_a, a), (in_b, b) = random_scopes(seed, 2)
    bits = shared_axes(in_a, in_b)
    gradient = np.random.default_rng(seed + 2000).standard_normal(join(a, b, bits).shape)
    missing = tuple(axis for axis, size in enumerate(a.shape) if size == 1)
    pulled = pull(gradient, b, bits).sum(axis=missing, keepdims=True)
    for at in np.ndindex(*a.shape):
        unit = np.zeros_like(a)
        unit[at] = 1.0
        assert pulled[at] == pytest.approx((gradient * join(unit, b, bits)).sum())
