"""Links of evoking strengths, for many readings of the words at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.quantities import Quantity
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Numbers

__all__ = ["evoke_rows"]

LEAST = 1e-300


def evoke_rows(
    engine: Engine,
    seen: Evidence,
    wanted: Mapping[Quantity, tuple[NDArray[np.bool_], Numbers]],
    numbers: Numbers,
) -> None:
    """Solve links so that each cause has a stated probability, given its finding.

    With the finding absent and its link 0, one question gives P(cause, nothing else produces
    the finding, complaint) and the same without the cause; what is wanted is linear in the
    link. What is known without the finding is asked once for all links.

    Parameters
    ----------
    engine
        Of the network.
    seen
        That the complaint is there.
    wanted
        For each evoking strength in which rows it is to be solved, and for what probability.
    numbers
        Numbers of the network, rows x numbers; the links are changed in place.
    """
    if not wanted:
        return
    rows = np.flatnonzero(np.any([mine for mine, _ in wanted.values()], axis=0))
    without = engine.propagate_each([seen], [one.parent for one in wanted], numbers[rows])
    for one, (mine, targets) in wanted.items():
        among = mine[rows]
        unlinked = numbers[mine]
        unlinked[:, one.place] = 0.0
        absent = seen.plus(Evidence.of(engine.network, {one.node: "absent"}))
        told = engine.propagate_each([absent], [one.parent], unlinked)
        none = np.exp(told.log_probability)[:, None] * told.marginals[one.parent]
        whole = np.exp(without.log_probability[among])
        unfired = whole * without.marginals[one.parent][among, 1] - targets * (whole - none[:, 0])
        unfired /= np.maximum(none[:, 1] * (1.0 - targets), LEAST)
        numbers[mine, one.place] = np.clip(1.0 - unfired, *one.bounds)
