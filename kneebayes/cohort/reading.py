"""What the columns of somebody's table mean, and how their cells become evidence.

All problems are reported together.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import check_fields, checked
from kneebayes.binding import pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case import Answer, read_answers
from kneebayes.case.answers import (
    DASHES,
    KINDS,
    PLUSES,
    evidence_of,
    meaning_of,
    says_unknown,
    spoken,
)
from kneebayes.case.urgency import POSSIBLE
from kneebayes.errors import MOST_NAMES, EvidenceError, KneebayesError, Problem, UnknownNameError
from kneebayes.network import Numbers
from kneebayes.text import counted, did_you_mean, fold, shown
from kneebayes.writing import guard_cells, guard_text, plain_text, write_safely

LARGEST = 10_000_000  # bytes

HEADER = ("column", "means", "value", "answer")
IGNORED = "skip"

Said = tuple[str, str]
Cell = tuple[str, "Decimal | str"]


@dataclass(frozen=True)
class ColumnMap:
    """What columns mean: by column the name in the model, or None for one that is not read.

    And what values in them mean: by column and value the answer that it stands for. Values are
    compared as :func:`comparable` says: ``1`` is ``1.0``, and ``Yes`` is ``YES``.
    """

    names: Mapping[str, str | None] = field(default_factory=dict)
    answers: Mapping[Said, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_fields(self)
        _ = self.meant  # what contradicts itself is refused at once

    @cached_property
    def meant(self) -> Mapping[Cell, object]:
        """The answers by column and value, as values are compared."""
        meant: dict[Cell, object] = {}
        answers: Mapping[Any, object] = self.answers
        for said, answer in answers.items():
            if not isinstance(said, tuple) or len(said) != 2:
                message = f"answers= must be by (column, value). Got {shown(said)}."
                raise KneebayesError(message)
            column, value = said
            where = f"value {shown(value)} of column '{column}'"
            _note(meant, (column, comparable(value)), answer, where)
        return meant

    def name(self, label: Hashable) -> Hashable | None:
        """What a column is called in the model; None where it is not read."""
        return self.names.get(str(label), label)

    def answer(self, label: str, value: object) -> object:
        """What a value stands for."""
        return self.meant.get((label, comparable(value)), value) if self.meant else value

    def check(self, labels: Sequence[Hashable]) -> Iterator[tuple[str, str]]:
        """Columns that are spoken of and are not there, each with a hint."""
        there = [str(label) for label in labels]
        for column in dict.fromkeys([*self.names, *(column for column, _ in self.answers)]):
            if column not in there:
                yield column, did_you_mean(column, there, "See the table's columns.")


def comparable(value: object) -> Decimal | str:
    """A value of a table as it is compared: numbers as numbers, true as 1, text in any case.

    Examples
    --------
    >>> comparable("01") == comparable(1.0) == comparable(True) == comparable("TRUE")
    True
    >>> comparable("Yes ") == comparable("YES")
    True
    >>> comparable(None) == comparable(float("nan")) == comparable("")
    True
    """
    missing = not isinstance(value, str) and says_unknown(value)
    text = "" if missing else str(value).strip().casefold()
    try:
        number = Decimal({"true": "1", "false": "0"}.get(text, text))
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _note(known: dict[Any, Any], key: object, said: object, where: str) -> None:
    """Note what is said of something; refused where something else was said of it before."""
    before = known.setdefault(key, said)
    if before != said:
        message = f"columns: {where} means {shown(before)} and {shown(said)}. Keep one."
        raise KneebayesError(message)


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
            got = f"'{column}' must be a name of the model or None, got {shown(name)}"
            message = f"columns: {got}."
            raise KneebayesError(message)
    return ColumnMap({str(column): name for column, name in given.items()})


def _from_file(path: Path) -> ColumnMap:
    try:
        rows = list(csv.reader(StringIO(plain_text(path, LARGEST), newline=""), strict=True))
    except KneebayesError as error:
        message = f"columns: {error}"
        raise KneebayesError(message) from error
    except csv.Error as error:
        message = f"columns: '{path}' is no CSV file: {error}."
        raise KneebayesError(message) from error
    if not rows or tuple(cell.strip() for cell in rows[0][:4]) != HEADER:
        message = f"columns: '{path}' must begin with the names {', '.join(HEADER)}, with commas."
        raise KneebayesError(message)
    names: dict[str, str] = {}
    answers: dict[Said, object] = {}
    meant: dict[Cell, object] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) < len(HEADER):
            cells = counted(len(row), "cell")
            message = f"columns: '{path}', row {number} has {cells}; it needs four."
            raise KneebayesError(message)
        column, means, value, answer = (_unguarded(cell) for cell in row[:4])
        where = f"'{path}', row {number}: column '{column}'"
        if means:
            _note(names, column, means, where)
        if answer:
            _note(meant, (column, comparable(value)), spoken(answer), f"{where}, value '{value}'")
            answers[column, value] = spoken(answer)
    read = {column: None if means == IGNORED else means for column, means in names.items()}
    return ColumnMap(read, answers)


def _unguarded(cell: str) -> str:
    """A cell without the mark that keeps a spreadsheet from running it."""
    bare = cell.strip()
    return bare[1:] if bare.startswith("'") and guard_text(bare[1:]) == bare else bare


@dataclass(frozen=True, repr=False, eq=False)
class TableReport:
    """What is understood of a table of patients and what is not; it can be saved and mended.

    Made by :meth:`kneebayes.Model.check_patients`.
    """

    #: one mapping for each column that is understood as a whole, and one for each value that is
    #: not: ``column``, ``means`` (a name of the model, ``skip`` for not read, empty for not
    #: understood), ``value``, ``answer``, ``patients`` (how many rows hold it) and ``problem``
    rows: tuple[Mapping[str, Any], ...]
    patients: int  #: how many rows the table has

    @property
    def table(self) -> pd.DataFrame:
        """The same as a DataFrame."""
        return pd.DataFrame(list(self.rows), columns=[*HEADER, "patients", "problem"])

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
        return write_safely(path, guard_cells(self.table).to_csv(index=False, lineterminator="\n"))

    @property
    def text(self) -> str:
        """What is understood and what is not, for a terminal."""
        patients, problems = counted(self.patients, "patient"), self.problems
        if not problems:
            return f"{patients}; everything is understood."
        lines = [f"{patients}; {counted(len(problems), 'problem')}."]
        lines += [f"  - {problem}" for problem in problems]
        if any(self.columns.names.values()):
            lines.append("Save it (.save('columns.csv'); in a terminal name a second file),")
            lines.append("correct it, and give it to columns= (in a terminal --columns).")
        return "\n".join(lines)

    def __repr__(self) -> str:
        size = f"{counted(self.patients, 'patient')}, {counted(len(self.problems), 'problem')}"
        return f"TableReport({size})"


def _distinct_cells(column: pd.Series) -> tuple[NDArray[np.int64], list[object]]:
    """The different values of a column, and which of them each row has.

    ``values[codes[row]]`` is the cell of a row, None for an empty one. Values of different types
    stay apart although Python calls them equal (True, 1 and 1.0): what may be said of a patient
    depends on it.
    """
    try:
        codes, uniques = pd.factorize(column)
    except (TypeError, NotImplementedError):  # cells that cannot be hashed stand for themselves
        return np.arange(len(column)), column.tolist()
    codes = np.array(codes, dtype=np.int64)
    values, there = uniques.tolist(), codes >= 0
    if column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) not in ALIKE:
        typed = [(type(cell), cell) for cell in column[there]]
        codes[there], different = pd.factorize(pd.Index(typed, tupleize_cols=False))
        values = [cell for _, cell in different]
    codes[~there] = len(values)
    return codes, values if there.all() else [*values, None]


SHOWN = 20
ALIKE = {"string", "boolean", "integer", "floating"}  # columns of one type, as pandas calls them
PLUS_OR_MINUS = (
    "'{}' has '+' and a dash, which may mean absent or unknown. Write 'no' or nothing "
    "instead, or say which it is in columns=."
)
NO_COLUMN = "the table has no such column."
NOTHING_MAPPED = ColumnMap()


@dataclass(frozen=True, eq=False)
class TableProblems:
    """Problems of one table, each kind once, with the first row where it occurs."""

    table: str = "The table"  # or the name of a file
    # how a column that only names the patients is carried through, with a place for its name
    carrying: str = "make it the index: frame.set_index({!r})"
    unknown: list[UnknownNameError] = field(default_factory=list)  # columns named like nothing
    columns: list[Problem] = field(default_factory=list)  # those that cannot be used all the same
    cells: dict[tuple[Hashable, str], tuple[str, int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.unknown) + len(self.columns) + len(self.cells)

    def add_cells(self, column: Hashable, wrong: str, row: str, count: int) -> None:
        """A value that cannot be understood: in which row it occurs first, and how often."""
        first, before = self.cells.get((column, wrong), (row, 0))
        self.cells[column, wrong] = (first, before + count)

    def raise_any(self) -> None:
        """Raise all problems, if any: an UnknownNameError if only names of columns are wrong."""
        if not len(self):
            return
        messages = [f"column {error.name!r}: {error}" for error in self.unknown]
        messages += map(str, self.columns)
        for (column, wrong), (row, count) in self.cells.items():
            more = "" if count == 1 else f" and {counted(count - 1, 'more row')}"
            messages.append(f"column {column!r}, {row}{more}: {wrong}")
        many = f"{counted(len(messages), 'problem')} found"
        if len(messages) > SHOWN:
            messages = [*messages[:SHOWN], f"and {len(messages) - SHOWN} more."]
        lines = "\n".join(f"  - {problem}" for problem in messages)
        message = f"{self.table} cannot be read: {many}.\n{lines}"
        if len(self) == len(self.unknown):
            first = self.unknown[0]
            raise UnknownNameError(message, first.name, first.suggestions)
        raise EvidenceError(message)


MADE = ("urgency", "top", "log_probability", "possible", "answered", "problem")
Place = Callable[[int], str]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that answers something."""

    at: int  # its position
    name: str
    ids: tuple[str, ...]  # the nodes that it speaks of, several if it is a group
    asks: str  # what it is called in the model


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of each patient of a table."""

    hard: NDArray[np.int16]  # index of the observed state of each node or -1: patients x nodes
    # likelihoods of each state, nodes end to end: patients x states; None where all is certain
    soft: Numbers | None
    present: NDArray[np.bool_]  # or may be, so that it is an urgent sign: patients x nodes
    unread: NDArray[np.bool_]  # where a cell cannot be understood: it may be such a sign
    unclear: Mapping[int, str]  # by patient the first cell that cannot be understood, and why

    def of(self, rows: NDArray[np.bool_]) -> Reading:
        """Some of the patients, all of whom were understood."""
        soft = None if self.soft is None else self.soft[rows]
        return Reading(self.hard[rows], soft, self.present[rows], self.unread[rows], {})


def made_columns(model: ModelLike) -> tuple[str, ...]:
    """Names of the columns that a diagnosis makes: six, then one a cause."""
    return (*MADE, *model.data.knowledge.causes)


class TableReader:
    """The columns of a table, understood, and what their cells say.

    Columns in ``keep`` are carried through unread; ``mapped`` says what columns and values mean
    that are written otherwise than in the model. Problems take what is wrong with the columns and,
    while reading, with the cells; with ``mark`` a patient with a cell that cannot be understood is
    marked and left unanswered, instead of all being refused.
    """

    def __init__(
        self,
        model: ModelLike,
        labels: Sequence[Hashable],
        keep: Sequence[str] = (),
        mapped: ColumnMap = NOTHING_MAPPED,
        problems: TableProblems | None = None,
        *,
        mark: bool = False,
    ) -> None:
        self.model, self.data = model, model.data
        self.problems = TableProblems() if problems is None else problems
        self.mapped, self.mark = mapped, mark
        self.kept = self._positions(labels, keep)
        self.columns = tuple(self._understood(labels))
        read = {column.name for column in self.columns}
        self.with_plus: set[str] = set()
        self.unmet = {cell for cell in mapped.meant if cell[0] in read}

    def _positions(self, labels: Sequence[Hashable], keep: Sequence[str]) -> list[int]:
        """Where the columns stand that are carried through."""
        made = made_columns(self.model)
        for name in dict.fromkeys(keep):
            if name not in labels:
                wrong, hint = NO_COLUMN, did_you_mean(str(name), map(str, labels), "")
                self.problems.columns.append(Problem(f"keep={name!r}", wrong, hint))
            elif name in made:
                wrong = "cannot be kept, because the diagnosis makes a column of that name."
                self.problems.columns.append(Problem(f"column {name!r}", wrong, "Rename it."))
        return [index for index, label in enumerate(labels) if label in keep]

    def _understood(self, labels: Sequence[Hashable]) -> Iterator[Column]:
        """The columns that answer something; two may not speak of the same node."""
        problems, knowledge = self.problems, self.data.knowledge
        for column, hint in self.mapped.check(labels):
            problems.columns.append(Problem(f"columns={{{column!r}: ...}}", NO_COLUMN, hint))
        owner: dict[str, str] = {}
        for index, label in enumerate(labels):
            called = None if index in self.kept else self.mapped.name(label)
            if called is None:
                continue
            if len(problems) >= MOST_NAMES and not self.data.names.has(called, KINDS):
                problems.unknown.append(UnknownNameError(f"No name {shown(called)}.", str(called)))
                continue  # to look for what resembles each of very many would take long
            try:
                meaning = meaning_of(self.data.names, called)
            except UnknownNameError as error:
                problems.unknown.append(with_advice(error, problems.carrying))
                continue
            name = str(label)
            named = knowledge.causes_in(meaning.id)
            ids = [knowledge.there.get(id, id) for id in named]  # a cause that is named is there
            for first in dict.fromkeys(owner[id] for id in ids if id in owner):
                both = f"columns '{first}' and '{name}'"
                problems.columns.append(Problem(both, "they speak of the same thing.", "Keep one."))
            owner |= dict.fromkeys(ids, name)
            yield Column(index, name, tuple(ids), str(called))

    def read(self, frame: pd.DataFrame, place: Place) -> Reading:
        """What is known of each patient; the different values of a column are read once each.

        ``place`` names a row by its position. A cell that is wrong counts as unknown, and is added
        to the problems.
        """
        index, starts = self.data.network.index, self.data.engine.flat.own_start
        hard = np.full((len(frame), len(index)), -1, dtype=np.int16)
        present = np.zeros((len(frame), len(index)), dtype=np.bool_)
        unread = np.zeros_like(present)
        soft: Numbers | None = None
        unclear: dict[int, str] = {}
        problems = TableProblems() if self.mark else self.problems

        def spread(id: str, answers: Sequence[tuple[Answer, ...]], codes: Codes) -> None:
            """Bring the answers about one node to the rows that gave them."""
            nonlocal soft
            at = index[id]
            states, possible, likely = _answers_about(self.data, id, answers)
            hard[:, at], present[:, at] = states[codes], possible[codes]
            if (likely != 1.0).any():
                soft = np.ones((len(frame), int(starts[-1]))) if soft is None else soft
                soft[:, starts[at] : starts[at + 1]] = likely[codes]

        complaint = self.data.complaint
        if not any(complaint in column.ids for column in self.columns):
            answers = [read_answers(self.data, {complaint: True})]
            spread(complaint, answers, np.zeros(len(frame), dtype=np.int64))
        for column in self.columns:
            codes, values = self.meant(column, frame)
            answers = []
            for code, answer in enumerate(self._answers(column, values)):
                if isinstance(answer, EvidenceError):
                    rows = np.flatnonzero(codes == code).tolist()
                    unread[np.ix_(rows, [index[id] for id in column.ids])] = True
                    problems.add_cells(column.name, str(answer), place(rows[0]), len(rows))
                    for row in rows:
                        unclear.setdefault(row, f"column '{column.name}': {answer}")
                answers.append(() if isinstance(answer, EvidenceError) else answer)
            for id in column.ids:
                spread(id, answers, codes)
        return Reading(hard, soft, present, unread, unclear)

    def meant(self, column: Column, frame: pd.DataFrame) -> tuple[Codes, list[object]]:
        """The different values of a column as the map has them, and which of them each row has."""
        codes, values = _distinct_cells(frame.iloc[:, column.at])
        if self.unmet:
            self.unmet.difference_update((column.name, comparable(value)) for value in values)
        return codes, [self.mapped.answer(column.name, value) for value in values]

    def warn_unmet(self, level: int) -> None:
        """Say which values of the map were not among the cells read so far, if any."""
        if unmet := [said for said in self.mapped.answers if self.is_unmet(said)]:
            named = ", ".join(f"'{value}' in '{column}'" for column, value in unmet[:MOST_NAMES])
            more = f" and {len(unmet) - MOST_NAMES} more" if len(unmet) > MOST_NAMES else ""
            message = f"columns: no cell has these values of the map: {named}{more}."
            warnings.warn(message, stacklevel=level)

    def is_unmet(self, said: Said) -> bool:
        """Whether no cell read so far is a value that the map speaks of."""
        return (said[0], comparable(said[1])) in self.unmet

    def _answers(
        self, column: Column, values: Sequence[object]
    ) -> Iterator[tuple[Answer, ...] | EvidenceError]:
        """Each value as one patient's answer, or why it is none, by the reader of such answers."""
        if any(isinstance(text, str) and fold(text) in PLUSES for text in values):
            self.with_plus.add(column.name)  # for the pieces that are still to come, too
        for value in values:
            if column.name in self.with_plus and isinstance(value, str) and value.strip() in DASHES:
                yield EvidenceError(PLUS_OR_MINUS.format(column.name))
                continue
            try:
                yield read_answers(self.data, {column.asks: spoken(value)})
            except EvidenceError as error:
                yield error


def with_advice(error: UnknownNameError, carrying: str) -> UnknownNameError:
    """The same error; unless the name says something of the patients, it may only name them."""
    if error.instead or not error.start:
        return error
    hint = f"If it only names patients, {carrying.format(error.name)}."
    return UnknownNameError(f"{error} {hint}", error.name, error.suggestions, error.start)


def _answers_about(
    data: ModelData, id: str, of_values: Sequence[tuple[Answer, ...]]
) -> tuple[NDArray[np.int16], NDArray[np.bool_], Numbers]:
    """What different cells say of a node: its state or -1, whether possible, its likelihood."""
    states = np.full(len(of_values), -1, dtype=np.int16)
    possible = np.zeros(len(of_values), dtype=np.bool_)
    soft = np.ones((len(of_values), len(data.network[id].states)))
    for code, answers in enumerate(of_values):
        for answer in answers:
            if answer.id != id:
                continue
            possible[code] = answer.presence >= POSSIBLE
            state = evidence_of([answer]).hard_state(id)
            if state is None:
                soft[code] = answer.likelihood
            else:
                states[code] = state
    return states, possible, soft
