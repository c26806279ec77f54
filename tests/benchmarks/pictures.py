"""Pictures of the benchmarks; colours that the colour-blind can tell, and a marker for each."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

Rows = Sequence[dict[str, Any]]


def style(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker by name."""
    return {name: (COLOURS[at % 7], MARKERS[at % 7]) for at, name in enumerate(names)}


def figure(columns: int, rows: int = 1, width: float = 5.2) -> tuple[Figure, list[Axes]]:
    """A figure without a window, and its panels row by row."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    made, axes = plt.subplots(
        rows, columns, figsize=(width * columns, 4.2 * rows), squeeze=False, layout="constrained"
    )
    return made, list(axes.flat)


def finish(made: Figure, path: Path) -> Path:
    """Write a figure and forget it."""
    from matplotlib import pyplot as plt

    made.savefig(path, dpi=150)
    plt.close(made)
    return path


def dress(ax: Axes, title: str, x: str, y: str) -> None:
    """Title, axes, grid."""
    ax.set_title(title, fontsize=11)
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(visible=True, which="major", alpha=0.3)


def draw_side_by_side(cases: Rows, folder: Path) -> Path:
    """Seconds of each patient by software, a panel for each series; lower bounds are hollow."""
    series = list(dict.fromkeys(case["series"] for case in cases))
    methods = list(dict.fromkeys(case["method"] for case in cases))
    styles = style(methods)
    made, panels = figure(len(series), width=6.2)
    for ax, one in zip(panels, series, strict=True):
        for at, method in enumerate(methods):
            mine = [c for c in cases if c["series"] == one and c["method"] == method]
            draw_strip(ax, at, mine, styles[method])
        ax.set_yscale("log")
        names = [label_of(method, cases, one) for method in methods]
        ax.set_xticks(range(len(methods)), names, fontsize=8)
        dress(ax, one, "", "seconds for one patient")
    low = min(ax.get_ylim()[0] for ax in panels)
    high = max(ax.get_ylim()[1] for ax in panels)
    for ax in panels:
        ax.set_ylim(low, high)
    made.suptitle("The same patients, the same model (bar: median; hollow: stopped at the limit)")
    return finish(made, folder / "side_by_side.png")


def label_of(method: str, cases: Rows, series: str) -> str:
    """Name of the software, number of causes and patients."""
    mine = [case for case in cases if case["series"] == series and case["method"] == method]
    causes = f"{max(case['causes'] for case in mine)} causes" if mine else "not asked"
    first, _, rest = method.replace(", ", " ").partition(" ")
    return f"{first}\n{rest}\n{causes}\n{len(mine)} patients"


def draw_strip(ax: Axes, at: int, mine: Rows, look: tuple[str, str]) -> None:
    """Seconds of one software side by side, and their median."""
    colour, marker = look
    told = [case for case in mine if case["status"] != "failed" and not isnan(case["seconds"])]
    for number, case in enumerate(told):
        place = at + 0.5 * (number / max(1, len(told) - 1) - 0.5) if len(told) > 1 else at
        cut = case["status"] == "time limit"
        face = "none" if cut else colour
        ax.plot(place, case["seconds"], marker, mfc=face, mec=colour, ms=5, alpha=0.8)
    if told:
        seconds = sorted(case["seconds"] for case in told)
        ax.hlines(seconds[len(seconds) // 2], at - 0.35, at + 0.35, color="black", lw=1.5, zorder=3)


def draw_growth(points: Rows, folder: Path) -> Path:
    """Time above, memory below, a column for each curve."""
    curves = list(dict.fromkeys(point["curve"] for point in points))
    made, panels = figure(len(curves), 2, width=4.6)
    for column, curve in enumerate(curves):
        mine = [point for point in points if point["curve"] == curve]
        styles = style(list(dict.fromkeys(point["subject"] for point in mine)))
        upper, lower = panels[column], panels[len(curves) + column]
        for subject, look in styles.items():
            told = [
                p for p in mine if p["subject"] == subject and p.get("median seconds", "") != ""
            ]
            draw_curve(upper, told, look, subject)
            sizes, memory = [p["size"] for p in told], [p["peak MiB"] for p in told]
            lower.plot(sizes, memory, color=look[0], marker=look[1], label=subject)
        for ax in (upper, lower):
            ax.set_yscale("log")
            if max(point["size"] for point in mine) > 100:
                ax.set_xscale("log")
        dress(upper, f"over {curve}", curve, "seconds")
        dress(lower, "", curve, "peak memory of the process (MiB)")
        upper.legend(fontsize=7, loc="upper left")
    made.suptitle("Growth (solid: median, dotted: maximum; refused questions left out)")
    return finish(made, folder / "growth.png")


def draw_curve(ax: Axes, told: Rows, look: tuple[str, str], label: str) -> None:
    """Median and maximum over the size."""
    sizes = [point["size"] for point in told]
    colour, marker = look
    median = [point["median seconds"] for point in told]
    largest = [point["largest seconds"] for point in told]
    ax.plot(sizes, median, color=colour, marker=marker, label=label)
    ax.plot(sizes, largest, color=colour, marker=marker, mfc="none", ls=":", lw=1)


def draw_accuracy(cases: Rows, folder: Path) -> Path:
    """Error over the number of positive findings, for each method; 1 means that nothing is left."""
    methods = list(dict.fromkeys(case["method"] for case in cases))
    styles = style(methods)
    made, panels = figure(2)
    measures = ("relative error of P(findings)", "largest error of a posterior")
    for ax, measure in zip(panels, measures, strict=True):
        for method in methods:
            colour, marker = styles[method]
            for network, line in (("12 causes", "-"), ("27 causes", "")):
                told = [c for c in cases if c["method"] == method and c["network"] == network]
                positive = [case["positive"] for case in told]
                errors = [max(case[measure], 1e-17) for case in told]
                label = method if line else f"{method}, 45 findings answered, 27 causes"
                size, face = (5, colour) if line else (11, "none")
                if told:
                    ax.plot(
                        positive, errors, marker, ls=line, c=colour, ms=size, mfc=face, label=label
                    )
        ax.axhline(1.0, color="black", lw=1, ls="--")
        ax.set_yscale("log")
        dress(ax, measure, "positive findings", "error")
    panels[0].legend(fontsize=7, loc="upper left")
    made.suptitle("Digits that survive: rare causes, faint links (dashed: no digit left)")
    return finish(made, folder / "accuracy.png")
