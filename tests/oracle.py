"""Brute force: every world, one by one; and random networks to ask it about.

Nothing here uses the engine or ``Network.table_of``. Numbers are NumPy's long doubles, or
Fractions where a test wants no rounding at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np

from kneebayes.inference import Evidence
from kneebayes.network import Network, Node, noisy_or_node, table_node


def family(network: Network, node: Node, number: Any = np.longdouble) -> np.ndarray:
    """P(state | parents) by the definition: parents in order, own states last."""
    shape = [len(network[one].states) for one in (*node.parents, node.id)]
    if node.table is not None:
        return np.array([number(one) for one in node.table]).reshape(shape)
    table = np.empty(shape, dtype=object)
    for states in product(*map(range, shape[:-1])):
        links = [link.strength[at] for link, at in zip(node.links, states, strict=True)]
        absent = prod((1 - number(one) for one in (node.leak, *links)), start=number(1))
        table[states] = (absent, 1 - absent)
    return table.astype(np.longdouble) if number is np.longdouble else table


def worlds(network: Network, evidence: Evidence, number: Any = np.longdouble) -> np.ndarray:
    """P(world, evidence), one axis per node; states that the evidence rules out are left out."""
    kept = [kept_states(evidence, node) for node in network.nodes]
    joint = np.array(number(1)).reshape([1] * len(network))
    for at, node in enumerate(network.nodes):
        axes = [*(network.index[parent] for parent in node.parents), at]
        table = family(network, node, number)[np.ix_(*(kept[axis] for axis in axes))]
        likelihood = evidence.likelihoods.get(node.id, (1,) * len(node.states))
        table = table * np.array([number(likelihood[state]) for state in kept[at]])
        shape = [len(states) if one in axes else 1 for one, states in enumerate(kept)]
        joint = joint * table.transpose(np.argsort(axes)).reshape(shape)
    return joint


def kept_states(evidence: Evidence, node: Node) -> list[int]:
    likelihood = evidence.likelihoods.get(node.id, (1.0,) * len(node.states))
    return [state for state, value in enumerate(likelihood) if value > 0.0]


def weigh(network: Network, evidence: Evidence, number: Any = np.longdouble) -> Any:
    """P(evidence)."""
    return worlds(network, evidence, number).sum()


def weigh_states(
    network: Network, evidence: Evidence, number: Any = np.longdouble
) -> dict[str, np.ndarray]:
    """P(state, evidence) of every node."""
    joint = worlds(network, evidence, number)
    shares = {}
    for at, node in enumerate(network.nodes):
        others = tuple(axis for axis in range(len(network)) if axis != at)
        shares[node.id] = np.array([number(0)] * len(node.states))
        shares[node.id][kept_states(evidence, node)] = joint.sum(axis=others)
    return shares


def random_network(rng: np.random.Generator, most: int = 9, *, certain: bool = False) -> Network:
    """Contexts of several states, causes of causes, mediators, plain tables; links of 0 and 1.

    A certain network has only roots that are uncertain: all else follows from them.
    """
    nodes: list[Node] = []
    for at in range(int(rng.integers(3, most + 1))):
        parents = [nodes[one] for one in rng.choice(at, min(at, rng.integers(0, 5)), False)]
        ids = [one.id for one in parents]
        if not parents or rng.random() < 0.15:
            states = ("absent", "present") if rng.random() < 0.6 else ("low", "middle", "high")
            shape = tuple(len(one.states) for one in parents)
            table = rng.dirichlet(np.ones(len(states)), size=shape)
            if certain and parents:
                table = np.eye(len(states))[table.argmax(axis=-1)]
            nodes.append(table_node(f"n{at}", ids, table, states))
        else:
            leaks = [0.0] if certain else [0.0, 0.0, 1e-6, 0.01, 0.01, 0.2, 0.2, 0.2, 1.0]
            links = [random_link(rng, len(one.states), certain=certain) for one in parents]
            leak = float(rng.choice(leaks))
            nodes.append(noisy_or_node(f"n{at}", leak, dict(zip(ids, links, strict=True))))
    return Network(tuple(nodes[one] for one in rng.permutation(len(nodes))))


def random_link(rng: np.random.Generator, states: int, *, certain: bool = False) -> list[float]:
    link = rng.random(states)
    if states == 2 and rng.random() < 0.7:
        link[0] = 0.0
    return (link.round() if certain or rng.random() < 0.15 else link).tolist()


def random_evidence(rng: np.random.Generator, network: Network, share: float = 0.5) -> Evidence:
    """For each node a state, likelihoods (some of them zero) or nothing."""
    answers: dict[str, Any] = {}
    for node in network.nodes:
        chance = rng.random()
        if chance < 0.7 * share:
            answers[node.id] = node.states[rng.integers(len(node.states))]
        elif chance < share:
            likelihood = rng.random(len(node.states))
            if rng.random() < 0.4:
                likelihood[rng.integers(len(node.states))] = 0.0
            answers[node.id] = likelihood.tolist()
    return Evidence.of(network, answers)


def cases(
    count: int, seed: int, most: int = 9, share: float = 0.5
) -> Iterator[tuple[Network, Evidence, np.random.Generator]]:
    """Random networks with random evidence of probability above zero."""
    rng = np.random.default_rng(seed)
    while count:
        network = random_network(rng, most)
        evidence = random_evidence(rng, network, share)
        if weigh(network, evidence) > 0:
            count -= 1
            yield network, evidence, rng


def weigh_fired(
    network: Network, evidence: Evidence, last: str, unit: int | None = None
) -> tuple[np.ndarray, int]:
    """P(state of a root, evidence) in a network of roots over noisy-ORs without children.

    Root after root is added to a table of which positive findings have fired so far. With a
    unit all numbers must be multiples of 1 / unit and whole numbers are added, so nothing is
    rounded; without one they are long doubles.

    Returns
    -------
    shares, power
        The probabilities are ``shares / unit ** power``.
    """

    def exact(value: float) -> Any:
        if unit is None:
            return np.longdouble(value)
        assert value * unit == int(value * unit)
        return int(value * unit)

    whole = exact(1.0)
    told = [one for one in network.nodes if not is_root(one) and one.id in evidence]
    present = [one for one in told if evidence.hard_state(one.id) == 1]
    absent = [one for one in told if evidence.hard_state(one.id) == 0]
    assert len(present) + len(absent) == len(told)
    table = np.zeros(2 ** len(present), dtype=np.longdouble if unit is None else object)
    table[0] = whole**0
    table = fire(table, [exact(one.leak or 0.0) for one in present], whole)
    for one in absent:
        table = table * (whole - exact(one.leak or 0.0))
    power = len(told)
    roots = [one for one in network.nodes if is_root(one) and one.id != last]
    parts: list[np.ndarray] = []
    for root in (*roots, network[last]):
        likelihood = evidence.likelihoods.get(root.id, (1.0,) * len(root.states))
        prior = root.table or (1.0 - (root.leak or 0.0), root.leak or 0.0)
        parts = []
        for state, value in enumerate(prior):
            weight = exact(value) * exact(likelihood[state])
            for one in absent:
                weight *= whole - exact(strength_of(one, root.id, state))
            part = table * weight
            links = [exact(strength_of(one, root.id, state)) for one in present]
            parts.append(fire(part, links, whole))
        table = sum(parts[1:], start=parts[0])
        power += 2 + len(told)
    return np.array([part[-1] for part in parts]), power


def is_root(node: Node) -> bool:
    return not node.parents


def strength_of(node: Node, parent: str, state: int) -> float:
    return next((link.strength[state] for link in node.links if link.parent == parent), 0.0)


def fire(table: np.ndarray, strengths: list[Any], whole: Any) -> np.ndarray:
    """Let each finding fire with its strength: what had not fired moves to where it has."""
    for at, strength in enumerate(strengths):
        halves = table.reshape(-1, 2, 2**at)
        if strength:
            some = whole * halves[:, 1] + strength * halves[:, 0]
            table = np.stack([(whole - strength) * halves[:, 0], some], axis=1).ravel()
        elif whole != 1:
            table = whole * table
    return table


def relabelled(
    rng: np.random.Generator, network: Network, evidence: Evidence
) -> tuple[Network, Evidence, dict[str, str]]:
    """The same network with other names, another order of nodes, of parents, of evidence."""
    ids = [node.id for node in network.nodes]
    names = dict(zip(ids, (f"x{at}" for at in rng.permutation(len(ids))), strict=True))
    nodes: list[Node] = []
    for at in rng.permutation(len(ids)):
        node = network.nodes[at]
        order = rng.permutation(len(node.parents))
        if node.is_noisy_or:
            links = {names[node.links[one].parent]: node.links[one].strength for one in order}
            nodes.append(noisy_or_node(names[node.id], node.leak or 0.0, links))
        else:
            table = np.array(node.table).reshape(network.shape_of(node))
            table = table.transpose([*order, len(order)])
            parents = [names[node.parents[one]] for one in order]
            nodes.append(table_node(names[node.id], parents, table, node.states))
    said = {names[str(one)]: evidence.likelihoods[str(one)] for one in rng.permutation([*evidence])}
    return Network(tuple(nodes)), Evidence(said), names


def other_numbers(rng: np.random.Generator, network: Network) -> Network:
    """The same arrows with all numbers drawn anew."""
    nodes = []
    for node in network.nodes:
        if node.is_noisy_or:
            links = {one.parent: random_link(rng, len(one.strength)) for one in node.links}
            nodes.append(noisy_or_node(node.id, float(rng.random()), links))
        else:
            *shape, states = network.shape_of(node)
            table = rng.dirichlet(np.ones(states), size=tuple(shape))
            nodes.append(table_node(node.id, node.parents, table, node.states))
    return network.replacing(nodes)
