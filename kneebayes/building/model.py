"""All that a model is made of: what a folder says, and the calibrated network that follows."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from kneebayes.arguments import checked
from kneebayes.building.elicit import elicit_each, settle, shifted_priors
from kneebayes.building.quantities import Quantities, quantities_of
from kneebayes.building.relinking import group_remarks
from kneebayes.building.restating import Solved
from kneebayes.building.result import Elicited, keep_network, kept_network
from kneebayes.errors import KneebayesError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge import Knowledge, Names, Remark, lint, read_knowledge, shipped_folder
from kneebayes.knowledge.layers import in_layer as take_layer
from kneebayes.knowledge.records import odds_by_cause
from kneebayes.knowledge.statements import Interval, Layer
from kneebayes.network import Network
from kneebayes.text import clipped, fold, shown, suggest


class ModelLike(Protocol):
    """Whatever carries the data of a model: the data alone, or the public model around them."""

    @property
    def data(self) -> ModelData:
        """What the model is made of."""

    def replace(self, **changes: Any) -> Self:
        """The same with other parts."""


class Taught(Protocol):
    """What patients taught a model, as far as every room needs to know of it."""

    @property
    def before(self) -> ModelLike:
        """The model as the text alone made it."""

    @property
    def told(self) -> str:
        """Who was learnt from, in words."""


LAYERS: tuple[Layer, ...] = ("article", "literature", "beyond")
KEPT = 16  # networks that were calibrated last: the same words need it once
AnyModel = TypeVar("AnyModel", bound=ModelLike)


@dataclass(frozen=True, eq=False, repr=False)
class ModelData:
    """A calibrated network with the knowledge it was made from; it never changes.

    Made by :func:`read_model`; every other one by :meth:`replace`.
    """

    knowledge: Knowledge
    elicited: Elicited  # the network, and where each of its numbers comes from
    engine: Engine  # what answers questions about the network
    names: Names = field(repr=False)  # what names in the folder mean
    setting: str | None = None  # where the patients are seen; None for the priors as stated
    learnt: Taught | None = None  # what patients taught; None where the text alone speaks

    @property
    def data(self) -> ModelData:
        """These data themselves."""
        return self

    def replace(self, **changes: Any) -> Self:
        """The same data with other parts; a new network gets an engine, new knowledge its names."""
        if "elicited" in changes and "engine" not in changes:
            changes["engine"] = self.engine.on(changes["elicited"].network)
        if "knowledge" in changes and "names" not in changes:
            changes["names"] = Names(changes["knowledge"])
        return dataclasses.replace(self, **changes)

    @property
    def network(self) -> Network:
        """The calibrated network."""
        return self.elicited.network

    @property
    def lexicon(self) -> str:
        """Id of the lexicon that turned words into numbers."""
        return self.elicited.lexicon

    @property
    def complaint(self) -> str:
        """Id of the complaint."""
        return self.knowledge.meta.complaint

    @property
    def reading(self) -> str:
        """Which lexicon reads the words, which setting shifts the priors, who was learnt from."""
        parts = [f"lexicon: {self.lexicon}"]
        if self.setting is not None:
            parts.append(f"setting: {self.setting}")
        if self.learnt is not None:
            parts.append(f"learnt from {self.learnt.told}")
        return ", ".join(parts)

    @cached_property
    def group_priors(self) -> Mapping[str, float]:
        """P(at least one member | complaint) by group, with nothing else known."""
        seen = Evidence.of(self.network, {self.complaint: "present"})
        groups = self.knowledge.groups
        members = [group.members for group in groups.values()]
        return dict(zip(groups, self.engine.probability_of_any(members, seen), strict=True))

    @cached_property
    def quantities(self) -> Quantities:
        """All that was stated in numbers, and where each stands in the network."""
        return quantities_of(self.knowledge, self.elicited, self.engine)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What the lint found: loose ends, contradictions, statements not met in full."""
        lexicon = self.knowledge.lexicons[self.lexicon]
        about_groups = group_remarks(self.network, self.knowledge, lexicon)
        return (*lint(self.knowledge), *self.elicited.remarks, *about_groups)

    @cached_property
    def readings(self) -> Mapping[str, ModelData]:
        """The same data under every lexicon of the folder, these among them, by id."""
        if self.learnt is None:
            models_of(self.knowledge, list(self.knowledge.lexicons))  # side by side, and kept
        return {
            id: self if id == self.lexicon else with_lexicon(self, id)
            for id in self.knowledge.lexicons
        }

    @cached_property
    def solved(self) -> Solved:
        """Leaks solved for draws of the words: the next patient's robustness needs them again."""
        return {}

    def cause_named(self, name: object) -> str:
        """Id of a cause by any of its names."""
        return self.names.meaning(name, ("cause",), "model.causes").id

    def disease_named(self, name: object) -> str:
        """Id of a cause, or of a part of something else though its layer does not name it."""
        for part in self.knowledge.parts.values():
            if fold(str(name)) in map(fold, (part.id, part.label, *part.aliases)):
                return part.id
        return self.cause_named(name)

    def __repr__(self) -> str:
        return f"ModelData({self.knowledge.meta.title!r}, {self.reading})"


