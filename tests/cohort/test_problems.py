"""Everything that is wrong with a table is told at once, with its place and a way out."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import kneebayes as kb

NO_SQUEAK = "No finding, context, cause, mediator or group named "
PERHAPS = "a number between 0 and 1 (perhaps: 0.7 speaks 7 to 3 for"
PROBABLE = f"must be True (present), False (absent) or {PERHAPS} it)."
OR_NONE = "Leave it out, or say None, if unknown."

CELLS = [
    ({"fever": [1.0, 2.0]}, None, "column 'fever', row 1: 'fever' " + PROBABLE + " Got 2.0."),
    ({"fever": [-0.5]}, None, "column 'fever', row 0: 'fever' " + PROBABLE + " Got -0.5."),
    ({"fever": [np.inf]}, None, "Got inf. " + OR_NONE),
    (
        {"fever": ["yes", "maybe", "maybe", "maybe"]},
        list("abcd"),
        "column 'fever', row 'b' and 2 more rows: 'fever' " + PROBABLE + " Got 'maybe'. " + OR_NONE,
    ),
    (
        {"fever": ["maybe", "maybe"]},
        ["a", "a"],
        "column 'fever', row 'a' (position 0) and 1 more row: 'fever'",
    ),
    ({"fever": ["5"]}, None, "Got 5.0."),
    ({"fever": [[1.0]]}, None, "Got [1.0]."),
    ({"fever": [{"presnt": 1.0}, True]}, None, "Got {'presnt': 1.0}."),
    ({"onset": [True]}, None, f"'onset' must be 'gradual' or 'sudden', or {PERHAPS} 'sudden')."),
    ({"onset": [1.0, True]}, None, "column 'onset', row 1: 'onset' must be"),
    ({"age": ["older", "ancient"]}, None, "column 'age', row 1: 'age' must be one of '"),
    ({"age": [pd.Timestamp("2000-01-01")]}, None, "Got Timestamp('2000-01-01 00:00:00')."),
    ({"tumor": [None, True]}, None, "column 'tumor', row 1: 'tumor' is a group: as evidence"),
    ({"fever": ["x"]}, [("ward", 3)], "column 'fever', row ('ward', 3): 'fever'"),
]

TWICE = [
    (["fever", "temperature"], "columns 'fever' and 'temperature': they speak of the same thing."),
    (["fever", "fever"], "columns 'fever' and 'fever': they speak of the same thing. Keep one."),
    (["older", "age"], "columns 'older' and 'age': they speak of the same thing. Keep one."),
    (["tumor", "osteosarcoma"], "columns 'tumor' and 'osteosarcoma': they speak of the same"),
]

NOT_TABLES = [None, {"fever": [True]}, [{"fever": True}], pd.Series({"fever": True}), "fever"]


@pytest.mark.parametrize(("cells", "index", "text"), CELLS)
def test_a_cell_that_cannot_be_understood_is_refused(
    knee: kb.Model, cells: dict[str, list[object]], index: list[object] | None, text: str
) -> None:
    frame = pd.DataFrame({name: pd.Series(column) for name, column in cells.items()})
    if index is not None:
        frame.index = pd.Index(index, tupleize_cols=False)
    start = "The table cannot be read: 1 problem found.\n  - column "
    with pytest.raises(kb.EvidenceError, match="^" + re.escape(start)) as caught:
        knee.diagnose_cohort(frame)
    assert text in str(caught.value)


@pytest.mark.parametrize(("columns", "text"), TWICE)
def test_two_columns_may_not_speak_of_the_same_thing(
    knee: kb.Model, columns: list[str], text: str
) -> None:
    frame = pd.DataFrame([[None] * len(columns)], columns=columns)
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose_cohort(frame)


def test_unknown_columns_are_refused_with_what_looks_like_them(knee: kb.Model) -> None:
    frame = pd.DataFrame({"swolen knee": [True], "fever": [True], "patient": [1], 5: [True]})
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose_cohort(frame)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The table cannot be read: 3 problems found."
    start = f"  - column 'swolen knee': {NO_SQUEAK}'swolen knee'. Did you mean 'swollen knee'"
    assert lines[1].startswith(start)
    assert lines[2].startswith(f"  - column 'patient': {NO_SQUEAK}'patient'.")
    assert lines[2].endswith("make it the index: frame.set_index('patient').")
    assert "A name must be text, got 5." in lines[3]
    assert caught.value.name == "swolen knee"
    assert caught.value.suggestions[0] == "swollen knee"


def test_all_problems_are_told_at_once(knee: kb.Model) -> None:
    frame = pd.DataFrame(
        {"fevr": [True], "fever": ["maybe"], "temperature": [7.0], "age": ["ancient"]}
    )
    with pytest.raises(kb.EvidenceError) as caught:
        knee.diagnose_cohort(frame)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The table cannot be read: 5 problems found."
    starts = ["'fevr'", "s 'fever' and", "'fever', row 0", "'temperature', row 0", "'age', row 0"]
    assert [
        line.removeprefix("  - column").lstrip().startswith(start)
        for line, start in zip(lines[1:], starts, strict=True)
    ] == [True] * 5


def test_a_problem_far_down_is_told_with_those_above(robot: kb.Model) -> None:
    cells = pd.Series(["yes"] * 20_000)
    cells[3] = "maybe"
    cells[19_999] = "perhaps"
    with pytest.raises(kb.EvidenceError) as caught:
        robot.diagnose_cohort(pd.DataFrame({"squeak": cells}))
    assert "row 3: " in str(caught.value)
    assert "row 19999: " in str(caught.value)


def test_very_many_problems_are_counted(robot: kb.Model) -> None:
    frame = pd.DataFrame({"squeak": [f"word {at}" for at in range(50)]})
    with pytest.raises(kb.EvidenceError) as caught:
        robot.diagnose_cohort(frame)
    lines = str(caught.value).splitlines()
    assert lines[0] == "The table cannot be read: 50 problems found."
    assert lines[-1] == "  - and 30 more."
    assert len(lines) == 22


@pytest.mark.parametrize("table", NOT_TABLES)
def test_a_cohort_must_be_a_table(knee: kb.Model, table: object) -> None:
    with pytest.raises(kb.EvidenceError, match="'patients' must be a pandas DataFrame"):
        knee.diagnose_cohort(table)


@pytest.mark.parametrize("dtype", [object, pd.ArrowDtype(pa.list_(pa.string()))], ids=str)
def test_a_list_in_a_cell_is_told_as_any_other_cell(knee: kb.Model, dtype: Any) -> None:
    frame = pd.DataFrame({"fever": pd.array([["yes"], None], dtype=dtype)})
    with pytest.raises(kb.EvidenceError, match=r"column 'fever', row 0: .* Got \['yes'\]"):
        knee.diagnose_cohort(frame)
    assert knee.diagnose_cohort(frame, unclear="mark").answered.tolist() == [False, True]
