"""One pass there and one back through a program."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.arrays import largest_of, scale
from kneebayes.inference.compiled.buckets import (
    table_at,
    take_bit,
    take_bit_back,
    take_state,
    take_state_back,
)
from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.joins import join, join_back
from kneebayes.inference.compiled.program import JOIN, SUM, Program
from kneebayes.inference.compiled.space import Space
from kneebayes.inference.flat import Flat
from kneebayes.network import Numbers

SMALL = 0.0625  # a table whose largest entry is below is scaled up, so that nothing underflows
SMALL_BITS = np.float64(SMALL).view(np.uint64)


@inner
def lift(values: Numbers) -> float:
    """Scale numbers up by a power of two if all are small; returns the power."""
    # bits of doubles that are not negative are ordered as the doubles are, and compare faster
    largest_bits = np.uint64(0)
    for bits in values.view(np.uint64):
        largest_bits = max(largest_bits, bits)
    if largest_bits == np.uint64(0) or largest_bits >= SMALL_BITS:
        return 1.0
    factor: float = 2.0 ** min(1000.0, -np.floor(np.log2(largest_of(values))))
    scale(values, factor)
    return factor


@inner
def run_forward(flat: Flat, program: Program, numbers: Numbers, space: Space) -> float:
    """Fill all tables; returns the natural logarithm of the product of the last ones."""
    log_scale = 0.0
    for done in range(program.steps.shape[0]):
        step = program.steps[done]
        if step[0] == JOIN:
            join(program, step, space)
        else:
            node = program.node[program.scopes[program.scope_start[step[3]]]]
            if step[0] == SUM:
                weights = space.own[flat.own_start[node] : flat.own_start[node + 1]]
                take_state(program, step, numbers, weights, space.work)
            else:
                take_bit(program, step, numbers, space.pairs[node], space.work)
        factor = lift(table_at(program, step[4], space.work))
        space.scales[step[4]] = factor
        if factor != 1.0:
            log_scale -= np.log(factor)
    for table in program.finals:
        final = space.work[program.offset[table]]
        log_scale += np.log(final) if final > 0.0 else -np.inf
    return log_scale


@inner
def run_backward(
    flat: Flat, program: Program, numbers: Numbers, space: Space, pulled: Numbers
) -> None:
    """Gradient of ln P(evidence) with respect to ``own``, written to ``pulled``.

    Only for what is needed: where no wanted node lies below a table, nothing is done.
    """
    for table in program.finals:
        space.gradients[program.offset[table]] = 1.0 / space.work[program.offset[table]]
    for done in range(program.steps.shape[0] - 1, -1, -1):
        step = program.steps[done]
        if not space.needed[step[4]]:
            continue
        if space.scales[step[4]] != 1.0:
            scale(table_at(program, step[4], space.gradients), space.scales[step[4]])
        if step[0] == JOIN:
            join_back(program, step, space)
            continue
        node = program.node[program.scopes[program.scope_start[step[3]]]]
        if step[0] == SUM:
            low, high = flat.own_start[node], flat.own_start[node + 1]
            take_state_back(
                program,
                step,
                numbers,
                space.own[low:high],
                space.work,
                space.gradients,
                pulled[low:high],
            )
        else:
            take_bit_back(program, step, numbers, space.pairs[node], space.gradients)
