"""Settings: named shifts of the priors, read with care."""

from pathlib import Path

import numpy as np
import pytest
from conftest import Edit

import kneebayes as kb
from kneebayes.building.elicit import settle, shifted_priors
from kneebayes.building.result import number_of
from kneebayes.inference.batch import numbers_of
from kneebayes.knowledge.records import odds_by_cause

GARAGE = """[garage]
label = "garage"
about = "Robots that are brought in."

[garage.shifts]
wear = { odds = 2.0, because = "assumed: worn robots are brought in" }
moon_magnet = { odds = 0.5, because = "C03" }
"""


@pytest.fixture
def garage(folder: Path, edit: Edit) -> kb.Model:
    edit("settings.toml", None, GARAGE)
    return kb.load(folder)


def test_a_folder_may_leave_settings_out(robot: kb.Model) -> None:
    assert robot.settings == ()
    with pytest.raises(kb.UnknownNameError, match=r"No setting 'garage'\. The folder has none\."):
        robot.in_setting("garage")


def test_shares_are_multiplied_and_hold(garage: kb.Model) -> None:
    placed = garage.in_setting("Garage")
    assert placed.setting == "garage"
    shifts = {"rusty_bolt": 2.0, "loose_wire": 2.0, "moon_magnet": 0.5}
    assert odds_by_cause(garage.settings[0], garage.knowledge.groups) == shifts
    multiplied = {
        id: prior.value * shifts.get(id, 1.0) for id, prior in garage.elicited.priors.items()
    }
    for id, share in multiplied.items():
        after = placed.elicited.priors[id]
        assert after.value == pytest.approx(share / sum(multiplied.values()), rel=1e-9)
        assert placed.diagnose()[id] == pytest.approx(after.value, abs=1e-9)


@pytest.mark.parametrize("name", ["general_practice", "sports_clinic", "emergency"])
def test_every_setting_of_the_article_holds(knee: kb.Model, name: str) -> None:
    placed = knee.in_setting(name)
    dx = placed.diagnose()
    for id in placed.knowledge.causes:
        assert dx[id] == pytest.approx(placed.elicited.priors[id].value, abs=1e-9)
    assert f"setting: {name}" in dx.text
    assert f"setting '{name}'" in repr(placed)
    told = dx.robustness(draws=40, spread=0.3)
    assert (told.table["low"] <= told.table["posterior"]).all()


def test_no_shift_at_all_leaves_the_model_as_it_is(knee: kb.Model) -> None:
    same, shifted = settle(knee.elicited, knee.knowledge, [{}, {"bakers_cyst": 3.0}])
    assert shifted.priors["bakers_cyst"].value > knee.elicited.priors["bakers_cyst"].value
    for id, prior in knee.elicited.priors.items():
        assert same.priors[id].value == pytest.approx(prior.value, rel=1e-9)
    for node in knee.network.nodes:
        for link, other in zip(node.links, same.network[node.id].links, strict=True):
            assert other.strength == pytest.approx(link.strength, abs=1e-9)


def test_settings_that_are_fitted_side_by_side_come_out_as_each_does_alone(knee: kb.Model) -> None:
    names = list(knee.knowledge.settings)
    shifts = [odds_by_cause(knee.knowledge.settings[id], knee.knowledge.groups) for id in names]
    together = settle(knee.elicited, knee.knowledge, shifts)
    for odds, made in zip(shifts[:3], together, strict=False):
        (alone,) = settle(knee.elicited, knee.knowledge, [odds])
        found, wanted = numbers_of(made.network), numbers_of(alone.network)
        np.testing.assert_allclose(found, wanted, rtol=0.0, atol=1e-14)
        assert [one.link for one in made.stated] == pytest.approx(
            [number_of(made.network, one.arrow) for one in made.stated], abs=0.0
        )


def test_lexicon_and_setting_go_together(knee: kb.Model) -> None:
    one = knee.in_setting("emergency").with_lexicon("lay")
    other = knee.with_lexicon("lay").in_setting("emergency")
    assert one.reading == other.reading == "lexicon: lay, setting: emergency"
    assert one.diagnose()["DVT"] == pytest.approx(other.diagnose()["DVT"], abs=1e-9)
    moved = knee.in_setting("sports_clinic").in_setting("emergency")
    assert moved.diagnose()["DVT"] == pytest.approx(
        knee.in_setting("emergency").diagnose()["DVT"], abs=1e-9
    )


