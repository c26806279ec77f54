"""Links from stated frequencies."""

import pytest
from kneebayes.building.links import FrequencyLinks, links_from_frequencies

from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import Arrow
from kneebayes.knowledge.parts import Interval
from kneebayes.knowledge.statements import Statement
from kneebayes.network import Network, noisy_or_node

Said = dict[tuple[str, str], float]


def solve(said: Said, leaks: dict[str, float], order: str) -> FrequencyLinks:
    """Links for (parent, child): frequency; whatever is not called cause is a mediator."""
    arrows = []
    for (parent, child), often in said.items():
        statement = Statement(how_often=often, because=("assumed: made up for a test",))
        place = f"causes/{parent}.toml: shows.{child}"
        arrow = Arrow(parent, "present", child, statement, place)
        arrows.append((arrow, Interval(low=often, value=often, high=often)))
    ids = order.split()
    free = [name for name in ids if not name.startswith("cause")]
    return links_from_frequencies(arrows, dict.fromkeys(ids, 0.0) | leaks, ids, free)


def frequencies(solved: FrequencyLinks, leaks: dict[str, float], order: str) -> Said:
    """P(child | do parent, no other cause), by the engine."""
    found: Said = {}
    for parent, child in solved.links:
        nodes = [
            noisy_or_node(
                name,
                0.0 if name.startswith("cause") else leaks.get(name, 0.0),
                {a: link for (a, b), link in solved.links.items() if b == name},
            )
            for name in order.split()
        ]
        network = Network(tuple(nodes)).forcing(parent, "present")
        found[parent, child] = Engine(network).propagate(Evidence({}), [child]).present(child)
    return found


CASES = {
    "leak alone": ({("cause", "f"): 0.7}, {"f": 0.1}, "cause f"),
    "no leak": ({("cause", "f"): 0.7}, {}, "cause f"),
    "never": ({("cause", "f"): 0.0}, {}, "cause f"),
    "always": ({("cause", "f"): 1.0}, {"f": 0.1}, "cause f"),
    "two causes": ({("cause1", "f"): 0.7, ("cause2", "f"): 0.2}, {"f": 0.1}, "cause1 cause2 f"),
    "through a mediator": (
        {("cause", "m"): 0.8, ("m", "f"): 0.6, ("cause", "f"): 0.7},
        {"m": 0.01, "f": 0.05},
        "cause m f",
    ),
    "through two mediators in a row": (
        {("cause", "m"): 0.8, ("m", "n"): 0.5, ("n", "f"): 0.6, ("cause", "f"): 0.4},
        {"m": 0.01, "n": 0.02, "f": 0.05},
        "cause m n f",
    ),
    "through two mediators side by side": (
        {
            ("cause", "m"): 0.8,
            ("cause", "n"): 0.5,
            ("m", "f"): 0.6,
            ("n", "f"): 0.3,
            ("cause", "f"): 0.8,
        },
        {"m": 0.1, "n": 0.2, "f": 0.05},
        "cause m n f",
    ),
    "another cause of the mediator": (
        {
            ("cause1", "m"): 0.8,
            ("cause2", "m"): 0.3,
            ("m", "f"): 0.9,
            ("cause1", "f"): 0.8,
            ("cause2", "f"): 0.5,
        },
        {"m": 0.05, "f": 0.02},
        "cause1 cause2 m f",
    ),
    "routes that overlap: severe pain comes from rest pain, both are more than mild": (
        {
            ("cause", "rest"): 0.7,
            ("rest", "severe"): 0.5,
            ("rest", "strong"): 0.92,
            ("severe", "strong"): 0.98,
            ("cause", "strong"): 0.8,
        },
        {"rest": 0.01, "severe": 0.01, "strong": 0.05},
        "cause rest severe strong",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_frequency_is_what_the_network_gives(case: str) -> None:
    said, leaks, order = CASES[case]
    solved = solve(said, leaks, order)
    assert solved.remarks == ()
    assert frequencies(solved, leaks, order) == pytest.approx(said, abs=1e-6)


@pytest.mark.parametrize(("often", "leak", "link"), [(0.7, 0.1, 2 / 3), (0.1, 0.1, 0), (1, 0.2, 1)])
def test_the_leak_is_taken_out(often: float, leak: float, link: float) -> None:
    solved = solve({("cause", "f"): often}, {"f": leak}, "cause f")
    assert solved.links["cause", "f"] == pytest.approx(link, abs=1e-15)


def test_what_a_mediator_gives_already_is_not_given_twice() -> None:
    said = {("cause", "m"): 0.5, ("m", "f"): 0.6, ("cause", "f"): 0.3}
    solved = solve(said, {}, "cause m f")
    assert solved.links["cause", "f"] == pytest.approx(0.0)
    assert solved.remarks == ()


@pytest.mark.parametrize(
    ("often", "remarks"), [(0.3, 0), (0.29, 0), (0.2801, 0), (0.2799, 1), (0.1, 1)]
)
def test_a_frequency_too_low_for_its_leak_is_remarked(often: float, remarks: int) -> None:
    """A shortfall of up to 0.02 is let pass; either way the link is 0, never negative."""
    solved = solve({("cause", "f"): often}, {"f": 0.3}, "cause f")
    assert solved.links["cause", "f"] == 0.0
    assert len(solved.remarks) == remarks


def test_the_remark_says_what_was_asked_and_what_is_given() -> None:
    solved = solve({("cause", "m"): 0.5, ("m", "f"): 0.6, ("cause", "f"): 0.1}, {}, "cause m f")
    (remark,) = solved.remarks
    assert str(remark) == (
        "frequency below leak: causes/cause.toml: shows.f: a stated frequency of 10% is below "
        "the 30% that leak and mediators give already; its own link is 0."
    )
