"""The case file: what is known of one patient, by the ids of a knowledge folder, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.case.likelihoods import likelihood_of, says_unknown
from kneebayes.errors import EvidenceError, UnknownNameError, suggest
from kneebayes.exchange.patient import Patient, Told, answer_of, told_answers
from kneebayes.exchange.problems import Problems
from kneebayes.exchange.schemas import check_schema, schema_named
from kneebayes.exchange.strict_json import read_json

if TYPE_CHECKING:
    from kneebayes.differential import Differential
    from kneebayes.model import Model

__all__ = ["case_content", "read_case", "read_one_answer", "software"]

FORMAT = "kneebayes patient"
KINDS = ("finding", "context", "cause", "mediator")


def software() -> str:
    """Name and version of this package."""
    try:
        return f"kneebayes {version('kneebayes')}"
    except PackageNotFoundError:  # a plain checkout that was never installed
        return "kneebayes"


def case_content(
    case: Differential, *, name: str = "", note: str = "", results: bool = True
) -> dict[str, object]:
    """A differential as the content of a case file.

    Parameters
    ----------
    case
        The differential.
    name, note
        What the case is called, and what there is to say of it.
    results
        Whether urgency and ranking stand in it; they are for readers, and never evidence.
    """
    model = case.model
    meta = model.knowledge.meta
    content: dict[str, object] = {"format": FORMAT, "version": 1}
    content |= {key: text for key, text in (("name", name), ("note", note)) if text}
    content["model"] = {
        "title": meta.title,
        "source": meta.source,
        "software": software(),
        "disclaimer": meta.disclaimer,
    }
    content["lexicon"] = model.elicited.lexicon
    content["setting"] = model.setting
    content["answers"] = {
        id: {"label": model.knowledge.label(id), "answer": answer}
        for id, answer in told_answers(case).items()
    }
    if results:
        content["results"] = _results(case)
    return content


def _results(case: Differential) -> dict[str, object]:
    told = case.to_dict()
    ranking = [
        {"id": row["id"], "label": row["cause"]}
        | {key: row[key] for key in ("prior", "posterior", "urgent")}
        for row in told["ranking"]
    ]
    return {"urgency": told["urgency"], "any_urgent": told["any_urgent"], "ranking": ranking}


def read_case(model: Model, source: str | Path | Mapping[str, object]) -> Patient:
    """Read a case file strictly; all that is wrong is told at once.

    Parameters
    ----------
    model
        The model to read it for; lexicon and setting become those of the file.
    source
        A path, or what was parsed elsewhere.

    Raises
    ------
    ExchangeError
        If the file is too large or too deep, does not follow the schema, is of another model,
        or names what the model does not have.
    """
    title = "the case" if isinstance(source, Mapping) else f"'{Path(source).name}'"
    problems = Problems(title)
    content = read_json(source, problems)
    check_schema(content, schema_named("patient"), problems)
    problems.raise_any()
    other = content.get("model", {}).get("title", model.knowledge.meta.title)
    if other != model.knowledge.meta.title:
        wrong = f"it was made with the model '{other}'."
        problems.add("model.title", wrong, f"This is '{model.knowledge.meta.title}'.")
        problems.raise_any()  # nothing in it can be expected to fit
    placed = _placed(model, content, problems)
    told = [
        one
        for id, said in content["answers"].items()
        if (one := _told(model, id, said, problems)) is not None
    ]
    ranking = content.get("results", {}).get("ranking", [])
    for at, row in enumerate(ranking):
        if row["id"] not in model.knowledge.causes:
            place = f"results.ranking[{at}].id"
            _add_unknown(problems, place, row["id"], model.knowledge.causes, "cause")
    problems.raise_any()
    results = {row["id"]: float(row["posterior"]) for row in ranking}
    return Patient(placed, title, tuple(told), results)


def _placed(model: Model, content: dict[str, Any], problems: Problems) -> Model:
    """The model in the lexicon and the setting that the file names."""
    lexicon = content.get("lexicon", model.elicited.lexicon)
    setting = content.get("setting", model.setting)
    if lexicon not in model.knowledge.lexicons:
        _add_unknown(problems, "lexicon", lexicon, model.knowledge.lexicons, "lexicon")
    if setting is not None and setting not in model.knowledge.settings:
        _add_unknown(problems, "setting", setting, model.knowledge.settings, "setting")
    if len(problems) or (lexicon, setting) == (model.elicited.lexicon, model.setting):
        return model
    stated = type(model)(model.knowledge, lexicon)
    return stated if setting is None else stated.in_setting(setting)


def _told(model: Model, id: str, said: dict[str, Any], problems: Problems) -> Told | None:
    """One answer, understood; None with the problem noted."""
    place = f"answers.{id}"
    if id not in model.network:
        try:
            wanted = model.names.meaning(id, KINDS).id
            problems.add(place, "this is a name and no id.", f"The id is '{wanted}'.")
        except UnknownNameError:
            _add_unknown(problems, place, id, model.network.index, "node")
        return None
    label = said.get("label", "")
    own = model.knowledge.label(id)
    why = "" if label in ("", own) else f"the folder calls it '{own}'"
    if says_unknown(said["answer"]):
        return Told(place, id, label, id, "unknown", why)
    try:
        return Told(place, id, label, id, read_one_answer(model, id, said["answer"]), why)
    except EvidenceError as error:
        problems.add(f"{place}.answer", str(error))
        return None


def read_one_answer(model: Model, id: str, answer: object) -> Any:
    """An answer about one node in the plain form that means the same.

    Raises
    ------
    EvidenceError
        If the node cannot take it.
    """
    states = model.network[id].states
    meaning = model.names.meaning(id, KINDS)
    likelihood = likelihood_of(model.knowledge, states, id, meaning, answer)
    if likelihood is None:
        message = f"'{id}': {answer!r} says nothing."
        raise EvidenceError(message)
    return answer_of(states, likelihood)


def _add_unknown(
    problems: Problems, place: str, name: str, known: Mapping[str, object], kind: str
) -> None:
    near = suggest(name, known)
    hint = f"Did you mean '{near[0]}'?" if near else f"See the {kind}s of the model."
    problems.add(place, f"there is no {kind} '{name}'.", hint)
