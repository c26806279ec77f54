"""What patients taught, told: every cell, sentence and mark; shares of a root by closed forms."""

import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import DATA, Edit
from matplotlib.axes import Axes
from scipy.special import logit

import kneebayes as kb
from kneebayes.learning.learn import (
    HeldOut,
    _patients,
    _ratio,
)
from kneebayes.learning.outcome import LearntNumber, _odds_factor, _origin_of
from kneebayes.learning.scoring import Coordinates, Family, Free, JointMove
from kneebayes.text import marked
from kneebayes.view.markup import percent

REACH = NormalDist().inv_cdf(0.95)
SEEN = pd.DataFrame(
    {
        "squeak": [True, False, True] * 20,
        "rusty bolt": [True, None, False] * 20,
        "sparks": [True, True, False] * 20,
        "rain": [True, False, None] * 20,
    }
)


@pytest.fixture(scope="module")
def taught(robot: kb.Model) -> kb.Model:
    return robot.update(SEEN)


# shares of a root that nothing hangs on


@pytest.fixture
def free_shares(folder: Path, edit: Edit) -> kb.Model:
    """The robot whose model year means nothing for any cause."""
    risk = 'model_year.vintage = { risk = [2, 4], because = "rust2099" }'
    edit("causes/rusty_bolt.toml", risk, "")
    return kb.load(folder)


def years(vintage: int, current: int, prototype: int) -> pd.DataFrame:
    counts = {"vintage": vintage, "current": current, "prototype": prototype}
    return pd.DataFrame(
        {"model year": [one for one, count in counts.items() for _ in range(count)]}
    )


SHARES = {"vintage": 0.25, "current": 0.5, "prototype": 0.25}


@pytest.mark.parametrize("trust", [1.0, 2.0])
def test_shares_of_a_root_are_those_of_counting(free_shares: kb.Model, trust: float) -> None:
    """A Dirichlet of a hundred patients, and those who were seen."""
    learnt = free_shares.update(years(30, 9, 21), trust=trust).learnt
    rows = learnt.table.query("kind == 'share'").set_index("state")
    for state, count in (("vintage", 30), ("current", 9), ("prototype", 21)):
        now = (100.0 * trust * SHARES[state] + count) / (100.0 * trust + 60)
        assert rows.loc[state, "now"] == pytest.approx(now, abs=2e-3)
    assert rows["now"].sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("trust", [1.0, 2.0])
def test_shares_that_patients_confirm_get_narrower(free_shares: kb.Model, trust: float) -> None:
    """By their precision, that of a hundred patients and of those who were seen; exactly."""
    learnt = free_shares.update(years(15, 30, 15), trust=trust).learnt
    rows = learnt.table.query("kind == 'share'").set_index("state")
    for state, mean in SHARES.items():
        row = rows.loc[state]
        assert (row["node"], row["parent"], row["text"]) == ("model_year", "", mean)
        assert row["about"] == f"how many have model year ({state})"
        assert row["said"] == f"{mean:g}"
        assert row["now"] == row["link"] == pytest.approx(mean, abs=1e-12)
        assert row["data"] == pytest.approx(60 / (100 * trust + 60), abs=1e-6)
        assert row["weight"] == 100 * trust
        assert row["outweighed_after"] == pytest.approx(100 * trust, rel=1e-5)
        assert row["learnt"]
        assert row["fixed"] == ""
        for sizes, ends in ((100, ("text_low", "text_high")), (100 * trust + 60, ("low", "high"))):
            reach = REACH / math.sqrt(sizes * mean * (1 - mean))
            assert logit(row[ends[0]]) == pytest.approx(logit(mean) - reach, abs=1e-6)
            assert logit(row[ends[1]]) == pytest.approx(logit(mean) + reach, abs=1e-6)


def test_shares_that_an_explanation_hangs_on_are_held(taught: kb.Model) -> None:
    rows = taught.learnt.table.query("kind == 'share'")
    assert (
        list(rows["fixed"])
        == ["shares are held for the ages and the like that the folder states"] * 3
    )
    assert list(rows["text_low"]) == list(rows["text"]) == list(rows["high"]) == [0.25, 0.5, 0.25]


# the record


