"""One step of a case: something asked, or something stated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Real

from kneebayes.errors import EvidenceError
from kneebayes.knowledge import Names

__all__ = ["Step", "probabilities_by_id"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was asked, or probabilities that were stated.

    Attributes
    ----------
    asked
        Ids of the nodes whose state was told; empty where something was stated.
    method
        Id of the method that finds it out; empty where asking or looking does.
    whole
        Whether the method was ordered with all its results.
    cost, burden
        What this step added, in the units of the knowledge folder.
    stated
        P(present) by cause; empty where something was asked.
    """

    asked: tuple[str, ...] = ()
    method: str = ""
    whole: bool = False
    cost: float = 0.0
    burden: int = 0
    stated: Mapping[str, float] = field(default_factory=dict)


def probabilities_by_id(names: Names, stated: Mapping[str, float]) -> dict[str, float]:
    """Stated probabilities by id of the cause.

    Raises
    ------
    UnknownNameError
        If a cause is not known.
    EvidenceError
        If they are not given by name, there are none, a number is no probability, or a cause
        is named twice.
    """
    if not isinstance(stated, Mapping) or not stated:
        message = (
            "Probabilities are stated by cause, at least one, such as "
            f'{{"Baker\'s cyst": 0.4}}. Got {stated!r}.'
        )
        raise EvidenceError(message)
    probabilities: dict[str, float] = {}
    for name, value in stated.items():
        id = names.meaning(name, ("cause",), "model.causes").id
        if not _is_probability(value):
            message = f"'{name}' must be a probability between 0 and 1. Got {value!r}."
            raise EvidenceError(message)
        if id in probabilities:
            message = f"'{name}' names a cause that is stated already. State each cause once."
            raise EvidenceError(message)
        probabilities[id] = float(value)
    return probabilities


def _is_probability(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    return math.isfinite(float(value)) and 0.0 <= float(value) <= 1.0
