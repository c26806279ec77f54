"""A differential for other software: a GA4GH Phenopacket v2, and a FHIR R4 RiskAssessment."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import renamed
from kneebayes.case import Answer
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.exchange.codes import FIRST, LOCAL, Codes
from kneebayes.exchange.patient import certain_state, software
from kneebayes.text import fold
from kneebayes.view.differential import differential_dict
from kneebayes.view.report import package_version

Uncertain = Literal["refuse", "leave out"]

VERSION = "2.0"
OBO, BIO = "http://purl.obolibrary.org/obo", "http://purl.bioontology.org/ontology"
RESOURCES = {  # by prefix: id, name, where it is, what stands before its codes
    "HP": ("hp", "human phenotype ontology", f"{OBO}/hp.owl", f"{OBO}/HP_"),
    "MONDO": ("mondo", "Mondo Disease Ontology", f"{OBO}/mondo.owl", f"{OBO}/MONDO_"),
    "ICD10CM": ("icd10cm", "ICD-10-CM", f"{BIO}/ICD10CM", f"{BIO}/ICD10CM/"),
}


@renamed(top="n")
@checked
def phenopacket(
    case: CaseLike,
    *,
    id: str = "case",
    subject: str = "patient",
    n: int | None = None,
    uncertain: Uncertain = "refuse",
    created: datetime | None = None,
) -> dict[str, Any]:
    """A differential as a GA4GH Phenopacket v2, ready for JSON.

    A finding without a term in any ontology gets the code ``kneebayes:<id>``. Each cause is an
    interpretation in progress, and its summary gives the posterior.

    Parameters
    ----------
    id, subject
        Of the packet and of its subject.
    n
        How many causes to include; urgent causes are always included. Left out, all.
    uncertain
        ``"refuse"`` answers that are only probable, or ``"leave out"``: a phenopacket
        cannot hold them.
    created
        Date and time of the file; left out, now.

    Raises
    ------
    EvidenceError
        If an answer is uncertain and that is refused.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> packet = knee.phenopacket(knee.diagnose({"fever": False}))
    >>> packet["phenotypicFeatures"][1]
    {'type': {'id': 'HP:0001945', 'label': 'fever'}, 'excluded': True}
    >>> knee.load_phenopacket(packet).answers
    {'pain_behind_knee': 'present', 'fever': 'absent'}
    """
    if n is not None:
        n = whole_number("n", n, least=1)
    case = case.case
    vague = [answer for answer in case.answers if certain_state(case.data, answer) is None]
    if vague and uncertain == "refuse":
        message = (
            f"A phenopacket cannot say how probable a finding is: "
            f"{'; '.join(f'{answer.label}: {answer.state}' for answer in vague)}. Use "
            "uncertain='leave out', or a case file, which holds it."
        )
        raise EvidenceError(message)
    writer = _Writer(case, vague)
    packet: dict[str, Any] = {"id": id, "subject": {"id": subject}}
    packet |= {"phenotypicFeatures": [], "diseases": []}
    for answer in case.answers:
        if answer not in vague:
            writer.place(answer, packet)
    packet["interpretations"] = writer.interpretations(n)
    packet["metaData"] = writer.meta_data(created or datetime.now(UTC))
    return {key: value for key, value in packet.items() if value}


class _Writer:
    """Puts the parts of a differential where a phenopacket has them."""

    def __init__(self, case: Case, vague: list[Answer]) -> None:
        self.case, self.vague = case, vague
        self.knowledge, self.network = case.data.knowledge, case.data.network
        self.codes = Codes(self.knowledge)
        self.used: set[str] = set()

    def term(self, id: str, state: str = "", schemes: tuple[str, ...] = ("hpo",)) -> dict[str, str]:
        """A code and a label; a state can only be written as a code of the folder."""
        code = f"{LOCAL}:{id}.{state.replace(' ', '-')}" if state else self.codes.code(id, schemes)
        self.used.add(code.partition(":")[0])
        label = self.knowledge.label(id)
        return {"id": code, "label": f"{label}: {state}" if state else label}

    def place(self, answer: Answer, packet: dict[str, Any]) -> None:
        """One certain answer."""
        node = self.network[answer.id]
        state = certain_state(self.case.data, answer) or ""
        cause = self.knowledge.cause_of(answer.id)
        if cause is not None:
            packet["diseases"].append({"term": self.term(cause, schemes=FIRST), **_excluded(state)})
        elif node.states[1:] == ("present",):
            feature = {"type": self.term(answer.id), **_excluded(state)}
            packet["phenotypicFeatures"].append(feature)
        elif (ages := self.ages(answer.id, state)) is not None:
            packet["subject"]["timeAtLastEncounter"] = {"ageRange": ages}
        else:
            packet["phenotypicFeatures"].append({"type": self.term(answer.id, state)})

    def ages(self, id: str, state: str) -> dict[str, Any] | None:
        """First and last whole year of a state, where the context is the age."""
        context = self.knowledge.contexts.get(id)
        if context is None or "age" not in map(fold, (id, context.label, *context.aliases)):
            return None
        lowest = 2  # an answer of 0 or 1 is a probability, so no age
        for context_state in context.states:
            if context_state.below is None:
                return None
            if context_state.id == state:
                ends = {"start": lowest, "end": int(context_state.below) - 1}
                return {end: {"iso8601duration": f"P{years}Y"} for end, years in ends.items()}
            lowest = int(context_state.below)
        return None

    def interpretations(self, top: int | None) -> list[dict[str, Any]]:
        """Every cause in order, the urgent ones whatever their rank."""
        rows = differential_dict(self.case)["ranking"]
        return [
            {
                "id": f"rank-{rank}",
                "progressStatus": "IN_PROGRESS",
                "diagnosis": {"disease": self.term(row["id"], schemes=FIRST)},
                "summary": self.summary(rank, len(rows), row),
            }
            for rank, row in enumerate(rows, start=1)
            if top is None or rank <= top or row["urgent"]
        ]

    def summary(self, rank: int, of: int, row: dict[str, Any]) -> str:
        """Posterior and prior with all digits, and what this is not."""
        urgent = " An urgent cause." if row["urgent"] else ""
        out = "; ".join(f"{answer.label}: {answer.state}" for answer in self.vague)
        caveat = f" The posterior also rests on what cannot stand here: {out}." if out else ""
        signs = " ".join(filter(None, (self.case.urgency.advice, self.case.urgency.left_open)))
        return (
            f"P({row['cause']} explains the complaint | what is known) = {row['posterior']!r} "
            f"(before: {row['prior']!r}), rank {rank} of {of}; others can be there, silent.{urgent}"
            f" {signs}{caveat} {self.knowledge.meta.disclaimer}"
        )

    def meta_data(self, created: datetime) -> dict[str, Any]:
        """When, by what, and which ontologies the codes are of."""
        title = self.knowledge.meta.title
        urn = "urn:kneebayes:" + re.sub("[^a-z0-9]+", "-", title.casefold()).strip("-")
        own = (LOCAL, f"ids of the knowledge folder '{title}'", urn, f"{urn}:")
        versions = {LOCAL: package_version()}
        resources = [
            {
                "id": id,
                "name": name,
                "url": url,
                "version": versions.get(prefix, "not stated by the knowledge folder"),
                "namespacePrefix": prefix,
                "iriPrefix": iri,
            }
            for prefix, (id, name, url, iri) in {**RESOURCES, LOCAL: own}.items()
            if prefix in self.used
        ]
        return {
            "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "createdBy": software(),
            "resources": resources,
            "phenopacketSchemaVersion": VERSION,
        }


def _excluded(state: str) -> dict[str, bool]:
    return {"excluded": True} if state == "absent" else {}


SYSTEMS = {
    "HP": "http://human-phenotype-ontology.org",
    "MONDO": "http://purl.obolibrary.org/obo/mondo.owl",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "kneebayes": "urn:kneebayes",
}
SCALE = (
    "Every probabilityDecimal here is a fraction from 0 to 1, never a percentage: 0.137 stands "
    "for 13.7 %."
)
WHOLE = ("HP", "MONDO")  # their codes keep the prefix


@checked
def risk_assessment(
    case: CaseLike, *, subject: str = "patient", created: datetime | None = None
) -> dict[str, Any]:
    """A differential in the form of a FHIR R4 RiskAssessment, ready for JSON.

    Every cause is a prediction with P(it explains the complaint | what is known), between 0 and
    1; the answers are its basis; the status is ``preliminary``. It says how the patient is shown
    (``subject``), and when it was ``created``; left out, now.
    """
    case = case.case
    codes = Codes(case.knowledge)
    content = differential_dict(case)
    urgency, ranking = content["urgency"], content["ranking"]
    advice = (urgency["advice"], "; ".join(urgency["reasons"]), urgency["beside"])
    return {
        "resourceType": "RiskAssessment",
        "contained": [_observation(case, answer, codes) for answer in case.answers],
        "status": "preliminary",
        "method": {"text": f"{software()}: exact Bayesian network, {case.data.reading}"},
        "subject": {"display": subject},
        "occurrenceDateTime": (created or datetime.now(UTC)).astimezone(UTC).isoformat(),
        "basis": [{"reference": f"#{_local(answer.id)}"} for answer in case.answers],
        "prediction": [
            {
                "outcome": _concept(codes.code(row["id"]), row["cause"]),
                "probabilityDecimal": row["posterior"],
                "rationale": f"Rank {rank} of {len(ranking)}; prior {row['prior']!r}."
                + (" Urgent cause." if row["urgent"] else ""),
            }
            for rank, row in enumerate(ranking, start=1)
        ],
        "mitigation": " ".join(one for one in advice if one),
        "note": [
            {"text": content["disclaimer"]},
            {"text": f"P(at least one urgent cause) = {content['any_urgent']!r}."},
            {"text": SCALE},
        ],
    }


def _observation(case: Case, answer: Answer, codes: Codes) -> dict[str, Any]:
    """One answer; only what is absent or present for certain is a boolean."""
    states = case.data.network[answer.id].states
    state = certain_state(case.data, answer)
    value: dict[str, Any] = {"valueString": answer.state}
    if state is not None and states == ("absent", "present"):
        value = {"valueBoolean": state == "present"}
    return {
        "resourceType": "Observation",
        "id": _local(answer.id),
        "status": "preliminary",
        "code": _concept(codes.code(answer.id, ("hpo",)), answer.label),
        **value,
    }


def _concept(code: str, label: str) -> dict[str, Any]:
    prefix, _, rest = code.partition(":")
    own = code if prefix in WHOLE else rest
    return {"coding": [{"system": SYSTEMS.get(prefix, prefix), "code": own}], "text": label}


def _local(id: str) -> str:
    """An id as FHIR allows it: letters, digits, hyphens and points, at most 64."""
    return id.replace("_", "-")[:64]
