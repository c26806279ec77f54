"""The network as a classifier of scikit-learn: several causes at once, probabilities exact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from kneebayes.arguments import share
from kneebayes.binding import pd
from kneebayes.building.model import in_setting, read_model
from kneebayes.cohort.record import diagnose_cohort
from kneebayes.cohort.simulation import items_of
from kneebayes.errors import EvidenceError
from kneebayes.network import Numbers
from kneebayes.text import counted


class _Network:
    """P(cause explains the complaint | answers) as ``predict_proba``: one column a cause.

    Nothing is learned: ``fit`` only loads the model and notes columns and classes. So the network
    can be used in scikit-learn's pipelines, cross-validation and scorers, beside classifiers
    that do learn. It is a multilabel classifier: the truth is patients x causes. Cells of a
    DataFrame are answers as :meth:`kneebayes.Model.diagnose_cohort` takes them; in an array of
    numbers 1 is present, 0 absent, NaN unknown, and what lies between perhaps (0.7 speaks 7 to 3
    for it).

    Parameters
    ----------
    lexicon
        Which lexicon turns words into numbers; left out, the folder's own choice.
    setting
        Where the patients are seen; left out, nowhere in particular.
    folder
        A knowledge folder; left out, the article on pain behind the knee.
    columns
        What the columns of a plain array are, by any name; left out, contexts and findings in
        the order of the model. A DataFrame has its own names.
    threshold
        P(cause) from which on ``predict`` calls a cause present.

    Attributes
    ----------
    classes_
        Ids of the causes, in the order of the columns of ``predict_proba``.
    n_features_in_
        How many columns were fitted on.
    model_
        The data of the model that answers; ``kneebayes.Model(model_)`` asks it anything else.

    Examples
    --------
    >>> import kneebayes as kb
    >>> cohort = kb.load().simulate(50, seed=1)
    >>> network = DifferentialClassifier().fit(cohort.answers, cohort.truth)
    >>> network.predict_proba(cohort.answers).shape
    (50, 28)
    """

    def __init__(
        self,
        lexicon: str | None = None,
        setting: str | None = None,
        folder: str | None = None,
        columns: Sequence[str] | None = None,
        threshold: float = 0.5,
    ) -> None:
        self.lexicon = lexicon
        self.setting = setting
        self.folder = folder
        self.columns = columns
        self.threshold = threshold

    def fit(self, answers: Any, y: Any = None, /) -> Self:
        """Read the model and note what the columns are; no number of the network changes.

        The truth is not looked at: the causes are those of the network.

        Raises
        ------
        UnknownNameError, EvidenceError, KnowledgeError
            If folder, lexicon, setting or columns cannot be understood.
        """
        del y
        share("threshold", self.threshold)
        model = read_model(self.folder, self.lexicon)
        self.model_ = model if self.setting is None else in_setting(model, self.setting)
        self.classes_ = np.array(list(self.model_.knowledge.causes))
        frame = self._frame(answers)
        if 0 in frame.shape:
            message = (
                f"A table of {frame.shape[0]} patients x {frame.shape[1]} columns was given: 0 "
                f"feature(s) (shape={frame.shape}) while a minimum of 1 is required, of both."
            )
            raise EvidenceError(message)
        self.n_features_in_ = frame.shape[1]
        return self

    def predict_proba(self, answers: Any, /) -> Numbers:
        """P(cause explains it | answers): patients x causes; NaN where answers cannot be true.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``; else as :meth:`kneebayes.Model.diagnose_cohort`.
        """
        check_is_fitted(self)
        frame = self._frame(answers)
        if frame.shape[1] != self.n_features_in_:
            message = (
                f"X has {frame.shape[1]} features, but DifferentialClassifier is expecting "
                f"{self.n_features_in_} features as input: the columns that it was fitted on."
            )
            raise EvidenceError(message)
        cohort = diagnose_cohort(self.model_, frame, progress=False)
        return cohort.posteriors.to_numpy()

    def predict(self, answers: Any, /) -> NDArray[np.int64]:
        """Which causes reach the threshold, 1 or 0: patients x causes."""
        return (self.predict_proba(answers) >= self.threshold).astype(np.int64)

    def _frame(self, answers: Any) -> pd.DataFrame:
        if isinstance(answers, pd.DataFrame):
            return answers
        if hasattr(answers, "toarray"):
            message = "Answers cannot be a sparse table: what is left out of one is 0, absent."
            raise EvidenceError(message)
        values = np.asarray(answers)
        if np.iscomplexobj(values):
            message = "Complex data not supported: answers are numbers between 0 and 1."
            raise EvidenceError(message)
        if values.ndim != 2:
            message = (
                f"Answers must be a table, patients x findings; got {values.ndim} dimension"
                f"{'' if values.ndim == 1 else 's'}. Reshape your data."
            )
            raise EvidenceError(message)
        known = items_of(self.model_) if self.columns is None else list(self.columns)
        if values.shape[1] > len(known):
            message = f"{counted(values.shape[1], 'column')} given, but {len(known)} are named."
            raise EvidenceError(message)
        return pd.DataFrame(values, columns=known[: values.shape[1]])


# made by calling type, because a base class that may not be installed has no type to check
DifferentialClassifier: Any = type(
    "DifferentialClassifier",
    (_Network, ClassifierMixin, BaseEstimator),
    {"__doc__": _Network.__doc__, "__module__": __name__},
)
