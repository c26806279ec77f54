"""Cohorts larger than memory: from file to file, in pieces."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING, BinaryIO

from kneebayes.cohort.pieces import Pieces, description_of, pieces_beside
from kneebayes.cohort.problems import Problems
from kneebayes.cohort.questionnaire import Questionnaire, bar_for
from kneebayes.cohort.record import counted, names_of, urgency_counts
from kneebayes.cohort.solving import Progress
from kneebayes.cohort.sources import Source, import_arrow, is_parquet, open_source
from kneebayes.errors import KneebayesError
from kneebayes.writing import guard_cells

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["CohortFile", "diagnose_file"]

Write = Callable[["pd.DataFrame"], None]
Writer = Callable[[Path, bool], AbstractContextManager[Write]]


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A file of diagnosed patients.

    Attributes
    ----------
    path
        Where it is.
    rows
        How many patients it holds.
    urgency
        How many of them there are of each level, the most urgent first.
    impossible
        How many of them have answers that cannot be true together.
    unanswered
        How many of them need more memory than is allowed for an exact answer.
    resumed
        How many of them an earlier run, which was cut short, had answered already.
    """

    path: Path
    rows: int
    urgency: Mapping[str, int]
    impossible: int
    unanswered: int = 0
    resumed: int = 0

    def __repr__(self) -> str:
        patients = f"{self.rows} patient{'' if self.rows == 1 else 's'}"
        words = ", ".join(
            [patients, *counted(dict(self.urgency), self.impossible, self.unanswered)]
        )
        return f"CohortFile('{self.path}': {words})"


def diagnose_file(
    model: ModelLike,
    source: str | Path,
    target: str | Path,
    keep: Sequence[str] = (),
    progress: bool | None = None,
) -> CohortFile:
    r"""Diagnose a file of patients that may be larger than memory into another file.

    The source is read twice: all of it is checked before anything is answered, since
    checking takes minutes where answering may take hours. A run that was cut short (killed,
    interrupted, out of disk) is taken up by the same call again: its finished pieces stand
    beside the target in a folder ``<target>.unfinished``, until the target is there. They are
    taken up only where source, model, kept columns and version are the same to the last bit;
    nothing is lost and nothing is doubled.

    Parameters
    ----------
    model
        The model to ask.
    source
        A ``.csv`` file (UTF-8, commas, a first line of names) or a ``.parquet`` file, with
        rows and columns as :meth:`kneebayes.Model.diagnose_cohort` takes them.
    target
        The ``.csv`` or ``.parquet`` file to write: the rows in their order, the kept columns,
        then those of :attr:`kneebayes.cohort.Cohort.table`. It appears under this name only
        when it is finished; what stood there before stays until then.
    keep
        Columns that are carried through unread, such as the number of the patient. Those of a
        CSV file stay text; in a CSV target, text that a spreadsheet would run as a formula
        gets a ``'`` before it. An index that pandas stored in a Parquet file is always kept.
    progress
        Whether to show a bar; left out, one is shown for more than 1000 patients.

    Returns
    -------
    CohortFile
        Where the file is, how many patients it holds and how urgent they are.

    Raises
    ------
    KneebayesError
        If a file is neither CSV nor Parquet, if the target would overwrite the source, if
        another run is writing the same target, or if Parquet is asked for without pyarrow.
    UnknownNameError, EvidenceError
        If columns or cells cannot be understood; all of them are told. A row is named by its
        line in a CSV file and by its number, from 1, in a Parquet file.

    Examples
    --------
    >>> import tempfile
    >>> import kneebayes as kb
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "patients.csv").write_text("patient,fever,age\n007,yes,67\n008,no,\n")
    >>> done = diagnose_file(
    ...     kb.load(), folder / "patients.csv", folder / "diagnosed.csv", keep=["patient"]
    ... )
    >>> done.rows, done.urgency
    (2, {'now': 1, 'soon': 0, 'routine': 1})
    >>> print((folder / "diagnosed.csv").read_text().splitlines()[1][:11])
    007,now,ost
    """
    source, target, keep = Path(source), Path(target), names_of(keep)
    writes = _write_parquet if is_parquet(target) else _write_csv
    if source.resolve() == target.resolve():
        message = f"The target must be another file than the source, got '{target}' for both."
        raise KneebayesError(message)
    if not target.parent.is_dir():
        message = f"The folder of the target does not exist: {target.parent}. Make it first."
        raise KneebayesError(message)
    table = open_source(source, keep)
    problems = Problems(source.name, "carry it through: keep=[{!r}]")
    asked = Questionnaire(model, table.labels, keep, problems)
    rows = _check(asked, table, progress)
    description = description_of(model, source, target, keep)
    with bar_for(rows, progress) as advance, pieces_beside(target, description) as pieces:
        resumed = _answer(asked, table, pieces, writes, advance)
        joins = _join_parquet if is_parquet(target) else _join_csv
        joins(pieces.paths, pieces.whole)
        urgency: Counter[str] = Counter()
        for piece in pieces.done:
            urgency.update(piece.urgency)
        impossible = sum(piece.impossible for piece in pieces.done)
        unanswered = sum(piece.unanswered for piece in pieces.done)
    return CohortFile(target, rows, dict(urgency), impossible, unanswered, resumed)


