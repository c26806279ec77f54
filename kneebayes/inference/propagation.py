"""One forward and one backward pass through an elimination, in plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kneebayes.inference.plan import Join, Plan, Reduce
from kneebayes.inference.tables import Scaled, join, pull
from kneebayes.network import Numbers
from kneebayes.text import counted

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class Propagation:
    """What one pass there and back tells of each question.

    ``log_probability`` is ln P(evidence), one per question, ``-inf`` for zero; ``marginals`` are
    P(state | evidence) of each node that was asked for, questions x states, all zero where the
    evidence is impossible. ``costs`` are the multiplications of one pass, infinite where a question
    was answered in parts or in plain NumPy.
    """

    log_probability: Numbers
    marginals: Mapping[str, Numbers]
    costs: Numbers = field(default_factory=lambda: np.empty(0))

    def present(self, id: str) -> float:
        """P(node is present | evidence) in the first question."""
        return float(self.marginals[id][0, -1])

    def __len__(self) -> int:
        return len(self.log_probability)

    def __repr__(self) -> str:
        questions = counted(len(self), "question", "d")
        return f"Propagation({questions}, posteriors of {counted(len(self.marginals), 'node')})"


def run_forward(plan: Plan, leaves: Sequence[Scaled]) -> list[Scaled]:
    """All tables of an elimination, the leaves first."""
    tables: list[Scaled | None] = [*leaves, *[None] * (plan.tables - len(leaves))]
    if tables[plan.result] is None:
        tables[plan.result] = Scaled.of(np.ones(()))
    for step in plan.steps:
        tables[step.out] = _forward(step, tables)
    return [_known(table) for table in tables]


def _known(table: Scaled | None) -> Scaled:
    if table is None:  # a plan makes every table before it uses it
        message = "internal error: a table was used before it was made"
        raise RuntimeError(message)
    return table


def _forward(step: Join | Reduce, tables: Sequence[Scaled | None]) -> Scaled:
    if isinstance(step, Join):
        a, b = _known(tables[step.a]), _known(tables[step.b])
        return join(a.reshape(step.a_shape), b.reshape(step.b_shape), step.bits)
    source = _known(tables[step.source])
    if step.how == "sum":
        return source.sum(step.axis)
    if step.how == "fired":
        return source[(*[slice(None)] * step.axis, 1)]
    if step.how == "diagonal":
        return Scaled(_diagonal(source.numbers, step), _diagonal(source.powers, step))
    return source


def _diagonal(array: NDArray[Kind], step: Reduce) -> NDArray[Kind]:
    """Entries in which a bit and the state that it becomes agree."""
    both = np.diagonal(array, axis1=step.other, axis2=step.axis)
    return np.moveaxis(both, -1, step.other)


def run_backward(plan: Plan, tables: Sequence[Scaled], leaf_count: int) -> list[Scaled]:
    """Derivative of the result with respect to every entry of every leaf."""
    gradients: list[Scaled | None] = [None] * plan.tables
    gradients[plan.result] = Scaled.of(np.ones(()))
    for step in reversed(plan.steps):
        gradient = _known(gradients[step.out])
        if isinstance(step, Reduce):
            gradients[step.source] = _spread(step, gradient, tables[step.source].shape)
        else:
            a, b = tables[step.a], tables[step.b]
            aligned_a, aligned_b = a.reshape(step.a_shape), b.reshape(step.b_shape)
            for mine, theirs, missing, table in (
                (step.a, aligned_b, step.a_missing, a),
                (step.b, aligned_a, step.b_missing, b),
            ):
                pulled = pull(gradient, theirs, step.bits).sum(missing)
                gradients[mine] = pulled.reshape(table.shape)
        gradients[step.out] = None
    return [_known(gradient) for gradient in gradients[:leaf_count]]


def _spread(step: Reduce, gradient: Scaled, shape: tuple[int, ...]) -> Scaled:
    """Bring a gradient back to the table that was reduced."""
    if step.how == "rename":
        return gradient
    if step.how == "sum":
        index: tuple[slice | None, ...] = (*[slice(None)] * step.axis, None)
        return gradient[index].broadcast(shape)
    nothing = Scaled.of(np.zeros(shape))
    numbers, powers = nothing.numbers, nothing.powers
    if step.how == "fired":
        chosen: tuple[slice | int, ...] = (*[slice(None)] * step.axis, 1)
        numbers[chosen], powers[chosen] = gradient.numbers, gradient.powers
        return Scaled(numbers, powers)
    for state in range(2):
        both: list[slice | int] = [slice(None)] * len(shape)
        both[step.axis] = state
        both[step.other] = state
        numbers[tuple(both)] = gradient.numbers.take(state, axis=step.other)
        powers[tuple(both)] = gradient.powers.take(state, axis=step.other)
    return Scaled(numbers, powers)
