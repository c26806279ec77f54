"""``kneebayes explain`` as a script sees it."""

import json
import math

import pytest
from test_cli import run

import kneebayes as kb

ANSWERS = ["redness", "--absent", "fever", "--context", "age=older", "--likely", "stiffness=0.7"]
SAID = {"redness": True, "fever": False, "age": "older", "stiffness": 0.7}


@pytest.mark.parametrize("against", [None, "gout"])
def test_explain_prints_what_python_says(
    knee: kb.Model, capsys: pytest.CaptureFixture[str], against: str | None
) -> None:
    knee.engine.compile()  # whatever that prints comes before
    capsys.readouterr()
    more = [] if against is None else ["--against", against]
    code, out, err = run(["explain", "infected joint", *ANSWERS, *more], capsys)
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == knee.diagnose(SAID).explain("infected joint", against).text
    assert "never medical advice" in out


def test_explain_as_json_is_the_table(knee: kb.Model, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(["explain", "gout", *ANSWERS, "gout known", "--json"], capsys)
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


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["gouut", "redness"], "Did you mean 'gout'"),
        (["gout", "redness", "--against", "gouty arthritis"], "cannot be held against itself"),
        (["redness", "gout"], "'redness' is a finding"),
    ],
)
def test_what_is_not_understood(
    capsys: pytest.CaptureFixture[str], arguments: list[str], wrong: str
) -> None:
    code, out, err = run(["explain", *arguments], capsys)
    assert (code, out) == (2, "")
    assert wrong in err
