"""What each answer weighs: laws of the ways of counting, against enumeration and recomputation."""

from collections.abc import Mapping
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from oracle import weigh_states

import kneebayes as kb
from kneebayes import odds
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.questions.explain.subsets import DECIBANS
from kneebayes.questions.explain.weighing import Explained
from kneebayes.questions.explain.weighing import Weight as Weighed

COMPLAINT = "pain behind the knee"
HOT = {"redness": True, "warmth": True, "fever": True, "swollen knee": True, "gout known": True}
CLOT = {"leg swelling": True, "calf tenderness": True, "recent surgery": True, "redness": False}
MIXED = {"lump": True, "age": {"older": 0.7, "middle age": 0.3}, "stiffness": 0.8, "fever": False}
CASES = [HOT, CLOT, MIXED, {"osteoarthritis": True, "popping": True}, {"fever": False}, {}]
ROBOT = [
    {"squeak": True, "sparks": True, "short circuit": False, "rain": True},
    {"model year": "vintage", "sudden heat": False, "squeak": 0.3, "loose wire": False},
    {"headache": 0.8, "sparks": True, "short circuit": True},
    {"headache": None, "rain": False, "sparks": False, "squeak": True},
]


def explained(
    model: kb.Model, said: Mapping[str, object], cause: str, against: str | None = None, **more: int
) -> Explained:
    return model.diagnose(said).explain(cause, against, **more).explained


def by_id(told: Explained) -> dict[str, Weighed]:
    return {one.answer.id: one for one in told.weights}


def log_odds(model: kb.Model, said: Mapping[str, object], cause: str, against: str = "") -> float:
    """In decibans, from a differential of its own."""
    dx = model.diagnose(said)
    if against:
        return odds.decibans(dx[cause] / dx[against])
    return odds.decibans(dx[cause] / (1.0 - dx[cause]))


@pytest.mark.parametrize("said", CASES)
@pytest.mark.parametrize("cause", ["gout", "septic arthritis", "DVT", "Baker's cyst"])
@pytest.mark.parametrize("against", [None, "something else"])
def test_every_weight_is_that_of_a_differential_with_and_without_it(
    knee: kb.Model, said: Mapping[str, object], cause: str, against: str | None
) -> None:
    told, names = explained(knee, said, cause, against), list(said)
    other = against or ""
    assert told.start.log_odds == pytest.approx(log_odds(knee, {}, cause, other), abs=1e-9)
    assert told.end.log_odds == pytest.approx(log_odds(knee, said, cause, other), abs=1e-9)
    for at, (name, weight) in enumerate(zip(names, told.weights, strict=True)):
        first = {one: said[one] for one in names[: at + 1]}
        rest = {one: said[one] for one in names if one != name}
        now = log_odds(knee, first, cause, other)
        assert weight.after.log_odds == pytest.approx(now, abs=1e-9)
        assert weight.after.probability == pytest.approx(knee.diagnose(first)[cause], abs=1e-12)
        single = log_odds(knee, {name: said[name]}, cause, other) - told.start.log_odds
        assert weight.single == pytest.approx(single, abs=1e-9)
        last = told.end.log_odds - log_odds(knee, rest, cause, other)
        assert weight.leave_one_out == pytest.approx(last, abs=1e-9)
    assert sum(one.ledger for one in told.weights) == pytest.approx(told.total, abs=1e-9)
    assert sum(one.shapley for one in told.weights) == pytest.approx(told.total, abs=1e-9)
    assert told.total == pytest.approx(told.end.log_odds - told.start.log_odds, abs=1e-9)
    singles = sum(one.single for one in told.weights)
    assert told.overlap == pytest.approx(singles - told.total, abs=1e-9)


@pytest.mark.parametrize("said", ROBOT)
@pytest.mark.parametrize("against", [None, "moon magnet"])
def test_shapley_is_the_average_over_all_orders_of_enumerated_worlds(
    robot: kb.Model, said: Mapping[str, object], against: str | None
) -> None:
    dx = robot.diagnose(said)
    told = dx.explain("rusty bolt", against).explained
    parts = [one.answer.id for one in told.weights]
    kept = [id for id in dx.case.evidence if id not in parts]

    @cache
    def value(ids: frozenset[str]) -> float:
        shares = weigh_states(robot.network, dx.case.evidence.only([*kept, *ids]))
        first = shares["rusty_bolt"]
        below = first[0] if against is None else shares["moon_magnet"][1]
        return float(np.log(first[1] / below)) * DECIBANS

    average = dict.fromkeys(parts, 0.0)
    orders = list(permutations(parts))
    for order in orders:
        for at, part in enumerate(order):
            gained = value(frozenset(order[: at + 1])) - value(frozenset(order[:at]))
            average[part] += gained / len(orders)
    assert {one.answer.id: one.shapley for one in told.weights} == pytest.approx(average, abs=1e-9)
    assert told.start.log_odds == pytest.approx(value(frozenset()), abs=1e-9)
    for pair in told.overlaps:
        both = value(frozenset([pair.first, pair.second])) - value(frozenset())
        assert pair.together == pytest.approx(both, abs=1e-9)


