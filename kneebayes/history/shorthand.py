"""Shorthand of notes written out: ``3/7`` is three days, ``w/o`` without, ``?DVT`` a doubt."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from kneebayes.history.english import SHORTHAND, turns

Letters = tuple[tuple[str, str], ...]

BROKEN = next(iter(turns("broken")))  # what "#" stands for
OF_DAYS = {"7": "days", "52": "weeks", "12": "months"}
UNITS = {
    "h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks",
    "wks": "weeks", "mo": "months", "mos": "months", "mth": "months", "mths": "months",
    "yr": "years", "yrs": "years", "y": "years",
}  # fmt: skip
MOST = {"7": 31, "52": 104, "12": 60}  # what is more is no time: "40/52 correct"
VALUE = re.compile(r"(?<![\d.])(?P<value>\d[\d,]*(?:\.\d+)?)$")
LENGTH = re.compile(r"\s?[cm]m\s?[(\[]")  # of a calf, which has no normal range
VALUE_LENGTH = 20  # letters
DATED = r"(?=[\dx])(?<![\d/.])(?<!\bon )(?<!\bdated )"
WAYS = (  # of writing shorthand; each has a group of its own
    (
        rf"(?P<time>{DATED}(?:x\s?)?(?P<many>\d{{1,2}})(?:\s?[-\u2013]\s?(?P<more>\d{{1,2}}))?\s?/\s?"
        r"(?P<of>7|52|12)(?![\d/]))"
    ),
    (
        r"(?P<attached>(?=[\dx])(?<![\w.])x?(?P<count>\d{1,3})"
        r"(?:(?P<unit>h|hrs?|d|wks?|w|mo|mos|mths?|yrs?)|\s(?P<apart>h|hrs?|d))(?![\w/']))"
    ),
    r"(?P<query>(?=\?)(?<![^\s(:,;/])\?+(?=\s?[A-Za-z])(?!\s\w+\s?[:=]))",
    (
        r"(?P<unsure>\s?(?:(?<![^\s(\w])\+\s?[/\\]\s?[-\u2212\u2013]|(?<![^\s(])[-\u2212\u2013]/\+|\u00b1)"
        r"(?!\s?\d|\w))"
    ),
    r"(?P<sign>(?<=[A-Za-z])(?:\([+\u2212-]+\)|[\u2212-](?=\s*(?:[,.;)]|$))))",
    r"(?P<dash>(?<![^\s(,;/])[-\u2212](?=[A-Za-z]))",
    r"(?P<ups>(?=[\s+])(?<=[A-Za-z])(?:\s?\+{2,3}|\+|\s\+(?=\s*(?:[,.;)]|$)))(?![\w+]))",
    r"(?P<broken>(?=#)(?:(?<=\bno\s)|(?<=\bNo\s)|(?<=\bstress\s)|(?<=:\s)|(?<![\w#&])(?=#[a-z]))#(?!\s?\d|#))",
    r"(?P<nil>[\u00d8\u2205\u2300]\s?(?=\w))",
    (
        r"(?P<post>(?=post)(?:(?<=\bday\s\d\s)post\b|(?<=\bdays\s)post\b|(?<=\bweeks\s)post\b|(?<=\bmonths\s)post\b"
        r"|(?<=\bday\s\d\d\s)post\b|(?<=/7\s)post\b|(?<=/52\s)post\b|(?<=/12\s)post\b"
        r"|\bpost(?=\s(?:(?:left|right|L|R)\s)?(?:TKR|THR|TKA|THA)\b)))"
    ),
    (
        r"(?P<air>(?<=[\d%])(?:,?\s?(?:on|in))?\s?(?:RA|R/A)(?![\w/])(?!\s(?:for|med|treat|since)))"
    ),  # "SpO2 98% RA" is no arthritis
    (  # a value with its normal range: "urate 512 umol/L (200-430)", "D-dimer 900 (<500)"
        r"(?P<range>(?<=\d)(?:\s?[a-zA-Z\u00b5\u03bc%][\w/\u00b5\u03bc^%.]{0,11}(?:\sFEU)?)?\s?[(\[]"
        r"(?:(?:ref|normal|NR|RR|range|reference)[.: ]*)*"
        r"(?:(?P<low>\d+(?:\.\d+)?)\s?[-\u2013]\s?|[<\u2264]\s?)(?P<high>\d[\d,]*(?:\.\d+)?)[^)\]\d]{0,12}[)\]]"
        r"(?:\s?[HL*](?![\w/]))?)"
    ),
    r"(?P<cells>(?<![\w.])(?P<thousands>\d+(?:\.\d+)?)\s?[x\u00d7*]\s?10\s?\^?\s?9(?:\s?/\s?[Ll])?(?!\w))",
    r"(?P<per>(?<=\d)\s?/\s?(?:[u\u00b5\u03bc]L|ul|mm3|mm\u00b3|cmm)(?!\w))",
    r"(?P<speed>(?<=\d)\s?mm\s?/\s?(?:1\s?)?hr?(?!\w))",  # of sinking blood, no heart rate
    r"(?P<painless>\b[Pp]ain(?:\sscore)?\s?:?\s?0\s?/\s?10\b)",
    r"(?P<vital>(?<=\d)\s(?=(?:HR|RR|BP|PR|P|R|Sp?O2|[Ss]ats)\b\s?[:=]?\s?\d))",
    r"(?P<degrees>\b[tT](?=3[4-9](?:\.\d)?\b|4[0-2](?:\.\d)?\b))",
    r"(?P<beat>(?<=\d\s)[pP]\s?(?=1?\d\d\b(?![/%])))",
    r"(?P<score>\bVAS\s?(?P<points>\d\d?)(?![/\d]))",
    r"(?P<wider>(?<=cm)\s?>\s?(?=[LR]\b|left|right))",
    r"(?P<more_than>[>\u2265]\s?(?=\d))",
    r"(?P<less_than>[<\u2264]\s?(?=\d))",
    (
        r"(?P<dotted>(?=[yhwmalpd])\b(?:y\.\s?o|yrs?|wks?|mos?|mths?|hrs?|approx|lat|med|ant|post|dx|hx)\."
        r"(?=\s*[a-z0-9,;:)]))"
    ),
)


@dataclass(frozen=True)
class WrittenOut:
    """A text without shorthand: what it says in full."""

    text: str
    edges: tuple[int, ...] = ()  # where pieces of it begin that stand in the original elsewhere
    origins: tuple[int, ...] = ()  # where each of these pieces begins in the original
    lengths: tuple[int, ...] = ()  # how many letters stand for it there; 0 for what is the same
    before: WrittenOut | None = None  # what was written out before

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a word of the full text stands in the original."""
        if self.edges:
            start, end = self._place(start)[0], self._place(end - 1)[1]
        return (start, end) if self.before is None else self.before.span(start, end)

    def then(self, following: WrittenOut) -> WrittenOut:
        """The same after another writing out of its text."""
        return replace(following, before=self) if following.edges else self

    def _place(self, at: int) -> tuple[int, int]:
        """Where the original has a letter, or the shorthand that stands for it."""
        piece = bisect_right(self.edges, at) - 1
        origin, length = self.origins[piece], self.lengths[piece]
        if length:
            return origin, origin + length
        here = origin + at - self.edges[piece]
        return here, here + 1


