"""What patients really had, and what was predicted: as people write it down, checked, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from kneebayes.case.answers import spoken
from kneebayes.case.likelihoods import says_no, says_unknown, says_yes
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.text import counted, shown
from kneebayes.view.report import frame_of

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

SEPARATOR = re.compile(r"[;|]")


@dataclass(frozen=True)
class Truth:
    """Which causes patients have: patients whose truth is known x causes.

    ``untold`` counts the others; ``assumed`` are ids of causes of which nothing was told, which are
    taken as absent.
    """

    table: pd.DataFrame
    untold: int
    assumed: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out or taken for granted, in sentences."""
        remarks = []
        if self.untold:
            count = f"{self.untold:,} patient{' is' if self.untold == 1 else 's are'}"
            remarks.append(f"{count} left out: the truth is not known there.")
        if self.assumed:
            named = ", ".join(self.assumed[:5]) + (", ..." if len(self.assumed) > 5 else "")
            remarks.append(
                f"The truth says nothing of {counted(len(self.assumed), 'cause')} ({named}), taken "
                "as absent in everybody."
            )
        return tuple(remarks)


def truth_told(truth: object, index: pd.Index, model: ModelLike) -> Truth:
    """What patients, who have these labels, really had: as causes of a model by id.

    The truth is a Series of diagnoses (names of causes, several parted by ``;`` or ``|`` or in a
    list; missing where not known), or a table of causes with True, False, yes, no, 1, 0 or nothing.
    """
    import pandas as pd

    assumed: tuple[str, ...] = ()
    if isinstance(truth, pd.Series):
        _check_index(truth.index, index)
        told = _from_diagnoses(truth, model)
    elif isinstance(truth, pd.DataFrame):
        _check_index(truth.index, index)
        told, assumed = _from_table(truth, model)
    else:
        message = (
            "truth: must be a Series of diagnoses or a DataFrame of causes, with the labels of the "
            f"patients as its index, or the name of a column. Got {type(truth).__name__}."
        )
        raise EvidenceError(message)
    known = told.index[told.notna().all(axis=1)]
    here = [label for label in index if label in set(known)]
    if not here:
        message = "The truth has no rows of these patients in which it is known: nothing to score."
        raise EvidenceError(message)
    return Truth(told.loc[here].astype(bool), len(index) - len(here), assumed)


def _check_index(mine: pd.Index, patients: pd.Index) -> None:
    if not mine.is_unique or not patients.is_unique:
        message = "The index names a patient twice. Give every patient a label of their own."
        raise EvidenceError(message)
    strangers = [label for label in mine if label not in patients]
    if strangers:
        first = ", ".join(shown(label) for label in strangers[:5])
        message = (
            f"The truth has {counted(len(strangers), 'row that is', many='rows that are')} of no "
            f"patient: {first}. Give it the "
            "index of the answers."
        )
        raise EvidenceError(message)


def _from_diagnoses(truth: pd.Series, model: ModelLike) -> pd.DataFrame:
    causes = list(model.data.knowledge.causes)
    table = frame_of(False, index=truth.index, columns=causes, dtype=object)
    wrong: dict[str, UnknownNameError] = {}
    for label, value in truth.items():
        if isinstance(value, str | None | float) and says_unknown(spoken(value)):
            table.loc[label] = None
            continue
        for name in _diagnoses(value):
            try:
                id = model.data.names.meaning(name, ("cause",), "model.causes").id
            except UnknownNameError as error:
                wrong[str(name)] = error
                continue
            table.loc[label, id] = True
    if wrong:
        first, *others = wrong.values()
        raise first.along_with(others) if others else first
    return table


def _diagnoses(value: object) -> Iterable[object]:
    """One diagnosis, or several."""
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if not isinstance(value, str):
        return [value]
    return [part.strip() for part in SEPARATOR.split(value) if part.strip()]


def _from_table(truth: pd.DataFrame, model: ModelLike) -> tuple[pd.DataFrame, tuple[str, ...]]:
    names, causes = model.data.names, list(model.data.knowledge.causes)
    ids = [names.meaning(str(name), ("cause",), "model.causes").id for name in truth.columns]
    twice = [id for id in dict.fromkeys(ids) if ids.count(id) > 1]
    if twice:
        message = f"'truth' has two columns for the same cause: {', '.join(twice[:5])}. Keep one."
        raise EvidenceError(message)
    told = {
        id: [_present(cell, truth, row, column) for row, cell in enumerate(truth.iloc[:, column])]
        for column, id in enumerate(ids)
    }
    table = frame_of(told, index=truth.index, dtype=object)
    assumed = tuple(id for id in causes if id not in told)
    for id in assumed:
        table[id] = False
    return table[causes], assumed


def _present(cell: object, truth: pd.DataFrame, row: int, column: int) -> bool | None:
    """Whether a cause is present; None where it is not known."""
    value = spoken(cell)
    if says_unknown(value):
        return None
    if says_yes(value) or says_no(value):
        return says_yes(value)
    if isinstance(value, int | float | np.number) and value in (0, 1):
        return bool(value)
    message = (
        f"The truth must be True or False (or yes, no, 1, 0, or nothing where it is not known). "
        f"Row {shown(truth.index[row])}, column '{truth.columns[column]}' holds {shown(cell)}."
    )
    raise EvidenceError(message)


def truth_of(truth: pd.DataFrame, model: ModelLike | None = None) -> pd.DataFrame:
    """The truth as booleans, columns called by id and in the model's order."""
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
    """Predictions with the rows and columns of the truth; a missing number stays missing."""
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
