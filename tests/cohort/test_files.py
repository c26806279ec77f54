"""Files larger than memory: the same as a table, in the same order, in bounded memory."""

import gzip
import re
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cohort_patients import ROBOT_COLUMNS, assert_equal, drawn

import kneebayes as kb
from kneebayes.cohort.questionnaire import PIECE

COLUMNS = {name: cells for name, cells in ROBOT_COLUMNS.items() if name != "sparks"} | {
    "sparks": [0.25, 0.2, 1.0, 0.0, None]
}
ENDS = [".csv", ".parquet"]


def patients(rows: int) -> pd.DataFrame:
    frame = drawn(COLUMNS, rows)
    frame["squeak"] = frame["squeak"].astype("Float64")
    frame["sparks"] = frame["sparks"].astype("float64")
    frame.insert(2, "patient", [f"{at:05d}" for at in range(rows)])
    return frame.sample(frac=1.0, random_state=0).reset_index(drop=True)


@cache
def diagnosed(robot: kb.Model, rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patients, and what becomes of them as a table."""
    frame = patients(rows)
    return frame, robot.diagnose_cohort(frame.drop(columns="patient"), progress=False).table


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False, row_group_size=5000)
    return path


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype={"patient": str})
    return pd.read_parquet(path)


@pytest.mark.parametrize("rows", [0, 1, 2 * PIECE + 77])
@pytest.mark.parametrize("target", ENDS)
@pytest.mark.parametrize("source", ENDS)
def test_a_file_is_diagnosed_as_a_table_is(
    robot: kb.Model, tmp_path: Path, source: str, target: str, rows: int
) -> None:
    frame, expected = diagnosed(robot, rows)
    path = write(frame, tmp_path / f"patients{source}")
    done = robot.diagnose_cohort_file(path, tmp_path / f"made{target}", keep=["patient"])
    made = read(done.path)
    assert list(made["patient"]) == list(frame["patient"])
    if rows:
        assert_equal(made.drop(columns="patient"), expected.astype({"urgency": object}))
    assert list(made.columns) == ["patient", *expected.columns]
    assert done.rows == rows
    assert done.urgency == {
        level: int((expected["urgency"] == level).sum()) for level in ("now", "soon", "routine")
    }
    assert repr(done).startswith(f"CohortFile('{done.path}': {rows} patient")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([path.name, done.path.name])


def test_what_is_kept_has_the_type_it_had(robot: kb.Model, tmp_path: Path) -> None:
    table = pa.table(
        {
            "squeak": pa.array([True, None, False]),
            "number": pa.array([1, None, 3], pa.int8()),
            "when": pa.array([0, 1, None], pa.timestamp("us", tz="UTC")),
            "word": pa.array(["a", "b", "a"]).dictionary_encode(),
            "many": pa.array([[1], [], None], pa.list_(pa.int16())),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    keep = ["number", "when", "word", "many"]
    done = robot.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / "out.parquet", keep)
    made = pq.read_table(done.path)
    assert made.column_names[:5] == [*keep, "urgency"]
    for name in keep:
        assert made[name].type == table[name].type
        assert made[name].to_pylist() == table[name].to_pylist()


@pytest.mark.parametrize(
    "kept",
    [
        pa.array(["b", "a", None]).dictionary_encode(),
        pa.array([7, None, 7]).dictionary_encode(),
        pa.array([[1], [], None]),
        pa.array([{"ward": "x"}, None, {"ward": "y"}]),
        pa.array([[("bed", 1)], None, []], pa.map_(pa.string(), pa.int8())),
        pa.array([b"ab", None, b"cd"], pa.binary(2)),
        pa.array([1, None, 2**62 + 1]),
        pa.array([0, None, 1], pa.timestamp("ms", tz="UTC")),
        pa.array(["b", "a", None]),
    ],
    ids=lambda kept: str(kept.type),
)
def test_what_is_kept_can_be_read_by_pandas(
    robot: kb.Model, tmp_path: Path, kept: pa.Array
) -> None:
    table = pa.table({"squeak": pa.array([True, None, False]), "kept": kept})
    pq.write_table(table, tmp_path / "in.parquet")
    done = robot.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / "out.parquet", ["kept"])
    there, made = (pq.read_table(path)["kept"] for path in (tmp_path / "in.parquet", done.path))
    assert (made.type, made.to_pylist()) == (there.type, kept.to_pylist())
    read = pd.read_parquet(done.path)["kept"]
    assert read.isna().tolist() == kept.is_null().to_pylist()


@pytest.mark.parametrize(
    "index",
    [
        pd.CategoricalIndex(["b", "a"], name="patient"),
        pd.Index(["b", "a"], name="patient"),
        pd.Index(["b", "a"]),
        pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["ward", "bed"]),
    ],
    ids=["category", "named", "unnamed", "many"],
)
def test_an_index_stored_by_pandas_is_kept(
    robot: kb.Model, tmp_path: Path, index: pd.Index
) -> None:
    frame = pd.DataFrame({"squeak": [True, False]}, index=index)
    frame.to_parquet(tmp_path / "in.parquet")
    done = robot.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    made = pd.read_parquet(done.path)
    assert made.index.tolist() == index.tolist()
    assert list(made.index.names) == list(index.names)
    assert_equal(made, robot.diagnose_cohort(frame).table.astype({"urgency": object}))


def test_kept_text_is_not_touched(robot: kb.Model, tmp_path: Path) -> None:
    """Leading zeros, NA, quotes, line breaks and blank lines in a CSV file."""
    text = 'patient,squeak\n007,yes\n\nNA,no\n,\n"a ""b"",\nc",1\n'
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    done = robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv", "patient")
    made = pd.read_csv(done.path, dtype=str, keep_default_na=False)
    assert made["patient"].tolist() == ["007", "NA", "", 'a "b",\nc']


@pytest.mark.parametrize("source", ENDS)
def test_a_bad_cell_far_into_a_file_is_found_before_anything_is_answered(
    robot: kb.Model, tmp_path: Path, source: str
) -> None:
    frame = pd.DataFrame({"squeak": ["yes"] * 20_000, "rain": ["no"] * 20_000})
    frame.loc[12, "rain"] = "wet"
    frame.loc[19_000, "squeak"] = "maybe"
    path = write(frame, tmp_path / f"in{source}")
    with pytest.raises(kb.EvidenceError) as caught:
        robot.diagnose_cohort_file(path, tmp_path / "out.csv")
    lines = str(caught.value).splitlines()
    assert lines[0] == f"in{source} cannot be read: 2 problems found."
    first, second = ("line 14", "line 19002") if source == ".csv" else ("row 13", "row 19001")
    assert lines[1].startswith(f"  - column 'rain', {first}: 'rain' must be")
    assert lines[2].startswith(f"  - column 'squeak', {second}: 'squeak' must be")
    assert "Got 'maybe'." in lines[2]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("end", [".csv", pytest.param(".parquet", marks=pytest.mark.long)])
def test_one_patient_that_is_too_wide_stops_nobody_else(
    knee: kb.Model, tmp_path: Path, impatient: None, end: str
) -> None:
    unsure = np.full((PIECE + 1, len(knee.findings)), np.nan)
    unsure[-1] = 0.7  # only the last patient, in the second piece, is too wide
    frame = pd.DataFrame(unsure, columns=[finding.id for finding in knee.findings])
    write(frame, tmp_path / "in.parquet")
    little = knee.within(gigabytes=0.0005)
    done = little.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / f"out{end}")
    assert (done.rows, done.unanswered, done.impossible) == (PIECE + 1, 1, 0)
    assert repr(done).endswith("1 not answered)")
    made = read(tmp_path / f"out{end}")
    assert made["answered"].tolist() == [True] * PIECE + [False]
    assert made["gout"].notna().sum() == PIECE


def test_a_garbled_parquet_file_is_refused_with_its_name(robot: kb.Model, tmp_path: Path) -> None:
    frame = pd.DataFrame({"squeak": [True, False, None]})
    frame.to_parquet(tmp_path / "whole.parquet")
    whole = (tmp_path / "whole.parquet").read_bytes()
    rng = np.random.default_rng(0)
    for turn in range(120):
        garbled = bytearray(whole[: int(rng.integers(1, len(whole)))] if turn % 2 else whole)
        for place in rng.integers(0, len(garbled), 6):
            garbled[place] = int(rng.integers(256))
        (tmp_path / "in.parquet").write_bytes(bytes(garbled))
        with suppress(kb.KneebayesError):  # what can still be read may be answered
            robot.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / "out.csv")


def test_a_spreadsheet_runs_nothing_of_a_result(robot: kb.Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("who,squeak\n=1+1,yes\n@evil,no\n-3,no\n")
    robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv", keep=["who"])
    shown = [line.split(",")[0] for line in (tmp_path / "out.csv").read_text().splitlines()]
    assert shown == ["who", "'=1+1", "'@evil", "-3"]


BAD_FILES = [
    ("", "in.csv is empty: its first line must name the columns."),
    ("squeak,rain\nyes\n", "in.csv, line 2: it has 1 cell, but the first line names 2."),
    ("squeak\nyes,no\n", "in.csv, line 2: it has 2 cells, but the first line names 1."),
    ('squeak\n"yes\n', "in.csv, line 2: it is no CSV: unexpected end of data."),
]


@pytest.mark.parametrize(("text", "message"), BAD_FILES)
def test_a_file_that_is_no_table_is_refused(
    robot: kb.Model, tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "in.csv").write_text(text)
    with pytest.raises(kb.EvidenceError, match=re.escape(message)):
        robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"squeak\n\xff\n", 2),
        (b"squeak,Jos\xe9\n", 1),
        (b"squeak\n" + 20_000 * b"yes\n" + "müde\n".encode("latin-1"), 20_002),
    ],
)
def test_a_file_in_another_encoding_is_refused(
    robot: kb.Model, tmp_path: Path, text: bytes, line: int
) -> None:
    (tmp_path / "in.csv").write_bytes(text)
    with pytest.raises(kb.EvidenceError, match=rf"in\.csv, line {line}: it is not UTF-8\. Save"):
        robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (
            gzip.compress(b"squeak\nyes\n", mtime=0),
            "in.csv is no CSV file but packed by gzip. Unpack it",
        ),
        (b"PK\x03\x04squeak\n", "an Excel workbook. Save its table as CSV"),
        ("squeak\nyes\n".encode("utf-16"), "text in UTF-16. Save it as CSV in UTF-8"),
        (b"PAR1\x15", "a Parquet file. Give it the ending .parquet"),
        (b"squeak|rain\nyes|no\n", "its first line separates names by '|', where commas"),
    ],
)
def test_another_kind_of_file_is_called_what_it_is(
    robot: kb.Model, tmp_path: Path, start: bytes, message: str
) -> None:
    (tmp_path / "in.csv").write_bytes(start)
    with pytest.raises(kb.EvidenceError, match=re.escape(message)):
        robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv")


REFUSED = [
    ("in.csv", "out.xlsx", [], "A table must be a .csv or a .parquet file, got 'out.xlsx'."),
    ("in.txt", "out.csv", [], "A table must be a .csv or a .parquet file, got 'in.txt'."),
    ("in.csv", "in.csv", [], "The target must be another file than the source, got "),
    ("in.csv", "no/out.csv", [], "The folder of the target does not exist: "),
    ("in.csv", "out.csv", ["pateint"], "keep='pateint': the table has no such column. Did you"),
    ("in.csv", "out.csv", ["top"], "column 'top': cannot be kept, because the diagnosis makes"),
]


@pytest.mark.parametrize(("source", "target", "keep", "message"), REFUSED)
def test_what_cannot_be_done_is_said_before_it_is_begun(
    robot: kb.Model, tmp_path: Path, source: str, target: str, keep: list[str], message: str
) -> None:
    (tmp_path / "in.csv").write_text("patient,top\n1,2\n")
    with pytest.raises(kb.KneebayesError, match=re.escape(message)):
        robot.diagnose_cohort_file(tmp_path / source, tmp_path / target, keep)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_a_file_that_is_missing_is_said_to_be(robot: kb.Model, tmp_path: Path) -> None:
    (tmp_path / "robots.csv").write_text("squeak\nyes\n")
    message = f"There is no file '{tmp_path / 'robot.csv'}'. Did you mean 'robots.csv'?"
    with pytest.raises(kb.KneebayesError, match=re.escape(message)):
        robot.diagnose_cohort_file(tmp_path / "robot.csv", tmp_path / "out.csv")


def test_blank_lines_are_no_patients_wherever_they_stand(robot: kb.Model, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("\n\nwho,squeak\n\na,yes\n\n,\nb,no\n\n")
    done = robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv", keep=["who"])
    assert done.rows == 3  # a row of empty cells is a patient of whom nothing is known
    assert [line[:2] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]] == [
        "a,",
        ",r",
        "b,",
    ]


def test_of_two_columns_of_a_name_none_is_kept_alone(robot: kb.Model, tmp_path: Path) -> None:
    table = pa.table([["yes"], ["1"], ["2"]], names=["squeak", "who", "who"])
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(kb.EvidenceError, match="it has several columns of that name"):
        robot.diagnose_cohort_file(tmp_path / "in.parquet", tmp_path / "out.csv", keep=["who"])


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_marks_than_commas_are_named(robot: kb.Model, tmp_path: Path, mark: str) -> None:
    (tmp_path / "in.csv").write_text(f"squeak{mark}rain\nyes{mark}no\n")
    message = f"in.csv: its first line separates names by {mark!r}, where commas are needed."
    with pytest.raises(kb.EvidenceError, match=re.escape(message)):
        robot.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv")


@pytest.mark.parametrize("name", ["xyzzy", "id", "ID", "pid", "mrn", "case", "index", "fevr", ""])
def test_a_column_that_names_patients_can_be_carried_through(
    knee: kb.Model, tmp_path: Path, name: str
) -> None:
    """Whatever its name looks like."""
    files = tmp_path / "in.csv", tmp_path / "out.csv"
    files[0].write_text(f"{name},fever\n7,yes\n")
    advice = f"If it only names patients, carry it through: keep=[{name!r}]."
    with pytest.raises(kb.UnknownNameError, match=re.escape(advice)) as caught:
        knee.diagnose_cohort_file(*files)
    assert ("Did you mean 'fever'?" in str(caught.value)) == (name == "fevr")
    knee.diagnose_cohort_file(*files, keep=[name])
    assert files[1].read_text().splitlines()[1].startswith("7,now,")


def test_a_column_that_answers_does_not_name_patients(knee: kb.Model) -> None:
    with pytest.raises(kb.UnknownNameError, match="To say that it is absent") as caught:
        knee.diagnose_cohort(pd.DataFrame({"fever (-)": ["yes"]}))
    assert "only names patients" not in str(caught.value)


MEASURE = """
import resource, sys
import kneebayes as kb
robot = kb.load(sys.argv[1])
for name in sys.argv[2:]:
    robot.diagnose_cohort_file(name, name + ".made" + name[name.rindex("."):], progress=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
@pytest.mark.parametrize("end", ENDS)
def test_memory_does_not_grow_with_the_file(robot: kb.Model, tmp_path: Path, end: str) -> None:
    """Ten times the rows, held in memory as text, would be 60 MB more."""
    frame = pd.DataFrame({name: ["yes", "no"] * PIECE for name in ("squeak", "sparks", "rain")})
    few = write(frame, tmp_path / f"few{end}")
    many = write(pd.concat([frame] * 10), tmp_path / f"many{end}")
    command = [sys.executable, "-c", MEASURE, robot.knowledge.folder, str(few), str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before, after = (int(line) for line in done.stdout.split())
    assert after - before < 20_000