def test_a_row_has_what_became_of_its_sentence(taught: kb.Model, robot: kb.Model) -> None:
    """Against the outcomes, the statements before and the model after."""
    learnt = taught.learnt
    rows = learnt.table.to_dict("records")
    assert len(rows) == len(learnt.outcomes)
    urgent = {cause.id for cause in robot.causes if cause.urgent}
    assert urgent
    for row, one in zip(rows, learnt.outcomes, strict=True):
        sentence = one.sentence
        assert (row["now"], row["low"], row["high"]) == (
            one.interval.value,
            one.interval.low,
            one.interval.high,
        )
        assert (row["link"], row["data"]) == (one.link, one.data)
        assert row["kind"] == sentence.quantity.kind
        assert row["urgent"] == bool({row["node"], row["parent"]} & urgent)
        assert row["learnt"] == (row["fixed"] == "") == (sentence.fixed == "")
        after = math.inf if not one.data else 60 * (1 - one.data) / one.data
        assert row["outweighed_after"] == pytest.approx(after)
    assert learnt.told == "60 patients"
    numbers = sum(row["learnt"] for row in rows)
    more = sum(row["data"] > 0.5 for row in rows if row["learnt"])
    assert (numbers, more) == (14, 1)
    assert learnt.summary == (
        "60 patients with the complaint, 60 of whom more is known. They determined 2 of 14 "
        "numbers, and weigh more than the sentence in 1."
    )
    assert repr(learnt) == "Learnt(60 patients: 2 of 14 numbers determined)"


def test_the_report_has_shares_first_and_then_what_moved_most(taught: kb.Model) -> None:
    learnt = taught.learnt
    report, rows = learnt.report, learnt.table.to_dict("records")
    common, besides = report.before
    header = ("said", "before", "now", "90 %", "data", "outweighed after")
    assert common.header == ("cause", *header)
    assert besides.header == ("statement", *header)
    assert common.heading == "How common each cause is among those with the complaint (! urgent)"
    assert besides.heading == "What the patients say most about, besides"

    def cells(row: dict[str, Any]) -> tuple[str, ...]:
        ratio = row["kind"] in ("ratio", "scale")
        text, now, low, high = (
            f"x {row[one]:.2g}" if ratio else percent(row[one])
            for one in ("text", "now", "low", "high")
        )
        after = _patients(row["outweighed_after"])
        return (row["said"], text, now, f"{low} to {high}", percent(row["data"]), after)

    causes = [row for row in rows if row["kind"] == "prior"]
    labels = taught.knowledge.label
    assert common.rows == tuple(
        (marked(labels(row["node"]), row["urgent"]), *cells(row)) for row in causes
    )
    others = sorted(
        (row for row in rows if row["learnt"] and row["kind"] != "prior"),
        key=lambda row: -row["data"],
    )
    assert besides.rows == tuple(
        (marked(row["about"], row["urgent"]), *cells(row)) for row in others
    )
    assert report.title == "Headache of a robot: what patients taught (lexicon: plain)"
    assert report.notes[0] == (
        "Numbers that stay as stated: 5 (stated without an interval); 3 (shares are held for the "
        "ages and the like that the folder states)."
    )
    silent = sum(row["data"] < 0.01 for row in rows if row["learnt"])
    assert report.notes[1] == (
        f"Of {silent} further numbers these patients say next to nothing (data below 1 %): the "
        "text alone speaks there."
    )
    assert len(report.notes) == 3
    assert report.lead == (learnt.summary,)
    assert "learnt from 60 patients" in report.made_by


def test_what_was_stopped_too_early_says_so(taught: kb.Model) -> None:
    from dataclasses import replace

    stopped = replace(taught.learnt, converged=False)
    assert stopped.report.notes[0] == "Stopped before the best numbers were reached."
    assert stopped.report.notes[1:] == taught.learnt.report.notes


def test_risk_ratios_are_against_what_is_there_after_learning(
    taught: kb.Model, robot: kb.Model
) -> None:
    """The odds of a context without a cause moved, so did those that its ratio is taken against."""
    before = {(one.arrow.parent, one.arrow.child): one for one in robot.elicited.stated}
    moved = 0
    for one in taught.elicited.stated:
        was = before[one.arrow.parent, one.arrow.child]
        if one.arrow.statement.risk is not None and one.arrow.child in robot.elicited.leaks:
            old, new = (each.elicited.leaks[one.arrow.child].value for each in (robot, taught))
            factor = new / (1 - new) / (old / (1 - old))
            assert one.odds == pytest.approx(was.odds * factor, rel=1e-12)
            moved += factor != 1.0
        else:
            assert one.odds == pytest.approx(was.odds, nan_ok=True)
    assert moved


