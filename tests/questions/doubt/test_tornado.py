"""Bars of a tornado are posteriors of networks that were made with the words moved."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from building.test_restating import reworded

import kneebayes as kb
from kneebayes.building import elicit
from kneebayes.inference import Engine
from kneebayes.questions.doubt.tornado import Tornado

PATIENT = {"lump behind the knee": True, "stiffness": True, "age": "older"}


@pytest.fixture(scope="module")
def dx(knee: kb.Model) -> kb.Differential:
    return knee.diagnose(PATIENT)


@pytest.fixture(scope="module")
def tornado(dx: kb.Differential) -> Callable[[str], Tornado]:
    """The tornado of a Baker's cyst over something, made once for all tests."""
    return cache(lambda over: dx.tornado("Baker's cyst", over))


@pytest.mark.parametrize("over", ["numbers", "words", "claims"])
def test_bars_are_sorted_by_how_far_they_reach(
    dx: kb.Differential, tornado: Callable[[str], Tornado], over: str
) -> None:
    told = tornado(over)
    assert told.posterior == pytest.approx(dx["Baker's cyst"], abs=1e-12)
    assert told.table["reach"].is_monotonic_decreasing
    ends = told.table[["at_low", "at_high", "unsaid"]].to_numpy()
    assert ((ends >= 0) & (ends <= 1) | np.isnan(ends)).all()
    assert (told.table["unsaid"].isna()).all() == (over != "claims")


@pytest.mark.parametrize("end", ["low", "high"])
def test_a_word_at_its_end_is_the_network_of_such_a_lexicon(
    knee: kb.Model, dx: kb.Differential, tornado: Callable[[str], Tornado], end: str
) -> None:
    """What was fitted for all words together, such as silent rates, stays as it was in a bar."""
    bars = [bar for bar in tornado("words").bars if ": " in bar.id][:1]
    lexicon = knee.knowledge.lexicons["article"]
    for bar in bars:
        direction, name = bar.id.split(": ")
        value = getattr(getattr(lexicon, direction)[name], end)
        other = elicit(knee.knowledge, reworded(lexicon, {bar.id: value}))
        found = Engine(other.network).propagate(dx.case.evidence, ["bakers_cyst"])
        wanted = found.present("bakers_cyst")
        assert getattr(bar, f"at_{end}") == pytest.approx(wanted, abs=0.01)


def test_the_prior_of_a_cause_moves_it_up(
    dx: kb.Differential, tornado: Callable[[str], Tornado]
) -> None:
    bars = {bar.about: bar for bar in tornado("numbers").bars}
    bar = bars["how common Baker's cyst is"]
    assert bar.at_low < dx["Baker's cyst"] < bar.at_high
    assert bar.statements == 1


def test_a_claim_moves_all_its_statements(knee: kb.Model, dx: kb.Differential) -> None:
    bars = {bar.id: bar for bar in dx.tornado("liposarcoma", "claims").bars}
    claimed = [cause for cause in knee.causes if "C87" in cause.commonness.because]
    assert bars["C87"].statements >= len(claimed) > 1
    assert "'rare'" in bars["C87"].said


@pytest.fixture(scope="module")
def swollen(knee: kb.Model) -> tuple[kb.Differential, Tornado]:
    """Another patient, and the tornado of a Baker's cyst over claims."""
    dx = knee.diagnose({"swollen knee": True, "lump behind the knee": True})
    return dx, dx.tornado("Baker's cyst", "claims")


@pytest.mark.parametrize(("claim", "finding"), [("C52", "effusion"), ("C48", "lump_behind_knee")])
def test_a_claim_unsaid_is_a_folder_without_its_statement(
    knee: kb.Model, swollen: tuple[kb.Differential, Tornado], claim: str, finding: str
) -> None:
    """One claim gives a frequency, the other an evoking strength; nothing else rests on it."""
    dx, tornado = swollen
    cyst = knee.knowledge.causes["bakers_cyst"]
    without = {
        field: {id: one for id, one in getattr(cyst, field).items() if claim not in one.because}
        for field in ("shows", "evoked_by")
    }
    assert finding not in {**without["shows"], **without["evoked_by"]} or claim == "C48"
    causes = {**knee.knowledge.causes, "bakers_cyst": cyst.model_copy(update=without)}
    knowledge = replace(knee.knowledge, causes=causes)
    other = elicit(knowledge, knowledge.lexicons["article"])
    told = Engine(other.network).propagate(dx.case.evidence, ["bakers_cyst"]).present("bakers_cyst")
    bars = {bar.id: bar for bar in tornado.bars}
    assert bars[claim].unsaid == pytest.approx(told, abs=0.01)
    assert told != pytest.approx(dx["Baker's cyst"], abs=1e-4)


def test_left_out_the_most_probable_cause_is_asked(pump: kb.Model) -> None:
    dx = pump.diagnose({"squealing": True})
    assert dx.tornado().cause == dx.ranking["id"].iloc[0]


def test_priors_that_cannot_hold_are_told_as_such(robot: kb.Model) -> None:
    told = robot.diagnose({"squeak": True}).tornado("rusty bolt", "claims")
    assert len(told.bars) > 0
    for bar in told.bars:
        assert bar.reach(told.posterior) >= 0.0


def test_numbers_are_written_as_people_do(knee: kb.Model) -> None:
    beyond = knee.in_layer("beyond").diagnose({"leg swelling": True}).tornado("gout")
    said = [*beyond.table["said"], *knee.diagnose().tornado("osteosarcoma", "claims").table["said"]]
    assert [one for one in said if re.search(r"\de[+-]?\d", one)] == []
    assert any(re.match(r"\d{3} to \d{3}, ", one) for one in said)


def test_over_something_else_is_refused(dx: kb.Differential) -> None:
    with pytest.raises(kb.KneebayesError, match="'over' must be 'numbers', 'words' or 'claims'"):
        dx.tornado("DVT", "sentences")
