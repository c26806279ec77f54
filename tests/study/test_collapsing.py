"""Without mediators: every finding keeps its frequency under each cause alone."""

import numpy as np
import pytest
from oracle import random_network

import kneebayes as kb
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.network import Network, noisy_or_node, root_node, table_node
from kneebayes.study import without_mediators
from kneebayes.study.baselines import collapse


def alone(network: Network, finding: str, cause: str | None, causes: list[str]) -> float:
    """P(finding | one cause present, all others absent), the arrows into the causes cut."""
    for id in causes:
        network = network.forcing(id, "present" if id == cause else "absent")
    return Engine(network).propagate(Evidence({}), [finding]).present(finding)


def test_frequencies_stay_and_the_bond_is_gone() -> None:
    network = Network(
        (
            root_node("a", [0.9, 0.1]),
            root_node("b", [0.8, 0.2]),
            noisy_or_node("m", 0.05, {"a": 0.7, "b": 0.2}),
            noisy_or_node("f", 0.01, {"m": 0.6, "b": 0.3}),
            noisy_or_node("g", 0.02, {"m": 0.9}),
        )
    )
    bare = collapse(network, ["f", "g"], {"m", "f", "g"})
    for finding in ("f", "g"):
        assert set(bare[finding].parents) == {"a", "b"}
        for cause in (None, "a", "b"):
            expected = alone(network, finding, cause, ["a", "b"])
            assert alone(bare, finding, cause, ["a", "b"]) == pytest.approx(expected, abs=1e-12)
    both, engine = {"f": "present", "g": "present"}, Engine(bare)
    said = {"a": "present", "b": "absent"}
    given = Evidence.of(bare, said)
    single = [engine.posterior(Evidence.of(bare, {id: "present"}), given) for id in both]
    together = engine.posterior(Evidence.of(bare, both), given)
    assert together == pytest.approx(single[0] * single[1])


def test_a_parent_with_many_states_keeps_each_of_them() -> None:
    network = Network(
        (
            root_node("age", [0.2, 0.5, 0.3], ["young", "middle", "old"]),
            noisy_or_node("m", 0.1, {"age": [0.3, 0.0, 0.8]}),
            noisy_or_node("f", 0.05, {"m": 0.5}),
        )
    )
    bare = collapse(network, ["f"], {"m"})
    for state in ("young", "middle", "old"):
        seen = Evidence.of(network, {"age": state})
        mine, theirs = (Engine(one).propagate(seen, ["f"]).present("f") for one in (bare, network))
        assert mine == pytest.approx(theirs, abs=1e-12)


def test_where_nothing_stands_between_nothing_changes() -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        network = random_network(rng)
        assert collapse(network, [node.id for node in network.nodes], set()) == network


@pytest.fixture(scope="module")
def bare(knee: kb.Model) -> kb.Model:
    return without_mediators(knee)


@pytest.mark.parametrize(
    ("finding", "causes"),
    [
        ("leg_swelling", ("septic_arthritis", "bakers_cyst")),
        ("redness", ("septic_arthritis", "bakers_cyst")),
        ("swollen_knee", ("septic_arthritis", "bakers_cyst")),
        ("stiffness", ("septic_arthritis", "bakers_cyst")),
        ("claudication", ("referred_pain_spine",)),
        ("immediate_pain", ("meniscus_tear",)),
        ("both_knees", ("osteoarthritis", "something_else_unnamed")),
    ],
)
def test_the_article_keeps_its_frequencies(
    knee: kb.Model, bare: kb.Model, finding: str, causes: tuple[str, ...]
) -> None:
    """But for what is by chance and through a form rarer at one age: these count as independent."""
    knowledge = knee.knowledge
    there = {node for cause, node in knowledge.there.items() if node != cause}
    assert not set(bare.network[finding].parents) & (set(knowledge.mediators) - there)
    contexts = [context.id for context in knowledge.contexts.values() if not context.states]
    for cause in causes:
        found = []
        for model in (knee, bare):
            network = model.network
            for id in (*contexts, *there):
                network = network.forcing(id, "absent")
            seen = Evidence.of(network, {EXPLANATION: cause})
            found.append(Engine(network).propagate(seen, [finding]).present(finding))
        assert found[1] == pytest.approx(found[0], abs=1e-9 if finding == "leg_swelling" else 1e-3)


def test_what_is_let_through_at_an_age_is_so_in_a_share() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        share, ages = rng.uniform(0.1, 1.0, 3), rng.dirichlet(np.ones(3))
        table = np.zeros((2, 3, 2))
        table[1, :, 1] = share
        table[..., 0] = 1.0 - table[..., 1]
        network = Network(
            (
                root_node("age", ages, ["young", "middle", "old"]),
                root_node("a", [0.9, 0.1]),
                noisy_or_node("most", 0.05, {"a": 0.7}),
                table_node("m", ["most", "age"], table),
                noisy_or_node("f", 0.01, {"m": 0.6, "a": 0.3}),
            )
        )
        bare = collapse(network, ["f"], {"most", "m"})
        assert bare["f"].parents == ("a",)
        for cause in (None, "a"):
            expected = alone(network, "f", cause, ["a"])
            assert alone(bare, "f", cause, ["a"]) == pytest.approx(expected, abs=1e-12)


def test_priors_stay_and_signs_of_one_process_count_again(knee: kb.Model, bare: kb.Model) -> None:
    assert bare.diagnose()["gout"] == pytest.approx(knee.diagnose()["gout"], rel=1e-9)
    signs = {"redness": True, "warmth": True, "swollen knee": True}
    assert bare.diagnose(signs)["infection"] > knee.diagnose(signs)["infection"]
