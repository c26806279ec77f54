"""An interview planned ahead: the best question, and the best one after each answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kneebayes.case.case import Case
from kneebayes.questions.ask.outcomes import Outcome, Subject, now_of
from kneebayes.questions.ask.ranking import Question, rank_questions

__all__ = ["DEEPEST", "TreeNode", "grow_tree"]

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
        left = 0 if level == "now" != case.level else depth - 1
        further = (*path, (question.id, state))
        share = probability * outcome.probability
        branches.append(_grow(after, subject, kinds, left, further, share, outcome))
    return TreeNode(path, probability, now, case.level, question, tuple(branches))
