"""Networks made for many readings of the words at once are those made one by one."""

from collections.abc import Mapping

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.building import elicit
from kneebayes.building.quantities import Quantities, amounts_at, quantities_of
from kneebayes.building.restating import Restating
from kneebayes.inference import numbers_of
from kneebayes.knowledge.statements import Lexicon, Wording
from kneebayes.network import Numbers

DIRECTIONS = ("commonness", "frequency", "evoking", "risk")


def quantities(model: kb.Model) -> Quantities:
    return quantities_of(model.knowledge, model.elicited, model.engine)


def restating(model: kb.Model) -> Restating:
    asked = [finding.id for finding in model.findings]
    return Restating(model.engine, model.knowledge, quantities(model), asked)


def reworded(lexicon: Lexicon, values: Mapping[str, float]) -> Lexicon:
    """The lexicon with other values for some words, named ``direction: word``."""
    changed: dict[str, dict[str, Wording]] = {}
    for name, value in values.items():
        direction, word = name.split(": ")
        words = changed.setdefault(direction, dict(getattr(lexicon, direction)))
        low, high = min(value, words[word].low), max(value, words[word].high)
        words[word] = words[word].model_copy(update={"low": low, "value": value, "high": high})
    return lexicon.model_copy(update=changed)


def words_of(model: kb.Model, found: Quantities) -> list[str]:
    """Words that stand alone in what they mean: no published range narrows them."""
    priors = {one.commonness.word for one in model.causes if one.commonness.published is not None}
    known = [word for word in found.words if word.split(": ")[0] in DIRECTIONS and ": " in word]
    return [word for word in known if word.removeprefix("commonness: ") not in priors]


def compare(model: kb.Model, values: Mapping[str, float], close: float) -> None:
    found = quantities(model)
    amounts = found.values
    for word, value in values.items():
        amounts[found.word_of == found.words.index(word)] = value
    lexicon = model.knowledge.lexicons[model.elicited.lexicon]
    other = elicit(model.knowledge, reworded(lexicon, values))
    restated = restating(model).restate(amounts[None])
    assert restated.held.all()
    assert np.abs(restated.numbers[0] - numbers_of(other.network)).max() < close


def test_every_number_that_was_stated_is_there_once(knee: kb.Model, robot: kb.Model) -> None:
    for model in (knee, robot):
        found = quantities(model)
        evoked = sum(len(cause.evoked_by) for cause in model.causes)
        elicited = model.elicited
        stated = len(elicited.stated) + len(elicited.priors) + len(elicited.leaks)
        assert len(found) == stated + evoked
        places = [one.place for one in found.all if one.kind not in ("evoking", "prior")]
        assert len(set(places)) == len(places)


def test_the_place_of_a_quantity_holds_its_number(knee: kb.Model) -> None:
    base = knee.engine.numbers[0]
    for one in quantities(knee).all:
        if one.kind == "leak":
            assert base[one.place] == knee.network[one.node].leak == one.interval.value
        elif one.kind == "share":
            assert base[one.place + 1] == one.interval.value
    for stated in knee.elicited.stated:
        assert stated.link in base


@pytest.mark.parametrize("seed", range(12))
def test_one_reading_is_the_network_of_a_lexicon_with_these_words(
    robot: kb.Model, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = {}
    for word in words_of(robot, quantities(robot)):
        direction, name = word.split(": ")
        said = getattr(robot.knowledge.lexicons["plain"], direction)[name]
        least = said.value if direction == "commonness" else said.low  # so that they can hold
        values[word] = float(rng.uniform(least, said.high))
    compare(robot, values, 2e-6)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("frequency: usually", 0.85),
        ("frequency: can", 0.5),
        ("frequency: rarely", 0.02),
        ("evoking: characteristic", 0.75),
        ("risk: often", 4.0),
        ("commonness: not named", 0.15),
    ],
)
def test_the_article_read_otherwise_is_the_article_with_another_lexicon(
    knee: kb.Model, word: str, value: float
) -> None:
    compare(knee, {word: value}, 2e-6)


