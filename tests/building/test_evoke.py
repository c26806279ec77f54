"""Links solved from evoking strength, and statements about groups."""

from dataclasses import replace

import pytest

import kneebayes as kb
from kneebayes.building.relinking import group_remarks, solve_evoked
from kneebayes.building.words import amount_interval
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge import Knowledge, Remark
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.statements import Evoked, Lexicon
from kneebayes.network import Network, noisy_or_node

WHY = ("assumed: made up for a test",)
ARROWS = [("loose_wire", "sparks"), ("moon_magnet", "squeak"), ("rusty_bolt", "squeak")]


@pytest.fixture(scope="module")
def plain(robot: kb.Model) -> Lexicon:
    return robot.knowledge.lexicons["plain"]


def evoking(
    knowledge: Knowledge,
    cause: str,
    finding: str,
    target: float,
    between: tuple[float, float] = (0.0, 1.0),
) -> Knowledge:
    """The knowledge with one evoking strength and no other."""
    said = Evoked(evokes=target, between=between, because=WHY)
    causes = {
        name: one.model_copy(update={"evoked_by": {finding: said} if name == cause else {}})
        for name, one in knowledge.causes.items()
    }
    return replace(knowledge, causes=causes)


def with_link(network: Network, cause: str, finding: str, strength: float) -> Network:
    """The network in which a finding hangs otherwise on what explains."""
    node, states = network[finding], network[EXPLANATION].states
    links = {one.parent: one.strength for one in node.links}
    own = list(links.get(EXPLANATION, (0.0,) * len(states)))
    own[states.index(cause)] = strength
    links[EXPLANATION] = tuple(own)
    return network.replacing([noisy_or_node(finding, node.leak or 0.0, links)])


def evoked(robot: kb.Model, network: Network, cause: str, finding: str) -> float:
    complaint = robot.knowledge.meta.complaint
    seen = Evidence.of(network, {complaint: "present", finding: "present"})
    return Engine(network).propagate(seen, [cause]).present(cause)


def link_of(network: Network, cause: str, finding: str) -> float:
    at = network[EXPLANATION].states.index(cause)
    strengths = {one.parent: one.strength for one in network[finding].links}
    return strengths[EXPLANATION][at]


def solve(
    robot: kb.Model, plain: Lexicon, cause: str, finding: str, target: float, *between: float
) -> tuple[Network, list[Remark]]:
    low, high = between or (0.0, 1.0)
    said = evoking(robot.knowledge, cause, finding, target, (low, high))
    return solve_evoked(robot.network, said, plain)


@pytest.mark.parametrize(("cause", "finding"), ARROWS)
@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_strength_within_reach_is_met(
    robot: kb.Model, plain: Lexicon, cause: str, finding: str, part: float
) -> None:
    low, high = (
        evoked(robot, with_link(robot.network, cause, finding, link), cause, finding)
        for link in (0.0, 1.0)
    )
    target = low + part * (high - low)
    network, remarks = solve(robot, plain, cause, finding, target)
    assert remarks == []
    assert evoked(robot, network, cause, finding) == pytest.approx(target, abs=1e-9)
    assert 0.0 < link_of(network, cause, finding) < 1.0


@pytest.mark.parametrize(("cause", "finding"), ARROWS)
def test_only_that_link_changes(robot: kb.Model, plain: Lexicon, cause: str, finding: str) -> None:
    network, _ = solve(robot, plain, cause, finding, 0.5)
    link = link_of(network, cause, finding)
    assert network == with_link(robot.network, cause, finding, link)


@pytest.mark.parametrize(("target", "link"), [(0.01, 0.2), (0.999, 0.3)])
def test_a_strength_out_of_bounds_stops_at_them_and_is_remarked(
    robot: kb.Model, plain: Lexicon, target: float, link: float
) -> None:
    network, remarks = solve(robot, plain, "loose_wire", "sparks", target, 0.2, 0.3)
    assert link_of(network, "loose_wire", "sparks") == link
    reached = evoked(robot, network, "loose_wire", "sparks")
    (remark,) = remarks
    assert remark.kind == "evoking strength not reached"
    assert remark.place == "causes/loose_wire.toml: evoked_by.sparks"
    assert remark.text == (
        f"'{target}' asks for P(loose wire | sparks) = {target:.0%}; "
        f"the link allowed (0.2 to 0.3) gives {reached:.0%}."
    )


@pytest.mark.parametrize(("beside", "remarks"), [(0.0199, 0), (0.0201, 1), (-0.0199, 0)])
def test_a_near_miss_is_let_pass(
    robot: kb.Model, plain: Lexicon, beside: float, remarks: int
) -> None:
    fixed = with_link(robot.network, "loose_wire", "sparks", 0.25)
    target = evoked(robot, fixed, "loose_wire", "sparks") + beside
    _, found = solve(robot, plain, "loose_wire", "sparks", target, 0.25, 0.25)
    assert len(found) == remarks


def test_statements_about_groups_are_remarked_if_and_only_if_they_do_not_hold(
    knee: kb.Model,
) -> None:
    knowledge = knee.knowledge
    lexicon = knowledge.lexicons[knee.elicited.lexicon]
    remarked = {one.place for one in group_remarks(knee.network, knowledge, lexicon)}
    for group in knowledge.groups.values():
        for finding, said in group.evoked_by.items():
            seen = Evidence.of(
                knee.network, {knowledge.meta.complaint: "present", finding: "present"}
            )
            none = Evidence.of(knee.network, dict.fromkeys(group.members, "absent"))
            found = 1.0 - knee.engine.posterior(none, seen)
            asked = amount_interval(said.evokes, "evoking", lexicon)
            place = f"groups.toml: {group.id}.evoked_by.{finding}"
            assert (place in remarked) == (not asked.low <= found <= asked.high)
