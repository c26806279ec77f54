"""Cases as JSON, read with care and replayed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kneebayes.arguments import checked
from kneebayes.building.model import read_as
from kneebayes.errors import KneebayesError
from kneebayes.teaching.case import PracticeCase
from kneebayes.teaching.patients import DIFFICULTIES, KINDS, is_possible
from kneebayes.teaching.situation import FORMAT, LEVELS, VERSION
from kneebayes.writing import plain_text

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

LARGEST = 1_000_000  # bytes
OPTIONAL = ("layer",)  # files of an earlier version do not say it
KEYS = (
    *("format", "version", "lexicon", "setting", "layer", "seed", "difficulty", "kind"),
    *("told", "truth", "steps", "closed", "advice"),
)


@checked
def load_practice_case(model: ModelLike, path: str | Path) -> PracticeCase:
    """Read a case that :meth:`PracticeCase.save` wrote, and replay it step by step.

    A closed case comes back closed; ``Feedback(case)`` is the feedback on it.

    Raises
    ------
    KneebayesError
        If it is no case of this model; says where and why.
    """
    return case_from_json(model, plain_text(path, LARGEST), str(path))


def load_handed_in(model: ModelLike, path: Path) -> PracticeCase:
    """Read a case that was made under whatever lexicon, in whatever layer and setting.

    What a page hands in says which; the case is judged by the model under that reading.
    """
    text = plain_text(path, LARGEST)
    content = _content(text, str(path))
    return case_from_json(_under_its_reading(model, content, str(path)), text, str(path))


@checked
def case_from_json(model: ModelLike, text: str, place: str = "case") -> PracticeCase:
    """Read what :func:`kneebayes.teaching.case_to_json` wrote, and replay every step.

    The model must have the lexicon and the setting of the case; an error calls the text ``place``.

    Raises
    ------
    KneebayesError
        If the text is not a case of this model; says where and why.
    """
    content = _content(text, place)
    _check_head(model, content, place)
    truth = _truth(model, content["truth"], place)
    background = content["told"]
    knowledge = model.data.knowledge
    known = {*knowledge.contexts, *knowledge.findings} - {knowledge.meta.complaint}
    listed = isinstance(background, list) and all(isinstance(id, str) for id in background)
    if not listed or not {*background} <= known or len({*background}) < len(background):
        _refuse(place, "told", background, "a list of ids of background and findings, each once")
    case = PracticeCase(
        model, truth, tuple(background), content["seed"], content["difficulty"], content["kind"]
    )
    steps = content["steps"]
    if not isinstance(steps, list):
        _refuse(place, "steps", steps, "a list")
    for index, step in enumerate(steps):
        case = _replayed(case, step, f"{place}: steps[{index}]")
    if not content["closed"]:
        return case
    try:
        return case.ended(content["advice"] or None)
    except KneebayesError as error:
        message = f"{place}: closed: {error}"
        raise KneebayesError(message) from error


def _content(text: str, place: str) -> dict[str, Any]:
    try:
        content = json.loads(
            text, object_pairs_hook=_once, parse_constant=_not_finite, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        message = f"{place}: not valid JSON for a case: {error}."
        raise KneebayesError(message) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        message = f'{place}: this is not a case; a case has "format": "{FORMAT}".'
        raise KneebayesError(message)
    version = content.get("version")
    if isinstance(version, bool) or version != VERSION:
        message = (
            f"{place}: version {_short(version)} cannot be read; this kneebayes reads {VERSION}."
        )
        raise KneebayesError(message)
    missing = [key for key in KEYS if key not in content and key not in OPTIONAL]
    odd = [key for key in content if key not in KEYS]
    for keys, wrong in ((missing, "is missing"), (odd, "is not known")):
        if keys:
            message = f"{place}: the key {_short(keys[0])} {wrong}. A case has: {', '.join(KEYS)}."
            raise KneebayesError(message)
    return content


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    read_so_far: dict[str, object] = {}
    for key, value in pairs:
        if key in read_so_far:
            message = f"the key {_short(key)} stands twice"
            raise ValueError(message)
        read_so_far[key] = value
    return read_so_far


def _not_finite(word: str) -> NoReturn:
    message = f"{word[:80]} is not a finite number"
    raise ValueError(message)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _not_finite(digits)


def _check_head(model: ModelLike, content: Mapping[str, Any], place: str) -> None:
    mine = _reading_of(model)
    for key, value in mine.items():
        if (there := content.get(key, value)) != value:
            message = (
                f"{place}: {key}: the case was drawn with {_short(there)}, this model has "
                f"{value!r}. Load it with {_remedy(content)}; "
                "Practice.load reads each file of a folder so."
            )
            raise KneebayesError(message)
    choices = {"difficulty": DIFFICULTIES, "kind": KINDS, "advice": ("", *LEVELS)}
    for key, words in choices.items():
        if content[key] not in words:
            _refuse(place, key, content[key], "one of " + ", ".join(repr(word) for word in words))
    seed = content["seed"]
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        _refuse(place, "seed", seed, "null or a whole number from 0 on")
    if not isinstance(content["closed"], bool):
        _refuse(place, "closed", content["closed"], "true or false")


def _reading_of(model: ModelLike) -> dict[str, str | None]:
    """What may differ between two models of one folder."""
    data = model.data
    return {"lexicon": data.lexicon, "layer": data.knowledge.layer, "setting": data.setting}


def _remedy(content: Mapping[str, Any]) -> str:
    """The call that gives the model which a case was drawn from."""
    named = [f"{key}={_short(content[key])}" for key in ("lexicon", "layer") if key in content]
    call = f"kneebayes.load({', '.join(named)})"
    setting = content["setting"]
    return call if setting is None else f"{call}.in_setting({_short(setting)})"


def _under_its_reading(model: ModelLike, content: Mapping[str, Any], place: str) -> ModelLike:
    """The model as a case was drawn from it: under its lexicon, in its layer and setting."""
    mine = _reading_of(model)
    wanted: dict[str, Any] = {key: content.get(key, value) for key, value in mine.items()}
    try:
        return read_as(model, **wanted)
    except KneebayesError as error:
        words = ", ".join(f"{key} {_short(value)}" for key, value in wanted.items())
        message = f"{place}: the case was made under {words}, which this model cannot be. {error}"
        raise KneebayesError(message) from error


def _truth(model: ModelLike, truth: object, place: str) -> dict[str, str]:
    """The truth, checked to name every node of the model with one of its states."""
    network = model.data.network
    if not isinstance(truth, dict):
        _refuse(place, "truth", truth, "a state for each node")
    for id in network.index:
        if id not in truth:
            message = f"{place}: truth: '{id}' is missing. Was the case drawn from another model?"
            raise KneebayesError(message)
    for id, state in truth.items():
        if id not in network:
            message = f"{place}: truth: there is no node {id[:80]!r} in this model."
            raise KneebayesError(message)
        if state not in network[id].states:
            _refuse(place, f"truth.{id}", state, "one of " + ", ".join(network[id].states))
    if not is_possible(network, truth):
        message = f"{place}: truth: such a patient is impossible under this model."
        raise KneebayesError(message)
    complaint = model.data.knowledge.meta.complaint
    if truth[complaint] != "present":
        _refuse(place, f"truth.{complaint}", truth[complaint], "'present': it is the complaint")
    return dict(truth)


def _replayed(case: PracticeCase, step: object, place: str) -> PracticeCase:
    if not isinstance(step, dict) or len(step) != 1:
        _refuse(place, "step", step, "one of {'ask': id}, {'examine': id}, {'state': {...}}")
    verb, value = next(iter(step.items()))
    knowledge = case.model.data.knowledge
    known = {"ask": {*knowledge.findings, *knowledge.contexts}, "examine": {*knowledge.methods}}
    try:
        if verb == "state" and isinstance(value, dict):
            for id in value:
                if id not in knowledge.causes:
                    _refuse(place, "state", id, "ids of causes")
            return case.state(value)
        if verb in known and isinstance(value, str) and value in known[verb]:
            return case.ask(value) if verb == "ask" else case.examine(value)
    except KneebayesError as error:
        message = str(error) if str(error).startswith(place) else f"{place}: {error}"
        raise KneebayesError(message) from error
    return _refuse(place, str(verb)[:80], value, "'ask', 'examine' or 'state' with ids")


def _refuse(place: str, key: str, value: object, allowed: str) -> NoReturn:
    message = f"{place}: {key}: must be {allowed}. Got {str(value)[:80]!r}."
    raise KneebayesError(message)


def _short(value: object) -> str:
    """A value for an error, however long it is."""
    return repr(value)[:80]
