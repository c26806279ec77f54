"""How a model judges published patients: one row a patient, visit and predictor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isnan
from typing import TYPE_CHECKING, Any, Protocol

from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.odds import inverse_logit, logit
from kneebayes.study.published import VISITS, PublishedCase, Visit

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.knowledge import Knowledge

__all__ = ["NAIVE", "NETWORK", "PRIOR", "Diagnostician", "Judge", "judged"]

NETWORK, NAIVE, PRIOR = "network", "naive Bayes", "prior only"
EXPLAINS, PRESENT = "posterior", "present"
EDGE = 1e-9  # naive Bayes may say 0 and 1 of one cause; it is kept this far from both
SHOWN = 3

Beliefs = dict[str, float]


class Diagnostician(Protocol):
    """Whatever gives a ranking of causes to a patient's answers: the public model."""

    def diagnose(self, answers: Mapping[str, Any], /) -> Any:
        """A differential with ``ranking`` and ``urgency``."""


class Judge:
    """Asks a model about patients, and remembers what each answer does by itself.

    Parameters
    ----------
    model
        The model.
    knowledge
        What it was made from.
    ranked_by
        Column of the ranking that orders it: ``posterior`` (explains the pain) or ``present``
        (is there). Empty: the first of them that the ranking has.

    Attributes
    ----------
    prior
        Belief in each cause with nothing known but the complaint.
    unknown
        Names of answers that the model cannot read (it has no such name, or no such age), with
        how often they were left out.

    Raises
    ------
    KneebayesError
        If the ranking has no such column.
    """

    def __init__(self, model: Diagnostician, knowledge: Knowledge, ranked_by: str = "") -> None:
        self.model = model
        bare = model.diagnose({}).ranking
        columns = [name for name in (EXPLAINS, PRESENT) if name in bare.columns]
        if ranked_by and ranked_by not in columns:
            message = (
                f"ranked_by must be one of {', '.join(map(repr, columns))}, got {ranked_by!r}."
            )
            raise KneebayesError(message)
        self.ranked_by = ranked_by or columns[0]
        self.complaint = knowledge.meta.complaint
        rest = getattr(knowledge.meta, "rest", "something_else")
        self.outside = {
            id
            for id, cause in knowledge.causes.items()
            if id == rest or getattr(cause, "layer", None) == "beyond"
        }
        self.prior = self._beliefs(bare, hurts=True)
        self.unknown: dict[str, int] = {}
        self._shifts: dict[tuple[str, Any], Beliefs | None] = {}

    def rows(self, case: PublishedCase) -> Iterator[dict[str, object]]:
        """What each predictor says of one patient at each visit.

        A patient whose answers are impossible in the model gets no row.
        """
        for visit in VISITS:
            answers = self._understood(case, visit)
            try:
                differential = self.model.diagnose(answers)
                beliefs = self._beliefs(differential.ranking, hurts=self._hurts(answers))
            except EvidenceError:  # the answers cannot be true together
                continue
            level = str(differential.urgency.level)
            predictors = {NETWORK: beliefs, NAIVE: self._naive(answers), PRIOR: self.prior}
            for predictor, believed in predictors.items():
                yield {
                    "id": case.id,
                    "half": case.half,
                    "visit": visit,
                    "predictor": predictor,
                    "diagnosis": case.diagnosis,
                    **self._judged(case, believed),
                    "wanted": case.urgency,
                    "urgency": level,
                }

    def _judged(self, case: PublishedCase, believed: Beliefs) -> dict[str, object]:
        """Rank and probability of the truth, the first causes, and how much lies outside."""
        order = sorted(believed, key=lambda id: -believed[id])
        right = [id for id in case.causes if id in believed]
        in_model = bool(right)
        right = right or [id for id in case.beyond if id in believed]
        first = order[0]
        outside = 1.0
        for id in self.outside:
            outside *= 1.0 - believed[id]
        return {
            "truth": right,
            "in_model": in_model,
            "rank": min((order.index(id) + 1 for id in right), default=0),
            "probability": max((believed[id] for id in right), default=float("nan")),
            "first": order[:SHOWN],
            "first_probability": believed[first],
            "first_right": first in right or (not right and first in self.outside),
            "something_else": 1.0 - outside,
            "named_wrongly": first not in right and first not in self.outside,
        }

    def _understood(self, case: PublishedCase, visit: Visit) -> dict[str, Any]:
        """The answers whose names the model has; the others are counted."""
        known = {}
        for name, answer in case.answers(visit).items():
            if self._shift(name, answer) is None:
                self.unknown[name] = self.unknown.get(name, 0) + 1
            else:
                known[name] = answer
        return known

    def _shift(self, name: str, answer: Any) -> Beliefs | None:
        """What one answer adds to the log-odds of each cause; None if the model cannot read it."""
        key = (name, answer)
        if key not in self._shifts:
            try:
                ranking = self.model.diagnose({name: answer}).ranking
            except (UnknownNameError, EvidenceError):  # no such name, or no such state
                self._shifts[key] = None
            else:
                beliefs = self._beliefs(ranking, hurts=self._hurts({name: answer}))
                self._shifts[key] = {
                    id: _logit(beliefs[id]) - _logit(self.prior[id]) for id in self.prior
                }
        return self._shifts[key]

    def _naive(self, answers: Mapping[str, Any]) -> Beliefs:
        """Each answer weighed alone, with the likelihood ratio that it has by itself here.

        One cause explains the complaint, so what comes out is scaled to add up to 1: a logarithmic
        score compares only forecasts that do (Gneiting and Raftery 2007).
        """
        sums = {id: _logit(belief) for id, belief in self.prior.items()}
        for name, answer in answers.items():
            for id, shift in (self._shift(name, answer) or {}).items():
                sums[id] += shift
        weights = {id: inverse_logit(total) for id, total in sums.items()}
        if self.ranked_by != EXPLAINS or not self._hurts(answers):
            return weights
        whole = sum(weights.values())
        return {id: weight / whole for id, weight in weights.items()}

    def _hurts(self, answers: Mapping[str, Any]) -> bool:
        """Whether the complaint is there; without it nothing explains it."""
        return answers.get(self.complaint, True) is not False

    def _beliefs(self, ranking: pd.DataFrame, *, hurts: bool) -> Beliefs:
        """The column that ranks, by cause; presence where there is no pain to explain."""
        column = self.ranked_by if hurts else PRESENT
        values = dict(zip(ranking["id"], ranking[column].astype(float), strict=True))
        if any(isnan(value) for value in values.values()):
            values = dict(zip(ranking["id"], ranking[PRESENT].astype(float), strict=True))
        return values


def _logit(probability: float) -> float:
    return logit(min(max(probability, EDGE), 1.0 - EDGE))


def judged(judge: Judge, cases: Iterable[PublishedCase]) -> pd.DataFrame:
    """One row a patient, visit and predictor."""
    import pandas as pd

    return pd.DataFrame([row for case in cases for row in judge.rows(case)])
