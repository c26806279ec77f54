"""Every result shows itself in every way, and says which model made it, alike as text and HTML."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from html import unescape
from importlib import import_module
from inspect import isabstract
from pathlib import Path
from pkgutil import walk_packages

import pandas as pd
import pytest
from conftest import DATA
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.study import PublishedCase
from kneebayes.study.published import ABOUT
from kneebayes.teaching import PracticeCase, ask_at_random
from kneebayes.view.report import CaseResult, Reporting
from kneebayes.view.trace import CauseTrace

RESULTS: dict[str, Callable[[kb.Differential], CaseResult]] = {
    "explanation": lambda dx: dx.explain("dry bearing"),
    "contrast": lambda dx: dx.explain("dry bearing", against="wet winding"),
    "nomogram": lambda dx: dx.nomogram("dry bearing", "hot case"),
    "questions": lambda dx: dx.questions("dry bearing"),
    "change of mind": lambda dx: dx.change_of_mind("dry bearing", kinds="sign"),
    "attribution": lambda dx: dx.attribution(),
    "surprises": lambda dx: dx.surprises(),
    "without": lambda dx: dx.without("dry bearing"),
    "sets": lambda dx: dx.sets(2),
    "robustness": lambda dx: dx.robustness(20),
    "lexicons": lambda dx: dx.compare_lexicons(),
    "sensitivity": lambda dx: dx.sensitivity("dry bearing", prior="dry bearing"),
    "tornado": lambda dx: dx.tornado("dry bearing", over="words"),
    "sampled": lambda dx: dx.model.sample({"scorched smell": True}, draws=500),
    "distinguished": lambda dx: dx.model.distinguish(causes=["dry bearing", "wet winding"]),
    "interview": lambda dx: dx.model.interview({"scorched smell": True}, about="dry bearing"),
    "tree": lambda dx: dx.model.interview({"scorched smell": True}, about="dry bearing").tree(1),
}

PUBLISHED = PublishedCase(
    id="a pump",
    half="work",
    source="made for the test",
    kind="made for the test",
    text="The pump squeals. The case is hot.",
    first_visit={"squealing": True, "hot case": True},
    tests={},
    diagnosis="dry bearing",
    causes=("dry_bearing",),
    beyond=(),
    also_present=(),
    urgency="soon",
    behind_the_knee=True,
    not_expressible=(),
)

# results that are not of one patient, by what is asked of a model
OTHERS: dict[str, Callable[[kb.Model], Reporting | CauseTrace]] = {
    "trace": lambda pump: pump.trace("dry bearing"),
    "case": lambda pump: practice_case(pump, seed=1),
    "feedback": lambda pump: practice_case(pump).close({"dry bearing": 0.1}),
    "practice": lambda pump: pump.practice(ask_at_random, 1, seed=1),
    "frequencies": lambda pump: pump.natural_frequencies("dry bearing", "squealing"),
    "simulated": lambda pump: pump.simulate(3),
    "evaluation": lambda pump: pump.evaluate(pump.simulate(40), baselines=()),
    "worlds": lambda pump: pump.misspecify(40, [kb.study.World("as it is", pump)]),
    "published": lambda pump: kb.study.evaluate_published(pump, [PUBLISHED] * 2),
    "reading": lambda pump: kb.study.evaluate_reading(pump, [PUBLISHED]),
    "patient of a file": lambda pump: pump.load_phenopacket(
        pump.phenopacket(pump.diagnose({"hot case": True}), uncertain="leave out")
    ),
}


def practice_case(pump: kb.Model, seed: int = 1) -> PracticeCase:
    """A patient to practise on, with one question asked."""
    return pump.practice_case("any", seed=seed).ask("hot case")


@pytest.fixture(scope="module")
def placed() -> kb.Differential:
    """One patient in the repair shop."""
    pump = kb.load(DATA / "pump").in_setting("repair_shop")
    return pump.diagnose({"scorched smell": True})


@pytest.fixture(scope="module")
def made(placed: kb.Differential) -> Callable[[str], CaseResult]:
    """Results of that patient by name, each computed once."""
    return cache(lambda name: RESULTS[name](placed))


@pytest.fixture(scope="module")
def taught(placed: kb.Differential) -> kb.Differential:
    """The same patient, asked of a model that learnt from eight others there."""
    bearings = pd.DataFrame({"dry bearing": [True] * 8, "squealing": [False] * 8})
    return placed.model.update(bearings).diagnose({"scorched smell": True})


def shown(result: Reporting | CauseTrace | kb.Differential) -> tuple[str, str, dict[str, object]]:
    """Text, HTML and JSON of a result."""
    return str(result), unescape(result._repr_html_()), json.loads(result.to_json())


@pytest.fixture(scope="module")
def every(
    placed: kb.Differential, taught: kb.Differential, made: Callable[[str], CaseResult]
) -> Callable[[str], Reporting]:
    """Results by name, of that patient or of the model, each computed once."""
    learnt = {"learnt": taught.model.learnt, "held out": held_out(taught.model)}
    others = {name: partial(make, placed.model) for name, make in OTHERS.items()}
    of_patient = {name: partial(made, name) for name in RESULTS}
    return cache(lambda name: learnt.get(name) or {**others, **of_patient}[name]())


def held_out(model: kb.Model) -> Reporting:
    """How well a patient is foreseen whom the model did not learn from."""
    return model.learnt.score(pd.DataFrame({"dry bearing": [True], "squealing": [False]}))


NAMES = [name for name in (*RESULTS, *OTHERS, "learnt", "held out") if name != "trace"]
shows_itself = pytest.mark.parametrize("name", NAMES)


@shows_itself
def test_a_result_shows_itself_in_every_way(every: Callable[[str], Reporting], name: str) -> None:
    result = every(name)
    assert "\n" not in repr(result)
    assert "0x" not in repr(result)
    assert str(result) == result.text
    assert result._repr_html_() == result.html
    assert isinstance(result.table, pd.DataFrame)
    assert result.table.empty == (name == "change of mind")  # of which there is none here
    for page in (result.text, re.sub("<[^>]+>", " ", result.html)):
        assert not re.search(r"\bnan\b|-0\.0\b|None|dry_bearing|wet_winding|hot_case", page)


@shows_itself
def test_text_and_page_hold_the_same_numbers(every: Callable[[str], Reporting], name: str) -> None:
    """But for those of the steps of an explanation, which a browser counts itself."""
    result = every(name)
    page = unescape(re.sub("<[^>]+>", " ", result.html))
    text = re.sub(r"(?m)^\d\. ", "", result.text)
    of_text, of_page = (sorted(re.findall(r"\d+(?:\.\d+)?%?", one)) for one in (text, page))
    assert of_text == of_page


@shows_itself
def test_a_result_draws_itself(
    every: Callable[[str], Reporting], axes: Axes, tmp_path: Path, name: str
) -> None:
    assert every(name).draw(axes) is axes
    own = every(name).draw()
    assert own is not axes
    own.figure.savefig(tmp_path / "figure.png", dpi=50)


@shows_itself
def test_a_result_cannot_be_changed_and_says_what_it_is_not(
    placed: kb.Differential, every: Callable[[str], Reporting], name: str
) -> None:
    result = every(name)
    with pytest.raises(AttributeError):
        result.case = None  # type: ignore[attr-defined]
    disclaimer = ABOUT if name == "reading" else placed.case.knowledge.meta.disclaimer
    for page in (result.text, unescape(result.html)):
        assert disclaimer in " ".join(page.split())


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_says_its_lexicon_layer_setting_and_version(
    placed: kb.Differential, made: Callable[[str], CaseResult], name: str
) -> None:
    text, html, content = shown(made(name))
    line = f"Made by kneebayes {kb.__version__} (lexicon: gardener, layer: "
    for page in (text, html):
        assert line in page
        assert "setting: repair_shop" in page
    assert content["lexicon"] == "gardener"
    assert content["layer"] == placed.model.data.knowledge.layer
    assert content["setting"] == "repair_shop"
    assert content["learnt"] is None
    assert content["version"] == kb.__version__


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "lexicons"])
def test_a_result_says_who_was_learnt_from(taught: kb.Differential, name: str) -> None:
    text, html, content = shown(RESULTS[name](taught))
    for page in (text, html):
        assert "learnt from 8 patients" in page
    assert content["learnt"] == "8 patients"


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_of_one_patient_says_it_too(
    placed: kb.Differential, taught: kb.Differential, name: str
) -> None:
    text, html, content = shown(OTHERS[name](placed.model))
    line = f"Made by kneebayes {kb.__version__} (lexicon: gardener, layer: "
    for page in (text, html):
        assert line in page
        assert "setting: repair_shop" in page
    assert (content["lexicon"], content["setting"]) == ("gardener", "repair_shop")
    assert content["layer"] == placed.model.data.knowledge.layer
    assert content["version"] == kb.__version__
    text, html, content = shown(OTHERS[name](taught.model))
    assert "learnt from 8 patients" in text
    assert "learnt from 8 patients" in html
    assert content["learnt"] == "8 patients"


def test_what_was_learnt_says_it_too(taught: kb.Differential) -> None:
    for result in (taught.model.learnt, held_out(taught.model)):
        text, html, content = shown(result)
        for page in (text, html):
            assert "setting: repair_shop, learnt from 8 patients" in page
        assert (content["setting"], content["learnt"]) == ("repair_shop", "8 patients")


def kinds_of(kind: type) -> Iterator[type]:
    """A class and all that are made from it."""
    yield kind
    for further in kind.__subclasses__():
        yield from kinds_of(further)


def test_no_kind_of_result_is_silent_about_its_model() -> None:
    foreign = {"ForeignResult", "ForeignCase"}  # of a network that others made
    for room in ("cohort", "exchange", "history", "learning", "questions", "study", "teaching"):
        path = [str(Path(kb.__file__).parent / room)]
        for module in walk_packages(path, f"kneebayes.{room}."):
            import_module(module.name)
    kinds = [kind for kind in kinds_of(Reporting) if kind.__module__.startswith("kneebayes")]
    assert len(kinds) > 20
    for kind in kinds:
        if not isabstract(kind) and kind.__name__ not in foreign:
            assert kind._origin is not Reporting._origin, kind.__name__


def test_a_cohort_says_it_too(placed: kb.Differential) -> None:
    cohort = placed.model.diagnose_cohort(pd.DataFrame({"hot case": [True]}, index=["a"]))
    for page in (cohort.text, cohort._repr_html_()):
        assert "setting: repair_shop" in page
    content = json.loads(cohort.to_json())
    assert (content["setting"], content["version"]) == ("repair_shop", kb.__version__)
    assert content["rows"][0]["patient"] == "a"
    assert content["rows"][0]["top"] == cohort.top["a"]


def test_a_differential_says_it_too(placed: kb.Differential, taught: kb.Differential) -> None:
    for dx, said in ((placed, "setting: repair_shop"), (taught, "learnt from 8 patients")):
        text, html, content = shown(dx)
        assert said in text
        assert said in html
        assert str(content["learnt"] or content["setting"]) in said


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "distinguished"])
def test_urgency_stands_on_top_of_a_result(
    placed: kb.Differential, made: Callable[[str], CaseResult], name: str
) -> None:
    text, html, content = shown(made(name))
    for page in (text, html):
        assert page.index(placed.urgency.advice) < page.index("Made by kneebayes")
        assert all(str(reason) in page for reason in placed.urgency.reasons)
    assert content["urgency"] == json.loads(placed.to_json())["urgency"]
