"""What a page says otherwise under another lexicon, in another setting, from the article alone."""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from itertools import starmap
from typing import TYPE_CHECKING, Any

from kneebayes.building.model import ModelData, in_layer, in_setting, with_lexicon
from kneebayes.building.places import EXPLANATION
from kneebayes.errors import KneebayesError
from kneebayes.page.odds_table import odds_of
from kneebayes.page.payload import payload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kneebayes.building.model import ModelLike
    from kneebayes.knowledge.statements import Layer

    Plain = dict[str, Any]

__all__ = ["choices_of", "layers_of", "readings_of"]

ANYWHERE = "anywhere"
DIGITS = 12  # of a number that is another than the model's own
FEWER = 4  # of the bounds of an interval
NAMED = ("labels", "aliases", "claims", "references")
SMALLER: Layer = "article"  # the layer that is small enough to be carried beside another
LAYERS = {
    "article": ("the article alone", "Only what rests on the article, in its words."),
    "literature": ("with the literature", "The article, and what published studies measured."),
    "beyond": ("beyond the article", "Parts of something else are named as causes as well."),
}

_known: deque[tuple[ModelData, Plain]] = deque(maxlen=4)  # to make it takes seconds


def layers_of(model: ModelLike, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How much of the folder is taken: the model's own layer, and the article alone beside it.

    Each has ``id``, ``label`` and ``about``, the own first; another one has ``changes``, whatever
    of the payload is different there (of labels, other names and references only what is added),
    and its own ``readings``. It is empty where there is no other.
    """
    mine = model.data.knowledge.layer
    if mine == SMALLER:
        return []
    try:
        other = in_layer(model, SMALLER)
    except KneebayesError:
        return []
    there = payload(other)
    if there["nodes"] == own["nodes"]:
        return []
    changes = {
        key: _added(own[key], value) if key in NAMED else value
        for key, value in there.items()
        if value != own[key]
    }
    found = {**_layer(SMALLER), "changes": changes, "readings": readings_of(other, there)}
    return [_layer(mine), found]


def _layer(id: str) -> Plain:
    label, about = LAYERS[id]
    return {"id": id, "label": label, "about": about}


def _added(own: Mapping[str, Any], there: Mapping[str, Any]) -> Plain:
    return {key: value for key, value in there.items() if own.get(key) != value}


def choices_of(model: ModelLike) -> dict[str, list[dict[str, Any]]]:
    """What a model could be read by as well, in words alone: nothing is calibrated for it.

    ``lexicons``, ``settings`` (no setting has an empty id) and ``layers`` each have ``id``,
    ``label`` and ``about``; the model's own first. They are empty for a model that has learnt.

    Examples
    --------
    >>> import kneebayes as kb
    >>> found = choices_of(kb.load().in_setting("emergency"))
    >>> [layer["id"] for layer in found["layers"]], found["settings"][1]["label"]
    (['literature', 'article', 'beyond'], 'anywhere')
    """
    data = model.data
    if data.learnt is not None:
        return {"lexicons": [], "settings": [], "layers": []}
    settings = [{"id": "", "label": ANYWHERE, "about": ""}]
    settings += starmap(_named, data.knowledge.settings.items())
    return {
        "lexicons": _first(data.lexicon, list(starmap(_named, data.knowledge.lexicons.items()))),
        "settings": _first(data.setting or "", settings),
        "layers": _first(data.knowledge.layer, [_layer(id) for id in LAYERS]),
    }


def _named(id: str, record: Any) -> Plain:
    return {"id": id, "label": record.label, "about": record.about}


def _first(own: str, records: list[Plain]) -> list[Plain]:
    """The own one before all others, which stay in their order."""
    return sorted(records, key=lambda record: record["id"] != own)


def readings_of(model: ModelLike, own: Mapping[str, Any]) -> dict[str, Any]:
    """Every lexicon of the folder and every setting, with what is different there.

    Parameters
    ----------
    model
        The model that the page is made of.
    own
        Its own payload.

    Returns
    -------
    dict
        Empty where there is nothing to choose; else

        - ``lexicons`` and ``settings``, each with ``id``, ``label`` and ``about``: the model's own
          first (no setting has an empty id);
        - ``networks``, by lexicon: ``nodes`` that are different (a place, the leak, the links),
          ``intervals`` of arrows (a place among the arrows, one among the intervals), and
          ``bounds`` of the priors of the causes;
        - ``intervals``, behind those of the payload;
        - ``shifts``, places of the numbers that are added up to odds of the explanations;
        - ``shares``, by lexicon and setting: the ``priors`` of the causes, and ``own`` and
          ``shifts``, the numbers of those odds (or the whole ``table``).

        What the model cannot be is left out.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> found = readings_of(knee, payload(knee))
    >>> [one["id"] for one in found["settings"]][:2], found["lexicons"][0]["id"]
    (['', 'general_practice'], 'article')
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
    taken: list[str] = []
    for lexicon, read in _read_otherwise(model):
        there = payload(read)
        found["networks"][lexicon] = _network(own, there, places)
        found["shares"][lexicon] = {
            setting: _shares(placed) for setting, placed in _elsewhere(read)
        }
        taken.append(lexicon)
    found["shifts"] = _together(found["shares"])
    found["intervals"] = [list(one) for one in places][len(own["intervals"]) :]
    offered = next(iter(found["shares"].values()))
    if len(taken) == 1 and len(offered) == 1:
        return {}
    found["lexicons"] = [
        {"id": id, "label": lexicons[id].label, "about": lexicons[id].about} for id in taken
    ]
    found["settings"] = [
        {"id": id, "label": settings[id].label, "about": settings[id].about}
        if id
        else {"id": id, "label": ANYWHERE, "about": ""}
        for id in offered
    ]
    return found


def _read_otherwise(model: ModelLike) -> Iterator[tuple[str, ModelLike]]:
    """The model as it is, then under every other lexicon that it can be read by."""
    yield model.data.lexicon, model
    for id in model.data.knowledge.lexicons:
        if id != model.data.lexicon:
            try:
                yield id, with_lexicon(model, id)
            except KneebayesError:
                continue


def _elsewhere(model: ModelLike) -> Iterator[tuple[str, ModelLike]]:
    """The model as it is, then in every other setting whose shifts it can take."""
    yield model.data.setting or "", model
    for id in model.data.knowledge.settings:
        if id != model.data.setting:
            try:
                yield id, in_setting(model, id)
            except KneebayesError:
                continue


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
    bounds = [[_short(cause["interval"][at], FEWER) for at in (0, 2)] for cause in there["causes"]]
    return {"nodes": nodes, "intervals": intervals, "bounds": bounds}


def _numbers(node: Mapping[str, Any]) -> list[Any]:
    if "table" in node:
        return [[_short(one) for one in node["table"]]]
    links = [{state: _short(one) for state, one in link.items()} for link in node["links"]]
    return [_short(node["leak"]), links]


def _shares(model: ModelLike) -> Plain:
    """How probable each explanation is before any answer."""
    network, priors = model.data.network, model.data.elicited.priors
    found: Plain = {
        "reading": model.data.reading,
        "priors": [_short(priors[id].value) for id in model.data.knowledge.causes],
    }
    if EXPLANATION in network:
        node = network[EXPLANATION]
        odds = odds_of(network, node)
        if odds is None:
            found["table"] = [_short(one) for one in node.table or ()]
        else:
            found |= {"own": odds.own, "shifts": odds.shifts}
    return found


def _together(shares: Mapping[str, Mapping[str, Plain]]) -> list[list[int]]:
    """Where anything is shifted anywhere; the shifts themselves become lists in that order."""
    all_of_them = [one for by_setting in shares.values() for one in by_setting.values()]
    places = sorted({place for one in all_of_them for place in one.get("shifts", ())})
    for one in all_of_them:
        if "shifts" in one:
            one["shifts"] = [one["shifts"].get(place, 0) for place in places]
    return [list(place) for place in places]


def _short(number: float, digits: int = DIGITS) -> float:
    return float(f"{number:.{digits}g}")
