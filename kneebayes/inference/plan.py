"""The plan of an elimination: in which order variables go, and the steps that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import NamedTuple

from kneebayes.errors import TooWideError
from kneebayes.inference.limits import PLAIN_WIDEST, PLANS_KEPT, WAY_OUT

NARROW = 8.0  # log2 of the largest table below which no further rule is tried


@dataclass(frozen=True, slots=True)
class Order:
    """An elimination order: variables, the first one out first."""

    order: tuple[int, ...]
    width: float  # log2 of the entries of the largest table
    entries: float  # those of all tables together, what the elimination costs


class Tables(NamedTuple):
    """The tables to begin with, as a question that is planned once may be asked again."""

    scopes: tuple[tuple[int, ...], ...]
    sizes: tuple[tuple[int, int], ...]  # each variable with the number of its states
    open_bits: tuple[tuple[int, bool], ...]  # whether a bit's node is hidden, else seen present
    kept: frozenset[int] = frozenset()  # variables that are not taken out


def best_order(tables: Tables) -> Order:
    """The cheapest of the orders found by three greedy rules.

    One rule takes out the variable that leaves the smallest table, the next the one that
    joins the fewest variables that were apart (minimum fill; Kjaerulff 1990), the last
    weighs both. The bit of a hidden node becomes that node's state, so the state waits.
    """
    best = _Graph(tables).eliminate(_Graph.weight_left)
    for rule in (_Graph.fill, _Graph.fill_and_weight):
        if best.width > NARROW:
            other = _Graph(tables).eliminate(rule)
            best = min(best, other, key=lambda order: order.entries)
    return best


class _Graph:
    """Which variables stand together in a table, as bit masks."""

    def __init__(self, tables: Tables) -> None:
        sizes = dict(tables.sizes)
        self.variables = sorted(sizes)
        place = {variable: index for index, variable in enumerate(self.variables)}
        self.kept = {place[variable] for variable in tables.kept if variable in place}
        self.weights = [log2(sizes[variable]) for variable in self.variables]
        self.near = [0] * len(self.variables)
        for scope in tables.scopes:
            mask = sum(1 << place[variable] for variable in scope)
            for variable in scope:
                self.near[place[variable]] |= mask & ~(1 << place[variable])
        self.becomes = {place[bit]: place[bit - 1] for bit, is_open in tables.open_bits if is_open}

    def eliminate(self, score: Callable[[_Graph, int], float]) -> Order:
        """Take all variables out, the one with the lowest score first."""
        waiting = set(range(len(self.variables))) - self.kept
        held = set(self.becomes.values())
        scores = {index: (score(self, index), index) for index in waiting}
        order: list[int] = []
        width = entries = 0.0
        while waiting:
            chosen = min(scores[index] for index in waiting if index not in held)[1]
            weight = self.weights[chosen] + self.weigh(self.near[chosen])
            width = max(width, weight)
            entries += 2.0**weight
            waiting.discard(chosen)
            held.discard(self.becomes.get(chosen, -1))
            order.append(self.variables[chosen])
            for index in _places(self.take_out(chosen)):
                if index in waiting:
                    scores[index] = (score(self, index), index)
        return Order(tuple(order), width, entries)

    def take_out(self, index: int) -> int:
        """Join the neighbours of a variable; returns whose score may have changed."""
        around = self.left_after(index)
        changed = around
        for other in _places(around):
            self.near[other] = (self.near[other] | around) & ~(1 << other) & ~(1 << index)
            changed |= self.near[other]
        return changed

    def left_after(self, index: int) -> int:
        """Scope of the table that is left when a variable is taken out."""
        state = self.becomes.get(index)
        return self.near[index] if state is None else self.near[index] | 1 << state

    def weigh(self, mask: int) -> float:
        """log2 of the entries of a table over these variables."""
        return sum(self.weights[other] for other in _places(mask))

    def weight_left(self, index: int) -> float:
        """Size of the table that a variable makes when it is taken out."""
        return self.weights[index] + self.weigh(self.near[index])

    def fill(self, index: int) -> float:
        """How many pairs of variables are joined that were apart."""
        around = self.left_after(index)
        apart = sum((around & ~self.near[other]).bit_count() - 1 for other in _places(around))
        return apart / 2 + 0.01 * self.weigh(around)

    def fill_and_weight(self, index: int) -> float:
        """Fill, and half as much again of the size."""
        return self.fill(index) + 1.5 * self.weight_left(index)


def _places(mask: int) -> list[int]:
    """Positions of the bits that are set."""
    places = []
    while mask:
        low = mask & -mask
        places.append(low.bit_length() - 1)
        mask ^= low
    return places


@dataclass(frozen=True, slots=True)
class Join:
    """Join tables ``a`` and ``b``, each in the shape that aligns their axes, into ``out``."""

    a: int
    b: int
    out: int
    a_shape: tuple[int, ...]
    b_shape: tuple[int, ...]
    bits: tuple[int, ...]
    a_missing: tuple[int, ...]
    b_missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reduce:
    """Take one variable out of a table."""

    source: int
    out: int
    # ``sum`` (a state is summed out), ``fired`` (an observed family keeps the half in which it
    # fired), ``rename`` (a bit becomes the state of its hidden node; nothing moves) or ``diagonal``
    # (the same where the state stands in the table already)
    how: str
    axis: int
    other: int = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps of one elimination: joins and reductions in order."""

    steps: tuple[Join | Reduce, ...]
    tables: int  # leaves and made ones
    result: int  # the last table made, P(evidence) over the variables that are kept
    scope: tuple[int, ...]  # these variables
    width: float  # log2 of the entries of the largest table


