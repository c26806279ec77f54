"""Pictures of studies read back: each mark, interval and name stands where its number says."""

import math
from dataclasses import fields, replace
from typing import Any

import pytest
from drawn import (
    assert_plain,
    assert_rows_fill,
    assert_shows,
    legend,
    lines,
    marked,
    near,
    rows_of,
    strokes,
)
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import kneebayes as kb
from kneebayes.study.accuracy import DRAWN, Accuracy, AccuracyRow
from kneebayes.study.evidence_share import evidence_share
from kneebayes.study.published import VISITS, published_cases
from kneebayes.study.scores import (
    draw_calibration,
    draw_learning,
    draw_recall,
    draw_scores,
    draw_worlds,
)
from kneebayes.view.figures import BLACK, BLUE, ORANGE, PALETTE
from kneebayes.view.markup import percent

SCORED: list[dict[str, Any]] = [
    {"predictor": "exact $", "value": 0.2, "low": 0.18, "high": 0.22},
    {"predictor": "close", "value": 0.21, "low": 0.19, "high": 0.23, "doubt": True},
    {"predictor": "never", "value": math.inf},
    {"predictor": "worse", "value": 0.4},
]


@pytest.mark.parametrize(
    ("score", "order"),
    [
        ("log_score", ["never", "worse", "close", "exact $"]),
        ("brier", ["never", "worse", "close", "exact $"]),
        ("calibration_error", ["never", "worse", "close", "exact $"]),
        ("auc", ["never", "exact $", "close", "worse"]),
        ("recall_3", ["never", "exact $", "close", "worse"]),
    ],
)
def test_scores_stand_at_their_values_the_best_on_top(
    axes: Axes, score: str, order: list[str]
) -> None:
    assert draw_scores(SCORED, score, axes) is axes
    assert rows_of(axes) == order
    by_name = {row["predictor"]: row for row in SCORED}
    drawn = [(at, by_name[name]) for at, name in enumerate(order) if name != "never"]
    assert marked(axes, "o") == [(row["value"], at) for at, row in drawn]
    assert strokes(axes) == [
        [(row.get("low", row["value"]), at), (row.get("high", row["value"]), at)]
        for at, row in drawn
    ]
    for at, row in drawn:
        (dot,) = (one for one in axes.lines if one.get_marker() == "o" and one.get_ydata()[0] == at)
        colour = BLUE if row["predictor"] == "exact $" else ORANGE
        assert dot.get_color() == colour
        assert dot.get_mfc() == ("white" if row.get("doubt") else colour)
    told = [(one.get_text(), *one.get_position()) for one in axes.texts]
    assert told == [
        (f"{by_name[name]['value']:.4f}" if name != "never" else "inf", 1.02, at)
        for at, name in enumerate(order)
    ]
    said = axes.get_xlabel().split("\n")
    assert said[-2:] == [
        "lines: 95 % intervals, cases drawn again",
        "hollow: perhaps as good as exact $",
    ]
    assert_rows_fill(axes, 4)
    assert_shows(axes.get_xlim(), 0.18, 0.4, 0.07, 0.05)
    assert any(line.get_visible() for line in axes.get_ygridlines())
    assert_plain(axes)


def test_scores_without_intervals_say_nothing_of_them() -> None:
    ax = draw_scores([{"predictor": "a", "value": 0.5}], "my own score")
    assert ax.get_xlabel() == "my own score"
    assert rows_of(draw_scores([], "brier")) == []


