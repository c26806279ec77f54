"""Probabilities far below the smallest double, against sums of logarithms."""

import numpy as np
import pytest

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence, numbers_of
from kneebayes.inference.sampling import Drawing
from kneebayes.network import Network, Node, noisy_or_node, root_node, table_node

pytestmark = pytest.mark.usefixtures("way")


def naive_bayes(
    features: int, states: int, seed: int
) -> tuple[Network, Evidence, np.ndarray, float]:
    """A class and its features, all observed; the posterior and ln P(evidence) by logarithms."""
    rng = np.random.default_rng(seed)
    prior = np.array([0.3, 0.3, 0.4])
    tables = rng.dirichlet(np.full(states, 0.5), size=(features, 3))
    seen = rng.integers(0, states, features)
    names = [f"s{at}" for at in range(states)]
    nodes: list[Node] = [root_node("c", prior, ["x", "y", "z"])]
    nodes += [table_node(f"f{at}", ["c"], table, names) for at, table in enumerate(tables)]
    logs = np.log(prior) + np.log(tables[np.arange(features), :, seen]).sum(axis=0)
    network = Network(tuple(nodes))
    evidence = Evidence.of(network, {f"f{at}": f"s{state}" for at, state in enumerate(seen)})
    top = logs.max()
    total = top + np.log(np.exp(logs - top).sum())
    return network, evidence, np.exp(logs - total), float(total)


@pytest.mark.parametrize("features", [240, 600, 2000])
def test_many_features_of_many_states(features: int) -> None:
    network, evidence, posterior, log = naive_bayes(features, 20, features)
    told = Engine(network).propagate(evidence, ["c"])
    assert told.log_probability[0] == pytest.approx(log, rel=1e-12)
    assert told.marginals["c"][0] == pytest.approx(posterior, rel=1e-9, abs=1e-300)
    if features == 2000:
        assert log / np.log(10.0) < -2000.0


def balanced(pairs: int) -> tuple[Network, Evidence]:
    """Half of the evidence makes one state 1e300 times as likely a hundred times, half the other.

    Every table by itself spans far more than a double; together nothing is learnt but 2 : 1.
    """
    faint = 1e-300
    likely, unlikely = (
        np.array([[1.0, 0.0], [1.0 - faint, faint]]),
        np.array([[1.0 - faint, faint], [1.0, 0.0]]),
    )
    mixed = [np.where(table == 0.0, 0.5, table) for table in (likely, unlikely)]
    for table in mixed:
        table[:, 0] = 1.0 - table[:, 1]
    nodes: list[Node] = [root_node("c", [1.0 / 3.0, 2.0 / 3.0])]
    nodes += [table_node(f"a{at}", ["c"], mixed[0]) for at in range(pairs)]
    nodes.append(table_node("copy", ["c"], np.eye(2)))
    nodes += [table_node(f"b{at}", ["copy"], mixed[1]) for at in range(pairs)]
    network = Network(tuple(nodes))
    said = {f"{kind}{at}": "present" for kind in "ab" for at in range(pairs)}
    return network, Evidence.of(network, said)


@pytest.mark.parametrize("pairs", [1, 3, 8])
def test_evidence_that_cancels_however_strong_it_is(pairs: int) -> None:
    network, evidence = balanced(pairs)
    told = Engine(network).propagate(evidence, ["c", "copy"])
    assert told.marginals["c"][0] == pytest.approx([1.0 / 3.0, 2.0 / 3.0], rel=1e-9)
    expected = pairs * (np.log(0.5) + np.log(1e-300))
    assert told.log_probability[0] == pytest.approx(expected, rel=1e-12)


