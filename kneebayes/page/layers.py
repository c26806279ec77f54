"""How much of the folder a page takes: its own layer, and the others beside it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kneebayes.building.model import in_layer, models_of
from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.layers import in_layer as take_layer
from kneebayes.page.payload import payload
from kneebayes.page.readings import layer_named, readings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kneebayes.building.model import ModelLike
    from kneebayes.knowledge.statements import Layer

    Plain = dict[str, Any]

NAMED = ("labels", "aliases", "claims", "references")
OTHERS = ("layer", "groups", "incoherent", "sections", "urgency", "findings", "contexts", "care")
SMALLER: Layer = "article"
LARGER: Layer = "beyond"


def layers_of(model: ModelLike, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How much of the folder is taken: the model's own layer, and others beside it.

    Returns
    -------
    list of dict
        Each with ``id``, ``label`` and ``about``, the own first. The article alone has
        ``changes``, whatever of the payload is different there (of labels, other names and
        references only what is added), and its own ``readings``. The layer in which parts of
        something else are causes has the numbers of the own one under other names: its
        ``changes`` are words alone, ``causes`` has a record for each that is new (an id for the
        others), ``nodes`` and ``states`` the places of its nodes and of its explanations in the
        own ones, and ``unnamed`` is the part that is the rest there. Empty where there is no
        other.
    """
    mine = model.data.knowledge.layer
    found = [one for one in (_smaller(model, own), _larger(model, own)) if one is not None]
    return [layer_named(mine), *found] if found else []


def _smaller(model: ModelLike, own: Mapping[str, Any]) -> Plain | None:
    """The article alone: few enough numbers to be carried whole."""
    data = model.data
    if data.learnt is None:
        with suppress(KneebayesError):  # what cannot be read is left out below
            smaller = take_layer(data.knowledge, SMALLER)
            models_of(smaller, list(smaller.lexicons))  # side by side, and kept
    other = _taken(model, SMALLER)
    if other is None:
        return None
    there = payload(other)
    if there["nodes"] == own["nodes"]:
        return None
    changes = {
        key: _added(own[key], value) if key in NAMED else value
        for key, value in there.items()
        if value != own[key]
    }
    return {**layer_named(SMALLER), "changes": changes, "readings": readings_of(other, there)}


def _larger(model: ModelLike, own: Mapping[str, Any]) -> Plain | None:
    """The parts of something else as causes: the same network, in other words."""
    knowledge = model.data.knowledge
    rest, parts = knowledge.meta.rest, knowledge.parts
    unnamed = [id for id in parts if id not in (knowledge.whole or knowledge).causes]
    other = _taken(model, LARGER) if len(unnamed) == 1 else None
    if other is None:
        return None
    there = payload(other)
    called = {rest: unnamed[0]}
    places = {node["id"]: at for at, node in enumerate(own["nodes"])}
    states = {id: at for at, id in enumerate(model.data.network[EXPLANATION].states)}
    known = {cause["id"] for cause in own["causes"]} - {rest}
    return {
        **layer_named(LARGER),
        "changes": {
            **{key: _added(own[key], there[key]) for key in NAMED},
            **{key: there[key] for key in OTHERS if there[key] != own[key]},
        },
        "causes": [one["id"] if one["id"] in known else one for one in there["causes"]],
        "nodes": [places[called.get(node["id"], node["id"])] for node in there["nodes"]],
        "states": [states[called.get(id, id)] for id in other.data.network[EXPLANATION].states],
        "unnamed": unnamed[0],
    }


def _taken(model: ModelLike, layer: Layer) -> ModelLike | None:
    """The model in another layer; None where it is this one, or cannot be."""
    if model.data.knowledge.layer == layer:
        return None
    try:
        return in_layer(model, layer)
    except KneebayesError:
        return None


def _added(own: Mapping[str, Any], there: Mapping[str, Any]) -> Plain:
    return {key: value for key, value in there.items() if own.get(key) != value}
