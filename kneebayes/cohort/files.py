"""Cohorts larger than memory, from file to file in pieces that outlive a killed run; and larger
than one machine, as a pure function of one part and on a dask cluster.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from kneebayes.arguments import checked
from kneebayes.binding import pd, renamed
from kneebayes.building.model import ModelLike, in_setting, read_model
from kneebayes.cohort.questionnaire import PIECE, Progress, Questionnaire, bar_for
from kneebayes.cohort.reading import ColumnsLike, TableProblems, column_map
from kneebayes.cohort.record import Unclear, counts_of, diagnose_frame, in_words, names_of
from kneebayes.cohort.sources import (
    Source,
    import_arrow,
    is_parquet,
    open_source,
    telling_why_unread,
)
from kneebayes.errors import EvidenceError, KneebayesError, needing
from kneebayes.knowledge.statements import Layer
from kneebayes.text import counted
from kneebayes.view.report import made_by_line, package_version
from kneebayes.writing import guard_cells, replacing_file, same_place, telling_why, write_safely

FORM = 4  # of the folder; another form is not taken up
LOCK, NOTE = "lock", ".json"


class Pieces:
    """Finished pieces of one run, each a file of the target's kind with a note beside it.

    ``done`` has for each piece how many of its patients are of each kind.

    A piece counts only once its note is there, and the note is written last; both appear
    under their names whole. So whatever moment a run is killed at, a piece is either
    finished or does not count.
    """

    def __init__(self, folder: Path, end: str) -> None:
        self.folder = folder
        self.end = end
        self.done: list[dict[str, int]] = []

    @property
    def whole(self) -> Path:
        """Where the pieces are put together."""
        return self.folder / f"whole{self.end}"

    @property
    def paths(self) -> list[Path]:
        """Files of the finished pieces, in order."""
        return [self.path(index) for index in range(len(self.done))]

    def path(self, number: int, end: str = "") -> Path:
        """File of a piece, or its note, which ends otherwise."""
        return self.folder / f"{number:08d}{end or self.end}"

    def find(self) -> None:
        """Take up the pieces that are finished, up to the first that is not."""
        while (counts := self._read(len(self.done))) is not None:
            self.done.append(counts)

    def adding(self) -> AbstractContextManager[Path]:
        """Where to write the next piece; :meth:`finish` it afterwards."""
        return replacing_file(self.path(len(self.done)))

    def finish(self, counts: dict[str, int]) -> None:
        """Note that the piece just written is finished."""
        number = len(self.done)
        note = {"size": self.path(number).stat().st_size, "counts": counts}
        write_safely(self.path(number, NOTE), json.dumps(note))
        self.done.append(counts)

    def _read(self, number: int) -> dict[str, int] | None:
        """What the note of a piece says; None where it is not there or not true."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            note = json.loads(self.path(number, NOTE).read_text(encoding="utf-8"))
            if self.path(number).stat().st_size == note["size"]:
                return dict(note["counts"])
        return None


@contextmanager
def pieces_beside(target: Path, description: str) -> Iterator[Pieces]:
    """Keep finished pieces in a folder beside the target, and use those of an earlier run.

    At the end the pieces are joined into the target and the folder is removed. If the run ends
    early (a kill, Ctrl-C, a full disk, an error), the finished pieces stay for the next run; a
    folder without any is removed. Pieces of work with another ``description`` are thrown away.
    """
    real = Path(os.path.realpath(target))
    folder = real.with_name(f"{real.name}.unfinished")
    over = False
    with telling_why(target):
        folder.mkdir(exist_ok=True)
        try:
            with _alone(folder, target):
                pieces, note = Pieces(folder, target.suffix), folder / "work.txt"
                same = note.is_file() and note.read_text(encoding="utf-8") == description
                try:
                    if not same:
                        _empty(folder)
                        write_safely(note, description)
                    pieces.find()
                    yield pieces
                    pieces.whole.replace(real)
                    over = True
                finally:
                    over = over or not pieces.done
                    if over:
                        _empty(folder)
        finally:
            if over:
                with suppress(OSError):  # the next run may have begun already
                    (folder / LOCK).unlink()
                    folder.rmdir()