def test_recall_has_a_line_a_predictor_each_with_a_look_of_its_own(axes: Axes) -> None:
    firsts = [1, 2, 3]
    told = {f"p{at} $": [0.1 * at, 0.1 * at + 0.05, 0.1 * at + 0.08] for at in range(9)}
    assert draw_recall(firsts, told, axes) is axes
    assert [places for places, _, _ in lines(axes)] == [
        list(zip(firsts, values, strict=True)) for values in told.values()
    ]
    assert [mark for _, mark, _ in lines(axes)] == list("osD^vPX*<")
    assert len({colour for *_, colour in lines(axes)}) == 9
    assert len({line.get_linestyle() for line in axes.lines[:4]}) == 4
    assert [line.get_label() for line in axes.lines] == [rf"p{at} \$" for at in range(9)]
    ends = {one.get_text(): one for one in axes.texts}
    assert list(ends) == list(told)
    assert [to_hex(one.get_color()) for one in ends.values()] == [c for *_, c in lines(axes)]
    assert list(axes.get_xticks()) == firsts
    assert axes.get_xlim() == pytest.approx((0.7, 3.3))
    assert axes.get_ylim() == pytest.approx((0.0, 1.02))
    assert_plain(axes)


def test_learners_stand_at_their_sizes_and_the_others_level(axes: Axes) -> None:
    learners = {
        "tree $": [
            {"size": 1000, "value": 0.3, "low": 0.28, "high": 0.33},
            {"size": 100, "value": 0.5, "low": 0.45, "high": 0.56},
        ],
        "line": [{"size": 300, "value": 0.4}],
    }
    others = [
        {"predictor": "exact", "value": 0.2, "low": 0.19, "high": 0.21},
        {"predictor": "prior $", "value": 0.6},
    ]
    assert draw_learning(learners, others, "log_score", axes) is axes
    curve, one, *level = lines(axes)
    assert curve[:2] == ([(100.0, 0.5), (1000.0, 0.3)], "o")
    assert one[:2] == ([(300.0, 0.4)], "s")
    assert [curve[2], one[2]] == [BLACK.lower(), PALETTE[4].lower()]
    assert [(y, colour) for ((_, y), _), _, colour in level] == [
        (0.2, PALETTE[0].lower()),
        (0.6, PALETTE[1].lower()),
    ]
    upright = [part.tolist() for bar in axes.collections for part in bar.get_segments()]
    assert upright == [
        [[100, 0.45], [100, 0.56]],
        [[1000, 0.28], [1000, 0.33]],
        [[300, 0.4], [300, 0.4]],
    ]
    (band,) = axes.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.19, 0.21))
    names = ["tree $, learned", "line, learned", "exact: 0.2000", "prior $: 0.6000"]
    assert [text.get_text() for text in axes.texts] == names
    assert [line.get_label() for line in axes.lines] == [one.replace("$", r"\$") for one in names]
    assert [to_hex(text.get_color()) for text in axes.texts] == [
        curve[2], one[2], *(colour for *_, colour in level)
    ]  # fmt: skip
    assert axes.get_xscale() == "log"
    assert axes.get_xlim() == pytest.approx((80.0, 1250.0))
    assert [one.get_text() for one in axes.get_xticklabels()] == ["100", "300", "1,000"]
    assert list(axes.get_xticks()) == [100, 300, 1000]
    assert list(axes.get_xticks(minor=True)) == []
    assert axes.get_xlabel().split("\n") == [
        "cases learned from", "bands, upright lines: 95 % intervals"
    ]  # fmt: skip
    assert axes.get_ylabel().startswith("log score in bits\n(mean over")
    assert_plain(axes)


def test_without_learners_there_are_only_level_lines() -> None:
    ax = draw_learning({}, [{"predictor": "a", "value": 0.3, "low": 0.2, "high": 0.4}], "auc")
    assert (ax.get_xlabel(), ax.get_xscale()) == ("bands: 95 % intervals", "linear")
    assert list(ax.get_xticks()) == []
    assert draw_learning({}, [{"predictor": "a", "value": 0.3}], "auc").get_xlabel() == ""


