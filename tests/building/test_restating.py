"""Networks made for many readings of the words at once are those made one by one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building import Elicited, elicit
from kneebayes.building.quantities import RATIOS, Quantities, amounts_at, quantities_of
from kneebayes.building.restating import Restating
from kneebayes.inference import Engine, Evidence, numbers_of
from kneebayes.knowledge import Knowledge, read_knowledge
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.records import Cause
from kneebayes.knowledge.statements import Lexicon, Presence, Statement, Wording
from kneebayes.network import Numbers

DATA = Path(__file__).parents[1] / "data"
FOLDERS = ("tiny", "pump")
WHY = ("assumed: made up for a test",)


def without_ratios_of_contexts(knowledge: Knowledge) -> Knowledge:
    """The folder with no other ratios than those of contexts with states.

    A ratio of how often a context is found is held among people whom the whole network
    describes. A model solves for that; other readings of its words keep the odds of the model.
    """
    causes = {id: _with_scales_alone(knowledge, cause) for id, cause in knowledge.causes.items()}
    return replace(knowledge, causes=causes)


def _with_scales_alone(knowledge: Knowledge, cause: Cause) -> Cause:
    raised = {
        parent: said for parent, said in cause.raised_by.items() if not isinstance(said, Statement)
    }
    return cause.model_copy(update={"raised_by": raised})


def with_silent(knowledge: Knowledge, cause: str, share: float) -> Knowledge:
    """The folder with a cause that is there more often than it explains."""
    record = knowledge.causes[cause]
    others = {*record.shows, *record.evoked_by, knowledge.meta.complaint}
    finding = next(id for id in knowledge.findings if id not in others)
    silent = {
        "present_in": Presence(share=share, because=WHY),
        "shows_silent": {finding: Statement(how_often=0.2, because=WHY)},
    }
    causes = {**knowledge.causes, cause: record.model_copy(update=silent)}
    return replace(knowledge, causes=causes)


def with_brought(knowledge: Knowledge, cause: str, by: str, how_often: float) -> Knowledge:
    """The folder with a cause that brings another one along."""
    record = knowledge.causes[by]
    shows = {**record.shows, cause: Statement(how_often=how_often, because=WHY)}
    causes = {**knowledge.causes, by: record.model_copy(update={"shows": shows})}
    return replace(knowledge, causes=causes)


SILENT = {"tiny": ("loose_wire", "rusty_bolt", 0.5), "pump": ("dry_bearing", "jammed_rotor", 0.2)}


@pytest.fixture(scope="module", params=[*FOLDERS, "tiny, silent", "pump, silent"])
def plain(request: pytest.FixtureRequest) -> Knowledge:
    """A small folder in which restating is exact."""
    name, _, silent = request.param.partition(", ")
    knowledge = without_ratios_of_contexts(read_knowledge(DATA / name))
    cause, _, share = SILENT[name]
    return with_silent(knowledge, cause, share) if silent else knowledge


class Reading:
    """A folder made into a network, with what restates it."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or knowledge.lexicons[knowledge.meta.lexicon]
        lexicons = {**knowledge.lexicons, self.lexicon.id: self.lexicon}
        self.knowledge = knowledge = replace(knowledge, lexicons=lexicons)
        self.elicited: Elicited = elicit(knowledge, self.lexicon)
        self.engine = Engine(self.elicited.network)
        self.quantities: Quantities = quantities_of(knowledge, self.elicited, self.engine)

    def restate(self, amounts: Numbers) -> Numbers:
        asked = [*self.knowledge.findings, *self.knowledge.contexts]
        return Restating(
            self.engine, self.knowledge, self.quantities, self.lexicon.id, asked
        ).restate(amounts)


def reworded(lexicon: Lexicon, values: Mapping[str, float]) -> Lexicon:
    """The lexicon with other values for some words, named ``direction: word``."""
    changed: dict[str, dict[str, Wording]] = {}
    for name, value in values.items():
        direction, word = name.split(": ")
        words = changed.setdefault(direction, dict(getattr(lexicon, direction)))
        low, high = min(value, words[word].low), max(value, words[word].high)
        words[word] = words[word].model_copy(update={"low": low, "value": value, "high": high})
    return lexicon.model_copy(update=changed)


