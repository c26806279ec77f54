"""Plain TOML and CSV files, read with care: what is wrong with them, and what to write."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kneebayes.errors import Problem
from kneebayes.text import as_id, clipped, counted, shown

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
    """A TOML file, called ``place`` in the problems; None where it could not be read."""
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
    """Whether nothing inside is odd: a quick look, which nearly all files pass."""
    if isinstance(value, dict):
        return all(map(_plain, value)) and all(map(_plain, value.values()))
    if isinstance(value, list):
        return all(map(_plain, value))
    if isinstance(value, str):
        return value.isprintable() and not any(odd in value for odd in ODD)
    return not _is_beyond(value)


def _is_beyond(value: object) -> bool:
    """Whether a number is not finite, or larger than any number of a folder may be."""
    return isinstance(value, float | int) and not -MOST <= value <= MOST


def _odd_values(content: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Numbers that are not finite, and texts with markup: place, fault and remedy."""
    for where, value in _walk(content, ""):
        if _is_beyond(value):
            wrong = f"{shown(value, 20)} is not a number to reason with."
            yield where, wrong, "Give a finite number."
        if isinstance(value, str) and any(odd in value for odd in ODD):
            remedy = "Names and texts are plain: leave out '<' and '>'."
            yield where, f"{value[:60]!r} holds markup.", remedy
        elif isinstance(value, str) and any(unicodedata.category(sign) in UNSEEN for sign in value):
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
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{where}[{index}]")
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
    for line in lines:
        read.append(line)
        yield line


LONGEST_ROW = 1000  # letters of a row that a message shows
QUOTED = "a text with commas stands in double quotation marks"
ENDS = "A row whose last column is empty ends with a comma."


def written_row(cells: Sequence[str]) -> str:
    """A row as it must be written: what has commas or quotation marks stands in quotation marks."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def fault_of(cells: Sequence[str], raw: str, columns: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the number of cells of a row, and what to write; None if nothing is.

    A blank behind a comma is that of a sentence which the comma cuts in two, unless the row has
    blanks behind all its commas, or the blank stands in quotation marks. No row is shown as mended
    where two of its commas stand side by side: either may be the one too many, or neither.

    Examples
    --------
    >>> raw = "C01,It is dull, and all over."
    >>> fault_of(raw.split(","), raw, ["id", "statement", "unused_because"])[1].splitlines()[-1]
    '      mended:   C01,"It is dull, and all over.",'
    """
    goes_on = [cell.startswith(" ") and f",{cell}" in raw for cell in cells]
    split = goes_on.index(True) if any(goes_on) else None
    spaced = all(cell.startswith(" ") or not cell for cell in cells[1:])
    fits = len(cells) == len(columns)
    cut = split is not None and (split == len(columns) - 1 or bool(cells[-1]))
    if fits and (spaced or not cut):
        return None
    if fits and split is not None:
        wrong = (
            f"a comma cuts a text in two: {columns[split]} would be '{clipped(cells[split], 60)}'."
        )
    else:
        needed = f"There must be {len(columns)}, as in the header: {','.join(columns)}."
        wrong = f"{counted(len(cells), 'field')} found. {needed}"
    whole = list(cells) if spaced else _joined(cells)
    while len(whole) > len(columns) and not any(whole[-2:]):
        whole.pop()  # a comma too many at the end
    surplus = len(whole) - len(columns)
    commas = len(whole) < len(cells) or surplus > 0
    remedies = [f"{QUOTED.capitalize()}."] if commas else []
    stray = surplus > 0 and not all(whole[1:-1])  # nobody can tell where
    remedies += ["Of two commas side by side one may be too many."] if stray else []
    if fits and split == len(columns) - 1:
        remedies.append("Should it be a column of its own, take the blank before it away.")
    if len(whole) == len(columns) - 1:
        remedies.append(ENDS)
        whole.append("")
    if surplus > 0 and not stray:  # most likely it is of the longest text
        first = len(columns) - 2
        whole[first : first + surplus + 1] = [",".join(whole[first : first + surplus + 1])]
    if len(whole) == len(columns):
        remedies += [f"\n      as it is: {clipped(raw, LONGEST_ROW)}"]
        remedies += [f"\n      mended:   {clipped(written_row(whole), LONGEST_ROW)}"]
    else:
        remedies.append(f"Got: {clipped(raw, LONGEST_ROW)}")
    return wrong, " ".join(remedies).replace(" \n", "\n")


def _joined(cells: Sequence[str]) -> list[str]:
    """Cells in which a sentence goes on, put together again."""
    whole = list(cells[:1])
    for cell in cells[1:]:
        if cell.startswith(" "):
            whole[-1] += f",{cell}"
        else:
            whole.append(cell)
    return whole


