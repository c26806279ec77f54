"""Somebody else's table: what its columns and values mean, what is not understood, and mending."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.cohort import ColumnMap
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
