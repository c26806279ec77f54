"""A waterfall and a nomogram read back: each bar, mark and tick stands where its number says."""

import math

import pytest
from drawn import assert_plain, assert_rows_fill, bars, lines, marked, near, rows_of, strokes
from matplotlib.axes import Axes

from kneebayes.questions.explain.explanation import Fall, draw_waterfall
from kneebayes.questions.explain.nomogram import draw_nomogram, ratio_text
from kneebayes.view.figures import BLUE, ORANGE, PALETTE
from kneebayes.view.markup import percent

NAN, INF = math.nan, math.inf
FOR, AGAINST = BLUE.lower(), ORANGE.lower()
FALLS = [
    Fall("fever: present", -10.0, -4.0, -2.0),
    Fall("lump $: absent", -4.0, -7.5, -11.25),
    Fall("age: older", -7.5, -7.5, NAN),
]


def numbers(ax: Axes) -> list[tuple[str, float, str]]:
    """The column at the right, from the top: what is written, in which line, how bold."""
    for text in ax.texts:
        assert text.get_position()[0] == 1.12
        assert text.get_ha() == "right"
        assert text.get_transform() == ax.get_yaxis_transform()
    told = [(one.get_text(), one.get_position()[1], str(one.get_fontweight())) for one in ax.texts]
    return sorted(told, key=lambda one: one[1])


def test_a_waterfall_leads_from_the_prior_to_the_posterior(axes: Axes) -> None:
    ends = (-10.0, -7.5)
    assert draw_waterfall(FALLS, ends, "Why gout $?\nin order", added=-5.25, ax=axes) is axes
    labels = [fall.label for fall in FALLS]
    assert rows_of(axes) == ["prior", *labels, "posterior"]
    assert [(min(one[:2]), max(one[:2]), *one[2:]) for one in bars(axes)] == [
        (-10.0, -4.0, pytest.approx(1.0), FOR),
        (-7.5, -4.0, pytest.approx(2.0), AGAINST),
    ]
    assert marked(axes, "s") == [(-10.0, 0), (-7.5, 4)]
    assert marked(axes, "D") == [(-2.0, 1), (-11.25, 2), (-5.25, 4)]
    even, *threads = strokes(axes)
    assert [x for x, _ in even] == [0.0, 0.0]  # even odds
    assert threads == [
        [(-10.0, 0), (-10.0, 1)], [(-4.0, 1), (-4.0, 2)],
        [(-7.5, 2), (-7.5, 3)], [(-7.5, 3), (-7.5, 4)],
    ]  # fmt: skip
    assert numbers(axes) == [
        ("-10.0", 0, "bold"), ("+6.0", 1, "normal"), ("-3.5", 2, "normal"),
        ("0.0", 3, "normal"), ("-7.5", 4, "bold"),
    ]  # fmt: skip
    margin = 0.06 * 11.25  # what is farthest apart: a diamond, and even odds
    assert axes.get_xlim() == pytest.approx((-11.25 - margin, margin))
    assert_rows_fill(axes, 5, down=True)
    below = " ".join(axes.get_xlabel().split())
    assert below.startswith("decibans of the odds \u25c7 if it weighed as much as alone;")
    assert below.endswith("all of these simply added")
    assert_plain(axes, open_sides=("right",))


def test_a_short_way_has_a_scale_of_eight_decibans_at_least() -> None:
    ax = draw_waterfall([], (1.0, 1.0), "Why?", added=NAN)
    assert ax.get_xlim() == pytest.approx((-0.48, 1.48))
    assert marked(ax, "D") == []
    assert ax.get_xlabel() == "decibans of the odds"
    one = draw_waterfall([Fall("a", 1.0, 2.0, 2.0)], (1.0, 2.0), "Why?", added=NAN)
    assert " ".join(one.get_xlabel().split()).endswith("\u25c7 if it weighed as much as alone")


@pytest.mark.parametrize(("sign", "arrow", "told"), [(1, ">", "certain"), (-1, "<", "ruled out")])
def test_what_decides_ends_at_the_edge_with_an_arrow(sign: int, arrow: str, told: str) -> None:
    end = sign * INF
    falls = [Fall("a", -5.0, end, end), Fall("b", end, end, NAN)]
    ax = draw_waterfall(falls, (-5.0, end), "Why?", added=NAN)
    edge = ax.get_xlim()[sign > 0]
    ((*ends, height, colour),) = bars(ax)
    assert sorted(ends) == near(sorted([-5.0, edge]))
    assert (height, colour) == (pytest.approx(1.0), FOR if sign > 0 else AGAINST)
    assert marked(ax, arrow) == [(edge, 1), (edge, 3)]
    assert marked(ax, "D") == []
    texts = [text for text, *_ in numbers(ax)]
    assert texts == ["-5.0", told, "decided", told]


