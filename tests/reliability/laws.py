"""Metamorphic laws: changes to a question that must not change its answer, or change it so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import oracle
from benchmarks.patients import SERIES, Ward
from benchmarks.report import largest
from tqdm.auto import tqdm

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, table_node
from reliability.asking import Ask, apart, ask_compiled, ask_plain, targets_of
from reliability.checks import Check

PART = "metamorphic laws"
CLOSE = "< 1e-12"
Rng = np.random.Generator
Law = Callable[[Ask, Network, Evidence, Rng], float]


def order_of_evidence(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """Told in another order, evidence is the same."""
    ids = [str(one) for one in rng.permutation([*evidence])]
    return apart(ask(network, evidence), ask(network, evidence.only(ids)))


def names_and_orders(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """Other names, and another order of nodes and parents, change nothing."""
    other, said, names = oracle.relabelled(rng, network, evidence)
    return apart(ask(network, evidence), ask(other, said), names)


def split_evidence(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """Virtual evidence told in two parts whose product it is."""
    first, second = {}, {}
    for id, likelihood in evidence.likelihoods.items():
        part = rng.uniform(0.5, 1.0, len(likelihood))
        first[id] = tuple(part.tolist())
        second[id] = tuple((np.array(likelihood) / part).tolist())
    return apart(ask(network, evidence), ask(network, Evidence(first).plus(Evidence(second))))


def evidence_as_a_child(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """Virtual evidence is an observed child (Pearl 1988)."""
    nodes, said = list(network.nodes), dict(evidence.likelihoods)
    for at, (id, likelihood) in enumerate(evidence.likelihoods.items()):
        most = max(likelihood)
        if evidence.hard_state(id) is None and most <= 1.0:
            table = [[1.0 - value, value] for value in likelihood]
            nodes.append(table_node(f"witness{at}", [id], table, ("silent", "heard")))
            del said[id]
            said[f"witness{at}"] = (0.0, 1.0)
    return apart(ask(network, evidence), ask(Network(tuple(nodes)), Evidence(said)))


def barren_leaf(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """A child that nobody asks about changes nothing."""
    parents = rng.choice(len(network), min(len(network), 3), replace=False)
    links = {
        network.nodes[at].id: oracle.random_link(rng, len(network.nodes[at].states))
        for at in parents
    }
    leaf = noisy_or_node("barren", 0.1, links)
    wider = Network((*network.nodes, leaf))
    before, after = ask(network, evidence), ask(wider, evidence)
    return apart(before, after)


def link_of_zero(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """An arrow of strength 0 changes nothing."""
    pairs = [
        (parent, child)
        for child in network.nodes
        if child.is_noisy_or
        for parent in network.nodes
        if parent.id not in child.parents and child.id not in ancestors(network, parent)
        and parent is not child
    ]  # fmt: skip
    if not pairs:
        return 0.0
    parent, child = pairs[rng.integers(len(pairs))]
    links = {one.parent: one.strength for one in child.links}
    links[parent.id] = (0.0,) * len(parent.states)
    wider = noisy_or_node(child.id, child.leak or 0.0, links)
    nodes = tuple(wider if node is child else node for node in network.nodes)
    return apart(ask(network, evidence), ask(Network(nodes), evidence))


def bayes(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """P(c | e) P(e) = P(e | c) P(c), where P(e | c) comes from a network in which c is certain."""
    node, given = root_of(network, evidence, rng)
    if node is None:
        return 0.0
    state = int(rng.integers(len(node.states)))
    prior = ask(network, Evidence({}), [node.id]).marginals[node.id][0, state]
    table = np.eye(len(node.states))[state]
    certain = network.replacing([table_node(node.id, [], table, node.states)])
    told = ask(network, given, [node.id])
    likelihood = np.exp(ask(certain, given).log_probability[0])
    weight = np.exp(told.log_probability[0])
    if weight == 0.0:
        return 0.0
    return float(abs(told.marginals[node.id][0, state] - likelihood * prior / weight))


def total_probability(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """P(e) is the sum of P(e, state) over the states of any node; posteriors add up to 1."""
    open_nodes = [id for id in targets_of(network) if id not in evidence]
    told = ask(network, evidence)
    if told.log_probability[0] == -np.inf:
        return 0.0
    sums = [abs(float(share.sum()) - 1.0) for share in told.marginals.values()]
    if not open_nodes:
        return largest(sums)
    node = network[open_nodes[rng.integers(len(open_nodes))]]
    logs = [
        ask(network, evidence.plus(Evidence.of(network, {node.id: state}))).log_probability[0]
        for state in node.states
    ]
    shares = np.exp(np.array(logs) - told.log_probability[0])
    differences = np.abs(shares - told.marginals[node.id][0])
    return largest([*sums, abs(float(shares.sum()) - 1.0), *differences.tolist()])


def one_at_a_time(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """One posterior asked for alone, from fewer nodes and by another order, is the same."""
    id = str(rng.choice(targets_of(network)))
    return apart(ask(network, evidence, only=[id]), ask(network, evidence))


def two_engines(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """Plain NumPy and compiled code say the same."""
    return apart(ask_plain(network, evidence), ask_compiled(network, evidence))


def batch_and_single(ask: Ask, network: Network, evidence: Evidence, rng: Rng) -> float:
    """A row of a batch is what it is alone, and a plan serves every question of its form."""
    ids = [*evidence]
    cases = [evidence.only([id for id in ids if rng.random() < 0.7]) for _ in range(3)]
    cases.append(evidence)
    engine = Engine(network)
    batch = engine.propagate_each(cases, targets_of(network))
    differences = []
    for row, case in enumerate(cases):
        single = ask(network, case)
        differences.append(
            abs(float(np.expm1(single.log_probability[0] - batch.log_probability[row])))
            if np.isfinite(single.log_probability[0])
            else float(np.isfinite(batch.log_probability[row]))
        )
        differences += [
            float(np.abs(share[0] - batch.marginals[id][row]).max())
            for id, share in single.marginals.items()
        ]
    return largest(differences)


LAWS: Mapping[str, Law] = {
    "evidence told in another order": order_of_evidence,
    "other names and orders of nodes and parents": names_and_orders,
    "virtual evidence told in two parts": split_evidence,
    "virtual evidence as an observed child": evidence_as_a_child,
    "a barren leaf": barren_leaf,
    "an arrow of strength 0": link_of_zero,
    "P(c | e) P(e) = P(e | c) P(c)": bayes,
    "total probability and complement": total_probability,
    "one posterior alone against all together": one_at_a_time,
    "plain NumPy against compiled": two_engines,
    "a batch against single questions": batch_and_single,
}


def ancestors(network: Network, node: Node) -> set[str]:
    """Ids of all nodes above a node."""
    above: set[str] = set()
    todo = list(node.parents)
    while todo:
        id = todo.pop()
        if id not in above:
            above.add(id)
            todo += network[id].parents
    return above


def root_of(network: Network, evidence: Evidence, rng: Rng) -> tuple[Node | None, Evidence]:
    """A root that nothing is known of, and evidence without what was known of it."""
    roots = [node for node in network.nodes if not node.parents and len(node.states) > 1]
    if not roots:
        return None, evidence
    node = roots[rng.integers(len(roots))]
    return node, evidence.only([id for id in evidence if id != node.id])


def worst_by_law(
    cases: Iterable[tuple[Network, Evidence]], rng: Rng, ask: Ask = ask_compiled
) -> dict[str, float]:
    """The largest breach of each law over some cases."""
    worst: dict[str, list[float]] = {name: [] for name in LAWS}
    for network, evidence in cases:
        for name, law in LAWS.items():
            worst[name].append(law(ask, network, evidence, rng))
    return {name: largest(values) for name, values in worst.items()}


def measure_laws(ward: Ward, networks: int, patients: int, seed: int) -> list[Check]:
    """Every law on random networks and on patients of the article."""
    rng = np.random.default_rng(seed)
    random = [(network, evidence) for network, evidence, _ in oracle.cases(networks, seed)]
    network = ward.model.network
    told = []
    for at, patient in enumerate(ward.some(patients, most=8)):
        evidence = patient.evidence(network, SERIES[at % 2])
        # what is only likely keeps a question wide, so then all contexts are known
        told.append((network, soften(rng, evidence) if at % 2 else evidence))
    checks = []
    for subject, cases in (("random networks", random), ("the article's network", told)):
        bar = tqdm(cases, desc=f"laws on {subject}", leave=False, mininterval=1)
        for name, worst in worst_by_law(bar, rng).items():
            checks.append(Check(PART, subject, name, worst, CLOSE, len(cases)))
    return checks


def soften(rng: Rng, evidence: Evidence) -> Evidence:
    """The same, two of the answers only likely."""
    chosen = {str(one) for one in rng.choice([*evidence], 2, replace=False)}
    return Evidence(
        {
            id: tuple(0.2 + 0.6 * value for value in likelihood) if id in chosen else likelihood
            for id, likelihood in evidence.likelihoods.items()
        }
    )
