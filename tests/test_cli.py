"""The command line as a script sees it: what it prints, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from conftest import DATA, Run

import kneebayes as kb
from kneebayes.cli.app import app
from kneebayes.teaching import Practice


def test_diagnose_prints_what_python_says(knee: kb.Model, run: Run) -> None:
    arguments = ["lump behind the knee", "--absent", "fever", "--context", "age=older"]
    code, out, err = run(["diagnose", *arguments, "--likely", "stiffness=0.7"])
    said = {"lump behind the knee": True, "fever": False, "age": "older", "stiffness": 0.7}
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == knee.diagnose(said).text
    assert "never medical advice" in out


def test_diagnose_as_json_is_the_differential(knee: kb.Model, run: Run) -> None:
    code, out, _ = run(["diagnose", "severe pain", "--json"])
    assert code == 0
    told, right = json.loads(out), knee.diagnose({"severe pain": True}).to_dict()
    assert told.keys() == right.keys()
    assert told["answers"] == right["answers"]
    assert told["urgency"] == right["urgency"]
    for mine, theirs in zip(told["ranking"], right["ranking"], strict=True):
        # the last digit depends on whether compiled code was there to calibrate with
        assert mine == {key: pytest.approx(one) for key, one in theirs.items()}


def test_another_lexicon_is_named_in_the_answer(run: Run) -> None:
    code, out, _ = run(["diagnose", "fever", "--lexicon", "lay", "--top", "2"])
    assert code == 0
    assert "lexicon: lay" in out
    assert len([line for line in out.splitlines() if line.strip()[:2] in ("1 ", "2 ", "3 ")]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["diagnose", "swolen knee"], 2, "Did you mean 'swollen knee'"),
        (
            ["diagnose", "fevr", "--absent", "warmht", "age=67"],
            2,
            (
                "'fevr'. Did you mean 'fever'? No finding, context, cause, mediator or group named "
                "'age=67'. To say this: --context age=67. No finding, context, cause, mediator or "
                "group named 'warmht'. Did you mean 'warmth'? See `kneebayes search`"
            ),
        ),
        (["diagnose", "fever", "--absent", "fever"], 2, "'fever' was answered twice"),
        (
            ["network", "no.bif", "--seconds", "nan"],
            2,
            "'--seconds' must be a number from 0 on. Got nan",
        ),
        (
            ["network", "no.bif", "--seconds=-1"],
            2,
            "'--seconds' must be a number from 0 on. Got -1.0",
        ),
        (["diagnose", "--context", "age"], 2, "must be a name, '=' and a value"),
        (["diagnose", "--context", "age=ancient"], 2, "'adolescent'"),
        (["diagnose", "--likely", "fever=often"], 2, "between 0 and 1, or in percent. Got 'often'"),
        (["diagnose", "--likely", "fever=7"], 2, "a number between 0 and 1"),
        (["diagnose", "no warmth"], 2, "To say that it is absent: --absent warmth. See `kneebayes"),
        (["diagnose", "fever=no"], 2, "To say that it is absent: --absent fever. See"),
        (["diagnose", "no locking"], 2, "To say that it is absent: --absent locking. See"),
        (["diagnose", "no hot knee"], 2, '--absent "hot knee". See `kneebayes search`'),
        (["diagnose", "age=67"], 2, "To say this: --context age=67. See"),
        (["diagnose", "fever=0.7"], 2, "To say this: --likely fever=0.7. See"),
        (["diagnose", "fever=70%"], 2, "To say this: --likely fever=70%. See"),
        (["diagnose", "fever=yes"], 2, "To say this: fever. See"),
        (
            ["diagnose", "--context", "age=-4"],
            2,
            "or years from 0 (the first year) to 120, such as 67",
        ),
        (["diagnose", "--context", "age=400"], 2, "such as 67. Got 400."),
        (["diagnose", "--likely", "fever=%"], 2, "or in percent. Got '%'"),
        (["diagnose", "--lexicon", "klingon"], 2, "No lexicon 'klingon'. There are: article"),
        (["diagnose", "severe pain", "mild pain"], 3, "cannot be true together"),
        (["trace", "hiccups"], 2, "No cause named 'hiccups'"),
        (["check", "no/such/folder"], 4, "there is no such folder"),
        (["questions", "swolen knee"], 2, "Did you mean 'swollen knee'"),
        (["questions", "--about", "hiccups"], 2, "No cause or group named 'hiccups'"),
        (["questions", "--kind", "scan"], 2, "there is no kind of question 'scan'"),
        (["questions", "severe pain", "mild pain"], 3, "cannot be true together"),
        (["explain", "gouut", "redness"], 2, "Did you mean 'gout'"),
        (
            ["explain", "gout", "redness", "--against", "gouty arthritis"],
            2,
            "cannot be held against itself",
        ),
        (["explain", "redness", "gout"], 2, "'redness' is a finding"),
        (["robustness", "fever", "--draws", "0"], 2, "'draws' must be a whole number from 1"),
        (["robustness", "swolen knee"], 2, "Did you mean 'swollen knee'"),
        (["robustness", "fever", "--setting", "ward"], 2, "No setting 'ward'"),
        (["robustness", "severe pain", "mild pain"], 3, "cannot be true together"),
    ],
)
def test_what_is_not_understood_ends_with_its_exit_code(
    arguments: list[str], code: int, said: str, run: Run
) -> None:
    found, out, err = run(arguments)
    assert (found, out) == (code, "")
    assert err.startswith("kneebayes: ")
    assert said in err


def test_findings_are_found_by_words_in_any_order(run: Run) -> None:
    code, out, _ = run(["search", "knee swollen"])
    assert code == 0
    assert out.startswith("finding    swollen knee")
    _, out, _ = run(["search", "older", "--json"])
    assert [row["id"] for row in json.loads(out)] == ["age"]
    _, out, _ = run(["search"])
    folder = kb.load().knowledge
    kinds = (folder.findings, folder.contexts, folder.causes, folder.groups)
    assert len(out.splitlines()) == sum(len(kind) for kind in kinds)
    _, out, _ = run(["search", "gradual onset"])
    assert out.startswith("finding    sudden onset")
    _, out, _ = run(["search", "zebra"])
    assert "Nothing is called 'zebra'" in out


def test_a_profile_tells_every_number_and_the_care(knee: kb.Model, run: Run) -> None:
    code, out, _ = run(["trace", "popliteal cyst", "--json"])
    content = json.loads(out)
    assert code == 0
    assert content["id"] == "bakers_cyst"
    assert len(content["numbers"]) == len(knee.trace("Baker's cyst").table)
    assert any("drain" in one["text"] for one in content["care"])
    _, out, _ = run(["trace", "gout"])
    assert "care: Rest, medicine" in out
    assert "C130" in out


def test_check_remarks_and_says_so_by_its_exit_code(knee: kb.Model, folder: Path, run: Run) -> None:
    code, out, _ = run(["check", "--json"])
    assert code == 1
    assert len(json.loads(out)) == len(knee.remarks)
    code, out, _ = run(["check", str(folder)])
    assert (code == 1) == ("0 remarks" not in out)


def test_a_folder_with_problems_lists_all_of_them(folder: Path, run: Run) -> None:
    (folder / "groups.toml").unlink()
    (folder / "mediators.toml").write_text("[", encoding="utf-8")
    code, _, err = run(["check", str(folder)])
    assert code == 4
    assert "groups.toml: the file is missing" in err
    assert "mediators.toml: not valid TOML" in err


def test_the_same_call_prints_the_same_bytes(run: Run) -> None:
    """In another process, in which names have other hashes."""
    call = ["diagnose", "squealing", "--absent", "hot case", "--json"]
    call += ["--folder", str(DATA / "pump")]
    here = run(call)
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = subprocess.run(
        [sys.executable, "-m", "kneebayes", *call],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert here == (0, there.stdout, "")


def test_an_age_can_be_told_in_years(run: Run) -> None:
    _, years, _ = run(["diagnose", "--context", "age=62"])
    _, word, _ = run(["diagnose", "--context", "age=older"])
    assert years == word


def test_a_probability_can_be_told_in_percent(run: Run) -> None:
    _, percent, _ = run(["diagnose", "--likely", "fever=30%"])
    _, share, _ = run(["diagnose", "--likely", "fever=0.3"])
    assert percent == share


def test_messages_speak_of_commands_and_not_of_python(run: Run) -> None:
    for arguments in (["diagnose", "swolen knee"], ["trace", "gouut"], ["diagnose", "no warmth"]):
        _, _, err = run(arguments)
        assert err.endswith("See `kneebayes search` for all names.\n")
        assert "model." not in err
        assert "{" not in err


def test_answers_that_hardly_go_together_are_called_out(run: Run) -> None:
    _, out, _ = run(["diagnose", "lump is growing", "--absent", "lump behind the knee"])
    assert "These answers hardly go together" in out
    _, out, _ = run(["diagnose", "lump is growing", "lump behind the knee"])
    assert "hardly" not in out


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run(["--version"])[1] == f"kneebayes {kb.__version__}\n"


@pytest.mark.parametrize(
    ("old", "new", "rest"),
    [
        ("ask", "questions", ["fever"]),
        ("cause", "trace", ["gout"]),
        ("findings", "search", ["hot"]),
    ],
)
def test_an_old_command_says_so_and_does_the_same(
    old: str, new: str, rest: list[str], run: Run
) -> None:
    code, out, err = run([old, *rest])
    assert code == 0
    assert out == run([new, *rest])[1]
    assert f"'{old}' is deprecated" in err


def test_help_is_asked_for_in_both_ways(run: Run) -> None:
    asked = (["-h"], ["--help"], ["diagnose", "-h"], ["diagnose", "--help"])
    codes, said, _ = zip(*map(run, asked), strict=True)
    assert set(codes) == {0}
    assert said[0] == said[1] != said[2] == said[3]


@pytest.mark.parametrize(
    "words", [["copies", "x" * 3000, "out"], ["copies", "x", "y" * 3000], ["new", "x" * 3000]]
)
def test_a_name_that_no_file_can_have_is_told_in_words(words: list[str], run: Run) -> None:
    code, _, err = run(words)
    assert code == 2
    assert err.startswith("kneebayes: ")
    assert len(err) < 4000


@pytest.mark.parametrize("command", ["diagnose", "questions", "explain", "trace", "search"])
def test_a_layer_is_that_of_python(command: str, run: Run) -> None:
    """A part of something else has a name in the layer ``beyond`` only."""
    rare = sorted(
        {cause.label for cause in kb.load(layer="beyond").causes}
        - {cause.label for cause in kb.load().causes}
    )[0]
    words = [rare, "fever"] if command == "explain" else [rare]
    code, out, _ = run([command, *words, "--layer", "beyond"])
    assert (code, rare in out) == (0, True)
    code, out, err = run([command, *words, "--layer", "beyon"])
    assert (code, out) == (2, "")
    assert "No layer 'beyon'. There are: article, literature, beyond." in err


def test_wherever_a_lexicon_can_be_chosen_so_can_a_layer() -> None:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--lexicon" not in options or "--layer" in options, name


def test_the_list_of_commands_is_not_cut_off(run: Run) -> None:
    code, out, _ = run(["--help"])
    assert code == 0
    assert "..." not in out.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (["lump", "behind", "the", "knee"], '"lump behind the knee".'),
        (["fever", "lump", "behind", "the", "knee"], 'fever "lump behind the knee".'),
    ],
)
def test_a_name_that_the_shell_split_is_shown_in_quotation_marks(
    words: list[str], quoted: str, run: Run
) -> None:
    code, _, err = run(["diagnose", *words])
    assert (code, err.strip().endswith(quoted)) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "hinted"),
    [
        (["diagnose", "fever", "--age", "67"], True),
        (["diagnose", "fever", "--sex=female"], True),
        (["diagnose", "fever", "--top", "many"], False),
        (["page", "--age", "67"], False),
    ],
)
def test_background_given_as_an_option_is_told_how_it_is_said(
    arguments: list[str], hinted: bool, run: Run
) -> None:
    code, out, err = run(arguments)
    assert (code, out) == (2, "")
    assert ("--context NAME=STATE, such as --context age=59" in err) == hinted


def test_a_page_is_not_written_under_a_name_that_no_browser_opens(tmp_path: Path, run: Run) -> None:
    code, _, err = run(["page", str(tmp_path / "knee.txt")])
    assert (code, "ends in .html" in err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_class_handed_in_is_shown_and_written_as_a_page(
    knee: kb.Model, tmp_path: Path, run: Run
) -> None:
    cases, page = tmp_path / "cases", tmp_path / "class.html"
    cases.mkdir()
    assert run(["class", str(cases)])[0] != 0
    case = knee.practice_case("any", seed=1).ask("fever").close({"gout": 0.1}, "soon").case
    case.save(cases / "anna-patient-1.json")
    code, out, _ = run(["class", str(cases), "--page", str(page)])
    assert code == 0
    assert "anna" in out
    assert "anna" in page.read_text("utf-8")
    (cases / "bob-1.json").write_text("{", encoding="utf-8")
    (cases / "cleo-1.json").write_bytes(b"\xff")
    code, out, _ = run(["class", str(cases), "--page", str(page)])
    assert code == 1
    for shown in (out, page.read_text("utf-8")):
        assert "2 of 3 files cannot be read:" in shown
        assert "anna" in shown
        assert "bob-1.json" in shown
    assert "bob-1.json" in Practice.load(kb.load(), cases).to_json()
    (cases / "anna-patient-1.json").unlink()
    code, _, err = run(["class", str(cases)])
    assert (code, "2 of 2 files cannot be read:" in err) == (2, True)
    code, _, err = run(["class", str(cases), "--page", str(tmp_path / "class.txt")])
    assert (code, "ends in .html" in err) == (2, True)
