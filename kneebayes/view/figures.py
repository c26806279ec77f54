"""Figures with matplotlib: they take what is known, draw it and return the axes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from itertools import pairwise
from math import inf, isfinite
from textwrap import fill, wrap
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kneebayes.arguments import checked
from kneebayes.binding import Axes
from kneebayes.building.model import ModelLike
from kneebayes.building.result import stated_network, strongest
from kneebayes.errors import needing
from kneebayes.knowledge import Knowledge
from kneebayes.network import Network
from kneebayes.odds import logit
from kneebayes.text import counted, marked
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

Draw = TypeVar("Draw", bound=Callable[..., Any])
RESULTS = "kneebayes_results"  # what a figure has the results under that are drawn on it
PNG = "image/png"
# Okabe and Ito's colours, told apart by colour-blind readers too
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
AMBER, SKY, BLACK, GREY = "#E69F00", "#56B4E9", "#000000", "#767676"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY)
DARK = "#4d4d4d"  # grey of what is written beside lines
COLOURS = {"context": GREY, "cause": "#b2481e", "mediator": "#7a5195", "finding": "#1f5a99"}
LINE = "#9a9a9a"
ODDS_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
EXPLAINS = "P(it explains the complaint | evidence)"
CERTAIN = 1e-6  # what is certain is drawn here, at the edge of the scale
LETTERS_PER_INCH = 12.5  # of this size, about
WIDE, SMALL = 5.2, 9.5  # inches, points: 6 points where a figure is printed 8.5 cm wide
NAME, MOST_NAME = 24, 4  # letters of a name on one line, and lines of it
LINE_HEIGHT, AROUND = 0.155, 1.2  # inches: a line of this size, and what stands above and below
EDGE = 0.01  # of the width of a figure: what stands above it begins here
MOST_AROUND = 12  # arrows on each side
NARROWEST, MOST_LINES, MORE = 30, 3, " [and more]"  # letters and lines of a title
PAD = 8.0  # points
BOLD = 1.15  # of the width of other type
LETTER = 0.044  # of a name beside a cause, in units of half the distance between the columns
NUMBERS = 1.18  # of the width of the axes: where a column of numbers beside them ends
COLUMN = 0.55  # of the space between the names of one column and the cause in the middle


def broken(text: str, letters: int, most: int | None = None) -> str:
    """A text in as few lines as there must be, all about as long; line breaks in it stay.

    Of each part in lines of its own not more than ``most`` lines are shown.

    Examples
    --------
    >>> print(broken("the pain came slowly", 18))
    the pain
    came slowly
    """
    lines = []
    for part in text.split("\n"):
        shown = " ".join(_in_lines(part, letters, most))
        fewest, narrowest = len(_in_lines(shown, letters)), letters
        longest = max(1, *map(len, shown.split(" ")))  # a space that keeps words together stays
        while narrowest > longest and len(_in_lines(shown, narrowest - 1)) <= fewest:
            narrowest -= 1
        lines += _in_lines(shown, narrowest)
    return "\n".join(lines)


def _in_lines(text: str, letters: int, most: int | None = None) -> list[str]:
    style: dict[str, Any] = {"break_on_hyphens": False, "placeholder": " ..."}
    return wrap(text, letters, max_lines=most, **style) or [""]


def _alone(ax: Axes) -> Figure | None:
    """The figure in which these axes have all the room, or none."""
    from matplotlib.figure import Figure

    figure = ax.figure
    single = isinstance(figure, Figure) and len(figure.axes) == 1 and ax.get_subplotspec()
    return figure if single else None  # type: ignore[return-value]


def name_lines(ax: Axes, labels: Sequence[str], letters: int = NAME) -> None:
    """Name the lines of a picture, long names on several lines; a new figure grows with them."""
    lines = [broken(label, letters, MOST_NAME) for label in labels]
    ax.set_yticks(range(len(lines)), lines, fontsize=SMALL, parse_math=False)
    ax.set_ylim(-0.6, max(len(lines), 1) - 0.4)
    figure = _alone(ax)
    if figure is not None:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, max(height, AROUND + _height_of(lines)))


def lines_of(labels: Sequence[str], ax: Axes | None) -> Axes:
    """Axes with one line for each label, the first on top."""
    lines = sum(1.0 + 0.5 * label.count("\n") for label in labels)
    ax = ax or new_axes(7.5, 1.2 + 0.34 * max(1.0, lines))
    name_lines(ax, labels)
    ax.set_ylim(max(1, len(labels)) - 0.4, -0.6)
    return below(ax, "")


def below(ax: Axes, words: str) -> Axes:
    """Write what stands below a picture that is open at the top and the right; the same axes."""
    ax.set_xlabel(words, fontsize=SMALL, parse_math=False)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def finished(ax: Axes, words: str) -> Axes:
    """Write what stands below a picture, broken so that nothing is cut off; the same axes."""
    fit(below(ax, words))
    return ax


def write(ax: Axes, x: float, y: float, text: str, **style: Any) -> Text:
    """Write a text of the usual size, in the middle of its line; a dollar sign stays one."""
    usual: dict[str, Any] = {"va": "center", "fontsize": SMALL, "parse_math": False}
    return ax.text(x, y, text, **{**usual, **style})


def in_margin(ax: Axes, y: float, text: str) -> None:
    """Write at the right of a line, outside."""
    write(ax, 1.02, y, text, transform=ax.get_yaxis_transform())


def bars(ax: Axes, ends: Sequence[float], words: Sequence[str], striped: Sequence[bool]) -> None:
    """Bars from the top, with words at their ends; some are orange and hatched."""
    colours = [ORANGE if is_striped else BLUE for is_striped in striped]
    hatches = ["//" if is_striped else "" for is_striped in striped]
    ax.barh(range(len(ends)), ends, color=colours, hatch=hatches, edgecolor="white", height=0.62)
    for place, (end, text) in enumerate(zip(ends, words, strict=True)):
        write(ax, end, place, f" {text}")


def legend_above(ax: Axes, middle: float, ncols: int = 3, loc: str = "lower center") -> None:
    """A legend above the axes; what stands in it may hold a dollar sign."""
    style: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "ncols": ncols, "loc": loc}
    for text in ax.legend(bbox_to_anchor=(middle, 1.0), **style).get_texts():
        text.set_parse_math(False)


def beside(ax: Axes, place: tuple[float, float], text: str, away: float, **style: Any) -> None:
    """Write to the right of a place, so many points away from it, or below zero to its left."""
    offset: dict[str, Any] = {"xytext": (away, 0), "textcoords": "offset points", "va": "center"}
    side = "left" if away > 0.0 else "right"
    ax.annotate(text, place, ha=side, fontsize=SMALL, **offset, **style)


def scale_above(ax: Axes, image: Any, words: str) -> None:
    """The scale of the colours of a map, above it."""
    bar = ax.figure.colorbar(image, ax=ax, location="top", shrink=0.9, pad=0.01, aspect=30)
    bar.set_label(words, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def _height_of(names: Sequence[str]) -> float:
    """Inches that names below each other need, all lines of a picture as high as one another."""
    heights = [name.count("\n") + 1 for name in names]
    most = max([(above + below) / 2 for above, below in pairwise(heights)], default=1.0)
    return (most * LINE_HEIGHT + 0.06) * len(names)


def _make_room(ax: Axes, figure: Figure) -> None:
    """Let a figure grow until the names of its lines have the height that they need."""
    figure.draw_without_rendering()
    missing = _height_of([name.get_text() for name in ax.get_yticklabels()])
    missing -= ax.bbox.height / figure.dpi
    if missing > 0.0:
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height + missing)


def ticks_apart(ax: Axes, places: Sequence[float], labels: Sequence[str]) -> None:
    """Mark places along the lower edge, of those that would touch only the first."""
    from matplotlib.figure import Figure

    figure = ax.figure
    if isinstance(figure, Figure):
        ax.set_xticks([])
        figure.draw_without_rendering()  # or the axes are not yet where long names put them
    letter = figure.dpi / LETTERS_PER_INCH
    ticks: list[tuple[float, str]] = []
    end = -inf  # of the last one
    for place, label in sorted(zip(places, labels, strict=True)):
        middle = ax.transData.transform((place, ax.get_ylim()[0]))[0]
        if middle >= end + letter * (len(label) + 2) / 2:
            ticks.append((place, label))
            end = middle + letter * len(label) / 2
    ax.set_xticks([place for place, _ in ticks], [label for _, label in ticks], fontsize=SMALL)


def log_odds(probability: float) -> float:
    """Where a probability stands along the scale of log-odds; what is certain, at its edge."""
    return logit(probability, CERTAIN)


def odds_axis(ax: Axes, values: Sequence[float], edge: float = CERTAIN) -> None:
    """Probabilities along the scale of log-odds, with some room at the ends."""
    low, high = logit(min(values, default=0.01), edge), logit(max(values, default=0.99), edge)
    room = 0.06 * (high - low) + 0.3
    ax.set_xlim(low - room, high + room)
    inside = (tick for tick in ODDS_TICKS if low - room <= logit(tick, edge) <= high + room)
    ticks = [tick for tick in inside if tick > edge]
    ticks_apart(ax, [logit(tick, edge) for tick in ticks], [percent(share) for share in ticks])
    ax.grid(axis="x", color="#dddddd", lw=0.6)
    ax.set_axisbelow(True)


def new_axes(width: float, height: float) -> Axes:
    """Axes of a new figure, in inches, no wider than its type can be read in a column of print."""
    with needing("Figures need matplotlib: pip install 'kneebayes[notebook]'."):
        import matplotlib.pyplot as plt
    _, ax = plt.subplots(figsize=(min(width, WIDE), height), layout="constrained")
    return ax


def _draw_map(knowledge: Knowledge, network: Network, stated: Network, ax: Axes | None) -> Axes:
    """A map of causes by findings; the darker, the more often the cause shows the finding."""
    causes = sorted(knowledge.causes, key=lambda id: (knowledge.group_of(id), id))
    kinds = ("history", "symptom", "sign", "test")
    kind_of = {
        id: kinds.index(finding.kind)
        for id, finding in knowledge.findings.items()
        if finding.kind in kinds
    }
    findings = sorted(kind_of, key=kind_of.__getitem__)
    shares = [[_reach(network, stated, cause, id) for id in findings] for cause in causes]
    ax = ax or new_axes(WIDE, 1.7 + 0.25 * len(causes))
    shown: dict[str, Any] = {"vmin": 0.0, "vmax": 1.0, "aspect": "auto", "interpolation": "nearest"}
    image = ax.imshow(shares, cmap="Blues", **shown)
    urgent = {id for id in causes if knowledge.causes[id].urgent}
    labels = [marked(knowledge.label(id), id in urgent) for id in causes]
    names_of_rows = [fill(label, NAME + 2) for label in labels]
    style: dict[str, Any] = {"fontsize": SMALL, "parse_math": False, "linespacing": 0.85}
    ax.set_yticks(range(len(causes)), names_of_rows, **style)
    starts = [sum(kind < index for kind in kind_of.values()) for index in range(5)]
    middles = [(start + end - 1) / 2 for start, end in pairwise(starts)]
    names = ["history", "symptoms", "signs", "tests"]
    ax.set_xticks(middles, names, fontsize=SMALL, rotation=30, ha="right", rotation_mode="anchor")
    for start in starts[1:-1]:
        ax.axvline(start - 0.5, color=LINE, lw=0.8)
    ax.tick_params(length=0)
    ax.set_xlabel(f"{counted(len(findings), 'finding')}, one column each", fontsize=SMALL)
    scale_above(ax, image, "how often the cause alone shows it")
    return ax


def _reach(network: Network, stated: Network, cause: str, finding: str) -> float:
    """The strongest way from a cause to a finding, straight or over one hidden node."""
    ways = [0.0]
    for parent in stated[finding].parents:
        if parent == cause:
            ways.append(strongest(network, cause, finding))
        elif cause in stated[parent].parents:
            ways.append(strongest(network, cause, parent) * strongest(network, parent, finding))
    return max(ways)


def _draw_around(
    knowledge: Knowledge, network: Network, stated: Network, around: str, ax: Axes | None
) -> Axes:
    """One cause in the middle, with arrows that tell how strong they are."""
    plain = {knowledge.meta.complaint, knowledge.there.get(around)}  # certain, so they tell nothing
    shows = [id for id in stated.children_of(around) if id not in plain]
    strengths = (
        {id: strongest(network, id, around) for id in stated[around].parents},
        {id: strongest(network, around, id) for id in shows},
    )
    parents, children = (sorted(each.items(), key=lambda pair: -pair[1]) for each in strengths)
    rows = max(min(len(parents), MOST_AROUND), min(len(children), MOST_AROUND), 1)
    ax = ax or new_axes(WIDE, 0.8 + 0.44 * rows)
    half = BOLD * LETTER * _longest(knowledge.label(around)) / 2 + 0.05
    middle = _name(ax, knowledge, around, (0.0, 0.0), bold=True)
    wide = {-1: 0.3, 1: 0.3}  # how far the names of a column reach
    for side, pairs in ((-1, parents), (1, children)):
        shown = pairs[:MOST_AROUND]
        near = side * (half + COLUMN)
        for row, (id, strength) in enumerate(shown):
            y = (len(shown) - 1) / 2 - row
            more = f"\u00a0{percent(strength)}" if side > 0 else ""
            align = "left" if side > 0 else "right"
            name = _name(ax, knowledge, id, (near, y), more, align=align)
            wide[side] = max(wide[side], LETTER * _longest(knowledge.label(id) + more) + 0.06)
            ends, names = ((side * half, 0.0), (near - side * 0.04, y)), (middle, name)
            draw_arrow(ax, ends[::side], names[::side], 0.6 + 1.6 * strength)
        left_out = len(pairs) - len(shown)
        notes = [f"and {left_out} weaker ones"] if left_out else []
        kinds = knowledge.kinds
        if any(kinds.get(id, "mediator") == "mediator" for id, _ in shown):
            notes.append("dashed: known only by its signs")
        end, aside = -(len(shown) + 0.4) / 2, "left" if side > 0 else "right"
        write(ax, near, end, "\n".join(notes), color=DARK, ha=aside, va="top")
    top = (rows - 1) / 2 + 0.9
    over = (min(len(parents), MOST_AROUND) - 1) / 2 + 0.9  # just above the highest of its column
    ax.text(-half - COLUMN, over, "depends on", ha="right", fontsize=SMALL)
    ax.text(half + COLUMN, top, "shows (how often)", ha="left", fontsize=SMALL)
    ax.set_xlim(-half - COLUMN - wide[-1], half + COLUMN + wide[1])
    ax.set_ylim(-(rows + 2.6) / 2, top + 0.4)
    ax.set_axis_off()
    return ax


def draw_arrow(
    ax: Axes, ends: tuple[tuple[float, float], ...], names: tuple[Text, ...], width: float
) -> None:
    """Draw an arrow from one name to another, from frame to frame."""
    start, end = ends
    style = {"arrowstyle": "-|>", "color": LINE, "lw": width, "mutation_scale": 8 + 2 * width}
    frames = {"patchA": names[0].get_bbox_patch(), "patchB": names[1].get_bbox_patch()}
    room = {"shrinkA": 0, "shrinkB": 1}
    arrow = ax.annotate("", end, start, arrowprops={**style, **frames, **room}, zorder=3)
    arrow.set_in_layout(False)  # where the frames are is known when they are drawn, just before


def _longest(label: str) -> int:
    """Letters of the longest line of a name."""
    return max(len(line) for line in broken(label, NAME).split("\n"))


def _name(
    ax: Axes,
    knowledge: Knowledge,
    id: str,
    place: tuple[float, float],
    more: str = "",
    *,
    align: str = "center",
    bold: bool = False,
) -> Text:
    kind = knowledge.kinds.get(id, "mediator")
    frame = {"facecolor": "white", "edgecolor": COLOURS[kind], "boxstyle": "round,pad=0.2"}
    frame["linestyle"] = "--" if kind == "mediator" else "-"
    style: dict[str, Any] = {"fontweight": "bold" if bold else "normal", "linespacing": 0.95}
    text = broken(knowledge.label(id) + more, NAME)
    return write(ax, *place, text, ha=align, color=COLOURS[kind], bbox=frame, zorder=2, **style)


def draw_ranking(rows: Sequence[Mapping[str, Any]], top: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the ``top`` most probable causes as bars, with a mark where each prior was."""
    drawn = list(rows[:top])[::-1]
    ax = ax or new_axes(WIDE, 0.3 * len(drawn) + 1.1)
    labels = [marked(row["cause"], row["urgent"]) for row in drawn]
    posteriors = [row["posterior"] for row in drawn]
    colours = [COLOURS["cause"] if row["urgent"] else COLOURS["finding"] for row in drawn]
    ax.barh(range(len(drawn)), posteriors, color=colours, height=0.62)
    priors = [row["prior"] for row in drawn]
    ax.plot(priors, range(len(drawn)), "|", color="black", ms=13, mew=2)
    across = ax.get_yaxis_transform()
    for index, posterior in enumerate(posteriors):  # in a column: beside a mark it would seem its
        write(ax, NUMBERS, index, percent(posterior), transform=across, ha="right")
    name_lines(ax, labels)
    ax.set_xlim(0.0, 1.02)
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
    return below(ax, f"{EXPLAINS}\nblack mark: before the answers")


