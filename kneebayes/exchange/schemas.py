"""The JSON Schemas of the package, and what does not follow them, said in our own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kneebayes.errors import suggest
from kneebayes.exchange.problems import Problems
from kneebayes.exchange.strict_json import short

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["check_schema", "schema_named"]

REMEDIES = {
    "const": "It must be {!r}.",
    "minimum": "It must be at least {}.",
    "maximum": "It must be at most {}.",
    "pattern": "It must look like {}.",
}


@cache
def schema_named(name: str) -> dict[str, Any]:
    """A JSON Schema that comes with the package, such as ``patient``."""
    text = files("kneebayes.exchange").joinpath(f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check_schema(content: object, schema: dict[str, Any], problems: Problems) -> None:
    """Add everything in which some content does not follow a JSON Schema (draft 2020-12).

    Parameters
    ----------
    content
        What was read.
    schema
        The schema.
    problems
        Where to add.
    """
    from jsonschema import Draft202012Validator

    messages = set()
    for error in Draft202012Validator(schema).iter_errors(content):
        place = _place(error)
        for wrong, remedy in _told(error):
            if (place, wrong) not in messages:
                messages.add((place, wrong))
                problems.add(place or "content", wrong, remedy)


def _place(error: ValidationError) -> str:
    """Where it is, as ``nodes[3].states``."""
    place = ""
    for step in error.absolute_path:
        name = f"[{step}]" if isinstance(step, int) else short(step)
        place += name if isinstance(step, int) or not place else f".{name}"
    return place


def _told(error: ValidationError) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    content, rule, it = error.instance, error.validator_value, f"it is {short(error.instance)}."
    match error.validator:
        case "required":  # one error for each, but only its English text names it
            missing = (name for name in rule if name not in content)
            yield from ((f"'{name}' is missing.", "Add it.") for name in missing)
        case "additionalProperties":
            known = error.schema.get("properties", {})
            yield from (_unknown(name, known) for name in content if name not in known)
        case "type":
            kinds = [rule] if isinstance(rule, str) else rule
            yield it, f"It must be of type {' or '.join(kinds)}."
        case "enum":
            yield it, f"It must be one of: {', '.join(map(str, rule))}."
        case "minLength":
            yield "it is empty.", "Give a text."
        case "maxLength":
            yield f"it has {len(content)} characters.", f"At most {rule} are allowed."
        case _:
            yield it, REMEDIES[str(error.validator)].format(rule)


def _unknown(name: str, known: dict[str, Any]) -> tuple[str, str]:
    near = suggest(name, known)
    hint = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}."
    return f"there is no field '{short(name)}'.", hint
