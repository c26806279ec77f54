"""Which pieces of evidence cannot be true together."""

from __future__ import annotations

from itertools import chain, combinations, islice

import numpy as np

from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence

__all__ = ["smallest_conflict"]

TRIALS = 400  # subsets tried at most: all pairs of 27 answers, all triples of 13


def smallest_conflict(engine: Engine, evidence: Evidence) -> tuple[str, ...]:
    """A smallest set of observed nodes that together have probability zero, in the order told.

    It is empty if the evidence is possible. No member can be left out without the rest becoming
    possible. Smaller sets are searched up to a limit of trials, small ones first; where that ends
    the search, a still smaller conflict of other members may exist.
    """

    def impossible(ids: tuple[str, ...]) -> bool:
        """Whether these answers have probability zero together."""
        return bool(engine.log_probability(evidence.only(ids)) == -np.inf)

    told = tuple(evidence)
    if not impossible(told):
        return ()
    core = told
    for id in told:
        fewer = tuple(one for one in core if one != id)
        if impossible(fewer):
            core = fewer
    smaller = chain.from_iterable(combinations(told, size) for size in range(1, len(core)))
    for chosen in islice(smaller, TRIALS):
        if impossible(chosen):
            return chosen
    return core
