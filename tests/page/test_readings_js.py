"""Under every lexicon and in every setting the page is what Python makes of the same choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from javascript import run
from test_engine_js import random_answers

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.network import Network, root_node, table_node
from kneebayes.page.odds_table import odds_of
from kneebayes.page.payload import payload
from kneebayes.page.readings import NAMED, layers_of, readings_of

Choice = dict[str, str]

READ = """
const main = ({ payload, choices, patients }) => choices.map((choice) => {
  const read = payloadIn(payload, choice);
  const model = createModel(read);
  const posteriors = patients.map((answers) => {
    const found = infer(model, answers);
    return found.possible ? model.causes.map((id) => found.posterior[id].at(-1)) : null;
  });
  const { readings, layers, ...rest } = read;
  return { payload: rest, posteriors };
});
"""


def elsewhere(model: kb.Model, choice: Choice) -> kb.Model:
    """The model of a choice, made by Python."""
    read = model.in_layer(choice["layer"]).with_lexicon(choice["lexicon"])
    return read.in_setting(choice["setting"]) if choice["setting"] else read


def readings_shown(
    model: kb.Model, tmp_path: Path, patients: list[dict[str, str]]
) -> list[tuple[Choice, dict[str, Any]]]:
    own = payload(model)
    layers = layers_of(model, own)
    own |= {"readings": readings_of(model, own), "layers": layers}
    by_layer = {layers[0]["id"]: own["readings"], layers[1]["id"]: layers[1]["readings"]}
    choices = [
        {"layer": layer, "lexicon": lexicon["id"], "setting": setting["id"]}
        for layer, readings in by_layer.items()
        for lexicon in readings["lexicons"]
        for setting in readings["settings"]
    ]
    data = {"payload": own, "choices": choices, "patients": patients}
    return list(zip(choices, run(tmp_path, READ, data), strict=True))


def in_numbers(payload: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """A payload with each arrow's interval in the place of its place; of names only some."""
    intervals = payload["intervals"]
    arrows = [[*arrow[:4], intervals[arrow[4]], *arrow[5:]] for arrow in payload["arrows"]]
    known = {key: {id: payload[key][id] for id in names[key]} for key in NAMED}
    return {**payload, **known, "arrows": arrows, "intervals": []}


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


def test_every_reading_is_the_one_that_python_makes(knee: kb.Model, tmp_path: Path) -> None:
    patients = random_answers(knee, 16, 4)
    causes = list(knee.knowledge.causes)
    compared = 0
    for choice, shown in readings_shown(knee, tmp_path, patients):
        model = elsewhere(knee, choice)
        expected = payload(model)
        assert_alike(in_numbers(shown["payload"], expected), in_numbers(expected, expected))
        evidence = [Evidence.of(model.network, answers) for answers in patients]
        python = model.engine.propagate_each(evidence, causes)
        exact = np.stack([python.marginals[id][:, 1] for id in causes], axis=1)
        for mine, theirs in zip(shown["posteriors"], exact, strict=True):
            if mine is not None:
                assert np.abs(np.array(mine) - theirs).max() < 1e-9
                compared += 1
    lexicons, settings = knee.knowledge.lexicons, knee.knowledge.settings
    assert compared > 2 * 10 * len(lexicons) * (1 + len(settings))


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


def test_what_is_no_product_has_no_odds() -> None:
    """Two parents whose effects do not multiply, and a cell of zero."""
    roots = (root_node("old", [0.5, 0.5]), root_node("male", [0.5, 0.5]))
    product = [0.2, 0.8, 0.5, 0.5, 0.5, 0.5, 0.8, 0.2]
    for table, is_product in (
        (product, True),
        ([*product[:6], 0.5, 0.5], False),
        ([*product[:6], 1.0, 0.0], False),
    ):
        network = Network(
            (*roots, table_node("why", ["old", "male"], np.reshape(table, (2, 2, 2))))
        )
        assert (odds_of(network, network["why"]) is not None) == is_product
