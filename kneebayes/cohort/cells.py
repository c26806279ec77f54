"""Cells of a column: the different ones among them, each as an answer of one patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["distinct_cells"]


def distinct_cells(column: pd.Series) -> tuple[NDArray[np.int64], list[object]]:
    """The different values of a column, and which of them stands in each row.

    Returns
    -------
    codes, values
        ``values[codes[row]]`` is the cell of a row; a code of -1 is an empty cell. Values
        of different types stay apart although Python calls them equal (True, 1 and 1.0):
        what may be said of a patient depends on it.
    """
    import pandas as pd

    try:
        codes, uniques = pd.factorize(column)
    except TypeError:  # a cell that cannot be hashed, such as a mapping, stands for itself
        return np.arange(len(column)), column.tolist()
    codes = np.asarray(codes, dtype=np.int64)
    if column.dtype != object:
        return codes, [_plain(value) for value in uniques]
    cells = column.to_numpy(dtype=object)
    kinds, types = pd.factorize(np.fromiter(map(type, cells), dtype=object, count=len(cells)))
    if len(types) < 2:
        return codes, list(uniques)
    pairs = np.where(codes < 0, -1, codes * len(types) + kinds)
    seen, first, back = np.unique(pairs, return_index=True, return_inverse=True)
    empty = int(seen.size > 0 and seen[0] == -1)
    return back.astype(np.int64) - empty, [cells[at] for at in first[empty:]]


def _plain(value: object) -> object:
    """A number of NumPy as Python's own, so that messages show it as it was typed."""
    return value.item() if isinstance(value, np.bool_ | np.number) else value
