"""Networks: order, shape, tables, and what forcing a node does."""

import re
from typing import Any

import numpy as np
import oracle
import pytest

from kneebayes.errors import KneebayesError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node, table_node

AGE = root_node("age", [0.3, 0.3, 0.4], ["young", "middle", "old"])
FLU = noisy_or_node("flu", 0.05, {"age": [0.0, 0.1, 0.2]})
FEVER = noisy_or_node("fever", 0.02, {"flu": 0.8})
CHILLS = table_node("chills", ["fever", "flu"], np.full((2, 2, 2), 0.5))


def test_parents_come_first_whatever_the_order_given() -> None:
    network = Network((CHILLS, FEVER, FLU, AGE))
    assert [node.id for node in network.nodes] == ["age", "flu", "fever", "chills"]
    assert [network.index[node.id] for node in network.nodes] == [0, 1, 2, 3]


def test_an_order_that_will_do_is_kept() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        network = oracle.random_network(rng)
        assert Network(network.nodes).nodes == network.nodes
        placed: set[str] = set()
        for node in network.nodes:
            assert placed.issuperset(node.parents)
            placed.add(node.id)


def test_what_a_network_knows() -> None:
    network = Network((AGE, FLU, FEVER, CHILLS))
    assert repr(network) == "Network(4 nodes, 4 arrows)"
    assert len(network) == 4
    assert "flu" in network
    assert "cold" not in network
    assert network["fever"] is FEVER
    assert network.children_of("flu") == ("fever", "chills")
    assert network.children_of("chills") == ()
    assert network.shape_of(FLU) == (3, 2)
    assert network.shape_of(CHILLS) == (2, 2, 2)


def test_an_unknown_node() -> None:
    with pytest.raises(UnknownNameError, match=r"No node 'fevre' in the network\.") as error:
        _ = Network((AGE, FLU, FEVER))["fevre"]
    assert error.value.suggestions == ("fever",)


@pytest.mark.parametrize(
    ("nodes", "text"),
    [
        ((AGE, AGE), "The node 'age' stands twice in the network."),
        ((AGE, FEVER), "fever: its parent 'flu' is not in the network."),
        (
            (AGE, noisy_or_node("flu", 0.1, {"age": 0.5})),
            "flu: the link of age has 2 numbers, but age has the states young, middle, old.",
        ),
        (
            (AGE, table_node("x", ["age"], np.full((2, 2), 0.5))),
            "x: its table does not fit the states of age.",
        ),
        (
            (noisy_or_node("a", 0.1, {"b": 0.5}), noisy_or_node("b", 0.1, {"a": 0.5}), AGE),
            "The arrows run in a circle among: a, b.",
        ),
        ((noisy_or_node("a", 0.1, {"a": 0.5}),), "The arrows run in a circle among: a."),
    ],
)
def test_networks_that_are_refused(nodes: tuple[Node, ...], text: str) -> None:
    with pytest.raises(KneebayesError) as error:
        Network(nodes)
    assert text in str(error.value)


def test_tables_follow_the_definition_of_the_noisy_or() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        network = oracle.random_network(rng)
        for node in network.nodes:
            table = network.table_of(node)
            assert table.shape == network.shape_of(node)
            assert table.sum(axis=-1) == pytest.approx(1.0)
            right = oracle.family(network, node).astype(float)
            assert table == pytest.approx(right, abs=1e-15)


def test_replacing_changes_only_what_is_named() -> None:
    network = Network((AGE, FLU, FEVER))
    other = noisy_or_node("fever", 0.5, {"flu": 0.9})
    changed = network.replacing([other])
    assert changed.nodes == (AGE, FLU, other)
    assert network.nodes == (AGE, FLU, FEVER)


@pytest.mark.parametrize(
    ("name", "state", "parents", "numbers"),
    [
        ("fever", "present", (), [0.0, 1.0]),
        ("fever", "absent", (), [1.0, 0.0]),
        ("age", "middle", (), [0.0, 1.0, 0.0]),
        ("chills", "present", (), [0.0, 1.0]),
    ],
)
def test_forcing_cuts_the_arrows_into_a_node(
    name: str, state: str, parents: tuple[str, ...], numbers: list[float]
) -> None:
    network = Network((AGE, FLU, FEVER, CHILLS))
    forced = network.forcing(name, state)
    assert forced[name].parents == parents
    assert forced[name].states == network[name].states
    assert forced.table_of(forced[name]).tolist() == numbers
    assert [one for one in forced.nodes if one.id != name] == [
        one for one in network.nodes if one.id != name
    ]


