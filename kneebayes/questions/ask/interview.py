"""An interview: the best next question, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kneebayes.arguments import checked, whole_number
from kneebayes.building.model import ModelLike
from kneebayes.case import believe
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.questions.ask.decision_tree import DEEPEST, DecisionTree, grow_tree
from kneebayes.questions.ask.questions import Questions, question_text_of
from kneebayes.questions.ask.ranking import Question, kinds_of, subject_called, subject_named
from kneebayes.questions.ask.stopping import SameDecision, Stop, stop_rule
from kneebayes.renaming import renamed
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["ASKED", "Interview", "interview"]

ASKED = ("context", "history", "symptom", "sign")


@dataclass(frozen=True, repr=False, eq=False)
class Interview(CaseResult):
    """An interview at one point; it never changes, :meth:`answer` makes the next.

    Made by :meth:`kneebayes.Model.interview`.

    Attributes
    ----------
    case
        The patient so far.
    about
        What is to be found out: a cause, a group, ``"urgent"``, or None for all causes.
    kinds
        The kinds of question that may be asked.
    threshold
        P(what was asked about) from which on it counts as found.
    """

    case: Case
    about: str | None = None
    kinds: tuple[str, ...] = ASKED
    threshold: float = 0.5

    @cached_property
    def questions(self) -> Questions:
        """All that can be asked now."""
        subject = subject_named(self.case.knowledge, self.case.names, self.about)
        called = subject_called(self.case.knowledge, self.case.names, self.about)
        return Questions.of(self.case, subject, called, self.kinds)

    @property
    def next(self) -> Question | None:
        """The question with the largest expected gain; None if nothing is left to ask."""
        return self.questions.best

    @property
    def asks(self) -> str:
        """The next question in words; empty where nothing is left to ask."""
        return "" if self.next is None else question_text_of(self.case, self.next.id)

    @cached_property
    def stop(self) -> Stop:
        """How probable it is that the best questions would leave all as it is."""
        asked = self.questions
        return stop_rule(self.case, asked.subject, asked.now, asked.ranked, self.threshold)

    @renamed(said="answers")
    @checked
    def answer(self, answers: Mapping[str, object]) -> Interview:
        """The interview with more answers, or with answers changed or taken back (None).

        Parameters
        ----------
        answers
            Answers by name, as :meth:`kneebayes.Model.diagnose` takes them.
        """
        after = replace(self, case=self.case.given(answers))
        believe(after.case.engine, after.case.knowledge, after.case.evidence)  # names a conflict
        return after

    @checked
    @bounded
    def tree(self, depth: int = 3) -> DecisionTree:
        """The best question, the best after each answer to it, and so on.

        Each question is the best by itself; no other order is tried. A branch ends early
        where an answer makes it urgent at once.

        Parameters
        ----------
        depth
            How many questions one after the other, from 1 to 4.

        Raises
        ------
        EvidenceError
            If the depth is another.
        """
        depth = whole_number("depth", depth, 1, DEEPEST)
        subject = subject_named(self.case.knowledge, self.case.names, self.about)
        called = subject_called(self.case.knowledge, self.case.names, self.about)
        return DecisionTree(self.case, called, grow_tree(self.case, subject, self.kinds, depth))

    @property
    def table(self) -> pd.DataFrame:
        """All that can be asked now: see :attr:`Questions.table`."""
        return self.questions.table

    @property
    def report(self) -> Report:
        """What is shown."""
        called = subject_called(self.case.knowledge, self.case.names, self.about)
        lead = ["Nothing is left to ask."]
        if self.next is not None:
            lead = [f"Next: {self.asks} ({self.next.bits:.3f} bits)"]
            label = self.case.label
            lead += [_settled(same, label) for same in (self.stop.finding, self.stop.urgency)]
        return report_on(self.case, f"Interview about {called}", lead=lead, whole_title=True)

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw where each answer of the best questions would lead."""
        return self.questions.draw(ax)

    def __repr__(self) -> str:
        called = subject_called(self.case.knowledge, self.case.names, self.about)
        return f"Interview({len(self.case.answers)} answers, about {called})"


def _settled(same: SameDecision, label: Callable[[str], str]) -> str:
    """A same-decision probability as a sentence."""
    if same.kind == "leading cause":
        what = f"that {label(same.decision)} stays the most probable cause"
    elif same.kind == "urgency":
        what = f"that the urgency stays '{same.decision}'"
    else:
        side = "at or above" if same.decision == "yes" else "below"
        what = f"that it stays {side} {percent(same.threshold or 0.0)}"
    asked = len(same.questions)
    which = "most likely to change it" if same.kind == "urgency" else "that tell most"
    return (
        f"Probability {what} after the {asked} question{'' if asked == 1 else 's'} {which}: "
        f"{percent(same.probability)}{' (settled)' if same.enough else ''}."
    )


@checked
def interview(
    model: ModelLike,
    answers: Mapping[str, object] | None = None,
    about: str | None = None,
    kinds: str | Iterable[str] | None = ASKED,
    threshold: float = 0.5,
) -> Interview:
    """The best next question given the answers so far, when to stop, and a decision tree.

    Parameters
    ----------
    model
        The model.
    answers
        Answers by name, as :meth:`diagnose` takes them.
    about
        What is to be found out: a cause or a group by any of its names, or ``"urgent"``;
        left out, all causes.
    kinds
        The kinds of question that may be asked; left out, all but tests.
    threshold
        Probability from which on the cause or group counts as found, for the rule when to stop.

    Raises
    ------
    UnknownNameError, EvidenceError, ImpossibleEvidenceError
        As :meth:`diagnose`; also if ``about``, a kind or the threshold makes no sense.

    Examples
    --------
    >>> import kneebayes as kb
    >>> talk = kb.load().interview({"lump behind the knee": True}, about="Baker's cyst")
    >>> talk.asks
    '...?'
    >>> talk.answer({talk.next.id: True}).asks != talk.asks
    True
    """
    if not 0.0 < threshold < 1.0:
        message = f"threshold: must be a probability between 0 and 1. Got {threshold!r}."
        raise EvidenceError(message)
    case = Case.of(model, answers)
    believe(case.engine, case.knowledge, case.evidence)  # says what conflicts
    subject_named(case.knowledge, case.names, about)
    return Interview(case, about, kinds_of(kinds), threshold)
