"""Leaks are solved so that the stated priors hold."""

import subprocess
import sys

import numpy as np
import pytest
from kneebayes.building.calibrate import CauseFamily, calibrate
from kneebayes.building.onset import Onset

from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node

NUMBERS = "print(*(kb.load().engine.numbers[0].tolist()))"

Risks = dict[str, dict[str, tuple[float, ...]]]


def families_of(risks: Risks) -> dict[str, CauseFamily]:
    return {name: onset_of(name, risks[name]).nodes for name in risks}


def onset_of(name: str, risks: dict[str, tuple[float, ...]]) -> Onset:
    """Other causes are named c0, c1, ..."""
    others = {id: told for id, told in risks.items() if id.startswith("c")}
    return Onset(name, {id: one for id, one in risks.items() if id not in others}, {}, others)


def posteriors(network: Network, causes: list[str]) -> tuple[dict[str, float], float]:
    told = Engine(network).propagate(Evidence.of(network, {"pain": "present"}), causes)
    return {name: told.present(name) for name in causes}, float(np.exp(told.log_probability[0]))


def start(risks: Risks, others: list[Node]) -> Network:
    nodes = (node for family in families_of(risks).values() for node in family(0.01))
    return Network((*others, *nodes))


def reachable(seed: int) -> tuple[Network, dict[str, CauseFamily], dict[str, float]]:
    """Priors are taken from random leaks, so that leaks with these priors exist."""
    rng = np.random.default_rng(seed)
    causes = [f"c{at}" for at in range(rng.integers(2, 7))]
    risks: Risks = {name: {} for name in causes}
    for at, name in enumerate(causes):
        if rng.random() < 0.5:
            risks[name]["age"] = (1.0, *rng.uniform(1, 6, 2))
        for before in causes[:at]:
            if rng.random() < 0.3:
                risks[name][before] = (1.0, rng.uniform(1, 20))
    age = root_node("age", rng.dirichlet(np.ones(3)), ["young", "middle", "old"])
    links = {name: rng.uniform(0.05, 1) for name in causes}
    others = [age, noisy_or_node("pain", float(rng.choice([0.0, 0.01])), links)]
    families = families_of(risks)
    leaks = np.exp(rng.uniform(np.log(1e-4), np.log(0.2), len(causes)))
    known = [families[name](float(leak)) for name, leak in zip(causes, leaks, strict=True)]
    nodes = (node for family in known for node in family)
    priors, _ = posteriors(Network((*others, *nodes)), causes)
    return start(risks, others), families, priors


@pytest.mark.parametrize("seed", range(40))
def test_priors_that_some_leaks_give_are_found_again(seed: int) -> None:
    network, families, priors = reachable(seed)
    network, probability = calibrate(network, families, priors, "pain")
    found, complaint = posteriors(network, list(priors))
    assert found == pytest.approx(priors, abs=1e-9)
    assert probability == pytest.approx(complaint)


@pytest.mark.parametrize("seed", range(10))
def test_last_digits_do_not_decide_whether_priors_are_found(seed: int) -> None:
    network, families, priors = reachable(24)  # the hardest: it takes some hundred rounds
    digits = np.random.default_rng(seed).integers(-3, 4, len(priors)) * np.finfo(float).eps
    moved = {
        id: prior * (1 + digit) for (id, prior), digit in zip(priors.items(), digits, strict=True)
    }
    found, _ = posteriors(calibrate(network, families, moved, "pain")[0], list(priors))
    assert found == pytest.approx(priors, abs=1e-9)


@pytest.mark.parametrize(
    ("priors", "leak", "probability"),
    [
        ({"a": 0.6, "b": 0.6}, 0.0, 5 / 9),
        ({"a": 0.9, "b": 0.9}, 0.0, 80 / 81),
        ({"a": 0.2, "b": 0.3, "c": 0.6}, 0.0, None),
        ({"a": 0.25, "b": 0.25}, 0.01, None),
        ({"a": 0.02, "b": 1e-9}, 0.01, None),
        ({"a": 0.999, "b": 0.999}, 0.2, None),
    ],
)
def test_priors_hold(priors: dict[str, float], leak: float, probability: float | None) -> None:
    """Two causes with P(a) = P(b) = q, complaint = a or b: q / P = prior, P = 1 - (1 - q)^2."""
    risks: Risks = {name: {} for name in priors}
    others = [noisy_or_node("pain", leak, dict.fromkeys(priors, 1.0))]
    network, complaint = calibrate(start(risks, others), families_of(risks), priors, "pain")
    assert posteriors(network, list(priors))[0] == pytest.approx(priors, abs=1e-9)
    if probability is not None:
        assert complaint == pytest.approx(probability)


@pytest.mark.parametrize(
    ("priors", "text"),
    [
        (
            {"a": 0.25, "b": 0.25},
            r"priors cannot all hold: a \(stated 0\.25, reached 0\.5\), .* add up to 0\.5; since",
        ),
        (
            {"a": 0.1, "b": 0.3, "c": 0.2, "d": 0.1},
            r"add up to 0\.7; since some cause must explain the complaint",
        ),
    ],
)
def test_priors_that_cannot_all_hold(priors: dict[str, float], text: str) -> None:
    """Without a leak some cause must be present once the complaint is."""
    risks: Risks = {name: {} for name in priors}
    others = [noisy_or_node("pain", 0.0, dict.fromkeys(priors, 0.8))]
    with pytest.raises(KneebayesError, match=text):
        calibrate(start(risks, others), families_of(risks), priors, "pain")


@pytest.mark.parametrize("ratio", [1.0, 1.5, 4.0, 20.0])
@pytest.mark.parametrize("leak", [1e-6, 0.01, 0.04])
def test_a_risk_ratio_is_the_ratio_of_the_risks(leak: float, ratio: float) -> None:
    (node,) = Onset("gout", {"age": (1.0, ratio)}, {}, {}).nodes(leak)
    age = root_node("age", [0.5, 0.5])
    engine = Engine(Network((age, node)))
    risk = {
        state: engine.posterior(
            Evidence.of(engine.network, {"gout": "present"}),
            Evidence.of(engine.network, {"age": state}),
        )
        for state in age.states
    }
    assert risk["absent"] == pytest.approx(leak)
    assert risk["present"] / risk["absent"] == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("leak", "ratio", "link"),
    [
        pytest.param(0.5, 1.5, 0.5, id="as stated"),
        pytest.param(0.1, 9.9, 0.95, id="no link above 0.95"),
        pytest.param(0.1, 1.0, 0.0, id="changes nothing"),
        pytest.param(0.1, 0.5, 0.0, id="a noisy-OR cannot protect"),
        pytest.param(1.0, 1.0, 0.0, id="leak 1"),
    ],
)
def test_links_of_risk_ratios(leak: float, ratio: float, link: float) -> None:
    (node,) = Onset("gout", {"age": (1.0, ratio, 1.0)}, {"rust": 0.25}, {}).nodes(leak)
    assert node.links[0].strength == pytest.approx((0.0, link, 0.0))
    assert node.links[1].strength == (0.0, 0.25)
    assert 0.0 <= (node.leak or 0.0) < 1.0


def test_a_model_has_the_same_digits_whatever_was_asked_before() -> None:
    """Two new processes: in one compiled code is loaded before the folder is read."""
    told = [
        subprocess.run(
            [sys.executable, "-c", f"{before}; {NUMBERS}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for before in (
            "import kneebayes as kb",
            "import kneebayes as kb; kb.load().engine.compile()",
        )
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 1000
