"""A patient in a file: what was read of one, and the case file, which names all by ids, as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelLike, read_as
from kneebayes.case import Answer
from kneebayes.case.answers import likelihood_of, says_unknown
from kneebayes.case.case import CaseLike, Diagnosing
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.exchange.data_files import Problems, check_schema, read_json, save_json, schema_named
from kneebayes.text import counted, did_you_mean
from kneebayes.view.differential import differential_dict, draw_differential
from kneebayes.view.report import ModelResult, Report, beside_the_signs, made_by, package_version


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that stood in a file, as the file calls it."""

    place: str  #: where, such as ``phenotypicFeatures[2]``
    code: str
    label: str
    id: str = ""  #: of the node that it speaks of; empty where it was not used
    answer: object = None  #: what it says of it
    why: str = ""  #: why it was not used, or how it was understood
    #: ids of what it may mean though it proves none of them, so that somebody has to look
    may_mean: tuple[str, ...] = ()

    @property
    def used(self) -> bool:
        """Whether it became an answer."""
        return bool(self.id)


@dataclass(frozen=True, eq=False, repr=False)
class Patient(ModelResult):
    """One patient from a file, ready to be diagnosed."""

    #: the model that the file was read for, in the lexicon, layer and setting that it names
    model: Diagnosing
    source: str
    told: tuple[Told, ...]  #: every entry of the file, whether it became an answer or not
    #: posteriors by cause that the file reports, if it does; they are not used as evidence
    results: Mapping[str, float]
    remarks: tuple[str, ...] = ()  #: what was assumed, and what else there is to know of the file

    @property
    def answers(self) -> dict[str, object]:
        """Answers by id, in the order of the file, as :meth:`Model.diagnose` takes them."""
        return {entry.id: entry.answer for entry in self.told if entry.used}

    @property
    def unused(self) -> tuple[Told, ...]:
        """What did not become an answer, each with the reason."""
        return tuple(entry for entry in self.told if not entry.used)

    def diagnose(self) -> CaseLike:
        """The differential of this patient, with what is left to look at beside the signs."""
        made: Any = self.model.diagnose(self.answers)
        if to_look_at := tuple(dict.fromkeys(id for one in self.told for id in one.may_mean)):
            made = type(made)(self.model, replace(made.case, to_look_at=to_look_at))
        return cast("CaseLike", made)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each entry of the file.

        Columns: ``place``, ``code``, ``label``, ``id``, ``finding``, ``answer``, ``used``, ``why``.
        """
        columns = ("place", "code", "label", "id", "answer", "used", "why")
        table = pd.DataFrame({name: [getattr(one, name) for one in self.told] for name in columns})
        label = self.data.knowledge.label
        table.insert(4, "finding", [label(one.id) if one.used else "" for one in self.told])
        return table

    @property
    def report(self) -> Report:
        """What is shown: urgency, what was understood, and what was not."""
        case, knowledge = self.diagnose().case, self.data.knowledge
        words = {knowledge.cause_of(one.id) or one.id: one.state for one in case.answers}
        rows = [
            (
                entry.label or entry.code or entry.place,
                knowledge.label(entry.id) if entry.used else "not used",
                words.get(entry.id, str(entry.answer)) if entry.used else entry.why,
            )
            for entry in self.told
        ]
        count = len(self.unused)
        unused = f"{counted(count, 'thing')} in the file did not become an answer."
        return self._report(
            f"a patient from {self.source}",
            ("in the file", "understood as", "answer, or why not"),
            rows,
            known="What the file says, and what became of it:",
            advice=case.urgency.advice,
            reasons=tuple(map(str, case.urgency.reasons)),
            beside=beside_the_signs(case),
            notes=(*self.remarks, unused if count else "All of it became answers."),
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the ranked causes of this patient."""
        return draw_differential(self.diagnose(), ax=ax)

    def __repr__(self) -> str:
        answers = counted(len(self.answers), "answer")
        return f"Patient({self.source!r}: {answers}, {len(self.unused)} not used)"


def answer_of(states: tuple[str, ...], likelihood: tuple[float, ...]) -> Any:
    """A likelihood as an answer that gives it back: a state, perhaps (0.7), a weight a state."""
    possible = [index for index, value in enumerate(likelihood) if value > 0.0]
    if len(possible) == 1 and likelihood[possible[0]] == 1.0:
        return states[possible[0]]
    if len(states) == 2 and likelihood[0] == 1.0 - likelihood[1]:
        return likelihood[1]
    return {states[index]: likelihood[index] for index in possible}