@pytest.mark.parametrize(
    ("before", "after", "factor"),
    [
        (0.5, 0.75, 3.0),
        (0.2, 0.5, 4.0),
        (0.0, 0.5, 1.0),
        (1.0, 0.5, 1.0),
        (0.5, 0.0, 1.0),
        (0.5, 1.0, 1.0),
    ],
)
def test_by_what_odds_are_multiplied(before: float, after: float, factor: float) -> None:
    assert _odds_factor(before, after) == pytest.approx(factor)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0.04, "0.0"), (3.14, "3.1"), (9.94, "9.9"), (10.0, "10"), (14.6, "15"), (99.0, "99"),
        (123.0, "120"), (999.0, "1,000"), (1254.0, "1,300"), (456_789.0, "460,000"),
        (9_999_999.0, "10,000,000"), (1e7, "> 10 million"), (math.inf, "never"),
    ],
)  # fmt: skip
def test_how_many_patients_in_words(count: float, words: str) -> None:
    assert _patients(count) == words
    assert _ratio(2.8284) == "x 2.8"


def test_when_patients_outweigh_a_sentence(taught: kb.Model) -> None:
    one = taught.learnt.outcomes[0]
    for data, after in ((0.5, 40.0), (0.25, 120.0), (0.0, math.inf), (1.0, 0.0)):
        told = LearntNumber(one.sentence, one.interval, one.link, data)
        assert told.outweighed_after(40) == after


def test_patients_are_named_where_they_make_up_a_hundredth(
    taught: kb.Model, robot: kb.Model
) -> None:
    """Of arrows, priors and contexts; by how much they make up; else nothing is said of them."""
    by_kind = {
        (row["kind"], row["node"], row["parent"]): row
        for row in taught.learnt.table.to_dict("records")
    }
    own, before = taught.knowledge, robot.knowledge
    pairs: list[tuple[Any, Any, dict[str, Any]]] = []
    for id, cause in own.causes.items():
        row = by_kind["prior", id, ""]
        pairs.append((cause.commonness, before.causes[id].commonness, row))
        for finding, statement in cause.shows.items():
            if ("frequency", finding, id) in by_kind:
                pairs.append(
                    (statement, before.causes[id].shows[finding], by_kind["frequency", finding, id])
                )
        for finding, statement in cause.evoked_by.items():
            pairs.append(
                (statement, before.causes[id].evoked_by[finding], by_kind["evoking", finding, id])
            )
    pairs.append((own.contexts["rain"], before.contexts["rain"], by_kind["leak", "rain", ""]))
    pairs.append((own.findings["squeak"], before.findings["squeak"], by_kind["leak", "squeak", ""]))
    named = 0
    for statement, stated, row in pairs:
        told = (_origin_of("60 patients", row["data"]),) if row["data"] >= 0.01 else ()
        assert statement.because == (*told, *stated.because), row["about"]
        named += bool(told)
    assert 5 < named < len(pairs)
    assert _origin_of("60 patients", 0.1234) == (
        "patients: 60 patients with the complaint; 12.3% of what is known of this number"
    )


# how others are foretold


def test_the_score_is_told_by_its_mean_and_error(taught: kb.Model) -> None:
    some = SEEN.iloc[[0, 1, 2, 5]].set_axis(["a", "b", "c", "d"])
    held = taught.learnt.score(some)
    table = held.table
    assert list(table.index) == ["a", "b", "c", "d"]
    assert list(table.columns) == ["before", "after", "gain"]
    gains = table["after"] - table["before"]
    assert table["gain"].tolist() == gains.tolist()
    assert (held.before, held.after, held.gain) == (
        pytest.approx(table["before"].mean()),
        pytest.approx(table["after"].mean()),
        pytest.approx(gains.mean()),
    )
    spread = math.sqrt(sum((gain - gains.mean()) ** 2 for gain in gains) / 3)
    assert held.error == pytest.approx(spread / 2)
    (grid,) = held.report.before
    assert grid.rows == (
        ("the text", f"{held.before:.3f}"),
        ("text and patients", f"{held.after:.3f}"),
        ("gain", f"{held.gain:+.3f} \u00b1 {held.error:.3f}"),
    )
    assert held.report.lead == ("4 patients foretold; higher is better.",)
    assert repr(held) == f"HeldOut(4 patients: gain {held.gain:+.3f} \u00b1 {held.error:.3f})"
    alone = taught.learnt.score(some.head(1))
    assert alone.error == math.inf
    assert alone.report.lead == ("1 patient foretold; higher is better.",)
    table["gain"] = 0.0  # a copy: what was found stays
    assert held.table["gain"].tolist() == gains.tolist()


