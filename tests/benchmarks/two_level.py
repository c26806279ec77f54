"""Two-level networks: causes above, noisy-OR findings below, numbers that doubles hold exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node

UNIT = 4096  # every number is a whole number of these parts


@dataclass(frozen=True)
class TwoLevel:
    """Numbers in parts of 4096.

    Attributes
    ----------
    priors
        Of each cause.
    leaks
        Of each finding.
    links
        For each finding the strength by cause.
    """

    priors: list[int]
    leaks: list[int]
    links: list[dict[int, int]]

    @property
    def causes(self) -> list[str]:
        """Ids of the causes."""
        return [f"c{at}" for at in range(len(self.priors))]

    def network(self) -> Network:
        """The same as a network."""
        causes = [noisy_or_node(f"c{at}", prior / UNIT) for at, prior in enumerate(self.priors)]
        findings = [
            noisy_or_node(f"f{at}", leak / UNIT, {f"c{c}": s / UNIT for c, s in links.items()})
            for at, (leak, links) in enumerate(zip(self.leaks, self.links, strict=True))
        ]
        return Network((*causes, *findings))

    def evidence(self, states: dict[int, bool]) -> Evidence:
        """Findings answered, by number."""
        words = {f"f{at}": "present" if on else "absent" for at, on in states.items()}
        return Evidence.of(self.network(), words)

    def simulate(self, rng: np.random.Generator) -> list[bool]:
        """States of all findings of one simulated patient."""
        present = rng.random(len(self.priors)) * UNIT < self.priors
        states = []
        for leak, links in zip(self.leaks, self.links, strict=True):
            absent = 1.0 - leak / UNIT
            for cause, strength in links.items():
                absent *= 1.0 - present[cause] * strength / UNIT
            states.append(bool(rng.random() >= absent))
        return states


def random_two_level(
    rng: np.random.Generator,
    causes: int,
    findings: int,
    parents: tuple[int, int] = (3, 5),
    priors: tuple[float, float] = (0.01, 0.1),
    strengths: tuple[float, float] = (0.05, 0.6),
) -> TwoLevel:
    """Random causes and findings, each finding with so many causes at random."""

    def whole(low: float, high: float) -> int:
        return max(1, round(UNIT * rng.uniform(low, high)))

    links = []
    for _ in range(findings):
        chosen = rng.choice(causes, min(causes, rng.integers(parents[0], parents[1] + 1)), False)
        links.append({int(cause): whole(*strengths) for cause in chosen})
    return TwoLevel(
        priors=[whole(*priors) for _ in range(causes)],
        leaks=[whole(0.0005, 0.01) for _ in range(findings)],
        links=links,
    )