def above(ax: Axes) -> dict[str, float]:
    """The scale above, what it is of left out."""
    (scale,) = ax.child_axes
    texts = [one.get_text() for one in scale.get_xticklabels()]
    return dict(zip(texts, map(float, scale.get_xticks()), strict=True))


SHARES = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
RATIOS = (1, 2, 5, 10, 20, 50, 100, 1000, 10_000, 100_000)


@pytest.mark.parametrize("reach", [3.0, 12.0, 25.0, 60.0])
def test_the_scale_above_says_the_same_in_probabilities_or_odds(reach: float) -> None:
    """What fits stands at its place; what is left out would touch the mark before it."""
    falls = [Fall("a", -reach, reach, NAN)]
    shares = {percent(p): 10.0 * math.log10(p / (1.0 - p)) for p in SHARES}
    odds = {f"1:{ratio:,}": -10.0 * math.log10(ratio) for ratio in reversed(RATIOS[1:])}
    odds |= {f"{ratio:,}:1": 10.0 * math.log10(ratio) for ratio in RATIOS}
    for against, marks in ((False, shares), (True, odds)):
        ax = draw_waterfall(falls, (-reach, reach), "Why?", added=NAN, against=against)
        low, high = ax.get_xlim()
        shown = above(ax)
        assert shown == pytest.approx({text: marks[text] for text in shown})
        inside = [text for text, place in marks.items() if low <= place <= high]
        assert next(iter(shown)) == inside[0]
        last = inside[0]
        for text in inside[1:]:
            letters = (len(last) + len(text)) / 2 + 1
            free = marks[text] - marks[last] >= 0.032 * letters * (high - low)
            assert (text in shown) == free
            last = text if free else last
        (scale,) = ax.child_axes
        assert scale.get_xlabel() == ("odds" if against else "probability")
        assert ax.get_xlabel().endswith(" of the one against the other") == against


STEPS = [("first $", 0.1, 8.0), ("second", 0.3, 0.2), ("third", 0.02, 30.0), ("fourth", 0.5, 1.0)]


def log10_odds(probability: float) -> float:
    return math.log10(probability / (1.0 - probability))


def test_each_step_of_a_nomogram_has_its_marks_on_its_line(axes: Axes) -> None:
    assert draw_nomogram(STEPS, axes) is axes
    looks = set()
    for (label, prior, ratio), mark, colour in zip(STEPS, "oDs^", PALETTE, strict=False):
        start, end = -log10_odds(prior), log10_odds(prior) + math.log10(ratio)
        name = label.replace("$", r"\$")
        (line,) = (one for one in axes.lines if one.get_label() == name)
        assert list(line.get_xdata()) == [0.0, 1.0]
        assert list(line.get_ydata()) == near([start, end])
        looks.add((line.get_color(), str(line._unscaled_dash_pattern)))
        dots = [places[0] for places, drawn, drawn_in in lines(axes)
                if drawn == mark and drawn_in == colour.lower()]  # fmt: skip
        assert dots == [
            pytest.approx((0.0, start)),
            pytest.approx((1.0, end)),
            pytest.approx((0.5, (start + end) / 2.0)),
        ]
    assert len({dash for _, dash in looks}) == len(looks) == 4
    assert [one.get_text() for one in axes.get_legend().get_texts()] == [
        r"first \$", "second", "third", "fourth"
    ]  # fmt: skip
    assert not axes.axison
    assert not axes.get_legend().get_frame_on()
    axes.figure.canvas.draw()
    box = axes.get_legend().get_window_extent().transformed(axes.transAxes.inverted())
    assert -0.2 < box.y1 <= 0.0  # below the scales, in the middle
    assert (box.x0 + box.x1) / 2.0 == pytest.approx(0.5, abs=0.01)


def chance_texts(reach: float) -> dict[str, float]:
    """The numbers on the outer scales, with the height at the right."""
    below = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
    chances = [*below, *(1.0 - chance for chance in below[:-1])]
    places = {f"{100.0 * chance:.6g}%": log10_odds(chance) for chance in chances}
    return {text: place for text, place in places.items() if abs(place) <= reach + 1e-9}