def test_whoever_has_the_complaint_alone_scores_nothing(taught: kb.Model) -> None:
    frame = pd.DataFrame(
        {"squeak": [None, True, None], "headache": [True, True, True]}, dtype=object
    )
    scores = taught.learnt.score(frame).table
    assert scores.loc[[0, 2], ["before", "after"]].to_numpy().tolist() == [[0.0, 0.0]] * 2
    assert scores.loc[1, "before"] == pytest.approx(
        math.log(taught.learnt.before.probability({"squeak": True}, {"headache": True}))
    )
    nothing = taught.learnt.score(frame.iloc[[0, 2]])
    assert nothing.gain == 0.0


# pictures read back


def test_lessons_read_back(taught: kb.Model) -> None:
    """Two marks and two lines a row, on the scale of log-odds; the share of the data beside it."""
    table = taught.learnt.table
    rows = table[table["learnt"] & ~table["kind"].isin(["ratio", "scale"])]
    rows = rows.sort_values("data", ascending=False, kind="stable")
    ax = taught.learnt.draw()
    text, both = (
        next(line for line in ax.lines if line.get_label() == label)
        for label in ("the text", "text and patients")
    )
    for line, key, shift in ((text, "text", -0.16), (both, "now", 0.16)):
        assert list(line.get_xdata()) == pytest.approx(logit(rows[key]).tolist())
        assert list(line.get_ydata()) == pytest.approx([at + shift for at in range(len(rows))])
    segments = [line.get_segments() for line in ax.collections]
    for lines, low, high, shift in (
        (segments[0], "text_low", "text_high", -0.16),
        (segments[1], "low", "high", 0.16),
    ):
        ends = zip(logit(rows[low]), logit(rows[high]), strict=True)
        right = [[[left, at + shift], [end, at + shift]] for at, (left, end) in enumerate(ends)]
        assert np.array(lines) == pytest.approx(np.array(right))
    beside = [(one.get_text(), one.get_position()) for one in ax.texts]
    shares = [(percent(share), (1.02, at)) for at, share in enumerate(rows["data"])]
    assert beside == [*shares, ("data", (1.02, -0.7))]
    assert ax.get_ylim() == pytest.approx((len(rows) - 0.4, -0.6))


def test_lessons_that_are_drawn_are_those_of_chances(taught: kb.Model, axes: Axes) -> None:
    """Fourteen at most, by what the patients say; ratios have no place on that scale."""
    rows = taught.learnt.table
    rows = rows[rows["learnt"] & ~rows["kind"].isin(["ratio", "scale"])]
    right = rows.sort_values("data", ascending=False, kind="stable")["about"].tolist()
    assert len(right) == 12
    ax = taught.learnt.draw()
    names = [one.get_text().replace("\n", " ") for one in ax.get_yticklabels()]
    assert names == right
    assert taught.learnt.draw(axes) is axes


def held_out(gains: list[float]) -> HeldOut:
    return HeldOut(pd.DataFrame({"gain": gains}), kb.load(DATA / "tiny"), "1 patient")


def test_gains_read_back(axes: Axes) -> None:
    """As many bars as gains need, with an edge at 0: worse ones hatched on its left."""
    gains = [-0.5, -0.1, 0.0, 0.2, 0.25, 1.0]
    ax = held_out(gains).draw()
    bars = [bar for bar in ax.patches if bar.get_height() > 0]
    counted = {
        (
            round(bar.get_x(), 6),
            round(bar.get_x() + bar.get_width(), 6),
            bar.get_hatch(),
        ): bar.get_height()
        for bar in bars
    }
    third = round(1 / 3, 6)
    assert counted == {
        (round(-2 / 3, 6), -third, "///"): 1.0,
        (-third, 0.0, "///"): 1.0,
        (0.0, third, None): 3.0,
        (1.0, round(4 / 3, 6), None): 1.0,  # a bar has its left edge
    }
    edges = sorted({round(bar.get_x(), 6) for bar in ax.patches})
    assert edges[0] == round(-2 / 3, 6)
    zero, mean = ax.lines
    assert set(zero.get_xdata()) == {0.0}
    assert set(mean.get_xdata()) == {sum(gains) / 6}
    (said,) = ax.texts
    assert (said.get_text(), said.get_position()) == ("mean +0.142", (sum(gains) / 6, 1.01))
    assert ax.get_ylabel() == "patients not learnt from"
    for count, widths in ((80, 4), (400, 20), (1000, 20)):
        many = np.linspace(0.01, 1.0, count).tolist()
        ax = held_out(many).draw()
        assert {round(bar.get_width(), 6) for bar in ax.patches} == {round(1 / widths, 6)}
        assert sum(bar.get_height() for bar in ax.patches) == count
    nothing = held_out([0.0, 0.0]).draw()
    assert sum(bar.get_height() for bar in nothing.patches) == 2
    one = held_out([-2.0]).draw()
    assert [bar.get_height() for bar in one.patches if bar.get_height()] == [1.0]
    assert held_out(gains).draw(axes) is axes


