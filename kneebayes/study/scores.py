"""Scores of predictions against the truth; calibration: whether of all that was given 20 per cent
one in five comes true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import Axes
from kneebayes.errors import ArgumentError
from kneebayes.network import Numbers
from kneebayes.odds import logit, wilson_interval
from kneebayes.text import shown
from kneebayes.view import figures
from kneebayes.view.markup import or_untold, percent

Truth = NDArray[np.bool_]


def log_scores(predicted: Numbers, truth: Truth) -> Numbers:
    """Surprise at the truth in bits, one for each case: the mean over the causes.

    ``-log2`` of the probability that was given to what is the case (Good 1952). Proper:
    nobody expects a better score from saying what they do not think. Infinite where something
    was ruled out that is the case.
    """
    with np.errstate(divide="ignore"):
        losses = -np.log2(np.where(truth, predicted, 1.0 - predicted))
    return np.asarray(np.maximum(losses, 0.0).mean(axis=1))


def brier_scores(predicted: Numbers, truth: Truth) -> Numbers:
    """Squared distance from the truth, one for each case: the mean over the causes (Brier 1950)."""
    return np.asarray(((predicted - truth) ** 2).mean(axis=1))


def recalled(predicted: Numbers, truth: Truth, first: int) -> Numbers:
    """By case how many present causes are among the ``first`` ones ranked.

    Arrays are cases x causes; of equals the first column counts.
    """
    order = np.argsort(-predicted, axis=1, kind="stable")[:, :first]
    return np.asarray(np.take_along_axis(truth, order, axis=1).sum(axis=1), dtype=float)


def differential_overlap(predicted: Numbers, truth: Truth, threshold: float) -> tuple[float, float]:
    """Recall and precision of the differential: the causes of at least some probability.

    After the recall and precision of differentials in DDXPlus (Fansi Tchango et al. 2022),
    with the causes that are present in the place of a reference differential: each is the mean
    over the cases in which it is defined, those with a cause, and those with a list.
    """
    listed = predicted >= threshold
    both = (listed & truth).sum(axis=1)

    def share(of: NDArray[np.int64]) -> float:
        """How much of what is counted is in both."""
        some = of > 0
        return float((both[some] / of[some]).mean()) if some.any() else float("nan")

    return share(truth.sum(axis=1)), share(listed.sum(axis=1))


def area_under_curve(scores: Numbers, truth: Truth) -> float:
    """P(a case with the cause scores above one without), ties halved: the area under the ROC.

    NaN where all cases or none have it.

    References
    ----------
    Mann, Whitney: On a test of whether one of two random variables is stochastically larger
    than the other, 1947; Hanley, McNeil: The meaning and use of the area under a ROC curve, 1982.

    Examples
    --------
    >>> area_under_curve(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, False, True, True]))
    0.875
    """
    present, absent = int(truth.sum()), int((~truth).sum())
    if present == 0 or absent == 0:
        return float("nan")
    _, back, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[back]
    return float((ranks[truth].sum() - present * (present + 1) / 2.0) / (present * absent))


def resampled_means(values: Numbers, resamples: int, seed: int) -> Numbers:
    """Means of columns over cases drawn again with replacement (the bootstrap, Efron 1979).

    ``values`` are cases x columns, the result resamples x columns. All columns see the same
    cases, so differences are paired. With +inf that is drawn the mean is +inf.
    """
    endless = np.isinf(values)  # no times this is no number
    finite, endless = np.where(endless, 0.0, values), endless.astype(float)
    rng = np.random.default_rng(seed)
    cases = len(values)
    means = np.empty((resamples, values.shape[1]))
    for index in range(resamples):
        counts = np.bincount(rng.integers(0, cases, cases), minlength=cases)
        means[index] = np.where(counts @ endless, np.inf, counts @ finite / cases)
    return means


ENDS = (0.025, 0.975)  # of an interval that holds 95 %
# cases of an interval: of three, one drawing in 27 (3.7 %) has the worst alone, which is its end
LEAST = 4


def interval_of(drawn: Numbers, cases: int) -> tuple[float, float]:
    """The 2.5 and 97.5 % points of a mean over so many cases drawn again; NaN where not known."""
    if cases < LEAST or not drawn.size:
        return math.nan, math.nan
    finite = bool(np.isfinite(drawn).all())  # nothing lies between infinite ones
    low, high = np.quantile(drawn, ENDS, method="linear" if finite else "inverted_cdf")
    return float(low), float(high)


def with_interval(value: float, low: float, high: float, form: str = "+.4f", kind: str = "") -> str:
    """A number with its interval, and of which kind it is, in words; or why it has none.

    Examples
    --------
    >>> with_interval(0.1, -0.25, 0.5), with_interval(0.1, math.nan, math.nan)
    ('+0.1000 (-0.2500 to +0.5000)', '+0.1000 (too few cases)')
    >>> with_interval(math.inf, 0.5, math.inf), with_interval(math.nan, math.nan, math.nan)
    ('+inf (cannot be told)', 'cannot be told')
    """
    if math.isnan(value):
        return f"{or_untold(value)}"
    if isfinite(low) and isfinite(high):
        return f"{value:{form}} ({low:{form}} to {high:{form}}{kind})"
    return f"{value:{form}} ({'too few cases' if isfinite(value) else or_untold(math.nan)})"


MOST = 1_000_000  # bins and draws
SMALLEST = float(np.nextafter(0.0, 1.0))  # number above 0


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of about the same size, and how many came true."""

    low: float  #: the smallest prediction
    high: float  #: the largest
    predicted: float  #: their mean
    observed: float  #: the share that came true, with Wilson's 95 % interval
    observed_low: float
    observed_high: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """A calibration curve and its error."""

    bins: tuple[Bin, ...]  #: predictions of about the same size, the smallest first
    #: expected calibration error: the distance of observed share and mean prediction, averaged
    #: over the bins with their sizes as weights
    error: float
    #: mean of that error if every prediction were exactly right, by chance alone: found by drawing
    #: the truth from the predictions themselves
    expected: float
    limit: float  #: its 95 % point

    @property
    def within(self) -> bool:
        """Whether the error is no larger than chance makes it in 95 of 100 studies."""
        return self.error <= self.limit


