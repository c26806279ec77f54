"""A model that has seen patients: the words as prior, the patients as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.inference.flat import Observed
from kneebayes.learning.counting import Counting
from kneebayes.learning.outcome import Outcome, network_with, outcomes_of, with_outcomes
from kneebayes.learning.patients import read_patients, together
from kneebayes.learning.record import Learnt
from kneebayes.learning.scoring import Found, Scoring
from kneebayes.learning.sentences import read_text

if TYPE_CHECKING:
    from kneebayes.building import Elicited
    from kneebayes.model import Model

__all__ = ["update"]

MANY = 200  # patients from which on a bar is shown
M = TypeVar("M", bound="Model")


def update(model: M, cases: object, trust: float | None = None, progress: bool | None = None) -> M:
    """The same model after it has seen patients; see :meth:`kneebayes.Model.update`.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns, cells or ``trust`` cannot be understood, or a patient is without the
        complaint.
    ImpossibleEvidenceError
        If what is known of a patient cannot be true together.
    TooWideError
        If a patient needs more memory than is allowed.
    """
    earlier = model.learnt
    before = model if earlier is None else cast("M", earlier.before)
    weight = _trust(trust, earlier)
    patients = read_patients(before, cases)
    if earlier is not None:
        states = int(before.engine.flat.own_start[-1])
        patients = together([earlier.patients, patients], states)
    text = read_text(before, 1.0 if math.isinf(weight) else weight)
    if not patients.telling or math.isinf(weight):
        same = tuple(
            Outcome(one, one.interval, float(before.engine.numbers[0][one.place]), 0.0)
            for one in text.sentences
        )
        learnt = Learnt(before, patients, same, before.engine.numbers[0], weight, (), True, 0.0)
        return _placed(before, before.elicited, learnt)
    scoring = Scoring(
        Counting(before.engine),
        text.coordinates,
        patients.sample,
        selection_of(before),
        text.imagined,
    )
    with _bar(len(patients), progress) as advance:
        found = scoring.find(advance)
    outcomes = outcomes_of(before, text, found)
    network = network_with(before.network, before.engine.flat, found.numbers)
    complaint = Evidence.of(network, {before.knowledge.meta.complaint: "present"})
    probability = before.engine.on(network).probability(complaint)
    elicited = with_outcomes(before, network, outcomes, probability)
    learnt = Learnt(
        before,
        patients,
        outcomes,
        found.numbers,
        weight,
        found.trail,
        found.converged,
        _determined(found),
    )
    return _placed(before, elicited, learnt)


def selection_of(model: Model) -> Observed:
    """What all patients came for, as a row of observed states."""
    selection = np.full(len(model.network), -1, dtype=np.int8)
    selection[model.network.index[model.knowledge.meta.complaint]] = 1
    return selection


def _trust(trust: float | None, earlier: Learnt | None) -> float:
    if trust is None:
        return 1.0 if earlier is None else earlier.trust
    if isinstance(trust, bool) or not isinstance(trust, int | float) or not trust > 0.0:
        message = (
            f"trust must be a number above 0, got {trust!r}. 1 takes the sentences as they are, "
            "2 counts each as twice as many patients, infinity keeps them whatever comes."
        )
        raise EvidenceError(message)
    return float(trust)


def _placed(before: M, elicited: Elicited, learnt: Learnt) -> M:
    """The model with other numbers, as for another setting."""
    model = type(before).__new__(type(before))
    model.knowledge, model.names, model.setting = before.knowledge, before.names, before.setting
    model.elicited = elicited
    model.engine = before.engine.on(elicited.network)
    model.learnt = learnt
    return model


def _determined(found: Found) -> float:
    """How many numbers the patients have determined (MacKay 1992)."""
    small = 1e-9 * np.eye(len(found.by_all))
    return float(len(small) - np.trace(np.linalg.solve(found.by_all + small, found.by_text)))


@contextmanager
def _bar(patients: int, progress: bool | None) -> Iterator[Callable[[float], object] | None]:
    """A bar that shows each step and how much it gained, or nothing."""
    if not (patients > MANY if progress is None else progress):
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(desc=f"Learning from {patients:,} patients", unit=" steps", leave=False) as bar:

        def advance(gain: float) -> None:
            """Show how much a round has gained."""
            bar.set_postfix_str(f"gained {gain:.3g} nats", refresh=False)
            bar.update()

        yield advance