def written_out(text: str, letters: Letters = ()) -> WrittenOut:
    """A text with its shorthand written out, and where each word stands in the original.

    ``letters`` are what a folder adds: capitals, and what they stand for.

    Examples
    --------
    >>> written_out("Knee pain 3/52 w/o trauma, ?DVT").text
    'Knee pain 3 weeks without trauma, query DVT'
    >>> written_out("Knee pain 3/52 w/o trauma").span(10, 17)
    (10, 14)
    """
    meant = _table(letters)
    found = ((match, _meaning(match, meant)) for match in _pattern(letters).finditer(text))
    edits = ((match.start(), match.end(), full) for match, full in found if full is not None)
    return rewritten(text, edits)


def rewritten(text: str, edits: Iterable[tuple[int, int, str]]) -> WrittenOut:
    """A text with other words between some places, which come in order."""
    pieces: list[str] = []
    edges, origins, lengths = [0], [0], [0]
    done = length = 0
    for start, end, instead in edits:
        pieces += [text[done:start], instead]
        length += start - done
        for origin, many, size in ((start, end - start, len(instead)), (end, 0, 0)):
            edges.append(length)
            origins.append(origin)
            lengths.append(many)
            length += size
        done = end
    if not pieces:
        return WrittenOut(text)
    return WrittenOut("".join((*pieces, text[done:])), tuple(edges), tuple(origins), tuple(lengths))


