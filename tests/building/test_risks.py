"""A stated ratio of a risk holds for having a cause and for its being to blame."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kneebayes.building import elicit
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge import Knowledge, read_knowledge
from kneebayes.knowledge.statements import Presence, Statement

DATA = Path(__file__).parents[1] / "data"
WHY = ("assumed: made up for a test",)
FOLDERS = {"tiny": ("rusty_bolt", "rain", 0.6), "pump": ("dry_bearing", "fallen_leaves", 0.25)}


def with_risk(name: str, risk: float, silent: Mapping[str, Statement] | None = None) -> Knowledge:
    """A small folder whose cause is often silent, and of which a context is a risk."""
    knowledge = read_knowledge(DATA / name)
    id, context, share = FOLDERS[name]
    cause = knowledge.causes[id].model_copy(
        update={
            "present_in": Presence(share=share, because=WHY),
            "raised_by": {context: Statement(risk=risk, because=WHY)},
            "shows_silent": dict(silent or {}),
        }
    )
    return replace(knowledge, causes={**knowledge.causes, id: cause})


def odds_ratio(engine: Engine, node: str, context: str, complaint: str) -> float:
    """Odds of a node where a context is present over those where it is absent."""
    network = engine.network
    odds = []
    for state in ("present", "absent"):
        people = Evidence.of(network, {complaint: "present", context: state})
        found = engine.posterior(Evidence.of(network, {node: "present"}), people)
        odds.append(found / (1.0 - found))
    return odds[0] / odds[1]


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("risk", [1.5, 3.0])
def test_a_risk_raises_what_is_there_and_what_is_to_blame(name: str, risk: float) -> None:
    knowledge = with_risk(name, risk)
    id, context, share = FOLDERS[name]
    made = elicit(knowledge, knowledge.lexicons[knowledge.meta.lexicon])
    engine, complaint = Engine(made.network), knowledge.meta.complaint
    there = knowledge.there[id]
    for node in (id, there):
        ratio = odds_ratio(engine, node, context, complaint)
        assert ratio == pytest.approx(risk, rel=0.01), node
    everybody = Evidence.of(made.network, {complaint: "present"})
    found = engine.posterior(Evidence.of(made.network, {there: "present"}), everybody)
    assert found == pytest.approx(share, abs=1e-9)
    explains = engine.posterior(Evidence.of(made.network, {id: "present"}), everybody)
    assert explains == pytest.approx(made.priors[id].value, abs=1e-9)


def test_what_is_said_of_silent_ones_is_not_said_again() -> None:
    id, context, _ = FOLDERS["pump"]
    stated = {context: Statement(how_often=0.35, because=WHY)}
    knowledge = with_risk("pump", 3.0, stated)
    there = knowledge.there[id]
    arrows = [one for one in knowledge.arrows() if (one.parent, one.child) == (there, context)]
    assert [one.statement.how_often for one in arrows] == [0.35]