def test_worlds_stand_with_who_knows_them_the_first_on_top(axes: Axes) -> None:
    names = ("log_score", "informed_log_score", "prior_log_score", "regret")
    rows = [
        {"world": "as_stated", **dict(zip(names, (0.2, 0.2, 0.4, 0.0), strict=True))},
        {"world": "other $", **dict(zip(names, (0.3, 0.25, 0.45, 0.05), strict=True))},
        {"world": "never", **dict(zip(names, (math.nan, 0.3, 0.5, math.nan), strict=True))},
    ]
    assert draw_worlds(rows, axes) is axes
    assert rows_of(axes) == ["never", "other $", "as stated"]
    assert strokes(axes) == [[(0.3, 0)], [(0.25, 1), (0.3, 1)], [(0.2, 2), (0.2, 2)]]
    assert marked(axes, "D") == [(0.3, 0), (0.25, 1), (0.2, 2)]
    assert marked(axes, "o")[1:] == [(0.3, 1), (0.2, 2)]
    assert marked(axes, "|") == [(0.5, 0), (0.45, 1), (0.4, 2)]
    assert [(one.get_text(), *one.get_position()) for one in axes.texts] == [
        ("regret", 1.02, 2.6),
        ("cannot be told", 1.02, 0),
        ("+0.0500", 1.02, 1),
        ("+0.0000", 1.02, 2),
    ]
    assert legend(axes) == ["who knows that world", "the model as it is", "its priors alone"]
    assert_rows_fill(axes, 3)
    assert any(line.get_visible() for line in axes.get_ygridlines())
    assert_plain(axes)


def log_odds(probability: float) -> float:
    probability = min(max(probability, 1e-7), 1.0 - 1e-7)
    return math.log(probability / (1.0 - probability))


def calibrated(predicted: float, observed: float, low: float, high: float, count: int = 9) -> dict:
    names = ("predicted", "observed", "observed_low", "observed_high", "count")
    return dict(zip(names, (predicted, observed, low, high, count), strict=True))


def test_calibration_stands_on_the_scale_of_log_odds(axes: Axes) -> None:
    rows = [
        calibrated(0.004, 0.0, 0.0, 0.03),
        calibrated(0.3, 0.25, 0.2, 0.36),
        calibrated(0.5, 0.9, 0.5, 0.5, count=0),  # nobody is in it
        calibrated(0.9, 0.8, 0.002, 0.97),
    ]
    assert draw_calibration(rows, "mine $", axes) is axes
    low, high = log_odds(0.004) - 0.4, log_odds(0.97) + 0.4
    right = axes.lines[0]  # what is predicted comes true
    assert (right.get_xy1(), right.get_slope()) == ((0.0, 0.0), 1.0)
    spans = strokes(axes)[1:]
    assert spans == [
        near([(log_odds(0.004), log_odds(0.0)), (log_odds(0.004), log_odds(0.03))]),
        near([(log_odds(0.3), log_odds(0.2)), (log_odds(0.3), log_odds(0.36))]),
        near([(log_odds(0.9), log_odds(0.002)), (log_odds(0.9), log_odds(0.97))]),
    ]
    assert marked(axes, "o") == near(
        [(log_odds(0.3), log_odds(0.25)), (log_odds(0.9), log_odds(0.8))]
    )
    assert marked(axes, "v") == near([(log_odds(0.004), log_odds(0.03))])
    shares = (0.01, 0.05, 0.2, 0.5, 0.8, 0.95)
    places = {percent(share): log_odds(share) for share in shares}
    told = [one.get_text() for one in axes.get_yticklabels()]
    assert dict(zip(told, axes.get_yticks(), strict=True)) == pytest.approx(places)
    below = [one.get_text() for one in axes.get_xticklabels()]  # those that do not touch
    assert list(axes.get_xticks()) == near([places[text] for text in below])
    assert len(below) >= 3
    assert axes.get_xlim() == pytest.approx((low, high))
    assert axes.get_ylim() == pytest.approx((low, high))
    assert axes.get_aspect() == 1.0
    assert axes.get_title() == "mine $"
    assert_plain(axes)


