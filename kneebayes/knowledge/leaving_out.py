"""What is left of the entries of a folder where others are left out of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

BY_ID = {"raised_by", "shows", "shows_silent", "shown_by", "evoked_by", "shifts", "by"}
BY_ID |= {"explanation", "sayings", "voices.toml"}  # tables whose keys are ids
LISTS = {"among", "not_for", "any_of", "none_of", "present_means", "absent_means"}
NEEDED = {"members", "against"}  # lists of ids that are kept where nothing would be left of them
FIRES, NEVER = "urgency.toml", "incoherent.toml"


def without_mentions(file: str, content: Any, gone: Collection[str]) -> Any:
    """Content of a file without what it says of entries that are gone.

    A rule goes with them where it needs one of them; so does one of what is incoherent that
    holds where one of them is absent. What then says nothing is left out too.

    Examples
    --------
    >>> said = {"gout": {"shows": {"fever": 1, "lump": 2}, "care": [{"not_for": ["fever"]}]}}
    >>> without_mentions("causes", said, {"fever"})
    {'gout': {'shows': {'lump': 2}, 'care': [{}]}}
    """
    if not gone or not isinstance(content, dict):
        return content
    if file in (FIRES, NEVER):
        content = {id: rule for id, rule in content.items() if not _is_void(file, rule, gone)}
    return _pruned(content, gone, file)


def _pruned(value: Any, gone: Collection[str], field: str) -> Any:
    """A value of a field without what is gone; None where nothing is left of a list of ids."""
    if isinstance(value, list | str) and field in LISTS | NEEDED:
        names = [value] if isinstance(value, str) else value
        left = [one for one in names if _of(one) not in gone]
        if left == names or (field in NEEDED and not left):
            return value
        return left or None
    if isinstance(value, list):
        return [_pruned(one, gone, "") for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _pruned(one, gone, key)
        for key, one in value.items()
        if field not in BY_ID or key not in gone
    }
    kept = {key: one for key, one in kept.items() if one is not None}
    if "any_of" in kept and isinstance(kept.get("at_least"), int):
        kept["at_least"] = min(kept["at_least"], len(kept["any_of"]))
    if field == "by":
        kept = {key: one for key, one in kept.items() if one != {}}
    if field == "less_often" and kept.get("by") == {}:
        return None
    return kept


def _is_void(file: str, rule: Any, gone: Collection[str]) -> bool:
    """Whether a rule can never hold, or would hold of what it was not said of."""
    if not isinstance(rule, dict):
        return False
    all_of, any_of, none_of = (_ids(rule.get(one)) for one in ("all_of", "any_of", "none_of"))
    left = [one for one in any_of if one not in gone]
    least = rule.get("at_least", 1)
    few = len(left) < (least if file == NEVER and isinstance(least, int) else 1)
    unsaid = file == NEVER and any(one in gone for one in none_of)
    return any(one in gone for one in all_of) or (bool(any_of) and few) or unsaid


def _ids(names: object) -> list[str]:
    return [_of(one) for one in names] if isinstance(names, list) else []


def _of(name: object) -> str:
    """The id that a name is of: with a state behind a dot, or ``not`` before it."""
    return str(name).removeprefix("not ").partition(".")[0]
