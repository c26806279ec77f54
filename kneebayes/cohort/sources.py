"""Tables in files, read piece by piece; they may be larger than memory."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from kneebayes.binding import pd
from kneebayes.cohort.questionnaire import PIECE
from kneebayes.cohort.reading import Place
from kneebayes.errors import EvidenceError, KneebayesError, needing
from kneebayes.text import clipped, counted, suggest

OTHERS = {  # how files begin that are called .csv and are none
    b"\x1f\x8b": ("packed by gzip", "Unpack it first."),
    b"PK\x03\x04": ("a zip file or an Excel workbook", "Save its table as CSV in UTF-8."),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "Save its table as CSV in UTF-8."),
    b"PAR1": ("a Parquet file", "Give it the ending .parquet."),
    b"\xff\xfe": ("text in UTF-16", "Save it as CSV in UTF-8."),
    b"\xfe\xff": ("text in UTF-16", "Save it as CSV in UTF-8."),
}

PARQUET, CSV = (".parquet", ".pq"), (".csv",)
LONGEST = 200  # characters of a path that are shown
UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
Piece = tuple["pd.DataFrame", Place]


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by the end of its name; refused if it is neither that nor CSV."""
    if path.suffix.lower() not in (*PARQUET, *CSV):
        message = f"A table must be a .csv or a .parquet file, got '{path.name}'."
        raise KneebayesError(message)
    return path.suffix.lower() in PARQUET


def import_arrow(module: str = "pyarrow") -> Any:
    """The library that reads and writes Parquet, or one of its modules."""
    with needing("Parquet files need pyarrow. Install it: pip install kneebayes[cohort]"):
        return import_module(module)


