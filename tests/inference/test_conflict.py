"""A smallest conflict, against a search of every subset by enumeration."""

from itertools import combinations

import numpy as np
import oracle
import pytest

from kneebayes.inference import Engine, Evidence, smallest_conflict
from kneebayes.network import Network, noisy_or_node, root_node


def impossible(network: Network, evidence: Evidence) -> bool:
    return bool(oracle.weigh(network, evidence) == 0)


def size_by_search(network: Network, evidence: Evidence) -> int:
    for size in range(1, len(evidence) + 1):
        for chosen in combinations(evidence, size):
            if impossible(network, evidence.only(chosen)):
                return size
    return 0


@pytest.mark.parametrize("seed", range(4))
def test_no_smaller_set_conflicts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = []
    while len(sizes) < 25:
        network = oracle.random_network(rng, 8, certain=True)
        evidence = oracle.random_evidence(rng, network, 0.8)
        if len(evidence) and impossible(network, evidence):
            found = smallest_conflict(Engine(network), evidence)
            assert impossible(network, evidence.only(found))
            assert len(found) == size_by_search(network, evidence)
            assert [name for name in evidence if name in found] == list(found)
            sizes.append(len(found))
    assert max(sizes) >= 2


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_conflicts_of_every_size(size: int) -> None:
    """A finding that only the absence of a cause produces, seen beside all the causes."""
    causes = [root_node(f"c{at}", [0.5, 0.5]) for at in range(size - 1)]
    finding = noisy_or_node("f", 0.0, {one.id: [1.0, 0.0] for one in causes})
    network = Network((*causes, finding, noisy_or_node("idle", 0.1)))
    said = {one.id: "present" for one in (*causes, *network.nodes)}
    found = smallest_conflict(Engine(network), Evidence.of(network, said))
    assert set(found) == {*(one.id for one in causes), "f"}


def test_possible_evidence_has_no_conflict() -> None:
    for network, evidence, _ in oracle.cases(30, 5):
        assert smallest_conflict(Engine(network), evidence) == ()


def test_nothing_told_nothing_in_conflict() -> None:
    network = Network((root_node("a", [0.5, 0.5]),))
    assert smallest_conflict(Engine(network), Evidence({})) == ()
