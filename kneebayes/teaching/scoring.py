"""How good stated probabilities are: pure numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping

__all__ = ["SUREST", "brier_score", "divergence", "log_score"]

SUREST = 1e-6  # a stated 0 or 1 counts as this far from it, since the logarithm of 0 has no end


def _kept(probability: float) -> float:
    return min(max(probability, SUREST), 1.0 - SUREST)


def log_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Surprise at the truth in bits, added up over the causes; the lower the better.

    ``-sum log2 P(what is true of the cause)`` (Good 1952). Stated probabilities closer to 0
    or 1 than a millionth count as a millionth away.

    Examples
    --------
    >>> log_score({"gout": 0.25, "cyst": 0.5}, {"gout": True, "cyst": False})
    3.0
    """
    kept = {id: _kept(probability) for id, probability in stated.items()}
    return -sum(math.log2(p if truth[id] else 1.0 - p) for id, p in kept.items())


def brier_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Squared distance to the truth, added up over the causes; the lower the better.

    Brier 1950, of each cause for itself: it explains the complaint, or it does not.

    Examples
    --------
    >>> brier_score({"gout": 0.5, "cyst": 0.0}, {"gout": True, "cyst": False})
    0.25
    """
    return sum((p - truth[id]) ** 2 for id, p in stated.items())


def divergence(exact: Mapping[str, float], stated: Mapping[str, float]) -> float:
    """Kullback-Leibler divergence of stated from exact probabilities, in bits.

    Added up over the causes, each to blame or not. It is how much worse than the exact
    posterior the stated one will do on average by the logarithmic score.

    Examples
    --------
    >>> divergence({"gout": 0.5}, {"gout": 0.5})
    0.0
    >>> round(divergence({"gout": 1.0}, {"gout": 0.25}), 6)
    2.0
    """
    total = 0.0
    for id, right in exact.items():
        probability = stated[id] if stated[id] == right else _kept(stated[id])
        for mine, theirs in ((right, probability), (1.0 - right, 1.0 - probability)):
            if mine > 0.0 and mine != theirs:
                total += mine * math.log2(mine / theirs)
    return max(0.0, total)
