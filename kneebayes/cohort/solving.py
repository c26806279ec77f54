"""Evidence of many patients becomes posteriors; equal patients are answered once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kneebayes.cohort.reading import Place, Reading
from kneebayes.errors import TooWideError
from kneebayes.inference.batch import Batch, run_batch
from kneebayes.inference.flat import numbers_of
from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.model import Model

__all__ = ["solve"]

Rows = NDArray[np.int64]
ROW_OF_A_BATCH = re.compile(r" \(row (\d+)\)")


def solve(
    model: Model, reading: Reading, place: Place, progress: Callable[[int], object]
) -> tuple[Numbers, Numbers]:
    """Posteriors of all causes for each patient.

    Parameters
    ----------
    model
        The model that is asked.
    reading
        What is known of each patient.
    place
        What to call a row, by its position.
    progress
        Called with how many more patients are answered, again and again.

    Returns
    -------
    log_probability
        Natural logarithm of P(evidence) by patient; ``-inf`` for zero.
    posteriors
        P(cause present | evidence): patients x causes; NaN where P(evidence) is zero.

    Raises
    ------
    TooWideError
        If a patient needs more memory than is allowed; says which.
    """
    patients = len(reading.hard)
    causes = list(model.knowledge.causes)
    if patients == 0:
        return np.empty(0), np.empty((0, len(causes)))
    first, back = _distinct(reading)
    logs, posteriors = np.empty(len(first)), np.empty((len(first), len(causes)))
    asked = Reading(reading.hard[first], _rows_of(reading.soft, first), reading.present)
    for rows, told in _each_group(model, asked, lambda row: place(int(first[row]))):
        logs[rows] = told[0]
        posteriors[rows] = told[1]
        progress(len(rows))
    posteriors[logs == -np.inf] = np.nan
    progress(patients - len(first))
    return logs[back], posteriors[back]


def _distinct(reading: Reading) -> tuple[Rows, Rows]:
    """Where each different patient stands first, and which of them each patient equals."""
    parts = [np.ascontiguousarray(reading.hard).view(np.uint8)]
    if reading.soft is not None:
        parts.append(np.ascontiguousarray(reading.soft).view(np.uint8))
    _, first, back = _unique_rows(np.hstack(parts))
    return first, back


def _unique_rows(rows: NDArray[np.uint8]) -> tuple[NDArray[np.void], Rows, Rows]:
    packed = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    values, first, back = np.unique(packed, return_index=True, return_inverse=True)
    return values, first.astype(np.int64), back.astype(np.int64)


def _rows_of(soft: Numbers | None, rows: Rows) -> Numbers | None:
    return None if soft is None else soft[rows]
