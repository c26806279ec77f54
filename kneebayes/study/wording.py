"""An evaluation in words: one form for the terminal and the notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kneebayes.study.tables import records_of
from kneebayes.view.markup import percent
from kneebayes.view.report import Report

if TYPE_CHECKING:
    from kneebayes.study.evaluation import Evaluation

__all__ = ["report_of"]

HEADER = (
    "predictor",
    "log score (bits)",
    "Brier",
    "recall 1",
    "recall 3",
    "recall 5",
    "AUC",
    "calibration error",
    "by chance up to",
)
SCORES = (
    "Log score and Brier: mean over cases and causes, less is better. Recall: share of the "
    "present causes among the first 1, 3, 5 of the ranking."
)


def report_of(evaluation: Evaluation) -> Report:
    """What is shown of an evaluation."""
    rows = [
        (
            row["predictor"],
            f"{row['log_score']:.4f}",
            f"{row['brier']:.4f}",
            *(f"{row[name]:.1%}" for name in ("recall_1", "recall_3", "recall_5")),
            f"{row['auc']:.3f}",
            f"{row['calibration_error']:.2%}",
            f"{row['calibration_limit']:.2%}",
        )
        for row in records_of(evaluation.table)
    ]
    cases = f"{len(evaluation):,} case{'' if len(evaluation) == 1 else 's'}"
    made_by = f" ({evaluation.made_by})" if evaluation.made_by else ""
    causes = int(evaluation.truth.to_numpy(dtype=bool).sum())
    return Report(
        title=f"{evaluation.subject.title}: predictions against the truth{made_by}",
        known=f"{cases} with {causes:,} present causes.",
        advice="",
        reasons=(),
        header=HEADER,
        rows=tuple(rows),
        notes=tuple(_notes(evaluation)),
        disclaimer=evaluation.subject.disclaimer,
    )


def _notes(evaluation: Evaluation) -> list[str]:
    notes = [SCORES]
    differences = [
        f"{row['predictor']} {row['difference']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f})"
        for row in records_of(evaluation.comparisons)
        if row["score"] == "log_score"
    ]
    if differences:
        told = "; ".join(differences)
        notes.append(f"Log score minus that of {evaluation.reference}, paired, 95 %: {told}.")
    noticed_from = percent(evaluation.scoring.threshold)
    notes += [
        f"Urgent causes: {row['patients']:,} cases have one; {row['missed']:,} of them have "
        f"neither a sign that makes it urgent nor P(any urgent) of at least {noticed_from}; "
        f"of the others {percent(row['false_alarms'])} have."
        for row in records_of(evaluation.urgent)
        if row["predictor"] == evaluation.reference and not row["id"]
    ]
    if evaluation.left_out:
        one = evaluation.left_out == 1
        notes.append(
            f"{evaluation.left_out:,} case{' is' if one else 's are'} left out: not everybody has "
            "a prediction there (what was answered cannot be true together)."
        )
    return notes
