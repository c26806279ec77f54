"""What a page says otherwise under another lexicon, in another setting, in another layer."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import starmap
from typing import Any

import numpy as np

from kneebayes.building.draft import Draft
from kneebayes.building.elicit import fitted_ratios
from kneebayes.building.model import (
    ModelData,
    ModelLike,
    in_layer,
    in_settings,
    models_of,
    priors_in_settings,
    with_lexicon,
)
from kneebayes.building.shares import Shares
from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.layers import in_layer as take_layer
from kneebayes.knowledge.statements import Interval, Layer
from kneebayes.network import Numbers
from kneebayes.page.payload import Plain, numbers_of, payload

DIGITS = 12  # of a number that is another than the model's own
FEWER = 4  # of the bounds of an interval
NEAR = 1e-10  # of the table that comes back, relative
NAMED = ("labels", "aliases", "claims", "references")
OTHERS = ("layer", "groups", "incoherent", "sections", "urgency", "findings", "contexts", "care")
SMALLER: Layer = "article"
LARGER: Layer = "beyond"

LAYERS = {
    "article": ("the article alone", "Only what rests on the article, in its words."),
    "literature": ("with the literature", "The article, and what published studies measured."),
    "beyond": ("beyond the article", "Causes that the article does not name are listed as well."),
}

_known: deque[tuple[ModelData, Plain]] = deque(maxlen=4)  # to make it takes seconds


def choices_of(model: ModelLike) -> dict[str, list[dict[str, Any]]]:
    """What a model could be read by as well, in words alone: nothing is calibrated for it.

    ``lexicons``, ``settings`` (no setting has an empty id) and ``layers`` each have ``id``,
    ``label`` and ``about``; the model's own first. They are empty for a model that has learnt.
    """
    data = model.data
    if data.learnt is not None:
        return {"lexicons": [], "settings": [], "layers": []}
    lexicons, settings = data.knowledge.lexicons, {"": None, **data.knowledge.settings}
    return {
        "lexicons": _first(data.lexicon, starmap(_named, lexicons.items())),
        "settings": _first(data.setting or "", starmap(_named, settings.items())),
        "layers": _first(data.knowledge.layer, map(_layer_named, LAYERS)),
    }


def _layer_named(id: str) -> Plain:
    label, about = LAYERS[id]
    return {"id": id, "label": label, "about": about}


def _named(id: str, record: Any) -> Plain:
    """A lexicon or a setting in words; no record is no setting."""
    label, about = (record.label, record.about) if record else ("anywhere", "")
    return {"id": id, "label": label, "about": about}


def _first(own: str, records: Iterable[Plain]) -> list[Plain]:
    """The own one before all others, which stay in their order."""
    return sorted(records, key=lambda record: record["id"] != own)


def readings_of(model: ModelLike, own: Mapping[str, Any]) -> dict[str, Any]:
    """Every lexicon of the folder and every setting, with what is different there.

    Returns
    -------
    dict
        Empty where there is nothing to choose; else

        - ``lexicons`` and ``settings``, each with ``id``, ``label`` and ``about``: the model's own
          first (no setting has an empty id);
        - ``networks``, by lexicon: ``nodes`` that are different (a place, the leak, the links),
          ``intervals`` of arrows (a place among the arrows, one among the intervals),
          ``bounds`` of the priors of the causes and of what else explains the complaint, and
          ``ratios`` of the table of explanations that are others than in the first lexicon (a
          place, the value, low and high);
        - ``intervals``, behind those of the payload;
        - ``contexts`` and ``places``, what ratios speak of
          (:class:`ShareFit`); the page fits the table as Python does;
        - ``shares``, by lexicon and setting: the ``priors`` of the causes and of what else
          explains the complaint, its ``parts`` (and the whole ``table`` where it cannot be made).

        What the model cannot be is left out.
    """
    for data, found in tuple(_known):
        if _alike(data, model.data):
            return deepcopy(found)  # nobody changes what the next page says
    found = _readings(model, own)
    _known.append((model.data, found))
    return deepcopy(found)


def _alike(one: ModelData, other: ModelData) -> bool:
    """Whether two models are made of the same, however they were come by."""
    if one.elicited is not other.elicited or one.setting != other.setting:
        return False
    return one.learnt is other.learnt and one.knowledge == other.knowledge


def _readings(model: ModelLike, own: Mapping[str, Any]) -> Plain:
    data = model.data
    lexicons, settings = data.knowledge.lexicons, data.knowledge.settings
    found: Plain = {"networks": {}, "shares": {}}
    places = {tuple(one): at for at, one in enumerate(own["intervals"])}
    otherwise = dict(_read_otherwise(model))
    fits = share_fits(list(otherwise.values()))
    first = fits[0]
    for (lexicon, read), fit in zip(otherwise.items(), fits, strict=True):
        if first is None or fit is None or fit.places != first.places:
            ratios, shares = [], _elsewhere_whole(read)
        else:
            ratios, shares = _other_ratios(first, fit), _elsewhere(read)
        network = _network(own, numbers_of(read), places)
        found["networks"][lexicon] = {**network, "bounds": _bounds(read), "ratios": ratios}
        found["shares"][lexicon] = dict(shares)
    if first is not None:
        found["contexts"] = [list(one) for one in first.contexts]
        found["places"] = [list(one) for one in first.places]
    found["intervals"] = [list(one) for one in places][len(own["intervals"]) :]
    offered = next(iter(found["shares"].values()))
    if len(found["shares"]) == 1 and len(offered) == 1:
        return {}
    found["lexicons"] = [_named(id, lexicons[id]) for id in found["shares"]]
    found["settings"] = [_named(id, settings.get(id)) for id in offered]
    return found


def _read_otherwise(model: ModelLike) -> Iterator[tuple[str, ModelLike]]:
    """The model as it is, then under every other lexicon that it can be read by."""
    data = model.data
    yield data.lexicon, model
    others = [id for id in data.knowledge.lexicons if id != data.lexicon]
    if data.learnt is None:
        with suppress(KneebayesError):  # which of them cannot be read is found out below
            models_of(data.knowledge, others)  # side by side, and kept
    for id in others:
        try:
            yield id, with_lexicon(model, id)
        except KneebayesError:
            continue


def _elsewhere(model: ModelLike) -> Iterator[tuple[str, Plain]]:
    """The shares as they are, then in every other setting, if the model can go to another."""
    data = model.data
    yield data.setting or "", _shares(model, data.elicited.priors)
    try:
        placed = priors_in_settings(model, _other_settings(data))
    except KneebayesError:
        return
    for id, priors in placed.items():
        yield id, _shares(replace(data, setting=id), priors)


def _elsewhere_whole(model: ModelLike) -> Iterator[tuple[str, Plain]]:
    """The same with the tables of explanations, where the page cannot make them."""
    others = _other_settings(model.data)
    placed = [model]
    with suppress(KneebayesError):
        placed += in_settings(model, others)
    for one in placed:
        table = one.data.network[EXPLANATION].table if EXPLANATION in one.data.network else None
        whole = {} if table is None else {"table": [_short(number) for number in table]}
        yield one.data.setting or "", _shares(one, one.data.elicited.priors) | whole


def _other_settings(data: ModelData) -> list[str]:
    return [id for id in data.knowledge.settings if id != data.setting]


def _network(
    own: Mapping[str, Any], there: Mapping[str, Any], places: dict[tuple[float, ...], int]
) -> Plain:
    """Nodes and intervals that are different, but for the table of explanations."""
    nodes = []
    for place, (node, other) in enumerate(zip(own["nodes"], there["nodes"], strict=True)):
        if other != node and other["id"] != EXPLANATION:
            nodes.append([place, *_numbers(other)])
    intervals = []
    for place, (arrow, other) in enumerate(zip(own["arrows"], there["arrows"], strict=True)):
        interval = tuple(there["intervals"][other[4]])
        if tuple(own["intervals"][arrow[4]]) != interval:
            intervals.append([place, places.setdefault(interval, len(places))])
    return {"nodes": nodes, "intervals": intervals}


def _other_ratios(first: ShareFit, fit: ShareFit) -> list[list[float]]:
    """The ratios that are others than the first lexicon's; of that one itself all."""
    return [
        [place, *ratio]
        for place, (ratio, own) in enumerate(zip(fit.ratios, first.ratios, strict=True))
        if fit is first or ratio != own
    ]


