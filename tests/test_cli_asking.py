"""``questions``, ``explain`` and ``robustness`` as a script sees them."""

import json
import math
from pathlib import Path

import pytest
from conftest import Run

import kneebayes as kb

ANSWERS = ["redness", "--absent", "fever", "--context", "age=older", "--likely", "stiffness=0.7"]
SAID = {"redness": True, "fever": False, "age": "older", "stiffness": 0.7}


@pytest.mark.parametrize("against", [None, "gout"])
def test_explain_prints_what_python_says(
    knee: kb.Model, capsys: pytest.CaptureFixture[str], run: Run, against: str | None
) -> None:
    knee.engine.compile()  # whatever that prints comes before
    capsys.readouterr()
    more = [] if against is None else ["--against", against]
    code, out, err = run(["explain", "infected joint", *ANSWERS, *more])
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == knee.diagnose(SAID).explain("infected joint", against).text
    assert "never medical advice" in out


def test_explain_as_json_is_the_table(knee: kb.Model, run: Run) -> None:
    code, out, _ = run(["explain", "gout", *ANSWERS, "gout known", "--json"])
    content = json.loads(out)
    said = {"redness": True, "gout known": True, **dict(list(SAID.items())[1:])}
    table = knee.diagnose(said).explain("gout").table
    assert code == 0
    assert content["cause"] == "gout"
    for step, row in zip(content["steps"], table.to_dict(orient="records"), strict=True):
        for key, value in row.items():
            missing = isinstance(value, float) and math.isnan(value)
            expected = None if missing else value
            assert step[key] == pytest.approx(expected, abs=1e-9)


def test_questions_prints_what_python_says(knee: kb.Model, run: Run) -> None:
    arguments = ["questions", "lump behind the knee", "--absent", "fever", "--about", "infection"]
    code, out, err = run([*arguments, "--kind", "sign", "--kind", "test"])
    dx = knee.diagnose({"lump behind the knee": True, "fever": False})
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == dx.questions("infection", ("sign", "test")).text


def test_questions_as_json_is_the_questions(knee: kb.Model, run: Run) -> None:
    code, out, _ = run(["questions", "stiffness", "--by-advice", "--json"])
    asked = knee.diagnose({"stiffness": True}).questions().by_advice
    assert code == 0
    told, expected = json.loads(out), json.loads(asked.to_json())
    assert told.keys() == expected.keys()
    assert told["order"] == "advice"
    assert told["urgency"] == expected["urgency"]
    advice = {row["id"]: row["advice"] for row in expected["questions"]}
    assert {row["id"]: row["advice"] for row in told["questions"]} == pytest.approx(advice)


def test_robustness_prints_what_python_says(knee: kb.Model, run: Run) -> None:
    arguments = ["leg swelling", "--absent", "fever", "--draws", "50", "--seed", "3"]
    code, out, err = run(["robustness", *arguments])
    told = knee.diagnose({"leg swelling": True, "fever": False}).robustness(50, seed=3)
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == told.text


def test_a_setting_and_a_lexicon_are_named_in_the_answer(run: Run) -> None:
    options = ["--draws", "20", "--setting", "emergency", "--lexicon", "hpo"]
    code, out, _ = run(["robustness", "fever", *options])
    assert code == 0
    assert "(lexicon: hpo, setting: emergency)" in out


def test_robustness_as_json_is_the_table(knee: kb.Model, run: Run) -> None:
    code, out, _ = run(["robustness", "fever", "--draws", "20", "--json"])
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
    command: list[str], folder: Path, run: Run
) -> None:
    code, _, err = run([*command, "--folder", str(folder / "nowhere")])
    assert code == 4
    assert "nowhere" in err
