"""What would change one's mind: few answers that put one cause above another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kneebayes.case.case import Case
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
from kneebayes.questions.ask.ranking import QUESTION_KINDS, open_nodes

__all__ = ["Change", "find_change"]

KEPT = {2: 16, 3: 11}  # answers put together in twos and threes: 120 and 165 sets


@dataclass(frozen=True, slots=True)
class Change:
    """Few answers that put one cause above another, the most probable set first.

    Attributes
    ----------
    to, over
        Ids of the cause that is to rise, and of the one it is to pass.
    now
        What is believed now.
    sets
        Sets of answers of the smallest size that was found, the most probable first.
        Nothing if none was; one empty set if nothing is needed.
    tried
        How many sets were tried by size.
    complete
        Whether no smaller set exists at all. Single answers are all tried; pairs and
        threes only of the answers that by themselves speak most for the one over the other.
    """

    to: str
    over: str
    now: Outcome
    sets: tuple[Outcome, ...]
    tried: Mapping[int, int]
    complete: bool

    @property
    def size(self) -> int | None:
        """How many answers are needed; None where no set was found."""
        return len(self.sets[0].answers) if self.sets else None

    @property
    def probability(self) -> float:
        """P(the most probable set | evidence); 0 where none was found."""
        return self.sets[0].probability if self.sets else 0.0


def find_change(
    case: Case, to: str, over: str, kinds: Sequence[str] = QUESTION_KINDS, most: int = 3
) -> Change:
    """Search sets of one, two and three open answers for such as put ``to`` above ``over``.

    Parameters
    ----------
    case
        The patient.
    to, over
        Ids of the causes.
    kinds
        The kinds of question that may be answered.
    most
        How many answers at most, from 1 to 3.

    Raises
    ------
    EvidenceError
        If both are the same cause, or one of them is certain already.
    """
    subject = Subject(tuple(dict.fromkeys((to, over))))
    now = now_of(case.engine, case.evidence, subject)
    _check(case, to, over, now)
    if _passes(now, to, over):
        return Change(to, over, now, (now,), {0: 1}, complete=True)
    nodes = list(open_nodes(case, kinds))
    told = outcomes_of(case.engine, case.evidence, nodes, subject)
    single = [one for id in nodes for one in told[id] if len(told[id]) > 1]
    tried = {1: len(single)}
    found = [one for one in single if _passes(one, to, over)]
    favour = [one for one in single if weight(now, one, to, over) > 0.0]
    favour.sort(key=lambda one: -weight(now, one, to, over))
    for size in range(2, most + 1):
        if found:
            break
        asked = list(_together(favour[: KEPT[size]], size))
        tried[size] = len(asked)
        each = outcomes_of_each(case.engine, case.evidence, asked, subject)
        found = [one for one in each if one.probability > 0.0 and _passes(one, to, over)]
    found.sort(key=lambda one: -one.probability)
    # all singles were tried, so a single or a pair is surely smallest
    complete = bool(found) and len(found[0].answers) <= 2
    return Change(to, over, now, tuple(found), tried, complete)


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
        together = {id: state for one in some for id, state in one.answers.items()}
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
            said = "present" if now.posteriors[id] else "absent"
            message = (
                f"{role}: {label(id)} is {said} for certain, given the answers, so none can "
                "change that. Name another cause, or take an answer back."
            )
            raise EvidenceError(message)
