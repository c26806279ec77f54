"""Tables of predictions and of the truth, checked and put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kneebayes.errors import EvidenceError

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["predictions_of", "records_of", "truth_of"]


def truth_of(truth: pd.DataFrame, model: ModelLike | None = None) -> pd.DataFrame:
    """The truth as booleans, columns called by id and in the model's order.

    Raises
    ------
    EvidenceError
        If it is no such table: another type, an empty cell, anything but True and False,
        an index with repeats, or a cause of the model that is missing.
    UnknownNameError
        If a column is no cause of the model.
    """
    named = _named("truth", truth, model)
    values = named.to_numpy(dtype=object)
    fits = np.vectorize(lambda value: value in (True, False), otypes=[bool])(values)
    if values.size and not fits.all():
        row, column = np.argwhere(~fits)[0]
        message = (
            f"The truth must be True or False in every cell. Row {named.index[row]!r}, column "
            f"'{named.columns[column]}' holds {values[row, column]!r}."
        )
        raise EvidenceError(message)
    if len(named) == 0:
        message = "The truth has no rows, so there is nothing to score."
        raise EvidenceError(message)
    if not named.index.is_unique:
        message = "The index of the truth names a case twice. Give every case its own label."
        raise EvidenceError(message)
    return named.astype(bool)


def predictions_of(
    name: str, probabilities: pd.DataFrame, truth: pd.DataFrame, model: ModelLike | None = None
) -> pd.DataFrame:
    """Predictions with the rows and columns of the truth; a missing number stays missing.

    Raises
    ------
    EvidenceError
        If rows or columns are not those of the truth, or a number is no probability.
    UnknownNameError
        If a column is no cause of the model.
    """
    named = _named(name, probabilities, model)
    for what, mine, theirs in (
        ("columns", set(named.columns), set(truth.columns)),
        ("cases", set(named.index), set(truth.index)),
    ):
        if mine != theirs or not named.index.is_unique:
            odd = sorted(map(str, mine ^ theirs))[:5]
            message = (
                f"'{name}' and the truth must have the same {what}, each once. Only one of them "
                f"has: {', '.join(odd) or 'none, but a label repeats'}."
            )
            raise EvidenceError(message)
    try:
        ordered = named.loc[truth.index, list(truth.columns)].astype(float)
    except (TypeError, ValueError) as error:
        message = f"'{name}' must hold numbers between 0 and 1: {error}."
        raise EvidenceError(message) from error
    values = ordered.to_numpy()
    wrong = (values < 0.0) | (values > 1.0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        message = (
            f"'{name}' must hold numbers between 0 and 1. Row {ordered.index[row]!r}, column "
            f"'{ordered.columns[column]}' holds {float(values[row, column])!r}."
        )
        raise EvidenceError(message)
    return ordered


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by name of the column."""
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def _named(name: str, table: object, model: ModelLike | None) -> pd.DataFrame:
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        kind = type(table).__name__
        message = f"'{name}' must be a pandas DataFrame, cases x causes, got {kind}."
        raise EvidenceError(message)
    if model is None:
        if not table.columns.is_unique:
            message = f"'{name}' has a column twice. Give every cause one column."
            raise EvidenceError(message)
        return table
    ids = [
        model.data.names.meaning(str(column), ("cause",), "model.causes").id
        for column in table.columns
    ]
    lost = [id for id in model.data.knowledge.causes if id not in ids]
    twice = [id for id in model.data.knowledge.causes if ids.count(id) > 1]
    if lost or twice:
        message = (
            f"'{name}' needs one column for each cause of the model. "
            f"{'Missing' if lost else 'Twice'}: {', '.join((lost or twice)[:5])}."
        )
        raise EvidenceError(message)
    return table.set_axis(ids, axis=1)[list(model.data.knowledge.causes)]
