"""Predictors against each other on the same cases, and cause by cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Numbers
from kneebayes.study.scores import (
    area_under_curve,
    brier_scores,
    log_scores,
    recalled,
    resampled_means,
)

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.study.evaluation import Evaluation

__all__ = ["causes_of", "comparisons_of"]

FIRST = (1, 3, 5)
SCORES = ("log_score", "brier", *(f"recall_{first}" for first in FIRST))


def comparisons_of(evaluation: Evaluation) -> pd.DataFrame:
    """See :attr:`kneebayes.study.Evaluation.comparisons`."""
    import pandas as pd

    truth, scoring = evaluation.facts, evaluation.scoring
    columns = [truth.sum(axis=1).astype(float)]
    for values in evaluation.values_of.values():
        columns += [log_scores(values, truth), brier_scores(values, truth)]
        columns += [recalled(values, truth, first)[0] for first in FIRST]
    stacked = np.stack(columns, axis=1)
    means = stacked.mean(axis=0)[None]
    drawn = resampled_means(stacked, scoring.resamples, scoring.seed)
    rows = []
    for at, name in enumerate(list(evaluation.predictions)[1:], start=1):
        for place, score in enumerate(SCORES):
            pair = (1 + at * len(SCORES) + place, 1 + place)
            is_share = score.startswith("recall")
            difference = float(_difference(means, pair, is_share)[0])
            low, high = np.quantile(_difference(drawn, pair, is_share), [0.025, 0.975])
            better = ""
            if low > 0.0 or high < 0.0:
                better = name if (low > 0.0) == is_share else evaluation.reference
            rows.append((name, score, difference, float(low), float(high), better))
    header = ["predictor", "score", "difference", "low", "high", "better"]
    return pd.DataFrame(rows, columns=header)


def _difference(means: Numbers, pair: tuple[int, int], is_share: bool) -> Numbers:
    """Difference of two columns of means; recalls are divided by the causes present."""
    with np.errstate(invalid="ignore", divide="ignore"):  # infinite scores, or no cause present
        difference: Numbers = means[:, pair[0]] - means[:, pair[1]]
        return difference / means[:, 0] if is_share else difference


def causes_of(evaluation: Evaluation) -> pd.DataFrame:
    """See :attr:`kneebayes.study.Evaluation.by_cause`."""
    import pandas as pd

    return pd.DataFrame(list(_rows(evaluation)))


def _rows(evaluation: Evaluation) -> Iterator[dict[str, object]]:
    subject, columns = evaluation.subject, list(evaluation.truth.columns)
    asked: list[tuple[str, str, str, tuple[str, ...]]] = []
    asked += [("cause", id, label, (id,)) for id, label in subject.labels.items()]
    asked += [("group", label, label, ids) for label, ids in subject.groups.items()]
    for name, values in evaluation.values_of.items():
        for kind, id, label, members in asked:
            at = [columns.index(one) for one in members]
            said = 1.0 - np.asarray(np.prod(1.0 - values[:, at], axis=1))
            said = values[:, at[0]] if len(at) == 1 else said
            truth: NDArray[np.bool_] = np.asarray(evaluation.facts[:, at].any(axis=1))
            yield {
                "predictor": name,
                "kind": kind,
                "id": id,
                "label": label,
                "urgent": any(one in subject.urgent for one in members),
                "present": int(truth.sum()),
                "mean_prediction": float(said.mean()),
                "log_score": float(log_scores(said[:, None], truth[:, None]).mean()),
                "brier": float(brier_scores(said[:, None], truth[:, None]).mean()),
                "auc": area_under_curve(said, truth),
            }
