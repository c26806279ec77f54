"""GA4GH Phenopackets, version 2, as JSON: what they say of a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kneebayes.errors import EvidenceError, UnknownNameError, suggest
from kneebayes.exchange.case_file import read_one_answer
from kneebayes.exchange.codes import Codes
from kneebayes.exchange.patient import Patient, Told
from kneebayes.exchange.problems import Problems
from kneebayes.exchange.schemas import check_schema, schema_named
from kneebayes.exchange.strict_json import read_json

if TYPE_CHECKING:
    from kneebayes.case.case import Diagnosing

__all__ = ["Diseases", "read_phenopacket"]

Diseases = Literal["known", "certain"]

NOT_PART = "not part of the model"
LEFT = {
    "measurements": "measured values are not read; tell the result as a finding",
    "biosamples": NOT_PART,
    "medicalActions": NOT_PART,
    "files": NOT_PART,
    "interpretations": "what was concluded before is no evidence",
}
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
YEARS = (1.0, 1.0 / 12.0, 7.0 / 365.25, 1.0 / 365.25)


def read_phenopacket(
    model: Diagnosing, source: str | Path | Mapping[str, object], diseases: Diseases = "known"
) -> Patient:
    """Read a GA4GH Phenopacket v2; what has no code in the folder is reported.

    Parameters
    ----------
    model
        The model that the patient is for.
    source
        A path, or what was parsed elsewhere.
    diseases
        Whether an observed disease is ``"known"`` of the patient, or ``"certain"`` to be
        present as a cause.

    Raises
    ------
    ExchangeError
        If it is no phenopacket of version 2, or contradicts itself.
    """
    title = "the phenopacket" if isinstance(source, Mapping) else f"'{Path(source).name}'"
    problems = Problems(title)
    content = _camel(read_json(source, problems), problems)
    check_schema(content, schema_named("phenopacket"), problems)
    if diseases not in ("known", "certain"):
        problems.add("diseases", f"it is {diseases!r}.", "It must be 'known' or 'certain'.")
    problems.raise_any()
    reader = _Reader(model, diseases, problems)
    told = [
        *reader.subject(content.get("subject", {})),
        *reader.features(content.get("phenotypicFeatures", [])),
        *reader.diseases(content.get("diseases", [])),
        *(
            Told(name, "", f"{name} ({len(content[name])})", why=why)
            for name, why in LEFT.items()
            if content.get(name)
        ),
    ]
    kept = tuple(_once(told, problems))
    problems.raise_any()
    return Patient(model, title, kept, {})


def _camel(content: Any, problems: Problems) -> Any:
    """Names of fields as protobuf's JSON writes them; it reads both forms, and so does this."""
    if isinstance(content, list):
        return [_camel(one, problems) for one in content]
    if not isinstance(content, dict):
        return content
    made: dict[str, Any] = {}
    for key, value in content.items():
        name = re.sub(r"_([a-z])", lambda match: match[1].upper(), key)
        if name in made:
            problems.add(f"key '{name}'", "it stands twice, in two spellings.", "Keep one.")
        made[name] = _camel(value, problems)
    return made


def _once(told: list[Told], problems: Problems) -> Iterator[Told]:
    """Each node answered once; the same answer again is left out, another is a problem."""
    said: dict[str, Told] = {}
    for one in told:
        before = said.setdefault(one.id, one) if one.used else one
        if before is one:
            yield one
        elif before.answer == one.answer:
            yield Told(one.place, one.code, one.label, why=f"said before: {before.place}")
        else:
            wrong = f"it says {one.answer} where {before.place} says {before.answer}."
            problems.add(one.place, wrong, "Keep one of the two.")


