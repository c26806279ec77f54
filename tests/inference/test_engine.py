"""The engine against enumeration of every world, and the laws of probability.

Every test runs twice: in plain NumPy and by the kernel.
"""

from collections.abc import Callable

import numpy as np
import oracle
import pytest

from kneebayes.errors import ImpossibleEvidenceError, KneebayesError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node

EXACT = 1e-12
MORE_SEEDS = [pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6)]

pytestmark = pytest.mark.usefixtures("way")


def binary(network: Network) -> list[str]:
    return [node.id for node in network.nodes if node.states == ("absent", "present")]


def relative(found: float, right: np.longdouble) -> float:
    return float(abs(np.longdouble(found) / right - 1))


@pytest.mark.parametrize("seed", [0, 1, *MORE_SEEDS])
def test_posteriors_and_probability_equal_enumeration(seed: int) -> None:
    """Half of the nodes observed: hard, virtual, partly ruled out."""
    worst = worst_total = 0.0
    for network, evidence, _ in oracle.cases(50, seed):
        total = oracle.weigh(network, evidence)
        right = oracle.weigh_states(network, evidence)
        engine = Engine(network)
        told = engine.propagate(evidence, list(network.index))
        assert list(told.marginals) == list(network.index)
        worst_total = max(worst_total, relative(np.exp(told.log_probability[0]), total))
        worst_total = max(worst_total, relative(engine.probability(evidence), total))
        for name, marginal in told.marginals.items():
            worst = max(worst, float(np.abs(marginal[0] - right[name] / total).max()))
    print(f"largest error: posterior {worst:.1e}, P(e) {worst_total:.1e} (relative)")
    assert worst < EXACT
    assert worst_total < EXACT


@pytest.mark.parametrize(("seed", "share"), [(11, 0.0), (12, 1.0)])
def test_nothing_and_everything_observed(seed: int, share: float) -> None:
    for network, evidence, _ in oracle.cases(20, seed, share=share):
        total = oracle.weigh(network, evidence)
        right = oracle.weigh_states(network, evidence)
        told = Engine(network).propagate(evidence, list(network.index))
        assert np.exp(told.log_probability[0]) == pytest.approx(float(total), rel=EXACT)
        for name, marginal in told.marginals.items():
            assert marginal[0] == pytest.approx((right[name] / total).astype(float), abs=EXACT)


def test_asking_for_less_changes_nothing() -> None:
    for network, evidence, rng in oracle.cases(20, 21):
        whole = Engine(network).propagate(evidence, list(network.index))
        asked = rng.choice(list(network.index), 2)
        part = Engine(network).propagate(evidence, asked)
        assert part.log_probability == pytest.approx(whole.log_probability, rel=EXACT)
        for name in {*asked} & {*whole.marginals}:
            assert part.marginals[name] == pytest.approx(whole.marginals[name], abs=EXACT)


def test_joint_posterior_equals_enumeration() -> None:
    for network, evidence, rng in oracle.cases(50, 31):
        hidden = [name for name in list(network.index) if name not in evidence]
        observed = [name for name in evidence if evidence.hard_state(name) is not None]
        pool = [*hidden, *observed]
        chosen = rng.choice(pool, min(len(pool), 3), replace=False)
        event = Evidence.of(
            network, {name: str(rng.choice(network[name].states)) for name in chosen}
        )
        together = evidence.plus(event)
        right = oracle.weigh(network, together) / oracle.weigh(network, evidence)
        found = Engine(network).posterior(event, evidence)
        assert found == pytest.approx(float(right), rel=EXACT, abs=1e-300)


def test_joint_posterior_of_a_node_with_virtual_evidence() -> None:
    network = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.0, {"flu": 0.5})))
    engine = Engine(network)
    seen = Evidence.of(network, {"flu": [0.3, 0.6]})
    present = Evidence.of(network, {"flu": "present"})
    assert engine.posterior(present, seen) == pytest.approx(0.06 / (0.27 + 0.06), rel=EXACT)
    alone = engine.propagate(seen, ["flu"]).present("flu")
    assert engine.posterior(present, seen) == pytest.approx(alone, rel=1e-15)


