"""A waterfall: from the prior to the posterior, a bar for each answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.odds import decibans
from kneebayes.questions.explain.words import in_decibans
from kneebayes.view.figures import (
    BLUE,
    ORANGE,
    SMALL,
    caption,
    name_lines,
    new_axes,
)
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOR, AGAINST, END = BLUE, ORANGE, "#444444"
PROBABILITIES = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
RATIOS = (1, 2, 5, 10, 20, 50, 100, 1000, 10_000, 100_000)
LETTER = 0.032  # of the width: a letter of the scale above
DIAMOND = "\u25c7 if it weighed as much as alone"
DIAMONDS = DIAMOND + ";\nat the posterior: all of these simply added"


@dataclass(frozen=True, slots=True)
class Fall:
    """One bar, in decibans of the odds; an infinite end decides the cause.

    ``alone`` is where it would end if it weighed as much as alone; NaN for none.
    """

    label: str
    start: float
    end: float
    alone: float


def draw_waterfall(
    falls: Sequence[Fall],
    ends: tuple[float, float],
    title: str,
    *,
    added: float,
    against: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each answer adds to the log-odds, in decibans, from the prior to the posterior.

    ``added`` is where all single weights added up would end, NaN for none; ``against`` says
    whether the odds are those of one cause against another.
    """
    rows = len(falls) + 2
    ax = ax or new_axes(8.6, 0.34 * rows + 1.5)
    alone = [*(step.alone for step in falls), added]
    places = [*ends, *(step.start for step in falls), *(fall.end for fall in falls), *alone, 0.0]
    finite = [place for place in places if math.isfinite(place)]
    margin = 0.06 * max(8.0, max(finite) - min(finite))
    low, high = min(finite) - margin, max(finite) + margin
    ax.set_xlim(low, high)
    ax.axvline(0.0, color="#bbbbbb", lw=0.8, zorder=0)
    for index, fall in enumerate(falls, start=1):
        _bar(ax, index, fall)
        _line(ax, index, fall.start)
    _line(ax, rows - 1, ends[1])
    for height, place in zip((0, rows - 1), ends, strict=True):
        _mark(ax, place, height, "s", END)
        _number(ax, height, in_decibans(place), weight="bold")
    shown = [(place, height) for height, place in enumerate(alone, start=1) if math.isfinite(place)]
    for place, y in shown:
        ax.plot([place], [y], "D", mfc="white", mec="black", ms=5, mew=1.0, zorder=3)
    labels = ["prior", *(fall.label for fall in falls), "posterior"]
    name_lines(ax, labels)
    below = "decibans of the odds" + (" of the one against the other" if against else "")
    legend = DIAMONDS if math.isfinite(added) else DIAMOND
    ax.set_xlabel(f"{below}\n{legend}" if shown else below, fontsize=SMALL)
    ax.set_ylim(rows - 0.4, -0.6)
    ax.spines[["right"]].set_visible(False)
    _scale_above(ax, against)
    return caption(ax, title)


def _bar(ax: Axes, height: int, fall: Fall) -> None:
    """A bar, with its length in a column at the right."""
    if fall.start == fall.end:
        _number(ax, height, "decided" if math.isinf(fall.end) else in_decibans(0.0))
        return
    start, end = (_inside(ax, place) for place in (fall.start, fall.end))
    colour = FOR if fall.end > fall.start else AGAINST
    ax.barh(height, end - start, left=start, height=0.58, color=colour, zorder=2)
    if math.isinf(fall.end):
        _mark(ax, fall.end, height, "", colour)
    _number(ax, height, in_decibans(fall.end - fall.start))


def _mark(ax: Axes, place: float, height: int, marker: str, colour: str) -> None:
    """A mark; at the edge, an arrowhead for what lies beyond all bounds."""
    if math.isinf(place):
        marker = ">" if place > 0.0 else "<"
    ax.plot([_inside(ax, place)], [height], marker, color=colour, ms=8, zorder=3, clip_on=False)


def _number(ax: Axes, height: int, text: str, weight: str = "normal") -> None:
    ax.text(
        1.12,
        height,
        text,
        transform=ax.get_yaxis_transform(),
        ha="right",
        va="center",
        fontsize=SMALL,
        fontweight=weight,
    )


def _line(ax: Axes, height: int, place: float) -> None:
    """The thin line from one bar to the next."""
    if math.isfinite(place):
        ax.plot([place, place], [height - 1, height], color=END, lw=0.7, zorder=1)


def _scale_above(ax: Axes, against: bool) -> None:
    """The same scale as probabilities, or as odds."""
    low, high = ax.get_xlim()
    if against:
        marks = [(-decibans(ratio), f"1:{ratio:,}") for ratio in reversed(RATIOS[1:])]
        marks += [(decibans(ratio), f"{ratio:,}:1") for ratio in RATIOS]
    else:
        marks = [
            (decibans(probability / (1.0 - probability)), percent(probability))
            for probability in PROBABILITIES
        ]
    shown: list[tuple[float, str]] = []
    for place, text in marks:
        letters = (len(shown[-1][1]) + len(text)) / 2 + 1 if shown else 0.0
        free = not shown or place - shown[-1][0] >= LETTER * letters * (high - low)
        if low <= place <= high and free:
            shown.append((place, text))
    above = ax.secondary_xaxis("top")
    above.set_xticks([place for place, _ in shown], [text for _, text in shown], fontsize=SMALL)
    above.set_xlabel("odds" if against else "probability", fontsize=SMALL)


def _inside(ax: Axes, place: float) -> float:
    low, high = ax.get_xlim()
    return float(min(max(place, low), high))
