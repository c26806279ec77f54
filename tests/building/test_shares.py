"""The table of explanations: shares and ratios hold, and silent rates make presences hold."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import root

from kneebayes.building.shares import STRETCH, ShareRatio, Shares, silent_rates


def table_of(fitting, shares, odds_ratios):
    """The table of explanations, one axis for each context, from shares that add up to 1."""
    table = fitting.fit(np.array([list(shares.values())]), odds_ratios[None])
    return table[0].reshape(*fitting.shape, fitting.count)


def random_problem(seed: int) -> tuple[Shares, np.ndarray, np.ndarray]:
    """Shares and ratios read off a random table, so that a table with them exists."""
    rng = np.random.default_rng(seed)
    contexts = [
        rng.dirichlet(np.full(size, 3.0)) for size in rng.integers(2, 5, rng.integers(1, 3))
    ]
    count = int(rng.integers(3, 8))
    logs = rng.normal(0.0, 1.0, count)
    ratios, effects = [], []
    for cause, axis in product(range(count), range(len(contexts))):
        if rng.random() < 0.4:
            state = int(rng.integers(1, len(contexts[axis])))
            others = tuple(at for at in range(len(contexts[axis])) if at != state)
            ratios.append(ShareRatio(cause, axis, state, others))
            effects.append(rng.normal(0.0, 1.0))
    fitting = Shares(contexts, count, ratios, [0.0] * len(ratios))
    weights = np.repeat(logs[None], len(fitting.cells), axis=0)
    for at, (ratio, effect) in enumerate(zip(ratios, effects, strict=True)):
        weights[fitting.mine[at], ratio.cause] += effect
    table = np.exp(weights) / np.exp(weights).sum(axis=1, keepdims=True)
    return fitting, fitting.cells @ table, by_hand(table, fitting, contexts, ratios)


def by_hand(
    table: np.ndarray, fitting: Shares, contexts: list[np.ndarray], ratios: list[ShareRatio]
) -> np.ndarray:
    """Odds ratios of a table, state by state."""
    cube = table.reshape(*(len(states) for states in contexts), -1)
    joint = cube * fitting.cells.reshape(*cube.shape[:-1], 1)
    found = []
    for ratio in ratios:
        by_state = np.moveaxis(joint, ratio.axis, 0).reshape(
            cube.shape[ratio.axis], -1, cube.shape[-1]
        )
        mine = by_state[ratio.state].sum(axis=0)
        other = by_state[list(ratio.others)].sum(axis=(0, 1))
        odds = [side[ratio.cause] / (side.sum() - side[ratio.cause]) for side in (mine, other)]
        found.append(odds[0] / odds[1])
    return np.array(found)


@pytest.mark.parametrize("seed", range(20))
def test_shares_and_ratios_hold(seed: int) -> None:
    fitting, shares, ratios = random_problem(seed)
    table = table_of(fitting, dict(enumerate(shares.tolist())), ratios).reshape(-1, fitting.count)
    assert table.sum(axis=1) == pytest.approx(np.ones(len(table)), abs=1e-12)
    assert fitting.cells @ table == pytest.approx(shares, abs=1e-12)
    assert np.log(fitting.odds_ratios(table[None])[0]) == pytest.approx(np.log(ratios), abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_many_rows_are_fitted_as_each_by_itself(seed: int) -> None:
    fitting, shares, ratios = random_problem(seed)
    rng = np.random.default_rng(seed)
    rows = shares * np.exp(rng.normal(0.0, 0.3, (4, len(shares))))
    rows /= rows.sum(axis=1, keepdims=True)
    together = fitting.fit(rows, np.repeat(ratios[None], 4, axis=0))
    assert np.einsum("c,rcn->rn", fitting.cells, together) == pytest.approx(rows, abs=1e-8)
    for at, row in enumerate(rows):
        alone = fitting.fit(row[None], ratios[None])
        assert together[at] == pytest.approx(alone[0], abs=5e-3)


def test_without_ratios_every_cell_has_the_shares() -> None:
    fitting = Shares([[0.3, 0.7]], 3, [], [])
    table = table_of(fitting, {"a": 0.5, "b": 0.3, "c": 0.2}, np.empty(0))
    assert table == pytest.approx(np.array([[0.5, 0.3, 0.2]] * 2))


def test_a_ratio_that_cannot_be_met_leaves_the_shares_right() -> None:
    """A cause with a share of 0.9 cannot have ten thousand times the odds in half of the people."""
    ratios = [ShareRatio(0, 0, 1, (0,)), ShareRatio(1, 0, 1, (0,))]
    fitting = Shares([[0.5, 0.5]], 2, ratios, [0.0, 0.0])
    table = table_of(fitting, {"a": 0.9, "b": 0.1}, np.array([1e4, 1e4]))
    assert fitting.cells @ table == pytest.approx([0.9, 0.1], abs=1e-12)


def test_uncertain_ratios_are_the_compromise_that_a_root_finder_finds() -> None:
    """Shares hold, and what each ratio misses is the pull back from the ratio used for it."""
    young, old = 0.4, 0.6
    shares, stated = np.array([0.4, 0.3, 0.3]), np.log([4.0, 3.0])
    yielding = (np.array([0.5, 1.0]) / STRETCH) ** 2

    def odds(share: float) -> float:
        return float(np.log(share) - np.log1p(-share))

    def tables(unknown: np.ndarray) -> np.ndarray:
        weights, used = np.append(unknown[:2], 0.0), unknown[2:]
        rows = np.exp(np.stack([weights, weights + np.append(used, 0.0)]))
        return rows / rows.sum(axis=1, keepdims=True)

    def away(unknown: np.ndarray) -> np.ndarray:
        table = tables(unknown)
        missed = [
            stated[at] - (odds(table[1, at]) - odds(table[0, at])) for at in range(len(stated))
        ]
        pull = yielding * (unknown[2:] - stated)
        return np.append((np.array([young, old]) @ table - shares)[:2], missed - pull)

    found = root(away, np.append(np.log(shares[:2] / shares[2]), stated), tol=1e-12)
    assert found.success
    ratios = [ShareRatio(0, 0, 1, (0,)), ShareRatio(1, 0, 1, (0,))]
    fitting = Shares([[young, old]], 3, ratios, [0.5, 1.0])
    table = table_of(fitting, dict(zip("abc", shares.tolist(), strict=True)), np.exp(stated))
    assert table == pytest.approx(tables(found.x), abs=1e-5)


def test_uncertain_ratios_leave_room_for_a_cause_without_one() -> None:
    """Two causes are said to be met in the old alone; the third has no age, and is met there."""
    ratios = [ShareRatio(0, 0, 1, (0,)), ShareRatio(1, 0, 1, (0,))]
    left = []
    for spread in (0.0, 0.7):
        fitting = Shares([[0.4, 0.6]], 3, ratios, [spread] * 2)
        shares = {"a": 0.4, "b": 0.4, "c": 0.2}
        left.append(table_of(fitting, shares, np.array([1.3, 1.3]))[1, 2])
    assert left[1] > left[0]


@pytest.mark.parametrize("seed", range(10))
def test_silent_rates_make_the_presence_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ages, absent = rng.dirichlet(np.ones(4)), rng.uniform(0.5, 1.0, (3, 4))
    brought = 1.0 - absent @ ages
    present = brought + rng.uniform(0.05, 0.9, 3) * (1.0 - brought)
    ratios = np.exp(rng.normal(0.0, 2.0, (3, 4)))
    rates = silent_rates(present, absent, ages, ratios)
    assert 1.0 - (ages * absent * (1.0 - rates)).sum(axis=1) == pytest.approx(present, abs=1e-12)
    odds = rates / (1.0 - rates)
    assert odds / odds[:, :1] == pytest.approx(ratios / ratios[:, :1], rel=1e-6)


def test_what_is_brought_more_often_than_stated_is_never_silent() -> None:
    rates = silent_rates(
        np.array([0.2]), np.array([[0.7, 0.7]]), np.array([0.5, 0.5]), np.ones((1, 2))
    )
    assert rates == pytest.approx(np.zeros((1, 2)))
