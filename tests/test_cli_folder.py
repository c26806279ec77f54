"""A folder about something else than knees: every hint and example is in its own words."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from conftest import Run

import kneebayes as kb
from kneebayes.knowledge import start_folder
from kneebayes.knowledge.names import (
    example_background,
    example_causes,
    example_finding,
    example_link,
    example_question,
)

OF_KNEES = re.compile(
    r"\b(knees?|calf|leg|gout|cyst|fever|ultrasound|DVT|thrombosis|older|pain behind)\b", re.I
)


@pytest.fixture
def shoulder(tmp_path: Path) -> Path:
    return start_folder(tmp_path / "shoulder")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diagnose", "weak arm", "--age", "67"], "such as --context age=64."),
        (["diagnose", "--context", "age"], "such as --context age=64."),
        (["diagnose", "--likely", "weak arm"], 'such as --likely "weak arm=0.7".'),
        (["diagnose", "weak arn"], "Did you mean 'weak arm'? See `kneebayes search --folder {}`"),
        (["trace", "frozn shoulder", "--layer", "article"], "--folder {} --layer article` for all"),
    ],
)
def test_hints_are_in_the_words_of_the_folder_and_say_how_to_look_into_it(
    arguments: list[str], said: str, shoulder: Path, run: Run
) -> None:
    for folder in (["--folder", str(shoulder)], [f"--folder={shoulder}"]):
        at = arguments.index("--layer") if "--layer" in arguments else len(arguments)
        code, out, err = run([*arguments[:at], *folder, *arguments[at:]])
        assert (code, out) == (2, "")
        assert said.format(shoulder) in err
        assert not OF_KNEES.search(err)


@pytest.mark.parametrize(
    ("arguments", "quoted"),
    [
        (["weak", "arm"], True),
        (["weak", "arm", "stiff", "shoulder"], True),
        (["weak", "arm", "--context", "agee=64"], True),
        (["weak arm", "--context", "agee=64"], False),
        (["weak arm", "stiff shoulder", "--absent", "nigt pain"], False),
        (["weak arm", "stif shoulder"], False),
    ],
)
def test_only_a_name_that_the_shell_split_is_said_to_want_quotation_marks(
    arguments: list[str], quoted: bool, shoulder: Path, run: Run
) -> None:
    code, _, err = run(["diagnose", "--folder", str(shoulder), *arguments])
    assert code == 2
    assert ("stands in quotation marks" in err) == quoted
    assert ("Did you mean" in err) != quoted


def test_a_session_of_practice_speaks_of_what_the_folder_is_about(
    shoulder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["help", "names", "state", "state frozen shoulder", "stat", "close", "ask", "quit"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    code, out, _ = run(["case", "--seed", "1", "--folder", str(shoulder)])
    assert code == 0
    assert "such as: ask weak arm; or just: is the arm weak when it is lifted?" in out
    assert "such as: examine X-ray" in out
    assert "state frozen shoulder 0.4, pain from the heart 5%" in out
    assert not OF_KNEES.search(out.replace("kneebayes", ""))


def test_what_cannot_be_ordered_has_no_heading(
    shoulder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shoulder / "tests.toml").write_text("", "utf-8")
    fracture = shoulder / "causes" / "fracture.toml"
    kept = [one for one in fracture.read_text("utf-8").splitlines() if "xray" not in one]
    fracture.write_text("\n".join(kept), "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("names\nhelp\nquit\n"))
    _, out, _ = run(["case", "--seed", "1", "--folder", str(shoulder)])
    assert "weak arm" in out
    assert "examin" not in out


def test_every_example_is_understood(shoulder: Path) -> None:
    for model in (kb.load(), kb.load(shoulder)):
        knowledge = model.knowledge
        pair = example_background(knowledge)
        assert pair is not None
        told = int(pair[1]) if pair[1].isdigit() else pair[1]
        model.diagnose({example_finding(knowledge): True, pair[0]: told})
        case = model.practice_case(seed=1, background="none")
        asked = case.ask(example_question(knowledge))
        assert [knowledge.label(id) for id in asked.steps[-1].asked] == [example_finding(knowledge)]
        first, second = example_causes(knowledge)
        assert len(case.state({first: 0.4, second: 0.05}).stated) == 2
        model.diagnose().sensitivity(link=example_link(knowledge))


def test_errors_of_python_take_examples_of_the_folder(shoulder: Path) -> None:
    model = kb.load(shoulder)
    case = model.practice_case(seed=1)
    with pytest.raises(kb.EvidenceError, match=r'such as case.close\(\{"frozen shoulder": 0.6\}\)'):
        case.close()
    with pytest.raises(kb.EvidenceError, match=r'such as \{"frozen shoulder": 0.4\}. Got \{\}'):
        case.state({})
    with pytest.raises(kb.EvidenceError, match=r"such as \{'weak arm': True\}"):
        model.natural_frequencies("frozen shoulder", {})
    with pytest.raises(kb.KneebayesError, match="Name exactly one number: prior='"):
        model.diagnose().sensitivity()


def test_tables_are_spoken_of_in_the_words_of_the_command_line(
    shoulder: Path, tmp_path: Path, run: Run
) -> None:
    table = tmp_path / "patients.csv"
    table.write_text("my id,weak arn,age\na,yes,70\n", "utf-8")
    looking = f"See `kneebayes search --folder {shoulder}` for all names."
    _, out, _ = run(["columns", str(table), "--folder", str(shoulder)])
    assert out.count(looking) == 2
    target = str(tmp_path / "out.csv")
    code, _, err = run(["cohort", str(table), target, "--folder", str(shoulder)])
    assert code == 2
    assert err.count(looking) == 2
    assert 'carry it through: --keep "my id".' in err
    assert "Did you mean 'weak arm'?" in err
    assert "model." not in out + err


@pytest.mark.parametrize(
    ("id", "code", "said"),
    [
        ("gout", 1, "causes/gout.toml: shows."),
        ("hip_disease", 0, "no errors, 0 remarks"),
        ("goutt", 2, "No entry has the id 'goutt'. Did you mean 'gout'?"),
        ("zzz", 2, "An id is the name of the entry, or of the file of a cause."),
    ],
)
def test_check_tells_what_is_said_of_one_entry(id: str, code: int, said: str, run: Run) -> None:
    found, out, err = run(["check", "--about", id])
    assert found == code
    assert said in out + err
    assert all(id in line for line in out.splitlines()[1:])


def test_check_finds_an_entry_whose_label_ends_in_a_bracket(run: Run) -> None:
    code, out, _ = run(["check", "--layer", "article", "--about", "injury_any"])
    assert code == 1
    assert "injury (any)" in out
