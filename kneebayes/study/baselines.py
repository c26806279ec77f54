"""What else could be said of the same patients, with the same numbers but simpler reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kneebayes.cohort.problems import Problems
from kneebayes.cohort.questionnaire import Questionnaire
from kneebayes.cohort.reading import Reading, read_columns
from kneebayes.cohort.record import place_in
from kneebayes.cohort.recording import items_of
from kneebayes.inference import Evidence
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch
from kneebayes.network import Numbers
from kneebayes.odds import inverse_logit

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["any_urgent", "naive_bayes", "prior_only", "reading_of", "states_of"]

EDGE = 1e-9  # naive Bayes may say 0 and 1 at once of one patient; it is kept this far from both

States = NDArray[np.int16]


def reading_of(model: ModelLike, answers: pd.DataFrame) -> Reading:
    """What is known of each patient, as arrays.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns or cells cannot be understood.
    """
    problems, place = Problems(), place_in(answers)
    asked = Questionnaire(model, list(answers.columns), (), problems)
    problems.raise_any()
    reading = read_columns(model, asked.columns, answers, place, problems)
    problems.raise_any()
    return reading


def states_of(model: ModelLike, answers: pd.DataFrame) -> States:
    """What is known for certain: patients x nodes, index of the state, -1 where unknown."""
    return reading_of(model, answers).hard


def any_urgent(model: ModelLike, reading: Reading, logs: Numbers) -> Numbers:
    """P(at least one urgent cause | answers), exact, by case.

    One minus P(answers, all urgent causes absent) / P(answers).

    Parameters
    ----------
    model, reading
        The model, and what is known of each case.
    logs
        Natural logarithm of P(answers) by case; finite.
    """
    network, flat = model.data.network, model.data.engine.flat
    ids = [id for id, cause in model.data.knowledge.causes.items() if cause.urgent]
    columns = [network.index[id] for id in ids]
    if not ids or not len(logs):
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


def prior_only(model: ModelLike, patients: int) -> Numbers:
    """P(cause | complaint) for everybody: patients x causes."""
    seen = Evidence.of(model.data.network, {model.data.knowledge.meta.complaint: "present"})
    told = model.data.engine.propagate(seen, list(model.data.knowledge.causes))
    priors = [told.present(id) for id in model.data.knowledge.causes]
    return np.tile(np.array(priors), (patients, 1))


def naive_bayes(model: ModelLike, states: States) -> Numbers:
    """Each answer weighed alone, as if answers were independent given one cause at a time.

    The odds of each cause given the complaint are multiplied by the likelihood ratio that
    each answer has by itself in this very network, P(answer | cause, complaint) / P(answer |
    no such cause, complaint). So it knows every single number right, and nothing of how
    answers, or causes, go together.

    Parameters
    ----------
    model
        The model whose numbers are used.
    states
        What is known: patients x nodes (see :func:`states_of`).

    Returns
    -------
    ndarray
        Patients x causes.
    """
    network, causes = model.data.network, list(model.data.knowledge.causes)
    complaint = {model.data.knowledge.meta.complaint: "present"}
    asked = [
        (network.index[id], at, Evidence.of(network, {**complaint, id: state}))
        for id in items_of(model)
        if id not in complaint
        for at, state in enumerate(network[id].states)
    ]
    cases = [Evidence.of(network, complaint), *(one for _, _, one in asked)]
    told = model.data.engine.propagate_each(cases, causes)
    posteriors = np.stack([told.marginals[id][:, 1] for id in causes], axis=1)
    logits = _logit(np.clip(posteriors, EDGE, 1.0 - EDGE))
    logits[told.log_probability == -np.inf] = logits[0]  # an answer that nobody can give
    sums = np.tile(logits[0], (len(states), 1))
    for row, (node, state, _) in enumerate(asked, start=1):
        sums[states[:, node] == state] += logits[row] - logits[0]
    return np.asarray(np.vectorize(inverse_logit, otypes=[float])(sums))


def _logit(probability: Numbers) -> Numbers:
    return np.log(probability) - np.log1p(-probability)
