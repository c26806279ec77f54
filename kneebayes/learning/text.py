"""What patients taught, as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from kneebayes.view.markup import table, tag

__all__ = ["Lesson", "Part", "lesson_html", "lesson_text"]

GAP = "  "


class Part(NamedTuple):
    """A table under a heading; the first ``texts`` columns are texts, the others numbers."""

    heading: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1


class Lesson(NamedTuple):
    """What is shown of it, in a terminal and in a notebook alike.

    Attributes
    ----------
    title
        What it is.
    lead
        Sentences before the tables.
    parts
        The tables.
    notes
        Sentences after them, the disclaimer last.
    """

    title: str
    lead: Sequence[str]
    parts: Sequence[Part]
    notes: Sequence[str]


def lesson_text(lesson: Lesson) -> str:
    """A lesson for a terminal."""
    lines = [lesson.title, "", *lesson.lead]
    for part in lesson.parts:
        lines += ["", part.heading, *_aligned(part)]
    return "\n".join([*lines, "", *lesson.notes])


def _aligned(part: Part) -> Iterator[str]:
    cells = [part.header, *part.rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(part.header))]
    for row in cells:
        padded = (
            one.ljust(width) if at < part.texts else one.rjust(width)
            for at, (one, width) in enumerate(zip(row, widths, strict=True))
        )
        yield GAP.join(padded).rstrip()


def lesson_html(lesson: Lesson) -> str:
    """A lesson for a notebook."""
    return tag(
        "div",
        tag("p", tag("strong", escape(lesson.title))),
        *(tag("p", escape(one)) for one in lesson.lead),
        *(table(part.header, part.rows, part.heading) for part in lesson.parts),
        *(tag("p", escape(one)) for one in lesson.notes[:-1]),
        *(tag("p", tag("em", escape(one))) for one in lesson.notes[-1:]),
    )
