"""How urgent many patients are, and how probable it is that something urgent is present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.cohort.questionnaire import rules_fired
from kneebayes.cohort.reading import Reading
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch
from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["any_of", "any_urgent", "reasons_of"]


def any_of(model: ModelLike, reading: Reading, logs: Numbers, causes: Sequence[str]) -> Numbers:
    """P(at least one of some causes | answers), exact, by patient.

    One minus P(answers, all of them absent) / P(answers).

    Parameters
    ----------
    model, reading
        The model, and what is known of each patient.
    logs
        Natural logarithm of P(answers) by patient; finite.
    causes
        Ids of causes.
    """
    network, flat = model.data.network, model.data.engine.flat
    columns = [network.index[id] for id in causes]
    if not columns or not len(logs):
        return np.zeros(len(logs))
    known = (reading.hard[:, columns] == 1).any(axis=1)
    hard = reading.hard.copy()
    hard[:, columns] = 0
    soft = np.ones((1, int(flat.own_start[-1]))) if reading.soft is None else reading.soft
    batch = Batch(hard, soft, model.data.engine.numbers)
    without = run_batch(network, flat, batch).log_probability
    with np.errstate(divide="ignore"):
        without = without + np.log(soft[:, flat.own_start[columns]]).sum(axis=1)
    share = np.clip(-np.expm1(without - logs), 0.0, 1.0)
    return np.asarray(np.where(known, 1.0, share))


def any_urgent(model: ModelLike, reading: Reading, logs: Numbers) -> Numbers:
    """P(at least one urgent cause | answers), exact, by patient; see :func:`any_of`."""
    urgent = [id for id, cause in model.data.knowledge.causes.items() if cause.urgent]
    return any_of(model, reading, logs, urgent)


def reasons_of(model: ModelLike, reading: Reading) -> list[tuple[str, ...]]:
    """By patient the reasons of the rules of urgency that fired, the most urgent first."""
    knowledge = model.data.knowledge
    rules = sorted(knowledge.urgency, key=lambda rule: rule.level != "now")
    fired = [rules_fired(rule, knowledge, model.data.network, reading.present) for rule in rules]
    found: list[tuple[str, ...]] = [()] * len(reading.present)
    for rule, rows in zip(rules, fired, strict=True):
        for row in np.flatnonzero(rows).tolist():
            found[row] = (*found[row], rule.reason)
    return found
