"""Links from stated frequencies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.relinking import between_of, frequencies_from, relink
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node

Said = dict[tuple[str, str], float]


@dataclass(frozen=True)
class Solved:
    """Links by (parent, child), and what is given already where a link is 0."""

    links: Said
    given: Said


def given_already(
    wanted: Any, rows: Any, ids: list[str], free: Any, companions: Any, links: Any
) -> list[tuple[str, str, float]]:
    """Parent, child and P(child | parent alone) in the first row, where the link is 0."""
    given = frequencies_from(links, rows, ids, free, companions)
    return [
        (parent, child, float(given[child][parent][0]))
        for child, own in wanted.items()
        for parent in own
        if links[child][parent][0] == 0.0
    ]


def solve(said: Said, leaks: dict[str, float], order: str) -> Solved:
    """Links for (parent, child): frequency; whatever is not called cause is a mediator."""
    wanted: dict[str, dict[str, np.ndarray]] = {}
    for (parent, child), often in said.items():
        wanted.setdefault(child, {})[parent] = np.array([often])
    ids = order.split()
    free = {name: 1.0 for name in ids if not name.startswith("cause")}
    rows = {id: np.array([leak]) for id, leak in (dict.fromkeys(ids, 0.0) | leaks).items()}
    links = relink(wanted, rows, ids, free)
    given = given_already(wanted, rows, ids, free, {}, links)
    return Solved(
        {
            (parent, child): float(row[0])
            for child, into in links.items()
            for parent, row in into.items()
        },
        {(parent, child): most for parent, child, most in given},
    )


def frequencies(solved: Solved, leaks: dict[str, float], order: str) -> Said:
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
    assert frequencies(solved, leaks, order) == pytest.approx(said, abs=1e-6)


@pytest.mark.parametrize(("often", "leak", "link"), [(0.7, 0.1, 2 / 3), (0.1, 0.1, 0), (1, 0.2, 1)])
def test_the_leak_is_taken_out(often: float, leak: float, link: float) -> None:
    solved = solve({("cause", "f"): often}, {"f": leak}, "cause f")
    assert solved.links["cause", "f"] == pytest.approx(link, abs=1e-15)


def test_what_a_mediator_gives_already_is_not_given_twice() -> None:
    said = {("cause", "m"): 0.5, ("m", "f"): 0.6, ("cause", "f"): 0.3}
    solved = solve(said, {}, "cause m f")
    assert solved.links["cause", "f"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("often", [0.3, 0.29, 0.1])
def test_a_frequency_too_low_for_its_leak_gets_no_link_and_what_is_given_is_told(
    often: float,
) -> None:
    solved = solve({("cause", "f"): often}, {"f": 0.3}, "cause f")
    assert solved.links["cause", "f"] == pytest.approx(0.0, abs=1e-15)
    assert solved.given.get(("cause", "f"), 0.3) == pytest.approx(0.3)


def test_what_is_given_already_counts_mediators() -> None:
    solved = solve({("cause", "m"): 0.5, ("m", "f"): 0.6, ("cause", "f"): 0.1}, {}, "cause m f")
    assert solved.given["cause", "f"] == pytest.approx(0.3)


def test_rows_are_solved_each_for_itself() -> None:
    leak, often = np.array([0.1, 0.3, 0.0]), np.array([0.7, 0.2, np.nan])
    links = relink(
        {"f": {"cause": often}}, {"f": leak, "cause": np.zeros(3)}, ["cause", "f"], {"f": 1.0}
    )
    assert links["f"]["cause"] == pytest.approx([2 / 3, 0.0, 0.0])


def test_links_that_are_known_are_left() -> None:
    known = {"f": {"cause": np.array([0.5])}}
    wanted = {"f": {"cause": np.array([0.9])}}
    rows = {"f": np.zeros(1), "cause": np.zeros(1)}
    assert relink(wanted, rows, ["cause", "f"], {"f": 1.0}, known=known) == known


# what is certainly there with a cause

WITH: dict[str, tuple[Said, dict[str, float], str, dict[str, tuple[str, ...]]]] = {
    "beside the finding": (
        {("cause", "f"): 0.8, ("cause_there", "f"): 0.3},
        {"f": 0.05},
        "cause cause_there f",
        {"cause": ("cause_there",)},
    ),
    "through a mediator": (
        {
            ("cause", "m"): 0.7,
            ("cause_there", "m"): 0.3,
            ("m", "f"): 0.6,
            ("cause_there", "f"): 0.35,
            ("cause", "f"): 0.8,
        },
        {"m": 0.1, "f": 0.05},
        "cause cause_there m f",
        {"cause": ("cause_there",)},
    ),
    "through mediators in a row, two beside": (
        {
            ("cause", "m"): 0.7,
            ("cause_there", "m"): 0.3,
            ("cause_pain", "n"): 0.2,
            ("m", "n"): 0.5,
            ("n", "f"): 0.4,
            ("cause_pain", "f"): 0.25,
            ("cause_there", "f"): 0.4,
            ("cause", "f"): 0.9,
        },
        {"m": 0.1, "n": 0.05, "f": 0.02},
        "cause cause_there cause_pain m n f",
        {"cause": ("cause_pain", "cause_there"), "cause_there": ("cause_pain",)},
    ),
}


def rows_of(said: Said, leaks: dict[str, float], order: str) -> tuple[dict, dict, list, list]:
    """What is stated, leaks, order and what may lie between, as the equations take them."""
    wanted: dict[str, dict[str, np.ndarray]] = {}
    for (parent, child), often in said.items():
        wanted.setdefault(child, {})[parent] = np.array([often, often])
    ids = order.split()
    rows = {id: np.full(2, leak) for id, leak in (dict.fromkeys(ids, 0.0) | leaks).items()}
    return wanted, rows, ids, {one: 1.0 for one in ids if not one.startswith("cause")}


@pytest.mark.parametrize("case", WITH)
def test_what_is_there_with_a_cause_is_taken_out_too(case: str) -> None:
    """Each frequency is what the network gives where the parent and its companions are there."""
    said, leaks, order, companions = WITH[case]
    wanted, rows, ids, free = rows_of(said, leaks, order)
    links = relink(wanted, rows, ids, free, companions)
    nodes = [
        noisy_or_node(
            name,
            leaks.get(name, 0.0),
            {parent: float(own[0]) for parent, own in links.get(name, {}).items()},
        )
        for name in ids
    ]
    for (parent, child), often in said.items():
        network = Network(tuple(nodes)).forcing(parent, "present")
        for companion in companions.get(parent, ()):
            network = network.forcing(companion, "present")
        told = Engine(network).propagate(Evidence({}), [child]).present(child)
        assert told == pytest.approx(often, abs=1e-9)
        assert links[child][parent][0] == links[child][parent][1] > 0.0
    back = frequencies_from(links, rows, ids, free, companions)
    for (parent, child), often in said.items():
        assert back[child][parent] == pytest.approx([often, often], abs=1e-12)
    assert list(given_already(wanted, rows, ids, free, companions, links)) == []


def test_what_companions_give_already_is_told() -> None:
    said = {("cause", "f"): 0.2, ("cause_there", "f"): 0.5}
    wanted, rows, ids, free = rows_of(said, {"f": 0.1}, "cause cause_there f")
    companions = {"cause": ("cause_there",)}
    links = relink(wanted, rows, ids, free, companions)
    assert links["f"]["cause"].tolist() == [0.0, 0.0]
    (told,) = given_already(wanted, rows, ids, free, companions, links)
    assert told == ("cause", "f", pytest.approx(0.5))


def test_rows_side_by_side_are_solved_as_each_alone() -> None:
    """Mediators in a row that change each other's links, in rows that rest at different times."""
    said, leaks, order, companions = WITH["through mediators in a row, two beside"]
    wanted, rows, ids, free = rows_of(said, leaks, order)
    rng = np.random.default_rng(3)
    several = {
        child: {parent: np.clip(own[0] + rng.uniform(-0.05, 0.05, 5), 0.0, 1.0)
                for parent, own in into.items()}
        for child, into in wanted.items()
    }  # fmt: skip
    more = {id: np.repeat(own[:1], 5) for id, own in rows.items()}
    together = relink(several, more, ids, free, companions)
    for row in range(5):
        one = {child: {parent: own[row : row + 1] for parent, own in into.items()}
               for child, into in several.items()}  # fmt: skip
        alone = relink(one, {id: own[:1] for id, own in rows.items()}, ids, free, companions)
        for child, into in alone.items():
            for parent, link in into.items():
                assert together[child][parent][row] == link[0]


