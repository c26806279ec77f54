"""Joint answers: several nodes together, and evidence with every part of it left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kneebayes.errors import TooWideError
from kneebayes.inference.answering import rows_of, too_slow, too_wide
from kneebayes.inference.batch import Flat, Integers, Rows, cases_of, flatten
from kneebayes.inference.cores import on_all_cores
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.limits import ROOMY, Running
from kneebayes.inference.native import Kernel, Status, kernel
from kneebayes.inference.plain import ask_plainly
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

    None of the nodes is observed for certain. The joint probability is ``table * exp(log_scale)``;
    the largest entry is 1, or all are 0 where the evidence is impossible.

    Raises
    ------
    TooWideError
        If the answer needs more memory than is allowed.
    """
    batch = cases_of(network, flat, [evidence])
    kept = [network.place(id) for id in nodes]
    asked = rows_of(flat, batch)
    asked = asked._replace(limits=ROOMY if budget is None else budget.on(ROOMY))
    native = kernel()
    if native is not None:
        answer = _by_kernel(native, flat, asked, kept)
        if answer is not None:
            return answer
    plain = ask_plainly(flat, asked.numbers[0], asked.hard[0], asked.soft[0], asked.softened, kept)
    scope, table, log = plain.joint()
    order = [scope.index(at) for at in kept]
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
    answers: list[tuple[Integers, Numbers, Numbers]] = []

    def run(_first: int, _last: int) -> None:
        """Ask, in a thread that the main one can stop."""
        answers.append(native.run_joint(flat, asked, mask, int(room)))

    on_all_cores(run, 1, 1, stop=asked.stop)
    status = int(asked.status[0])
    if status == Status.ROUGH:
        return None
    if status == Status.TOO_SLOW:
        raise TooWideError(too_slow(asked.limits))
    if status != Status.DONE:
        raise TooWideError(too_wide(float(asked.widths[0])))
    (scope, values, own), log = answers[0], float(asked.logs[0])
    order = [list(kept).index(node) for node in scope]
    shape = [int(flat.states[node]) for node in scope]
    table = values[: int(np.prod(shape))].reshape(shape)
    table = table.transpose(np.argsort(order)) if order else np.ones(())
    for axis in range(len(kept)):
        if axis not in order:
            table = np.expand_dims(table, axis)
    for axis, node in enumerate(kept):
        mine = own[flat.own_start[node] : flat.own_start[node + 1]]
        table = table * mine.reshape([-1 if one == axis else 1 for one in range(len(kept))])
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
            for one in added:
                changed[one.id] = one
                seen[one.id] = (0.0, 1.0)
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
