"""Every file is written whole or not at all, whatever ends the writing."""

import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.cohort.questionnaire import PIECE

TINY = Path(__file__).parent / "data" / "tiny"

# What writes a file; each makes more than the few bytes that a full disk takes here.
WRITERS = {
    "net.xmlbif": "kb.save(robot, path)",
    "net.bif": "kb.save(robot, path)",
    "net.xdsl": "kb.save(robot, path)",
    "net.json": "kb.save(robot, path)",
    "page.html": "robot.to_html(path)",
    "case.json": "robot.practice_case(seed=1).save(path)",
    "out.csv": "robot.diagnose_cohort_file(source, path, ['patient'], progress=False)",
    "out.parquet": "robot.diagnose_cohort_file(source, path, ['patient'], progress=False)",
    "answers.csv": "robot.simulate_to_file(500, path, path.with_name('truth.csv'))",
    "answers.parquet": "robot.simulate_to_file(500, path, path.with_name('truth.parquet'))",
    "copy.ipynb": "copy_notebooks(source.with_name('copy.ipynb'), path.parent, replace=True)",
}
# All in one process, which makes a child for each: it loads once what all of them need.
START = """
import json, os, resource, signal, sys, traceback
from pathlib import Path
import pyarrow, pandas
import kneebayes as kb
from kneebayes.teaching.copies import copy_notebooks
robot = kb.load(sys.argv[1])
folder, source, writers = Path(sys.argv[2]), Path(sys.argv[3]), json.loads(sys.argv[4])
room, chosen = int(sys.argv[5]), sys.argv[6:]
robot.practice_case(seed=1), robot.to_html(folder / "first.html").unlink()

def full():
    sys.dont_write_bytecode = True  # or bytecode of what is imported now would be cut as well
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

def when_renamed(act):
    def watch(event, arguments):
        if event == "os.rename" and os.path.basename(str(arguments[1])) == path.name:
            act()
    sys.addaudithook(watch)

def interrupt():
    raise KeyboardInterrupt

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

ends = {"full": full, "kill": lambda: when_renamed(kill), "stop": lambda: when_renamed(interrupt)}
for end, name in ((end, name) for end in chosen for name in writers):
    path = folder / end / name
    print(end, end=" ", flush=True)
    if (child := os.fork()) == 0:
        try:
            ends[end]()
            exec(writers[name])
        except kb.KneebayesError as error:
            print("error:", error, flush=True)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(f"{name}: {status}", flush=True)
"""
ENDS = ("full", "kill", "stop")
ROOM = 300  # bytes on a disk that is nearly full
CELLS = ",".join('{"cell_type": "markdown", "metadata": {}, "source": "Why?"}' for _ in range(20))

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so here")


def run(
    target: Path,
    source: Path,
    names: Iterable[str] = WRITERS,
    room: int = ROOM,
    ends: Sequence[str] = ENDS,
) -> dict[str, list[str]]:
    """What the children print, and how each of them ended: by what befell them, line by line."""
    writers = json.dumps({name: WRITERS[name] for name in names})
    command = [sys.executable, "-c", START, TINY, target, source, writers, room, *ends]
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, check=True, timeout=300
    )
    assert not done.stderr
    lines: dict[str, list[str]] = {end: [] for end in ends}
    end = ""
    for line in done.stdout.splitlines():
        first, _, rest = line.partition(" ")
        end, said = (first, rest) if first in ends else (end, line)
        lines[end].append(said)
    return lines


def old_files(target: Path) -> None:
    """Let a file stand under every name that is written."""
    for name in WRITERS:
        (target / name).write_text("old")


def changed(target: Path) -> set[str]:
    """Names of the files that are not the old ones."""
    return {one.name for one in target.iterdir() if one.is_dir() or one.read_bytes() != b"old"}


