"""Work kept in pieces beside its target, so that a run that was killed can be taken up again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from hashlib import file_digest, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kneebayes.cohort.questionnaire import PIECE
from kneebayes.errors import KneebayesError

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["Done", "Pieces", "description_of", "pieces_beside"]

FORM = 2  # of the folder; another form is not taken up
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Done:
    """What is known of a finished piece.

    Attributes
    ----------
    rows
        How many patients it holds.
    size
        Bytes of its file.
    urgency
        How many patients there are of each level.
    impossible
        How many of them have answers that cannot be true together.
    unanswered
        How many of them need more memory than is allowed for an exact answer.
    """

    rows: int
    size: int
    urgency: dict[str, int]
    impossible: int
    unanswered: int = 0


class Pieces:
    """Finished pieces of one run, each a file of the target's kind with a note beside it.

    A piece counts only once its note is there, and the note is written last; both appear
    under their names whole. So whatever moment a run is killed at, a piece is either
    finished or does not count.

    Parameters
    ----------
    folder
        Where they are.
    end
        Ending of their files, that of the target.
    """

    def __init__(self, folder: Path, end: str) -> None:
        self.folder = folder
        self.end = end
        self.done: list[Done] = []

    @property
    def whole(self) -> Path:
        """Where the pieces are put together."""
        return self.folder / f"whole{self.end}"

    @property
    def paths(self) -> list[Path]:
        """Files of the finished pieces, in order."""
        return [self.path(at) for at in range(len(self.done))]

    def path(self, at: int) -> Path:
        """File of a piece."""
        return self.folder / f"{at:08d}{self.end}"

    def find(self) -> None:
        """Take up the pieces that are finished, up to the first that is not."""
        while (done := self._read(len(self.done))) is not None:
            self.done.append(done)

    @contextmanager
    def adding(self) -> Iterator[Path]:
        """Where to write the next piece; :meth:`finish` it afterwards."""
        path = self.folder / f"piece{self.end}"
        yield path
        path.replace(self.path(len(self.done)))

    def finish(
        self, rows: int, urgency: Mapping[str, int], impossible: int, unanswered: int = 0
    ) -> None:
        """Note that the piece just written is finished."""
        at = len(self.done)
        done = Done(rows, self.path(at).stat().st_size, dict(urgency), impossible, unanswered)
        _write_whole(self._note(at), json.dumps(asdict(done)))
        self.done.append(done)

    def _note(self, at: int) -> Path:
        return self.folder / f"{at:08d}.json"

    def _read(self, at: int) -> Done | None:
        """The note of a piece, or None where it is not there or not true."""
        with suppress(OSError, ValueError, TypeError):
            done = Done(**json.loads(self._note(at).read_text(encoding="utf-8")))
            if self.path(at).stat().st_size == done.size:
                return done
        return None


@contextmanager
def pieces_beside(target: Path, description: str) -> Iterator[Pieces]:
    """The folder of pieces beside a target, with those of an earlier run of the same work.

    When all is well the whole becomes the target and the folder goes. An error that would
    come again (a :class:`KneebayesError`) removes the folder; whatever else ends the run
    (a kill, Ctrl-C, a full disk) leaves it, to be taken up by the next run.

    Parameters
    ----------
    target
        The file to be made.
    description
        What makes the work what it is; pieces of any other work are thrown away.

    Raises
    ------
    KneebayesError
        If another run is at work on the same target.
    """
    folder = target.with_name(f"{target.name}.unfinished")
    folder.mkdir(exist_ok=True)
    over = False
    try:
        with _alone(folder, target):
            pieces = _found(folder, target.suffix, description)
            try:
                yield pieces
                pieces.whole.replace(target)
            except KneebayesError:
                over = True
                raise
            else:
                over = True
            finally:
                if over:
                    _empty(folder)
    finally:
        if over:
            with suppress(OSError):  # the next run may have begun already
                (folder / LOCK).unlink()
                folder.rmdir()


def _found(folder: Path, end: str, description: str) -> Pieces:
    """The pieces of an earlier run of the same work, or none."""
    pieces, note = Pieces(folder, end), folder / "work.txt"
    if not note.is_file() or note.read_text(encoding="utf-8") != description:
        _empty(folder)
        _write_whole(note, description)
    pieces.find()
    return pieces


def description_of(model: ModelLike, source: Path, target: Path, keep: Sequence[str]) -> str:
    """What makes a run what it is: its source to the last bit, the model, the form of the result.

    Returns
    -------
    str
        Lines of text; equal for equal work, in any process.
    """
    with source.open("rb") as file:
        read = file_digest(file, "sha256").hexdigest()
    knowledge = model.data.knowledge
    said = [getattr(knowledge, one.name) for one in fields(knowledge) if one.name != "folder"]
    asked = sha256(repr((said, model.data.network.nodes)).encode("utf-8", "surrogatepass"))
    asked.update(model.data.engine.numbers.tobytes())
    lines = {
        "form": FORM,
        "kneebayes": _version(),
        "source": f"{source.suffix.lower()} {read}",
        "model": asked.hexdigest(),
        "reading": model.data.reading,
        "target": target.suffix,
        "keep": json.dumps(list(keep)),
        "rows of a piece": PIECE,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items())


def _version() -> str:
    try:
        return version("kneebayes")
    except PackageNotFoundError:
        return "unknown"


def _write_whole(path: Path, text: str) -> None:
    """Write a small file that is there whole or not at all."""
    fresh = path.with_name(f"{path.name}.fresh")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


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
    """Lock an open file, where the system can.

    Raises
    ------
    BlockingIOError
        If another process holds it.
    """
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
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return
