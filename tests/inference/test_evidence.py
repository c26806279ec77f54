"""What can be said of a node, and what is refused."""

import pytest

from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node, root_node


@pytest.fixture
def network() -> Network:
    age = root_node("age", [0.2, 0.3, 0.5], ["young", "middle", "older"])
    return Network((age, noisy_or_node("fever", 0.1, {"age": [0.0, 0.1, 0.2]})))


@pytest.mark.parametrize(
    ("name", "answer", "likelihood", "hard"),
    [
        ("fever", "present", (0.0, 1.0), 1),
        ("fever", "absent", (1.0, 0.0), 0),
        ("fever", [0.2, 0.8], (0.2, 0.8), None),
        ("fever", (3, 1), (3.0, 1.0), None),
        ("fever", [0.0, 1.0], (0.0, 1.0), 1),
        ("fever", [0.0, 0.3], (0.0, 0.3), None),
        ("age", "middle", (0.0, 1.0, 0.0), 1),
        ("age", [1.0, 0.0, 1.0], (1.0, 0.0, 1.0), None),
        ("age", [0.0, 0.0, 1.0], (0.0, 0.0, 1.0), 2),
    ],
)
def test_answers(
    network: Network, name: str, answer: object, likelihood: tuple[float, ...], hard: int | None
) -> None:
    evidence = Evidence.of(network, {name: answer})
    assert evidence.likelihoods[name] == likelihood
    assert evidence.hard_state(name) == hard
    assert list(evidence) == [name]
    assert len(evidence) == 1


@pytest.mark.parametrize(
    ("name", "answer", "text"),
    [
        ("fever", "yes", "'fever' cannot be 'yes'. Its states are: absent, present."),
        ("age", "old", "'age' cannot be 'old'. Its states are: young, middle, older."),
        ("fever", [0.0, 0.0], "'fever' needs one likelihood for each of its states"),
        ("fever", [1.0], "(absent, present), none negative and not all zero. Got [1.0]."),
        ("fever", [0.1, 0.2, 0.7], "needs one likelihood for each of its states"),
        ("fever", [-0.1, 1.1], "none negative and not all zero. Got [-0.1, 1.1]."),
        ("fever", [float("nan"), 1.0], "none negative and not all zero. Got [nan, 1.0]."),
        ("fever", [float("inf"), 1.0], "none negative and not all zero. Got [inf, 1.0]."),
        ("fever", [[0.2, 0.8]], "needs one likelihood for each of its states"),
        ("fever", 0.8, "Got 0.8."),
        ("fever", True, "Got True."),
        ("fever", None, "Got None."),
        ("fever", ["a", "b"], "needs one likelihood for each"),
        ("fever", {"present": 0.8}, "needs one likelihood for each"),
    ],
)
def test_answers_that_make_no_sense(network: Network, name: str, answer: object, text: str) -> None:
    with pytest.raises(EvidenceError) as error:
        Evidence.of(network, {name: answer})
    assert text in str(error.value)
    assert isinstance(error.value, KneebayesError)


def test_a_node_that_is_not_there(network: Network) -> None:
    with pytest.raises(UnknownNameError, match="No node 'fevr' in the network") as error:
        Evidence.of(network, {"fevr": "present"})
    assert error.value.suggestions == ("fever",)


def test_what_was_not_told_has_no_state(network: Network) -> None:
    assert Evidence.of(network, {}).hard_state("fever") is None


def test_plus_multiplies_and_leaves_both_as_they_were(network: Network) -> None:
    first = Evidence.of(network, {"fever": [0.5, 1.0], "age": "older"})
    second = Evidence.of(network, {"fever": [0.2, 0.4]})
    both = first.plus(second)
    assert both.likelihoods["fever"] == pytest.approx((0.1, 0.4))
    assert both.likelihoods["age"] == (0.0, 0.0, 1.0)
    assert first.likelihoods["fever"] == (0.5, 1.0)
    assert second.likelihoods == {"fever": (0.2, 0.4)}


def test_plus_is_commutative(network: Network) -> None:
    first = Evidence.of(network, {"fever": [0.5, 1.0]})
    second = Evidence.of(network, {"age": "older", "fever": [0.3, 0.9]})
    assert dict(first.plus(second).likelihoods) == dict(second.plus(first).likelihoods)


def test_only_keeps_the_order_asked_for(network: Network) -> None:
    evidence = Evidence.of(network, {"fever": "present", "age": "older"})
    assert list(evidence.only(["age", "fever"])) == ["age", "fever"]
    assert list(evidence.only(["age"])) == ["age"]
    assert len(evidence.only([])) == 0
