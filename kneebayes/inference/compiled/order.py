"""The elimination order, found in compiled code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.bits import Words, add, members, new_pairs, remove
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Integers
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


@inner
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
    near, becomes = query.near.copy(), query.becomes
    m = near.shape[0]
    fixed = _fixed_scores(query, rule, seed)
    waiting = ~query.free
    turns = np.count_nonzero(waiting)
    held = np.zeros(m, dtype=np.int64)
    around = np.empty(near.shape[1], dtype=np.uint64)
    changed = np.empty(near.shape[1], dtype=np.uint64)
    list_one = np.empty(m, dtype=np.int64)
    list_two = np.empty(m, dtype=np.int64)
    scores = np.empty(m)
    order = np.empty(m, dtype=np.int64)
    width = 0.0
    for at in range(m):
        _hold(query, at, held, 1)
        scores[at] = fixed[at] + _score(near, weight, becomes, at, around, list_one, rule.size)
    for turn in range(turns):
        chosen = -1
        for at in range(m):
            if waiting[at] and held[at] == 0 and (chosen < 0 or scores[at] < scores[chosen]):
                chosen = at
        order[turn] = chosen
        waiting[chosen] = False
        size = weight[chosen]
        for k in range(members(near[chosen], list_one)):
            size += weight[list_one[k]]
        width = max(width, size)
        _hold(query, chosen, held, -1)
        if becomes[chosen] >= 0:
            add(near[chosen], becomes[chosen])
        _connect(near, chosen, list_one, changed)
        for k in range(members(changed, list_two)):
            at = list_two[k]
            if waiting[at]:
                scores[at] = fixed[at] + _score(
                    near, weight, becomes, at, around, list_one, rule.size
                )
    return order[:turns], width


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
    changed[:] = near[chosen]
    number = members(near[chosen], ones)
    for k in range(number):
        one = ones[k]
        near[one] |= near[chosen]
        remove(near[one], one)
        remove(near[one], chosen)
        changed |= near[one]


@inner
def _score(
    near: Words,
    weight: Numbers,
    becomes: Integers,
    at: int,
    around: Words,
    ones: Integers,
    share: float,
) -> float:
    around[:] = near[at]
    if becomes[at] >= 0:
        add(around, becomes[at])
    size: float = weight[at]
    pairs = 0
    for k in range(members(around, ones)):
        size += weight[ones[k]]
        pairs += new_pairs(around, near[ones[k]]) - 1
    return 0.5 * pairs + share * size


@inner
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