def test_random_patients_add_up(knee: kb.Model) -> None:
    rng = np.random.default_rng(5)
    findings = [one.id for one in knee.findings if one.label != COMPLAINT]
    causes = [one.id for one in knee.causes]
    for _ in range(12):
        chosen = rng.choice(findings, 6, False)
        said = {str(id): float(rng.choice([0.0, 0.3, 1.0])) for id in chosen}
        cause, against = (str(id) for id in rng.choice(causes, 2, False))
        for other in (None, against):
            told = explained(knee, said, cause, other)
            end = log_odds(knee, said, cause, other or "")
            start = log_odds(knee, {}, cause, other or "")
            for way in ("ledger", "shapley"):
                total = sum(getattr(one, way) for one in told.weights)
                assert total == pytest.approx(end - start, abs=1e-9)


def test_the_order_of_telling_changes_the_ledger_and_nothing_else(knee: kb.Model) -> None:
    forth = by_id(explained(knee, HOT, "septic arthritis"))
    back = by_id(explained(knee, dict(reversed(HOT.items())), "septic arthritis"))
    assert list(forth) == list(reversed(back))
    for id, weight in forth.items():
        for way in ("single", "shapley", "leave_one_out"):
            assert getattr(weight, way) == pytest.approx(getattr(back[id], way), abs=1e-9)
    assert max(abs(forth[id].ledger - back[id].ledger) for id in forth) > 1.0


def test_answers_stay_in_the_order_told_when_more_are_told(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "age": "older"}).given({"redness": True, "fever": False})
    told = dx.explain("gout").explained
    assert [one.answer.id for one in told.weights] == ["age", "redness", "fever"]


def test_one_cause_against_another_is_the_other_way_round(knee: kb.Model) -> None:
    one = explained(knee, HOT, "gout", "septic arthritis")
    two = explained(knee, HOT, "septic arthritis", "gout")
    assert one.total == pytest.approx(-two.total, abs=1e-9)
    assert one.end.probability == pytest.approx(two.end.other)
    for mine, theirs in zip(one.weights, two.weights, strict=True):
        for way in ("single", "ledger", "shapley", "leave_one_out"):
            assert getattr(mine, way) == pytest.approx(-getattr(theirs, way), abs=1e-9)


def test_an_answer_that_says_nothing_weighs_nothing(knee: kb.Model) -> None:
    weight = by_id(explained(knee, {**HOT, "popping": 0.5}, "gout"))["popping"]
    for way in ("single", "ledger", "shapley", "leave_one_out"):
        assert getattr(weight, way) == pytest.approx(0.0, abs=1e-9)


def test_two_answers_that_say_the_same_share_equally() -> None:
    from kneebayes.inference import Engine
    from kneebayes.network import Network, noisy_or_node, root_node
    from kneebayes.questions.explain.subsets import Subsets, shapley_of_all

    twins = [noisy_or_node(id, 0.05, {"gout": 0.6, "sprain": 0.3}) for id in ("red", "warm")]
    other = noisy_or_node("fever", 0.1, {"gout": 0.4})
    roots = root_node("gout", [0.8, 0.2]), root_node("sprain", [0.7, 0.3])
    network = Network((*roots, *twins, other))
    seen = Evidence.of(network, dict.fromkeys(("red", "fever", "warm"), "present"))
    told = Subsets(Engine(network), seen, ["red", "fever", "warm"], ["gout"]).odds()
    red, fever, warm = shapley_of_all(told.log_odds)
    assert red == pytest.approx(warm, abs=1e-12)
    assert abs(red - fever) > 0.01


def test_two_signs_of_one_inflammation_overlap(knee: kb.Model) -> None:
    told = explained(knee, {"redness": True, "warmth": True}, "septic arthritis")
    (pair,) = told.overlaps
    assert pair.overlap > 1.0
    assert pair.overlap == pytest.approx(told.overlap, abs=1e-9)


@pytest.mark.parametrize("state", [True, False])
def test_a_cause_that_is_known_is_decided(knee: kb.Model, state: bool) -> None:
    """Of a cause that is never there without explaining the complaint."""
    assert knee.knowledge.there["cellulitis"] == "cellulitis"
    told = explained(knee, {"fever": True, "cellulitis": state, "redness": True}, "cellulitis")
    sign = 1.0 if state else -1.0
    fever, gout, redness = told.weights
    assert told.total == gout.ledger == gout.shapley == gout.leave_one_out == sign * np.inf
    assert fever.ledger != 0.0
    assert np.isfinite(fever.shapley)
    assert (redness.ledger, redness.leave_one_out) == (0.0, 0.0)
    assert redness.after.probability == (1.0 if state else 0.0)
    assert np.isnan(told.overlap)
    assert all(np.isfinite(pair.overlap) for pair in told.overlaps)