def fit(ax: Axes) -> float:
    """Break what stands below, and set the legend, so that nothing is cut off in a new figure.

    What comes back is how wide, in inches, what stands above may be.
    """
    figure = _alone(ax)
    if figure is None:
        return float(ax.bbox.width) / ax.figure.dpi
    legend = ax.get_legend()
    wide = [artist for artist in (ax.xaxis.label, legend) if artist is not None]
    for artist in wide:  # before they are broken they would leave the axes no room
        artist.set_in_layout(False)
    figure.draw_without_rendering()  # or the axes are not yet where long names put them
    for artist in wide:
        artist.set_in_layout(True)
    width = float(figure.get_size_inches()[0])
    letters = max(18, int(min(ax.get_position().width * 1.1, 1.0) * width * LETTERS_PER_INCH))
    ax.set_xlabel(broken(ax.get_xlabel(), letters))
    if legend is not None and legend.get_window_extent().width > 0.98 * figure.bbox.width - (
        max(0.0, legend.get_window_extent().x0 - figure.bbox.x0)
    ):
        most = int(width * LETTERS_PER_INCH) - 6
        labels = [text.get_text().replace(r"\$", "$") for text in legend.get_texts()]
        texts = [broken(text, most, MOST_NAME) for text in labels]
        longest = max(len(line) for text in texts for line in text.split("\n")) + 6
        ncols = max(1, min(len(texts), int(width * LETTERS_PER_INCH / longest)))
        place = {"bbox_to_anchor": (EDGE, 1.0), "bbox_transform": _from_the_edge(ax, figure)}
        handles = [handle for handle in legend.legend_handles if handle is not None]
        style: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "loc": "lower left"}
        again = ax.legend(handles, texts, ncols=ncols, **style, **place)
        for text in again.get_texts():
            text.set_parse_math(False)
        lines = sum(text.count("\n") + 1.2 for text in texts) / ncols
        height = float(figure.get_size_inches()[1])
        figure.set_size_inches(width, height + LINE_HEIGHT * (lines - 1.0))
    return width


