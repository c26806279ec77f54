"""English as far as histories need it: small words, forms, and words that turn a meaning."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".toml")


@cache
def _english() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def turns(name: str) -> frozenset[str]:
    """The words or turns of speech of one list of ``english.toml``."""
    return frozenset(_english()[name])


ABILITY = "cannot"  # the word that all ways to say so stand for
ENDING = frozenset(";:.!?()[]\n") | {"\u2013", "\u2014", "\u2026"}
YEAR = re.compile(r"(?:19|20)\d\d")
SMALL = turns("small")
LIGHT = turns("light")
SITES = turns("sites")
PRONOUNS = {sex: frozenset(words) for sex, words in _english()["pronouns"].items()}
RELATED = {sex: frozenset(words) for sex, words in _english()["related"].items()}
SHORTHAND: dict[str, str] = _english()["shorthand"]
FORMS = {form: word for word, forms in _english()["forms"].items() for form in forms.split()}
NUMBERS = {word: float(value) for word, value in _english()["numbers"].items()}
DECADES = {word: float(value) for word, value in _english()["decades"].items()}
UNITS = {
    form: (kind, float(size))
    for kind, forms in _english()["units"].items()
    for form, size in forms.items()
}
