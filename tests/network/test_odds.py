"""Pure numbers."""

import math
from itertools import product

import pytest

from kneebayes.odds import (
    decibans,
    entropy,
    inverse_logit,
    logit,
    noisy_or,
    student_95,
)

PROBABILITIES = [1e-300, 1e-12, 0.01, 0.3, 0.5, 0.99, 1 - 1e-12]


@pytest.mark.parametrize("probability", PROBABILITIES)
def test_logit_and_back(probability: float) -> None:
    assert inverse_logit(logit(probability)) == pytest.approx(probability, rel=1e-12)


@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5])
def test_logit_is_odd_about_one_half(probability: float) -> None:
    assert logit(1 - probability) == pytest.approx(-logit(probability))


@pytest.mark.parametrize(("probability", "value"), [(0.0, -math.inf), (1.0, math.inf)])
def test_logit_at_the_ends(probability: float, value: float) -> None:
    assert logit(probability) == value
    assert inverse_logit(value) == probability


@pytest.mark.parametrize(("value", "probability"), [(-1000.0, 0.0), (1000.0, 1.0)])
def test_inverse_logit_does_not_overflow(value: float, probability: float) -> None:
    assert inverse_logit(value) == probability


@pytest.mark.parametrize(
    ("ratio", "value"), [(0.0, -math.inf), (0.1, -10.0), (1.0, 0.0), (2.0, 3.0103), (100.0, 20.0)]
)
def test_decibans(ratio: float, value: float) -> None:
    assert decibans(ratio) == pytest.approx(value, abs=1e-6)


def test_decibans_add_where_ratios_multiply() -> None:
    assert decibans(3.0 * 7.0) == pytest.approx(decibans(3.0) + decibans(7.0))


@pytest.mark.parametrize(
    ("probability", "bits"), [(0.0, 0.0), (1.0, 0.0), (0.5, 1.0), (0.25, 0.811278)]
)
def test_entropy(probability: float, bits: float) -> None:
    assert entropy(probability) == pytest.approx(bits, abs=1e-6)
    assert entropy(1.0 - probability) == pytest.approx(bits, abs=1e-6)


@pytest.mark.parametrize("links", [[], [0.3], [0.8, 0.5], [0.0, 1.0, 0.2], [0.1, 0.2, 0.3, 0.4]])
@pytest.mark.parametrize("leak", [0.0, 0.05, 1.0])
def test_noisy_or_counts_the_worlds_in_which_something_fires(
    links: list[float], leak: float
) -> None:
    sources = [leak, *links]
    total = 0.0
    for fired in product((0, 1), repeat=len(sources)):
        if any(fired):
            pairs = zip(fired, sources, strict=True)
            total += math.prod(one if fires else 1.0 - one for fires, one in pairs)
    assert noisy_or(links, leak) == pytest.approx(total, abs=1e-15)


@pytest.mark.parametrize("freedom", [*range(1, 31), 59, 120, 999, 1000, 1001, 5000, 10**9])
def test_the_quantile_of_students_t_is_that_of_scipy(freedom: int) -> None:
    quantile = pytest.importorskip("scipy.stats").t.ppf(0.975, freedom)
    assert student_95(freedom) == pytest.approx(quantile, rel=1e-5)
