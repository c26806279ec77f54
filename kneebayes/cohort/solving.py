"""Evidence of many patients becomes posteriors; equal patients are answered once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kneebayes.cohort.reading import Reading
from kneebayes.errors import TooWideError
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch
from kneebayes.inference.cores import usable_cores
from kneebayes.inference.flat import numbers_of
from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["Progress", "solve"]

Progress = Callable[[int], object]
Rows = NDArray[np.int64]


def solve(model: ModelLike, reading: Reading, progress: Progress) -> tuple[Numbers, Numbers]:
    """Posteriors of all causes for each patient.

    Parameters
    ----------
    model
        The model that is asked.
    reading
        What is known of each patient.
    progress
        Called with how many more patients are answered, again and again.

    Returns
    -------
    log_probability
        Natural logarithm of P(evidence) by patient; ``-inf`` for zero.
    posteriors
        P(cause present | evidence): patients x causes; NaN where P(evidence) is zero.

    A patient who needs more memory than is allowed has NaN in both: the others go on.
    """
    causes = list(model.data.knowledge.causes)
    first, back = _distinct(reading)
    logs, posteriors = np.empty(len(first)), np.empty((len(first), len(causes)))
    numbers = numbers_of(model.data.network)[None]
    plain = np.ones((1, int(model.data.engine.flat.own_start[-1])))

    def answer(group: Rows, progress: Progress | None = None) -> None:
        """Answer some of the distinct rows."""
        rows = first[group]
        soft = plain if reading.soft is None else reading.soft[rows]
        batch = Batch(reading.hard[rows], plain if (soft == 1.0).all() else soft, numbers)
        try:
            answers = run_batch(model.data.network, model.data.engine.flat, batch, causes, progress)
        except TooWideError:
            if len(group) == 1:
                logs[group], posteriors[group] = np.nan, np.nan
            else:  # one of them is too wide: each for itself
                too_wide_together.append(group)
            return
        logs[group] = answers.log_probability
        for at, id in enumerate(causes):
            posteriors[group, at] = answers.marginals[id][:, -1]

    groups = _alike(model, reading, first)
    too_wide_together: list[Rows] = []
    for group in groups:
        if len(group) > 1:
            answer(group, progress)
    apart = [row for group in too_wide_together for row in np.split(group, len(group))]
    single = [*(group for group in groups if len(group) == 1), *apart]
    with ThreadPoolExecutor(usable_cores()) as pool:  # the kernel holds no lock
        for _ in pool.map(answer, single):
            progress(1)
    posteriors[logs == -np.inf] = np.nan
    progress(len(reading.hard) - len(first))
    return logs[back], posteriors[back]


def _distinct(reading: Reading) -> tuple[Rows, Rows]:
    """Where each different patient stands first, and which of them each patient equals."""
    parts = [np.ascontiguousarray(reading.hard).view(np.uint8)]
    if reading.soft is not None:
        parts.append(np.ascontiguousarray(reading.soft).view(np.uint8))
    return _unique_rows(np.hstack(parts))


def _alike(model: ModelLike, reading: Reading, rows: Rows) -> list[Rows]:
    """Patients with likelihoods for the same nodes; positions within ``rows``.

    A node that is only likely in one row of a batch is kept open in all of them, and many
    open nodes make every question wide: so patients with other likely nodes go apart.
    """
    if reading.soft is None:
        return [np.arange(len(rows))]
    starts = model.data.engine.flat.own_start[:-1]
    likely = np.logical_or.reduceat(reading.soft[rows] != 1.0, starts, axis=1)
    first, back = _unique_rows(likely.view(np.uint8))
    order = np.argsort(back, kind="stable")
    return np.split(order, np.searchsorted(back[order], np.arange(1, len(first))))


def _unique_rows(rows: NDArray[np.uint8]) -> tuple[Rows, Rows]:
    packed = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, back = np.unique(packed, return_index=True, return_inverse=True)
    return first.astype(np.int64), back.astype(np.int64)