class _Reader:
    """Understands the parts of a phenopacket."""

    def __init__(self, model: Diagnosing, diseases: Diseases, problems: Problems) -> None:
        self.model, self.as_known, self.problems = model, diseases == "known", problems
        self.codes = Codes(model.data.knowledge)

    def subject(self, subject: dict[str, Any]) -> Iterator[Told]:
        """Age and sex, where the folder has contexts of these names."""
        for field, value in subject.items():
            place = f"subject.{field}"
            if field == "timeAtLastEncounter":
                yield self.age(place, value)
            elif field == "sex":
                yield self.named(place, "sex", [str(value).removesuffix("_SEX").lower()], value)
            elif field not in ("id", "taxonomy"):
                yield Told(place, "", "", why=NOT_PART)

    def age(self, place: str, when: dict[str, Any]) -> Told:
        """An age, or a range of ages that lies within one state."""
        if "age" in when:
            text = when["age"]["iso8601duration"]
            return self.named(place, "age", [_years(text)], text)
        if "ageRange" in when:
            ends = [when["ageRange"][end]["iso8601duration"] for end in ("start", "end")]
            return self.named(place, "age", [_years(one) for one in ends], " to ".join(ends))
        return Told(place, "", "", why="only an age or a range of ages is read")

    def named(self, place: str, name: str, values: list[Any], shown: str) -> Told:
        """The context of some name; several values must lie within one of its states."""
        try:
            id = self.model.data.names.meaning(name, ("context",)).id
        except UnknownNameError:
            return Told(place, "", shown, why=f"the model has no context '{name}'")
        try:
            answers = [read_one_answer(self.model, id, value) for value in values]
        except EvidenceError:
            return Told(place, "", shown, why=f"'{name}' has no state for it")
        if any(answer != answers[0] for answer in answers):
            return Told(place, "", shown, why=f"it lies in several states of '{name}'")
        return Told(place, "", shown, id, answers[0])

    def features(self, features: list[dict[str, Any]]) -> Iterator[Told]:
        """Phenotypic features; what modifies the complaint can be a finding by itself."""
        for at, feature in enumerate(features):
            place, excluded = f"phenotypicFeatures[{at}]", feature.get("excluded", False)
            term = feature["type"]
            if "resolution" in feature:
                yield self.unused(place, term, "it has resolved, so it is not there now")
                continue
            told = self.coded(place, term, excluded)
            yield told
            for name in ("severity", "onset"):
                inner = feature.get(name, {})
                term = inner if name == "severity" else inner.get("ontologyClass", {"id": ""})
                if inner:
                    yield self.modifier(f"{place}.{name}", term, told, excluded)
            for one, term in enumerate(feature.get("modifiers", [])):
                yield self.modifier(f"{place}.modifiers[{one}]", term, told, excluded)

    def modifier(self, place: str, term: dict[str, Any], of: Told, excluded: bool) -> Told:
        """A modifier of the complaint that the folder has as a finding; others are not used."""
        if excluded or of.id != self.model.data.knowledge.meta.complaint:
            return self.unused(place, term, "modifiers are read of the complaint alone")
        told = self.coded(place, term, excluded)
        return (
            told
            if told.id in self.model.data.knowledge.findings
            else self.unused(place, term, told.why)
        )

    def diseases(self, diseases: list[dict[str, Any]]) -> Iterator[Told]:
        """Diseases that were observed or excluded."""
        for at, disease in enumerate(diseases):
            place, term = f"diseases[{at}]", disease["term"]
            if "resolution" in disease:
                yield self.unused(place, term, "it has resolved, so it is not there now")
            else:
                yield self.coded(place, term, disease.get("excluded", False))

    def coded(self, place: str, term: dict[str, Any], excluded: bool) -> Told:
        """What a code says: present, or absent where it is excluded."""
        code, label = term["id"], term.get("label", "")
        local = self.codes.local(code)
        if local is not None:
            return self.local(place, term, local, excluded)
        ids = self.codes.ids(code)
        if not ids:
            return self.unused(place, term, f"no code of the folder{self.like(label)}")
        if len(ids) > 1:
            return self.unused(place, term, f"it can mean {' or '.join(ids)}")
        if ids[0] in self.model.data.knowledge.causes and not excluded and self.as_known:
            return self.known(place, term, ids[0])
        return Told(place, code, label, ids[0], "absent" if excluded else "present")

    def known(self, place: str, term: dict[str, Any], cause: str) -> Told:
        """A disease that the patient is known to have, as the context of that name."""
        label = self.model.data.knowledge.label(cause)
        try:
            id = self.model.data.names.meaning(f"{label} known", ("context",)).id
        except UnknownNameError:
            why = f"the model has no context '{label} known'; diseases='certain' makes it evidence"
            return self.unused(place, term, why)
        why = "a disease of the person, which need not be the cause"
        return Told(place, term["id"], term.get("label", ""), id, "present", why)

    def local(
        self, place: str, term: dict[str, Any], local: tuple[str, str], excluded: bool
    ) -> Told:
        """A code of the folder itself; a state of a node can be told but not excluded."""
        id, state = local
        if id not in self.model.data.network or (state and excluded):
            why = "a state cannot be excluded" if state and excluded else "no id of the folder"
            return self.unused(place, term, why)
        try:
            answer = read_one_answer(self.model, id, state or ("absent" if excluded else "present"))
        except EvidenceError as error:
            return self.unused(place, term, str(error))
        return Told(place, term["id"], term.get("label", ""), id, answer)

    def like(self, label: str) -> str:
        """Whether the label, which is not trusted, looks like something that the folder has."""
        known = self.model.data.names.known(("finding", "context", "cause"))
        near = suggest(label, known, 1) if label else []
        return f"; its label looks like '{near[0]}'" if near else ""

    def unused(self, place: str, term: dict[str, Any], why: str) -> Told:
        """A term that nothing was made of, and why."""
        return Told(place, term.get("id", ""), term.get("label", ""), why=why)


def _years(duration: str) -> float:
    """Years of an ISO 8601 duration such as ``P67Y3M``."""
    match = DURATION.match(duration)
    parts = match.groups() if match else ()
    return sum(float(part) * years for part, years in zip(parts, YEARS, strict=False) if part)
