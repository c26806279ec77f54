"""Remarks about a folder that can be read but could be better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kneebayes.knowledge.base import Knowledge

__all__ = ["Remark", "lint"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in a knowledge folder.

    Attributes
    ----------
    kind
        What sort of remark, such as ``unused claim``.
    place
        The entry that it is about.
    text
        What was found, and which statement won where two disagree.
    """

    kind: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.text}"


def lint(knowledge: Knowledge) -> tuple[Remark, ...]:
    """Remarks that need no numbers: contradictions, loose ends, unused claims.

    Parameters
    ----------
    knowledge
        A folder that was read without error.
    """
    return (
        *_unused_claims(knowledge),
        *_contradictions(knowledge),
        *_loose_findings(knowledge),
        *_alike_causes(knowledge),
    )


def _unused_claims(knowledge: Knowledge) -> Iterator[Remark]:
    used = knowledge.claims_used()
    for claim in knowledge.claims.values():
        if not used[claim.id] and not claim.unused_because:
            text = "no number rests on it and it does not say why not."
            yield Remark("unused claim", claim.id, text)


def _contradictions(knowledge: Knowledge) -> Iterator[Remark]:
    for cause in knowledge.causes.values():
        if cause.commonness.overruled:
            won = ", ".join(one for one in cause.commonness.because if one in knowledge.claims)
            lost = ", ".join(cause.commonness.overruled)
            kept = [one for one in won.split(", ") if one not in cause.commonness.overruled]
            text = f"{lost} says otherwise; '{cause.commonness.word}' ({', '.join(kept)}) won."
            yield Remark("contradictory commonness", cause.id, text)


def _loose_findings(knowledge: Knowledge) -> Iterator[Remark]:
    reached = {arrow.child for arrow in knowledge.arrows()}
    for finding in knowledge.findings.values():
        if finding.id not in {*reached, knowledge.meta.complaint}:
            text = "no cause or mediator produces it."
            yield Remark("finding without cause", finding.id, text)
    for mediator in knowledge.mediators.values():
        if mediator.id not in {*reached, *knowledge.there.values()}:
            yield Remark("mediator without cause", mediator.id, "nothing produces it.")


def _alike_causes(knowledge: Knowledge) -> Iterator[Remark]:
    """Pairs of causes whose stated findings are the same, word for word."""
    shown: dict[str, set[tuple[str, str]]] = {cause: set() for cause in knowledge.causes}
    unseen = {*knowledge.causes, *knowledge.there.values(), knowledge.meta.complaint}
    for arrow in knowledge.arrows():
        seen_on_patient = arrow.child not in unseen
        if arrow.parent in shown and seen_on_patient:
            shown[arrow.parent].add((arrow.child, str(arrow.statement.how_often)))
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for cause, profile in shown.items():
        alike = seen.setdefault(frozenset(profile), cause)
        if alike != cause:
            text = f"shows just what {alike} shows: no finding tells them apart."
            yield Remark("cause not told apart", cause, text)
