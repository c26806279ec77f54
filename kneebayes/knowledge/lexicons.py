"""Lexicons that say only in what they differ from another, and why once for a section."""

from __future__ import annotations

from typing import Any

from kneebayes.errors import Problem, suggest

__all__ = ["filled_in"]

DIRECTIONS = ("commonness", "frequency", "evoking", "risk")
LIKE, BECAUSE = "like", "because"
FILE = "lexicons.toml"


def filled_in(content: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Every lexicon in full.

    A lexicon with ``like`` has the words of that other lexicon, each with its own origin, where
    it gives none itself; label, total and reasons are never taken over. The ``because`` of a
    section is that of each of its words that has none.

    Parameters
    ----------
    content
        What stands in ``lexicons.toml``; not changed.
    problems
        What is wrong is added here; such a lexicon is then filled as far as it goes.

    Examples
    --------
    >>> short = {"a": {"risk": {"because": ["C01"], "often": {"value": 2}}}, "b": {"like": "a"}}
    >>> filled_in(short, [])["b"]
    {'risk': {'often': {'value': 2, 'because': ['C01']}}}
    """
    own = {id: _reasoned(entry) for id, entry in content.items()}
    return {id: _like(id, own, problems) if LIKE in _table(own[id]) else own[id] for id in own}


def _reasoned(entry: Any) -> Any:
    """A lexicon whose words have the reason of their section."""
    if not isinstance(entry, dict):
        return entry
    return {
        name: _words(value) if name in DIRECTIONS and isinstance(value, dict) else value
        for name, value in entry.items()
    }


def _words(section: dict[str, Any]) -> dict[str, Any]:
    """The words of a section, each with a reason of its own."""
    if BECAUSE not in section:
        return section
    shared = {BECAUSE: section[BECAUSE]}
    words = {word: numbers for word, numbers in section.items() if word != BECAUSE}
    return {
        word: numbers if not isinstance(numbers, dict) or BECAUSE in numbers else numbers | shared
        for word, numbers in words.items()
    }


def _like(id: str, own: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """A lexicon with the words of another where it gives none."""
    entry = {name: value for name, value in own[id].items() if name != LIKE}
    other = own[id][LIKE]
    model = _table(own.get(other)) if isinstance(other, str) else {}
    place, whole = f"{FILE}: {id}.{LIKE}", [name for name in own if LIKE not in _table(own[name])]
    if not model or other == id:
        near = suggest(str(other), whole, count=1)
        remedy = f"Did you mean '{near[0]}'?" if near else f"Allowed: {', '.join(whole)}."
        problems.append(Problem(place, f"there is no other lexicon '{other}'.", remedy))
    elif LIKE in model:
        wrong = f"'{other}' is itself like another lexicon."
        problems.append(Problem(place, wrong, f"Allowed: {', '.join(whole)}."))
    else:
        for direction in DIRECTIONS:
            words = {**_table(model.get(direction)), **_table(entry.get(direction))}
            if words:
                entry[direction] = words
    return entry


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
