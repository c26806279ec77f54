"""Files are never lost, and say why they could not be written."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kneebayes.errors import KneebayesError
from kneebayes.writing import guard_cells, guard_text, replacing_file, write_safely

FULL = """
import resource, sys
from kneebayes.writing import write_safely
from kneebayes.errors import KneebayesError
sys.dont_write_bytecode = True  # or bytecode of what is imported now would be cut as well
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_safely(sys.argv[1], "x" * 5000)
except KneebayesError as error:
    print(error)
"""
KILLED = """
import os, signal, sys
from kneebayes.writing import replacing_file
with replacing_file(sys.argv[1]) as fresh:
    fresh.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def run(program: str, path: Path) -> str:
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text("old")
    message = run(FULL, path)
    assert str(path) in message
    assert "cannot be written: File too large" in message
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text("old")
    run(KILLED, path)
    assert path.read_text() == "old"


def test_no_space_on_a_device() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    with pytest.raises(KneebayesError, match="'/dev/full' cannot be written: No space left"):
        write_safely("/dev/full", "x")


def test_what_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(KneebayesError, match=r"none.a.txt' cannot be written: No such file"):
        write_safely(tmp_path / "none" / "a.txt", "x")
    with pytest.raises(KneebayesError, match="it is a folder"):
        write_safely(tmp_path, "x")
    with pytest.raises(KneebayesError, match="cannot be written: File name too long"):
        write_safely(tmp_path / ("x" * 300), "x")
    with pytest.raises(KneebayesError, match="some text in it is no Unicode"):
        write_safely(tmp_path / "a.txt", "\ud800")
    with pytest.raises(KneebayesError, match="null"):
        write_safely("a\0b", "x")
    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_writer_go_on_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_half() -> None:
        with replacing_file(path) as fresh:
            fresh.write_text("half")
            float("no number")

    with pytest.raises(ValueError, match="could not convert"):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_mode_links_and_suffix_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv.gz", tmp_path / "link"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    with replacing_file(link) as fresh:
        assert fresh.name.endswith(".csv.gz")
        fresh.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_no_text_of_a_table_is_a_formula() -> None:
    frame = pd.DataFrame(
        {"=a": ["@x", "+1", "-2.5", "-x", None], "n": [-1.0, 2, 3, 4, 5]},
        index=["=x", "b", "c", "d", "e"],
    )
    guarded = guard_cells(frame)
    assert list(guarded.columns) == ["'=a", "n"]
    assert guarded["'=a"].tolist()[:4] == ["'@x", "+1", "-2.5", "'-x"]
    assert guarded["n"].tolist() == [-1.0, 2, 3, 4, 5]
    assert guarded.index[0] == "'=x"
    assert frame.columns[0] == "=a"
    assert guard_text("\t=x") == "'\t=x"