def random_words(lexicon: Lexicon, rng: np.random.Generator) -> dict[str, float]:
    return {
        f"{direction}: {word}": float(rng.uniform(said.low, said.high))
        for direction in ("commonness", "frequency", "evoking", "risk")
        for word, said in getattr(lexicon, direction).items()
    }


def amounts_of(reading: Reading, other: Reading) -> Numbers:
    """Of one reading the amounts that another states."""
    mine, others = reading.quantities, other.quantities
    kept = [(one.kind, one.node, one.parent, one.state) for one in mine.all]
    assert kept == [(one.kind, one.node, one.parent, one.state) for one in others.all]
    return others.values


@pytest.mark.parametrize("seed", range(4))
def test_another_reading_is_the_network_of_a_lexicon_with_these_words(
    plain: Knowledge, seed: int
) -> None:
    reading = Reading(plain)
    words = random_words(reading.lexicon, np.random.default_rng(seed))
    other = Reading(plain, reworded(reading.lexicon, words))
    amounts = amounts_of(reading, other)
    assert (amounts != reading.quantities.values).mean() > 0.3
    restated = reading.restate(amounts[None])
    wrong = np.abs(restated[0] - numbers_of(other.elicited.network))
    assert wrong.max() < 1e-6


def test_many_readings_at_once_are_those_of_each_alone(plain: Knowledge) -> None:
    reading = Reading(plain)
    rng = np.random.default_rng(5)
    amounts = amounts_at(
        reading.quantities, rng.standard_normal((20, len(reading.quantities.words)))
    )
    together = reading.restate(amounts)
    for row, alone in enumerate(amounts):
        numbers = reading.restate(alone[None])[0]
        assert np.abs(together[row] - numbers).max() < 1e-4


def test_only_what_is_asked_about_is_restated(plain: Knowledge) -> None:
    """What is asked comes out the same; links of other findings stay as they are."""
    reading = Reading(plain)
    rng = np.random.default_rng(6)
    amounts = amounts_at(
        reading.quantities, rng.standard_normal((5, len(reading.quantities.words)))
    )
    everything = reading.restate(amounts)
    arguments = reading.engine, reading.knowledge, reading.quantities, reading.lexicon.id
    complaint = {plain.meta.complaint: "present"}
    for finding in plain.findings:
        some = Restating(*arguments, [finding]).restate(amounts)
        case = Evidence.of(reading.elicited.network, complaint)
        answers = [
            reading.engine.propagate_each([case], [finding], numbers).marginals[finding]
            for numbers in (everything, some)
        ]
        assert np.abs(answers[0] - answers[1]).max() < 1e-12
        assert (
            np.isclose(some, reading.engine.numbers).sum()
            >= np.isclose(everything, reading.engine.numbers).sum()
        )


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("how_often", [0.3, 0.9])
def test_what_brings_a_silent_cause_brings_it_as_often_as_stated(
    name: str, how_often: float
) -> None:
    """Silent rates are taken out of the link; where they differ by age, out of their mean."""
    cause, by, share = SILENT[name]
    knowledge = without_ratios_of_contexts(read_knowledge(DATA / name))
    knowledge = with_brought(with_silent(knowledge, cause, share), cause, by, how_often)
    reading = Reading(knowledge)
    network, priors, there = reading.elicited.network, reading.elicited.priors, knowledge.there
    complaint = Evidence.of(network, {knowledge.meta.complaint: "present"})
    explained = Evidence.of(network, {by: "present"})
    present = Evidence.of(network, {there[cause]: "present"})
    assert reading.engine.posterior(present, explained) == pytest.approx(how_often, abs=0.01)
    least = priors[cause].value + how_often * priors[by].value
    found = reading.engine.posterior(present, complaint)
    assert found == pytest.approx(max(share, least), abs=1e-9)


