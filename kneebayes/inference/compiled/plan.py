"""Planning: the cheapest of several orders, and whether it fits into memory."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.asked import Limits
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.order import greedy_order
from kneebayes.inference.compiled.program import Program, write_program
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flat, Observed
from kneebayes.network import Numbers

CHEAP = 1e6  # multiplications below which the first order is good enough: about a millisecond
DEAR = 4e6  # multiplications for which one more order is worth trying
WIDEST = 26.0  # log2 of the entries of the largest table


@inner
def plan(flat: Flat, hard: Observed, query: Query, times: int, limits: Limits) -> Program:
    """The cheapest program found; its cost is infinite where every one is too wide.

    The first rule weighs the pairs of variables newly joined and the size of the table,
    the second the pairs alone. Where both are dear more orders are tried, each with other
    random shares added to the scores.

    Parameters
    ----------
    times
        How many queries will follow the program: what is dear once more often is worth a
        longer search.
    limits
        How many orders may be tried, and how large all tables together may be.
    """
    weight = np.log2(query.size.astype(np.float64))
    best = _attempt(flat, hard, query, weight, (1.5, 0.0), 0, limits.most)
    if times * best.cost <= CHEAP:
        return best
    turns = 1
    turn = 0
    while turn < turns:
        rule = (0.01, 0.0) if turn == 0 else (0.5, 10.0)
        other = _attempt(flat, hard, query, weight, rule, turn, limits.most)
        if other.cost < best.cost or (np.isinf(best.cost) and other.width < best.width):
            best = other
        if turn == 0:
            turns = int(min(float(limits.tries), times * best.cost / DEAR))
        turn += 1
    return best


@inner
def _attempt(
    flat: Flat,
    hard: Observed,
    query: Query,
    weight: Numbers,
    rule: tuple[float, float],
    seed: int,
    most: int,
) -> Program:
    """One order; ``rule`` is the share of the table's size in a score, and that of chance."""
    order, width = greedy_order(
        query.near.copy(), weight, query.becomes, query.free, rule[0], rule[1], seed
    )
    if width > WIDEST:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    program = write_program(flat, hard, query, order, width, 0.0)
    if program.offset[-1] > most:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    return program
