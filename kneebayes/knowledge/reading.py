"""From a folder of plain files to records; every problem of the folder in one error."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from kneebayes.errors import KnowledgeError, Problem
from kneebayes.keeping import keep, kept, made_by
from kneebayes.knowledge import records as kinds
from kneebayes.knowledge.base import Knowledge, place_inside
from kneebayes.knowledge.checks import check
from kneebayes.knowledge.files import read_csv, read_toml
from kneebayes.knowledge.folder import Layered, digest_of, looks_known
from kneebayes.knowledge.layers import in_layer, with_members, with_presences
from kneebayes.knowledge.statements import (
    Claim,
    Layer,
    Lexicon,
    Record,
    Reference,
    filled_in,
    number_in,
)
from kneebayes.text import as_id, did_you_mean, shown

BRANCHES = {"statement", "states", "str", "float", "constrained-str"}
RANGE = "Write [low, high]."
MISSING = {  # what to do about a field that is not there, where more than "Add it." helps
    "because": "Add it: a claim's id, a reference, or 'assumed: <reason>' in 8 letters or more."
}
SMALL = "small letters, digits and '_', a letter first"
PATTERNS = {
    r"^C\d{2,4}$": "must be a claim's id: C and two to four digits, such as C01",
    r"^[a-z][a-z0-9_]*$": f"must be an id: {SMALL}",
    r"^[a-z][a-z0-9_ ]*$": f"must be the id of a state: {SMALL}; blanks are allowed",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_ ]*)?$": "must be an id, or one and a state: age.older",
    r"[^\W_]": "must have a letter or a digit",
}
TABLES = {
    "Statement": '{ how_often = "often", because = "C01" }',
    "Evoked": '{ evokes = [0.5, 0.7], because = "C01" }',
    "Commonness": '{ word = "common", because = "C01" }',
    "Presence": '{ share = [0.2, 0.4], because = "C01" }',
    "Wording": '{ low = 0.2, value = 0.3, high = 0.4, because = "assumed: reason" }',
    "Care": '{ text = "What may be done.", because = "C01" }',
    "ContextState": '{ id = "old", label = "65 or older", share = 0.25 }',
    "Code": '{ id = "CODE", is = "broader" }',
    "Shift": '{ odds = 2.0, because = "assumed: reason" }',
    "Advice": '{ now = "Go to a doctor now." }',
}
TYPES = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "string_pattern_mismatch": "{pattern}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must name at least one",
    "too_long": "must be two numbers",
    "literal_error": "must be {expected}",
}
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}


def problems_of(error: ValidationError, place: str, kind: type[Record]) -> list[Problem]:
    """Everything that is wrong with one entry of some kind, from what reading the record raised."""
    problems: dict[tuple[str, str], Problem] = {}
    for fault in error.errors(include_url=False):
        steps = [str(step) for step in fault["loc"] if str(step) not in BRANCHES]
        of_range = bool(steps) and steps[-1].isdigit() and fault["type"] == "missing"
        if of_range:
            steps = steps[:-1]
        where = place_inside(place, ".".join(steps)) if steps else place
        field = steps[-1] if steps else "the entry"
        if field.isdigit() and len(steps) > 1:
            field = f"each of {steps[-2]}"
        if of_range:
            wrong, remedy = f"{field} must be two numbers.", RANGE
        elif fault["type"] == "missing":
            wrong, remedy = "the field is missing.", MISSING.get(field, "Add it.")
        elif fault["type"] == "extra_forbidden":
            wrong = f"'{field}' is not a field here."
            allowed = _fields_at(kind, steps[:-1])
            remedy = did_you_mean(field, allowed, f"Leave it out. Allowed: {', '.join(allowed)}.")
        else:
            wrong, remedy = _fault(fault, field)
        problems.setdefault((where, wrong), Problem(where, wrong, remedy))
    return list(problems.values())


def _fields_at(kind: type[Record], steps: Iterable[str]) -> list[str]:
    """Fields, as files spell them, of the record to which steps lead from one of some kind."""
    own = kind
    for step in steps:
        field = own.model_fields.get(step)  # else it is an id or a place in a list
        own = own if field is None else next(_records_in(field.annotation), own)
    fields = {field.alias or name for name, field in own.model_fields.items()}
    return sorted(fields - {"id"} if own is kind else fields)  # an entry is named by its id


def _records_in(annotation: object) -> Iterator[type[Record]]:
    """Kinds of record of which a field may hold some."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        yield annotation
    for part in get_args(annotation):
        yield from _records_in(part)


