"""What a foreign network says, shown as text, HTML, a table and bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kneebayes.binding import Axes, pd
from kneebayes.text import counted
from kneebayes.view.figures import BLACK, BLUE, ORANGE, SMALL, below, beside, caption, lines_of
from kneebayes.view.markup import percent
from kneebayes.view.report import Report, Reporting

Shown = Mapping[str, tuple[str, Callable[[Any], str]]]
SHOWN = 20
NOT_OURS = "This network was made elsewhere: what it says is its makers', and never medical advice."


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return value if isinstance(value, str | int | float) or value is None else str(value)


@dataclass(frozen=True)
class Bars:
    """One bar for each label, the first on top; marks show values before, if any."""

    labels: Sequence[str]
    lengths: Sequence[float]
    title: str
    marks: Sequence[float] = ()
    said: Callable[[float], str] = percent  # how a length is written beside its bar

    def draw(self, ax: Axes | None) -> Axes:
        """Draw the first; what is below 0 is hatched, what has no end as long as the longest."""
        labels = [label.replace(" = ", "\u00a0=\u00a0") for label in self.labels[:SHOWN]]
        values, marks = self.lengths[:SHOWN], self.marks[:SHOWN]
        ax, places = lines_of(labels, ax), range(len(labels))
        finite = [abs(value) for value in (*values, *marks) if math.isfinite(value)]
        longest = max(finite, default=1.0) or 1.0
        room = (1.4 if min(values, default=0.0) < 0.0 else 1.3) * longest  # for the numbers
        ends = [0.0 if math.isnan(one) else min(longest, max(-longest, one)) for one in values]
        colours = [BLUE if end >= 0.0 else ORANGE for end in ends]
        hatches = ["" if end >= 0.0 else "//" for end in ends]
        ax.barh(places, ends, color=colours, hatch=hatches, edgecolor="white", height=0.62)
        if marks:
            ax.plot(marks, places, "|", color=BLACK, ms=14, mew=2, label="before any evidence")
            ax.legend(frameon=False, fontsize=SMALL, loc="lower left", bbox_to_anchor=(0.0, 1.0))
        for place, (value, end) in enumerate(zip(values, ends, strict=True)):
            beyond = "impossible" if math.isnan(value) else "decides"
            words = self.said(value) if math.isfinite(value) else beyond
            crossed = marks and 0.0 <= end <= marks[place] < end + 0.2 * room  # words by a mark
            beside(ax, (marks[place] if crossed else end, place), words, 4 if end >= 0.0 else -4)
        ax.set_xlim(-room if min(ends, default=0.0) < 0.0 else 0.0, room)
        ax.locator_params(axis="x", nbins=6)
        ax.set_xticks([tick for tick in ax.get_xticks() if abs(tick) <= 1.05 * longest])
        ax.axvline(0.0, color=BLACK, lw=0.8)
        return below(ax, self.title)


def bars_of(
    rows: Sequence[Mapping[str, Any]],
    label: str,
    length: str,
    title: str,
    said: Callable[[float], str] = percent,
) -> Bars:
    """A bar for each row, as long as one of its columns says."""
    return Bars([row[label] for row in rows], [row[length] for row in rows], title, said=said)


def columns(**as_text: Callable[[Any], str]) -> Shown:
    """Columns that are shown under their own names, and how their values become text."""
    return {name: (name.replace("_", " "), as_text[name]) for name in as_text}


@dataclass(frozen=True, eq=False, repr=False)
class ForeignResult(Reporting):
    """An answer about a foreign network."""

    title: str  #: what was asked
    known: str
    rows: Sequence[Mapping[str, Any]]  #: the table, one mapping a row
    shown: Shown  #: for each column that is shown its heading, and how its numbers become text
    notes: tuple[str, ...]
    bars: Bars
    #: plain numbers by name, where a result has some that are not of a row
    found: Mapping[str, Any] = field(default_factory=dict)
    names: Sequence[str] = ()  #: columns of the table where it may have no row

    @property
    def table(self) -> pd.DataFrame:
        """All rows, with ids and labels, and all numbers with all digits."""
        return pd.DataFrame([dict(row) for row in self.rows], columns=list(self.names) or None)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values: what was asked and known, all rows, remarks, whose it is.

        What has no finite number, such as the weight of an answer that decides, is a text.
        """
        found = {key: one for key, one in self.found.items() if isinstance(one, str | int | float)}
        return {
            "title": self.title,
            "known": self.known,
            "rows": [{key: _plain(value) for key, value in row.items()} for row in self.rows],
            "found": {key: _plain(value) for key, value in found.items()},
            "notes": list(self.notes),
            "disclaimer": NOT_OURS,
        }

    @property
    def report(self) -> Report:
        """What is shown."""
        more = len(self.rows) - SHOWN
        beyond = [f"{counted(more, 'more row')} in .table."] if more > 0 else []
        return Report(
            title=self.title,
            known=self.known,
            header=tuple(heading for heading, _ in self.shown.values()),
            rows=tuple(
                tuple(as_text(row[column]) for column, (_, as_text) in self.shown.items())
                for row in self.rows[:SHOWN]
            ),
            notes=(*beyond, *self.notes),
            disclaimer=NOT_OURS,
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first rows as bars."""
        return caption(self.bars.draw(ax), self.title, self.known)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.title!r}: {counted(len(self.rows), 'row')})"


def where_odds_end(start: float, end: float, state: str, over: str) -> str:
    """Where the odds begin and end, and whether shares of the difference mean anything."""
    if math.isfinite(start) and math.isfinite(end):
        sums = "Ledger and Shapley shares add up to the difference."
        return f"From {start:+.1f} to {end:+.1f} decibans for {state} against {over}. {sums}"
    if not math.isfinite(start):
        sure = "is certain" if start > 0.0 else "is impossible"
        return f"{state} {sure} before any answer, so no answer weighs anything against {over}."
    sure = "certain" if end > 0.0 else "impossible"
    return (
        f"From {start:+.1f} decibans for {state} against {over} to what is {sure}: the answers "
        "that decide have no number, and shares of the difference do not add up."
    )


def decibans_text(value: float) -> str:
    """Decibans with a sign, or that an answer decides; a dash where there is no number."""
    if math.isnan(value):
        return "-"
    return f"{value:+.1f}" if math.isfinite(value) else "decides"
