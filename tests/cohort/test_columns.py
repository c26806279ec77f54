"""Somebody else's table: what its columns and values mean, what is not understood, and mending."""

import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.cohort import ColumnMap, plain_answers
from kneebayes.cohort.questionnaire import PIECE
from kneebayes.cohort.reading import column_map

THEIRS = pd.DataFrame(
    {
        "Temp > 38": ["yes", "neg", "n/a", "+"],
        "Swelling?": ["a lot", "no", "", "Y"],
        "Remarks": ["=1+1", "", "b", "c"],
        "age": ["P67Y", "30", "", "67 y"],
    },
    index=list("wxyz"),
)
MAP = {"Temp > 38": "fever", "Swelling?": "swollen knee", "Remarks": None}
OURS = pd.DataFrame(
    {
        "fever": [True, False, None, True],
        "swollen knee": [True, False, None, True],
        "age": [67, 30, None, 67],
    },
    index=list("wxyz"),
    dtype=object,
)


@pytest.fixture
def mended(knee: kb.Model, tmp_path: Path) -> Path:
    """The report of what is not understood, mended by hand."""
    report = knee.check_patients(THEIRS)
    path = report.save(tmp_path / "columns.csv")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column, name in MAP.items():
        frame.loc[frame["column"] == column, "means"] = name or "skip"
    frame.to_csv(path, index=False)
    report = knee.check_patients(THEIRS, columns=path)
    assert len(report.problems) == 1
    report.save(path)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[frame["value"] == "a lot", "answer"] = "yes"
    frame.to_csv(path, index=False)
    return path


def test_a_mended_table_is_answered_as_our_own(knee: kb.Model, mended: Path) -> None:
    assert knee.check_patients(THEIRS, columns=mended).problems == ()
    cohort = knee.diagnose_cohort(THEIRS, columns=mended)
    own = knee.diagnose_cohort(OURS)
    pd.testing.assert_frame_equal(cohort.table, own.table)


def test_a_file_is_answered_with_the_same_map(knee: kb.Model, mended: Path, tmp_path: Path) -> None:
    THEIRS.to_csv(tmp_path / "in.csv", index=False)
    knee.diagnose_cohort_file(tmp_path / "in.csv", tmp_path / "out.csv", columns=mended)
    made = pd.read_csv(tmp_path / "out.csv")
    own = knee.diagnose_cohort(OURS)
    np.testing.assert_allclose(made[own.posteriors.columns], own.posteriors, rtol=1e-12)


def test_the_report_tells_of_everything_that_is_not_understood(knee: kb.Model) -> None:
    problems = knee.check_patients(THEIRS, columns={"Swelling?": "swollen knee"}).problems
    assert [one.partition(":")[0] for one in problems] == [
        "column 'Temp > 38'",
        "column 'Swelling?', value 'a lot'",
        "column 'Remarks'",
    ]


def test_each_value_that_is_not_understood_is_counted(robot: kb.Model) -> None:
    frame = pd.DataFrame({"squeak": ["yes", "loud", "soft", "loud", None, "loud"]})
    rows = robot.check_patients(frame).table
    told = rows[rows["value"] != ""].set_index("value")
    assert told["patients"].to_dict() == {"loud": 3, "soft": 1}


def test_a_patient_who_is_not_understood_is_marked(knee: kb.Model, tmp_path: Path) -> None:
    cohort = knee.diagnose_cohort(THEIRS, columns=MAP, unclear="mark")
    assert cohort.answered.tolist() == [False, True, True, True]
    assert "not understood: column 'Swelling?'" in cohort.problem["w"]
    assert cohort.posteriors.loc["w"].isna().all()
    assert cohort.urgency["w"] == "now"  # the fever was understood
    own = knee.diagnose_cohort(OURS)
    pd.testing.assert_frame_equal(cohort.table.loc["x":], own.table.loc["x":])
    THEIRS.to_csv(tmp_path / "in.csv", index=False)
    done = knee.diagnose_cohort_file(
        tmp_path / "in.csv", tmp_path / "out.csv", columns=MAP, unclear="mark"
    )
    assert (done.rows, done.unanswered) == (4, 1)
    with pytest.raises(kb.EvidenceError, match="Got 'a lot'"):
        knee.diagnose_cohort(THEIRS, columns=MAP)


UNREAD_SIGNS = [  # cells, and how urgent a patient may be in whom some are not understood
    ({"chest pain": "yes, since Monday"}, "now"),
    ({"chest pain": "no", "age": "hm"}, "routine"),
    ({"warmth": "yes", "lasted more than six weeks": "hm"}, "now"),  # not understood hides nothing
    ({"age": "hm", "swollen knee": "yes", "painful limp": "yes"}, "now"),  # it may be a child
    ({"swollen knee": "no", "age": "hm", "limping": "no"}, "routine"),
]


@pytest.mark.parametrize(("cells", "level"), UNREAD_SIGNS)
def test_a_sign_that_is_not_understood_may_be_there(
    knee: kb.Model, cells: dict[str, str], level: str
) -> None:
    cohort = knee.diagnose_cohort(pd.DataFrame([cells]), unclear="mark")
    assert not cohort.answered[0]
    assert cohort.urgency[0] == level


