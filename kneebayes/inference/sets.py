"""Sets of nodes, exactly: the most probable of what is present, the smallest that conflict."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count, islice

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence

__all__ = ["CauseSet", "most_probable_sets", "probability_of_exactly", "smallest_conflict"]

ABSENT, PRESENT = (1.0, 0.0), (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class CauseSet:
    """One answer to what is present and what is not.

    Attributes
    ----------
    present
        The nodes that are present; all others asked about are absent.
    probability
        P(exactly these are present | evidence).
    """

    present: tuple[str, ...]
    probability: float


def most_probable_sets(
    engine: Engine, evidence: Evidence, nodes: Sequence[str]
) -> Iterator[CauseSet]:
    """All sets of present nodes, the most probable first; everything else is summed out.

    Best-first search over sets decided in part: P(what is decided | evidence) is never
    less than that of any set it can become, so the first complete one is the best there is.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.
    """
    given = engine.log_probability(evidence)
    if given == -np.inf:
        message = "The evidence has probability zero, so nothing follows from it."
        raise ImpossibleEvidenceError(message, list(evidence))
    ticket = count()
    waiting: list[tuple[float, int, dict[str, bool]]] = [(-given, next(ticket), {})]
    while waiting:
        bound, _, decided = heapq.heappop(waiting)
        if len(decided) == len(nodes):
            present = tuple(id for id in nodes if decided[id])
            yield CauseSet(present, min(1.0, float(np.exp(-bound - given))))
            continue
        told = engine.propagate(_together(evidence, decided), nodes)
        log = float(told.log_probability[0])
        left = [id for id in nodes if id not in decided]
        # the least certain first: its two halves differ most from the whole
        chosen = min(left, key=lambda id: abs(told.present(id) - 0.5))
        for state, share in enumerate(told.marginals[chosen][0]):
            if share > 0.0:
                further = {**decided, chosen: state == 1}
                bound = -(log + float(np.log(share)))
                heapq.heappush(waiting, (bound, next(ticket), further))


def probability_of_exactly(
    engine: Engine, evidence: Evidence, nodes: Sequence[str], present: Sequence[str]
) -> float:
    """P(exactly these of the nodes are present | evidence)."""
    return engine.posterior(_together(Evidence({}), {id: id in present for id in nodes}), evidence)


def _together(evidence: Evidence, decided: dict[str, bool]) -> Evidence:
    return evidence.plus(Evidence({id: PRESENT if yes else ABSENT for id, yes in decided.items()}))


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
