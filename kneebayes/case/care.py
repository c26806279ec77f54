"""What may be done about the likely causes, as the source gives it; never advice of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.case.case import Case

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


def care_of(case: Case) -> tuple[CareLine, ...]:
    """Care of the complaint, then of each group and cause that probably explains it.

    What may be done at home in the meantime is left out where the signs call for help now.
    """
    lines = [] if case.level == "now" else list(_in_any_case(case))
    return (*lines, *_of_groups(case), *_of_causes(case))


def _in_any_case(case: Case) -> Iterator[CareLine]:
    for care in case.knowledge.meta.care:
        yield CareLine("", 1.0, care.text, care.because)


def _of_groups(case: Case) -> Iterator[CareLine]:
    groups = {id: group for id, group in case.knowledge.groups.items() if group.care}
    shares = case.group_posteriors(groups) if groups else {}
    for id in sorted(groups, key=lambda id: -shares[id]):
        for care in groups[id].care if shares[id] >= LIKELY else ():
            yield CareLine(groups[id].label, shares[id], care.text, care.because)


def _of_causes(case: Case) -> Iterator[CareLine]:
    for row in case.ranked:
        for care in case.knowledge.causes[row.id].care if row.posterior >= LIKELY else ():
            yield CareLine(row.cause, row.posterior, care.text, care.because)
