"""The feedback on a case in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kneebayes.errors import TooWideError
from kneebayes.teaching.practice_text import Page, Section, belief_cells, step_cells
from kneebayes.teaching.situation import LEVELS
from kneebayes.view.markup import percent
from kneebayes.view.report import made_by_line, urgency_lines

if TYPE_CHECKING:
    from kneebayes.teaching.feedback import Feedback

__all__ = ["SHOWN", "feedback_page"]

SHOWN = 10
BELIEFS = ("cause", "truth", "opening", "exact", "stated")
STEPS = ("step", "asked", "answer", "bits", "cost", "best free question then", "best test then")
NOTES = (
    "! marks an urgent cause; brackets: not named, so it counts with its prior.",
    "Scores add up over all causes; the lower the better.",
    "bits: expected information gain, added up over the causes.",
    "An examination that tells several results at once can beat the best single question.",
    "The plan asks this patient as many questions for no more cost, the most telling one first.",
)


def feedback_page(told: Feedback) -> Page:
    """The page of a closed case; what was there and how urgent it was first."""
    meta = told.case.model.data.knowledge.meta
    shown = [
        row
        for at, row in enumerate(told.belief_rows)
        if at < SHOWN or row["present"] or row["named"] or row["urgent"]
    ]
    sections = [
        Section((_there(told), _advised(told))),
        Section(tuple(_urgency(told))),
        Section((*told.reasons, *told.biases)),
        Section(tuple(_hardness(told))),
        Section((), BELIEFS, tuple(belief_cells(row) for row in shown)),
        Section((), STEPS, tuple(step_cells(row) for row in told.question_rows)),
        Section(tuple(_scores(told))),
        Section(tuple(_revealed(told))),
        Section(NOTES),
    ]
    made_by = made_by_line(told.case.model)
    return Page(f"{meta.title}: the case closed", sections, made_by, meta.disclaimer)


def _there(told: Feedback) -> str:
    knowledge = told.case.model.data.knowledge
    there = [knowledge.causes[id] for id, present in told.present.items() if present]
    named = [f"{one.label}{' (urgent)' if one.urgent else ''}" for one in there]
    return f"Truly present: {', '.join(named) or 'no cause that the model knows'}."


def _advised(told: Feedback) -> str:
    advised = f"You advised '{told.advice}'" if told.advice else "You did not say how urgent it is"
    if told.advice_too_low:
        return f"{advised}: too low, the signs call for '{told.due.level}'."
    return f"{advised}; the signs call for '{told.due.level}'."


def _urgency(told: Feedback) -> Iterator[str]:
    """What is due; a sign that the learner never found is marked where it stands."""
    missed = {(one.level, one.text) for one in told.missed}
    advice, *lines = urgency_lines(told.due)
    yield f"What the signs call for that you found or could have asked for nothing: {advice}"
    for reason, line in zip(told.due.reasons, lines, strict=True):
        found = (reason.level, reason.text) not in missed
        yield line if found else f"{line} (missed: not found out)"
    if LEVELS.index(told.hindsight.level) > LEVELS.index(told.due.level):
        yield (
            f"In hindsight, with every test and the truth about the causes, it was "
            f"'{told.hindsight.level}'; nobody could have known that for nothing."
        )


def _revealed(told: Feedback) -> Iterator[str]:
    if told.not_asked:
        listed = "; ".join(
            label if state == "present" else f"{label}: {state}"
            for label, state in told.not_asked.items()
        )
        yield f"There, and not asked for: {listed}."


def _hardness(told: Feedback) -> Iterator[str]:
    knowledge = told.case.model.data.knowledge
    try:
        hard = told.hardness
    except TooWideError:
        yield "How hard the patient is cannot be told exactly: full work-up is too wide a query."
        return
    yield (
        f"With the whole background known {hard.opening:.2f} bits are open, after full work-up "
        f"{hard.left:.2f}; odder than {percent(hard.atypicality)} of like patients."
    )
    if hard.herrings:
        labels = [knowledge.label(id) for id in hard.herrings]
        yield f"Red herrings: {', '.join(labels)}."


def _scores(told: Feedback) -> Iterator[str]:
    scores = told.scores
    yield (
        f"Log score {scores['log_score']:.2f} bits (the exact posterior: "
        f"{scores['log_score_exact']:.2f}), Brier score {scores['brier']:.3f} "
        f"({scores['brier_exact']:.3f})."
    )
    yield f"Stated from exact: Kullback-Leibler divergence {scores['divergence']:.2f} bits."
    if told.question_rows:
        bits = told.uncertainty
        yield (
            f"Uncertainty {bits['opening']:.2f} bits at the opening; your questions left "
            f"{bits['closed']:.2f}, the plan {bits['plan']:.2f}."
        )
    yield f"Cost {told.case.cost:g}, burden {told.case.burden}."
