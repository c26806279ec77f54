"""JSON read with care: size, depth, each key once, finite numbers; and checked by a schema."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kneebayes.errors import suggest
from kneebayes.exchange.problems import Problems

__all__ = ["check_schema", "read_json", "schema_named", "write_json"]

LARGEST = 1_000_000
DEEPEST = 32
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


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
        text = _text_of(Path(source), problems, largest)
    _check_depth(text, problems)
    twice: list[str] = []
    odd: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in found]
        twice.extend(dict.fromkeys(key for key in keys if keys.count(key) > 1))
        return dict(found)

    def refuse(name: str) -> float:
        odd.append(name)
        return 0.0

    def number(digits: str) -> float:
        value = float(digits)
        return value if math.isfinite(value) else refuse(digits)

    try:
        content = json.loads(
            text, object_pairs_hook=pairs, parse_constant=refuse, parse_float=number
        )
    except ValueError as error:  # also whole numbers of more digits than Python takes
        problems.stop("content", f"not valid JSON: {error}.", "Mend it there.")
    for key in twice:
        problems.add(f"key '{_short(key)}'", "it stands twice in one object.", "Keep one.")
    for name in odd:
        problems.add(f"number {_short(name)}", "it is not finite.", "Give a finite number.")
    return content


def _text_of(path: Path, problems: Problems, largest: int) -> str:
    if not path.is_file():
        problems.stop("file", "there is no such file.", "Check the path.")
    size = path.stat().st_size
    if size > largest:
        remedy = f"At most {largest:,} are read."
        problems.stop("file", f"it has {size:,} bytes.", remedy)
    try:
        return path.read_bytes().decode("utf-8-sig")
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


def write_json(content: Mapping[str, object], path: str | Path) -> Path:
    """Write plain values as JSON; numbers keep all their digits."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    path = Path(path)
    path.write_text(text + "\n", encoding="utf-8")
    return path


@cache
def schema_named(name: str) -> dict[str, Any]:
    """A JSON Schema that comes with the package, such as ``patient``."""
    text = files("kneebayes.exchange").joinpath(f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check_schema(content: object, schema: dict[str, Any], problems: Problems) -> None:
    """Add everything in which some content does not follow a JSON Schema.

    Knows the part of JSON Schema (draft 2020-12) that the schemas of this package use; a word
    that it does not know is an error of the package, not of the file.

    Parameters
    ----------
    content
        What was read.
    schema
        The schema.
    problems
        Where to add.
    """
    _Checker(schema, problems).check(content, schema, "")


class _Checker:
    """Goes through content and schema side by side."""

    silent = frozenset({"$schema", "$id", "$defs", "$comment", "title", "description"})

    def __init__(self, schema: dict[str, Any], problems: Problems) -> None:
        self.root, self.problems = schema, problems

    def check(self, content: object, schema: dict[str, Any], place: str) -> None:
        if "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        if "type" in schema and not self.has_type(content, schema["type"], place):
            return
        for word, rule in schema.items():
            if word in self.silent or word == "type":
                continue
            checked = getattr(self, f"check_{word}", None)
            if checked is None:  # a mistake in a schema of ours, never in what a user gives
                message = f"The schema uses '{word}', which this checker does not know."
                raise ValueError(message)
            checked(content, rule, schema, place)

    def add(self, place: str, wrong: str, remedy: str = "") -> None:
        self.problems.add(place or "content", wrong, remedy)

    def has_type(self, content: object, wanted: str | list[str], place: str) -> bool:
        kinds = [wanted] if isinstance(wanted, str) else wanted
        for kind in kinds:
            if isinstance(content, TYPES[kind]) and (
                kind == "boolean" or not isinstance(content, bool)
            ):
                return True
        self.add(place, f"it is {_short(content)}.", f"It must be of type {' or '.join(kinds)}.")
        return False

    def check_required(self, content: object, rule: Any, _: Any, place: str) -> None:
        for name in rule:
            if isinstance(content, dict) and name not in content:
                self.add(place, f"'{name}' is missing.", "Add it.")

    def check_properties(self, content: object, rule: Any, _: Any, place: str) -> None:
        for name, inner in rule.items():
            if isinstance(content, dict) and name in content:
                self.check(content[name], inner, _inside(place, name))

    def check_additionalProperties(  # noqa: N802, named as in JSON Schema
        self, content: object, rule: Any, schema: Any, place: str
    ) -> None:
        known = schema.get("properties", {})
        for name in content if isinstance(content, dict) else ():
            if name in known:
                continue
            if rule is False:
                near = suggest(name, known)
                hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
                self.add(place, f"there is no field '{_short(name)}'.", hint)
            elif isinstance(rule, dict) and isinstance(content, dict):
                self.check(content[name], rule, _inside(place, name))

    def check_items(self, content: object, rule: Any, _: Any, place: str) -> None:
        for at, one in enumerate(content if isinstance(content, list) else ()):
            self.check(one, rule, f"{place}[{at}]")

    def check_const(self, content: object, rule: Any, _: Any, place: str) -> None:
        if content != rule or type(content) is not type(rule):
            self.add(place, f"it is {_short(content)}.", f"It must be {rule!r}.")

    def check_enum(self, content: object, rule: Any, _: Any, place: str) -> None:
        if content not in rule:
            allowed = ", ".join(map(str, rule))
            self.add(place, f"it is {_short(content)}.", f"It must be one of: {allowed}.")

    def check_minimum(self, content: object, rule: Any, _: Any, place: str) -> None:
        if isinstance(content, int | float) and content < rule:
            self.add(place, f"it is {content}.", f"It must be at least {rule}.")

    def check_maximum(self, content: object, rule: Any, _: Any, place: str) -> None:
        if isinstance(content, int | float) and content > rule:
            self.add(place, f"it is {_short(content)}.", f"It must be at most {rule}.")

    def check_minLength(  # noqa: N802
        self, content: object, rule: Any, _: Any, place: str
    ) -> None:
        if isinstance(content, str) and len(content) < rule:
            self.add(place, "it is empty.", "Give a text.")

    def check_maxLength(  # noqa: N802
        self, content: object, rule: Any, _: Any, place: str
    ) -> None:
        if isinstance(content, str) and len(content) > rule:
            self.add(place, f"it has {len(content)} characters.", f"At most {rule} are allowed.")

    def check_pattern(self, content: object, rule: Any, _: Any, place: str) -> None:
        if isinstance(content, str) and not re.search(rule, content):
            self.add(place, f"it is {_short(content)}.", f"It must look like {rule}.")


def _inside(place: str, name: str) -> str:
    return f"{place}.{_short(name)}" if place else _short(name)


def _short(content: object) -> str:
    """Some content in a message: never long, and a text without line breaks."""
    text = content if isinstance(content, str) else json.dumps(content)
    text = "".join(one if one.isprintable() else "\ufffd" for one in text)
    return text if len(text) <= 60 else text[:57] + "..."
