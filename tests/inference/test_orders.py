"""Orders, limits, clocks and the door of the kernel: each by its own definition."""

import io
import math
import time
from _thread import allocate_lock, start_new_thread
from typing import Any

import numpy as np
import pytest

from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference import Budget, Engine, Evidence, limits, native
from kneebayes.inference.batch import cases_of, rows_of
from kneebayes.inference.limits import LIMITS, Running
from kneebayes.inference.plan import Tables, _Graph, best_order, plan_elimination
from kneebayes.network import Network, noisy_or_node, root_node

Scopes = list[tuple[int, ...]]


def random_problem(seed: int) -> tuple[Scopes, dict[int, int], dict[int, bool], frozenset[int]]:
    """States of some nodes and bits of some families, in random tables."""
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(4, 9))
    sizes = {2 * node: int(rng.integers(2, 5)) for node in range(nodes)}
    bits = [node for node in range(nodes) if rng.random() < 0.4]
    sizes |= {2 * node + 1: 2 for node in bits}
    sizes = {one: 2 if one + 1 in sizes else size for one, size in sizes.items()}
    scopes = [(one,) for one in sorted(sizes)]
    for _ in range(nodes + 2):
        many = rng.choice(sorted(sizes), int(rng.integers(2, 4)), replace=False)
        scopes.append(tuple(sorted(int(one) for one in many)))
    open_bits = {2 * node + 1: bool(rng.random() < 0.7) for node in bits}
    return scopes, sizes, open_bits, frozenset({0} if seed % 2 else ())


def walk(
    scopes: Scopes, sizes: dict[int, int], open_bits: dict[int, bool], order: tuple[int, ...]
) -> tuple[float, float]:
    """log2 of the largest table, and entries of all, taking variables out one after the other."""
    tables, largest, whole = [set(scope) for scope in scopes], 0.0, 0.0
    for variable in order:
        joined = set().union(*(table for table in tables if variable in table), {variable})
        entries = math.prod(sizes[one] for one in joined)
        largest, whole = max(largest, math.log2(entries)), whole + entries
        tables = [table for table in tables if variable not in table]
        left = joined - {variable}
        tables.append(left | {variable - 1} if open_bits.get(variable) else left)
    return largest, whole


def packed(scopes: Any, sizes: Any, open_bits: Any, kept: Any = ()) -> Tables:
    return Tables(tuple(scopes), tuple(sizes.items()), tuple(open_bits.items()), frozenset(kept))


def by_rule(
    scopes: Scopes,
    sizes: dict[int, int],
    open_bits: dict[int, bool],
    kept: frozenset[int],
    rule: str,
) -> tuple[int, ...]:
    """A greedy order by what each variable would leave behind, from sets alone."""
    tables, order = [set(scope) for scope in scopes], []
    waiting = set(sizes) - kept

    def beside(variable: int) -> set[int]:
        return set().union(*(table for table in tables if variable in table)) - {variable}

    def score(variable: int) -> float:
        near = beside(variable)
        left = near | {variable - 1} if open_bits.get(variable) else near
        size = math.log2(math.prod(sizes[one] for one in near | {variable}))
        apart = sum(one not in beside(other) for one in left for other in left if one < other)
        fill = apart + 0.01 * math.log2(math.prod(sizes[one] for one in left))
        return {"weight_left": size, "fill": fill, "fill_and_weight": fill + 1.5 * size}[rule]

    while waiting:
        held = {one - 1 for one in waiting if open_bits.get(one)}
        chosen = min(waiting - held, key=lambda one: (round(score(one), 9), one))
        near = beside(chosen)
        tables = [table for table in tables if chosen not in table]
        tables.append(near | {chosen - 1} if open_bits.get(chosen) else near)
        waiting.discard(chosen)
        order.append(chosen)
    return tuple(order)