def test_words_moved_a_little_stay_near_the_setting(knee: kb.Model) -> None:
    """Links solved from evoking strengths are not solved anew for other patients."""
    dx = knee.in_setting("emergency").diagnose({"lump behind the knee": True})
    told = dx.robustness(draws=5, spread=1e-6)
    for id, posterior in dx.belief.posteriors.items():
        assert told.draws[id].tolist() == pytest.approx([posterior] * 5, rel=0.02)


def test_every_shift_says_where_it_comes_from(knee: kb.Model) -> None:
    for setting in knee.settings:
        for shift in setting.shifts.values():
            assert shift.because


@pytest.mark.parametrize(
    ("old", "new", "place", "wrong"),
    [
        ("moon_magnet = {", "moon_magnt = {", "shifts.moon_magnt", "is not a cause or group"),
        ('"C03" }', '"C99" }', "shifts[moon_magnet].because", "neither a claim nor a reference"),
        ("odds = 0.5", "odds = 0.0", "shifts.moon_magnet.odds", "must be at least 0.001"),
        ("odds = 0.5", "odds = nan", "shifts.moon_magnet.odds", "nan is not a number"),
        ('"C03" }', '"C03", why = 1 }', "shifts.moon_magnet.why", "is not a field here"),
        ("odds = 2.0, ", "", "shifts.wear.odds", "the field is missing"),
        ("moon_magnet = {", "anything = {", "shifts.anything", "is shifted by 'wear' too"),
    ],
)
def test_a_fault_is_told_with_its_place(
    folder: Path, edit: Edit, old: str, new: str, place: str, wrong: str
) -> None:
    assert GARAGE.count(old) == 1
    edit("settings.toml", None, GARAGE.replace(old, new))
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(folder)
    assert "settings.toml: garage" in str(caught.value)
    assert wrong in str(caught.value)
    assert place.rsplit(".", maxsplit=1)[-1].split("[", maxsplit=1)[0] in str(caught.value)


def test_an_unknown_setting_is_refused(knee: kb.Model) -> None:
    with pytest.raises(
        kb.UnknownNameError, match=r"No setting 'ward'\. There are: general_practice"
    ):
        knee.in_setting("ward")


def test_a_setting_shifts_the_parts_of_something_else_in_every_layer(knee: kb.Model) -> None:
    """What is named in one layer and lumped in the other is as probable in both."""
    answers = {"claudication": True, "age": "adolescent"}
    lumped = set(knee.knowledge.causes) - {knee.knowledge.meta.rest}
    setting = knee.settings[-1].id
    named = kb.load(layer="beyond").in_setting(setting).diagnose(answers).ranking
    rest = named[~named["id"].isin(lumped)]["posterior"].sum()
    together = knee.in_setting(setting).diagnose(answers)
    assert together[knee.knowledge.meta.rest] == pytest.approx(rest, abs=1e-9)


@pytest.mark.parametrize(
    "odds",
    [
        {"something_else": 3.0},  # which shifts its parts, as a group does its members
        {"something_else": 3.0, "ganglion": 0.5, "gout": 2.0},
        {"ganglion": 4.0},
        {"gout": 4.0},
    ],
    ids=str,
)
def test_a_part_that_a_setting_does_not_name_is_shifted_as_something_else(
    knee: kb.Model, odds: dict[str, float]
) -> None:
    layers = (knee.data, kb.load(layer="beyond").data)
    lumped, named = (shifted_priors(one.elicited, one.knowledge, [odds])[0] for one in layers)
    for id in knee.knowledge.diseases.keys() & named.keys() - {"something_else"}:
        assert lumped[id].value == pytest.approx(named[id].value, rel=1e-9)
    stated = knee.data.elicited.priors
    times = {id: lumped[id].value / stated[id].value for id in ("hip_disease", "fracture")}
    assert times["hip_disease"] / times["fracture"] == pytest.approx(odds.get("something_else", 1))
