"""What is drawn: every number that the folder states, each where the network holds it."""

from collections import Counter

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.quantities import amounts_at, quantities_of


@pytest.mark.parametrize("which", ["knee", "robot"])
def test_every_stated_number_is_drawn(which: str, request: pytest.FixtureRequest) -> None:
    model: kb.Model = request.getfixturevalue(which)
    known = model.knowledge
    found = Counter(one.kind for one in quantities_of(known, model.elicited, model.engine).all)
    contexts = known.contexts.values()
    assert found["prior"] == len(known.causes)
    assert found["share"] == sum(one.share is not None for one in contexts)
    assert found["leak"] == len(known.mediators) + len(known.findings) + sum(
        one.leak is not None for one in contexts
    )
    assert found["evoking"] == sum(len(one.evoked_by) for one in known.causes.values())
    arrows = [one.arrow.statement for one in model.elicited.stated]
    assert found["risk"] + found["scale"] == sum(one.risk is not None for one in arrows)
    assert found["frequency"] == sum(one.how_often is not None for one in arrows)


def test_a_stated_leak_is_the_number_of_its_node(knee: kb.Model) -> None:
    told = quantities_of(knee.knowledge, knee.elicited, knee.engine)
    leaks = [one for one in told.all if one.kind == "leak"]
    assert len(leaks) > 90
    for one in leaks:
        assert knee.engine.numbers[0, one.place] == knee.network[one.node].leak


def test_an_interval_is_the_central_nine_tenths(knee: kb.Model) -> None:
    """Its ends are the quantiles 5 % and 95 %, its value the median; without a move the value."""
    told = quantities_of(knee.knowledge, knee.elicited, knee.engine)
    ends = 1.6448536269514722 * np.array([[-1.0], [0.0], [1.0]])
    low, value, high = amounts_at(told, np.repeat(ends, len(told.words), axis=1))
    assert (value == told.values).all()
    for at, one in enumerate(told.all):
        interval = one.interval
        if one.kind in ("risk", "scale"):
            assert low[at] == pytest.approx(max(1.0, interval.low), rel=1e-6)
        elif interval.low > 0.0:
            assert low[at] == pytest.approx(interval.low, rel=1e-6)
        if interval.high < 1.0 or one.kind in ("risk", "scale"):
            assert high[at] == pytest.approx(interval.high, rel=1e-6)
