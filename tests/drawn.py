"""What stands in a picture, read back: marks, lines, bars, words and how they look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

Place = tuple[float, float]


def lines(ax: Axes) -> list[tuple[list[Place], str, str]]:
    """Every line as its points, its mark ("" for none) and its colour, in the order drawn."""
    return [
        (points(line.get_xdata(), line.get_ydata()), mark_of(line), to_hex(line.get_color()))
        for line in ax.lines
    ]


def points(xs: Any, ys: Any) -> list[Place]:
    """Points by their two numbers."""
    pairs = zip(np.atleast_1d(xs), np.atleast_1d(ys), strict=True)
    return [(float(x), float(y)) for x, y in pairs]


def mark_of(line: Any) -> str:
    """The mark of a line; nothing where it has none."""
    mark = str(line.get_marker())
    return "" if mark in ("None", "none") else mark


def marked(ax: Axes, mark: str) -> list[Place]:
    """All points with this mark, in the order drawn."""
    return [place for places, drawn, _ in lines(ax) if drawn == mark for place in places]


def strokes(ax: Axes) -> list[list[Place]]:
    """Lines without any mark, in the order drawn."""
    return [places for places, drawn, _ in lines(ax) if not drawn]


def bars(ax: Axes) -> list[tuple[float, float, float, str]]:
    """Every bar that lies: where it begins and ends, its height in the middle, its colour."""
    assert all(0.5 <= bar.get_height() <= 0.8 for bar in ax.patches)  # with room between two
    return [
        (
            bar.get_x(),
            bar.get_x() + bar.get_width(),
            bar.get_y() + bar.get_height() / 2.0,
            to_hex(bar.get_facecolor()),
        )
        for bar in ax.patches
    ]


def words(ax: Axes) -> dict[str, Place]:
    """Every text in the axes with its place; no text may stand twice."""
    found = {one.get_text(): one.get_position() for one in ax.texts}
    assert len(found) == len(ax.texts)
    return {text: (float(x), float(y)) for text, (x, y) in found.items()}


def rows_of(ax: Axes) -> list[str]:
    """The names of the lines, from the lowest number up, each on one line."""
    assert list(ax.get_yticks()) == list(range(len(ax.get_yticks())))
    return [" ".join(one.get_text().split()) for one in ax.get_yticklabels()]


def legend(ax: Axes) -> list[str]:
    """What stands in the legend."""
    shown = ax.get_legend()
    return [] if shown is None else [one.get_text() for one in shown.get_texts()]


def near(places: Sequence[Any]) -> Any:
    """Places as they may differ by rounding."""
    return [pytest.approx(place, abs=1e-9) for place in places]


def assert_rows_fill(ax: Axes, count: int, *, down: bool = False) -> None:
    """Half a line of room, hardly more, above the highest and below the lowest line."""
    low, high = sorted(ax.get_ylim())
    assert -0.7 <= low <= -0.5
    assert count - 0.5 <= high <= count - 0.3
    assert ax.yaxis_inverted() == down


def assert_shows(
    span: Place, low: float, high: float, room: float = 0.1, least: float = 0.0
) -> None:
    """An axis that grows, shows all from low to high, and hardly more."""
    size = high - low
    assert low - room * size <= span[0] <= low - least * size
    assert high + least * size <= span[1] <= high + room * size


def assert_plain(ax: Axes, *, open_sides: Sequence[str] = ("top", "right")) -> None:
    """No frame around the legend, no edge where no scale is, no dollar read as mathematics."""
    for side in open_sides:
        assert not ax.spines[side].get_visible()
    for side in {"left", "bottom", "top", "right"} - {*open_sides}:
        assert ax.spines[side].get_visible()
    if ax.get_legend() is not None:
        assert not ax.get_legend().get_frame_on()
    for text in _texts(ax):
        unread = text.get_text().replace(r"\$", "")
        assert "$" not in unread or not text.get_parse_math(), text


def _texts(ax: Axes) -> Iterator[Text]:
    yield from ax.texts
    yield from (*ax.get_xticklabels(), *ax.get_yticklabels(), ax.title)
    yield from (ax.xaxis.label, ax.yaxis.label)
    if ax.get_legend() is not None:
        yield from ax.get_legend().get_texts()
