"""Leaks solved from specificities, and odds from ratios: met, or told how far they can be."""

import math

import numpy as np
import pytest

from kneebayes.building.measured import Contrast, Contrasts, Specificities, Specificity, _together
from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.checks import Remark
from kneebayes.network import Network, noisy_or_node, root_node, table_node

P1, P2 = 0.25, 0.5  # how common the two causes are


def network(leaks: dict[str, float], link: float = 0.4) -> Network:
    """Two causes of a complaint; the second shows f, either shows g."""
    return Network(
        (
            root_node("c1", [1 - P1, P1]),
            root_node("c2", [1 - P2, P2]),
            noisy_or_node("pain", 0.0, {"c1": 1.0, "c2": 1.0}),
            noisy_or_node("f", leaks["f"], {"c2": link}),
            noisy_or_node("g", leaks["g"], {"c1": 0.5, "c2": 0.3}),
        )
    )


def found(wanted: list[Specificity], start: dict[str, float], link: float = 0.4) -> Specificities:
    """Measured and moved until all rest."""
    search = Specificities(wanted, start, "pain")
    for _ in range(30):
        own = network({"f": 0.3, "g": 0.3} | search.leaks, link)
        engine = Engine(own)
        if search.measure(engine, engine.numbers):
            return search
        search.move()
    message = "no rest"
    raise AssertionError(message)


def wanted(finding: str, target: float, *against: str, **among: str) -> Specificity:
    return Specificity(finding, target, against, among, f"{finding}.toml: specificity")


@pytest.mark.parametrize("start", [{}, {"f": 0.0, "g": 0.0}, {"f": 0.9, "g": 0.5}])
def test_a_leak_is_what_other_causes_leave(start: dict[str, float]) -> None:
    """Among those without the first cause all have the second, since somebody must hurt."""
    search = found([wanted("f", 0.5, "c1"), wanted("g", 0.45, "c2")], start)
    assert search.leaks == pytest.approx({"f": 1.0 - 0.5 / 0.6, "g": 0.1}, abs=1e-4)
    assert search.remarks == ()


def test_suspects_have_what_is_said_of_them() -> None:
    """Those without the second cause who have f, which is then by its leak, have the first."""
    leaks = [found([wanted("g", 0.3, f=state)], {}).leaks["g"] for state in ("present", "absent")]
    for leak, shown in zip(leaks, (0.3 + 0.7 * 0.4, 0.7 * 0.6), strict=True):
        other = 0.3 if shown > 0.5 else 0.7
        weights = {"1": P1 * (1 - P2) * other, "2": (1 - P1) * P2 * shown, "12": P1 * P2 * shown}
        absent = weights["1"] * 0.5 + weights["2"] * 0.7 + weights["12"] * 0.35
        assert leak == pytest.approx(1.0 - 0.3 * sum(weights.values()) / absent, abs=1e-4)


def test_those_in_whom_it_was_measured_may_have_what_is_measured() -> None:
    """Then it is taken as unknown: how often suspects have it is what is asked."""
    both = [wanted("f", 0.5, "c1", f="present"), wanted("f", 0.5, "c1")]
    leaks = [found([one], {}).leaks["f"] for one in both]
    assert leaks[0] == leaks[1] == pytest.approx(1.0 - 0.5 / 0.6, abs=1e-4)


def test_against_nobody_who_is_in_the_network_everyone_counts() -> None:
    search = found([wanted("f", 0.5, "stranger")], {})
    hurt = 1.0 - (1 - P1) * (1 - P2)
    without = (P2 * 0.6 + P1 * (1 - P2)) / hurt  # absent, were there no leak
    assert search.leaks["f"] == pytest.approx(1.0 - 0.5 / without, abs=1e-4)


def test_what_cannot_hold_says_what_is_reached() -> None:
    search = found([wanted("f", 0.75, "c1"), wanted("g", 0.5, "c2")], {})
    assert search.leaks["f"] == 0.0
    assert search.remarks == (
        Remark(
            "specificity not reached",
            "f.toml: specificity",
            "a specificity of 75.0% cannot hold: other causes and mediators alone leave 60.0% "
            "without it. Lower how often they show it, or name them under 'against'.",
        ),
    )
    near = found([wanted("f", 0.605, "c1")], {})
    assert near.leaks["f"] == 0.0
    assert near.remarks == ()  # half a percent is not worth a remark


