"""A hidden noisy-OR that acts through a table alone (an age that multiplies risks)."""

import numpy as np
import oracle
import pytest

from kneebayes.inference import Engine, Evidence
from kneebayes.inference.answering import cost_of
from kneebayes.inference.batch import cases_of, rows_of
from kneebayes.network import Network, Node, noisy_or_node, root_node, table_node

AGES = ("young", "middle", "old")


def grown(rng: np.random.Generator) -> Network:
    """Three causes whose risks add and which an age lets through, the age a root or hidden."""
    nodes: list[Node] = [root_node(f"k{at}", _share(rng, 2)) for at in range(2)]
    if rng.random() < 0.5:
        nodes.append(root_node("age", _share(rng, 3), AGES))
    else:  # the other parent may itself be a noisy-OR whose bit is open
        nodes.append(noisy_or_node("age", 0.3, {"k0": rng.random(), "k1": rng.random()}))
    states = len(nodes[-1].states)
    for at in range(3):
        parents = rng.choice([f"k{one}" for one in range(2)], rng.integers(1, 3), False)
        risks = {str(one): rng.random() for one in parents}
        if at and rng.random() < 0.5:
            risks["age"] = tuple(rng.random(states))  # then it stands on both sides
        nodes.append(noisy_or_node(f"risk{at}", rng.random() / 2, risks))
        first, second = f"risk{at}", "age"
        shape = (2, states)
        if rng.random() < 0.5:
            first, second, shape = second, first, (states, 2)
        present = rng.random(shape)
        table = np.stack([1.0 - present, present], axis=-1)
        if rng.random() < 0.2:  # without the age: a table of one parent
            nodes.append(table_node(f"c{at}", [f"risk{at}"], [[0.7, 0.3], [0.2, 0.8]]))
        else:
            nodes.append(table_node(f"c{at}", [first, second], table))
    for at in range(3):
        links = {f"c{one}": rng.random() for one in rng.choice(3, 2, False)}
        nodes.append(noisy_or_node(f"f{at}", 0.1, links))
    return Network(tuple(nodes))


def _share(rng: np.random.Generator, states: int) -> list[float]:
    share = rng.random(states) + 0.1
    return [float(one) for one in share / share.sum()]


def told_of(rng: np.random.Generator, network: Network) -> Evidence:
    """Findings, contexts and the age answered or not, some of them only likely."""
    seen = {}
    for node in network.nodes:
        chance = rng.random()
        if node.id.startswith("risk") or chance < (0.4 if node.id[0] == "f" else 0.7):
            continue
        if chance < 0.95:
            state = int(rng.integers(len(node.states)))
            seen[node.id] = tuple(float(one == state) for one in range(len(node.states)))
        else:
            seen[node.id] = tuple(rng.random(len(node.states)) + 0.1)
    return Evidence(seen)


@pytest.mark.parametrize("seed", range(40))
def test_posteriors_equal_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = grown(rng)
    engine = Engine(network)
    for _ in range(5):
        evidence = told_of(rng, network)
        for targets in (["c0", "c1", "c2"], [node.id for node in network.nodes]):
            told = engine.propagate_each([evidence], targets)
            right = float(oracle.weigh(network, evidence))
            assert np.exp(told.log_probability[0]) == pytest.approx(right, rel=1e-12)
            states = oracle.weigh_states(network, evidence)
            for id in targets:
                posterior = (states[id] / states[id].sum()).astype(float)
                assert told.marginals[id][0] == pytest.approx(posterior, abs=1e-12)


def test_a_risk_that_nobody_asks_for_makes_a_question_cheaper() -> None:
    """With its state in no table, the same question takes fewer multiplications."""
    network = grown(np.random.default_rng(3))
    engine = Engine(network).compile()
    batch = cases_of(network, engine.flat, [Evidence.of(network, {"f0": "present"})])
    costs = {}
    for asked in ("c0", "risk0"):
        wanted = [network.index[id] for id in ("c1", "c2", asked)]
        single = rows_of(engine.flat, batch, wanted)
        costs[asked] = cost_of(engine.flat, single, single.hard, single.limits)[0][0]
    assert costs["c0"] < costs["risk0"]
