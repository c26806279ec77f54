"""How worlds are drawn and weighed: by hand, draw by draw, and on average by brute force."""

import math

import numpy as np
import oracle
import pytest

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Evidence, draw_worlds, sample_posteriors
from kneebayes.inference.plain import relevant_nodes
from kneebayes.inference.sampling import (
    Sampled,
    _flattened,
    _learn_ratios,
    _tail,
    _tilt,
    chances_of,
)
from kneebayes.network import Network, noisy_or_node, root_node, table_node

FLU = Network(
    (
        root_node("flu", [0.9, 0.1]),
        table_node("ache", ["flu"], [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]], ["no", "some", "much"]),
        noisy_or_node("fever", 0.02, {"flu": 0.8, "ache": [0.0, 0.1, 0.3]}),
        noisy_or_node("tired", 0.3, {"flu": 0.5}),
    )
)
TIRED, FEVER = FLU.index["tired"], FLU.index["fever"]
SEEN = Evidence({"fever": (0.0, 1.0), "ache": (0.5, 1.0, 0.25)})


def test_chances_are_those_of_the_definition() -> None:
    for network, _, rng in oracle.cases(6, 31, 6):
        worlds = np.stack([rng.integers(0, len(node.states), 40) for node in network.nodes], axis=1)
        for node in network.nodes:
            table = oracle.family(network, node).astype(float)
            taken = tuple(worlds[:, network.index[parent]] for parent in node.parents)
            right = np.broadcast_to(table[taken], (40, len(node.states)))
            found = chances_of(network, node, worlds.astype(np.int16))
            assert found == pytest.approx(right, abs=1e-12)


def weight_of(world: np.ndarray, ratios: dict[int, np.ndarray] | None) -> float:
    """What a draw of FLU weighs: P(what is seen and drawn) by what it was drawn with."""
    total, at = 0.0, {node.id: int(world[place]) for place, node in enumerate(FLU.nodes)}
    for place, node in enumerate(FLU.nodes):
        own = oracle.family(FLU, node).astype(float)[tuple(at[one] for one in node.parents)]
        if node.id == "fever":
            total += math.log(own[1])
            continue
        if node.id == "ache":
            total += math.log(SEEN.likelihoods["ache"][at["ache"]])
        if ratios is not None:
            drawn = own
            if place in ratios:
                moved = own * ratios[place]
                drawn = 0.9 * moved / moved.sum() + 0.1 * own
            if node.is_noisy_or:
                drawn = np.array([0.97 * drawn[0], drawn[1] + 0.03 * drawn[0]])
            total += math.log(own[at[node.id]] / drawn[at[node.id]])
    return total


@pytest.mark.parametrize(
    "ratios",
    [
        None,
        {},
        {0: np.array([0.2, 1.0]), TIRED: np.array([1.0, 0.5])},
        {1: np.array([1.0, 0.5, 0.1])},
    ],
)
def test_each_draw_has_its_weight(ratios: dict[int, np.ndarray] | None) -> None:
    worlds, logs = draw_worlds(FLU, 60, np.random.default_rng(2), SEEN, ratios=ratios)
    assert (worlds[:, FEVER] == 1).all()
    assert logs.tolist() == pytest.approx([weight_of(world, ratios) for world in worlds])


@pytest.mark.parametrize(
    "ratios",
    [None, {0: np.array([0.1, 1.0]), 1: np.array([0.1, 0.2, 1.0]), TIRED: np.array([1.0, 0.3])}],
)
def test_weights_are_right_on_average(ratios: dict[int, np.ndarray] | None) -> None:
    """For every state of every node, whatever the draws were drawn with."""
    worlds, logs = draw_worlds(FLU, 40_000, np.random.default_rng(3), SEEN, ratios=ratios)
    weights = np.exp(logs)
    assert weights.mean() == pytest.approx(float(oracle.weigh(FLU, SEEN)), rel=0.03)
    for at, (id, right) in enumerate(oracle.weigh_states(FLU, SEEN).items()):
        for state, share in enumerate(right):
            found = float((weights * (worlds[:, at] == state)).mean())
            assert found == pytest.approx(float(share), rel=0.06, abs=1e-4), id


def test_only_what_is_asked_for_is_drawn() -> None:
    worlds, logs = draw_worlds(FLU, 50, np.random.default_rng(4), None, [True, True, False, False])
    assert (worlds[:, 2:] == -1).all()
    assert (worlds[:, :2] >= 0).all()
    assert not logs.any()
    assert set(worlds[:, 1].tolist()) == {0, 1, 2}


