"""How a case begins: the patient, and what is told of him."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.teaching.case import PracticeCase
from kneebayes.teaching.patients import draw_patient

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["BACKGROUNDS", "new_case"]

BACKGROUNDS = {"all": 1.0, "some": 0.5, "none": 0.0}  # share of the contexts that is told


def new_case(
    model: ModelLike,
    difficulty: str = "medium",
    kind: str = "any",
    seed: int | None = None,
    background: str = "all",
) -> PracticeCase:
    """A virtual patient with the complaint, drawn from the network, to practise on.

    Parameters
    ----------
    model
        Whose patient.
    difficulty
        ``easy``, ``medium`` or ``hard``, by what :class:`kneebayes.teaching.Hardness`
        measures: how much uncertainty is left after full work-up, and how odd the
        findings are for the causes. ``any`` takes the first patient drawn.
    kind
        ``red herring``: some finding has no true cause and points to a wrong one;
        ``second cause``: two or more causes are present; ``urgent``: an urgent cause is
        present, or the signs call for help at once; ``any``: no condition.
    seed
        Seed of the random numbers; the same seed draws the same patient. Left out, a new
        seed is chosen, and the case shows it.
    background
        What the learner knows at the beginning besides the complaint: ``all`` of the
        background, as on a form that was filled in, ``some`` of it (a random half, so that
        nothing follows from what is missing) or ``none``. The less is known, the longer it
        takes to compute the best question.

    Raises
    ------
    KneebayesError
        If a word or the seed makes no sense, or there is no such patient.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1)
    >>> case = case.ask("fever", "lump behind the knee")
    >>> case.table["what"].tolist()[-2:]
    ['fever', 'lump behind the knee']
    >>> told = case.close({"Baker's cyst": 0.2, "meniscus tear": 0.3}, advice="routine")
    >>> told.scores["divergence"] > 0.0
    True
    """
    if background not in BACKGROUNDS:
        allowed = ", ".join(f"'{word}'" for word in BACKGROUNDS)
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
    contexts = list(model.data.knowledge.contexts)
    is_told = rng.random(len(contexts)) < BACKGROUNDS[background]
    ids = tuple(id for id, yes in zip(contexts, is_told, strict=True) if yes)
    return PracticeCase(model, truth, ids, int(seed), difficulty, kind)
