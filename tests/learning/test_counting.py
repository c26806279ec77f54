"""Expected counts against enumeration of every world with every link."""

import numpy as np
import pytest
from counted_worlds import counts_by_enumeration
from oracle import cases, weigh

from kneebayes.inference import Engine, Evidence
from kneebayes.inference.batch import cases_of, flatten, numbers_of
from kneebayes.learning.counting import Counted, Counting
from kneebayes.network import Network


def count(network: Network, evidence: Evidence) -> Counted:
    engine = Engine(network)
    batch = cases_of(network, engine.flat, [evidence])
    return Counting(engine).count(batch.hard, batch.soft, engine.numbers[0])


@pytest.mark.usefixtures("way")  # in plain code too, which answers where doubles are too narrow
@pytest.mark.parametrize("seed", range(8))
def test_counts_are_those_of_all_worlds(seed: int) -> None:
    for network, evidence, _ in cases(12, seed, most=6):
        total, met, tried = counts_by_enumeration(network, evidence)
        told = count(network, evidence)
        assert told.logs[0] == pytest.approx(np.log(total), abs=1e-9)
        np.testing.assert_allclose(told.tried[0], tried, atol=1e-9)
        np.testing.assert_allclose(told.met[0], met, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_curvatures_are_second_derivatives(seed: int) -> None:
    """Against differences of ln P(evidence) by brute force."""
    step = 1e-3
    for network, evidence, _ in cases(4, seed, most=5):
        told = count(network, evidence)
        numbers = numbers_of(network)
        curvatures = told.curvatures(numbers)[0]
        residuals = told.residuals(numbers)[0]
        flat = flatten(network)
        for node in [one for one in network.nodes if one.is_noisy_or]:
            start = int(flat.number_start[network.index[node.id]])
            for place in range(start, int(flat.number_start[network.index[node.id] + 1])):
                if not 0.0 < numbers[place] < 1.0:
                    continue
                logs = [
                    log_by_force(network, evidence, numbers, place, way)
                    for way in (-step, 0.0, step)
                ]
                slope = (logs[2] - logs[0]) / (2 * step)
                bend = -(logs[2] - 2 * logs[1] + logs[0]) / step**2
                assert residuals[place] == pytest.approx(slope, abs=1e-5)
                assert curvatures[place] == pytest.approx(bend, abs=1e-5)


def log_by_force(
    network: Network, evidence: Evidence, numbers: np.ndarray, place: int, way: float
) -> float:
    """Natural logarithm of P(evidence) with the log-odds of one number moved."""
    moved = numbers.copy()
    moved[place] = 1 / (1 + np.exp(-(np.log(moved[place] / (1 - moved[place])) + way)))
    return float(np.log(weigh(network.with_numbers(moved), evidence)))
