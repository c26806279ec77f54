"""What would remain without a cause, against every world of links."""

import re

import numpy as np
import pytest
from fired_worlds import LEAK, World, fired_worlds, random_case

import kneebayes as kb
from kneebayes.errors import ImpossibleEvidenceError, KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node, table_node
from kneebayes.questions.attribute.whatif import remove_cause


def without(network: Network, world: World, cause: str) -> dict[str, bool]:
    """Whether each node would be present, the same links ready to fire, had one been absent."""
    there: dict[str, bool] = {}
    for node in network.nodes:
        if node.id == cause:
            there[node.id] = False
        elif not node.parents:
            there[node.id] = world.states[node.id] == 1
        else:
            still = {
                parent
                for parent in world.fired[node.id] - {LEAK}
                if not network[parent].parents or there[parent] or world.states[parent] == 0
            }
            still -= {cause}
            there[node.id] = bool(still) or LEAK in world.fired[node.id]
    return there


@pytest.mark.parametrize("rarer", [False, True])
@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 6])  # 5 and 7 have very many worlds
def test_what_persists_is_that_of_enumeration_over_links(seed: int, rarer: bool) -> None:
    network, evidence, kinds = random_case(np.random.default_rng(1000 + seed), rarer=rarer)
    total = 0.0
    now = dict.fromkeys(kinds["finding"], 0.0)
    then = {cause: dict.fromkeys(kinds["finding"], 0.0) for cause in kinds["cause"]}
    for world in fired_worlds(network, evidence):
        total += world.weight
        there = {cause: without(network, world, cause) for cause in kinds["cause"]}
        for id in kinds["finding"]:
            now[id] += world.weight * world.states[id]
            for cause in kinds["cause"]:
                then[cause][id] += world.weight * there[cause][id]
    for cause in kinds["cause"]:
        told = remove_cause(Engine(network), evidence, cause, kinds["finding"])
        assert [one.finding for one in told] == [
            id for id in kinds["finding"] if evidence.hard_state(id) != 0
        ]
        for one in told:
            assert one.now == pytest.approx(now[one.finding] / total, abs=1e-9)
            assert one.without == pytest.approx(then[cause][one.finding] / total, abs=1e-9)
            present = now[one.finding]
            persists = then[cause][one.finding] / present if present > 0.0 else 1.0
            assert one.persists == pytest.approx(persists, abs=1e-9)
            assert one.observed == (evidence.hard_state(one.finding) == 1)


def test_what_a_cause_does_not_lead_to_persists(knee: kb.Model) -> None:
    dx = knee.diagnose({"lump behind the knee": True, "fever": True, "chest pain": True})
    told = {one.finding: one for one in dx.without("baker's cyst").findings}
    assert told["chest_pain"].persists == pytest.approx(1.0, abs=1e-12)
    assert told["fever"].persists > 0.99  # a burst cyst inflames now and then
    assert told["lump_behind_knee"].persists < 0.5


def test_an_absent_cause_takes_nothing_away(knee: kb.Model) -> None:
    dx = knee.diagnose({"lump behind the knee": True, "baker's cyst": False, "stiffness": True})
    for one in dx.without("baker's cyst").findings:
        assert one.persists == pytest.approx(1.0, abs=1e-12)


def test_what_only_one_cause_produces_goes_with_it() -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("f", 0.0, {"a": 0.5})))
    seen = Evidence.of(network, {"f": "present"})
    (told,) = remove_cause(Engine(network), seen, "a", ["f"])
    assert told.persists == 0.0


def test_doing_is_not_seeing(knee: kb.Model) -> None:
    """Seeing that the cyst is absent makes other causes of the lump more probable; doing not."""
    dx = knee.diagnose({"lump behind the knee": True})
    assert dx.given({"baker's cyst": False})["benign tumor"] > 3.0 * dx["benign tumor"]
    assert dx.without("baker's cyst").findings[-1].persists < 1.0


BELOW = [
    (noisy_or_node("f", 0.1, {"a": (0.2, 0.5)}), "by the absence of 'a' with probability 0.2."),
    (table_node("f", ["a"], np.array([[0.9, 0.1], [0.3, 0.7]])), "'f' is given by a table"),
    (
        table_node("f", ["b", "a"], np.array([[[1.0, 0.0]] * 2, [[0.9, 0.1], [0.3, 0.7]]])),
        "'f' is given by a table",  # how much of b it lets through hangs on the cause
    ),
]


@pytest.mark.parametrize(("node", "message"), BELOW, ids=["absence", "table", "share"])
def test_what_it_cannot_know_is_refused(node: kb.network.Node, message: str) -> None:
    network = Network((root_node("a", [0.5, 0.5]), root_node("b", [0.5, 0.5]), node))
    seen = Evidence.of(network, {"f": "present"})
    with pytest.raises(KneebayesError, match=re.escape(message)):
        remove_cause(Engine(network), seen, "a", ["f"])


def test_impossible_evidence_is_refused() -> None:
    network = Network((root_node("a", [1.0, 0.0]), noisy_or_node("f", 0.0, {"a": 0.5})))
    seen = Evidence.of(network, {"f": "present"})
    with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
        remove_cause(Engine(network), seen, "a", ["f"])
