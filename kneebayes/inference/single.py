"""One question by itself: several nodes together, evidence with every part of it left out, and how
P(evidence) depends on every number of the network.

P(evidence) is linear in each number by itself, so its derivative is all there is to know
(Darwiche 2003, the differential approach). The same gradients say how probable it is that a
link fired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from kneebayes.errors import EvidenceError, TooWideError
from kneebayes.inference import plain
from kneebayes.inference.answering import add_up, cost_of, is_rough, parts_of, too_wide
from kneebayes.inference.batch import (
    Flat,
    Gradients,
    Rows,
    cases_of,
    flatten,
    relevant_in,
    room_for_answers,
    room_for_gradients,
    rows_of,
)
from kneebayes.inference.cores import map_on_all_cores
from kneebayes.inference.evidence import Evidence, impossible
from kneebayes.inference.limits import LIMITS, ROOMY, Running
from kneebayes.inference.native import Kernel, kernel
from kneebayes.inference.plain import ask_plainly, relevant_nodes
from kneebayes.network import Network, Node, Numbers, noisy_or_node, root_node, table_node

LEFT_OUT = ("left out", "kept")


def joint_of(
    network: Network,
    flat: Flat,
    evidence: Evidence,
    nodes: Sequence[str],
    budget: Running | None = None,
) -> tuple[Numbers, float]:
    """P(states of some nodes, evidence) for all their states, in one pass; an axis for each node.

    The joint probability is ``table * exp(log_scale)``; the largest entry is 1, or all are 0 where
    the evidence is impossible.
    """
    if odd := [id for id in nodes if evidence.hard_state(id) is not None or nodes.count(id) > 1]:
        message = f"'{odd[0]}' was observed, or is asked for twice. Name open nodes, each once."
        raise EvidenceError(message)
    batch = cases_of(network, flat, [evidence])
    kept = [network.place(id) for id in nodes]
    asked = rows_of(flat, batch)
    asked = asked._replace(limits=ROOMY if budget is None else budget.on(ROOMY))
    native = kernel()
    if native is not None:
        answer = _by_kernel(native, flat, asked, kept)
        if answer is not None:
            return answer
    scope, table, log = ask_plainly(flat, asked, kept).joint()
    order = [scope.index(variable) for variable in kept]
    return table.transpose(order), log


def _by_kernel(
    native: Kernel, flat: Flat, asked: Rows, kept: Sequence[int]
) -> tuple[Numbers, float] | None:
    """The joint table of one question; None where doubles are too narrow for it."""
    mask = np.zeros(len(flat.states), dtype=np.bool_)
    mask[list(kept)] = True
    room = float(np.prod(flat.states[mask].astype(float)))
    if room > asked.limits.most:
        raise TooWideError(too_wide(float(np.log2(room))))
    ask = partial(native.run_joint, flat, asked, mask)  # in a thread that the main one can stop
    [(scope, values, own)] = map_on_all_cores(ask, [int(room)], stop=asked.stop)
    log = float(asked.logs[0])
    if is_rough(asked):
        return None
    table = values[: int(np.prod(flat.states[scope]))].reshape(flat.states[scope])
    axes = [list(kept).index(node) for node in scope]
    loose = [axis for axis in range(len(kept)) if axis not in axes]  # nothing hangs on them
    table = np.expand_dims(table, tuple(range(len(axes), len(kept))))
    table = np.moveaxis(table, range(len(kept)), [*axes, *loose])
    for axis, node in enumerate(kept):
        mine = own[flat.own_start[node] : flat.own_start[node + 1]]
        table = table * mine.reshape([-1 if other == axis else 1 for other in range(len(kept))])
    largest = float(table.max()) if log > -np.inf else 0.0
    if largest == 0.0:
        return np.zeros(table.shape), -np.inf
    return table / largest, float(log + np.log(largest))


def subset_joint(
    network: Network,
    evidence: Evidence,
    parts: Sequence[Sequence[str]],
    nodes: Sequence[str],
    budget: Running | None = None,
) -> tuple[Numbers, float]:
    """P(states of some nodes, what is kept of the evidence) for every subset of its parts.

    Each part (ids of observed nodes that come and go together) gets a switch, a node of its own
    that says whether the part is kept; the switches stay open to the end, so one elimination
    answers all subsets together. The result is as for :meth:`.engine.Engine.subset_joint`.
    """
    named = [id for part in parts for id in part]
    if odd := [id for id in named if id not in evidence.likelihoods or named.count(id) > 1]:
        message = f"'{odd[0]}' is not known, or named twice. Name what was observed, each once."
        raise EvidenceError(message)
    changed = {node.id: node for node in network.nodes}
    seen = dict(evidence.likelihoods)
    switches = [f"keep {j}?" for j in range(len(parts))]
    parents = {parent for node in network.nodes for parent in node.parents}
    log_kept = np.zeros(len(parts))
    for j, part in enumerate(parts):
        changed[switches[j]] = root_node(switches[j], [0.5, 0.5], LEFT_OUT)
        for id in part:
            node, state = network[id], evidence.hard_state(id)
            if node.is_noisy_or and state is not None and id not in parents:
                added = _switch_leaf(node, state, switches[j])
            else:
                likelihood = np.array(evidence.likelihoods[id])
                log_kept[j] += np.log(likelihood.max())
                added = [_gate(id, switches[j], [id], likelihood / likelihood.max())]
            del seen[id]
            for variable in added:
                changed[variable.id] = variable
                seen[variable.id] = (0.0, 1.0)
    switched = Network(tuple(changed.values()))
    table, log_scale = joint_of(
        switched, flatten(switched), Evidence(seen), [*switches, *nodes], budget
    )
    for j, kept in enumerate(log_kept):
        shape = [2 if axis == j else 1 for axis in range(table.ndim)]
        table = table * np.exp([0.0, kept]).reshape(shape)
    return table, log_scale + len(parts) * float(np.log(2.0))


def _switch_leaf(node: Node, state: int, switch: str) -> list[Node]:
    """What takes the place of an observed noisy-OR without children, to be observed present."""
    if state == 1:  # left out, it is present whatever its parents say
        links = {link.parent: link.strength for link in node.links}
        return [noisy_or_node(node.id, node.leak or 0.0, {**links, switch: (1.0, 0.0)})]
    gates = [_gate(node.id, switch, [], np.array(1.0 - (node.leak or 0.0)))]
    for link in node.links:
        if any(link.strength):
            unfired = 1.0 - np.array(link.strength)
            gates.append(_gate(node.id, switch, [link.parent], unfired))
    return gates


def _gate(id: str, switch: str, about: list[str], likelihood: Numbers) -> Node:
    """A node that, observed present, says what was seen where it is kept, and else nothing."""
    table = np.stack([np.ones_like(likelihood), likelihood])
    name = " ".join(["gate of", id, *about])
    return table_node(name, [switch, *about], np.stack([1.0 - table, table], axis=-1))


LEAK = "leak"


@dataclass(frozen=True)
class Derivatives:
    """What one question says of every number of the network."""

    log_probability: float  # natural logarithm of P(evidence)
    # derivative of ln P(evidence) in each number, in the order of :func:`numbers_of`; each entry of
    # a table is taken as a number by itself
    derivatives: Numbers
    # for each noisy-OR that takes part P(a link fired | evidence) by parent, and under ``leak``
    # that of its leak
    fired: Mapping[str, Mapping[str, float]]


def derive(
    network: Network, flat: Flat, evidence: Evidence, budget: Running | None = None
) -> Derivatives:
    """Derivative of ln P(evidence), which must be possible, in every number; which links fired."""
    batch = cases_of(network, flat, [evidence])
    # every node that takes part keeps its state: all have derivatives
    part = np.flatnonzero(relevant_nodes(network, {network[id].id for id in evidence}))
    single = rows_of(flat, batch, part.tolist())
    if budget is not None:
        single = single._replace(limits=budget.on(LIMITS))
    native = kernel()
    if native is not None:
        with suppress(_TooNarrowError):
            return _derive_in_parts(native, network, flat, single)
    return _derive_plainly(network, flat, single)


class _TooNarrowError(Exception):
    """Doubles are too narrow for a question."""


def _derive_in_parts(native: Kernel, network: Network, flat: Flat, single: Rows) -> Derivatives:
    """By the kernel, in parts where the question is too wide."""
    split, _ = parts_of(flat, single)
    parts = [
        _Question(native, network, flat, split._replace(hard=pattern[None]))
        for pattern in split.hard
    ]
    log_probability, shares = add_up(np.array([part.log_probability for part in parts]))
    if log_probability == -np.inf:
        raise impossible()
    if not shares.all():  # what is impossible may still have a slope, which its logarithm hides
        raise TooWideError(too_wide(float(cost_of(flat, single, single.hard, single.limits)[1][0])))
    derived = [part.derive() for part in parts]
    fired = {
        id: {by: float(shares @ [part.fired[id][by] for part in derived]) for by in links}
        for id, links in derived[0].fired.items()
    }
    derivatives = shares @ np.array([part.derivatives for part in derived])
    if not np.isfinite(derivatives).all():
        raise _TooNarrowError
    return Derivatives(log_probability, derivatives, fired)


def _derive_plainly(network: Network, flat: Flat, single: Rows) -> Derivatives:
    """In plain NumPy, whatever the size of the numbers."""
    answer = ask_plainly(flat, single)
    if answer.log_probability == -np.inf:
        raise impossible()
    derivatives, fired = answer.slopes()
    names = {plain.LEAK: LEAK, **{index: node.id for index, node in enumerate(network.nodes)}}
    by_name = {
        names[index]: {names[by]: share for by, share in links.items()}
        for index, links in fired.items()
    }
    return Derivatives(answer.log_probability, derivatives, by_name)


class _Question:
    """One question: its numbers, and the gradients that its passes left."""

    def __init__(self, native: Kernel, network: Network, flat: Flat, asked: Rows) -> None:
        self.native = native
        self.network, self.flat, self.asked = network, flat, asked
        self.hard = asked.hard[0]
        self.numbers = asked.numbers[0]
        self.log_probability, self.gradients = self.run(self.numbers)
        self.out = np.zeros(len(self.numbers))

    def run(self, numbers: Numbers) -> tuple[float, Gradients]:
        """Both passes under some numbers: ln P(evidence) and the gradients."""
        flat = self.flat
        rows = self.asked._replace(numbers=numbers[None], **room_for_answers(flat, 1, False))
        gradients = room_for_gradients(flat)
        # in a thread that the main one can stop
        ask = partial(self.native.run_gradients, flat, rows)
        map_on_all_cores(ask, [gradients], stop=rows.stop)
        if is_rough(rows):
            raise _TooNarrowError
        return float(rows.logs[0]), gradients

    def derive(self) -> Derivatives:
        """Go through all nodes that take part."""
        soft = np.logical_or.reduceat(self.asked.soft[0] != 1.0, self.flat.own_start[:-1])
        fired: dict[str, dict[str, float]] = {}
        for index in np.flatnonzero(relevant_in(self.flat, (self.hard >= 0) | soft)).tolist():
            node = self.network.nodes[index]
            if node.is_noisy_or:
                fired[node.id] = self.derive_noisy_or(index, node)
            else:
                self.derive_table(index, node)
        return Derivatives(self.log_probability, self.out, fired)

    def derive_noisy_or(self, index: int, node: Node) -> dict[str, float]:
        """Fill the derivatives of one family; returns how probable each link fired."""
        leak_at = int(self.flat.number_start[index])
        parents = [self.network.index[parent] for parent in node.parents]
        slots = range(int(self.flat.parent_start[index]), int(self.flat.parent_start[index + 1]))
        starts = [int(self.flat.link_at[slot]) for slot in slots]
        # the leak and the links of observed parents act alike: each fires or does not
        acting = {LEAK: leak_at}
        for parent, id, start in zip(parents, node.parents, starts, strict=True):
            if self.hard[parent] >= 0:
                acting[id] = start + int(self.hard[parent])
        nothing, something = self.pair(index, list(acting.values()), len(acting) - 1 < len(parents))
        fired = {}
        for id, place in acting.items():
            others = [1.0 - self.numbers[other] for other in acting.values() if other != place]
            self.out[place] = (something - nothing) * float(np.prod(others))
            fired[id] = float(self.numbers[place] * something)
        for parent, id, start in zip(parents, node.parents, starts, strict=True):
            if self.hard[parent] < 0:
                fired[id] = self.derive_link(index, parent, start)
        return fired

    def derive_link(self, index: int, parent: int, start: int) -> float:
        """Fill the derivatives of the link of an open parent; returns P(it fired | evidence)."""
        fired = 0.0
        for state in range(int(self.flat.states[parent])):
            place = start + state
            nothing, something = self.gradients.links[place]
            if self.hard[index] == 0:
                own = int(self.flat.own_start[parent]) + state
                nothing = self.without(own, 1.0 - self.numbers[place], {place: 0.0})
            self.out[place] = something - nothing
            fired += float(self.numbers[place] * something)
        return fired

    def pair(self, index: int, acting: list[int], has_open_parents: bool) -> tuple[float, float]:
        """Gradients in how probable it is that what acts for certain fires nothing, something."""
        unfired = float(np.prod(1.0 - self.numbers[acting]))
        fired = 0.0
        for place in acting:
            fired += (1.0 - fired) * float(self.numbers[place])
        if self.hard[index] == 0:
            return 1.0 / unfired, 0.0
        if has_open_parents:
            return float(self.gradients.pairs[index, 0]), float(self.gradients.pairs[index, 1])
        if self.hard[index] == 1:
            return 0.0, 1.0 / fired
        own = int(self.flat.own_start[index])
        nothing = self.without(own, unfired, dict.fromkeys(acting, 0.0))
        return nothing, self.without(own + 1, fired, {acting[0]: 1.0})

    def without(self, own: int, factor: float, changed: Mapping[int, float]) -> float:
        """Gradient in one factor of what depends on one state alone.

        Where the factor is zero it cannot be divided out; then the others are found with
        numbers changed such that it is one.
        """
        gradient = float(self.gradients.own[own])
        if factor > 0.0:
            return gradient * float(self.gradients.weights[own]) / factor
        numbers = self.numbers.copy()
        numbers[list(changed)] = list(changed.values())
        return gradient * float(self.run(numbers)[1].weights[own])

    def derive_table(self, index: int, node: Node) -> None:
        """Fill the derivatives of a table's entries that the evidence leaves open."""
        family = [*(self.network.index[parent] for parent in node.parents), index]
        start, end = (int(number) for number in self.flat.number_start[index : index + 2])
        places = np.arange(start, end).reshape(self.network.shape_of(node))
        states = (self.hard[member] for member in family)
        taken = tuple(slice(None) if state < 0 else state for state in states)
        left = np.atleast_1d(places[taken])
        still = [member for member in family if self.hard[member] < 0]
        if len(still) > 1:
            self.out[left] = self.gradients.tables[left]
        elif not still:
            self.out[left] = 1.0 / self.numbers[left]
        else:
            for state, place in enumerate(left):
                own = int(self.flat.own_start[still[0]]) + state
                self.out[place] = self.without(own, self.numbers[place], {int(place): 1.0})
