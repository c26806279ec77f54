"""The truth as people write it: the same scores as from a full table of True and False."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import kneebayes as kb
from kneebayes.cohort import SimulatedCohort, plain_answers
from kneebayes.study import evaluate_predictions
from kneebayes.study.evaluating import truth_told


@pytest.fixture(scope="module")
def drawn(robot: kb.Model) -> SimulatedCohort:
    return robot.simulate(60, seed=5)


@pytest.fixture(scope="module")
def diagnoses(drawn: SimulatedCohort, robot: kb.Model) -> pd.Series:
    """The same truth as text: labels of the causes, parted by semicolons."""
    labels = {cause.id: cause.label for cause in robot.causes}
    return drawn.truth.apply(lambda row: "; ".join(labels[id] for id in row.index[row]), axis=1)


def scores(robot: kb.Model, drawn: SimulatedCohort, truth: object) -> pd.DataFrame:
    return robot.evaluate(drawn.answers, truth, baselines=[]).table


def test_a_series_of_diagnoses(
    robot: kb.Model, drawn: SimulatedCohort, diagnoses: pd.Series
) -> None:
    whole = scores(robot, drawn, drawn.truth)
    with_one = diagnoses[diagnoses != ""]
    some = drawn.truth.loc[with_one.index]
    pd.testing.assert_frame_equal(scores(robot, drawn, some), scores(robot, drawn, with_one))
    ids = some.apply(lambda row: list(row.index[row]), axis=1)
    pd.testing.assert_frame_equal(scores(robot, drawn, some), scores(robot, drawn, ids))
    assert len(whole) == 1


def test_a_column_of_the_table(
    robot: kb.Model, drawn: SimulatedCohort, diagnoses: pd.Series
) -> None:
    with_one = diagnoses.where(diagnoses != "")
    with_one.iloc[[0, 4]] = None
    table = drawn.answers.assign(**{"final diagnosis": with_one})
    scored = robot.evaluate(table, "final diagnosis", baselines=[])
    assert len(scored) == with_one.notna().sum()
    left = int(with_one.isna().sum())
    assert f"{left} patient" in scored.text
    assert "the truth is not known there" in scored.text
    with pytest.raises(kb.EvidenceError, match="the table has no column 'diagnosis'"):
        robot.evaluate(table, "diagnosis")


@pytest.mark.parametrize("words", [("yes", "no"), (1, 0), ("1.0", "0"), ("pos", "neg"), ("Y", "n")])
def test_words_for_true_and_false(
    robot: kb.Model, drawn: SimulatedCohort, words: tuple[object, object]
) -> None:
    truth = drawn.truth.astype(object).replace({True: words[0], False: words[1]})
    pd.testing.assert_frame_equal(scores(robot, drawn, drawn.truth), scores(robot, drawn, truth))


def test_dummies_need_no_column_for_each_cause(robot: kb.Model, drawn: SimulatedCohort) -> None:
    first = robot.causes[0].id
    truth = pd.get_dummies(pd.Series([first] * len(drawn.answers), index=drawn.answers.index))
    told, [remark] = truth_told(truth, drawn.answers.index, robot)
    assert told[first].all()
    others = [cause.id for cause in robot.causes if cause.id != first]
    assert not told[others].any(axis=None)
    assert f"nothing of {len(others)} causes ({', '.join(others)}), taken as absent" in remark


def test_a_missing_cell_leaves_the_patient_out(robot: kb.Model, drawn: SimulatedCohort) -> None:
    truth = drawn.truth.astype(object)
    truth.iloc[0, 0], truth.iloc[3, 1] = None, "n/a"
    told, [remark] = truth_told(truth, drawn.answers.index, robot)
    assert set(drawn.answers.index) - set(told.index) == set(drawn.answers.index[[0, 3]])
    assert remark.startswith("2 patients are left out")


@pytest.mark.parametrize("dtype", [object, "string", "category", "string[pyarrow]"])
@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT, "", " unknown "], ids=repr)
def test_a_diagnosis_that_is_not_known_leaves_the_patient_out(
    robot: kb.Model,
    drawn: SimulatedCohort,
    diagnoses: pd.Series,
    nothing: object,
    dtype: Any,
) -> None:
    truth = diagnoses.astype(object).copy()
    truth.iloc[2] = nothing
    told, [remark] = truth_told(truth.astype(dtype), drawn.answers.index, robot)
    pd.testing.assert_frame_equal(told, drawn.truth.drop(index=truth.index[2]), check_names=False)
    assert remark.startswith("1 patient is left out")


def test_what_does_not_fit_is_refused(robot: kb.Model, drawn: SimulatedCohort) -> None:
    index, first = drawn.answers.index, robot.causes[0].label
    with pytest.raises(kb.UnknownNameError, match="named 'moth bite'"):
        truth_told(pd.Series(["moth bite"], index=index[:1]), index, robot)
    with pytest.raises(kb.EvidenceError, match="1 row that is of no patient: 'stranger'"):
        truth_told(pd.Series([first], index=["stranger"]), index, robot)
    with pytest.raises(kb.EvidenceError, match="names a patient twice"):
        truth_told(pd.Series([first, first], index=[index[0]] * 2), index, robot)
    with pytest.raises(kb.EvidenceError, match="nothing to score"):
        truth_told(pd.Series([None] * len(index), index=index), index, robot)
    with pytest.raises(kb.EvidenceError, match="'truth' must be a pandas DataFrame"):
        robot.evaluate(drawn.answers, [first])
    with pytest.raises(kb.EvidenceError, match="holds 'perhaps'"):
        truth_told(pd.DataFrame({first: ["perhaps"]}, index=index[:1]), index, robot)


def test_columns_are_called_as_in_the_archive(
    robot: kb.Model, drawn: SimulatedCohort, diagnoses: pd.Series
) -> None:
    theirs = {f"Col {place}": name for place, name in enumerate(drawn.answers.columns)}
    archive = drawn.answers.rename(columns={name: column for column, name in theirs.items()})
    archive = archive.assign(Remarks="seen twice")
    answers = plain_answers(robot, archive, {**theirs, "Remarks": None})
    found = robot.evaluate(answers, diagnoses, baselines=[]).table
    pd.testing.assert_frame_equal(found, scores(robot, drawn, diagnoses))
    with pytest.raises(kb.UnknownNameError, match="Remarks"):
        plain_answers(robot, archive, theirs)


def test_a_cell_is_told_by_the_name_that_its_column_has(knee: kb.Model) -> None:
    truth = pd.DataFrame({"DVT": ["yes", "maybe"]}, index=["a", "b"])
    with pytest.raises(kb.EvidenceError, match="column 'DVT' holds 'maybe'"):
        truth_told(truth, truth.index, knee)


INDICES: dict[str, Any] = {
    "dictionary": lambda rows: pd.Index(
        pd.array(
            [f"p{row}" for row in range(rows)],
            dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())),
        )
    ),
    "tuples": lambda rows: pd.Index([(1, row) for row in range(rows)], tupleize_cols=False),
    "levels": lambda rows: pd.MultiIndex.from_product([["ward"], range(rows)]),
    "one without a label": lambda rows: pd.Index([np.nan, *range(1, rows)]),
    "one that is NA": lambda rows: pd.Index(pd.array([None, *range(1, rows)], dtype="Int64")),
    "spans": lambda rows: pd.interval_range(0, rows),
    "days": lambda rows: pd.date_range("2024-01-01", periods=rows, tz="UTC"),
}


@pytest.mark.parametrize("kind", INDICES)
@pytest.mark.parametrize("table", [True, False], ids=["table", "diagnoses"])
def test_patients_are_found_by_labels_of_any_type_and_in_any_order(
    robot: kb.Model, drawn: SimulatedCohort, diagnoses: pd.Series, kind: str, table: bool
) -> None:
    known = diagnoses.where(diagnoses != "")
    truth = drawn.truth[known.notna()] if table else known
    plain = robot.evaluate(drawn.answers, truth, baselines=[])
    index = INDICES[kind](len(drawn.answers))
    labels = index[known.notna().to_numpy()] if table else index
    theirs = truth.set_axis(labels, axis=0).sample(frac=1.0, random_state=1)
    scored = robot.evaluate(drawn.answers.set_axis(index, axis=0), theirs, baselines=[])
    pd.testing.assert_frame_equal(scored.table, plain.table)
    assert scored.remarks == plain.remarks
    assert (scored.truth.to_numpy() == plain.truth.to_numpy()).all()
    there = pd.Index(index[known.notna().to_numpy()].tolist(), dtype=object, tupleize_cols=False)
    mine = pd.Index(scored.truth.index.tolist(), dtype=object, tupleize_cols=False)
    assert mine.equals(there)


@pytest.mark.parametrize("kind", INDICES)
def test_predictions_too(robot: kb.Model, drawn: SimulatedCohort, kind: str) -> None:
    guessed = robot.diagnose_cohort(drawn.answers, progress=False).posteriors
    index = INDICES[kind](len(guessed))
    plain = evaluate_predictions(guessed, drawn.truth, robot)
    theirs = guessed.set_axis(index, axis=0).iloc[::-1]
    scored = evaluate_predictions(theirs, drawn.truth.set_axis(index, axis=0), robot)
    pd.testing.assert_frame_equal(scored.table, plain.table)
    with pytest.raises(kb.EvidenceError, match="must have the same cases, each once"):
        evaluate_predictions(theirs.iloc[1:], drawn.truth.set_axis(index, axis=0), robot)


@pytest.mark.parametrize("nothing", [";", " | ", ";;", "; |"])
def test_separators_alone_name_no_diagnosis(robot: kb.Model, nothing: str) -> None:
    label = robot.causes[0].label
    truth = pd.Series([label, nothing, f"{label};", []])
    told, [remark] = truth_told(truth, truth.index, robot)
    assert told[robot.causes[0].id].to_dict() == {0: True, 2: True, 3: False}
    assert remark.startswith("1 patient is left out")


def test_two_columns_of_diagnoses_are_refused(robot: kb.Model) -> None:
    label = robot.causes[0].label
    table = pd.DataFrame([["yes", label, label]], columns=["squeak", "final", "final"])
    with pytest.raises(kb.EvidenceError, match="has several columns 'final'"):
        robot.evaluate(table, "final")
