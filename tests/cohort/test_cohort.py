"""A cohort is nothing but its patients, one by one."""

import copy
import json
import pickle
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from cohort_patients import KNEE_COLUMNS, ROBOT_COLUMNS, assert_equal, drawn, one_by_one

import kneebayes as kb
from kneebayes.cohort import Cohort
from kneebayes.cohort.questionnaire import PIECE
from kneebayes.knowledge.records import parted

Change = Callable[[pd.DataFrame], pd.DataFrame]


def relabelled(index: pd.Index) -> Change:
    return lambda frame: frame.set_axis(index)


def test_every_row_is_the_diagnosis_of_that_patient(knee: kb.Model) -> None:
    frame = drawn(KNEE_COLUMNS, 60)
    assert_equal(knee.diagnose_cohort(frame).table, one_by_one(knee, frame))


def test_every_combination_of_answers_is_the_diagnosis_of_that_patient(robot: kb.Model) -> None:
    frame = drawn(ROBOT_COLUMNS, 300)
    assert_equal(robot.diagnose_cohort(frame).table, one_by_one(robot, frame))


@pytest.mark.parametrize(
    "dtype", ["bool", "boolean", "int64", "Int8", "float64", "float32", "Float64", "category"]
)
def test_a_column_means_the_same_in_every_type(robot: kb.Model, dtype: str) -> None:
    frame = pd.DataFrame({"squeak": [True, False, True]})
    made = robot.diagnose_cohort(frame.astype(dtype)).table
    assert_equal(made, one_by_one(robot, frame))


@pytest.mark.parametrize("dtype", [object, "str", "string", "category"])
@pytest.mark.parametrize(
    ("text", "answer"),
    [("0.25", 0.25), ("1", True), ("True", True), ("", None), ("NA", None), (" no ", False)],
)
def test_text_of_a_number_is_a_number_and_no_text_is_unknown(
    robot: kb.Model, dtype: str, text: str, answer: object
) -> None:
    frame = pd.DataFrame({"squeak": pd.Series([text, "yes"], dtype=dtype)})
    expected = one_by_one(robot, pd.DataFrame({"squeak": [answer, True]}, dtype=object))
    assert_equal(robot.diagnose_cohort(frame).table, expected)


@pytest.mark.parametrize("empty", [None, np.nan, pd.NA, pd.NaT, "unknown", "?"])
def test_an_empty_cell_is_unknown(robot: kb.Model, empty: object) -> None:
    frame = pd.DataFrame({"squeak": [empty, True], "rain": [True, empty]}, dtype=object)
    expected = pd.DataFrame({"squeak": [None, True], "rain": [True, None]}, dtype=object)
    assert_equal(robot.diagnose_cohort(frame).table, one_by_one(robot, expected))


def test_the_complaint_is_present_unless_a_column_says_otherwise(robot: kb.Model) -> None:
    frame = pd.DataFrame({"pain in the head": [True, False, None, 0.5]}, dtype=object)
    cohort = robot.diagnose_cohort(frame)
    assert_equal(cohort.table, one_by_one(robot, frame))
    assert cohort.log_probability[2] == pytest.approx(0.0, abs=1e-12)
    without = robot.diagnose_cohort(frame[[]])
    assert np.allclose(without.log_probability, cohort.log_probability[0], rtol=0, atol=1e-12)


def test_many_pieces_are_as_one(robot: kb.Model) -> None:
    frame = drawn(ROBOT_COLUMNS, 400)
    many = pd.concat([frame] * (2 * PIECE // 400 + 2), ignore_index=True)
    assert len(many) > 2 * PIECE
    whole = robot.diagnose_cohort(many, progress=False).table
    expected = robot.diagnose_cohort(frame).table
    for start in range(0, len(many), 400):
        part = whole.iloc[start : start + 400].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, expected, check_exact=False, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_columns_changes_nothing(knee: kb.Model, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = drawn(KNEE_COLUMNS, 40, seed)
    expected = knee.diagnose_cohort(frame).table
    rows, columns = rng.permutation(len(frame)), rng.permutation(frame.shape[1])
    made = knee.diagnose_cohort(frame.iloc[rows, columns]).table
    pd.testing.assert_frame_equal(
        made, expected.iloc[rows], check_exact=False, rtol=0.0, atol=1e-12
    )


@pytest.mark.parametrize("lexicon", ["lay"])
def test_another_lexicon_is_another_cohort(knee: kb.Model, lexicon: str) -> None:
    frame = drawn(KNEE_COLUMNS, 10)
    other = knee.with_lexicon(lexicon)
    assert_equal(other.diagnose_cohort(frame).table, one_by_one(other, frame))


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["c", "a", "b"], name="patient"),
        pd.Index(["a", "a", "a"]),
        pd.Index([3.5, None, 1.0]),
        pd.RangeIndex(7, 1, -2),
        pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)], names=["ward", "bed"]),
        pd.date_range("2024-01-01", periods=3, name="day"),
    ],
    ids=lambda index: type(index).__name__,
)
def test_the_index_is_kept(robot: kb.Model, index: pd.Index) -> None:
    frame = drawn(ROBOT_COLUMNS, 3).set_axis(index)
    cohort = robot.diagnose_cohort(frame)
    for part in (cohort.table, cohort.posteriors, cohort.top, cohort.urgency, cohort.possible):
        pd.testing.assert_index_equal(part.index, index, exact=True)