@pytest.mark.parametrize("seed", range(30))
def test_orders_are_those_of_their_rules(seed: int) -> None:
    scopes, sizes, open_bits, kept = random_problem(seed)
    found = {}
    for rule in ("weight_left", "fill", "fill_and_weight"):
        order = _Graph(packed(scopes, sizes, open_bits, kept)).eliminate(getattr(_Graph, rule))
        assert order.order == by_rule(scopes, sizes, open_bits, kept, rule)
        right = walk(scopes, sizes, open_bits, order.order)
        assert (order.width, order.entries) == pytest.approx(right)
        found[rule] = order
    best = best_order(packed(scopes, sizes, open_bits, kept))
    if found["weight_left"].width <= 8.0:
        assert best == found["weight_left"]
    else:
        assert best.entries <= found["weight_left"].entries
    plan = plan_elimination(packed(scopes, sizes, open_bits, kept))
    assert plan.width == best.width
    assert plan.scope == tuple(sorted(kept))
    assert plan.tables == len(scopes) + len(plan.steps)


def test_a_table_that_is_too_wide_is_told() -> None:
    """All pairs of 30 states: whatever goes first joins all of them."""
    pairs = [(2 * one, 2 * other) for one in range(30) for other in range(one)]
    scopes = [tuple(sorted(pair)) for pair in pairs]
    sizes = {2 * one: 2 for one in range(30)}
    text = r"needs a table of 2\^30 entries, more than the 2\^22 allowed\. Answering more"
    with pytest.raises(TooWideError, match=text):
        plan_elimination(packed(scopes, sizes, {}))
    few = {one: size for one, size in sizes.items() if one < 44}
    inside = [pair for pair in scopes if max(pair) < 44]
    assert plan_elimination(packed(inside, few, {})).width == 22.0


# budgets and clocks


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0.0}, {"bytes": 0.0}, {"seconds": math.nan}, {"bytes": -1.0}, {"seconds": "1"}],
)
def test_a_budget_is_above_zero(wrong: dict[str, Any]) -> None:
    with pytest.raises(KneebayesError, match="more than 0 seconds and more than 0 bytes, got"):
        Budget(**wrong)


def test_of_two_budgets_the_smaller_holds() -> None:
    long, short = Running(Budget(60.0, 1e6), 100.0), Running(Budget(5.0, 1e9), 50.0)
    for one, other in ((long, short), (short, long)):
        both = one.within(other)
        assert (both.budget.seconds, both.budget.bytes, both.end) == (5.0, 1e6, 50.0)
    assert long.within(None) is long
    limits = long.on(LIMITS._replace(bytes=1e7, seconds=math.inf, until=70.0))
    assert (limits.bytes, limits.seconds, limits.until) == (1e6, 60.0, 70.0)
    limits = short.on(LIMITS._replace(bytes=1e7, seconds=2.0, until=math.inf))
    assert (limits.bytes, limits.seconds, limits.until) == (1e7, 2.0, 50.0)
    before = time.monotonic()
    assert Budget(7.0).started().end == pytest.approx(before + 7.0, abs=0.1)


def test_how_many_more_fit_into_a_quarter_of_the_time() -> None:
    running = limits.Clock("a question", Budget(1000.0))
    assert running.left == pytest.approx(1000.0, abs=1.0)
    assert running.fitting(1200.0, 8) == pytest.approx(1000.0 * 8 / (4 * 200.0), rel=0.01)
    assert running.fitting(math.inf, 8) == math.inf
    over = limits.Clock("a question", Budget(1e-9))
    assert over.left == 0.0
    assert over.fitting(1.0, 8) == 0.0


def test_a_question_within_another_ends_no_later() -> None:
    with limits.within_time("outer", Budget(50.0)) as outer:
        with limits.within_time("inner", Budget(1000.0)) as inner:
            assert inner.running.end == outer.running.end
        with limits.within_time("inner", Budget(1.0)) as inner:
            assert inner.left <= 1.0
        assert limits.clock_running() is outer
    assert limits.clock_running() is None
    assert limits.seconds_left() == np.inf


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("seconds", "note", "shown"),
    [
        (100.0, "", r"^ranking  ?0 s of at most 100 s \|"),
        (100.0, "3 of 9", r"^ranking: 3 of 9  ?0 s of at most 100 s \|"),
        (math.inf, "", r"^ranking  ?0 s *$"),
    ],
)
def test_a_bar_shows_what_time_is_over(
    monkeypatch: pytest.MonkeyPatch, seconds: float, note: str, shown: str
) -> None:
    """In a terminal, once it takes long; nothing is left of it where the answer is there."""
    import re
    import sys

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(limits, "PATIENCE", 0.01)
    monkeypatch.setattr(limits, "EVERY", 0.05)
    running, asked, over = (
        limits.Clock("ranking", Budget(seconds)),
        allocate_lock(),
        allocate_lock(),
    )
    running.note = note
    asked.acquire()
    over.acquire()

    def show() -> None:
        limits._show(running, asked)
        over.release()

    start_new_thread(show, ())
    time.sleep(0.12)
    asked.release()
    assert over.acquire(timeout=20.0)
    lines = [line.strip() for line in terminal.getvalue().split("\r") if line.strip()]
    assert lines
    assert any(re.search(shown, line) for line in lines), lines
    assert terminal.getvalue().endswith("\r")
    quick = Terminal()
    monkeypatch.setattr(sys, "stderr", quick)
    limits._show(running, allocate_lock())
    assert quick.getvalue() == ""


