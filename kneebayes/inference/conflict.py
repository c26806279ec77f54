"""Which pieces of evidence cannot be true together."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence

__all__ = ["smallest_conflict"]

EXHAUSTIVE = 4  # sizes up to this are searched in full; 20 answers have 6,195 such subsets


def smallest_conflict(engine: Engine, evidence: Evidence) -> tuple[str, ...]:
    """A smallest set of observed nodes that together have probability zero.

    Parameters
    ----------
    engine
        The engine to ask.
    evidence
        Evidence of probability zero.

    Returns
    -------
    tuple of str
        Ids in the order in which they were told; empty if the evidence is possible. Sets
        of up to four are searched in full, so a larger answer has no conflict of four
        or fewer inside it and loses none of its members without becoming possible.
    """

    def impossible(ids: tuple[str, ...]) -> bool:
        return bool(engine.log_probability(evidence.only(ids))[0] == -np.inf)

    told = tuple(evidence)
    if not impossible(told):
        return ()
    core = told
    for id in told:
        fewer = tuple(one for one in core if one != id)
        if impossible(fewer):
            core = fewer
    for size in range(1, min(EXHAUSTIVE, len(core) - 1) + 1):
        for chosen in combinations(told, size):
            if impossible(chosen):
                return chosen
    return core