def test_probability_of_any_equals_enumeration() -> None:
    asked = 0
    for network, evidence, rng in oracle.cases(50, 41):
        pool = binary(network)
        groups = [list(rng.choice(pool, rng.integers(1, 1 + len(pool)), False)) for _ in range(3)]
        groups += [[], [pool[0], pool[0]]]
        found = Engine(network).probability_of_any(groups, evidence)
        total = oracle.weigh(network, evidence)
        for group, probability in zip(groups, found, strict=True):
            none = dict(evidence.likelihoods)
            for name in group:
                none[name] = (none.get(name, (1.0, 1.0))[0], 0.0)
            right = 1 - oracle.weigh(network, Evidence(none)) / total
            assert probability == pytest.approx(float(right), abs=EXACT)
            asked += 1
    assert asked == 250


def test_probability_of_any_keeps_its_digits_however_small() -> None:
    """1 - P(none) would give 3.0e-13 to four digits at best."""
    causes = [noisy_or_node(f"c{at}", 1e-13) for at in range(3)]
    engine = Engine(Network((*causes, noisy_or_node("f", 0.5, {"c0": 0.5}))))
    seen = Evidence.of(engine.network, {"f": "present"})
    (found,) = engine.probability_of_any([["c0", "c1", "c2"]], seen)
    likelihood_ratio = 0.75 / 0.5
    assert found == pytest.approx(1e-13 * (likelihood_ratio + 2), rel=1e-10)


def test_no_groups_no_answers() -> None:
    engine = Engine(Network((root_node("a", [0.5, 0.5]),)))
    assert engine.probability_of_any([], Evidence({})) == []
    assert engine.probability_of_any([[]], Evidence({})) == [0.0]


def test_answers_are_for_exactly_the_targets() -> None:
    for network, evidence, rng in oracle.cases(20, 51):
        engine = Engine(network)
        asked = [str(one) for one in rng.choice(list(network.index), rng.integers(0, 4), False)]
        told = engine.propagate(evidence, iter(asked))
        assert list(told.marginals) == asked
        assert len(told) == 1
        for name, marginal in told.marginals.items():
            states = len(network[name].states)
            assert marginal.shape == (1, states)
            state = evidence.hard_state(name)
            if state is not None:
                assert marginal[0].tolist() == np.eye(states)[state].tolist()
        log = engine.log_probability(evidence)
        assert isinstance(log, float)
        assert log == pytest.approx(told.log_probability[0], rel=EXACT)


def test_the_order_of_the_evidence_does_not_matter() -> None:
    for network, evidence, rng in oracle.cases(20, 61):
        shuffled = evidence.only([*rng.permutation(list(evidence))])
        first = Engine(network).propagate(evidence, list(network.index))
        second = Engine(network).propagate(shuffled, list(network.index))
        assert second.log_probability == pytest.approx(first.log_probability, rel=1e-14)
        for name, marginal in first.marginals.items():
            assert second.marginals[name] == pytest.approx(marginal, abs=1e-14)


def test_the_order_of_the_nodes_does_not_matter() -> None:
    for network, evidence, rng in oracle.cases(20, 62):
        shuffled = Network(tuple(network.nodes[at] for at in rng.permutation(len(network))))
        first = Engine(network).propagate(evidence, list(network.index))
        second = Engine(shuffled).propagate(evidence, list(network.index))
        assert second.log_probability == pytest.approx(first.log_probability, rel=EXACT)
        for name, marginal in first.marginals.items():
            assert second.marginals[name] == pytest.approx(marginal, abs=EXACT)


@pytest.mark.parametrize("scale", [1e-9, 0.5, 1e6])
def test_of_virtual_evidence_only_the_ratios_matter(scale: float) -> None:
    for network, evidence, _ in oracle.cases(15, 71):
        virtual = [name for name in evidence if evidence.hard_state(name) is None]
        scaled = Evidence(
            {
                name: tuple(scale * one for one in likelihood) if name in virtual else likelihood
                for name, likelihood in evidence.likelihoods.items()
            }
        )
        first = Engine(network).propagate(evidence, list(network.index))
        second = Engine(network).propagate(scaled, list(network.index))
        shift = len(virtual) * np.log(scale)
        assert second.log_probability - shift == pytest.approx(first.log_probability, abs=1e-10)
        for name, marginal in first.marginals.items():
            assert second.marginals[name] == pytest.approx(marginal, abs=EXACT)


def test_likelihoods_that_say_nothing_change_nothing() -> None:
    for network, evidence, _ in oracle.cases(15, 72, share=0.3):
        flat = {one.id: (1.0,) * len(one.states) for one in network.nodes}
        first = Engine(network).propagate(evidence, list(network.index))
        second = Engine(network).propagate(evidence.plus(Evidence(flat)), list(network.index))
        assert second.log_probability == pytest.approx(first.log_probability, rel=EXACT)
        for name, marginal in first.marginals.items():
            assert second.marginals[name] == pytest.approx(marginal, abs=EXACT)


