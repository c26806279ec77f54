"""Figures of practice and of natural frequencies: beliefs, questions, calibration, counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kneebayes.binding import Axes
from kneebayes.text import counted, marked
from kneebayes.view.figures import (
    BLUE,
    GREY,
    ORANGE,
    SMALL,
    WIDE,
    broken,
    finished,
    legend_above,
    lines_of,
    new_axes,
    write,
)
from kneebayes.view.markup import percent

Row = Mapping[str, Any]


def draw_stated(stated: Sequence[tuple[str, float]], ax: Axes | None = None) -> Axes:
    """Draw stated probabilities by label as bars, the most probable first."""
    ax = _lines([label for label, _ in stated], ax)
    ax.barh(range(len(stated)), [share for _, share in stated], color=BLUE, height=0.62)
    for place, (_, share) in enumerate(stated):
        write(ax, share, place, f" {percent(share)}")
    if not stated:
        ax.text(0.5, 0.5, "nothing stated yet", ha="center", transform=ax.transAxes)
    ax.set_xlim(0.0, 1.12)
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
    return finished(ax, "stated probability")


def draw_beliefs(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw exact and stated probabilities of each cause; the one that explains it is marked.

    Rows: ``cause``, ``explains``, ``urgent``, ``opening``, ``exact``, ``stated``, ``named``.
    """
    labels = [marked(row["cause"], row["urgent"]) + " (true)" * row["explains"] for row in rows]
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
            ax.plot(shown, mine, "D", color=ORANGE, mfc=face, mew=1.5, ms=6.5, label=label)
    ax.set_xlim(-0.02, 1.02)
    ax.xaxis.set_major_formatter("{x:.0%}")
    legend_above(ax, 0.4, ncols=4)
    return finished(ax, "P(it explains the complaint); shaded: the truth")