def _answer(
    asked: Questionnaire, table: Source, pieces: Pieces, writes: Writer, advance: Progress
) -> int:
    """Answer the pieces that are not there yet; returns how many rows were there."""
    there = len(pieces.done)
    resumed = 0
    for at, (frame, place) in enumerate(table.pieces()):
        if at < there:
            resumed += len(frame)
            advance(len(frame))
            continue
        made = asked.answer(frame, place, advance)
        with pieces.adding() as path, writes(path, table.indexed) as write:
            write(made)
        impossible, unanswered = (int((~made[name]).sum()) for name in ("possible", "answered"))
        pieces.finish(len(made), urgency_counts(made), impossible, unanswered)
    return resumed


def _check(asked: Questionnaire, table: Source, progress: bool | None) -> int:
    """Read all of a file for its problems; returns how many patients there are."""
    from tqdm.auto import tqdm

    rows = 0
    hidden = progress is False
    with tqdm(desc="Checking", unit=" patients", leave=False, delay=1, disable=hidden) as bar:
        for frame, place in table.pieces():
            asked.check(frame, place)
            rows += len(frame)
            bar.update(len(frame))
    asked.problems.raise_any()
    return rows


def _join_csv(paths: Sequence[Path], whole: Path) -> None:
    """Put pieces with a header each together under one header."""
    with whole.open("wb") as file:
        for at, path in enumerate(paths):
            with path.open("rb") as piece:
                if at:
                    _skip_header(piece)
                copyfileobj(piece, file)


def _skip_header(piece: BinaryIO) -> None:
    """Go past the names of the columns, which may themselves hold line breaks in quotes."""
    quotes = 0
    while line := piece.readline():
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            return


def _join_parquet(paths: Sequence[Path], whole: Path) -> None:
    parquet = import_arrow("pyarrow.parquet")
    with parquet.ParquetWriter(whole, parquet.read_schema(paths[0])) as writer:
        for path in paths:
            with parquet.ParquetFile(path) as piece:
                writer.write_table(piece.read())


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes the target when all is well, and is removed if not."""
    path = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    try:
        yield path
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _write_csv(path: Path, indexed: bool) -> Iterator[Write]:
    with path.open("w", encoding="utf-8", newline="") as file:

        def write(made: pd.DataFrame) -> None:
            """Add rows, below a header the first time."""
            shown = guard_cells(made)
            shown.to_csv(file, header=file.tell() == 0, index=indexed, lineterminator="\n")

        yield write


@contextmanager
def _write_parquet(path: Path, indexed: bool) -> Iterator[Write]:
    arrow, writer = import_arrow(), None
    try:

        def write(made: pd.DataFrame) -> None:
            """Add rows, in the columns of the first."""
            nonlocal writer
            piece = arrow.Table.from_pandas(made, preserve_index=indexed)
            if writer is None:
                writer = import_arrow("pyarrow.parquet").ParquetWriter(path, piece.schema)
            writer.write_table(piece)

        yield write
    finally:
        if writer is not None:
            writer.close()
