"""Figures of what patients taught: statements before and after, and patients held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kneebayes.odds import logit
from kneebayes.view.figures import _new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_gains", "draw_lessons"]

# Okabe and Ito's colours, told apart by colour-blind readers too
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#8c8c8c"
TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
EDGE = 1e-7  # what is certain is drawn here


def draw_lessons(rows: Sequence[Mapping[str, object]], ax: Axes | None = None) -> Axes:
    """Draw statements before and after, each with its interval, and the share of the data.

    Parameters
    ----------
    rows
        Statements from the top: ``about``, ``text``, ``text_low``, ``text_high``, ``now``,
        ``low``, ``high`` (probabilities), ``data`` (a share).
    ax
        Where to draw; left out, a new figure.
    """
    ax = ax or _new_axes(9.0, 0.42 * len(rows) + 1.7)
    sides = (
        ("text", "text_low", "text_high", GREY, "s", -0.16, "the text"),
        ("now", "low", "high", BLUE, "o", 0.16, "text and patients"),
    )
    for value, low, high, colour, mark, shift, label in sides:
        places = [at + shift for at in range(len(rows))]
        middle = [_logit(row[value]) for row in rows]
        ends = [[_logit(row[low]) for row in rows], [_logit(row[high]) for row in rows]]
        ax.hlines(places, ends[0], ends[1], color=colour, lw=2.0)
        ax.plot(middle, places, mark, color=colour, ms=5.5, label=label)
    names = [str(row["about"]) for row in rows]
    ax.set_yticks(range(len(rows)), names, parse_math=False)
    ax.set_ylim(max(1, len(rows)) - 0.4, -0.6)
    left, right = ax.get_xlim()
    ticks = [one for one in TICKS if left <= _logit(one) <= right]
    ax.set_xticks([_logit(one) for one in ticks], [percent(one) for one in ticks])
    for at, row in enumerate(rows):
        ax.annotate(
            percent(float(str(row["data"]))),
            (1.01, at),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8.5,
        )
    ax.annotate("data", (1.01, -0.75), xycoords=("axes fraction", "data"), fontsize=8.5)
    ax.set_xlabel("probability, on the scale of log-odds; lines hold the central 90 %")
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8.5)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_gains(gains: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw how much better or worse each patient was foretold after learning.

    Parameters
    ----------
    gains
        ln P(answers | complaint) after minus before, by patient.
    ax
        Where to draw; left out, a new figure.
    """
    ax = ax or _new_axes(7.0, 3.2)
    width = max([abs(one) for one in gains], default=1.0) / min(20, max(3, len(gains) // 20)) or 1.0
    edges = [width * at for at in range(-21, 22)]  # so that one edge is at 0
    low, high = min([0.0, *gains]), max([0.0, *gains])
    edges = [one for one in edges if low - width <= one <= high + width]
    worse, better = [one for one in gains if one < 0.0], [one for one in gains if one >= 0.0]
    ax.hist(worse, bins=edges, color=ORANGE, hatch="///", edgecolor="white")
    ax.hist(better, bins=edges, color=BLUE, edgecolor="white")
    mean = sum(gains) / max(1, len(gains))
    ax.axvline(0.0, color=GREY, lw=1.0)
    ax.axvline(mean, color="black", lw=1.6, ls="--", label=f"mean {mean:+.3f}")
    ax.set_xlabel("gain in ln P(answers | complaint), nats; hatched: foretold worse than before")
    ax.set_ylabel("patients not learnt from")
    ax.legend(frameon=False, fontsize=8.5)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _logit(probability: object) -> float:
    return logit(min(max(float(str(probability)), EDGE), 1.0 - EDGE))
