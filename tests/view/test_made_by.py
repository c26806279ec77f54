"""Every result of one patient says which model made it, alike as text, HTML and JSON."""

import json
from collections.abc import Callable
from html import unescape

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.view.report import CaseResult

RESULTS: dict[str, Callable[[kb.Differential], CaseResult]] = {
    "explanation": lambda dx: dx.explain("gout"),
    "contrast": lambda dx: dx.explain("gout", against="DVT"),
    "nomogram": lambda dx: dx.nomogram("gout", "fever"),
    "questions": lambda dx: dx.questions("gout"),
    "change of mind": lambda dx: dx.change_of_mind("gout", kinds="sign"),
    "attribution": lambda dx: dx.attribution(),
    "surprises": lambda dx: dx.surprises(),
    "without": lambda dx: dx.without("gout"),
    "sets": lambda dx: dx.sets(2),
    "robustness": lambda dx: dx.robustness(20),
    "lexicons": lambda dx: dx.compare_lexicons(),
    "sensitivity": lambda dx: dx.sensitivity("gout", prior="gout"),
    "tornado": lambda dx: dx.tornado("gout", over="words"),
    "sampled": lambda dx: dx.model.sample({"fever": True}, draws=500),
    "distinguished": lambda dx: dx.model.distinguish(causes=["gout", "DVT"]),
    "interview": lambda dx: dx.model.interview({"fever": True}, about="gout"),
    "tree": lambda dx: dx.model.interview({"fever": True}, about="gout").tree(1),
}


@pytest.fixture(scope="module")
def placed() -> kb.Differential:
    """One patient in the emergency department."""
    return kb.load().in_setting("emergency").diagnose({"fever": True})


@pytest.fixture(scope="module")
def taught() -> kb.Differential:
    """The same patient, asked of a model that learnt from eight others."""
    cysts = pd.DataFrame({"Baker's cyst": [True] * 8, "lump behind the knee": [False] * 8})
    return kb.load().update(cysts).diagnose({"fever": True})


def shown(result: CaseResult | kb.Differential) -> tuple[str, str, dict[str, object]]:
    """Text, HTML and JSON of a result."""
    return str(result), unescape(result._repr_html_()), json.loads(result.to_json())


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_says_its_lexicon_layer_setting_and_version(
    placed: kb.Differential, name: str
) -> None:
    text, html, content = shown(RESULTS[name](placed))
    line = f"Made by kneebayes {kb.__version__} (lexicon: article, layer: "
    for page in (text, html):
        assert line in page
        assert "setting: emergency" in page
    assert content["lexicon"] == "article"
    assert content["layer"] == placed.model.data.knowledge.layer
    assert content["setting"] == "emergency"
    assert content["learnt"] is None
    assert content["version"] == kb.__version__


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "lexicons"])
def test_a_result_says_who_was_learnt_from(taught: kb.Differential, name: str) -> None:
    text, html, content = shown(RESULTS[name](taught))
    for page in (text, html):
        assert "learnt from 8 patients" in page
    assert content["learnt"] == "8 patients"


def test_a_differential_says_it_too(placed: kb.Differential, taught: kb.Differential) -> None:
    for dx, said in ((placed, "setting: emergency"), (taught, "learnt from 8 patients")):
        text, html, content = shown(dx)
        assert said in text
        assert said in html
        assert str(content["setting"] or content["learnt"]) in said


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "distinguished"])
def test_urgency_stands_on_top_of_a_result(placed: kb.Differential, name: str) -> None:
    result = RESULTS[name](placed)
    text, html, content = shown(result)
    for page in (text, html):
        assert page.index(placed.urgency.advice) < page.index("Made by kneebayes")
        assert all(str(reason) in page for reason in placed.urgency.reasons)
    assert content["urgency"] == json.loads(placed.to_json())["urgency"]
