"""An interview planned ahead: the best question, and the best one after each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from kneebayes.arguments import checked
from kneebayes.case.case import Case
from kneebayes.questions.ask.outcomes import Outcome, Subject, now_of
from kneebayes.questions.ask.questions import question_text_of
from kneebayes.questions.ask.ranking import Question, rank_questions
from kneebayes.questions.ask.text import tree_outline
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["DEEPEST", "DecisionTree", "TreeNode", "grow_tree"]

DEEPEST = 4
TOLD = 1e-12  # bits below which a question is taken to tell nothing


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One point of an interview.

    Attributes
    ----------
    path
        The answers that lead here: (id, state), in the order asked.
    probability
        P(these answers | evidence at the start).
    now
        What is believed here.
    level
        How urgent it is here.
    question
        What to ask here; None where the interview ends.
    branches
        Where each answer leads.
    """

    path: tuple[tuple[str, str], ...]
    probability: float
    now: Outcome
    level: str
    question: Question | None
    branches: tuple[TreeNode, ...]

    def __repr__(self) -> str:
        asked = "the end" if self.question is None else repr(self.question)
        return f"TreeNode({len(self.path)} answers, {self.probability:.3g}: {asked})"

    def nodes(self) -> Iterator[TreeNode]:
        """All points from here on, each before those it leads to."""
        yield self
        for branch in self.branches:
            yield from branch.nodes()

    def leaves(self) -> Iterator[TreeNode]:
        """Where the interview ends."""
        return (node for node in self.nodes() if not node.branches)


def grow_tree(case: Case, subject: Subject, kinds: Sequence[str], depth: int) -> TreeNode:
    """Ask the best question at every point, taken by itself, down to some depth.

    A branch ends early where an answer makes it urgent at once (then the advice is due, not
    another question) and where no question can tell anything more.

    Parameters
    ----------
    case, subject, kinds
        The patient, what is to be found out, and what may be asked.
    depth
        How many questions at most.
    """
    now = now_of(case.engine, case.evidence, subject)
    return _grow(case, subject, kinds, depth, (), 1.0, now)


def _grow(
    case: Case,
    subject: Subject,
    kinds: Sequence[str],
    depth: int,
    path: tuple[tuple[str, str], ...],
    probability: float,
    now: Outcome,
) -> TreeNode:
    question: Question | None = None
    if depth > 0 and now.subject not in (0.0, 1.0):
        _, questions = rank_questions(case, subject, kinds)
        question = questions[0] if questions and questions[0].bits > TOLD else None
    if question is None:
        return TreeNode(path, probability, now, case.level, None, ())
    branches = []
    for outcome, level in zip(question.outcomes, question.levels, strict=True):
        state = question.state_of(outcome)
        answer = case.answered(question.id, state)
        after = case.but(answer)
        deeper = 0 if level == "now" != case.level else depth - 1
        further = (*path, (question.id, state))
        share = probability * outcome.probability
        branches.append(_grow(after, subject, kinds, deeper, further, share, outcome))
    return TreeNode(path, probability, now, case.level, question, tuple(branches))


@dataclass(frozen=True, repr=False, eq=False)
class DecisionTree(CaseResult):
    """An interview planned ahead, to be printed or drawn.

    Attributes
    ----------
    case
        The patient at the start.
    about
        What is to be found out.
    root
        The first point.
    """

    case: Case
    about: str
    root: TreeNode

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        return [self._row(node) for node in self.root.nodes()]

    def _row(self, node: TreeNode) -> dict[str, object]:
        label = self.case.knowledge.label
        subject = node.now.subject
        leading = node.now.leading
        posterior = node.now.posteriors[leading] if subject is None else subject
        says = f"{label(leading) if subject is None else self.about} {percent(posterior)}"
        if node.level != "routine":
            says += f", act: {node.level}"
        answer = self._said(*node.path[-1]) if node.path else ""
        question = node.question
        asks = "" if question is None else question_text_of(self.case, question.id)
        path = [f"{label(id)}: {self._said(id, state)}" for id, state in node.path]
        return {
            "depth": len(node.path),
            "path": "; ".join(path),
            "answer": answer,
            "probability": node.now.probability if node.path else 1.0,
            "reached": node.probability,
            "ask": "" if question is None else question.id,
            "asks": asks,
            "leading": leading,
            "posterior": posterior,
            "urgency": node.level,
            "says": says,
            "label": says.replace(", ", "\n") if question is None else f"{label(question.id)}?",
            "ends": question is None,
            "urgent": node.level == "now",
        }

    def _said(self, id: str, state: str) -> str:
        return self.case.answered(id, state).state

    @property
    def table(self) -> pd.DataFrame:
        """One row a point: where it is, how probable, what to ask, what is believed.

        Columns: ``depth``, ``path`` (answers so far), ``answer`` (the last), ``probability``
        (of that answer at the point before), ``reached`` (of the whole path), ``ask`` (id)
        and ``asks``, ``leading`` (id), ``posterior`` (of the leading cause, or of what was
        asked about) and ``urgency``.
        """
        import pandas as pd

        frame = pd.DataFrame(self._rows)
        return frame.drop(columns=["says", "label", "ends", "urgent"])

    @property
    def report(self) -> Report:
        """What is shown: answers below their question."""
        title = f"An interview about {self.about}, {self._deepest} questions deep at most"
        report = report_on(self.case, title, whole_title=True)
        return replace(report, before=(tree_outline(self._rows),))

    @property
    def _deepest(self) -> int:
        return max(len(node.path) for node in self.root.nodes())

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the tree from left to right."""
        from kneebayes.questions.ask.figures import draw_tree

        return draw_tree(self._rows, ax)

    def __repr__(self) -> str:
        ends = len(list(self.root.leaves()))
        return f"DecisionTree(about {self.about}: {self._deepest} deep, {ends} ends)"
