"""Patients as an origin of numbers, beside claims, references and assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kneebayes.knowledge.base import PATIENTS, Knowledge
from kneebayes.knowledge.parts import Record

__all__ = ["taught_by", "with_patients"]

LEAST = 0.01  # share of the patients in what is known of a number, from which on they are named
Said = TypeVar("Said", bound=Record)


def with_patients(knowledge: Knowledge, shares: Mapping[int, float], told: str) -> Knowledge:
    """The same folder, whose statements name the patients where they taught something.

    Parameters
    ----------
    knowledge
        What the folder says.
    shares
        By ``id()`` of a statement, which share of what is known of its number the patients
        make up, from 0 to 1.
    told
        Who the patients are, in words.
    """
    kinds = ("causes", "parts", "contexts", "mediators", "findings", "groups")
    changed: dict[str, Any] = {
        kind: {id: _inside(one, shares, told) for id, one in getattr(knowledge, kind).items()}
        for kind in kinds
    }
    known = {origin_of(told, share): round(share, 3) for share in shares.values()}
    return replace(knowledge, **changed, taught=known)


def taught_by(statement: Said, shares: Mapping[int, float], told: str) -> Said:
    """A statement that names the patients beside its own origins, if they taught enough."""
    share = shares.get(id(statement), 0.0)
    if share < LEAST:
        return statement
    because = (origin_of(told, share), *getattr(statement, "because", ()))
    return statement.model_copy(update={"because": because})


def origin_of(told: str, share: float) -> str:
    """The patients as an origin, in words."""
    return f"{PATIENTS}: {told} with the complaint; {share:.1%} of what is known of this number"


def _inside(value: Any, shares: Mapping[int, float], told: str) -> Any:
    """The same with every statement inside changed; what has none is left as it is."""
    if isinstance(value, Record):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        update = {
            name: made
            for name, one in fields.items()
            if (made := _inside(one, shares, told)) is not one
        }
        own = taught_by(value, shares, told)
        return own.model_copy(update=update) if update else own
    if isinstance(value, dict):
        made = {key: _inside(one, shares, told) for key, one in value.items()}
        same = all(made[key] is value[key] for key in value)
        return value if same else made
    return value
