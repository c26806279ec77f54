"""What a JSON Schema demands (draft 2020-12, of it what the schemas here use), and what to do.

Its own few rules instead of a package for all of them, which takes seconds to import where what it
can use is installed beside it. A test holds them to that package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from kneebayes.exchange.data_files import short
from kneebayes.exchange.problems import Problems
from kneebayes.text import suggest

__all__ = ["check_schema", "faults_in", "schema_named"]

Schema = Mapping[str, Any]

REMEDIES = {
    "const": "It must be {!r}.",
    "minimum": "It must be at least {}.",
    "maximum": "It must be at most {}.",
    "pattern": "It must look like {}.",
}
SILENT = {"$schema", "$id", "$defs", "$comment", "title", "description"}
LEADING = {"$ref", "properties", "additionalProperties", "items"}  # to what is inside
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


class Fault(NamedTuple):
    """One demand of a schema that some content does not meet.

    Attributes
    ----------
    steps
        Names and places that lead to the content.
    keyword, rule
        What is demanded, such as ``minimum`` and ``0``.
    content
        What was given.
    schema
        The part of the schema that demands it.
    """

    steps: tuple[str | int, ...]
    keyword: str
    rule: Any
    content: Any
    schema: Schema


@cache
def schema_named(name: str) -> dict[str, Any]:
    """A JSON Schema that comes with the package, such as ``patient``."""
    text = files("kneebayes.exchange").joinpath(f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check_schema(content: object, schema: Schema, problems: Problems) -> None:
    """Add everything in which some content does not follow a JSON Schema (draft 2020-12)."""
    messages = set()
    for fault in faults_in(content, schema):
        place = _place(fault)
        for wrong, remedy in _told(fault):
            if (place, wrong) not in messages:
                messages.add((place, wrong))
                problems.add(place or "content", wrong, remedy)


def faults_in(content: object, schema: Schema) -> Iterator[Fault]:
    """Every demand of a schema that some content does not meet, in the order of the schema."""
    return _Checking(schema).faults(content, schema, ())


class _Checking:
    """Goes through a schema and some content side by side."""

    def __init__(self, whole: Schema) -> None:
        self.whole = whole

    def faults(
        self, content: object, schema: Schema, steps: tuple[str | int, ...]
    ) -> Iterator[Fault]:
        """The faults of some content under a part of the schema."""
        for keyword, rule in schema.items():
            if keyword in SILENT:
                continue
            if keyword == "$ref":
                yield from self.faults(content, self._named(rule), steps)
            elif keyword in LEADING:
                for step, inner, part in _inner(content, keyword, schema):
                    yield from self.faults(inner, part, (*steps, step))
            if not _meets(content, keyword, rule, schema):
                yield Fault(steps, keyword, rule, content, schema)

    def _named(self, reference: str) -> Schema:
        """The part of the schema that a reference such as ``#/$defs/answer`` names."""
        part: Any = self.whole
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
        found: Schema = part
        return found


def _inner(
    content: object, keyword: str, schema: Schema
) -> Iterator[tuple[str | int, object, Schema]]:
    """What is inside some content, with its step and the part of the schema that it is under."""
    rule, known = schema[keyword], schema.get("properties", {})
    if keyword == "items" and isinstance(content, list):
        yield from ((at, inner, rule) for at, inner in enumerate(content))
    elif keyword == "properties" and isinstance(content, dict):
        yield from ((name, content[name], part) for name, part in rule.items() if name in content)
    elif keyword == "additionalProperties" and isinstance(content, dict) and rule is not False:
        yield from ((name, inner, rule) for name, inner in content.items() if name not in known)


def _meets(content: Any, keyword: str, rule: Any, schema: Schema) -> bool:
    """Whether some content meets a single demand; one of another kind of content it does."""
    if keyword in LEADING and rule is not False:
        return True  # what is inside was looked at
    kind, demand = DEMANDS[keyword]
    return (kind != "" and not _is_of(content, kind)) or demand(content, rule, schema)


def _is_of(content: object, kind: str) -> bool:
    """Whether some content is of a kind; true and false are no numbers, 1.0 is a whole one."""
    if isinstance(content, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(content, int) or (isinstance(content, float) and content.is_integer())
    return isinstance(content, KINDS[kind])


def _same(one: object, other: object) -> bool:
    """Whether two plain values are the same; 1 is 1.0, but true is not 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return isinstance(one, bool) == isinstance(other, bool) and one == other


# by keyword the kind of content that it speaks of (none: of any), and whether it is met
DEMANDS: dict[str, tuple[str, Callable[[Any, Any, Schema], bool]]] = {
    "type": ("", lambda it, rule, _: any(_is_of(it, kind) for kind in _listed(rule))),
    "const": ("", lambda it, rule, _: _same(it, rule)),
    "enum": ("", lambda it, rule, _: any(_same(it, one) for one in rule)),
    "required": ("object", lambda it, rule, _: all(name in it for name in rule)),
    "additionalProperties": (
        "object",
        lambda it, _, schema: all(name in schema.get("properties", {}) for name in it),
    ),
    "minLength": ("string", lambda it, rule, _: len(it) >= rule),
    "maxLength": ("string", lambda it, rule, _: len(it) <= rule),
    "pattern": ("string", lambda it, rule, _: re.search(rule, it) is not None),
    "minimum": ("number", lambda it, rule, _: it >= rule),
    "maximum": ("number", lambda it, rule, _: it <= rule),
}


def _listed(rule: str | list[str]) -> list[str]:
    return [rule] if isinstance(rule, str) else rule


def _place(fault: Fault) -> str:
    """Where it is, as ``nodes[3].states``."""
    place = ""
    for step in fault.steps:
        name = f"[{step}]" if isinstance(step, int) else short(step)
        place += name if isinstance(step, int) or not place else f".{name}"
    return place


def _told(fault: Fault) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    content, rule, it = fault.content, fault.rule, f"it is {short(fault.content)}."
    match fault.keyword:
        case "required":
            missing = (name for name in rule if name not in content)
            yield from ((f"'{name}' is missing.", "Add it.") for name in missing)
        case "additionalProperties":
            known = fault.schema.get("properties", {})
            yield from (_unknown(name, known) for name in content if name not in known)
        case "type":
            yield it, f"It must be of type {' or '.join(_listed(rule))}."
        case "enum":
            yield it, f"It must be one of: {', '.join(map(str, rule))}."
        case "minLength":
            yield "it is empty.", "Give a text."
        case "maxLength":
            yield f"it has {len(content)} characters.", f"At most {rule} are allowed."
        case _:
            yield it, REMEDIES[fault.keyword].format(rule)


def _unknown(name: str, known: Mapping[str, Any]) -> tuple[str, str]:
    near = suggest(name, list(known))
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
    return f"there is no field '{short(name)}'.", hint