def test_what_is_certain_is_calibrated_at_the_edge() -> None:
    ax = draw_calibration([calibrated(0.0, 1.0, 0.4, 1.0), calibrated(1.0, 1.0, 0.5, 1.0)])
    edge = math.log(1e7 - 1.0)
    assert marked(ax, "o") == near([(-edge, edge), (edge, edge)])
    shares = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
    assert list(ax.get_yticks()) == near([log_odds(share) for share in shares])


def test_two_calibrations_beside_each_other_have_the_same_scales() -> None:
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2, sharex=True, sharey=True)
    draw_calibration([calibrated(0.01, 0.02, 0.01, 0.2)], "left", left)
    draw_calibration([calibrated(0.5, 0.6, 0.4, 0.9)], "right", right)
    for ax in (left, right):
        for span in (ax.get_xlim(), ax.get_ylim()):
            assert span == pytest.approx((log_odds(0.01) - 0.4, log_odds(0.9) + 0.4))


RATIOS = [  # low, high, the model's, the verdict
    (2.0, 4.0, 3.0, "inside"),
    (2.0, 4.0, 4.0, "inside"),
    (0.2, 0.4, 0.02, "far"),
    (2.0, 3.0, 0.5, "reversed"),
    (3.0, 3.0, 4.0, "near"),
    (0.5, 0.5, 0.001, "far"),
]


@pytest.fixture
def ratios(knee: kb.Model) -> Accuracy:
    rows = [
        AccuracyRow(
            "gout", "fever=present; redness=absent", "age=older", low, high, "x", model, said
        )
        for low, high, model, said in RATIOS
    ]
    return Accuracy(knee.data, tuple(rows), 3)


def test_published_ratios_and_the_models_stand_in_one_line_the_furthest_on_top(
    ratios: Accuracy, axes: Axes
) -> None:
    assert ratios.draw(axes) is axes

    def away(row: tuple[float, float, float, str]) -> float:
        low, high, model = (math.log(max(one, 1e-6)) for one in row[:3])
        return max(low - model, model - high)

    dots = marked(axes, "o")
    assert dots == [(row[2], at) for at, row in enumerate(sorted(RATIOS, key=away))]
    for (x, y), stroke in zip(dots, strokes(axes), strict=False):
        low, high = stroke[0][0], stroke[1][0]
        assert stroke == [(low, y), (high, y)]
        (said,) = {row[3] for row in RATIOS if row[:3] == (low, high, x)}
        (dot,) = (one for one in axes.lines if one.get_marker() == "o" and one.get_ydata()[0] == y)
        assert dot.get_color() == ("#b2481e" if said in ("far", "reversed") else "#1f5a99")
    assert [[x for x, _ in stroke] for stroke in strokes(axes)][-1] == [1.0, 1.0]
    assert marked(axes, "|") == [place for stroke in strokes(axes)[:-1] for place in stroke]
    assert set(rows_of(axes)) == {"gout: fever, no redness"}
    assert axes.get_xscale() == "log"
    assert_plain(axes)


def test_a_report_of_ratios_tells_every_row_and_what_is_near(ratios: Accuracy) -> None:
    names = [one.name for one in fields(AccuracyRow)]
    for row, said in zip(ratios.rows, ratios.table.to_dict(orient="records"), strict=True):
        assert said == {name: getattr(row, name) for name in names}
    for row, (low, high, model, verdict) in zip(ratios.report.rows, RATIOS, strict=True):
        span = f"{low:g} to {high:g}" if low < high else f"{low:g}"
        older = f"{ratios.data.knowledge.label('age')}: older"
        expected = ("gout", "fever, no redness", older, span, f"{model:.2g}", verdict)
        assert row == expected
    assert ratios.share("inside", "near") == pytest.approx(3 / 6)
    assert ratios.share("near") == pytest.approx(1 / 6)
    assert ratios.share() == 0.0
    near_said, about, left_out = ratios.report.notes
    assert near_said.startswith(
        "50% of 6 lie in the published interval or within a factor of 1.5 of"
    )
    assert near_said.endswith("17% point the other way.")
    assert about
    assert left_out == "Left out, for the model has no such cause or answer: 3."
    assert len(Accuracy(ratios.data, ratios.rows, 0).report.notes) == 2
    assert repr(ratios) == "Accuracy(6 ratios, 50% near)"
    nothing = Accuracy(ratios.data, (), 1)
    assert (nothing.share("near"), len(nothing)) == (0.0, 0)


