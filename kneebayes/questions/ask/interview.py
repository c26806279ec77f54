"""An interview: the best next question, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kneebayes.case import believe, read_answers
from kneebayes.case.answers import by_node
from kneebayes.errors import EvidenceError
from kneebayes.inference import Engine
from kneebayes.knowledge import Knowledge, Names
from kneebayes.questions.ask.decision_tree import DecisionTree
from kneebayes.questions.ask.questions import Questions, question_text_of
from kneebayes.questions.ask.ranking import Case, Question, kinds_of, subject_named
from kneebayes.questions.ask.stopping import SameDecision, Stop, stop_rule
from kneebayes.questions.ask.text import page_html, page_text
from kneebayes.questions.ask.tree import DEEPEST, grow_tree
from kneebayes.view.markup import percent
from kneebayes.view.report import known_of
from kneebayes.view.showing import Showing
from kneebayes.view.urgent import urgency_lines

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["ASKED", "Interview", "subject_called"]

ASKED = ("context", "history", "symptom", "sign")
WHOLE = "the causes as a whole"


def subject_called(knowledge: Knowledge, names: Names, about: str | None) -> str:
    """What the subject of questions is called in a sentence."""
    if about is None:
        return WHOLE
    subject = subject_named(knowledge, names, about)
    if len(subject.members) == 1:
        return knowledge.label(subject.members[0])
    groups = [id for id, one in knowledge.groups.items() if {*one.members} == {*subject.members}]
    return knowledge.label(groups[0]) if groups else "at least one urgent cause"


@dataclass(frozen=True, repr=False, eq=False)
class Interview(Showing):
    """An interview at one point; it never changes, :meth:`answer` makes the next.

    Made by :meth:`kneebayes.Model.interview`.

    Attributes
    ----------
    engine, knowledge, names
        What is asked, and what its nodes are called.
    said
        Answers by name so far.
    about
        What is to be found out: a cause, a group, ``"urgent"``, or None for all causes.
    kinds
        The kinds of question that may be asked.
    threshold
        P(what was asked about) from which on it counts as found.
    """

    engine: Engine
    knowledge: Knowledge
    names: Names
    said: Mapping[str, object]
    about: str | None = None
    kinds: tuple[str, ...] = ASKED
    threshold: float = 0.5

    @classmethod
    def begin(
        cls,
        engine: Engine,
        knowledge: Knowledge,
        names: Names,
        said: Mapping[str, object],
        about: str | None,
        kinds: tuple[str, ...],
        threshold: float,
    ) -> Interview:
        """An interview whose answers are checked; the complaint is present unless said."""
        complaint = knowledge.meta.complaint
        if complaint not in by_node(knowledge, names, said):
            said = {complaint: True, **said}
        if not 0.0 < threshold < 1.0:
            message = f"threshold: must be a probability between 0 and 1. Got {threshold!r}."
            raise EvidenceError(message)
        begun = cls(engine, knowledge, names, dict(said), about, kinds_of(kinds), threshold)
        believe(engine, knowledge, begun.case.evidence)  # says what conflicts
        subject_named(knowledge, names, about)
        return begun

    @cached_property
    def case(self) -> Case:
        """The patient so far."""
        answers = read_answers(self.knowledge, self.names, self.engine.network, self.said)
        return Case(self.engine, self.knowledge, answers)

    @cached_property
    def questions(self) -> Questions:
        """All that can be asked now."""
        subject = subject_named(self.knowledge, self.names, self.about)
        called = subject_called(self.knowledge, self.names, self.about)
        return Questions.of(self.case, subject, called, self.kinds)

    @property
    def next(self) -> Question | None:
        """The question that tells most; None where nothing is left to ask."""
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

    def answer(self, said: Mapping[str, object]) -> Interview:
        """The interview with more answers, or with answers changed or taken back (None).

        Parameters
        ----------
        said
            Answers by name, as :meth:`kneebayes.Model.diagnose` takes them.
        """
        renewed = by_node(self.knowledge, self.names, said)
        before = by_node(self.knowledge, self.names, self.said)
        kept = {
            name: answer
            for id, answers in before.items()
            for name, answer in answers.items()
            if id not in renewed
        }
        after = replace(self, said={**kept, **said})
        believe(self.engine, self.knowledge, after.case.evidence)
        return after

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
        if depth not in range(1, DEEPEST + 1):
            message = f"depth: must be a whole number from 1 to {DEEPEST}. Got {depth!r}."
            raise EvidenceError(message)
        subject = subject_named(self.knowledge, self.names, self.about)
        called = subject_called(self.knowledge, self.names, self.about)
        return DecisionTree(self.case, called, grow_tree(self.case, subject, self.kinds, depth))

    @property
    def table(self) -> pd.DataFrame:
        """All that can be asked now: see :attr:`Questions.table`."""
        return self.questions.table

    @property
    def text(self) -> str:
        """The next question, and whether to stop, for a terminal."""
        return page_text(*self._page)

    @property
    def html(self) -> str:
        """The same for a notebook."""
        return page_html(*self._page)

    @property
    def _page(self) -> tuple[str, list[str], tuple[str, ...], list[tuple[str, ...]], list[str]]:
        called = subject_called(self.knowledge, self.names, self.about)
        lines = [known_of(self.case.answers), *urgency_lines(self.case.urgency)]
        if self.next is None:
            lines.append("Nothing is left to ask.")
        else:
            lines.append(f"Next: {self.asks} ({self.next.bits:.3f} bits)")
            label = self.knowledge.label
            lines += [_settled(one, label) for one in (self.stop.finding, self.stop.urgency)]
        return f"Interview about {called}", lines, (), [], [self.knowledge.meta.disclaimer]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw where each answer of the best questions would lead."""
        return self.questions.draw(ax)

    def __repr__(self) -> str:
        called = subject_called(self.knowledge, self.names, self.about)
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
