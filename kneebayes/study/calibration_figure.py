"""The calibration curve: what was said against what came true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kneebayes.odds import logit
from kneebayes.view.figures import _new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_calibration"]

BLUE, GREY = "#0072B2", "#6e6e6e"
TICKS = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
EDGE = 1e-7


def draw_calibration(
    rows: Sequence[Mapping[str, Any]], title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw observed shares against predictions on the scale of log-odds, with intervals.

    Most predictions are small: on a plain scale they would all lie in one corner.

    Parameters
    ----------
    rows
        Bins: ``predicted``, ``observed``, ``observed_low``, ``observed_high``, ``count``.
    title
        What stands above.
    ax
        Where to draw; left out, a new figure.
    """
    ax = ax or _new_axes(5.6, 5.4)
    shown = [row for row in rows if row["count"]]
    some = [float(row["predicted"]) for row in shown]
    some += [float(row["observed"]) for row in shown if row["observed"] > 0.0]
    some += [float(row["observed_high"]) for row in shown]
    low = min(_place(one) for one in some) - 0.4
    high = max(_place(one) for one in some) + 0.4
    ax.plot([low, high], [low, high], color=GREY, lw=1.0, ls="--", zorder=1)
    for row in shown:
        x = _place(row["predicted"])
        ends = [max(_place(row[name]), low) for name in ("observed_low", "observed_high")]
        ax.plot([x, x], ends, color=BLUE, lw=1.6, zorder=2, solid_capstyle="butt")
        if row["observed"] > 0.0:
            ax.plot(x, _place(row["observed"]), "o", color=BLUE, ms=5.5, zorder=3)
        else:  # nothing came true: only the upper end of the interval says something
            ax.plot(x, ends[1], "v", color=BLUE, mfc="none", ms=6, zorder=3)
    ticks = [one for one in TICKS if low <= _place(one) <= high]
    places = [_place(one) for one in ticks]
    ax.set_xticks(places, [percent(one) for one in ticks], rotation=30)
    ax.set_yticks(places, [percent(one) for one in ticks])
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_aspect("equal")
    ax.set_xlabel("predicted: mean of the bin (scale of log-odds)")
    ax.set_ylabel("came true, with 95 % interval")
    ax.set_title(title, fontsize=10, parse_math=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _place(probability: float) -> float:
    return logit(min(max(float(probability), EDGE), 1.0 - EDGE))