@pytest.mark.parametrize("name", ["fever", "age"])
def test_forcing_a_state_that_is_not_there(name: str) -> None:
    with pytest.raises(KneebayesError, match="presnt"):
        Network((AGE, FLU, FEVER)).forcing(name, "presnt")


def test_doing_is_not_seeing() -> None:
    """Treating everybody says nothing about who is ill; meeting a treated patient does."""
    ill = root_node("ill", [0.8, 0.2])
    treated = noisy_or_node("treated", 0.1, {"ill": 0.7})
    network = Network((ill, treated))
    seen = Evidence.of(network, {"treated": "present"})
    assert Engine(network).propagate(seen, ["ill"]).present("ill") > 0.2
    done = network.forcing("treated", "present")
    assert Engine(done).propagate(seen, ["ill"]).present("ill") == pytest.approx(0.2)


def test_forcing_equals_adjusting_for_the_parents() -> None:
    """P(y | do x) = sum over parents of P(parents) P(y | x, parents) (Pearl 2009, 3.2)."""
    rng = np.random.default_rng(2)
    compared = 0
    while compared < 150:
        network = oracle.random_network(rng, 7)
        node = network.nodes[rng.integers(len(network))]
        state = str(rng.choice(node.states))
        joint = oracle.worlds(network, Evidence({}))
        at = network.index[node.id]
        parents = [network.index[parent] for parent in node.parents]
        kept = (*parents, at)
        rest = tuple(axis for axis in range(len(network)) if axis not in kept)
        before = joint.sum(axis=(*rest, at), keepdims=True)
        chosen = joint.take([node.states.index(state)], axis=at)
        given = chosen.sum(axis=rest, keepdims=True)
        if (given == 0).any():
            continue
        forced = chosen / given * before
        told = Engine(network.forcing(node.id, state)).propagate(
            Evidence({}), [one.id for one in network.nodes]
        )
        for other, one in enumerate(network.nodes):
            if other != at:
                axes = tuple(axis for axis in range(len(network)) if axis != other)
                right = forced.sum(axis=axes).astype(float)
                assert told.marginals[one.id][0] == pytest.approx(right, abs=1e-12)
                compared += 1


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        (np.full(3, 0.5), "has 5 numbers, got 3. Give all of them"),
        ([0.5] * 6, "has 5 numbers, got 6. Give all of them"),
        ("abcde", "has 5 numbers, got 0. Give all of them"),
        (None, "has 5 numbers, got 1. Give all of them"),
        (
            [0.5, 0.9, 0.02, 0.0, 0.8],
            "flu: each distribution must be non-negative and add up to 1.",
        ),
        ([0.9, 0.1, 1.5, 0.0, 0.8], "A probability must be between 0 and 1, got 1.5."),
        ([0.9, 0.1, 0.02, -0.1, 0.8], "A probability must be between 0 and 1, got -0.1."),
        ([0.9, 0.1, 0.02, 0.0, np.nan], "A probability must be between 0 and 1, got nan."),
    ],
)
def test_other_numbers_must_be_as_many_as_before_and_probabilities(
    numbers: object, text: str
) -> None:
    network = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    with pytest.raises(KneebayesError, match=re.escape(text)):
        network.with_numbers(numbers)  # type: ignore[arg-type]
    for right in ([0.8, 0.2, 0.1, 0.0, 0.5], np.array([0.8, 0.2 + 1e-12, 0.1, 0.0, 0.5])):
        assert network.with_numbers(right)["fever"].leak == 0.1


@pytest.mark.parametrize("nodes", [3, "ab", None, (1, 2), (AGE, "flu")])
def test_a_network_is_made_of_nodes(nodes: object) -> None:
    with pytest.raises(KneebayesError, match="A network is made of nodes, such as root_node gives"):
        Network(nodes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [3, None, ["age"]])
def test_what_is_no_name_names_no_node(name: Any) -> None:
    with pytest.raises(UnknownNameError, match="No node '"):
        Network((AGE,))[name]