def test_most_draws_are_moved_and_some_are_as_they_happen() -> None:
    chances = np.array([[0.75, 0.25], [0.5, 0.5]])
    ratio = np.array([0.5, 1.0])
    moved = np.array([[0.6, 0.4], [1 / 3, 2 / 3]])
    right = 0.9 * moved + 0.1 * chances
    assert _tilt(chances, ratio, False) == pytest.approx(right)
    present = right + 0.03 * right[:, [0]] * np.array([-1.0, 1.0])
    assert _tilt(chances, ratio, True) == pytest.approx(present)
    assert _tilt(chances, None, False) == pytest.approx(chances)
    assert _tilt(np.array([[1.0, 0.0]]), None, True) == pytest.approx(np.array([[0.97, 0.03]]))
    assert _tilt(np.array([[1.0, 0.0]]), None, False)[0, 1] > 0.0


def test_weights_are_flattened_until_a_tenth_of_the_draws_counts() -> None:
    rng = np.random.default_rng(5)
    even = rng.normal(0.0, 0.3, 500)
    right = np.exp(even) / np.exp(even).sum()
    assert _flattened(even) == pytest.approx(right)
    steep = rng.normal(0.0, 8.0, 500)
    steep[:20] = -np.inf
    flat = _flattened(steep)
    assert flat.sum() == pytest.approx(1.0)
    assert (flat[:20] == 0.0).all()
    assert 1.0 / (flat**2).sum() == pytest.approx(50.0, rel=1e-3)
    powers = np.diff(np.log(flat[20:])) / np.diff(steep[20:])
    assert powers == pytest.approx(np.full(len(powers), powers[0]))
    assert 0.0 < powers[0] < 1.0


def by_the_paper(weights: np.ndarray) -> float:
    """The tail index of Zhang and Stephens (2009), number by number, as Vehtari uses it."""
    count = int(min(0.2 * len(weights), 3.0 * math.sqrt(len(weights))))
    ordered = sorted(weights)
    edge = ordered[-count - 1]
    excess = [one - edge for one in ordered[-count:] if one > edge]
    size = len(excess)
    quartile = excess[int(size / 4 + 0.5) - 1]
    grid = 30 + int(math.sqrt(size))
    thetas = [
        1.0 / excess[-1] + (1.0 - math.sqrt(grid / (j - 0.5))) / (3.0 * quartile)
        for j in range(1, grid + 1)
    ]

    def index(theta: float) -> float:
        return sum(math.log1p(-theta * one) for one in excess) / size

    logs = [size * (math.log(-theta / index(theta)) - index(theta) - 1.0) for theta in thetas]
    shares = [1.0 / sum(math.exp(other - one) for other in logs) for one in logs]
    mean = sum(theta * share for theta, share in zip(thetas, shares, strict=True))
    return (index(mean) * size + 5.0) / (size + 10.0)


@pytest.mark.parametrize("tail", [0.05, 0.3, 0.7, 1.2])
@pytest.mark.parametrize("count", [30, 200, 3000])
def test_the_tail_index_is_that_of_the_paper(tail: float, count: int) -> None:
    rng = np.random.default_rng(count)
    weights = 1.0 + (rng.random(count) ** -tail - 1.0) / tail
    weights /= weights.sum()
    assert _tail(weights) == pytest.approx(by_the_paper(weights), rel=1e-9)


@pytest.mark.parametrize("levels", [2, 3, 4])
def test_rounding_does_not_change_the_tail_index(levels: int) -> None:
    """Few worlds have few weights, equal but for their last digits."""
    rng = np.random.default_rng(levels)
    shares = np.array([0.9, 0.07, 0.02, 0.01])[:levels]
    weights = 10.0 ** rng.choice(levels, 4000, p=shares / shares.sum())
    rounded = weights * (1.0 + np.finfo(float).eps * rng.integers(-2, 3, weights.size))
    assert _tail(rounded) == pytest.approx(_tail(weights), abs=1e-6)


def test_the_tail_of_few_draws() -> None:
    assert _tail(np.full(24, 1 / 24)) == math.inf  # a fifth of them are fewer than five
    assert _tail(np.full(25, 1 / 25)) == 0.0  # none is larger than others
    few = np.array([1.0] * 96 + [2.0, 3.0, 4.0, 5.0])
    assert _tail(few / few.sum()) == math.inf  # four are