def knee_restating(knee: kb.Model, found: Quantities) -> Restating:
    asked = [finding.id for finding in knee.findings]
    lexicon = knee.elicited.lexicon
    return Restating(knee.engine, knee.knowledge, found, lexicon, asked)


def test_nodes_between_stay_whatever_was_learnt_of_how_often_a_cause_is_there(
    knee: kb.Model,
) -> None:
    """Worn joints may become too seldom for their age to matter; the network has its nodes."""
    knowledge = knee.knowledge
    worn = knowledge.causes["osteoarthritis"]
    assert worn.present_in is not None
    seldom = worn.present_in.model_copy(update={"share": 0.1})
    causes = {**knowledge.causes, worn.id: worn.model_copy(update={"present_in": seldom})}
    since = replace(knowledge, causes=causes)
    found = quantities(knee)
    amounts = np.array([[one.interval.value for one in found.all]] * 2)
    amounts[1, found.of_kind("prior")[0]] *= 1.01
    asked = list(knowledge.findings)
    told = [
        Restating(knee.engine, known, found, knee.data.lexicon, asked).restate(amounts)
        for known in (knowledge, since)
    ]
    np.testing.assert_array_equal(told[0], told[1])


def quantities(model: kb.Model) -> Quantities:
    return quantities_of(model.knowledge, model.elicited, model.engine)


def test_the_value_of_every_quantity_gives_the_model_itself(knee: kb.Model) -> None:
    found = quantities(knee)
    amounts = amounts_at(found, np.zeros((3, len(found.words))))
    assert (amounts == found.values).all()
    restated = knee_restating(knee, found).restate(amounts)
    assert (restated == knee.engine.numbers).all()


def test_a_little_more_of_everything_is_near_the_model(knee: kb.Model) -> None:
    found = quantities(knee)
    amounts = amounts_at(found, np.full((1, len(found.words)), 1e-9))
    restated = knee_restating(knee, found).restate(amounts)
    assert np.abs(restated - knee.engine.numbers).max() < 1e-3


def test_shares_and_presences_of_every_draw_hold(knee: kb.Model) -> None:
    """Each cause explains as often as its amount has of all; it is there as often as stated.

    That one nearly, since causes that are found together hang together. A cause that others
    bring along more often than stated is never silent.
    """
    found = quantities(knee)
    rng = np.random.default_rng(3)
    amounts = amounts_at(found, rng.standard_normal((20, len(found.words))))
    numbers = knee_restating(knee, found).restate(amounts)
    priors, presences = found.of_kind("prior"), found.of_kind("presence")
    causes = [found.all[at].node for at in priors]
    there = [knee.knowledge.there[found.all[at].node] for at in presences]
    seen = Evidence.of(knee.network, {knee.knowledge.meta.complaint: "present"})
    marginals = knee.engine.propagate_each([seen], [*causes, *there], numbers).marginals
    reached = np.stack([marginals[cause][:, 1] for cause in causes], axis=1)
    wanted = amounts[:, priors] / amounts[:, priors].sum(axis=1, keepdims=True)
    assert np.abs(reached / wanted - 1.0).max() < 1e-6
    assert set(causes) == set(knee.network[EXPLANATION].states)
    exact = 0
    for at, node in zip(presences, there, strict=True):
        present = marginals[node][:, 1]
        rates = numbers[:, rates_at(knee, node)]
        silent = rates.max(axis=1) > 0.0
        assert np.abs(present - amounts[:, at])[silent].max(initial=0.0) < 2e-3
        assert (present >= amounts[:, at] - 2e-3).all()
        exact += silent.sum()
    assert exact > 0.5 * len(there) * len(amounts)


def rates_at(knee: kb.Model, node: str) -> list[int]:
    """Where the numbers of a cause stand that say how often it is silent: leak and ages."""
    start = int(knee.engine.flat.number_start[knee.network.index[node]])
    places, first = [start], start + 1
    for link in knee.network[node].links:
        if link.parent in knee.network[EXPLANATION].parents:
            places += range(first, first + len(link.strength))
        first += len(link.strength)
    return places