def _from_the_edge(ax: Axes, figure: Figure) -> Any:
    """Across in widths of the figure, upwards in heights of the axes."""
    from matplotlib.transforms import blended_transform_factory

    return blended_transform_factory(figure.transFigure, ax.transAxes)


def name_ends(
    ax: Axes, ends: Mapping[str, float], colours: Sequence[str], letters: int = NAME
) -> None:
    """Write the name of each line at its right end, apart from each other; no legend.

    A line that ends nowhere is named at the bottom.
    """
    low, high = ax.get_ylim()
    names = {label: broken(label, letters, MOST_NAME - 1) for label in ends}
    nowhere = {label for label, end in ends.items() if not isfinite(end)}
    ends = {label: low if label in nowhere else end for label, end in ends.items()}
    lines = {label: name.count("\n") + 1.4 for label, name in names.items()}
    tall = float(ax.bbox.height) / ax.figure.dpi
    line = min(0.045, LINE_HEIGHT / tall) * (high - low)
    figure = _alone(ax)
    if figure is not None and line * sum(lines.values()) > high - low:  # then it grows
        width, height = figure.get_size_inches()
        figure.set_size_inches(width, height * line * sum(lines.values()) / (high - low))
        line = (high - low) / sum(lines.values())
    order = sorted(ends, key=lambda label: ends[label])
    half = {label: line * count / 2 for label, count in lines.items()}
    heights: dict[str, float] = {}
    last = low - line
    for label in order:
        heights[label] = max(ends[label], last + half[label])
        last = heights[label] + half[label]
    roof = max(high, ends[order[-1]]) if order else high
    for label in reversed(order):  # only those that are in the way go down
        heights[label] = min(heights[label], roof - half[label])
        roof = heights[label] - half[label]
    across = ("axes fraction", "data")
    leader = {"arrowstyle": "-", "lw": 0.8, "relpos": (0.0, 0.5), "shrinkA": 0, "shrinkB": 1}
    for index, label in enumerate(ends):
        colour = colours[index % len(colours)]
        places = {"xytext": (1.09, heights[label]), "xycoords": across, "textcoords": across}
        style: dict[str, Any] = {**places, "va": "center", "fontsize": SMALL, "color": colour}
        arrow = None if label in nowhere else {**leader, "color": colour}
        ax.annotate(names[label], (1.0, ends[label]), arrowprops=arrow, parse_math=False, **style)


