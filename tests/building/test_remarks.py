"""What a folder says that its network cannot hold is remarked; settings and drafts by hand."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Edit

import kneebayes as kb
from kneebayes.building.draft import Draft, frequency_of, suspects
from kneebayes.building.elicit import _missed, _outside_published, settle, shifted_priors
from kneebayes.building.model import priors_in_settings
from kneebayes.errors import KneebayesError, UnknownNameError
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Interval


def ratio_of(robot: kb.Model, parent: str) -> Any:
    return next(one for one in robot.elicited.stated if one.arrow.parent == parent and one.reached)


@pytest.mark.parametrize(
    ("reached", "kind"),
    [
        (4.1, "arrow too strong"),
        (1.5, "arrow weaker than stated"),
        (0.9, "arrow runs backwards"),
        (0.0, "arrow runs backwards"),
        (2.0, None),
        (4.0, None),
        (2.0 - 1e-9, None),
        (None, None),
    ],
)
def test_a_ratio_that_is_not_met_is_remarked_by_what_is_reached(
    robot: kb.Model, reached: float | None, kind: str | None
) -> None:
    """Outside its interval, and by more than a twentieth in logarithms."""
    year = ratio_of(robot, "model_year")
    value = 2.0 if reached == 2.0 - 1e-9 else 3.0
    one = replace(year, interval=Interval(low=2.0, value=value, high=4.0), reached=reached)
    text = (
        f"model_year (vintage) -> rusty_bolt: {value:.3g} is stated, {reached or 0:.3g} is reached"
    )
    remark = Remark(kind or "", year.arrow.place, f"{text} among those it was stated for.")
    assert list(_missed([year, one])) == ([remark] if kind else [])


def test_near_misses_are_let_pass(robot: kb.Model) -> None:
    year = ratio_of(robot, "model_year")
    for reached, told in ((3.0 * math.exp(0.049), 0), (3.0 * math.exp(0.051), 1)):
        one = replace(year, interval=Interval(low=3.0, value=3.0, high=3.0), reached=reached)
        assert len(list(_missed([one]))) == told


def test_a_frequency_of_cases_never_runs_backwards(knee: kb.Model) -> None:
    """What is no risk ratio is weaker than stated, however small it is."""
    stated = next(one for one in knee.elicited.stated if one.arrow.statement.risk is None)
    one = replace(stated, interval=Interval(low=0.5, value=0.6, high=0.7), reached=0.1)
    assert [remark.kind for remark in _missed([one])] == ["arrow weaker than stated"]


@pytest.mark.parametrize(
    ("published", "told"),
    [((0.3, 0.35), False), ((0.6, 0.7), True), ((0.001, 0.01), True), ((0.2, 0.9), False)],
)
def test_a_word_that_what_was_published_contradicts_is_remarked(
    folder: Path, edit: Edit, published: tuple[float, float], told: bool
) -> None:
    edit("causes/loose_wire.toml", "published = [0.3, 0.35]", f"published = {list(published)}")
    model = kb.load(folder)
    lexicon = model.knowledge.lexicons["plain"]
    word = lexicon.commonness["uncommon"]
    text = (
        f"the word 'uncommon' stands for {word.low:.2%} to {word.high:.2%}, outside the published "
        f"{published[0]:.2%} to {published[1]:.2%}; what was published won."
    )
    remark = Remark("prior outside published range", "causes/loose_wire.toml", text)
    assert list(_outside_published(model.knowledge, lexicon)) == ([remark] if told else [])
    assert (remark in model.elicited.remarks) == told
    for edge, out in (((word.high, 0.99), True), ((0.0001, word.low), True)):
        stated = model.knowledge.causes["loose_wire"].commonness.model_copy(
            update={"published": edge}
        )
        wire = model.knowledge.causes["loose_wire"].model_copy(update={"commonness": stated})
        changed = replace(model.knowledge, causes={"loose_wire": wire})
        assert bool(list(_outside_published(changed, lexicon))) == out


@pytest.mark.parametrize(("often", "told"), [(0.01, True), (0.031, False), (0.5, False)])
def test_a_frequency_below_what_is_there_anyway_is_remarked(
    folder: Path, edit: Edit, often: float, told: bool
) -> None:
    """By more than two in a hundred: overheating, which has a leak of 0.05, after a loose wire."""
    edit(
        "causes/loose_wire.toml",
        'overheating = { how_often = "often",',
        f"overheating = {{ how_often = {often},",
    )
    model = kb.load(folder)
    kinds = [one for one in model.elicited.remarks if one.kind == "frequency below leak"]
    assert kinds == (
        [
            Remark(
                "frequency below leak",
                "causes/loose_wire.toml: shows.overheating",
                f"a stated frequency of {often:.0%} is below the 5% that leak and mediators give "
                "already; its own link is 0.",
            )
        ]
        if told
        else []
    )


# settings


def test_shares_are_multiplied_and_scaled(robot: kb.Model) -> None:
    """Against each other; parts of something else with it unless they are named."""
    own = robot.elicited.priors
    odds = {"rusty_bolt": 3.0, "moon_magnet": 0.5}
    (found,) = shifted_priors(robot.elicited, robot.knowledge, [odds])
    total = sum(own[id].value * odds.get(id, 1.0) for id in own)
    for id, one in own.items():
        factor = odds.get(id, 1.0) / total
        assert (found[id].low, found[id].value, found[id].high) == pytest.approx(
            tuple(min(1.0, end * factor) for end in (one.low, one.value, one.high))
        )
    assert sum(one.value for one in found.values()) == pytest.approx(1.0)
    (same,) = shifted_priors(robot.elicited, robot.knowledge, [{}])
    assert {id: one.value for id, one in same.items()} == pytest.approx(
        {id: one.value for id, one in own.items()}
    )


def test_parts_move_with_something_else_unless_they_are_named(knee: kb.Model) -> None:
    own, parts, rest = knee.elicited.priors, knee.knowledge.parts, knee.knowledge.meta.rest
    first = next(iter(parts))
    (found,) = shifted_priors(knee.elicited, knee.knowledge, [{rest: 2.0, first: 5.0}])
    wanted = {id: own[id].value * (5.0 if id == first else 2.0 if id in parts else 1.0)
              for id in own if id != rest}  # fmt: skip
    total = sum(wanted.values())
    for id, value in wanted.items():
        assert found[id].value == pytest.approx(value / total)
    together = sum(found[id].value for id in parts)
    assert found[rest].value == pytest.approx(together)
    assert found[rest].high / found[rest].value == pytest.approx(own[rest].high / own[rest].value)


@pytest.mark.parametrize("factor", [0.0, -1.0, math.inf, math.nan])
def test_what_shares_are_multiplied_by_is_above_0_and_finite(
    robot: kb.Model, factor: float
) -> None:
    with pytest.raises(KneebayesError, match=r"must be above 0 and finite, got \{'rusty_bolt'"):
        shifted_priors(robot.elicited, robot.knowledge, [{"rusty_bolt": factor}])


def test_a_setting_fits_the_table_and_leaves_all_else(robot: kb.Model) -> None:
    shifts: list[dict[str, float]] = [{"moon_magnet": 4.0}, {}]
    far, same = settle(robot.elicited, robot.knowledge, shifts)
    assert far.priors == shifted_priors(robot.elicited, robot.knowledge, shifts)[0]
    for settled in (far, same):
        network = settled.network
        seen = {node.id for node in network.nodes if node == robot.network[node.id]}
        assert set(network.index) - seen <= {"explanation"}
        table = network.table_of(network["explanation"])
        years = network.table_of(network["model_year"])
        for at, cause in enumerate(network["explanation"].states):
            assert years @ table[:, at] == pytest.approx(settled.priors[cause].value, abs=1e-9)
        for one, before in zip(settled.stated, robot.elicited.stated, strict=True):
            if one.arrow.parent == "model_year":
                assert one.link == table[0, 0]
            else:
                assert one is before
    assert same.network.table_of(same.network["explanation"]) == pytest.approx(
        robot.network.table_of(robot.network["explanation"]), abs=1e-7
    )


def test_priors_in_settings_are_those_of_models_there(pump: kb.Model) -> None:
    names = list(pump.knowledge.settings)
    assert names
    found = priors_in_settings(pump, names)
    for name in names:
        there = pump.in_setting(pump.knowledge.settings[name].label.upper())
        assert there.data.setting == name
        assert there.elicited.priors == found[name]
        assert there.in_setting(name).elicited.priors == found[name]  # from the priors as stated
        assert priors_in_settings(there, [name])[name] == found[name]


def test_settings_of_two_readings_do_not_stand_in_for_each_other(pump: kb.Model) -> None:
    """Kept ones are of the same reading and the same shifts."""
    (name,) = pump.knowledge.settings
    other = next(one for one in pump.knowledge.lexicons if one != pump.data.lexicon)
    readings = [pump, pump.with_lexicon(other)]
    settled = [model.in_setting(name).elicited for model in readings]
    for model, elicited in zip(readings, settled, strict=True):
        assert elicited.priors == priors_in_settings(model, [name])[name]
        assert model.in_setting(name).elicited is elicited
    assert settled[0].priors != settled[1].priors


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda m: m.in_setting("moon"), "No setting 'moon'. The folder has none."),
        (lambda m: m.with_lexicon("moon"), "No lexicon 'moon'. There are: "),
        (lambda m: m.in_layer("moon"), "No layer 'moon'. There are: article, literature, beyond."),
    ],
)
def test_readings_that_a_folder_does_not_have(robot: kb.Model, ask: Any, message: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(robot)
    assert message in str(caught.value)
    assert caught.value.name == "moon"


def test_settings_that_a_folder_has_are_told(pump: kb.Model) -> None:
    with pytest.raises(UnknownNameError) as caught:
        pump.in_setting("nowhere")
    names = ", ".join(pump.knowledge.settings)
    assert f"No setting 'nowhere'. There are: {names}." in str(caught.value)


# drafts


def test_how_often_follows_from_odds_and_a_ratio() -> None:
    ratios = np.array([0.5, 1.0, 3.0, 1e30])
    found = frequency_of(ratios, 0.25)
    assert found[:3] == pytest.approx([0.125 / 1.125, 0.2, 0.75 / 1.75])
    assert found[3] == 0.98  # nothing follows for certain from a ratio
    assert frequency_of(np.array([2.0, 3.0]), np.array([1.0, 0.5])) == pytest.approx([2 / 3, 0.6])


def test_what_suspects_have() -> None:
    assert suspects(["fever", "age.older"]) == {"fever": "present", "age": "older"}
    assert suspects([]) == {}


def test_nothing_brings_a_cause_that_others_do_not(knee: kb.Model) -> None:
    """Of an explanation and two causes that are there by cell, in one row and in two."""
    own = knee.knowledge
    draft = Draft(own, own.lexicons[knee.elicited.lexicon])
    explains = draft.explanations[1]
    counts = np.ones((1, len(draft.explanations)))
    brought = {"a": np.array([[[0.5]], [[0.25]]]), "b": np.ones((2, 1, 1))}
    links = {"a": np.array([0.5, 1.0]), "b": np.array([0.5, 0.0]), "c": np.array([1.0, 1.0])}
    links[explains] = np.array([0.9, 0.6])
    right = np.repeat([[[0.75 * 0.5]], [[0.75]]], len(draft.explanations), axis=2)
    right[:, 0, 1] *= [0.1, 0.4]
    assert draft.nothing_brings(links, counts, brought) == pytest.approx(right)
    assert draft.nothing_brings(links, counts * 0.0, {}) == pytest.approx(np.ones_like(right))


def test_what_is_known_of_cells_by_age(knee: kb.Model) -> None:
    """Averaged over sex, by how frequent the sexes are; rates by age are those of its cells."""
    own = knee.knowledge
    draft = Draft(own, own.lexicons[knee.elicited.lexicon])
    sizes = [len(own.contexts[id].states) for id in draft.scales]
    assert draft.by_age == max(draft.scales, key=lambda id: len(own.contexts[id].states))
    axis = draft.scales.index(draft.by_age)
    rng = np.random.default_rng(1)
    cells = rng.random((3, math.prod(sizes)))
    ages, found = draft.by_age_of(cells)
    assert ages.tolist() == [state.share for state in own.contexts[draft.by_age].states]
    right = cells.reshape(3, *sizes)
    for at in reversed(range(len(sizes))):
        if at != axis:
            shares = np.array([state.share for state in own.contexts[draft.scales[at]].states])
            right = np.tensordot(right, shares, axes=([at + 1], [0]))
    assert found == pytest.approx(right)
    rates = rng.random((3, sizes[axis]))
    spread = draft.by_cell(rates)
    assert spread.shape == (3, math.prod(sizes), 1)
    where = np.indices(sizes)[axis].ravel()
    assert spread[:, :, 0] == pytest.approx(rates[:, where])
    assert draft.ages == tuple(state.id for state in own.contexts[draft.by_age].states)


def test_leaks_that_were_solved_are_as_sure_as_their_specificity(knee: kb.Model) -> None:
    own = knee.knowledge
    draft = Draft(own, own.lexicons[knee.elicited.lexicon])
    measured = [one for one in own.findings.values() if one.specificity is not None]
    assert measured
    draft.take_leaks({one.id: 0.04 for one in measured})
    for one in measured:
        said = draft._frequency(one.specificity)
        ends = [(1 - end) / (1 - said.value) * 0.04 for end in (said.high, said.low)]
        told = draft.leaks[one.id]
        assert (told.low, told.value, told.high) == pytest.approx(
            (ends[0], 0.04, min(1.0, ends[1]))
        )
    plain = next(one.id for one in own.findings.values() if one.specificity is None)
    draft.take_leaks({plain: 0.3})
    told = draft.leaks[plain]
    assert (told.low, told.value, told.high) == (0.3, 0.3, 0.3)


def test_specificities_are_those_of_the_folder(knee: kb.Model) -> None:
    own = knee.knowledge
    draft = Draft(own, own.lexicons[knee.elicited.lexicon])
    by_id = {one.finding: one for one in draft.specificities}
    measured = {one.id for one in own.findings.values() if one.specificity is not None}
    assert set(by_id) == measured
    for id, one in by_id.items():
        record = own.findings[id]
        assert one.against == tuple(own.there[each] for each in record.against if each in own.there)
        assert one.among == suspects(record.among)
        assert one.place == own.place(id)
