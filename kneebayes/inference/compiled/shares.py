"""What each link and leak contributes: gradients of single links, after a pass there and back.

A link is a table over its bit that says how probable it is that it fires nothing (0) or
something (1). The gradient of ln P(evidence) in both entries gives the derivative in the
strength (their difference) and P(the link fires | evidence) (strength times the second).
"""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.asked import Shares
from kneebayes.inference.compiled.buckets import fill, strides_of, table_at
from kneebayes.inference.compiled.jit import maker, runs
from kneebayes.inference.compiled.links import (
    fire_bit,
    fire_bit_back,
    fire_states,
    fire_states_back,
)
from kneebayes.inference.compiled.program import FIRED, JOIN, SUM, Program, stride_of
from kneebayes.inference.compiled.space import Space
from kneebayes.inference.flat import Flat, Integers
from kneebayes.network import Numbers


@maker
def share_out(flat: Flat, program: Program, numbers: Numbers, space: Space, shares: Shares) -> None:
    """Fill the gradients of links and pairs; both passes must have been run."""
    for done in range(program.steps.shape[0]):
        step = program.steps[done]
        if step[0] == JOIN:
            continue
        node = program.node[program.scopes[program.scope_start[step[3]]]]
        if step[0] == SUM:
            weights = space.own[flat.own_start[node] : flat.own_start[node + 1]]
            _share_state(program, step, numbers, weights, space, shares.links)
        else:
            _share_bit(program, step, numbers, node, space, shares)


@maker
def _share_state(
    program: Program,
    step: Integers,
    numbers: Numbers,
    weights: Numbers,
    space: Space,
    links: Numbers,
) -> None:
    result = table_at(program, step[4], space.gradients)
    table = table_at(program, step[3], space.work)
    part = result.size
    strides = strides_of(program, step)
    known = fill(program, step, space.work)
    before = np.empty((strides.size, part))
    lengths = np.empty(strides.size + 1, dtype=np.int64)
    for state in range(weights.size):
        slab = table[state * part : (state + 1) * part]
        lengths[0] = known
        for k in range(strides.size):
            before[k, : lengths[k]] = slab[: lengths[k]]
            strength = numbers[program.link_at[step[5] + k] + state]
            lengths[k + 1] = fire_bit(slab, lengths[k], strides[k], strength)
        pulled = weights[state] * result
        for k in range(strides.size - 1, -1, -1):
            at = program.link_at[step[5] + k] + state
            _add_bit_share(before[k], pulled, lengths[k], lengths[k + 1], strides[k], links[at])
            fire_bit_back(pulled, lengths[k + 1], lengths[k], strides[k], numbers[at])


@runs
def _add_bit_share(
    values: Numbers, pulled: Numbers, before: int, after: int, stride: int, link: Numbers
) -> None:
    nothing = something = 0.0
    if before < after:
        for i in range(before):
            nothing += values[i] * pulled[i]
            something += values[i] * pulled[before + i]
    else:
        for base in range(0, before, 2 * stride):
            for i in range(base, base + stride):
                j = i + stride
                nothing += values[i] * pulled[i] + values[j] * pulled[j]
                something += (values[i] + values[j]) * pulled[j]
    link[0] += nothing
    link[1] += something


@maker
def _share_bit(
    program: Program, step: Integers, numbers: Numbers, node: int, space: Space, shares: Shares
) -> None:
    table = table_at(program, step[3], space.work)
    part = table.size // 2
    none, some = table[:part], table[part:]
    strides = strides_of(program, step)
    lengths = np.empty(strides.size + 1, dtype=np.int64)
    lengths[0] = fill(program, step, space.work)
    before = np.empty((strides.size, 2, part))
    for k in range(strides.size):
        before[k, 0, : lengths[k]] = none[: lengths[k]]
        before[k, 1, : lengths[k]] = some[: lengths[k]]
        at = program.link_at[step[5] + k]
        size = program.size[program.link_other[step[5] + k]]
        lengths[k + 1] = fire_states(none, some, lengths[k], strides[k], numbers[at : at + size])
    to_none, to_some = _open_family(program, step, none, some, space, shares.pairs[node])
    unfired, fired = space.pairs[node]
    to_none, to_some = unfired * to_none + fired * to_some, (unfired + fired) * to_some
    for k in range(strides.size - 1, -1, -1):
        at = program.link_at[step[5] + k]
        size = program.size[program.link_other[step[5] + k]]
        stride = strides[k] if lengths[k] == lengths[k + 1] else lengths[k]
        for state in range(size):
            _add_state_share(
                before[k],
                to_none,
                to_some,
                lengths[k],
                lengths[k + 1],
                (stride, size, state),
                shares.links[at + state],
            )
        strengths = numbers[at : at + size]
        fire_states_back(to_none, to_some, lengths[k + 1], lengths[k], strides[k], strengths)


@maker
def _open_family(
    program: Program, step: Integers, none: Numbers, some: Numbers, space: Space, pair: Numbers
) -> tuple[Numbers, Numbers]:
    """Gradients of a family's two halves after its leak acted, and those of the leak."""
    result = table_at(program, step[4], space.gradients)
    part = none.size
    to_none, to_some = np.zeros(part), np.zeros(part)
    if step[0] == FIRED:
        to_some[:] = result
    elif result.size == 2 * part:
        to_none[:] = result[:part]
        to_some[:] = result[part:]
    else:
        apart = stride_of(program, step[4], step[2])
        for base in range(0, part, 2 * apart):
            for i in range(base, base + apart):
                to_none[i] = result[i]
                to_some[i + apart] = result[i + apart]
    pair[0] = np.sum(none * to_none) + np.sum(some * to_some)
    pair[1] = np.sum((none + some) * to_some)
    return to_none, to_some


@runs
def _add_state_share(
    values: Numbers,
    to_none: Numbers,
    to_some: Numbers,
    before: int,
    after: int,
    axis: tuple[int, int, int],
    link: Numbers,
) -> None:
    stride, size, state = axis
    nothing = something = 0.0
    for base in range(0, after, size * stride):
        for i in range(stride):
            j = base + state * stride + i
            k = i if before < after else j
            nothing += values[0, k] * to_none[j] + values[1, k] * to_some[j]
            something += (values[0, k] + values[1, k]) * to_some[j]
    link[0] += nothing
    link[1] += something
