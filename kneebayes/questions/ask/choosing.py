"""Choosing between questions: what no other beats, and which two go well together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from kneebayes.case.case import Case
from kneebayes.questions.ask.outcomes import Asked, Outcome, Subject, information, outcomes_of_each
from kneebayes.questions.ask.ranking import Question

__all__ = ["Pair", "joint_answers", "look_ahead", "pareto_front"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions asked together.

    Attributes
    ----------
    first, second
        Ids of the nodes, the more informative first.
    bits
        Expected information gain of both answers together.
    beyond
        How much more that is than the sum of each alone: below zero they tell the same,
        above zero one makes the other worth asking.
    """

    first: str
    second: str
    bits: float
    beyond: float


def pareto_front(questions: Sequence[Question]) -> tuple[str, ...]:
    """Ids of the questions that no other beats: none tells as much or more for less or as little.

    Bits and cost are never added up: which of the front is worth its price is for the
    reader to say.

    Returns
    -------
    tuple
        The cheapest first.
    """
    front = [
        one
        for one in questions
        if not any(
            other.bits >= one.bits
            and other.cost <= one.cost
            and (other.bits > one.bits or other.cost < one.cost)
            for other in questions
        )
    ]
    return tuple(one.id for one in sorted(front, key=lambda one: (one.cost, -one.bits)))


def look_ahead(
    case: Case, subject: Subject, now: Outcome, questions: Sequence[Question]
) -> tuple[Pair, ...]:
    """Every pair of some questions with what both answers tell together, the best first.

    Parameters
    ----------
    case, subject
        The patient, and what is to be found out.
    now, questions
        What :func:`rank_questions` found, or a part of it.
    """
    pairs = list(combinations(questions, 2))
    asked = [list(joint_answers(pair)) for pair in pairs]
    flat = [one for each in asked for one in each]
    told = iter(outcomes_of_each(case.engine, case.evidence, flat, subject))
    found = []
    for (first, second), each in zip(pairs, asked, strict=True):
        bits = information(now, [next(told) for _ in each])
        found.append(Pair(first.id, second.id, bits, bits - first.bits - second.bits))
    return tuple(sorted(found, key=lambda pair: -pair.bits))


def joint_answers(questions: Iterable[Question]) -> Iterable[Asked]:
    """Every combination of the answers of some questions."""
    for states in product(*(one.outcomes for one in questions)):
        yield {id: state for outcome in states for id, state in outcome.answers.items()}
