"""GA4GH Phenopackets, version 2, as JSON or YAML: what they say of a patient."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kneebayes.arguments import checked
from kneebayes.case.case import Diagnosing
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.exchange.codes import IMPLIED, Codes, Meant, contradicts, hpo
from kneebayes.exchange.data_files import (
    YAML,
    Problems,
    check_schema,
    read_json,
    read_yaml,
    schema_named,
)
from kneebayes.exchange.patient import Patient, Told, assumed_complaint, read_one_answer
from kneebayes.knowledge import Knowledge
from kneebayes.text import counted, either, suggest
from kneebayes.writing import short

Diseases = Literal["known", "certain"]

NOT_PART = "not part of the model"
RESOLVED = "it has resolved, so it is not there now"
LEFT = {
    "measurements": "measured values are not read; tell the result as a finding",
    "biosamples": NOT_PART,
    "medicalActions": NOT_PART,
    "files": NOT_PART,
    "interpretations": "what was concluded before is no evidence",
    "relatives": "people of the family are no part of the patient",
    "pedigree": NOT_PART,
}
FAMILY = ("relatives", "pedigree")
OLD = ("htsFiles", "genes", "variants")  # fields that only version 1 has
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
YEARS = (1.0, 1.0 / 12.0, 7.0 / 365.25, 1.0 / 365.25)
PERSON = "NCBITAXON:9606"
TIMED = ("timeAtLastEncounter", "onset", "resolution")
TIMES = ("age", "ageRange", "ontologyClass", "timestamp", "interval", "gestationalAge")
UNSEEN = "when the patient was seen is not said"
RECENT = 1.0  # years from its onset in which a finding is taken to be there


@checked
def load_phenopacket(
    model: Diagnosing, source: str | Path | Mapping[str, Any], diseases: Diseases = "known"
) -> Patient:
    """Read a GA4GH Phenopacket v2; what was not used is reported, with the reason.

    A code counts for what it means: exactly, or of a part of it that the file speaks of. A
    code that needs a place, such as redness, counts where a modifier names the place. Something
    that began more than a year before the patient was seen, or comes and goes, does not count
    as present now. An entry whose label contradicts its code is not used. What is not used, and
    may be an urgent sign all the same (its label says so, or its code without the place), is no
    evidence and is left to look at: the differential tells it beside the signs.

    Parameters
    ----------
    source
        Path of a JSON or YAML file, or its parsed content. Of a family the proband is read.
    diseases
        Whether an observed disease is ``"known"`` of the patient, or ``"certain"`` to be
        present as a cause.

    Raises
    ------
    ExchangeError
        If it is no phenopacket of version 2, contradicts itself, or says that the patient
        does not have the complaint that the model is about.
    """
    title = "the phenopacket" if isinstance(source, Mapping) else f"'{Path(source).name}'"
    problems = Problems(title)
    content = _content(source, problems)
    family = {key: content.pop(key) for key in FAMILY if key in content}
    # fields that others added, taken out; what looks like a field of ours stays, to be refused
    known = schema_named("phenopacket")["properties"]
    foreign = [name for name in content if name not in known and not suggest(name[:60], known)]
    for name in foreign:
        del content[name]
    check_schema(content, schema_named("phenopacket"), problems)
    problems.raise_any()
    _check_subject(content.get("subject", {}), problems)
    _check_times(content, "", problems)
    reader = _Reader(model, diseases, problems, content.get("subject", {}))
    whole = {**content, **family}
    entries = [
        *reader.subject(content.get("subject", {})),
        *reader.features(content.get("phenotypicFeatures", [])),
        *reader.diseases(content.get("diseases", [])),
        *(
            Told(name, "", f"{name} ({len(whole[name])})", why=why)
            for name, why in LEFT.items()
            if whole.get(name)
        ),
        *(Told(name, "", name, why="no field of phenopackets 2") for name in foreign),
    ]
    kept = tuple(_once(entries, problems))
    remarks = assumed_complaint(model, kept, problems)
    problems.raise_any()
    if not reader.in_place:
        remarks = (*remarks, said_of_no_place(model.data.knowledge))
        knowledge = dataclasses.replace(model.data.knowledge, urgency=())
        model = model.replace(knowledge=knowledge)
    return Patient(model, title, kept, {}, remarks)


def said_of_no_place(knowledge: Knowledge) -> str:
    """That a file speaks of no part of the body that the codes of a folder name."""
    of = f"the {either(places, quote='')}" if (places := Codes(knowledge).places) else "its place"
    return (
        f"Nothing in the file is of {of}, so the signs in it call for nothing here by themselves; "
        f"in somebody with {knowledge.complaint.label} they may."
    )


def _content(source: str | Path | Mapping[str, object], problems: Problems) -> dict[str, Any]:
    """The packet: without what is null, in names as JSON has them, of version 2."""
    yaml = not isinstance(source, Mapping) and Path(source).name.lower().endswith(YAML)
    raw = read_yaml(Path(str(source)), problems) if yaml else read_json(source, problems)
    content = _camel(raw, problems)
    if not isinstance(content, dict):
        problems.stop("content", "it is no object.", "A phenopacket is one.")
    if "resourceType" in content:
        wrong = f"it is a FHIR resource, '{short(content['resourceType'])}'."
        problems.stop("content", wrong, "Phenopackets are read: convert it to one.")
    if "members" in content:
        members = content["members"] if isinstance(content["members"], list) else []
        wrong = f"it is a cohort of {counted(len(members), 'member')}."
        problems.stop("content", wrong, "Read each of its 'members' as a phenopacket.")
    if "proband" in content:  # a family: whoever it is about
        proband = content["proband"] if isinstance(content["proband"], dict) else {}
        family = {key: content[key] for key in FAMILY if isinstance(content.get(key), list | dict)}
        content = {**{key: value for key, value in proband.items() if key not in FAMILY}, **family}
    meta = content.get("metaData", {})
    version = str(meta.get("phenopacketSchemaVersion", "")) if isinstance(meta, dict) else ""
    other, old = "" if version.startswith("2") else version, _field_of_version_1(content)
    if other or old:
        why = f"it says version {other}" if other else f"only version 1 has the field '{old}'"
        remedy = "Convert it, for example with phenopacket-tools."
        problems.stop("metaData.phenopacketSchemaVersion", f"{why}; version 2 is read.", remedy)
    return content


def _field_of_version_1(content: dict[str, Any]) -> str:
    """A field that only version 1 has; empty where there is none."""
    features, subject = content.get("phenotypicFeatures"), content.get("subject")
    for feature in features if isinstance(features, list) else []:
        if isinstance(feature, dict) and "negated" in feature:
            return "negated"
    if isinstance(subject, dict) and "ageAtCollection" in subject:
        return "ageAtCollection"
    return next((name for name in OLD if name in content), "")


def _camel(content: Any, problems: Problems) -> Any:
    """Names of fields as protobuf's JSON writes them, without null, which says nothing."""
    if isinstance(content, list):
        return [_camel(item, problems) for item in content]
    if not isinstance(content, dict):
        return content
    made: dict[str, Any] = {}
    for key, value in content.items():
        name = re.sub(r"_([a-z])", lambda match: match[1].upper(), str(key))
        if name in made:
            problems.add(f"key '{name}'", "it stands twice, in two spellings.", "Keep one.")
        if value is not None:
            made[name] = _camel(value, problems)
    return made


