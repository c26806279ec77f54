"""A table of shares as odds: one number for each outcome, and one for each that a state shifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.network import Network, Node

__all__ = ["Odds", "odds_of"]

DIGITS = 11  # of a logarithm, after the point: the table comes back to some 1e-11
ALIKE = 9  # digits to which two logarithms are the same shift
NEAR = 1e-10  # of the table that comes back, relative


@dataclass(frozen=True, slots=True)
class Odds:
    """The logarithms from which a table follows: one for each state of the node, and shifts.

    A shift is added by place of a parent, one of its states, and the state of the node.
    """

    own: tuple[float, ...]
    shifts: Mapping[tuple[int, int, int], float]


def odds_of(network: Network, node: Node) -> Odds | None:
    """The logarithms from which a node's table follows, added up and divided by the sum of a row.

    A table of explanations is made of a weight for each cause and a ratio for some causes in some
    states of a context (:mod:`kneebayes.building.shares`), so these say it in a fraction of the
    numbers. None comes back where the table is no such product.

    Examples
    --------
    >>> import numpy as np
    >>> from kneebayes.network import Network, root_node, table_node
    >>> rows = np.array([[0.2, 0.8], [0.5, 0.5]])
    >>> two = Network((root_node("old", [0.5, 0.5]), table_node("why", ["old"], rows)))
    >>> odds = odds_of(two, two["why"])
    >>> odds.own, dict(odds.shifts)
    ((-1.38629436112, 0.0), {(0, 1, 0): 1.38629436112})
    """
    sizes = [len(network[parent].states) for parent in node.parents]
    table = np.asarray(node.table, dtype=float).reshape(*sizes, len(node.states))
    if not table.min() > 0.0:
        return None
    logs = np.log(table)
    base = [_plainest(logs, axis) for axis in range(len(sizes))]
    at_base = logs[tuple(base)]
    own = np.round(at_base - at_base.max(), DIGITS)
    shifts: dict[tuple[int, int, int], float] = {}
    for axis, size in enumerate(sizes):
        for state in range(size):
            moved = _shift(logs[(*base[:axis], state, *base[axis + 1 :])], at_base)
            shifts |= {(axis, state, int(at)): float(moved[at]) for at in np.flatnonzero(moved)}
    found = Odds(tuple(own.tolist()), shifts)
    again = _table(found, sizes)
    return found if np.abs(again / table - 1.0).max() < NEAR else None


def _plainest(logs: Numbers, axis: int) -> int:
    """The state of a parent against which the others are shifted least often."""
    rows = np.moveaxis(logs, axis, 0).reshape(logs.shape[axis], -1, logs.shape[-1])[:, 0]
    return min(
        range(len(rows)),
        key=lambda base: sum(np.count_nonzero(_shift(row, rows[base])) for row in rows),
    )


def _shift(row: Numbers, base: Numbers) -> Numbers:
    """What is added to one row to make another, but for what all have in common."""
    moved = row - base
    values, counts = np.unique(np.round(moved, ALIKE), return_counts=True)
    common = np.median(moved[np.round(moved, ALIKE) == values[counts.argmax()]])
    return np.asarray(np.round(moved - common, DIGITS)) + 0.0


def _table(odds: Odds, sizes: Sequence[int]) -> Numbers:
    """The table back again."""
    logs = np.zeros((*sizes, len(odds.own))) + np.asarray(odds.own)
    for (axis, state, at), amount in odds.shifts.items():
        place: list[Any] = [slice(None)] * len(sizes)
        place[axis] = state
        logs[(*place, at)] += amount
    weights = np.exp(logs)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