@lru_cache(maxsize=PLANS_KEPT)
def plan_elimination(tables: Tables) -> Plan:
    """Find a good order (:func:`best_order`) and write its steps down.

    The result is a table over the variables that are kept.
    """
    best = best_order(tables)
    if best.width > PLAIN_WIDEST:
        message = (
            f"This query needs a table of 2^{best.width:.0f} entries, more than the "
            f"2^{PLAIN_WIDEST:.0f} allowed. {WAY_OUT} narrower."
        )
        raise TooWideError(message)
    steps = _Steps(tables)
    for variable in best.order:
        steps.eliminate(variable)
    return steps.plan(best.width)


class _Steps:
    """Tables as they are joined and reduced, by scope; numbers come later."""

    def __init__(self, tables: Tables) -> None:
        self.sizes, self.open_bits = dict(tables.sizes), dict(tables.open_bits)
        self.scopes: list[tuple[int, ...]] = []
        self.steps: list[Join | Reduce] = []
        self.holders: dict[int, set[int]] = {variable: set() for variable in self.sizes}
        self.scalars: list[int] = []
        for scope in tables.scopes:
            self.add(scope)

    def eliminate(self, variable: int) -> None:
        """Take one variable out: join its tables, then reduce."""
        # the largest first: a single link then shares one bit with it, where several links
        # joined before would share several, and each shared bit costs half as much again
        tables = sorted(self.holders[variable], key=lambda table: (len(self.scopes[table]), table))
        joined = tables.pop()
        for other in tables:
            joined = self.join(joined, other)
        self.reduce(joined, variable)

    def add(self, scope: tuple[int, ...]) -> int:
        """A new table, noted with the variables that it holds."""
        table = len(self.scopes)
        self.scopes.append(scope)
        for variable in scope:
            self.holders[variable].add(table)
        if not scope:
            self.scalars.append(table)
        return table

    def release(self, table: int) -> None:
        """Take a table out of the holders of its variables."""
        for variable in self.scopes[table]:
            self.holders[variable].discard(table)

    def join(self, a: int, b: int) -> int:
        """Join two tables and note the step."""
        scope = tuple(sorted({*self.scopes[a], *self.scopes[b]}))
        out = self.add(scope)
        in_a, in_b = set(self.scopes[a]), set(self.scopes[b])
        shared_bits = {bit for bit in in_a & in_b if bit % 2}
        self.steps.append(
            Join(
                a,
                b,
                out,
                tuple(self.sizes[variable] if variable in in_a else 1 for variable in scope),
                tuple(self.sizes[variable] if variable in in_b else 1 for variable in scope),
                tuple(axis for axis, variable in enumerate(scope) if variable in shared_bits),
                tuple(axis for axis, variable in enumerate(scope) if variable not in in_a),
                tuple(axis for axis, variable in enumerate(scope) if variable not in in_b),
            )
        )
        self.release(a)
        self.release(b)
        return out

    def reduce(self, table: int, variable: int) -> None:
        """Take a variable out of a table and note the step."""
        scope = self.scopes[table]
        axis, other = scope.index(variable), -1
        left = tuple(other for other in scope if other != variable)
        if variable % 2 == 0:
            how = "sum"
        elif not self.open_bits[variable]:
            how = "fired"
        elif variable - 1 in scope:
            how, other = "diagonal", axis - 1
        else:
            how = "rename"
            left = tuple(other - 1 if other == variable else other for other in scope)
        self.release(table)
        self.steps.append(Reduce(table, self.add(left), how, axis, other))

    def plan(self, width: float) -> Plan:
        """The steps noted, with what is left joined at the end."""
        still = dict.fromkeys(table for holding in self.holders.values() for table in holding)
        left = [*self.scalars, *sorted(still)]
        result = left[0] if left else self.add(())
        for other in left[1:]:
            result = self.join(result, other)
        return Plan(tuple(self.steps), len(self.scopes), result, self.scopes[result], width)
