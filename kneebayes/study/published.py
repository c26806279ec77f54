"""Published patients: case presentations in our own words, with what is right for each."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from kneebayes.arguments import checked
from kneebayes.case.answers import says_no
from kneebayes.case.case import Case, Diagnosing
from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.odds import inverse_logit, logit
from kneebayes.text import counted
from kneebayes.writing import plain_text

LARGEST = 100_000_000  # bytes

Visit = Literal["first visit", "with tests"]
VISITS: tuple[Visit, ...] = get_args(Visit)
HALVES = ("work", "look", "all")
FILE = "published_cases.jsonl"
LEAST_KNOWN = 0.1  # share of the answers that a model of the same complaint understands at least
LEVELS = ("now", "soon", "routine")
LISTS = ("causes", "beyond", "also_present", "not_expressible")


@dataclass(frozen=True, repr=False)
class PublishedCase:
    """One published patient.

    Attributes
    ----------
    id, half
        Name of the case; ``work`` may be looked at while the knowledge is written, ``look``
        only to judge it.
    source, kind
        Address of the publication, and what it is (case report, teaching vignette ...).
    text
        The history in our own words.
    first_visit, tests
        Answers known at the first consultation, and those that tests added.
    diagnosis
        The published diagnosis.
    causes, beyond
        Ids of the causes that count as right; where there is none, ids of the parts of
        something else that do. Both are empty where no model of this project has it.
    also_present
        Ids of what was there as well.
    not_expressible
        Facts of the history that the names of the model cannot say.
    urgency
        What a prudent clinician would want at the first visit: now, soon or routine.
    behind_the_knee
        Whether the pain was behind the knee at all.
    same_as
        Id of another row that is about the same patient; nothing for most.
    """

    id: str
    half: str
    source: str
    kind: str
    text: str
    first_visit: Mapping[str, Any]
    tests: Mapping[str, Any]
    diagnosis: str
    causes: tuple[str, ...]
    beyond: tuple[str, ...]
    also_present: tuple[str, ...]
    not_expressible: tuple[str, ...]
    urgency: str
    behind_the_knee: bool
    same_as: str = ""

    def answers(self, visit: Visit) -> dict[str, Any]:
        """What is known at one visit; tests come on top of the first visit."""
        if visit not in VISITS:
            message = f"visit must be one of {', '.join(map(repr, VISITS))}, got {visit!r}."
            raise KneebayesError(message)
        tests = self.tests if visit == "with tests" else {}
        return {**self.first_visit, **tests}

    def __repr__(self) -> str:
        return f"PublishedCase({self.id!r}: {self.diagnosis})"


@checked
def published_cases(half: str = "all", path: str | Path | None = None) -> tuple[PublishedCase, ...]:
    """Patients of published case presentations, with their answers and the right causes.

    Published cases are not a sample of a practice: rare and urgent causes are over-represented,
    the pain of many patients is not behind the knee, and often only an abstract was available.
    The cases show in what ways a model fails, not how often it would.

    Parameters
    ----------
    half
        ``work``, ``look`` or ``all``. Never tune a model on ``look``.
    path
        Another file of the same form, one JSON object a line; left out, the shipped one.

    Raises
    ------
    KneebayesError
        If the file cannot be read, or a line lacks something or holds what it must not.

    Examples
    --------
    >>> from kneebayes.study import published_cases
    >>> cases = published_cases("work")
    >>> cases[1]
    PublishedCase('bak2': ruptured Baker's cyst)
    >>> cases[1].answers("with tests")["us_clot"]
    False
    """
    if half not in HALVES:
        message = f"half must be one of {', '.join(map(repr, HALVES))}, got {half!r}."
        raise KneebayesError(message)
    file = shipped(FILE) if path is None else Path(path)
    if file is None:
        room = Path(__file__).resolve().parent
        message = (
            f"The published cases ({FILE}) were found neither in {room} nor in tests/data. "
            "Install kneebayes again, or name a file: published_cases(path=...)."
        )
        raise KneebayesError(message)
    lines = plain_text(file, LARGEST).splitlines()
    cases = tuple(
        _case(line, f"{file.name}: line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )
    ids = [case.id for case in cases]
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        message = f"{file.name}: each id must stand once; twice: {', '.join(twice)}."
        raise KneebayesError(message)
    return tuple(case for case in cases if half in ("all", case.half))


def shipped(name: str) -> Path | None:
    """A shipped file: inside an installed package, else among the data of the tests."""
    room = Path(__file__).resolve().parent
    places = (room / name, room.parent.parent / "tests" / "data" / name)
    return next((file for file in places if file.is_file()), None)


def _case(line: str, place: str) -> PublishedCase:
    """One line as a case."""
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        message = f"{place}: no JSON ({error})."
        raise KneebayesError(message) from error
    if not isinstance(given, dict):
        message = f"{place}: must be a JSON object, got {type(given).__name__}."
        raise KneebayesError(message)
    *required, optional = (each.name for each in fields(PublishedCase))
    missing = [name for name in required if name not in given]
    unknown = sorted(set(given) - {*required, optional})
    if missing or unknown:
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has unknown fields {', '.join(unknown)}"] if unknown else []
        message = f"{place}: {' and '.join(wrong)}. Allowed: {', '.join(required)}, {optional}."
        raise KneebayesError(message)
    _check(given, place)
    return PublishedCase(**{**given, **{name: tuple(given[name]) for name in LISTS}})


def _check(given: Mapping[str, Any], place: str) -> None:
    """That the fields hold what they must; a :class:`KneebayesError` at the first that does not."""
    allowed = {"urgency": LEVELS, "half": HALVES[:2], "behind_the_knee": (True, False)}
    for name, values in allowed.items():
        if given[name] not in values:
            choices = ", ".join(map(repr, values))
            message = f"{place}: {name} must be one of {choices}, got {given[name]!r}."
            raise KneebayesError(message)
    for name in LISTS:
        value = given[name]
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            message = f"{place}: {name} must be a list of texts, got {value!r}."
            raise KneebayesError(message)
    for name in ("first_visit", "tests"):
        if not isinstance(given[name], dict):
            message = f"{place}: {name} must be names with answers, got {given[name]!r}."
            raise KneebayesError(message)


NETWORK, NAIVE, PRIOR = "network", "naive Bayes", "prior only"
EXPLAINS, PRESENT = "posterior", "present"
EDGE = 1e-9  # naive Bayes may say 0 and 1 of one cause; it is kept this far from both
SHOWN = 3
ELSE = ""  # all that the article does not name, as one cause

Beliefs = dict[str, float]


class Judge:
    """Asks a model about patients, and remembers what each answer does by itself.

    Parameters
    ----------
    ranked_by
        What orders the causes: ``posterior`` (explains the complaint), ``present`` (is there).
        Empty: ``posterior``.

    Attributes
    ----------
    prior
        Belief in each cause with nothing known but the complaint.
    unknown
        Names of answers that the model cannot read (it has no such name, or no such age), with
        how often they were left out.
    """

    def __init__(self, model: Diagnosing, ranked_by: str = "") -> None:
        if ranked_by not in ("", EXPLAINS, PRESENT):
            message = f"ranked_by must be one of {EXPLAINS!r}, {PRESENT!r}, got {ranked_by!r}."
            raise KneebayesError(message)
        self.model, self.ranked_by = model, ranked_by or EXPLAINS
        knowledge = model.data.knowledge
        self.complaint = knowledge.meta.complaint
        self.outside = {
            id
            for id, cause in knowledge.causes.items()
            if id == knowledge.meta.rest or cause.layer == "beyond"
        }
        self.prior = self._beliefs(model.diagnose({}).case, hurts=True)
        self.unknown: dict[str, int] = {}
        self._shifts: dict[tuple[str, Any], Beliefs | None] = {}

    def rows(self, case: PublishedCase) -> Iterator[dict[str, object]]:
        """What each predictor says of one patient at each visit.

        A patient whose answers are impossible in the model gets no row.
        """
        for visit in VISITS:
            answers = self._understood(case, visit)
            try:
                told = self.model.diagnose(answers).case
                beliefs = self._beliefs(told, hurts=self._hurts(answers))
            except EvidenceError:  # the answers cannot be true together
                continue
            predictors = {NETWORK: beliefs, NAIVE: self._naive(answers), PRIOR: self.prior}
            for predictor, believed in predictors.items():
                yield {
                    "id": case.id,
                    "half": case.half,
                    "visit": visit,
                    "predictor": predictor,
                    "diagnosis": case.diagnosis,
                    **self._judged(case, believed),
                    "wanted": case.urgency,
                    "urgency": told.level,
                }

    def _judged(self, case: PublishedCase, believed: Beliefs) -> dict[str, object]:
        """Rank and probability of the truth, the first causes, and how much lies outside."""
        order = sorted(believed, key=lambda id: -believed[id])
        right = [id for id in case.causes if id in believed]
        in_model = bool(right)
        right = right or [id for id in case.beyond if id in believed]
        first = order[0]
        outside = 1.0 - math.prod(1.0 - believed[id] for id in self.outside)
        whole = {id: share for id, share in believed.items() if id not in self.outside}
        whole[ELSE] = outside
        named = [id if id in whole else ELSE for id in right] if in_model else [ELSE]
        expected = max(named, key=whole.__getitem__)
        return {
            "truth": right,
            "in_model": in_model,
            "rank": min((order.index(id) + 1 for id in right), default=0),
            "probability": max((believed[id] for id in right), default=float("nan")),
            "whole_rank": 1 + sum(share > whole[expected] for share in whole.values()),
            "whole_probability": whole[expected],
            "first": order[:SHOWN],
            "first_probability": believed[first],
            "first_right": first in right or (not right and first in self.outside),
            "something_else": outside,
            "named_wrongly": first not in right and first not in self.outside,
        }

    def _understood(self, case: PublishedCase, visit: Visit) -> dict[str, Any]:
        """The answers whose names the model has; the others are counted."""
        known = {}
        for name, answer in case.answers(visit).items():
            if self._shift(name, answer) is None:
                self.unknown[name] = self.unknown.get(name, 0) + 1
            else:
                known[name] = answer
        return known

    def _shift(self, name: str, answer: Any) -> Beliefs | None:
        """What one answer adds to the log-odds of each cause; None if the model cannot read it."""
        key = (name, answer)
        if key not in self._shifts:
            try:
                told = self.model.diagnose({name: answer}).case
                beliefs = self._beliefs(told, hurts=self._hurts({name: answer}))
            except (UnknownNameError, EvidenceError):  # no such name, or no such state
                self._shifts[key] = None
            else:
                self._shifts[key] = {
                    id: logit(beliefs[id], EDGE) - logit(self.prior[id], EDGE) for id in self.prior
                }
        return self._shifts[key]

    def _naive(self, answers: Mapping[str, Any]) -> Beliefs:
        """Each answer weighed alone, with the likelihood ratio that it has by itself here.

        One cause explains the complaint, so what comes out is scaled to add up to 1: a logarithmic
        score compares only forecasts that do (Gneiting and Raftery 2007).
        """
        sums = {id: logit(belief, EDGE) for id, belief in self.prior.items()}
        for name, answer in answers.items():
            for id, shift in (self._shift(name, answer) or {}).items():
                sums[id] += shift
        weights = {id: inverse_logit(total) for id, total in sums.items()}
        if self.ranked_by != EXPLAINS or not self._hurts(answers):
            return weights
        whole = sum(weights.values())
        return {id: weight / whole for id, weight in weights.items()}

    def _hurts(self, answers: Mapping[str, Any]) -> bool:
        """Whether the complaint is there; without it nothing explains it."""
        return not says_no(answers.get(self.complaint))

    def _beliefs(self, case: Case, *, hurts: bool) -> Beliefs:
        """What ranks, by cause; presence where there is no complaint to explain."""
        explains = hurts and self.ranked_by == EXPLAINS
        return {row.id: row.posterior if explains else row.present for row in case.ranked}


def refuse_others(title: str, known: int, told: int) -> None:
    """Refuse patients of whom a model understands next to nothing: they have another complaint."""
    if known < LEAST_KNOWN * told:
        message = (
            f"'{title}' knows {known:,} of {counted(told, 'answer')} of these patients: they have "
            "another complaint. Give patients of your own: cases=[...], or --cases FILE."
        )
        raise EvidenceError(message)
