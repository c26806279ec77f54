"""JSON read with care: size, depth, each key once, finite numbers."""

from __future__ import annotations

import gzip
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kneebayes.exchange.problems import Problems
from kneebayes.writing import write_safely

__all__ = [
    "decode_json",
    "json_text",
    "parse_json",
    "read_bytes",
    "read_json",
    "save_json",
    "short",
]

PACKED = b"\x1f\x8b"  # how a gzip file begins
LARGEST = 1_000_000
DEEPEST = 32


def read_json(
    source: str | Path | Mapping[str, object], problems: Problems, largest: int = LARGEST
) -> Any:
    """The content of a JSON file, or of what was parsed elsewhere.

    Parameters
    ----------
    source
        A path, or a mapping that is checked as if it had been read.
    problems
        Where to add what is wrong.
    largest
        Bytes that are read at most.

    Raises
    ------
    ExchangeError
        If nothing can be read: no such file, too large, no UTF-8, no JSON, nested too deep.
    """
    if isinstance(source, Mapping):
        try:
            text = json.dumps(source)
        except (TypeError, ValueError, RecursionError) as error:
            problems.stop("content", f"it cannot be JSON: {error}.")
    else:
        text = decode_json(read_bytes(Path(source), problems, largest), problems)
    return parse_json(text, problems)


def parse_json(text: str, problems: Problems) -> Any:
    """The content of a text in JSON; what is odd is added to the problems."""
    _check_depth(text, problems)
    twice: list[str] = []
    odd: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object, noting the names that stand in it twice."""
        keys = [key for key, _ in members]
        made = dict(members)
        if len(made) < len(members):
            twice.extend(key for key, count in Counter(keys).items() if count > 1)
        return made

    def refuse(name: str) -> float:
        """Note what is no finite number."""
        odd.append(name)
        return 0.0

    def number(digits: str) -> float:
        """A number, if it is finite."""
        value = float(digits)
        return value if math.isfinite(value) else refuse(digits)

    try:
        content = json.loads(
            text, object_pairs_hook=pairs, parse_constant=refuse, parse_float=number
        )
    except ValueError as error:  # also whole numbers of more digits than Python takes
        problems.stop("content", f"not valid JSON: {error}.", "Mend it there.")
    for key in twice:
        problems.add(f"key '{short(key)}'", "it stands twice in one object.", "Keep one.")
    for name in odd:
        problems.add(f"number {short(name)}", "it is not finite.", "Give a finite number.")
    return content


def read_bytes(path: Path, problems: Problems, largest: int) -> bytes:
    """The content of a file, unpacked where it is packed by gzip.

    Raises
    ------
    ExchangeError
        If it cannot be read, or has too many bytes.
    """
    try:
        if not path.is_file():
            problems.stop("file", "there is no such file.", "Check the path.")
        size = path.stat().st_size
        data = path.read_bytes() if size <= largest else b""
        if data.startswith(PACKED):
            with gzip.open(path) as file:
                data = file.read(largest + 1)
            size = len(data)
    except EOFError:
        problems.stop("file", "its gzip content ends too early.", "Pack it anew.")
    except (OSError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        problems.stop("file", f"it cannot be read: {why}.", "Check the path.")
    if size > largest:
        remedy = f"At most {largest:,} are read."
        problems.stop("file", f"it has {size:,} bytes.", remedy)
    return data


def decode_json(data: bytes, problems: Problems) -> str:
    """The text of a JSON file, which must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start} is not UTF-8."
        problems.stop("file", wrong, "Save it as UTF-8.")


def _check_depth(text: str, problems: Problems) -> None:
    """Refuse deep nesting before it is parsed; brackets inside texts do not count."""
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if match[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                remedy = f"At most {DEEPEST} levels are read."
                problems.stop("content", "objects and lists are nested too deep.", remedy)
        elif match[0] in "]}":
            depth -= 1


def json_text(content: Mapping[str, object]) -> str:
    """Plain values as JSON; numbers keep all their digits."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def save_json(content: Mapping[str, object], path: str | Path) -> Path:
    """Write plain values as JSON; a file that is there stays until all of it is written.

    Raises
    ------
    KneebayesError
        If it cannot be written; names the file and the reason.
    """
    return write_safely(path, json_text(content))


def short(content: object) -> str:
    """Some content in a message: never long, and a text without line breaks."""
    text = content if isinstance(content, str) else json.dumps(content)
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text if len(text) <= 60 else text[:57] + "..."
