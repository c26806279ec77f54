"""What is wrong with an entry, in the words of its file: field, fault, remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from kneebayes.errors import Problem
from kneebayes.knowledge.parts import Record
from kneebayes.text import suggest

__all__ = ["problems_of"]

BRANCHES = {"statement", "states", "str", "float", "constrained-str"}
RANGE = "Write [low, high]."
SMALL = "small letters, digits and '_', a letter first"
PATTERNS = {
    r"^C\d{2,4}$": "must be a claim's id: C and two to four digits, such as C01",
    r"^[a-z][a-z0-9_]*$": f"must be an id: {SMALL}",
    r"^[a-z][a-z0-9_ ]*$": f"must be the id of a state: {SMALL}; blanks are allowed",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_ ]*)?$": "must be an id, or one and a state: age.older",
    r"[^\W_]": "must have a letter or a digit",
}
TABLES = {
    "Statement": '{ how_often = "often", because = "C01" }',
    "Evoked": '{ evokes = [0.5, 0.7], because = "C01" }',
    "Commonness": '{ word = "common", because = "C01" }',
    "Presence": '{ share = [0.2, 0.4], because = "C01" }',
    "Wording": '{ low = 0.2, value = 0.3, high = 0.4, because = "assumed: reason" }',
    "Care": '{ text = "What may be done.", because = "C01" }',
    "ContextState": '{ id = "old", label = "65 or older", share = 0.25 }',
    "Code": '{ id = "CODE", is = "broader" }',
    "Shift": '{ odds = 2.0, because = "assumed: reason" }',
    "Advice": '{ now = "Go to a doctor now." }',
}
TYPES = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "string_pattern_mismatch": "{pattern}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must name at least one",
    "too_long": "must be two numbers",
    "literal_error": "must be {expected}",
}
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def problems_of(error: ValidationError, place: str, kind: type[Record]) -> list[Problem]:
    """Everything that is wrong with one entry of some kind, from what reading the record raised."""
    problems: dict[tuple[str, str], Problem] = {}
    for one in error.errors(include_url=False):
        steps = [str(step) for step in one["loc"] if str(step) not in BRANCHES]
        of_range = bool(steps) and steps[-1].isdigit() and one["type"] == "missing"
        if of_range:
            steps = steps[:-1]
        join = "." if ": " in place else ": "
        where = place + (join + ".".join(steps) if steps else "")
        field = steps[-1] if steps else "the entry"
        if of_range:
            wrong, remedy = f"{field} must be two numbers.", RANGE
        elif one["type"] == "missing":
            wrong, remedy = "the field is missing.", "Add it."
        elif one["type"] == "extra_forbidden":
            near = suggest(field, list(kind.model_fields), count=1)
            wrong = f"'{field}' is not a field here."
            remedy = f"Did you mean '{near[0]}'?" if near else "Leave it out."
        else:
            wrong, remedy = _fault(one, field)
        problems.setdefault((where, wrong), Problem(where, wrong, remedy))
    return list(problems.values())


def _fault(one: Mapping[str, Any], field: str) -> tuple[str, str]:
    """What is wrong with the value of a field, with what was given, and what to write."""
    said, remedy = _sentence(one)
    given = one["input"]
    if said.startswith("must"):
        said = f"{field} {said}"
    told = isinstance(given, dict) or "got " in said
    shown = "" if told else f" Got {str(given)[:60]!r}."
    return f"{said}.{shown}", remedy


def _sentence(one: Mapping[str, Any]) -> tuple[str, str]:
    """The fault without field and value; never in the words of the library that found it."""
    kind, bounds = one["type"], one.get("ctx", {})
    if kind == "value_error":
        return one["msg"].removeprefix("Value error, "), ""
    if kind in ("model_type", "model_attributes_type"):
        example = TABLES.get(str(bounds.get("class_name")), "")
        return "must be a table", f"Such as {example}." if example else ""
    pattern = PATTERNS.get(str(bounds.get("pattern")), "is not written as it must be")
    for bound, words in BOUNDS.items():
        if bound in bounds and kind not in TYPES:
            return f"must be {words} {bounds[bound]:g}", ""
    said = TYPES.get(kind, "must be something else here")
    said = said.format_map({**bounds, "pattern": pattern})
    return said, RANGE if kind == "too_long" else ""
