"""Planning: the cheapest of several orders, and whether it fits into memory."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.asked import Limits
from kneebayes.inference.compiled.jit import maker
from kneebayes.inference.compiled.order import Rule, greedy_order
from kneebayes.inference.compiled.program import Program, write_program
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flat, Observed
from kneebayes.network import Numbers

CHEAP = 2e6  # multiplications below which the first order is good enough: two milliseconds
DEAR = 4e6  # multiplications for which one more order is worth trying
WIDEST = 26.0  # log2 of the entries of the largest table
# found by trying some hundred rules on simulated patients: with contexts unknown each saves about
# a third of what minimum fill and size alone would cost, with contexts answered a tenth
FIRST = Rule(size=1.0, hidden=-5.5, observed=1.5, chance=0.0)
SECOND = Rule(size=5.0, hidden=-6.5, observed=1.5, chance=0.0)
OTHERS = FIRST._replace(chance=8.0)


@maker
def plan(flat: Flat, hard: Observed, query: Query, times: int, limits: Limits) -> Program:
    """The cheapest program found; its cost is infinite where every one is too wide.

    The second rule weighs the size of tables more than the first. Where both are dear more
    orders are tried, each with other random shares added to the scores.

    Parameters
    ----------
    times
        How many queries will follow the program: what is dear once more often is worth a
        longer search.
    limits
        How many orders may be tried, and how large all tables together may be.
    """
    weight = np.log2(query.size.astype(np.float64))
    best = _attempt(flat, hard, query, weight, FIRST, 0, limits.most)
    if times * best.cost <= CHEAP:
        return best
    turns = 1
    turn = 0
    while turn < turns:
        rule = SECOND if turn == 0 else OTHERS
        other = _attempt(flat, hard, query, weight, rule, turn, limits.most)
        if other.cost < best.cost or (np.isinf(best.cost) and other.width < best.width):
            best = other
        if turn == 0:
            turns = int(min(float(limits.tries), times * best.cost / DEAR))
        turn += 1
    return best


@maker
def _attempt(
    flat: Flat,
    hard: Observed,
    query: Query,
    weight: Numbers,
    rule: Rule,
    seed: int,
    most: int,
) -> Program:
    """The program of one order."""
    order, width = greedy_order(query, weight, rule, seed)
    if width > WIDEST:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    program = write_program(flat, hard, query, order, width, 0.0)
    if program.offset[-1] > most:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    return program