def test_the_value_of_every_quantity_gives_the_model_itself(knee: kb.Model) -> None:
    found = quantities(knee)
    amounts = amounts_at(found, np.zeros((3, len(found.words))))
    assert (amounts == found.values).all()
    restated = restating(knee).restate(amounts)
    assert (restated.numbers == knee.engine.numbers).all()
    assert restated.held.all()


def test_a_little_more_of_everything_is_near_the_model(knee: kb.Model) -> None:
    found = quantities(knee)
    restated = restating(knee).restate(amounts_at(found, np.full((1, len(found.words)), 1e-9)))
    assert np.abs(restated.numbers - knee.engine.numbers).max() < 1e-7


def test_the_priors_of_every_draw_hold(knee: kb.Model) -> None:
    found = quantities(knee)
    rng = np.random.default_rng(3)
    amounts = amounts_at(found, rng.standard_normal((60, len(found.words))))
    restated = restating(knee).restate(amounts)
    seen = knee.diagnose().case.evidence
    priors = [at for at, one in enumerate(found.all) if one.kind == "prior"]
    causes = [found.all[at].node for at in priors]
    told = knee.engine.propagate_each([seen], causes, restated.numbers)
    reached = np.stack([told.marginals[cause][:, 1] for cause in causes], axis=1)
    wanted = amounts[:, priors]
    assert np.abs(log_odds(reached) - log_odds(wanted))[restated.held].max() < 1e-6
    assert restated.held.mean() > 0.9


def log_odds(values: Numbers) -> Numbers:
    return np.asarray(np.log(values) - np.log1p(-values))


def test_priors_that_add_up_to_less_than_one_cannot_hold(knee: kb.Model) -> None:
    found = quantities(knee)
    amounts = np.repeat(found.values[None], 2, axis=0)
    amounts[1, found.of_kind("prior")] *= 0.7
    assert restating(knee).restate(amounts).held.tolist() == [True, False]


def test_what_is_unsaid_has_no_link(robot: kb.Model) -> None:
    found = quantities(robot)
    amounts = np.repeat(found.values[None], len(found), axis=0)
    numbers = restating(robot)
    for at, one in enumerate(found.all):
        if one.kind in ("frequency", "risk"):
            amounts[at, at] = np.nan
    evoked = {one.place for one in found.all if one.kind == "evoking"}
    restated = numbers.restate(amounts)
    for at, one in enumerate(found.all):
        if one.kind in ("frequency", "risk") and one.place not in evoked:
            assert restated.numbers[at, one.place] == 0.0


def test_the_ends_of_an_interval_are_quantiles_of_its_draws(knee: kb.Model) -> None:
    found = quantities(knee)
    rng = np.random.default_rng(0)
    amounts = amounts_at(found, rng.standard_normal((20_000, len(found.words))))
    low, middle, high = np.quantile(amounts, [0.05, 0.5, 0.95], axis=0)
    for at, one in enumerate(found.all):
        interval = one.interval
        if interval.low == interval.high:
            assert (amounts[:, at] == interval.value).all()
            continue
        assert middle[at] == pytest.approx(interval.value, rel=0.05)
        assert high[at] == pytest.approx(interval.high, rel=0.06)
        if interval.low > 0.0:
            assert low[at] == pytest.approx(interval.low, rel=0.3)


def test_statements_with_one_word_are_drawn_together(knee: kb.Model) -> None:
    found = quantities(knee)
    rng = np.random.default_rng(1)
    amounts = amounts_at(found, rng.standard_normal((4, len(found.words))))
    usually = [at for at, one in enumerate(found.all) if one.word == "frequency: usually"]
    assert len(usually) > 5
    assert (amounts[:, usually] == amounts[:, usually[:1]]).all()
    ranges = [at for at, one in enumerate(found.all) if isinstance(one.said, tuple)]
    assert len({found.word_of[at] for at in ranges}) == len(ranges)
