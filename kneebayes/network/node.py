"""One node of the network: a root, a leaky noisy-OR over its parents, or a plain table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import KneebayesError
from kneebayes.text import counted

Numbers = NDArray[np.float64]

ABSENT_PRESENT = ("absent", "present")
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Link:
    """How strongly a parent produces a noisy-OR child by itself: a number for each state."""

    parent: str
    strength: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node and how it depends on its parents.

    A node has either a ``leak`` (then it is a binary leaky noisy-OR over ``links``) or a
    ``table`` (its own states along the last axis, ``parents`` along the others in order;
    a root is a table without parents).
    """

    id: str
    states: tuple[str, ...]
    parents: tuple[str, ...] = ()
    leak: float | None = None
    links: tuple[Link, ...] = ()
    table: tuple[float, ...] | None = None

    @property
    def is_noisy_or(self) -> bool:
        """Whether the node combines its parents by a leaky noisy-OR."""
        return self.leak is not None

    @property
    def numbers(self) -> tuple[float, ...]:
        """Its leak and its links, or its table, end to end."""
        if self.table is not None:
            return self.table
        return (self.leak or 0.0, *chain.from_iterable(link.strength for link in self.links))

    def with_numbers(self, numbers: Iterable[float]) -> Node:
        """The same node with other numbers, the first of these."""
        each = iter(numbers)
        if self.table is not None:
            return replace(self, table=tuple(islice(each, len(self.table))))
        leak = next(each)
        parts = (Link(link.parent, tuple(islice(each, len(link.strength)))) for link in self.links)
        return replace(self, leak=leak, links=tuple(parts))


def _checked(value: float, where: str) -> float:
    if not 0.0 <= value <= 1.0:
        message = f"{where}: a probability must be between 0 and 1, got {value!r}."
        raise KneebayesError(message)
    return float(value)


def root_node(
    id: str, distribution: Sequence[float], states: Sequence[str] = ABSENT_PRESENT
) -> Node:
    """A node without parents: one probability per state, adding up to 1.

    Raises
    ------
    KneebayesError
        If the probabilities are out of range, do not fit the states or do not add up to 1.

    Examples
    --------
    >>> root_node("age", [0.3, 0.7], ["young", "old"]).states
    ('young', 'old')
    """
    return table_node(id, [], np.asarray(distribution, dtype=float), states)


def noisy_or_node(
    id: str, leak: float, links: Mapping[str, float | Sequence[float]] | None = None
) -> Node:
    """A binary node that each of its parents can produce by itself.

    ``leak`` is P(present | no parent produces it). A link is the probability that a parent
    produces it: one number for a parent that is absent or present, one per state for any other.

    Raises
    ------
    KneebayesError
        If a number is not a probability.

    Examples
    --------
    >>> noisy_or_node("fever", 0.02, {"flu": 0.8}).links
    (Link(parent='flu', strength=(0.0, 0.8)),)
    """
    made = tuple(_link(id, parent, strength) for parent, strength in (links or {}).items())
    return Node(
        id=id,
        states=ABSENT_PRESENT,
        parents=tuple(link.parent for link in made),
        leak=_checked(leak, f"{id}, leak"),
        links=made,
    )


def _link(id: str, parent: str, strength: float | Sequence[float]) -> Link:
    each = strength if isinstance(strength, Sequence) else (0.0, strength)
    strengths = tuple(map(float, each))
    if not all(0.0 <= one <= 1.0 for one in strengths):
        for one in strengths:
            _checked(one, f"{id}, link of {parent}")
    return Link(parent, strengths)


def table_node(
    id: str, parents: Sequence[str], table: Numbers, states: Sequence[str] = ABSENT_PRESENT
) -> Node:
    """A node given by P(state | parents): one axis per parent, then one for its own states.

    Raises
    ------
    KneebayesError
        If the shape does not fit or a distribution does not add up to 1.

    Examples
    --------
    >>> table_node("xor", ["a"], np.array([[1.0, 0.0], [0.0, 1.0]])).parents
    ('a',)
    """
    table = np.asarray(table, dtype=float)
    if len(set(parents)) < len(parents) or len(set(states)) < len(states):
        message = f"{id}: a parent or a state stands twice."
        raise KneebayesError(message)
    if table.ndim != len(parents) + 1 or table.shape[-1] != len(states):
        message = (
            f"{id}: a table over {counted(len(parents), 'parent')} and "
            f"{counted(len(states), 'state')} is needed, got one of shape {table.shape}."
        )
        raise KneebayesError(message)
    in_range = np.isfinite(table).all() and (table >= 0.0).all()
    if not in_range or np.abs(table.sum(axis=-1) - 1.0).max(initial=0.0) > TOLERANCE:
        message = f"{id}: each distribution must be non-negative and add up to 1."
        raise KneebayesError(message)
    return Node(
        id=id, states=tuple(states), parents=tuple(parents), table=tuple(table.ravel().tolist())
    )


def noisy_or_table(leak: float, strengths: Sequence[Sequence[float]]) -> Numbers:
    """P(absent, present | parents) of a noisy-OR: an axis for each parent, its own states last.

    Adds and multiplies only, so that the smallest probability keeps all its digits: 1 minus
    what is nearly 1 would make it 0, and what has probability 0 cannot be. ``strengths`` has for
    each parent one probability for each of its states.

    Examples
    --------
    >>> noisy_or_table(1e-30, [[0.0, 0.5]]).tolist()
    [[1.0, 1e-30], [0.5, 0.5]]
    """
    present, absent = np.asarray(leak), np.asarray(1.0 - leak)
    for strength in map(np.asarray, strengths):
        present = present[..., None] + absent[..., None] * strength
        absent = absent[..., None] * (1.0 - strength)
    return np.stack([absent, np.minimum(present, 1.0)], axis=-1)
