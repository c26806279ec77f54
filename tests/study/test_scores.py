"""Scores against their definitions, against scikit-learn, and by what must hold of them."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from kneebayes.odds import wilson_interval
from kneebayes.study import calibration_of
from kneebayes.study.scores import (
    area_under_curve,
    brier_scores,
    differential_overlap,
    log_scores,
    recalled,
    resampled_means,
)


def some(seed: int, cases: int = 60, causes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    predicted = rng.random((cases, causes)).round(2).clip(0.01, 0.99)
    return predicted, rng.random((cases, causes)) < predicted


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_scikit_learn(seed: int) -> None:
    predicted, truth = some(seed)
    flat, hits = predicted.ravel(), truth.ravel()
    assert log_scores(predicted, truth).mean() * np.log(2) == pytest.approx(log_loss(hits, flat))
    assert brier_scores(predicted, truth).mean() == pytest.approx(brier_score_loss(hits, flat))
    assert area_under_curve(flat, hits) == pytest.approx(roc_auc_score(hits, flat))


def test_what_was_ruled_out_and_is_the_case_costs_everything() -> None:
    told = log_scores(np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([[True, True], [False, True]]))
    assert told.tolist() == [np.inf, 0.0]


def test_the_truth_beats_any_other_prediction_on_average() -> None:
    """Both scores are proper: expected under p they are best at p."""
    grid = np.linspace(0.01, 0.99, 99)
    for score in (log_scores, brier_scores):
        for p in (0.03, 0.4, 0.9):
            yes = score(grid[:, None], np.ones((99, 1), dtype=bool))
            no = score(grid[:, None], np.zeros((99, 1), dtype=bool))
            assert grid[np.argmin(p * yes + (1 - p) * no)] == pytest.approx(p, abs=0.011)


def test_recall_by_hand() -> None:
    predicted = np.array([[0.9, 0.5, 0.1], [0.2, 0.2, 0.3]])
    truth = np.array([[False, True, True], [True, False, False]])
    assert recalled(predicted, truth, 1).tolist() == [0.0, 0.0]
    assert recalled(predicted, truth, 2).tolist() == [1.0, 1.0]
    assert recalled(predicted, truth, 9).tolist() == [2.0, 1.0]


def test_overlap_of_differentials_by_hand() -> None:
    predicted = np.array([[0.9, 0.5, 0.1], [0.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    truth = np.array([[True, False, True], [False, True, False], [False, False, False]])
    recall, precision = differential_overlap(predicted, truth, 0.5)
    assert recall == pytest.approx((1 / 2 + 0) / 2)
    assert precision == pytest.approx((1 / 2 + 0) / 2)
    assert np.isnan(differential_overlap(predicted, truth, 0.95)[1])


@pytest.mark.parametrize("truth", [[True, True], [False, False]])
def test_no_area_without_both_kinds_of_case(truth: list[bool]) -> None:
    assert np.isnan(area_under_curve(np.array([0.1, 0.2]), np.array(truth)))


def test_drawing_again_is_paired_and_centred() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(400, 1))
    drawn = resampled_means(np.hstack([values, values + 1.0]), 400, seed=1)
    assert drawn[:, 1] - drawn[:, 0] == pytest.approx(np.ones(400))
    assert drawn[:, 0].mean() == pytest.approx(values.mean(), abs=0.01)
    assert drawn[:, 0].std() == pytest.approx(values.std() / 20, rel=0.15)


def test_what_is_infinite_counts_where_it_is_drawn() -> None:
    values = np.array([[0.5, np.inf], [1.5, 1.0], [2.5, 3.0]])
    drawn = resampled_means(values, 300, seed=2)
    whole = resampled_means(np.array([[0.5, 1e9], [1.5, 1.0], [2.5, 3.0]]), 300, seed=2)
    assert drawn[:, 0] == pytest.approx(whole[:, 0])
    has_it = whole[:, 1] > 1e6
    assert has_it.mean() == pytest.approx(1 - (2 / 3) ** 3, abs=0.1)
    assert np.isinf(drawn[:, 1]).tolist() == has_it.tolist()
    assert drawn[~has_it, 1] == pytest.approx(whole[~has_it, 1])


@pytest.mark.parametrize("seed", range(3))
def test_bins_hold_every_prediction_once(seed: int) -> None:
    predicted, truth = some(seed, 300)
    told = calibration_of(predicted, truth, bins=12)
    assert sum(one.count for one in told.bins) == predicted.size
    assert all(one.high < other.low for one, other in zip(told.bins, told.bins[1:], strict=False))
    flat, hits = predicted.ravel(), truth.ravel()
    error = 0.0
    for one in told.bins:
        mine = (flat >= one.low) & (flat <= one.high)
        assert one.observed == pytest.approx(hits[mine].mean())
        assert one.predicted == pytest.approx(flat[mine].mean())
        assert one.observed_low <= one.observed <= one.observed_high
        error += mine.sum() * abs(one.observed - one.predicted)
    assert told.error == pytest.approx(error / flat.size)


def test_predictions_that_are_right_are_within_chance_as_often_as_promised() -> None:
    rng = np.random.default_rng(8)
    within = 0
    for seed in range(100):
        predicted = rng.beta(0.3, 3.0, 800)
        truth = rng.random(800) < predicted
        within += calibration_of(predicted, truth, bins=8, draws=100, seed=seed).within
    assert 88 <= within <= 100


def test_predictions_that_are_too_bold_are_found_out() -> None:
    rng = np.random.default_rng(8)
    predicted = rng.random(3000)
    truth = rng.random(3000) < 0.25 + 0.5 * predicted
    assert not calibration_of(predicted, truth).within


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_equal_predictions_share_one_bin(value: float) -> None:
    told = calibration_of(np.full(50, value), np.arange(50) < 50 * value)
    assert len(told.bins) == 1
    assert told.error == pytest.approx(0.0)


CALM = np.linspace(0.2, 0.4, 900)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (np.full(900, 0.02), 1.0),  # one prediction fills all bins but the last
        (np.full(900, 0.02), 1.0 - 1e-9),
        (np.full(900, 0.02), 0.5),
        (CALM, 1.0),
        (np.zeros(900), 1.0),  # nothing but what is said for certain
        (np.zeros(900), 0.3),
    ],
)
def test_what_is_too_bold_does_not_make_up_for_what_is_too_shy(
    lower: np.ndarray, upper: float
) -> None:
    """More come true of the lower predictions than was said, none of the upper ones."""
    predicted = np.append(lower, np.full(100, upper))
    truth = np.append(np.arange(900) % 2 == 0, np.zeros(100, dtype=bool))
    told = calibration_of(predicted, truth)
    shy, bold = (0.5 - lower.mean()) * 900, upper * 100
    assert told.error == pytest.approx((shy + bold) / 1000)
    assert (told.bins[-1].low, told.bins[-1].count) == (upper, 100)
    assert (told.bins[0].low, told.bins[-2].high) == (lower.min(), lower.max())


def test_every_certain_prediction_that_is_wrong_counts() -> None:
    truth = np.array([True, False] * 500)
    assert calibration_of(1.0 * ~truth, truth).error == 1.0
    assert calibration_of(1.0 * truth, truth).error == 0.0


@pytest.mark.parametrize(("hits", "count"), [(0, 5), (5, 5), (1, 1000), (500, 1000)])
def test_wilson_solves_its_equation(hits: int, count: int) -> None:
    """Its ends are the shares from which what was seen is 1.96 standard errors away."""
    share = hits / count
    for end in wilson_interval(hits, count):
        assert 0.0 <= end <= 1.0
        if 0.0 < end < 1.0:
            assert abs(share - end) / np.sqrt(end * (1 - end) / count) == pytest.approx(1.959964)
