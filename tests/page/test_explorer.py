"""The widget without a browser: what it understands, and what it tells Python."""

import importlib.util
import json
from importlib.machinery import ModuleSpec

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.page.html import static
from kneebayes.page.payload import payload

needs_anywidget = pytest.mark.skipif(
    importlib.util.find_spec("anywidget") is None, reason="anywidget is not installed"
)


@needs_anywidget
@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ({}, {}),
        ({"Lump behind the knee": True}, {"lump_behind_knee": "present"}),
        ({"fever": False, "stiffness": None}, {"fever": "absent"}),
        ({"age": 67, "gradual onset": True}, {"age": "older", "onset": "absent"}),
        ({"older age": True}, {"age": "older"}),
        ({"gout": False}, {"gout": "absent"}),
        ({"clot": False}, {"deep_vein_thrombosis": "absent", "pulmonary_embolism": "absent"}),
        ({"posterior knee pain": True, "fever": True}, {"fever": "present"}),
        ({"fever": "present", "age": "older"}, {"fever": "present", "age": "older"}),
    ],
)
def test_answers_are_understood_as_diagnose_does(
    knee: kb.Model, said: dict[str, object], understood: dict[str, str]
) -> None:
    explorer = knee.explorer(said)
    assert explorer.answers.items() >= understood.items()
    expected = knee.diagnose(said).belief.posteriors
    assert explorer.differential.belief.posteriors == pytest.approx(expected, rel=1e-12)
    explorer.answers = explorer.answers  # what it tells it understands
    assert explorer.answers.items() >= understood.items()


@needs_anywidget
def test_answers_keep_the_order_in_which_they_were_told(knee: kb.Model) -> None:
    explorer = knee.explorer({"fever": True, "age": "older", "lump behind the knee": False})
    assert list(explorer.answers) == ["fever", "age", "lump_behind_knee"]


@needs_anywidget
def test_setting_answers_moves_the_differential(knee: kb.Model) -> None:
    explorer = knee.explorer()
    assert explorer.differential.urgency.level == "routine"
    explorer.answers = {"Fever": True}
    assert explorer.differential.urgency.level == "now"
    explorer.reset()
    assert explorer.answers == {}


