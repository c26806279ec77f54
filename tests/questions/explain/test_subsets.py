"""Log-odds under subsets of the evidence, against enumeration and against questions one by one."""

import numpy as np
import pytest
from oracle import cases, weigh_states

import kneebayes as kb
from kneebayes.errors import TooWideError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network
from kneebayes.questions.explain.subsets import Subsets


def enumerated(
    network: Network, evidence: Evidence, parts: list[str], causes: list[str]
) -> np.ndarray:
    """Log-odds under every subset, from the sum over all worlds."""
    found = []
    for subset in range(1 << len(parts)):
        kept = [id for id in evidence if id not in parts or subset >> parts.index(id) & 1]
        shares = weigh_states(network, evidence.only(kept))
        first = shares[causes[0]]
        below = first[0] if len(causes) == 1 else shares[causes[1]][1]
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(float(np.log(first[1]) - np.log(below)))
    return np.array(found)


def drawn(count: int, seed: int) -> list[tuple[Network, Evidence, list[str], list[str]]]:
    """Random networks with some answers that come and go, and two causes of two states."""
    found = []
    for network, evidence, rng in cases(count, seed):
        parts = [str(id) for id in rng.permutation([*evidence])[: rng.integers(0, 6)]]
        # what always stays says nothing of the causes for certain, as a complaint does not
        stays = [id for id in evidence if id not in parts and evidence.hard_state(id) is not None]
        two = [one.id for one in network.nodes if len(one.states) == 2 and one.id not in stays]
        if len(two) > 1:
            causes = [str(id) for id in rng.choice(two, 2, False)]
            found.append((network, evidence, parts, causes))
    return found


@pytest.mark.parametrize("count", [1, 2])
def test_all_subsets_are_those_of_enumeration(count: int) -> None:
    for network, evidence, parts, causes in drawn(50, 11):
        asked = causes[:count]
        expected = enumerated(network, evidence, parts, asked)
        told = Subsets(Engine(network), evidence, parts, asked).odds()
        np.testing.assert_allclose(told.log_odds, expected, rtol=1e-9, atol=1e-9)
        shares = weigh_states(network, evidence)[causes[0]]
        assert told.probability[-1] == pytest.approx(float(shares[1] / shares.sum()), abs=1e-12)
        assert np.isnan(told.other[-1]) == (count == 1)
        if count == 2:
            shares = weigh_states(network, evidence)[causes[1]]
            assert told.other[-1] == pytest.approx(float(shares[1] / shares.sum()), abs=1e-12)


@pytest.mark.parametrize("count", [1, 2])
def test_some_subsets_are_those_of_all(count: int) -> None:
    for network, evidence, parts, causes in drawn(60, 12):
        asked = causes[:count]
        every = Subsets(Engine(network), evidence, parts, asked).odds()
        wanted = [0, (1 << len(parts)) - 1, *(1 << at for at in range(len(parts)))]
        some = Subsets(Engine(network), evidence, parts, asked).odds_of(wanted)
        for subset in wanted:
            np.testing.assert_allclose(some.at(subset), every.at(subset), rtol=1e-9, atol=1e-9)


def test_the_first_answer_is_the_lowest_bit(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "redness": False, "gout known": True})
    parts = ["fever", "redness", "gout_known"]
    told = Subsets(knee.engine, dx.case.evidence, parts, ["gout"]).odds()
    for subset in range(8):
        said = {"fever": True, "redness": False, "gout_known": True}
        kept = {id: said[id] for at, id in enumerate(parts) if subset >> at & 1}
        probability = knee.diagnose(kept)["gout"]
        assert told.probability[subset] == pytest.approx(probability, abs=1e-12)
        assert told.at(subset) == pytest.approx(np.log(probability / (1 - probability)), abs=1e-9)


def test_halves_put_together_are_the_whole(knee: kb.Model) -> None:
    said = {"fever": True, "redness": True, "warmth": 0.8, "age": "older", "popping": False}
    dx, causes = knee.diagnose(said), ["gout", "septic_arthritis"]
    parts = [answer.id for answer in dx.answers if answer.id != "pain_behind_knee"]
    subsets = Subsets(knee.engine, dx.case.evidence, parts, causes)
    whole, whole_scale = subsets.joint(split=False)
    for part in parts:
        table, scale = subsets.halves(True, part)
        np.testing.assert_allclose(table * np.exp(scale - whole_scale), whole, rtol=1e-12)


def test_what_is_too_wide_as_a_whole_says_so(knee: kb.Model) -> None:
    """Findings that many causes show, so that being present ties all of these."""
    complaint = knee.knowledge.meta.complaint
    findings = [one.id for one in knee.findings if one.id != complaint]
    widest = sorted(findings, key=lambda id: -len(knee.network[id].parents))[:24]
    seen = Evidence.of(knee.network, dict.fromkeys([complaint, *widest], "present"))
    with pytest.raises(TooWideError, match="needs a table of"):
        Subsets(knee.engine, seen, widest, ["gout"]).odds(split=False)
