"""From learnt numbers back to statements: by what text and patients know, kind by kind."""

import math
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from conftest import Edit
from scipy.special import logit

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.knowledge.statements import Interval
from kneebayes.learning.counting import Counting, read_patients
from kneebayes.learning.learn import selection_of
from kneebayes.learning.outcome import LearntNumber, _moved, outcomes_of
from kneebayes.learning.scoring import Estimation, Found
from kneebayes.learning.sentences import Sentence, Text, bounds_of, read_text

REACH = NormalDist().inv_cdf(0.95)
SEEN = pd.DataFrame(
    {
        "squeak": [True, False, True] * 20,
        "rusty bolt": [True, None, False] * 20,
        "sparks": [True, True, False] * 20,
        "rain": [True, False, None] * 20,
        "overheating": [None, True, False] * 20,
    }
)
Learning = tuple[kb.Model, Text, Found, dict[tuple[str, str, str], LearntNumber]]


def learning(model: kb.Model, trust: float) -> Learning:
    text = read_text(model, trust)
    patients = read_patients(model, SEEN)
    counting = Counting(model.engine)
    scoring = Estimation(
        counting, text.coordinates, patients.sample, selection_of(model), text.imagined
    )
    found = scoring.find()
    outcomes = outcomes_of(model, text, found)
    assert [one.sentence for one in outcomes] == list(text.sentences)
    stated = [one.sentence.quantity for one in outcomes]
    keys = [(each.kind, each.node, each.parent) for each in stated]
    by_kind = dict(zip(keys, outcomes, strict=True))
    return model, text, found, by_kind


@pytest.fixture(scope="module", params=[1.0, 3.0])
def learnt(robot: kb.Model, request: pytest.FixtureRequest) -> Learning:
    return learning(robot, request.param)


def known(found: Found, way: np.ndarray) -> tuple[float, float]:
    """What patients add to the precision along a way, and their share of it."""
    now, before = way @ found.variances_by_all @ way, way @ found.variances_by_text @ way
    return 1.0 / now - 1.0 / before, 1.0 - now / before


def narrowed(
    sentence: Sentence, value: float, patients: float, trust: float, *, ratio: bool = False
) -> list[float]:
    """Both ends about another value, each side by its own precision."""
    own = sentence.interval
    if ratio:
        low, middle, high = (math.log(one) for one in (own.low, own.value, own.high))
    else:
        low, middle, high = bounds_of(own)
    at = math.log(value) if ratio else logit(value)
    ends = []
    for side, way in ((middle - low, -1.0), (high - middle, 1.0)):
        spread = side / REACH / math.sqrt(trust)
        far = at + way * REACH / math.sqrt(1.0 / spread**2 + patients)
        ends.append(math.exp(far) if ratio else 1.0 / (1.0 + math.exp(-far)))
    return ends


def check(
    told: LearntNumber,
    value: float,
    patients: float,
    share: float,
    trust: float,
    *,
    ratio: bool = False,
) -> None:
    assert told.interval.value == pytest.approx(value, rel=1e-6)
    assert told.data == pytest.approx(share, abs=1e-6)
    if not patients:
        assert told.interval == told.sentence.interval  # what nobody speaks of stays as stated
        return
    ends = narrowed(told.sentence, told.interval.value, patients, trust, ratio=ratio)
    assert [told.interval.low, told.interval.high] == pytest.approx(ends, rel=1e-5)


def test_a_leak_and_a_frequency_follow_from_their_numbers(learnt: Learning) -> None:
    """1 - frequency is (1 - link) times what leak and mediators leave."""
    _, text, found, outcomes = learnt
    checked = 0
    for (kind, node, parent), told in outcomes.items():
        place = told.sentence.place
        if kind not in ("leak", "frequency") or told.sentence.fixed:
            continue
        number = float(found.numbers[place])
        assert told.link == number
        patients, share = known(found, np.eye(len(found.at))[text.coordinates.of_place[place]])
        value = number
        if kind == "frequency":
            value = told.interval.value
            patients /= (number / value) ** 2
            if (node, parent) == ("squeak", "rusty_bolt"):  # a leak and no mediator
                leak = float(found.numbers[outcomes["leak", "squeak", ""].sentence.place])
                assert value == pytest.approx(1.0 - (1.0 - number) * (1.0 - leak), rel=1e-6)
        check(told, value, patients, share, text.trust)
        checked += 1
    assert checked >= 5


def test_a_ratio_of_odds_follows_from_its_link(learnt: Learning) -> None:
    """With the cause against without it, where only the leak brings the context."""
    model, text, found, outcomes = learnt
    told = outcomes["ratio", "rain", "rusty_bolt"]
    number = float(found.numbers[told.sentence.place])
    leak = float(found.numbers[outcomes["leak", "rain", ""].sentence.place])
    before = float(model.engine.numbers[0][outcomes["leak", "rain", ""].sentence.place])
    value = 1.0 - (1.0 - number) * (1.0 - leak)
    patients, share = known(
        found, np.eye(len(found.at))[text.coordinates.of_place[told.sentence.place]]
    )
    odds = told.sentence.quantity.odds
    odds *= leak / (1.0 - leak) / before * (1.0 - before)
    ratio = value / (1.0 - value) / odds
    check(told, ratio, patients / (number / value) ** 2, share, text.trust, ratio=True)


