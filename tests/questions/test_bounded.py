"""Every question ends in its time: with its answer, with a part that says so, or an error."""

import time
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.case.bounded import bounded
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.inference.limits import Clock, clock_running, seconds_left, within_time
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.ask import outcomes
from kneebayes.questions.attribute import cause_sets
from kneebayes.questions.explain import subsets
from kneebayes.text import suggest

SLOW = "too slow"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let so many seconds be left at each later look at the clock, whatever the time is."""

    def hurry(seconds: float) -> None:
        monkeypatch.setattr(Clock, "left", property(lambda _: seconds))

    return hurry


def test_without_a_clock_there_is_no_end() -> None:
    assert clock_running() is None
    assert seconds_left() == float("inf")


def test_a_question_within_a_question_ends_no_later() -> None:
    with within_time("outer", Budget(seconds=300.0)):
        with within_time("inner", Budget(seconds=1000.0)):
            assert seconds_left() <= 300.0
        with within_time("inner", Budget(seconds=100.0)):
            assert seconds_left() <= 100.0
        assert 200.0 < seconds_left() <= 300.0
    assert clock_running() is None


def test_the_engine_keeps_to_the_clock(robot: kb.Model) -> None:
    cases = [robot.diagnose({}).case.evidence] * 50
    with within_time("nothing", Budget(seconds=1e-9)):
        time.sleep(0.01)
        with pytest.raises(kb.TooWideError):
            robot.engine.propagate_each(cases, ["rusty_bolt"])


def test_a_question_without_time_says_what_would_help(robot: kb.Model) -> None:
    @bounded
    def ponder(case: object) -> None:
        while seconds_left() > 0.0:
            time.sleep(0.01)
        raise kb.TooWideError(SLOW)

    @bounded
    def give_up(case: object) -> None:
        raise kb.TooWideError(SLOW)

    dx = robot.within(seconds=0.5).diagnose({})
    with pytest.raises(kb.TooWideError, match=r"^'ponder' was not answered within 0\.5 seconds"):
        ponder(dx)
    with pytest.raises(kb.TooWideError, match=SLOW):
        give_up(robot.within(seconds=60).diagnose({}))


def test_all_that_time_suffices_for_is_the_same_as_without_a_bound(knee: kb.Model) -> None:
    answers = {"lump behind the knee": True, "fever": False, "age": "older"}
    free = knee.within().diagnose(answers)
    bound = knee.within(seconds=300).diagnose(answers)
    assert bound.questions().unranked == ()
    pd.testing.assert_frame_equal(bound.questions().table, free.questions().table)
    assert bound.sets().missing == 0
    top = free.top
    pd.testing.assert_frame_equal(bound.explain(top).table, free.explain(top).table)


def test_sets_found_before_the_time_was_over_are_told(
    robot: kb.Model, hurried: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*asked: object) -> Iterator[object]:
        yield next(iter(probable_states(*asked)))
        hurried(0.0)

    probable_states = cause_sets.probable_states
    monkeypatch.setattr(cause_sets, "probable_states", slow)
    sets = robot.within(seconds=300.0).diagnose({"squeak": True}).sets(2)
    assert (len(sets.sets), sets.missing) == (1, 1)


def test_questions_that_are_missing_are_told_of(
    knee: kb.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is over when a few are weighed: those that are there are as exact as ever."""
    dx = knee.diagnose({"lump behind the knee": True})
    whole = dx.questions()
    looks = iter([50.0, 50.0, 49.0, 48.0, 48.0])
    monkeypatch.setattr(Clock, "left", property(lambda _: next(looks, 0.0)))
    weigh, calls = outcomes.outcomes_of, []

    def weigh_twice(*given: object) -> object:
        calls.append(given)
        if len(calls) > 2:
            raise kb.TooWideError(SLOW)
        return weigh(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(outcomes, "outcomes_of", weigh_twice)
    part = dx.questions()
    assert 0 < len(part) < len(whole)
    assert {one.id for one in part.ranked} | set(part.unranked) >= {one.id for one in whole.ranked}
    told = {one.id: one.bits for one in whole.ranked}
    assert all(one.bits == pytest.approx(told[one.id], abs=1e-12) for one in part.ranked)
    assert f"Partial: {len(part.unranked)} of " in part.text
    assert part.to_dict()["unranked"] == list(part.unranked)


def test_orders_drawn_in_time_add_up(hurried: Callable[[float], None]) -> None:
    """Two orders are always there, and their shares add up to the whole change."""
    flu = root_node("flu", [0.9, 0.1])
    signs = [noisy_or_node(f"s{at}", 0.05, {"flu": 0.1 * at + 0.2}) for at in range(5)]
    net = Network((flu, *signs))
    engine, ids = Engine(net), [node.id for node in signs]
    seen = Evidence.of(net, dict.fromkeys(ids, "present"))
    with within_time("orders", Budget(seconds=50.0)):
        hurried(0.0)
        drawn, odds = subsets.Subsets(engine, seen, ids, ["flu"]).odds_of_orders([0], 32, 1)
    assert len(drawn) >= 2
    shares, _ = subsets.shapley_of_orders(drawn, odds.at)
    assert shares.sum() == pytest.approx(odds.at((1 << len(ids)) - 1) - odds.at(0), abs=1e-12)
    everything = subsets.Subsets(engine, seen, ids, ["flu"]).odds()
    for subset in odds.rows or {}:
        assert odds.at(subset) == pytest.approx(everything.at(subset), abs=1e-12)


def test_a_very_long_name_is_refused_at_once(knee: kb.Model) -> None:
    for name in ("x" * 3000, "swollen " * 500, "a b c d e f " * 2000):
        begun = time.process_time()
        with pytest.raises(kb.UnknownNameError) as caught:
            knee.diagnose({name: True})
        assert time.process_time() - begun < 2.0
        assert len(str(caught.value)) < 500
        assert caught.value.name == name


def test_very_many_unknown_names_are_refused_soon(knee: kb.Model) -> None:
    names = [f"my column {at} of swelling" for at in range(2000)]
    begun = time.process_time()
    with pytest.raises(kb.UnknownNameError, match="2,000 problems found"):
        knee.diagnose_cohort(pd.DataFrame({name: [True] for name in names}))
    with pytest.raises(kb.UnknownNameError, match="And 1,980 more names are unknown"):
        knee.diagnose(dict.fromkeys(names, True))
    assert time.process_time() - begun < 20.0


def test_what_resembles_a_name_does_not_hang_on_how_it_is_looked_up() -> None:
    known = ["swollen knee", "fever", "lump", "swollen calf", "pain going down stairs"]
    for name in ("swolen", "swollenknee", "fevr", "stairs", "lupm"):
        assert suggest(name, known) == suggest(name, list(reversed(known)))
        assert suggest(name, known)


@pytest.mark.parametrize("seconds", [0, -1.0, float("nan"), "5", True])
def test_a_time_must_be_above_zero(robot: kb.Model, seconds: object) -> None:
    with pytest.raises(kb.KneebayesError, match="'seconds' must be a number"):
        robot.within(seconds=seconds)  # type: ignore[arg-type]
