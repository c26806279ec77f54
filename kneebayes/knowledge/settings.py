"""Settings: where a patient is seen, as named shifts of the priors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from kneebayes.knowledge.parts import Record, Sourced, Text
from kneebayes.knowledge.records import Group

__all__ = ["Setting", "Shift", "odds_by_cause"]

MOST = 1000.0


class Shift(Sourced):
    """By how much the odds of a cause, or of each member of a group, differ from the priors."""

    odds: Annotated[float, Field(ge=1.0 / MOST, le=MOST)]
    note: str = ""


class Setting(Record):
    """A place where patients are seen.

    Attributes
    ----------
    id, label
        Its names.
    about
        Who comes there.
    shifts
        By id of a cause or a group. What is said of a cause itself goes before what is said
        of a group.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    label: Annotated[str, Field(min_length=1, max_length=80)]
    about: Text
    shifts: dict[str, Shift] = Field(default_factory=dict)


def odds_by_cause(setting: Setting, groups: Mapping[str, Group]) -> dict[str, float]:
    """What the odds of each cause are multiplied by; causes left alone are left out."""
    odds = {
        member: shift.odds
        for id, shift in setting.shifts.items()
        if id in groups
        for member in groups[id].members
    }
    own = {id: shift.odds for id, shift in setting.shifts.items() if id not in groups}
    return {**odds, **own}
