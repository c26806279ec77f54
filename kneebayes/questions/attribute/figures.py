"""Figures of what produced what: maps of numbers, and bars and dots, one line for each entry."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from kneebayes.view.figures import BLUE, ORANGE, SMALL, WIDE, name_lines, new_axes
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# one hue from light to dark: can be read in grey, and by everybody
COLOURS = "Blues"
FROM_HERE_WHITE = 0.78  # black and white stand out from it equally well
LETTERS, EVERY = 26, 5  # of a name on one line; numbers along the lower edge
WRITTEN = 0.001  # smaller shares are left to the colour


def draw_attribution(
    findings: Sequence[str],
    causes: Sequence[str],
    shares: Sequence[Sequence[float]],
    ax: Axes | None = None,
    *,
    left_out: str = "",
) -> Axes:
    """Draw how probably each cause produced each finding.

    A row of ``shares`` has the share of each cause, and last what is not explained; ``left_out``
    says below which causes have no column.
    """
    columns = [*causes, "not explained"]
    if ax is None:
        ax = new_axes(3.2 + 0.62 * len(columns), 1.9 + 0.42 * max(1, len(findings)))
    for row, of_finding in enumerate(shares):
        for column, share in enumerate(of_finding):
            # the last column stands apart: it is no cause
            place = column + 0.3 * (column == len(causes))
            _cell(ax, place, row, share, _in_percent(share))
    ax.set_xlim(-0.5, len(columns) - 0.2)
    places = [*range(len(causes)), len(causes) + 0.3]
    ax.set_xticks(places, columns, parse_math=False)
    ax.tick_params("x", labelrotation=40)
    _anchor(ax)
    name_lines(ax, findings)
    ax.set_ylim(max(1, len(findings)) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks(places, columns, fontsize=SMALL, parse_math=False)
    caption = "P(this cause produced the finding | evidence), in percent"
    ax.set_xlabel("\n".join(filter(None, [caption, left_out])), fontsize=SMALL)
    return ax


def draw_distances(
    labels: Sequence[str],
    bits: Sequence[Sequence[float]],
    threshold: float,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many bits tell each pair of causes apart; pairs below a threshold are marked."""
    import numpy as np
    from matplotlib import colormaps

    if ax is None:
        ax = new_axes(WIDE, 2.2 + 0.3 * len(labels))
    shown = np.array(bits, dtype=float)
    np.fill_diagonal(shown, np.nan)
    colours = colormaps[f"{COLOURS}_r"].with_extremes(bad="#9a9a9a")  # the diagonal
    image = ax.imshow(shown, cmap=colours, vmin=0.0, vmax=np.nanmax(shown), aspect="auto")
    close = np.argwhere(shown < threshold)
    rows = [f"{fill(label, LETTERS)}  {place}" for place, label in enumerate(labels, start=1)]
    ax.set_yticks(range(len(rows)), rows, fontsize=SMALL, parse_math=False, linespacing=0.9)
    numbers = [place for place in range(1, len(labels) + 1) if place == 1 or place % EVERY == 0]
    ax.set_xticks([place - 1 for place in numbers], [str(place) for place in numbers])
    ax.tick_params("x", labelsize=SMALL)
    ax.tick_params("y", length=0)
    ax.set_xlabel("the same causes by number", fontsize=SMALL)
    bar = ax.figure.colorbar(image, ax=ax, location="top", shrink=0.9, pad=0.01, aspect=30)
    bar.set_label("bits that tell them apart, summed\nover findings one by one", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    if len(close):
        ax.plot(
            close[:, 1],
            close[:, 0],
            "o",
            color="#E69F00",
            markeredgecolor="black",
            ms=5,
        )
        marked = f"the same causes by number;\ndots: less than {threshold:g} bit, hardly told apart"
        ax.set_xlabel(marked, fontsize=SMALL)
    return ax


def draw_profiles(
    causes: Sequence[str],
    findings: Sequence[str],
    shares: Sequence[Sequence[float]],
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw P(finding | only this cause), causes x findings; what is often is dark.

    ``shares`` has a row for each cause, and in it a share for each finding.
    """
    if ax is None:
        ax = new_axes(WIDE, 3.6 + 0.25 * len(causes))
    image = ax.imshow(shares, cmap=COLOURS, vmin=0.0, vmax=1.0, aspect="auto")
    ax.set_xticks([index + 0.5 for index in range(len(findings))], minor=True)
    ax.set_yticks([index + 0.5 for index in range(len(causes))], minor=True)
    ax.grid(which="minor", color="white", lw=0.6)
    ax.set_xticks(range(len(findings)), findings, fontsize=SMALL, parse_math=False)
    ax.tick_params("x", labelrotation=90)
    names = [fill(cause, LETTERS) for cause in causes]
    ax.set_yticks(range(len(causes)), names, fontsize=SMALL, parse_math=False, linespacing=0.9)
    ax.tick_params(which="both", length=0)
    bar = ax.figure.colorbar(image, ax=ax, location="top", shrink=0.9, pad=0.01, aspect=30)
    bar.set_label(title, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    return ax


def _in_percent(share: float) -> str:
    """A share in a narrow cell; what is next to nothing is left to the colour."""
    if share < WRITTEN:
        return ""
    return f"{100 * share:.0f}" if share >= 0.01 else "<1"


def _anchor(ax: Axes) -> None:
    """Let slanted labels end at their tick."""
    for label in ax.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")


def _cell(ax: Axes, x: float, y: float, share: float, text: str) -> None:
    """One cell, with its number in it."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colour = colormaps[COLOURS](0.9 * share)
    ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="#d0d0d0"))
    ink = "white" if share > FROM_HERE_WHITE else "black"
    ax.text(x, y, text, ha="center", va="center", color=ink, fontsize=SMALL, parse_math=False)


