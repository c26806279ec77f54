"""Pure numbers: odds, decibans, entropy, noisy-OR. Nothing here knows what a knee is."""

from __future__ import annotations

import math
from collections.abc import Iterable

NORMAL_95 = 1.959963984540054  # of the standard normal, 95 % lies this near to its middle


def logit(probability: float, edge: float = 0.0) -> float:
    """Natural logarithm of the odds; infinite at 0 and 1, or that of a probability at the edge."""
    probability = min(max(probability, edge), 1.0 - edge)
    if probability <= 0.0:
        return -math.inf
    if probability >= 1.0:
        return math.inf
    return math.log(probability) - math.log1p(-probability)


def inverse_logit(value: float) -> float:
    """Probability whose logit is ``value``, without overflow."""
    if value >= 0.0:
        return 1.0 / (1.0 + math.exp(-value))
    small = math.exp(value)
    return small / (1.0 + small)


def decibans(ratio: float) -> float:
    """Ten times the decimal logarithm of a ratio (a Bayes factor, or odds)."""
    if ratio == 0.0:
        return -math.inf
    return 10.0 * math.log10(ratio)


def entropy(probability: float) -> float:
    """Entropy of a yes/no question, in bits."""
    return -sum(p * math.log2(p) for p in (probability, 1.0 - probability) if p > 0.0)


def noisy_or(links: Iterable[float], leak: float) -> float:
    """P(a finding is present), given the links of the parents that are present, and its leak.

    Each present cause produces the finding independently with its own link; the leak
    stands for everything the model leaves out (Pearl 1988; leak: Henrion 1989):
    ``1 - (1 - leak) * prod(1 - link)``.
    """
    absent = 1.0 - leak
    for link in links:
        absent *= 1.0 - link
    return 1.0 - absent


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share (Wilson 1927)."""
    share, z2 = hits / count, NORMAL_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    spread = math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    half = spread * NORMAL_95 / (1 + z2 / count)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == count else min(1.0, middle + half)


def student_95(freedom: int) -> float:
    """Of Student's t distribution, 95 % lies this near to 0.

    Examples
    --------
    >>> [round(student_95(freedom), 3) for freedom in (1, 2, 9, 10_000)]
    [12.706, 4.303, 2.262, 1.96]
    """
    from scipy.special import stdtrit  # slow to import

    return float(stdtrit(freedom, 0.975))
