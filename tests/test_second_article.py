"""Another article, about a garden pump, goes through everything; no code knows the first one."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import oracle
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.exchange import load_network_file
from kneebayes.inference import Evidence
from kneebayes.text import fold

PUMP = Path(__file__).parent / "data" / "pump"
PACKAGE = Path(kb.__file__).parent
TOLD = {"little water": True, "scorched smell": False, "hot case": 0.4, "years in service": 12}


@pytest.fixture(scope="module")
def dx(pump: kb.Model) -> kb.Differential:
    return pump.diagnose(TOLD)


def test_it_reads_without_a_remark(pump: kb.Model) -> None:
    assert pump.remarks == ()
    assert repr(pump).startswith("Model('Noise of a garden pump', lexicon 'gardener'")


def test_the_posteriors_by_brute_force(pump: kb.Model, dx: kb.Differential) -> None:
    evidence = Evidence({answer.id: answer.likelihood for answer in dx.answers})
    shares = oracle.weigh_states(pump.network, evidence)
    for cause in pump.causes:
        right = shares[cause.id] / shares[cause.id].sum()
        assert dx[cause.label] == pytest.approx(float(right[1]), abs=1e-12)
    assert dx.probability_of_evidence == pytest.approx(
        float(oracle.weigh(pump.network, evidence)), rel=1e-12
    )


def test_priors_are_those_of_the_words(pump: kb.Model) -> None:
    alone = pump.diagnose()
    for cause in pump.causes:
        assert alone[cause.id] == pytest.approx(pump.elicited.priors[cause.id].value, abs=1e-9)


def test_urgency_follows_its_own_rules(pump: kb.Model, dx: kb.Differential) -> None:
    assert dx.urgency.level == "routine"
    assert dx.given({"scorched smell": True}).urgency.level == "now"
    assert dx.given({"hot case": True, "squealing": True}).urgency.level == "soon"


ASKED: dict[str, Callable[[kb.Model, kb.Differential], object]] = {
    "diagnosis": lambda m, d: d,
    "nomogram": lambda m, d: d.nomogram("jammed rotor", "squealing"),
    "natural frequencies": lambda m, d: m.natural_frequencies("jammed rotor", "squealing"),
    "virtual patient": lambda m, d: m.practice_case(seed=1).ask("squealing"),
    "feedback": lambda m, d: m.practice_case(seed=1).ask("squealing").close({"jammed rotor": 0.5}),
    "explain": lambda m, d: d.explain("clogged strainer"),
    "explain against": lambda m, d: d.explain("jammed rotor", "air in the hose"),
    "attribution": lambda m, d: d.attribution(),
    "surprises": lambda m, d: d.surprises(),
    "without": lambda m, d: d.without("clogged strainer"),
    "sets": lambda m, d: d.sets(3),
    "questions": lambda m, d: d.questions(),
    "questions about": lambda m, d: d.questions(about="blockage", kinds=("symptom", "sign")),
    "change of mind": lambda m, d: d.change_of_mind("jammed rotor"),
    "robustness": lambda m, d: d.robustness(20, seed=1),
    "lexicons": lambda m, d: d.compare_lexicons(),
    "tornado": lambda m, d: d.tornado("wet winding"),
    "sensitivity": lambda m, d: d.sensitivity(prior="wet winding", cause="jammed rotor"),
    "distinguish": lambda m, d: m.distinguish(),
    "interview": lambda m, d: m.interview({"little water": True}, about="wet winding"),
    "trace": lambda m, d: m.trace("dry bearing"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_every_reasoning_answers(pump: kb.Model, dx: kb.Differential, asked: str) -> None:
    result = ASKED[asked](pump, dx)
    text = str(result)
    html = result._repr_html_()  # type: ignore[attr-defined]
    assert html.startswith("<")
    told = json.dumps(result.to_dict()) if hasattr(result, "to_dict") else ""
    words = {fold(one) for one in re.findall(r"[\w']+", f"{text} {html} {told}")}
    assert not words & {"knee", "leg", "calf", "joint", "pain", "pains", "painful", "medicinenet"}


def test_what_the_reasonings_say_makes_sense(pump: kb.Model, dx: kb.Differential) -> None:
    why = dx.explain("clogged strainer").table
    weights = why[why["kind"] == "answer"]
    assert weights["ledger"].sum() == pytest.approx(weights["shapley"].sum(), abs=1e-9)
    assert weights.set_index("id").loc["weak_jet", "single"] > 0
    asked = dx.questions(about="wet winding").table
    assert "leak_current" in asked["id"].head(2).tolist()  # the test that was made for it
    assert pump.in_setting("repair shop").diagnose(TOLD)["wet winding"] > dx["wet winding"]
    assert set(pump.readings) == {"gardener", "engineer"}
    tree = pump.interview(about="wet winding").tree(depth=2)
    assert tree.table["reached"].max() <= 1.0


def test_a_cohort_of_pumps(pump: kb.Model) -> None:
    frame = pd.DataFrame({"weak jet": [True, None], "years in service": ["ancient", "new"]})
    cohort = pump.diagnose_cohort(frame)
    for row, said in enumerate(
        [{"weak jet": True, "years in service": "ancient"}, {"years in service": "new"}]
    ):
        alone = pump.diagnose(said)
        for cause in pump.causes:
            assert cohort.posteriors[cause.id].iloc[row] == pytest.approx(
                alone[cause.id], abs=1e-12
            )


@pytest.mark.parametrize("suffix", [".xmlbif", ".bif", ".xdsl", ".json"])
def test_it_is_saved_and_read(pump: kb.Model, tmp_path: Path, suffix: str) -> None:
    read = load_network_file(kb.save(pump, tmp_path / f"pump{suffix}"))
    assert read.network == pump.network
    assert read.label("dry_bearing") == "dry bearing"
    assert read.about["title"] == "Noise of a garden pump"


def test_a_pump_in_and_out(pump: kb.Model, dx: kb.Differential, tmp_path: Path) -> None:
    path = pump.save_case(dx, tmp_path / "pump.json")
    again = pump.load_case(path).diagnose()
    certain = pump.diagnose({**TOLD, "hot case": True})
    packet = pump.load_phenopacket(pump.phenopacket(certain)).diagnose()
    for cause in pump.causes:
        assert again[cause.id] == pytest.approx(dx[cause.id], abs=1e-12)
        assert packet[cause.id] == pytest.approx(certain[cause.id], abs=1e-12)
    with pytest.raises(kb.KneebayesError, match="made with the model 'Noise of a garden pump'"):
        kb.load().load_case(path)


# No code knows the first article. Docstrings may take examples from it; but no string that code
# could act on, no name in code, and no text of several words: examples in help and messages are
# the folder's own (kneebayes/knowledge/names.py).

OTHER_MEANINGS = {
    "age": "a field of phenopackets, looked up in whatever folder is read",
    "onset": "a field of phenopackets",
    "running": "a state of work in progress",
    "locking": "of a file",
    "article": "an id of a lexicon",
    "child": "of an arrow, or of an element of XML",
    "cast": "of a type",
    "cut": "of a text that is too long",
    "tick": "of an axis",
    "ticks": "of an axis",
    "std": "of pandas",
    "pad": "of a figure",
    "fall": "a step of a waterfall, and a verb",
    "fell": "an irregular form of a verb",
    "swollen": "an irregular form of a verb",
    "sex": "a field of phenopackets, and of pronouns",
    "male": "by pronouns",
    "female": "by pronouns",
    "oldest": "an end of ages",
    "longstanding": "an English word for a duration",
    "long duration": "what a question that begins with how long asks after",
    "temperature": "a unit",
    "something_else": "the id that a folder's rest has unless it says otherwise",
}
SPELLINGS = {
    ("text.py", "tumor"),
    ("text.py", "tumour"),
    ("history/amounts.py", "fever"),  # a name in which a temperature is meant
    ("inference/cores.py", "locked"),  # what Python calls a lock that somebody holds
    *(
        ("history/words.py", word)
        for word in ("tumor", "tumour", "edema", "oedema", "diarrhea", "diarrhoea")
    ),
}


def names_of(model: kb.Model) -> set[str]:
    """Ids, labels and aliases of all nodes, states, groups and settings."""
    knowledge = model.knowledge
    found: set[str] = set()
    for kind in (
        knowledge.causes,
        knowledge.findings,
        knowledge.contexts,
        knowledge.mediators,
        knowledge.groups,
    ):
        for one in kind.values():
            found |= {one.id, one.label.casefold(), *(name.casefold() for name in one.aliases)}
    for context in knowledge.contexts.values():
        found |= {state.id for state in context.states}
    return found | set(knowledge.settings)


def strings_and_names(path: Path) -> Iterator[str]:
    """Every text and every name in some code, docstrings left out."""
    if path.suffix == ".js":
        yield from re.findall(r"""["'`]([^"'`\n]*)["'`]""", path.read_text(encoding="utf-8"))
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, described) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def test_no_code_names_what_stands_in_the_first_article(knee: kb.Model) -> None:
    names = names_of(knee)
    found = {
        (path.relative_to(PACKAGE).as_posix(), text.casefold())
        for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js")]
        for text in strings_and_names(path)
        if text.casefold() in names and text.casefold() not in OTHER_MEANINGS
    }
    assert found - SPELLINGS == set()


BODY = re.compile(
    r"\b(knees?|kneecap|calf|calves|legs?|thigh|popliteal|cysts?|gout|DVT|menisc\w+|stairs"
    r"|painful|pains?|hurts?|swollen|swelling|stiff\w*|ultrasound|older)\b",
    re.IGNORECASE,
)
SPEAKS_OF_BODIES = {
    "history/": "English words and turns of speech, whatever a folder is about",
    "exchange/codes.py": "words of a public ontology",
    "exchange/phenopacket_read.py": "parts of the body by the public ontology",
    "study/published_evaluation.py": "a field of the published patients",
    "knowledge/statements.py": "what an assumption may look like",
    "knowledge/reading.py": "an id and a state that it may have",
    "cli/app.py": "what the package is about where no folder is named",
    "cli/looking.py": "the folder that a newcomer is given, which is about shoulders",
    "text.py": "irregular forms of verbs",
}


def test_no_text_in_code_speaks_of_the_first_article() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), text)
        for path in [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js")]
        for text in strings_and_names(path)
        if not any(path.relative_to(PACKAGE).as_posix().startswith(one) for one in SPEAKS_OF_BODIES)
        if BODY.search(text)
    }
    assert found == set()


def test_the_search_would_find_one(tmp_path: Path, knee: kb.Model) -> None:
    code = tmp_path / "bad.py"
    code.write_text('"""fever"""\ndef f(x):\n    """gout"""\n    return x == "fever" or x.warmth\n')
    assert names_of(knee) & set(strings_and_names(code)) == {"fever", "warmth"}


def test_the_second_article_is_nobodys_knee(knee: kb.Model, pump: kb.Model) -> None:
    assert names_of(knee) & names_of(pump) == set()
    assert "nvented" in pump.knowledge.meta.source + pump.knowledge.meta.disclaimer
    assert np.isfinite(list(pump.diagnose().belief.posteriors.values())).all()
