"""A bit that becomes, by a plain table, the state of another node, there and back.

A noisy-OR adds risks and a table lets what it fires through, more or less often by the state
of the table's other parent (an age that multiplies risks). Taken in one step, the state of the
noisy-OR itself stands in no table: half of what would have been joined, and the join is saved.
"""

from __future__ import annotations

from typing import NamedTuple

from kneebayes.inference.compiled.jit import inner
from kneebayes.inference.compiled.program import Program, stride_of
from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers


class Ways(NamedTuple):
    """How the state that is reached, and the other parent, lie in a table and in the result.

    Attributes
    ----------
    apart, beside
        Stride of the state and of the other parent in a half of the table; 0 where it is new.
    others
        States of the other parent; 1 where there is none or it was observed.
    run
        Entries in a row for which both are the same.
    slab, new
        How far states, and states of the other parent, are apart in the result if they are
        new, else 0.
    """

    apart: int
    beside: int
    others: int
    run: int
    slab: int
    new: int


@inner
def _ways(program: Program, step: Integers, part: int) -> Ways:
    """How the axes of a step lie; ``part`` is the size of a half of its table."""
    apart, beside, others = stride_of(program, step[3], step[2]), 0, 1
    run = part if apart == 0 else apart
    new = 0
    if step[7] >= 0:
        beside, others = stride_of(program, step[3], step[7]), program.size[step[7]]
        if beside == 0:
            new = part
        else:
            run = min(run, beside)
    slab = 0 if apart > 0 else part * (others if new > 0 else 1)
    return Ways(apart, beside, others, run, slab, new)


@inner
def _agrees(ways: Ways, start: int, state: int, other: int) -> bool:
    """Whether a row of a table, from its start, belongs to two states."""
    if ways.apart > 0 and start // ways.apart % 2 != state:
        return False
    return ways.beside == 0 or start // ways.beside % ways.others == other


@inner
def _passing(
    numbers: Numbers, step: Integers, pair: Numbers, other: int, state: int
) -> tuple[float, float]:
    """What of the half that had not fired, and of the half that had, gets to a state."""
    at = step[8] + other * step[10] + state
    return pair[0] * numbers[at] + pair[1] * numbers[at + step[9]], numbers[at + step[9]]


@inner
def let_through(
    program: Program,
    step: Integers,
    numbers: Numbers,
    pair: Numbers,
    none: Numbers,
    some: Numbers,
    result: Numbers,
) -> None:
    """Fill the result from both halves of a family's table."""
    ways = _ways(program, step, none.size)
    for start in range(0, none.size, ways.run):
        for state in range(2):
            for other in range(ways.others):
                if _agrees(ways, start, state, other):
                    of_none, of_some = _passing(numbers, step, pair, other, state)
                    to = start + state * ways.slab + other * ways.new
                    for i in range(ways.run):
                        result[to + i] = of_none * none[start + i] + of_some * some[start + i]


@inner
def let_through_back(
    program: Program,
    step: Integers,
    numbers: Numbers,
    pair: Numbers,
    none: Numbers,
    some: Numbers,
    result: Numbers,
) -> None:
    """Gradients of both halves from that of the result."""
    none[:] = 0.0
    some[:] = 0.0
    ways = _ways(program, step, none.size)
    for start in range(0, none.size, ways.run):
        for state in range(2):
            for other in range(ways.others):
                if _agrees(ways, start, state, other):
                    of_none, of_some = _passing(numbers, step, pair, other, state)
                    of = start + state * ways.slab + other * ways.new
                    for i in range(ways.run):
                        none[start + i] += of_none * result[of + i]
                        some[start + i] += of_some * result[of + i]
