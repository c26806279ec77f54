"""A figure of simulated patients: how often each cause was drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import _new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_shares"]

# Okabe and Ito's colours, told apart by colour-blind readers too
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8c8c8c"
SHARES = (0.0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)


def draw_shares(rows: Sequence[Mapping[str, Any]], patients: int, ax: Axes | None = None) -> Axes:
    """Draw how often each cause was drawn, over the 95 % range that its probability allows.

    Parameters
    ----------
    rows
        Causes: ``cause``, ``urgent``, ``share``, ``expected``.
    patients
        How many were drawn.
    ax
        Where to draw; left out, a new figure.
    """
    drawn = sorted(rows, key=lambda row: float(row["expected"]))
    ax = ax or _new_axes(7.5, 0.24 * len(drawn) + 1.3)
    for at, row in enumerate(drawn):
        expected = float(row["expected"])
        half = 1.96 * sqrt(expected * (1.0 - expected) / max(patients, 1))
        span = [sqrt(max(expected - half, 0.0)), sqrt(min(expected + half, 1.0))]
        ax.plot(span, [at, at], color=GREY, lw=5, alpha=0.6, solid_capstyle="butt", zorder=1)
        colour = ORANGE if row["urgent"] else BLUE
        ax.plot(sqrt(float(row["share"])), at, "o", color=colour, ms=4.5, zorder=2)
    labels = [f"{row['cause']}{'!' if row['urgent'] else ''}" for row in drawn]
    ax.set_yticks(range(len(drawn)), labels, parse_math=False, fontsize=8.5)
    highest = max((float(row[name]) for row in drawn for name in ("share", "expected")), default=1)
    ticks = [one for one in SHARES if one <= 1.2 * highest]
    ax.set_xticks([sqrt(one) for one in ticks], [percent(one) for one in ticks])
    ax.set_xlim(left=-0.01)
    ax.set_xlabel(
        f"share of {patients:,} patients (scale of square roots);\n"
        "grey: where 95 of 100 such shares fall"
    )
    ax.spines[["top", "right"]].set_visible(False)
    return ax
