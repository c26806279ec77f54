"""How a case begins: the patient, and what is told of him."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.teaching.case import PracticeCase
from kneebayes.teaching.patients import draw_patient

if TYPE_CHECKING:
    from kneebayes.model import Model

__all__ = ["BACKGROUNDS", "open_case"]

BACKGROUNDS = {"all": 1.0, "some": 0.5, "none": 0.0}  # share of the contexts that is told


def open_case(
    model: Model, difficulty: str, kind: str, seed: int | None, background: str
) -> PracticeCase:
    """Draw a patient and tell the beginning; see :meth:`kneebayes.Model.case`."""
    if background not in BACKGROUNDS:
        allowed = ", ".join(f"'{one}'" for one in BACKGROUNDS)
        message = f"background: {background!r} is not one. There are: {allowed}."
        raise KneebayesError(message)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**32))
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or seed < 0:
        message = f"seed: must be a whole number from 0 on, or None. Got {seed!r}."
        raise KneebayesError(message)
    truth = draw_patient(model, int(seed), difficulty, kind)
    rng = np.random.default_rng(int(seed))
    contexts = list(model.knowledge.contexts)
    told = rng.random(len(contexts)) < BACKGROUNDS[background]
    ids = tuple(id for id, yes in zip(contexts, told, strict=True) if yes)
    return PracticeCase(model, truth, ids, int(seed), difficulty, kind)
