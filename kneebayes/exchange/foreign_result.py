"""What a foreign network says, shown as text, HTML, a table and bars."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kneebayes.view.report import Report, Reporting

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["NOT_OURS", "Bars", "ForeignResult", "Shown"]

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
    """What is drawn: one bar for each label.

    Attributes
    ----------
    labels, lengths
        The bars, the first on top.
    title
        What they measure.
    marks
        Where a line marks the value before; none if empty.
    """

    labels: Sequence[str]
    lengths: Sequence[float]
    title: str
    marks: Sequence[float] = ()

    def draw(self, ax: Axes | None, most: int) -> Axes:
        """Draw the first of them."""
        from kneebayes.exchange.foreign_figure import draw_bars

        first = slice(most)
        return draw_bars(self.labels[first], self.lengths[first], self.title, self.marks[first], ax)


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
    notes
        Remarks.
    bars
        What is drawn.
    found
        Plain numbers by name, where a result has some that are not of a row.
    """

    title: str
    known: str
    rows: Sequence[Mapping[str, Any]]
    shown: Shown
    notes: Sequence[str]
    bars: Bars
    found: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each thing told; ids and labels, and all numbers with all digits."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.rows])

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

    def to_json(self) -> str:
        """The same as JSON, with all digits."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    @property
    def report(self) -> Report:
        """What is shown."""
        return Report(
            title=self.title,
            known=self.known,
            advice="",
            reasons=(),
            header=tuple(heading for heading, _ in self.shown.values()),
            rows=tuple(
                tuple(said(row[column]) for column, (_, said) in self.shown.items())
                for row in self.rows[:SHOWN]
            ),
            notes=(*self._more, *self.notes),
            disclaimer=NOT_OURS,
        )

    @property
    def _more(self) -> tuple[str, ...]:
        more = len(self.rows) - SHOWN
        return (f"{more} more rows stand in .table.",) if more > 0 else ()

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first rows as bars."""
        return self.bars.draw(ax, SHOWN)

    def __repr__(self) -> str:
        rows = f"{len(self.rows)} row{'' if len(self.rows) == 1 else 's'}"
        return f"{type(self).__name__}({self.title!r}: {rows})"