@needs_anywidget
@pytest.mark.parametrize(
    ("said", "error", "text"),
    [
        ({"swolen knee": True}, kb.UnknownNameError, "Did you mean 'swollen knee'"),
        ({"fever": 0.3}, kb.EvidenceError, "certain answers only"),
        ({"pain behind the knee": False}, kb.EvidenceError, "for granted"),
        ({"pain behind the knee": None}, kb.EvidenceError, "for granted"),
        ({"age": "green"}, kb.EvidenceError, "age"),
    ],
)
def test_what_is_not_understood_is_refused_and_changes_nothing(
    knee: kb.Model, said: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        knee.explorer(said)
    explorer = knee.explorer({"stiffness": True})
    with pytest.raises(error, match=text):
        explorer.answers = said
    assert explorer.answers == {"stiffness": "present"}


@needs_anywidget
def test_it_carries_the_payload_of_its_model(robot: kb.Model) -> None:
    explorer = robot.explorer({"squeak": True})
    assert json.loads(explorer._payload) == json.loads(json.dumps(payload(robot)))
    assert repr(explorer) == "Explorer(squeak: present)"
    assert repr(robot.explorer()) == "Explorer(no answers yet)"


@needs_anywidget
def test_impossible_answers_are_an_error_only_when_a_differential_is_asked_for(
    knee: kb.Model,
) -> None:
    explorer = knee.explorer({"severe pain": True, "more than mild pain": False})
    with pytest.raises(kb.ImpossibleEvidenceError):
        _ = explorer.differential


@needs_anywidget
def test_where_no_widgets_are_shown_it_is_a_table(knee: kb.Model) -> None:
    explorer = knee.explorer({"fever": True})
    data, _ = explorer._repr_mimebundle_()
    assert data["text/html"] == explorer.differential._repr_html_()
    assert "application/vnd.jupyter.widget-view+json" in data
    explorer.answers = {"severe pain": True, "more than mild pain": False}
    data, _ = explorer._repr_mimebundle_()
    assert "text/html" not in data


def test_without_anywidget_there_is_a_still_picture_and_a_note(
    knee: kb.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "anywidget" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    with pytest.warns(UserWarning, match="anywidget is not installed"):
        still = knee.explorer({"fever": True})
    assert isinstance(still, kb.Differential)
    assert still.urgency.level == "now"
    assert "<table>" in still._repr_html_()


@needs_anywidget
def test_a_history_is_shown_and_not_used_before_somebody_says_so(knee: kb.Model) -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed")
    explorer = knee.explorer({"stiffness": True})
    explorer.history = "No fever. The knee may lock. <b> Redness </b>."
    shown = explorer._understood
    assert explorer.answers == {"stiffness": "present"}
    assert shown["answers"] == {"fever": "absent", "redness": "present"}
    assert "locking" in shown["note"]
    assert "".join(words for words, _, _ in shown["pieces"]) == explorer.history
    marked = {words: status for words, status, _ in shown["pieces"] if status}
    assert marked["fever"] == "absent"
    assert marked["Redness"] == "present"
    json.dumps(shown)


# less than certain, as on the page


@needs_anywidget
@pytest.mark.parametrize("said", [0.75, "perhaps", " Perhaps "])
def test_perhaps_is_the_answer_that_the_page_means_by_it(knee: kb.Model, said: object) -> None:
    explorer = knee.explorer({"fever": said, "age": "older", "gout": said})
    assert explorer.answers == {"fever": "perhaps", "age": "older", "gout": "perhaps"}
    from kneebayes.page.explorer import PERHAPS

    expected = knee.diagnose({"fever": 0.75, "age": "older", "gout": 0.75})
    assert explorer.differential.belief.posteriors == expected.belief.posteriors
    assert explorer.differential.urgency == expected.urgency
    explorer.answers = explorer.answers  # what it tells it understands
    assert explorer.answers["fever"] == "perhaps"
    assert f"const PERHAPS = {PERHAPS};" in static("weights.js")


@needs_anywidget
@pytest.mark.parametrize("said", [{"age": "perhaps"}, {"onset": "perhaps"}, {"fever": 0.5001}])
def test_perhaps_is_said_of_a_yes_or_no_alone(knee: kb.Model, said: dict[str, object]) -> None:
    with pytest.raises(kb.EvidenceError):
        knee.explorer(said)


# another lexicon, layer or setting


@needs_anywidget
def test_every_choice_is_the_model_that_was_read_so(knee: kb.Model) -> None:
    """In whatever order they are chosen; what is shown and what Python computes agree."""
    explorer = knee.explorer({"fever": True})
    for lexicon, layer, setting in (
        ("lay", "literature", ""),
        ("lay", "literature", "emergency"),
        ("hpo", "article", "emergency"),
        ("article", "literature", ""),
    ):
        explorer.setting, explorer.lexicon, explorer.layer = setting, lexicon, layer
        model = kb.load(lexicon=lexicon, layer=layer)
        model = model.in_setting(setting) if setting else model
        expected = model.diagnose({"fever": True})
        assert explorer.differential.belief.posteriors == pytest.approx(
            expected.belief.posteriors, rel=1e-12
        )
        shown = json.loads(explorer._payload)
        assert (shown["lexicon"]["id"], shown["layer"]) == (lexicon, layer)
        assert shown["reading"] == model.data.reading


@needs_anywidget
def test_the_choices_are_those_of_the_folder_the_own_first(knee: kb.Model) -> None:
    choices = knee.with_lexicon("lay").in_setting("hospital").explorer()._choices
    assert choices["lexicons"][0]["id"] == "lay"
    assert {one["id"] for one in choices["lexicons"]} == set(knee.lexicons)
    assert [one["id"] for one in choices["settings"]][:2] == ["hospital", ""]
    assert {one["id"] for one in choices["layers"]} == {"article", "literature", "beyond"}
    json.dumps(choices)


@needs_anywidget
@pytest.mark.parametrize("kind", ["lexicon", "layer", "setting"])
def test_what_is_not_there_is_refused_and_changes_nothing(robot: kb.Model, kind: str) -> None:
    explorer = robot.explorer({"squeak": True})
    before = (explorer._payload, getattr(explorer, kind), explorer.answers)
    with pytest.raises(kb.UnknownNameError, match="poet"):
        setattr(explorer, kind, "poet")
    explorer._wanted = {"kind": kind, "id": "poet", "times": 1}  # as the browser asks for it
    assert "poet" in explorer._remark
    assert (explorer._payload, getattr(explorer, kind), explorer.answers) == before


@needs_anywidget
def test_what_is_chosen_in_the_browser_is_followed(knee: kb.Model) -> None:
    explorer = knee.explorer({"fever": True})
    explorer._wanted = {"kind": "lexicon", "id": "lay", "times": 1}
    assert (explorer.lexicon, explorer._remark) == ("lay", "")
    assert explorer.answers == {"fever": "present"}
    explorer._wanted = {"kind": "answers", "id": "nonsense", "times": 2}
    assert explorer.lexicon == "lay"


@needs_anywidget
def test_answers_that_a_layer_does_not_have_are_dropped(knee: kb.Model) -> None:
    beyond = knee.in_layer("beyond")
    lost = next(one.id for one in beyond.causes if one.id not in knee.causes)
    explorer = beyond.explorer({"fever": True, lost: True})
    explorer.layer = "literature"
    assert explorer.answers == {"fever": "present"}
    expected = knee.diagnose({"fever": True}).belief.posteriors
    assert explorer.differential.belief.posteriors == pytest.approx(expected, rel=1e-12)


@needs_anywidget
def test_a_model_that_has_learnt_offers_no_other_reading(robot: kb.Model) -> None:
    taught = robot.update(pd.DataFrame({"squeak": [True, False], "rusty bolt": [True, False]}))
    explorer = taught.explorer()
    assert explorer._choices == {"lexicons": [], "settings": [], "layers": []}
    with pytest.raises(kb.KneebayesError):
        explorer.layer = "article"
