"""Patients with an urgent cause: who is noticed, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kneebayes.network import Numbers

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.study.evaluation import Evaluation

__all__ = ["any_urgent_of", "urgent_table"]

ANY = "any urgent cause"


def any_urgent_of(evaluation: Evaluation, name: str) -> Numbers:
    """P(at least one urgent cause) of each case, as a predictor has it.

    Exact where the predictor told it; otherwise one minus the product of P(absent).
    """
    exact = evaluation.any_urgent.get(name)
    if exact is not None:
        return exact
    said = evaluation.predictions[name][list(evaluation.subject.urgent)].to_numpy(dtype=float)
    return np.asarray(1.0 - np.prod(1.0 - said, axis=1))


def urgent_table(evaluation: Evaluation) -> pd.DataFrame:
    """See :attr:`kneebayes.study.Evaluation.urgent`."""
    import pandas as pd

    urgent, labels = list(evaluation.subject.urgent), evaluation.subject.labels
    header = ["predictor", "id", "cause", "patients", "by_signs", "by_probability", "missed"]
    header.append("false_alarms")
    if not urgent:
        return pd.DataFrame(columns=header)
    truth = evaluation.truth[urgent].to_numpy(dtype=bool)
    signs = np.zeros(len(truth), dtype=bool)
    if evaluation.flagged is not None:
        signs = evaluation.flagged.to_numpy(dtype=bool)
    rows = []
    for name in evaluation.predictions:
        likely = any_urgent_of(evaluation, name) >= evaluation.scoring.threshold
        some = np.asarray(truth.any(axis=1))
        healthy = ~some
        alarms = float((signs | likely)[healthy].mean()) if healthy.any() else float("nan")
        columns = [(id, labels[id], truth[:, at]) for at, id in enumerate(urgent)]
        columns.append(("", ANY, some))
        rows += [
            {
                "predictor": name,
                "id": id,
                "cause": label,
                "patients": int(has.sum()),
                "by_signs": int((has & signs).sum()),
                "by_probability": int((has & likely).sum()),
                "missed": int((has & ~signs & ~likely).sum()),
                "false_alarms": alarms,
            }
            for id, label, has in columns
        ]
    return pd.DataFrame(rows, columns=header)
