"""What to ask next, showing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from textwrap import shorten
from typing import Any

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import Axes, pd
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.questions.ask.outcomes import Outcome, Subject, most_moved
from kneebayes.questions.ask.ranking import (
    MOST,
    Pair,
    Question,
    SameDecision,
    kinds_of,
    look_ahead,
    pareto_front,
    rank_questions,
    same_decision,
    subject_named,
)
from kneebayes.text import counted
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, ranked_frame, report_on

Rows = Sequence[Mapping[str, Any]]
SHOWN = 10
PAIRED = 8
RIGHT, APART = 0.6, 0.07  # of the axes: from here names go to the left; names above each other
NAME = 52  # letters of a question beside its point
HEADER = (
    *("", "question", "bits", "P(yes)", "speaks of", "now", "if yes", "if no"),
    *("cost", "burden", "advice"),
)
LEGEND = (
    "bits: expected information gain; for all causes their sum, which is a score.",
    "If yes, if no: P(what it speaks of) after that answer.",
    "* no other question tells as much for less cost; bits and cost are never added up.",
    "Cost and burden: rough units of the knowledge folder; asking and looking are assumed free.",
    "advice: P(the answer changes how urgent it is).",
)


def question_text_of(case: Case, id: str) -> str:
    """The question in words: as the knowledge folder asks it, or the label."""
    record = case.knowledge.findings.get(id) or case.knowledge.contexts.get(id)
    asked = "" if record is None else record.question
    return asked or f"{case.knowledge.label(id)}?"


def draw_outcomes(rows: Rows, outcomes: Rows, top: int = SHOWN, ax: Axes | None = None) -> Axes:
    """Draw where each answer of the ``top`` best questions would move what it speaks of."""
    drawn = list(rows[:top])[::-1]
    ax = ax or figures.new_axes(8.0, 0.42 * len(drawn) + 1.5)
    marks: dict[object, dict[str, Any]] = {
        True: {"marker": "o", "color": figures.BLUE},
        False: {"marker": "s", "color": figures.ORANGE, "mfc": "white"},
        None: {"marker": "D", "color": figures.GREEN},
    }
    unnamed = {True: "if yes", False: "if no", None: "one of several answers"}
    for index, row in enumerate(drawn):
        mine = [outcome for outcome in outcomes if outcome["id"] == row["id"]]
        places = [branch["posterior"] for branch in mine]
        ax.plot([min(places), max(places)], [index, index], color=figures.GREY, lw=1.5, zorder=1)
        ax.plot(row["now"], index, "|", color="black", ms=15, mew=2, zorder=2)
        for branch, place in zip(mine, places, strict=True):
            style = {**marks[branch["positive"]], "label": unnamed.pop(branch["positive"], None)}
            ax.plot(place, index, ls="", ms=7.5, mew=1.8, zorder=3, **style)
        figures.write(ax, 1.06, index, f"{row['bits']:.3f}")
    same = len({row["speaks_of_label"] for row in drawn}) == 1
    labels = [
        str(row["question"]) if same else f"{row['question']}\n({row['speaks_of_label']})"
        for row in drawn
    ]
    ax.plot([], [], "|", color="black", ms=12, mew=2, label="now")
    figures.write(ax, 1.06, len(drawn) - 0.45, "bits", va="bottom")
    figures.name_lines(ax, labels)
    ax.set_xlim(-0.03, 1.03)
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"], fontsize=figures.SMALL)
    about = str(drawn[0]["speaks_of_label"]) if drawn and same else "what stands in brackets"
    figures.legend_above(ax, 0.45, 4)
    average = "bits: what the answer tells on average"
    return figures.below(ax, f"P({about}\u00a0| evidence, answer)\n{average}")


def draw_pareto(rows: Rows, ax: Axes | None = None) -> Axes:
    """Draw bits against cost of ranked questions, with a line through those that no other beats."""
    ax = ax or figures.new_axes(7.5, 4.2)
    front = sorted(
        (row for row in rows if row["front"]), key=lambda row: (row["cost"], row["bits"])
    )
    rest = [row for row in rows if not row["front"]]
    beaten, best = (
        ([row["cost"] for row in some], [row["bits"] for row in some]) for some in (rest, front)
    )
    ax.plot(*beaten, "o", color=figures.GREY, ms=4.5, alpha=0.6)
    ax.step(*best, where="post", color=figures.BLUE, lw=1.2)
    ax.plot(*best, "o", color=figures.BLUE, ms=8)
    most = max((row["cost"] for row in rows), default=None) or 1.0
    top = max((row["bits"] for row in rows), default=None) or 1.0
    heights = _heights(front, most, top)
    for row, height in zip(front, heights, strict=True):
        place, right = row["cost"], row["cost"] > RIGHT * most
        ax.plot([place, place], [row["bits"], height], color=figures.BLUE, lw=0.6, zorder=1)
        beside, side = (-0.015, "right") if right else (0.015, "left")
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}  # no line through it
        figures.write(ax, place + beside * most, height, _short(row), ha=side, bbox=behind)
    ax.set_xlim(-0.04 * most, 1.06 * most)
    ax.set_ylim(0.0, max([1.18 * top, *(height + 0.06 * top for height in heights)]))
    ax.set_ylabel("expected information gain (bits)", fontsize=figures.SMALL)
    return figures.below(ax, "cost, in the units of the knowledge folder (asking and looking: 0)")


def _heights(front: Rows, most: float, top: float) -> list[float]:
    """Where the names of questions stand: above their points, clear of other names and points."""

    def reach(row: Mapping[str, Any]) -> tuple[float, float]:
        """From where to where a name goes, about."""
        wide, place = 0.02 * most * (len(_short(row)) + 1), row["cost"]
        return (place - wide, place) if place > RIGHT * most else (place, place + wide)

    heights: dict[int, float] = {}
    for index in reversed(range(len(front))):  # the dearest first: a cheaper one goes over it
        low, high = reach(front[index])
        taken = [row["bits"] for row in front if low <= row["cost"] <= high]
        for other, height in heights.items():
            start, end = reach(front[other])
            if start <= high and end >= low:
                taken.append(height)
        heights[index] = front[index]["bits"] + 0.07 * top
        for height in sorted(taken):
            if abs(heights[index] - height) < APART * top:
                heights[index] = height + APART * top
    return [heights[index] for index in range(len(front))]


def _short(row: Mapping[str, Any]) -> str:
    """A question in one line that leaves room for the points."""
    return shorten(str(row["question"]), NAME, placeholder=" ...")


@dataclass(frozen=True, repr=False, eq=False)
class Questions(CaseResult):
    """Every open question, the most informative first.

    Made by :meth:`kneebayes.Differential.questions`.
    """

    case: Case
    subject: Subject  #: what is to be found out
    now: Outcome  #: what is believed now
    ranked: tuple[Question, ...]  #: the questions in order
    order: str = "bits"  #: ``bits`` or ``advice``
    #: ids of open questions that are missing, because the time was over
    unranked: tuple[str, ...] = ()

    @classmethod
    def of(cls, case: Case, subject: Subject, kinds: tuple[str, ...]) -> Questions:
        """Rank the open questions of some kinds."""
        now, ranked, unranked = rank_questions(case, subject, kinds)
        return cls(case, subject, now, ranked, unranked=unranked)

    @property
    def about(self) -> str:
        """What is to be found out, in words."""
        return self.subject.called

    @property
    def by_advice(self) -> Questions:
        """The same questions, those first whose answer is most likely to change the urgency."""
        ranked = sorted(self.ranked, key=lambda question: (-question.advice, -question.bits))
        return replace(self, ranked=tuple(ranked), order="advice")

    @property
    def best(self) -> Question | None:
        """The first question; None where nothing is left to ask."""
        return self.ranked[0] if self.ranked else None

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        front = set(pareto_front(self.ranked))
        return [self._row(question, question.id in front) for question in self.ranked]

    def _row(self, question: Question, front: bool) -> dict[str, Any]:
        knowledge = self.case.knowledge
        speaks_of = "" if self.subject.members else most_moved(self.now, question.outcomes)
        row: dict[str, Any] = {
            "id": question.id,
            "question": knowledge.label(question.id),
            "asks": question_text_of(self.case, question.id),
            "kind": question.kind,
            "method": knowledge.methods[question.method].label if question.method else "",
            "bits": question.bits,
            "p_yes": None,
            "speaks_of": speaks_of or "|".join(self.subject.members),
            "speaks_of_label": self.case.marked(speaks_of) if speaks_of else self.about,
            "now": _believed(self.now, speaks_of),
            "if_yes": None,
            "if_no": None,
            "cost": question.cost,
            "burden": question.burden,
            "advice": question.advice,
            "urgency_yes": None,
            "urgency_no": None,
            "front": front,
        }
        states = self.case.engine.network[question.id].states
        if len(states) == 2:
            for outcome, level in zip(question.outcomes, question.levels, strict=True):
                side = "yes" if question.state_of(outcome) == states[1] else "no"
                row |= {f"if_{side}": _believed(outcome, speaks_of), f"urgency_{side}": level}
                if side == "yes":
                    row["p_yes"] = outcome.probability
        return row

    @property
    def table(self) -> pd.DataFrame:
        """One row a question, in order; the index is the rank, from 1.

        Columns: ``id``, ``question`` (label), ``asks``, ``kind``, ``method``, ``bits``,
        ``p_yes`` (P(present | evidence)), ``speaks_of`` (id of the cause it informs most about, or
        the members of what was asked about) and ``speaks_of_label``, ``now``, ``if_yes`` and
        ``if_no`` (its probability now and after each answer), ``cost``, ``burden``,
        ``advice`` (P(the answer changes the urgency)), ``urgency_yes``, ``urgency_no`` and
        ``front`` (whether no other gives as much for less). A question with more than two
        answers has no yes and no: see :attr:`outcomes`.
        """
        shares = ["p_yes", "if_yes", "if_no"]
        columns = None if self._rows else ["id", "question", "bits", *shares]
        return ranked_frame(self._rows, columns).astype(dict.fromkeys(shares, float))

    @cached_property
    def _outcome_rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for question, row in zip(self.ranked, self._rows, strict=True):
            speaks_of = "" if self.subject.members else str(row["speaks_of"])
            states = self.case.engine.network[question.id].states
            for outcome, level in zip(question.outcomes, question.levels, strict=True):
                state = question.state_of(outcome)
                rows.append(
                    {
                        "id": question.id,
                        "question": row["question"],
                        "state": state,
                        "answer": self.case.answered(question.id, state).state,
                        "positive": state == states[1] if len(states) == 2 else None,
                        "probability": outcome.probability,
                        "speaks_of": row["speaks_of"],
                        "posterior": _believed(outcome, speaks_of),
                        "leading": outcome.leading,
                        "urgency": level,
                    }
                )
        return rows

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row an answer: its probability, what it would do, and the cause leading then.

        ``posterior`` is that of what the question speaks of; ``leading`` is an id.
        """
        return pd.DataFrame(self._outcome_rows)

    @checked
    def posteriors(self, question: str) -> pd.DataFrame:
        """Posteriors of all causes now and after each answer to a question: causes x answers.

        Raises
        ------
        EvidenceError
            If no question has that id.
        """
        asked = {question.id: question for question in self.ranked}
        if question not in asked:
            message = (
                f"question: {question!r} is not open here. Take one of the column 'id' of the "
                "table of questions."
            )
            raise EvidenceError(message)
        chosen = asked[question]
        after = {chosen.state_of(outcome): outcome.posteriors for outcome in chosen.outcomes}
        return pd.DataFrame({"now": self.now.posteriors, **after}).rename_axis("id")

    @bounded
    def pairs(self, best: int = PAIRED) -> pd.DataFrame:
        """Two-step look-ahead: what the ``best`` questions tell two at a time, the best pair first.

        Columns: ``first``, ``second`` (ids), ``bits`` of both answers together and
        ``beyond``, by how much that differs from the sum of each alone: below zero the two
        tell the same, above zero one makes the other worth asking.
        """
        pairs = look_ahead(self.case, self.subject, self.now, self.ranked[:best])
        return pd.DataFrame(pairs, columns=Pair._fields)

    @bounded
    def same_decision(
        self, after: int = MOST, threshold: float | None = None, *, urgency: bool = False
    ) -> SameDecision:
        """P(the decision stays as it is when the first questions are answered), exactly.

        Parameters
        ----------
        after
            How many questions, at most 3.
        threshold
            Decide by whether P(what was asked about) reaches it; left out, by which cause
            leads.
        urgency
            Decide by how urgent it is instead.
        """
        first = self.ranked[: whole_number("after", after, 1, MOST)]
        return same_decision(self.case, self.subject, self.now, first, threshold, urgency=urgency)

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [_cells(row, index) for index, row in enumerate(self._rows[:SHOWN], start=1)]
        more = len(self._rows) - len(rows)
        after = [f"{more} more in the table."] if more else []
        if not rows and not self.unranked:
            after = ["Nothing is left to ask."]
        if self.unranked:
            total = len(self.ranked) + len(self.unranked)
            after.append(
                f"Partial: {len(self.unranked)} of {counted(total, 'open question')} could not be "
                "weighed before the time was over. Answer some contexts, ask for some kinds= "
                "only, or give more time: model.within(seconds=...)."
            )
        order = "what tells most" if self.order == "bits" else "what can change the advice"
        title = f"What to ask next about {self.about}: {order} first"
        return report_on(self.case, title, HEADER, rows, [*after, *LEGEND], whole_title=True)

    def _content(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "order": self.order,
            "unranked": list(self.unranked),
            "questions": self._rows,
            "outcomes": self._outcome_rows,
        }

    def draw(self, ax: Axes | None = None, top: int = SHOWN) -> Axes:
        """Draw where each answer of the first questions would lead."""
        return self._titled(draw_outcomes(self._rows, self._outcome_rows, top, ax))

    def draw_pareto(self, ax: Axes | None = None) -> Axes:
        """Draw bits against cost, with the questions that no other beats."""
        return self._titled(draw_pareto(self._rows, ax))

    def __len__(self) -> int:
        return len(self.ranked)

    def __repr__(self) -> str:
        first = f": {self.ranked[0]!r} first" if self.ranked else ""
        return f"Questions({len(self)} about {self.about}{first})"


