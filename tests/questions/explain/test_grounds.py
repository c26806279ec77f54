"""What a weight rests on: the arrows that carry it."""

from collections.abc import Collection
from itertools import combinations, product

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.result import stated_network
from kneebayes.inference import Evidence
from kneebayes.questions.explain.weighing import (
    ORIGINS,
    Grounds,
    grounds_of_answer,
    grounds_of_prior,
    joined_shares,
)

COMPLAINT = "pain_behind_knee"


def grounds(
    model: kb.Model, cause: str, answer: str, known: Collection[str] = (COMPLAINT,)
) -> Grounds:
    return grounds_of_answer(model.knowledge, model.network, [cause], answer, {*known, answer})


def arrows(model: kb.Model, *ends: tuple[str, str]) -> set[str]:
    """Ids of what some arrows rest on."""
    found = set()
    for arrow in model.knowledge.arrows():
        if (arrow.parent, arrow.child) in ends:
            found |= {one.partition(":")[0] for one in arrow.statement.because}
    assert found
    return found


def shares(model: kb.Model, *causes: str) -> set[str]:
    """Ids of what the shares of some causes rest on."""
    told = [model.knowledge.causes[id].commonness for id in causes]
    origins = [origin for said in told for origin in (*said.because, *said.bounds_because)]
    return {origin.partition(":")[0] for origin in origins}


def ids(told: Grounds) -> set[str]:
    return {one.partition(":")[0] for one in told.because}


def test_a_finding_of_the_cause_rests_on_its_arrow(knee: kb.Model) -> None:
    told = grounds(knee, "gout", "fluid_urate")
    assert told.direct
    there = knee.knowledge.there["gout"]
    assert ids(told) >= arrows(knee, ("gout", "fluid_urate"))
    assert ids(told) <= {
        *(one.partition(":")[0] for one in knee.knowledge.causes["gout"].present_in.because),
    } | arrows(knee, ("gout", "fluid_urate"), (there, "fluid_urate"), ("gout", there))


@pytest.fixture(scope="module")
def over_a_mediator(knee: kb.Model) -> tuple[str, str, str]:
    """A cause, a mediator and a finding that the cause shows in no other way."""
    knowledge = knee.knowledge
    stated = {(arrow.parent, arrow.child) for arrow in knowledge.arrows()}
    mediators = set(knowledge.mediators) - set(knowledge.there.values())
    for cause, finding in product(knowledge.causes, knowledge.findings):
        ways = [one for one in mediators if {(cause, one), (one, finding)} <= stated]
        alone = len(ways) == 1 and knowledge.there[cause] == cause
        if alone and (cause, finding) not in stated:
            return cause, ways[0], finding
    pytest.fail("no cause shows a finding through one mediator alone")


def test_a_way_through_a_mediator_rests_on_both_arrows(
    knee: kb.Model, over_a_mediator: tuple[str, str, str]
) -> None:
    cause, mediator, finding = over_a_mediator
    told = grounds(knee, cause, finding)
    assert told.direct
    assert ids(told) == arrows(knee, (cause, mediator), (mediator, finding))


def test_a_mediator_that_is_known_closes_the_way(
    knee: kb.Model, over_a_mediator: tuple[str, str, str]
) -> None:
    cause, mediator, finding = over_a_mediator
    assert grounds(knee, cause, finding).direct
    assert not grounds(knee, cause, finding, {mediator}).direct


def test_a_context_rests_on_the_risk_that_it_states(knee: kb.Model) -> None:
    told = grounds(knee, "septic_arthritis", "weak_immunity")
    assert told.direct
    arrow = ("septic_arthritis", "weak_immunity")  # background hangs below what it raises
    there = (knee.knowledge.there["septic_arthritis"], "weak_immunity")
    assert ids(told) == arrows(knee, arrow, there)


def test_news_of_a_rival_rests_on_the_shares_of_both(knee: kb.Model) -> None:
    """One cause explains the complaint, so all of them compete."""
    told = grounds(knee, "hamstring_injury", "osteomyelitis")
    assert not told.direct
    assert ids(told) >= shares(knee, "hamstring_injury", "osteomyelitis")


@pytest.mark.parametrize(
    ("cause", "rival"), [("osteosarcoma", "patellofemoral_pain"), ("gout", "osteoarthritis")]
)
def test_news_of_a_rival_travels_over_shared_contexts_too(
    knee: kb.Model, cause: str, rival: str
) -> None:
    """Nothing else is known, so the short ways are what raises both, and the competition."""
    raising: dict[str, set[str]] = {cause: set(), rival: set()}
    for arrow in knee.knowledge.arrows():
        raising.setdefault(arrow.child, set()).add(arrow.parent)
    shared = raising[cause] & raising[rival]
    assert shared
    told = grounds(knee, cause, rival, ())
    assert not told.direct
    ends = [(context, child) for context in shared for child in (cause, rival)]
    assert ids(told) == arrows(knee, *ends) | shares(knee, cause, rival)


def test_where_nothing_carries_it_an_answer_changes_nothing(robot: kb.Model) -> None:
    """All pairs of cause and answer, with nothing, one or two other nodes known."""
    network, nothing = stated_network(robot.network), 0
    for known in [set(some) for size in range(3) for some in combinations(network.index, size)]:
        seen = {id: network[id].states[-1] for id in known}
        for cause, answer in product(robot.knowledge.causes, network.index):
            if answer in known or cause in known or answer == cause:
                continue
            if grounds(robot, cause, answer, known).because:
                continue
            nothing += 1
            rows = [
                Evidence.of(network, {**seen, answer: state}) for state in network[answer].states
            ]
            told = robot.engine.propagate_each(rows, [cause]).marginals[cause][:, 1]
            np.testing.assert_allclose(told, told[0], rtol=1e-9)
    assert nothing > 20


def test_shares_add_up_and_belong_to_what_is_named(knee: kb.Model) -> None:
    for cause in knee.causes:
        for finding in knee.findings[:8]:
            told = grounds(knee, cause.id, finding.id)
            kinds = {
                "assumption" if one.startswith("assumed:") else knee.knowledge.kind_of_origin(id)
                for one in told.because
                for id in [one.partition(":")[0]]
            }
            assert {kind for kind in ORIGINS if told.shares[kind] > 0.0} == kinds
            assert told.origin == "+".join(kind for kind in ORIGINS if kind in kinds)
            whole = 1.0 if told.because else 0.0
            assert sum(told.shares.values()) == pytest.approx(whole, abs=1e-12)


def test_the_prior_rests_on_what_the_trace_says(knee: kb.Model) -> None:
    for cause in knee.causes:
        row = knee.trace(cause.id).rows[0]
        told = grounds_of_prior(knee.knowledge, [cause.id])
        assert told.because == tuple(dict.fromkeys(row.because))
        assert told.origin == row.origin


def test_joined_shares_are_weighed() -> None:
    nothing = dict.fromkeys(ORIGINS, 0.0)
    one = Grounds(nothing | {"article": 1.0}, ("a",), True)
    two = Grounds(nothing | {"literature": 0.5, "assumption": 0.5}, ("b",), True)
    none = Grounds(nothing, (), False)
    joined = joined_shares([(one, 3.0), (two, 1.0), (none, 100.0)])
    assert joined == nothing | {"article": 0.75, "literature": 0.125, "assumption": 0.125}
    assert joined_shares([(none, 1.0)]) == dict.fromkeys(ORIGINS, 0.0)
