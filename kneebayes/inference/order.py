"""In which order to take variables out, so that no table grows larger than it must."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

__all__ = ["Order", "best_order"]

NARROW = 8.0  # log2 of the largest table below which no further rule is tried


@dataclass(frozen=True, slots=True)
class Order:
    """An elimination order.

    Attributes
    ----------
    order
        Variables, first one out first.
    width
        log2 of the number of entries of the largest table.
    entries
        Entries of all tables together: what the elimination costs.
    """

    order: tuple[int, ...]
    width: float
    entries: float


def best_order(
    scopes: Sequence[tuple[int, ...]],
    sizes: Mapping[int, int],
    open_bits: Mapping[int, bool],
    kept: frozenset[int] = frozenset(),
) -> Order:
    """The cheapest of the orders found by three greedy rules.

    One rule takes out the variable that leaves the smallest table, the next the one that
    joins the fewest variables that were apart (minimum fill; Kjaerulff 1990), the last
    weighs both. The bit of a hidden node becomes that node's state, so the state waits.
    ``scopes`` are those of the tables, ``sizes`` numbers of states; ``open_bits`` says for each bit
    whether its node is hidden (else it was observed present); what is ``kept`` is not taken out.
    """
    best = _Graph(scopes, sizes, open_bits, kept).eliminate(_Graph.weight_left)
    for rule in (_Graph.fill, _Graph.fill_and_weight):
        if best.width > NARROW:
            other = _Graph(scopes, sizes, open_bits, kept).eliminate(rule)
            best = min(best, other, key=lambda one: one.entries)
    return best


class _Graph:
    """Which variables stand together in a table, as bit masks."""

    def __init__(
        self,
        scopes: Sequence[tuple[int, ...]],
        sizes: Mapping[int, int],
        open_bits: Mapping[int, bool],
        kept: frozenset[int],
    ) -> None:
        self.variables = sorted(sizes)
        self.kept = {at for at, variable in enumerate(self.variables) if variable in kept}
        place = {variable: at for at, variable in enumerate(self.variables)}
        self.weights = [log2(sizes[variable]) for variable in self.variables]
        self.near = [0] * len(self.variables)
        for scope in scopes:
            mask = sum(1 << place[variable] for variable in scope)
            for variable in scope:
                self.near[place[variable]] |= mask & ~(1 << place[variable])
        self.becomes = {place[bit]: place[bit - 1] for bit, is_open in open_bits.items() if is_open}

    def eliminate(self, score: Callable[[_Graph, int], float]) -> Order:
        """Take all variables out, the one with the lowest score first."""
        waiting = set(range(len(self.variables))) - self.kept
        held = set(self.becomes.values())
        scores = {at: (score(self, at), at) for at in waiting}
        order: list[int] = []
        width = entries = 0.0
        while waiting:
            chosen = min(scores[at] for at in waiting if at not in held)[1]
            weight = self.weights[chosen] + self.weigh(self.near[chosen])
            width = max(width, weight)
            entries += 2.0**weight
            waiting.discard(chosen)
            held.discard(self.becomes.get(chosen, -1))
            order.append(self.variables[chosen])
            for at in _places(self.take_out(chosen)):
                if at in waiting:
                    scores[at] = (score(self, at), at)
        return Order(tuple(order), width, entries)

    def take_out(self, at: int) -> int:
        """Join the neighbours of a variable; returns whose score may have changed."""
        around = self.left_after(at)
        changed = around
        for one in _places(around):
            self.near[one] = (self.near[one] | around) & ~(1 << one) & ~(1 << at)
            changed |= self.near[one]
        return changed

    def left_after(self, at: int) -> int:
        """Scope of the table that is left when a variable is taken out."""
        state = self.becomes.get(at)
        return self.near[at] if state is None else self.near[at] | 1 << state

    def weigh(self, mask: int) -> float:
        """log2 of the entries of a table over these variables."""
        return sum(self.weights[one] for one in _places(mask))

    def weight_left(self, at: int) -> float:
        """Size of the table that a variable makes when it is taken out."""
        return self.weights[at] + self.weigh(self.near[at])

    def fill(self, at: int) -> float:
        """How many pairs of variables are joined that were apart."""
        around = self.left_after(at)
        apart = sum((around & ~self.near[one]).bit_count() - 1 for one in _places(around))
        return apart / 2 + 0.01 * self.weigh(around)

    def fill_and_weight(self, at: int) -> float:
        """Fill, and half as much again of the size."""
        return self.fill(at) + 1.5 * self.weight_left(at)


def _places(mask: int) -> list[int]:
    """Positions of the bits that are set."""
    places = []
    while mask:
        low = mask & -mask
        places.append(low.bit_length() - 1)
        mask ^= low
    return places
