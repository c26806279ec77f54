"""Nodes together, exactly: their most probable states, the smallest set of them that conflicts."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, count, islice

import numpy as np

from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence


def probable_states(
    engine: Engine, evidence: Evidence, nodes: Sequence[str]
) -> Iterator[tuple[dict[str, str], float]]:
    """All states of some nodes together, the most probable first; everything else is summed out.

    Best-first search over states decided in part: P(what is decided | evidence) is never
    less than that of any whole it can become, so the first complete one is the best there is.
    """
    log_known = engine.log_of_possible(evidence)
    ticket = count()
    waiting: list[tuple[float, int, dict[str, str]]] = [(-log_known, next(ticket), {})]
    while waiting:
        bound, _, decided = heapq.heappop(waiting)
        undecided = [id for id in nodes if id not in decided]
        if not undecided:
            yield decided, min(1.0, math.exp(-bound - log_known))
            continue
        propagated = engine.propagate(
            evidence.plus(Evidence.of(engine.network, decided)), undecided
        )
        log = float(propagated.log_probability[0])
        # the least certain first: its parts differ most from the whole
        chosen = min(undecided, key=lambda id: float(propagated.marginals[id][0].max()))
        shares = propagated.marginals[chosen][0]
        for state, share in zip(engine.network[chosen].states, shares, strict=True):
            if share > 0.0:
                part = {**decided, chosen: state}
                heapq.heappush(waiting, (-(log + math.log(share)), next(ticket), part))


TRIALS = 400  # subsets tried at most: all pairs of 27 answers, all triples of 13


def smallest_conflict(engine: Engine, evidence: Evidence) -> tuple[str, ...]:
    """A smallest set of observed nodes that together have probability zero, in the order told.

    It is empty if the evidence is possible. No member can be left out without the rest becoming
    possible. Smaller sets are searched up to a limit of trials, small ones first; where that ends
    the search, a still smaller conflict of other members may exist.
    """

    def impossible(ids: tuple[str, ...]) -> bool:
        return bool(engine.log_probability(evidence.only(ids)) == -np.inf)

    known = tuple(evidence)
    if not impossible(known):
        return ()
    core = known
    for id in known:
        fewer = tuple(other for other in core if other != id)
        if impossible(fewer):
            core = fewer
    smaller = chain.from_iterable(combinations(known, size) for size in range(1, len(core)))
    for chosen in islice(smaller, TRIALS):
        if impossible(chosen):
            return chosen
    return core
