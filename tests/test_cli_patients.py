"""Many patients on the command line: files in, files out, nothing unsaid."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.cli import main

TINY = str(Path(__file__).parent / "data" / "tiny")


def run(*arguments: object) -> int:
    try:
        main([str(one) for one in arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_simulated_patients_are_diagnosed_evaluated_and_learnt_from(
    robot: kb.Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, truth, out = (tmp_path / f"{name}.csv" for name in ("answers", "truth", "out"))
    assert run("simulate", 50, answers, truth, "--seed", 3, "--folder", TINY) == 0
    assert run("cohort", answers, out, "--folder", TINY) == 0
    assert "50 patients" in capsys.readouterr().out
    own = robot.diagnose_cohort(pd.read_csv(answers, dtype=str, keep_default_na=False))
    made = pd.read_csv(out)
    pd.testing.assert_frame_equal(
        made[own.posteriors.columns], own.posteriors, check_exact=False, rtol=1e-12
    )
    had = pd.read_csv(truth)
    table = pd.read_csv(answers, dtype=str, keep_default_na=False)
    table["diagnosis"] = had.apply(lambda row: "; ".join(row.index[row]), axis=1)
    table.to_csv(tmp_path / "known.csv", index_label="patient")
    args = ["evaluate", tmp_path / "known.csv", "--truth", "diagnosis", "--folder", TINY]
    assert run(*args) == 2
    told = capsys.readouterr().err
    assert "If it only names patients, leave it out: --skip patient." in told
    assert "set_index" not in told
    assert run(*args, "--skip", "patent") == 2
    assert "has no column 'patent'. Did you mean 'patient'?" in capsys.readouterr().err
    assert run(*args, "--skip", "patient") == 0
    assert "exact network" in capsys.readouterr().out
    taught = tmp_path / "taught.kneebayes.json"
    assert run("update", answers, tmp_path / "taught.json", "--folder", TINY) == 2
    assert run("update", answers, taught, "--folder", TINY) == 0
    assert kb.load(taught).learnt is not None


@pytest.mark.parametrize(
    "labels",
    [
        pd.CategoricalIndex(["b", "a", "c"]),
        pd.Index(["b", "a", "c"]),
        pd.Index([7, 9, 8]),
        pd.Index(pd.array([7, 9, 8], "Int8")),
        pd.Index([0.5, 2.0, 1.0]),
        pd.Index([Decimal("1.10"), Decimal(2), Decimal(3)]),
        pd.Index([date(2020, 1, 2), date(2020, 1, 1), date(2021, 1, 1)]),
        pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin"),
        pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)]),
    ],
    ids=lambda labels: labels.inferred_type,
)
@pytest.mark.parametrize("named", [True, False])
def test_whatever_names_the_patients_they_are_scored_and_learnt_from(
    robot: kb.Model,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    labels: pd.Index,
    named: bool,
) -> None:
    names = [f"level {level}" if named else None for level in range(labels.nlevels)]
    cells = {"squeak": ["yes", "no", None], "dx": [robot.causes[0].label, None, ""]}
    table = pd.DataFrame(cells, index=labels.set_names(names))
    table.to_parquet(tmp_path / "in.parquet")
    args = [tmp_path / "in.parquet", "--folder", TINY]
    assert run("evaluate", *args, "--truth", "dx") == 0
    assert "2 patients are left out: the truth is not known there." in capsys.readouterr().out
    assert run("update", *args, tmp_path / "out.kneebayes.json", "--skip", "dx") == 0
    assert run("columns", *args) == 0
    assert "3 patients; 1 problem." in capsys.readouterr().out


def test_a_column_without_a_name_can_be_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text(",squeak\n7,yes\n")
    args = ["cohort", tmp_path / "in.csv", tmp_path / "out.csv", "--folder", TINY]
    assert run(*args) == 2
    assert 'If it only names patients, carry it through: --keep "".' in capsys.readouterr().err
    assert run(*args, "--keep", "") == 0


def test_what_is_not_understood_is_written_to_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, report = tmp_path / "in.csv", tmp_path / "columns.csv"
    source.write_text("who,squeaks\nann,yes\nbob,very\n")
    assert run("columns", source, report, "--folder", TINY) == 0
    assert "column 'who'" in capsys.readouterr().out
    text = report.read_text().replace("who,,", "who,skip,")
    report.write_text("\n".join(f"{line}" for line in text.splitlines()) + "\n")
    mended = pd.read_csv(report, dtype=str, keep_default_na=False)
    mended.loc[mended["column"] == "squeaks", "means"] = "squeak"
    mended.to_csv(report, index=False)
    args = ["cohort", source, tmp_path / "out.csv", "--columns", report, "--folder", TINY]
    assert run(*args) == 2
    assert "Got 'very'" in capsys.readouterr().err
    assert run(*args, "--mark") == 0
    assert "1 not answered" in capsys.readouterr().out


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("none.csv", "none.parquet", "none.txt", "x" * 300 + ".csv"):
        assert run("cohort", tmp_path / name, tmp_path / "out.csv", "--folder", TINY) == 2
        assert capsys.readouterr().err.startswith("kneebayes: ")