def _fault(fault: Mapping[str, Any], field: str) -> tuple[str, str]:
    """What is wrong with the value of a field, with what was given, and what to write."""
    sentence, remedy = _sentence(fault)
    given = fault["input"]
    if sentence.startswith("must"):
        sentence = f"{field} {sentence}"
    is_shown = isinstance(given, dict) or "got " in sentence
    shown = "" if is_shown else f" Got {str(given)[:60]!r}."
    return f"{sentence}.{shown}", remedy


def _sentence(fault: Mapping[str, Any]) -> tuple[str, str]:
    """The fault without field and value; never in the words of the library that found it."""
    kind, bounds = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return fault["msg"].removeprefix("Value error, "), ""
    if kind in ("model_type", "model_attributes_type"):
        example = TABLES.get(str(bounds.get("class_name")), "")
        return "must be a table", f"Such as {example}." if example else ""
    pattern = PATTERNS.get(str(bounds.get("pattern")), "is not written as it must be")
    for bound, words in BOUNDS.items():
        if bound in bounds and kind not in TYPES:
            return f"must be {words} {bounds[bound]:g}", ""
    sentence = TYPES.get(kind, "must be something else here")
    sentence = sentence.format_map({**bounds, "pattern": pattern})
    if kind == "string_pattern_mismatch" and "must be an id" in pattern:
        id = as_id(str(fault["input"]))
        return sentence, f"Such as '{id}'." if id else ""
    if kind == "float_type" and isinstance(fault["input"], str):
        number = number_in(fault["input"])
        return sentence, f"Write {number}." if number else ""
    return sentence, RANGE if kind == "too_long" else ""


Kind = TypeVar("Kind", bound=Record)

CLAIM_HEADER = tuple(Claim.model_fields)
LEFT_OUT = ("settings.toml", "incoherent.toml", "voices.toml", "sayings.toml")  # if not needed
NEEDED = "knowledge references lexicons groups contexts mediators findings tests urgency"
FILES = ("claims.csv", *(f"{name}.toml" for name in NEEDED.split()), *LEFT_OUT)
KIND = "folder"  # of what is kept for the next process
KEPT = 8  # folders that were read last: loading one again, unchanged, only looks at its files

_read: OrderedDict[tuple[str, Layer], Knowledge] = OrderedDict()


