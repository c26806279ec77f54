"""Quickscore (Heckerman 1989): inclusion and exclusion over the positive findings, in doubles."""

from __future__ import annotations

import numpy as np

from benchmarks.two_level import UNIT, TwoLevel


def quickscore(net: TwoLevel, states: dict[int, bool], present: int | None = None) -> float:
    """P(findings), or P(findings, cause present): 2^positives terms with alternating signs."""
    positive = [at for at, on in states.items() if on]
    negative = [at for at, on in states.items() if not on]
    terms = over_subsets([net.leaks[at] for at in positive], sign=-1.0)
    for at in negative:
        terms *= 1.0 - net.leaks[at] / UNIT
    for cause, prior in enumerate(net.priors):
        silent = over_subsets([net.links[at].get(cause, 0) for at in positive])
        for at in negative:
            silent *= 1.0 - net.links[at].get(cause, 0) / UNIT
        absent = 0.0 if cause == present else 1.0 - prior / UNIT
        terms *= absent + prior / UNIT * silent
    return float(terms.sum())


def over_subsets(parts: list[int], sign: float = 1.0) -> np.ndarray:
    """For every subset the product of sign * (1 - part) over its members."""
    products = np.ones(1)
    for part in parts:
        products = np.concatenate([products, sign * (1.0 - part / UNIT) * products])
    return products
