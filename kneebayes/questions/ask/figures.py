"""Figures of questions: both outcomes, bits against cost, a tree, a change of mind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

from kneebayes.odds import logit
from kneebayes.view.figures import (
    BLUE,
    CERTAIN,
    GREEN,
    ORANGE,
    SMALL,
    WIDE,
    name_lines,
    new_axes,
    odds_axis,
)
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Row = Mapping[str, Any]
GREY = "#767676"
RIGHT, APART = 0.6, 0.07  # of the axes: from here names go to the left; names above each other
NAME = 52  # letters of a question beside its point
INDENT, LETTERS = 0.07, 66  # of a tree that is told line by line


def draw_outcomes(
    rows: Sequence[Row], outcomes: Sequence[Row], top: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw where each answer of the ``top`` best questions would move what it speaks of.

    ``rows`` are ranked questions; ``outcomes`` have ``id`` of the question, ``positive`` (None
    where there are more than two answers), ``probability`` and ``posterior``.
    """
    drawn = list(rows[:top])[::-1]
    ax = ax or new_axes(8.0, 0.42 * len(drawn) + 1.5)
    marks: dict[object, dict[str, Any]] = {
        True: {"marker": "o", "color": BLUE, "label": "if yes"},
        False: {"marker": "s", "color": ORANGE, "markerfacecolor": "white", "label": "if no"},
        None: {"marker": "D", "color": GREEN, "label": "one of several answers"},
    }
    labelled: set[object] = set()
    for index, row in enumerate(drawn):
        mine = [outcome for outcome in outcomes if outcome["id"] == row["id"]]
        places = [branch["posterior"] for branch in mine]
        ax.plot([min(places), max(places)], [index, index], color=GREY, lw=1.5, zorder=1)
        ax.plot(row["now"], index, "|", color="black", ms=15, mew=2, zorder=2)
        for branch, place in zip(mine, places, strict=True):
            style = dict(marks[branch["positive"]])
            if branch["positive"] in labelled:
                del style["label"]
            labelled.add(branch["positive"])
            ax.plot(place, index, ls="", ms=7.5, mew=1.8, zorder=3, **style)
        ax.text(1.06, index, f"{row['bits']:.3f}", va="center", fontsize=SMALL)
    same = len({row["speaks_of_label"] for row in drawn}) == 1
    labels = [
        str(row["question"]) if same else f"{row['question']}\n({row['speaks_of_label']})"
        for row in drawn
    ]
    ax.plot([], [], "|", color="black", ms=12, mew=2, label="now")
    ax.text(1.06, len(drawn) - 0.45, "bits", va="bottom", fontsize=SMALL)
    name_lines(ax, labels)
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"], fontsize=SMALL)
    about = str(drawn[0]["speaks_of_label"]) if drawn and same else "what stands in brackets"
    caption = f"P({about}\u00a0| evidence, answer)\nbits: what the answer tells on average"
    ax.set_xlabel(caption, fontsize=SMALL, parse_math=False)
    _legend(ax)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def draw_pareto(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw bits against cost of ranked questions, with a line through those that no other beats."""
    ax = ax or new_axes(7.5, 4.2)
    beaten = [row for row in rows if not row["front"]]
    front = sorted(
        (row for row in rows if row["front"]), key=lambda row: (row["cost"], row["bits"])
    )
    ax.plot(_all(beaten, "cost"), _all(beaten, "bits"), "o", color=GREY, ms=4.5, alpha=0.6)
    ax.step(_all(front, "cost"), _all(front, "bits"), where="post", color=BLUE, lw=1.2)
    ax.plot(_all(front, "cost"), _all(front, "bits"), "o", color=BLUE, ms=8)
    most = max(_all(rows, "cost"), default=None) or 1.0
    top = max(_all(rows, "bits"), default=None) or 1.0
    heights = _heights(front, most, top)
    for row, height in zip(front, heights, strict=True):
        place, right = row["cost"], row["cost"] > RIGHT * most
        ax.plot([place, place], [row["bits"], height], color=BLUE, lw=0.6, zorder=1)
        ax.text(
            place - (0.015 if right else -0.015) * most,
            height,
            _short(row),
            ha="right" if right else "left",
            va="center",
            fontsize=SMALL,
            parse_math=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},  # no line through it
        )
    ax.set_xlim(-0.04 * most, 1.06 * most)
    ax.set_ylim(0.0, max([1.18 * top, *(height + 0.06 * top for height in heights)]))
    ax.set_xlabel(
        "cost, in the units of the knowledge folder (asking and looking: 0)", fontsize=SMALL
    )
    ax.set_ylabel("expected information gain (bits)", fontsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _heights(front: Sequence[Row], most: float, top: float) -> list[float]:
    """Where the names of questions stand: above their points, clear of other names and points."""

    def reach(row: Row) -> tuple[float, float]:
        """From where to where a name goes, about."""
        wide, place = 0.02 * most * (len(_short(row)) + 1), row["cost"]
        return (place - wide, place) if place > RIGHT * most else (place, place + wide)

    heights: dict[int, float] = {}
    for index in reversed(range(len(front))):  # the dearest first: a cheaper one goes over it
        low, high = reach(front[index])
        taken = [row["bits"] for row in front if low <= row["cost"] <= high]
        for other, height in heights.items():
            start, end = reach(front[other])
            if start <= high and end >= low:
                taken.append(height)
        heights[index] = front[index]["bits"] + 0.07 * top
        for height in sorted(taken):
            if abs(heights[index] - height) < APART * top:
                heights[index] = height + APART * top
    return [heights[index] for index in range(len(front))]


def _short(row: Row) -> str:
    """A question in one line that leaves room for the points."""
    return shorten(str(row["question"]), NAME, placeholder=" ...")


def draw_tree(nodes: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw a decision tree line by line, each answer below what was asked.

    Each node stands before those it leads to: ``depth``, ``answer``, ``probability``, ``label``
    (what is asked, or what is believed at an end), ``ends`` and ``urgent``.
    """
    lines = [_told_of(node) for node in nodes]
    heights = [line.count("\n") + 1 for line in lines]
    ax = ax or new_axes(WIDE, 0.5 + 0.165 * (sum(heights) + 0.5 * len(nodes)))
    y, places = 0.0, []
    for node, line, height in zip(nodes, lines, heights, strict=True):
        x = INDENT * node["depth"]
        colour = ORANGE if node["urgent"] else (GREEN if node["ends"] else BLUE)
        ax.text(x, y, line, fontsize=SMALL, va="top", color=colour, parse_math=False)
        places.append((int(node["depth"]), y))
        y -= height + 0.5
    for index, (depth, top) in enumerate(places):
        below = [end for own, end in _until_back(places[index + 1 :], depth) if own == depth + 1]
        if below:
            x = INDENT * depth + 0.3 * INDENT
            ax.plot([x, x], [top - heights[index], below[-1] - 0.5], color=GREY, lw=0.8, zorder=0)
    ax.set_xlim(-0.02, 1.0)
    ax.set_ylim(y, 0.5)
    ax.set_axis_off()
    return ax


def _told_of(node: Row) -> str:
    """An answer with its probability, and what is asked or believed then."""
    label = "; ".join(str(node["label"]).split("\n"))
    if node["answer"]:
        label = f"{node['answer']} ({percent(node['probability'])}): {label}"
    letters = int(LETTERS * (1.0 - INDENT * node["depth"]))
    return "\n".join(wrap(label, letters))


def _until_back(places: Sequence[tuple[int, float]], depth: int) -> list[tuple[int, float]]:
    """What stands below a point of a tree, before the next of its own depth."""
    return list(takewhile(lambda place: place[0] > depth, places))


def draw_changes(rows: Sequence[Row], to: str, over: str, ax: Axes | None = None) -> Axes:
    """Draw both causes, called ``to`` and ``over``, now and after each set of answers.

    Rows have ``answers``, ``probability`` (None for now), ``to_posterior``, ``over_posterior``.
    """
    drawn = list(rows)[::-1]
    ax = ax or new_axes(8.0, 0.68 * len(drawn) + 1.4)
    for index, row in enumerate(drawn):
        ends = [logit(row[name], CERTAIN) for name in ("over_posterior", "to_posterior")]
        ax.plot(ends, [index, index], color=GREY, lw=1.5, zorder=1)
        told = ((row["over_posterior"], ORANGE), (row["to_posterior"], BLUE))
        sides = (("right", -9), ("left", 9))  # each number on the outer side of its own mark
        for (share, colour), (side, away) in zip(sorted(told), sides, strict=True):
            beside: dict[str, Any] = {"xytext": (away, 0), "textcoords": "offset points"}
            style: dict[str, Any] = {"ha": side, "va": "center", "fontsize": SMALL}
            place = (logit(share, CERTAIN), index)
            ax.annotate(percent(share), place, color=colour, **beside, **style)
    places = range(len(drawn))
    to_them, over_them = (
        [logit(value, CERTAIN) for value in _all(drawn, name)]
        for name in ("to_posterior", "over_posterior")
    )
    ax.plot(to_them, places, "o", color=BLUE, ms=11, label=to)
    ax.plot(
        over_them,
        places,
        "s",
        color=ORANGE,
        ms=8,
        mew=1.8,
        label=over,
        markerfacecolor="white",
    )
    labels = []
    for row in drawn:
        lines = str(row["answers"]).split("; ")
        if row["probability"] is not None:
            lines.append(f"(probability {percent(row['probability'])})")
        labels.append("\n".join(lines))
    name_lines(ax, labels)
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    shown = [row[name] for row in drawn for name in ("to_posterior", "over_posterior")]
    odds_axis(ax, shown)
    low, high = ax.get_xlim()
    ax.set_xlim(low - 0.15 * (high - low), high + 0.15 * (high - low))  # for the numbers
    ax.set_xlabel(
        "P(it explains the complaint | evidence, answers), on the scale of log-odds", fontsize=SMALL
    )
    _legend(ax)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _legend(ax: Axes) -> None:
    """A legend above the axes; what stands in it may hold a dollar sign."""
    style: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "ncols": 4}
    legend = ax.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), **style)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _all(rows: Sequence[Row], name: str) -> list[float]:
    return [row[name] for row in rows]