def description_of(
    model: ModelLike, source: Path, target: Path, keep: Sequence[str], reading: str = ""
) -> str:
    """What makes a run what it is, as lines of text: equal for equal work, in any process.

    It has the source to the last bit, the model, and the form of the result.
    """
    with telling_why_unread(source), source.open("rb") as file:
        read = file_digest(file, "sha256").hexdigest()
    knowledge = model.data.knowledge
    settings = [getattr(knowledge, one.name) for one in fields(knowledge) if one.name != "folder"]
    asked = sha256(repr((settings, model.data.network.nodes)).encode("utf-8", "surrogatepass"))
    asked.update(model.data.engine.numbers.tobytes())
    lines = {
        "form": FORM,
        "kneebayes": package_version(),
        "source": f"{source.suffix.lower()} {read}",
        "model": asked.hexdigest(),
        "reading": model.data.reading,
        "target": target.suffix,
        "keep": json.dumps(list(keep)),
        "columns": json.dumps(reading),
        "rows of a piece": PIECE,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != LOCK:
            path.unlink()


@contextmanager
def _alone(folder: Path, target: Path) -> Iterator[None]:
    """Hold the folder for this run; the system lets go of it however the run ends."""
    with (folder / LOCK).open("a", encoding="utf-8") as file:
        try:
            _hold(file)
        except BlockingIOError:
            message = (
                f"Another run is writing '{target}' at this moment. "
                "Wait for it to end, or name another target."
            )
            raise KneebayesError(message) from None
        yield


def _hold(file: IO[str]) -> None:
    """Lock an open file, where the system can; a BlockingIOError if another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        return
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if isinstance(error, BlockingIOError):
            raise  # else it is a file system without locks


@dataclass(frozen=True, slots=True)
class CohortFile:
    """A file of diagnosed patients, and how many there are."""

    path: Path
    rows: int
    urgency: Mapping[str, int]  #: how many of each level, the most urgent first
    impossible: int  #: those whose answers cannot be true together
    unanswered: int = 0  #: those who need more memory than is allowed for an exact answer
    resumed: int = 0  #: those whom an earlier run, which was cut short, had answered already

    def __repr__(self) -> str:
        patients = counted(self.rows, "patient", "d")
        words = in_words(self.urgency, self.impossible, self.unanswered)
        return f"CohortFile('{self.path}': {', '.join([patients, *words])})"


@renamed(source="patients")
@checked
def diagnose_file(
    model: ModelLike,
    patients: str | Path,
    target: str | Path,
    keep: Sequence[str] = (),
    progress: bool | None = None,
    *,
    columns: ColumnsLike = None,
    unclear: Unclear = "refuse",
) -> CohortFile:
    r"""Diagnose a file of patients that may be larger than memory into another file.

    The source is read twice. The whole file is checked before the first patient is answered,
    since checking takes minutes and answering may take hours. If a run ends early (killed,
    interrupted, disk full), call the function again with the same arguments: it continues.
    Finished pieces wait beside the target, in a folder ``<target>.unfinished``. They are used
    only if source, model, kept columns and version are exactly the same, so that no patient is
    lost and none is answered twice.

    Parameters
    ----------
    patients
        A ``.csv`` file (UTF-8, commas, a first line of names) or a ``.parquet`` file, with
        rows and columns as :meth:`kneebayes.Model.diagnose_cohort` takes them.
    target
        The ``.csv`` or ``.parquet`` file to write: the rows in their order, the kept columns,
        then those of :attr:`kneebayes.cohort.Cohort.table`. The file appears only when it is
        complete; an older file of that name stays until then.
    keep
        Columns that are copied as they are, such as the number of the patient. Those of a
        CSV file stay text; in a CSV target, text that a spreadsheet would run as a formula
        gets a ``'`` before it. An index that pandas stored in a Parquet file is always kept.
    progress
        Whether to show a bar; left out, one is shown for more than 1000 patients.
    columns, unclear
        As :meth:`kneebayes.Model.diagnose_cohort` takes them.

    Raises
    ------
    KneebayesError
        If a file is neither CSV nor Parquet, if the target would overwrite the source, if
        another run is writing the same target, or if Parquet is asked for without pyarrow.
    UnknownNameError, EvidenceError
        If columns or cells cannot be understood; all of them are reported. A row is named by its
        line in a CSV file and by its number, from 1, in a Parquet file.

    Examples
    --------
    >>> import tempfile
    >>> import kneebayes as kb
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "patients.csv").write_text("patient,fever,age\n007,yes,67\n008,no,\n")
    >>> files = folder / "patients.csv", folder / "diagnosed.csv"
    >>> done = diagnose_file(kb.load(), *files, keep=["patient"])
    >>> done.rows, done.urgency
    (2, {'now': 1, 'soon': 0, 'routine': 1})
    >>> print((folder / "diagnosed.csv").read_text().splitlines()[1][:7])
    007,now
    """
    source, target, keep = Path(patients), Path(target), names_of(keep)
    joins = _join_parquet if is_parquet(target) else _join_csv
    if same_place(source, target):
        message = f"The target must be another file than the source, got '{target}' for both."
        raise KneebayesError(message)
    check_target(target)
    if target.exists() and not target.is_file():  # would be replaced by what was put together
        message = f"The target '{target}' is no plain file. Name a file: it is written in pieces."
        raise KneebayesError(message)
    table = open_source(source, keep)
    problems = TableProblems(source.name, "carry it through: keep=[{!r}]")
    mapped = column_map(columns)
    asked = Questionnaire(model, table.labels, keep, mapped, problems, mark=unclear == "mark")
    rows = _check(asked, table, progress)
    asked.warn_unmet(5)
    description = description_of(model, source, target, keep, f"{unclear} {mapped!r}")
    with bar_for(rows, progress) as advance, pieces_beside(target, description) as pieces:
        resumed = _answer(asked, table, pieces, advance)
        with replacing_file(pieces.whole) as whole:
            joins(pieces.paths, whole)
        total: Counter[str] = Counter()
        for counts in pieces.done:
            total.update(counts)
    impossible, unanswered = total.pop("impossible"), total.pop("unanswered")
    return CohortFile(target, rows, dict(total), impossible, unanswered, resumed)


def _answer(asked: Questionnaire, table: Source, pieces: Pieces, advance: Progress) -> int:
    """Answer the pieces that are not there yet; returns how many rows were there."""
    there, resumed = len(pieces.done), 0
    for index, (frame, place) in enumerate(table.pieces()):
        if index < there:
            resumed += len(frame)
            advance(len(frame))
            continue
        made = asked.answer(frame, place, advance)
        with pieces.adding() as path, adding_tables(path, table.indexed, header=not index) as add:
            add(made)
        pieces.finish(counts_of(made))
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
    """Put pieces together, of which the first has a header."""
    with whole.open("wb") as file:
        for path in paths:
            with path.open("rb") as piece:
                copyfileobj(piece, file)


def _join_parquet(paths: Sequence[Path], whole: Path) -> None:
    parquet = import_arrow("pyarrow.parquet")
    with parquet.ParquetWriter(whole, parquet.read_schema(paths[0])) as writer:
        for path in paths:
            with parquet.ParquetFile(path) as piece:
                writer.write_table(piece.read())


def read_table(path: str | Path) -> pd.DataFrame:
    """All patients of a CSV or Parquet file that fits into memory; cells of a CSV file are text."""
    pieces = [piece for piece, _ in open_source(Path(path), ()).pieces()]
    name = pieces[0].index.name
    table = pd.concat(pieces, ignore_index=name is None)
    # pandas cannot look for a label among all types that an index has in a file, such as categories
    return table if name is None else table.set_axis(pd.Index(table.index.tolist(), name=name))


def check_target(target: Path) -> None:
    """Refuse a target that cannot be written, before any work is done."""
    with telling_why(target):
        if target.is_dir():
            message = f"The target '{target}' is a folder. Name a file in it."
            raise KneebayesError(message)
        if not target.parent.is_dir():
            message = f"The folder of the target does not exist: {target.parent}. Make it first."
            raise KneebayesError(message)


Add = Callable[["pd.DataFrame"], object]


def adding_tables(path: Path, indexed: bool, *, header: bool = True) -> AbstractContextManager[Add]:
    """Open a CSV or a Parquet file to add tables to, all with the columns of the first.

    Without ``header`` a CSV file goes on where another ends.
    """
    return _to_parquet(path, indexed) if is_parquet(path) else _to_csv(path, indexed, header)


@contextmanager
def _to_csv(path: Path, indexed: bool, header: bool) -> Iterator[Add]:
    with path.open("w", encoding="utf-8", newline="") as file:

        def add(made: pd.DataFrame) -> None:
            first = header and file.tell() == 0
            guard_cells(made).to_csv(file, header=first, index=indexed, lineterminator="\n")

        yield add


@contextmanager
def _to_parquet(path: Path, indexed: bool) -> Iterator[Add]:
    arrow, parquet, writer = import_arrow(), import_arrow("pyarrow.parquet"), None
    with ExitStack() as stack:

        def add(made: pd.DataFrame) -> None:
            nonlocal writer
            piece = _readable(arrow.Table.from_pandas(made, preserve_index=indexed))
            writer = writer or stack.enter_context(parquet.ParquetWriter(path, piece.schema))
            writer.write_table(piece)

        yield add


def _readable(table: Any) -> Any:
    """The same Arrow table, without names of types that pandas writes and cannot read."""
    about = table.schema.pandas_metadata
    for column in about["columns"]:
        try:
            pd.api.types.pandas_dtype(column["numpy_type"])
        except (TypeError, NotImplementedError):  # a category, a list, a mapping
            column["numpy_type"] = "object"
    return table.replace_schema_metadata({**table.schema.metadata, b"pandas": json.dumps(about)})


@lru_cache(maxsize=8)  # takes about a second, so a process does it once
def _loaded(
    folder: str | None, lexicon: str | None, layer: Layer, setting: str | None
) -> ModelLike:
    model = read_model(folder, lexicon, layer)
    return model if setting is None else in_setting(model, setting)


@renamed(frame="patients")
@checked
def diagnose_partition(
    patients: pd.DataFrame,
    folder: str | None = None,
    lexicon: str | None = None,
    keep: Sequence[str] = (),
    layer: Layer = "literature",
    setting: str | None = None,
) -> pd.DataFrame:
    """Diagnose one part of a cohort, in whatever process it arrives, such as a worker of Spark.

    The result depends on the arguments alone, so the function can run on any worker where
    kneebayes is installed. Each worker loads the model once and keeps it. The table has the same
    index, the kept columns, and those of :attr:`kneebayes.cohort.Cohort.table`; its
    ``attrs["made_by"]`` says which model made it.

    Parameters
    ----------
    patients
        One row a patient, as :meth:`kneebayes.Model.diagnose_cohort` takes it.
    folder
        A knowledge folder that the worker can read; left out, the one in the package.
    lexicon
        Which lexicon turns words into numbers; left out, the folder's own choice.
    keep
        Columns that are carried through unread; they come first. Spark has no index: keep an id.
    layer, setting
        How much of the folder to take, and where the patients are seen, as :func:`kneebayes.load`
        takes them.

    Raises
    ------
    UnknownNameError, EvidenceError, TooWideError
        As :meth:`kneebayes.Model.diagnose_cohort` does.

    Examples
    --------
    >>> import pandas as pd
    >>> part = pd.DataFrame({"patient": ["a", "b"], "fever": [True, False]})
    >>> diagnose_partition(part, keep=["patient"])[["patient", "urgency"]]
      patient  urgency
    0       a      now
    1       b  routine
    """
    model = _loaded(folder, lexicon, layer, setting)
    made = diagnose_frame(model, patients, keep, progress=False)
    made.attrs["made_by"] = made_by_line(model)
    return made


@renamed(frame="patients")
@checked
def partition_meta(
    patients: pd.DataFrame,
    folder: str | None = None,
    lexicon: str | None = None,
    keep: Sequence[str] = (),
    layer: Layer = "literature",
    setting: str | None = None,
) -> pd.DataFrame:
    """What :func:`diagnose_partition` returns for a table with such columns, without any rows.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns cannot be understood, so that a mistake is found before work is sent out.

    Examples
    --------
    >>> import pandas as pd
    >>> list(partition_meta(pd.DataFrame({"fever": [True]})).columns[:3])
    ['urgency', 'top', 'log_probability']
    """
    return diagnose_partition(patients.iloc[:0], folder, lexicon, keep, layer, setting)


@renamed(frame="patients")
def diagnose_dask(patients: Any, model: ModelLike, keep: Sequence[str] = ()) -> Any:
    """Diagnose a dask DataFrame, each part where it lies; nothing is computed before it is asked.

    The result has the same index and parts, the kept columns, and those of
    :attr:`kneebayes.cohort.Cohort.table`. dask turns columns of mixed Python objects into text:
    words and numbers are read from text as well, a mapping of states to weights is not.

    Parameters
    ----------
    patients
        A ``dask.dataframe.DataFrame``, one row a patient, with columns as
        :meth:`kneebayes.Model.diagnose_cohort` takes them.
    model
        The model to ask. All of it travels, with its layer, setting and budget and what it
        learnt, so the workers need nothing but the package.
    keep
        Columns that are carried through unread; they come first.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns cannot be understood; this is checked before any work is sent out.
    KneebayesError
        If dask is not installed.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> import kneebayes as kb
    >>> patients = pd.DataFrame({"fever": [True, False]}, index=["ann", "bob"])
    >>> spread = diagnose_dask(dd.from_pandas(patients, npartitions=2), kb.load())
    >>> spread["urgency"].compute(scheduler="synchronous").tolist()
    ['now', 'routine']
    """
    with needing("Diagnosing on a cluster needs dask. Install it: pip install kneebayes[cohort]"):
        import dask.dataframe as dd
        from dask.delayed import delayed
    if not isinstance(patients, dd.DataFrame):
        kind = type(patients).__name__
        message = (
            f"A cohort on a cluster must be a dask DataFrame, got {kind}. "
            "For a pandas DataFrame there is model.diagnose_cohort(patients)."
        )
        raise EvidenceError(message)
    spread: Any = patients
    return spread.map_partitions(
        _diagnose_part,
        delayed(model.data, traverse=False),  # sent once, not with each part
        keep=names_of(keep),
        meta=diagnose_frame(model, patients._meta, keep, progress=False),
    )


def _diagnose_part(patients: pd.DataFrame, model: ModelLike, keep: Sequence[str]) -> pd.DataFrame:
    """One part of a cohort, on a worker."""
    return diagnose_frame(model, patients, keep, progress=False)
