"""Derivatives of ln P(evidence), against numbers put to 0 and 1; firing, against all worlds."""

import numpy as np
import oracle
import pytest
from fired_worlds import LEAK, fired_worlds

import kneebayes as kb
from kneebayes.inference import Engine, Evidence

CLOSE = 1e-9


def slopes(engine: Engine, evidence: Evidence) -> np.ndarray:
    """P(evidence) is linear in each number: its slope is the difference of P at 1 and at 0."""
    numbers = engine.numbers[0]
    count = len(numbers)
    changed = np.tile(numbers, (2 * count, 1))
    changed[np.arange(count), np.arange(count)] = 0.0
    changed[count + np.arange(count), np.arange(count)] = 1.0
    weights = np.exp(engine.propagate_each([evidence], (), changed).log_probability)
    return (weights[count:] - weights[:count]) / engine.probability(evidence)


@pytest.mark.parametrize("seed", range(4))
def test_derivatives_are_slopes(seed: int) -> None:
    for network, evidence, _ in oracle.cases(15, 100 + seed, 7):
        engine = Engine(network)
        expected = slopes(engine, evidence)
        told = engine.derive(evidence)
        assert told.derivatives == pytest.approx(expected, rel=CLOSE, abs=CLOSE)
        assert told.log_probability == pytest.approx(engine.log_probability(evidence), abs=CLOSE)


@pytest.mark.parametrize("seed", range(4))
def test_links_fire_as_often_as_in_all_worlds(seed: int) -> None:
    for network, evidence, _ in oracle.cases(15, 200 + seed, 5):
        told = Engine(network).derive(evidence).fired
        worlds = list(fired_worlds(network, evidence))
        whole = sum(world.weight for world in worlds)
        for node, shares in told.items():
            for id, share in shares.items():
                name = LEAK if id == "leak" else id
                expected = sum(one.weight for one in worlds if name in one.fired[node]) / whole
                assert share == pytest.approx(float(expected), rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize("seed", range(6))
def test_plain_code_derives_what_the_kernel_does(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every slope and every share of a link, by the code that answers where doubles are narrow."""
    asked = [
        (Engine(network), evidence) for network, evidence, _ in oracle.cases(10, 300 + seed, 8)
    ]
    by_kernel = [engine.derive(evidence) for engine, evidence in asked]
    monkeypatch.setattr("kneebayes.inference.single.kernel", lambda wait=False: None)
    for (engine, evidence), right in zip(asked, by_kernel, strict=True):
        told = engine.derive(evidence)
        assert told.log_probability == pytest.approx(right.log_probability, abs=CLOSE)
        assert told.derivatives == pytest.approx(right.derivatives, rel=CLOSE, abs=CLOSE)
        assert told.fired.keys() == right.fired.keys()
        for node, shares in right.fired.items():
            assert dict(told.fired[node]) == pytest.approx(dict(shares), rel=CLOSE, abs=CLOSE)


def test_derivatives_on_the_article(knee: kb.Model) -> None:
    """Numbers chosen at random, of the whole network."""
    words = {knee.knowledge.meta.complaint: "present", "fever": "present", "redness": "absent"}
    evidence = Evidence.of(knee.network, words)
    engine = knee.engine
    told = engine.derive(evidence).derivatives
    moving = np.flatnonzero(told)
    rng = np.random.default_rng(5)
    chosen = rng.choice(moving, 8, replace=False)
    changed = np.tile(engine.numbers[0], (16, 1))
    changed[np.arange(8), chosen] = 0.0
    changed[8 + np.arange(8), chosen] = 1.0
    weights = np.exp(engine.propagate_each([evidence], (), changed).log_probability)
    expected = (weights[8:] - weights[:8]) / engine.probability(evidence)
    assert told[chosen] == pytest.approx(expected, rel=1e-8)
