"""One patient, one voice: who comes, and how each answer sounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.knowledge.telling import bounds_of
from kneebayes.teaching.chance import Chance, Words

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike
    from kneebayes.teaching.patients import Truth

__all__ = ["introduction", "sentence_about", "years_of"]

YEARS, MIDDLE = "{years}", 0.5
OF_YEARS = 0xC2B2AE35  # an odd number, so that the age has chance of its own
PLAIN = {"present": "Yes.", "absent": "No."}
TOLD_BY_PATIENTS = ("history", "symptom", "complaint")


def sentence_about(model: ModelLike, truth: Truth, id: str, seed: int | None) -> str:
    """What the patient says when asked for a node; empty where an examiner finds it out.

    The seed, the number of the patient, settles his age in years.
    """
    knowledge = model.data.knowledge
    voice = knowledge.voices.get(id)
    if voice is not None and (sentence := voice.says.get(truth[id])):
        return _with_years(sentence, model, truth, id, seed)
    asked = id in knowledge.contexts or knowledge.findings[id].kind in TOLD_BY_PATIENTS
    return PLAIN.get(truth[id], "") if asked else ""


def introduction(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> str:
    """Who comes, and with which words: ``Patient 7, 63 years old: "It hurts behind my knee."``.

    Of the background only what is told at the beginning.
    """
    knowledge = model.data.knowledge
    who = [
        "Patient" if seed is None else f"Patient {seed}",
        *_called(model, truth, background, seed),
    ]
    complaint = knowledge.meta.complaint
    sentence = sentence_about(model, truth, complaint, seed)
    words = (
        f"{knowledge.label(complaint)}."
        if sentence in PLAIN.values()
        else f"\u201c{sentence}\u201d"
    )
    return f"{', '.join(who)}: {words}"


def _called(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> Iterator[str]:
    for id, voice in model.data.knowledge.voices.items():
        if id in background and (word := voice.called.get(truth[id])):
            yield _with_years(word, model, truth, id, seed)


def _with_years(sentence: str, model: ModelLike, truth: Truth, id: str, seed: int | None) -> str:
    if YEARS not in sentence:
        return sentence
    return sentence.replace(YEARS, str(years_of(model, truth, id, seed)))


def years_of(model: ModelLike, truth: Truth, id: str, seed: int | None) -> int:
    """A number within the bounds of the state, the same for the same patient; 0 without bounds."""
    knowledge = model.data.knowledge
    bounds = bounds_of(knowledge.contexts.get(id), knowledge.voices.get(id))
    if not bounds:
        return 0
    states = knowledge.contexts[id].states
    position = [state.id for state in states].index(truth[id])
    return bounds[position] + int(_share(seed) * (bounds[position + 1] - bounds[position]))


def _share(seed: int | None) -> float:
    if seed is None:
        return MIDDLE
    start: Words = np.array([seed * OF_YEARS % 2**32], dtype=np.uint32)
    return float(Chance(start).next()[0])
