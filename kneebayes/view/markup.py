"""A dozen lines of HTML: everything is escaped, nothing needs a style sheet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

SMALLEST = 1e-6
NEARLY_ONE = 0.99
NUMBER = re.compile(r"[-+<>\u00b1~]? ?\d[\d,.]*(e[-+]?\d+)? ?%?|-|")  # as it is shown
HALVES_UP = 1.0 + 1e-12  # a half goes up, whichever way its last digit fell


def tag(name: str, *inside: str, **attributes: str) -> str:
    """An element around text that is HTML already; attribute values are escaped."""
    written = "".join(f' {key}="{escape(value, quote=True)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table of texts, columns of numbers to the right; cells are escaped unless made here."""
    lines = [tuple(row) for row in rows]
    places = range(len(header))
    sides = [_side([row[place] for row in lines if place < len(row)]) for place in places]
    headings = zip(header, sides, strict=True)
    head = (tag("th", escape(name), scope="col", style=side) for name, side in headings)
    body = [
        (tag("td", _cell(cell), style=side) for cell, side in zip(row, sides, strict=False))
        for row in lines
    ]
    title = tag("caption", escape(caption)) if caption else ""
    rows_told = (tag("tr", *cells) for cells in body)
    return tag("table", title, tag("thead", tag("tr", *head)), tag("tbody", *rows_told))


def _side(cells: Sequence[str]) -> str:
    """Where the texts of a column stand: numbers to the right, so that places meet."""
    return f"text-align:{'right' if are_numbers(cells) else 'left'}"


def are_numbers(cells: Sequence[str]) -> bool:
    """Whether the texts of a column are numbers, some of which may be left out.

    Examples
    --------
    >>> are_numbers(["12%", "-", "0.5"]), are_numbers(["12%", "none"]), are_numbers(["-", ""])
    (True, False, False)
    """
    return any(cell not in ("", "-") for cell in cells) and all(map(NUMBER.fullmatch, cells))


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


class ShareBar(str):
    """A share as a bar: marks in a terminal, blocks in a notebook; up to twenty."""

    share: float

    def __new__(cls, share: float) -> ShareBar:
        """A bar of some share."""
        bar = super().__new__(cls, "#" * round(20 * min(max(share, 0.0), 1.0)))
        bar.share = share
        return bar


def _cell(text: str) -> str:
    if isinstance(text, ShareBar):
        return bar(text.share)
    return text if isinstance(text, Markup) else escape(text)


def bar(share: float) -> Markup:
    """A bar of up to twenty blocks, readable without colour or style."""
    full = round(20 * min(max(share, 0.0), 1.0))
    return Markup(tag("span", "\u2588" * full, style="color:#3b6ea5"))


def percent(probability: float, significant: int = 2) -> str:
    """A probability as a percentage with few significant digits, never rounded to 0 or 100.

    Examples
    --------
    >>> percent(0.1234), percent(0.00012), percent(1.0), percent(0.9999), percent(0.235)
    ('12%', '0.012%', '100%', '99.99%', '24%')
    >>> percent(0.235, 3), percent(0.765, 3)
    ('23.5%', '76.5%')
    """
    if probability in (0.0, 1.0):
        return f"{probability:.0%}"
    if probability < SMALLEST:
        return "<0.0001%"
    if probability > NEARLY_ONE:
        for digits in (1, 2):
            if not (shown := f"{probability:.{digits}%}").startswith("100"):
                return shown
        return ">99.99%"
    rounded = float(f"{probability * HALVES_UP:.{significant - 1}e}")
    digits = max(0, significant - 1 - math.floor(math.log10(rounded * 100.0)))
    return f"{rounded:.{digits}%}"


class Untold:
    """What stands in the place of a number that is none: it says so in any format."""

    def __format__(self, form: str) -> str:
        return "cannot be told"


def or_untold(value: Any) -> Any:
    """A value, but for NaN what says that it cannot be told.

    Examples
    --------
    >>> f"{or_untold(0.5):.0%}, {or_untold(math.nan):.0%}"
    '50%, cannot be told'
    """
    return Untold() if isinstance(value, float) and math.isnan(value) else value
