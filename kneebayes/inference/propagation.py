"""One forward and one backward pass through an elimination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np

from kneebayes.inference.leaves import Leaf
from kneebayes.inference.plan import Join, Plan, Reduce
from kneebayes.inference.tables import join, pull
from kneebayes.network import Numbers

__all__ = ["Propagation", "run_backward", "run_forward"]


@dataclass(frozen=True)
class Propagation:
    """What one pass there and back tells of each question.

    Attributes
    ----------
    log_probability
        Natural logarithm of P(evidence), one per question; ``-inf`` for zero.
    marginals
        For each node that was asked for P(state | evidence): questions x states, all zero
        where the evidence is impossible.
    """

    log_probability: Numbers
    marginals: Mapping[str, Numbers]

    def present(self, id: str) -> float:
        """P(node is present | evidence) in the first question."""
        return float(self.marginals[id][0, -1])

    def __len__(self) -> int:
        return len(self.log_probability)

    def __repr__(self) -> str:
        questions = f"{len(self)} question{'' if len(self) == 1 else 's'}"
        return f"Propagation({questions}, posteriors of {len(self.marginals)} nodes)"


@dataclass(frozen=True)
class Forward:
    """Tables of a forward pass, kept for the way back."""

    tables: list[Numbers | None]
    scales: dict[int, float]
    result: float
    log_probability: float


def run_forward(plan: Plan, leaves: Sequence[Leaf]) -> Forward:
    """Join and sum out; what is left is scaled to a largest entry of 1, so nothing underflows."""
    tables: list[Numbers | None] = [leaf.numbers for leaf in leaves]
    tables += [None] * (plan.tables - len(tables))
    if not plan.steps and not leaves:
        tables[plan.result] = np.ones(())
    scales: dict[int, float] = {}
    log_scale = 0.0
    for step in plan.steps:
        made = _forward(step, tables)
        if made.ndim == 0 or (isinstance(step, Reduce) and step.how != "rename"):
            largest = float(made.max())
            if largest > 0.0:
                made = made / largest
                scales[step.out] = largest
                log_scale += log(largest)
        tables[step.out] = made
    result = float(_known(tables[plan.result]))
    log_probability = log(result) + log_scale if result > 0.0 else -inf
    return Forward(tables, scales, result, log_probability)


def _known(table: Numbers | None) -> Numbers:
    if table is None:  # a plan makes every table before it uses it
        message = "internal error: a table was used before it was made"
        raise RuntimeError(message)
    return table


def _forward(step: Join | Reduce, tables: list[Numbers | None]) -> Numbers:
    if isinstance(step, Join):
        a, b = _known(tables[step.a]), _known(tables[step.b])
        return join(a.reshape(step.a_shape), b.reshape(step.b_shape), step.bits)
    source = _known(tables[step.source])
    if step.how == "sum":
        return np.asarray(source.sum(axis=step.axis))
    if step.how == "fired":
        return np.asarray(source.take(1, axis=step.axis))
    if step.how == "diagonal":
        return np.moveaxis(np.diagonal(source, axis1=step.other, axis2=step.axis), -1, step.other)
    return source


def run_backward(plan: Plan, forward: Forward, leaf_count: int) -> list[Numbers]:
    """Derivative of the scaled result with respect to every entry of every leaf."""
    gradients: list[Numbers | None] = [None] * plan.tables
    gradients[plan.result] = np.ones(())
    for step in reversed(plan.steps):
        gradient = _known(gradients[step.out])
        if step.out in forward.scales:
            gradient = gradient / forward.scales[step.out]
        if isinstance(step, Reduce):
            shape = _known(forward.tables[step.source]).shape
            gradients[step.source] = _spread(step, gradient, shape)
        else:
            a, b = _known(forward.tables[step.a]), _known(forward.tables[step.b])
            aligned_a, aligned_b = a.reshape(step.a_shape), b.reshape(step.b_shape)
            for mine, theirs, missing, table in (
                (step.a, aligned_b, step.a_missing, a),
                (step.b, aligned_a, step.b_missing, b),
            ):
                pulled = pull(gradient, theirs, step.bits).sum(axis=missing)
                gradients[mine] = pulled.reshape(table.shape)
        gradients[step.out] = None
    return [_known(gradient) for gradient in gradients[:leaf_count]]


def _spread(step: Reduce, gradient: Numbers, shape: tuple[int, ...]) -> Numbers:
    """Bring a gradient back to the table that was reduced."""
    if step.how == "rename":
        return gradient
    if step.how == "sum":
        return np.broadcast_to(np.expand_dims(gradient, step.axis), shape)
    spread = np.zeros(shape)
    if step.how == "fired":
        chosen: list[slice | int] = [slice(None)] * len(shape)
        chosen[step.axis] = 1
        spread[tuple(chosen)] = gradient
        return spread
    for state in range(2):
        both: list[slice | int] = [slice(None)] * len(shape)
        both[step.axis] = state
        both[step.other] = state
        spread[tuple(both)] = gradient.take(state, axis=step.other)
    return spread
