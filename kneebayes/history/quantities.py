"""A number in a sentence with the unit behind it: in digits, in words, as a score or in degrees."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kneebayes.history.english import NUMBERS, UNITS
from kneebayes.history.words import Word

DEGREES = frozenset({"\u00b0", "\u00ba", "deg", "degree", "degrees"})
DIGITS = re.compile(
    r"(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?:[\u00b0\u00ba]?(?P<scale>[cf]))?"
)
SCALES = frozenset({"f", "fahrenheit", "c", "celsius"})
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SCORES = {"5": 5, "five": 5, "10": 10, "ten": 10}  # the most that a score can be
SCORE = re.compile(r"(?:\d-)?(?P<value>\d+(?:\.\d)?)/(?P<of>5|10)")


def number_at(words: Sequence[Word], at: int) -> tuple[float | None, float, str, int]:
    """The number at a place, the size and kind of its unit, and the place of its last word."""
    lower = words[at].lower
    if (score := SCORE.fullmatch(lower)) is not None:
        return float(score["value"]), 1.0, f"of {score['of']}", at
    half = lower == "half"
    value, scale = (0.5, "") if half else _number(lower)
    if value is None:
        return None, 1.0, "", at
    degrees = at + 1
    while not scale and degrees < len(words) and words[degrees].lower in DEGREES:
        degrees += 1
    if scale or (degrees < len(words) and words[degrees].lower in SCALES):
        last = at if scale else degrees
        return _celsius(value, scale or words[degrees].lower[0]), 1.0, "temperature", last
    measure, end = _measure(words, at, value)
    if measure:
        return value, 1.0, measure, end
    if value >= 20 and value % 10 == 0 and not lower[:1].isdigit():
        value, end = _with_ones(words, at, value)
    return _with_unit(words, at, end, value)


def _with_ones(words: Sequence[Word], at: int, tens: float) -> tuple[float, int]:
    """A number in words with what follows its tens: ``twenty-four``; and its last word."""
    ones_at = at + 1 + (at + 1 < len(words) and words[at + 1].lower == "-")
    ones = NUMBERS.get(words[ones_at].lower) if ones_at < len(words) else None
    if ones is not None and 1 <= ones <= 9 and words[ones_at].lower not in {"a", "an"}:
        return tens + ones, ones_at
    return tens, at


def _with_unit(
    words: Sequence[Word], at: int, end: int, value: float
) -> tuple[float, float, str, int]:
    """A number, the size and kind of the unit behind it, and the place of the last word."""
    lower = words[at].lower
    linking = {"half": {"-", "or", "so", "a", "an"}, "couple": {"of"}}.get(lower, {"-"})
    beyond, most = end + 1, value
    while beyond < len(words) and words[beyond].lower in linking:
        beyond += 1
    if beyond + 1 < len(words) and words[beyond].lower in {"or", "to"}:
        most = _number(words[beyond + 1].lower)[0] or 0.0  # "three or four weeks"
        beyond += 2
    elif beyond == end + 2 and (
        more := _number(words[beyond].lower)[0] if beyond < len(words) else None
    ):
        most, beyond = more, beyond + 1  # "3-4 weeks"
    if most >= value and beyond < len(words) and words[beyond].lower in UNITS:
        kind, size = UNITS[words[beyond].lower]
        return most, size, kind, beyond
    return value, 1.0, "", end


def _measure(words: Sequence[Word], at: int, value: float) -> tuple[str, int]:
    """What a number is measured by, and the last word that says so: ``7 out of 10``, ``mg/dL``."""
    following = [word.lower.removesuffix(".") for word in words[at + 1 : at + 4]]
    if following[:1] == ["out"]:
        del following[0]
    if following[:1] in (["of"], ["/"]) and following[1:2] and following[1] in SCORES:
        most = SCORES[following[1]]
        out = words[at + 1].lower == "out"
        return (f"of {most}", at + 2 + out) if value <= most else ("", at)
    if following in (["mg", "/", "dl"], ["mg", "per", "dl"]):
        return "mg/dl", at + 3
    return "", at


def _number(text: str) -> tuple[float | None, str]:
    """A number, and ``c`` or ``f`` where it is written as a temperature.

    Examples
    --------
    >>> _number("50,000"), _number("36,6"), _number("101.3f"), _number("3rd")
    ((50000.0, ''), (36.6, ''), (101.3, 'f'), (None, ''))
    """
    match = DIGITS.fullmatch(text.removesuffix("."))
    if match is None:
        return NUMBERS.get(text), ""
    digits = match["digits"]
    plain = digits.replace(",", "" if THOUSANDS.fullmatch(digits) else ".")
    return float(plain), match["scale"] or ""


def _celsius(value: float, unit: str) -> float:
    return round((value - 32.0) / 1.8, 2) if unit == "f" else value
