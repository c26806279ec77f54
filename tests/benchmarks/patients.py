"""Simulated patients: drawn from the network, kept where the complaint is present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneebayes import Model
from kneebayes.inference import Evidence
from kneebayes.network import Network

UNKNOWN, ANSWERED = "contexts unknown", "contexts answered"
SERIES = (UNKNOWN, ANSWERED)
FEWEST, MOST = 5, 15  # findings that a patient answers
CHUNK = 50_000

States = NDArray[np.int8]


def sample(network: Network, count: int, rng: np.random.Generator) -> States:
    """States of all nodes, parents before children: count x nodes."""
    states = np.zeros((count, len(network)), dtype=np.int8)
    for at, node in enumerate(network.nodes):
        if node.is_noisy_or:
            absent = np.full(count, 1.0 - (node.leak or 0.0))
            for link in node.links:
                absent *= 1.0 - np.asarray(link.strength)[states[:, network.index[link.parent]]]
            states[:, at] = rng.random(count) >= absent
        else:
            places = tuple(states[:, network.index[parent]] for parent in node.parents)
            upto = network.table_of(node)[places].cumsum(axis=-1)[..., :-1]
            states[:, at] = (rng.random(count)[:, None] >= upto).sum(axis=-1)
    return states


def sample_given(network: Network, complaint: str, count: int, rng: np.random.Generator) -> States:
    """The same, of those who have the complaint; all others are thrown away."""
    at = network.index[complaint]
    kept: list[States] = []
    while sum(map(len, kept)) < count:
        drawn = sample(network, CHUNK, rng)
        kept.append(drawn[drawn[:, at] == 1])
    return np.concatenate(kept)[:count]


@dataclass(frozen=True)
class Patient:
    """Answers of one simulated patient by id: the complaint and findings, and the contexts."""

    findings: dict[str, str]
    contexts: dict[str, str]

    def answers(self, series: str) -> dict[str, str]:
        """What is told in a series."""
        return self.findings | (self.contexts if series == ANSWERED else {})

    def evidence(self, network: Network, series: str) -> Evidence:
        """The same as evidence."""
        return Evidence.of(network, self.answers(series))


@dataclass(frozen=True)
class Ward:
    """Simulated states of many patients, from which answers are taken."""

    model: Model
    states: States
    seed: int

    @classmethod
    def of(cls, model: Model, count: int, seed: int) -> Ward:
        """Simulate a ward; the same seed gives the same patients."""
        rng = np.random.default_rng(seed)
        complaint = model.knowledge.meta.complaint
        return cls(model, sample_given(model.network, complaint, count, rng), seed)

    @property
    def others(self) -> list[str]:
        """All findings but the complaint."""
        complaint = self.model.knowledge.meta.complaint
        return [one.id for one in self.model.findings if one.id != complaint]

    def state(self, row: int, id: str) -> str:
        """Name of a simulated state."""
        network = self.model.network
        return network[id].states[self.states[row, network.index[id]]]

    def present(self, row: int) -> list[str]:
        """Findings other than the complaint that a patient has."""
        index = self.model.network.index
        return [id for id in self.others if self.states[row, index[id]] == 1]

    def patient(self, row: int, findings: Sequence[str]) -> Patient:
        """One patient who answers the complaint and some findings."""
        complaint = self.model.knowledge.meta.complaint
        told = {id: self.state(row, id) for id in (complaint, *findings)}
        return Patient(told, {one.id: self.state(row, one.id) for one in self.model.contexts})

    def some(self, count: int, fewest: int = FEWEST, most: int = MOST) -> list[Patient]:
        """Patients with a random number of random findings answered."""
        rng = np.random.default_rng(self.seed + 1)
        numbers = rng.integers(fewest, most + 1, size=count)
        drawn = [rng.choice(self.others, number, replace=False).tolist() for number in numbers]
        return [self.patient(row, findings) for row, findings in enumerate(drawn)]

    def all_answered(self, count: int) -> list[Patient]:
        """Patients with every finding answered."""
        return [self.patient(row, self.others) for row in range(count)]

    def positive(self, count: int, findings: int) -> list[Patient]:
        """Patients who tell so many findings, all present; fewer patients if few have as many."""
        rng = np.random.default_rng(self.seed + 2)
        found: list[Patient] = []
        for row in range(len(self.states)):
            present = self.present(row)
            if len(present) >= findings and len(found) < count:
                told = rng.choice(present, findings, replace=False).tolist() if findings else []
                found.append(self.patient(row, told))
        return found