def test_a_number_below_the_smallest_normal_double() -> None:
    rare = 1e-320
    network = Network((root_node("a", [1.0 - rare, rare]), noisy_or_node("b", 0.0, {"a": 0.5})))
    told = Engine(network).propagate(Evidence.of(network, {"b": "present"}), ["a"])
    assert told.marginals["a"][0].tolist() == [0.0, 1.0]
    assert told.log_probability[0] == pytest.approx(np.log(0.5) + np.log(rare), rel=1e-12)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_of_likelihoods_only_the_ratios_matter(scale: float) -> None:
    links = {f"c{at}": 0.5 for at in range(4)}
    causes = [root_node(id, [0.9, 0.1]) for id in links]
    network = Network((*causes, noisy_or_node("f", 0.01, links)))
    said = Evidence(dict.fromkeys(links, (0.2 * scale, 0.7 * scale)) | {"f": (0.0, 1.0)})
    base = Evidence(dict.fromkeys(links, (0.2, 0.7)) | {"f": (0.0, 1.0)})
    engine = Engine(network)
    told, right = engine.propagate(said, list(links)), engine.propagate(base, list(links))
    for id in links:
        assert told.marginals[id] == pytest.approx(right.marginals[id], rel=1e-11)
    more = told.log_probability[0] - right.log_probability[0]
    assert more == pytest.approx(4.0 * np.log(scale), rel=1e-12, abs=1e-12)


def test_derivatives_of_what_is_far_below_a_double() -> None:
    """P(evidence) is a sum of products, so the derivative of its logarithm in an entry that was
    met is P(the parents | evidence) / entry."""
    network, evidence, posterior, log = naive_bayes(600, 20, 5)
    found = Engine(network).derive(evidence)
    assert found.log_probability == pytest.approx(log, rel=1e-12)
    assert np.isfinite(found.derivatives).all()
    assert found.derivatives[:3] == pytest.approx(posterior / [0.3, 0.3, 0.4], rel=1e-8, abs=1e-300)
    numbers = numbers_of(network)
    assert float(numbers @ found.derivatives) == pytest.approx(601.0, rel=1e-9)


def test_joint_tables_far_below_a_double() -> None:
    network, evidence, posterior, log = naive_bayes(600, 20, 6)
    table, scale = Engine(network).joint(evidence, ["c"])
    assert scale + np.log(table.sum()) == pytest.approx(log, rel=1e-12)
    assert table / table.sum() == pytest.approx(posterior, rel=1e-9, abs=1e-300)


def test_worlds_drawn_where_tables_span_more_than_a_double() -> None:
    network, evidence = balanced(3)
    worlds = Drawing(Engine(network), evidence).draw(3000, np.random.default_rng(1))
    assert worlds[:, network.index["c"]].mean() == pytest.approx(2.0 / 3.0, abs=0.05)


def test_impossible_is_what_a_zero_makes_so() -> None:
    network, evidence, _, _ = naive_bayes(300, 20, 7)
    never = table_node("never", ["c"], [[1.0, 0.0]] * 3)
    network = Network((*network.nodes, never))
    told = Engine(network).propagate(evidence.plus(Evidence({"never": (0.0, 1.0)})), ["c"])
    assert told.log_probability[0] == -np.inf
    assert not told.marginals["c"].any()
    with pytest.raises(ImpossibleEvidenceError):
        Engine(network).derive(evidence.plus(Evidence({"never": (0.0, 1.0)})))


@pytest.mark.parametrize("states", [127, 128, 129, 300])
def test_many_states(states: int) -> None:
    """More than a byte with a sign can count."""
    rng = np.random.default_rng(states)
    prior, table = rng.dirichlet(np.ones(states)), rng.dirichlet(np.ones(3), size=states)
    names = [f"s{at}" for at in range(states)]
    network = Network(
        (root_node("a", prior, names), table_node("b", ["a"], table, ["x", "y", "z"]))
    )
    engine = Engine(network)
    told = engine.propagate(Evidence.of(network, {"b": "y"}), ["a"])
    assert told.marginals["a"][0] == pytest.approx(prior * table[:, 1] / (prior @ table[:, 1]))
    last = engine.propagate(Evidence.of(network, {"a": names[-1]}), ["b"])
    assert last.marginals["b"][0] == pytest.approx(table[-1])
    drawn = Drawing(engine, Evidence.of(network, {"b": "y"})).draw(50, np.random.default_rng(2))
    assert drawn[:, 0].max() > states // 2
