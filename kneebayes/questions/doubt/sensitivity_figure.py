"""Figures of sensitivity: posteriors as functions of one number, and tornados."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kneebayes.view.figures import SMALL, name_ends, name_lines, new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_curves", "draw_tornado"]

BLUE, ORANGE, BLACK = "#0072B2", "#E69F00", "#000000"
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
WIDEST, LETTERS = 118, 40  # of a label, and of one line of it


def draw_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    value: float,
    flips: Sequence[tuple[float, float]],
    what: str,
    upto: float = 1.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw posteriors as functions of one number.

    Parameters
    ----------
    curves
        By label the numbers and the posteriors there.
    value
        What the number is in the model.
    flips
        Where the most probable cause changes, and the posterior there.
    what
        What the number is, in words.
    upto
        Where the axis of the number ends.
    ax
        Where to draw; left out, a new figure.
    """
    ax = ax or new_axes(7.5, 4.4)
    for index, (label, (numbers, posteriors)) in enumerate(curves.items()):
        ax.plot(
            numbers,
            posteriors,
            color=PALETTE[index % len(PALETTE)],
            ls=DASHES[index % len(DASHES)],
            lw=1.9,
            label=label.replace("$", r"\$"),
        )
    ax.axvline(value, color="#6e6e6e", lw=1.0)
    ax.annotate(
        f"in the model: {percent(value)}",
        (value, 1.03),
        xytext=(0, 2),
        textcoords="offset points",
        fontsize=SMALL,
        ha="center",
        va="bottom",
        color="#4d4d4d",
    )
    for number, posterior in flips:
        ax.plot([number], [posterior], "o", color=BLACK, ms=7, mfc="none", mew=1.6)
        ax.annotate(
            f"top changes at {percent(number)}",
            (number, posterior),
            xytext=(9, 7) if number < 0.6 * upto else (-9, 7),
            textcoords="offset points",
            fontsize=SMALL,
            ha="left" if number < 0.6 * upto else "right",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
        )
    ax.set_xlim(0.0, upto)
    ax.set_ylim(0.0, 1.03)
    ax.set_xlabel(what, parse_math=False)
    ax.set_ylabel("P(present | evidence)", fontsize=SMALL)
    name_ends(ax, {label: float(values[-1]) for label, (_, values) in curves.items()}, PALETTE)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_tornado(
    bars: Sequence[Mapping[str, object]],
    posterior: float,
    cause: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each bar moves a posterior, the furthest on top.

    Parameters
    ----------
    bars
        ``about``, ``at_low``, ``at_high`` and ``unsaid``; NaN is left out.
    posterior
        Where the posterior is with nothing moved.
    cause
        Label of the cause.
    ax
        Where to draw; left out, a new figure.
    """
    drawn = list(bars)[::-1]
    ax = ax or new_axes(9.0, 0.42 * len(drawn) + 1.5)
    labelled: set[str] = set()
    for index, bar in enumerate(drawn):
        for name, colour, label in (
            ("at_low", ORANGE, "at the low end"),
            ("at_high", BLUE, "at the high end"),
        ):
            end = float(str(bar[name]))
            if not math.isnan(end):
                hatch = "//" if name == "at_low" else ""
                ax.barh(
                    index,
                    end - posterior,
                    left=posterior,
                    color=colour,
                    height=0.62,
                    edgecolor="white",
                    hatch=hatch,
                    alpha=0.9,
                    label=None if label in labelled else label,
                )
                labelled.add(label)
        unsaid = float(str(bar["unsaid"]))
        if not math.isnan(unsaid):
            label = "had it not been said"
            shown = None if label in labelled else label
            ax.plot([unsaid], [index], "D", color=BLACK, ms=6, mfc="white", mew=1.5, label=shown)
            labelled.add(label)
    ax.axvline(posterior, color=BLACK, lw=1.0)
    labels = [textwrap.shorten(str(bar["about"]), WIDEST, placeholder=" ...") for bar in drawn]
    name_lines(ax, labels, LETTERS)
    ax.set_xlabel(f"P({cause} | evidence); line: all at their values", parse_math=False)
    ax.margins(x=0.06)
    if labelled:
        ax.legend(
            frameon=False, fontsize=SMALL, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3
        )
    ax.spines[["top", "right"]].set_visible(False)
    return ax