def certain_state(model: ModelLike, answer: Answer) -> str | None:
    """The state that an answer names for certain, or None where it is only likely."""
    state = answer_of(model.data.network[answer.id].states, answer.likelihood)
    return state if isinstance(state, str) else None


FORMAT = "kneebayes patient"
KINDS = ("finding", "context", "cause", "mediator")
READING = ("lexicon", "layer", "setting")


def software() -> str:
    """Name and version of this package."""
    return f"kneebayes {package_version()}"


def case_content(
    case: CaseLike, *, name: str = "", note: str = "", results: bool = True
) -> dict[str, object]:
    """A differential as the content of a case file; ``results`` are for readers, no evidence."""
    case = case.case
    data, meta = case.data, case.knowledge.meta
    content: dict[str, object] = {"format": FORMAT, "version": 1}
    content |= {key: text for key, text in (("name", name), ("note", note)) if text}
    content["model"] = {
        "title": meta.title,
        "source": meta.source,
        "software": software(),
        "disclaimer": meta.disclaimer,
    }
    made = made_by(data)
    content |= {key: made[key] for key in (*READING, "learnt")}
    states = {one.id: data.network[one.id].states for one in case.in_order}
    answers = {one.id: answer_of(states[one.id], one.likelihood) for one in case.in_order}
    answers |= dict.fromkeys(case.left_open, "unknown")
    content["answers"] = {
        id: {"label": data.knowledge.label(id), "answer": answer} for id, answer in answers.items()
    }
    if results:
        content["results"] = _results(case)
    return content


def _results(case: CaseLike) -> dict[str, object]:
    content = differential_dict(case)
    ranking = [
        {"id": row["id"], "label": row["cause"]}
        | {key: row[key] for key in ("prior", "posterior", "urgent")}
        for row in content["ranking"]
    ]
    return {"urgency": content["urgency"], "any_urgent": content["any_urgent"], "ranking": ranking}


@checked
def load_case(model: Diagnosing, source: str | Path | Mapping[str, Any]) -> Patient:
    """Read a case file of this model, or what was parsed of one elsewhere, strictly.

    Raises
    ------
    ExchangeError
        If the file does not follow the schema, is of another model, or names what this
        one does not have; everything is reported at once.
    """
    title = "the case" if isinstance(source, Mapping) else f"'{Path(source).name}'"
    problems = Problems(title)
    content = read_json(source, problems)
    check_schema(content, schema_named("patient"), problems)
    problems.raise_any()
    other = content.get("model", {}).get("title", model.data.knowledge.meta.title)
    if other != model.data.knowledge.meta.title:
        wrong = f"it was made with the model '{other}'."
        problems.add("model.title", wrong, f"This is '{model.data.knowledge.meta.title}'.")
        problems.raise_any()  # nothing in it can be expected to fit
    placed = _placed(model, content, problems)
    entries = [
        one
        for id, answer in content["answers"].items()
        if (one := _told(placed, id, answer, problems)) is not None
    ]
    causes = placed.data.knowledge.causes
    ranking = content.get("results", {}).get("ranking", [])
    for index, row in enumerate(ranking):
        if row["id"] not in causes:
            _add_unknown(problems, f"results.ranking[{index}].id", row["id"], causes, "cause")
    remarks = (*assumed_complaint(placed, entries, problems), *_taught_otherwise(placed, content))
    problems.raise_any()
    results = {row["id"]: float(row["posterior"]) for row in ranking}
    return Patient(placed, title, tuple(entries), results, remarks)


def assumed_complaint(
    model: ModelLike, entries: Iterable[Told], problems: Problems
) -> tuple[str, ...]:
    """What to say where a file does not tell the complaint; a problem where it denies it."""
    complaint = model.data.knowledge.meta.complaint
    label = model.data.knowledge.label(complaint)
    for entry in entries:
        if entry.id == complaint:
            if entry.answer == "absent":
                wrong = f"it says that the patient has no {label}."
                problems.add(entry.place, wrong, "The model is about those who have it.")
            return ()
    return (f"The file does not say that the patient has {label}; it is assumed.",)


