"""Bars and dots, one line for each entry: surprises, what remains, sets, estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kneebayes.view.figures import SMALL, name_lines, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_sampled", "draw_sets", "draw_surprises", "draw_without"]

# Okabe and Ito's colours, told apart by everybody
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"


def draw_surprises(
    labels: Sequence[str],
    bits: Sequence[float],
    doubtful: Sequence[bool],
    ax: Axes | None = None,
) -> Axes:
    """Draw how surprising each answer is.

    Parameters
    ----------
    labels
        The answers, the most surprising first.
    bits
        Surprise of each.
    doubtful
        Whether something else may have been meant.
    ax
        Where to draw; left out, a new figure.
    """
    ax = _lines(labels, ax)
    places = range(len(labels))
    colours = [ORANGE if is_doubtful else BLUE for is_doubtful in doubtful]
    hatches = ["//" if is_doubtful else "" for is_doubtful in doubtful]
    ax.barh(places, bits, color=colours, hatch=hatches, edgecolor="white", height=0.62)
    for place, size in enumerate(bits):
        ax.text(size, place, f" {size:.1f}", va="center", fontsize=SMALL)
    ax.set_xlim(0.0, 1.2 * max(bits, default=1.0) or None)
    caption = "surprise: -log2 P(answer | all others), bits"
    if any(doubtful):
        caption += "\nhatched: did you mean something else?"
    ax.set_xlabel(caption, fontsize=SMALL)
    return ax


def draw_without(
    labels: Sequence[str],
    now: Sequence[float],
    without: Sequence[float],
    cause: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how probable each finding is now, and had a cause been absent.

    Parameters
    ----------
    labels
        The findings, what would go first.
    now, without
        P(present) as it is, and without the cause.
    cause
        Label of the cause.
    ax
        Where to draw; left out, a new figure.
    """
    ax = _lines(labels, ax)
    places = range(len(labels))
    ax.hlines(places, without, now, color=GREY, lw=1.5, zorder=1)
    ax.plot(now, places, "o", color="white", mec=BLUE, mew=1.8, ms=8, label="now")
    name = f"had it not been for {cause}"
    ax.plot(without, places, "D", color=ORANGE, ms=7, label=name)
    ax.set_xlim(-0.03, 1.03)
    ax.set_xlabel("P(finding present | evidence)", fontsize=SMALL)
    legend = ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return ax


def draw_sets(
    labels: Sequence[str], probabilities: Sequence[float], ax: Axes | None = None
) -> Axes:
    """Draw the probability of each set of causes.

    Parameters
    ----------
    labels
        The causes of each set, the most probable first.
    probabilities
        P(exactly these | evidence).
    ax
        Where to draw; left out, a new figure.
    """
    ax = _lines([label.replace(", ", ",\n") for label in labels], ax)
    ax.barh(range(len(labels)), probabilities, color=BLUE, height=0.62)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("P(exactly these causes | evidence)", fontsize=SMALL)
    return ax


def draw_sampled(
    labels: Sequence[str],
    estimates: Sequence[float],
    errors: Sequence[float],
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with two standard errors to both sides.

    Parameters
    ----------
    labels
        The causes, the most probable first.
    estimates, errors
        Estimated posteriors and their standard errors.
    ax
        Where to draw; left out, a new figure.
    """
    ax = _lines(labels, ax)
    pairs = list(zip(estimates, errors, strict=True))
    sides = [
        [min(2.0 * error, middle) for middle, error in pairs],  # a probability ends at 0
        [min(2.0 * error, 1.0 - middle) for middle, error in pairs],  # and at 1
    ]
    ax.errorbar(estimates, range(len(labels)), xerr=sides, fmt="o", color=BLUE, ms=5, capsize=3)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel(
        "SAMPLED P(present | evidence), \u00b1 2 standard errors; ! urgent", fontsize=SMALL
    )
    return ax


def _lines(labels: Sequence[str], ax: Axes | None) -> Axes:
    """Axes with one line for each label, the first on top."""
    if ax is None:
        lines = sum(1.0 + 0.5 * label.count("\n") for label in labels)
        ax = new_axes(7.5, 1.2 + 0.34 * max(1.0, lines))
    name_lines(ax, labels)
    ax.set_ylim(max(1, len(labels)) - 0.4, -0.6)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
