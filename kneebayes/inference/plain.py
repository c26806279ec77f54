"""One question answered in plain NumPy, whatever the size of its numbers.

The reference for the kernel, and what answers where the kernel cannot: where it was not built,
and where doubles are too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kneebayes.inference.batch import Flat, Gradients, Integers, Observed, Rows, relevant_in
from kneebayes.inference.plan import Join, Plan, Reduce, Tables, plan_elimination
from kneebayes.network import Network, Numbers

Powers = NDArray[np.int64]
Index = int | tuple[int | slice | Powers | None, ...]
NOTHING = -(2**40)  # the power of zero: below every other
FAR = 1100  # what is so many powers of two below a double adds nothing to it


@dataclass(frozen=True, slots=True)
class Scaled:
    """An array of numbers ``numbers * 2 ** powers``.

    Examples
    --------
    >>> tiny = Scaled.of(np.array([1e-200]))
    >>> (tiny * tiny * tiny).log().round(4)
    array([-1381.5511])
    """

    numbers: Numbers  # between a half and one (of either sign), or zero
    powers: Powers  # the power of two of each

    @classmethod
    def of(cls, numbers: Numbers) -> Scaled:
        """Scaled numbers from doubles."""
        numbers = np.asarray(numbers, dtype=np.float64)
        return _normal(numbers, np.zeros(numbers.shape, dtype=np.int64))

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return self.numbers.shape

    @property
    def ndim(self) -> int:
        """How many axes."""
        return self.numbers.ndim

    def __mul__(self, other: Scaled) -> Scaled:
        return _normal(self.numbers * other.numbers, self.powers + other.powers)

    def __add__(self, other: Scaled) -> Scaled:
        top = np.maximum(self.powers, other.powers)
        return _normal(_down(self, top) + _down(other, top), top)

    def __sub__(self, other: Scaled) -> Scaled:
        return self + Scaled(-other.numbers, other.powers)

    def __getitem__(self, index: Index) -> Scaled:
        return Scaled(np.asarray(self.numbers[index]), np.asarray(self.powers[index]))

    def reshape(self, shape: tuple[int, ...]) -> Scaled:
        """The same entries in another shape."""
        return Scaled(self.numbers.reshape(shape), self.powers.reshape(shape))

    def transpose(self, axes: tuple[int, ...]) -> Scaled:
        """The axes in another order."""
        return Scaled(self.numbers.transpose(axes), self.powers.transpose(axes))

    def broadcast(self, shape: tuple[int, ...]) -> Scaled:
        """The same entries again and again."""
        return Scaled(np.broadcast_to(self.numbers, shape), np.broadcast_to(self.powers, shape))

    def sum(self, axis: int | tuple[int, ...]) -> Scaled:
        """Sums along axes, which are gone."""
        if axis == ():
            return self
        top = self.powers.max(axis=axis, keepdims=True)
        return _normal(_down(self, top).sum(axis=axis), top.squeeze(axis))

    def log(self) -> Numbers:
        """Natural logarithms; minus infinity for zero."""
        near = np.clip(self.powers, -1000, 1000).astype(np.int32)  # most are: no digit is lost
        with np.errstate(divide="ignore"):
            logs = np.log(np.ldexp(self.numbers, near))
        return np.asarray(logs + (self.powers - near) * np.log(2.0))

    def over(self, other: Scaled) -> Numbers:
        """Quotients as doubles; what is beyond their range ends at it, nothing is infinite."""
        quotient = _normal(self.numbers / other.numbers, self.powers - other.powers)
        powers = np.clip(quotient.powers, -FAR, 1024).astype(np.int32)
        return np.asarray(np.ldexp(quotient.numbers, powers))

    def relative(self, axis: int) -> Numbers:
        """Doubles in the same proportions along an axis."""
        return _down(self, self.powers.max(axis=axis, keepdims=True))


def concatenate(parts: list[Scaled], axis: int) -> Scaled:
    """Arrays end to end along an axis."""
    return Scaled(
        np.concatenate([part.numbers for part in parts], axis=axis),
        np.concatenate([part.powers for part in parts], axis=axis),
    )


def _normal(numbers: Numbers, powers: Powers) -> Scaled:
    halves, more = np.frexp(numbers)
    return Scaled(np.asarray(halves), np.where(halves == 0.0, NOTHING, powers + more))


def _down(scaled: Scaled, top: Powers) -> Numbers:
    """The numbers in the measure of a higher power."""
    apart = np.maximum(scaled.powers - top, -FAR).astype(np.int32)
    return np.asarray(np.ldexp(scaled.numbers, apart))


def _half(array: Scaled, axis: int, which: int) -> Scaled:
    chosen: list[slice] = [slice(None)] * array.ndim
    chosen[axis] = slice(which, which + 1)
    return array[tuple(chosen)]


def join(a: Scaled, b: Scaled, bits: tuple[int, ...]) -> Scaled:
    """Join two aligned tables: multiply, and OR along the axes of their shared bits.

    They have equal rank, with axes of length 1 where a scope lacks the variable.
    """
    if not bits:
        return a * b
    axis, rest = bits[0], bits[1:]
    a0, a1 = _half(a, axis, 0), _half(a, axis, 1)
    b0, b1 = _half(b, axis, 0), _half(b, axis, 1)
    none = join(a0, b0, rest)
    some = join(a1, b0 + b1, rest) + join(a0, b1, rest)
    return concatenate([none, some], axis)


def pull(gradient: Scaled, b: Scaled, bits: tuple[int, ...]) -> Scaled:
    """Derivative of a join with respect to its first table, given that of its result.

    It still has the axes that only ``b`` has: sum them.
    """
    if not bits:
        return gradient * b
    axis, rest = bits[0], bits[1:]
    g0, g1 = _half(gradient, axis, 0), _half(gradient, axis, 1)
    b0, b1 = _half(b, axis, 0), _half(b, axis, 1)
    none = pull(g0, b0, rest) + pull(g1, b1, rest)
    some = pull(g1, b0 + b1, rest)
    return concatenate([none, some], axis)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One table to start from."""

    # its variables, an axis each, and its numbers
    scope: tuple[int, ...]
    table: Scaled
    # ``soft`` (likelihoods of a node), ``table`` (entries of one), ``quiet`` (a link of a node that
    # was observed absent), ``link`` (of one that was not), ``pair`` (the leak and the links of
    # observed parents: none fires, some does), ``unfired`` and ``fired`` (half of such a pair)
    kind: str
    node: int  # the node it belongs to
    # where its entries stand among the numbers of the network; those of a link by state
    places: Integers


