"""Practice as text and as HTML: a title, sentences and several tables; computes nothing."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from kneebayes.view.report import Grid, Paragraph, Report, Reporting, made_by_line

Page = tuple[str, Sequence[Paragraph | Grid], str]  # a title, what stands below, the disclaimer


class Paged(Reporting):
    """A result that shows itself as a page."""

    @property
    @abstractmethod
    def _page(self) -> Page:
        """What is shown; what is empty is left out."""

    @property
    def report(self) -> Report:
        """What is shown, section by section."""
        title, blocks, disclaimer = self._page
        made = made_by_line(self._origin())
        shown = tuple(_shown(blocks))
        return Report(_plain(title), before=shown, made_by=made, disclaimer=disclaimer)


def _shown(blocks: Sequence[Paragraph | Grid]) -> Iterator[Paragraph | Grid]:
    for block in blocks:
        if isinstance(block, Paragraph) and block.lines:
            yield Paragraph(tuple(map(_plain, block.lines)))
        elif isinstance(block, Grid) and block.rows:
            yield Grid("", block.header, tuple(tuple(map(_plain, row)) for row in block.rows))


def in_short(label: str, state: str) -> str:
    """What is so of a node: its label if it is present, else with its state."""
    return label if state == "present" else f"{label}: {state}"


def _plain(text: str) -> str:
    """Text on one line, without characters that steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
