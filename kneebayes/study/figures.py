"""Figures of studies: scores, recall, learning curves, other worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import isfinite
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import (
    AMBER,
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PALETTE,
    SMALL,
    fit,
    name_ends,
    name_lines,
    new_axes,
    ticks_apart,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREY = "#8c8c8c"
SERIES = (*PALETTE[:4], BLACK, *PALETTE[4:], GREY, "#8c564b")
LEARNERS = (BLACK, AMBER, PALETTE[5])
MARKS = "osD^vPX*<>"
LINES = ("-", "--", "-.", ":")
LESS_IS_BETTER = ("log_score", "brier", "calibration_error")
CALLED = {
    "log_score": "log score in bits (mean over cases and causes; less is better)",
    "brier": "Brier score (mean over cases and causes; less is better)",
    "auc": "area under the ROC curve (mean over causes)",
    "calibration_error": "expected calibration error",
    "recall_1": "share of present causes ranked first",
    "recall_3": "share of present causes among the first 3",
    "recall_5": "share of present causes among the first 5",
}


def draw_scores(rows: Sequence[Mapping[str, Any]], score: str, ax: Axes | None = None) -> Axes:
    """Draw one score of every predictor, the best on top, with its interval where it has one.

    Rows: ``predictor``, ``value``, and maybe ``low``, ``high``, and ``doubt``: whether it may be
    as good as the first row.
    """
    own = rows[0]["predictor"] if rows else ""
    up = score not in LESS_IS_BETTER
    finite = [row for row in rows if isfinite(float(row["value"]))]
    ranked = sorted(finite, key=lambda row: float(row["value"]), reverse=not up)
    drawn = [*(row for row in rows if row not in finite), *ranked]
    ax = ax or new_axes(7.5, 0.36 * len(drawn) + 1.2)
    right: dict[str, Any] = {
        "transform": ax.get_yaxis_transform(),
        "va": "center",
        "fontsize": SMALL,
    }
    for index, row in enumerate(drawn):
        value = float(row["value"])
        if isfinite(value):
            colour = BLUE if row["predictor"] == own else ORANGE
            ends = [row.get("low", value), row.get("high", value)]
            ax.plot(ends, [index, index], color=colour, lw=2.0, alpha=0.45)
            face = "white" if row.get("doubt") else colour
            ax.plot(value, index, "o", color=colour, mfc=face, mew=1.6, ms=7, zorder=3)
        ax.text(1.02, index, f"{value:.4f}" if isfinite(value) else f"{value}", **right)
    name_lines(ax, [str(row["predictor"]) for row in drawn])
    ax.margins(x=0.06)
    said = [CALLED.get(score, score)]
    if any("low" in row for row in finite):
        said.append("lines: 95 % intervals, cases drawn again")
    if any(row.get("doubt") for row in finite):
        said.append(f"hollow: perhaps as good as {own}")
    ax.set_xlabel("\n".join(said), parse_math=False, fontsize=SMALL)
    ax.grid(axis="y", color=GREY, alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)
    fit(ax)
    return ax


def draw_recall(
    firsts: Sequence[int], lines: Mapping[str, Sequence[float]], ax: Axes | None = None
) -> Axes:
    """Draw the share of present causes among the first of the ranking, a line a predictor."""
    ax = ax or new_axes(7.5, 4.4)
    for index, (name, values) in enumerate(lines.items()):
        ax.plot(
            firsts,
            values,
            marker=MARKS[index % len(MARKS)],
            ls=LINES[index % len(LINES)],
            color=SERIES[index % len(SERIES)],
            ms=5,
            lw=1.4,
            label=_plain(name),
        )
    ax.set_xticks(list(firsts))
    ax.set_xlim(firsts[0] - 0.3, firsts[-1] + 0.3)
    ax.set_ylim(0.0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.set_xlabel("how many causes, from the top of the ranking", fontsize=SMALL)
    ax.set_ylabel("share of the true causes among them", fontsize=SMALL)
    name_ends(ax, {name: float(values[-1]) for name, values in lines.items()}, SERIES)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_learning(
    learners: Mapping[str, Sequence[Mapping[str, Any]]],
    others: Sequence[Mapping[str, Any]],
    score: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw the scores of learners against the number of cases learned from, others level.

    Rows: ``value``, maybe with ``low`` and ``high``; those of learners have their ``size``, those
    of the others their ``predictor``.
    """
    ax = ax or new_axes(7.5, 4.4)
    ends: dict[str, tuple[float, str]] = {}  # value and colour
    for (name, rows), colour, mark in zip(learners.items(), cycle(LEARNERS), cycle(MARKS)):
        ordered = sorted(rows, key=lambda row: int(row["size"]))
        places, values = ([row[key] for row in ordered] for key in ("size", "value"))
        low, high = ([row.get(key, row["value"]) for row in ordered] for key in ("low", "high"))
        ax.vlines(places, low, high, color=colour, lw=1.6, zorder=3)
        label = f"{name}, learned"
        ax.plot(places, values, f"{mark}-", ms=6, lw=1.6, color=colour, label=_plain(label))
        ends[label] = (values[-1], colour)
    for row, colour, line in zip(others, cycle(PALETTE[:4]), cycle(LINES)):
        label = f"{row['predictor']}: {row['value']:.4f}"
        ax.axhline(row["value"], color=colour, ls=line, lw=1.5, label=_plain(label))
        if "low" in row:
            ax.axhspan(row["low"], row["high"], color=colour, alpha=0.12, lw=0)
        ends[label] = (row["value"], colour)
    sizes = sorted({int(row["size"]) for rows in learners.values() for row in rows})
    if sizes:
        ax.set_xscale("log")
        ax.set_xlim(0.8 * sizes[0], 1.25 * sizes[-1])
    ax.minorticks_off()
    marks = "bands, upright lines" if sizes else "bands"
    known = any("low" in row for row in others)
    said = ["cases learned from"] * bool(sizes) + [f"{marks}: 95 % intervals"] * known
    ax.set_xlabel("\n".join(said), fontsize=SMALL)
    ax.set_ylabel(CALLED.get(score, score).replace(" (", "\n("), parse_math=False, fontsize=SMALL)
    name_ends(ax, {name: end for name, (end, _) in ends.items()}, [c for _, c in ends.values()])
    ticks_apart(ax, sizes, [f"{size:,}" for size in sizes])
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_worlds(rows: Sequence[Mapping[str, Any]], ax: Axes | None = None) -> Axes:
    """Draw the score of a model in other worlds, and of who knows those worlds.

    Rows, from the top: ``world``, ``log_score``, ``informed_log_score``, ``prior_log_score``,
    ``regret``.
    """
    drawn = list(rows)[::-1]
    ax = ax or new_axes(8.0, 0.38 * len(drawn) + 1.8)
    kinds = (
        ("informed_log_score", "D", GREEN, "who knows that world"),
        ("log_score", "o", BLUE, "the model as it is"),
        ("prior_log_score", "|", ORANGE, "its priors alone"),
    )
    right: dict[str, Any] = {
        "transform": ax.get_yaxis_transform(),
        "va": "center",
        "fontsize": SMALL,
    }
    ax.text(1.02, len(drawn) - 0.4, "regret", **right)
    for index, row in enumerate(drawn):
        span = [float(row[name]) for name, *_ in kinds[:2] if isfinite(float(row[name]))]
        ax.plot(span, [index] * len(span), color=GREY, lw=1.6, zorder=1)
        ax.text(1.02, index, f"{float(row['regret']):+.4f}", **right)
    for name, mark, colour, label in kinds:
        values = [float(row[name]) for row in drawn]
        ax.plot(
            values, range(len(drawn)), mark, color=colour, ms=7, mew=1.8, mfc="none", label=label
        )
    name_lines(ax, [str(row["world"]).replace("_", " ") for row in drawn])
    regret = "regret: bits lost by not knowing that world"
    ax.set_xlabel(f"{CALLED['log_score']}\n{regret}", fontsize=SMALL)
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    ax.legend(frameon=False, fontsize=SMALL, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    ax.grid(axis="y", color=GREY, alpha=0.2)
    ax.spines[["top", "right"]].set_visible(False)
    fit(ax)
    return ax


def _plain(label: str) -> str:
    """A label of a legend, which has no switch of its own for mathematics."""
    return label.replace("$", r"\$")