def relevant_nodes(network: Network, wanted: set[str]) -> tuple[bool, ...]:
    """Mark the wanted nodes and all their ancestors; every other node sums to one."""
    marked = [node.id in wanted for node in network.nodes]
    for node in range(len(network.nodes) - 1, -1, -1):
        if marked[node]:
            for parent in network.nodes[node].parents:
                marked[network.index[parent]] = True
    return tuple(marked)


def leaves_of(
    flat: Flat, numbers: Numbers, hard: Observed, soft: Numbers, relevant: tuple[bool, ...]
) -> list[Leaf]:
    """Tables of a question: a row of observed states or -1, and of likelihoods, nodes end to end.

    Only what ``relevant`` says of each node takes part.
    """
    leaves: list[Leaf] = []
    nowhere = np.empty(0, dtype=np.int64)
    for node in np.flatnonzero(relevant).tolist():
        if hard[node] < 0:
            likely = Scaled.of(soft[flat.own_start[node] : flat.own_start[node + 1]])
            leaves.append(Leaf((2 * node,), likely, "soft", node, nowhere))
        family = _noisy_or_leaves if flat.is_or[node] else _table_leaves
        leaves.extend(family(flat, numbers, hard, node))
    return leaves


def _parents(flat: Flat, node: int) -> list[int]:
    start, end = flat.parent_start[node : node + 2]
    return [int(parent) for parent in flat.parents[start:end]]


def _table_leaves(flat: Flat, numbers: Numbers, hard: Observed, node: int) -> Iterator[Leaf]:
    family = [*_parents(flat, node), node]
    taken = tuple(slice(None) if hard[member] < 0 else int(hard[member]) for member in family)
    start, end = int(flat.number_start[node]), int(flat.number_start[node + 1])
    places = np.arange(start, end).reshape([int(flat.states[member]) for member in family])
    still = [member for member in family if hard[member] < 0]
    order = np.argsort(still)
    scope = tuple(2 * still[place] for place in order)
    left = np.transpose(np.asarray(places[taken]), order)
    yield Leaf(scope, Scaled.of(numbers[left]), "table", node, left)


