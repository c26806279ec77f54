"""Figures of studies: scores, recall, learning curves, other worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import (
    BLACK,
    BLUE,
    ORANGE,
    PALETTE,
    SMALL,
    fit,
    name_ends,
    name_lines,
    new_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_learning", "draw_recall", "draw_scores", "draw_worlds"]

GREY = "#8c8c8c"
SERIES = (*PALETTE[:4], BLACK, *PALETTE[4:])
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
    """Draw one score of every predictor as a dot; rows, from the top: ``predictor``, ``value``."""
    own = rows[0]["predictor"] if rows else ""
    up = score not in LESS_IS_BETTER
    finite = [row for row in rows if isfinite(float(row["value"]))]
    ranked = sorted(finite, key=lambda row: float(row["value"]), reverse=not up)
    drawn = [*(row for row in rows if row not in finite), *ranked]  # the best on top
    ax = ax or new_axes(7.5, 0.36 * len(drawn) + 1.2)
    for index, row in enumerate(drawn):
        value = float(row["value"])
        if isfinite(value):
            ax.plot(value, index, "o", color=BLUE if row["predictor"] == own else ORANGE, ms=7)
            ax.annotate(
                f"{value:.4f}",
                (value, index),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=SMALL,
            )
        else:
            ax.text(
                0.99, index, f"{value}", transform=ax.get_yaxis_transform(), ha="right", va="center"
            )
    name_lines(ax, [str(row["predictor"]) for row in drawn])
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    ax.margins(x=0.3)
    ax.set_xlabel(CALLED.get(score, score), parse_math=False, fontsize=SMALL)
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
    ax.set_ylim(0.0, 1.02)
    ax.set_xlabel("first causes of the ranking", fontsize=SMALL)
    ax.set_ylabel("share of the present causes among them", fontsize=SMALL)
    name_ends(ax, {name: float(values[-1]) for name, values in lines.items()}, SERIES)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_learning(
    learner: str,
    points: Sequence[tuple[int, float]],
    others: Mapping[str, float],
    score: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw a learner's score against the number of cases learned from, others as level lines."""
    ax = ax or new_axes(7.5, 4.4)
    sizes = [size for size, _ in points]
    ax.plot(
        sizes,
        [value for _, value in points],
        "o-",
        color=BLACK,
        ms=6,
        lw=1.6,
        label=_plain(f"{learner}, learned"),
    )
    named = dict.fromkeys([f"{learner}, learned"] if points else (), BLACK)  # as the ends are named
    for index, (name, value) in enumerate(others.items()):
        named[f"{name}: {value:.4f}"] = PALETTE[index % len(PALETTE)]
        ax.axhline(
            value,
            color=PALETTE[index % len(PALETTE)],
            ls=LINES[index % len(LINES)],
            lw=1.5,
            label=_plain(f"{name}: {value:.4f}"),
        )
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
    ax.minorticks_off()
    ax.set_xlabel("cases learned from" if points else "", fontsize=SMALL)
    ax.set_ylabel(CALLED.get(score, score).replace(" (", "\n("), parse_math=False)
    ends = {f"{learner}, learned": points[-1][1]} if points else {}
    ends |= {f"{name}: {value:.4f}": value for name, value in others.items()}
    name_ends(ax, ends, list(named.values()))
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_worlds(rows: Sequence[Mapping[str, Any]], ax: Axes | None = None) -> Axes:
    """Draw the score of a model in other worlds, and of who knows those worlds.

    Rows, from the top: ``world``, ``log_score``, ``informed_log_score``, ``prior_log_score``.
    """
    drawn = list(rows)[::-1]
    ax = ax or new_axes(8.0, 0.38 * len(drawn) + 1.8)
    kinds = (
        ("informed_log_score", "D", "#009E73", "knows that world"),
        ("log_score", "o", BLUE, "the model as it is"),
        ("prior_log_score", "|", ORANGE, "its priors alone"),
    )
    for index, row in enumerate(drawn):
        span = [float(row[name]) for name, *_ in kinds[:2] if isfinite(float(row[name]))]
        ax.plot(span, [index] * len(span), color=GREY, lw=1.6, zorder=1)
    for name, mark, colour, label in kinds:
        values = [float(row[name]) for row in drawn]
        ax.plot(
            values, range(len(drawn)), mark, color=colour, ms=7, mew=1.8, mfc="none", label=label
        )
    name_lines(ax, [str(row["world"]).replace("_", " ") for row in drawn])
    ax.set_xlabel(CALLED["log_score"], fontsize=SMALL)
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    ax.legend(frameon=False, fontsize=SMALL, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    ax.grid(axis="y", color=GREY, alpha=0.2)
    ax.spines[["top", "right"]].set_visible(False)
    fit(ax)
    return ax


def _plain(label: str) -> str:
    """A label of a legend, which has no switch of its own for mathematics."""
    return label.replace("$", r"\$")
