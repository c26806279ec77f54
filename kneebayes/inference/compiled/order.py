"""The elimination order, found in compiled code."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.bits import Words, add, members, new_pairs, remove
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.flat import Flags, Integers
from kneebayes.network import Numbers


@inner
def greedy_order(
    near: Words,
    weight: Numbers,
    becomes: Integers,
    free: Flags,
    weight_share: float,
    noise: float,
    seed: int,
) -> tuple[Integers, float]:
    """Take out, again and again, the variable with the lowest score.

    The score is the number of pairs of neighbours that are joined for the first time
    (minimum fill; Kjaerulff 1990), plus ``weight_share`` times log2 of the table made, plus
    up to ``noise`` by chance.

    Parameters
    ----------
    near
        Neighbours of each variable as a set; used up.
    weight
        log2 of the number of values of each variable.
    becomes
        For the bit of a hidden node the variable of its state, which waits for it; else -1.
    free
        Variables that are not taken out.
    seed
        Which chance.

    Returns
    -------
    order, width
    """
    m = near.shape[0]
    jitter = _jitter(m, noise, seed)
    waiting = ~free
    turns = np.count_nonzero(waiting)
    held = np.zeros(m, dtype=np.bool_)
    around = np.empty(near.shape[1], dtype=np.uint64)
    changed = np.empty(near.shape[1], dtype=np.uint64)
    list_one = np.empty(m, dtype=np.int64)
    list_two = np.empty(m, dtype=np.int64)
    scores = np.empty(m)
    order = np.empty(m, dtype=np.int64)
    width = 0.0
    for at in range(m):
        if becomes[at] >= 0:
            held[becomes[at]] = True
        scores[at] = jitter[at] + _score(near, weight, becomes, at, around, list_one, weight_share)
    for turn in range(turns):
        chosen = -1
        for at in range(m):
            if waiting[at] and not held[at] and (chosen < 0 or scores[at] < scores[chosen]):
                chosen = at
        order[turn] = chosen
        waiting[chosen] = False
        size = weight[chosen]
        for k in range(members(near[chosen], list_one)):
            size += weight[list_one[k]]
        width = max(width, size)
        if becomes[chosen] >= 0:
            held[becomes[chosen]] = False
            add(near[chosen], becomes[chosen])
        _connect(near, chosen, list_one, changed)
        for k in range(members(changed, list_two)):
            at = list_two[k]
            if waiting[at]:
                scores[at] = jitter[at] + _score(
                    near, weight, becomes, at, around, list_one, weight_share
                )
    return order[:turns], width


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
    weight_share: float,
) -> float:
    around[:] = near[at]
    if becomes[at] >= 0:
        add(around, becomes[at])
    size: float = weight[at]
    pairs = 0
    for k in range(members(around, ones)):
        size += weight[ones[k]]
        pairs += new_pairs(around, near[ones[k]]) - 1
    return 0.5 * pairs + weight_share * size


@inner
def _jitter(m: int, noise: float, seed: int) -> Numbers:
    """Random shares of a score, from a linear congruential generator (Knuth's constants)."""
    out = np.zeros(m)
    number = np.uint64(seed)
    for at in range(m):
        number = number * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        out[at] = noise * np.float64(number >> np.uint64(33)) / 2147483648.0
    return out
