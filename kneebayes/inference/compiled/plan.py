"""Planning: the cheapest of several orders, and whether it fits into memory."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.order import greedy_order
from kneebayes.inference.compiled.program import Program, write_program
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flat, Observed
from kneebayes.network import Numbers

CHEAP = 1e6  # multiplications below which the first order is good enough: about a millisecond
DEAR = 4e6  # multiplications for which one more order is worth trying
TRIES = 16  # further orders tried at most
WIDEST = 26.0  # log2 of the entries of the largest table
MOST = 2**27  # entries of all tables: 1 GiB of doubles, and as much for their gradients


@inner
def plan(flat: Flat, hard: Observed, query: Query) -> Program:
    """The cheapest program found; its cost is infinite where every one is too wide.

    The first rule weighs the pairs of variables newly joined and the size of the table,
    the second the pairs alone. Where both are dear more orders are tried, each with other
    random shares added to the scores.
    """
    weight = np.log2(query.size.astype(np.float64))
    best = _attempt(flat, hard, query, weight, 1.5, 0.0, 0)
    if best.cost <= CHEAP:
        return best
    tries = 2
    turn = 0
    while turn < tries:
        share, noise = (0.01, 0.0) if turn == 0 else (0.5, 5.0)
        other = _attempt(flat, hard, query, weight, share, noise, turn)
        if other.cost < best.cost or (np.isinf(best.cost) and other.width < best.width):
            best = other
        if turn == 0:
            tries = int(min(TRIES, best.cost / DEAR))
        turn += 1
    return best


@inner
def _attempt(
    flat: Flat,
    hard: Observed,
    query: Query,
    weight: Numbers,
    weight_share: float,
    noise: float,
    seed: int,
) -> Program:
    order, width = greedy_order(
        query.near.copy(), weight, query.becomes, query.free, weight_share, noise, seed
    )
    if width > WIDEST:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    program = write_program(flat, hard, query, order, width, 0.0)
    if program.offset[-1] > MOST:
        return write_program(flat, hard, query, order[:0], width, np.inf)
    return program
