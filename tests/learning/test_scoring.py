"""The most probable numbers against closed forms, plain EM by enumeration, and differences."""

from itertools import product

import numpy as np
import pytest
from counted_worlds import counts_by_enumeration
from oracle import cases, weigh

from kneebayes.inference import Engine, Evidence, draw_worlds
from kneebayes.inference.batch import flatten, numbers_of
from kneebayes.learning.counting import Counting
from kneebayes.learning.scoring import (
    Coordinates,
    Estimation,
    Family,
    Found,
    Free,
    Imagined,
    JointMove,
    Sample,
)
from kneebayes.network import Network, noisy_or_node, root_node, table_node

CLOSELY = 1e-12


def find(
    network: Network,
    coordinates: Coordinates,
    hard: np.ndarray,
    weights: np.ndarray,
    selection: np.ndarray | None = None,
    imagined: tuple[Imagined, ...] = (),
) -> Found:
    counting = Counting(Engine(network))
    sample = Sample(hard.astype(np.int8), None, weights.astype(float))
    found = Estimation(counting, coordinates, sample, selection, imagined).find(
        enough=CLOSELY, most=300
    )
    assert found.converged
    return found


def test_complete_data_give_the_closed_form() -> None:
    """Counts plus those of the Beta, for a root, a leak alone, and a link without a leak."""
    root = root_node("a", [0.5, 0.3, 0.2], ["x", "y", "z"])
    leak = noisy_or_node("b", 0.2)
    child = noisy_or_node("c", 0.0, {"b": 0.6})
    network = Network((root, leak, child))
    hard = np.array(list(product(range(3), range(2), range(2))))
    hard = hard[(hard[:, 1] == 1) | (hard[:, 2] == 0)]  # without b there is no c
    weights = np.arange(1.0, len(hard) + 1.0) ** 2
    numbers = numbers_of(network)
    coordinates = Coordinates(
        numbers, [Free(3, 0.2, 10.0), Free(6, 0.6, 20.0)], [Family(0, (0.5, 0.3, 0.2), 8.0)]
    )
    found = find(network, coordinates, hard, weights)
    shares = np.array([weights[hard[:, 0] == at].sum() for at in range(3)])
    expected = (shares + 8.0 * np.array([0.5, 0.3, 0.2])) / (weights.sum() + 8.0)
    np.testing.assert_allclose(found.numbers[:3], expected, atol=1e-7)
    with_b = weights[hard[:, 1] == 1].sum()
    assert found.numbers[3] == pytest.approx((with_b + 2.0) / (weights.sum() + 10.0), abs=1e-7)
    with_c = weights[hard[:, 2] == 1].sum()
    assert found.numbers[6] == pytest.approx((with_c + 12.0) / (with_b + 20.0), abs=1e-7)
    # complete data: the information is that of counting
    p = found.numbers[6]
    assert found.by_all[1, 1] == pytest.approx((with_b + 20.0) * p * (1 - p), rel=0.3)


def clinic() -> tuple[Network, np.ndarray]:
    """A cause, a second one, a finding of the first, and a complaint that brings people."""
    network = Network(
        (
            noisy_or_node("gout", 0.08),
            noisy_or_node("cyst", 0.15),
            noisy_or_node("redness", 0.05, {"gout": 0.7}),
            noisy_or_node("pain", 0.1, {"gout": 0.8, "cyst": 0.3}),
        )
    )
    selection = np.array([-1, -1, -1, 1], dtype=np.int8)
    return network, selection