def _bins_of(values: Numbers, bins: int) -> NDArray[np.int64]:
    """Where each bin of rising predictions begins."""
    each, first = np.unique(values, return_index=True)
    # by number alone the likely ones would share one bin, by variance the rare ones
    weight = np.cumsum(np.add.reduceat(np.sqrt(values * (1.0 - values)), first))
    cuts = np.searchsorted(weight, weight[-1] * np.arange(bins) / bins)
    # what fills a bin by itself ends there, and what was said for certain stands alone
    full = cuts[1:][cuts[1:] == cuts[:-1]] + 1
    certain = np.searchsorted(each, [SMALLEST, 1.0])
    first_of_bins = np.unique([*cuts, *(place for place in (*full, *certain) if place < each.size)])
    return np.asarray(first[first_of_bins], dtype=np.int64)


@checked
def calibration_of(
    predicted: Numbers, truth: NDArray[np.bool_], bins: int = 20, draws: int = 200, seed: int = 0
) -> Calibration:
    """Calibration of the predictions of all causes together.

    Both the intervals and the simulations treat the predictions for one patient as independent.
    Where one cause explains another away they are not, and the true sampling error is a little
    smaller.

    Parameters
    ----------
    predicted, truth
        Any shape, the same for both.
    bins
        About how many bins. They are cut so that the sum of sqrt(p (1 - p)) is about the same
        in each; equal predictions always fall into one bin, and 0 and 1 into bins of their own.
    draws, seed
        How many times the truth is simulated from the predictions, to see what error chance
        alone gives, and where chance begins.

    References
    ----------
    Naeini, Cooper, Hauskrecht: Obtaining well calibrated probabilities using Bayesian binning,
    AAAI 2015; consistency of a curve by resampling: Broecker, Smith: Increasing the
    reliability of reliability diagrams, 2007; interval: Wilson 1927.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> predicted = rng.random(4000)
    >>> calibration_of(predicted, rng.random(4000) < predicted).within
    True
    """
    values, hits = _numbers_of("predicted", predicted), _numbers_of("truth", truth)
    if not values.size or values.size != hits.size or not np.isin(hits, (0.0, 1.0)).all():
        message = (
            "predicted and truth must hold as many values, at least one, and truth True or False. "
            f"They hold {values.size} and {hits.size}."
        )
        raise ArgumentError(message)
    bins, draws = whole_number("bins", bins, 1, MOST), whole_number("draws", draws, 1, MOST)
    rng = np.random.default_rng(whole_number("seed", seed))
    order = np.argsort(values, kind="stable")
    values, hits = values[order], hits[order]
    starts = _bins_of(values, bins)
    ends = np.append(starts[1:], values.size)
    sums, sizes = np.add.reduceat(values, starts), ends - starts

    def error_of(truth: NDArray[Any]) -> tuple[float, NDArray[np.int64]]:
        """The calibration error with some truth, and how many of each bin came true."""
        present = np.add.reduceat(truth.astype(np.int64), starts)
        return float(np.abs(present - sums).sum() / values.size), present

    error, present = error_of(hits)
    errors = [error_of(rng.random(values.size) < values)[0] for _ in range(draws)]
    columns = (values[starts], values[ends - 1], sums / sizes, present / sizes, present, sizes)
    bins_found = [
        Bin(low, high, mean, seen, *wilson_interval(came, size), size)
        for low, high, mean, seen, came, size in zip(*map(np.ndarray.tolist, columns), strict=True)
    ]
    return Calibration(
        bins=tuple(bins_found),
        error=error,
        expected=float(np.mean(errors)),
        limit=float(np.quantile(errors, 0.95)),
    )


