"""Robustness and sensitivity as text and as HTML: one page form, filled in four ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from kneebayes.case import Urgency
from kneebayes.view.markup import table, tag

__all__ = ["Page", "page_html", "page_text"]

GAP = "  "


class Page(NamedTuple):
    """What is shown of a result, in a terminal and in a notebook alike.

    Attributes
    ----------
    title
        What it is.
    urgency
        What to do now, whatever the numbers say.
    lead
        Sentences before the table.
    header, rows
        The table; the first ``texts`` columns are texts, the others numbers.
    notes
        Sentences after the table, the disclaimer last.
    texts
        How many columns are aligned to the left.
    """

    title: str
    urgency: Urgency
    lead: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]
    texts: int = 1


def page_text(page: Page) -> str:
    """A page for a terminal."""
    lines = [page.title, "", page.urgency.advice]
    lines += [f"  - {reason}" for reason in page.urgency.reasons]
    lines += ["", *page.lead, ""] if page.lead else [""]
    lines += _aligned(page)
    return "\n".join([*lines, "", *page.notes])


def _aligned(page: Page) -> Iterable[str]:
    cells = [page.header, *page.rows]
    widths = [max(len(row[at]) for row in cells) for at in range(len(page.header))]
    for row in cells:
        padded = (
            one.ljust(width) if at < page.texts else one.rjust(width)
            for at, (one, width) in enumerate(zip(row, widths, strict=True))
        )
        yield GAP.join(padded).rstrip()


def page_html(page: Page) -> str:
    """A page for a notebook."""
    reasons = "".join(tag("li", escape(str(reason))) for reason in page.urgency.reasons)
    return tag(
        "div",
        tag("p", tag("strong", escape(page.title))),
        tag("p", tag("strong", escape(page.urgency.advice)), role="alert"),
        tag("ul", reasons) if reasons else "",
        *(tag("p", escape(one)) for one in page.lead),
        table(page.header, page.rows),
        *(tag("p", escape(one)) for one in page.notes[:-1]),
        *(tag("p", tag("em", escape(one))) for one in page.notes[-1:]),
    )
