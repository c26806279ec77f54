"""A probable urgent cause is said beside signs that let wait: wherever the signs are told."""

import json
import re
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.case.urgency import PROBABLE

PULSATING = {"pulsating lump": True, "older": True, "male": True}
NO_SIGN = {"leg in a cast": True, "previous DVT": True, "active cancer": True}
SAID = "the probability that an urgent cause explains it is"
CASES = [
    ("no sign, and probable", NO_SIGN, "No sign says so, but "),
    ("signs that let wait, and probable", PULSATING, "Apart from these signs, "),
    ("a sign that calls for help now", {**NO_SIGN, "shortness of breath": True}, ""),
    ("no sign, and not probable", {"lump behind the knee": True}, ""),
]


@pytest.mark.parametrize(
    ("answers", "expected"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_it_is_said_where_no_sign_calls(
    knee: kb.Model, answers: dict[str, bool], expected: str
) -> None:
    dx = knee.diagnose(answers)
    with_parts = kb.load(layer="beyond").diagnose(answers).ranking
    urgent = with_parts[with_parts["urgent"]]["posterior"].sum()
    assert bool(expected) == (urgent >= PROBABLE and dx.urgency.level != "now")
    for told in (dx, dx.questions(), dx.explain("DVT")):
        beside = json.loads(told.to_json())["urgency"]["beside"]
        assert (SAID in str(told)) == (SAID in told._repr_html_()) == (SAID in beside)
        assert (SAID in told.alt_text) == bool(expected)
        assert beside.startswith(f"{expected}{SAID}" if expected else "")
        assert bool(beside) == bool(expected)
    if expected:
        assert f"{urgent:.0%}" in str(dx)


def test_what_is_urgent_and_has_no_row_is_said(knee: kb.Model) -> None:
    dx = knee.diagnose(PULSATING)
    parts = [id for id, one in knee.knowledge.parts.items() if one.urgent]
    share = knee.engine.probability_of_any([parts], dx.case.evidence)[0]
    assert f"explains it) = {dx.any_urgent:.0%}, of which {share:.0%} stand in " in str(dx)
    assert "of which" not in str(knee.diagnose(NO_SIGN))
    assert "of which" not in str(kb.load(layer="beyond").diagnose(PULSATING))


def test_the_page_says_it_from_the_same_probability_on() -> None:
    script = Path(kb.__file__).parent / "page" / "static" / "view_differential.js"
    (said,) = re.findall(r"const PROBABLE = ([0-9.]+);", script.read_text(encoding="utf-8"))
    assert float(said) == PROBABLE