GREY = "#767676"
NOTHING_LEFT = 1e-9  # of the probability: rounding


def draw_surprises(
    labels: Sequence[str],
    bits: Sequence[float],
    doubtful: Sequence[bool],
    ax: Axes | None = None,
) -> Axes:
    """Draw how surprising each answer is, and where something else may have been meant."""
    ax = _lines(labels, ax)
    places = range(len(labels))
    colours = [ORANGE if is_doubtful else BLUE for is_doubtful in doubtful]
    hatches = ["//" if is_doubtful else "" for is_doubtful in doubtful]
    ax.barh(places, bits, color=colours, hatch=hatches, edgecolor="white", height=0.62)
    for place, size in enumerate(bits):
        told = f" {size:.1f} ({percent(2.0**-size)})"
        ax.text(size, place, told, va="center", fontsize=SMALL)
    ax.set_xlim(0.0, 1.4 * max(bits, default=1.0) or None)
    caption = "surprise in bits: -log2 P(answer | all others)\nin brackets: this P"
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
    """Draw how probable each finding is now, and had a cause been absent."""
    ax = _lines(labels, ax)
    places = range(len(labels))
    ax.hlines(places, without, now, color=GREY, lw=1.5, zorder=1)
    ax.plot(now, places, "o", color="white", mec=BLUE, mew=1.8, ms=8, label="now")
    name = f"had it not been for {cause}"
    ax.plot(without, places, "D", color=ORANGE, ms=7, label=name)
    for place, pair in enumerate(zip(now, without, strict=True)):
        for share, side, away in ((min(pair), "right", -7), (max(pair), "left", 7)):
            offset: dict[str, Any] = {"xytext": (away, 0), "textcoords": "offset points"}
            style: dict[str, Any] = {"ha": side, "va": "center", "fontsize": SMALL}
            ax.annotate(percent(share), (share, place), **offset, **style)
    ax.set_xlim(-0.18, 1.18)  # with room for the numbers
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"], fontsize=SMALL)
    ax.set_xlabel("P(finding present | evidence)", fontsize=SMALL)
    legend = ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return ax


def draw_sets(
    labels: Sequence[str],
    probabilities: Sequence[float],
    urgent: Sequence[bool],
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of each set of causes, and last of all other sets together."""
    rest = 1.0 - sum(probabilities)
    colours = [ORANGE if is_urgent else BLUE for is_urgent in urgent]
    rows = list(zip(labels, probabilities, colours, strict=True))
    if rest > NOTHING_LEFT:
        rows.append(("all other sets", rest, GREY))
    ax = _lines([label.replace(", ", ",\n") for label, *_ in rows], ax)
    for place, (_, probability, colour) in enumerate(rows):
        hatch = "//" if colour == ORANGE else ""
        ax.barh(place, probability, color=colour, hatch=hatch, edgecolor="white", height=0.62)
        ax.text(probability, place, f" {percent(probability)}", va="center", fontsize=SMALL)
    ax.set_xlim(0.0, 1.25 * max(probability for _, probability, _ in rows))
    ax.set_xticks([])
    ax.spines[["bottom"]].set_visible(False)
    caption = "P(exactly these causes | evidence)"
    if any(urgent):
        caption += "\nhatched: an urgent cause is among them"
    ax.set_xlabel(caption, fontsize=SMALL)
    return ax


def draw_sampled(
    labels: Sequence[str],
    estimates: Sequence[float],
    errors: Sequence[float],
    urgent: Sequence[bool],
    ax: Axes | None = None,
) -> Axes:
    """Draw estimates with two standard errors to both sides."""
    ax = _lines(labels, ax)
    pairs = list(zip(estimates, errors, strict=True))
    sides = [
        [min(2.0 * error, middle) for middle, error in pairs],  # a probability ends at 0
        [min(2.0 * error, 1.0 - middle) for middle, error in pairs],  # and at 1
    ]
    ends = [middle + side for middle, side in zip(estimates, sides[1], strict=True)]
    for place, (middle, is_urgent) in enumerate(zip(estimates, urgent, strict=True)):
        around = [[sides[0][place]], [sides[1][place]]]
        colour = ORANGE if is_urgent else BLUE
        ax.errorbar(middle, place, xerr=around, fmt="o", color=colour, ms=5, capsize=3)
        ax.text(ends[place], place, f"  {percent(middle)}", va="center", fontsize=SMALL)
    ax.set_xlim(0.0, min(1.25 * max(ends, default=1.0), 1.15) or 1.0)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    caption = "SAMPLED: P(it explains the complaint | evidence) \u00b1 2 standard errors"
    ax.set_xlabel(caption, fontsize=SMALL)
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