def patients_in(folder: Path) -> Path:
    """What is read: patients, and a notebook beside them."""
    (folder / "in").mkdir()
    (folder / "in" / "copy.ipynb").write_text(f'{{"nbformat": 4, "cells": [{CELLS}]}}')
    path = folder / "in" / "patients.csv"
    path.write_text("patient,squeak\n" + "somebody,yes\n" * 40)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return patients_in(tmp_path)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """A folder for each way in which all writing was ended, and what was printed then."""
    folder = tmp_path_factory.mktemp("ended")
    for end in ENDS:
        (folder / end).mkdir()
        old_files(folder / end)
    return folder, run(folder, patients_in(folder))


def test_a_full_disk_leaves_the_old_file(ended: tuple[Path, dict[str, list[str]]]) -> None:
    folder, printed = ended
    lines = printed["full"]
    assert lines[1::2] == [f"{name}: 0" for name in WRITERS]
    for name, line in zip(WRITERS, lines[::2], strict=True):
        assert line.startswith("error: '"), name
        assert "cannot be written" in line, name
        assert "File too large" in line, name
    assert changed(folder / "full") == set()


def test_a_kill_leaves_the_old_file(ended: tuple[Path, dict[str, list[str]]]) -> None:
    folder, printed = ended
    assert printed["kill"] == [f"{name}: {-signal.SIGKILL}" for name in WRITERS]
    assert not changed(folder / "kill") & set(WRITERS)


def test_an_interrupt_leaves_the_old_file(ended: tuple[Path, dict[str, list[str]]]) -> None:
    folder, printed = ended
    expected = [line for name in WRITERS for line in ("interrupted", f"{name}: 0")]
    assert printed["stop"] == expected
    # finished pieces of a cohort, and the other of two files that are written together
    whole = {"out.csv.unfinished", "out.parquet.unfinished", "truth.csv", "truth.parquet"}
    assert changed(folder / "stop") == whole


def test_a_full_disk_leaves_the_finished_pieces(
    robot: kb.Model, source: Path, target: Path
) -> None:
    """The second piece is many times as large as the first, and finds no room."""
    who = [f"{at:05d}" for at in range(PIECE)] + [secrets.token_hex(200) for _ in range(PIECE)]
    pd.DataFrame({"patient": who, "squeak": "yes"}).to_csv(source, index=False)
    (target / "full").mkdir()
    paths = [target / "full" / name for name in ("out.csv", "out.parquet")]
    for path in paths:
        path.write_text("old")
    names = [path.name for path in paths]
    lines = run(target, source, names, room=2_000_000, ends=["full"])["full"]
    assert lines[1::2] == [f"{name}: 0" for name in names]
    for path, line in zip(paths, lines[::2], strict=True):
        assert "File too large" in line
        assert path.read_text() == "old"
        again = robot.diagnose_cohort_file(source, path, ["patient"])
        assert (again.rows, again.resumed) == (2 * PIECE, PIECE)
    assert {one.name for one in paths[0].parent.iterdir()} == set(names)


def test_a_target_that_is_a_link_is_written_where_it_points(
    robot: kb.Model, source: Path, target: Path, tmp_path: Path
) -> None:
    link = target / "link.csv"
    link.symlink_to(tmp_path / "in" / "real.csv")
    done = robot.diagnose_cohort_file(source, link, ["patient"])
    assert link.is_symlink()
    assert len(pd.read_csv(tmp_path / "in" / "real.csv")) == done.rows == 40


@pytest.mark.parametrize("end", [".csv", ".parquet"])
def test_what_cannot_be_read_or_written_says_why(
    robot: kb.Model, source: Path, target: Path, end: str
) -> None:
    (target / f"folder{end}").mkdir()
    with pytest.raises(kb.KneebayesError, match="is a folder"):
        robot.diagnose_cohort_file(source, target / f"folder{end}")
    with pytest.raises(kb.KneebayesError, match=r"cannot be (read|written): File name too long"):
        robot.diagnose_cohort_file(source.with_name("x" * 300 + end), target / f"out{end}")
    with pytest.raises(kb.KneebayesError, match="cannot be written: File name too long"):
        robot.diagnose_cohort_file(source, target / ("x" * 300 + end), ["patient"])