# engines and the kernel


def small() -> Engine:
    return Engine(Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5}))))


def test_an_engine_beside_another_shares_how_numbers_are_laid_out() -> None:
    engine = small()
    assert engine.within(Budget(5.0)).flat.parents.tolist() == [0]
    flat = engine.flat
    assert engine.within(Budget(5.0)).flat is flat
    other = Network((root_node("a", [0.2, 0.8]), noisy_or_node("b", 0.3, {"a": 0.7})))
    assert engine.on(other).flat is flat
    assert engine.on(other).numbers[0].tolist() != engine.numbers[0].tolist()
    from kneebayes.network import table_node

    table = Network((root_node("a", [0.2, 0.8]), table_node("b", ["a"], [[0.5, 0.5], [0.1, 0.9]])))
    assert engine.on(table).flat is not flat
    assert small().within(None).flat is not flat


@pytest.mark.usefixtures("way")
def test_the_joint_table_of_what_cannot_be_is_nothing() -> None:
    network = Network(
        (
            root_node("a", [0.5, 0.5]),
            noisy_or_node("b", 0.0, {"a": 0.0}),
            root_node("c", [1.0], ["only"]),
        )
    )
    table, scale = Engine(network).joint(Evidence({"b": (0.0, 1.0)}), ["a"])
    assert table.tolist() == [0.0, 0.0]
    assert scale == -np.inf
    table, scale = Engine(network).joint(Evidence({"b": (1.0, 0.0)}), ["a", "c"])
    assert table.tolist() == [[1.0], [1.0]]
    assert scale == pytest.approx(math.log(0.5))


def test_arrays_that_do_not_fit_stay_at_the_door_of_the_kernel() -> None:
    engine = small().compile()
    kernel = native.kernel(wait=True)
    assert kernel is not None
    evidence = [Evidence({"b": (0.0, 1.0)}), Evidence({})]
    right = rows_of(engine.flat, cases_of(engine.network, engine.flat, evidence), [0])
    kernel.run_rows(engine.flat, right, 0, 2)
    assert right.status.tolist() == [0, 0]
    wrong = {
        "numbers": right.numbers[:, :-1].copy(),
        "soft": np.ones((2, 3)),
        "hard": np.zeros((3, 2), dtype=np.int16),
        "marginals": np.zeros((1, 4)),
        "wanted": np.zeros(3, dtype=np.bool_),
        "softened": np.zeros(1, dtype=np.bool_),
        "widths": np.zeros(3),
        "costs": np.zeros(1),
        "status": np.zeros(3, dtype=np.int32),
    }
    for name, array in wrong.items():
        with pytest.raises(ValueError, match="was given arrays that do not fit each other"):
            kernel.run_rows(engine.flat, right._replace(**{name: array}), 0, 2)
    flat = right._replace(numbers=right.numbers[0])
    with pytest.raises(ValueError, match="do not fit each other"):
        kernel.run_rows(engine.flat, flat, 0, 2)
    for name, kind in (("soft", np.float32), ("hard", np.int64), ("status", np.int64)):
        other = right._replace(**{name: getattr(right, name).astype(kind)})
        with pytest.raises(TypeError, match=rf"was given {kind.__name__} entries for"):
            kernel.run_rows(engine.flat, other, 0, 2)
    turned = right._replace(logs=np.zeros(4)[::2])
    with pytest.raises(TypeError, match="was given float64 entries for float64"):
        kernel.run_rows(engine.flat, turned, 0, 2)
