"""Sensitivity functions are what asking again with another number would say."""

import re
from dataclasses import replace

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Link, Network
from kneebayes.questions.doubt.sensitivity import move_number, move_prior

NUMBERS = [0.0, 0.03, 0.37, 0.8, 1.0]


def with_number(network: Network, node: str, slot: int | None, state: int, value: float) -> Network:
    """The network with the leak of a noisy-OR, or one strength of a link, exchanged."""
    old = network[node]
    if slot is None:
        return network.replacing([replace(old, leak=value)])
    link = old.links[slot]
    strength = (*link.strength[:state], value, *link.strength[state + 1 :])
    links = (*old.links[:slot], Link(link.parent, strength), *old.links[slot + 1 :])
    return network.replacing([replace(old, links=links)])


@pytest.mark.parametrize("seed", range(25))
def test_a_number_of_a_random_network_by_enumeration(seed: int) -> None:
    for network, evidence, rng in oracle.cases(2, seed, most=7):
        engine = Engine(network)
        binary = [node.id for node in network.nodes if len(node.states) == 2]
        families = [node for node in network.nodes if node.is_noisy_or]
        if not families or not binary:
            continue
        node = families[rng.integers(len(families))]
        slot = int(rng.integers(len(node.links) + 1)) - 1
        start = int(engine.flat.number_start[network.index[node.id]])
        state, place = 0, start
        if slot >= 0:
            state = int(rng.integers(len(node.links[slot].strength)))
            first = int(engine.flat.parent_start[network.index[node.id]])
            place = int(engine.flat.link_at[first + slot]) + state
        told = move_number(engine, binary, evidence, place, ("link", node.id, "", ""))
        for x in NUMBERS:
            other = with_number(network, node.id, slot if slot >= 0 else None, state, x)
            shares = oracle.weigh_states(other, evidence)
            whole = oracle.weigh(other, evidence)
            if whole == 0:
                with pytest.raises(kb.ImpossibleEvidenceError):
                    told.posterior(binary[0], x)
                continue
            for id in binary:
                expected = float(shares[id][1] / whole)
                assert told.posterior(id, x) == pytest.approx(expected, abs=1e-11)


@pytest.mark.parametrize("seed", range(15))
def test_moving_a_prior_is_weighing_the_cause_anew(seed: int) -> None:
    """By enumeration: worlds with the cause count more, worlds without it less."""
    for network, evidence, _ in oracle.cases(2, 100 + seed, most=7):
        binary = [node.id for node in network.nodes if len(node.states) == 2]
        cause = next((id for id in binary if id not in evidence), None)
        if cause is None:
            continue
        prior = 0.3  # of some complaint: only how worlds are weighed matters here
        engine = Engine(network)
        told = move_prior(engine, binary, evidence, cause, prior)
        for x in (0.1, prior, 0.75):
            weighed = {cause: ((1 - x) / (1 - prior), x / prior)}
            both = Evidence({**evidence.likelihoods, **weighed})
            whole = oracle.weigh(network, both)
            shares = oracle.weigh_states(network, both)
            for id in binary:
                expected = float(shares[id][1] / whole)
                assert told.posterior(id, x) == pytest.approx(expected, abs=1e-11)


PATIENT = {"leg swelling": True, "calf tenderness": True, "lump behind the knee": True}


@pytest.fixture(scope="module")
def dx(knee: kb.Model) -> kb.Differential:
    return knee.diagnose(PATIENT)


ASKED: list[dict[str, object]] = [
    {"prior": "DVT"},
    {"prior": "Baker's cyst"},
    {"link": ("DVT", "blocked venous flow")},
    {"link": ("Baker's cyst", "lump behind the knee")},
    {"leak": "leg swelling"},
    {"leak": "overweight"},
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_in_the_model_the_function_is_the_posterior(
    dx: kb.Differential, asked: dict[str, object]
) -> None:
    told = dx.sensitivity(**asked)
    for id, posterior in dx.belief.posteriors.items():
        assert told(told.value, id) == pytest.approx(posterior, abs=1e-12)


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_posterior_is_a_ratio_of_lines(dx: kb.Differential, asked: dict[str, object]) -> None:
    told = dx.sensitivity("DVT", **asked)
    a, b, c, d = told.coefficients
    for x in NUMBERS[1:4]:
        assert told(x) == pytest.approx((a + b * x) / (c + d * x), rel=1e-12)


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_the_top_changes_where_it_is_said_and_nowhere_else(
    dx: kb.Differential, asked: dict[str, object]
) -> None:
    told = dx.sensitivity(**asked)
    flips = told.flips
    edges = [0.0, *(flip.value for flip in flips), 1.0]
    tops = [flips[0].below, *(flip.above for flip in flips)] if flips else [told.cause]
    for flip in flips:
        here = told(flip.value, flip.below)
        assert here == pytest.approx(told(flip.value, flip.above), abs=1e-9)
        assert here == pytest.approx(flip.posterior, abs=1e-9)
    for low, high, top in zip(edges[:-1], edges[1:], tops, strict=True):
        for x in np.linspace(low, high, 7)[1:-1]:
            best = max(dx.belief.posteriors, key=lambda id: told(float(x), id))
            assert best == top


def test_a_flip_is_told_with_who_overtakes_whom(dx: kb.Differential) -> None:
    told = dx.sensitivity(prior="DVT")
    (flip,) = [one for one in told.flips if "deep_vein_thrombosis" in (one.below, one.above)]
    assert told.cause == "bakers_cyst"
    assert flip.value > told.value
    pattern = r"deep vein thrombosis overtakes Baker's cyst when its prior passes \d+%\."
    assert re.fullmatch(pattern, told.sentences[0])


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({}, kb.KneebayesError, "Name exactly one number"),
        ({"prior": "DVT", "leak": "fever"}, kb.KneebayesError, "got 2."),
        ({"prior": "hiccups"}, kb.UnknownNameError, "No cause named 'hiccups'"),
        ({"link": "DVT"}, kb.KneebayesError, "A link is named by parent and child"),
        (
            {"link": ("DVT", "locking")},
            kb.UnknownNameError,
            "Nothing leads from 'DVT' to 'locking'",
        ),
        ({"link": ("age", "DVT")}, kb.EvidenceError, "'age' has several states; name one"),
        ({"leak": "gout"}, kb.EvidenceError, "is a cause: move its prior, prior='gout'"),
        ({"leak": "age"}, kb.EvidenceError, "has several states"),
        ({"cause": "fever", "leak": "fever"}, kb.UnknownNameError, "No cause named 'fever'"),
    ],
)
def test_what_cannot_be_moved_is_refused(
    dx: kb.Differential, arguments: dict[str, object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as caught:
        dx.sensitivity(**arguments)
    assert said in str(caught.value)


def test_a_prior_needs_the_complaint(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "pain behind the knee": None})
    with pytest.raises(kb.EvidenceError, match="needs an answer with 'pain behind the knee'"):
        dx.sensitivity(prior="DVT")


def test_a_number_must_be_a_probability(dx: kb.Differential) -> None:
    with pytest.raises(kb.EvidenceError, match=r"between 0 and 1, got 1\.5"):
        dx.sensitivity(prior="DVT")(1.5)