@pytest.mark.parametrize(
    ("ratio", "low", "high", "verdict"),
    [
        (3.0, 2.0, 4.0, "inside"), (2.0, 2.0, 4.0, "inside"), (4.0, 2.0, 4.0, "inside"),
        (2.0, 3.0, 6.0, "near"), (9.0, 3.0, 6.0, "near"), (9.1, 3.0, 6.0, "far"),
        (1.9, 3.0, 6.0, "far"),
        (1.1, 4.0, 6.0, "far"), (0.9, 4.0, 6.0, "reversed"), (1.0, 4.0, 6.0, "far"),
        (1.1, 0.1, 0.2, "reversed"), (0.9, 0.1, 0.2, "far"), (1.0, 0.1, 0.2, "far"),
        (9.0, 0.9, 1.5, "far"), (0.1, 0.9, 1.5, "far"), (9.0, 0.2, 1.0, "far"),
        (0.1, 1.0, 2.0, "far"),
    ],
)  # fmt: skip
def test_a_ratio_is_inside_near_far_or_turned_round(
    ratio: float, low: float, high: float, verdict: str
) -> None:
    from kneebayes.study.accuracy import _verdict

    assert _verdict(ratio, low, high) == verdict


def test_only_the_furthest_ratios_are_drawn(ratios: Accuracy) -> None:
    some = [
        AccuracyRow("gout", "fever=present", "", 1.0, 1.0, "", 1.0 + at, "far")
        for at in range(DRAWN + 5)
    ]
    ax = Accuracy(ratios.data, tuple(some), 0).draw()
    assert [x for x, _ in marked(ax, "o")] == [1.0 + at for at in range(5, DRAWN + 5)]
    said = " ".join(ax.get_xlabel().split())
    assert said.endswith(f"the {DRAWN} of {DRAWN + 5} that differ most")


def test_shares_of_evidence_are_bars_end_to_end(robot: kb.Model, axes: Axes) -> None:
    told = {"first_visit": {"squeak": True}, "tests": {"short circuit": True}}
    one = replace(published_cases("work")[0], causes=("rusty_bolt",), beyond=(), **told)
    found = evidence_share(robot, [one])
    assert found.draw(axes) is axes
    every = ("article", "literature", "assumption", "patients")
    kinds = [kind for kind in every if kind in set(found.table["origin"])]
    shares = {(row["visit"], row["origin"]): row["share"] for row in found.table.to_dict("records")}
    bars = iter(axes.patches)
    texts = {(one.get_text(), one.get_position()) for one in axes.texts}
    written = set()
    for at, visit in enumerate(VISITS):
        start = 0.0
        for kind, bar in zip(kinds, bars):  # noqa: B905
            share = shares[visit, kind]
            assert bar.get_x() == pytest.approx(start)
            assert bar.get_width() == pytest.approx(share)
            assert bar.get_y() + bar.get_height() / 2.0 == pytest.approx(at)
            if share > 0.0:
                ((text, (x, y)),) = (one for one in texts if one[1] == (start + share / 2.0, at))
                assert text == f"{share:.0%}"
                written.add((text, (x, y)))
            start += share
        assert start == pytest.approx(1.0)
    assert written == texts
    assert [one.get_text() for one in axes.get_yticklabels()] == list(VISITS)
    assert list(axes.get_yticks()) == [0, 1]
    assert axes.yaxis_inverted()
    assert axes.get_xlim() == (0.0, 1.0)
    assert legend(axes) == kinds
    assert not axes.spines["top"].get_visible()
    assert not axes.spines["right"].get_visible()
