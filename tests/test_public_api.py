"""The names that other people's code may rely on."""

import copy
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kneebayes as kb
from kneebayes.errors import Problem

EXPORTED = [
    "Differential",
    "EvidenceError",
    "ImpossibleEvidenceError",
    "KneebayesError",
    "KnowledgeError",
    "Model",
    "TooWideError",
    "UnknownNameError",
    "__version__",
    "load",
    "save",
]
TREE = {
    kb.KnowledgeError: ValueError,
    kb.UnknownNameError: KeyError,
    kb.EvidenceError: ValueError,
    kb.ImpossibleEvidenceError: ValueError,
    kb.TooWideError: MemoryError,
}
ERRORS = [
    kb.KneebayesError("a"),
    kb.KnowledgeError("folder", [Problem("a.toml", "is missing.", "Add it."), Problem("b", "c")]),
    kb.UnknownNameError("No 'a'.", "a", ["b"]),
    kb.EvidenceError("a"),
    kb.ImpossibleEvidenceError("a, b", ["a", "b"]),
    kb.TooWideError("a"),
]


def test_the_exported_names_are_pinned() -> None:
    assert sorted(kb.__all__) == EXPORTED
    assert all(hasattr(kb, name) for name in kb.__all__)


def test_every_exported_thing_is_described() -> None:
    for name in set(EXPORTED) - {"__version__"}:
        assert getattr(kb, name).__doc__, name