def not_csv(error: csv.Error, lines: int) -> tuple[str, str]:
    """What the quotation marks of a row have that they must not, and what to write.

    ``lines`` are those that were read as one row, since a text in quotation marks was not closed.
    """
    if lines > 1 or "unexpected end" in str(error):
        wrong = "a text begins with a quotation mark and has none at its end."
        return wrong, "Close it in the line it begins in, before the next comma."
    if "expected after" in str(error):
        remedy = 'In a text that stands in quotation marks write each of them twice: "a ""pop""".'
        return "a quotation mark ends a text in its middle.", remedy
    return f"not valid CSV: {error}.", "Mend the line named."


TWICE = "Each heading and each name stands once."
OPEN_TEXT = "A text ends in the line it begins in, with the same quotation mark."
OPEN_TABLE = "What begins with { ends with } in the same line."
DECIMAL_COMMA = re.compile(r"=\s*([+-]?\d+),(\d+)")
REMEDIES = {  # by what tomllib says
    "twice": TWICE,
    "Cannot overwrite": TWICE,
    "immutable namespace": TWICE,
    "Unterminated string": OPEN_TEXT,
    "Illegal character '\\n'": OPEN_TEXT,
    "Unclosed inline table": OPEN_TABLE,
    "Unclosed array": "What begins with [ ends with ].",
    "Expected ']'": "A heading stands in brackets: [name].",
    "Expected '='": "A line says NAME = VALUE.",
    "Invalid initial character for a key": "There is a comma too many, or a name is missing.",
    "Invalid statement": "A name has letters from a to z, digits and '_'.",
    "Unescaped": "Write each \\ twice.",
}
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
HEADING = re.compile(r"\[(\w[^\]\"']*)\]")
LONGEST_LINE = 300  # letters of a line that a message shows
OTHERWISE = "Mend the line named."


def toml_fault(text: str, error: Exception) -> tuple[str, str]:
    """What is wrong with a TOML file, and what to do about it, with the line.

    Examples
    --------
    >>> import tomllib
    >>> try:
    ...     tomllib.loads("leak = seldom")
    ... except ValueError as error:
    ...     print(toml_fault("leak = seldom", error)[1])
    A text stands in double quotation marks: "seldom".
          line 1: leak = seldom
    """
    message = str(error)
    line, column = _line_of(text, message)
    remedy = next((advice for sign, advice in REMEDIES.items() if sign in message), OTHERWISE)
    if comma := DECIMAL_COMMA.search(re.sub(r"\".*?\"|'.*?'", '""', line)):
        remedy = f"Write a point for the decimal comma: {comma[1]}.{comma[2]}."
    elif "Invalid value" in message and line:
        remedy = _of_value(line[column - 1 :].strip())
    elif "Expected '='" in message and (id := as_id(line.partition("=")[0])) and "=" in line:
        remedy = f"A name has no blanks: {id} = ..."
    elif "Expected ']'" in message and (named := HEADING.fullmatch(line.strip())):
        remedy = f"A name has no blanks: [{'.'.join(map(as_id, named[1].split('.')))}]."
    elif "initial character" in message and line[:column].rstrip().endswith("{"):
        remedy = OPEN_TABLE
    elif "Expected newline" in message:
        remedy = _of_rest(line[column - 1 :].strip(), line)
    place = PLACE.search(message)
    if place and line:
        remedy += f"\n      line {place[1]}: {clipped(line.strip(), LONGEST_LINE)}"
    return f"not valid TOML: {message}.", remedy


def _line_of(text: str, message: str) -> tuple[str, int]:
    """The line that an error names, and the column in it; empty if it names none."""
    place = PLACE.search(message)
    lines = text.split("\n")
    if place is None or int(place[1]) > len(lines):
        return "", 1
    return lines[int(place[1]) - 1], int(place[2])


def _of_value(value: str) -> str:
    """What to write for a value that is none."""
    word = re.match(r"[^\W\d][^,\]}#]*", value)
    if value.casefold().startswith(("true", "false")):
        return "Write true or false, in small letters."
    if word is not None:
        return f'A text stands in double quotation marks: "{clipped(word[0].strip(), 60)}".'
    if value and value[0] in "\u201c\u201d\u201e\u2018\u2019":
        return 'Use straight quotation marks: ".'
    if value.startswith("."):
        return f"Write a digit before the point: 0{value.split(maxsplit=1)[0]}."
    return "After '=' there is a text in quotation marks, a number, true, false, [...] or {...}."


def _of_rest(rest: str, line: str) -> str:
    """What to write where something stands behind a value."""
    if rest.startswith("%"):
        return "A share is a number from 0 to 1: 0.05 for 5 %."
    if '"' in line or "'" in line:
        return "A text that holds quotation marks has a \\ before each of them."
    return "A line says one thing: begin another for the rest."