_calibrated: deque[ModelData] = deque(maxlen=KEPT)
_settled: deque[tuple[Elicited, Mapping[str, float], Elicited]] = deque(maxlen=2 * KEPT)


def read_model(
    folder: str | Path | None = None, lexicon: str | None = None, layer: Layer = "literature"
) -> ModelData:
    """Read a knowledge folder and calibrate its network, as :func:`kneebayes.load` does."""
    layer = _known("layer", layer, LAYERS)
    knowledge = read_knowledge(shipped_folder() if folder is None else folder, layer)
    return model_of(knowledge, knowledge.meta.lexicon if lexicon is None else lexicon)


def model_of(knowledge: Knowledge, lexicon: str) -> ModelData:
    """Calibrate the network of what a folder says, under one lexicon; the latest are kept."""
    return models_of(knowledge, [lexicon])[lexicon]


def models_of(knowledge: Knowledge, lexicons: Sequence[str]) -> dict[str, ModelData]:
    """The same under several lexicons, side by side; each comes out as it does alone."""
    known = [_known("lexicon", lexicon, knowledge.lexicons) for lexicon in lexicons]
    known_models = {lexicon: _kept(knowledge, lexicon) for lexicon in known}
    models = {lexicon: model for lexicon, model in known_models.items() if model is not None}
    missing = [lexicon for lexicon in lexicons if lexicon not in models]
    names = engine = None
    for elicited in _elicited(knowledge, missing):
        names, network = names or Names(knowledge), elicited.network
        engine = Engine(network) if engine is None else engine.on(network)
        made = ModelData(knowledge, elicited, engine, names)
        _keep(made)
        models[elicited.lexicon] = made
    return models


def _elicited(knowledge: Knowledge, lexicons: Sequence[str]) -> Iterator[Elicited]:
    """Networks under some lexicons: kept by an earlier process, or found and kept now."""
    missing = []
    for lexicon in (knowledge.lexicons[id] for id in lexicons):
        if (known := kept_network(knowledge, lexicon)) is not None:
            yield known
        else:
            missing.append(lexicon)
    for elicited in elicit_each(knowledge, missing) if missing else ():
        keep_network(knowledge, elicited)
        yield elicited


def _kept(knowledge: Knowledge, lexicon: str) -> ModelData | None:
    """The network of the same matter, if it is one of those that were calibrated last."""
    for model in tuple(_calibrated):
        if model.lexicon == lexicon and _same_matter(model.knowledge, knowledge):
            _keep(model)
            if model.knowledge is knowledge:
                return model
            # its statements are the network's own, as if read from where the other lies
            folder, whole = knowledge.folder, knowledge.whole
            own = dataclasses.replace(model.knowledge, folder=folder, whole=whole)
            return model.replace(knowledge=own)
    return None


def _keep(model: ModelData) -> None:
    """Keep a network as the one that was asked for last; which one was first goes first."""
    with suppress(ValueError):  # not kept yet, or another thread has let it go
        _calibrated.remove(model)
    _calibrated.appendleft(model)


def _same_matter(first: Knowledge, other: Knowledge) -> bool:
    """Whether two folders say the same, wherever they lie."""
    if first is other:
        return True
    if (first.digest, first.layer) != (other.digest, other.layer):
        return False
    return dataclasses.replace(first, folder=other.folder) == other


@checked
def in_setting(model: AnyModel, setting: str) -> AnyModel:
    """The same model for patients who are seen in a certain place.

    The shares of some causes are multiplied as ``settings.toml`` says; how diseases show
    themselves stays. A model in one setting goes to another from the priors as stated.

    Parameters
    ----------
    setting
        Id or label of a setting of the folder.

    Raises
    ------
    UnknownNameError
        If the folder has no such setting.
    KneebayesError
        If the shifted priors cannot all hold, or the model learnt from patients of another
        setting.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> dvt = {"leg swelling": True}
    >>> knee.in_setting("emergency").diagnose(dvt)["DVT"] > knee.diagnose(dvt)["DVT"]
    True
    """
    return in_settings(model, [setting])[0]


def in_settings(model: AnyModel, settings: Sequence[str]) -> list[AnyModel]:
    """The same model for patients who are seen in several places, all fitted side by side."""
    ids = [_setting_named(model.data.knowledge, setting) for setting in settings]
    settled = _settled_in(_as_stated(model.data), model.data.knowledge, ids)
    return [model.replace(elicited=settled[id], setting=id) for id in ids]


def priors_in_settings(
    model: ModelLike, settings: Sequence[str]
) -> dict[str, Mapping[str, Interval]]:
    """P(cause explains the complaint) in several settings, by their ids; no model is fitted."""
    data = model.data
    ids = [_setting_named(data.knowledge, setting) for setting in settings]
    odds = [odds_by_cause(data.knowledge.settings[id], data.knowledge.groups) for id in ids]
    priors = shifted_priors(_as_stated(data), data.knowledge, odds)
    return dict(zip(ids, priors, strict=True))


