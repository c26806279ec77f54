"""The rank-one signed form: each positive finding a difference of two products.

P(finding | causes) = 1 - (1 - leak) * prod(1 - strength of each present cause). A switch of
two states chooses between the terms, with the weights 1 and -(1 - leak), so that every table is
small; then causes and switches are summed out. In whole numbers this is exact; in doubles the
signs take the digits away.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from benchmarks.two_level import UNIT, TwoLevel

Variable = tuple[str, int]
Table = tuple[tuple[Variable, ...], np.ndarray]


def tables_of(net: TwoLevel, states: dict[int, bool], present: int | None) -> list[Table]:
    """Tables in parts of 4096; ``present`` is a cause that is known to be present."""
    tables: list[Table] = []
    for at, prior in enumerate(net.priors):
        absent = 0 if at == present else UNIT - prior
        tables.append(((("cause", at),), np.array([absent, prior], dtype=object)))
    for at, positive in states.items():
        without = UNIT - net.leaks[at]
        if positive:
            tables.append(((("switch", at),), np.array([UNIT, -without], dtype=object)))
        else:
            tables.append(((), np.array(without, dtype=object)))
        for cause, strength in net.links[at].items():
            off, on = [UNIT, UNIT], [UNIT, UNIT - strength]
            if positive:
                scope: tuple[Variable, ...] = (("switch", at), ("cause", cause))
                tables.append((scope, np.array([off, on], dtype=object)))
            else:
                tables.append(((("cause", cause),), np.array(on, dtype=object)))
    return tables


def sum_out(tables: list[Table]) -> object:
    """Sum all variables out, the one with the fewest neighbours first."""
    left = {one for scope, _ in tables for one in scope}
    while left:
        first = min(sorted(left), key=lambda one: len(neighbours(tables, one)))
        left.remove(first)
        scope = sorted(neighbours(tables, first))
        product = np.array(1)
        for mine, table in tables:
            if first in mine:
                product = product * aligned(mine, table, scope)
        summed = product.sum(axis=scope.index(first))
        tables = [one for one in tables if first not in one[0]]
        tables.append((tuple(one for one in scope if one != first), summed))
    weight: object = 1
    for _, table in tables:
        weight = weight * table[()] if isinstance(table, np.ndarray) else weight * table
    return weight


def neighbours(tables: list[Table], variable: Variable) -> set[Variable]:
    """All that stand in a table with a variable, and itself."""
    return {one for scope, _ in tables if variable in scope for one in scope}


def aligned(mine: tuple[Variable, ...], table: np.ndarray, scope: list[Variable]) -> np.ndarray:
    """A table with its axes in the order of a larger scope."""
    order = sorted(range(len(mine)), key=lambda at: mine[at])
    return table.transpose(order).reshape([2 if one in mine else 1 for one in scope])


def exact(net: TwoLevel, states: dict[int, bool], present: int | None = None) -> Fraction:
    """P(findings), or P(findings, cause present), without any rounding."""
    tables = tables_of(net, states, present)
    return Fraction(int(sum_out(tables)), UNIT ** len(tables))


def in_doubles(net: TwoLevel, states: dict[int, bool], present: int | None = None) -> float:
    """The same in doubles."""
    tables = tables_of(net, states, present)
    return float(sum_out([(scope, table.astype(float) / UNIT) for scope, table in tables]))
