"""Shapley values, against the average over all orders taken one by one."""

from itertools import permutations

import numpy as np
import pytest

from kneebayes.questions.explain.subsets import (
    change,
    orders_of,
    prefixes,
    shapley_of_all,
    shapley_of_orders,
)


def brute(values: np.ndarray) -> np.ndarray:
    """The average over all orders."""
    parts = len(values).bit_length() - 1
    shares = np.zeros(parts)
    orders = list(permutations(range(parts)))
    for order in orders:
        subset = 0
        for part in order:
            after, before = values[subset | 1 << part], values[subset]
            shares[part] += 0.0 if after == before else after - before
            subset |= 1 << part
    return shares / len(orders)


@pytest.mark.parametrize("parts", range(6))
def test_shapley_is_the_average_over_all_orders(parts: int) -> None:
    rng = np.random.default_rng(parts)
    for _ in range(20):
        values = rng.normal(size=1 << parts)
        shares = shapley_of_all(values)
        np.testing.assert_allclose(shares, brute(values), atol=1e-12)
        assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-12)


def test_what_decides_has_an_infinite_share_and_the_others_a_finite_one() -> None:
    rng = np.random.default_rng(0)
    for deciding in range(4):
        values = rng.normal(size=16)
        values[np.arange(16) >> deciding & 1 == 1] = -np.inf
        shares = shapley_of_all(values)
        np.testing.assert_allclose(shares, brute(values), atol=1e-12)
        assert np.isneginf(shares[deciding])
        assert np.isfinite(np.delete(shares, deciding)).all()


def test_a_part_that_changes_nothing_has_nothing_and_equal_parts_share_equally() -> None:
    rng = np.random.default_rng(1)
    by_size = rng.normal(size=4)
    sizes = np.array([(subset & 0b111).bit_count() for subset in range(16)])
    shares = shapley_of_all(by_size[sizes])
    assert shares[3] == 0.0
    np.testing.assert_allclose(shares[:3], (by_size[3] - by_size[0]) / 3, atol=1e-12)


def test_shares_of_drawn_orders_add_up_and_come_within_their_error() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=1 << 7)
    exact = shapley_of_all(values)
    within = []
    for seed in range(40):
        drawn = orders_of(7, 64, np.random.default_rng(seed))
        shares, errors = shapley_of_orders(drawn, lambda subset: float(values[subset]))
        assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-12)
        within.append(np.abs(shares - exact) < 2.0 * errors)
    assert 0.9 < np.mean(within) < 0.99


def test_all_orders_drawn_once_give_the_exact_shares() -> None:
    values = np.random.default_rng(3).normal(size=1 << 4)
    orders = [
        one
        for order in permutations(range(4))
        if order < order[::-1]
        for one in (order, order[::-1])
    ]
    shares, _ = shapley_of_orders(orders, lambda subset: float(values[subset]))
    np.testing.assert_allclose(shares, shapley_of_all(values), atol=1e-12)


def test_orders_come_in_pairs_and_again_from_the_same_seed() -> None:
    drawn = orders_of(5, 7, np.random.default_rng(4))
    assert len(drawn) == 8
    assert all(sorted(order) == list(range(5)) for order in drawn)
    assert all(drawn[at][::-1] == drawn[at + 1] for at in range(0, 8, 2))
    assert drawn == orders_of(5, 7, np.random.default_rng(4))


def test_a_prefix_adds_one_part_at_a_time_however_many_there_are() -> None:
    told = prefixes(range(100))
    assert told[0] == 0
    assert told[-1] == (1 << 100) - 1
    assert [one.bit_count() for one in told] == list(range(101))


def test_what_was_decided_before_does_not_change() -> None:
    after, before = np.array([np.inf, -np.inf, 1.0, np.inf]), np.array([np.inf, -np.inf, 1.0, 0.0])
    assert change(after, before).tolist() == [0.0, 0.0, 0.0, np.inf]