def _cells(row: Mapping[str, Any], rank: int) -> tuple[str, ...]:
    """One ranked question as cells; a question with several answers has no yes and no."""
    return (
        *(f"{rank}{'*' if row['front'] else ''}", str(row["question"]), f"{row['bits']:.3f}"),
        *(_share(row["p_yes"]), str(row["speaks_of_label"])),
        *(_share(row[name]) for name in ("now", "if_yes", "if_no")),
        *(f"{row['cost']:g}", f"{row['burden']:g}", _share(row["advice"])),
    )


def _share(value: float | None) -> str:
    return "-" if value is None else percent(value)


def _believed(outcome: Outcome, speaks_of: str) -> float | None:
    """What an outcome says of one cause, or of the subject where no cause is named."""
    return outcome.posteriors[speaks_of] if speaks_of else outcome.subject


@bounded
def questions(
    case: CaseLike, about: str | None = None, kinds: str | Iterable[str] | None = None
) -> Questions:
    """Every open finding, context and test, ranked by expected information gain.

    Parameters
    ----------
    about
        A cause or a group by any of its names, or ``"urgent"`` for at least one urgent cause;
        ``bits`` is then the mutual information of it and the answer. Left out, ``bits`` is the
        sum of the mutual information over all causes, which is a score.
    kinds
        Which of ``context``, ``history``, ``symptom``, ``sign`` and ``test``; left out,
        all.

    Raises
    ------
    UnknownNameError
        If ``about`` is not known.
    EvidenceError
        If a kind does not exist, or what is asked about is certain already.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> dx.questions(kinds="test").table["question"].iloc[0]
    'ultrasound: fluid-filled cyst behind the knee'
    """
    case = case.case
    subject = subject_named(case.knowledge, case.names, about)
    return Questions.of(case, subject, kinds_of(kinds))