def test_total_probability() -> None:
    """P(e) is the sum of P(e, state) over the states of any node that was not observed."""
    for network, evidence, _ in oracle.cases(25, 81):
        engine = Engine(network)
        total = engine.probability(evidence)
        for node in network.nodes:
            if node.id not in evidence:
                parts = [
                    engine.probability(evidence.plus(Evidence.of(network, {node.id: state})))
                    for state in node.states
                ]
                assert sum(parts) == pytest.approx(total, rel=EXACT)


def test_a_finding_nobody_asked_about_is_as_if_it_were_not_there() -> None:
    for network, evidence, rng in oracle.cases(20, 82):
        parents = {node.id: oracle.random_link(rng, len(node.states)) for node in network.nodes}
        barren = Network((*network.nodes, noisy_or_node("barren", 0.1, parents)))
        first = Engine(network).propagate(evidence, list(network.index))
        second = Engine(barren).propagate(evidence, list(network.index))
        assert second.log_probability == first.log_probability
        assert list(second.marginals) == list(network.index)


def test_a_finding_never_lowers_the_only_cause_that_can_produce_it() -> None:
    for network, evidence, rng in oracle.cases(30, 91):
        (cause,) = rng.choice(binary(network), 1)
        finding = noisy_or_node("f", float(rng.choice([0.0, 0.1])), {cause: rng.uniform(0.1, 1)})
        engine = Engine(Network((*network.nodes, finding)))
        present = Evidence.of(engine.network, {cause: "present"})
        seen = evidence.plus(Evidence.of(engine.network, {"f": "present"}))
        if cause not in evidence and engine.probability(seen) > 0.0:
            before = engine.posterior(present, evidence)
            assert engine.posterior(present, seen) >= before - EXACT


def test_explaining_away() -> None:
    """Two causes that are independent before become rivals once their finding is seen."""
    rng = np.random.default_rng(92)
    for _ in range(40):
        causes = [root_node(name, [1 - p, p]) for name, p in zip("ab", rng.random(2), strict=True)]
        finding = noisy_or_node("f", rng.random() / 5, {"a": rng.random(), "b": rng.random()})
        engine = Engine(Network((*causes, finding)))
        before = second_cause(engine, {})
        seen = second_cause(engine, {"f": "present"})
        explained = second_cause(engine, {"f": "present", "a": "present"})
        assert second_cause(engine, {"a": "present"}) == pytest.approx(before)
        assert before < explained < seen


def second_cause(engine: Engine, said: dict[str, str]) -> float:
    present = Evidence.of(engine.network, {"b": "present"})
    return engine.posterior(present, Evidence.of(engine.network, said))


def test_an_engine_on_other_numbers_equals_a_fresh_one() -> None:
    for network, evidence, rng in oracle.cases(25, 101):
        engine = Engine(network)
        engine.propagate(evidence, list(network.index))
        changed = oracle.other_numbers(rng, network)
        shared = engine.on(changed).propagate(evidence, list(network.index))
        fresh = Engine(changed).propagate(evidence, list(network.index))
        assert shared.log_probability.tolist() == fresh.log_probability.tolist()
        assert {name: one.tolist() for name, one in shared.marginals.items()} == {
            name: one.tolist() for name, one in fresh.marginals.items()
        }
        again = engine.propagate(evidence, list(network.index))
        assert np.exp(again.log_probability[0]) == pytest.approx(
            float(oracle.weigh(network, evidence)), rel=EXACT
        )


@pytest.mark.parametrize(
    "nodes",
    [
        (root_node("a", [0.5, 0.5]), root_node("b", [0.5, 0.5])),
        (root_node("b", [0.5, 0.5]), noisy_or_node("a", 0.1, {"b": 0.5})),
        (root_node("a", [0.2, 0.3, 0.5], ["x", "y", "z"]), noisy_or_node("b", 0.1)),
    ],
)
def test_an_engine_serves_no_network_of_other_arrows(nodes: tuple[Node, ...]) -> None:
    engine = Engine(Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5}))))
    with pytest.raises(KneebayesError, match="same nodes and arrows"):
        engine.on(Network(nodes))


@pytest.fixture
def impossible() -> tuple[Engine, Evidence]:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.0, {"a": 0.3})))
    return Engine(network), Evidence.of(network, {"a": "absent", "b": "present"})