DAYS = [pd.Timestamp("2020-01-02"), pd.NaT]
LABELS: dict[str, tuple[list[object], list[object]]] = {
    "days": (DAYS, ["2020-01-02 00:00:00", None]),
    "dates": ([date(2020, 1, 2), date(2020, 1, 1)], ["2020-01-02", "2020-01-01"]),
    "months": ([pd.Period("2020-01"), pd.Period("2020-02")], ["2020-01", "2020-02"]),
    "decimals": ([Decimal("1.10"), Decimal("NaN")], ["1.10", None]),
    "spans": ([pd.Interval(0, 1), pd.Timedelta(days=1)], ["(0, 1]", "1 days 00:00:00"]),
    "numbers": ([np.int8(7), 0.5], [7, 0.5]),
    "not finite": ([float("nan"), float("inf")], [None, "inf"]),
    "nothing": ([None, pd.NA], [None, None]),
    "truths": ([True, np.bool_(False)], [True, False]),
    "bytes": ([b"a", b"b"], ["b'a'", "b'b'"]),
    "levels": ([("x", 1), ("x", 2)], [["x", 1], ["x", 2]]),
    "text": (["a", ""], ["a", ""]),
}


@pytest.mark.parametrize("kind", LABELS)
def test_whatever_names_the_patients_or_is_carried_along_goes_into_json(
    robot: kb.Model, kind: str
) -> None:
    labels, told = LABELS[kind]
    index = pd.Index(labels, dtype=None if kind in ("days", "levels") else object)
    kept = pd.Series(labels, dtype=object).to_numpy()
    frame = pd.DataFrame({"squeak": [True, False], "kept": kept}, index=index)
    cohort = robot.diagnose_cohort(frame, keep=["kept"])
    rows = json.loads(cohort.to_json(), parse_constant=pytest.fail)["rows"]
    assert [row["patient"] for row in rows] == told
    assert [row["kept"] for row in rows] == told
    assert json.loads(cohort.to_json()) == cohort.to_dict()


def test_the_input_is_untouched(knee: kb.Model) -> None:
    frame = drawn(KNEE_COLUMNS, 20)
    before = copy.deepcopy(frame)
    cohort = knee.diagnose_cohort(frame)
    cohort.table.iloc[0, 2] = 0.0
    pd.testing.assert_frame_equal(frame, before)


def test_a_table_without_rows_has_the_same_columns_and_types(knee: kb.Model) -> None:
    frame = drawn(KNEE_COLUMNS, 5)
    none, some = knee.diagnose_cohort(frame.iloc[:0]), knee.diagnose_cohort(frame)
    assert len(none) == 0
    pd.testing.assert_series_equal(none.table.dtypes, some.table.dtypes)
    assert repr(none) == "Cohort(0 patients, now 0, soon 0, routine 0)"


def test_a_table_without_columns_knows_only_the_complaint(knee: kb.Model) -> None:
    frame = pd.DataFrame(index=["a", "b"])
    assert_equal(knee.diagnose_cohort(frame).table, one_by_one(knee, frame))