# coordinates


def test_coordinates_and_numbers_are_each_others_inverse() -> None:
    """Single numbers, shares of two roots, what moves together, and what stays."""
    start = np.array([0.2, 0.3, 0.5, 0.7, 0.25, 0.75, 0.1, 0.2, 0.7, 0.4, 0.1, 0.5, 0.6])
    free = [Free(3, 0.6, 10.0)]
    families = [Family(0, (0.2, 0.3, 0.5), 20.0), Family(4, (0.25, 0.75), 30.0)]
    shifts = [JointMove((6, 9), 1.0, 2.0), JointMove((12,), 0.5, 0.25)]
    own = Coordinates(start, free, families, shifts, (6, 12), 3)
    assert len(own) == 1 + 2 + 1 + 2
    assert own.places.tolist() == [3, 1, 2, 5]
    assert own.of_place == {3: 0, 1: 1, 2: 2, 5: 3}
    assert own.first_shift == 4
    right = [logit(0.7), math.log(1.5), math.log(2.5), math.log(3.0), 0.0, 0.0]
    assert own.origin == pytest.approx(right)
    assert own.numbers(own.origin) == pytest.approx(start, abs=1e-15)
    point = np.array([0.0, 0.0, math.log(2.0), math.log(4.0), math.log(3.0), math.log(6.0)])
    moved = own.numbers(point)
    rows = [[0.3, 0.2, 0.7], [1.2, 0.1, 0.5]]
    table = [one / sum(row) for row in rows for one in row]
    assert moved == pytest.approx([0.25, 0.25, 0.5, 0.5, 0.2, 0.8, *table, 0.9], abs=1e-12)
    value, gradient, information = own.text(point)
    shares = [0.25, 0.25, 0.5]
    right_value = (
        10 * math.log(0.5)
        + 20 * (0.2 * math.log(0.25) + 0.3 * math.log(0.25) + 0.5 * math.log(0.5))
        + 30 * (0.25 * math.log(0.2) + 0.75 * math.log(0.8))
    )
    away = [math.log(3.0) / 2.0, math.log(6.0) / 0.25]
    assert value == pytest.approx(right_value - 0.5 * sum(one**2 for one in away))
    right_slope = [10 * 0.1, 20 * 0.05, 0.0, 30 * -0.05, -away[0] / 2.0, -away[1] / 0.25]
    assert gradient == pytest.approx(right_slope, abs=1e-12)
    square = np.zeros((6, 6))
    square[0, 0] = 2.5
    square[1:3, 1:3] = 20 * (np.diag(shares[1:]) - np.outer(shares[1:], shares[1:]))
    square[3, 3] = 30 * 0.16
    square[4, 4], square[5, 5] = 0.25, 16.0
    assert information == pytest.approx(square, abs=1e-12)
    below = own.text(-point)
    assert below[1][4:] == pytest.approx([math.log(3.0), math.log(6.0) / 0.25])
    assert np.diag(below[2])[4:] == pytest.approx([1.0, 4.0])
    at_origin = own.text(np.zeros(6))
    assert np.diag(at_origin[2])[4:] == pytest.approx([1.0, 4.0])  # 0 is below, where nothing pulls
    residuals = np.arange(26.0).reshape(2, 13)
    assert own.scores(residuals).tolist() == [
        [3.0, 1.0, 2.0, 5.0, 15.0, 12.0],
        [16.0, 14.0, 15.0, 18.0, 41.0, 25.0],
    ]
    assert own.curvatures(np.arange(13.0)).tolist() == [3.0, 1.0, 2.0, 5.0, 15.0, 12.0]
    alone = Coordinates(start, free)
    assert alone.scores(residuals).tolist() == [[3.0], [16.0]]
    assert alone.numbers(np.array([0.0])).tolist() == [*start[:3], 0.5, *start[4:]]
    assert len(alone) == 1