def test_impossible_evidence_has_log_probability_minus_infinity(
    impossible: tuple[Engine, Evidence],
) -> None:
    engine, evidence = impossible
    told = engine.propagate(evidence, ["a", "b"])
    assert told.log_probability.tolist() == [-np.inf]
    assert told.marginals["a"].tolist() == [[0.0, 0.0]]
    assert told.marginals["b"].tolist() == [[0.0, 0.0]]
    assert engine.log_probability(evidence) == -np.inf
    assert engine.probability(evidence) == 0.0


def test_nothing_follows_from_impossible_evidence(impossible: tuple[Engine, Evidence]) -> None:
    engine, evidence = impossible
    with pytest.raises(ImpossibleEvidenceError, match="probability zero, so nothing") as error:
        engine.posterior(Evidence({}), evidence)
    assert error.value.conflict == ("a", "b")
    with pytest.raises(ImpossibleEvidenceError, match="probability zero, so nothing"):
        engine.probability_of_any([["a"]], evidence)


def test_enumeration_and_engine_agree_on_what_is_impossible() -> None:
    rng = np.random.default_rng(111)
    found = 0
    for _ in range(200):
        network = oracle.random_network(rng, certain=True)
        evidence = oracle.random_evidence(rng, network)
        right = bool(oracle.weigh(network, evidence) == 0)
        assert (Engine(network).log_probability(evidence) == -np.inf) == right
        found += right
    assert 50 < found < 190


def test_an_event_that_contradicts_the_evidence_has_probability_zero() -> None:
    network = Network((root_node("a", [0.5, 0.5]),))
    present, absent = (Evidence.of(network, {"a": state}) for state in ("present", "absent"))
    assert Engine(network).posterior(present, absent) == 0.0
    assert Engine(network).posterior(present, present) == 1.0


def test_names_that_are_not_in_the_network() -> None:
    engine = Engine(Network((root_node("fever", [0.5, 0.5]),)))
    with pytest.raises(UnknownNameError, match="No node 'fevre' in the network") as error:
        engine.propagate(Evidence({}), ["fevre"])
    assert error.value.suggestions == ("fever",)
    with pytest.raises(UnknownNameError, match="No node 'fevre' in the network"):
        engine.log_probability(Evidence({"fevre": (0.0, 1.0)}))


def test_repr() -> None:
    network = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.0, {"flu": 0.8})))
    assert repr(Engine(network)) == "Engine(Network(2 nodes, 1 arrow))"


FLU = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
SEEN = Evidence.of(FLU, {"fever": "present"})


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (
            lambda: Engine(FLU).joint(SEEN, ["fever"]),
            "'fever' was observed, or is asked for twice.",
        ),
        (lambda: Engine(FLU).joint(SEEN, ["flu", "flu"]), "'flu' was observed, or is asked for"),
        (
            lambda: Engine(FLU).subset_joint(SEEN, [["fever"]], ["fever"]),
            "'fever' was observed, or is asked for twice. Name open nodes, each once.",
        ),
        (
            lambda: Engine(FLU).subset_joint(SEEN, [["flu"]]),
            "'flu' is not known, or named twice. Name what was observed, each once.",
        ),
        (
            lambda: Engine(FLU).subset_joint(SEEN, [["fever"], ["fever"]]),
            "'fever' is not known",
        ),
        (lambda: Engine(FLU).propagate({"fever": "present"}), "'evidence' must be an Evidence."),
        (lambda: Engine(FLU).derive(None), "'evidence' must be an Evidence. Got None."),
        (lambda: Engine(FLU).place_of("flux"), "No node 'flux' in the network."),
        (lambda: Engine(3), "'network' must be a Network. Got 3."),
        (lambda: Engine(FLU).on(3), "'network' must be a Network. Got 3."),
        (lambda: Evidence.of(FLU, ["fever"]), "'answers' must be states or likelihoods by name."),
        (lambda: Evidence.of(FLU, {3: "present"}), "No node '3' in the network."),
    ],
)
def test_what_no_engine_can_be_asked(ask: Callable[[], object], text: str) -> None:
    with pytest.raises(KneebayesError) as error:
        ask()
    assert text in str(error.value)


def test_the_joint_table_of_a_node_that_is_only_likely() -> None:
    table, log = Engine(FLU).joint(Evidence({"fever": (0.25, 0.75)}), ["fever", "flu"])
    right = np.array([[0.9 * 0.98, 0.1 * 0.196], [0.9 * 0.02, 0.1 * 0.804]]) * [[0.25], [0.75]]
    assert table * np.exp(log) == pytest.approx(right, rel=1e-12)