def open_source(path: Path, keep: Sequence[str]) -> Source:
    """A CSV file (UTF-8, commas, one line of names) or a Parquet file as a table.

    Columns in ``keep`` come through with exactly the type that they have in the file.
    """
    parquet = is_parquet(path)
    with telling_why_unread(path):
        there = path.is_file()
    if not there:
        near = suggest(path.name, [near_path.name for near_path in path.parent.glob("*")], count=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        message = f"There is no file '{path}'.{hint} Check its name and folder."
        raise KneebayesError(message)
    return ParquetSource(path, keep) if parquet else CsvSource(path)


@contextmanager
def telling_why_unread(path: Path) -> Iterator[None]:
    """Say in a KneebayesError why the system does not let a file be read."""
    try:
        yield
    except OSError as error:
        name = clipped(str(path), LONGEST)
        message = f"'{name}' cannot be read: {error.strerror or error}. Check its name and rights."
        raise KneebayesError(message) from error


class CsvSource:
    """A CSV file; every cell is text. ``labels`` are the names of its columns."""

    indexed = False

    def __init__(self, path: Path) -> None:
        self.path = path
        _refuse_others(path)
        self.labels = next(self._lines(), (0, []))[1]
        if not self.labels:
            message = f"{path.name} is empty: its first line must name the columns."
            raise EvidenceError(message)
        if len(self.labels) == 1 and (other := re.search(r"[;\t|]", self.labels[0])):
            message = (
                f"{path.name}: its first line separates names by {other[0]!r}, where commas are "
                f"needed. Save it with commas, or read it with pandas.read_csv(..., "
                f"sep={other[0]!r}) and give the table to diagnose_cohort."
            )
            raise EvidenceError(message)

    def pieces(self) -> Iterator[Piece]:
        """Its rows in order; a row is called by its line in the file."""
        lines = self._lines()
        next(lines)
        piece = list(islice(lines, PIECE))
        yield self._frame(piece)
        while piece := list(islice(lines, PIECE)):
            yield self._frame(piece)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        """Every line that is not blank, with its number."""
        width, name = None, self.path.name
        with (
            telling_why_unread(self.path),
            self.path.open(encoding="utf-8-sig", newline="") as file,
        ):
            reader = csv.reader(file, strict=True)
            try:
                for cells in reader:
                    if not cells:
                        continue
                    width = len(cells) if width is None else width
                    if len(cells) != width:
                        cut = counted(len(cells), "cell")
                        message = (
                            f"{name}, line {reader.line_num}: it has {cut}, but the first line "
                            f"names {width}. Text with a comma stands in quotes."
                        )
                        raise EvidenceError(message)
                    yield reader.line_num, cells
            except csv.Error as error:
                message = f"{name}, line {reader.line_num}: it is no CSV: {error}."
                raise EvidenceError(message) from error
            except UnicodeDecodeError as error:
                place = _first_line_not_in_utf8(self.path)
                message = f"{name}, line {place}: it is not UTF-8. Save the file as UTF-8."
                raise EvidenceError(message) from error

    def _frame(self, piece: list[tuple[int, list[str]]]) -> Piece:
        columns = list(zip(*(cells for _, cells in piece), strict=True)) or [()] * len(self.labels)
        frame = pd.concat([pd.Series(column, dtype="string") for column in columns], axis=1)
        frame.columns = pd.Index(self.labels)
        numbers = [number for number, _ in piece]
        return frame, lambda row: f"line {numbers[row]}"


def _first_line_not_in_utf8(path: Path) -> int:
    """Its number: a reader looks ahead, so its own count of lines stays behind."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            return number
    return 1


def _refuse_others(path: Path) -> None:
    """Refuse what begins as another kind of file does, and say how to make it CSV."""
    with telling_why_unread(path), path.open("rb") as file:
        start = file.read(4)
    for sign, (kind, remedy) in OTHERS.items():
        if start.startswith(sign):
            message = f"{path.name} is no CSV file but {kind}. {remedy}"
            raise EvidenceError(message)


class ParquetSource:
    """A Parquet file; an index that pandas stored in it is an index again, and has no label."""

    def __init__(self, path: Path, keep: Sequence[str]) -> None:
        self.path = path
        with _opened(path) as file:
            schema = file.schema_arrow
            stored = (schema.pandas_metadata or {}).get("index_columns", [])
        self._index = [name for name in stored if isinstance(name, str)]
        twice = [name for name in dict.fromkeys(keep) if schema.names.count(name) > 1]
        if twice:
            message = f"{path.name}: keep={twice!r}: it has several columns of that name. Keep one."
            raise EvidenceError(message)
        kept = [name for name in schema.names if name in keep and name not in self._index]
        others = [name for name in schema.names if name not in (*kept, *self._index)]
        self.indexed = bool(self._index)
        self._exact = [*self._index, *kept]
        self.labels = [*kept, *others]

    def pieces(self) -> Iterator[Piece]:
        """Its rows in order; a row is called by its number, from 1."""
        start = 1
        with _opened(self.path) as file:
            batches = file.iter_batches(PIECE)
            if not file.metadata.num_rows:
                batches = [import_arrow().RecordBatch.from_pylist([], schema=file.schema_arrow)]
            for batch in batches:
                exact, others = batch.select(self._exact), batch.drop_columns(self._exact)
                parts = [
                    exact.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True),
                    others.to_pandas(ignore_metadata=True),
                ]
                frame = pd.concat(parts, axis=1)
                if self.indexed:
                    frame = frame.set_index(self._index)
                    names = [None if UNNAMED_INDEX.fullmatch(one) else one for one in self._index]
                    frame = frame.set_axis(frame.index.set_names(names))
                yield frame, _rows_from(start)
                start += len(frame)


Source = CsvSource | ParquetSource


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A Parquet file; an error names the file, what is wrong and what to do."""
    parquet = import_arrow("pyarrow.parquet")
    arrow = import_arrow()
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (arrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        if isinstance(error, KneebayesError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = (
            f"{path.name} cannot be read as Parquet: {reason}. Is it whole? Write it again, "
            "for example with DataFrame.to_parquet."
        )
        raise KneebayesError(message) from error


def _rows_from(start: int) -> Place:
    return lambda row: f"row {start + row}"