def _noisy_or_leaves(flat: Flat, numbers: Numbers, hard: Observed, node: int) -> Iterator[Leaf]:
    first = int(flat.parent_start[node])
    acting = [int(flat.number_start[node])]
    still: list[tuple[int, Integers]] = []
    for slot, parent in enumerate(_parents(flat, node), first):
        link = int(flat.link_at[slot])
        if hard[parent] >= 0:
            acting.append(link + int(hard[parent]))
        else:
            still.append((parent, np.arange(link, link + int(flat.states[parent]))))
    places = np.array(acting, dtype=np.int64)
    unfired, fired = Scaled.of(np.ones(())), Scaled.of(np.zeros(()))
    for number in numbers[places]:  # 1 - unfired would lose digits where nearly nothing fires
        fired = fired + unfired * Scaled.of(np.asarray(number))
        unfired = unfired * Scaled.of(np.asarray(1.0 - number))
    if hard[node] == 0:
        yield Leaf((), unfired, "unfired", node, places)
        for parent, own in still:
            yield Leaf((2 * parent,), Scaled.of(1.0 - numbers[own]), "quiet", node, own)
        return
    if not still and hard[node] == 1:
        yield Leaf((), fired, "fired", node, places)
        return
    pair = concatenate([unfired.reshape((1,)), fired.reshape((1,))], 0)
    bit = 2 * node + 1
    yield Leaf((bit,) if still else (2 * node,), pair, "pair", node, places)
    for parent, own in still:  # a parent stands before its child, so its state comes first
        table = Scaled.of(np.stack([1.0 - numbers[own], numbers[own]], axis=-1))
        yield Leaf((2 * parent, bit), table, "link", node, own)


LEAK = -1  # stands for the leak where links are named by their parent


