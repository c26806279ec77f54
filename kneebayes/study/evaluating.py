"""Evaluate a model, or anybody's predictions, on patients whose causes are known, and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import checked
from kneebayes.binding import pd, renamed
from kneebayes.building.model import ModelLike
from kneebayes.case.answers import says_no, says_unknown, says_yes, spoken
from kneebayes.cohort.questionnaire import any_of
from kneebayes.cohort.record import diagnose_cohort, reading_of
from kneebayes.cohort.simulation import VISIT, Recording, SimulatedCohort, simulate
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.inference.batch import Flags
from kneebayes.network import Numbers
from kneebayes.study.baselines import (
    LEARNERS,
    States,
    naive_bayes,
    prior_only,
    states_of,
    without_mediators,
)
from kneebayes.study.evaluation import CauseLabels, Evaluation, Scoring
from kneebayes.text import counted, shown, suggest
from kneebayes.view.report import made_by

SEPARATOR = re.compile(r"[;|]")
LISTS = (list, tuple, set, frozenset)  # an empty one tells that nothing of the model is there
NEITHER = "neither present, absent nor unknown"
IN_WORDS = "The truth must be True or False (or yes, no, 1, 0, or nothing where it is not known)."


def truth_told(
    truth: pd.Series | pd.DataFrame, index: pd.Index, model: ModelLike
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """What patients, who have these labels, really had: patients x causes of a model by id.

    The truth is a Series of diagnoses (names of causes, several parted by ``;`` or ``|`` or in a
    list; missing where not known), or a table of causes with True, False, yes, no, 1, 0 or nothing.
    Patients of whom nothing is known are left out, causes of which nothing is told are taken as
    absent; sentences say so.
    """
    _check_index(truth.index, index)
    causes, assumed = list(model.data.knowledge.causes), list[str]()
    if isinstance(truth, pd.Series):
        present = _from_diagnoses(truth, model)
    else:
        named = _by_id("truth", truth, model)
        assumed = [id for id in causes if id not in named]
        present = named.astype(object).map(_present)
        _refuse_cells(truth, present.to_numpy() == NEITHER, IN_WORDS)
        present = present.assign(**dict.fromkeys(assumed, False))
    told = places_of(index, present.index)
    known = (told >= 0) & present[causes].notna().all(axis=1).to_numpy()[told]
    if not known.any():
        message = "The truth has no rows of these patients in which it is known: nothing to score."
        raise EvidenceError(message)
    remarks = []
    if untold := int((~known).sum()):
        count = counted(untold, "patient is", many="patients are")
        remarks.append(f"{count} left out: the truth is not known there.")
    if assumed:
        some = ", ".join(assumed[:5]) + (", ..." if len(assumed) > 5 else "")
        remarks.append(
            f"The truth says nothing of {counted(len(assumed), 'cause')} ({some}), taken as absent "
            "in everybody."
        )
    present = present[causes].iloc[told[known]].astype(bool).set_axis(index[known], axis=0)
    return present, tuple(remarks)


def places_of(mine: pd.Index, theirs: pd.Index) -> NDArray[np.intp]:
    """Where each label of an index stands in another, whatever their types; -1 where nowhere.

    Labels are compared as Python has them, since pandas cannot look for a label in an index of
    every type, such as a dictionary of Arrow.
    """
    plain = [pd.Index(one.tolist(), dtype=object, tupleize_cols=False) for one in (mine, theirs)]
    return plain[1].get_indexer(plain[0])


def _nowhere(mine: pd.Index, theirs: pd.Index) -> list[object]:
    """Labels of an index that another lacks."""
    return mine[places_of(mine, theirs) < 0].tolist()


def _check_index(mine: pd.Index, patients: pd.Index) -> None:
    if not mine.is_unique or not patients.is_unique:
        message = "The index names a patient twice. Give every patient a label of their own."
        raise EvidenceError(message)
    strangers = _nowhere(mine, patients)
    if strangers:
        first = ", ".join(map(shown, strangers[:5]))
        count = counted(len(strangers), "row that is", many="rows that are")
        message = f"The truth has {count} of no patient: {first}. Give it the index of the answers."
        raise EvidenceError(message)


def _from_diagnoses(truth: pd.Series, model: ModelLike) -> pd.DataFrame:
    causes = list(model.data.knowledge.causes)
    present = np.full((len(truth), len(causes)), False, dtype=object)
    wrong: dict[str, UnknownNameError] = {}
    for row, value in enumerate(truth.tolist()):
        names = [] if says_unknown(spoken(value)) else _diagnoses(value)
        if not names and not isinstance(value, LISTS):
            present[row] = None  # nothing is told
        for name in names:
            try:
                present[row, causes.index(model.data.cause_named(name))] = True
            except UnknownNameError as error:
                wrong[str(name)] = error
    if wrong:
        first, *others = wrong.values()
        raise first.along_with(others) if others else first
    return pd.DataFrame(present, truth.index, causes)


def _diagnoses(value: object) -> Sequence[object]:
    """One diagnosis, or several; none in a text of separators alone."""
    if isinstance(value, LISTS):
        return list(value)
    if not isinstance(value, str):
        return [value]
    return [part.strip() for part in SEPARATOR.split(value) if part.strip()]


def _present(cell: object) -> bool | str | None:
    """Whether a cause is present; None where it is not known, a word for what says nothing."""
    value = spoken(cell)
    if says_unknown(value):
        return None
    if says_yes(value) or says_no(value):
        return says_yes(value)
    whole = isinstance(value, int | float | np.number) and value in (0, 1)
    return bool(value) if whole else NEITHER


def truth_of(truth: pd.DataFrame, model: ModelLike | None = None) -> pd.DataFrame:
    """The truth as booleans, columns called by id and in the model's order."""
    named = _named("truth", truth, model)
    fits = named.astype(object).isin([True, False]).to_numpy(dtype=bool)
    _refuse_cells(named, ~fits, "The truth must be True or False in every cell.")
    if named.empty:
        message = "The truth has no rows or no columns, so there is nothing to score."
        raise EvidenceError(message)
    if not named.index.is_unique:
        message = "The index of the truth names a case twice. Give every case its own label."
        raise EvidenceError(message)
    return named.astype(bool)


