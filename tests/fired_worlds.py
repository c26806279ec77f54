"""Brute force over links: every world of a network, with the links that fired in it.

Nothing here uses the engine. A world says of each node its state, and of each noisy-OR which
of its links (in the state that the parent is in) and whether its leak fired.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod

import numpy as np
from oracle import weigh

from kneebayes.inference import Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node, table_node

LEAK = "the leak"


@dataclass
class World:
    """One world: its weight, the state of each node, what fired at each noisy-OR."""

    weight: float = 1.0
    states: dict[str, int] = field(default_factory=dict)
    fired: dict[str, set[str]] = field(default_factory=dict)


def fired_worlds(network: Network, evidence: Evidence) -> Iterator[World]:
    """All worlds that are possible, each weighted by P(world, evidence)."""
    yield from _grow(network, evidence, 0, World())


def _grow(network: Network, evidence: Evidence, at: int, world: World) -> Iterator[World]:
    if at == len(network):
        yield world
        return
    node = network.nodes[at]
    likelihood = evidence.likelihoods.get(node.id, (1.0,) * len(node.states))
    for chance, state, fired in _ways(network, node, world):
        if (weight := world.weight * chance * likelihood[state]) > 0.0:
            states, all_fired = {**world.states, node.id: state}, {**world.fired, node.id: fired}
            yield from _grow(network, evidence, at + 1, World(weight, states, all_fired))


def _ways(network: Network, node: Node, world: World) -> Iterator[tuple[float, int, set[str]]]:
    if not node.is_noisy_or:
        table = np.array(node.table).reshape(network.shape_of(node))
        row = table[tuple(world.states[one] for one in node.parents)]
        for state, chance in enumerate(row):  # what lets its first parent through is a link of it
            yield float(chance), state, set(node.parents[:1] if state else ())
        return
    strengths = {one.parent: one.strength[world.states[one.parent]] for one in node.links}
    strengths[LEAK] = node.leak or 0.0
    strengths = {id: value for id, value in strengths.items() if value > 0.0}
    for which in product([False, True], repeat=len(strengths)):
        pairs = list(zip(strengths.items(), which, strict=True))
        chance = prod(value if yes else 1.0 - value for (_, value), yes in pairs)
        fired = {id for (id, _), yes in pairs if yes}
        yield chance, int(bool(fired)), fired


def random_case(
    rng: np.random.Generator, *, rarer: bool = False
) -> tuple[Network, Evidence, dict[str, list[str]]]:
    """A small network of contexts, causes, mediators and findings, with some evidence.

    ``rarer``: the context lets a mediator through less often in some of its states.
    """
    while True:
        network, kinds = _random_layers(rng, rarer)
        likelihoods: dict[str, tuple[float, ...]] = {}
        for node in network.nodes:
            chance = rng.random()
            finding = node.id in kinds["finding"]
            if chance < (0.55 if finding else 0.1):
                likelihoods[node.id] = tuple(np.eye(len(node.states))[-1].tolist())
            elif chance < (0.65 if finding else 0.15):
                likelihoods[node.id] = tuple(np.eye(len(node.states))[0].tolist())
            elif chance < 0.75 and finding:
                likelihoods[node.id] = tuple(rng.random(len(node.states)).tolist())
        evidence = Evidence(likelihoods)
        if weigh(network, evidence) > 0.0:
            return network, evidence, kinds


def _random_layers(rng: np.random.Generator, rarer: bool) -> tuple[Network, dict[str, list[str]]]:
    nodes: list[Node] = [
        root_node("t", [0.3, 0.5, 0.2], ["low", "middle", "high"]),
    ]
    kinds = {"context": ["t"], "cause": ["c0", "c1", "c2"]}
    kinds |= {"mediator": ["m0", "m1"], "finding": ["f0", "f1"]}
    order = [("cause", 1), ("mediator", 2), ("finding", 3)]
    for kind, most in order:
        for id in kinds[kind]:
            before = list(nodes)
            count = min(len(before), int(rng.integers(1, most + 1)))
            # what was made last is chosen more often, so that chains are long
            chances = np.arange(1.0, len(before) + 1.0)
            chosen = rng.choice(len(before), count, False, chances / chances.sum())
            links = {}
            for at in chosen:
                parent, states = before[at].id, len(before[at].states)
                strength = rng.random(states)
                if parent not in kinds["context"]:
                    strength[0] = 0.0
                links[parent] = [*strength.tolist()]
            leak = float(rng.choice([0.0, 0.05, 0.3]))
            if rarer and id == "m0":
                nodes.append(noisy_or_node("most", leak, links))
                there = np.stack([np.zeros(3), rng.random(3)])
                nodes.append(table_node(id, ["most", "t"], np.stack([1.0 - there, there], -1)))
            else:
                nodes.append(noisy_or_node(id, leak, links))
    return Network(tuple(nodes[at] for at in rng.permutation(len(nodes)))), kinds
