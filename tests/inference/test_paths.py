"""Networks split by path: what was there before keeps its distribution; reached means reached."""

import numpy as np
import oracle
import pytest

from kneebayes.inference import Engine, Evidence
from kneebayes.inference.paths import ancestors, descendants, reached, split_by_path
from kneebayes.network import Link, Network, noisy_or_node, root_node, table_node


def is_strong(link: Link) -> tuple[bool, ...]:
    return tuple(value > 0.4 for value in link.strength)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("leak_counts", [False, True])
def test_what_was_there_before_keeps_its_distribution(seed: int, leak_counts: bool) -> None:
    for network, evidence, _ in oracle.cases(2, seed, 7, share=0.5):
        within = {node.id for node in network.nodes if node.is_noisy_or and node.parents}
        split = split_by_path(network, within, is_strong, leak_counts=leak_counts)
        told = Engine(split.network).propagate(split.widen(evidence), list(network.index))
        right = oracle.weigh(network, evidence)
        assert np.exp(told.log_probability) == pytest.approx(float(right), rel=1e-9)
        for id, share in oracle.weigh_states(network, evidence).items():
            mine = told.marginals[id][0]
            mine = [*mine[:1], mine[1:].sum()] if id in split.inner else mine
            assert mine == pytest.approx((share / right).astype(float), abs=1e-9)


def chain() -> Network:
    """One way through a mediator, one around it, and a table that hangs on the mediator."""
    return Network(
        (
            root_node("a", [0.7, 0.3]),
            root_node("b", [0.6, 0.4]),
            noisy_or_node("m", 0.1, {"a": 0.5, "b": 0.25}),
            noisy_or_node("f", 0.2, {"m": 0.8}),
            table_node("t", ["m"], [[0.9, 0.1], [0.2, 0.8]]),
        )
    )


def test_reached_is_a_chain_of_fired_links() -> None:
    network = chain()
    split = split_by_path(
        network, {"m", "f"}, lambda link: (False, link.parent == "a"), leak_counts=False
    )
    assert split.inner == {"m"}
    engine = Engine(split.network)
    told = engine.propagate_each([Evidence({})], [reached("m"), reached("f"), "t"])
    assert told.present(reached("m")) == pytest.approx(0.3 * 0.5)
    assert told.present(reached("f")) == pytest.approx(0.3 * 0.5 * 0.8)
    present = 1.0 - 0.9 * (1.0 - 0.3 * 0.5) * (1.0 - 0.4 * 0.25)
    assert told.present("t") == pytest.approx(0.1 + 0.7 * present)


def test_ways_up_and_down_go_through_what_is_named() -> None:
    network = chain()
    assert ancestors(network, ["f"], {"m"}) == {"f", "m"}
    assert ancestors(network, ["f"], {"m", "a", "b"}) == {"f", "m", "a", "b"}
    assert descendants(network, "a", {"m", "f"}) == {"m", "f"}
    assert descendants(network, "a", {"f", "t"}) == set()
