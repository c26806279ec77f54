"""``kneebayes questions`` as a script sees it."""

import json

import pytest
from test_cli import run

import kneebayes as kb


def test_ask_prints_what_python_says(knee: kb.Model, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["questions", "lump behind the knee", "--absent", "fever", "--about", "infection"]
    code, out, err = run([*arguments, "--kind", "sign", "--kind", "test"], capsys)
    dx = knee.diagnose({"lump behind the knee": True, "fever": False})
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == dx.questions("infection", ("sign", "test")).text


def test_ask_as_json_is_the_questions(knee: kb.Model, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["questions", "stiffness", "--by-advice", "--json"], capsys)
    asked = knee.diagnose({"stiffness": True}).questions().by_advice
    assert code == 0
    told, expected = json.loads(out), json.loads(asked.to_json())
    assert told.keys() == expected.keys()
    assert told["order"] == "advice"
    assert told["urgency"] == expected["urgency"]
    advice = {row["id"]: row["advice"] for row in expected["questions"]}
    assert {row["id"]: row["advice"] for row in told["questions"]} == pytest.approx(advice)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["questions", "swolen knee"], 2, "Did you mean 'swollen knee'"),
        (["questions", "--about", "hiccups"], 2, "No cause or group named 'hiccups'"),
        (["questions", "--kind", "scan"], 2, "there is no kind of question 'scan'"),
        (["questions", "severe pain", "mild pain"], 3, "cannot be true together"),
    ],
)
def test_what_is_not_understood_ends_with_its_exit_code(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(arguments, capsys)
    assert (found, out) == (code, "")
    assert said in err
