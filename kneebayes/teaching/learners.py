"""Learners as plain functions: a case goes in, the feedback on how they closed it comes out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import renamed
from kneebayes.odds import inverse_logit, logit
from kneebayes.teaching.case import PracticeCase
from kneebayes.teaching.feedback import Feedback

__all__ = ["Learner", "ask_at_random", "ask_the_best", "neglect_base_rates"]

Learner = Callable[[PracticeCase, np.random.Generator], Feedback]


@renamed(questions="n")
@checked
def ask_the_best(
    case: PracticeCase, rng: np.random.Generator | None = None, n: int = 6
) -> Feedback:
    """Always ask the question with the highest expected gain, ``n`` times; believe what follows.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = ask_the_best(kb.load().practice_case(difficulty="any", seed=1), n=2)
    >>> len(told.table), round(told.scores["divergence"], 9)
    (2, 0.0)
    """
    del rng
    asked = _ask_best(case, n)
    return asked.close(asked.exact, asked.urgency.level)


@renamed(questions="n")
@checked
def ask_at_random(case: PracticeCase, rng: np.random.Generator, n: int = 6) -> Feedback:
    """Ask ``n`` things that are open, at random; believe exactly what follows."""
    for _ in range(n):
        if not case.open:
            break
        case = case.ask(case.open[int(rng.integers(len(case.open)))])
    return case.close(case.exact, case.urgency.level)


@renamed(questions="n")
@checked
def neglect_base_rates(
    case: PracticeCase, rng: np.random.Generator | None = None, n: int = 6
) -> Feedback:
    """Ask as well as can be, but believe the answers alone: odds = likelihood ratio x flat odds.

    Every cause starts from the same probability, the mean of all; the likelihood ratio of all
    answers together is the exact one.
    """
    del rng
    asked = _ask_best(case, n)
    flat = logit(sum(case.exact.values()) / len(case.exact))
    believed = {
        id: inverse_logit(flat + logit(now) - logit(case.exact[id]))
        if 0.0 < case.exact[id] < 1.0
        else case.exact[id]
        for id, now in asked.exact.items()
    }
    return asked.close(believed, asked.urgency.level)


def _ask_best(case: PracticeCase, n: int) -> PracticeCase:
    for _ in range(n):
        if not case.gains:
            break
        case = case.ask(next(iter(case.gains)))
    return case
