"""Settings: where a patient is seen, as named shifts of the priors."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kneebayes.errors import Problem, suggest
from kneebayes.knowledge.parts import Record, Sourced, Text
from kneebayes.knowledge.records import Group

if TYPE_CHECKING:
    from kneebayes.knowledge.base import Knowledge

__all__ = ["Setting", "Shift", "check_settings", "odds_by_cause"]

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


def check_settings(knowledge: Knowledge, unread: Collection[str]) -> Iterator[Problem]:
    """Shifts of what does not exist, or of one cause by two groups."""
    known = [*knowledge.causes, *knowledge.groups]
    for setting in knowledge.settings.values():
        spoken_of: dict[str, str] = {}
        for id in setting.shifts:
            place = f"settings.toml: {setting.id}.shifts.{id}"
            if id not in known and id not in unread:
                near = suggest(id, known, count=1)
                remedy = f"Did you mean '{near[0]}'?" if near else "Add it or take the shift out."
                yield Problem(place, f"'{id}' is not a cause or group of this folder.", remedy)
            members = knowledge.groups[id].members if id in knowledge.groups else ()
            for member in members:
                before = spoken_of.setdefault(member, id)
                if before != id and member not in setting.shifts:
                    wrong = f"its member '{member}' is shifted by '{before}' too."
                    yield Problem(place, wrong, f"Say what holds: add a shift of '{member}'.")
