"""An evaluation: predictions against the truth, scored, compared and drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import share, whole_number
from kneebayes.binding import Axes, pd
from kneebayes.errors import EvidenceError
from kneebayes.network import Numbers
from kneebayes.study.scores import (
    Calibration,
    area_under_curve,
    brier_scores,
    calibration_of,
    differential_overlap,
    draw_calibration,
    draw_learning,
    draw_recall,
    draw_scores,
    interval_of,
    log_scores,
    recalled,
    resampled_means,
    with_interval,
)
from kneebayes.text import counted
from kneebayes.view.markup import or_untold, percent
from kneebayes.view.report import Report, Reporting, cells_of, made_by_line, records_of

MOST_RESAMPLES = 1_000_000
FIRST = (1, 3, 5)
SCORES = ("log_score", "brier", *(f"recall_{first}" for first in FIRST))


ANY = "any urgent cause"
URGENT = ["predictor", "id", "cause", "patients", "by_signs", "by_probability", "missed"]
URGENT += ["false_alarms"]
COLUMNS = {
    "predictor": "{predictor}",
    "log score (bits)": "{log_score:.4f}",
    "Brier": "{brier:.4f}",
    **{f"recall {first}": f"{{recall_{first}:.1%}}" for first in FIRST},
    "AUC": "{auc:.3f}",
    "calibration error": "{calibration_error:.2%}",
    "by chance up to": "{calibration_limit:.2%}",
}
LEGEND = (
    "Log score and Brier: mean over cases and causes, less is better. Recall: share of the "
    "present causes among the first 1, 3, 5 of the ranking."
)


def _notes(evaluation: Evaluation) -> list[str]:
    notes = [LEGEND]
    listed = "; ".join(
        f"{row['predictor']} {with_interval(row['difference'], row['low'], row['high'])}"
        for row in records_of(evaluation.comparisons.query("score == 'log_score'"))
    )
    if listed:
        notes.append(f"Log score minus that of {evaluation.reference}, paired, 95 %: {listed}.")
    for row in records_of(evaluation.urgent.query("id == ''"))[:1]:  # of the reference
        alarms = row["false_alarms"]  # nan where everybody has an urgent cause
        notes.append(
            f"Urgent causes: {counted(row['patients'], 'case has', many='cases have')} one; "
            f"{counted(row['missed'], 'of them has', many='of them have')} neither a sign that "
            "makes it urgent nor P(any urgent) of at least "
            f"{percent(evaluation.scoring.threshold)}"
            + ("." if isnan(alarms) else f"; of the others {percent(alarms)} have.")
        )
    notes += evaluation.remarks
    if evaluation.left_out:
        notes.append(
            f"{counted(evaluation.left_out, 'case is', many='cases are')} left out: not everybody "
            "has a prediction there (what was answered cannot be true together)."
        )
    return notes


DISCLAIMER = "A study of predictions on a table of cases; not medical advice."


@dataclass(frozen=True, slots=True)
class Scoring:
    """Settings of the scores.

    Parameters
    ----------
    listed_from
        P(cause) from which on a cause is listed in the differential.
    threshold
        P(any urgent cause) from which on a case counts as noticed.
    resamples, seed
        How often the cases are drawn again for intervals, and where chance begins.

    Raises
    ------
    EvidenceError
        If a threshold is no number from 0 to 1, or the others are no whole numbers.
    """

    listed_from: float = 0.1
    threshold: float = 0.1
    resamples: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("listed_from", "threshold"):
            share(name, getattr(self, name))
        whole_number("resamples", self.resamples, 1, MOST_RESAMPLES)
        whole_number("seed", self.seed)


@dataclass(frozen=True)
class CauseLabels:
    """What the columns of a table of predictions are: labels, urgent ones, groups by label."""

    labels: Mapping[str, str]
    urgent: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    title: str = "Evaluation"
    disclaimer: str = DISCLAIMER


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Reporting):
    """How well predictions fit the truth, and how several predictors of the same cases compare.

    Made by :meth:`kneebayes.Model.evaluate` and
    :func:`kneebayes.study.evaluate_predictions`.
    """

    #: P(cause present) by name of the predictor: one row a case, one column a cause; the first is
    #: the reference with which the others are compared
    predictions: Mapping[str, pd.DataFrame]
    truth: pd.DataFrame  #: which causes are present, as in the predictions
    subject: CauseLabels
    made_by: str = ""  #: what made predictions and cases, in words
    #: which model predicted: version, lexicon, layer, setting, what it learnt; empty where it is
    #: none
    origin: Mapping[str, Any] = field(default_factory=dict)
    #: which cases are urgent by their signs alone, whatever is predicted; None if unknown
    flagged: pd.Series | None = None
    #: P(at least one urgent cause) by name of the predictor, where it is known exactly; for the
    #: others it is computed as if causes were independent given the answers
    any_urgent: Mapping[str, Numbers] = field(default_factory=dict)
    #: how many cases a predictor learned from, where it is one that learns
    learned_from: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0  #: how many cases had no prediction (their answers cannot be true together)
    scoring: Scoring = Scoring()
    remarks: tuple[str, ...] = ()  #: what of the truth was left out or taken for granted

    def __len__(self) -> int:
        return len(self.truth)

    def _origin(self) -> Mapping[str, Any]:
        """Which model predicted."""
        return self.origin

    @property
    def reference(self) -> str:
        """Name of the predictor that the others are compared with."""
        return next(iter(self.predictions))

    @cached_property
    def facts(self) -> NDArray[np.bool_]:
        """The truth as an array."""
        return self.truth.to_numpy(dtype=bool)

    @cached_property
    def values_of(self) -> Mapping[str, Numbers]:
        """The predictions as arrays."""
        return {name: table.to_numpy(dtype=float) for name, table in self.predictions.items()}

    @cached_property
    def calibrations(self) -> Mapping[str, Calibration]:
        """The calibration of each predictor, all causes together."""
        facts, seed = self.facts, self.scoring.seed
        each = self.values_of.items()
        return {name: calibration_of(values, facts, seed=seed) for name, values in each}

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a predictor.

        ``log_score`` (bits, mean over cases and causes, less is better), ``brier`` (less is
        better), ``recall_1``, ``recall_3``, ``recall_5`` (share of the present causes that are
        ranked among the first), ``first_present`` (share of cases whose first cause is
        present), ``differential_recall`` and ``differential_precision`` (of the causes with at
        least ``listed_from``), ``auc`` (mean over the causes), ``calibration_error`` with
        ``calibration_expected`` and ``calibration_limit``, its mean and 95 % point by chance
        alone, and ``cases``.
        """
        return pd.DataFrame([self._row(name, values) for name, values in self.values_of.items()])

    def _row(self, name: str, values: Numbers) -> dict[str, object]:
        truth, calibration = self.facts, self.calibrations[name]
        recall, precision = differential_overlap(values, truth, self.scoring.listed_from)
        areas = [area_under_curve(*columns) for columns in zip(values.T, truth.T, strict=True)]
        known = [area for area in areas if not np.isnan(area)]
        return {
            "predictor": name,
            "log_score": float(log_scores(values, truth).mean()),
            "brier": float(brier_scores(values, truth).mean()),
            **{f"recall_{first}": self._recall(values, first) for first in FIRST},
            "first_present": float(recalled(values, truth, 1).mean()),
            "differential_recall": recall,
            "differential_precision": precision,
            "auc": float(np.mean(known)) if known else nan,
            "calibration_error": calibration.error,
            "calibration_expected": calibration.expected,
            "calibration_limit": calibration.limit,
            "cases": len(self),
        }

    def _recall(self, values: Numbers, first: int) -> float:
        present = self.facts.sum()
        return float(recalled(values, self.facts, first).sum() / present) if present else nan

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """Every other predictor minus the reference, on the same cases.

        One row a predictor and score: ``difference`` with ``low`` and ``high``, the 2.5 and
        97.5 % points when the cases are drawn again (paired bootstrap), and ``better``: the
        name of the better one if the interval leaves no doubt, else nothing. Of fewer than four
        cases there is no interval.
        """
        with np.errstate(invalid="ignore"):  # infinite scores
            gaps = self._resampled[:, 1:] - self._resampled[:, :1]
        rows = []
        for name, own in zip(list(self.predictions)[1:], gaps.swapaxes(0, 1), strict=True):
            for score, each in zip(SCORES, own.T, strict=True):
                low, high = self._interval(score, each)
                better = ""
                if low > 0.0 or high < 0.0:
                    better = name if (low > 0.0) == score.startswith("recall") else self.reference
                rows.append((name, score, each[0], low, high, better))
        header = ["predictor", "score", "difference", "low", "high", "better"]
        return pd.DataFrame(rows, columns=header)

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """Every predictor by itself: how far its scores may be off with so few cases.

        One row a predictor and score that is a mean over the cases: its ``value``, with ``low``
        and ``high``, the 2.5 and 97.5 % points when the cases are drawn again. Two predictors
        see the same cases: whether they differ is told by :attr:`comparisons`, not by whether
        their intervals meet. Of fewer than four cases there is none.
        """
        rows = [
            (name, score, each[0], *self._interval(score, each))
            for name, own in zip(self.predictions, self._resampled.swapaxes(0, 1), strict=True)
            for score, each in zip(SCORES, own.T, strict=True)
        ]
        return pd.DataFrame(rows, columns=["predictor", "score", "value", "low", "high"])

    def _interval(self, score: str, each: Numbers) -> tuple[float, float]:
        """Ends of one score of the cases, then of cases drawn again; recall needs a cause."""
        drawn = each[1:]
        if score.startswith("recall"):
            drawn = drawn[~np.isnan(drawn)]
        return interval_of(drawn, len(self))

    @cached_property
    def _resampled(self) -> Numbers:
        """:data:`SCORES` of the cases, then of cases drawn again: each x predictors x scores."""
        truth = self.facts
        columns = [truth.sum(axis=1).astype(float)]
        for values in self.values_of.values():
            columns += [log_scores(values, truth), brier_scores(values, truth)]
            columns += [recalled(values, truth, first) for first in FIRST]
        stacked = np.stack(columns, axis=1)
        drawn = resampled_means(stacked, self.scoring.resamples, self.scoring.seed)
        means = np.concatenate([stacked.mean(axis=0)[None], drawn])
        scores = means[:, 1:].reshape(len(means), -1, len(SCORES))
        with np.errstate(invalid="ignore", divide="ignore"):  # no cause present
            scores[:, :, -len(FIRST) :] /= means[:, :1, None]
        return scores

    @cached_property
    def by_cause(self) -> pd.DataFrame:
        """One row a predictor and cause, then a group: cases, mean prediction, scores, AUC.

        ``auc`` is the area under the ROC curve, missing where all cases or none have it. P(at
        least one of a group) is taken as if causes were independent given the answers.
        """
        columns, subject = list(self.truth.columns), self.subject
        asked = [
            *(("cause", id, label, (id,)) for id, label in subject.labels.items()),
            *(("group", label, label, ids) for label, ids in subject.groups.items()),
        ]
        rows = []
        for name, values in self.values_of.items():
            for kind, id, label, members in asked:
                places = [columns.index(member) for member in members]
                truth = np.asarray(self.facts[:, places].any(axis=1, keepdims=True))
                predicted = values[:, places]
                if len(places) > 1:
                    predicted = 1.0 - np.prod(1.0 - predicted, axis=1, keepdims=True)
                row = {"predictor": name, "kind": kind, "id": id, "label": label}
                rows.append(
                    {
                        **row,
                        "urgent": not set(members).isdisjoint(subject.urgent),
                        "present": int(truth.sum()),
                        "mean_prediction": float(predicted.mean()),
                        "log_score": float(log_scores(predicted, truth).mean()),
                        "brier": float(brier_scores(predicted, truth).mean()),
                        "auc": area_under_curve(predicted[:, 0], truth[:, 0]),
                    }
                )
        return pd.DataFrame(rows)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The calibration curve: one row a predictor and bin, with Wilson's 95 % intervals."""
        bins = [(name, box) for name, each in self.calibrations.items() for box in each.bins]
        return pd.DataFrame([{"predictor": name, **asdict(box)} for name, box in bins])

    @cached_property
    def urgent(self) -> pd.DataFrame:
        """What happens to patients with an urgent cause: one row a predictor and cause.

        The last row of each predictor is about at least one of them. ``patients`` have it;
        ``by_signs`` of them have signs that make it urgent, ``by_probability`` a P(any
        urgent cause) of at least ``threshold``; ``missed`` have neither. ``false_alarms`` is
        the share of patients without any urgent cause who have either.
        """
        urgent, labels = list(self.subject.urgent), self.subject.labels
        truth = self.truth[urgent].to_numpy(dtype=bool)
        some = np.asarray(truth.any(axis=1))
        columns = [(id, labels[id], has) for id, has in zip(urgent, truth.T, strict=True)]
        columns += [("", ANY, some)] if urgent else []
        signs = np.zeros(len(truth), dtype=bool)
        if self.flagged is not None:
            signs = self.flagged.to_numpy(dtype=bool)
        rows = []
        for name in self.predictions:
            likely = self._any_urgent_of(name) >= self.scoring.threshold
            alarms = (signs | likely)[~some]
            false_alarms = float(alarms.mean()) if alarms.size else nan
            for id, label, has in columns:
                signed, likely_too, missed = has & signs, has & likely, has & ~signs & ~likely
                counts = [int(which.sum()) for which in (has, signed, likely_too, missed)]
                rows.append((name, id, label, *counts, false_alarms))
        return pd.DataFrame(rows, columns=URGENT)

    def _any_urgent_of(self, name: str) -> Numbers:
        """P(any urgent cause) as told; else one minus the product of P(absent)."""
        if name in self.any_urgent:
            return self.any_urgent[name]
        predicted = self.predictions[name][list(self.subject.urgent)].to_numpy(dtype=float)
        return np.asarray(1.0 - np.prod(1.0 - predicted, axis=1))

    @property
    def report(self) -> Report:
        """What is shown: the scores of each predictor."""
        header, rows = cells_of(self.table, COLUMNS)
        made_by = f" ({self.made_by})" if self.made_by else ""
        present = counted(int(self.facts.sum()), "present cause")
        return Report(
            title=f"{self.subject.title}: predictions against the truth{made_by}",
            known=f"{counted(len(self), 'case')} with {present}.",
            header=header,
            rows=rows,
            notes=tuple(_notes(self)),
            disclaimer=self.subject.disclaimer,
            made_by=made_by_line(self.origin),
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the calibration curve of the reference, with intervals."""
        calibration = self.calibrations[self.reference]
        title = f"error {percent(calibration.error)}, by chance up to {percent(calibration.limit)}"
        return draw_calibration([*map(asdict, calibration.bins)], f"{self.reference}: {title}", ax)

    def draw_scores(self, score: str = "log_score", ax: Axes | None = None) -> Axes:
        """Draw one score of every predictor: any column of numbers of :attr:`table`.

        Lines are the 95 % intervals of :attr:`intervals`, where a score has them; a hollow mark
        is one whose difference to the reference is in doubt by :attr:`comparisons`.
        """
        return self._titled(draw_scores(self._scored(score), score, ax))

    def _scored(self, score: str) -> list[dict[str, Any]]:
        """One row a predictor: its value, ``low`` and ``high`` where there are, ``doubt``."""
        there = [str(name) for name in self.table if self.table[name].dtype.kind in "iuf"]
        if score not in there:
            message = f"There is no score {score!r}. There are: {', '.join(there)}."
            raise EvidenceError(message)
        pairs = zip(self.table["predictor"], self.table[score], strict=True)
        ends = self.intervals.query("score == @score").set_index("predictor")[["low", "high"]]
        ends = ends[np.isfinite(ends["high"] - ends["low"])]
        doubt = self.comparisons.query("score == @score and better == ''")["predictor"].tolist()
        return [
            {"predictor": name, "value": value, "doubt": name in doubt}
            | (dict(ends.loc[name]) if name in ends.index else {})
            for name, value in pairs
        ]

    def draw_recall(self, ax: Axes | None = None) -> Axes:
        """Draw how many present causes are found among the first 1 to 10 of each ranking."""
        firsts = list(range(1, min(10, len(self.subject.labels)) + 1))
        each = self.values_of.items()
        lines = {name: [self._recall(values, first) for first in firsts] for name, values in each}
        return self._titled(draw_recall(firsts, lines, ax))

    def draw_learning(self, score: str = "log_score", ax: Axes | None = None) -> Axes:
        """Draw how a score of what learns changes with the number of cases learned from.

        What does not learn is a level line. Lines and bands are the 95 % intervals of
        :attr:`intervals`, where a score has them.
        """
        rows = self._scored(score)
        learners: dict[str, list[dict[str, Any]]] = {}
        for row in (row for row in rows if row["predictor"] in self.learned_from):
            name, size = row["predictor"].rpartition(", ")[0], self.learned_from[row["predictor"]]
            learners.setdefault(name, []).append({**row, "size": size})
        others = [row for row in rows if row["predictor"] not in self.learned_from]
        return draw_learning(learners, others, score, ax)

    def __repr__(self) -> str:
        log, recall = self.table.iloc[0][["log_score", "recall_3"]]
        return (
            f"Evaluation({counted(len(self), 'case')}, {self.reference}: "
            f"log score {log:.4f} bits, recall_3 {or_untold(recall):.1%}; "
            f"{counted(len(self.predictions), 'predictor')})"
        )