def draw_steps(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw what each question was expected to tell, against the best ones then.

    Rows: ``step``, ``asked``, ``bits``, ``best_free``, ``best_free_bits``, ``best_test_bits``.
    """
    ax = _lines([f"{row['step']}. {row['asked']}" for row in rows], ax)
    places = range(len(rows))
    names = ("bits", "best_free_bits", "best_test_bits")
    bits, free, test = ([row[name] for row in rows] for name in names)
    ax.barh(places, bits, color=BLUE, height=0.55, label="asked")
    ax.plot(free, places, "D", color=ORANGE, ms=7)
    ax.plot(test, places, "s", mfc="none", mec=GREY, ms=6, label="best test then")
    most = max([*bits, *free, *test], default=0.0) or 1.0
    write(ax, 1.15 * most, -0.9, "\u25c6 best free question then:", color=ORANGE)
    for index, row in enumerate(rows):
        words = "this one" if bits[index] == free[index] else str(row["best_free"])
        write(ax, 1.15 * most, index, broken(words, 24, 2), color=ORANGE)
    ax.set_ylim(max(len(rows), 1) - 0.4, -1.2)
    ax.set_xlim(0.0, 2.2 * most)
    ax.set_xticks([tick for tick in ax.get_xticks() if tick <= 1.05 * most])
    legend_above(ax, 0.0, loc="lower left")
    return finished(ax, "expected information gain (bits)")


def draw_calibration(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw how often what was stated came true, one line for each learner and range.

    Rows: ``learner``, ``range``, ``stated``, ``true``, ``low``, ``high``, ``hits``, ``count``.
    """
    ax = _lines([f"{row['learner']}: {row['range']}" for row in rows], ax)
    for index, row in enumerate(rows):
        if index and row["learner"] != rows[index - 1]["learner"]:
            ax.axhline(index - 0.5, color=GREY, lw=0.6)
        ax.plot([row["low"], row["high"]], [index, index], color=BLUE, lw=2.0, alpha=0.45)
        ax.plot(row["stated"], index, "|", color=ORANGE, ms=15, mew=2.5)
        ax.plot(row["true"], index, "o", color=BLUE, ms=7, clip_on=False, zorder=3)
        write(ax, 1.04, index, f"{row['hits']} of {row['count']}", color=BLUE)
    ax.set_xlim(-0.02, 1.0)
    ax.xaxis.set_major_formatter("{x:.0%}")
    above: dict[str, Any] = {"va": "bottom", "transform": ax.transAxes}
    write(ax, 0.0, 1.01, "| stated on average", ha="left", color=ORANGE, **above)
    write(ax, 1.0, 1.01, "\u25cf came true", ha="right", color=BLUE, **above)
    return finished(ax, "probability; pale line: 95 % interval")


def _lines(labels: Sequence[str], ax: Axes | None) -> Axes:
    """Axes with one line for each label, the first on top."""
    return lines_of(labels, ax, (8.0, 0.36 * max(len(labels), 2) + 1.3))


COLOURS = {  # light and dark differ in print too
    "with_cause_with_finding": ORANGE,
    "with_cause_without_finding": "#F5B895",
    "without_cause_with_finding": BLUE,
    "without_cause_without_finding": "#DCE6EE",
}
ON_A_LINE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
MOST_ICONS = 10_000  # of more people only those with the finding are drawn
MOST_SQUARES = 4_000  # of these
LETTERS = 62  # of a line beside a square
PLACES = {
    "people": (2.0, 2.0),
    "with_cause": (0.8, 1.0),
    "without_cause": (3.2, 1.0),
    "with_cause_with_finding": (0.2, 0.0),
    "with_cause_without_finding": (1.4, 0.0),
    "without_cause_with_finding": (2.6, 0.0),
    "without_cause_without_finding": (3.8, 0.0),
}


def draw_tree(rows: Sequence[Row], cause: str, finding: str, ax: Axes | None = None) -> Axes:
    """Draw counts as a tree, with the exact share of each branch on its line.

    Rows: ``id`` (such as ``people``, ``with_cause``, ``with_cause_with_finding``), ``who``, ``of``,
    ``count``, ``probability_within``.
    """
    ax = ax or new_axes(9.0, 4.6)
    by_id = {row["id"]: row for row in rows}
    for id, (x, y) in PLACES.items():
        row, parent = by_id[id], by_id[id]["of"]
        leaf = parent.endswith("_cause")
        if parent:  # a line as thick as its share is large, which stands on it
            (from_x, from_y), share = PLACES[parent], row["probability_within"]
            style: dict[str, Any] = {"lw": 0.6 + 5.0 * share, "alpha": 0.7, "zorder": 0}
            ax.plot([from_x, x], [from_y, y], color=GREY, **style)
            middle = (from_x + x) / 2, (from_y + y) / 2
            write(ax, *middle, percent(share, 3), ha="center", bbox=ON_A_LINE)
        words = ("have: " if id.endswith("with_finding") else "not: ") + finding
        said = broken(words, 13, 5) if leaf else broken(row["who"], 20, 4)
        box: dict[str, Any] = {"facecolor": "white", "boxstyle": "round,pad=0.3"}
        box |= {"edgecolor": COLOURS.get(id, GREY), "linewidth": 2.2 if leaf else 1.0}
        write(ax, x, y, f"{row['count']:,}\n{said}", ha="center", bbox=box)
    hits, all_with = (by_id[id]["count"] for id in ("with_cause_with_finding", "with_finding"))
    below = f"{cause} explains {hits:,} of the {all_with:,} who have it"
    write(ax, 2.0, -0.76, broken(below, LETTERS, 3), ha="center")
    ax.set_xlim(-0.4, 4.4)
    ax.set_ylim(-0.9, 2.3)
    ax.set_axis_off()
    return ax


def draw_icons(rows: Sequence[Row], ax: Axes | None = None) -> Axes:
    """Draw one square a person, coloured by cause and finding.

    Of more than 10,000 people only those with the finding are drawn; if these are still more,
    each square stands for several, which the title says. Rows: ``id``, ``who``, ``count``.
    """
    ids, counts = list(COLOURS), {row["id"]: row["count"] for row in rows}
    people = counted(counts["people"], "person", many="people")
    title, most = f"{people} like this, one square each", MOST_ICONS
    if counts["people"] > MOST_ICONS:
        ids = [id for id in ids if id.endswith("with_finding")]
        title = f"Of {people} the {counts['with_finding']:,} with it"
        most = MOST_SQUARES
    every = max(1, math.ceil(sum(counts[id] for id in ids) / most))
    if every > 1:
        title += f", {every} to a square (rounded up)"
    drawn = [id for id in ids for _ in range(math.ceil(counts[id] / every))]
    columns = 50 if len(drawn) <= 2000 else 125
    high = max(1, math.ceil(len(drawn) / columns))
    told = {row["id"]: f"{row['who']}: {row['count']:,}" for row in rows}
    captions = {id: broken(told[id], LETTERS) for id in ids}
    said = broken(title, LETTERS)
    lines = sum(text.count("\n") + 1 for text in (said, *captions.values()))
    ax = ax or new_axes(WIDE, min(9.0, 0.95 * WIDE * high / columns + 0.2 * lines + 0.35))
    _draw_squares(ax, drawn, columns, high)
    ax.set_title(said, fontsize=SMALL, loc="left", parse_math=False)
    mark: dict[str, Any] = {"mec": GREY, "mew": 0.4, "ms": 9}
    for id, label in captions.items():
        ax.plot([], [], "s", color=COLOURS[id], label=label, **mark)
    legend = ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.0), fontsize=SMALL)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return ax


def _draw_squares(ax: Axes, drawn: list[str], columns: int, rows: int) -> None:
    """Row after row from the top left, as one collection: thousands of patches are slow."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    places = ((index % columns, index // columns) for index in range(len(drawn)))
    squares = [Rectangle(place, 0.86, 0.86) for place in places]
    colours = [COLOURS[id] for id in drawn]
    ax.add_collection(PatchCollection(squares, facecolors=colours, edgecolors="none"))
    ax.set_xlim(-0.2, columns + 0.2)
    ax.set_ylim(rows + 0.2, -0.2)
    ax.set_aspect("equal", anchor="N")  # what is left of the height stays below
    ax.set_axis_off()
