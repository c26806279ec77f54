"""How much a sentence weighs: the patients that would have taught as much as it says."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from kneebayes.knowledge.parts import Interval

__all__ = ["EXACT", "bounds_of", "weight_of"]

EXACT = 100.0  # patients that a share counts for which was stated without an interval
NEAREST = 0.01  # an end at 0 (or 1) is read as this share of the way from there to the value
QUANTILE = NormalDist().inv_cdf(0.95)
POINTS = 400


def bounds_of(interval: Interval) -> tuple[float, float, float]:
    """Low, value and high as log-odds; ends at 0 and 1 are taken in, as draws take them.

    Raises
    ------
    ValueError
        If the value is 0 or 1.
    """
    value = interval.value
    low = max(interval.low, NEAREST * value)
    high = min(interval.high, 1.0 - NEAREST * (1.0 - value))
    low, value, high = (math.log(one) - math.log1p(-one) for one in (low, value, high))
    return low, value, high


def weight_of(interval: Interval) -> float:
    """Effective sample size of a stated probability: ``a + b`` of its Beta distribution.

    The Beta has the value as its mean, and about it the spread of the distribution that
    robustness draws from: two halves of normals on the scale of log-odds, with the ends of
    the interval as 5 and 95 % quantiles. ``a + b = m (1 - m) / v - 1``.

    Returns
    -------
    float
        Patients of whom it would have to be known to say as much; infinite where the
        interval has no width, or the value is 0 or 1.

    Examples
    --------
    >>> round(weight_of(Interval(low=0.4, value=0.5, high=0.6)))
    67
    """
    mean = interval.value
    if interval.low == interval.high or mean in (0.0, 1.0):
        return math.inf
    low, middle, high = bounds_of(interval)
    normal = NormalDist()
    draws = np.array([normal.inv_cdf((at + 0.5) / POINTS) for at in range(POINTS)])
    far = middle + draws / QUANTILE * np.where(draws > 0.0, high - middle, middle - low)
    values = 0.5 * (1.0 + np.tanh(0.5 * far))
    spread = float(np.mean((values - mean) ** 2))
    # a Beta cannot be wider than this and keep its mean
    return max(mean * (1.0 - mean) / spread - 1.0, 1.0)