def test_a_cause_that_is_known_against_another(knee: kb.Model) -> None:
    known = explained(knee, {"fever": True, "cellulitis": True}, "cellulitis", "septic arthritis")
    assert known.end.log_odds == np.inf  # one cause explains the complaint, so no other does
    out = explained(knee, {"fever": True, "gout": False}, "septic arthritis", "gout")
    assert out.total == np.inf
    with pytest.raises(EvidenceError, match="both 'gout' and 'septic arthritis' are ruled out"):
        explained(knee, {"gout": False, "septic arthritis": False}, "gout", "septic arthritis")


def test_an_uncertain_answer_about_the_cause_itself_is_weighed_like_any_other(
    knee: kb.Model,
) -> None:
    told = explained(knee, {"fever": True, "cellulitis": 0.8}, "cellulitis")
    assert by_id(told)["cellulitis"].ledger == pytest.approx(odds.decibans(4.0), abs=1e-9)


@pytest.mark.parametrize("complaint", [True, 0.7, None])
def test_the_story_starts_with_the_complaint_wherever_it_was_told(
    knee: kb.Model, complaint: object
) -> None:
    told = explained(knee, {"fever": True, COMPLAINT: complaint}, "gout")
    before = log_odds(knee, {COMPLAINT: complaint}, "gout")
    assert told.start.log_odds == pytest.approx(before, abs=1e-9)
    assert [one.answer.id for one in told.weights] == ["fever"]


def test_many_answers_are_weighed_in_drawn_orders_that_add_up(knee: kb.Model) -> None:
    said: dict[str, object] = {one.id: 0.0 for one in knee.findings if one.label != COMPLAINT}
    said = {**dict(list(said.items())[:20]), "fever": True}
    told = explained(knee, said, "gout", orders=8, seed=3)
    again = explained(knee, said, "gout", orders=8, seed=3)
    exact = explained(knee, dict(list(said.items())[:12]), "gout")
    assert told.orders == 8
    assert exact.orders == 0
    assert sum(one.shapley for one in told.weights) == pytest.approx(told.total, abs=1e-9)
    assert all(one.error >= 0.0 for one in told.weights)
    assert [one.shapley for one in told.weights] == [one.shapley for one in again.weights]
    assert {one.error for one in exact.weights} == {0.0}


def test_a_rival_takes_the_credit_of_a_finding_that_both_show(knee: kb.Model) -> None:
    """Ruling the rival out gives the finding back what it weighs."""
    said = {"gout": True, "swollen knee": True}
    told = explained(knee, said, "septic arthritis")
    weights, away = by_id(told), {one.answer: one for one in told.away}
    taken = away["swollen_knee"]
    assert taken.shared
    assert taken.rival == knee.knowledge.there["gout"]
    without = taken.without_rival
    assert weights["swollen_knee"].leave_one_out < without
    assert weights["swollen_knee"].leave_one_out < weights["swollen_knee"].single


def test_nothing_is_explained_away_where_a_cause_stands_alone(knee: kb.Model) -> None:
    assert explained(knee, {}, "gout").away == ()
    assert explained(knee, {"gout known": True}, "gout").away == ()


def test_every_case_of_explaining_away_holds_what_it_says(knee: kb.Model) -> None:
    found = 0
    for said in CASES:
        for cause in knee.diagnose(said).ranking["id"].head(10):
            told = explained(knee, said, cause)
            weights = by_id(told)
            for taken in told.away:
                found += 1
                weight = weights[taken.answer]
                assert taken.without_rival > weight.leave_one_out
                if taken.shared:
                    assert weight.leave_one_out < weight.single
                else:
                    assert weight.leave_one_out < 0.0
                    assert abs(taken.without_rival) <= abs(weight.leave_one_out) / 2.0
    assert found > 5


def test_what_is_left_of_an_answer_without_its_rival_is_asked_from_the_network(
    knee: kb.Model,
) -> None:
    """With the rival ruled out: the last answer to come, less what all others give."""

    def log_odds(case: Case, rival: str, left_out: str, cause: str) -> float:
        ruled = {**case.evidence.likelihoods, rival: (1.0, 0.0)}
        ruled.pop(left_out, None)
        marginal = case.engine.propagate(Evidence(ruled), [cause]).marginals[cause][0]
        return float(np.log(marginal[1] / marginal[0]))

    said = {"gout": True, "swollen knee": True, "fever": False, "warmth": True}
    case = knee.diagnose(said).case
    for taken in explained(knee, said, "septic arthritis").away:
        whole = log_odds(case, taken.rival, "", "septic_arthritis")
        less = log_odds(case, taken.rival, taken.answer, "septic_arthritis")
        assert taken.without_rival == pytest.approx((whole - less) * DECIBANS, abs=1e-9)