@pytest.mark.parametrize("minus", ["-", "--", "---", "\u2013", "\u2014", " - "])
@pytest.mark.parametrize("plus", ["+", "++", "(+)", " +"])
def test_plus_and_minus_in_one_column_are_not_guessed(
    knee: kb.Model, plus: str, minus: str
) -> None:
    with pytest.raises(kb.EvidenceError, match="a dash, which may mean absent or unknown"):
        knee.diagnose_cohort(pd.DataFrame({"fever": [plus, minus]}))


@pytest.mark.parametrize("order", [["+", "-"], ["-", "+"]])
def test_plus_and_minus_may_be_far_apart(robot: kb.Model, order: list[str], tmp_path: Path) -> None:
    frame = pd.DataFrame({"squeak": np.repeat(order, PIECE)})
    frame.to_csv(tmp_path / "in.csv", index=False)
    files = tmp_path / "in.csv", tmp_path / "out.csv"
    for ask in (robot.diagnose_cohort, lambda _: robot.diagnose_cohort_file(*files)):
        with pytest.raises(kb.EvidenceError, match="a dash, which may mean absent or unknown"):
            ask(frame)  # type: ignore[operator]
    assert not files[1].exists()


def test_a_dash_alone_is_unknown(knee: kb.Model) -> None:
    alone = knee.diagnose_cohort(pd.DataFrame({"fever": ["-", "n/a", "NA", ".", "\u2014"]}))
    unknown = knee.diagnose_cohort(pd.DataFrame({"fever": [None]}))
    for row in range(5):
        np.testing.assert_array_equal(alone.posteriors.iloc[row], unknown.posteriors.iloc[0])