def test_without_a_leak_to_start_from_it_is_guessed_from_what_is_left() -> None:
    search = Specificities([wanted("f", 0.75, "c1")], {"g": 0.5}, "pain")
    assert search.leaks == {"f": pytest.approx(0.2)}
    assert Specificities([wanted("f", 0.75)], {"f": 0.5}, "pain").leaks == {"f": 0.5}


def test_a_leak_moves_first_as_if_all_were_due_to_it_and_then_by_the_secant() -> None:
    search = Specificities([wanted("f", 0.5, "c1")], {"f": 0.4}, "pain")
    engine = Engine(network({"f": 0.4, "g": 0.3}))
    assert not search.measure(engine, engine.numbers)
    absent = 0.6 * 0.6
    search.move()
    first = 0.4 - (0.5 - absent) / (absent / 0.6)
    assert search.leaks["f"] == pytest.approx(first, abs=1e-12)
    engine = Engine(network({"f": first, "g": 0.3}, link=0.42))  # the link moved with the leak
    search.measure(engine, engine.numbers)
    search.move()
    second = 0.58 * (1.0 - first)
    slope = (second - absent) / (first - 0.4)
    assert search.leaks["f"] == pytest.approx(first - (second - 0.5) / slope, abs=1e-12)


@pytest.mark.parametrize(("target", "leak"), [(0.999, 0.0), (0.0001, 0.98)])
def test_a_leak_stays_between_its_bounds(target: float, leak: float) -> None:
    search = Specificities([wanted("f", target, "c1")], {"f": 0.4}, "pain")
    for _ in range(4):
        engine = Engine(network({"f": search.leaks["f"], "g": 0.3}))
        search.measure(engine, engine.numbers)
        search.move()
    assert search.leaks["f"] == pytest.approx(leak, abs=1e-12)


def test_people_who_cannot_be_are_told() -> None:
    search = Specificities([wanted("f", 0.5, "c1", "c2")], {}, "pain")
    engine = Engine(network({"f": 0.1, "g": 0.1}))
    with pytest.raises(
        ImpossibleEvidenceError, match="The evidence has probability zero"
    ) as caught:
        search.measure(engine, engine.numbers)
    assert list(caught.value.conflict) == ["pain", "c1", "c2"]


# ratios


def ratio(odds: float, context: str = "x", among: dict[str, str] | None = None) -> float:
    """Of the odds of a context with and without the cause, by the shares of a small network."""
    own = contrast_network(odds)
    engine, seen = Engine(own), among or {}
    shares = {}
    for has in ("absent", "present"):
        for had in ("absent", "present"):
            evidence = Evidence.of(own, {**seen, "c": has, context: had})
            shares[has, had] = engine.probability(evidence)
    with_it = shares["present", "present"] / shares["present", "absent"]
    return with_it / (shares["absent", "present"] / shares["absent", "absent"])


def contrast_network(odds: float) -> Network:
    """A context that the cause raises, and another cause too; a finding of both causes."""
    share = odds / (1.0 + odds)
    own = np.array([[0.8, 0.2], [1.0 - share, share]])
    return Network(
        (
            root_node("c", [0.7, 0.3]),
            root_node("d", [0.6, 0.4]),
            table_node("x", ["c"], own),
            noisy_or_node("pain", 0.05, {"c": 0.9, "d": 0.5}),
        )
    )


def test_a_ratio_is_measured_as_stated_and_its_odds_are_moved() -> None:
    """Until it holds, among all and among suspects."""
    contrasts = [
        Contrast("c", "x", 6.0, {"pain": "present"}),
        Contrast("c", "x", 6.0, {}),
    ]
    for one in contrasts:
        odds = {("c", "x"): 1.0}
        search = Contrasts([one], odds)
        for _ in range(50):
            own = contrast_network(odds["c", "x"])
            engine = Engine(own)
            rests = search.measure(engine, engine.numbers)
            assert search.reached[0] == pytest.approx(ratio(odds["c", "x"], among=dict(one.among)))
            weigh = ratio(odds["c", "x"], among=dict(one.among))
            if rests:
                break
            before = odds["c", "x"]
            search.move()
            assert odds["c", "x"] == pytest.approx(before * 6.0 / weigh)
        assert abs(math.log(search.reached[0] / 6.0)) < 3e-3
    assert search.shares == (pytest.approx(0.3),)


