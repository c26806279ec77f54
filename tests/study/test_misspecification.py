"""Worlds that are not as the model thinks."""

import pytest

import kneebayes as kb
from kneebayes.cohort import Recording
from kneebayes.study import Misspecification, World, worlds_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def worlds(knee: kb.Model) -> tuple[World, ...]:
    return worlds_of(knee)


@pytest.fixture(scope="module")
def studied(knee: kb.Model, worlds: tuple[World, ...]) -> Misspecification:
    asked = ("as the model thinks", "setting: hospital", "15% of answers wrong")
    return knee.misspecify(900, [one for one in worlds if one.name in asked], seed=2)


def test_worlds_differ_in_one_thing_each(knee: kb.Model, worlds: tuple[World, ...]) -> None:
    assert worlds[0].model is knee
    assert len({one.name for one in worlds}) == len(worlds)
    for one in worlds[1:]:
        others = [one.model is not knee, one.recording != worlds[0].recording]
        assert sum(others) == 1, one.name
    lexicons = {one.model.elicited.lexicon for one in worlds}
    settings = {one.model.setting for one in worlds}
    assert lexicons == set(knee.lexicons)
    assert settings == {None, *(one.id for one in knee.settings)}


def test_nothing_is_lost_in_its_own_world(studied: Misspecification) -> None:
    row = studied.table.iloc[0]
    assert row["regret"] == row["regret_low"] == row["regret_high"] == 0.0
    assert row["calibration_error"] <= row["calibration_limit"]


def test_patients_of_another_place_cost_and_wrong_answers_show(studied: Misspecification) -> None:
    rows = studied.table.set_index("world")
    assert rows["regret_low"]["setting: hospital"] > 0.0
    wrong, own = rows.loc["15% of answers wrong"], rows.loc["as the model thinks"]
    assert wrong["calibration_error"] > wrong["calibration_limit"]
    assert wrong["log_score"] > own["log_score"]


def test_it_shows_itself_and_draws(studied: Misspecification) -> None:
    assert repr(studied).startswith("Misspecification(3 worlds, 900 patients each: largest regret")
    for part in ("setting: hospital", "none: the same model", "never medical advice"):
        assert part in studied.text
        assert part in studied.html
    assert len(studied.draw().get_yticks()) == 3


def test_a_world_of_ones_own(robot: kb.Model) -> None:
    mine = World("nothing is asked", robot, Recording(0.0, 0.0, 0.0, 0.0, 0.0))
    told = robot.misspecify(50, [mine])
    row = told.table.iloc[0]
    assert row["log_score"] == pytest.approx(row["prior_log_score"])