@checked
def draw_model(model: ModelLike, around: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw which causes show how much, or what surrounds one of them.

    Parameters
    ----------
    around
        A cause, by any of its names: what raises it on the left, what it shows on the right, the
        strongest arrows first, with the chance that each arrow works. Left out, a map with a row
        for each cause and a column for each finding: so many arrows cannot be read as lines.
    """
    knowledge, network = model.data.knowledge, model.data.network
    stated = stated_network(network)
    if around is None:
        return _draw_map(knowledge, network, stated, ax)
    return _draw_around(knowledge, network, stated, model.data.cause_named(around), ax)


def caption(ax: Axes, title: str, known: str = "") -> Axes:
    """Write a title above a picture, and what is known in a few lines; a new figure grows."""
    from matplotlib.transforms import ScaledTranslation

    width = max(NARROWEST, int(fit(ax) * LETTERS_PER_INCH))
    lines = broken(title, width).split("\n")
    lines += wrap(known, width, max_lines=MOST_LINES, placeholder=MORE)
    legend = ax.get_legend()
    pad = PAD
    if legend is not None and legend.get_bbox_to_anchor().y0 > ax.bbox.y1 - 1.0:
        pad += legend.get_window_extent().height * 72.0 / ax.figure.dpi
    style: dict[str, Any] = {"loc": "left", "fontsize": SMALL, "pad": pad, "parse_math": False}
    figure = _alone(ax)
    if figure is None:
        ax.set_title("\n".join(lines), **style)
        return ax
    above = ax.set_title("\n".join(lines), x=EDGE, **style)
    up = ScaledTranslation(0.0, pad / 72.0, figure.dpi_scale_trans)
    above.set_transform(_from_the_edge(ax, figure) + up)
    inches, height = figure.get_size_inches()
    figure.set_size_inches(inches, height + LINE_HEIGHT * len(lines))
    _make_room(ax, figure)
    return ax


# the words for a picture go with it into a notebook, for who cannot see it: IPython lets pictures
# carry metadata, and the classic pages of nbconvert take ``alt`` from there


def described(draw: Draw) -> Draw:
    """A method that draws its result, which in a notebook lets the picture have its words."""

    @wraps(draw)
    def drawn(self: Any, *given: Any, **named: Any) -> Any:
        """Draw, and let the figure know what is on it; the words are said when it is shown."""
        axes = draw(self, *given, **named)
        ipython = sys.modules.get("IPython")  # a shell only in a notebook
        shell: Any = None if ipython is None else ipython.get_ipython()
        if hasattr(shell, "display_formatter"):
            vars(axes.figure).setdefault(RESULTS, []).append(self)
            kind, formatter = type(axes.figure), shell.display_formatter.formatters[PNG]
            plain = formatter.type_printers.get(kind)
            if plain is not None and not isinstance(plain, _WithWords):
                formatter.for_type(kind, _WithWords(plain))
        return axes

    return cast("Draw", drawn)


class _WithWords:
    """What makes a picture of a figure, with the words of what was drawn on it."""

    def __init__(self, plain: Callable[[Any], Any]) -> None:
        self.plain = plain

    def __call__(self, figure: Any) -> Any:
        """The picture as before; with metadata where the figure has words."""
        rendered = self.plain(figure)
        picture, metadata = rendered if isinstance(rendered, tuple) else (rendered, {})
        several = dict.fromkeys(result.alt_text for result in vars(figure).get(RESULTS, ()))
        if picture is None or not several:
            return rendered
        return picture, {**metadata, "alt": " ".join(several)}