def _as_stated(data: ModelData) -> Elicited:
    """What a model says before its priors were shifted to a setting."""
    if data.setting is None:
        return data.elicited
    _refuse_if_learnt(data, "in_setting")
    return model_of(data.knowledge, data.lexicon).elicited


def _setting_named(knowledge: Knowledge, name: str) -> str:
    """Id of a setting, by its id or label."""
    known = knowledge.settings
    by_name = {place.label.casefold(): id for id, place in known.items()}
    by_name |= {id: id for id in known}
    id = by_name.get(str(name).casefold())
    if id is None:
        choices = f"There are: {', '.join(known)}." if known else "The folder has none."
        message = f"No setting '{name}'. {choices}"
        raise UnknownNameError(message, str(name), suggest(str(name), by_name))
    return id


def _settled_in(
    stated: Elicited, knowledge: Knowledge, settings: Sequence[str]
) -> dict[str, Elicited]:
    """What is stated, shifted to settings, by their ids; the latest of these are kept."""
    odds = {id: odds_by_cause(knowledge.settings[id], knowledge.groups) for id in settings}
    settled = {
        id: shifted
        for id, shifts in odds.items()
        for before, shifted_by, shifted in tuple(_settled)
        if before is stated and shifted_by == shifts
    }
    missing = [id for id in odds if id not in settled]
    if missing:
        made = settle(stated, knowledge, [odds[id] for id in missing])
        settled |= zip(missing, made, strict=True)
        _settled.extend((stated, odds[id], settled[id]) for id in missing)
    return settled


@checked
def with_lexicon(model: AnyModel, lexicon: str) -> AnyModel:
    """The same knowledge with its words read by another lexicon; the setting stays.

    Parameters
    ----------
    lexicon
        Id of a lexicon of the folder.

    Raises
    ------
    UnknownNameError
        If the folder has no such lexicon.
    KneebayesError
        If the model has learnt from patients: what they taught was said of the words as
        they were read then.
    """
    data = model.data
    _refuse_if_learnt(data, "with_lexicon")
    return _with_reading(model, model_of(data.knowledge, lexicon), data.setting)


@checked
def in_layer(model: AnyModel, layer: Layer) -> AnyModel:
    """The same folder taken as the article alone, with literature, or with what lies beyond.

    Parameters
    ----------
    layer
        ``article``: only statements that rest on the article, in its words; ``literature``:
        with what was measured; ``beyond``: with the parts of something else named as causes.

    Raises
    ------
    UnknownNameError
        If there is no such layer.
    KneebayesError
        If the model has learnt from patients of another layer.

    Examples
    --------
    >>> import kneebayes as kb
    >>> article = kb.load().in_layer("article")
    >>> article.knowledge.layer
    'article'
    """
    data = model.data
    _refuse_if_learnt(data, "in_layer")
    read = model_of(take_layer(data.knowledge, _known("layer", layer, LAYERS)), data.lexicon)
    return _with_reading(model, read, data.setting)


def read_as(model: AnyModel, lexicon: str, layer: Layer, setting: str | None) -> AnyModel:
    """The same folder under one lexicon, in one layer and one setting, whatever the model has now.

    A model that has learnt from patients keeps its reading, so it is refused.

    Examples
    --------
    >>> import kneebayes as kb
    >>> read_as(kb.load(), "lay", "article", None)
    Model('Pain behind the knee', lexicon 'lay': ...)
    """
    data = model.data
    if (data.lexicon, data.knowledge.layer, data.setting) == (lexicon, layer, setting):
        return model
    read = model_of(in_layer(data, layer).knowledge, lexicon)
    return _with_reading(model, read, setting)


def _with_reading(model: AnyModel, read: ModelData, setting: str | None) -> AnyModel:
    """A model whose folder was read in another way, in a setting."""
    other = model.replace(
        knowledge=read.knowledge,
        names=read.names,
        elicited=read.elicited,
        engine=read.engine,
        setting=None,
    )
    return other if setting is None else in_setting(other, setting)


def _known(kind: str, name: object, known: Collection[str]) -> Any:
    """A name that must be one of those known."""
    text = name if isinstance(name, str) else shown(name, 80)
    if isinstance(name, str) and name in known:
        return name
    message = f"No {kind} '{clipped(text)}'. There are: {', '.join(known)}."
    raise UnknownNameError(message, text, suggest(text, known))


def _refuse_if_learnt(data: ModelData, function: str) -> None:
    """What patients taught holds for one reading of the words and one place."""
    if data.learnt is not None:
        message = (
            f"This model learnt from {data.learnt.told}; {function}() would forget them. "
            f"Take model.learnt.before.{function}(...) and update it with the patients again."
        )
        raise KneebayesError(message)
