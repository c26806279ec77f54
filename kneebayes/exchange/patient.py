"""A patient read from a file: the answers, and all that was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.building.model import ModelLike
from kneebayes.case import Answer
from kneebayes.case.case import CaseLike, Diagnosing
from kneebayes.view.differential import draw_differential
from kneebayes.view.report import Report, Reporting, frame_of, made_by, made_by_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that stood in a file, as the file calls it.

    Attributes
    ----------
    place
        Where, such as ``phenotypicFeatures[2]``.
    id, answer
        The node that it speaks of, and what it says; empty and None where it was not used.
    why
        Why it was not used, or how it was understood.
    """

    place: str
    code: str
    label: str
    id: str = ""
    answer: object = None
    why: str = ""

    @property
    def used(self) -> bool:
        """Whether it became an answer."""
        return bool(self.id)


@dataclass(frozen=True, eq=False, repr=False)
class Patient(Reporting):
    """One patient from a file, ready to be diagnosed.

    Attributes
    ----------
    model
        The model that the file was read for, in the lexicon and setting that it names.
    told
        Every entry of the file, whether it became an answer or not.
    results
        Posteriors by cause that the file reports, if it does; they are not used as evidence.
    remarks
        What was assumed, and what else there is to know of the file.
    """

    model: Diagnosing
    source: str
    told: tuple[Told, ...]
    results: Mapping[str, float]
    remarks: tuple[str, ...] = ()

    @property
    def answers(self) -> dict[str, object]:
        """Answers by id, in the order of the file, as :meth:`Model.diagnose` takes them."""
        return {entry.id: entry.answer for entry in self.told if entry.used}

    @property
    def unused(self) -> tuple[Told, ...]:
        """What did not become an answer, each with the reason."""
        return tuple(entry for entry in self.told if not entry.used)

    def _origin(self) -> Mapping[str, Any]:
        """Which model the file was read for."""
        return made_by(self.model)

    def diagnose(self) -> CaseLike:
        """The differential of this patient."""
        return self.model.diagnose(self.answers)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each entry of the file.

        Columns: ``place``, ``code``, ``label``, ``id``, ``finding``, ``answer``, ``used``, ``why``.
        """
        columns = ("place", "code", "label", "id", "answer", "used", "why")
        table = frame_of({name: [getattr(one, name) for one in self.told] for name in columns})
        knowledge = self.model.data.knowledge
        findings = [knowledge.label(one.id) if one.used else "" for one in self.told]
        table.insert(4, "finding", findings)
        return table

    @property
    def report(self) -> Report:
        """What is shown: urgency, what was understood, and what was not."""
        case = self.diagnose().case
        rows = [
            (
                entry.label or entry.code or entry.place,
                self.model.data.knowledge.label(entry.id) if entry.used else "not used",
                _in_words(entry.answer) if entry.used else entry.why,
            )
            for entry in self.told
        ]
        count = len(self.unused)
        unused = f"{count} thing{'' if count == 1 else 's'} in the file did not become an answer."
        return Report(
            title=f"{self.model.data.knowledge.meta.title}: a patient from {self.source}",
            known="What the file says, and what became of it:",
            advice=case.urgency.advice,
            reasons=tuple(map(str, case.urgency.reasons)),
            header=("in the file", "understood as", "answer, or why not"),
            rows=tuple(rows),
            notes=(*self.remarks, unused if count else "All of it became answers."),
            disclaimer=self.model.data.knowledge.meta.disclaimer,
            made_by=made_by_line(self.model),
        )

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the ranked causes of this patient."""
        return draw_differential(self.diagnose(), ax=ax)

    def __repr__(self) -> str:
        answers = f"{len(self.answers)} answer{'' if len(self.answers) == 1 else 's'}"
        return f"Patient({self.source!r}: {answers}, {len(self.unused)} not used)"


def _in_words(answer: object) -> str:
    if isinstance(answer, Mapping):
        return ", ".join(f"{state} {value:.3g}" for state, value in answer.items())
    return f"P(present) = {answer:.3g}" if isinstance(answer, float) else str(answer)


def told_answers(case: CaseLike) -> dict[str, Any]:
    """Answers of a differential by id in the order given, as plain values that mean the same.

    A state by its id, ``unknown``, P(present), or a number for each state.
    """
    case = case.case
    network = case.data.network
    answers: dict[str, Any] = {
        answer.id: answer_of(network[answer.id].states, answer.likelihood)
        for answer in case.in_order
    }
    return answers | dict.fromkeys(case.left_open, "unknown")


def answer_of(states: tuple[str, ...], likelihood: tuple[float, ...]) -> Any:
    """A likelihood as an answer that gives it back exactly.

    Examples
    --------
    >>> answer_of(("absent", "present"), (0.0, 1.0)), answer_of(("absent", "present"), (0.75, 0.25))
    ('present', 0.25)
    """
    possible = [index for index, value in enumerate(likelihood) if value > 0.0]
    if len(possible) == 1 and likelihood[possible[0]] == 1.0:
        return states[possible[0]]
    if len(states) == 2 and likelihood[0] == 1.0 - likelihood[1]:
        return likelihood[1]
    return {states[index]: likelihood[index] for index in possible}


def certain_state(model: ModelLike, answer: Answer) -> str | None:
    """The state that an answer names for certain, or None where it is only likely."""
    state = answer_of(model.data.network[answer.id].states, answer.likelihood)
    return state if isinstance(state, str) else None
