"""What was said, in numbers and in words: shares at their bounds, draws at theirs, sentences."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from test_words import cause, knowing, lexicon, numbers

import kneebayes as kb
from kneebayes.building.draft import Draft
from kneebayes.building.quantities import (
    QUANTILE,
    Quantities,
    Quantity,
    amounts_at,
    ends,
    labelled,
    quantities_of,
    said_in_words,
)
from kneebayes.building.result import (
    EXPLANATION,
    acting_states,
    company_of,
    explained,
    links_in,
    number_of,
    offset_of,
    rate_places,
    stated_network,
    strongest,
)
from kneebayes.building.words import prior_intervals
from kneebayes.errors import KneebayesError
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import by_chance, where_most
from kneebayes.knowledge.statements import Commonness, Interval
from kneebayes.network import Network, noisy_or_node, root_node

WHY = ("assumed: made up for a test",)


# shares


def test_no_word_is_scaled_above_nine_tenths(robot: kb.Model) -> None:
    """Where words cannot fill what is left, all is shared out in proportion."""
    said = knowing(robot, cause("a", "common"), cause("b", "rare", (0.01, 0.01)))
    found = prior_intervals(said, lexicon(common=(0.1, 0.2, 0.3), rare=(0.01, 0.01, 0.01)))
    assert numbers(found["a"]) == pytest.approx([0.9 / 0.91] * 3)
    assert numbers(found["b"]) == pytest.approx([0.01 / 0.91, 0.01 / 0.91, 0.9 / 0.91])


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_share_that_cannot_be_is_refused(robot: kb.Model, value: float) -> None:
    said = knowing(robot, cause("a", "common", (value, value)), cause("b", "rare"))
    message = (
        rf"causes/a\.toml: commonness: a prior of {value:g} cannot be met; give it a published "
        "range or a word with a value above 0 and below 1"
    )
    with pytest.raises(KneebayesError, match=message):
        prior_intervals(said, lexicon(common=(0.0, 0.5, 1.0), rare=(0.1, 0.2, 0.3)))


def part(name: str, share: Any) -> Any:
    made = cause(name, "common")
    return made.model_copy(update={"commonness": Commonness(part=share, because=WHY)})


def test_parts_share_out_what_is_something_else(robot: kb.Model) -> None:
    """In proportion to what is said of them; their ends with those of the rest."""
    parts = [part("p", 0.25), part("q", (0.1, 0.3))]
    said = knowing(robot, cause("a", "common"), cause("rest", "other"))
    said = replace(
        said,
        meta=said.meta.model_copy(update={"rest": "rest"}),
        parts={one.id: one for one in parts},
    )
    found = prior_intervals(said, lexicon(common=(0.3, 0.6, 0.9), other=(0.2, 0.4, 0.5)))
    assert numbers(found["rest"]) == pytest.approx((0.2, 0.4, 0.5))
    # 0.25 and 0.2 of the rest are stretched to all of it
    stretch = 1.0 / 0.45
    right = {"p": (0.05, 0.1, 0.125), "q": (0.02, 0.08, 0.15)}
    for id, three in right.items():
        assert numbers(found[id]) == pytest.approx([one * stretch for one in three])
    assert found["p"].value + found["q"].value == pytest.approx(found["rest"].value)


@pytest.mark.parametrize(("share", "left"), [(0.25, 0.75), (0.999, 0.05)])
def test_named_parts_come_out_of_the_share_of_something_else(
    robot: kb.Model, share: float, left: float
) -> None:
    """Where they are causes themselves the rest is what they leave, a twentieth at least."""
    named = part("p", share).model_copy(update={"layer": "beyond"})
    said = knowing(robot, cause("a", "common"), cause("rest", "other"), named)
    said = replace(said, meta=said.meta.model_copy(update={"rest": "rest"}))
    found = prior_intervals(said, lexicon(common=(0.3, 0.6, 0.9), other=(0.2, 0.4, 0.5)))
    whole = sum(one.value for one in found.values())
    assert whole == pytest.approx(1.0)
    assert found["rest"].value / found["a"].value == pytest.approx(left * 0.4 / 0.6)
    assert found["p"].value / found["a"].value == pytest.approx(share * 0.4 / 0.6)


def test_parts_of_the_shipped_folder_share_out_something_else(knee: kb.Model) -> None:
    own, priors = knee.knowledge, knee.elicited.priors
    rest = priors[own.meta.rest]
    assert sum(priors[id].value for id in own.parts) == pytest.approx(rest.value, abs=1e-12)
    first = None
    for id, record in own.parts.items():
        said = record.commonness.part
        low, high = said if isinstance(said, tuple) else (said, said)
        ratio = priors[id].value / ((low + high) / 2)
        first = ratio if first is None else first
        assert ratio == pytest.approx(first)
        assert priors[id].low == pytest.approx(low * rest.low * first / rest.value)
        assert priors[id].high == pytest.approx(high * rest.high * first / rest.value)


# draws


def quantity(kind: Any, low: float, value: float, high: float, said: Any = 0.5) -> Quantity:
    interval = Interval(low=low, value=value, high=high)
    return Quantity(kind, "n", "p", "present", said, interval, (), 0, f"{kind} {low}")


def several(*some: Quantity) -> Quantities:
    words = tuple(dict.fromkeys(one.word for one in some))
    return Quantities(some, words, np.array([words.index(one.word) for one in some]))


def log_odds(value: float) -> float:
    return math.log(value / (1.0 - value))


def test_draws_meet_the_ends_of_each_interval_at_its_quantiles() -> None:
    """Chances by their log-odds, ratios by their logarithm, never below 1; sure ones stay."""
    stated = several(
        quantity("frequency", 0.1, 0.2, 0.6),
        quantity("ratio", 1.0, 2.0, 8.0),
        quantity("scale", 1.5, 3.0, 3.0),
        quantity("leak", 0.3, 0.3, 0.3),
        quantity("prior", 0.0, 0.0, 0.5),
        quantity("presence", 0.5, 1.0, 1.0),
        quantity("evoking", 0.0, 0.4, 1.0),
    )
    rows = np.array([[0.0], [-QUANTILE], [QUANTILE], [-2 * QUANTILE], [QUANTILE / 2]])
    drawn = amounts_at(stated, np.repeat(rows, len(stated.words), axis=1))
    assert drawn[0].tolist() == [0.2, 2.0, 3.0, 0.3, 0.0, 1.0, 0.4]
    assert drawn[1] == pytest.approx([0.1, 1.0, 1.5, 0.3, 0.0, 1.0, 0.004])
    assert drawn[2] == pytest.approx([0.6, 8.0, 3.0, 0.3, 0.0, 1.0, 0.994])
    far = 1 / (1 + math.exp(-(2 * log_odds(0.1) - log_odds(0.2))))
    assert drawn[3, :3] == pytest.approx([far, 1.0, 1.0])
    half = 1 / (1 + math.exp(-(log_odds(0.2) + log_odds(0.6)) / 2))
    assert drawn[4, :3] == pytest.approx([half, 4.0, 3.0])


def test_statements_that_share_a_word_move_by_one_draw() -> None:
    one = quantity("frequency", 0.1, 0.2, 0.6)
    stated = several(one, quantity("leak", 0.2, 0.3, 0.4), replace(one))
    assert stated.word_of.tolist() == [0, 1, 0]
    drawn = amounts_at(stated, np.array([[QUANTILE, 0.0], [0.0, -QUANTILE]]))
    assert drawn == pytest.approx(np.array([[0.6, 0.3, 0.6], [0.2, 0.2, 0.2]]))


def test_quantities_at_one_end_leave_the_others_at_their_values() -> None:
    stated = several(quantity("leak", 0.1, 0.2, 0.3), quantity("prior", 0.4, 0.5, 0.6))
    assert ends(stated, [1], "low").tolist() == [0.2, 0.4]
    assert ends(stated, [0, 1], "high").tolist() == [0.3, 0.6]
    stated.values[0] = 7.0
    assert stated.values.tolist() == [0.2, 0.5]
    assert stated.of_kind("prior").tolist() == [1]
    assert stated.of_kind("prior", "leak").tolist() == [0, 1]
    assert stated.of_kind("ratio").tolist() == []
    assert len(stated) == 2


# sentences


@pytest.mark.parametrize(
    ("kind", "state", "text"),
    [
        ("prior", "", "how common squeak is"),
        ("presence", "", "how often squeak is there"),
        ("frequency", "present", "how often model year shows squeak"),
        ("frequency", "early_one", "how often model year (early one) shows squeak"),
        ("ratio", "present", "how much squeak raises model year"),
        ("scale", "vintage", "how much model year (vintage) raises squeak"),
        ("leak", "", "squeak without a named cause"),
        ("share", "", "how many have squeak"),
        ("evoking", "present", "how strongly squeak points to model year"),
    ],
)
def test_what_a_quantity_is_about(robot: kb.Model, kind: Any, state: str, text: str) -> None:
    one = replace(
        quantity("prior", 0.1, 0.2, 0.3), kind=kind, node="squeak", parent="model_year", state=state
    )
    assert labelled(robot.knowledge, one) == text


def test_how_it_was_said(robot: kb.Model) -> None:
    own = robot.knowledge
    for said, words in (
        (0.25, "0.25"),
        ((0.5, 0.75), "0.5 to 0.75"),
        ("often", "'often'"),
        (2, "2"),
    ):
        assert said_in_words(own, quantity("leak", 0.1, 0.2, 0.3, said)) == words
    prior = replace(quantity("prior", 0.1, 0.2, 0.3, "uncommon"), node="loose_wire")
    assert said_in_words(own, prior) == "'uncommon', published 0.3 to 0.35"
    assert said_in_words(own, replace(prior, kind="leak")) == "'uncommon'"
    assert said_in_words(own, replace(prior, node="rusty_bolt", said="common")) == "'common'"
    assert said_in_words(own, replace(prior, said=0.5)) == "0.5"
    wire = own.causes["loose_wire"]
    stated = wire.commonness.model_copy(
        update={
            "published": None,
            "published_because": (),
            "assumed": (0.3, 0.35),
            "assumed_because": WHY,
        }
    )
    changed = wire.model_copy(update={"commonness": stated})
    assumed = replace(own, causes={**own.causes, "loose_wire": changed})
    assert said_in_words(assumed, prior) == "'uncommon', assumed 0.3 to 0.35"


# places


@pytest.mark.parametrize("name", ["knee", "robot", "pump"])
def test_the_number_of_a_statement_is_where_the_network_has_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    """By walking through the links of the node; of age and sex by the rows of the table."""
    model: kb.Model = request.getfixturevalue(name)
    network, engine = model.network, model.engine
    explanation = network[EXPLANATION]
    walked = 0
    for one in model.elicited.stated:
        arrow = one.arrow
        node, offset = offset_of(network, arrow.parent, arrow.state, arrow.child)
        place = engine.place_of(node.id) + offset
        if arrow.parent in explanation.parents:
            assert node is explanation
            axis = explanation.parents.index(arrow.parent)
            where = [0] * len(explanation.parents)
            where[axis] = network[arrow.parent].states.index(arrow.state)
            row = network.table_of(explanation)[tuple(where)]
            assert number_of(network, arrow) == engine.numbers[0, place] == row[0]
            assert strongest(network, arrow.parent, arrow.child) == 1.0
        else:
            child = network[links_in(network, arrow.child)]
            assert node is child
            states = explanation.states
            inside = arrow.parent in states and arrow.parent not in child.parents
            parent = EXPLANATION if inside else arrow.parent
            company = [
                one for one in company_of(network) if network[one].parents[0] == arrow.parent
            ]
            beside = [one for one in child.parents if one in company]
            if inside and beside:  # what raises it goes with it at some ages
                (parent,), inside = beside, False
            state = states.index(arrow.parent) if inside else -1
            if parent == arrow.parent:
                state = network[parent].states.index(arrow.state)
            (link,) = [each for each in child.links if each.parent == parent]
            assert number_of(network, arrow) == link.strength[state] == engine.numbers[0, place]
            most = link.strength[states.index(arrow.parent) if inside else -1]
            assert strongest(network, arrow.parent, arrow.child) == most
            walked += 1
    assert walked > 3


def test_rates_have_a_place_for_each_age(knee: kb.Model, robot: kb.Model) -> None:
    own = knee.network
    by_age = 0
    for node in knee.elicited.there.values():
        places = rate_places(knee.engine, node, "age")
        first = knee.engine.place_of(node)
        if "age" in own[node].parents:
            (link,) = [each for each in own[node].links if each.parent == "age"]
            assert [knee.engine.numbers[0, place] for place in places] == list(link.strength)
            by_age += 1
        else:
            assert places == [first]
            assert knee.engine.numbers[0, first] == own[node].leak
    assert by_age
    assert rate_places(robot.engine, "squeak", "age") == [robot.engine.place_of("squeak")]


def test_arrows_as_they_were_stated(knee: kb.Model) -> None:
    """From each cause that explains to what it shows; from age and sex to each cause."""
    own, network = stated_network(knee.network), knee.network
    states, contexts = network[EXPLANATION].states, network[EXPLANATION].parents
    assert EXPLANATION not in own
    rarer = [id for id in network.index if where_most(id) in network]
    beside = {*company_of(network), *map(where_most, rarer), *map(by_chance, rarer)}
    assert set(own.index) == set(network.index) - {EXPLANATION} - beside
    assert rarer
    for node in network.nodes:
        if node.id == EXPLANATION or node.id in beside:
            continue
        if node.id in states:
            assert own[node.id].parents == contexts
            continue
        right = []
        for link in network[links_in(network, node.id)].links:
            if link.parent == by_chance(node.id):
                right += network[link.parent].parents[1:]
                continue
            if link.parent != EXPLANATION:
                raised = network[link.parent].parents[0] if link.parent in beside else link.parent
                right += [raised] if link.strength[-1] > 0.0 or raised == link.parent else []
                continue
            shown = zip(states, link.strength, strict=True)
            right += [cause for cause, strength in shown if strength > 0.0 and cause != node.id]
        said = knee.knowledge.less_often.get(node.id)
        if said is not None and not node.is_noisy_or:  # what it is rarer by
            right += [one for one in said.by if one != EXPLANATION]
            lowered = said.by.get(EXPLANATION, {})
            right += [cause for cause in states if cause in lowered]
        assert list(own[node.id].parents) == list(dict.fromkeys(right))
        assert own[node.id].states == node.states
    plain = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5})))
    assert stated_network(plain) is plain
    assert strongest(plain, "a", "b") == 0.5
    for id in ("a", "nothing"):
        assert explained(plain, id) is None
    assert explained(knee.network, "gout") == "gout"
    assert explained(knee.network, "fever") is None
    assert explained(knee.network, "nothing") is None


def test_what_raises_a_cause_goes_with_it_as_seldom_as_its_age_has_it(knee: kb.Model) -> None:
    """A child with a cyst has no worn joint; an old patient with one mostly has."""
    network, ages = knee.network, [state.id for state in knee.knowledge.contexts["age"].states]
    assert "bakers_cyst_with_osteoarthritis" in company_of(network)
    assert "acl_injury_with_meniscus_tear" not in network  # it tears the meniscus at any age
    draft = Draft(knee.knowledge, knee.knowledge.lexicons[knee.data.lexicon])
    assert "bakers_cyst_with_gout" not in network  # which is there too seldom to matter
    for id in company_of(network):
        cause, _, other = id.partition("_with_")
        table = network.table_of(network[id])
        assert network[id].parents == (cause, "age")
        assert (table[0] == [1.0, 0.0]).all()
        ratios = [draft.age_ratios.get((other, age), 1.0) for age in ages]
        assert table[1, :, 1].tolist() == pytest.approx([r / max(ratios) for r in ratios], abs=1e-4)
    explains = {"bakers_cyst": "present"}
    found = {}
    for age in ages:
        with_cyst = knee.engine.propagate(
            Evidence.of(network, {**explains, "age": age}), ["osteoarthritis_present"]
        )
        found[age] = with_cyst.present("osteoarthritis_present")
        (link,) = [
            one
            for one in network["osteoarthritis_present"].links
            if one.parent == "bakers_cyst_with_osteoarthritis"
        ]
        (rates,) = [one for one in network["osteoarthritis_present"].links if one.parent == "age"]
        share = network.table_of(network["bakers_cyst_with_osteoarthritis"])
        at = ages.index(age)
        brought = link.strength[1] * share[1, at, 1]
        assert found[age] == pytest.approx(1.0 - (1.0 - brought) * (1.0 - rates.strength[at]))
    assert found["child"] < 0.01
    assert found["older"] > 0.6


def test_where_causes_act(knee: kb.Model) -> None:
    """Where they explain, and where they are there in silence; what has parts as any of them."""
    network, own = knee.network, knee.knowledge
    states = network[EXPLANATION].states
    found = acting_states(network, own)
    assert list(found) == list(own.causes)
    for id in own.causes:
        parts = [id] if id in states else list(own.parts)
        right = {EXPLANATION: tuple(states.index(part) for part in parts)}
        right |= {own.there[part]: (1,) for part in parts if own.there[part] != part}
        assert found[id] == right
    assert len(found[own.meta.rest][EXPLANATION]) == len(own.parts) > 1


@pytest.mark.parametrize("name", ["knee", "robot", "pump"])
def test_draws_of_every_kind_have_the_words_that_draw_together(
    name: str, request: pytest.FixtureRequest
) -> None:
    """A word of one direction is one draw wherever it stands; numbers and ranges are their own."""
    model: kb.Model = request.getfixturevalue(name)
    found = quantities_of(model.knowledge, model.elicited, model.engine)
    named: dict[str, list[Quantity]] = {}
    for at, one in enumerate(found.all):
        assert found.words[found.word_of[at]] == one.word
        named.setdefault(one.word, []).append(one)
        direction = {"scale": "ratio", "leak": "frequency"}.get(one.kind, one.kind)
        if one.kind == "prior":
            said = model.knowledge.diseases[one.node].commonness
            alone = not said.word or said.bounds is not None
            assert one.word == (f"prior of {one.node}" if alone else f"commonness: {said.word}")
        elif isinstance(one.said, str):
            assert one.word == f"{direction}: {one.said}"
    for word, some in named.items():
        if not isinstance(some[0].said, str) or word.startswith(("prior of", "presence of")):
            assert len(some) == 1, word
