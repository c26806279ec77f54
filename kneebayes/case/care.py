"""What may be done about the likely causes, as the source gives it; never advice of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.knowledge import Knowledge

__all__ = ["LIKELY", "CareLine", "care_of"]

LIKELY = 0.2  # P(it explains the complaint) from which on the care of a cause or group is told


@dataclass(frozen=True, slots=True)
class CareLine:
    """One sentence of the source about care.

    Attributes
    ----------
    about
        Label of the cause or group; empty where it is about the complaint whatever explains it.
    probability
        P(the cause, or one of the group, explains the complaint); 1 where it is about all.
    text, because
        The sentence, and the claims that it rests on.
    """

    about: str
    probability: float
    text: str
    because: tuple[str, ...]


def care_of(
    knowledge: Knowledge, level: str, groups: Mapping[str, float], causes: Mapping[str, float]
) -> tuple[CareLine, ...]:
    """Care of the complaint, then of each group and cause that probably explains it.

    What may be done at home in the meantime is left out where the signs call for help now.

    Parameters
    ----------
    knowledge
        The folder, with the sentences of the source.
    level
        How urgent the signs make it.
    groups, causes
        P(one of the group, or the cause, explains the complaint) by id; causes in the order in
        which they are told.
    """
    lines = [] if level == "now" else list(_in_any_case(knowledge))
    return (*lines, *_of_groups(knowledge, groups), *_of_causes(knowledge, causes))


def _in_any_case(knowledge: Knowledge) -> Iterator[CareLine]:
    for care in knowledge.meta.care:
        yield CareLine("", 1.0, care.text, care.because)


def _of_groups(knowledge: Knowledge, shares: Mapping[str, float]) -> Iterator[CareLine]:
    for id in sorted(shares, key=lambda id: -shares[id]):
        group = knowledge.groups[id]
        for care in group.care if shares[id] >= LIKELY else ():
            yield CareLine(group.label, shares[id], care.text, care.because)


def _of_causes(knowledge: Knowledge, posteriors: Mapping[str, float]) -> Iterator[CareLine]:
    for id, posterior in posteriors.items():
        cause = knowledge.causes[id]
        for care in cause.care if posterior >= LIKELY else ():
            yield CareLine(cause.label, posterior, care.text, care.because)
