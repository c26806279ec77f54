"""Practice as text and as HTML: a title, sentences and several tables; computes nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from kneebayes.view.markup import percent, table, tag
from kneebayes.view.report import Showing

__all__ = [
    "Page",
    "Paged",
    "Section",
    "belief_cells",
    "sections_html",
    "sections_text",
    "step_cells",
]


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences, each on a line of its own, and a table under them if there are rows."""

    lines: tuple[str, ...]
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class Page(NamedTuple):
    """A title, the sections below it, which model made it, and the disclaimer."""

    title: str
    sections: Sequence[Section]
    made_by: str
    disclaimer: str


class Paged(Showing):
    """A result that shows itself as a page."""

    @property
    @abstractmethod
    def _page(self) -> Page:
        """What is shown."""

    @property
    def text(self) -> str:
        """What is shown, for a terminal."""
        return sections_text(self._page)

    @property
    def html(self) -> str:
        """The same for a notebook."""
        return sections_html(self._page)


def sections_text(page: Page) -> str:
    """A page for a terminal; columns of numbers are aligned to the right."""
    parts = [page.title]
    for section in page.sections:
        lines = [_plain(line) for line in section.lines]
        if section.rows:
            lines += [""] * bool(lines) + _aligned([section.header, *section.rows])
        if lines:
            parts.append("\n".join(lines))
    made_by = [page.made_by] if page.made_by else []
    return "\n\n".join([*parts, "\n".join([*made_by, page.disclaimer])])


def sections_html(page: Page) -> str:
    """The same for a notebook."""
    inside = []
    for section in page.sections:
        inside += [tag("p", escape(_plain(line))) for line in section.lines]
        if section.rows:
            shown = table(section.header, section.rows)
            inside.append(tag("div", shown, style="margin:0.6em 0"))
    return tag(
        "div",
        tag("p", tag("strong", escape(_plain(page.title)))),
        *inside,
        tag("p", tag("small", escape(page.made_by))) if page.made_by else "",
        tag("p", tag("em", escape(page.disclaimer))),
    )


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = [[_plain(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    right = [all(_is_number(cell) for cell in column[1:]) for column in columns]
    return [
        "  ".join(
            cell.rjust(width) if numbers else cell.ljust(width)
            for cell, width, numbers in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in zip(*columns, strict=True)
    ]


def _is_number(cell: str) -> bool:
    return not cell or cell[-1] in "0123456789%-"


def _plain(text: str) -> str:
    """Text on one line, without characters that steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def belief_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A cause as cells: the truth, and three beliefs; brackets where it was not named."""
    opening, exact, stated = (row[name] for name in ("opening", "exact", "stated"))
    label = str(row["cause"]) + (" !" if row["urgent"] else "")
    cell = percent(stated) if row["named"] else f"({percent(stated)})"
    truth = "explains it" if row["explains"] else "silent" if row["silent"] else ""
    return label, truth, percent(opening), percent(exact), cell


def step_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A question as cells, with the best free question and the best test then."""
    cells = (str(row["step"]), str(row["asked"]), str(row["answer"]))
    numbers = (f"{row['bits']:.3f}", f"{row['cost']:g}")
    return (*cells, *numbers, _best(row, "free"), _best(row, "test"))


def _best(row: Mapping[str, Any], kind: str) -> str:
    if not row[f"best_{kind}"]:
        return "-"
    price = f", cost {row['best_test_cost']:g}" if kind == "test" else ""
    return f"{row[f'best_{kind}']} ({row[f'best_{kind}_bits']:.3f}{price})"
