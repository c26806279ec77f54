"""Scores of predictions against the truth; plain arrays, cases x causes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Numbers

__all__ = [
    "area_under_curve",
    "brier_scores",
    "differential_overlap",
    "first_is_present",
    "log_scores",
    "recalled",
    "resampled_means",
]

Truth = NDArray[np.bool_]


def log_scores(predicted: Numbers, truth: Truth) -> Numbers:
    """Surprise at the truth in bits, one for each case: the mean over the causes.

    ``-log2`` of the probability that was given to what is the case (Good 1952). Proper:
    nobody expects a better score from saying what they do not think. Infinite where something
    was ruled out that is the case.

    Examples
    --------
    >>> log_scores(np.array([[0.5, 0.25]]), np.array([[True, True]]))
    array([1.5])
    """
    with np.errstate(divide="ignore"):
        losses = -np.log2(np.where(truth, predicted, 1.0 - predicted))
    return np.asarray(np.maximum(losses, 0.0).mean(axis=1))


def brier_scores(predicted: Numbers, truth: Truth) -> Numbers:
    """Squared distance from the truth, one for each case: the mean over the causes (Brier 1950).

    Examples
    --------
    >>> brier_scores(np.array([[0.5, 0.0]]), np.array([[True, False]]))
    array([0.125])
    """
    return np.asarray(((predicted - truth) ** 2).mean(axis=1))


def recalled(predicted: Numbers, truth: Truth, first: int) -> tuple[Numbers, Numbers]:
    """How many present causes are among the first ones ranked, and how many there are.

    Parameters
    ----------
    predicted, truth
        Cases x causes.
    first
        How many causes of the ranking are looked at; of equals the first column.

    Returns
    -------
    found, present
        By case. Recall is the sum of the one over the sum of the other.
    """
    order = np.argsort(-predicted, axis=1, kind="stable")[:, :first]
    present_first = np.take_along_axis(truth, order, axis=1).sum(axis=1)
    return present_first.astype(float), truth.sum(axis=1).astype(float)


def first_is_present(predicted: Numbers, truth: Truth) -> Numbers:
    """Whether the cause ranked first is present, by case."""
    return recalled(predicted, truth, 1)[0]


def differential_overlap(predicted: Numbers, truth: Truth, threshold: float) -> tuple[float, float]:
    """Recall and precision of the differential: the causes of at least some probability.

    After the recall and precision of differentials in DDXPlus (Fansi Tchango et al. 2022),
    with the causes that are present in the place of a reference differential: each is the mean
    over the cases in which it is defined.

    Returns
    -------
    recall
        Share of the present causes that are listed; cases without a cause are left out.
    precision
        Share of the listed causes that are present; cases with an empty list are left out.
    """
    listed = predicted >= threshold
    both = (listed & truth).sum(axis=1)

    def share(of: NDArray[np.int64]) -> float:
        """How much of what is counted is in both."""
        some = of > 0
        return float((both[some] / of[some]).mean()) if some.any() else float("nan")

    return share(truth.sum(axis=1)), share(listed.sum(axis=1))


def area_under_curve(scores: Numbers, truth: Truth) -> float:
    """P(a case with the cause scores above one without), ties halved: the area under the ROC.

    NaN where all cases or none have it.

    References
    ----------
    Mann, Whitney: On a test of whether one of two random variables is stochastically larger
    than the other, 1947; Hanley, McNeil: The meaning and use of the area under a ROC curve, 1982.

    Examples
    --------
    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, False, True, True]))
    0.875
    """
    present, absent = int(truth.sum()), int((~truth).sum())
    if present == 0 or absent == 0:
        return float("nan")
    _, back, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[back]
    return float((ranks[truth].sum() - present * (present + 1) / 2.0) / (present * absent))


def resampled_means(values: Numbers, resamples: int, seed: int) -> Numbers:
    """Means of columns over cases drawn again with replacement (the bootstrap, Efron 1979).

    Parameters
    ----------
    values
        Cases x columns. All columns see the same cases, so differences are paired.
    resamples, seed
        How many times, and where chance begins.

    Returns
    -------
    ndarray
        Resamples x columns.
    """
    rng = np.random.default_rng(seed)
    cases = len(values)
    means = np.empty((resamples, values.shape[1]))
    for index in range(resamples):
        counts = np.bincount(rng.integers(0, cases, cases), minlength=cases)
        means[index] = counts @ values / cases
    return means