@pytest.mark.parametrize(
    ("prior", "ratio", "reach", "powers"),
    [
        (0.1, 3.0, 3.0, 3.0),
        (0.1, 8_000.0, 3.0, 4.0),  # odds of 889, on the usual scale; the ratio needs a power more
        (0.0001, 2.0, 4.0, 3.0),
        (0.0002, 0.01, 5.0, 3.0),
        (0.5, 1e-7, 5.0, 7.0),
        (0.5, 1e-12, 5.0, 10.0),  # no ratio is drawn that leads from end to end and beyond
    ],
)
def test_the_scales_of_a_nomogram_have_their_ticks_at_their_numbers(
    prior: float, ratio: float, reach: float, powers: float
) -> None:
    ax = draw_nomogram([("a", prior, ratio)])
    upright = [stroke for stroke in strokes(ax) if len({x for x, _ in stroke}) == 1]
    assert upright == [
        near([(x, -half), (x, half)])
        for x, half in ((0.0, reach), (0.5, powers / 2.0), (1.0, reach))
    ]
    told = {(one.get_text(), one.get_position()[0]): one for one in ax.texts if one.get_text()}
    for text, height in chance_texts(reach).items():
        left, right = told.pop((text, -0.032)), told.pop((text, 1.032))
        assert (left.get_position()[1], left.get_ha()) == (pytest.approx(-height), "right")
        assert (right.get_position()[1], right.get_ha()) == (pytest.approx(height), "left")
    written = [10.0**power for power in range(-int(powers), int(powers) + 1)]
    written += [part * 10.0**power for power in range(-3, 3) for part in (2, 5)]  # in the middle
    for number in written:
        one = told.pop((f"{number:,.6g}", 0.532))
        height = math.log10(number) / 2.0
        assert (one.get_position()[1], one.get_ha()) == (pytest.approx(height), "left")
    heads = [(text, x) for text, x in told]
    assert heads == [
        ("before:\nP(explains it)", 0.0),
        ("likelihood\nratio", 0.5),
        ("after:\nP(explains it)", 1.0),
    ]
    for one in told.values():
        assert reach < one.get_position()[1] < 1.1 * reach
    ticks = [stroke for stroke in strokes(ax) if stroke[0][1] == stroke[1][1] and len(stroke) == 2]
    sides = [(stroke[0][0], round(stroke[1][0] - stroke[0][0], 9)) for stroke in ticks
             if stroke[0][0] + 1.0 != stroke[1][0]]  # fmt: skip
    middle = [stroke[0][1] for stroke in ticks if stroke[0][0] == 0.5]
    parts = [
        (power + math.log10(part)) / 2.0
        for power in range(-int(powers), int(powers))
        for part in (1, 2, 5)
    ]
    assert middle == near([*parts, powers / 2.0])
    assert set(sides) == {(0.0, -0.018), (0.5, 0.018), (1.0, 0.018)}
    assert ax.get_xlim() == pytest.approx((-0.2, 1.2))
    low, high = ax.get_ylim()
    assert -1.1 * reach < low < -reach
    assert 1.1 * reach < high < 1.3 * reach


@pytest.mark.parametrize(
    ("prior", "ratio", "mark"),
    [(0.9999, 1e6, "^"), (0.0001, 1e-6, "v"), (0.3, INF, "^"), (0.3, 0.0, "v")],
)
def test_what_leads_beyond_the_scale_ends_there_with_an_arrow(
    prior: float, ratio: float, mark: str
) -> None:
    ax = draw_nomogram([("a", prior, ratio)])
    sign = 1.0 if mark == "^" else -1.0
    reach = max(one.get_ydata()[1] for one in ax.lines[:3])
    assert marked(ax, mark) == [(1.0, sign * reach)]
    assert marked(ax, "o") == [pytest.approx((0.0, -log10_odds(prior)))]  # no mark in the middle


def test_ratios_are_told_with_the_digits_that_they_need() -> None:
    """Of a thousand and more in whole numbers, of less than a thousandth in powers of ten."""
    assert ratio_text(999.4) == "999"
    assert ratio_text(0.0) == "0"
    assert ratio_text(0.001) == "0.001"
    assert ratio_text(0.25) == "0.25"
    assert ratio_text(1000.0) == "1,000"
    assert ratio_text(0.00099) == "0.00099"
    assert ratio_text(INF) == "without bounds"
