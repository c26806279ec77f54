"""``kneebayes case`` with its commands piped in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run

import kneebayes as kb
from kneebayes.teaching import Feedback

Session = Callable[..., tuple[int, str, str]]
START = ["case", "--seed", "5", "--difficulty", "any"]


@pytest.fixture
def session(run: Run, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The program, with lines that are typed in."""

    def typed(lines: list[str], arguments: list[str] = START) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run(arguments)

    return typed


def test_a_session_ends_with_the_feedback_that_python_gives(
    knee: kb.Model, session: Session
) -> None:
    lines = ["ask fever", "examine ultrasound", "state baker's cyst 0.4, gout=0.05", "close soon"]
    code, out, err = session(lines)
    case = knee.practice_case("any", seed=5)
    told = case.ask("fever", "ultrasound").close({"Baker's cyst": 0.4, "gout": 0.05}, "soon")
    assert (code, err) == (0, "")
    assert out.startswith(case.text)
    assert f"fever: {case.truth['fever']}" in out
    assert "(cost 3, burden 1)" in out
    assert out.rstrip("\n").endswith(told.text)


def test_help_hint_known_and_names(knee: kb.Model, session: Session) -> None:
    lines = ["help", "", "HINT", "ask stiffness", "known", "names", "quit"]
    code, out, _ = session(lines)
    case = knee.practice_case("any", seed=5)
    assert code == 0
    assert "close [LEVEL]" in out
    assert case.hint in out
    assert case.ask("stiffness").text in out
    assert "examinations: physical examination, blood test" in out
    assert "Left without closing" in out


def test_what_is_not_understood_is_told_and_the_session_goes_on(session: Session) -> None:
    lines = ["ask swolen knee", "ask xyzzy", "dance", "state gout", "state gout 0.1, gout 0.2"]
    lines += ["close"]
    lines += ["state gout 7", "close later", "ask fever", "ask fever", "examine tea leaves"]
    code, out, err = session(lines)
    assert (code, err) == (0, "")
    for said in (
        "swollen knee: ",
        "'dance' is no command. There are: ask, examine, state",
        "'gout' must be a cause and a probability",
        "'gout' is stated twice",
        "Nothing was stated yet. Say how probable causes are, such as: state ",
        "See `names` for all names.",
        "'gout 7' is more than 1. In percent write: state gout 7%",
        "'fever' is known already",
        "No examination named 'tea leaves'",
        "Left without closing",
    ):
        assert said in out


def test_all_that_a_question_names_is_told(knee: kb.Model, session: Session) -> None:
    lines = ["is the calf swollen and red?", "CT", "x-ray and blood test", "quit"]
    _, out, _ = session(lines)
    case = knee.practice_case("any", seed=5)
    assert all(case.says(id) in out for id in ("leg_swelling", "redness"))
    assert "Did you mean 'scan: clot in the lungs'?" in out
    assert "(cost 2, burden 1)" in out
    assert "(cost 1, burden 2)" in out
    assert "(cost 8" not in out


def test_a_name_alone_is_asked_for(knee: kb.Model, session: Session) -> None:
    lines = [
        "Fever",
        "ultrasound",
        "known gout",
        "swolen knee",
        "swolen",
        "gout",
        "?",
        "ask",
        "state",
    ]
    lines += ["state gout 60%, PE 1 %", "close soon"]
    code, out, _ = session(lines)
    case = knee.practice_case("any", seed=5)
    told = case.ask("fever", "ultrasound", "swollen knee").close(
        {"gout": 0.6, "pulmonary embolism": 0.01}, "soon"
    )
    assert code == 0
    assert "'known gout' is known already" in out
    assert f"swollen knee: {case.truth['swollen_knee']}" in out
    assert "'swolen' is no command." in out
    assert "'gout' is no command: it is a cause." in out
    assert "such as: state gout 0.6" in out
    assert "close [LEVEL]" in out
    assert "'ask' needs to be told what, such as: ask NAME" in out
    assert out.rstrip("\n").endswith(told.text)


def test_a_cause_with_a_number_is_stated(knee: kb.Model, session: Session) -> None:
    lines = ["osteoarthritis 30%", "gout 0.1, DVT 5 %", "meniscus tear=20%", "gout 7", "fever 30%"]
    code, out, _ = session([*lines, "close soon"])
    stated = {"osteoarthritis": 0.3, "gout": 0.1, "DVT": 0.05, "meniscus tear": 0.2}
    case = knee.practice_case("any", seed=5)
    for name, share in stated.items():
        case = case.state({name: share})
    assert code == 0
    for label in ("osteoarthritis: stated 0.3", "deep vein thrombosis: stated 0.05"):
        assert label in out
    assert "'gout 7' is more than 1. In percent write: state gout 7%" in out
    assert "stated 30" not in out
    left = [line for line in out.splitlines() if line.startswith("left for all other causes: ")]
    assert [line.split()[-1] for line in left] == ["70%", "55%", "35%"]
    assert case.stated == {
        "osteoarthritis": 0.3,
        "gout": 0.1,
        "deep_vein_thrombosis": 0.05,
        "meniscus_tear": 0.2,
    }
    assert "meniscus tear: stated 0.2" in out


def test_the_opening_shows_lines_that_work(knee: kb.Model, session: Session) -> None:
    _, out, _ = session(["quit"])
    lines = [one.strip() for one in out.splitlines() if one.startswith("  ") and " " in one.strip()]
    lines = lines[-3:]
    assert [line.split()[0] for line in lines] == ["ask", "state", "close"]
    _, out, _ = session(lines)
    assert "It was: " in out
    assert "no command" not in out


def test_a_case_is_saved_gone_on_with_and_replayed(
    knee: kb.Model, session: Session, tmp_path: Path
) -> None:
    path = str(tmp_path / "case.json")
    session(["ask fever", "quit"], [*START, "--save", path])
    lines = ["state gout 0.2", "close"]
    go_on = ["case", "--replay", path, "--save", path]
    code, out, _ = session(lines, go_on)
    assert code == 0
    assert f"Saved to {path}." in out
    code, out, _ = session([], ["case", "--replay", path])
    assert code == 0
    assert out.rstrip("\n") == Feedback(knee.load_practice_case(path)).text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["case", "--difficulty", "brutal"], "'difficulty' must be one of 'any', 'easy'"),
        (["case", "--kind", "odd"], "'kind' must be one of 'any', 'red herring'"),
        (["case", "--replay", "nowhere.json"], "there is no such file"),
        ([*START, "--save", "/nowhere/case.json"], "cannot be written"),
    ],
)
def test_what_cannot_begin_ends_with_code_2(
    arguments: list[str], said: str, session: Session
) -> None:
    code, _, err = session(["quit"], arguments)
    assert code == 2
    assert said in err
