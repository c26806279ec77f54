"""Many queries, one after another: the door of the compiled engine."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.asked import Room, Rows, Shares
from kneebayes.inference.compiled.jit import door, inner
from kneebayes.inference.compiled.leaves import fill_leaves, scatter_table
from kneebayes.inference.compiled.passes import run_backward, run_forward
from kneebayes.inference.compiled.plan import plan
from kneebayes.inference.compiled.program import JOIN, Program
from kneebayes.inference.compiled.shares import share_out
from kneebayes.inference.compiled.space import make_space
from kneebayes.inference.compiled.variables import NONE, mark_relevant, open_query
from kneebayes.inference.flat import Flat, Integers
from kneebayes.network import Numbers

__all__ = ["run_joint", "run_rows", "run_shares"]


@door
def run_rows(flat: Flat, rows: Rows, room: Room, first: int, last: int) -> Room:
    """Answer the queries ``first`` to ``last``; returns the room, which may have grown.

    A row is planned as it would be by itself, so that it is answered to the same digits;
    one pattern that serves all rows is planned with care, since its program is used often.
    """
    times = 1 if rows.hard.shape[0] > 1 else last - first
    pattern = np.full(flat.states.size, -2, dtype=np.int8)
    relevant = np.zeros(flat.states.size, dtype=np.bool_)
    nothing = np.zeros(flat.states.size, dtype=np.bool_)
    named = rows.wanted | rows.softened
    query = open_query(flat, pattern, relevant, named, nothing)
    program = plan(flat, pattern, query, 1, rows.limits)
    back = rows.marginals.shape[0] > 0
    space, room = make_space(flat, program, rows.wanted, back, room)
    for row in range(first, last):
        hard = rows.hard[row if rows.hard.shape[0] > 1 else 0]
        if not np.array_equal(hard, pattern):
            pattern = hard
            relevant = named | (hard >= 0)
            mark_relevant(flat, relevant)
            query = open_query(flat, hard, relevant, named, nothing)
            program = plan(flat, hard, query, times, rows.limits)
            if program.cost <= rows.limits.dearest:
                space, room = make_space(flat, program, rows.wanted, back, room)
        rows.widths[row], rows.costs[row] = program.width, program.cost
        if np.isinf(program.cost) or program.cost > rows.limits.dearest:
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
def run_shares(flat: Flat, rows: Rows, shares: Shares) -> float:
    """Answer one query with the gradient of every link, leak and table; returns ln P(evidence)."""
    hard, numbers, soft = rows.hard[0], rows.numbers[0], rows.soft[0]
    relevant = rows.wanted | rows.softened | (hard >= 0)
    mark_relevant(flat, relevant)
    query = open_query(flat, hard, relevant, relevant, np.zeros(flat.states.size, dtype=np.bool_))
    program = plan(flat, hard, query, 1, rows.limits)
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
def run_joint(flat: Flat, rows: Rows, kept: Integers) -> tuple[float, Integers, Numbers, Numbers]:
    """Joint probability of the states of some open nodes and of the evidence of one query.

    Returns
    -------
    log, scope, table, own
        The table is to be multiplied by exp(log), and along each axis by what ``own`` says of
        that node's states; its axes are the nodes in ``scope``. Kept nodes that nothing else
        depends on are missing from it.
    """
    hard, numbers, soft = rows.hard[0], rows.numbers[0], rows.soft[0]
    is_kept = np.zeros(flat.states.size, dtype=np.bool_)
    for at in kept:
        is_kept[at] = True
    named = rows.wanted | rows.softened | is_kept
    relevant = named | (hard >= 0)
    mark_relevant(flat, relevant)
    query = open_query(flat, hard, relevant, named, is_kept)
    program = plan(flat, hard, query, 1, rows.limits)
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
    values = space.work[program.offset[last] : program.offset[last + 1]].copy()
    return log, program.node[scope], values, space.own


@inner
def is_last(program: Program, table: int) -> bool:
    """Whether a table with variables is used by no step."""
    if program.scope_start[table] == program.scope_start[table + 1]:
        return False
    for done in range(program.steps.shape[0]):
        step = program.steps[done]
        if step[1] == table or step[3] == table or (step[0] == JOIN and step[2] == table):
            return False
    return True
