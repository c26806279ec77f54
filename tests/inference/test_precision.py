"""Digits that survive: additions of non-negative numbers only, checked against Fractions."""

from fractions import Fraction
from itertools import product

import numpy as np
import oracle
import pytest

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node

POSITIVES = 14

pytestmark = pytest.mark.usefixtures("way")


def many_findings(seed: int, *, mediators: int) -> Network:
    """Six rare causes with faint links, in part through mediators, to fourteen findings."""
    rng = np.random.default_rng(seed)
    causes = [noisy_or_node(f"c{at}", rng.uniform(0.001, 0.05)) for at in range(6)]
    between = [
        noisy_or_node(f"m{at}", 1e-3, {c.id: rng.uniform(0.001, 0.3) for c in causes})
        for at in range(mediators)
    ]
    sources = [*causes, *between]
    findings = [
        noisy_or_node(f"f{at}", 1e-4, {one.id: rng.uniform(1e-3, 0.05) for one in sources})
        for at in range(POSITIVES)
    ]
    return Network((*causes, *between, *findings))


def quickscore(network: Network) -> float:
    """P(all findings present) by inclusion-exclusion in doubles (Heckerman 1989)."""
    total = 0.0
    for chosen in product((False, True), repeat=POSITIVES):
        findings = [network[f"f{at}"] for at in range(POSITIVES) if chosen[at]]
        term = (-1.0) ** len(findings)
        for one in findings:
            term *= 1.0 - (one.leak or 0.0)
        for cause in (node for node in network.nodes if not node.parents):
            absent = 1.0
            for one in findings:
                absent *= next(1.0 - x.strength[1] for x in one.links if x.parent == cause.id)
            term *= 1.0 - (cause.leak or 0.0) + (cause.leak or 0.0) * absent
        total += term
    return total


@pytest.mark.parametrize("mediators", [0, 2])
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_fourteen_positive_findings_against_fractions(seed: int, mediators: int) -> None:
    network = many_findings(seed, mediators=mediators)
    seen = Evidence.of(network, {f"f{at}": "present" for at in range(POSITIVES)})
    shares = oracle.weigh_states(network, seen, Fraction)
    total = sum(shares["c0"], start=Fraction(0))
    hidden = [node.id for node in network.nodes if node.id not in seen]
    engine = Engine(network)
    told = engine.propagate(seen, hidden)
    errors = [error_of(engine.probability(seen), total)]
    errors += [
        error_of(told.marginals[name][0, state], shares[name][state] / total)
        for name in hidden
        for state in range(2)
    ]
    print(f"P(e) = {float(total):.3e}, largest relative error {max(errors):.1e}")
    assert max(errors) < 1e-12


def test_the_case_is_hard() -> None:
    """Inclusion-exclusion loses every digit of the same number."""
    network = many_findings(1, mediators=0)
    seen = Evidence.of(network, {f"f{at}": "present" for at in range(POSITIVES)})
    assert error_of(quickscore(network), oracle.weigh(network, seen, Fraction)) > 1e-3


def error_of(found: float, right: Fraction) -> float:
    return abs(float(Fraction(float(found)) / right - 1))


@pytest.mark.parametrize("absent", [3, 7])
def test_mixed_findings_against_fractions(absent: int) -> None:
    network = many_findings(4, mediators=2)
    states = ["absent"] * absent + ["present"] * (POSITIVES - absent)
    seen = Evidence.of(network, {f"f{at}": state for at, state in enumerate(states)})
    found = Engine(network).probability(seen)
    assert error_of(found, oracle.weigh(network, seen, Fraction)) < 1e-12


def test_links_that_are_nearly_nothing_keep_their_digits() -> None:
    """1 - (1 - 1e-18) is 0 in doubles; the engine never computes it."""
    network = Network(
        (noisy_or_node("a", 1e-18), noisy_or_node("b", 0.0, {"a": 1e-18}), noisy_or_node("c", 0.5))
    )
    engine = Engine(network)
    assert engine.probability(Evidence.of(network, {"b": "present"})) == pytest.approx(1e-36)
    known = Evidence.of(network, {"a": "present", "b": "present"})
    assert engine.probability(known) == pytest.approx(1e-36)


def test_probabilities_below_the_smallest_double_are_not_impossible() -> None:
    network = Network(tuple(noisy_or_node(f"n{at}", 1e-4) for at in range(100)))
    seen = Evidence.of(network, {node.id: "present" for node in network.nodes})
    found = Engine(network).log_probability(seen)
    assert found == pytest.approx(100 * np.log(1e-4), rel=1e-12)


def test_probabilities_below_the_smallest_double_with_hidden_causes() -> None:
    chains = [noisy_or_node(f"c{at}", 1e-4) for at in range(100)]
    findings = [noisy_or_node(f"f{at}", 0.0, {f"c{at}": 0.5}) for at in range(100)]
    network = Network((*chains, *findings))
    seen = Evidence.of(network, {f"f{at}": "present" for at in range(100)})
    found = Engine(network).log_probability(seen)
    assert found == pytest.approx(100 * np.log(0.5e-4), rel=1e-12)
