"""The table of one variable: built from a source and links, then the variable taken out.

A table has its variable outermost, one slab for each of its values. Links to what the
source holds act in place; each link to something new makes the filled part larger, so that
nothing is multiplied that is still zero.
"""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.arrays import copy
from kneebayes.inference.compiled.jit import either, inner, runs
from kneebayes.inference.compiled.links import (
    fire_bit,
    fire_bit_back,
    fire_states,
    fire_states_back,
)
from kneebayes.inference.compiled.program import FIRED, THROUGH, Program, stride_of
from kneebayes.inference.compiled.through import let_through, let_through_back
from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers


@either
def table_at(program: Program, table: int, work: Numbers) -> Numbers:
    """The numbers of a table."""
    return work[program.offset[table] : program.offset[table + 1]]


@either
def strides_of(program: Program, step: Integers) -> Integers:
    """Stride of the other end of each link of a step."""
    return program.link_stride[step[5] : step[6]]


@inner
def is_quiet(program: Program, step: Integers, numbers: Numbers, state: int) -> bool:
    """Whether a state fires none of a table's links."""
    fires = False
    for link in range(step[5], step[6]):
        fires = fires or numbers[program.link_at[link] + state] != 0.0
    return not fires


@inner
def fill(program: Program, step: Integers, work: Numbers) -> int:
    """Copy the source of a step into the slabs of its table; returns how much of each is filled."""
    source = step[1]
    table = table_at(program, step[3], work)
    variable = program.scopes[program.scope_start[step[3]]]
    size = program.size[variable]
    part = table.size // size
    bit = program.is_bit[variable]
    if source < 0:
        for state in range(size):
            table[state * part] = 0.0 if bit and state == 1 else 1.0
        return 1
    values = table_at(program, source, work)
    inner = stride_of(program, source, variable)
    if inner == 0:
        for state in range(size):
            slab = table[state * part : state * part + values.size]
            if bit and state == 1:
                slab[:] = 0.0
            else:
                copy(values, slab)
        return values.size
    filled: int = values.size // size
    for outer in range(filled // inner):
        for state in range(size):
            to = np.uint64(state * part + outer * inner)
            start = np.uint64((outer * size + state) * inner)
            for i in range(np.uint64(inner)):
                table[to + i] = values[start + i]
    return filled


@inner
def fill_back(program: Program, step: Integers, filled: int, gradients: Numbers) -> None:
    """Bring the gradient of a table, where its source filled it, back to the source."""
    source = step[1]
    if source < 0:
        return
    table = table_at(program, step[3], gradients)
    variable = program.scopes[program.scope_start[step[3]]]
    size = program.size[variable]
    part = table.size // size
    values = table_at(program, source, gradients)
    inner = stride_of(program, source, variable)
    if inner == 0:
        copy(table[:filled], values)
        if not program.is_bit[variable]:
            for state in range(1, size):
                for i in range(filled):
                    values[i] += table[state * part + i]
        return
    for outer in range(filled // inner):
        for state in range(size):
            of = np.uint64(state * part + outer * inner)
            start = np.uint64((outer * size + state) * inner)
            for i in range(np.uint64(inner)):
                values[start + i] = table[of + i]


@inner
def source_filled(program: Program, step: Integers) -> int:
    """How much of each slab the source of a step fills."""
    source = step[1]
    if source < 0:
        return 1
    size: int = program.offset[source + 1] - program.offset[source]
    variable = program.scopes[program.scope_start[step[3]]]
    if stride_of(program, source, variable) > 0:
        size //= program.size[variable]
    return size


@inner
def take_state(
    program: Program, step: Integers, numbers: Numbers, weights: Numbers, work: Numbers
) -> None:
    """Build the table of a node's state and sum the states out, each with its weight."""
    result = table_at(program, step[4], work)
    table = table_at(program, step[3], work)
    part = result.size
    strides = strides_of(program, step)
    known = fill(program, step, work)
    result[:] = 0.0
    for state in range(weights.size):
        slab = table[state * part : (state + 1) * part]
        filled = known
        if not is_quiet(program, step, numbers, state):
            for k in range(strides.size):
                strength = numbers[program.link_at[step[5] + k] + state]
                filled = fire_bit(slab, filled, strides[k], strength)
        weight = weights[state]
        for i in range(filled):
            result[i] += weight * slab[i]


@runs
def weigh_back(
    values: Numbers, result: Numbers, slab: Numbers, filled: int, weight: float
) -> float:
    """Gradient of one slab from that of the sum; returns that of the slab's weight."""
    total = 0.0
    for i in range(np.uint64(filled)):
        total += values[i] * result[i]
        slab[i] = weight * result[i]
    return total


@inner
def take_state_back(
    program: Program,
    step: Integers,
    numbers: Numbers,
    weights: Numbers,
    work: Numbers,
    gradients: Numbers,
    own: Numbers,
) -> None:
    """Gradients of the source and of the weights from that of the result."""
    result = table_at(program, step[4], gradients)
    table = table_at(program, step[3], work)
    pulled = table_at(program, step[3], gradients)
    part = result.size
    strides = strides_of(program, step)
    known = source_filled(program, step)
    for state in range(weights.size):
        quiet = is_quiet(program, step, numbers, state)
        filled = known if quiet else part
        slab = pulled[state * part : (state + 1) * part]
        of = table[state * part : (state + 1) * part]
        own[state] = weigh_back(of, result, slab, filled, weights[state])
        if quiet:
            continue
        for k in range(strides.size - 1, -1, -1):
            strength = numbers[program.link_at[step[5] + k] + state]
            before = strides[k] if strides[k] >= known else filled
            fire_bit_back(slab, filled, before, strides[k], strength)
            filled = before
    fill_back(program, step, known, gradients)


@inner
def take_bit(
    program: Program, step: Integers, numbers: Numbers, pair: Numbers, work: Numbers
) -> None:
    """Build the table of a family's bit, let the leak act, and close the family."""
    result = table_at(program, step[4], work)
    table = table_at(program, step[3], work)
    part = table.size // 2
    none, some = table[:part], table[part:]
    strides = strides_of(program, step)
    filled = fill(program, step, work)
    for k in range(strides.size):
        at = program.link_at[step[5] + k]
        size = program.size[program.link_other[step[5] + k]]
        filled = fire_states(none, some, filled, strides[k], numbers[at : at + size])
    unfired, fired = pair[0], pair[1]
    if step[0] == FIRED:
        for i in range(part):
            result[i] = some[i] + fired * none[i]
        return
    if step[0] == THROUGH:
        let_through(program, step, numbers, pair, none, some, result)
        return
    inner = stride_of(program, step[4], step[2])
    if result.size == table.size:
        for i in range(part):
            result[i] = unfired * none[i]
            result[part + i] = some[i] + fired * none[i]
        return
    for base in range(0, part, 2 * inner):
        for i in range(base, base + inner):
            result[i] = unfired * none[i]
            result[i + inner] = some[i + inner] + fired * none[i + inner]


@inner
def take_bit_back(
    program: Program, step: Integers, numbers: Numbers, pair: Numbers, gradients: Numbers
) -> None:
    """Gradient of the source from that of the result."""
    result = table_at(program, step[4], gradients)
    table = table_at(program, step[3], gradients)
    part = table.size // 2
    none, some = table[:part], table[part:]
    unfired, fired = pair[0], pair[1]
    inner = stride_of(program, step[4], step[2])
    if step[0] == FIRED:
        for i in range(part):
            some[i] = result[i]
            none[i] = fired * result[i]
    elif step[0] == THROUGH:
        let_through_back(program, step, numbers, pair, none, some, result)
    elif result.size == table.size:
        for i in range(part):
            some[i] = result[part + i]
            none[i] = unfired * result[i] + fired * result[part + i]
    else:
        for base in range(0, part, 2 * inner):
            for i in range(base, base + inner):
                none[i] = unfired * result[i]
                some[i] = 0.0
                some[i + inner] = result[i + inner]
                none[i + inner] = fired * result[i + inner]
    strides = strides_of(program, step)
    known = source_filled(program, step)
    filled = part
    for k in range(strides.size - 1, -1, -1):
        at = program.link_at[step[5] + k]
        size = program.size[program.link_other[step[5] + k]]
        before = strides[k] if strides[k] >= known else filled
        fire_states_back(none, some, filled, before, strides[k], numbers[at : at + size])
        filled = before
    fill_back(program, step, known, gradients)
