"""What learns to predict causes from patients whose causes are known, and knows no text."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kneebayes.cohort.recording import items_of
from kneebayes.errors import KneebayesError
from kneebayes.network import Numbers
from kneebayes.network.pgmpy_bridge import estimate_naive
from kneebayes.odds import inverse_logit
from kneebayes.study.baselines import EDGE, States

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["LEARNERS", "Learner", "LogisticRegressions", "PgmpyNaiveBayes"]

PENALTY = 0.2  # inverse strength; near the best for 300 to 10,000 of the article's patients
IMAGINED = 4.0  # patients of pgmpy's prior: one in each cell of a table of two by two


class Learner(Protocol):
    """Learns from patients when it is made.

    Parameters
    ----------
    model
        The model that names nodes and causes; its numbers are not used.
    states, truth
        Patients to learn from: patients x nodes (see :func:`states_of`), patients x causes.
    """

    def __init__(self, model: ModelLike, states: States, truth: NDArray[np.bool_]) -> None: ...

    def predict(self, states: States) -> Numbers:
        """P(cause) as learned: patients x causes."""
        ...


class LogisticRegressions:
    """One logistic regression a cause, a :class:`Learner`.

    Raises
    ------
    KneebayesError
        If scikit-learn is not installed.

    Notes
    -----
    Features: for each context and finding and each of its states, whether it is known to be
    so. L2 penalty of inverse strength 0.2, near the best for 300 to 10,000 of the article's
    patients. A cause that nobody or everybody has is given its share among them, with half a
    patient added on either side.
    """

    def __init__(self, model: ModelLike, states: States, truth: NDArray[np.bool_]) -> None:
        try:
            from sklearn.linear_model import LogisticRegression

            csr_matrix = import_module("scipy.sparse").csr_matrix  # both come with scikit-learn
            threadpool_limits = import_module("threadpoolctl").threadpool_limits
        except ImportError as error:
            message = "Learning needs scikit-learn. Install it: pip install kneebayes[study]"
            raise KneebayesError(message) from error
        self.model = model
        features = csr_matrix(self._features(states))
        self.fitted: list[Any] = []
        with threadpool_limits(1):  # small problems: threads would only wait for each other
            for column in truth.T:
                if column.all() or not column.any():
                    self.fitted.append(float((column.sum() + 0.5) / (len(column) + 1.0)))
                else:
                    regression = LogisticRegression(C=PENALTY, max_iter=2000)
                    self.fitted.append(regression.fit(features, column))

    def predict(self, states: States) -> Numbers:
        """P(cause) as learned: patients x causes."""
        features = self._features(states)
        predicted = np.empty((len(states), len(self.fitted)))
        for at, fitted in enumerate(self.fitted):
            known = isinstance(fitted, float)
            predicted[:, at] = fitted if known else fitted.predict_proba(features)[:, 1]
        return predicted

    def _features(self, states: States) -> Numbers:
        network = self.model.data.network
        return np.stack(
            [
                states[:, network.index[id]] == state
                for id in items_of(self.model)
                for state in range(len(network[id].states))
            ],
            axis=1,
        ).astype(float)


class PgmpyNaiveBayes:
    """One naive Bayes a cause, its tables learned by pgmpy's own estimator; a :class:`Learner`.

    Attributes
    ----------
    tables
        For each cause P(absent), P(present), and P(state | cause) of every context and finding.

    Notes
    -----
    A network of pgmpy with arrows from the cause to every context and finding; an answer that
    is not known is left out of its table. With the BDeu prior of four imagined patients. Asked
    by a product over its tables, which is what pgmpy's query returns one patient at a time.
    """

    def __init__(self, model: ModelLike, states: States, truth: NDArray[np.bool_]) -> None:
        import pandas as pd

        self.model = model
        network, items = model.data.network, items_of(model)
        known = states[:, [network.index[id] for id in items]].astype(float)
        frame = pd.DataFrame(np.where(known < 0, np.nan, known), columns=items)
        sizes = {id: len(network[id].states) for id in items}
        self.tables = [
            estimate_naive(frame, column.astype(float), sizes, IMAGINED) for column in truth.T
        ]

    def predict(self, states: States) -> Numbers:
        """P(cause) as learned: patients x causes."""
        network = self.model.data.network
        odds = np.empty((len(states), len(self.tables)))
        for at, (shares, tables) in enumerate(self.tables):
            logs = np.tile(np.log(shares), (len(states), 1))
            for id, table in tables.items():
                told = states[:, network.index[id]]
                seen = told >= 0
                logs[seen] += np.log(table[told[seen]])
            odds[:, at] = logs[:, 1] - logs[:, 0]
        predicted = np.vectorize(inverse_logit, otypes=[float])(odds)
        return np.asarray(np.clip(predicted, EDGE, 1.0 - EDGE))


LEARNERS: Mapping[str, type[Learner]] = {
    "logistic regression": LogisticRegressions,
    "pgmpy naive Bayes": PgmpyNaiveBayes,
}
