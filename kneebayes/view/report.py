"""A report of one question: what is known, a table, remarks; as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from textwrap import wrap

from kneebayes.case import Answer
from kneebayes.view.markup import Markup, table, tag

__all__ = ["Report", "known_line", "known_of", "report_html", "report_text"]

LONGEST = 70  # characters of a cell before it goes on below


@dataclass(frozen=True)
class Report:
    """Texts to be shown, the same in a terminal and in a notebook.

    Attributes
    ----------
    title
        What was asked.
    known
        What is known of the patient, in one sentence.
    advice, reasons
        What the source says to do now, and why; empty where no patient was asked about.
    header, rows
        A table of texts.
    notes
        Remarks under the table.
    disclaimer
        What this is not.
    """

    title: str
    known: str
    advice: str
    reasons: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    disclaimer: str


def known_line(said: Iterable[tuple[str, str]]) -> str:
    """What was answered, in one sentence: labels with their states."""
    told = "; ".join(f"{label}: {state}" for label, state in said)
    return f"Known: {told}." if told else "Nothing is known."


def known_of(answers: Iterable[Answer]) -> str:
    """The same of answers."""
    return known_line((answer.label, answer.state) for answer in answers)


def report_text(report: Report) -> str:
    """A report for a terminal."""
    lines = [report.title, report.known]
    if report.advice:
        lines += ["", report.advice, *(f"  - {reason}" for reason in report.reasons)]
    if report.rows:
        lines += ["", *_aligned([report.header, *report.rows])]
    return "\n".join([*lines, "", *report.notes, report.disclaimer])


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Rows with their columns under each other; long cells go on below."""
    broken = [[wrap(cell, LONGEST) or [""] for cell in row] for row in rows]
    columns = zip(*broken, strict=True)
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    for row in broken:
        for parts in zip_longest(*row, fillvalue=""):
            cells = (part.ljust(width) for part, width in zip(parts, widths, strict=True))
            yield "  ".join(cells).rstrip()


def report_html(report: Report) -> str:
    """The same report for a notebook."""
    reasons = "".join(tag("li", escape(reason)) for reason in report.reasons)
    return tag(
        "div",
        tag("p", tag("strong", escape(report.title))),
        tag("p", tag("strong", escape(report.advice)), role="alert") if report.advice else "",
        tag("ul", Markup(reasons)) if reasons else "",
        tag("p", escape(report.known)),
        table(report.header, report.rows) if report.rows else "",
        *(tag("p", escape(note)) for note in report.notes),
        tag("p", tag("em", escape(report.disclaimer))),
    )
