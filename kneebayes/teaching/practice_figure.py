"""Figures of practice: beliefs, questions, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import SMALL, fit, name_lines, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_beliefs", "draw_calibration", "draw_stated", "draw_steps"]

Row = Mapping[str, Any]
# Okabe and Ito's colours, told apart by everybody
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#767676"
LEARNERS = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
ENOUGH = 5  # statements in a tenth, from which on an interval says something
MARKS = ("o", "s", "D", "^", "v", "P", "X")


def draw_stated(labels: Sequence[str], stated: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw stated probabilities as bars, the most probable first."""
    ax = _lines(labels, ax)
    ax.barh(range(len(labels)), stated, color=BLUE, height=0.62)
    if not labels:
        ax.text(0.5, 0.5, "nothing stated yet", ha="center", transform=ax.transAxes)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("stated probability", fontsize=SMALL)
    fit(ax)
    return ax


def draw_beliefs(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw exact and stated probabilities of each cause; the one that explains it is marked.

    Rows: ``cause``, ``explains``, ``urgent``, ``opening``, ``exact``, ``stated``, ``named``.
    """
    labels = [
        f"{row['cause']}{' !' if row['urgent'] else ''}{' (true)' if row['explains'] else ''}"
        for row in rows
    ]
    ax = _lines(labels, ax)
    for index, row in enumerate(rows):
        if row["explains"]:
            ax.axhspan(index - 0.5, index + 0.5, color="#F0E442", alpha=0.35, lw=0)
        ends = [row["exact"], row["stated"]]
        ax.plot(ends, [index, index], color=GREY, lw=1.5, zorder=1)
    places = range(len(rows))
    opening = [row["opening"] for row in rows]
    ax.plot(opening, places, "|", color="black", ms=12, mew=1.5, label="opening (exact)")
    exact = [row["exact"] for row in rows]
    ax.plot(exact, places, "o", color=BLUE, ms=7.5, label="exact")
    for named, face, label in ((True, ORANGE, "stated"), (False, "white", "not named: prior")):
        mine = [index for index, row in enumerate(rows) if bool(row["named"]) == named]
        if mine:
            shown = [rows[index]["stated"] for index in mine]
            style: dict[str, Any] = {
                "color": ORANGE,
                "markerfacecolor": face,
                "mew": 1.5,
                "ms": 6.5,
            }
            ax.plot(shown, mine, "D", label=label, **style)
    ax.set_xlim(-0.02, 1.02)
    ax.set_xlabel("P(it explains the complaint); shaded: the truth; ! urgent", fontsize=SMALL)
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4, fontsize=SMALL)
    fit(ax)
    return ax


def draw_steps(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw what each question was expected to tell, against the best ones then.

    Rows: ``step``, ``asked``, ``bits``, ``best_free``, ``best_free_bits``, ``best_test_bits``.
    """
    labels = [f"{row['step']}. {row['asked']}" for row in rows]
    ax = _lines(labels, ax)
    places = range(len(rows))
    names = ("bits", "best_free_bits", "best_test_bits")
    bits, free, test = ([row[name] for row in rows] for name in names)
    ax.barh(places, bits, color=BLUE, height=0.55, label="asked")
    ax.plot(free, places, "D", color=ORANGE, ms=7, label="best free question then")
    ax.plot(test, places, "s", mfc="none", mec=GREY, ms=6, label="best test then")
    most = max([*bits, *free, *test], default=0.0) or 1.0
    for index, row in enumerate(rows):
        end = max(bits[index], free[index], test[index])
        words = "the best free question" if bits[index] == free[index] else str(row["best_free"])
        ax.text(end + 0.08 * most, index, words, va="center", fontsize=SMALL, parse_math=False)
    ax.set_xlim(0.0, 2.2 * most)
    ax.set_xlabel("expected information gain (bits)", fontsize=SMALL)
    ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, fontsize=SMALL)
    fit(ax)
    return ax


def draw_calibration(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw how often what was stated was true, with 95 % intervals.

    Rows: ``learner``, ``stated``, ``true``, ``low``, ``high`` and ``count`` of each bin.
    """
    ax = ax or new_axes(5.6, 5.2)
    ax.plot([0, 1], [0, 1], color=GREY, lw=1.0, ls="--", label="perfectly calibrated")
    learners = list(dict.fromkeys(str(row["learner"]) for row in rows))
    for index, learner in enumerate(learners):
        mine = [row for row in rows if row["learner"] == learner]
        stated, true, low, high = (
            [row[name] for row in mine] for name in ("stated", "true", "low", "high")
        )
        colour, mark = LEARNERS[index % len(LEARNERS)], MARKS[index % len(MARKS)]
        shift = 0.006 * (index - (len(learners) - 1) / 2)
        places = [statement + shift for statement in stated]
        counts = [row["count"] for row in mine]
        enough = [position for position, count in enumerate(counts) if count >= ENOUGH]
        x, bottom, top = (
            [values[position] for position in enough] for values in (places, low, high)
        )
        ax.vlines(x, bottom, top, color=colour, lw=1.4, alpha=0.7)
        ax.plot(places, true, marker=mark, color=colour, ms=6.5, lw=0.0, label=learner)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.set_aspect("equal")
    ax.set_xlabel("stated probability (mean of each tenth)", fontsize=SMALL)
    ax.set_ylabel(f"share that was true\n(95 % interval from {ENOUGH} on)", fontsize=SMALL)
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "ncols": 2}
    legend = ax.legend(frameon=False, fontsize=SMALL, **place)
    for text in legend.get_texts():
        text.set_parse_math(False)
    ax.spines[["top", "right"]].set_visible(False)
    fit(ax)
    return ax


def _lines(labels: Sequence[str], ax: Axes | None) -> Axes:
    """Axes with one line for each label, the first on top."""
    ax = ax or new_axes(8.0, 0.36 * max(len(labels), 2) + 1.3)
    name_lines(ax, labels)
    ax.set_ylim(max(len(labels), 1) - 0.4, -0.6)
    ax.spines[["top", "right"]].set_visible(False)
    return ax
