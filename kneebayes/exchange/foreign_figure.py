"""Bars for what a foreign network says."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill, wrap
from typing import TYPE_CHECKING

from kneebayes.view.figures import _new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_bars"]

WIDEST = 42  # characters of a label before it goes on below

# Okabe and Ito's colours, told apart by everybody
BLUE, ORANGE, BLACK = "#0072B2", "#D55E00", "#222222"


def draw_bars(
    labels: Sequence[str],
    values: Sequence[float],
    title: str,
    marks: Sequence[float] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar for each label; what is below zero is orange and hatched.

    Parameters
    ----------
    labels, values
        The bars, the first on top; infinite ones run to the edge.
    title
        What the bars measure.
    marks
        For each bar where a line marks the value before; empty for no marks.
    ax
        Where to draw; left out, a new figure.
    """
    places = range(len(labels))
    if ax is None:
        lines = sum(0.6 + 0.4 * len(wrap(label, WIDEST)) for label in labels)
        ax = _new_axes(7.5, 1.3 + 0.36 * max(1.0, lines))
    finite = [abs(value) for value in (*values, *marks) if abs(value) != float("inf")]
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
        if abs(value) == float("inf"):
            side = "right" if value > 0 else "left"
            ax.text(edge if value > 0 else -edge, place, "decides", ha=side, va="center", color="w")
    ax.set_yticks(places, [fill(label, WIDEST) for label in labels], parse_math=False)
    ax.set_ylim(max(1, len(labels)) - 0.4, -0.6)
    ax.set_xlim(-edge if min(values, default=0.0) < 0.0 else 0.0, edge)
    ax.axvline(0.0, color=BLACK, lw=0.8)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_xlabel(title, parse_math=False)
    return ax