def sampled(**changed: object) -> Sampled:
    own = {"effective_draws": 400.0, "tail": 0.69, "met": {"a": np.array([50.0, 100.0])}}
    return Sampled({}, {}, **(own | changed))  # type: ignore[arg-type]


def test_when_a_sample_can_be_relied_on() -> None:
    assert sampled().is_reliable
    assert sampled().knows("a")
    assert not sampled(tail=0.7).is_reliable
    assert not sampled(tail=0.7).knows("a")
    assert not sampled(effective_draws=399.9).is_reliable
    assert not sampled(met={"a": np.array([49.9, 100.0])}).knows("a")


def test_estimates_are_those_of_the_weighted_draws() -> None:
    """The same draws, weighed by hand: shares, standard errors, what the draws are worth."""
    draws, targets = 300, ["flu", "tired"]
    nodes = relevant_nodes(FLU, {*targets, *SEEN})
    rng = np.random.default_rng(6)
    ratios = _learn_ratios(FLU, SEEN, nodes, draws, rng)
    worlds, logs = draw_worlds(FLU, draws, rng, SEEN, nodes, ratios)
    weights = np.exp(logs) / np.exp(logs).sum()
    told = sample_posteriors(FLU, SEEN, targets, draws, np.random.default_rng(6))
    worth = 1.0 / sum(weight**2 for weight in weights)
    assert told.effective_draws == pytest.approx(worth)
    assert told.tail == pytest.approx(by_the_paper(weights))
    for id in targets:
        for state in (0, 1):
            hits = [bool(world[FLU.index[id]] == state) for world in worlds]
            share = sum(weight for weight, hit in zip(weights, hits, strict=True) if hit)
            squares = [
                weight**2 * (hit - share) ** 2 for weight, hit in zip(weights, hits, strict=True)
            ]
            met = [weight for weight, hit in zip(weights, hits, strict=True) if hit]
            assert told.posteriors[id][state] == pytest.approx(share)
            error = math.sqrt(sum(squares) + 0.5 / worth**2)
            assert told.standard_errors[id][state] == pytest.approx(error)
            assert told.met[id][state] == pytest.approx(sum(met) ** 2 / sum(one**2 for one in met))


def test_ratios_make_what_the_evidence_asks_for_frequent() -> None:
    """Each state as much more often as it is under the evidence; the rarest not out of reach."""
    rng = np.random.default_rng(7)
    seen = Evidence({"fever": (0.0, 1.0)})
    ratios = _learn_ratios(FLU, seen, [True] * 4, 4000, rng)
    assert set(ratios) == {0, 1, TIRED}
    states = oracle.weigh_states(FLU, seen)
    share = (states["flu"] / states["flu"].sum()).astype(float)
    expected = (0.99 * share + 0.01 * np.array([0.9, 0.1])) / np.array([0.9, 0.1])
    assert ratios[0] == pytest.approx(expected / expected.max(), rel=0.1)
    assert all(ratio.max() == 1.0 for ratio in ratios.values())
    assert ratios[TIRED] == pytest.approx([1.0, 1.0], rel=0.1)  # nothing is asked of it but by flu


def test_draws_in_pieces_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from kneebayes.inference import sampling

    monkeypatch.setattr(sampling, "PIECE", 64)
    told = sample_posteriors(FLU, Evidence({}), ["flu"], 150, np.random.default_rng(8))
    nodes = relevant_nodes(FLU, {"flu"})
    rng = np.random.default_rng(8)
    ratios = _learn_ratios(FLU, Evidence({}), nodes, 150, rng)
    pieces = [draw_worlds(FLU, size, rng, Evidence({}), nodes, ratios) for size in (64, 64, 22)]
    weights = np.exp(np.concatenate([logs for _, logs in pieces]))
    present = np.concatenate([worlds[:, 0] for worlds, _ in pieces]) == 1
    assert told.posteriors["flu"][1] == pytest.approx((weights @ present) / weights.sum())


def test_what_no_draw_meets_is_told() -> None:
    network = Network((root_node("a", [1.0, 0.0]), noisy_or_node("b", 0.0, {"a": 1.0})))
    seen = Evidence({"b": (0.0, 1.0)})
    message = "None of 70 draws is possible under the evidence; nothing can be estimated"
    with pytest.raises(ImpossibleEvidenceError, match=message) as caught:
        sample_posteriors(network, seen, ["a"], 70, np.random.default_rng(9))
    assert list(caught.value.conflict) == ["b"]
