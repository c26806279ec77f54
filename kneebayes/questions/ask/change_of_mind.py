"""What would change one's mind: few answers that put one cause above another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from kneebayes.binding import Axes, pd
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.odds import decibans
from kneebayes.questions.ask.outcomes import (
    Asked,
    Outcome,
    Subject,
    now_of,
    outcomes_of,
    outcomes_of_each,
)
from kneebayes.questions.ask.ranking import kinds_of, open_nodes
from kneebayes.text import counted
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

KEPT = {2: 16, 3: 11}  # answers put together in twos and threes: 120 and 165 sets
SHOWN = 5
POSTERIORS = ("over_posterior", "to_posterior")


def weight(now: Outcome, after: Outcome, to: str, over: str) -> float:
    """How far answers move ``P(to) / P(over)``, in decibans; infinite where one is ruled out."""
    p, q = after.posteriors[to], after.posteriors[over]
    if p == 0.0 or now.posteriors[to] == 0.0:
        return -math.inf
    if q == 0.0:
        return math.inf
    return decibans((p / q) / (now.posteriors[to] / now.posteriors[over]))


def _together(single: Sequence[Outcome], size: int) -> list[Asked]:
    """Every combination of answers about different nodes."""
    sets: list[Asked] = []
    for some in combinations(single, size):
        together = {id: state for outcome in some for id, state in outcome.answers.items()}
        if len(together) == size:
            sets.append(together)
    return sets


def _passes(outcome: Outcome, to: str, over: str) -> bool:
    return outcome.posteriors[to] > outcome.posteriors[over]


def _check(case: Case, to: str, over: str, now: Outcome) -> None:
    label = case.knowledge.label
    if to == over:
        message = f"to, over: '{label(to)}' cannot rise above itself. Name two causes."
        raise EvidenceError(message)
    for role, id in (("to", to), ("over", over)):
        if now.posteriors[id] in (0.0, 1.0):
            state = "present" if now.posteriors[id] else "absent"
            message = (
                f"{role}: {label(id)} is {state} for certain, given the answers, so none can "
                "change that. Name another cause, or take an answer back."
            )
            raise EvidenceError(message)


def draw_changes(
    rows: Sequence[Mapping[str, Any]], to: str, over: str, ax: Axes | None = None
) -> Axes:
    """Draw both causes, called ``to`` and ``over``, now and after each set of answers."""
    drawn = list(rows)[::-1]
    ax = ax or figures.new_axes(8.0, 0.68 * len(drawn) + 1.4)
    for index, row in enumerate(drawn):
        ends = [figures.log_odds(row[name]) for name in POSTERIORS]
        ax.plot(ends, [index, index], color=figures.GREY, lw=1.5, zorder=1)
        both = ((row["over_posterior"], figures.ORANGE), (row["to_posterior"], figures.BLUE))
        for (share, colour), away in zip(sorted(both), (-9, 9), strict=True):  # on the outer side
            place = (figures.log_odds(share), index)
            figures.beside(ax, place, percent(share), away, color=colour)
    places = range(len(drawn))
    over_them, to_them = ([figures.log_odds(row[name]) for row in drawn] for name in POSTERIORS)
    ax.plot(to_them, places, "o", color=figures.BLUE, ms=11, label=to)
    hollow: dict[str, Any] = {"ms": 8, "mew": 1.8, "markerfacecolor": "white"}
    ax.plot(over_them, places, "s", color=figures.ORANGE, label=over, **hollow)
    labels = []
    for row in drawn:
        lines = str(row["answers"]).split("; ")
        if row["probability"] is not None:
            lines.append(f"(probability {percent(row['probability'])})")
        labels.append("\n".join(lines))
    figures.name_lines(ax, labels)
    figures.odds_axis(ax, [row[name] for row in drawn for name in POSTERIORS])
    low, high = ax.get_xlim()
    ax.set_xlim(low - 0.15 * (high - low), high + 0.15 * (high - low))  # for the numbers
    figures.legend_above(ax, 0.45, 4)
    explains = "P(it explains the complaint | evidence, answers)"
    return figures.below(ax, f"{explains}, on the scale of log-odds")


@dataclass(frozen=True, repr=False, eq=False)
class ChangeOfMind(CaseResult):
    """The smallest sets of open answers that were found to put one cause above another.

    Made by :meth:`kneebayes.Differential.change_of_mind`.
    """

    case: Case
    to_id: str  #: of the cause that is to become the more probable one
    over_id: str  #: of the cause that it overtakes
    now: Outcome  #: what is believed now
    #: sets of answers of the smallest size that was found, the most probable first. Empty if there
    #: is none; one empty set if no further answer is needed.
    sets: tuple[Outcome, ...]
    tried: Mapping[int, int]  #: how many sets were tried by size
    #: whether it is certain that no smaller set exists. All single answers are tried, but pairs and
    #: triples only of the answers that, taken alone, shift the odds most.
    complete: bool

    @property
    def to(self) -> str:
        """Label of the cause that is to rise."""
        return self.case.label(self.to_id)

    @property
    def over(self) -> str:
        """Label of the cause that it is to pass."""
        return self.case.label(self.over_id)

    @property
    def answers(self) -> dict[str, str]:
        """The most probable of the smallest sets: state by id; empty where none was found."""
        return dict(self.sets[0].answers) if self.sets else {}

    @property
    def size(self) -> int | None:
        """How many answers are needed; None where no set was found."""
        return len(self.answers) if self.sets else None

    @property
    def probability(self) -> float:
        """P(these answers | evidence); 0 where none was found."""
        return self.sets[0].probability if self.sets else 0.0

    @property
    def table(self) -> pd.DataFrame:
        """One row a set of answers, the most probable first.

        Columns: ``ids`` (``id=state``, joined by ``; ``), ``answers`` (in words), ``size``,
        ``probability`` (P(these answers | evidence)), ``to`` and ``over`` (ids),
        ``to_posterior`` and ``over_posterior`` (after these answers), ``first`` and
        ``first_posterior`` (the most probable cause of all then).
        """
        return pd.DataFrame(map(self._row, self.sets), columns=list(self._row(self.now)))

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        first = max(outcome.posteriors, key=outcome.posteriors.__getitem__)
        return {
            "ids": "; ".join(f"{id}={state}" for id, state in outcome.answers.items()),
            "answers": self._worded(outcome),
            "size": len(outcome.answers),
            "probability": outcome.probability,
            "to": self.to_id,
            "over": self.over_id,
            "to_posterior": outcome.posteriors[self.to_id],
            "over_posterior": outcome.posteriors[self.over_id],
            "first": first,
            "first_posterior": outcome.posteriors[first],
        }

    def _worded(self, outcome: Outcome) -> str:
        answers = (self.case.answered(id, state) for id, state in outcome.answers.items())
        return "; ".join(f"{answer.label}: {answer.state}" for answer in answers)

    @property
    def _shown(self) -> list[dict[str, Any]]:
        """What is shown row by row: now, and after the first sets."""
        now = {**self._row(self.now), "answers": "now", "probability": None}
        return [now, *(self._row(outcome) for outcome in self.sets[:SHOWN] if outcome.answers)]

    @property
    def report(self) -> Report:
        """What is shown."""
        header = ("answers", "probability", self.to, self.over, "first then")
        rows = [
            (
                "(now)" if row["probability"] is None else str(row["answers"]),
                "" if row["probability"] is None else percent(row["probability"]),
                percent(row["to_posterior"]),
                percent(row["over_posterior"]),
                self._first_of(row),
            )
            for row in self._shown
        ]
        title = f"What would put {self.to} above {self.over}"
        return report_on(
            self.case, title, header, rows, self._search, lead=[self._found], whole_title=True
        )

    def _first_of(self, row: Mapping[str, Any]) -> str:
        return f"{self.case.label(row['first'])} ({percent(row['first_posterior'])})"

    @property
    def _found(self) -> str:
        if self.size is None:
            most = counted(max(self.tried), "answer")
            return f"No set of {most} or fewer was found that does it."
        if self.size == 0:
            return f"{self.to} is above {self.over} already."
        sets = len(self.sets)
        more = f"; {counted(sets - 1, 'other set')} of that size as well" if sets > 1 else ""
        return (
            f"{counted(self.size, 'answer is', many='answers are')} enough: "
            f"{self._worded(self.sets[0])} (probability {percent(self.probability)}){more}. "
            f"The most probable cause then: {self._first_of(self._row(self.sets[0]))}."
        )

    @property
    def _search(self) -> list[str]:
        if self.size == 0:
            return []
        tried = ", ".join(f"{many} of size {size}" for size, many in self.tried.items())
        lines = [f"Sets of answers tried: {tried}."]
        if self.complete and self.size == 1:
            return [*lines, "All single answers were tried."]
        end = "No smaller set exists." if self.complete else "The search is not complete."
        larger = (
            "All single answers were tried; larger sets only of the answers that by themselves "
            f"speak most for the one over the other. {end}"
        )
        return [*lines, larger]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw both causes now and after each of the first five sets."""
        return self._titled(draw_changes(self._shown, self.to, self.over, ax))

    def __repr__(self) -> str:
        size = "none found" if self.size is None else counted(self.size, "answer")
        return f"ChangeOfMind({self.to} above {self.over}: {size}, {percent(self.probability)})"