def _explaining(model: ModelLike) -> list[str]:
    """The causes, and what else explains the complaint: parts of something else."""
    network, causes = model.data.network, model.data.knowledge.causes
    states = network[EXPLANATION].states if EXPLANATION in network else ()
    return [*causes, *(id for id in states if id not in causes)]


def _bounds(model: ModelLike) -> list[list[float]]:
    bounds = (model.data.elicited.priors[id] for id in _explaining(model))
    return [[_short(one.low, FEWER), _short(one.high, FEWER)] for one in bounds]


def _numbers(node: Mapping[str, Any]) -> list[Any]:
    if "table" in node:
        return [[_short(one) for one in node["table"]]]
    links = [{state: _short(one) for state, one in link.items()} for link in node["links"]]
    return [_short(node["leak"]), links]


def _shares(model: ModelLike, priors: Mapping[str, Interval]) -> Plain:
    """How probable each explanation is before any answer."""
    numbers = [_short(priors[id].value) for id in _explaining(model)]
    causes = len(model.data.knowledge.causes)
    return {"reading": model.data.reading, "priors": numbers[:causes], "parts": numbers[causes:]}


def _short(number: float, digits: int = DIGITS) -> float:
    return float(f"{number:.{digits}g}")


# layers


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
    return [_layer_named(mine), *found] if found else []


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
    return {**_layer_named(SMALLER), "changes": changes, "readings": readings_of(other, there)}


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
        **_layer_named(LARGER),
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