def predictions_of(
    name: str, probabilities: pd.DataFrame, truth: pd.DataFrame, model: ModelLike | None = None
) -> pd.DataFrame:
    """Predictions with the rows and columns of the truth; a missing number stays missing."""
    named, must = _named(name, probabilities, model), f"'{name}' must hold numbers between 0 and 1"
    for what, mine, theirs in (
        ("columns", named.columns, truth.columns),
        ("cases", named.index, truth.index),
    ):
        once = mine.is_unique and theirs.is_unique
        pairs = [(mine, theirs), (theirs, mine)] if once else []
        only = [label for pair in pairs for label in _nowhere(*pair)]
        if only or not once:
            odd = ", ".join(sorted(map(str, only))[:5])
            message = (
                f"'{name}' and the truth must have the same {what}, each once. Only one of them "
                f"has: {odd or 'none, but a label repeats'}."
            )
            raise EvidenceError(message)
    try:
        ordered = named.iloc[places_of(truth.index, named.index)]
        ordered = ordered[list(truth.columns)].astype(float)
    except (TypeError, ValueError) as error:
        message = f"{must}: {error}."
        raise EvidenceError(message) from error
    _refuse_cells(ordered, ((ordered < 0.0) | (ordered > 1.0)).to_numpy(), f"{must}.")
    return ordered


def _refuse_cells(table: pd.DataFrame, wrong: Flags, must: str) -> None:
    """Refuse a table that has wrong cells, and show the first of them."""
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        cell = shown(table.astype(object).iat[row, column])
        place = f"Row {shown(table.index[row])}, column '{table.columns[column]}'"
        message = f"{must} {place} holds {cell}."
        raise EvidenceError(message)


