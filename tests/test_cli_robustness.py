"""``kneebayes robustness`` as a script sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.cli import main


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one call."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    out, err = capsys.readouterr()
    code = caught.value.code
    return (0 if code is None else int(code)), out, err


def test_it_prints_what_python_says(knee: kb.Model, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["leg swelling", "--absent", "fever", "--draws", "50", "--seed", "3"]
    code, out, err = run(["robustness", *arguments], capsys)
    told = knee.diagnose({"leg swelling": True, "fever": False}).robustness(50, seed=3)
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == told.text


def test_a_setting_and_a_lexicon_are_named_in_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--draws", "20", "--setting", "emergency", "--lexicon", "hpo"]
    code, out, _ = run(["robustness", "fever", *options], capsys)
    assert code == 0
    assert "(lexicon: hpo, setting: emergency)" in out


def test_json_holds_the_table(knee: kb.Model, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["robustness", "fever", "--draws", "20", "--json"], capsys)
    told = json.loads(out)
    table = knee.diagnose({"fever": True}).robustness(20).table
    assert code == 0
    assert [one["id"] for one in told["causes"]] == table["id"].tolist()
    assert [one["low"] for one in told["causes"]] == pytest.approx(table["low"].tolist())
    assert told["urgency"]["level"] == "now"


@pytest.mark.parametrize(
    "command", [["diagnose"], ["questions"], ["explain", "hot wheel"], ["robustness"]]
)
def test_every_command_on_a_patient_takes_a_folder(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run([*command, "--folder", str(folder / "nowhere")], capsys)
    assert code == 4
    assert "nowhere" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["fever", "--draws", "0"], 2, "'draws' must be a whole number from 1"),
        (["swolen knee"], 2, "Did you mean 'swollen knee'"),
        (["fever", "--setting", "ward"], 2, "No setting 'ward'"),
        (["severe pain", "mild pain"], 3, "cannot be true together"),
    ],
)
def test_what_is_not_understood_ends_with_its_exit_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(["robustness", *arguments], capsys)
    assert (found, out) == (code, "")
    assert said in err
