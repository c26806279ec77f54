"""What the shipped folder states is what its network gives, by every lexicon and in every layer."""

import tomllib
from functools import cache
from typing import get_args

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building.draft import Draft
from kneebayes.building.words import amount_interval, prior_intervals
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge, read_knowledge
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.folder import shipped_folder
from kneebayes.knowledge.statements import Layer
from kneebayes.network import Numbers

LEXICONS = tuple(tomllib.loads((shipped_folder() / "lexicons.toml").read_text(encoding="utf-8")))
LAYERS: tuple[Layer, ...] = get_args(Layer)
ALLOWED = 0.02  # how far an evoking strength may be missed without a remark


@cache
def folder(layer: Layer) -> Knowledge:
    return read_knowledge(shipped_folder(), layer)


def complaint_of(model: kb.Model) -> Evidence:
    return Evidence.of(model.network, {model.knowledge.meta.complaint: "present"})


def explained(fitting_cells: Numbers, table: Numbers) -> Numbers:
    return np.asarray(fitting_cells @ table.reshape(len(fitting_cells), -1))


def test_there_are_several_lexicons() -> None:
    assert len(LEXICONS) > 1
    assert tuple(folder("article").lexicons) == LEXICONS


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("lexicon", LEXICONS)
def test_shares_add_up_to_one_and_the_table_meets_each(layer: Layer, lexicon: str) -> None:
    knowledge = folder(layer)
    draft = Draft(knowledge, knowledge.lexicons[lexicon])
    priors = prior_intervals(knowledge, draft.lexicon)
    assert sum(priors[id].value for id in knowledge.causes) == pytest.approx(1.0, abs=1e-12)
    assert all(0.0 < one.low <= one.value <= one.high < 1.0 for one in priors.values())
    shares = np.array([[priors[id].value for id in draft.explanations]])
    fitting, ratios = draft.shares()
    table = fitting.fit(shares / shares.sum(), ratios[None])[0]
    assert table.sum(axis=-1) == pytest.approx(1.0, abs=1e-12)
    reached = explained(fitting.cells, table)
    assert reached == pytest.approx(shares[0], abs=1e-9)


def test_the_network_explains_and_is_there_as_stated(knee: kb.Model) -> None:
    knowledge, priors = knee.knowledge, knee.elicited.priors
    presences, there = knee.elicited.presences, knowledge.there
    asked = [*knowledge.diseases, *(there[cause] for cause in knowledge.diseases)]
    found = knee.engine.propagate(complaint_of(knee), asked)
    for cause, share in priors.items():
        assert found.present(cause) == pytest.approx(share.value, abs=1e-9), cause
    assert sum(found.present(cause) for cause in knowledge.causes) == pytest.approx(1.0, abs=1e-9)
    assert presences
    for cause, presence in presences.items():
        rates = [
            number
            for link in knee.network[there[cause]].links
            if link.parent in knee.network[EXPLANATION].parents
            for number in link.strength
        ]
        present = found.present(there[cause])
        if max(rates, default=0.0) > 0.0:
            assert present == pytest.approx(presence.value, abs=1e-9), cause
        else:
            assert present > presence.value - 1e-9, cause
    for cause in knowledge.diseases:
        assert found.present(there[cause]) > found.present(cause) - 1e-12


def test_a_cause_that_explains_is_there_and_no_other_explains(knee: kb.Model) -> None:
    there = knee.knowledge.there
    for cause in knee.knowledge.causes:
        seen = complaint_of(knee).plus(Evidence.of(knee.network, {cause: "present"}))
        others = [id for id in knee.knowledge.causes if id != cause]
        found = knee.engine.propagate(seen, [*others, there[cause]])
        assert found.present(there[cause]) == pytest.approx(1.0, abs=1e-12)
        assert max(found.present(id) for id in others) < 1e-12


def test_findings_are_independent_of_age_given_all_that_raises_them(knee: kb.Model) -> None:
    """D-separation: what the explanation and all that is there say, age adds nothing to."""
    network = knee.network
    ages = network[EXPLANATION].parents
    leaf = next(
        node
        for node in network.nodes
        if node.parents and not set(node.parents) & set(ages) and node.id in knee.knowledge.findings
    )
    cause = next(iter(knee.knowledge.causes))
    known = {id: network[id].states[0] for id in leaf.parents} | {EXPLANATION: cause}
    chances = []
    for age in network[ages[0]].states:
        seen = Evidence.of(network, {**known, ages[0]: age})
        chances.append(knee.engine.propagate(seen, [leaf.id]).present(leaf.id))
    assert max(chances) - min(chances) < 1e-12
    free = [
        knee.engine.propagate(Evidence.of(network, {ages[0]: age}), [cause]).present(cause)
        for age in network[ages[0]].states
    ]
    assert max(free) - min(free) > 1e-6


def test_evoking_strengths_are_met_or_remarked(knee: kb.Model) -> None:
    knowledge = knee.knowledge
    lexicon = knowledge.lexicons[knee.elicited.lexicon]
    remarked = {one.place for one in knee.elicited.remarks}
    states = knee.network[EXPLANATION].states
    for cause in knee.causes:
        for finding, said in cause.evoked_by.items():
            seen = complaint_of(knee).plus(Evidence.of(knee.network, {finding: "present"}))
            found = knee.engine.propagate(seen, [cause.id]).present(cause.id)
            target = amount_interval(said.evokes, "evoking", lexicon).value
            strengths = {one.parent: one.strength for one in knee.network[finding].links}
            link = strengths[EXPLANATION][states.index(cause.id)]
            low, high = said.between
            assert low <= link <= high
            if low < link < high:
                assert found == pytest.approx(target, abs=1e-9)
            place = f"causes/{cause.id}.toml: evoked_by.{finding}"
            assert (place in remarked) == (abs(found - target) > ALLOWED)
