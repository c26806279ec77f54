"""What the columns of somebody else's table mean, where they are not called as in the model."""

from __future__ import annotations

import csv
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import check_fields, checked
from kneebayes.case.answers import spoken
from kneebayes.errors import KneebayesError
from kneebayes.text import counted, did_you_mean, shown
from kneebayes.view.report import frame_of
from kneebayes.writing import guard_text, plain_text, write_safely

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 10_000_000  # bytes

HEADER = ("column", "means", "value", "answer")
IGNORED = "skip"

Said = tuple[str, str]


@dataclass(frozen=True)
class ColumnMap:
    """What columns mean: by column the name in the model, or None for one that is not read.

    And what values in them mean: by column and value the answer that it stands for.
    """

    names: Mapping[str, str | None] = field(default_factory=dict)
    answers: Mapping[Said, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self)

    def name(self, label: Hashable) -> Hashable | None:
        """What a column is called in the model; None where it is not read."""
        return self.names.get(str(label), label)

    def answer(self, label: str, value: object) -> object:
        """What a value stands for."""
        return self.answers.get((label, str(value).strip()), value)

    def check(self, labels: Sequence[Hashable]) -> Iterator[tuple[str, str]]:
        """Columns that are spoken of and are not there, each with a hint."""
        there = [str(label) for label in labels]
        for column in dict.fromkeys([*self.names, *(column for column, _ in self.answers)]):
            if column not in there:
                yield column, did_you_mean(column, there, "See the table's columns.")


ColumnsLike = ColumnMap | Mapping[str, str | None] | str | Path | None


def column_map(columns: ColumnsLike) -> ColumnMap:
    """What columns mean: names in the model (None: not read), or a file that was saved and mended.

    Raises
    ------
    KneebayesError
        If it is neither, or the file cannot be read.

    Examples
    --------
    >>> column_map({"Temp > 38": "fever", "Remarks": None}).name("Temp > 38")
    'fever'
    """
    if columns is None:
        return ColumnMap()
    if isinstance(columns, ColumnMap):
        return columns
    if isinstance(columns, str | Path):
        return _from_file(Path(columns))
    given: object = columns
    if not isinstance(given, Mapping):
        message = (
            "columns= must be names of the model by column, such as {'Temp > 38': 'fever'}, or a "
            f"CSV file. Got {type(given).__name__}."
        )
        raise KneebayesError(message)
    for column, name in given.items():
        if name is not None and not isinstance(name, str):
            wrong = f"'{column}' must be a name of the model or None, got {shown(name)}."
            message = f"columns: {wrong}"
            raise KneebayesError(message)
    return ColumnMap({str(column): name for column, name in given.items()})


def _from_file(path: Path) -> ColumnMap:
    try:
        text = plain_text(path, LARGEST)
    except KneebayesError as error:
        message = f"columns: {error}"
        raise KneebayesError(message) from error
    try:
        rows = list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        message = f"columns: '{path}' is no CSV file: {error}."
        raise KneebayesError(message) from error
    if not rows or tuple(cell.strip() for cell in rows[0][:4]) != HEADER:
        message = f"columns: '{path}' must begin with the names {', '.join(HEADER)}."
        raise KneebayesError(message)
    names: dict[str, str | None] = {}
    answers: dict[Said, object] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(HEADER):
            message = (
                f"columns: '{path}', row {number} has {counted(len(row), 'cell')}; it needs four."
            )
            raise KneebayesError(message)
        column, means, value, answer = (_unguarded(cell) for cell in row[:4])
        if means == IGNORED:
            names[column] = None
        elif means:
            names[column] = means
        if answer:
            answers[column, value] = spoken(answer)
    return ColumnMap(names, answers)


def _unguarded(cell: str) -> str:
    """A cell without the mark that keeps a spreadsheet from running it."""
    bare = cell.strip()
    return bare[1:] if bare.startswith("'") and guard_text(bare[1:]) == bare else bare


@dataclass(frozen=True, repr=False, eq=False)
class TableReport:
    """What is understood of a table of patients and what is not; it can be saved and mended.

    Made by :meth:`kneebayes.Model.check_patients`.

    Attributes
    ----------
    rows
        One mapping for each column that is understood as a whole, and one for each value that is
        not: ``column``, ``means`` (a name of the model, ``skip`` for not read, empty for not
        understood), ``value``, ``answer``, ``patients`` (how many rows hold it) and ``problem``.
    patients
        How many rows the table has.
    """

    rows: tuple[Mapping[str, Any], ...]
    patients: int

    @property
    def table(self) -> pd.DataFrame:
        """The same as a DataFrame."""
        return frame_of(list(self.rows), columns=[*HEADER, "patients", "problem"])

    @property
    def problems(self) -> tuple[str, ...]:
        """What is not understood, in sentences."""
        return tuple(
            f"column '{row['column']}'"
            + (f", value '{row['value']}'" if row["value"] else "")
            + f": {row['problem']}"
            for row in self.rows
            if row["problem"]
        )

    @property
    def columns(self) -> ColumnMap:
        """What is understood, as ``columns=`` takes it."""
        names = {
            str(row["column"]): None if row["means"] == IGNORED else str(row["means"])
            for row in self.rows
            if row["means"]
        }
        return ColumnMap(names)

    @checked
    def save(self, path: str | Path) -> Path:
        """Write a CSV file to be mended: fill in ``means`` or ``answer`` where a problem stands.

        ``means`` takes a name of the model, or ``skip`` for a column that is not to be read;
        ``answer`` what a value stands for. Then give the file to ``columns=``.
        """
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*HEADER, "patients", "problem"])
        for row in self.rows:
            writer.writerow([guard_text(row[name]) for name in (*HEADER, "patients", "problem")])
        return write_safely(path, text.getvalue())

    @property
    def text(self) -> str:
        """What is understood and what is not, for a terminal."""
        understood = sum(1 for row in self.rows if row["means"] and row["means"] != IGNORED)
        lines = [f"{counted(self.patients, 'patient')}; {counted(len(self.problems), 'problem')}."]
        lines += [f"  - {problem}" for problem in self.problems]
        if not self.problems:
            lines[0] = f"{counted(self.patients, 'patient')}; everything is understood."
        elif understood:
            lines.append("Save it (.save('columns.csv'); in a terminal name a second file),")
            lines.append("correct it, and give it to columns= (in a terminal --columns).")
        return "\n".join(lines)

    def __repr__(self) -> str:
        size = f"{counted(self.patients, 'patient')}, {counted(len(self.problems), 'problem')}"
        return f"TableReport({size})"