def _placed(model: Diagnosing, content: dict[str, Any], problems: Problems) -> Diagnosing:
    """The model in the lexicon, the layer and the setting that the file names."""
    data, knowledge = model.data, model.data.knowledge
    own = {key: made_by(data)[key] for key in READING}
    wanted = {key: content.get(key, mine) for key, mine in own.items()}
    if wanted["lexicon"] not in knowledge.lexicons:
        _add_unknown(problems, "lexicon", wanted["lexicon"], knowledge.lexicons, "lexicon")
    if wanted["setting"] is not None and wanted["setting"] not in knowledge.settings:
        _add_unknown(problems, "setting", wanted["setting"], knowledge.settings, "setting")
    if (learnt := data.learnt) is not None:
        for key in (key for key in READING if wanted[key] != own[key]):
            wrong = (
                f"it is {wanted[key]!r}; this model learnt under {own[key]!r} from {learnt.told}."
            )
            problems.add(key, wrong, "Take model.learnt.before.load_case(...).")
    return model if len(problems) else read_as(model, **wanted)


def _taught_otherwise(model: ModelLike, content: Mapping[str, Any]) -> tuple[str, ...]:
    """What to say where the file was saved by a model that others taught, or nobody."""
    theirs, own = content.get("learnt"), made_by(model)["learnt"]
    if theirs == own or "learnt" not in content:
        return ()
    taught, here = (f"learnt from {told or 'no patients'}" for told in (theirs, own))
    return (f"The file is of a model that {taught}; this one {here}, so posteriors differ.",)


def _told(model: ModelLike, id: str, answer: dict[str, Any], problems: Problems) -> Told | None:
    """One answer, understood; None with the problem noted."""
    place = f"answers.{id}"
    if id not in model.data.network:
        try:
            wanted = model.data.names.meaning(id, KINDS).id
            problems.add(place, "this is a name and no id.", f"The id is '{wanted}'.")
        except UnknownNameError:
            _add_unknown(problems, place, id, model.data.network.index, "node")
        return None
    label = answer.get("label", "")
    own = model.data.knowledge.label(id)
    why = "" if label in ("", own) else f"the folder calls it '{own}'"
    if says_unknown(answer["answer"]):
        return Told(place, id, label, id, "unknown", why)
    try:
        return Told(place, id, label, id, read_one_answer(model, id, answer["answer"]), why)
    except EvidenceError as error:
        problems.add(f"{place}.answer", str(error))
        return None


def read_one_answer(model: ModelLike, id: str, answer: object) -> Any:
    """An answer about one node in the plain form that means the same; refused if there is none."""
    states = model.data.network[id].states
    meaning = model.data.names.meaning(id, KINDS)
    likelihood = likelihood_of(model.data.knowledge, states, id, meaning, answer)
    if likelihood is None:
        message = f"'{id}': {answer!r} says nothing."
        raise EvidenceError(message)
    return answer_of(states, likelihood)


def _add_unknown(
    problems: Problems, place: str, name: str, known: Mapping[str, object], kind: str
) -> None:
    hint = did_you_mean(name, known, f"See the {kind}s of the model.")
    problems.add(place, f"there is no {kind} '{name}'.", hint)


@checked
def save_case(
    case: CaseLike, path: str | Path, *, name: str = "", note: str = "", results: bool = True
) -> Path:
    """Write what is known of a patient as a case file, in JSON by the ids of the folder.

    The file names lexicon, layer and setting, so that :meth:`load_case` gives the same differential
    again. From whom the model learnt it names too; a model that others taught, or nobody, remarks
    on it. With ``results`` it has urgency and ranking too, for people who read it. Never write a
    person's name into it, not as ``name`` or ``note`` either.

    Examples
    --------
    >>> import tempfile, kneebayes as kb
    >>> knee = kb.load()
    >>> dx = knee.diagnose({"lump behind the knee": True, "fever": 0.2, "age": 67})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     patient = knee.load_case(knee.save_case(dx, f"{folder}/case.json"))
    >>> patient.answers
    {'pain_behind_knee': 'present', 'lump_behind_knee': 'present', 'fever': 0.2, 'age': 'older'}
    >>> abs(patient.diagnose()["gout"] - dx["gout"]) < 1e-12
    True
    """
    return save_json(case_content(case, name=name, note=note, results=results), path)
