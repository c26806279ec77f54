"""One patient, one voice: who comes, and how each answer sounds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.knowledge.telling import bounds_of
from kneebayes.teaching.chance import Chance, Words

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike
    from kneebayes.teaching.patients import Truth

YEARS, MIDDLE = "{years}", 0.5
OF_YEARS = 0xC2B2AE35  # an odd number, so that the age has chance of its own
OF_ORDER, OF_WORDS = 0x27D4EB2F, 0x165667B1  # and what is told at first, and how
PARTS = {"beginning": 1, "worry": 3}  # of what is told at first: nodes gone through at most
PLAIN = {"present": "Yes.", "absent": "No."}
TOLD_BY_PATIENTS = ("history", "symptom", "complaint")


def sentence_about(model: ModelLike, truth: Truth, id: str, seed: int | None) -> str:
    """What the patient says when asked for a node; empty where an examiner finds it out.

    The seed, the number of the patient, settles the age in years.
    """
    knowledge = model.data.knowledge
    voice = knowledge.voices.get(id)
    if voice is not None and (sentence := voice.says.get(truth[id])):
        return _with_years(sentence, model, truth, id, seed)
    asked = id in knowledge.contexts or knowledge.findings[id].kind in TOLD_BY_PATIENTS
    return PLAIN.get(truth[id], "") if asked else ""


def told_at_first(model: ModelLike, truth: Truth, seed: int | None) -> tuple[str, ...]:
    """What the patient of a number tells unasked: how it began, and what is worrying.

    The number alone says what comes to mind first, and next; it ends with the first thing that is
    so, or after a few. All that was gone through is told, so that nothing follows from silence.
    """
    if seed is None:
        return ()
    knowledge = model.data.knowledge
    known = {*knowledge.contexts, *knowledge.findings}
    shares = iter(_shares(seed, OF_ORDER, sum(PARTS.values())))
    told: list[str] = []
    for part, most in PARTS.items():
        ids = [id for id, one in knowledge.voices.items() if one.part == part and id in known]
        mind = [ids.pop(int(share * len(ids))) for share in islice(shares, most) if ids]
        ends = next((at for at, id in enumerate(mind) if truth[id] != "absent"), most)
        told += mind[: ends + 1]
    return tuple(told)


def introduction(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> str:
    """Who comes, and with which words: ``Patient 7, 63 years old: "It hurts behind my knee."``.

    Of the background and of the first words only what is told at the beginning.
    """
    knowledge = model.data.knowledge
    who = [
        "Patient" if seed is None else f"Patient {seed}",
        *_called(model, truth, background, seed),
    ]
    said = " ".join(_opening(model, truth, background, seed))
    words = f"\u201c{said}\u201d" if said else f"{knowledge.label(knowledge.meta.complaint)}."
    return f"{', '.join(who)}: {words}"


def _opening(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> Iterator[str]:
    """Sentences of the complaint, of what is told at first, and of contexts that open too."""
    knowledge = model.data.knowledge
    complaint, first = knowledge.meta.complaint, told_at_first(model, truth, seed)
    others = [
        id
        for id, voice in knowledge.voices.items()
        if voice.opens and not voice.part and id in knowledge.contexts
    ]
    ids = (complaint, *first, *others)
    shares = _shares(seed, OF_WORDS, len(ids))
    for id, share in zip(ids, shares, strict=True):
        if id != complaint and id not in background:
            continue
        voice = knowledge.voices.get(id)
        ways = voice.opens.get(truth[id], ()) if voice is not None else ()
        if ways:
            yield _with_years(ways[int(share * len(ways))], model, truth, id, seed)
        elif id == complaint and voice is not None and truth[id] in voice.says:
            yield sentence_about(model, truth, id, seed)


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
    return MIDDLE if seed is None else float(_chance(seed, OF_YEARS).next()[0])


def _shares(seed: int | None, purpose: int, count: int) -> list[float]:
    """The first numbers that belong to a patient, for one purpose."""
    if seed is None:
        return [0.0] * count
    return [float(share) for share in _chance(seed, purpose).following(count)[:, 0]]


def _chance(seed: int, purpose: int) -> Chance:
    start: Words = np.array([seed * purpose % 2**32], dtype=np.uint32)
    return Chance(start)