def clinic_cases(network: Network, known: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Every patient with pain, each as often as expected among 10 000."""
    rows, weights = [], []
    for states in product(range(2), repeat=3):
        row = [*states, 1] if known else [-1, states[1], states[2], 1]
        said = {
            node.id: node.states[s] for node, s in zip(network.nodes, row, strict=True) if s >= 0
        }
        rows.append(row)
        weights.append(float(weigh(network, Evidence.of(network, said))))
    rows, index = np.unique(rows, axis=0, return_index=True)
    share = np.array(weights)[index]
    return rows, 10_000.0 * share / share.sum()


def free_of(network: Network, numbers: np.ndarray, weight: float) -> list[Free]:
    """All links and leaks but those of the complaint, whose own size nobody can see."""
    last = int(flatten(network).number_start[len(network) - 1])
    return [
        Free(at, one, weight)
        for at, one in enumerate(numbers.tolist())
        if 0.0 < one < 1.0 and at < last
    ]


def test_selection_is_undone_where_naive_counting_is_biased() -> None:
    network, selection = clinic()
    truth = numbers_of(network)
    rows, weights = clinic_cases(network)
    start = truth.copy()
    start[[0, 1]] = 0.3, 0.3
    free = [Free(one.place, start[one.place], 1e-3) for one in free_of(network, truth, 0.0)]
    found = find(network, Coordinates(start, free), rows, weights, selection)
    np.testing.assert_allclose(found.numbers, truth, atol=1e-4)
    naive = find(network, Coordinates(start, free), rows, weights)
    given = Engine(network).propagate(Evidence({"pain": (0.0, 1.0)}), ["gout", "cyst"])
    # without the denominator the share among patients is taken for the share among all
    assert naive.numbers[0] == pytest.approx(given.present("gout"), abs=1e-3)
    assert naive.numbers[0] > 3.0 * truth[0]


@pytest.mark.parametrize("known", [True, False])
def test_it_is_where_plain_em_on_the_truncated_sample_ends(known: bool) -> None:
    """EM by enumeration, with people imagined who stayed away (Dempster, Laird, Rubin 1977)."""
    network, selection = clinic()
    truth = numbers_of(network)
    rows, weights = clinic_cases(network, known)
    weights = weights / 100.0
    start = truth.copy()
    start[[0, 1]] = 0.12, 0.2
    free = [Free(one.place, start[one.place], 30.0) for one in free_of(network, truth, 0.0)]
    found = find(network, Coordinates(start, free), rows, weights, selection)
    numbers = start
    for _ in range(120):
        numbers = em_step(network, numbers, rows, weights, free)
    after = em_step(network, found.numbers, rows, weights, free)
    np.testing.assert_allclose(after, found.numbers, atol=1e-6)  # EM stays where we are
    np.testing.assert_allclose(numbers, found.numbers, atol=2e-3)  # and comes there


def em_step(
    network: Network, numbers: np.ndarray, rows: np.ndarray, weights: np.ndarray, free: list[Free]
) -> np.ndarray:
    here = network.with_numbers(numbers)
    absent = Evidence.of(here, {"pain": "absent"})
    met, tried = np.zeros(len(numbers)), np.zeros(len(numbers))
    away = float(weigh(here, absent))
    _, unseen_met, unseen_tried = counts_by_enumeration(here, absent)
    unseen = weights.sum() * away / (1.0 - away)
    met += unseen * unseen_met
    tried += unseen * unseen_tried
    for row, weight in zip(rows, weights, strict=True):
        said = {n.id: n.states[s] for n, s in zip(here.nodes, row, strict=True) if s >= 0}
        _, mine_met, mine_tried = counts_by_enumeration(here, Evidence.of(here, said))
        met += weight * mine_met
        tried += weight * mine_tried
    out = numbers.copy()
    for one in free:
        out[one.place] = (one.weight * one.mean + met[one.place]) / (one.weight + tried[one.place])
    return out


def test_imagined_patients_hold_a_prior() -> None:
    network, selection = clinic()
    numbers = numbers_of(network)
    hard = np.array([[-1, -1, 1, 1]])
    free = free_of(network, numbers, 0.0)
    free = [Free(one.place, one.mean, 0.0 if one.place < 2 else 50.0) for one in free]
    imagined = (Imagined(0, 0.25, 1e6), Imagined(1, 0.5, 1e6))
    found = find(network, Coordinates(numbers, free), hard, np.ones(1), selection, imagined)
    engine = Engine(network.with_numbers(found.numbers))
    given = engine.propagate(Evidence({"pain": (0.0, 1.0)}), ["gout", "cyst"])
    assert given.present("gout") == pytest.approx(0.25, abs=1e-4)
    assert given.present("cyst") == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("seed", range(2))
def test_the_density_never_falls_and_its_slope_is_that_of_differences(seed: int) -> None:
    for network, _, rng in cases(2, seed, most=7):
        numbers = numbers_of(network)
        flat = flatten(network)
        free, families = [], []
        for at, node in enumerate(network.nodes):
            start, end = int(flat.number_start[at]), int(flat.number_start[at + 1])
            if node.is_noisy_or:
                free += [
                    Free(place, numbers[place], 5.0)
                    for place in range(start, end)
                    if 0.0 < numbers[place] < 1.0
                ]
            elif not node.parents and (numbers[start:end] > 0.0).all():
                families.append(Family(start, tuple(numbers[start:end].tolist()), 5.0))
        coordinates = Coordinates(numbers, free, families)
        worlds, _ = draw_worlds(network, 30, rng)
        hard = np.where(rng.random(worlds.shape) < 0.5, worlds, -1).astype(np.int8)
        scoring = Estimation(
            Counting(Engine(network)), coordinates, Sample(hard, None, np.ones(30))
        )
        found = scoring.find(enough=1e-6)
        assert list(found.trail) == sorted(found.trail)
        check_slope(scoring, found.at + 0.3 * rng.standard_normal(len(found.at)))


def check_slope(scoring: Estimation, at: np.ndarray, step: float = 1e-5) -> None:
    gradient = scoring.look(at).gradient
    for k in range(len(at)):
        way = np.zeros(len(at))
        way[k] = step
        slope = (scoring.look(at + way).value - scoring.look(at - way).value) / (2.0 * step)
        assert gradient[k] == pytest.approx(slope, abs=1e-4, rel=1e-4)


def test_what_moves_together_has_the_slope_of_differences() -> None:
    """A table of explanations by age, two shares and a ratio of it, and rates of a silent cause."""
    table = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
    network = Network(
        (
            root_node("age", [0.6, 0.4], ["young", "old"]),
            table_node("why", ["age"], table, ["a", "b", "c"]),
            noisy_or_node("c", 0.0, {"why": (0.0, 0.0, 1.0)}),
            noisy_or_node("there", 0.0, {"why": (1.0, 0.0, 0.2), "age": (0.1, 0.3)}),
            noisy_or_node("sign", 0.05, {"why": (0.7, 0.1, 0.4), "there": 0.2}),
        )
    )
    numbers, flat = numbers_of(network), flatten(network)
    first, rates = int(flat.number_start[1]), int(flat.number_start[3]) + 4
    shifts = [
        JointMove((first + 1, first + 4)),
        JointMove((first + 2, first + 5)),
        JointMove((first + 5,), 0.4, 0.2),
        JointMove((rates, rates + 1)),
    ]
    sign = int(flat.number_start[4])
    free = [Free(sign, 0.05, 20.0), Free(sign + 1, 0.7, 20.0)]
    coordinates = Coordinates(numbers, free, [], shifts, (first, first + 6), 3)
    np.testing.assert_allclose(coordinates.numbers(coordinates.origin), numbers, atol=1e-14)
    moved = coordinates.numbers(np.array([*coordinates.origin[:2], 0.3, -0.2, 0.5, 1.0]))
    rows = moved[first : first + 6].reshape(2, 3)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    weights = table * np.exp([[0.0, 0.3, -0.2], [0.0, 0.3, 0.3]])
    np.testing.assert_allclose(rows, weights / weights.sum(axis=1, keepdims=True))
    odds = np.array([0.1 / 0.9, 0.3 / 0.7]) * np.e
    np.testing.assert_allclose(moved[rates : rates + 2], odds / (1.0 + odds))
    hard = np.array([[0, -1, -1, 1, 1], [1, 2, 1, -1, 0], [-1, -1, -1, -1, 1], [1, -1, 0, 0, -1]])
    imagined = (Imagined(2, 0.4, 15.0), Imagined(3, 0.5, 9.0))
    sample = Sample(hard.astype(np.int8), None, np.array([3.0, 1.0, 2.0, 2.0]))
    scoring = Estimation(Counting(Engine(network)), coordinates, sample, None, imagined)
    rng = np.random.default_rng(0)
    check_slope(scoring, coordinates.origin + 0.2 * rng.standard_normal(len(coordinates)))
    found = scoring.find()
    assert list(found.trail) == sorted(found.trail)


def test_what_never_happens_is_information_too() -> None:
    """Nobody of 200 has it: products of scores say next to nothing, the curvature does."""
    network = Network((noisy_or_node("rare", 0.01),))
    coordinates = Coordinates(numbers_of(network), [Free(0, 0.01, 100.0)])
    found = find(network, coordinates, np.zeros((1, 1)), np.array([200.0]))
    p = found.numbers[0]
    assert p == pytest.approx(1.0 / 300.0)
    assert found.by_all[0, 0] == pytest.approx(300.0 * p * (1.0 - p), rel=0.05)
