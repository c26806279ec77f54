"""Many queries, one after another: the door of the compiled engine."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.jit import door, inner
from kneebayes.inference.compiled.leaves import fill_leaves, scatter_table
from kneebayes.inference.compiled.passes import Space, mark_needed, run_backward, run_forward
from kneebayes.inference.compiled.plan import plan
from kneebayes.inference.compiled.program import JOIN
from kneebayes.inference.compiled.shares import Shares, share_out
from kneebayes.inference.compiled.variables import NONE, mark_relevant, open_query

__all__ = ["Room", "Rows", "Shares", "run_joint", "run_rows", "run_shares"]


class Rows(NamedTuple):
    """Queries side by side, and room for their answers.

    Attributes
    ----------
    numbers
        Numbers of the network: one row for all queries or one for each.
    hard
        Observed state of each node or -1: one row for all or one for each. Equal rows that
        follow each other are planned once.
    soft
        Likelihoods of all states end to end: one row for all or one for each.
    wanted
        For each node whether its posterior is wanted.
    softened
        For each node whether some query has a likelihood for it.
    logs
        Filled with ln P(evidence); infinite where a query is too wide.
    marginals
        Filled with posteriors, laid out like ``soft``; without rows where none are wanted.
    widths
        Filled with log2 of the largest table.
    """

    numbers: np.ndarray
    hard: np.ndarray
    soft: np.ndarray
    wanted: np.ndarray
    softened: np.ndarray
    logs: np.ndarray
    marginals: np.ndarray
    widths: np.ndarray


class Room(NamedTuple):
    """Memory that is used again and again: asking the system for it costs more than filling it."""

    floats: np.ndarray
    places: np.ndarray


@inner
def make_space(flat, program, wanted, back, room):
    """Cut the space of one program out of a room, or out of a larger one; returns both."""
    total = program.offset[-1]
    floats = (2 if back else 1) * total + program.scratch
    if floats > room.floats.size or program.places > room.places.size:
        room = Room(
            np.empty(max(floats, room.floats.size)), np.empty(program.places, dtype=np.int64)
        )
    space = Space(
        np.empty(flat.own_start[-1]),
        np.empty((flat.states.size, 2)),
        room.floats[:total],
        room.floats[total : 2 * total if back else total],
        np.ones(program.offset.size),
        mark_needed(program, wanted),
        room.floats[floats - program.scratch :],
        room.places,
    )
    return space, room


@door
def run_rows(flat, rows, room, first, last):
    """Answer the queries ``first`` to ``last``; returns the room, which may have grown."""
    pattern = np.full(flat.states.size, -2, dtype=np.int8)
    relevant = np.zeros(flat.states.size, dtype=np.bool_)
    nothing = np.zeros(flat.states.size, dtype=np.bool_)
    query = open_query(flat, pattern, relevant, nothing)
    program = plan(flat, pattern, query)
    back = rows.marginals.shape[0] > 0
    space, room = make_space(flat, program, rows.wanted, back, room)
    for row in range(first, last):
        hard = rows.hard[row if rows.hard.shape[0] > 1 else 0]
        if not np.array_equal(hard, pattern):
            pattern = hard
            relevant = rows.wanted | rows.softened | (hard >= 0)
            mark_relevant(flat, relevant)
            query = open_query(flat, hard, relevant, nothing)
            program = plan(flat, hard, query)
            space, room = make_space(flat, program, rows.wanted, back, room)
        rows.widths[row] = program.width
        if np.isinf(program.cost):
            rows.logs[row] = np.inf
            continue
        numbers = rows.numbers[row if rows.numbers.shape[0] > 1 else 0]
        soft = rows.soft[row if rows.soft.shape[0] > 1 else 0]
        log = fill_leaves(flat, program, query, numbers, hard, soft, relevant, space)
        log += run_forward(flat, program, numbers, space)
        rows.logs[row] = log
        if back:
            marginals = rows.marginals[row]
            marginals[:] = 0.0
            if log > -np.inf:
                run_backward(flat, program, numbers, space, marginals)
                marginals *= space.own
                if not np.isfinite(np.sum(marginals)):
                    # P(evidence) is below what a double can hold: it counts as zero
                    rows.logs[row] = -np.inf
                    marginals[:] = 0.0
    return room


@door
def run_shares(flat, rows, shares):
    """Answer one query with the gradient of every link, leak and table; returns ln P(evidence)."""
    hard, numbers, soft = rows.hard[0], rows.numbers[0], rows.soft[0]
    relevant = rows.wanted | rows.softened | (hard >= 0)
    mark_relevant(flat, relevant)
    query = open_query(flat, hard, relevant, np.zeros(flat.states.size, dtype=np.bool_))
    program = plan(flat, hard, query)
    rows.widths[0] = program.width
    if np.isinf(program.cost):
        return np.inf
    space, _ = make_space(flat, program, relevant, True, Room(np.empty(0), np.empty(0, np.int64)))
    space.needed[:] = True
    log = fill_leaves(flat, program, query, numbers, hard, soft, relevant, space)
    log += run_forward(flat, program, numbers, space)
    shares.weights[:] = space.own
    if log > -np.inf:
        run_backward(flat, program, numbers, space, shares.own)
        share_out(flat, program, numbers, space, shares)
        for leaf in range(program.leaves.size):
            at = program.leaves[leaf]
            gradients = space.gradients[program.offset[leaf] : program.offset[leaf + 1]]
            scatter_table(flat, hard, at, gradients, shares.tables)
    return log


@door
def run_joint(flat, rows, kept):
    """Joint probability of the states of some open nodes and of the evidence of one query.

    Returns
    -------
    log, scope, table, own
        The table is to be multiplied by exp(log), and along each axis by what ``own`` says of
        that node's states; its axes are the nodes in ``scope``. Kept nodes that nothing else
        depends on are missing from it.
    """
    hard, numbers, soft = rows.hard[0], rows.numbers[0], rows.soft[0]
    relevant = rows.wanted | rows.softened | (hard >= 0)
    is_kept = np.zeros(flat.states.size, dtype=np.bool_)
    for at in kept:
        is_kept[at] = relevant[at] = True
    mark_relevant(flat, relevant)
    query = open_query(flat, hard, relevant, is_kept)
    program = plan(flat, hard, query)
    rows.widths[0] = program.width
    if np.isinf(program.cost):
        return np.inf, kept[:0], np.ones(1), rows.soft[0]
    space, _ = make_space(
        flat, program, rows.wanted, False, Room(np.empty(0), np.empty(0, np.int64))
    )
    log = fill_leaves(flat, program, query, numbers, hard, soft, relevant, space)
    log += run_forward(flat, program, numbers, space)
    last = NONE
    for table in range(program.offset.size - 1):
        if is_last(program, table):
            last = table
    if last == NONE:
        return log, kept[:0], np.ones(1), space.own
    scope = program.scopes[program.scope_start[last] : program.scope_start[last + 1]]
    table = space.work[program.offset[last] : program.offset[last + 1]].copy()
    return log, program.node[scope], table, space.own


@inner
def is_last(program, table):
    """Whether a table with variables is used by no step."""
    if program.scope_start[table] == program.scope_start[table + 1]:
        return False
    for done in range(program.steps.shape[0]):
        step = program.steps[done]
        if step[1] == table or step[3] == table or (step[0] == JOIN and step[2] == table):
            return False
    return True
