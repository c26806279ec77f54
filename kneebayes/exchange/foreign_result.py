"""What a foreign network says, shown as text, HTML, a table and bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import fill, wrap
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.view.figures import BLACK, BLUE, ORANGE, new_axes
from kneebayes.view.report import Report, Reporting, frame_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["NOT_OURS", "Bars", "ForeignResult", "Shown"]

WIDEST = 42  # characters of a label before it goes on below


Shown = Mapping[str, tuple[str, Callable[[Any], str]]]

SHOWN = 20
NOT_OURS = "This network was made elsewhere: what it says is its makers', and never medical advice."


def _plain(value: Any) -> Any:
    """A value for JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return value if isinstance(value, str | int | float) or value is None else str(value)


@dataclass(frozen=True)
class Bars:
    """What is drawn: one bar for each label, the first on top; marks show values before, if any."""

    labels: Sequence[str]
    lengths: Sequence[float]
    title: str
    marks: Sequence[float] = ()

    def draw(self, ax: Axes | None) -> Axes:
        """Draw the first of them; what is below zero is orange and hatched.

        Infinite ones run to the edge.
        """
        labels, marks = self.labels[:SHOWN], self.marks[:SHOWN]
        values, places = self.lengths[:SHOWN], range(len(labels))
        if ax is None:
            lines = sum(0.6 + 0.4 * len(wrap(label, WIDEST)) for label in labels)
            ax = new_axes(7.5, 1.3 + 0.36 * max(1.0, lines))
        finite = [abs(value) for value in (*values, *marks) if abs(value) != math.inf]
        longest = max(finite, default=1.0) or 1.0
        edge = 1.02 if 0.6 < longest <= 1.0 else 1.15 * longest
        ends = [min(edge, max(-edge, value)) for value in values]
        colours = [BLUE if value >= 0.0 else ORANGE for value in values]
        hatches = ["" if value >= 0.0 else "//" for value in values]
        ax.barh(places, ends, color=colours, hatch=hatches, edgecolor="white", height=0.62)
        if marks:
            ax.plot(marks, places, "|", color=BLACK, ms=14, mew=2, label="before any evidence")
            ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0))
        for place, value in zip(places, values, strict=True):
            if abs(value) == math.inf:
                x, side = (edge, "right") if value > 0 else (-edge, "left")
                ax.text(x, place, "decides", ha=side, va="center", color="w")
        ax.set_yticks(places, [fill(label, WIDEST) for label in labels], parse_math=False)
        ax.set_ylim(max(1, len(labels)) - 0.4, -0.6)
        ax.set_xlim(-edge if min(values, default=0.0) < 0.0 else 0.0, edge)
        ax.axvline(0.0, color=BLACK, lw=0.8)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_xlabel(self.title, parse_math=False)
        return ax


@dataclass(frozen=True, eq=False, repr=False)
class ForeignResult(Reporting):
    """An answer about a foreign network.

    Attributes
    ----------
    title, known
        What was asked, and what was known.
    rows
        The table, one mapping a row.
    shown
        For each column that is shown its heading, and how its numbers become text.
    found
        Plain numbers by name, where a result has some that are not of a row.
    """

    title: str
    known: str
    rows: Sequence[Mapping[str, Any]]
    shown: Shown
    notes: tuple[str, ...]
    bars: Bars
    found: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """All rows, with ids and labels, and all numbers with all digits."""
        return frame_of([dict(row) for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values: what was asked and known, all rows, remarks, whose it is.

        What has no finite number, such as the weight of an answer that decides, is a text.
        """
        return {
            "title": self.title,
            "known": self.known,
            "rows": [{key: _plain(value) for key, value in row.items()} for row in self.rows],
            "found": {
                key: _plain(value)
                for key, value in self.found.items()
                if isinstance(value, str | int | float)
            },
            "notes": list(self.notes),
            "disclaimer": NOT_OURS,
        }

    @property
    def report(self) -> Report:
        """What is shown."""
        more = len(self.rows) - SHOWN
        return Report(
            title=self.title,
            known=self.known,
            header=tuple(heading for heading, _ in self.shown.values()),
            rows=tuple(
                tuple(shown_as(row[column]) for column, (_, shown_as) in self.shown.items())
                for row in self.rows[:SHOWN]
            ),
            notes=(f"{more} more rows stand in .table.", *self.notes) if more > 0 else self.notes,
            disclaimer=NOT_OURS,
        )

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first rows as bars."""
        return self.bars.draw(ax)

    def __repr__(self) -> str:
        rows = f"{len(self.rows)} row{'' if len(self.rows) == 1 else 's'}"
        return f"{type(self).__name__}({self.title!r}: {rows})"
