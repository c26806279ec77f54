"""From a folder of plain files to records; every problem of the folder in one error."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from kneebayes.errors import KnowledgeError, Problem, suggest
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.checks import check
from kneebayes.knowledge.files import read_csv, read_toml
from kneebayes.knowledge.records import (
    Cause,
    Claim,
    Context,
    Finding,
    Group,
    Lexicon,
    Mediator,
    Meta,
    Method,
    Record,
    Reference,
    UrgencyRule,
)

__all__ = ["CLAIM_HEADER", "read_knowledge"]

Kind = TypeVar("Kind", bound=Record)

CLAIM_HEADER = (
    "id",
    "section",
    "kind",
    "subject",
    "object",
    "strength",
    "statement",
    "unused_because",
)


def read_knowledge(folder: str | Path) -> Knowledge:
    """Read and check a knowledge folder.

    Parameters
    ----------
    folder
        A folder with ``knowledge.toml``, ``claims.csv``, ``references.toml``,
        ``lexicons.toml``, ``groups.toml``, ``contexts.toml``, ``mediators.toml``,
        ``findings.toml``, ``tests.toml``, ``urgency.toml`` and one file per cause in
        ``causes/``.

    Raises
    ------
    KnowledgeError
        If anything is wrong; it lists every problem with file, entry and remedy.
    """
    path = Path(folder)
    problems: list[Problem] = []
    if not path.is_dir():
        problem = Problem(str(folder), "there is no such folder.", "Name a knowledge folder.")
        raise KnowledgeError(str(folder), [problem])
    read = _Reader(path, problems)
    meta = read.one("knowledge.toml", Meta)
    tests = read.toml("tests.toml")
    findings = read.entries("findings.toml", Finding)
    results = read.records("tests.toml: results", tests.get("results", {}), Finding)
    for id, result in results.items():
        if id in findings:
            problems.append(
                Problem(f"tests.toml: results.{id}", "the id stands in findings.toml too.",
                        "Give one of them another id.")
            )
        findings[id] = result
    knowledge_parts: dict[str, Any] = {
        "claims": read.claims(),
        "references": read.entries("references.toml", Reference),
        "lexicons": read.entries("lexicons.toml", Lexicon),
        "groups": read.entries("groups.toml", Group),
        "causes": read.causes(),
        "contexts": read.entries("contexts.toml", Context),
        "mediators": read.entries("mediators.toml", Mediator),
        "findings": findings,
        "methods": read.records("tests.toml: methods", tests.get("methods", {}), Method),
        "urgency": tuple(read.entries("urgency.toml", UrgencyRule).values()),
    }
    if problems or meta is None:
        raise KnowledgeError(str(folder), problems)
    knowledge = Knowledge(folder=str(folder), meta=meta, **knowledge_parts)
    problems.extend(check(knowledge))
    if problems:
        raise KnowledgeError(str(folder), problems)
    return knowledge


class _Reader:
    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self.folder = folder
        self.problems = problems

    def toml(self, name: str) -> dict[str, Any]:
        return read_toml(self.folder / name, name, self.problems)

    def one(self, name: str, kind: type[Kind]) -> Kind | None:
        content = self.toml(name)
        return self.record(name, content, kind) if content else None

    def entries(self, name: str, kind: type[Kind]) -> dict[str, Kind]:
        return self.records(name, self.toml(name), kind)

    def records(self, place: str, content: object, kind: type[Kind]) -> dict[str, Kind]:
        if not isinstance(content, dict):
            self.problems.append(Problem(place, "a table of entries is needed.", ""))
            return {}
        made: dict[str, Kind] = {}
        for id, entry in content.items():
            join = "." if ": " in place else ": "
            where = f"{place}{join}{id}"
            if not isinstance(entry, dict):
                self.problems.append(
                    Problem(where, f"a table is needed, got {entry!r}.", f"Write [{id}].")
                )
                continue
            record = self.record(where, {"id": id, **entry}, kind)
            if record is not None:
                made[id] = record
        return made

    def record(self, place: str, entry: Mapping[str, Any], kind: type[Kind]) -> Kind | None:
        try:
            return kind.model_validate(entry)
        except ValidationError as error:
            self.problems.extend(_problems_of(error, place, kind))
            return None

    def causes(self) -> dict[str, Cause]:
        folder = self.folder / "causes"
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
        if not files:
            self.problems.append(
                Problem("causes/", "no cause was found.", "Add one file per cause: causes/ID.toml.")
            )
        made: dict[str, Cause] = {}
        for file in files:
            content = self.toml(f"causes/{file.name}")
            if content:
                entry = {"id": file.stem, **content}
                record = self.record(f"causes/{file.name}", entry, Cause)
                if record is not None:
                    made[record.id] = record
        return made

    def claims(self) -> dict[str, Claim]:
        made: dict[str, Claim] = {}
        rows = read_csv(self.folder / "claims.csv", "claims.csv", CLAIM_HEADER, self.problems)
        for line, cells in rows:
            place = f"claims.csv: line {line}"
            record = self.record(place, cells, Claim)
            if record is not None and record.id in made:
                self.problems.append(
                    Problem(place, f"the id '{record.id}' stands twice.", "Ids must differ.")
                )
            elif record is not None:
                made[record.id] = record
        return made


def _problems_of(error: ValidationError, place: str, kind: type[Record]) -> list[Problem]:
    """Say what pydantic found in the words of a knowledge file."""
    problems: dict[tuple[str, str], Problem] = {}
    for one in error.errors(include_url=False):
        steps = [str(step) for step in one["loc"] if not _is_type_name(str(step))]
        join = "." if ": " in place else ": "
        where = place + (join + ".".join(steps) if steps else "")
        if one["type"] == "missing":
            wrong, remedy = "the field is missing.", "Add it."
        elif one["type"] == "extra_forbidden":
            near = suggest(steps[-1], list(kind.model_fields), count=1)
            wrong = f"'{steps[-1]}' is not a field here."
            remedy = f"Did you mean '{near[0]}'?" if near else "Leave it out."
        else:
            said = one["msg"].removeprefix("Value error, ")
            given = one["input"]
            shown = "" if isinstance(given, dict) else f" Got {str(given)[:60]!r}."
            wrong, remedy = f"{said}.{shown}", ""
        problems.setdefault((where, wrong), Problem(where, wrong, remedy))
    return list(problems.values())


def _is_type_name(step: str) -> bool:
    """Whether pydantic named a branch of a union rather than a field."""
    return step in {"str", "float", "Statement"} or step.startswith(("dict[", "tuple["))
