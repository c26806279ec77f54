"""Fagan's nomogram: a straight edge from the prior through the likelihood ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kneebayes.odds import logit
from kneebayes.view.figures import _new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_nomogram", "ratio_text"]

# Okabe and Ito's colours; dashes tell the lines apart in print
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 1, 1, 1)))
MARKS = ("o", "D", "s", "^")
GREY = "#4d4d4d"
LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0
CHANCES = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
USUAL, FURTHEST = 3.0, 5.0  # powers of ten of the odds at the ends of the outer scales


def draw_nomogram(steps: Sequence[tuple[str, float, float]], ax: Axes | None = None) -> Axes:
    """Draw one or more steps from a probability by a likelihood ratio to a probability.

    The outer scales are log-odds in opposite directions, the middle one is the logarithm of
    the likelihood ratio at half size; so every step is a straight line (Fagan 1975).

    Parameters
    ----------
    steps
        For each line its label, the probability before, and the likelihood ratio, which may
        be 0 or infinite; the probability after follows from both. At most four.
    ax
        Where to draw; left out, a new figure.

    References
    ----------
    Fagan: Nomogram for Bayes's theorem. N Engl J Med 1975;293:257.
    """
    ax = ax or _new_axes(6.4, 6.6)
    places = [_places(prior, ratio) for _, prior, ratio in steps]
    ends = [abs(one) for pair in places for one in pair if math.isfinite(one)]
    reach = min(max([USUAL, *ends]), FURTHEST)
    reach = math.ceil(2.0 * reach - 1e-9) / 2.0
    ratios = [abs(math.log10(one)) for _, _, one in steps if one > 0.0 and math.isfinite(one)]
    _scales(ax, reach, min(2.0 * reach, max([USUAL, *map(math.ceil, ratios)])))
    for at, ((label, _, ratio), (start, end)) in enumerate(zip(steps, places, strict=True)):
        first, last = (min(max(one, -reach), reach) for one in (start, end))
        ax.plot(
            [LEFT, RIGHT],
            [first, last],
            color=COLOURS[at],
            ls=DASHES[at],
            lw=2.0,
            zorder=3,
            label=label.replace("$", r"\$"),
        )
        tip = MARKS[at] if last == end else "^" if end > 0.0 else "v"  # beyond the scale
        ax.plot([LEFT], [first], MARKS[at], color=COLOURS[at], ms=7, zorder=4)
        ax.plot([RIGHT], [last], tip, color=COLOURS[at], ms=9, zorder=4)
        if math.isfinite(ratio) and ratio > 0.0 and (first, last) == (start, end):
            middle = (first + last) / 2.0
            ax.plot([MIDDLE], [middle], MARKS[at], color=COLOURS[at], mfc="white", ms=7, zorder=4)
    ax.legend(
        frameon=False,
        fontsize=9,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        handlelength=3.2,
    )
    return ax


def ratio_text(ratio: float) -> str:
    """A likelihood ratio with three significant digits.

    Examples
    --------
    >>> ratio_text(18.6543), ratio_text(0.05), ratio_text(float("inf")), ratio_text(1234567.0)
    ('18.7', '0.05', 'without bounds', '1,230,000')
    """
    if math.isinf(ratio):
        return "without bounds"
    if ratio == 0.0 or 0.001 <= ratio < 1000.0:
        return f"{ratio:.3g}"
    return f"{float(f'{ratio:.2e}'):,.0f}" if ratio >= 1000.0 else f"{ratio:.1e}"


def _places(prior: float, ratio: float) -> tuple[float, float]:
    """Heights at which a line begins and ends, in powers of ten of the odds."""
    before = logit(prior) / math.log(10.0)
    if ratio == 0.0:
        return -before, -math.inf
    if math.isinf(ratio):
        return -before, math.inf
    return -before, before + math.log10(ratio)


def _scales(ax: Axes, reach: float, powers: float) -> None:
    """Three upright scales with their ticks; outside them nothing."""
    for x, half in ((LEFT, reach), (MIDDLE, powers / 2.0), (RIGHT, reach)):
        ax.plot([x, x], [-half, half], color="black", lw=1.0, zorder=2)
    for chance in (*CHANCES, *(1.0 - one for one in CHANCES[:-1])):
        height = logit(chance) / math.log(10.0)
        if abs(height) <= reach + 1e-9:
            text = f"{100.0 * chance:.6g}%"
            _tick(ax, LEFT, -height, text, -1.0)
            _tick(ax, RIGHT, height, text, 1.0)
    for power in range(-math.floor(powers), math.floor(powers) + 1):
        for part in (1, 2, 5) if power < math.floor(powers) else (1,):
            text = f"{part * 10.0**power:,.6g}" if part == 1 or abs(power + 0.5) < USUAL else ""
            _tick(ax, MIDDLE, (power + math.log10(part)) / 2.0, text, 1.0)
    heads = ("before:\nP(cause)", "likelihood\nratio", "after:\nP(cause)")
    for x, head in zip((LEFT, MIDDLE, RIGHT), heads, strict=True):
        ax.text(x, reach * 1.04, head, ha="center", va="bottom", fontsize=9.5)
    ax.set_xlim(-0.2, 1.2)
    ax.set_ylim(-reach * 1.02, reach * 1.2)
    ax.set_axis_off()


def _tick(ax: Axes, x: float, height: float, text: str, side: float) -> None:
    """A tick and its number, to the left (-1) or to the right (1)."""
    ax.plot([x, x + side * 0.018], [height, height], color="black", lw=0.8, zorder=2)
    ax.text(
        x + side * 0.032,
        height,
        text,
        ha="left" if side > 0.0 else "right",
        va="center",
        fontsize=8,
        color=GREY,
        parse_math=False,
    )
