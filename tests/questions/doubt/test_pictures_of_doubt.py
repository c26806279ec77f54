"""Pictures of how sure an answer is, read back: each mark at the log-odds of its number."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from drawn import (
    assert_plain,
    assert_shows,
    bars,
    legend,
    lines,
    marked,
    near,
    rows_of,
    strokes,
    words,
)
from matplotlib.axes import Axes
from matplotlib.text import Text

from kneebayes.questions.doubt.lexicons import draw_readings
from kneebayes.questions.doubt.robustness import draw_intervals, draw_slopes
from kneebayes.questions.doubt.sensitivity import draw_curves
from kneebayes.questions.doubt.tornado import draw_tornado
from kneebayes.view.figures import AMBER, BLACK, BLUE, ORANGE, PALETTE
from kneebayes.view.markup import percent

EXPLAINS = "P(it explains the complaint | evidence)"
NAMES = ("prior", "prior_low", "prior_high", "posterior", "low", "high", "p_first")
ROWS: list[dict[str, Any]] = [
    {"cause": cause, "urgent": urgent, **dict(zip(NAMES, numbers, strict=True))}
    for cause, urgent, numbers in (
        ("gout", False, (0.2, 0.15, 0.25, 0.6, 0.45, 0.7, 0.81)),
        ("sepsis $", True, (0.05, 0.02, 0.1, 0.3, 0.2, 0.5, 0.18)),
        ("cyst", False, (0.1, 0.08, 0.13, 0.01, 0.004, 0.03, 0.0)),
    )
]


def log_odds(probability: float) -> float:
    """Of what is certain, those of one in a million."""
    probability = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(probability / (1.0 - probability))


def ticks(ax: Axes) -> dict[str, float]:
    """The marks along the lower edge."""
    texts = [one.get_text() for one in ax.get_xticklabels()]
    return dict(zip(texts, map(float, ax.get_xticks()), strict=True))


def assert_odds_below(ax: Axes, values: list[float]) -> None:
    """The lower edge reaches a little beyond all values; its marks stand at their log-odds."""
    low, high = log_odds(min(values)), log_odds(max(values))
    room = 0.06 * (high - low) + 0.3
    assert ax.get_xlim() == pytest.approx((low - room, high + room))
    shown = ticks(ax)
    assert len(shown) >= 2
    for text, place in shown.items():
        assert place == pytest.approx(log_odds(float(text.rstrip("%")) / 100.0), abs=0.02)
        assert low - room <= place <= high + room
    assert any(line.get_visible() for line in ax.get_xgridlines())
    assert not any(line.get_visible() for line in ax.get_ygridlines())
    assert ax.get_axisbelow() is True


def test_intervals_stand_at_their_log_odds_the_first_on_top(axes: Axes) -> None:
    assert draw_intervals(ROWS, axes) is axes
    assert rows_of(axes) == ["cyst", "sepsis $ (urgent)", "gout"]
    drawn = list(reversed(ROWS))
    assert strokes(axes) == [
        near([(log_odds(row["low"]), at), (log_odds(row["high"]), at)])
        for at, row in enumerate(drawn)
    ]
    dots = [(places, mark, colour) for places, mark, colour in lines(axes) if mark]
    assert dots == [
        (
            near([(log_odds(row["posterior"]), at)]),
            "D" if row["urgent"] else "o",
            (ORANGE if row["urgent"] else BLUE).lower(),
        )
        for at, row in enumerate(drawn)
    ]
    told = [(text.get_text(), *text.get_position()) for text in axes.texts]
    numbers = [("1.0%", "0%"), ("30%", "18%"), ("60%", "81%")]
    assert told == [
        *((text, x, at) for at, pair in enumerate(numbers) for text, x in zip(pair, (1.24, 1.48))),  # noqa: B905
        ("now", 1.24, 1.0),
        ("first", 1.48, 1.0),
    ]
    for text in axes.texts[:6]:
        assert text.get_transform() == axes.get_yaxis_transform()
    assert all(text.get_transform() == axes.transAxes for text in axes.texts[6:])
    assert {text.get_ha() for text in axes.texts} == {"right"}  # two columns
    assert_odds_below(axes, [row[name] for row in ROWS for name in ("low", "high")])
    assert axes.get_xlabel().startswith(f"{EXPLAINS} and 5 to 95 % of the draws")
    assert axes.get_xlabel().endswith("\nfirst: in how many draws it comes first")
    assert_plain(axes)


def test_what_is_certain_stands_at_the_edge() -> None:
    rows = [{**ROWS[0], "low": 0.5, "posterior": 1.0, "high": 1.0}, {**ROWS[2], "low": 0.0}]
    ax = draw_intervals(rows)
    edge = math.log(1e6 - 1.0)
    assert marked(ax, "o")[1] == pytest.approx((edge, 1))
    assert strokes(ax)[0][0] == pytest.approx((-edge, 0))


def test_slopes_lead_from_priors_to_posteriors_with_both_intervals(axes: Axes) -> None:
    assert draw_slopes(ROWS, axes) is axes
    shifts = [-0.03, 0.0, 0.03]
    upright = [stroke for stroke in strokes(axes) if stroke[0][0] == stroke[1][0]]
    assert upright == [
        near([(x + shift, log_odds(row[low])), (x + shift, log_odds(row[high]))])
        for row, shift in zip(ROWS, shifts, strict=True)
        for x, low, high in ((0.0, "prior_low", "prior_high"), (1.0, "low", "high"))
    ]
    ways = [(places, colour) for places, mark, colour in lines(axes) if mark == "o"]
    assert ways == [
        (
            near([(shift, log_odds(row["prior"])), (1 + shift, log_odds(row["posterior"]))]),
            (ORANGE if row["urgent"] else BLUE).lower(),
        )
        for row, shift in zip(ROWS, shifts, strict=True)
    ]
    told = {text.get_text(): text.xy for text in axes.texts}  # type: ignore[attr-defined]
    assert told == {  # each name is led to its own end, with the number there
        name: pytest.approx((1.0, log_odds(row["posterior"])))
        for name, row in zip(("gout 60%", "sepsis $ (urgent) 30%", "cyst 1.0%"), ROWS, strict=True)
    }
    assert [text.get_color() for text in axes.texts] == [BLUE, ORANGE, BLUE]
    assert axes.get_xlim() == pytest.approx((-0.12, 1.06))
    assert list(axes.get_xticks()) == [0.0, 1.0]
    assert [one.get_text().split("\n")[0] for one in axes.get_xticklabels()] == [
        "prior", "posterior"
    ]  # fmt: skip
    heights = [one.get_text() for one in axes.get_yticklabels()]
    assert heights == ["1.0%", "5.0%", "20%", "50%"]  # those between 0.4 and 70 %
    for text, place in zip(heights, axes.get_yticks(), strict=True):
        assert place == pytest.approx(log_odds(float(text.rstrip("%")) / 100.0))
    assert_plain(axes)


SCALE = (1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)


def test_a_scale_of_log_odds_has_marks_all_the_way() -> None:
    row = {**ROWS[0], "prior": 0.8, "prior_low": 0.0, "posterior": 1.0, "high": 1.0}
    ax = draw_slopes([row])
    assert list(ax.get_yticks()) == near([log_odds(share) for share in SCALE])
    assert [one.get_text() for one in ax.get_yticklabels()] == [percent(one) for one in SCALE]
    assert marked(ax, "o")[0] == pytest.approx((-0.03, log_odds(0.8)))
    ax = draw_intervals([{**ROWS[0], "low": 0.06, "posterior": 0.1, "high": 0.16}])
    assert ticks(ax) == pytest.approx({"5.0%": log_odds(0.05), "20%": log_odds(0.2)})  # in the room


def test_names_at_the_ends_of_slopes_keep_apart_and_stay_inside() -> None:
    rows = [
        {**ROWS[0], "cause": f"cause {place}", "posterior": 0.7 - 0.001 * place, "high": 0.71}
        for place in range(12)
    ]

    def heights(ax: Axes) -> list[float]:
        return [float(text.xyann[1]) for text in ax.texts]  # type: ignore[attr-defined]

    many = draw_slopes(rows)
    many.figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in many.texts]  # without the lines to them
    assert all(lower.y1 < upper.y0 for upper, lower in itertools.pairwise(boxes))
    assert boxes[0].y1 <= many.bbox.y1 + 2.0
    assert -np.diff(heights(many)) == pytest.approx([heights(many)[0] - heights(many)[1]] * 11)
    few = draw_slopes([{**row, "posterior": 0.3 + 1e-4 * at} for at, row in enumerate(rows[:2])])
    first, second = heights(few)
    assert first == pytest.approx(log_odds(0.3))  # the lower one has no reason to move
    assert second > log_odds(0.3001)
    assert [x for x, _ in marked(few, "o")] == near([-0.03, 0.97, 0.03, 1.03])
    one = draw_slopes(rows[:1])
    assert marked(one, "o")[0][0] == pytest.approx(-0.03)
    assert heights(one) == [pytest.approx(log_odds(0.7))]


def test_readings_stand_at_what_each_lexicon_says(axes: Axes) -> None:
    lexicons = {"a": "words $", "b": "numbers", "c": "others"}
    rows = [
        {"cause": "gout", "urgent": False, "a": 0.5, "b": 0.2, "c": 0.7},
        {"cause": "sepsis $", "urgent": True, "a": 0.01, "b": 0.05, "c": 0.02},
    ]
    assert draw_readings(rows, lexicons, axes) is axes
    assert rows_of(axes) == ["sepsis $ (urgent)", "gout"]
    assert [[y for _, y in stroke] for stroke in strokes(axes)] == [[0.5, 0.5]]  # between the rows
    dots = [(places, mark, colour) for places, mark, colour in lines(axes) if mark]
    assert dots == [
        (near([(log_odds(rows[1 - at][id]), at + shift) for at in (0, 1)]), mark, colour.lower())
        for id, mark, shift, colour in zip(
            "abc", "osD", (0.3, 0.0, -0.3), (BLACK, *PALETTE), strict=False
        )
    ]
    assert legend(axes) == ["words $", "numbers", "others"]
    assert_odds_below(axes, [row[id] for row in rows for id in "abc"])
    assert axes.get_xlabel() == f"{EXPLAINS} under each lexicon, on the scale of log-odds"
    assert_plain(axes)


def test_many_lexicons_have_marks_of_their_own_and_a_legend_above_of_three_columns() -> None:
    ids = [f"l{place}" for place in range(12)]
    row = {"cause": "gout", "urgent": False, **dict.fromkeys(ids, 0.4), "l3": 0.2}
    ax = draw_readings([row] * 8, {id: id for id in ids})
    dots = [(mark, colour) for _, mark, colour in lines(ax) if mark]
    assert len(set(dots)) == 12
    assert [mark for mark, _ in dots] == list("osD^vPX*<>os")
    assert [colour for _, colour in dots][7:] == [colour for _, colour in dots][:5]
    ax.figure.canvas.draw()
    inside = ax.transAxes.inverted()
    places = [one.get_window_extent().transformed(inside) for one in ax.get_legend().get_texts()]
    assert len({round(place.x0, 2) for place in places}) == 3
    assert min(place.y0 for place in places) > 1.0


CURVES = {
    "gout $": ([0.0, 0.2, 0.4], [0.1, 0.3, 0.5]),
    "cyst": ([0.0, 0.2, 0.4], [0.6, 0.4, 0.2]),
}


def test_curves_stand_at_their_numbers_with_the_model_and_the_changes(axes: Axes) -> None:
    flips = [(0.23, 0.35), (0.35, 0.45)]
    assert draw_curves(CURVES, 0.1, flips, "how often $", upto=0.4, ax=axes) is axes
    first, second, model, *dots = lines(axes)
    assert first == (list(zip(*CURVES["gout $"], strict=True)), "", PALETTE[0].lower())
    assert second == (list(zip(*CURVES["cyst"], strict=True)), "", PALETTE[1].lower())
    assert [one.get_label() for one in axes.lines[:2]] == [r"gout \$", "cyst"]  # for a legend
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    assert [x for x, _ in model[0]] == [0.1, 0.1]
    assert [(places, mark) for places, mark, _ in dots] == [([flip], "o") for flip in flips]
    told = {one.get_text(): one for one in axes.texts}
    assert list(told)[:3] == ["in the model: 10%", "lead changes at 23%", "lead changes at 35%"]
    assert told["in the model: 10%"].xy == (0.1, 1.03)  # on the upper edge
    assert told["in the model: 10%"].get_position() == (5, 2)  # beside its line
    assert told["in the model: 10%"].get_ha() == "left"
    assert told["lead changes at 23%"].xy == (0.23, 0.35)
    assert told["lead changes at 35%"].xy == (0.35, 0.45)
    assert told["lead changes at 23%"].get_ha() == "left"  # up to 0.6 of the scale
    assert told["lead changes at 23%"].get_position() == (9, 7)
    assert told["lead changes at 35%"].get_ha() == "right"
    assert told["lead changes at 35%"].get_position() == (-9, 7)
    assert told["gout $"].xy[0] == told["cyst"].xy[0] == 1.0
    assert told["gout $"].xy[1] == pytest.approx(0.5)
    assert told["cyst"].xy[1] == pytest.approx(0.2)
    assert [told[name].get_color() for name in CURVES] == list(PALETTE[:2])
    assert axes.get_xlim() == (0.0, 0.4)
    assert axes.get_ylim() == (0.0, 1.12)
    axes.figure.canvas.draw()
    scale = [one.get_text() for one in axes.get_yticklabels()]
    assert scale == ["0%", "25%", "50%", "75%", "100%"]
    assert {one.get_text() for one in axes.get_xticklabels()} >= {"0%", "20%", "40%"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("how often $", EXPLAINS)
    assert_plain(axes)


def test_a_curve_goes_to_one_and_many_curves_differ() -> None:
    numbers = [0.0, 1.0]
    curves = {f"c{place}": (numbers, [0.1, place / 10]) for place in range(8)}
    ax = draw_curves(curves, 0.5, [], "")
    assert ax.get_xlim() == (0.0, 1.0)
    looks = [(line.get_color(), str(line._dash_pattern)) for line in ax.lines[:8]]
    assert len(set(looks)) == 8


BARS: list[dict[str, Any]] = [
    {"about": "how often it hurts $", "at_low": 0.1, "at_high": 0.6, "unsaid": 0.45},
    {"about": "word " * 40, "at_low": 0.35, "at_high": 0.2, "unsaid": math.nan},
    {"about": "one end", "at_low": math.nan, "at_high": 0.32, "unsaid": 0.31},
]


def test_a_tornado_reaches_from_the_posterior_to_both_ends_the_furthest_on_top(axes: Axes) -> None:
    assert draw_tornado(BARS, 0.3, "gout $", axes) is axes
    assert rows_of(axes)[0] == "one end"
    assert rows_of(axes)[2] == "how often it hurts $"
    assert axes.get_yticklabels()[1].get_text() == "\n".join(
        [" ".join(["word"] * 7), " ".join(["word"] * 7), " ".join([*["word"] * 6, "..."])]
    )
    low, high = AMBER.lower(), BLUE.lower()
    found = sorted((at, end, colour) for start, end, at, colour in bars(axes) if start == 0.3)
    assert len(found) == len(axes.patches)
    assert [(at, colour) for at, _, colour in found] == [
        (0.0, high), (1.0, high), (1.0, low), (2.0, low), (2.0, high)
    ]  # fmt: skip
    assert [end for _, end, _ in found] == near([0.32, 0.2, 0.35, 0.1, 0.6])
    assert marked(axes, "D") == [(0.31, 0), (0.45, 2)]
    (model,) = strokes(axes)
    assert [x for x, _ in model] == [0.3, 0.3]
    assert legend(axes) == ["had it not been said", "at the low end", "at the high end"]
    assert axes.get_xlabel().split("\n") == [
        "P(gout $ explains it | evidence)",
        "line: 30%, all at their values",
    ]
    said = [(one.get_text(), one.xy, one.get_ha(), one.get_position()) for one in axes.texts]
    left, right = ("right", (-7, 0)), ("left", (7, 0))  # beside the least and the greatest
    assert said == [
        ("32%", (0.32, 0), *right),
        ("20%", (0.2, 1), *left),
        ("35%", (0.35, 1), *right),
        ("10%", (0.1, 2), *left),
        ("60%", (0.6, 2), *right),
    ]
    assert_shows(axes.get_xlim(), 0.1, 0.6, 0.31, 0.29)
    axes.figure.canvas.draw()
    assert {one.get_text()[-1] for one in axes.get_xticklabels()} == {"%"}
    assert 2 <= len(axes.get_xticks()) <= 6
    assert_plain(axes)


def label_of_bar(about: str) -> str:
    bar = {"about": about, "at_low": 0.1, "at_high": 0.6, "unsaid": math.nan}
    return str(draw_tornado([bar], 0.3, "gout").get_yticklabels()[0].get_text())


def test_a_bar_has_three_lines_of_36_letters_at_most() -> None:
    line = f"{'a' * 20} {'b' * 15}"
    assert label_of_bar(line) == line
    assert label_of_bar(f"{line}b") == line.replace(" ", "\n") + "b"
    assert label_of_bar(" ".join([line] * 3)) == "\n".join([line] * 3)
    assert label_of_bar(" ".join([line] * 4)) == "\n".join([line, line, f"{'a' * 20} ..."])


def test_a_number_beside_a_bar_stands_only_where_it_differs_from_the_posterior() -> None:
    bar = {"about": "a", "at_low": 0.301, "at_high": 0.302, "unsaid": 0.1}
    assert list(words(draw_tornado([bar], 0.3, "gout"))) == ["10%"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ((), []),
        (("at_low",), ["at the low end"]),
        (("at_high",), ["at the high end"]),
        (("unsaid",), ["had it not been said"]),
    ],
)
def test_the_legend_of_a_tornado_names_only_what_is_there(
    names: tuple[str, ...], shown: list[str]
) -> None:
    nothing = dict.fromkeys(("at_low", "at_high", "unsaid"), math.nan)
    ax = draw_tornado([{"about": "a", **nothing, **dict.fromkeys(names, 0.4)}], 0.3, "gout")
    assert legend(ax) == shown
    if shown:
        ax.figure.canvas.draw()
        box = ax.get_legend().get_window_extent().transformed(ax.transAxes.inverted())
        assert 1.0 <= box.y0 <= 1.1
        assert (box.x0 + box.x1) / 2.0 == pytest.approx(0.5, abs=0.01)
        assert percent(0.3) == "30%"