# how the table of explanations follows from shares and ratios, so that the page can make it


@dataclass(frozen=True, slots=True)
class ShareFit:
    """What a table of explanations is fitted to, but for the shares."""

    contexts: tuple[tuple[float, ...], ...]  # of the other axes: how frequent their states are
    # by ratio the place of an explanation, of a context, of its state, of those it is compared with
    places: tuple[tuple[int, ...], ...]
    ratios: tuple[tuple[float, float, float], ...]  # how much higher the odds are, low and high


def share_fits(models: Sequence[ModelLike]) -> list[ShareFit | None]:
    """What the tables of explanations of models whose ratios are about the same causes rest on.

    None for a model that has no such table, or another in its place.
    """
    fits: list[ShareFit | None] = [None] * len(models)
    drafts = {
        at: Draft(model.data.knowledge, model.data.knowledge.lexicons[model.data.lexicon])
        for at, model in enumerate(models)
        if EXPLANATION in model.data.network
    }
    if not drafts:
        return fits
    each = {at: draft.shares()[0] for at, draft in drafts.items()}
    stated = {at: models[at].data.elicited for at in drafts}
    values = np.array([fitted_ratios(stated[at], draft) for at, draft in drafts.items()])
    shares = np.array(
        [[stated[at].priors[id].value for id in draft.explanations] for at, draft in drafts.items()]
    )
    fitting = next(iter(each.values())).beside(list(each.values()))
    again = fitting.fit(shares / shares.sum(axis=1, keepdims=True), values)
    for row, (at, draft) in enumerate(drafts.items()):
        table = models[at].data.network[EXPLANATION].table or ()
        if np.allclose(again[row].ravel(), table, rtol=NEAR, atol=0.0):
            fits[at] = _fit(draft, each[at], values[row])
    return fits


def _fit(draft: Draft, fitting: Shares, values: Numbers) -> ShareFit:
    contexts = draft.knowledge.contexts
    return ShareFit(
        contexts=tuple(tuple(state.share for state in contexts[id].states) for id in draft.scales),
        places=tuple((one.cause, one.axis, one.state, *one.others) for one in fitting.ratios),
        ratios=tuple(
            (value, interval.low, interval.high)
            for value, (_, interval) in zip(values.tolist(), draft.ratios, strict=True)
        ),
    )
