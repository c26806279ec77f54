"""How well a model does on published patients: recall, log score, calibration, triage."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelLike
from kneebayes.case.answers import says_no
from kneebayes.case.case import Diagnosing
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, KneebayesError
from kneebayes.network import Numbers
from kneebayes.odds import inverse_logit, logit
from kneebayes.study.published import (
    VISITS,
    PublishedCase,
    Visit,
    published_cases,
    refuse_others,
    understood,
)
from kneebayes.study.scores import (
    area_under_curve,
    draw_recall,
    interval_of,
    resampled_means,
    share_with_interval,
    with_interval,
)
from kneebayes.text import counted
from kneebayes.view.report import ModelResult, Report, cells_of, in_words, records_of

NETWORK, NAIVE, PRIOR = "network", "naive Bayes", "prior only"
EXPLAINS, PRESENT = "posterior", "present"
EDGE = 1e-9  # naive Bayes may say 0 and 1 of one cause; it is kept this far from both
SHOWN = 3
ELSE = ""  # all that the article does not name, as one cause

Beliefs = dict[str, float]


class Judge:
    """Asks a model about patients, and remembers what each answer does by itself.

    ``prior`` is the belief in each cause with nothing known but the complaint; ``unknown`` are
    names of answers that the model cannot read, with how often they were left out.
    """

    def __init__(self, model: Diagnosing, ranked_by: str = "") -> None:
        if ranked_by not in ("", EXPLAINS, PRESENT):
            message = f"ranked_by must be one of {EXPLAINS!r}, {PRESENT!r}, got {ranked_by!r}."
            raise KneebayesError(message)
        self.model, self.ranked_by = model, ranked_by or EXPLAINS
        knowledge = model.data.knowledge
        beyond = {id for id, cause in knowledge.causes.items() if cause.layer == "beyond"}
        self.outside = {knowledge.meta.rest, *beyond} & set(knowledge.causes)
        self.prior = self._beliefs({})[0]
        self.unknown: Counter[str] = Counter()
        self._shifts: dict[tuple[str, Any], Beliefs] = {}

    def rows(self, case: PublishedCase) -> Iterator[dict[str, object]]:
        """What each predictor says of one patient at each visit.

        A patient whose answers are impossible in the model, or disagree, gets no row.
        """
        for visit in VISITS:
            try:
                answers = self._understood(case, visit)
                beliefs, level = self._beliefs(answers)
            except (EvidenceError, ImpossibleEvidenceError):
                continue
            predictors = {NETWORK: beliefs, NAIVE: self._naive(answers), PRIOR: self.prior}
            for predictor, believed in predictors.items():
                asked = {"id": case.id, "half": case.half, "visit": visit, "predictor": predictor}
                judged = {"diagnosis": case.diagnosis, **self._judged(case, believed)}
                yield {**asked, **judged, "wanted": case.urgency, "urgency": level}

    def _judged(self, case: PublishedCase, believed: Beliefs) -> dict[str, object]:
        """Rank and probability of the truth, the first causes, and how much lies outside."""
        order = sorted(believed, key=lambda id: -believed[id])
        known = [id for id in case.causes if id in believed]
        right = known or [id for id in case.beyond if id in believed]
        first = order[0]
        outside = 1.0 - math.prod(1.0 - believed[id] for id in self.outside)
        whole = {id: share for id, share in believed.items() if id not in self.outside}
        whole[ELSE] = outside
        named = [id if id in whole else ELSE for id in known] or [ELSE]
        expected = max(named, key=whole.__getitem__)
        return {
            "truth": right,
            "in_model": bool(known),
            "rank": min((order.index(id) + 1 for id in right), default=0),
            "probability": max((believed[id] for id in right), default=float("nan")),
            "whole_rank": 1 + sum(share > whole[expected] for share in whole.values()),
            "whole_probability": whole[expected],
            "first": order[:SHOWN],
            "first_probability": believed[first],
            "first_right": first in right or (not right and first in self.outside),
            "something_else": outside,
            "named_wrongly": first not in right and first not in self.outside,
        }

    def _understood(self, case: PublishedCase, visit: Visit) -> dict[str, Any]:
        """The answers whose names the model has; the others are counted."""
        answers = case.answers(visit)
        known = understood(self.model, answers)
        self.unknown.update(answers.keys() - known)
        return {name: answers[name] for name in known}

    def _shift(self, name: str, answer: Any) -> Beliefs:
        """What one answer adds to the log-odds of each cause."""
        key = (name, answer)
        if key not in self._shifts:
            beliefs, _ = self._beliefs({name: answer})
            before = self.prior.items()
            shifts = {id: logit(beliefs[id], EDGE) - logit(prior, EDGE) for id, prior in before}
            self._shifts[key] = shifts
        return self._shifts[key]

    def _naive(self, answers: Mapping[str, Any]) -> Beliefs:
        """Each answer weighed alone, with the likelihood ratio that it has by itself here.

        One cause explains the complaint, so what comes out is scaled to add up to 1: a logarithmic
        score compares only forecasts that do (Gneiting and Raftery 2007).
        """
        shifts = [self._shift(name, answer) for name, answer in answers.items()]
        weights = {
            id: inverse_logit(sum((shift[id] for shift in shifts), logit(belief, EDGE)))
            for id, belief in self.prior.items()
        }
        if self.ranked_by != EXPLAINS or not self._hurts(answers):
            return weights
        whole = sum(weights.values())
        return {id: weight / whole for id, weight in weights.items()}

    def _hurts(self, answers: Mapping[str, Any]) -> bool:
        """Whether the complaint is there; without it nothing explains it."""
        return not says_no(answers.get(self.model.data.complaint))

    def _beliefs(self, answers: Mapping[str, Any]) -> tuple[Beliefs, str]:
        """What ranks each cause (presence if there is nothing to explain), and how urgent it is."""
        case = self.model.diagnose(answers).case
        explains = self._hurts(answers) and self.ranked_by == EXPLAINS
        beliefs = {row.id: row.posterior if explains else row.present for row in case.ranked}
        return beliefs, case.level


FIRST = (1, 3, 5)
SCORES = ("top_1", "top_3", "top_5", "mean_log")
DRAWN = range(1, 11)
SURE = 0.7  # P(first cause) from which on these tables call it sure: assumed, from no source
FLOOR = 1e-9  # a truth that was ruled out would make a mean of logarithms infinite
RESAMPLES = 2000
NOW = "now"
KNOWN, ALL = AMONG = "cause in the model", "all"
ASKED = ("among", "visit", "predictor", "patients")
COLUMNS = {
    **{name: f"{{{name}}}" for name in ASKED},
    **{f"top {first}": f"{{top_{first}:.0%}}" for first in FIRST},
    "mean ln P(truth)": "{mean_log:.2f}",
}
ABOUT = (
    "Published cases are no sample of a practice: the rare and the urgent are over-represented "
    "and often only an abstract was to be had. They show how a model fails, not how often."
)
WHOLE = (
    "Among all, what the article does not name counts as one cause, 'something else', which is "
    "right where the model lacks the cause."
)
ORDER = {
    "posterior": "Causes are ranked by the probability that they explain the complaint.",
    "present": "Causes are ranked by the probability that they are there.",
}


@checked
def evaluate_published(
    model: Diagnosing,
    cases: Iterable[PublishedCase] | None = None,
    half: str = "all",
    ranked_by: str = "",
    seed: int = 0,
) -> PublishedEvaluation:
    """Judge a model by published patients, beside naive Bayes and the priors alone.

    Parameters
    ----------
    cases
        The patients; left out, the shipped ones.
    half
        Which of the shipped ones: ``work``, ``look`` or ``all``.
    ranked_by
        Column that orders the causes: ``posterior`` (does it explain the complaint) or ``present``
        (is it there). Empty: ``posterior``.
    seed
        Seed of the random numbers for intervals.

    Raises
    ------
    EvidenceError
        If there is no patient to judge.
    KneebayesError
        If an answer, ``half`` or ``ranked_by`` is none of those that are allowed.
    """
    chosen = published_cases(half) if cases is None else tuple(cases)
    knowledge = model.data.knowledge
    judge = Judge(model, ranked_by)
    scores = pd.DataFrame([row for case in chosen for row in judge.rows(case)])
    answers = sum(len(case.answers(visit)) for case in chosen for visit in VISITS)
    refuse_others(knowledge.meta.title, answers - sum(judge.unknown.values()), answers)
    if scores.empty:
        message = "There is no published patient to judge: none given, or all are impossible."
        raise EvidenceError(message)
    if not scores["in_model"].any():
        message = (
            f"Of {counted(len(chosen), 'published patient')} none has a cause of the model "
            f"'{knowledge.meta.title}', so there is nothing to judge it by. "
            "Give patients of your own: cases=[...]."
        )
        raise EvidenceError(message)
    unknown, twice = dict(sorted(judge.unknown.items())), sum(bool(case.same_as) for case in chosen)
    told_of = (judge.ranked_by, unknown, len(chosen), twice)
    return PublishedEvaluation(model.data, scores, *told_of, seed)


@dataclass(frozen=True, eq=False, repr=False)
class PublishedEvaluation(ModelResult):
    """How well a model does on published patients. Made by :func:`evaluate_published`."""

    model: ModelLike
    #: one row a patient, visit and predictor: ``truth``, its ``rank`` and ``probability``, the
    #: same as ``whole_rank`` and ``whole_probability`` where all that the article does not name
    #: counts as one cause, which is right for patients outside the model; the ``first`` three
    #: causes, P(``something_else``), urgency ``wanted`` and given
    scores: pd.DataFrame
    ranked_by: str  #: the column that ordered the causes
    #: answers that the model cannot read, with how often each was left out
    unknown: Mapping[str, int]
    patients: int  #: how many rows were judged
    told_twice: int  #: how many are about the same patient as another row
    seed: int = 0  #: where the chance of the intervals began

    def __len__(self) -> int:
        return self.patients

    def of(self, visit: str, predictor: str = NETWORK) -> pd.DataFrame:
        """The rows of one visit and predictor."""
        chosen = (self.scores["visit"] == visit) & (self.scores["predictor"] == predictor)
        return self.scores[chosen]

    @cached_property
    def cases(self) -> pd.DataFrame:
        """What the network says of each patient at each visit."""
        rows = self.scores[self.scores["predictor"] == NETWORK]
        return rows.drop(columns="predictor").reset_index(drop=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a visit and predictor: among patients whose cause the model has, then all.

        Among all, "something else" is right for the others, as one cause. ``top_1``, ``top_3``,
        ``top_5`` (share whose cause is among the first), with the 95 % interval of the first, and
        ``mean_log``, the mean of ln P(truth): nearer 0 is better.
        """
        rows = []
        for among, visit, predictor in product(AMONG, VISITS, (NETWORK, NAIVE, PRIOR)):
            columns = _columns(self._judged(among, visit, predictor))
            _, *ends = share_with_interval(int(columns[:, 0].sum()), len(columns))
            *tops, mean_log = map(_mean, columns.T)
            rows.append((among, visit, predictor, len(columns), *tops, *ends, mean_log))
        return pd.DataFrame(
            rows, columns=[*ASKED, *SCORES[:3], "top_1_low", "top_1_high", SCORES[3]]
        )

    def _judged(self, among: str, visit: str, predictor: str) -> pd.DataFrame:
        """``rank`` and ``probability`` of what is right for some patients."""
        rows = self.of(visit, predictor)
        if among == KNOWN:
            return rows[rows["in_model"]]
        whole = {"rank": rows["whole_rank"], "probability": rows["whole_probability"]}
        return rows.assign(**whole)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """The network minus each simpler predictor on the same patients.

        One row for those ``among`` whom, a visit, predictor and score: ``difference`` with
        ``low`` and ``high``, the 2.5 and 97.5 % points when the patients are drawn again (paired
        bootstrap).
        """
        rows = []
        for among, visit, predictor in product(AMONG, VISITS, (NAIVE, PRIOR)):
            network = _columns(self._judged(among, visit, NETWORK))
            gap = network - _columns(self._judged(among, visit, predictor))
            if len(gap):
                drawn = resampled_means(gap, RESAMPLES, self.seed)
                for score, own, means in zip(SCORES, gap.T, drawn.T, strict=True):
                    ends = interval_of(means, len(gap))
                    rows.append((among, visit, predictor, score, own.mean(), *ends))
        header = ["among", "visit", "predictor", "score", "difference", "low", "high"]
        return pd.DataFrame(rows, columns=header)

    @cached_property
    def sure(self) -> pd.DataFrame:
        """How often a first cause of at least 0.7 is right: one row a visit and predictor."""
        rows = []
        for visit, predictor in product(VISITS, (NETWORK, NAIVE)):
            sure = self.of(visit, predictor).query("first_probability >= @SURE")
            mean, right = _mean(sure["first_probability"]), int(sure["first_right"].sum())
            rows.append((visit, predictor, mean, right, len(sure)))
        header = ["visit", "predictor", "mean_said", "number", "total"]
        return _with_shares(pd.DataFrame(rows, columns=header))

    @cached_property
    def something_else(self) -> pd.DataFrame:
        """Whether patients outside the model are noticed: one row a visit.

        Mean P(something else) of patients ``outside`` and ``inside`` the model, the area
        under the ROC curve (``auc``), and how many outside it get a wrong named cause of at
        least 0.7 (``number`` of ``total``). In layer ``beyond`` its named parts count as
        something else.
        """
        rows = []
        for visit in VISITS:
            cases = self.of(visit)
            outside = ~cases["in_model"].to_numpy(dtype=bool)
            predicted = cases["something_else"].to_numpy(dtype=float)
            wrong = cases[outside].query("named_wrongly and first_probability >= @SURE")
            means = _mean(predicted[outside]), _mean(predicted[~outside])
            area = area_under_curve(predicted, outside)
            rows.append((visit, *means, area, len(wrong), int(outside.sum())))
        header = ["visit", "outside", "inside", "auc", "number", "total"]
        return _with_shares(pd.DataFrame(rows, columns=header))

    @cached_property
    def triage(self) -> pd.DataFrame:
        """Urgency against what a prudent clinician would want: one row a visit and mistake.

        ``missed``: "now" was wanted and something calmer given; ``false``: the other way
        round. ``number`` of ``total``, share with 95 % interval, and the ids.
        """
        rows = []
        for visit in VISITS:
            cases = self.of(visit)
            wanted, level_given = cases["wanted"] == NOW, cases["urgency"] == NOW
            for mistake, base in (("missed", wanted), ("false", ~wanted)):
                ids = cases.loc[base & (wanted != level_given), "id"]
                rows.append((visit, mistake, len(ids), int(base.sum()), ", ".join(ids)))
        header = ["visit", "mistake", "number", "total", "ids"]
        return _with_shares(pd.DataFrame(rows, columns=header))

    @property
    def report(self) -> Report:
        """What is shown."""
        inside, title = self.table["patients"].iloc[0], f"published patients ({self.data.reading})"
        known = f"{counted(self.patients, 'patient')}, {inside} of them with a cause the model has."
        shown = cells_of(self.table, COLUMNS)
        return self._report(title, *shown, known=known, notes=tuple(_notes(self)))

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw how often the published cause is among the first 1 to 10, at both visits."""
        lines = {
            f"{predictor}, {visit}": [
                _mean(self._judged(KNOWN, visit, predictor)["rank"].to_numpy() <= first)
                for first in DRAWN
            ]
            for predictor in (NETWORK, NAIVE, PRIOR)
            for visit in VISITS
            if predictor != PRIOR or visit == VISITS[0]
        }
        return self._titled(draw_recall(list(DRAWN), lines, ax))

    def __repr__(self) -> str:
        first = self.table.iloc[0]
        return (
            f"PublishedEvaluation({counted(self.patients, 'patient')}, first visit: "
            f"top 1 {first['top_1']:.0%}, top 3 {first['top_3']:.0%}, "
            f"mean ln P {first['mean_log']:.2f})"
        )


def _columns(rows: pd.DataFrame) -> Numbers:
    """Hits among the first 1, 3, 5, and ln P(truth): patients x scores."""
    ranks = rows["rank"].to_numpy()
    logs = np.log(np.maximum(rows["probability"].to_numpy(dtype=float), FLOOR))
    return np.stack([*(1.0 * (ranks <= first) for first in FIRST), logs], axis=1)


def _mean(values: Any) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """The same with ``share``, ``low`` and ``high`` (Wilson's 95 % interval)."""
    pairs = zip(counts["number"], counts["total"], strict=True)
    shares, lows, highs = zip(*(share_with_interval(*pair) for pair in pairs), strict=True)
    return counts.assign(share=shares, low=lows, high=highs)


def _notes(evaluation: PublishedEvaluation) -> list[str]:
    notes = [ABOUT, WHOLE, ORDER[evaluation.ranked_by]]
    notes += [
        f"{row['visit'].capitalize()}, {row['among']}: ln P(truth) of the network minus "
        f"{row['predictor']} "
        f"{with_interval(row['difference'], row['low'], row['high'], '+.2f', ', paired, 95 %')}."
        for row in records_of(evaluation.comparisons)
        if row["score"] == "mean_log"
    ]
    notes += [
        f"{row['visit'].capitalize()}, {row['predictor']}: a first cause of {SURE:g} or more is "
        f"right in {share_of(row)}."
        for row in records_of(evaluation.sure)
    ]
    notes += [
        f"{row['visit'].capitalize()}: P(something else) is {row['outside']:.2f} where the model "
        f"lacks the cause and {row['inside']:.2f} where it has it (AUC {row['auc']:.2f}); a wrong "
        f"cause of {SURE:g} or more in {share_of(row)} that it lacks."
        for row in map(in_words, records_of(evaluation.something_else))
        if row["total"]
    ]
    notes += [
        f'{row["visit"].capitalize()}: {row["mistake"]} "{NOW}" in {share_of(row)}'
        + (f": {row['ids']}." if row["ids"] else ".")
        for row in records_of(evaluation.triage)
    ]
    if evaluation.told_twice:
        notes.append(
            f"{counted(evaluation.told_twice, 'patient')} told twice, from two publications."
        )
    if evaluation.unknown:
        names = ", ".join(f"{name} ({count})" for name, count in evaluation.unknown.items())
        notes.append(f"Left out, for the model has no such answer: {names}.")
    return notes


def share_of(row: Mapping[str, Any]) -> str:
    """A count with its share and interval.

    Examples
    --------
    >>> share_of({"number": 1, "total": 41, "share": 1 / 41, "low": 0.004, "high": 0.126})
    '1 of 41 (2 %, 95 % interval 0 to 13 %)'
    """
    if not row["total"]:
        return "0 of 0"
    share, low, high = (f"{100 * row[name]:.0f}" for name in ("share", "low", "high"))
    return f"{row['number']} of {row['total']} ({share} %, 95 % interval {low} to {high} %)"
