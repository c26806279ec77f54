"""A run that was cut short is taken up again: nothing lost, nothing doubled, never half a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.cohort.files import description_of, pieces_beside
from kneebayes.cohort.questionnaire import PIECE

ROWS = 3 * PIECE + 5

# Files appear under their names by renaming only: a run is killed when it is about to do so
# for the n-th time. The first makes work.txt; then each piece makes its file and its note; the
# last makes the target.
KILLED = """
import os, signal, sys
import pyarrow
import kneebayes as kb
robot = kb.load(sys.argv[1])
def watch(event, arguments):
    global left
    if event == "os.rename" and ".unfinished" in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
for source, target, moment in zip(sys.argv[2::3], sys.argv[3::3], sys.argv[4::3]):
    if (child := os.fork()) == 0:
        left = int(moment)
        sys.addaudithook(watch)
        robot.diagnose_cohort_file(source, target, ["patient"], progress=False)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so here")


def killed(robot: kb.Model, *runs: tuple[Path, Path, int]) -> None:
    """Begin runs, each from a source to a target, and kill each at its moment."""
    given = [str(one) for run in runs for one in run]
    command = [sys.executable, "-c", KILLED, str(robot.knowledge.folder), *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(runs), done.stderr


def patients(path: Path, rows: int = ROWS) -> Path:
    frame = pd.DataFrame(
        {"patient": [f"{at:06d}" for at in range(rows)], "squeak": "yes", "rain": "no"}
    )
    frame.loc[::3, "rain"] = "yes"
    frame.loc[::5, "squeak"] = None
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


@contextmanager
def cut_short(robot: kb.Model, source: Path, target: Path, pieces: int = 1) -> Iterator[Path]:
    """A folder as a run leaves it that was ended from outside after so many pieces."""
    description = description_of(robot, source, target, ("patient",))
    with suppress(KeyboardInterrupt), pieces_beside(target, description) as made:
        for _ in range(pieces):
            with made.adding() as path:
                path.write_text(f"patient\nnumber {len(made.done)}\n")
            made.finish({"now": 1})
        raise KeyboardInterrupt
    yield made.folder


def test_a_run_that_was_killed_is_taken_up(robot: kb.Model, tmp_path: Path) -> None:
    runs = [
        (patients(tmp_path / f"in{end}"), tmp_path / f"out{end}", moment)
        for end, moment in ((".csv", 4), (".parquet", 7))
    ]
    killed(robot, *runs)
    for (source, target, _), finished in zip(runs, (1, 2), strict=True):
        assert not target.exists()
        done = robot.diagnose_cohort_file(source, target, ["patient"])
        assert (done.rows, done.resumed) == (ROWS, finished * PIECE)
        whole = tmp_path / f"whole{target.suffix}"
        made = robot.diagnose_cohort_file(source, whole, ["patient"])
        assert made.resumed == 0
        assert (done.urgency, done.impossible) == (made.urgency, made.impossible)
        assert target.read_bytes() == whole.read_bytes()
    names = {f"{name}{end}" for name in ("in", "out", "whole") for end in (".csv", ".parquet")}
    assert {one.name for one in tmp_path.iterdir()} == names


def test_only_the_same_work_is_taken_up(robot: kb.Model, tmp_path: Path) -> None:
    source, target = patients(tmp_path / "in.csv", 4), tmp_path / "out.csv"
    with cut_short(robot, source, target):
        text = source.read_text()
        source.write_text(text.replace("yes", "no ", 1))  # as many bytes as before
    done = robot.diagnose_cohort_file(source, target, ["patient"])
    assert done.resumed == 0
    assert "number" not in target.read_text()


def test_the_work_is_described_by_all_that_makes_it(
    robot: kb.Model, knee: kb.Model, tmp_path: Path
) -> None:
    source = patients(tmp_path / "in.csv", 2)
    other = patients(tmp_path / "other.csv", 3)
    target = tmp_path / "out.csv"
    made = [
        description_of(robot, source, target, ()),
        description_of(robot, other, target, ()),
        description_of(robot, source, tmp_path / "out.parquet", ()),
        description_of(robot, source, target, ("patient",)),
        description_of(knee, source, target, ()),
        description_of(knee.in_setting("emergency"), source, target, ()),
    ]
    assert len(set(made)) == len(made)


def test_the_work_is_described_alike_in_every_process(robot: kb.Model, tmp_path: Path) -> None:
    source = patients(tmp_path / "in.csv", 2)
    code = """
import sys
from pathlib import Path
import kneebayes as kb
from kneebayes.cohort.files import description_of
print(description_of(kb.load(sys.argv[1]), Path(sys.argv[2]), Path("out.csv"), ()), end="")
"""
    command = [sys.executable, "-c", code, robot.knowledge.folder, str(source)]
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert told.stdout == description_of(robot, source, Path("out.csv"), ())


@pytest.mark.parametrize("fault", ["shorter", "no note", "half a note", "no number"])
def test_a_piece_that_is_not_whole_does_not_count(
    robot: kb.Model, tmp_path: Path, fault: str
) -> None:
    source, target = patients(tmp_path / "in.csv", 4), tmp_path / "out.csv"
    with cut_short(robot, source, target, 2) as folder:
        note = folder / "00000001.json"
        if fault == "shorter":
            (folder / "00000001.csv").write_text("patient\n")
        elif fault == "no note":
            note.unlink()
        elif fault == "half a note":
            note.write_text(note.read_text()[:9])
        else:
            note.write_text(json.dumps({"size": (folder / "00000001.csv").stat().st_size}))
    with (
        suppress(KeyboardInterrupt),
        pieces_beside(target, description_of(robot, source, target, ("patient",))) as found,
    ):
        assert [one.name for one in found.paths] == ["00000000.csv"]
        raise KeyboardInterrupt


def test_two_runs_do_not_write_one_target(robot: kb.Model, tmp_path: Path) -> None:
    source, target = patients(tmp_path / "in.csv", 4), tmp_path / "out.csv"
    with pieces_beside(target, "the other run") as held:
        with pytest.raises(kb.KneebayesError, match=r"^Another run is writing '.*out\.csv' at"):
            robot.diagnose_cohort_file(source, target, ["patient"])
        held.whole.write_text("of the other run")
    assert target.read_text() == "of the other run"


def test_names_of_columns_may_hold_line_breaks(robot: kb.Model, tmp_path: Path) -> None:
    """A header with a line break stands once, however many pieces there are."""
    rows = PIECE + 2
    source = tmp_path / "in.csv"
    source.write_text('"who\n""it"" is",squeak\n' + "a,yes\n" * rows)
    done = robot.diagnose_cohort_file(source, tmp_path / "out.csv", ['who\n"it" is'])
    made = pd.read_csv(done.path)
    assert made.columns[0] == 'who\n"it" is'
    assert (made.iloc[:, 0] == "a").all()
    assert len(made) == rows
