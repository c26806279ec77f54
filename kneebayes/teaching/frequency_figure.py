"""Figures of natural frequencies: a tree of counts, and one square a person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import SMALL, new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_icons", "draw_tree"]

# Okabe and Ito's colours; light and dark differ in print too
COLOURS = {
    "with_cause_with_finding": "#D55E00",
    "with_cause_without_finding": "#F5B895",
    "without_cause_with_finding": "#0072B2",
    "without_cause_without_finding": "#DCE6EE",
}
GREY = "#767676"
MOST_ICONS = 10_000  # of more people only those with the finding are drawn
MOST_SQUARES = 4_000  # of these
PLACES = {
    "people": (2.0, 2.0),
    "with_cause": (0.8, 1.0),
    "without_cause": (3.2, 1.0),
    "with_cause_with_finding": (0.2, 0.0),
    "with_cause_without_finding": (1.4, 0.0),
    "without_cause_with_finding": (2.6, 0.0),
    "without_cause_without_finding": (3.8, 0.0),
}


def draw_tree(
    counts: Mapping[str, int],
    shares: Mapping[str, float],
    cause: str,
    finding: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw the counts as a tree, with the exact share of each branch on its line.

    Counts go by name, such as ``people``, ``with_cause`` and ``with_cause_with_finding``; a share
    is that within what it is a part of.
    """
    ax = ax or new_axes(9.0, 4.6)
    paths = {
        "people": "people like this",
        "with_cause": f"explained by {cause}",
        "without_cause": f"not explained by {cause}",
    }
    for id, (x, y) in PLACES.items():
        leaf = id not in paths
        parent = "people" if not leaf else id.split("_cause_")[0] + "_cause"
        if id != "people":
            _draw_branch(ax, PLACES[parent], (x, y), percent(shares[id], 3), shares[id])
        words = ("have: " if id.endswith("with_finding") else "not: ") + finding
        label = "\n".join([f"{counts[id]:,}", *wrap(paths.get(id, words), 13 if leaf else 20)])
        box: dict[str, Any] = {
            "facecolor": "white",
            "edgecolor": COLOURS.get(id, GREY),
            "boxstyle": "round,pad=0.3",
            "linewidth": 2.2 if leaf else 1.0,
        }
        ax.text(x, y, label, ha="center", va="center", bbox=box, fontsize=SMALL, parse_math=False)
    hits, all_with = counts["with_cause_with_finding"], counts["with_finding"]
    below = f"{cause} explains {hits:,} of the {all_with:,} who have it"
    ax.text(2.0, -0.72, below, ha="center", va="center", fontsize=SMALL, parse_math=False)
    ax.set_xlim(-0.4, 4.4)
    ax.set_ylim(-0.9, 2.3)
    ax.set_axis_off()
    return ax


def _draw_branch(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], label: str, share: float
) -> None:
    """A line as thick as its share is large."""
    ax.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=GREY,
        lw=0.6 + 5.0 * share,
        alpha=0.7,
        zorder=0,
    )
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    box: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    ax.text(x, y, label, ha="center", va="center", fontsize=SMALL, bbox=box)


def draw_icons(counts: Mapping[str, int], cause: str, finding: str, ax: Axes | None = None) -> Axes:
    """Draw one square a person, coloured by cause and finding.

    Of more than 10,000 people only those with the finding are drawn; if these are still more,
    each square stands for several, which the title says.
    """
    ids = list(COLOURS)
    title, most = f"{counts['people']:,} people like this, one square each", MOST_ICONS
    if counts["people"] > MOST_ICONS:
        ids = [id for id in ids if id.endswith("with_finding")]
        title = f"Of {counts['people']:,} people the {counts['with_finding']:,} who have it"
        most = MOST_SQUARES
    every = max(1, math.ceil(sum(counts[id] for id in ids) / most))
    if every > 1:
        title += f", {every} to a square (rounded up)"
    drawn = [id for id in ids for _ in range(math.ceil(counts[id] / every))]
    columns = 50 if len(drawn) <= 2000 else 125
    rows = max(1, math.ceil(len(drawn) / columns))
    ax = ax or new_axes(8.6, min(7.5, max(2.4, 8.0 * rows / columns + 1.5)))
    _draw_squares(ax, drawn, columns, rows)
    ax.set_title(title, fontsize=10, loc="left", parse_math=False)
    words = {"with_finding": finding, "without_finding": f"not: {finding}"}
    paths = {"with": "explained by", "without": "not explained by"}
    for id in ids:
        first, second = id.split("_cause_")
        caption = f"{paths[first]} {cause}; {words[second]}: {counts[id]:,}"
        ax.plot([], [], "s", color=COLOURS[id], mec=GREY, mew=0.4, ms=9, label=caption)
    legend = ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.0), fontsize=SMALL)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return ax


def _draw_squares(ax: Axes, drawn: list[str], columns: int, rows: int) -> None:
    """Row after row from the top left, as one collection: thousands of patches are slow."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    squares = [
        Rectangle((index % columns, index // columns), 0.86, 0.86) for index in range(len(drawn))
    ]
    colours = [COLOURS[id] for id in drawn]
    ax.add_collection(PatchCollection(squares, facecolors=colours, edgecolors="none"))
    ax.set_xlim(-0.2, columns + 0.2)
    ax.set_ylim(rows + 0.2, -0.2)
    ax.set_aspect("equal")
    ax.set_axis_off()
