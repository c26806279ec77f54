"""The elimination order, found in compiled code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import Words, add, members, new_pairs, put, remove, unite
from kneebayes.inference.compiled.jit import inner, maker
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flags, Integers
from kneebayes.network import Numbers


class Rule(NamedTuple):
    """What makes up the score of a variable; the lowest is taken out first.

    The score is the number of pairs of neighbours that are joined for the first time (minimum
    fill; Kjaerulff 1990), and besides:

    Attributes
    ----------
    size
        So much times log2 of the table made.
    hidden
        Added for the bit of a hidden node. Below zero: once it has become a state, other
        tables are joined to it without an OR, and the state itself can be taken out.
    observed
        Added for the bit of an observed family.
    chance
        So much at most is added by chance.
    """

    size: float
    hidden: float
    observed: float
    chance: float


class Work(NamedTuple):
    """What is known of each variable on the way, and room.

    Attributes
    ----------
    near
        The set of those it stands together with by now.
    weight
        log2 of the number of its values.
    fixed, scores
        What of its score stays the same, and its score.
    held
        How many it waits for.
    around, changed
        Room for two sets.
    ones, others
        Room for two lists.
    """

    near: Words
    weight: Numbers
    fixed: Numbers
    scores: Numbers
    held: Integers
    around: Words
    changed: Words
    ones: Integers
    others: Integers


@maker
def greedy_order(query: Query, weight: Numbers, rule: Rule, seed: int) -> tuple[Integers, float]:
    """Take out, again and again, the variable with the lowest score.

    Parameters
    ----------
    weight
        log2 of the number of values of each variable.
    seed
        Which chance.

    Returns
    -------
    order, width
    """
    m = query.node.size
    words = query.near.shape[1]
    work = Work(
        query.near.copy(),
        weight,
        _fixed_scores(query, rule, seed),
        np.empty(m),
        np.zeros(m, dtype=np.int64),
        np.empty(words, dtype=np.uint64),
        np.empty(words, dtype=np.uint64),
        np.empty(m, dtype=np.int64),
        np.empty(m, dtype=np.int64),
    )
    order = np.empty(m, dtype=np.int64)
    turns, width = _take_all(query, work, ~query.free, rule.size, order)
    return order[:turns], width


@inner
def _take_all(
    query: Query, work: Work, waiting: Flags, share: float, order: Integers
) -> tuple[int, float]:
    """Fill the order; returns its length, and log2 of the entries of its largest table."""
    near, scores, becomes = work.near, work.scores, query.becomes
    width = 0.0
    for at in range(order.size):
        _hold(query, at, work.held, 1)
        scores[at] = work.fixed[at] + _score(work, becomes, at, share)
    turns = 0
    for _ in range(order.size):
        chosen = _lowest_score(scores, waiting, work.held)
        if chosen < 0:
            break
        order[turns] = chosen
        turns += 1
        waiting[chosen] = False
        size = work.weight[chosen]
        for k in range(members(near[chosen], work.ones)):
            size += work.weight[work.ones[k]]
        width = max(width, size)
        _hold(query, chosen, work.held, -1)
        if becomes[chosen] >= 0:
            add(near[chosen], becomes[chosen])
        _connect(near, chosen, work.ones, work.changed)
        for k in range(members(work.changed, work.others)):
            at = work.others[k]
            if waiting[at]:
                scores[at] = work.fixed[at] + _score(work, becomes, at, share)
    return turns, width


@inner
def _lowest_score(scores: Numbers, waiting: Flags, held: Integers) -> int:
    """The variable to take out next, or -1."""
    chosen = -1
    for at in range(scores.size):
        if waiting[at] and held[at] == 0 and (chosen < 0 or scores[at] < scores[chosen]):
            chosen = at
    return chosen


@inner
def _hold(query: Query, at: int, held: Integers, more: int) -> None:
    """Count for the variables that wait for the bit of a hidden node how many they wait for."""
    if query.becomes[at] >= 0:
        held[query.becomes[at]] += more
    if query.across[at] >= 0:
        held[query.across[at]] += more


@inner
def _connect(near: Words, chosen: int, ones: Integers, changed: Words) -> None:
    """Join the neighbours of a variable; ``changed`` gets all whose score may be another."""
    put(near[chosen], changed)
    number = members(near[chosen], ones)
    for k in range(number):
        one = ones[k]
        unite(near[chosen], near[one])
        remove(near[one], one)
        remove(near[one], chosen)
        unite(near[one], changed)


@inner
def _score(work: Work, becomes: Integers, at: int, share: float) -> float:
    put(work.near[at], work.around)
    if becomes[at] >= 0:
        add(work.around, becomes[at])
    size: float = work.weight[at]
    pairs = 0
    for k in range(members(work.around, work.ones)):
        size += work.weight[work.ones[k]]
        pairs += new_pairs(work.around, work.near[work.ones[k]]) - 1
    return 0.5 * pairs + share * size


@maker
def _fixed_scores(query: Query, rule: Rule, seed: int) -> Numbers:
    """What of the scores stays the same; chance is a linear congruential generator's (Knuth's)."""
    out = np.zeros(query.node.size)
    number = np.uint64(seed)
    for at in range(out.size):
        number = number * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        out[at] = rule.chance * np.float64(number >> np.uint64(33)) / 2147483648.0
        if query.is_bit[at]:
            out[at] += rule.hidden if query.becomes[at] >= 0 else rule.observed
    return out
