"""Under every lexicon and in every setting the page is what Python makes of the same choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from javascript import run
from test_engine_js import random_answers

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.network import table_node
from kneebayes.page.payload import payload
from kneebayes.page.readings import NAMED, layers_of, readings_of, share_fits

Choice = dict[str, str]

SEED = 7
READ = """
const main = ({ payload, choices, patients, seed }) => choices.map((choice) => {
  const read = payloadIn(payload, choice);
  const model = createModel(read);
  const posteriors = patients.map((answers) => {
    const found = infer(model, answers);
    return found.possible ? model.causes.map((id) => found.posterior[id].at(-1)) : null;
  });
  const { readings, layers, parts, ...rest } = read;
  return { payload: rest, posteriors, patient: drawPatient(model, seed).states };
});
"""


def elsewhere(model: kb.Model, choice: Choice) -> kb.Model:
    """The model of a choice, made by Python."""
    read = model.in_layer(choice["layer"]).with_lexicon(choice["lexicon"])
    return read.in_setting(choice["setting"]) if choice["setting"] else read


def readings_shown(
    model: kb.Model, tmp_path: Path, patients: list[dict[str, str]], every: bool
) -> list[tuple[Choice, dict[str, Any]]]:
    """What the page makes of all choices, or of some: each lexicon, each setting, each layer.

    Some of them go through lexicons and settings side by side, and from layer to layer.
    """
    own = payload(model)
    layers = layers_of(model, own)
    own |= {"readings": readings_of(model, own), "layers": layers}
    by_layer = {layer["id"]: layer.get("readings", own["readings"]) for layer in layers}
    fewest = min(len(own["readings"][kind]) for kind in ("lexicons", "settings"))
    choices = [
        {"layer": layer, "lexicon": lexicon["id"], "setting": setting["id"]}
        for moved, (layer, readings) in enumerate(by_layer.items())
        for at, lexicon in enumerate(readings["lexicons"])
        for place, setting in enumerate(readings["settings"])
        if every or ((at - place) % fewest == 0 and at % len(by_layer) == moved)
    ]
    data = {"payload": own, "choices": choices, "patients": patients, "seed": SEED}
    return list(zip(choices, run(tmp_path, READ, data), strict=True))


def in_numbers(payload: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """A payload with arrows in words and numbers in place of places; of names only some."""
    intervals, origins = payload["intervals"], payload["origins"]
    ids = [node["id"] for node in payload["nodes"]]
    arrows = [
        [ids[parent], state, ids[child], kind, intervals[at], silent, [origins[one] for one in why]]
        for parent, state, child, kind, at, silent, why in payload["arrows"]
    ]
    arrows.sort(key=lambda arrow: (arrow[:4], arrow[5:]))
    known = {key: {id: payload[key][id] for id in names[key]} for key in NAMED}
    nodes = [one if "table" in one else in_order(one) for one in payload["nodes"]]
    return {**payload, **known, "nodes": nodes, "arrows": arrows, "intervals": [], "origins": []}


def in_order(node: dict[str, Any]) -> dict[str, Any]:
    """A noisy-OR with its parents by their names: it is the same in any order of them."""
    links = sorted(zip(node["parents"], node["links"], strict=True), key=lambda one: one[0])
    return {**node, "parents": [one for one, _ in links], "links": [one for _, one in links]}


def assert_alike(one: Any, other: Any, place: str = "") -> None:
    """The same names and the same numbers, to ten digits; bounds of intervals to three."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), place
        for key in one:
            assert_alike(one[key], other[key], f"{place}.{key}")
    elif isinstance(one, list):
        assert len(one) == len(other), place
        for at, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            assert_alike(mine, theirs, f"{place}.{at}")
    elif isinstance(one, float):
        rel = 1e-3 if "interval" in place else 1e-9
        assert abs(one - other) <= max(rel * abs(other), 1e-15), place
    else:
        assert one == other, place


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.long)])
def test_every_reading_is_the_one_that_python_makes(
    knee: kb.Model, tmp_path: Path, every: bool
) -> None:
    patients = random_answers(knee, 8, 4)
    compared = 0
    taken = set()
    for choice, shown in readings_shown(knee, tmp_path, patients, every):
        model = elsewhere(knee, choice)
        causes = list(model.knowledge.causes)
        expected = payload(model)
        assert_alike(in_numbers(shown["payload"], expected), in_numbers(expected, expected))
        evidence = [Evidence.of(model.network, answers) for answers in patients]
        taken |= {(choice["layer"], choice[kind]) for kind in ("lexicon", "setting")}
        assert shown["patient"] == dict(model.practice_case("any", seed=SEED).truth)
        python = model.engine.propagate_each(evidence, causes)
        exact = np.stack([python.marginals[id][:, 1] for id in causes], axis=1)
        for mine, theirs in zip(shown["posteriors"], exact, strict=True):
            if mine is not None:
                assert np.abs(np.array(mine) - theirs).max() < 1e-9
                compared += 1
    lexicons, settings = knee.knowledge.lexicons, knee.knowledge.settings
    readings = {*lexicons, *settings, ""}
    layers = {"article", "literature", "beyond"}
    if every:
        assert taken == {(layer, reading) for layer in layers for reading in readings}
    assert ({layer for layer, _ in taken}, {reading for _, reading in taken}) == (layers, readings)
    choices = len(layers) * len(lexicons) * (1 + len(settings)) if every else len(lexicons)
    assert compared > 5 * choices


def test_a_model_in_a_setting_names_it_first_and_the_others_after(knee: kb.Model) -> None:
    emergency = knee.in_setting("emergency")
    readings = readings_of(emergency, payload(emergency))
    settings = [one["id"] for one in readings["settings"]]
    assert settings[0] == "emergency"
    assert sorted(settings) == sorted(knee.knowledge.settings)
    assert [one["id"] for one in readings["lexicons"]] == list(knee.knowledge.lexicons)


def test_without_a_choice_there_is_none(robot: kb.Model) -> None:
    lexicons = len(robot.knowledge.lexicons)
    readings = readings_of(robot, payload(robot))
    assert (readings == {}) == (lexicons == 1)
    assert [one["id"] for one in readings.get("settings", [{"id": ""}])] == [""]


def test_a_table_that_was_put_in_place_of_the_fitted_one_is_given_whole(knee: kb.Model) -> None:
    """Learning may move the table away from what shares and ratios come to."""
    fit = share_fits([knee])[0]
    assert fit is not None
    node = knee.network[EXPLANATION]
    assert len(fit.contexts) == len(node.parents)
    table = np.asarray(node.table).reshape(*map(len, fit.contexts), len(node.states))
    even = np.full(table.shape, 1 / table.shape[-1])
    flat = table_node(EXPLANATION, node.parents, even, node.states)
    other = replace(knee.elicited, network=knee.network.replacing([flat]))
    assert share_fits([knee.replace(elicited=other)])[0] is None


@pytest.mark.parametrize("layer", ["article", "beyond"])
def test_another_layer_offers_what_it_can(knee: kb.Model, layer: str) -> None:
    small = knee.in_layer(layer)
    offered = [one["id"] for one in layers_of(small, payload(small))]
    assert offered == ([] if layer == "article" else ["beyond", "article"])
