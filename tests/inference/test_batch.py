"""Many questions at once are the same questions asked one by one."""

from itertools import product

import numpy as np
import oracle
import pytest
from plain_engine import plainly

from kneebayes.errors import EvidenceError, KneebayesError, TooWideError, UnknownNameError
from kneebayes.inference import Engine, Evidence, Propagation
from kneebayes.inference.batch import numbers_of
from kneebayes.network import Network, noisy_or_node, root_node, table_node

EXACT = 1e-12


def check_row(told: Propagation, row: int, right: Propagation) -> None:
    assert told.log_probability[row] == pytest.approx(
        right.log_probability[0], rel=EXACT, abs=1e-11
    )
    assert list(told.marginals) == list(right.marginals)
    for name, marginal in right.marginals.items():
        assert told.marginals[name][row] == pytest.approx(marginal[0], abs=EXACT), (row, name)


def some_cases(rng: np.random.Generator, network: Network, count: int) -> list[Evidence]:
    """Every share of nodes observed, and twins with equal patterns that differ elsewhere."""
    cases = [oracle.random_evidence(rng, network, rng.random()) for _ in range(count)]
    for evidence in cases[: count // 2]:
        hidden = [one for one in network.nodes if evidence.hard_state(one.id) is None]
        if hidden:
            node = hidden[rng.integers(len(hidden))]
            soft = tuple(rng.random(len(node.states)).tolist())
            cases.append(Evidence({**evidence.likelihoods, node.id: soft}))
    cases += cases[:2]
    return [cases[at] for at in rng.permutation(len(cases))]


# --- cases ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [301, pytest.param(302, marks=pytest.mark.long)])
def test_a_batch_equals_its_members_asked_one_by_one(seed: int) -> None:
    """Equal patterns and others; hard, virtual and no evidence about the same node."""
    for network, _, rng in oracle.cases(25, seed):
        cases = some_cases(rng, network, 6)
        engine = Engine(network)
        targets = [str(one) for one in rng.permutation(list(network.index))]
        told = engine.propagate_each(cases, targets)
        assert len(told) == len(cases)
        for row, evidence in enumerate(cases):
            check_row(told, row, plainly(engine, evidence, targets))
        assert engine.propagate_each(cases).log_probability == pytest.approx(
            told.log_probability, rel=EXACT, abs=1e-11
        )
        assert engine.propagate_each(cases).marginals == {}


def test_rows_in_any_order_give_the_same_rows() -> None:
    for network, _, rng in oracle.cases(30, 311):
        cases = some_cases(rng, network, 8)
        order = rng.permutation(len(cases))
        engine = Engine(network)
        told = engine.propagate_each(cases, list(network.index))
        mixed = engine.propagate_each([cases[at] for at in order], list(network.index))
        assert mixed.log_probability == pytest.approx(told.log_probability[order], abs=1e-11)
        for name, marginal in told.marginals.items():
            assert mixed.marginals[name] == pytest.approx(marginal[order], abs=EXACT)


def test_many_rows_against_enumeration() -> None:
    """A table of P(evidence) over all 2,187 combinations of answers, unknown among them."""
    rng = np.random.default_rng(321)
    causes = [noisy_or_node(f"c{at}", rng.random()) for at in range(3)]
    links = [{one.id: oracle.random_link(rng, 2) for one in causes} for _ in range(4)]
    network = Network((*causes, *(noisy_or_node(f"f{at}", 0.1, links[at]) for at in range(4))))
    answers = list(product((None, "absent", "present"), repeat=7))
    cases = [
        Evidence.of(network, {id: one for id, one in zip(network.index, row, strict=True) if one})
        for row in answers
    ]
    told = Engine(network).propagate_each(cases, ["c0"])
    joint = oracle.worlds(network, Evidence({})).astype(float)
    whole = {None: slice(None), "absent": slice(0, 1), "present": slice(1, 2)}
    at = network.index["c0"]
    for row, states in enumerate(answers):
        part = joint[tuple(whole[one] for one in states)]
        assert np.exp(told.log_probability[row]) == pytest.approx(part.sum(), rel=EXACT)
        shares = part.sum(axis=tuple(axis for axis in range(7) if axis != at)) / part.sum()
        if states[at] is None:
            assert told.marginals["c0"][row] == pytest.approx(shares, abs=EXACT)
        else:
            certain = [float(states[at] == one) for one in ("absent", "present")]
            assert told.marginals["c0"][row].tolist() == certain


def test_no_cases_no_rows() -> None:
    network = Network((root_node("a", [0.2, 0.8]), noisy_or_node("b", 0.1, {"a": 0.5})))
    told = Engine(network).propagate_each([], ["a"])
    assert len(told) == 0
    assert told.log_probability.shape == (0,)
    assert told.marginals["a"].shape == (0, 2)


def test_an_impossible_member_of_a_batch_leaves_the_others_alone() -> None:
    """Impossible by what is observed, by likelihoods and by its numbers."""
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.0, {"a": 1.0})))
    cases = [
        {"b": (0.0, 1.0)},
        {"a": (1.0, 0.0), "b": (0.0, 1.0)},
        {"b": (0.0, 1.0), "a": (1.0, 0.0)},
        {"b": (0.0, 1.0), "a": (0.5, 0.0)},
        {"b": (0.0, 1.0), "a": (0.5, 0.5)},
        {"a": (0.0, 0.0)},
        {},
    ]
    told = Engine(network).propagate_each([Evidence(one) for one in cases], ["a", "b"])
    nothing = [0.0, 0.0]
    right = [0.5, 0.0, 0.0, 0.0, 0.25, 0.0, 1.0]
    assert np.exp(told.log_probability) == pytest.approx(right)
    possible = [[0.0, 1.0], nothing, nothing, nothing, [0.0, 1.0], nothing, [0.5, 0.5]]
    assert told.marginals["a"].tolist() == possible
    assert told.marginals["b"].tolist() == possible
    numbers = np.array([[0.5, 0.5, 0.0, 0.0, 1.0], [0.5, 0.5, 0.0, 0.0, 0.0]])
    seen = Evidence.of(network, {"b": "present"})
    told = Engine(network).propagate_each([seen], ["a"], numbers[[1, 0, 1]])
    assert told.log_probability == pytest.approx([-np.inf, np.log(0.5), -np.inf])
    assert told.marginals["a"].tolist() == [nothing, [0.0, 1.0], nothing]


