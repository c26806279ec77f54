"""Published patients: case presentations in our own words, with what is right for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from kneebayes.arguments import checked
from kneebayes.errors import KneebayesError

__all__ = ["HALVES", "VISITS", "PublishedCase", "Visit", "published_cases"]

Visit = Literal["first visit", "with tests"]
VISITS: tuple[Visit, ...] = get_args(Visit)
HALVES = ("work", "look", "all")
FILE = "published_cases.jsonl"
LEVELS = ("now", "soon", "routine")
LISTS = ("causes", "beyond", "also_present", "not_expressible")
REQUIRED = (
    "id",
    "half",
    "source",
    "kind",
    "text",
    "first_visit",
    "tests",
    "diagnosis",
    *LISTS,
    "urgency",
    "behind_the_knee",
)


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
    urgency
        What a prudent clinician would want at the first visit: now, soon or routine.
    behind_the_knee
        Whether the pain was behind the knee at all.
    not_expressible
        Facts of the history that the names of the model cannot say.
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
    urgency: str
    behind_the_knee: bool
    not_expressible: tuple[str, ...]
    same_as: str = ""

    def answers(self, visit: Visit) -> dict[str, Any]:
        """What is known at one visit; tests come on top of the first visit.

        Raises
        ------
        KneebayesError
            If there is no such visit.
        """
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
    file = shipped_cases() if path is None else Path(path)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file}: the published cases cannot be read ({error})."
        raise KneebayesError(message) from error
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


def shipped_cases() -> Path:
    """The shipped file: inside an installed package, else among the data of the tests.

    Raises
    ------
    KneebayesError
        If neither place holds it.
    """
    room = Path(__file__).resolve().parent
    for file in (room / FILE, room.parent.parent / "tests" / "data" / FILE):
        if file.is_file():
            return file
    message = (
        f"The published cases ({FILE}) were found neither in {room} nor in tests/data. "
        "Install kneebayes again, or name a file: published_cases(path=...)."
    )
    raise KneebayesError(message)


def _case(line: str, place: str) -> PublishedCase:
    """One line as a case."""
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        message = f"{place}: no JSON ({error})."
        raise KneebayesError(message) from error
    if not isinstance(fields, dict):
        message = f"{place}: must be a JSON object, got {type(fields).__name__}."
        raise KneebayesError(message)
    missing = [name for name in REQUIRED if name not in fields]
    unknown = sorted(set(fields) - {*REQUIRED, "same_as"})
    if missing or unknown:
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has unknown fields {', '.join(unknown)}"] if unknown else []
        message = f"{place}: {' and '.join(wrong)}. Allowed: {', '.join(REQUIRED)}, same_as."
        raise KneebayesError(message)
    _check(fields, place)
    values: dict[str, Any] = {**fields, **{name: tuple(fields[name]) for name in LISTS}}
    return PublishedCase(**values)


def _check(fields: Mapping[str, Any], place: str) -> None:
    """That the fields hold what they must.

    Raises
    ------
    KneebayesError
        At the first that does not.
    """
    allowed = {"urgency": LEVELS, "half": HALVES[:2], "behind_the_knee": (True, False)}
    for name, values in allowed.items():
        if fields[name] not in values:
            choices = ", ".join(map(repr, values))
            message = f"{place}: {name} must be one of {choices}, got {fields[name]!r}."
            raise KneebayesError(message)
    for name in LISTS:
        value = fields[name]
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            message = f"{place}: {name} must be a list of texts, got {value!r}."
            raise KneebayesError(message)
    for name in ("first_visit", "tests"):
        if not isinstance(fields[name], dict):
            message = f"{place}: {name} must be names with answers, got {fields[name]!r}."
            raise KneebayesError(message)
