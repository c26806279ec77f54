"""What doubts tell, of invented numbers that can be counted by hand, field by field."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.knowledge.statements import Interval
from kneebayes.questions.doubt.lexicons import LexiconComparison
from kneebayes.questions.doubt.robustness import CauseSpread, Robustness, _summed_up
from kneebayes.questions.doubt.sensitivity import Sensitivity, SensitivityFunction, move_number
from kneebayes.view.markup import percent

CAUSES = ("gout", "dvt", "cyst")


def lines_of(at_zero: list[float], at_one: list[float]) -> Sensitivity:
    """Causes whose shares of P(evidence) go straight from one end to the other."""
    ids = tuple(f"c{place}" for place in range(len(at_zero)))
    ends = (sum(at_zero) + 0.1, sum(at_one) + 0.2)
    number = ("leak", "x", "", "", 0.5)
    return Sensitivity(*number, ids, np.array(at_zero), np.array(at_one), ends)  # type: ignore[arg-type]


def leader(told: Sensitivity, x: float) -> str:
    return max(told.causes, key=lambda id: told.posterior(id, x))


@pytest.mark.parametrize("seed", range(30))
def test_the_leader_changes_at_the_flips_and_nowhere_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 7))
    scale = 10.0 ** rng.integers(-6, 1)
    told = lines_of(list(scale * rng.random(count)), list(scale * rng.random(count)))
    flips = told.flips()
    edges = [0.0, *(flip.value for flip in flips), 1.0]
    assert edges == sorted(edges)
    tops = [leader(told, (low + high) / 2.0) for low, high in pairwise(edges)]
    assert [(flip.below, flip.above) for flip in flips] == list(pairwise(tops))
    for flip in flips:
        assert flip.below != flip.above
        for id in (flip.below, flip.above):
            assert told.posterior(id, flip.value) == pytest.approx(flip.posterior)
    for low, high, top in zip(edges, edges[1:], tops, strict=False):
        for x in np.linspace(low, high, 9)[1:-1]:
            assert leader(told, float(x)) == top


@pytest.mark.parametrize(
    ("at_zero", "at_one", "flips"),
    [
        ([0.4, 0.2], [0.2, 0.4], [(0.5, "c0", "c1")]),
        ([0.4, 0.4], [0.2, 0.4], []),  # as probable at 0, and never behind from there
        ([0.4, 0.4], [0.4, 0.2], []),
        ([0.4, 0.2], [0.4, 0.4], []),  # as probable only at 1
        ([0.4, 0.4, 0.1], [0.0, 0.2, 0.7], [(0.375, "c1", "c2")]),
        ([0.5, 0.3, 0.1], [0.1, 0.3, 0.5], [(0.5, "c0", "c2")]),  # three at once: the steepest
        ([0.5, 0.4, 0.1], [0.1, 0.4, 0.5], [(0.25, "c0", "c1"), (0.75, "c1", "c2")]),
        ([0.3, 0.3], [0.3, 0.3], []),
    ],
)
def test_flips_by_hand(
    at_zero: list[float], at_one: list[float], flips: list[tuple[float, str, str]]
) -> None:
    told = lines_of(at_zero, at_one).flips()
    assert [(pytest.approx(one.value), one.below, one.above) for one in told] == flips


def test_evidence_that_is_never_possible_has_no_function(robot: kb.Model) -> None:
    """The meter says both at once: no leak makes that true."""
    engine = robot.engine
    evidence = robot.diagnose({"sparks": True}).case.evidence
    never = replace(evidence, likelihoods={**evidence.likelihoods, "headache": (0.0, 0.0)})
    with pytest.raises(kb.ImpossibleEvidenceError, match="probability zero, so nothing follows"):
        move_number(engine, ["rusty_bolt"], never, engine.place_of("sparks"), ("leak", "", "", ""))


@pytest.fixture
def moved(knee: kb.Model) -> SensitivityFunction:
    """P(evidence) is 0 with the number at 0: P(cause | x) = its share at 1, for any x above."""
    ids = ("gout", "deep_vein_thrombosis", "bakers_cyst")
    number = ("leak", "fever", "", "", 0.25)
    ends = (np.zeros(3), np.array([0.01, 0.03, 0.02]))
    function = Sensitivity(*number, ids, *ends, (0.0, 0.1))  # type: ignore[arg-type]
    return SensitivityFunction(knee.diagnose().case, "gout", function)


def test_a_sensitivity_is_told_field_by_field(moved: SensitivityFunction) -> None:
    told = moved.table.to_dict(orient="records")
    assert [row["id"] for row in told] == ["gout", "deep_vein_thrombosis", "bakers_cyst"]
    for row, share, urgent in zip(told, (0.01, 0.03, 0.02), (False, True, False), strict=True):
        assert row["cause"] == moved.case.label(row["id"])
        assert row["urgent"] is urgent
        assert row["posterior"] == row["at_one"] == pytest.approx(10.0 * share)
        assert math.isnan(row["at_zero"])  # impossible there
        assert [row[name] for name in "abcd"] == pytest.approx([0.0, share, 0.0, 0.1])
    assert moved.report.rows == (
        ("gout", "impossible", "10%", "10%"),
        ("deep vein thrombosis (urgent)", "impossible", "30%", "30%"),
        ("Baker's cyst", "impossible", "20%", "20%"),
    )
    assert moved.report.header == ("cause", "number at 0", "at 25%", "at 100%")
    assert moved.sentences == ("No value of this leak changes the most probable cause.",)
    with pytest.raises(kb.ImpossibleEvidenceError, match="With the number at 0 the evidence is"):
        moved(0.0)
    assert repr(moved).endswith("10% by leak: P(fever without a named cause), 0 flips)")


def test_a_sensitivity_is_drawn_where_the_evidence_is_possible(moved: SensitivityFunction) -> None:
    ax = moved.draw()
    numbers = [float(x) for x in ax.lines[0].get_xdata()]
    assert numbers == pytest.approx([place / 200 for place in range(1, 201)])
    curves = {line.get_label(): line.get_ydata() for line in ax.lines[:3]}
    assert list(curves) == ["gout", "deep vein thrombosis (urgent)", "Baker's cyst"]
    for ys, share in zip(curves.values(), (0.1, 0.3, 0.2), strict=True):
        assert list(ys) == pytest.approx([share] * 200)


@pytest.mark.parametrize(
    ("value", "upto"), [(0.05, 0.6), (0.2, 1.0), (0.01, 0.6)]
)  # twice the farthest: three priors, or a flip at 0.3
def test_a_prior_is_drawn_as_far_as_something_happens(
    knee: kb.Model, value: float, upto: float
) -> None:
    shares = [np.array(one) for one in ([0.06, 0.03], [0.03, 0.1])]
    number = ("prior", "gout", "", "", value)
    function = Sensitivity(*number, ("gout", "bakers_cyst"), *shares, (0.1, 0.2))  # type: ignore[arg-type]
    told = SensitivityFunction(knee.diagnose().case, "gout", function)
    (flip,) = told.flips
    assert flip.value == pytest.approx(0.3)
    ax = told.draw()
    assert ax.get_xlim() == pytest.approx((0.0, upto))
    assert ax.lines[0].get_xdata()[-1] == pytest.approx(upto)
    assert told.sentences == ("Baker's cyst overtakes gout when the prior of gout passes 30%.",)
    back = replace(told, function=replace(function, value=0.4))
    assert back.sentences == ("gout overtakes Baker's cyst when its prior falls below 30%.",)
    here = replace(told, function=replace(function, value=flip.value))
    assert here.sentences == told.sentences


@pytest.fixture
def robust(knee: kb.Model) -> Robustness:
    rng = np.random.default_rng(0)
    ids, posteriors = ("gout", "deep_vein_thrombosis", "bakers_cyst"), rng.random((41, 3))
    priors = {
        id: Interval(low=0.01 * at, value=0.02 * at, high=0.05 * at)
        for at, id in enumerate(ids, start=1)
    }
    causes = _summed_up(ids, np.array([0.5, 0.2, 0.3]), posteriors)
    return Robustness(knee.diagnose().case, priors, causes, ids, posteriors, seed=3, width=1.0)


def test_draws_are_summed_up_as_by_hand(robust: Robustness) -> None:
    draws, table = robust.posteriors, robust.table
    assert table["id"].tolist() == ["gout", "bakers_cyst", "deep_vein_thrombosis"]  # .5, .3, .2
    assert table.index.tolist() == [1, 2, 3]
    ids = list(robust.ids)
    for row in table.to_dict(orient="records"):
        mine = draws[:, ids.index(row["id"])]
        places = [1 + int((one > value).sum()) for one, value in zip(draws, mine, strict=True)]
        cause = robust.case.knowledge.causes[row["id"]]
        prior = robust.priors[row["id"]]
        assert row == {
            "id": cause.id,
            "cause": cause.label,
            "group": cause.group,
            "urgent": cause.urgent,
            "prior": prior.value,
            "prior_low": prior.low,
            "prior_high": prior.high,
            "posterior": [0.5, 0.2, 0.3][ids.index(cause.id)],
            "low": pytest.approx(sorted(mine)[2]),  # of 41 draws the third is at 5 %
            "median": pytest.approx(sorted(mine)[20]),
            "high": pytest.approx(sorted(mine)[38]),
            "p_first": pytest.approx(places.count(1) / 41),
            "p_top_three": 1.0,
            "rank_low": sorted(places)[2],
            "rank_high": sorted(places)[38],
        }


def told_of(robust: Robustness, **more: Any) -> str:
    return " ".join(replace(robust, **more).report.notes)


def test_how_the_draws_were_made_is_said(robust: Robustness) -> None:
    plain = "inside its interval; one reading a word serves all its statements (seed 3)."
    assert told_of(robust).endswith(plain)
    assert "inside its interval, stretched by 0.5;" in told_of(robust, width=0.5)
    assert told_of(robust, redrawn=1).endswith(
        f"{plain} 1 draw was replaced: the evidence is impossible there."
    )
    assert f"{plain} 2 draws were replaced: the" in told_of(robust, redrawn=2)
    assert told_of(robust, missing=1).endswith(
        f"{plain} Partial: 1 more draw was asked for, but the time was over."
    )


def summed(id: str, first: float, **more: Any) -> CauseSpread:
    told = {"posterior": 0.5, "low": 0.1, "median": 0.4, "high": 0.7}
    told |= {"rank_low": 1, "rank_high": 1, "p_top_three": 1.0}
    return CauseSpread(id=id, p_first=first, **{**told, **more})


def test_the_summary_names_the_leader_and_the_strongest_rival(robust: Robustness) -> None:
    causes = (summed("gout", 0.7), summed("bakers_cyst", 0.1), summed("deep_vein_thrombosis", 0.2))
    told = replace(robust, causes=causes)
    assert told.summary == "gout ranks first in 70% of 41 draws, deep vein thrombosis in 20%."
    others = [summed(id, 0.0) for id in ("bakers_cyst", "deep_vein_thrombosis")]
    alone = replace(told, causes=(summed("gout", 1.0), *others))
    assert alone.summary == "gout ranks first in 100% of 41 draws."
    single = replace(told, causes=causes[:1])
    assert single.summary == "gout ranks first in 70% of 41 draws."
    assert repr(told) == "Robustness(41 draws: gout 10% to 70%, first in 70%)"
    assert {row[-1] for row in told.report.rows} == {"1"}
    wide = summed("gout", 0.7, rank_low=2, rank_high=5)
    told = replace(robust, causes=(wide,))
    assert told.report.rows == (
        ("1", "gout", "2.0%", "50%", "10% to 70%", "70%", "100%", "2 to 5"),
    )


def test_ten_causes_and_all_that_are_urgent_are_shown_and_drawn(knee: kb.Model) -> None:
    ids = [cause.id for cause in knee.causes]
    urgent = [cause.id for cause in knee.causes if cause.urgent]
    calm = [id for id in ids if id not in urgent]
    order = [*calm[:12], *urgent, *calm[12:]]
    causes = tuple(summed(id, 0.1) for id in order)
    priors = dict.fromkeys(ids, Interval(low=0.1, value=0.2, high=0.3))
    posteriors = np.full((2, len(ids)), 0.1)
    told = Robustness(knee.diagnose().case, priors, causes, tuple(order), posteriors, 0, 1.0)
    shown = [str(order.index(id) + 1) for id in (*calm[:10], *urgent)]
    assert [row[0] for row in told.report.rows] == shown
    assert len(told.draw().get_yticks()) == len(shown)
    assert len(told.draw_slopes().texts) == 10


def posteriors(*numbers: float) -> dict[str, float]:
    return dict(zip(("gout", "bakers_cyst", "deep_vein_thrombosis"), numbers, strict=True))


def test_lexicons_that_disagree_are_told_by_who_ranks_first(knee: kb.Model) -> None:
    read = {
        "article": posteriors(0.5, 0.3, 0.2),
        "lay": posteriors(0.2, 0.7, 0.1),
        "hpo": posteriors(0.6, 0.3, 0.1),
    }
    told = LexiconComparison(knee.diagnose().case, read)
    assert told.summary == (
        "The lexicons disagree on the first rank: gout under article, hpo; Baker's cyst under lay."
    )
    assert told.tops == {"article": "gout", "lay": "Baker's cyst", "hpo": "gout"}
    assert repr(told) == "LexiconComparison(article, lay, hpo: first gout, Baker's cyst)"
    for row in told.table.to_dict(orient="records"):
        cause, mine = knee.knowledge.causes[row["id"]], read[row["lexicon"]]
        assert row["posterior"] == mine[cause.id]
        assert row["rank"] == 1 + sum(other > mine[cause.id] for other in mine.values())
        assert (row["cause"], row["group"], row["urgent"]) == (
            cause.label, cause.group, cause.urgent
        )  # fmt: skip
    assert told.table["id"].tolist() == [
        id for id in ("gout", "bakers_cyst", "deep_vein_thrombosis") for _ in read
    ]
    first = told.report.rows[0]
    assert first == ("gout", "50% (rank 1)", "20% (rank 2)", "60% (rank 1)")
    same = LexiconComparison(told.case, dict.fromkeys(("article", "lay"), read["article"]))
    assert same.summary == "gout ranks first under all 2 lexicons."
    only = LexiconComparison(told.case, {"article": read["article"]})
    assert only.summary == "gout ranks first under the only lexicon."


def test_who_ranks_among_the_first_three_in_any_lexicon_is_shown(knee: kb.Model) -> None:
    ids = [cause.id for cause in knee.causes if not cause.urgent]
    here = {id: 0.9 - 0.01 * place for place, id in enumerate(ids)}
    there = {**here, ids[-1]: 0.893, ids[-2]: 0.872}  # third after two; fourth
    told = LexiconComparison(knee.diagnose().case, {"article": here, "lay": there})
    shown = [row[0] for row in told.report.rows]
    order = sorted(there, key=lambda id: -there[id])
    assert order.index(ids[-1]) == 1
    assert order.index(ids[-2]) == 4
    label = knee.knowledge.label
    assert label(ids[-1]) in shown
    assert label(ids[-2]) not in shown
    third = {**here, ids[-1]: 0.8855}  # after three
    told = LexiconComparison(knee.diagnose().case, {"article": here, "lay": third})
    place = sorted(third, key=lambda id: -third[id]).index(ids[-1])
    assert place == 2
    assert label(ids[-1]) in [row[0] for row in told.report.rows]
    assert percent(0.8855) in told.text