def test_what_does_not_move_is_kept_and_used_again() -> None:
    """What lies between is made once; with other frequencies the links are still right."""
    said, leaks, order, companions = WITH["through a mediator"]
    wanted, rows, ids, free = rows_of(said, leaks, order)
    families: dict = {}
    known = {"m": relink(wanted, rows, ids, free, companions)["m"]}
    relink(wanted, rows, ids, free, companions, known, families)
    assert set(families) == {"f"}
    assert families["f"].between == {"m"}
    changed = {**wanted, "f": {**wanted["f"], "cause": np.array([0.85, 0.9])}}
    again = relink(changed, rows, ids, free, companions, known, families)
    anew = relink(changed, rows, ids, free, companions, known)
    for parent, own in anew["f"].items():
        assert again["f"][parent].tolist() == own.tolist()


def test_what_may_lie_between_a_cause_and_a_finding(pump: kb.Model) -> None:
    """Neither contexts in one of whose states everybody is, nor causes, nor the complaint."""
    own = pump.knowledge
    contexts = {id for id, one in own.contexts.items() if not one.states}
    right = {*contexts, *own.mediators, *own.findings}
    right -= {*own.there.values(), *own.diseases, own.meta.complaint}
    assert contexts
    assert between_of(own) == dict.fromkeys(right, 1.0)
