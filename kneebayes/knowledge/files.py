"""Reading plain TOML and CSV files with care: size, encoding, header, finite numbers."""

from __future__ import annotations

import csv
import io
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kneebayes.errors import Problem
from kneebayes.knowledge.rows import fault_of, not_csv
from kneebayes.knowledge.toml_lines import toml_fault
from kneebayes.text import counted, shown

LARGEST = 1_000_000
MOST = 1e300
MAGIC = {b"\x1f\x8b": "gzip", b"PK": "zip", b"BZ": "bzip2", b"\xfd7": "xz", b"(\xb5": "zstandard"}
ODD = "<>\x00"
UNSEEN = {"Cc", "Cf"}  # control characters, and marks that change what is seen


def _read_text(path: Path, place: str, problems: list[Problem]) -> str | None:
    """The text of a plain file, or None with the problem noted."""
    raw, size = b"", path.stat().st_size if path.is_file() else -1
    if 0 <= size <= LARGEST:
        raw = path.read_bytes()
    packed = next((name for magic, name in MAGIC.items() if raw.startswith(magic)), "")
    if size < 0:
        wrong, remedy = "the file is missing.", "Add it to the folder."
    elif size > LARGEST:
        wrong, remedy = f"the file has {counted(size, 'byte')}.", f"At most {LARGEST:,} are read."
    elif packed:
        wrong, remedy = f"the file is compressed ({packed}).", "Only plain text is read."
    else:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            wrong, remedy = f"byte {error.start} is not UTF-8.", "Save the file as UTF-8."
    problems.append(Problem(place, wrong, remedy))
    return None


def read_toml(path: Path, place: str, problems: list[Problem]) -> dict[str, Any] | None:
    """Read a TOML file; refuse infinities, NaN and markup in names.

    None comes back if it could not be read; in the problems it is called ``place``.
    """
    text = _read_text(path, place, problems)
    if text is None:
        return None
    try:
        content = tomllib.loads(text)
        odd = [] if _plain(content) else list(_odd_values(content))
    except (ValueError, RecursionError) as error:
        problems.append(Problem(place, *toml_fault(text, error)))
        return None
    for where, wrong, remedy in odd:
        problems.append(Problem(f"{place}: {where}", wrong, remedy))
    return content


def _plain(value: object) -> bool:
    """Whether nothing inside can be odd: most files, seen at once."""
    if isinstance(value, dict):
        return all(map(_plain, value)) and all(map(_plain, value.values()))
    if isinstance(value, list):
        return all(map(_plain, value))
    if isinstance(value, str):
        return value.isprintable() and not any(odd in value for odd in ODD)
    return not _is_beyond(value)


def _is_beyond(value: object) -> bool:
    """Whether a number is none to reason with; every number of a folder is far smaller."""
    return isinstance(value, float | int) and not -MOST <= value <= MOST


def _odd_values(content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Numbers that are none, and texts with markup: place, fault and remedy."""
    for where, value in _walk(content, ""):
        if _is_beyond(value):
            wrong = f"{shown(value, 20)} is not a number to reason with."
            yield where, wrong, "Give a finite number."
        if isinstance(value, str) and any(odd in value for odd in ODD):
            remedy = "Names and texts are plain: leave out '<' and '>'."
            yield where, f"{value[:60]!r} holds markup.", remedy
        elif isinstance(value, str) and any(unicodedata.category(one) in UNSEEN for one in value):
            remedy = "Names and texts stand on one line, without control characters."
            yield where, f"{value[:60]!r} holds a character that is not seen.", remedy


def _walk(value: object, where: str) -> Iterator[tuple[str, object]]:
    """Every key and value inside, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            place = f"{where}.{key}" if where else str(key)
            yield place, key
            yield from _walk(inner, place)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _walk(inner, f"{where}[{at}]")
    else:
        yield where, value


def read_csv(
    path: Path, place: str, header: Sequence[str], problems: list[Problem]
) -> list[tuple[int, dict[str, str]]]:
    """Line numbers and cells of a CSV file whose header must be exactly ``header``.

    Nothing is converted, so ``NA`` stays ``NA``. Empty lines are passed over.
    """
    text = _read_text(path, place, problems)
    if text is None:
        return []
    lines = io.StringIO(text, newline="")
    read: list[str] = []  # of the row that is read: what stands in quotation marks may be longer
    reader = csv.reader(_noting(lines, read), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []

    def note(wrong: str, remedy: str) -> None:
        """Add a problem in the line that was read last."""
        problems.append(Problem(f"{place}: line {reader.line_num}", wrong, remedy))

    try:
        first = next(reader, [])
        if first != list(header):
            wrong = f"the header is {','.join(first)!r}."
            problems.append(Problem(f"{place}: line 1", wrong, f"It must be {','.join(header)!r}."))
            return []
        read.clear()
        for cells in reader:
            raw = "".join(read).strip("\r\n")
            read.clear()
            if not cells:  # an empty line
                continue
            if fault := fault_of(cells, raw, header):
                note(*fault)
            elif any(odd in cell for cell in cells for odd in ODD):
                note("a cell holds markup.", "Texts are plain: leave out '<' and '>'.")
            else:
                rows.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        began = max(1, reader.line_num - len(read) + 1)
        problems.append(Problem(f"{place}: line {began}", *not_csv(error, len(read))))
    return rows


def _noting(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    """The lines, each of them noted too."""
    for line in lines:
        read.append(line)
        yield line
