"""An interview: planned ahead, or the best next question and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import wrap
from typing import Any

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import Axes, pd, renamed
from kneebayes.building.model import ModelLike
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case
from kneebayes.questions.ask.outcomes import Outcome, Subject, now_of
from kneebayes.questions.ask.questions import Questions, question_text_of
from kneebayes.questions.ask.ranking import (
    Question,
    SameDecision,
    Stop,
    check_threshold,
    kinds_of,
    rank_questions,
    subject_named,
)
from kneebayes.text import counted
from kneebayes.view.figures import BLUE, GREEN, GREY, ORANGE, SMALL, WIDE, new_axes
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Outline, Report, report_on

DEEPEST = 4
TOLD = 1e-12  # bits below which a question is taken to tell nothing
INDENT, LETTERS = 0.07, 66  # of a tree that is told line by line


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One point of an interview, which may end here: then there is no question and no branch."""

    path: tuple[tuple[str, str], ...]  #: the answers that lead here, in the order asked
    probability: float  #: P(these answers | evidence at the start)
    now: Outcome  #: what is believed here
    level: str  #: how urgent it is
    question: Question | None
    branches: tuple[TreeNode, ...]  #: where each answer leads

    def __repr__(self) -> str:
        asked = "the end" if self.question is None else repr(self.question)
        return f"TreeNode({counted(len(self.path), 'answer')}, {self.probability:.3g}: {asked})"

    def nodes(self) -> Iterator[TreeNode]:
        """All points from here on, each before those it leads to."""
        yield self
        for branch in self.branches:
            yield from branch.nodes()

    def leaves(self) -> Iterator[TreeNode]:
        """Where the interview ends."""
        return (node for node in self.nodes() if not node.branches)


def grow_tree(
    case: Case,
    subject: Subject,
    kinds: Sequence[str],
    depth: int,
    path: tuple[tuple[str, str], ...] = (),
    probability: float = 1.0,
    now: Outcome | None = None,
) -> TreeNode:
    """Ask the best question at every point, taken by itself, down to some depth.

    A branch ends early where an answer makes it urgent at once (then the advice is due, not
    another question) and where no question can tell anything more.
    """
    now = now or now_of(case.engine, case.evidence, subject)
    question: Question | None = None
    if depth > 0 and now.subject not in (0.0, 1.0):
        _, questions, _ = rank_questions(case, subject, kinds)
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
        branches.append(grow_tree(after, subject, kinds, deeper, further, share, outcome))
    return TreeNode(path, probability, now, case.level, question, tuple(branches))


def draw_tree(nodes: Sequence[Mapping[str, Any]], ax: Axes | None = None) -> Axes:
    """Draw a decision tree line by line, each answer below what was asked."""
    lines = [_told_of(node) for node in nodes]
    heights = [line.count("\n") + 1 for line in lines]
    ax = ax or new_axes(WIDE, 0.5 + 0.165 * (sum(heights) + 0.5 * len(nodes)))
    y, places = 0.0, []
    for node, line, height in zip(nodes, lines, heights, strict=True):
        x = INDENT * node["depth"]
        colour = ORANGE if node["urgent"] else (GREEN if node["ends"] else BLUE)
        ax.text(x, y, line, fontsize=SMALL, va="top", color=colour, parse_math=False)
        places.append((int(node["depth"]), y))
        y -= height + 0.5
    for index, (depth, top) in enumerate(places):
        below = []
        for deep, end in places[index + 1 :]:
            if deep <= depth:
                break
            below += [end] if deep == depth + 1 else []
        if below:
            x = INDENT * depth + 0.3 * INDENT
            ax.plot([x, x], [top - heights[index], below[-1] - 0.5], color=GREY, lw=0.8, zorder=0)
    ax.set_xlim(-0.02, 1.0)
    ax.set_ylim(y, 0.5)
    ax.set_axis_off()
    return ax


def _told_of(node: Mapping[str, Any]) -> str:
    """An answer with its probability, and what is asked or believed then."""
    label = "; ".join(str(node["label"]).split("\n"))
    if node["answer"]:
        label = f"{node['answer']} ({percent(node['probability'])}): {label}"
    letters = int(LETTERS * (1.0 - INDENT * node["depth"]))
    return "\n".join(wrap(label, letters))