def test_posteriors_are_named_by_id_and_tops_by_label(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(drawn(KNEE_COLUMNS, 30))
    assert list(cohort.posteriors) == [cause.id for cause in knee.causes]
    first = cohort.posteriors.idxmax(axis=1)
    assert cohort.top.tolist() == [knee.knowledge.causes[id].label for id in first]


def test_urgency_can_be_compared(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(pd.DataFrame({"fever": [True, False]}))
    assert (cohort.urgency >= "soon").tolist() == [True, False]


def test_every_sign_makes_a_cohort_as_urgent_as_a_patient(knee: kb.Model) -> None:
    signs = dict.fromkeys(parted(name)[0] for rule in knee.knowledge.urgency for name in rule.names)
    columns: dict[str, list[object]] = {}
    for id in signs:
        many = id in knee.knowledge.contexts and knee.knowledge.contexts[id].states
        columns[id] = ["child", "adolescent", "older", None] if many else [0.25, 0.2, *[None] * 30]
    frame = drawn(columns, 45, 3)
    expected = [knee.diagnose(row).urgency.level for row in frame.to_dict("records")]
    assert knee.diagnose_cohort(frame).urgency.tolist() == expected
    assert len(set(expected)) > 1


def test_impossible_patients_are_marked_and_do_not_stop_the_others(robot: kb.Model) -> None:
    none = dict.fromkeys(robot.knowledge.causes, False)
    frame = pd.DataFrame([none, dict.fromkeys(none), none, {"sparks": True}], index=list("abcd"))
    cohort = robot.diagnose_cohort(frame)
    assert cohort.possible.tolist() == [False, True, False, True]
    assert cohort.log_probability[["a", "c"]].tolist() == [-np.inf, -np.inf]
    assert cohort.posteriors.isna().all(axis=1).tolist() == [True, False, True, False]
    assert cohort.top.isna().tolist() == [True, False, True, False]
    assert cohort.urgency["a"] == "routine"
    assert_equal(
        cohort.table.loc[["b", "d"]],
        one_by_one(
            robot, frame.loc[["b", "d"]].astype(object).where(frame.loc[["b", "d"]].notna(), None)
        ),
    )
    assert repr(cohort) == "Cohort(4 patients, now 1, soon 0, routine 3, 2 impossible)"
    with pytest.raises(kb.ImpossibleEvidenceError, match="cannot be true together"):
        robot.diagnose(none)


def test_a_patient_that_is_too_wide_is_marked_and_the_others_are_answered(
    knee: kb.Model, impatient: None
) -> None:
    likely = {finding.id: [None, 0.7, None] for finding in knee.findings}
    likely |= {"fever": [True, 0.7, False], knee.knowledge.meta.complaint: [True, True, True]}
    frame = pd.DataFrame(likely, index=["ann", "bob", "eve"])
    cohort = knee.within(gigabytes=0.002).diagnose_cohort(frame)
    assert cohort.answered.tolist() == [True, False, True]
    assert cohort.possible.tolist() == [True, True, True]
    assert cohort.posteriors.loc["bob"].isna().all()
    assert cohort.top.isna().tolist() == [False, True, False]
    assert "1 not answered" in repr(cohort)
    assert "more memory or time than is allowed" in cohort._repr_html_()
    alone = knee.diagnose({"fever": True}).belief.posteriors
    assert cohort.posteriors.loc["ann"].to_dict() == pytest.approx(dict(alone), rel=1e-9)


def test_likely_answers_of_one_patient_do_not_widen_another(knee: kb.Model) -> None:
    """Each patient is unsure of another finding; together they would be too wide."""
    findings = [finding.id for finding in knee.findings][:60]
    unsure = np.where(np.eye(len(findings), dtype=bool), 0.7, np.nan)
    frame = pd.DataFrame(unsure, columns=findings)
    assert knee.diagnose_cohort(frame).possible.all()


def test_a_cohort_shows_urgency_before_causes(robot: kb.Model) -> None:
    frame = pd.DataFrame({"sparks": [True] + [False] * 11}, index=[f"<{at}>" for at in range(12)])
    page = robot.diagnose_cohort(frame)._repr_html_()
    assert page.index("now 1; soon 0; routine 11") < page.index("Act on this now.")
    assert page.index("Act on this now.") < page.index("rusty bolt")
    assert "&#x27;&lt;0&gt;&#x27;" in page
    assert "<0>" not in page
    assert "and 2 more" in page
    assert robot.knowledge.meta.disclaimer in page


def test_an_impossible_patient_is_shown_as_such(robot: kb.Model) -> None:
    frame = pd.DataFrame([dict.fromkeys(robot.knowledge.causes, False)])
    page = robot.diagnose_cohort(frame)._repr_html_()
    assert "impossible: the answers cannot be true together" in page
    assert "nan" not in page.casefold()


def test_a_cohort_is_frozen_and_travels(robot: kb.Model) -> None:
    cohort = robot.diagnose_cohort(drawn(ROBOT_COLUMNS, 3))
    with pytest.raises(AttributeError):
        cohort.title = "another"
    again: Cohort = pickle.loads(pickle.dumps(cohort))
    pd.testing.assert_frame_equal(again.table, cohort.table)
    assert repr(again) == repr(cohort)


@pytest.mark.parametrize(
    ("rows", "progress", "shown"),
    [(3, None, False), (1001, None, True), (1001, False, False), (3, True, True)],
)
def test_a_bar_is_shown_for_many_patients(
    robot: kb.Model,
    capsys: pytest.CaptureFixture[str],
    rows: int,
    progress: bool | None,
    shown: bool,
) -> None:
    robot.diagnose_cohort(pd.DataFrame({"squeak": [True] * rows}), progress)
    told = capsys.readouterr().err
    assert ("Diagnosing" in told) == shown
    assert not shown or f"{rows}/{rows}" in told or re.search(rf"0/{rows}", told)


def test_a_cause_that_is_known_is_as_urgent_in_a_cohort(knee: kb.Model) -> None:
    known = {
        id for rule in knee.knowledge.urgency for id in rule.any_of if id in knee.knowledge.causes
    }
    assert known
    frame = pd.DataFrame(np.eye(len(known), dtype=bool), columns=sorted(known))
    alone = [knee.diagnose(row).urgency.level for row in frame.to_dict("records")]
    assert set(alone) <= {"now", "soon"}
    assert knee.diagnose_cohort(frame).urgency.tolist() == alone