def test_an_evoking_strength_follows_by_the_slope_of_its_link(learnt: Learning) -> None:
    """P(cause | finding) of the learnt network; the slope by two networks beside it."""
    model, text, found, outcomes = learnt
    told = outcomes["evoking", "sparks", "loose_wire"]
    place = told.sentence.place
    seen = Evidence.of(model.network, {"headache": "present", "sparks": "present"})

    def strength(step: float) -> float:
        numbers = found.numbers.copy()
        numbers[place] = 1.0 / (1.0 + math.exp(-(logit(numbers[place]) + step)))
        rows = model.engine.propagate_each([seen], ["loose_wire"], numbers[None])
        return rows.present("loose_wire")

    slope = (logit(strength(1e-4)) - logit(strength(-1e-4))) / 2e-4
    patients, share = known(found, np.eye(len(found.at))[text.coordinates.of_place[place]])
    value = strength(0.0)
    assert told.interval.value == pytest.approx(value, rel=1e-9)
    assert told.data == pytest.approx(share, abs=1e-6)
    ends = narrowed(told.sentence, value, patients / slope**2, text.trust)
    assert [told.interval.low, told.interval.high] == pytest.approx(ends, rel=1e-3)


def test_how_common_a_cause_is_follows_from_all_numbers(learnt: Learning) -> None:
    """The posterior of the complaint alone, and along the way in which it moves."""
    model, text, found, outcomes = learnt
    network = model.network.with_numbers(found.numbers)
    after = model.replace(elicited=replace(model.elicited, network=network))
    for (kind, node, _), told in outcomes.items():
        if kind != "prior":
            continue
        value = after.diagnose().case.belief.posteriors[node]
        way = found.gradients[text.told.index((kind, node))]
        patients, share = known(found, way)
        check(told, value, max(patients, 0.0), max(share, 0.0), text.trust)
        assert told.link == told.interval.value


def test_a_ratio_by_state_follows_from_the_table(learnt: Learning) -> None:
    """The odds of the explanation in one state against the others, before and after."""
    model, text, found, outcomes = learnt
    told = outcomes["scale", "rusty_bolt", "model_year"]
    network = model.network.with_numbers(found.numbers)
    odds = []
    for one in (model.network, network):
        table = one.table_of(one["explanation"])[:, one["explanation"].states.index("rusty_bolt")]
        years = one.table_of(one["model_year"])
        mine, others = table[0], (table[1:] @ years[1:]) / years[1:].sum()
        odds.append(mine / (1.0 - mine) / (others / (1.0 - others)))
    value = told.sentence.interval.value * odds[1] / odds[0]
    place = text.shift_of["scale", "rusty_bolt", "model_year", "vintage"]
    patients, share = known(found, np.eye(len(found.at))[place])
    check(told, value, max(patients, 0.0), max(share, 0.0), text.trust, ratio=True)


def test_what_is_stated_for_certain_stays(folder: Path, edit: Edit) -> None:
    """Intervals without width: a share, a ratio by state, a risk, a frequency, a leak."""
    edit("causes/loose_wire.toml", "published = [0.3, 0.35]", "published = [0.32, 0.32]")
    edit("causes/rusty_bolt.toml", "{ risk = [2, 4],", "{ risk = 3,")
    _, text, found, outcomes = learning(kb.load(folder), 1.0)
    wire = outcomes["prior", "loose_wire", ""]
    year = outcomes["scale", "rusty_bolt", "model_year"]
    risk = outcomes["ratio", "loose_wire_present", "rusty_bolt"]
    leak = outcomes["leak", "overheating", ""]
    for told in (wire, year, risk, leak):
        assert told.sentence.fixed == "stated without an interval"
        assert told.data == 0.0
        assert told.outweighed_after(60) == math.inf
    assert wire.interval.value == wire.link == pytest.approx(0.32, abs=1e-3)
    assert year.interval == year.sentence.interval
    assert year.link == pytest.approx(3.0, rel=1e-2)
    assert risk.interval == risk.sentence.interval
    assert risk.link == found.numbers[risk.sentence.place]
    assert leak.link == leak.interval.value == 0.05
    assert ("prior", "loose_wire") in text.told  # the others move, and it is held


@pytest.mark.parametrize(
    ("interval", "value", "right"),
    [
        ((0.2, 0.5, 0.8), 0.5, (0.2, 0.5, 0.8)),
        ((0.2, 0.5, 0.8), 0.8, (0.5, 0.8, 0.8 * 4 / (0.8 * 4 + 0.2))),
        ((0.2, 0.5, 0.8), 0.0, (0.0, 0.0, 0.8)),
        ((0.2, 0.5, 0.8), 1.0, (0.2, 1.0, 1.0)),
        ((0.0, 0.0, 0.5), 0.25, (0.0, 0.25, 0.5)),
    ],
)
def test_an_interval_about_another_value_is_as_wide(
    interval: tuple[float, ...], value: float, right: tuple[float, ...]
) -> None:
    low, middle, high = interval
    made = _moved(Interval(low=low, value=middle, high=high), value)
    assert (made.low, made.value, made.high) == pytest.approx(right)