@pytest.mark.parametrize("targets", [[], ["a"], ["b", "a"], ["a", "a"]])
def test_targets_of_a_batch(targets: list[str]) -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.2, {"a": 0.5})))
    seen = Evidence.of(network, {"b": "present"})
    told = Engine(network).propagate_each([seen, Evidence({})], iter(targets))
    assert list(told.marginals) == list(dict.fromkeys(targets))
    right = {"a": [[0.25, 0.75], [0.5, 0.5]], "b": [[0.0, 1.0], [0.6, 0.4]]}
    for name, marginal in told.marginals.items():
        assert marginal == pytest.approx(np.array(right[name]), abs=EXACT)


# --- numbers -------------------------------------------------------------------------------


def test_the_order_of_the_numbers() -> None:
    """Parents first; leak, then strengths by parent and its state; or the table."""
    network = Network(
        (
            noisy_or_node("c", 0.01, {"b": 0.02, "a": [0.03, 0.04, 0.05]}),
            root_node("a", [0.2, 0.3, 0.5], ["x", "y", "z"]),
            table_node("b", ["a"], np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])),
        )
    )
    assert list(network.index) == ["a", "b", "c"]
    right = [0.2, 0.3, 0.5, 0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.01, 0.0, 0.02, 0.03, 0.04, 0.05]
    assert numbers_of(network).tolist() == right


def test_rows_of_numbers_equal_engines_on_changed_networks() -> None:
    for network, evidence, rng in oracle.cases(12, 331):
        changed = [oracle.other_numbers(rng, network) for _ in range(4)]
        numbers = np.stack([numbers_of(one) for one in changed])
        engine = Engine(network)
        told = engine.propagate_each([evidence], list(network.index), numbers)
        cases = [oracle.random_evidence(rng, network) for _ in range(4)]
        each = engine.propagate_each(cases, list(network.index), numbers)
        first = engine.propagate_each(cases, list(network.index), numbers[:1])
        for row, other in enumerate(changed):
            check_row(told, row, plainly(engine.on(other), evidence, list(network.index)))
            check_row(each, row, plainly(engine.on(other), cases[row], list(network.index)))
            check_row(first, row, plainly(Engine(changed[0]), cases[row], list(network.index)))
            total = float(oracle.weigh(other, evidence))
            assert np.exp(told.log_probability[row]) == pytest.approx(total, rel=EXACT)