@dataclass(frozen=True)
class Plain:
    """One question, the tables it starts from, its elimination, and all tables of that."""

    flat: Flat
    hard: Observed
    numbers: Numbers
    leaves: Sequence[Leaf]
    plan: Plan
    tables: Sequence[Scaled]

    @property
    def log_probability(self) -> float:
        """Natural logarithm of P(evidence), where no node is kept."""
        return float(self.tables[self.plan.result].log())

    @cached_property
    def gradients(self) -> list[Scaled]:
        """Derivative of P(evidence) in every entry of every leaf."""
        return run_backward(self.plan, self.tables, len(self.leaves))

    def marginals(self) -> Numbers:
        """P(state | evidence), nodes end to end; zero for what was observed or takes no part."""
        out = np.zeros(int(self.flat.own_start[-1]))
        total = self.tables[self.plan.result]
        if self.log_probability > -np.inf:
            for leaf, gradient in zip(self.leaves, self.gradients, strict=True):
                if leaf.kind == "soft":
                    first = int(self.flat.own_start[leaf.node])
                    share = (leaf.table * gradient).over(total)
                    out[first : first + len(share)] = share
        return out

    def joint(self) -> tuple[tuple[int, ...], Numbers, float]:
        """Kept nodes in the order of the axes, their table with largest entry 1, its ln scale."""
        result = self.tables[self.plan.result]
        nodes = tuple(variable // 2 for variable in self.plan.scope)
        top = int(result.powers.max())
        log = top * float(np.log(2.0))
        table = np.ldexp(result.numbers, np.clip(result.powers - top, -1100, 0).astype(np.int32))
        largest = float(table.max())
        if largest == 0.0:
            return nodes, table, -np.inf
        return nodes, table / largest, log + float(np.log(largest))

    def slopes(self) -> tuple[Numbers, dict[int, dict[int, float]]]:
        """Derivative of ln P(evidence) in every number; how probable each link fired.

        Links by node and parent; a derivative beyond what a double can hold ends there.
        """
        out = np.zeros(len(self.numbers))
        fired: dict[int, dict[int, float]] = {}
        total = self.tables[self.plan.result]
        for leaf, gradient in zip(self.leaves, self.gradients, strict=True):
            if leaf.kind == "table":
                out[leaf.places] = gradient.over(total)
            elif leaf.kind == "quiet":
                out[leaf.places] = -gradient.over(total)
                fired.setdefault(leaf.node, {})[leaf.scope[0] // 2] = 0.0
            elif leaf.kind == "link":
                both = gradient.over(total)
                out[leaf.places] = both[:, 1] - both[:, 0]
                share = float(self.numbers[leaf.places] @ both[:, 1])
                fired.setdefault(leaf.node, {})[leaf.scope[0] // 2] = share
            elif leaf.kind != "soft":
                fired.setdefault(leaf.node, {}).update(self._acting(leaf, gradient, out))
        return out, fired

    def fill_gradients(self, gradients: Gradients) -> None:
        """Fill the gradients of links, pairs and tables, as the kernel does."""
        total = self.tables[self.plan.result]
        if self.log_probability == -np.inf:
            return
        for leaf, gradient in zip(self.leaves, self.gradients, strict=True):
            if leaf.kind == "link":
                gradients.links[leaf.places] = gradient.over(total)
            elif leaf.kind == "pair" and leaf.scope[0] % 2:
                gradients.pairs[leaf.node] = gradient.over(total)
            elif leaf.kind == "table" and len(leaf.scope) > 1:
                gradients.tables[leaf.places] = gradient.over(total)

    def _acting(self, leaf: Leaf, gradient: Scaled, out: Numbers) -> Mapping[int, float]:
        """Fill the derivatives of a leak and of the links of observed parents."""
        nothing, halves = Scaled.of(np.zeros(())), gradient.reshape((-1,))
        to_none = halves[0] if leaf.kind in ("pair", "unfired") else nothing
        to_some = halves[-1] if leaf.kind in ("pair", "fired") else nothing
        total = self.tables[self.plan.result]
        fired: dict[int, float] = {}
        parents = _parents(self.flat, leaf.node)
        names = [LEAK, *(parent for parent in parents if self.hard[parent] >= 0)]
        for name, place in zip(names, leaf.places.tolist(), strict=True):
            others = Scaled.of(np.ones(()))
            for other in leaf.places.tolist():
                if other != place:
                    others = others * Scaled.of(np.asarray(1.0 - self.numbers[other]))
            out[place] = float(((to_some - to_none) * others).over(total))
            number = Scaled.of(np.asarray(self.numbers[place]))
            fired[name] = float((number * to_some).over(total))
        return fired


def ask_plainly(flat: Flat, asked: Rows, kept: Sequence[int] = ()) -> Plain:
    """A single question, forward; ``kept`` nodes are kept to the end, for their joint table."""
    numbers, hard, soft = asked.numbers[0], asked.hard[0], asked.soft[0]
    seen = asked.wanted | asked.softened | (hard >= 0)
    seen[list(kept)] = True
    relevant = relevant_in(flat, seen)
    leaves = leaves_of(flat, numbers, hard, soft, tuple(relevant.tolist()))
    variables = sorted({variable for leaf in leaves for variable in leaf.scope})
    tables = Tables(
        tuple(leaf.scope for leaf in leaves),
        tuple((each, 2 if each % 2 else int(flat.states[each // 2])) for each in variables),
        tuple((each, bool(hard[each // 2] < 0)) for each in variables if each % 2),
        frozenset(2 * node for node in kept),
    )
    plan = plan_elimination(tables)
    results = run_forward(plan, [leaf.table for leaf in leaves])
    return Plain(flat, hard, numbers, leaves, plan, results)


def run_forward(plan: Plan, leaves: Sequence[Scaled]) -> list[Scaled]:
    """All tables of an elimination, the leaves first; each step makes the next."""
    tables = [*leaves]
    for step in plan.steps:
        tables.append(_forward(step, tables))
    return tables or [Scaled.of(np.ones(()))]


def _forward(step: Join | Reduce, tables: Sequence[Scaled]) -> Scaled:
    if isinstance(step, Join):
        a, b = tables[step.a].reshape(step.a_shape), tables[step.b].reshape(step.b_shape)
        return join(a, b, step.bits)
    source = tables[step.source]
    if step.how == "rename":
        return source
    kept = source if step.how == "sum" else source * _mask(step, source.ndim)
    return kept.sum(step.axis)


def _mask(step: Reduce, ndim: int) -> Scaled:
    """1 where a bit fired, or agrees with the state that it becomes; 0 for what is dropped."""
    kept = np.array([0.0, 1.0]) if step.how == "fired" else np.eye(2)
    axes = (step.axis, step.other)
    return Scaled.of(kept.reshape([2 if axis in axes else 1 for axis in range(ndim)]))


def run_backward(plan: Plan, tables: Sequence[Scaled], leaf_count: int) -> list[Scaled]:
    """Derivative of the result with respect to every entry of every leaf."""
    gradients = {plan.result: Scaled.of(np.ones(()))}
    for step in reversed(plan.steps):
        gradient = gradients.pop(step.out)
        if isinstance(step, Reduce):
            gradients[step.source] = _spread(step, gradient, tables[step.source].shape)
            continue
        a, b = tables[step.a], tables[step.b]
        for mine, table, theirs, missing in (
            (step.a, a, b.reshape(step.b_shape), step.a_missing),
            (step.b, b, a.reshape(step.a_shape), step.b_missing),
        ):
            pulled = pull(gradient, theirs, step.bits).sum(missing)
            gradients[mine] = pulled.reshape(table.shape)
    return [gradients[leaf] for leaf in range(leaf_count)]


def _spread(step: Reduce, gradient: Scaled, shape: tuple[int, ...]) -> Scaled:
    """Bring a gradient back to the table that was reduced."""
    if step.how == "rename":
        return gradient
    spread = gradient[(*[slice(None)] * step.axis, None)].broadcast(shape)
    return spread if step.how == "sum" else spread * _mask(step, len(shape))
