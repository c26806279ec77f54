"""What is drawn: every number that the folder states, each where the network holds it."""

from collections import Counter

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.quantities import RATIOS, amounts_at, quantities_of
from kneebayes.building.result import explained, leak_in
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.network import Network, root_node


@pytest.mark.parametrize("which", ["knee", "robot"])
def test_every_stated_number_is_drawn(which: str, request: pytest.FixtureRequest) -> None:
    model: kb.Model = request.getfixturevalue(which)
    known = model.knowledge
    found = Counter(one.kind for one in quantities_of(known, model.elicited, model.engine).all)
    contexts = known.contexts.values()
    explained = model.network[EXPLANATION].states
    assert found["prior"] == len(explained)
    assert found["presence"] == sum(one.present_in is not None for one in known.diseases.values())
    there = set(known.there.values())
    mediators = [id for id in known.mediators if id not in there]
    assert found["leak"] == len(mediators) + len(known.findings) - 1 + sum(
        one.leak is not None or one.share is not None for one in contexts
    )
    assert found["evoking"] == sum(len(one.evoked_by) for one in known.causes.values())
    arrows = [one.arrow for one in model.elicited.stated]
    scales = [one for one in arrows if one.parent in model.network[EXPLANATION].parents]
    ratios = [one for one in arrows if one.statement.risk is not None]
    assert found["scale"] == len(scales)
    assert found["ratio"] == sum(one not in scales for one in ratios)
    assert found["frequency"] == sum(one.statement.risk is None for one in arrows)


@pytest.mark.parametrize("which", ["knee", "robot"])
def test_each_stands_where_the_network_holds_its_number(
    which: str, request: pytest.FixtureRequest
) -> None:
    model: kb.Model = request.getfixturevalue(which)
    told = quantities_of(model.knowledge, model.elicited, model.engine)
    numbers = model.engine.numbers[0]
    stated = {
        (one.arrow.parent, one.arrow.state, one.arrow.child): one.link
        for one in model.elicited.stated
    }
    links = [one for one in told.all if one.kind in ("frequency", "ratio", "scale")]
    assert len(links) == len(stated)
    for one in links:
        assert numbers[one.place] == stated[one.parent, one.state, one.node]
    alone = [one.place for one in links if one.kind != "scale"]
    assert len(set(alone)) == len(alone)


def test_a_stated_leak_is_the_number_of_its_node(knee: kb.Model) -> None:
    told = quantities_of(knee.knowledge, knee.elicited, knee.engine)
    leaks = [one for one in told.all if one.kind == "leak"]
    assert len(leaks) > 5
    for one in leaks:
        holder = knee.network[leak_in(knee.network, one.node)]
        assert knee.engine.numbers[0, one.place] == holder.leak


def test_an_interval_is_the_central_nine_tenths(knee: kb.Model) -> None:
    """Its ends are the quantiles 5 % and 95 %, its value the median; without a move the value."""
    told = quantities_of(knee.knowledge, knee.elicited, knee.engine)
    ends = 1.6448536269514722 * np.array([[-1.0], [0.0], [1.0]])
    low, value, high = amounts_at(told, np.repeat(ends, len(told.words), axis=1))
    assert (value == told.values).all()
    for at, one in enumerate(told.all):
        interval = one.interval
        if one.kind in RATIOS:
            assert low[at] == pytest.approx(max(1.0, interval.low), rel=1e-6)
        elif interval.low > 0.0:
            assert low[at] == pytest.approx(interval.low, rel=1e-6)
        if interval.high < 1.0 or one.kind in RATIOS:
            assert high[at] == pytest.approx(interval.high, rel=1e-6)


def test_without_a_node_of_explanations_nothing_is_explained(knee: kb.Model) -> None:
    assert explained(Network((root_node("fever", [0.9, 0.1]),)), "fever") is None
    assert explained(knee.network, "no node at all") is None
    assert explained(knee.network, "fever") is None