def read_knowledge(
    folder: str | Path, layer: Layer = "literature", chain: Mapping[str, Path] | None = None
) -> Knowledge:
    """Read and check a knowledge folder.

    Parameters
    ----------
    folder
        A folder with ``knowledge.toml``, ``claims.csv``, ``references.toml``,
        ``lexicons.toml``, ``groups.toml``, ``contexts.toml``, ``mediators.toml``,
        ``findings.toml``, ``tests.toml``, ``urgency.toml`` and one file per cause in
        ``causes/``; ``settings.toml`` where priors differ between settings, and ``sayings.toml``
        with turns of speech that a history may have. One that ``extends`` another needs only
        the files in which it differs.
    layer
        How much of it to take; see :func:`kneebayes.knowledge.layers.in_layer`.
    chain
        Where the files are to be read from, if not from the folder: by name a folder and those
        that it extends, the furthest first, itself last.

    Raises
    ------
    KnowledgeError
        If anything is wrong; it lists every problem with file, entry and remedy.
    """
    path = _path_of(folder)
    if chain is None and not path.is_dir():
        wrong, remedy = "there is no such folder.", "Name a knowledge folder."
        if path.is_file():
            wrong = "it is a file."
            remedy = (
                "Name a knowledge folder, or a model saved whole, whose name ends in "
                ".kneebayes.json. A file of a network is read by kneebayes.exchange.reason_with."
            )
        problem = Problem(str(folder), wrong, remedy)
        raise KnowledgeError(str(folder), [problem])
    reader = _Reader(path, chain)
    key = (reader.layered.content_key(), layer)
    knowledge = _read.pop(key, None)
    if knowledge is None:
        reader.recall(key[0])
        knowledge = _knowledge_of(reader, str(folder), layer)  # an error is not kept
    if key[0] == reader.layered.content_key():  # nobody wrote while it was read
        _read[key] = knowledge
        reader.remember(key[0])
    while len(_read) > KEPT:
        _read.popitem(last=False)
    return knowledge if knowledge.folder == str(folder) else knowledge.at(str(folder))


def _knowledge_of(reader: _Reader, folder: str, layer: Layer) -> Knowledge:
    """Read and check what is not known yet."""
    if reader.problems:  # what it extends is not there: nothing else can be judged
        raise KnowledgeError(folder, reader.problems)
    meta = reader.record("knowledge.toml", reader.filled("knowledge.toml"), kinds.Meta)
    remedy = "Write [methods.ID] or [results.ID]."
    tests = reader.tables("tests.toml", {"methods", "results"}, remedy)
    findings = reader.entries("findings.toml", kinds.Finding)
    results = reader.records("tests.toml: results", tests.get("results", {}), kinds.Finding)
    for id in findings.keys() & results.keys():
        wrong = "the id stands in findings.toml too."
        reader.note(f"tests.toml: results.{id}", wrong, "Give one of them another id.")
    reader.check_names()
    parts: dict[str, Any] = {
        "claims": reader.claims(),
        "references": reader.entries("references.toml", Reference),
        "lexicons": reader.lexicons(),
        "groups": reader.entries("groups.toml", kinds.Group),
        "causes": reader.causes(),
        "contexts": reader.entries("contexts.toml", kinds.Context),
        "mediators": reader.entries("mediators.toml", kinds.Mediator),
        "findings": {**findings, **results},
        "methods": reader.records("tests.toml: methods", tests.get("methods", {}), kinds.Method),
        "urgency": tuple(reader.entries("urgency.toml", kinds.UrgencyRule).values()),
        "settings": reader.entries("settings.toml", kinds.Setting),
        "incoherent": reader.entries("incoherent.toml", kinds.Incoherence),
        "voices": reader.entries("voices.toml", kinds.Voice),
        "sayings": reader.sayings(),
    }
    if meta is None or reader.whole_files_missing:
        placed = [reader.layered.placed(problem) for problem in reader.problems]
        raise KnowledgeError(folder, placed)
    reader.problems += reader.layered.unused()
    parts["groups"] = with_members(parts["groups"], parts["causes"])
    knowledge = with_presences(Knowledge(folder=folder, meta=meta, **parts))
    problems = [*reader.problems]
    if not reader.known_good:
        problems += check(knowledge, reader.unread)
    if problems:
        raise KnowledgeError(folder, [reader.layered.placed(problem) for problem in problems])
    return in_layer(replace(knowledge, digest=digest_of(reader.layered.texts())), layer)


def _path_of(folder: object) -> Path:
    """The path that names a folder or a file; what cannot be one is a :class:`KnowledgeError`."""
    if isinstance(folder, str | Path):
        try:
            Path(folder).is_dir()
            return Path(folder)
        except (OSError, ValueError) as error:
            wrong = f"it cannot be a path: {getattr(error, 'strerror', None) or error}."
    else:
        wrong = f"a path is needed, got {type(folder).__name__}."
    problem = Problem(shown(folder, 80), wrong, "Name a knowledge folder.")
    raise KnowledgeError(shown(folder, 80), [problem])


