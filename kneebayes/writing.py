"""Files written so that none is lost, texts read with care, tables no spreadsheet runs."""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kneebayes.binding import pd
from kneebayes.errors import KneebayesError
from kneebayes.text import clipped, counted

LONGEST = 200  # characters of a name that a message shows
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate (OWASP)


def write_safely(path: str | Path, content: str | bytes) -> Path:
    """Write text (as UTF-8, line ends as they are) or bytes beside the old file, then in its place.

    Whatever happens on the way (no space, a kill), the old file is still there, whole.

    Raises
    ------
    KneebayesError
        If it cannot be written; names the file and the reason.
    """
    with replacing_file(path) as fresh:
        fresh.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return Path(path)


@contextmanager
def replacing_file(path: str | Path) -> Iterator[Path]:
    """A path to write to, which takes the place of a file once all of it is written.

    Its name ends as that of the file, so that what goes by suffix works on it. If the block
    raises, the old file stays and what was written so far is removed. A link is followed; what
    is no plain file, such as a pipe, is written to as it is.
    """
    with telling_why(path):
        wanted = Path(os.path.realpath(path))
        mode = wanted.stat().st_mode if wanted.exists() else None
        if mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            yield wanted
            return
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(21, "it is a folder")
        fresh = wanted.with_name(f".{secrets.token_hex(4)}{_ending(wanted)}")
        try:
            yield fresh
            # make sure that the content is on the disk, then give it its name
            with fresh.open("rb+") as file:
                os.fsync(file.fileno())
            if mode is not None:
                fresh.chmod(stat.S_IMODE(mode))
            fresh.replace(wanted)
        finally:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)


@contextmanager
def telling_why(path: str | Path) -> Iterator[None]:
    """Say in a :class:`KneebayesError` why a file cannot be written, whatever the system says."""
    try:
        yield
    except (OSError, UnicodeEncodeError, ValueError) as error:
        if isinstance(error, KneebayesError) or _from_elsewhere(error):
            raise
        raise KneebayesError(_reason(Path(path), error)) from error


def plain_text(path: str | Path, largest: int) -> str:
    """The text of a plain file in UTF-8, of so many bytes at most; no pipe, which may never end.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plain_text(write_safely(f"{folder}/note.txt", "knee"), 100)
    'knee'
    """
    path = Path(path)
    why, remedy = "", "Check its name and rights."
    try:
        mode, size = path.stat().st_mode, path.stat().st_size
        if stat.S_ISDIR(mode):
            why, remedy = "it is a folder", "Name a file in it."
        elif not stat.S_ISREG(mode):
            why, remedy = "it is no plain file", "Name a file."
        elif size > largest:
            why, remedy = f"it has {counted(size, 'byte')}", f"At most {largest:,} are read."
        else:
            return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        why = "there is no such file"
    except UnicodeDecodeError as error:
        why, remedy = f"byte {error.start} is not UTF-8", "Save the file as UTF-8."
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
    message = f"'{clipped(str(path), LONGEST)}' cannot be read: {why}. {remedy}"
    raise KneebayesError(message)


