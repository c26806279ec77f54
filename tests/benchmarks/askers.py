"""Batches about one patient, as a user asks for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.patients import Patient, Ward
from benchmarks.report import largest
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.batch import Flat, Propagation, numbers_of
from kneebayes.network import Network, Numbers, noisy_or_node

SUMS = 1e-9  # how far posteriors of the states of a node may be from adding up to 1
CHECKED = 3  # rows of a batch that are asked again one by one
SPREAD = 0.3  # standard deviation of the logarithm of a power

Asker = Callable[[Patient], Propagation]


def draw_asker(ward: Ward, count: int, series: str) -> Asker:
    """All posteriors under many draws of the numbers."""
    model = ward.model
    causes = [cause.id for cause in model.causes]
    numbers = draw_numbers(ward, count)

    def ask(patient: Patient) -> Propagation:
        evidence = patient.evidence(model.network, series)
        return model.engine.propagate_each([evidence], causes, numbers)

    return ask


def draw_numbers(ward: Ward, count: int) -> Numbers:
    """Numbers of noisy-ORs to random powers near 1, so they stay between 0 and 1; tables stay."""
    network = ward.model.network
    numbers = numbers_of(network)
    of_or = [
        node.is_noisy_or
        for node in network.nodes
        for _ in range(len(node.table or ()) or 1 + sum(len(x.strength) for x in node.links))
    ]
    rng = np.random.default_rng(ward.seed + 3)
    powers = np.exp(SPREAD * rng.standard_normal((count, len(numbers))))
    return np.where(of_or, numbers**powers, numbers)


def open_asker(ward: Ward, series: str) -> Asker:
    """All posteriors with each open finding answered, present and absent."""
    model = ward.model
    causes = [cause.id for cause in model.causes]

    def ask(patient: Patient) -> Propagation:
        evidence = patient.evidence(model.network, series)
        cases = [
            evidence.plus(Evidence.of(model.network, {id: state}))
            for id in ward.others
            if id not in patient.findings
            for state in model.network[id].states
        ]
        return model.engine.propagate_each(cases, causes)

    return ask


def broken(told: Propagation, supposed: bool = False) -> int:
    """Rows without a finite P(evidence) or with posteriors that are none.

    Simulated answers are possible, so a row that counts as impossible is as wrong as a NaN. An
    answer that is only ``supposed`` need not be: pain that is severe is more than mild.
    """
    wrong = ~np.isfinite(told.log_probability)
    for marginals in told.marginals.values():
        wrong = wrong | ~(np.abs(marginals.sum(axis=1) - 1.0) < SUMS)
    if supposed:
        wrong &= told.log_probability != -np.inf
    return int(wrong.sum())


def difference(ward: Ward, draws: Propagation, numbers: Numbers, evidence: Evidence) -> float:
    """Largest difference of some draws from single questions to networks of those numbers."""
    model = ward.model
    differences = []
    for row in np.linspace(0, len(draws) - 1, CHECKED).astype(int):
        engine = Engine(network_of(model.network, model.engine.flat, numbers[row]))
        single = engine.propagate(evidence, draws.marginals)
        for id, marginals in draws.marginals.items():
            differences.append(abs(float(marginals[row, -1]) - single.present(id)))
    return largest(differences)


def network_of(network: Network, flat: Flat, numbers: Numbers) -> Network:
    """The same network with other numbers in its noisy-ORs."""
    nodes = []
    for at, node in enumerate(network.nodes):
        mine = numbers[flat.number_start[at] : flat.number_start[at + 1]].tolist()
        if not node.is_noisy_or:
            nodes.append(node)
            continue
        links, first = {}, 1
        for link in node.links:
            links[link.parent] = mine[first : first + len(link.strength)]
            first += len(link.strength)
        nodes.append(noisy_or_node(node.id, mine[0], links))
    return Network(tuple(nodes))