@lru_cache(maxsize=8)
def _table(letters: Letters) -> dict[str, str]:
    """What each shorthand word stands for."""
    return {**SHORTHAND, **dict(letters)}


@lru_cache(maxsize=8)
def _pattern(letters: Letters) -> re.Pattern[str]:
    words = "|".join(
        re.escape(one) + (r"(?![\w/])" if one[-1].isalnum() else "")
        for one in sorted(SHORTHAND, key=len, reverse=True)
    )
    short = "|".join(re.escape(said) for said, _ in letters) or "(?!)"
    exact = rf"(?P<word>(?<![\w/+-])(?:{words})|(?<!\w)(?:{short})(?!\w))"
    return re.compile("|".join((exact, *WAYS)))


def _meaning(match: re.Match[str], meant: Mapping[str, str]) -> str | None:
    """What some shorthand says in full; None where it is none after all."""
    if match["word"] is not None:
        return meant[match["word"]]
    return next(means(match) for kind, means in KINDS.items() if match[kind] is not None)


def _time(match: re.Match[str]) -> str | None:
    """A time such as ``3/7``; None where so many days, weeks or months are none."""
    if not 1 <= int(match["many"]) <= MOST[match["of"]]:
        return None
    return f"{match['more'] or match['many']} {OF_DAYS[match['of']]}"


def _in_range(match: re.Match[str]) -> str | None:
    """Whether the value before a normal range is raised, low or normal; None where it is none."""
    before = VALUE.search(match.string[: match.start()][-VALUE_LENGTH:])
    if before is None or LENGTH.match(match["range"]) is not None:
        return None
    value = float(before["value"].replace(",", ""))
    low, high = float(match["low"] or 0), float(match["high"].replace(",", ""))
    if low > high:
        return None
    said = "raised" if value > high else "low" if value < low else "normal"
    return f" {said}"


def _cells(match: re.Match[str]) -> str:
    """A count in thousands of thousands in a litre as one in a microlitre: ``65 x10^9/L``."""
    thousands = float(match["thousands"])
    return f"{thousands * 1000:.0f}" if thousands >= 1 else match["thousands"]


KINDS: dict[str, Callable[[re.Match[str]], str | None]] = {
    "time": _time,
    "attached": lambda match: f"{match['count']} {UNITS[match['unit'] or match['apart']]}",
    "dotted": lambda match: re.sub(r"[. ]", "", match["dotted"]),
    "range": _in_range,
    "cells": _cells,
    "per": lambda _: " ",
    "speed": lambda _: " ",
    "painless": lambda _: "no pain",
    "air": lambda _: " on room air",
    "vital": lambda _: ", ",
    "degrees": lambda _: "temperature ",
    "beat": lambda _: ", pulse ",
    "score": lambda match: f"pain {match['points']}/10",
    "query": lambda _: "query ",
    "nil": lambda _: "no ",
    "unsure": lambda _: " questionable ",
    "sign": lambda match: f" {match['sign']}",
    "dash": lambda match: f"{match['dash']} ",
    "ups": lambda _: " positive",
    "broken": lambda match: BROKEN + " " * match.string[match.end() :][:1].isalpha(),
    "post": lambda _: "after",
    "wider": lambda _: " bigger than ",
    "more_than": lambda _: "more than ",
    "less_than": lambda _: "less than ",
}
