"""Figures of how sure an answer is: intervals, slopes, lexicons, curves, tornados."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kneebayes.odds import logit
from kneebayes.text import marked
from kneebayes.view.figures import (
    AMBER,
    BLACK,
    BLUE,
    ODDS_TICKS,
    ORANGE,
    PALETTE,
    SMALL,
    fit,
    name_ends,
    name_lines,
    new_axes,
    odds_axis,
)
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]
GREY = "#8c8c8c"
EDGE = 1e-6  # what is certain is drawn here, at the edge of the scale
EXPLAINS = "P(it explains the complaint | evidence)"
NOW, FIRST = 1.24, 1.48  # of the width of the axes: where two columns of numbers end
MARKS = "osD^vPX*<>"
LINES = (BLACK, *PALETTE)


def draw_intervals(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw posteriors with the interval of the draws, and the chance to rank first.

    On the scale of log-odds, on which rare causes can be told apart too. Rows, from the top:
    ``cause``, ``urgent``, ``posterior``, ``low``, ``high``, ``p_first``.
    """
    drawn = list(rows)[::-1]
    ax = ax or new_axes(8.0, 0.36 * len(drawn) + 1.3)
    for index, row in enumerate(drawn):
        names = ("posterior", "low", "high")
        posterior, low, high = (logit(row[name], EDGE) for name in names)
        colour = ORANGE if row["urgent"] else BLUE
        ax.plot([low, high], [index, index], color=colour, lw=5.0, alpha=0.4, solid_capstyle="butt")
        ax.plot(posterior, index, "D" if row["urgent"] else "o", color=colour, ms=6.5)
        across = ax.get_yaxis_transform()
        for place, share in ((NOW, row["posterior"]), (FIRST, row["p_first"])):
            style: dict[str, Any] = {"transform": across, "va": "center", "ha": "right"}
            ax.text(place, index, percent(share), fontsize=SMALL, **style)
    for place, name in ((NOW, "now"), (FIRST, "first")):
        style = {"transform": ax.transAxes, "va": "bottom", "ha": "right", "fontsize": SMALL}
        ax.text(place, 1.0, name, **style)
    name_lines(ax, [_label(row) for row in drawn])
    odds_axis(ax, [row[name] for row in drawn for name in ("low", "high")])
    ax.set_xlabel(
        f"{EXPLAINS} and 5 to 95 % of the draws, on the scale of log-odds\n"
        "first: in how many draws it comes first",
        fontsize=SMALL,
    )
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_slopes(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw each cause as a line from its prior to its posterior, with both intervals.

    Rows: ``cause``, ``urgent``, ``prior``, ``prior_low``, ``prior_high``, ``posterior``, ``low``,
    ``high``.
    """
    ax = ax or new_axes(7.5, max(0.36 * len(rows) + 2.2, 3.6))
    ends: dict[str, float] = {}
    for row, shift in zip(rows, _side_by_side(len(rows)), strict=True):
        colour = ORANGE if row["urgent"] else BLUE
        before, after = row["prior"], row["posterior"]
        for x, names in ((0.0, ("prior_low", "prior_high")), (1.0, ("low", "high"))):
            span = [logit(row[name], EDGE) for name in names]
            ax.plot([x + shift] * 2, span, color=colour, lw=3.5, alpha=0.3, zorder=1)
        ends[f"{_label(row)} {percent(after)}"] = logit(after, EDGE)
        way = [logit(before, EDGE), logit(after, EDGE)]
        ax.plot([shift, 1.0 + shift], way, "o-", color=colour, lw=1.4, ms=4, zorder=2)
    ax.set_xlim(-0.12, 1.06)
    low, high = ax.get_ylim()
    ticks = [tick for tick in ODDS_TICKS[1:] if low <= logit(tick, EDGE) <= high]
    ax.set_yticks([logit(tick, EDGE) for tick in ticks], [percent(share) for share in ticks])
    name_ends(ax, ends, [ORANGE if row["urgent"] else BLUE for row in rows], SLOPE_NAME)
    ax.set_xticks([0.0, 1.0], ["prior\n(complaint only)", "posterior\n(all answers)"])
    ax.set_ylabel(
        "P(it explains the complaint), on the scale\nof log-odds; shaded: 5 to 95 % of the draws",
        fontsize=SMALL,
    )
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_readings(rows: Sequence[Row], lexicons: Mapping[str, str], ax: Axes | None = None) -> Axes:
    """Draw the posterior of each cause under every lexicon, one mark a lexicon.

    Rows, from the top: ``cause``, ``urgent``, and its posterior under the id of each lexicon.
    """
    drawn = list(rows)[::-1]
    ax = ax or new_axes(8.0, 0.36 * len(drawn) + 1.6)
    apart = 0.6 / max(len(lexicons) - 1, 1)  # of a row: marks of one row may have the same place
    for index in range(len(drawn) - 1):
        ax.axhline(index + 0.5, color="#dddddd", lw=0.6, zorder=0)
    for place, (id, label) in enumerate(lexicons.items()):
        values = [logit(row[id], EDGE) for row in drawn]
        ax.plot(
            values,
            [index + 0.3 - apart * place for index in range(len(drawn))],
            MARKS[place % len(MARKS)],
            color=LINES[place % len(LINES)],
            ms=5,
            mfc="none",
            mew=1.4,
            label=label.replace("$", r"\$"),
        )
    name_lines(ax, [_label(row) for row in drawn])
    odds_axis(ax, [row[id] for row in drawn for id in lexicons])
    ax.set_xlabel(f"{EXPLAINS} under each lexicon, on the scale of log-odds", fontsize=SMALL)
    ax.legend(frameon=False, fontsize=SMALL, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _side_by_side(count: int) -> list[float]:
    """Small shifts, so that intervals do not hide each other."""
    return [0.06 * (index / max(1, count - 1) - 0.5) for index in range(count)]


def _label(row: Row) -> str:
    return marked(row["cause"], row["urgent"])


DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
LETTERS, SLOPE_NAME = 36, 30  # of a line of a label
ENDS = (
    ("at_low", AMBER, "//", "at the low end"),
    ("at_high", BLUE, "", "at the high end"),
)


def draw_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    value: float,
    flips: Sequence[tuple[float, float]],
    what: str,
    upto: float = 1.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw posteriors as functions of one number, which is ``value`` in the model.

    ``curves`` has by label the numbers and the posteriors there; ``flips`` where the most
    probable cause changes, and the posterior there. The axis of the number ends at ``upto``.
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
        xytext=(5, 2) if value < 0.6 * upto else (-5, 2),
        textcoords="offset points",
        fontsize=SMALL,
        ha="left" if value < 0.6 * upto else "right",
        va="bottom",
        color="#4d4d4d",
    )
    for number, posterior in flips:
        ax.plot([number], [posterior], "o", color=BLACK, ms=7, mfc="none", mew=1.6)
        ax.annotate(
            f"lead changes at {percent(number)}",
            (number, posterior),
            xytext=(9, 7) if number < 0.6 * upto else (-9, 7),
            textcoords="offset points",
            fontsize=SMALL,
            ha="left" if number < 0.6 * upto else "right",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
        )
    ax.set_xlim(0.0, upto)
    ax.set_ylim(0.0, 1.12)  # with room for what the model says
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.locator_params(axis="x", nbins=6)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    ax.set_xlabel(what, fontsize=SMALL, parse_math=False)
    ax.set_ylabel(EXPLAINS, fontsize=SMALL)
    name_ends(ax, {label: float(values[-1]) for label, (_, values) in curves.items()}, PALETTE)
    ax.spines[["top", "right"]].set_visible(False)
    fit(ax)
    return ax


def draw_tornado(
    bars: Sequence[Mapping[str, Any]],
    posterior: float,
    cause: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each bar moves the posterior of a cause, the furthest on top.

    Bars have ``about``, ``at_low``, ``at_high`` and ``unsaid``; NaN is left out.
    """
    drawn = list(bars)[::-1]
    ax = ax or new_axes(9.0, 0.42 * len(drawn) + 1.5)
    for name, colour, hatch, label in ENDS:
        ends = _said(drawn, name)
        ax.barh(
            list(ends),
            [end - posterior for end in ends.values()],
            left=posterior,
            color=colour,
            height=0.62,
            edgecolor="white",
            hatch=hatch,
            label=label if ends else None,
        )
    unsaid = _said(drawn, "unsaid")
    if unsaid:
        style: dict[str, Any] = {"color": BLACK, "ms": 6, "mfc": "white", "mew": 1.5}
        ax.plot(list(unsaid.values()), list(unsaid), "D", label="had it not been said", **style)
    ax.axvline(posterior, color=BLACK, lw=1.0)
    for place, bar in enumerate(drawn):
        _say_ends(ax, place, bar, posterior)
    labels = [
        " ".join(textwrap.wrap(str(bar["about"]), LETTERS, max_lines=3, placeholder=" ..."))
        for bar in drawn
    ]
    name_lines(ax, labels, LETTERS)
    said = f"P({cause} explains it | evidence)\nline: {percent(posterior)}, all at their values"
    ax.set_xlabel(said, parse_math=False, fontsize=SMALL)
    ax.margins(x=0.3)  # for the numbers
    ax.locator_params(axis="x", nbins=4)
    ax.xaxis.set_major_formatter("{x:.0%}")
    if ax.get_legend_handles_labels()[0]:
        above: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 3}
        ax.legend(frameon=False, fontsize=SMALL, **above)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _say_ends(ax: Axes, place: int, bar: Row, posterior: float) -> None:
    """The least and the greatest posterior of a bar, to the left and to the right of it."""
    ends = [bar[name] for name in ("at_low", "at_high", "unsaid") if not math.isnan(bar[name])]
    low, high = min([posterior, *ends]), max([posterior, *ends])
    for end, side, away in ((low, "right", -7), (high, "left", 7)):
        if percent(end) != percent(posterior):
            style: dict[str, Any] = {"ha": side, "va": "center", "fontsize": SMALL}
            offset: dict[str, Any] = {"xytext": (away, 0), "textcoords": "offset points"}
            ax.annotate(percent(end), (end, place), **offset, **style)


def _said(bars: Sequence[Row], name: str) -> dict[int, float]:
    """By place the numbers of one name that there are."""
    return {place: bar[name] for place, bar in enumerate(bars) if not math.isnan(bar[name])}