def _check_subject(subject: dict[str, Any], problems: Problems) -> None:
    """A subject must be a person, who was born before being seen."""
    species = subject.get("taxonomy", {})
    if species and species.get("id", "").strip().upper() != PERSON:
        named = species.get("label") or species.get("id", "")
        remedy = "Only a person is read: NCBITaxon:9606."
        problems.add("subject.taxonomy", f"it is of '{named}'.", remedy)
    if (_age_seen(subject) or 0.0) < 0.0:
        born, seen = subject["dateOfBirth"], subject["timeAtLastEncounter"]["timestamp"]
        wrong = f"it is '{short(born)}', after the patient was seen, '{short(seen)}'."
        problems.add("subject.dateOfBirth", wrong, "Correct one of the two.")


def _check_times(value: Any, place: str, problems: Problems) -> None:
    """A time is told in one way, and a range of it does not run backwards."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_times(item, f"{place}[{index}]", problems)
    elif isinstance(value, dict):
        for key, inner in value.items():
            within = f"{place}.{key}" if place else key
            if key in TIMED and isinstance(inner, dict):
                ways = [way for way in TIMES if way in inner]
                if len(ways) > 1:
                    problems.add(within, f"it is told as {' and as '.join(ways)}.", "Keep one.")
                ends = [inner.get("ageRange", {}).get(end) for end in ("start", "end")]
                years = [_years(end["iso8601duration"]) for end in ends if end]
                if years != sorted(years):
                    wrong = "it ends before it starts."
                    problems.add(f"{within}.ageRange", wrong, "Turn it round.")
            _check_times(inner, within, problems)


def _once(entries: list[Told], problems: Problems) -> Iterator[Told]:
    """Each node answered once; the same answer again is left out, another is a problem."""
    first_by_id: dict[str, Told] = {}
    for entry in entries:
        before = first_by_id.setdefault(entry.id, entry) if entry.used else entry
        if before is entry:
            yield entry
        elif before.answer == entry.answer:
            yield Told(entry.place, entry.code, entry.label, why=f"said before: {before.place}")
        else:
            wrong = f"it says {entry.answer} where {before.place} says {before.answer}."
            problems.add(entry.place, wrong, "Keep one of the two.")


class _Reader:
    """Understands the parts of a phenopacket."""

    def __init__(
        self, model: Diagnosing, diseases: Diseases, problems: Problems, subject: dict[str, Any]
    ) -> None:
        self.model, self.as_known, self.problems = model, diseases == "known", problems
        self.knowledge = model.data.knowledge
        self.codes = Codes(self.knowledge)
        self.age = _age_seen(subject)
        self.seen_on = subject.get("timeAtLastEncounter", {}).get("timestamp", "")
        self.in_place = not self.codes.of_places  # whether the file speaks of the place at all

    def subject(self, subject: dict[str, Any]) -> Iterator[Told]:
        """Age and sex, where the folder has contexts of these names."""
        for field, value in subject.items():
            place = f"subject.{field}"
            if field == "timeAtLastEncounter":
                yield self.seen(place, value)
            elif field == "sex":
                yield self.named(place, "sex", [str(value).removesuffix("_SEX").lower()], value)
            elif field == "dateOfBirth":
                if self.age is None:
                    yield Told(place, "", "", why="no date of the encounter tells the age from it")
            elif field not in ("id", "taxonomy"):
                yield Told(place, "", "", why=NOT_PART)

    def seen(self, place: str, when: dict[str, Any]) -> Told:
        """An age, a range of ages that lies within one state, or a date after that of birth."""
        if "timestamp" in when and self.age is not None:
            return self.named(place, "age", [self.age], counted(round(self.age), "year"))
        if "age" in when:
            text = when["age"]["iso8601duration"]
            return self.named(place, "age", [_years(text)], text)
        if "ageRange" in when:
            ends = [when["ageRange"][end]["iso8601duration"] for end in ("start", "end")]
            return self.named(place, "age", [_years(limit) for limit in ends], " to ".join(ends))
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
        for number, feature in enumerate(features):
            place, excluded = f"phenotypicFeatures[{number}]", feature.get("excluded", False)
            modifiers = feature.get("modifiers", [])
            onset = feature.get("onset", {})
            entry = self.coded(place, feature["type"], excluded, modifiers)
            if not excluded and "resolution" in feature:
                entry = self.unused(place, feature["type"], RESOLVED)
            elif not excluded and (entry.id in self.knowledge.findings or entry.may_mean):
                entry = self.now(place, feature["type"], onset, entry)
            yield entry
            if entry.used and onset and "ontologyClass" not in onset:
                why = "an age of onset says only whether it is there now"
                yield self.unused(f"{place}.onset", {}, why)
            terms = {"severity": feature.get("severity"), "onset": onset.get("ontologyClass")}
            for name, inner in terms.items():
                if inner:
                    yield self.modifier(f"{place}.{name}", inner, entry, excluded)
            for index, term in enumerate(modifiers):
                yield self.modifier(f"{place}.modifiers[{index}]", term, entry, excluded)

    def now(self, place: str, term: dict[str, Any], onset: dict[str, Any], entry: Told) -> Told:
        """An entry, unless what began when it did is not said to be there now."""
        past = self.past(onset, entry)
        if not past:
            return entry
        open = (entry.may_mean or (entry.id,)) if past.endswith(UNSEEN) else ()
        return self.unused(place, term, past if entry.used else entry.why, open)

    def past(self, onset: dict[str, Any], entry: Told) -> str:
        """Why what began then is not said to be there now; empty where it may be."""
        meant = [meaning for meaning in self.codes.meant(entry.code) if meaning.id == entry.id]
        ever = any(meaning.code.when == "ever" for meaning in meant)
        if ever or not onset or entry.id == self.knowledge.meta.complaint:
            return ""  # the complaint is what the patient comes with, however long it lasts
        term = onset.get("ontologyClass", {}).get("id", "").upper()
        if term in hpo()["onsets"] or "gestationalAge" in onset:
            shown = hpo()["onsets"].get(term, "before birth").lower()
            return f"it began then: {shown}; whether it is there now is not said"
        dates = onset.get("timestamp") or onset.get("interval", {}).get("start")
        began = onset.get("age") or onset.get("ageRange", {}).get("start")
        if began is not None:
            text = began["iso8601duration"]
            since = None if self.age is None else self.age - _years(text)
        elif dates is not None:
            text, since = str(dates), _between(str(dates), self.seen_on)
        else:
            return ""
        if since is None:
            return f"it began at {text}, and {UNSEEN}"
        if since < -RECENT:
            return f"it begins at {text}, after the patient was seen"
        earliest = "" if {"age", "timestamp"} & onset.keys() else " at the earliest"
        years = counted(round(since), "year")
        long_ago = f"it began at {text}{earliest}, {years} before; not said of now"
        return long_ago if since > RECENT else ""

    def modifier(self, place: str, term: dict[str, Any], of: Told, excluded: bool) -> Told:
        """A modifier of the complaint that the folder has as a finding; others are not used."""
        if excluded or of.id != self.knowledge.meta.complaint:
            return self.unused(place, term, "modifiers are read of the complaint alone")
        entry = self.coded(place, term, excluded, [term], modifies=True)
        if entry.id in self.knowledge.findings or not entry.used:
            return entry
        return self.unused(place, term, entry.why)

    def diseases(self, diseases: list[dict[str, Any]]) -> Iterator[Told]:
        """Diseases that were observed or excluded."""
        for index, disease in enumerate(diseases):
            place, term = f"diseases[{index}]", disease["term"]
            sites = [disease[field] for field in ("primarySite", "laterality") if field in disease]
            if "resolution" in disease:
                yield self.unused(place, term, RESOLVED)
                continue
            entry = self.coded(place, term, disease.get("excluded", False), sites)
            there = entry.id in self.model.data.network and entry.answer == "present"
            if (there and entry.id not in self.knowledge.contexts) or entry.may_mean:
                entry = self.now(place, term, disease.get("onset", {}), entry)
            yield entry

    def coded(
        self,
        place: str,
        term: dict[str, Any],
        excluded: bool,
        sites: list[dict[str, Any]],
        modifies: bool = False,
    ) -> Told:
        """What a code says: present, or absent where it is excluded.

        What is there and may mean something of the folder, without proof, is left to look at.
        """
        code, label = term["id"], term.get("label", "")
        if (own := self.codes.local(code)) is not None:
            return self.local(place, term, own, excluded)
        meant = self.codes.meant(code)
        odd = self.odd(code, excluded, modifies)
        if odd or not meant:
            named = self.codes.named(label)
            hint = f"; its label looks like '{self.knowledge.label(named)}'" if named else ""
            whole = self.codes.meant(hpo()["episodes"].get(code.upper(), ""))
            may = [one.id for one in whole] if odd else [named] if named else []
            why = odd or f"no code of the folder{hint}"
            return self.unused(place, term, why, () if excluded else may)
        names = [name for meaning in meant for name in self.codes.names(meaning.id, code)]
        if contradicts(label, names):
            why = f"its label contradicts its code, which means {names[0]}"
            return self.unused(place, term, why)
        why_not = [self.refused(meaning, excluded, sites) for meaning in meant]
        fitting = [meaning.id for meaning, why in zip(meant, why_not, strict=True) if not why]
        if len(fitting) != 1:
            several = f"it can mean {' or '.join(fitting)}"
            why = several if fitting else "; ".join(dict.fromkeys(why_not))
            may = fitting or [one.id for one in meant if one.code.relation != "related"]
            return self.unused(place, term, why, () if excluded else may)
        if fitting[0] in self.knowledge.causes and not excluded and self.as_known:
            return self.known(place, term, fitting[0])
        return Told(place, code, label, fitting[0], "absent" if excluded else "present")

    def odd(self, code: str, excluded: bool, modifies: bool) -> str:
        """Why a term of the Human Phenotype Ontology is no finding of now; empty if it may be."""
        terms, code = hpo(), code.upper()
        above = terms["elsewhere"].get(code, "")
        if any(meant.id == self.knowledge.meta.complaint for meant in self.codes.meant(above)):
            self.in_place = self.in_place or not excluded
            whole, label = terms["names"][above][0], self.knowledge.complaint.label
            return f"it is '{whole}' at another place than '{label}'"
        if code in terms["episodes"]:
            return "it comes and goes; whether it is there now is not said"
        if code in terms["modifiers"] and not modifies:
            return "it modifies a feature and is none by itself"
        return ""

    def refused(self, meant: Meant, excluded: bool, sites: list[dict[str, Any]]) -> str:
        """Why a code says nothing of a node; empty where it does."""
        label, code = self.knowledge.label(meant.id), meant.code
        there = code.site in ("", IMPLIED) or any(
            code.site.casefold() in str(site.get("label", "")).casefold() for site in sites
        )
        if code.site and there and not excluded:
            self.in_place = True
        if excluded and code.relation == "narrower":
            return f"it means less than '{label}', so its absence does not exclude it"
        if not excluded and code.relation == "broader":
            return f"it means more than '{label}', so it does not prove it"
        if not excluded and not there:
            return f"it names no place; it means '{label}' where a modifier names the {code.site}"
        related = code.relation == "related"
        return f"it is related to '{label}', and something else" if related else ""

    def known(self, place: str, term: dict[str, Any], cause: str) -> Told:
        """A disease that the patient is known to have, as the context of that name."""
        label = self.knowledge.label(cause)
        try:
            id = self.model.data.names.meaning(f"{label} known", ("context",)).id
        except UnknownNameError:
            why = f"the model has no context '{label} known'; diseases='certain' makes it evidence"
            return self.unused(place, term, why, [cause])
        why = "a disease of the person, which need not be the cause"
        return Told(place, term["id"], term.get("label", ""), id, "present", why)

    def local(self, place: str, term: dict[str, Any], own: tuple[str, str], excluded: bool) -> Told:
        """A code of the folder itself; a state of a node can be observed but not excluded."""
        id, state = own
        self.in_place = True  # the folder's own ids speak of what the folder is about
        if id not in self.model.data.network or (state and excluded):
            why = "a state cannot be excluded" if state and excluded else "no id of the folder"
            return self.unused(place, term, why)
        try:
            answer = read_one_answer(self.model, id, state or ("absent" if excluded else "present"))
        except EvidenceError as error:
            return self.unused(place, term, str(error))
        return Told(place, term["id"], term.get("label", ""), id, answer)

    def unused(
        self, place: str, term: dict[str, Any], why: str, may_mean: Iterable[str] = ()
    ) -> Told:
        """A term that nothing was made of, why, and what it may mean all the same."""
        code, label = term.get("id", ""), term.get("label", "")
        return Told(place, code, label, why=why, may_mean=tuple(may_mean))


def _years(duration: str) -> float:
    """Years of an ISO 8601 duration such as ``P67Y3M``."""
    match = DURATION.match(duration)
    parts = match.groups() if match else ()
    return sum(float(part) * years for part, years in zip(parts, YEARS, strict=False) if part)


def _age_seen(subject: dict[str, Any]) -> float | None:
    """Age in years at the last encounter: as given, or from the date of birth."""
    when = subject.get("timeAtLastEncounter", {})
    age = when.get("age") or when.get("ageRange", {}).get("end")
    if age is not None:
        return _years(age["iso8601duration"])
    return _between(subject.get("dateOfBirth", ""), when.get("timestamp", ""))


def _between(first: str, second: str) -> float | None:
    """Years from one date to another; None where one of them is none."""
    try:
        return (date.fromisoformat(second[:10]) - date.fromisoformat(first[:10])).days / 365.25
    except ValueError:
        return None