@dataclass(frozen=True, repr=False, eq=False)
class DecisionTree(CaseResult):
    """An interview planned ahead: the patient at the start, what is to be found out, the root."""

    case: Case
    about: str
    root: TreeNode

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return [self._row(node) for node in self.root.nodes()]

    def _row(self, node: TreeNode) -> dict[str, Any]:
        label, question = self.case.knowledge.label, node.question
        subject, leading = node.now.subject, node.now.leading
        posterior = node.now.posteriors[leading] if subject is None else subject
        says = f"{label(leading) if subject is None else self.about} {percent(posterior)}"
        if node.level != "routine":
            says += f", act: {node.level}"
        answers = [self.case.answered(id, state) for id, state in node.path]
        return {
            "depth": len(node.path),
            "path": "; ".join(f"{answer.label}: {answer.state}" for answer in answers),
            "answer": answers[-1].state if answers else "",
            "probability": node.now.probability if node.path else 1.0,
            "reached": node.probability,
            "ask": "" if question is None else question.id,
            "asks": "" if question is None else question_text_of(self.case, question.id),
            "leading": leading,
            "posterior": posterior,
            "urgency": node.level,
            "says": says,
            "label": says.replace(", ", "\n") if question is None else f"{label(question.id)}?",
            "ends": question is None,
            "urgent": node.level == "now",
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row a point: where it is, how probable, what to ask, what is believed.

        Columns: ``depth``, ``path`` (answers so far), ``answer`` (the last), ``probability``
        (of that answer at the point before), ``reached`` (of the whole path), ``ask`` (id)
        and ``asks``, ``leading`` (id), ``posterior`` (of the leading cause, or of what was
        asked about) and ``urgency``.
        """
        return pd.DataFrame(self._rows).drop(columns=["says", "label", "ends", "urgent"])

    @property
    def report(self) -> Report:
        """What is shown: answers below their question."""
        deep = counted(self._deepest, "question")
        title = f"An interview about {self.about}, {deep} deep at most"
        lines = []
        for row in self._rows:
            then = f"{row['asks']} [{row['says']}]" if row["asks"] else f"-> {row['says']}"
            answer = f"{row['answer']} ({percent(row['probability'])}): " if row["answer"] else ""
            lines.append((row["depth"], f"{answer}{then}"))
        report = report_on(self.case, title, whole_title=True)
        return replace(report, before=(Outline(tuple(lines)),))

    @property
    def _deepest(self) -> int:
        return max(len(node.path) for node in self.root.nodes())

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the tree line by line, what is asked next below each answer."""
        return self._titled(draw_tree(self._rows, ax))

    def __repr__(self) -> str:
        ends = len(list(self.root.leaves()))
        return f"DecisionTree(about {self.about}: {self._deepest} deep, {ends} ends)"


ASKED = ("context", "history", "symptom", "sign")


@dataclass(frozen=True, repr=False, eq=False)
class Interview(CaseResult):
    """An interview at one point; it never changes, :meth:`answer` makes the next.

    Made by :meth:`kneebayes.Model.interview`.
    """

    case: Case
    #: what is to be found out: a cause, a group, ``"urgent"``, or None for all causes
    about: str | None = None
    kinds: tuple[str, ...] = ASKED  #: the kinds of question that may be asked
    threshold: float = 0.5  #: P(what was asked about) from which on it counts as found

    @cached_property
    def _subject(self) -> Subject:
        return subject_named(self.case.knowledge, self.case.names, self.about)

    @cached_property
    def questions(self) -> Questions:
        """All that can be asked now."""
        return Questions.of(self.case, self._subject, self.kinds)

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
        """How probable it is that the three best questions of each sort leave all as it is."""
        asked = self.questions
        threshold = self.threshold if asked.subject.members else None
        urgency = asked.by_advice.same_decision(urgency=True)
        return Stop(asked.same_decision(threshold=threshold), urgency)

    @renamed(said="answers")
    @checked
    def answer(self, answers: Mapping[str, Any]) -> Interview:
        """The interview with more answers, or with answers changed or taken back (None)."""
        after = replace(self, case=self.case.given(answers))
        _ = after.case.belief  # names a conflict
        return after

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
        root = grow_tree(self.case, self._subject, self.kinds, depth)
        return DecisionTree(self.case, self._subject.called, root)

    @property
    def table(self) -> pd.DataFrame:
        """All that can be asked now: see :attr:`Questions.table`."""
        return self.questions.table

    @property
    def report(self) -> Report:
        """What is shown."""
        lead = ["Nothing is left to ask."]
        if self.next is not None:
            lead = [f"Next: {self.asks} ({self.next.bits:.3f} bits)"]
            label = self.case.knowledge.said
            lead += [_settled(same, label) for same in (self.stop.finding, self.stop.urgency)]
        title = f"Interview about {self._subject.called}"
        return report_on(self.case, title, lead=lead, whole_title=True)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw where each answer of the best questions would lead."""
        return self.questions.draw(ax)

    def __repr__(self) -> str:
        answers = counted(len(self.case.answers), "answer")
        return f"Interview({answers}, about {self._subject.called})"


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
        f"Probability {what} after the {counted(asked, 'question')} {which}: "
        f"{percent(same.probability)}{' (settled)' if same.enough else ''}."
    )


@checked
def interview(
    model: ModelLike,
    answers: Mapping[str, Any] | None = None,
    about: str | None = None,
    kinds: str | Iterable[str] | None = ASKED,
    threshold: float = 0.5,
) -> Interview:
    """The best next question given the answers so far, when to stop, and a decision tree.

    Parameters
    ----------
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
    check_threshold(threshold)
    case = Case.of(model, answers)
    _ = case.belief  # names a conflict
    subject_named(case.knowledge, case.names, about)
    return Interview(case, about, kinds_of(kinds), threshold)
