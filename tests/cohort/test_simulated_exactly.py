"""Draws given evidence against every world one by one, and against exact posteriors."""

import numpy as np
import pytest
from oracle import cases, kept_states, worlds

import kneebayes as kb
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.sampling import Drawing
from kneebayes.network import Network, noisy_or_node, root_node

DRAWS = 4000


def chi_square(network: Network, evidence: Evidence, drawn: np.ndarray) -> tuple[float, int]:
    """Pearson's statistic over all worlds, those expected less than five times together."""
    joint = np.asarray(worlds(network, evidence), dtype=float)
    full = np.zeros([len(node.states) for node in network.nodes])
    full[np.ix_(*(kept_states(evidence, node) for node in network.nodes))] = joint / joint.sum()
    counts = np.zeros(full.shape)
    np.add.at(counts, tuple(drawn.T.astype(int)), 1)
    assert counts[full == 0.0].sum() == 0
    expected, seen = full.ravel() * len(drawn), counts.ravel()
    often = expected >= 5.0
    rest, seen_rest = expected[~often].sum(), seen[~often].sum()
    some = float(((seen[often] - expected[often]) ** 2 / expected[often]).sum())
    if rest > 1.0:
        some += float((seen_rest - rest) ** 2 / rest)
    return some, max(int(often.sum()) - (rest <= 1.0), 0)


def test_worlds_come_as_often_as_enumeration_says() -> None:
    """Statistics of 60 networks together are as large as chance makes them, and none is wild."""
    total, freedom = 0.0, 0
    for network, evidence, rng in cases(60, seed=11, most=7):
        drawn = Drawing(Engine(network), evidence).draw(DRAWS, rng)
        statistic, degrees = chi_square(network, evidence, drawn)
        assert statistic < degrees + 6.0 * np.sqrt(2.0 * degrees) + 12.0
        total, freedom = total + statistic, freedom + degrees
    assert abs(total - freedom) / np.sqrt(2.0 * freedom) < 4.0


def test_the_probability_of_the_evidence_comes_along() -> None:
    for network, evidence, _ in cases(20, seed=12):
        drawing = Drawing(Engine(network), evidence)
        exact = float(np.log(worlds(network, evidence).sum()))
        assert drawing.log_probability == pytest.approx(exact, abs=1e-9)


def test_evidence_that_is_rarer_than_any_rejection_could_meet() -> None:
    """P(evidence) = 1e-12: forward draws would need a million million tries."""
    network = Network(
        (
            root_node("a", [1.0 - 1e-6, 1e-6]),
            root_node("b", [1.0 - 3e-6, 3e-6]),
            noisy_or_node("f", 0.0, {"a": 1e-6, "b": 1e-6}),
        )
    )
    drawing = Drawing(Engine(network), Evidence.of(network, {"f": "present"}))
    drawn = drawing.draw(20_000, np.random.default_rng(5))
    share = (drawn[:, network.index["a"]] == 1).mean()
    assert share == pytest.approx(0.25, abs=4.0 * np.sqrt(0.25 * 0.75 / 20_000))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"lump_behind_knee": "present", "fever": "absent", "age": "older"},
        {"fever": "present", "redness": "present", "leg_swelling": "present", "locking": "present"},
        {"gout": "present", "deep_vein_thrombosis": "absent", "mri_solid_mass": "present"},
    ],
    ids=["complaint alone", "cyst", "hot", "cause known"],
)
def test_marginals_and_pairs_on_the_article(knee: kb.Model, said: dict[str, str]) -> None:
    evidence = Evidence.of(knee.network, {"pain_behind_knee": "present", **said})
    draws = 8000
    drawn = Drawing(knee.engine, evidence).draw(draws, np.random.default_rng(7))
    asked = [*knee.knowledge.causes, *knee.knowledge.mediators, "stiffness", "blood_inflammation"]
    told = [knee.engine.propagate(evidence, [id]).present(id) for id in asked]
    hits = drawn[:, [knee.network.index[id] for id in asked]] == 1
    assert largest_z(hits, np.array(told), draws) < 4.2
    pairs = [("osteoarthritis", "bakers_cyst"), ("meniscus_tear", "mechanical_block")]
    for pair in pairs:
        table, scale = knee.engine.joint(evidence, list(pair))
        both = float(table[1, 1] * np.exp(scale)) / knee.engine.probability(evidence)
        columns = [knee.network.index[id] for id in pair]
        together = (drawn[:, columns] == 1).all(axis=1, keepdims=True)
        assert largest_z(together, np.array([both]), draws) < 4.2


def largest_z(hits: np.ndarray, expected: np.ndarray, draws: int) -> float:
    open_ones = (expected > 1e-12) & (expected < 1.0 - 1e-12)
    assert (hits.mean(axis=0)[~open_ones] == expected[~open_ones].round()).all()
    spread = np.sqrt(expected * (1.0 - expected) / draws)[open_ones]
    # the binomial is skewed where hardly anything is expected: one hit more is no evidence
    excess = np.abs(hits.mean(axis=0) - expected)[open_ones] - 1.0 / draws
    return float((excess / spread).max(initial=0.0))


def test_impossible_evidence_cannot_be_drawn_from() -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("f", 0.0, {"a": 1.0})))
    evidence = Evidence.of(network, {"a": "present", "f": "absent"})
    with pytest.raises(kb.ImpossibleEvidenceError, match="nothing can be drawn"):
        Drawing(Engine(network), evidence)


def test_nothing_known_is_drawn_forwards() -> None:
    network = Network((root_node("a", [0.2, 0.8]), noisy_or_node("f", 0.1, {"a": 0.5})))
    drawn = Drawing(Engine(network), Evidence({})).draw(20_000, np.random.default_rng(3))
    assert drawn.mean(axis=0) == pytest.approx([0.8, 1 - 0.9 * (0.2 + 0.8 * 0.5)], abs=0.015)