def test_what_is_unsaid_has_no_link(robot: kb.Model) -> None:
    found = quantities(robot)
    said = [at for at, one in enumerate(found.all) if one.kind == "frequency"]
    evoked = {one.place for one in found.all if one.kind == "evoking"}
    amounts = np.repeat(found.values[None], len(said), axis=0)
    for row, at in enumerate(said):
        amounts[row, at] = np.nan
    arguments = robot.engine, robot.knowledge, found, robot.elicited.lexicon
    numbers = Restating(*arguments, robot.knowledge.findings).restate(amounts)
    places = [found.all[at].place for at in said]
    unsaid = [row for row, place in enumerate(places) if place not in evoked]
    assert len(unsaid) > 3
    for row in unsaid:
        assert numbers[row, places[row]] == 0.0
        assert numbers[row - 1, places[row]] > 0.0


def test_an_unsaid_share_is_none_and_an_unsaid_ratio_is_one(robot: kb.Model) -> None:
    """The other causes take what is left, each in proportion."""
    found = quantities(robot)
    prior = next(
        at for at, one in enumerate(found.all) if one.kind == "prior" and one.node == "moon_magnet"
    )
    scale = next(at for at, one in enumerate(found.all) if one.kind == "scale")
    amounts = np.repeat(found.values[None], 3, axis=0)
    amounts[0, prior] = amounts[1, scale] = np.nan
    amounts[2, scale] = 1.0
    arguments = robot.engine, robot.knowledge, found, robot.elicited.lexicon
    restated = Restating(*arguments, robot.knowledge.findings).restate(amounts)
    place = robot.engine.place_of(EXPLANATION)
    network = robot.network
    states, years = network[EXPLANATION].states, network.table_of(network["model_year"])
    tables = restated[:, place : place + 9].reshape(3, 3, 3)
    shares = dict(zip(states, years @ tables[0], strict=True))
    assert shares["moon_magnet"] == pytest.approx(0.0, abs=1e-12)
    stated = {id: one.value for id, one in robot.elicited.priors.items()}
    left = 1.0 - stated["moon_magnet"]
    for id in ("loose_wire", "rusty_bolt"):
        assert shares[id] == pytest.approx(stated[id] / left, abs=1e-9)
    np.testing.assert_array_equal(tables[1], tables[2])
    assert tables[1] == pytest.approx(np.repeat(tables[1][:1], 3, axis=0))


def test_the_ends_of_an_interval_are_quantiles_of_its_draws(knee: kb.Model) -> None:
    found = quantities(knee)
    rng = np.random.default_rng(0)
    amounts = amounts_at(found, rng.standard_normal((4_000, len(found.words))))
    for at, one in enumerate(found.all):
        interval, drawn = one.interval, amounts[:, at]
        if interval.low == interval.high:
            assert (drawn == interval.value).all()
            continue
        for end, below in ((interval.low, 0.05), (interval.value, 0.5), (interval.high, 0.95)):
            if 0.0 < end < 1.0 or one.kind in RATIOS:
                assert (drawn <= end * (1.0 + 1e-9)).mean() == pytest.approx(below, abs=0.04)


def test_statements_with_one_word_are_drawn_together(knee: kb.Model) -> None:
    found = quantities(knee)
    rng = np.random.default_rng(1)
    amounts = amounts_at(found, rng.standard_normal((4, len(found.words))))
    of_word: dict[str, list[int]] = {}
    for at, one in enumerate(found.all):
        if isinstance(one.said, str):
            of_word.setdefault(one.word, []).append(at)
    shared = [places for places in of_word.values() if len(places) > 1]
    assert shared
    for places in shared:
        same = [at for at in places if found.all[at].interval == found.all[places[0]].interval]
        assert (amounts[:, same] == amounts[:, same[:1]]).all()
    ranges = [at for at, one in enumerate(found.all) if isinstance(one.said, tuple)]
    assert len({found.word_of[at] for at in ranges}) == len(ranges)
