"""Content held against a JSON Schema (draft 2020-12): what is wrong, where, and what to do.

By ``jsonschema-rs``: the package ``jsonschema`` takes seconds to import where Jupyter is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kneebayes.exchange.data_files import short
from kneebayes.exchange.problems import Problems
from kneebayes.text import did_you_mean

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

Schema = Mapping[str, Any]

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


def check_schema(content: object, schema: Schema, problems: Problems) -> None:
    """Add everything in which some content does not follow a JSON Schema (draft 2020-12)."""
    from jsonschema_rs import Draft202012Validator

    messages = set()
    try:
        faults = list(Draft202012Validator(dict(schema)).iter_errors(_with_text_names(content)))
    except RecursionError:
        problems.add("content", "lists or fields are nested too deeply.", "Take some levels out.")
        return
    except ValueError as error:  # such as a set or bytes, which JSON does not have
        problems.add(
            "content", f"{short(str(error))}.", "Use what JSON has: texts, numbers, lists."
        )
        return
    for fault in faults:
        place = _place(fault)
        for wrong, remedy in _told(fault, schema):
            if (place, wrong) not in messages:
                messages.add((place, wrong))
                problems.add(place or "content", wrong, remedy)


def _with_text_names(content: object) -> object:
    """The same with all names as text: YAML has numbers and dates for names, too."""
    if isinstance(content, Mapping):
        return {str(name): _with_text_names(inner) for name, inner in content.items()}
    if isinstance(content, list):
        return [_with_text_names(inner) for inner in content]
    return content


def _place(fault: ValidationError) -> str:
    """Where it is, as ``nodes[3].states``."""
    place = ""
    for step in fault.instance_path:
        name = f"[{step}]" if isinstance(step, int) else short(step)
        place += name if isinstance(step, int) or not place else f".{name}"
    return place


def _told(fault: ValidationError, schema: Schema) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    content, rule, it = fault.instance, fault.kind.value, f"it is {short(fault.instance)}."
    match fault.kind.name:
        case "required":
            yield f"'{rule}' is missing.", "Add it."
        case "additionalProperties":
            known = _part(schema, fault.schema_path[:-1]).get("properties", {})
            for name in rule:
                others = f"There are: {', '.join(known)}."
                yield f"there is no field '{short(name)}'.", did_you_mean(name, known, others)
        case "type":
            demanded = _part(schema, fault.schema_path[:-1])["type"]
            kinds = [demanded] if isinstance(demanded, str) else demanded
            yield it, f"It must be of type {' or '.join(kinds)}."
        case "enum":
            yield it, f"It must be one of: {', '.join(map(str, rule))}."
        case "minLength":
            yield "it is empty.", "Give a text."
        case "maxLength":
            yield f"it has {len(str(content))} characters.", f"At most {rule} are allowed."
        case keyword:
            yield it, REMEDIES[keyword].format(rule)


def _part(schema: Schema, steps: list[str | int]) -> Any:
    """The part of a schema that some steps lead to; references such as ``#/$defs/answer`` too."""
    part: Any = schema
    for step in steps:
        part = part[step]
        if step == "$ref":
            part = _part(schema, list(part.removeprefix("#/").split("/")))
    return part
