"""How causes come about: hidden liabilities, and the network as it was stated."""

from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from kneebayes.building.onset import (
    Onset,
    Scale,
    cause_of,
    holder,
    leak_node,
    number_of,
    stated_network,
    strongest,
)

import kneebayes as kb
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, root_node

AGES = ("young", "middle", "old")
SHARES = (0.5, 0.3, 0.2)
RATIOS = (1.0, 2.0, 5.0)
SCALE = Scale.of("age", RATIOS, 8.0)
TYPICAL = float(np.dot(RATIOS, SHARES))  # against the first age
FAT = {"fat": (1.0, 3.0)}


def network_of(onset: Onset, leak: float) -> Network:
    others = [root_node(id, [0.9, 0.1]) for id in onset.others]
    roots = [root_node("age", SHARES, AGES), root_node("fat", [0.6, 0.4]), *others]
    return Network((*roots, *onset.nodes(leak)))


def risk(network: Network, **known: str) -> float:
    return Engine(network).posterior(
        Evidence.of(network, {"gout": "present"}), Evidence.of(network, known)
    )


@pytest.mark.parametrize("leak", [1e-5, 0.01, 0.1])
@pytest.mark.parametrize("others", [{}, {"rust": (1.0, 4.0)}])
def test_age_multiplies_what_the_rest_adds(
    leak: float, others: dict[str, tuple[float, ...]]
) -> None:
    network = network_of(Onset("gout", FAT, {}, others, SCALE, TYPICAL / 8.0), leak)
    alone = dict.fromkeys(others, "absent")
    lean = {age: risk(network, age=age, fat="absent", **alone) for age in AGES}
    assert lean["middle"] / lean["young"] == pytest.approx(2.0)
    assert lean["old"] / lean["young"] == pytest.approx(5.0)
    for age in AGES:
        assert risk(network, age=age, fat="present", **alone) / lean[age] == pytest.approx(3.0)
    assert risk(network, age="old", **alone) / risk(network, age="young", **alone) == pytest.approx(
        5
    )


def test_another_cause_brings_it_about_at_any_age() -> None:
    """Its ratio is one to the risk at an age taken at random."""
    network = network_of(Onset("gout", FAT, {}, {"rust": (1.0, 4.0)}, SCALE, TYPICAL / 8.0), 0.01)
    without, given = (risk(network, rust=state, fat="absent") for state in ("absent", "present"))
    assert given / without == pytest.approx(4.0)
    excess = [
        (1 - risk(network, rust="present", fat="absent", age=age))
        / (1 - risk(network, rust="absent", fat="absent", age=age))
        for age in AGES
    ]
    assert excess == pytest.approx([excess[0]] * 3)


def test_without_a_scale_it_is_one_noisy_or() -> None:
    onset = Onset("gout", FAT, {"salt": 0.25}, {"rust": (1.0, 4.0)})
    (node,) = onset.nodes(0.1)
    assert node.parents == ("fat", "rust", "salt")
    assert [onset.unit_of(id) for id in ("fat", "rust")] == [1.0, 1.0]


def test_with_nothing_to_multiply_age_is_one_more_parent() -> None:
    """The same risks at every age as with a liability that no parent raises."""
    rust = {"rust": (1.0, 4.0)}
    one = network_of(Onset("gout", {"age": RATIOS}, {}, rust, None, TYPICAL), 0.01 / 8.0)
    two = network_of(Onset("gout", {}, {}, rust, SCALE, TYPICAL / 8.0), 0.01)
    assert len(two) == len(one) + 2
    for age in AGES:
        for state in ("absent", "present"):
            ours, theirs = (risk(network, age=age, rust=state) for network in (one, two))
            assert ours == pytest.approx(theirs)


def test_the_largest_upper_end_becomes_certainty() -> None:
    assert SCALE.unit == 1.0 / 8.0
    assert SCALE.factors == pytest.approx((1 / 8, 2 / 8, 5 / 8))


def test_every_stated_number_is_found_in_the_network(knee: kb.Model) -> None:
    """Read from the full table of the node that holds it, the other parents at rest."""
    network = knee.network
    for one in knee.elicited.stated:
        arrow = one.arrow
        node = holder(network, arrow.parent, arrow.child)
        table = network.table_of(node) if len(node.parents) < 16 else None
        if table is None:
            continue
        at = [1 if cause_of(id, network) != id else 0 for id in node.parents]
        state = network[arrow.parent].states.index(arrow.state)
        if node.is_noisy_or:
            at = [one.strength.index(0.0) for one in node.links]
            without = table[(*at, 0)]
            at[node.parents.index(arrow.parent)] = state
            number = 1.0 - table[(*at, 0)] / without
        else:
            at[node.parents.index(arrow.parent)] = state
            number = table[(*at, 1)]
        assert number_of(network, arrow) == pytest.approx(number, abs=1e-12)
        assert one.link == number_of(network, arrow)
        assert strongest(network, arrow.parent, arrow.child) >= one.link


def test_the_stated_network_holds_what_was_stated(knee: kb.Model) -> None:
    stated = stated_network(knee.network)
    knowledge = knee.knowledge
    known = {*knowledge.causes, *knowledge.contexts, *knowledge.findings, *knowledge.mediators}
    assert set(stated.index) == known
    arrows = {(parent, node.id) for node in stated.nodes for parent in node.parents}
    assert arrows == {(one.parent, one.child) for one in knowledge.arrows()}
    hidden = set(knee.network.index) - known
    assert hidden
    assert {cause_of(id, knee.network) for id in hidden} < set(knowledge.causes)
    assert all(leak_node(knee.network, id) in knee.network for id in knowledge.causes)


HULL = """
[hull]
label = "hull"
because = "assumed: invented for the tests"
states = [
  { id = "tin", label = "tin hull", share = 0.4 },
  { id = "steel", label = "steel hull", share = 0.6 },
]
"""


def test_of_two_contexts_with_states_none_is_lost(tmp_path: Path) -> None:
    """The last one stated multiplies, the one before adds like any other parent."""
    folder = copytree(Path(__file__).parents[1] / "data" / "tiny", tmp_path / "tiny")
    contexts, rust = folder / "contexts.toml", folder / "causes" / "rusty_bolt.toml"
    contexts.write_text(contexts.read_text() + HULL)
    raised = 'hull.tin = { risk = 5, because = "C04" }'
    rust.write_text(rust.read_text().replace("[shows]", f"{raised}\n\n[shows]", 1))
    robot = kb.load(folder)
    given = [robot.diagnose({"hull": one})["rusty bolt"] for one in ("tin", "steel")]
    assert given[0] > given[1]
    ages = [robot.diagnose({"model year": one})["rusty bolt"] for one in ("vintage", "current")]
    assert ages[0] > ages[1]