def _named(name: str, table: object, model: ModelLike | None) -> pd.DataFrame:
    """A table of causes, of a model by id and in its order; all of them must be there."""
    if not isinstance(table, pd.DataFrame):
        kind = type(table).__name__
        message = f"'{name}' must be a pandas DataFrame, cases x causes, got {kind}."
        raise EvidenceError(message)
    if model is None:
        return _each_once(name, table)
    causes, named = list(model.data.knowledge.causes), _by_id(name, table, model)
    if lost := [id for id in causes if id not in named]:
        message = (
            f"'{name}' needs one column for each cause of the model. "
            f"Missing: {', '.join(lost[:5])}."
        )
        raise EvidenceError(message)
    return named[causes]


def _by_id(name: str, table: pd.DataFrame, model: ModelLike) -> pd.DataFrame:
    """The same table, its columns called by the ids of causes."""
    ids = [model.data.cause_named(str(column)) for column in table.columns]
    return _each_once(name, table.set_axis(ids, axis=1))


def _each_once(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The same table, in which no cause has two columns."""
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        columns = ", ".join(map(str, twice[:5]))
        message = f"'{name}' has two columns for the same cause: {columns}. Keep one."
        raise EvidenceError(message)
    return table


EXACT = "exact network"
BASELINES = ("prior only", "naive Bayes", "without mediators")
DEFAULT = Scoring()
TRAINING = 1_000_003  # added to the seed of the cases, so that nobody learns from those tested


@checked
def evaluate_predictions(
    probabilities: pd.DataFrame | Mapping[str, pd.DataFrame],
    truth: pd.DataFrame,
    model: ModelLike | None = None,
    scoring: Scoring = DEFAULT,
) -> Evaluation:
    """Score predictions of any origin against the truth.

    Parameters
    ----------
    probabilities
        P(cause present): one row a case, one column a cause. Or several such tables by name
        of the predictor, the first being the reference. A case with a missing number in any
        table is left out of all, and counted.
    truth
        Which causes are present, True or False (or 1 and 0): the same cases by the same
        index, the same columns in any order.
    model
        The columns are causes of this model, by any of their names, and get labels, groups
        and urgency from it. Left out, column names are shown as they are and none is urgent.
    scoring
        Thresholds and resamples, where they are to be others.

    Raises
    ------
    EvidenceError
        If tables do not fit each other, or hold anything but probabilities and truths.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"flu": [0.9, 0.2], "cold": [0.1, 0.7]})
    >>> was = pd.DataFrame({"flu": [True, False], "cold": [False, True]})
    >>> evaluate_predictions(said, was).table["recall_1"].iloc[0]
    np.float64(1.0)
    """
    named = probabilities if isinstance(probabilities, Mapping) else {"predictions": probabilities}
    if not named:
        message = "evaluate_predictions needs at least one table of predictions, got none."
        raise EvidenceError(message)
    facts = truth_of(truth, model)
    tables = {name: predictions_of(name, value, facts, model) for name, value in named.items()}
    predicted = np.all([table.notna().all(axis=1).to_numpy() for table in tables.values()], axis=0)
    if not predicted.any():
        message = "No case has a prediction from everybody, so there is nothing to score."
        raise EvidenceError(message)
    subject = CauseLabels({str(id): str(id) for id in facts.columns})
    return Evaluation(
        {name: table[predicted] for name, table in tables.items()},
        facts[predicted],
        subject if model is None else _subject_of(model),
        left_out=int((~predicted).sum()),
        scoring=scoring,
    )


@renamed(cohort="patients")
@checked
def evaluate(
    model: ModelLike,
    patients: SimulatedCohort | pd.DataFrame,
    truth: pd.DataFrame | pd.Series | str | None = None,
    baselines: Sequence[str] = BASELINES,
    learned: Sequence[int] | Mapping[str, Sequence[int]] = (),
    others: Mapping[str, pd.DataFrame] | None = None,
    scoring: Scoring = DEFAULT,
    progress: bool | None = None,
) -> Evaluation:
    """Score a model on patients whose causes are known; see :meth:`kneebayes.Model.evaluate`.

    ``others`` are more predictions of the same patients by name, ``scoring`` other thresholds
    and resamples.
    """
    answers, stated, recording = _cases(patients, truth)
    known, remarks = truth_told(stated, answers.index, model)  # before anything takes long
    answers = answers.iloc[places_of(known.index, answers.index)]
    _check_names("baseline", baselines, BASELINES)
    asked = learned if isinstance(learned, Mapping) else {"logistic regression": learned}
    _check_names("learner", list(asked), LEARNERS)
    diagnosed = diagnose_cohort(model, answers, progress)
    states = states_of(model, answers)
    values = {name: _baseline(model, name, answers, states) for name in baselines}
    drawn = patients if isinstance(patients, SimulatedCohort) else None
    seed = TRAINING + (scoring.seed if drawn is None else drawn.seed)
    sizes: dict[str, int] = {}
    for name, size, predicted in _learned(model, asked, states, seed, recording):
        values[name], sizes[name] = predicted, size
    exact = diagnosed.posteriors
    axes = exact.index, exact.columns
    tables = {EXACT: exact} | {name: pd.DataFrame(each, *axes) for name, each in values.items()}
    scored = evaluate_predictions({**tables, **(others or {})}, known, model, scoring)
    scored_rows = places_of(answers.index, scored.truth.index) >= 0
    logs = diagnosed.log_probability[scored_rows].to_numpy()
    named = scored.subject.urgent  # the truth names no part of something else
    return replace(
        scored,
        made_by=model.data.reading + ("" if drawn is None else _source_of(drawn, model)),
        origin=made_by(model),
        flagged=diagnosed.urgency[scored_rows] != "routine",
        any_urgent={EXACT: any_of(model, reading_of(model, answers[scored_rows]), logs, named)},
        learned_from=sizes,
        remarks=remarks,
    )


def _source_of(drawn: SimulatedCohort, model: ModelLike) -> str:
    """Which model drew the cases, in words; its layer too where that is another."""
    theirs = drawn.model.data
    layer = theirs.knowledge.layer
    other = "" if layer == model.data.knowledge.layer else f", layer: {layer}"
    return f"; cases: {theirs.reading}{other}"


@renamed(cohort="patients")
@checked
def evaluate_model(
    model: ModelLike,
    patients: SimulatedCohort | pd.DataFrame,
    truth: pd.DataFrame | pd.Series | str | None = None,
    *,
    baselines: Sequence[str] = ("prior only", "naive Bayes", "without mediators"),
    learned: Sequence[int] | Mapping[str, Sequence[int]] = (),
    threshold: float = 0.1,
    seed: int = 0,
    progress: bool | None = None,
) -> Evaluation:
    """Score the model on patients whose causes are known, beside simpler predictors.

    Parameters
    ----------
    patients
        Simulated patients, or answers as :meth:`diagnose_cohort` takes them; where columns are
        called otherwise, :func:`kneebayes.cohort.plain_answers` makes such a table.
    truth
        With answers, by the same index: a Series of final diagnoses by any of their names
        (several parted by ``;``), or a table with a column a cause and True, False, yes, no, 1
        or 0 in it, or the name of the column of diagnoses in the table of answers. A diagnosis
        names all causes that are present. Patients without a truth are left out and counted;
        causes without a column are taken as absent, and the result says so.
    baselines
        Which of ``"prior only"``, ``"naive Bayes"`` (every answer weighed alone) and
        ``"without mediators"`` (findings independent given the causes).
    learned
        Sizes of cohorts drawn from this model; from each of them one logistic regression for
        each cause is learned (needs scikit-learn). Or sizes by name of the learner:
        ``{"logistic regression": [1000], "pgmpy naive Bayes": [1000]}``, the latter with
        tables from pgmpy's own estimator.
    threshold
        P(any urgent cause) from which on a case counts as noticed.
    seed
        Seed of the random numbers for intervals.
    progress
        Whether to show a bar while diagnosing.

    Raises
    ------
    UnknownNameError, EvidenceError
        If tables cannot be understood or do not fit each other.
    KneebayesError
        If something is to be learned without scikit-learn.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> scored = knee.evaluate(knee.simulate(100, seed=3), baselines=["prior only"])
    >>> exact, prior = scored.table["log_score"]
    >>> bool(exact < prior)
    True
    """
    scoring = Scoring(threshold=threshold, seed=seed)
    beside = (baselines, learned)
    return evaluate(model, patients, truth, *beside, scoring=scoring, progress=progress)


def _check_names(what: str, names: Sequence[str], known: Iterable[str]) -> None:
    unknown = [asked for asked in names if asked not in known]
    if isinstance(names, str) or unknown:
        name = str(names if isinstance(names, str) else unknown[0])
        message = f"No {what} '{name}'. There are, as a list: {', '.join(known)}."
        raise UnknownNameError(message, name, suggest(name, list(known)))


def _subject_of(model: ModelLike) -> CauseLabels:
    """What the columns of a model's predictions are."""
    knowledge = model.data.knowledge
    return CauseLabels(
        labels={id: cause.label for id, cause in knowledge.causes.items()},
        urgent=tuple(id for id, cause in knowledge.causes.items() if cause.urgent),
        groups={group.label: group.members for group in knowledge.groups.values()},
        title=knowledge.meta.title,
        disclaimer=knowledge.meta.disclaimer,
    )


