"""What produced what, against every world of links; and laws on the article's network."""

import numpy as np
import pytest
from fired_worlds import LEAK, World, fired_worlds, random_case

import kneebayes as kb
from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.attribute.attribution import attribute


def reached_from(network: Network, world: World, sources: set[str], causes: set[str]) -> set[str]:
    """Noisy-ORs but causes that a chain of fired links leads to from any source."""
    found: set[str] = set()
    for node in network.nodes:
        if node.id in causes:
            continue
        for parent in world.fired[node.id] - {LEAK}:
            cause_there = parent in sources and (
                world.states[parent] == 1 or network[parent].states != ("absent", "present")
            )
            if cause_there or (parent in found and parent not in causes):
                found.add(node.id)
    return found


@pytest.mark.parametrize("rarer", [False, True])
@pytest.mark.parametrize("seed", range(7))
def test_shares_are_those_of_enumeration_over_links(seed: int, rarer: bool) -> None:
    network, evidence, kinds = random_case(np.random.default_rng(seed), rarer=rarer)
    causes, contexts = set(kinds["cause"]), set(kinds["context"])
    told = attribute(Engine(network), evidence, kinds["finding"], kinds["cause"], contexts)
    total = 0.0
    assert [one.finding for one in told] == [
        id for id in kinds["finding"] if evidence.hard_state(id) == 1
    ]
    by = {one: dict.fromkeys(kinds["finding"], 0.0) for one in [*kinds["cause"], "none", "neither"]}
    for world in fired_worlds(network, evidence):
        total += world.weight
        for cause in kinds["cause"]:
            for id in reached_from(network, world, {cause}, causes):
                by[cause][id] = by[cause].get(id, 0.0) + world.weight
        some = reached_from(network, world, causes, causes)
        any_source = reached_from(network, world, causes | contexts, causes)
        for id in kinds["finding"]:
            by["none"][id] += (id not in some) * world.weight
            by["neither"][id] += (id not in any_source) * world.weight
    for one in told:
        for cause in kinds["cause"]:
            assert one.shares[cause] == pytest.approx(by[cause][one.finding] / total, abs=1e-9)
        assert one.not_explained == pytest.approx(by["none"][one.finding] / total, abs=1e-9)
        assert one.leak == pytest.approx(by["neither"][one.finding] / total, abs=1e-9)


PATIENTS: list[dict[str, object]] = [
    {},
    {"lump behind the knee": True, "stiffness": True},
    {"fever": True, "redness": True, "swollen knee": 0.8, "warmth": False, "age": "older"},
    {"bruising": True, "recent trauma": True, "heard a pop at injury": True},
    {"osteoarthritis": False, "stiffness": True, "pain going down stairs": True},
]


@pytest.mark.parametrize("said", PATIENTS, ids=str)
def test_laws_of_the_articles_network(knee: kb.Model, said: dict[str, object]) -> None:
    dx = knee.diagnose(said)
    complaint, *_ = told = dx.attribution().findings
    assert complaint.finding == knee.knowledge.meta.complaint
    there = dx.case.belief.present
    for one in told:
        for cause, share in one.shares.items():
            assert 0.0 <= share <= there[cause] + 1e-12
        some = 1.0 - one.not_explained
        assert max(one.shares.values()) - 1e-12 <= some <= sum(one.shares.values()) + 1e-12
        assert 0.0 <= one.background <= one.not_explained <= 1.0


def test_the_complaint_comes_from_what_explains_it(knee: kb.Model) -> None:
    dx = knee.diagnose({"lump behind the knee": True, "stiffness": True})
    complaint = dx.attribution().findings[0]
    assert complaint.shares == pytest.approx(dx.explains, abs=1e-12)
    assert complaint.not_explained == pytest.approx(0.0, abs=1e-12)


def test_a_chain_stops_at_another_cause() -> None:
    nodes = (
        root_node("arthritis", [0.5, 0.5]),
        noisy_or_node("cyst", 0.0, {"arthritis": 1.0}),
        noisy_or_node("lump", 0.0, {"cyst": 1.0}),
    )
    network = Network(nodes)
    seen = Evidence.of(network, {"lump": "present"})
    (told,) = attribute(Engine(network), seen, ["lump"], ["arthritis", "cyst"])
    assert told.shares == {"arthritis": 0.0, "cyst": pytest.approx(1.0)}
    assert told.not_explained == pytest.approx(0.0)


def test_impossible_evidence_is_refused() -> None:
    network = Network((root_node("a", [1.0, 0.0]), noisy_or_node("f", 0.0, {"a": 0.5})))
    seen = Evidence.of(network, {"f": "present"})
    with pytest.raises(ImpossibleEvidenceError, match="so nothing can have produced it"):
        attribute(Engine(network), seen, ["f"], ["a"])