def strict_json(text: str, tell: Callable[[str, str, str], object]) -> Any:
    """What a text in JSON holds; what is no JSON is a ``ValueError``.

    Told is, with its place and a remedy, what other readers let pass: a name that stands twice in
    one object, and a number that is not finite, or so near to 0 that it becomes 0.

    Examples
    --------
    >>> strict_json('{"a": 1, "a": 2}', print)
    key 'a' it stands twice in one object. Keep one.
    {'a': 2}
    """

    def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object, of whose names none should stand twice."""
        for key, count in Counter(key for key, _ in members).items():
            if count > 1:
                tell(f"key '{short(key)}'", "it stands twice in one object.", "Keep one.")
        return dict(members)

    def not_finite(word: str) -> float:
        """Zero instead of what is no finite number."""
        tell(f"number {short(word)}", "it is not finite.", "Give a finite number.")
        return 0.0

    def number(digits: str) -> float:
        """A number with a point or a power; no negative zero."""
        value = float(digits)
        if not value and vanishes(digits):
            tell(f"number {short(digits)}", "it is too near to 0.", "Write 0, or more.")
        return value + 0.0 if math.isfinite(value) else not_finite(digits)

    hooks: dict[str, Any] = {"object_pairs_hook": once, "parse_constant": not_finite}
    return json.loads(text, parse_float=number, **hooks)


def vanishes(digits: str) -> bool:
    """Whether a number is so near to 0 that it becomes 0: what has probability 0 cannot be."""
    return float(digits) == 0.0 and re.search("[1-9]", re.split("[eE]", digits)[0]) is not None


def short(content: object) -> str:
    """Some content in a message: never long, and a text without line breaks."""
    text = content if isinstance(content, str) else json.dumps(content)
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text if len(text) <= 60 else text[:57] + "..."


def same_place(first: str | Path, second: str | Path) -> bool:
    """Whether two paths are of one file, links followed; a circle of links is no error here.

    Examples
    --------
    >>> same_place("notes/../a.csv", "a.csv"), same_place("a.csv", "b.csv")
    (True, False)
    """
    try:
        return os.path.realpath(first) == os.path.realpath(second)
    except (OSError, ValueError):  # what cannot be a file is refused by whoever opens it
        return False


def _ending(path: Path) -> str:
    ending = "".join(path.suffixes)
    return ending if len(ending) <= 40 else path.suffix[:40]


def _from_elsewhere(error: BaseException) -> bool:
    """Whether an error is about values and not about a file, so that it goes on as it is."""
    of_values = isinstance(error, ValueError) and not isinstance(error, UnicodeEncodeError)
    return of_values and "null byte" not in str(error).casefold()


def _reason(path: Path, error: Exception) -> str:
    name = f"'{clipped(str(path), LONGEST)}'"
    if isinstance(error, UnicodeEncodeError):
        return f"{name} cannot be written: some text in it is no Unicode ({error.reason})."
    why = getattr(error, "strerror", None) or str(error)
    no_folder = isinstance(error, FileNotFoundError)
    remedy = "Make the folder first." if no_folder else "What was there before is unchanged."
    return f"{name} cannot be written: {why}. {remedy}"


def text_or_path(text: str, path: str | Path | None) -> str | Path:
    """A text, or where it was written if there is a path."""
    return text if path is None else write_safely(path, text)


def guard_text(value: object) -> object:
    """A text that a spreadsheet shows and does not run: what begins as a formula gets a ``'``.

    Numbers stay as they are, also in text.

    Examples
    --------
    >>> guard_text("=1+1"), guard_text("-0.5"), guard_text("fever"), guard_text(3)
    ("'=1+1", '-0.5', 'fever', 3)
    """
    if not isinstance(value, str) or not value.startswith(FORMULA) or _is_number(value):
        return value
    return f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def guard_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A table whose text columns, headings and index a spreadsheet does not run.

    Where no text begins as a formula it is the same table, else a copy with ``'`` before each.

    Examples
    --------
    >>> import pandas as pd
    >>> guard_cells(pd.DataFrame({"patient": ["=cmd()", "A1"], "fever": [0.2, -0.5]}))
       patient  fever
    0  '=cmd()    0.2
    1       A1   -0.5
    """
    guarded = frame.copy(deep=False)
    for index, kind in enumerate(frame.dtypes):
        if kind.kind not in "biufcmM":
            guarded.isetitem(index, list(map(guard_text, frame.iloc[:, index])))
    if frame.index.dtype.kind not in "biufcmM":
        guarded.index = frame.index.map(guard_text)
    guarded.columns = [guard_text(name) for name in frame.columns]
    guarded.columns.name = frame.columns.name
    return guarded