def _cases(
    cohort: SimulatedCohort | pd.DataFrame, truth: pd.DataFrame | pd.Series | str | None
) -> tuple[pd.DataFrame, pd.DataFrame | pd.Series, Recording]:
    if isinstance(cohort, SimulatedCohort):
        if truth is not None:
            message = "A simulated cohort brings its truth along; leave 'truth' out."
            raise EvidenceError(message)
        return cohort.answers, cohort.truth, cohort.recording
    if truth is None:
        message = (
            "evaluate needs the truth beside the answers: a table with the same index and one "
            "column a cause, a Series of diagnoses, or the name of their column. Or give it a "
            "simulated cohort: model.simulate(1000)."
        )
        raise EvidenceError(message)
    if isinstance(truth, str):
        if truth not in cohort.columns:
            there = ", ".join(map(str, cohort.columns[:12]))
            message = f"truth: the table has no column {truth!r}. It has: {there}."
            raise EvidenceError(message)
        if isinstance(cohort[truth], pd.DataFrame):
            message = f"truth: the table has several columns {truth!r}. Keep one."
            raise EvidenceError(message)
        return cohort.drop(columns=truth), cohort[truth], VISIT
    return cohort, truth, VISIT


def _learned(
    model: ModelLike,
    asked: Mapping[str, Sequence[int]],
    states: States,
    seed: int,
    recording: Recording,
) -> Iterator[tuple[str, int, Numbers]]:
    """What learners predict who saw cohorts of some sizes, each with its name and that size."""
    for size in dict.fromkeys(size for some in asked.values() for size in some):
        drawn = simulate(model, size, seed, recording=recording)
        seen, was = states_of(model, drawn.answers), drawn.truth.to_numpy()
        for who in (who for who, some in asked.items() if size in some):
            predicted = LEARNERS[who](model, seen, was).predict(states)
            yield f"{who}, {counted(size, 'case')}", size, predicted


def _baseline(model: ModelLike, name: str, answers: pd.DataFrame, states: np.ndarray) -> Numbers:
    if name == "prior only":
        return prior_only(model, len(answers))
    if name == "naive Bayes":
        return naive_bayes(model, states)
    bare = without_mediators(model)
    return diagnose_cohort(bare, answers, progress=False).posteriors.to_numpy()