@bounded
def change_of_mind(
    case: CaseLike,
    to: str | None = None,
    over: str | None = None,
    kinds: str | Iterable[str] | None = None,
) -> ChangeOfMind:
    """The smallest set of open answers that puts one cause above another.

    All single answers are tried. Pairs and triples are tried only for the answers that, taken
    alone, shift the odds between the two causes most. The result says how many were tried.

    Parameters
    ----------
    to
        The cause that is to become the more probable one, by any of its names; left out, the
        most probable besides ``over``.
    over
        The cause that ``to`` is to overtake; left out, the most probable besides ``to``.
    kinds
        Which of ``context``, ``history``, ``symptom``, ``sign`` and ``test`` may be
        answered; left out, all.

    Raises
    ------
    UnknownNameError
        If a cause is not known.
    EvidenceError
        If both are the same, or one of them is certain already.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> set(dx.change_of_mind("gout").answers.values()) <= {"present", "absent"}
    True
    """
    case = case.case
    rising, above = (None if name is None else case.data.cause_named(name) for name in (to, over))
    above = above or next(id for id in case.by_probability if id != rising)
    both = rising or next(id for id in case.by_probability if id != above), above
    subject = Subject(tuple(case.knowledge.causes))
    now = now_of(case.engine, case.evidence, subject)
    _check(case, *both, now)
    if _passes(now, *both):
        return ChangeOfMind(case, *both, now, (now,), {0: 1}, complete=True)
    nodes = list(open_nodes(case, kinds_of(kinds)))
    outcomes = outcomes_of(case.engine, case.evidence, nodes, subject)
    single = [outcome for id in nodes for outcome in outcomes[id] if len(outcomes[id]) > 1]
    tried = {1: len(single)}
    changing = [outcome for outcome in single if _passes(outcome, *both)]
    favour = [outcome for outcome in single if weight(now, outcome, *both) > 0.0]
    favour.sort(key=lambda outcome: -weight(now, outcome, *both))
    for size, most in KEPT.items():
        if changing:
            break
        asked = list(_together(favour[:most], size))
        tried[size] = len(asked)
        each = outcomes_of_each(case.engine, case.evidence, asked, subject)
        changing = [one for one in each if one.probability > 0.0 and _passes(one, *both)]
    changing.sort(key=lambda outcome: -outcome.probability)
    # all singles were tried, so a single or a pair is surely smallest
    complete = bool(changing) and len(changing[0].answers) <= 2
    return ChangeOfMind(case, *both, now, tuple(changing), tried, complete)
