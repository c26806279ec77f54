"""Practice as text and as HTML: a title, sentences and several tables; computes nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kneebayes.text import marked
from kneebayes.view.markup import percent
from kneebayes.view.report import Grid, Paragraph, Report, Reporting, Showing


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


class Paged(Reporting):
    """A result that shows itself as a page."""

    alt_text = Showing.alt_text

    @property
    @abstractmethod
    def _page(self) -> Page:
        """What is shown."""

    @property
    def report(self) -> Report:
        """What is shown, section by section."""
        page = self._page
        return Report(
            _plain(page.title),
            before=tuple(block for section in page.sections for block in _blocks(section)),
            made_by=page.made_by,
            disclaimer=page.disclaimer,
        )


def _blocks(section: Section) -> Iterator[Paragraph | Grid]:
    if section.lines:
        yield Paragraph(tuple(map(_plain, section.lines)))
    if section.rows:
        rows = (tuple(map(_plain, row)) for row in section.rows)
        yield Grid("", section.header, tuple(rows))


def _plain(text: str) -> str:
    """Text on one line, without characters that steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def belief_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A cause as cells: the truth, and three beliefs; brackets where it was not named."""
    opening, exact, stated = (row[name] for name in ("opening", "exact", "stated"))
    label = marked(row["cause"], row["urgent"])
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