def test_two_ratios_are_measured_each_among_its_own() -> None:
    own = contrast_network(2.0)
    several = [
        Contrast("c", "x", 3.0, {"pain": "present"}),
        Contrast("d", "x", 2.0, {"pain": "present"}),
        Contrast("c", "pain", 4.0, {}),
        Contrast("c", "x", 3.0, {}),
    ]
    odds = {("c", "x"): 2.0, ("d", "x"): 1.0, ("c", "pain"): 1.0}
    search = Contrasts(several, odds)
    assert search._people[1] == [0, 0, 2, 4]
    engine = Engine(own)
    assert not search.measure(engine, engine.numbers)
    right = [ratio(2.0, "x", {"pain": "present"}), None, ratio(2.0, "pain", {}), ratio(2.0)]
    for reached, wanted_ratio in zip(search.reached, right, strict=True):
        if wanted_ratio is not None:
            assert reached == pytest.approx(wanted_ratio, rel=1e-9)
    again = search.measure(engine, engine.numbers)
    assert again  # nothing comes nearer where nothing moves


def test_what_comes_nearer_goes_on_and_what_does_not_rests() -> None:
    search = Contrasts([Contrast("c", "x", 1e9, {})], {("c", "x"): 2.0})
    engine = Engine(contrast_network(2.0))
    assert not search.measure(engine, engine.numbers)  # the first time nobody knows
    nearly = Engine(contrast_network(2.0 * math.exp(5e-4)))
    assert search.measure(nearly, nearly.numbers)  # moved by less than a thousandth
    moved = Engine(contrast_network(2.0 * math.exp(0.1)))
    assert not search.measure(moved, moved.numbers)
    met = Contrasts([Contrast("c", "x", ratio(2.0) * math.exp(2.9e-3), {})], {("c", "x"): 2.0})
    assert met.measure(engine, engine.numbers)
    off = Contrasts([Contrast("c", "x", ratio(2.0) * math.exp(3.1e-3), {})], {("c", "x"): 2.0})
    assert not off.measure(engine, engine.numbers)


def test_ratios_of_one_context_are_paired_by_the_cause_that_explains() -> None:
    several = [
        Contrast("gout", "men", 2.0, {}),
        Contrast("gout_there", "men", 3.0, {}),
        Contrast("gout_there", "old", 3.0, {}),
        Contrast("cyst_there", "men", 3.0, {}),
    ]
    search = Contrasts(several, {}, {"gout_there": "gout", "cyst_there": "cyst"})
    assert search.pairs == [(0, 1)]
    assert Contrasts(several, {}).pairs == []


@pytest.mark.parametrize(
    ("blame", "there", "explains", "present"),
    [(0.2, 0.1, 0.1, 0.3), (-0.3, 0.4, 0.05, 0.06), (0.5, -0.2, 0.2, 0.9)],
)
def test_steps_that_change_each_other_are_newtons(
    blame: float, there: float, explains: float, present: float
) -> None:
    """Two equations: who suffers moves by both steps, as who has it does, each by its share."""
    of_present = (present - explains) / present
    of_others = (present - explains) / (1.0 - explains)
    slopes = np.array([[1.0, -of_others], [1.0 - of_present, of_present]])
    right = np.linalg.solve(slopes, [blame, there])
    found_steps = _together(blame, there, explains, present)
    step = min(max(right[1], -1.0), 1.0)
    assert found_steps == pytest.approx((blame + of_others * step, step))


def test_a_step_goes_no_further_than_its_bound() -> None:
    assert _together(0.0, 50.0, 0.1, 0.3)[1] == 1.0
    assert _together(0.0, -50.0, 0.1, 0.3)[1] == -1.0