@pytest.mark.parametrize("make", [np.asfortranarray, lambda one: one[::-1][::-1], np.float32, list])
def test_numbers_in_any_layout(make: object) -> None:
    for network, evidence, rng in oracle.cases(5, 341):
        changed = [oracle.other_numbers(rng, network) for _ in range(3)]
        numbers = np.stack([numbers_of(one) for one in changed]).astype(np.float32).astype(float)
        engine = Engine(network)
        right = engine.propagate_each([evidence], list(network.index), numbers)
        told = engine.propagate_each([evidence], list(network.index), make(numbers))
        for name, marginal in right.marginals.items():
            assert told.marginals[name].tolist() == marginal.tolist()


@pytest.mark.parametrize(
    ("cases", "shape"),
    [(1, (5,)), (1, (2, 4)), (1, (1, 6)), (3, (2, 5)), (3, (0, 5)), (2, (3, 5)), (1, (1, 1, 5))],
)
def test_numbers_of_a_wrong_shape(cases: int, shape: tuple[int, ...]) -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.2, {"a": 0.5})))
    told = r"of a batch must have 1 (row|or (?!1 )\d+ rows) and \d+ columns, got the shape"
    with pytest.raises(KneebayesError, match=told):
        Engine(network).propagate_each([Evidence({})] * cases, ["a"], np.full(shape, 0.5))


def test_names_that_are_not_in_the_network() -> None:
    engine = Engine(Network((root_node("fever", [0.5, 0.5]),)))
    nothing, unknown = Evidence({}), Evidence({"fevre": (0.0, 1.0)})
    for ask in (
        lambda: engine.propagate_each([nothing, nothing], ["fevre"]),
        lambda: engine.propagate_each([nothing, unknown]),
    ):
        with pytest.raises(UnknownNameError, match="No node 'fevre' in the network") as error:
            ask()
        assert error.value.suggestions == ("fever",)


# --- too wide ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide() -> Engine:
    causes = [root_node(f"c{at}", [0.9, 0.1]) for at in range(28)]
    links = {one.id: 0.5 for one in causes}
    return Engine(Network((*causes, *(noisy_or_node(f"f{at}", 0.01, links) for at in range(28)))))


def positives(engine: Engine, count: int) -> Evidence:
    return Evidence.of(engine.network, {f"f{at}": "present" for at in range(count)})


@pytest.mark.parametrize("row", [0, 1, 3])
def test_a_row_that_is_too_wide_is_named(wide: Engine, row: int) -> None:
    cases = [positives(wide, count) for count in (2, 3, 1)]
    cases.insert(row, positives(wide, 28))
    with pytest.raises(
        TooWideError,
        match=rf"\(row {row}\) needs a table of 2\^(2[7-9]|[3-9]\d) entries, more than .* "
        r"Answering more of what others depend on, or leaving out positive findings, makes it "
        r"narrower\.",
    ):
        wide.propagate_each(cases, ["c0"])
    del cases[row]
    told = wide.propagate_each(cases, ["c0"])
    for at, evidence in enumerate(cases):
        check_row(told, at, plainly(wide, evidence, ["c0"]))


# --- progress ------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 3, 17, 1000])
def test_progress_counts_the_rows(rows: int) -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.2, {"a": 0.5})))
    steps: list[int] = []
    Engine(network).propagate_each([Evidence({})] * rows, ["a"], progress=steps.append)
    assert sum(steps) == rows
    assert min(steps) > 0


def test_evidence_of_another_network_is_told_by_its_likelihoods() -> None:
    engine = Engine(Network((root_node("fever", [0.5, 0.3, 0.2], ["no", "some", "high"]),)))
    told = "'fever' has 3 states, but the evidence gives 2 likelihoods for it."
    with pytest.raises(EvidenceError, match=f"^{told} Was it made for another network"):
        engine.propagate(Evidence({"fever": (0.0, 1.0)}), ["fever"])
