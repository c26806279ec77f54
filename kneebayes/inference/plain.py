"""One question answered in plain NumPy, whatever the size of its numbers.

The reference for the kernel, and what answers where the kernel cannot: where it was not built,
and where doubles are too narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from kneebayes.inference.batch import Flags, Flat, Gradients, Integers, Observed
from kneebayes.inference.limits import PLANS_KEPT
from kneebayes.inference.plan import Plan, plan_elimination
from kneebayes.inference.propagation import run_backward, run_forward
from kneebayes.inference.tables import Scaled
from kneebayes.network import Network, Numbers


@dataclass(frozen=True, slots=True)
class Leaf:
    """One table to start from.

    Attributes
    ----------
    scope, table
        Its variables, an axis each, and its numbers.
    kind
        ``soft`` (likelihoods of a node), ``table`` (entries of one), ``quiet`` (a link of a
        node that was observed absent), ``link`` (of one that was not), ``pair`` (the leak and
        the links of observed parents: none fires, some does), ``unfired`` and ``fired`` (half
        of such a pair).
    node
        The node it belongs to.
    places
        Where its entries stand among the numbers of the network; those of a link by state.
    """

    scope: tuple[int, ...]
    table: Scaled
    kind: str
    node: int
    places: Integers


def relevant_nodes(network: Network, wanted: set[str]) -> tuple[bool, ...]:
    """Mark the wanted nodes and all their ancestors; every other node sums to one."""
    marked = [node.id in wanted for node in network.nodes]
    for at in range(len(network.nodes) - 1, -1, -1):
        if marked[at]:
            for parent in network.nodes[at].parents:
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
    for at in np.flatnonzero(relevant).tolist():
        if hard[at] < 0:
            likely = Scaled.of(soft[flat.own_start[at] : flat.own_start[at + 1]])
            leaves.append(Leaf((2 * at,), likely, "soft", at, nowhere))
        family = _noisy_or_leaves if flat.is_or[at] else _table_leaves
        leaves.extend(family(flat, numbers, hard, at))
    return leaves


def _parents(flat: Flat, at: int) -> list[int]:
    return [int(one) for one in flat.parents[flat.parent_start[at] : flat.parent_start[at + 1]]]


def _table_leaves(flat: Flat, numbers: Numbers, hard: Observed, at: int) -> Iterator[Leaf]:
    family = [*_parents(flat, at), at]
    taken = tuple(slice(None) if hard[member] < 0 else int(hard[member]) for member in family)
    start, end = int(flat.number_start[at]), int(flat.number_start[at + 1])
    places = np.arange(start, end).reshape([int(flat.states[member]) for member in family])
    still = [member for member in family if hard[member] < 0]
    order = np.argsort(still)
    scope = tuple(2 * still[place] for place in order)
    left = np.transpose(np.asarray(places[taken]), order) if still else np.asarray(places[taken])
    yield Leaf(scope, Scaled.of(numbers[left]), "table", at, left)


def _noisy_or_leaves(flat: Flat, numbers: Numbers, hard: Observed, at: int) -> Iterator[Leaf]:
    first = int(flat.parent_start[at])
    acting = [int(flat.number_start[at])]
    still: list[tuple[int, Integers]] = []
    for slot, parent in enumerate(_parents(flat, at), first):
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
    if hard[at] == 0:
        yield Leaf((), unfired, "unfired", at, places)
        for parent, own in still:
            yield Leaf((2 * parent,), Scaled.of(1.0 - numbers[own]), "quiet", at, own)
        return
    if not still and hard[at] == 1:
        yield Leaf((), fired, "fired", at, places)
        return
    pair = Scaled(
        np.array([unfired.numbers, fired.numbers]), np.array([unfired.powers, fired.powers])
    )
    bit = 2 * at + 1
    yield Leaf((bit,) if still else (2 * at,), pair, "pair", at, places)
    for parent, own in still:  # a parent stands before its child, so its state comes first
        table = Scaled.of(np.stack([1.0 - numbers[own], numbers[own]], axis=-1))
        yield Leaf((2 * parent, bit), table, "link", at, own)


LEAK = -1  # stands for the leak where links are named by their parent


@lru_cache(maxsize=PLANS_KEPT)
def _plan(
    scopes: tuple[tuple[int, ...], ...],
    sizes: tuple[tuple[int, int], ...],
    open_bits: tuple[tuple[int, bool], ...],
    kept: frozenset[int],
) -> Plan:
    return plan_elimination(scopes, dict(sizes), dict(open_bits), kept)


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
        top = int(result.powers.max())
        log = top * float(np.log(2.0))
        table = np.ldexp(result.numbers, np.clip(result.powers - top, -1100, 0).astype(np.int32))
        largest = float(table.max())
        if largest == 0.0:
            return self._nodes(), table, -np.inf
        return self._nodes(), table / largest, log + float(np.log(largest))

    def _nodes(self) -> tuple[int, ...]:
        return tuple(variable // 2 for variable in self.plan.scope)

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
                fired.setdefault(leaf.node, {})[self._parent(leaf)] = 0.0
            elif leaf.kind == "link":
                both = gradient.over(total)
                out[leaf.places] = both[:, 1] - both[:, 0]
                share = float(self.numbers[leaf.places] @ both[:, 1])
                fired.setdefault(leaf.node, {})[self._parent(leaf)] = share
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

    def _parent(self, leaf: Leaf) -> int:
        """The parent of a link."""
        return leaf.scope[0] // 2

    def _acting(self, leaf: Leaf, gradient: Scaled, out: Numbers) -> Mapping[int, float]:
        """Fill the derivatives of a leak and of the links of observed parents."""
        nothing = Scaled.of(np.zeros(()))
        first = {"pair": 0, "unfired": 0}.get(leaf.kind)
        second = {"pair": 1, "fired": 0}.get(leaf.kind)
        halves = gradient.reshape((-1,))
        to_none = nothing if first is None else halves[first]
        to_some = nothing if second is None else halves[second]
        total = self.tables[self.plan.result]
        fired: dict[int, float] = {}
        first_slot = int(self.flat.parent_start[leaf.node])
        last_slot = int(self.flat.parent_start[leaf.node + 1])
        parents = self.flat.parents[first_slot:last_slot]
        names = [LEAK, *(int(one) for one in parents if self.hard[one] >= 0)]
        for name, place in zip(names, leaf.places.tolist(), strict=True):
            others = Scaled.of(np.ones(()))
            for other in leaf.places.tolist():
                if other != place:
                    others = others * Scaled.of(np.asarray(1.0 - self.numbers[other]))
            out[place] = float(((to_some - to_none) * others).over(total))
            number = Scaled.of(np.asarray(self.numbers[place]))
            fired[name] = float((number * to_some).over(total))
        return fired


def ask_plainly(
    flat: Flat,
    numbers: Numbers,
    hard: Observed,
    soft: Numbers,
    wanted: Flags,
    kept: Sequence[int] = (),
) -> Plain:
    """One question, forward; every array is one row, laid out as in :class:`~.batch.Batch`.

    ``wanted`` says for each node whether something is asked of it; ``kept`` nodes are kept to the
    end, for their joint table.

    Raises
    ------
    TooWideError
        If the answer needs more memory than is allowed.
    """
    softened = np.logical_or.reduceat(soft != 1.0, flat.own_start[:-1])
    relevant = wanted | softened | (hard >= 0)
    relevant[list(kept)] = True
    for at in range(len(relevant) - 1, -1, -1):
        if relevant[at]:
            relevant[flat.parents[flat.parent_start[at] : flat.parent_start[at + 1]]] = True
    leaves = leaves_of(flat, numbers, hard, soft, tuple(relevant.tolist()))
    variables = sorted({variable for leaf in leaves for variable in leaf.scope})
    sizes = {one: 2 if one % 2 else int(flat.states[one // 2]) for one in variables}
    open_bits = {one: bool(hard[one // 2] < 0) for one in variables if one % 2}
    plan = _plan(
        tuple(leaf.scope for leaf in leaves),
        tuple(sizes.items()),
        tuple(open_bits.items()),
        frozenset(2 * at for at in kept),
    )
    tables = run_forward(plan, [leaf.table for leaf in leaves])
    return Plain(flat, hard, numbers, leaves, plan, tables)
