"""A probable urgent cause is said beside signs that let wait: in text, HTML, JSON and the page."""

import json
import re
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.case.urgency import PROBABLE

NO_SIGN = {"leg in a cast": True, "previous DVT": True, "active cancer": True}
SAID = "No sign says so"
CASES = [
    ("no sign, and probable", NO_SIGN, True),
    ("a sign that calls for help now", {**NO_SIGN, "shortness of breath": True}, False),
    ("no sign, and not probable", {"lump behind the knee": True}, False),
]


@pytest.mark.parametrize(
    ("answers", "expected"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_it_is_said_where_no_sign_calls(
    knee: kb.Model, answers: dict[str, bool], expected: bool
) -> None:
    dx = knee.diagnose(answers)
    with_parts = kb.load(layer="beyond").diagnose(answers).ranking
    urgent = with_parts[with_parts["urgent"]]["posterior"].sum()
    assert expected == (urgent >= PROBABLE and dx.urgency.level != "now")
    for told in (dx, dx.questions(), dx.explain("DVT")):
        assert (SAID in str(told)) == (SAID in told._repr_html_()) == expected
        assert (SAID in json.loads(told.to_json())["urgency"]["beside"]) == expected
    if expected:
        assert f"{urgent:.0%}" in str(dx)


def test_the_page_says_it_from_the_same_probability_on() -> None:
    script = Path(kb.__file__).parent / "page" / "static" / "view_differential.js"
    (said,) = re.findall(r"const PROBABLE = ([0-9.]+);", script.read_text(encoding="utf-8"))
    assert float(said) == PROBABLE
