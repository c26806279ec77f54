"""How good stated probabilities are: pure numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from kneebayes.arguments import checked, share
from kneebayes.errors import ArgumentError
from kneebayes.text import shown

__all__ = ["SUREST", "brier_score", "divergence", "log_score"]

SUREST = 1e-6  # a stated 0 or 1 counts as this far from it, since the logarithm of 0 has no end


def _pairs(
    probabilities: Mapping[str, float], others: Mapping[str, float]
) -> Iterator[tuple[float, float]]:
    """By cause a probability and what stands for it in the other mapping: True and False are 1, 0.

    Raises
    ------
    KneebayesError
        If one has no such cause, or a number is no probability.
    """
    for id, probability in probabilities.items():
        if id not in others:
            message = f"{shown(id)} has a probability in one mapping, and nothing in the other."
            raise ArgumentError(message)
        other = float(others[id]) if isinstance(others[id], bool | np.bool_) else others[id]
        yield share(str(id), probability), share(str(id), other)


def _kept(probability: float) -> float:
    return min(max(probability, SUREST), 1.0 - SUREST)


@checked
def log_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Surprise at the truth in bits, added up over the causes; the lower the better.

    ``-sum log2 P(what is true of the cause)`` (Good 1952). Stated probabilities closer to 0
    or 1 than a millionth count as a millionth away.

    Examples
    --------
    >>> log_score({"gout": 0.25, "cyst": 0.5}, {"gout": True, "cyst": False})
    3.0
    """
    return -sum(
        math.log2(_kept(p) if true else 1.0 - _kept(p)) for p, true in _pairs(stated, truth)
    )


@checked
def brier_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Squared distance to the truth, added up over the causes; the lower the better.

    Brier 1950, of each cause for itself: it explains the complaint, or it does not.

    Examples
    --------
    >>> brier_score({"gout": 0.5, "cyst": 0.0}, {"gout": True, "cyst": False})
    0.25
    """
    return sum((p - true) ** 2 for p, true in _pairs(stated, truth))


@checked
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
    for right, given in _pairs(exact, stated):
        probability = given if given == right else _kept(given)
        for mine, theirs in ((right, probability), (1.0 - right, 1.0 - probability)):
            if mine > 0.0 and mine != theirs:
                total += mine * math.log2(mine / theirs)
    return max(0.0, total)
