"""The command line, given odd things in every place: it says what is wrong, and never crashes."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer

import kneebayes as kb
from kneebayes.cli import main
from kneebayes.cli.app import app

TINY = Path(__file__).parent / "data" / "tiny"
CODES = {0, 1, 2, 3, 4}
ODD = ["", "-", "--", "-x", "--nope", "=", "a=", "=b", "squeak=nan", "squeak=-1", "squeak=101%"]
ODD += ["rusty bolt", "any trouble", "zebra", "squeak " * 200, "日本", "\ud800", "a\0b", "\x1b[31m"]
ODD += ["0", "-1", "1e9", "9" * 400, "nan", "true", "None", "/", "..", "dir", "empty", "binary"]
ODD += ["missing/x.csv", "x" * 300, "out.csv", "model.kneebayes.json", "net.bif", "case.json", "*"]
ODD += ["%s", "{}", "'", "emergency", "urgent", "all", "<script>"]
GOOD = {
    "patients": ["patients.csv"],
    "target": ["out.csv", "out.kneebayes.json"],
    "file": ["net.bif"],
    "history": ["history.txt"],
    "cause": ["rusty_bolt"],
    "name": ["rusty_bolt"],
    "truth": ["truth"],
    "n": ["3"],
    "draws": ["5"],
    "replay": ["case.json"],
    "present": ["squeak"],
    "absent": ["sparks"],
    "context": ["model_year=vintage"],
    "likely": ["squeak=0.7"],
}
TYPED = ["", "quit\n", "ask squeak\nstate rusty_bolt 0.5\nclose\n", "state a\nexamine\nzebra\n\0\n"]
SLOW = ("page", "reading", "published", "update")  # which have tests of their own


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of each kind, in which the program is called."""
    model = kb.load(TINY)
    (tmp_path / "patients.csv").write_text("patient,squeak,truth\na,yes,rusty_bolt\nb,no,-\n")
    (tmp_path / "history.txt").write_text("The robot squeaks. No sparks.")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "empty").touch()
    (tmp_path / "dir").mkdir()
    kb.save(model, tmp_path / "model.kneebayes.json")
    kb.save(model, tmp_path / "net.bif")
    model.practice_case(seed=1).save(tmp_path / "case.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def calls(rng: random.Random) -> list[str]:
    """A command with good and odd values; some repeated, some left out."""
    commands: dict[str, Any] = getattr(typer.main.get_command(app), "commands")  # noqa: B009
    name = rng.choice([name for name in commands if name not in SLOW])
    arguments = [name]
    for option in commands[name].params:

        def value(name: str = option.name) -> str:
            good = name in GOOD and rng.random() < 0.7
            return rng.choice(GOOD[name] if good else ODD)

        if option.name == "folder":
            arguments += ["--folder", str(TINY) if rng.random() < 0.95 else value()]
        elif option.param_type_name == "argument":
            arguments += [value() for _ in range(rng.choice([1, 1, 1, 1, 0, 2]))]
        elif rng.random() < 0.25:
            flag = rng.choice(option.opts)
            arguments += [flag] if option.is_flag else [flag, value()]
    if "--folder" not in arguments and name not in ("copies", "new", "network"):
        arguments += ["--folder", str(TINY)]
    return arguments


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_odd_calls_end_with_a_code_and_a_reason(
    place: Path, seed: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, codes = random.Random(seed), []
    for _ in range(35):
        arguments = calls(rng)
        monkeypatch.setattr("sys.stdin", io.StringIO(rng.choice(TYPED)))
        begun = time.process_time()
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        code = 0 if caught.value.code is None else caught.value.code
        _, err = capsys.readouterr()
        assert code in CODES, arguments
        assert "Traceback" not in err, arguments
        assert bool(err.strip()) or code in (0, 1), arguments  # what fails says why
        assert len(err) < 6000, arguments
        assert time.process_time() - begun < 10.0, arguments
        codes.append(code)
    assert place.is_dir()
    assert codes.count(0) > 2
    assert codes.count(2) > 8


@pytest.mark.skipif(os.name == "nt", reason="descriptors are closed as POSIX does")
@pytest.mark.parametrize(
    ("closed", "arguments", "code"),
    [
        (0, ["case", "--seed", "1"], 0),  # nothing comes: left without closing
        (1, ["diagnose", "squeak"], 0),
        (2, ["diagnose", "zebra"], 2),
    ],
)
def test_closed_streams(closed: int, arguments: list[str], code: int) -> None:
    """Whoever starts the program may have closed a stream."""
    program = [sys.executable, "-m", "kneebayes", *arguments, "--folder", str(TINY)]
    start = f"import os, sys\nos.close({closed})\nos.execv(sys.executable, {program!r})"
    done = subprocess.run([sys.executable, "-S", "-c", start], capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        (["read", "-"], None, 0),  # as Python starts where the descriptor is closed
        (["read", "-"], b"squeak \xff\xfe", 2),
        (["case", "--seed", "1"], b"ask \xff\xfe\nquit\n", 2),
    ],
)
def test_nothing_and_garble_to_be_read(
    arguments: list[str],
    typed: bytes | None,
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is piped in may be no text."""
    piped = None if typed is None else io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", piped)
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--folder", str(TINY)])
    assert (caught.value.code or 0) == code
    _, err = capsys.readouterr()
    assert "Traceback" not in err
    assert ("not UTF-8" in err) == (typed is not None)