class _Reader:
    """Reads files and notes problems; an entry that cannot be read is left out."""

    def __init__(self, folder: Path, chain: Mapping[str, Path] | None = None) -> None:
        self.folder = folder
        self.parsed: dict[str, dict[str, Any]] = {}  # content of each file, by its place
        self.known_good = False  # whether an earlier process found nothing wrong in these files
        self.problems: list[Problem] = []
        self.layered = Layered(folder, self.problems, chain)
        self.unread: set[str] = set()  # ids that were left out: naming them is no fault
        self.whole_files_missing = False  # then the rest cannot be judged

    def note(self, place: str, wrong: str, remedy: str) -> None:
        """One more problem."""
        self.problems.append(Problem(place, wrong, remedy))

    def recall(self, key: str) -> None:
        """Take over what an earlier process parsed of just these files, if it is still there."""
        known = kept(KIND, f"{made_by('knowledge')} {key}")
        if isinstance(known, dict):
            self.parsed, self.known_good = known, True

    def remember(self, key: str) -> None:
        """Keep what was parsed, now that nothing is wrong with it."""
        if self.parsed and not self.known_good:
            keep(KIND, f"{made_by('knowledge')} {key}", self.parsed)

    def toml(self, name: str) -> dict[str, Any]:
        """Content of a file, without the entries in which a value made no sense."""
        if name in LEFT_OUT and not any(
            (folder.path / name).exists() for folder in self.layered.folders
        ):
            return {}
        parts = []
        for folder in self.layered.having(name):
            content = self.one_toml(folder.path / name, folder.place(name))
            if content is None:
                self.whole_files_missing = True
                return {}
            parts.append((folder, content))
        merged: dict[str, Any] = self.layered.merged(name, parts)
        return merged

    def one_toml(self, path: Path, name: str) -> dict[str, Any] | None:
        """Content of a file of one folder; None if there is none to be had."""
        if self.known_good and name in self.parsed:
            return self.parsed[name]
        before = len(self.problems)
        content = read_toml(path, name, self.problems)
        if content is not None:
            self.parsed[name] = content
        for problem in self.problems[before:]:
            entry = problem.place.removeprefix(f"{name}: ").split(".")[0].split("[")[0]
            if content is not None and entry in content:
                del content[entry]
                self.unread.add(path.stem if path.parent.name == "causes" else entry)
        return content

    def filled(self, name: str) -> dict[str, Any]:
        """Content of a file that must say something."""
        before = len(self.problems)
        content = self.toml(name)
        if not content and len(self.problems) == before:
            self.note(name, "the file says nothing.", "Fill it in.")
        return content

    def check_names(self) -> None:
        """Note files that look as if they were to be read, but are none of a folder's files."""
        for file in looks_known(self.folder.glob("*")):
            if file.name not in FILES:
                remedy = did_you_mean(file.name, FILES, "Take it out of the folder.")
                wrong = "no file of a knowledge folder has this name; it would not be read."
                self.note(file.name, wrong, remedy)
        for file in looks_known(self.folder.glob("causes/*")):
            if file.suffix != ".toml":
                wrong = "a cause is a TOML file; it would not be read."
                remedy = f"Write causes/{file.stem}.toml."
                self.note(f"causes/{file.name}", wrong, remedy)

    def tables(self, name: str, known: Collection[str], remedy: str) -> dict[str, Any]:
        """Content of a file whose entries stand in tables of these names, and nothing else."""
        content = self.toml(name)
        for table in content.keys() - known:
            hint = did_you_mean(table, known, remedy)
            self.note(f"{name}: {table}", f"'{table}' is not a field here.", hint)
        return content

    def sayings(self) -> kinds.Sayings:
        """Content of ``sayings.toml``, which a folder may leave out."""
        name = "sayings.toml"
        content = self.tables(name, {"words", "sayings"}, "Write [words] or [sayings.ID].")
        words = self.record(f"{name}: words", {"words": content.get("words", {})}, kinds.Sayings)
        sayings = self.records(f"{name}: sayings", content.get("sayings", {}), kinds.Saying)
        return kinds.Sayings(words={} if words is None else words.words, sayings=sayings)

    def lexicons(self) -> dict[str, Lexicon]:
        """Lexicons, each in full."""
        content = filled_in(self.toml("lexicons.toml"), self.problems)
        return self.records("lexicons.toml", content, Lexicon)

    def entries(self, name: str, kind: type[Kind]) -> dict[str, Kind]:
        """Records of a file, one per entry."""
        return self.records(name, self.toml(name), kind)

    def records(self, place: str, content: object, kind: type[Kind]) -> dict[str, Kind]:
        """Records of a table, one per entry."""
        entries: dict[str, Kind] = {}
        if not isinstance(content, dict):
            self.note(place, "a table of entries is needed.", "")
            return entries
        for id, entry in content.items():
            where = place_inside(place, id)
            if not isinstance(entry, dict):
                wrong = f"a table is needed, got {entry!r}."
                self.note(where, wrong, f"Write [{id}].")
                continue
            record = self.record(where, entry, kind, id)
            if record is not None:
                entries[id] = record
        return entries

    def record(
        self, place: str, entry: Mapping[str, Any], kind: type[Kind], id: str = ""
    ) -> Kind | None:
        """One record, or None with its problems noted; its id is the name of its entry."""
        if not entry:
            return None
        named = {**entry, "id": id} if id else dict(entry)
        if id and "id" in entry:
            remedy = f"The entry is named '{id}' already: leave 'id' out."
            self.note(place, "'id' is not a field here.", remedy)
        try:
            return kind.model_validate(named)
        except ValidationError as error:
            self.problems.extend(problems_of(error, place, kind))
            self.unread.add(id)
            return None

    def causes(self) -> dict[str, kinds.Cause]:
        """Causes, one per file."""
        files = self.layered.causes()
        if not files:
            self.note("causes/", "no cause was found.", "Add one file per cause: causes/ID.toml.")
            self.whole_files_missing = True
        causes: dict[str, kinds.Cause] = {}
        for id, (folder, file) in files.items():
            name = f"causes/{file.name}"
            before = len(self.problems)
            content = self.layered.left_of(
                "causes", self.one_toml(file, folder.place(name)), folder
            )
            if content is None:
                self.whole_files_missing = True
            if not content and len(self.problems) == before:
                self.note(name, "the file says nothing.", "Fill it in.")
            if not content or len(self.problems) > before:
                self.unread.add(id)
                continue
            record = self.record(name, content, kinds.Cause, id)
            if record is not None:
                causes[record.id] = record
        return causes

    def claims(self) -> dict[str, Claim]:
        """Claims, one per line."""
        name = "claims.csv"
        parts = []
        for folder in self.layered.having(name):
            before = len(self.problems)
            place = folder.place(name)
            rows = read_csv(folder.path / name, place, CLAIM_HEADER, self.problems)
            self.whole_files_missing = self.whole_files_missing or len(self.problems) > before
            parts.append((folder, self.claims_of(rows, place)))
        claims: dict[str, Claim] = self.layered.merged(name, parts)
        return claims

    def claims_of(self, rows: list[tuple[int, dict[str, str]]], name: str) -> dict[str, Claim]:
        """Claims of the lines of one file."""
        claims: dict[str, Claim] = {}
        for line, cells in rows:
            place = f"{name}: line {line}"
            record = self.record(place, cells, Claim)
            if record is None:
                self.unread.add(cells["id"])
            elif record.id in claims:
                wrong = f"the id '{record.id}' stands twice."
                self.note(place, wrong, "Ids must differ.")
            else:
                claims[record.id] = record
        return claims