@pytest.mark.parametrize(("error", "base"), TREE.items())
def test_every_error_is_one_of_ours_and_one_of_pythons(
    error: type[Exception], base: type[Exception]
) -> None:
    assert issubclass(error, kb.KneebayesError)
    assert issubclass(error, base)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_trip_to_another_process(error: kb.KneebayesError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_a_problem_is_told_with_place_wrong_and_remedy() -> None:
    assert str(ERRORS[1]) == "folder: 2 problems found.\n  - a.toml: is missing. Add it.\n  - b: c"


def test_an_unknown_name_is_told_without_the_quotes_of_a_key_error() -> None:
    assert str(kb.UnknownNameError("No 'a'.")) == "No 'a'."


@pytest.mark.parametrize(
    "name", ["causes", "findings", "contexts", "groups", "lexicons", "remarks"]
)
def test_what_a_model_holds_are_tuples(knee: kb.Model, name: str) -> None:
    held = getattr(knee, name)
    assert isinstance(held, tuple)
    assert len(held) > 0


@pytest.mark.parametrize("name", ["causes", "findings", "contexts", "groups"])
def test_records_have_an_id_and_a_label_and_are_frozen(knee: kb.Model, name: str) -> None:
    for record in getattr(knee, name):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", record.id)
        assert record.label
        with pytest.raises(ValueError, match="frozen"):
            record.label = "another"


def test_the_ranking_has_the_columns_promised(knee: kb.Model) -> None:
    dx = knee.diagnose()
    assert {"id", "cause", "group", "prior", "posterior", "urgent"} <= set(dx.ranking.columns)
    assert {"group", "posterior"} <= set(dx.group_ranking.columns)
    assert dx.urgency.level in {"now", "soon", "routine"}
    assert isinstance(dx.urgency.reasons, tuple)


def test_a_folder_is_named_by_text_or_path() -> None:
    tiny = Path(__file__).parent / "data" / "tiny"
    assert repr(kb.load(tiny)) == repr(kb.load(str(tiny)))
    assert repr(kb.load(tiny, lexicon="plain")) == repr(kb.load(tiny))


def test_the_shipped_folder_is_loaded_by_default(knee: kb.Model) -> None:
    assert repr(knee).startswith("Model('Pain behind the knee', lexicon 'article': ")
    assert knee.knowledge.complaint.label == "pain behind the knee"


def test_an_unknown_lexicon_is_refused() -> None:
    with pytest.raises(kb.UnknownNameError, match=re.escape("No lexicon 'plain'. There are: ")):
        kb.load(lexicon="plain")


def test_the_version_is_a_version() -> None:
    assert re.match(r"\d+(\.\d+)*", kb.__version__)


@pytest.mark.parametrize("name", ["causes", "findings", "contexts", "groups"])
def test_what_a_model_holds_is_found_by_any_name(knee: kb.Model, name: str) -> None:
    held = getattr(knee, name)
    for record in held:
        for called in (record.id, record.label.upper(), *record.aliases):
            assert called in held
            assert held[called] is record
            assert held.get(called) is record
    assert "no such thing" not in held
    assert held.get("no such thing") is None
    assert held.ids == tuple(record.id for record in held)
    with pytest.raises(kb.UnknownNameError, match="Nothing named 'no such thing' among"):
        held["no such thing"]


def test_a_setting_is_found_by_its_names_too(knee: kb.Model) -> None:
    for setting in knee.settings:
        assert setting.id in knee.settings
        assert knee.settings[setting.label] is setting
    assert "cellar" not in knee.settings
    assert knee.settings.table["id"].tolist() == list(knee.settings.ids)


def test_a_differential_holds_its_causes_in_their_order(knee: kb.Model) -> None:
    dx = knee.diagnose()
    assert [cause.id for cause in dx] == dx.ranking["id"].tolist()
    assert len(dx) == len(knee.causes)
    assert "gout" in dx
    assert "infection" in dx
    assert "fever" not in dx
    assert 7 not in dx


def test_rooms_are_there_without_an_import_of_their_own() -> None:
    code = "import kneebayes as kb; print(kb.cohort.Cohort, kb.study.World, kb.teaching.Hardness)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, capture_output=True)
    assert {"cohort", "exchange", "learning", "study", "teaching"} <= set(dir(kb))
    assert not {"building", "case", "odds", "view", "questions"} & set(dir(kb))
    with pytest.raises(AttributeError, match="has no attribute 'cellar'"):
        kb.cellar  # noqa: B018


def test_what_belongs_to_the_data_is_not_listed_among_the_verbs(knee: kb.Model) -> None:
    internal = {"solved", "reading", "readings", "elicited", "names", "engine"}
    assert not internal & set(dir(knee))
    assert internal <= set(dir(knee.data))


def test_a_setting_is_chosen_when_loading_or_afterwards(knee: kb.Model) -> None:
    there = knee.in_setting("hospital").diagnose({"fever": True}).belief.posteriors
    assert kb.load(setting="hospital").diagnose({"fever": True}).belief.posteriors == there
    with pytest.raises(kb.UnknownNameError, match="No setting 'hospitl'"):
        kb.load(setting="hospitl")


def test_a_layer_is_chosen_when_loading_or_afterwards(knee: kb.Model) -> None:
    article = kb.load(layer="article")
    assert article.knowledge.layer == "article"
    assert knee.in_layer("article").diagnose()["gout"] == article.diagnose()["gout"]
    with pytest.raises(kb.UnknownNameError, match="No layer 'beyound'"):
        kb.load(layer="beyound")


WRONG_KINDS: dict[str, Callable[[kb.Model, Any], object]] = {
    "search": lambda model, value: model.search(value),
    "lexicon": lambda model, value: model.with_lexicon(value),
    "kinds": lambda model, value: model.diagnose().questions(kinds=value),
    "link": lambda model, value: model.diagnose().sensitivity("rusty bolt", link=value),
    "answers": lambda model, value: model.simulate(2, answers=value),
    "path": kb.save,
    "model": lambda model, value: kb.save(value, "model.kneebayes.json"),
    "folder": lambda model, value: kb.load(value),
}


@pytest.mark.parametrize("value", [-1, 1.5, True, object(), b"x", float("nan")])
@pytest.mark.parametrize("name", WRONG_KINDS)
def test_a_value_of_a_wrong_kind_is_refused_in_words(name: str, value: object) -> None:
    tiny = kb.load(Path(__file__).parent / "data" / "tiny")
    with pytest.raises(kb.KneebayesError):
        WRONG_KINDS[name](tiny, value)
