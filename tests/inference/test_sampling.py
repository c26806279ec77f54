"""Sampled posteriors: their intervals hold, or the sample says that nobody can know."""

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.inference import Evidence, sample_posteriors
from kneebayes.network import Network, noisy_or_node, root_node

HARD = (
    {"chest_pain": "present", "tender_calf": "present", "redness": "present"},
    {"bone_tenderness": "present", "us_clot": "present"},
    {"lump_growing": "present", "mcmurray": "present", "d_dimer": "present"},
)
DRAWS, TIMES = 4000, 12


def covered(network: Network, evidence: Evidence, right: dict[str, float]) -> tuple[float, int]:
    """Share of the 95 % intervals that hold what is right; how many samples are reliable."""
    inside: list[bool] = []
    reliable = 0
    for seed in range(TIMES):
        told = sample_posteriors(
            network, evidence, list(right), DRAWS, np.random.default_rng(100 + seed)
        )
        reliable += told.is_reliable
        inside += [
            abs(told.posteriors[id][-1] - share) <= 1.96 * told.standard_errors[id][-1]
            for id, share in right.items()
        ]
    return float(np.mean(inside)), reliable


@pytest.mark.parametrize("said", HARD)
def test_intervals_of_strong_evidence_hold(knee: kb.Model, said: dict[str, str]) -> None:
    """Fixed seeds; twelve samples of all causes each."""
    said = {id: state for id, state in said.items() if id in knee.network}
    evidence = Evidence.of(knee.network, said | {knee.knowledge.meta.complaint: "present"})
    causes = [one.id for one in knee.causes]
    exact = knee.engine.propagate(evidence, causes)
    share, reliable = covered(knee.network, evidence, {id: exact.present(id) for id in causes})
    assert 0.9 <= share <= 0.99
    assert reliable > TIMES // 2


def test_small_networks_against_enumeration() -> None:
    shares = []
    for network, evidence, _ in oracle.cases(12, 77):
        total = oracle.weigh(network, evidence)
        if total == 0:
            continue
        states = oracle.weigh_states(network, evidence)
        right = {
            id: float(each[-1] / total)
            for id, each in states.items()
            if evidence.hard_state(id) is None
        }
        if right:
            shares.append(covered(network, evidence, right)[0])
    assert len(shares) > 5
    assert np.mean(shares) > 0.92
    assert min(shares) > 0.8


def test_few_draws_say_that_they_cannot_know() -> None:
    links = {f"c{at}": 0.3 for at in range(30)}
    causes = [root_node(id, [0.999, 0.001]) for id in links]
    findings = [noisy_or_node(f"f{at}", 1e-6, links) for at in range(6)]
    network = Network((*causes, *findings))
    seen = Evidence.of(network, {f"f{at}": "present" for at in range(6)})
    told = sample_posteriors(network, seen, ["c0"], 60, np.random.default_rng(1))
    assert not told.is_reliable
    assert np.isfinite(told.standard_errors["c0"]).all()
