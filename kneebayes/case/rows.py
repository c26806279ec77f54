"""A row of a table as answers: a table has two ways of speaking that answers do not have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kneebayes.errors import EvidenceError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["by_name", "spoken"]

EMPTY = {"", "na", "nan", "<na>", "null"}


def by_name(answers: object) -> Mapping[str, Any]:
    """Answers by name; of a row of a DataFrame, every cell as an answer.

    Raises
    ------
    EvidenceError
        If they are neither a mapping nor a row.

    Examples
    --------
    >>> import pandas as pd
    >>> by_name(pd.Series({"fever": "no", "lump": None, "stiffness": "0.7"}, dtype=object))
    {'fever': 'no', 'lump': None, 'stiffness': 0.7}
    """
    if isinstance(answers, Mapping):
        return answers
    if type(answers).__name__ == "Series":  # of pandas, which is not imported for a mapping
        row = cast("pd.Series", answers)
        return {cast("str", name): spoken(cell) for name, cell in row.items()}
    kind = type(answers).__name__
    message = f"Answers must be a mapping such as {{'fever': False}}, or a row, got {kind}."
    raise EvidenceError(message)


def spoken(cell: object) -> object:
    """A cell as an answer.

    A table has two ways of speaking that a patient's answers do not have: an empty cell (NaN
    or no text) is unknown, and a number may be written as text.

    Examples
    --------
    >>> spoken("0.7"), spoken(""), spoken(float("nan")), spoken("yes"), spoken(True)
    (0.7, None, None, 'yes', True)
    """
    if isinstance(cell, str):
        text = cell.strip()
        if text.casefold() in EMPTY:
            return None
        try:
            return float(text)
        except ValueError:
            return cell
    return None if isinstance(cell, float | np.floating) and math.isnan(cell) else cell
