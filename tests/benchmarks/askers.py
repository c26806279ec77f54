"""Batches about one patient, as a user asks for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.patients import Patient, Ward
from kneebayes.inference import Evidence
from kneebayes.inference.flat import numbers_of
from kneebayes.inference.propagation import Propagation
from kneebayes.network import Numbers

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


def subset_asker(ward: Ward, series: str) -> Asker:
    """All posteriors for every subset of the answered findings, the complaint always kept."""
    model = ward.model
    causes = [cause.id for cause in model.causes]
    complaint = model.knowledge.meta.complaint

    def ask(patient: Patient) -> Propagation:
        evidence = patient.evidence(model.network, series)
        parts = [[id] for id in patient.findings if id != complaint]
        return model.engine.propagate_subsets(evidence, parts, causes)

    return ask


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