def _numbers_of(name: str, values: object) -> Numbers:
    """Probabilities in a row."""
    try:
        numbers = np.ravel(np.asarray(values)).astype(np.float64, casting="same_kind")
    except Exception:  # whatever somebody's own class does
        numbers = np.array([np.nan])
    if not ((numbers >= 0.0) & (numbers <= 1.0)).all():
        message = f"'{name}' must be an array of numbers from 0 to 1. Got {shown(values, 80)}."
        raise ArgumentError(message)
    return numbers


def share_with_interval(hits: int, count: int) -> tuple[float, float, float]:
    """A share with Wilson's 95 % interval; of nothing it is NaN, from 0 to 1."""
    return (hits / count, *wilson_interval(hits, count)) if count else (math.nan, 0.0, 1.0)


DIAGONAL = "#6e6e6e"
TICKS = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
EDGE = 1e-7


def draw_calibration(
    rows: Sequence[Mapping[str, Any]], title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw observed shares against predictions on the scale of log-odds, with intervals.

    Most predictions are small: on a plain scale they would all lie in one corner. Rows are bins:
    ``predicted``, ``observed``, ``observed_low``, ``observed_high``, ``count``.
    """
    ax = ax or figures.new_axes(5.6, 5.4)
    shown = [row for row in rows if row["count"]]
    some = [row[name] for row in shown for name in ("predicted", "observed_high")]
    some += [row["observed"] for row in shown if row["observed"] > 0.0]
    beside = [other for other in ax.get_shared_x_axes().get_siblings(ax) if other.has_data()]
    low, high = _place(min(some)) - 0.4, _place(max(some)) + 0.4
    for other in beside:  # a picture beside this one, on the same scales
        low, high = min(low, other.get_xlim()[0]), max(high, other.get_xlim()[1])
    ax.axline((0.0, 0.0), slope=1.0, color=DIAGONAL, lw=1.0, ls="--", zorder=1)
    for row in shown:
        x = _place(row["predicted"])
        ends = [_place(row[name]) for name in ("observed_low", "observed_high")]
        ax.plot([x, x], ends, color=figures.BLUE, lw=1.6, zorder=2, solid_capstyle="butt")
        if row["observed"] > 0.0:
            ax.plot(x, _place(row["observed"]), "o", color=figures.BLUE, ms=5.5, zorder=3)
        else:  # nothing came true: only the upper end of the interval says something
            ax.plot(x, ends[1], "v", color=figures.BLUE, mfc="none", ms=6, zorder=3)
    shown_ticks = [tick for tick in TICKS if low <= _place(tick) <= high]
    places, labels = [*map(_place, shown_ticks)], [*map(percent, shown_ticks)]
    ax.set_yticks(places, labels, fontsize=figures.SMALL)
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.set_aspect("equal")
    figures.ticks_apart(ax, places, labels)
    letters = int(ax.bbox.width / ax.figure.dpi * figures.LETTERS_PER_INCH)
    ax.set_ylabel("came true, with 95 % interval", fontsize=figures.SMALL)
    ax.set_title(figures.broken(title, letters), fontsize=figures.SMALL, parse_math=False)
    return figures.below(
        ax, figures.broken("predicted: mean of the bin (scale of log-odds)", letters)
    )


def _place(probability: float) -> float:
    return logit(float(probability), EDGE)


SERIES = (*figures.PALETTE[:4], figures.BLACK, *figures.PALETTE[4:], figures.GREY, "#8c564b")
LEARNERS = (figures.BLACK, figures.AMBER, figures.PALETTE[5])
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
    ax = ax or figures.new_axes(7.5, 0.36 * len(drawn) + 1.2)
    for index, row in enumerate(drawn):
        value = float(row["value"])
        if isfinite(value):
            colour = figures.BLUE if row["predictor"] == own else figures.ORANGE
            ends = [row.get("low", value), row.get("high", value)]
            ax.plot(ends, [index, index], color=colour, lw=2.0, alpha=0.45)
            face = "white" if row.get("doubt") else colour
            ax.plot(value, index, "o", color=colour, mfc=face, mew=1.6, ms=7, zorder=3)
        figures.in_margin(ax, index, f"{or_untold(value):.4f}")
    figures.name_lines(ax, [str(row["predictor"]) for row in drawn])
    ax.margins(x=0.06)
    legend = [CALLED.get(score, score)]
    if any("low" in row for row in finite):
        legend.append("lines: 95 % intervals, cases drawn again")
    if any(row.get("doubt") for row in finite):
        legend.append(f"hollow: perhaps as good as {own}")
    ax.grid(axis="y", color=figures.GREY, alpha=0.3)
    return figures.finished(ax, "\n".join(legend))


def draw_recall(
    firsts: Sequence[int], lines: Mapping[str, Sequence[float]], ax: Axes | None = None
) -> Axes:
    """Draw the share of present causes among the first of the ranking, a line a predictor."""
    ax = ax or figures.new_axes(7.5, 4.4)
    looks = (cycle(MARKS), cycle(LINES), cycle(SERIES))
    for (name, values), mark, line, colour in zip(lines.items(), *looks, strict=False):
        style: dict[str, Any] = {"color": colour, "ms": 5, "lw": 1.4, "label": _plain(name)}
        ax.plot(firsts, values, marker=mark, ls=line, **style)
    ax.set_xticks(list(firsts))
    ax.set_xlim(firsts[0] - 0.3, firsts[-1] + 0.3)
    ax.set_ylim(0.0, 1.02)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.set_ylabel("share of the true causes among them", fontsize=figures.SMALL)
    last = {name: float(values[-1]) for name, values in lines.items()}
    untold = f": {or_untold(math.nan)}"
    figures.name_ends(
        ax, {f"{name}{untold * math.isnan(end)}": end for name, end in last.items()}, SERIES
    )
    return figures.below(ax, "how many causes, from the top of the ranking")


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
    ax = ax or figures.new_axes(7.5, 4.4)
    ends: dict[str, tuple[float, str]] = {}  # value and colour
    for (name, rows), colour, mark in zip(learners.items(), cycle(LEARNERS), cycle(MARKS)):
        ordered = sorted(rows, key=lambda row: int(row["size"]))
        places, values = ([row[key] for row in ordered] for key in ("size", "value"))
        low, high = ([row.get(key, row["value"]) for row in ordered] for key in ("low", "high"))
        ax.vlines(places, low, high, color=colour, lw=1.6, zorder=3)
        label = f"{name}, learned"
        ax.plot(places, values, f"{mark}-", ms=6, lw=1.6, color=colour, label=_plain(label))
        ends[label] = (values[-1], colour)
    for row, colour, line in zip(others, cycle(figures.PALETTE[:4]), cycle(LINES)):
        label = f"{row['predictor']}: {or_untold(float(row['value'])):.4f}"
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
    legend = ["cases learned from"] * bool(sizes) + [f"{marks}: 95 % intervals"] * known
    ax.set_ylabel(
        CALLED.get(score, score).replace(" (", "\n("), parse_math=False, fontsize=figures.SMALL
    )
    figures.name_ends(
        ax, {name: end for name, (end, _) in ends.items()}, [c for _, c in ends.values()]
    )
    figures.below(ax, "\n".join(legend))
    figures.ticks_apart(ax, sizes, [f"{size:,}" for size in sizes])
    return ax


def draw_worlds(rows: Sequence[Mapping[str, Any]], ax: Axes | None = None) -> Axes:
    """Draw the score of a model in other worlds, and of who knows those worlds.

    Rows, from the top: ``world``, ``log_score``, ``informed_log_score``, ``prior_log_score``,
    ``regret``.
    """
    drawn = list(rows)[::-1]
    ax = ax or figures.new_axes(8.0, 0.38 * len(drawn) + 1.8)
    kinds = (
        ("informed_log_score", "D", figures.GREEN, "who knows that world"),
        ("log_score", "o", figures.BLUE, "the model as it is"),
        ("prior_log_score", "|", figures.ORANGE, "its priors alone"),
    )
    figures.in_margin(ax, len(drawn) - 0.4, "regret")
    for index, row in enumerate(drawn):
        span = [float(row[name]) for name, *_ in kinds[:2] if isfinite(float(row[name]))]
        ax.plot(span, [index] * len(span), color=figures.GREY, lw=1.6, zorder=1)
        figures.in_margin(ax, index, f"{or_untold(float(row['regret'])):+.4f}")
    for name, mark, colour, label in kinds:
        values = [float(row[name]) for row in drawn]
        style: dict[str, Any] = {"color": colour, "mfc": "none", "label": label}
        ax.plot(values, range(len(drawn)), mark, ms=7, mew=1.8, **style)
    figures.name_lines(ax, [str(row["world"]).replace("_", " ") for row in drawn])
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    figures.legend_above(ax, 0.4)
    ax.grid(axis="y", color=figures.GREY, alpha=0.2)
    return figures.finished(
        ax, f"{CALLED['log_score']}\nregret: bits lost by not knowing that world"
    )


def _plain(label: str) -> str:
    """A label of a legend, which has no switch of its own for mathematics."""
    return label.replace("$", r"\$")