def test_a_cohort_gives_each_patient_as_a_differential(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(THEIRS, columns=MAP | {"Swelling?": None}, keep="Remarks")
    for patient in cohort.table.index:
        dx = cohort[patient]
        own = [dx[id] for id in cohort.posteriors.columns]
        np.testing.assert_allclose(own, cohort.posteriors.loc[patient], rtol=0.0, atol=1e-12)
        assert dx.any_urgent == pytest.approx(cohort.any_urgent[patient], abs=1e-12)
        told = [reason.text for reason in dx.urgency.reasons]
        assert sorted(told) == sorted(cohort.reasons[patient])
        for id, share in cohort.groups.loc[patient].items():
            assert dx[str(id)] == pytest.approx(share, abs=1e-12)
    with pytest.raises(kb.EvidenceError, match="No row has the label 'v'"):
        cohort["v"]


def test_a_cohort_shows_itself(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(THEIRS, columns=MAP, unclear="mark", keep=["Remarks"])
    assert list(cohort.table.columns[:2]) == ["Remarks", "urgency"]
    assert list(cohort.labelled.columns) == [cause.label for cause in knee.causes]
    assert "not understood: column" in cohort.text
    title = "4 patients, now 2, soon 0, routine 2, 1 not answered"
    assert cohort.draw().get_title(loc="left") == title


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"Temp > 39": "fever"}, "Did you mean 'Temp > 38'?"),
        ({"age": "fevr"}, "fever"),
        ({"age": 3}, "must be a name of the model or None"),
        (["age"], "such as {'Temp > 38': 'fever'}"),
        ("no such file.csv", "cannot be read: there is no such file"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(knee: kb.Model, columns: object, told: str) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        knee.diagnose_cohort(THEIRS, columns=columns)  # type: ignore[arg-type]
    assert told in str(caught.value)


NO, YES = "routine", "now"  # how urgent it is without fever, and with it
HEADER = "column,means,value,answer\n"
CODED = [  # what 0 and 1 mean turned round, and cells that are written otherwise
    ([1, 0], [NO, YES]),
    ([1, 0, None], [NO, YES, NO]),
    ([1.0, 0.0, np.nan], [NO, YES, NO]),
    (["1.0", "00", ""], [NO, YES, NO]),
    (["01", " 0 ", None], [NO, YES, NO]),
    ([True, False, None], [NO, YES, NO]),
    ([True, False], [NO, YES]),
    (["TRUE", "false"], [NO, YES]),
    ([1, False], [NO, YES]),
    ([Decimal("1.00"), Decimal(0)], [NO, YES]),
    (pd.array([1, 0, None], dtype="Int64"), [NO, YES, NO]),
    ([1, 0, "yes", 0.7], [NO, YES, YES, YES]),  # what the map does not name is read as always
]


@pytest.mark.parametrize(("cells", "levels"), CODED)
def test_numbers_of_a_map_are_compared_as_numbers(
    knee: kb.Model, cells: object, levels: list[str], tmp_path: Path
) -> None:
    (tmp_path / "map.csv").write_text(f"{HEADER}q,fever,1,no\nq,,0,yes\n")
    said = ColumnMap({"q": "fever"}, {("q", "1"): False, ("q", "0"): True})
    frame = pd.DataFrame({"q": cells})
    for columns in (said, tmp_path / "map.csv"):
        assert knee.diagnose_cohort(frame, columns=columns).urgency.tolist() == levels
        assert knee.check_patients(frame, columns=columns).problems == ()
        plain = plain_answers(knee, frame, columns)
        assert knee.diagnose_cohort(plain).urgency.tolist() == levels
    written = pd.DataFrame({"q": cells}).map(lambda cell: str("" if pd.isna(cell) else cell))
    written.to_csv(tmp_path / "in.csv", index=False)
    ends = [".csv"]
    if len({type(cell) for cell in cells if cell is not None}) == 1:  # type: ignore[attr-defined]
        frame.to_parquet(tmp_path / "in.parquet")
        ends.append(".parquet")
    for end in ends:
        files = tmp_path / f"in{end}", tmp_path / "out.csv"
        knee.diagnose_cohort_file(*files, columns=tmp_path / "map.csv")
        assert pd.read_csv(files[1])["urgency"].tolist() == levels


def test_a_code_of_a_map_is_never_an_age(knee: kb.Model) -> None:
    columns = ColumnMap({}, {("age", "1"): "child", ("age", "3"): "older"})
    own = knee.diagnose_cohort(pd.DataFrame({"age": ["child", "older", None]}))
    coded = knee.diagnose_cohort(pd.DataFrame({"age": [1, 3, None]}), columns=columns)
    pd.testing.assert_frame_equal(coded.table, own.table)


def test_a_map_is_read_in_any_case_and_has_a_word_for_empty_cells(knee: kb.Model) -> None:
    columns = ColumnMap({}, {("fever", "YES"): "no", ("fever", ""): "yes"})
    frame = pd.DataFrame({"fever": ["yes", "Yes ", None, ""]})
    levels = knee.diagnose_cohort(frame, columns=columns).urgency
    assert levels.tolist() == [NO, NO, YES, YES]


def test_what_a_map_says_of_no_cell_is_told(knee: kb.Model, tmp_path: Path) -> None:
    frame = pd.DataFrame({"q": ["a", "b"], "note": ["x", "y"]})
    said = {("q", "A"): "yes", ("q", "b"): "no", ("q", "c"): "no", ("note", "z"): "no"}
    columns = ColumnMap({"q": "fever", "note": None}, said)
    frame.to_csv(tmp_path / "in.csv", index=False)
    files = tmp_path / "in.csv", tmp_path / "out.csv"
    for ask in (
        lambda: knee.diagnose_cohort(frame, columns=columns),
        lambda: knee.diagnose_cohort_file(*files, columns=columns),
        lambda: plain_answers(knee, frame, columns),
    ):
        with pytest.warns(UserWarning, match="no cell has") as caught:
            ask()
        [warned] = caught
        text = "columns: no cell has these values of the map: 'c' in 'q'."
        assert (str(warned.message), warned.filename) == (text, __file__)
    problems = knee.check_patients(frame, columns=columns).problems
    assert problems == ("column 'q', value 'c': no cell of the column has it.",)


CONTRADICTING = [
    ("q,,a,no\nq,,a,yes\n", "row 3: column 'q', value 'a' means 'no' and 'yes'. Keep one."),
    ("q,,1,no\nq,,1.0,yes\n", "row 3: column 'q', value '1.0' means 'no' and 'yes'."),
    ("q,,Yes,no\n\nq,,YES ,yes\n", "row 4: column 'q', value 'YES' means 'no' and 'yes'."),
    ("q,fever,,\nq,warmth,,\n", "row 3: column 'q' means 'fever' and 'warmth'. Keep one."),
    ("q,skip,,\nq,fever,,\n", "row 3: column 'q' means 'skip' and 'fever'. Keep one."),
]


@pytest.mark.parametrize(("lines", "told"), CONTRADICTING)
def test_a_map_that_contradicts_itself_is_refused(lines: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "columns.csv"
    path.write_text(HEADER + lines)
    with pytest.raises(kb.KneebayesError, match=re.escape(told)):
        column_map(path)


def test_a_map_may_say_the_same_twice(tmp_path: Path) -> None:
    path = tmp_path / "columns.csv"
    path.write_text(f"{HEADER}q,fever,,\nq,fever,a,no\nq,,A,no\nq,,b,yes\n")
    assert column_map(path).names == {"q": "fever"}
    with pytest.raises(kb.KneebayesError, match=r"value '1\.0' of column 'q' means True and False"):
        ColumnMap({}, {("q", "1"): True, ("q", "1.0"): False})
    with pytest.raises(kb.KneebayesError, match=r"must be by \(column, value\)\. Got 'q1'"):
        ColumnMap({}, {"q1": True})  # type: ignore[dict-item]


def test_a_broken_file_of_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "columns.csv"
    for text in ("", "a,b\n", "column,means,value,answer\nx\n", '"', "\0"):
        path.write_text(text)
        with pytest.raises(kb.KneebayesError, match=r"columns: '.*columns\.csv'"):
            column_map(path)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(kb.KneebayesError, match="cannot be read"):
        column_map(path)
    assert column_map(None) == ColumnMap()
