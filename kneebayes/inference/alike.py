"""Rows that are equal: found once, so that each kind of them is answered once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kneebayes.inference.flat import Integers

__all__ = ["distinct_rows", "keys_of"]


def keys_of(*parts: NDArray[np.generic]) -> NDArray[np.void]:
    """Rows, as arrays side by side (each rows x columns), as single entries to sort and compare."""
    columns = [np.ascontiguousarray(part) for part in parts]
    if len(columns) > 1:
        columns = [np.concatenate([part.view(np.uint8) for part in columns], axis=1)]
    (whole,) = columns
    # named by a text: NumPy asks of any other type whether it is one of ctypes, in code of
    # Python's own that loses a Ctrl-C
    return whole.view(f"V{whole.shape[1] * whole.itemsize}").ravel()


def distinct_rows(*parts: NDArray[np.generic]) -> tuple[Integers, Integers, Integers]:
    """The first row of each kind, which kind each row is of, and how many rows are of each.

    Examples
    --------
    >>> first, kind, counts = distinct_rows(np.array([[1, 2], [3, 4], [1, 2]]))
    >>> first.tolist(), kind.tolist(), counts.tolist()
    ([0, 1], [0, 1, 0], [2, 1])
    """
    _, first, kind, counts = np.unique(
        keys_of(*parts), return_index=True, return_inverse=True, return_counts=True
    )
    return first.astype(np.int64), kind.astype(np.int64), counts.astype(np.int64)
