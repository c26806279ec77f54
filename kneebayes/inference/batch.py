"""Many questions side by side: the same network under other evidence or other numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.errors import EvidenceError
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.flat import Flat, Observed, numbers_of
from kneebayes.network import Network, Numbers

__all__ = ["Batch", "cases_of", "subsets_of"]


@dataclass(frozen=True)
class Batch:
    """Questions as arrays, one row each; an array of a single row serves every question.

    Attributes
    ----------
    hard
        Index of the observed state of each node or -1: rows x nodes.
    soft
        Likelihood of each state of each node, nodes end to end: rows x states.
    numbers
        Numbers of the network (see :func:`numbers_of`): rows x numbers.
    """

    hard: Observed
    soft: Numbers
    numbers: Numbers

    def __len__(self) -> int:
        lengths = (len(self.hard), len(self.soft), len(self.numbers))
        return max(lengths) if len(self.hard) else 0


def cases_of(
    network: Network, flat: Flat, cases: Sequence[Evidence], numbers: Numbers | None = None
) -> Batch:
    """A batch of different evidence, under the network's own numbers if no others are given."""
    hard = np.full((len(cases), len(network)), -1, dtype=np.int16)
    soft: Numbers | None = None
    for row, evidence in enumerate(cases):
        for id, likelihood in evidence.likelihoods.items():
            at = network.index[network[id].id]
            state = evidence.hard_state(id)
            if len(likelihood) != flat.states[at]:
                message = (
                    f"'{id}' has {flat.states[at]} states, but the evidence gives "
                    f"{len(likelihood)} likelihoods for it. Was it made for another network?"
                )
                raise EvidenceError(message)
            if state is not None:
                hard[row, at] = state
                continue
            if soft is None:
                soft = np.ones((len(cases), flat.own_start[-1]))
            soft[row, flat.own_start[at] : flat.own_start[at + 1]] = likelihood
    if soft is None:
        soft = np.ones((1, flat.own_start[-1]))
    return Batch(hard, soft, numbers_of(network)[None] if numbers is None else numbers)


def subsets_of(
    network: Network,
    flat: Flat,
    evidence: Evidence,
    parts: Sequence[Sequence[str]],
    targets: Iterable[str] = (),
) -> Batch:
    """One question for every subset of ``parts``; what is in none of them always stays.

    Row ``r`` keeps part ``j`` where bit ``j`` of ``r`` is set, so row 0 keeps none and the
    last row all.

    A childless noisy-OR observed absent, if it is no target, is left out by taking its
    strengths to zero: then it says nothing, and questions that differ only in this are
    answered by one elimination.
    """
    asked = np.zeros(len(network), dtype=np.bool_)
    asked[flat.parents] = True
    asked[[network.index[network[id].id] for id in targets]] = True
    one = cases_of(network, flat, [evidence])
    rows = 1 << len(parts)
    kept = (np.arange(rows)[:, None] >> np.arange(len(parts))) & 1 == 1
    hard = np.repeat(one.hard, rows, axis=0)
    soft, numbers = one.soft, one.numbers
    for j, part in enumerate(parts):
        without = ~kept[:, j]
        for id in part:
            at = network.index[network[id].id]
            if one.hard[0, at] == 0 and flat.is_or[at] and not asked[at]:
                if len(numbers) == 1:
                    numbers = np.repeat(numbers, rows, axis=0)
                numbers[without, flat.number_start[at] : flat.number_start[at + 1]] = 0.0
            elif one.hard[0, at] >= 0:
                hard[without, at] = -1
            else:
                if len(soft) == 1:
                    soft = np.repeat(soft, rows, axis=0)
                soft[without, flat.own_start[at] : flat.own_start[at + 1]] = 1.0
    return Batch(hard, soft, numbers)
