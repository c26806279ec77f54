"""The numbers a query starts from: what depends on one node alone, leaks, tables."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.arrays import copy, largest_of, scale
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.program import Program
from kneebayes.inference.compiled.space import Space
from kneebayes.inference.compiled.variables import Query
from kneebayes.inference.flat import Flags, Flat, Integers, Observed
from kneebayes.network import Numbers

TINY = 2.0**-300


@inner
def fill_leaves(
    flat: Flat,
    program: Program,
    query: Query,
    numbers: Numbers,
    hard: Observed,
    soft: Numbers,
    relevant: Flags,
    space: Space,
) -> float:
    """Gather the numbers of a query.

    Parameters
    ----------
    soft
        Likelihood of each state of each node, end to end.
    space
        Its ``own`` and ``pairs`` are filled, and the plain tables among ``work``.

    Returns
    -------
    float
        Natural logarithm of the factors that depend on nothing open.
    """
    own, pairs, work = space.own, space.pairs, space.work
    copy(soft, own)
    log_constant = 0.0
    for at in range(flat.states.size):
        if not relevant[at]:
            continue
        if flat.is_or[at]:
            log_constant += _or_leaf(flat, numbers, hard, query.bit, at, own, pairs)
        else:
            log_constant += _table_leaf(flat, numbers, hard, at, own)
    for leaf in range(program.leaves.size):
        values = work[program.offset[leaf] : program.offset[leaf + 1]]
        _gather(flat, numbers, hard, program.leaves[leaf], values)
    return log_constant


@inner
def lift(values: Numbers) -> float:
    """Scale numbers up by a power of two if all are tiny; returns its natural logarithm."""
    largest = largest_of(values)
    if largest == 0.0 or largest > TINY:
        return 0.0
    scale(values, 1.0 / TINY)
    return -float(np.log(TINY))


@inner
def _or_leaf(
    flat: Flat,
    numbers: Numbers,
    hard: Observed,
    bit: Integers,
    at: int,
    own: Numbers,
    pairs: Numbers,
) -> float:
    fired = numbers[flat.number_start[at]]
    unfired = 1.0 - fired
    log_lift = 0.0
    for slot in range(flat.parent_start[at], flat.parent_start[at + 1]):
        parent = flat.parents[slot]
        link = flat.link_at[slot]
        if hard[parent] >= 0:
            strength = numbers[link + hard[parent]]
            fired += unfired * strength
            unfired *= 1.0 - strength
        elif hard[at] == 0:
            mine = own[flat.own_start[parent] : flat.own_start[parent + 1]]
            for state in range(mine.size):
                mine[state] *= 1.0 - numbers[link + state]
            log_lift -= lift(mine)
    pairs[at, 0] = unfired
    pairs[at, 1] = fired
    if hard[at] == 0:
        return log_lift + (np.log(unfired) if unfired > 0.0 else -np.inf)
    if bit[at] < 0:
        if hard[at] > 0:
            return np.log(fired) if fired > 0.0 else -np.inf
        own[flat.own_start[at]] *= unfired
        own[flat.own_start[at] + 1] *= fired
    return 0.0


@inner
def _member(flat: Flat, at: int, i: int) -> int:
    """The ``i``-th member of a table's family, parents in order and the node last."""
    slot = flat.parent_start[at] + i
    return int(flat.parents[slot]) if slot < flat.parent_start[at + 1] else at


@inner
def _members(flat: Flat, at: int) -> int:
    """How many members a table's family has."""
    return int(flat.parent_start[at + 1] - flat.parent_start[at] + 1)


@inner
def _table_leaf(flat: Flat, numbers: Numbers, hard: Observed, at: int, own: Numbers) -> float:
    base = flat.number_start[at]
    still, apart, stride = -1, 1, 1
    number = 0
    for i in range(_members(flat, at) - 1, -1, -1):
        one = _member(flat, at, i)
        if hard[one] >= 0:
            base += hard[one] * stride
        else:
            still, apart = one, stride
            number += 1
        stride *= flat.states[one]
    if number == 0:
        return np.log(numbers[base]) if numbers[base] > 0.0 else -np.inf
    if number == 1:
        for state in range(flat.states[still]):
            own[flat.own_start[still] + state] *= numbers[base + state * apart]
    return 0.0


@inner
def _gather(flat: Flat, numbers: Numbers, hard: Observed, at: int, values: Numbers) -> None:
    """The entries of a table that the evidence leaves open, node's own states last."""
    for place in range(values.size):
        values[place] = numbers[_entry(flat, hard, at, place)]


@inner
def scatter_table(flat: Flat, hard: Observed, at: int, values: Numbers, numbers: Numbers) -> None:
    """Put values of a table's open entries where the table's numbers stand."""
    for place in range(values.size):
        numbers[_entry(flat, hard, at, place)] = values[place]


@inner
def _entry(flat: Flat, hard: Observed, at: int, place: int) -> int:
    """Where an open entry of a table stands among the numbers of the network."""
    where = int(flat.number_start[at])
    stride = 1
    for i in range(_members(flat, at) - 1, -1, -1):
        one = _member(flat, at, i)
        if hard[one] >= 0:
            where += hard[one] * stride
        else:
            where += place % flat.states[one] * stride
            place //= flat.states[one]
        stride *= flat.states[one]
    return where
