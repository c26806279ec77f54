"""A differential in the form of a FHIR R4 RiskAssessment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kneebayes.arguments import checked
from kneebayes.case import Answer
from kneebayes.case.case import Case, CaseLike
from kneebayes.exchange.codes import Codes
from kneebayes.exchange.patient import certain_state, software
from kneebayes.view.differential import differential_dict

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
    urgency = content["urgency"]
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
                "rationale": _rationale(rank, len(content["ranking"]), row),
            }
            for rank, row in enumerate(content["ranking"], start=1)
        ],
        "mitigation": " ".join(one for one in advice if one),
        "note": [
            {"text": content["disclaimer"]},
            {"text": f"P(at least one urgent cause) = {content['any_urgent']!r}."},
            {"text": SCALE},
        ],
    }


def _rationale(rank: int, of: int, row: dict[str, Any]) -> str:
    urgent = " Urgent cause." if row["urgent"] else ""
    return f"Rank {rank} of {of}; prior {row['prior']!r}.{urgent}"


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
