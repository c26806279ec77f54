"""Pictures of what produced what, read back: each cell, bar and mark where its number says."""

import matplotlib as mpl
import numpy as np
import pytest
from drawn import (
    assert_plain,
    assert_rows_fill,
    assert_shows,
    bars,
    legend,
    lines,
    marked,
    rows_of,
    words,
)
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from kneebayes.questions.attribute.attribution import draw_attribution
from kneebayes.questions.attribute.cause_sets import draw_sets
from kneebayes.questions.attribute.distinguishability import draw_distances, draw_profiles
from kneebayes.questions.attribute.sampled import draw_sampled
from kneebayes.questions.attribute.surprises import draw_surprises
from kneebayes.questions.attribute.whatif import draw_without
from kneebayes.view.figures import BLUE, ORANGE, SMALL

SHARES = [[0.0, 0.0009, 1.0], [0.56, 0.004, 0.436], [0.001, 0.55, 0.449], [0.0949, 0.01, 0.89]]


def test_the_cells_of_an_attribution_hold_their_shares(axes: Axes) -> None:
    findings = ["fever $", "lump", "redness", "warmth"]
    assert draw_attribution(findings, ["gout", "cyst $"], SHARES, axes) is axes
    assert rows_of(axes) == findings
    assert [one.get_text() for one in axes.get_xticklabels()] == ["gout", "cyst $", "not explained"]
    columns = [0.0, 1.0, 2.3]  # what is not explained stands apart
    assert list(axes.get_xticks()) == columns
    cells = [(x, y, share) for y, row in enumerate(SHARES) for x, share in zip(columns, row)]  # noqa: B905
    texts = [(*text.get_position(), text.get_text(), text.get_color()) for text in axes.texts]
    written = ["", "", "100", "56", "<1", "44", "<1", "55", "45", "9", "1", "89"]
    white = {"100", "89"}  # on what is dark: it stands out better than black there
    assert texts == [
        (x, y, text, "white" if text in white else "black")
        for (x, y, _), text in zip(cells, written, strict=True)
    ]
    colours = mpl.colormaps["Blues"]
    for (x, y, share), cell in zip(cells, axes.patches, strict=True):
        assert cell.get_center() == pytest.approx((x, y))
        assert 0.9 < cell.get_height() < cell.get_width() < 1.0  # nothing between, nothing covered
        assert to_hex(cell.get_facecolor()) == to_hex(colours(0.9 * share))
    assert axes.get_xlim() == pytest.approx((-0.5, 2.8))
    assert axes.get_ylim() == pytest.approx((3.5, -0.5))
    assert {one.get_ha() for one in axes.get_xticklabels()} == {"right"}
    assert axes.get_xlabel() == "P(this cause produced the finding | evidence), in percent"
    assert_plain(axes, open_sides=("left", "right", "top", "bottom"))


@pytest.mark.parametrize("percent", range(1, 101))
def test_a_number_in_a_cell_stands_out_from_its_colour(percent: int) -> None:
    ax = draw_attribution(["fever"], [], [[percent / 100.0]])
    colour, ink = ax.patches[0].get_facecolor(), ax.texts[0].get_color()
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    ]
    light = 0.05 + np.dot([0.2126, 0.7152, 0.0722], parts)  # WCAG 2: relative luminance
    assert max(1.05 / light, light / 0.05) >= 4.5 - 0.1
    assert ink == ("white" if 1.05 / light > light / 0.05 else "black") or 76 <= percent <= 80


def test_an_attribution_of_nothing_has_room_for_one_line() -> None:
    ax = draw_attribution([], ["gout"], [], left_out="without 3 causes of small shares")
    assert ax.get_xlabel().endswith("\nwithout 3 causes of small shares")
    assert ax.get_ylim() == pytest.approx((0.5, -0.5))


BITS = [[0.0, 0.3, 2.0], [0.3, 0.0, 0.5], [2.0, 0.5, 0.0]]


def test_distances_stand_in_a_map_with_dots_on_what_is_close(axes: Axes) -> None:
    labels = ["gout $", "septic arthritis of the knee joint", "cyst"]
    assert draw_distances(labels, BITS, 0.5, axes) is axes
    (image,) = axes.images
    shown = np.ma.filled(image.get_array(), np.nan)
    np.testing.assert_array_equal(shown, np.where(np.eye(3), np.nan, BITS))
    assert image.get_clim() == (0.0, 2.0)
    assert image.get_cmap().name == "Blues_r"
    assert marked(axes, "o") == [(1.0, 0.0), (0.0, 1.0)]  # below the threshold, not at it
    assert rows_of(axes) == [f"{label} {place}" for place, label in enumerate(labels, 1)]
    assert max(len(line) for line in axes.get_yticklabels()[1].get_text().split("\n")) <= 29
    assert axes.get_xlabel().endswith("dots: less than 0.5 bit, hardly told apart")
    assert_plain(axes, open_sides=())
    far = draw_distances(labels, BITS, 0.3)
    assert marked(far, "o") == []
    assert far.get_xlabel() == "the same causes by number"


def test_causes_are_numbered_from_one_by_fives() -> None:
    bits = np.ones((11, 11)).tolist()
    ax = draw_distances([f"cause {at}" for at in range(1, 12)], bits, 0.1)
    ticks = [(text.get_text(), text.get_position()[0]) for text in ax.get_xticklabels()]
    assert ticks == [("1", 0), ("5", 4), ("10", 9)]
    assert rows_of(ax) == [f"cause {at} {at}" for at in range(1, 12)]


def test_a_profile_is_a_map_of_its_shares(axes: Axes) -> None:
    causes, findings = ["gout $", "cyst"], ["fever", "lump $", "redness"]
    shares = [[0.1, 0.2, 0.9], [0.0, 0.8, 0.3]]
    assert draw_profiles(causes, findings, shares, "how often", axes) is axes
    (image,) = axes.images
    np.testing.assert_array_equal(image.get_array(), shares)
    assert image.get_clim() == (0.0, 1.0)
    assert image.get_cmap().name == "Blues"
    assert rows_of(axes) == causes
    assert [one.get_text() for one in axes.get_xticklabels()] == findings
    assert list(axes.get_xticks()) == [0, 1, 2]
    assert list(axes.get_xticks(minor=True)) == [0.5, 1.5, 2.5]  # white lines between the cells
    assert list(axes.get_yticks(minor=True)) == [0.5, 1.5]
    assert_plain(axes, open_sides=())


def test_surprises_are_bars_in_bits_hatched_where_something_else_was_meant(axes: Axes) -> None:
    assert draw_surprises(["fever", "lump $"], [1.26, 5.0], [False, True], axes) is axes
    assert rows_of(axes) == ["fever", "lump $"]
    assert bars(axes) == [
        (0.0, 1.26, pytest.approx(0.0), BLUE.lower()),
        (0.0, 5.0, pytest.approx(1.0), ORANGE.lower()),
    ]
    assert [bar.get_hatch() or "" for bar in axes.patches] == ["", "//"]
    assert words(axes) == {" 1.3 (42%)": (1.26, 0.0), " 5.0 (3.1%)": (5.0, 1.0)}
    assert axes.get_xlim() == pytest.approx((0.0, 7.0))
    assert axes.get_xlabel().split("\n") == [
        "surprise in bits: -log2 P(answer | all others)",
        "in brackets: this P",
        "hatched: did you mean something else?",
    ]
    assert_rows_fill(axes, 2, down=True)
    assert_plain(axes)
    sure = draw_surprises(["fever"], [1.0], [False])
    assert sure.get_xlabel().endswith("\nin brackets: this P")


def test_findings_now_and_without_a_cause_are_joined_by_a_line(axes: Axes) -> None:
    assert draw_without(["fever", "lump $"], [0.9, 0.5], [0.2, 0.6], "gout $", axes) is axes
    assert rows_of(axes) == ["fever", "lump $"]
    assert [(places, mark) for places, mark, _ in lines(axes)] == [
        ([(0.9, 0), (0.5, 1)], "o"),
        ([(0.2, 0), (0.6, 1)], "D"),
    ]
    (joined,) = axes.collections
    assert [part.tolist() for part in joined.get_segments()] == [
        [[0.2, 0], [0.9, 0]],
        [[0.6, 1], [0.5, 1]],
    ]
    assert legend(axes) == ["now", "had it not been for gout $"]
    assert_rows_fill(axes, 2, down=True)
    assert_shows(axes.get_xlim(), 0.0, 1.0, 0.2, 0.15)  # with room for numbers at both ends
    beside = [(one.get_text(), one.xy, one.get_ha()) for one in axes.texts]  # type: ignore[attr-defined]
    assert beside == [  # each number on the outer side of its own mark
        ("20%", (0.2, 0), "right"),
        ("90%", (0.9, 0), "left"),
        ("50%", (0.5, 1), "right"),
        ("60%", (0.6, 1), "left"),
    ]
    assert [one.get_text() for one in axes.get_xticklabels()] == ["0%", "50%", "100%"]
    assert axes.get_xlabel() == "P(finding present | evidence)"
    assert_plain(axes)
    axes.figure.canvas.draw()
    box = axes.get_legend().get_window_extent().transformed(axes.transAxes.inverted())
    assert 1.0 <= box.y0 <= 1.05
    assert box.y1 < 1.15  # both on one line
    assert box.x0 == pytest.approx(0.0, abs=0.03)


def test_sets_of_causes_are_bars_with_their_probability(axes: Axes) -> None:
    names, shares = ["gout, cyst $", "gout", "none"], [0.4, 0.35, 0.125]
    assert draw_sets(names, shares, [False, True, False], axes) is axes
    assert rows_of(axes) == [*names, "all other sets"]
    assert axes.get_yticklabels()[0].get_text() == "gout,\ncyst $"
    assert bars(axes) == [
        (0.0, share, pytest.approx(at), colour)
        for at, (share, colour) in enumerate(
            [(0.4, BLUE.lower()), (0.35, ORANGE.lower()), (0.125, BLUE.lower()), (0.125, "#767676")]
        )
    ]
    assert [bar.get_hatch() or "" for bar in axes.patches] == ["", "//", "", ""]
    told = [(one.get_text(), one.get_position()) for one in axes.texts]
    said = [" 40%", " 35%", " 13%", " 13%"]
    assert told == [
        (text, (share, at))
        for at, (text, share) in enumerate(zip(said, [*shares, 0.125], strict=True))
    ]
    assert axes.get_xlabel().endswith("\nhatched: an urgent cause is among them")
    assert axes.get_xlim() == pytest.approx((0.0, 0.5))
    assert list(axes.get_xticks()) == []
    assert_rows_fill(axes, 4, down=True)
    assert_plain(axes, open_sides=("top", "right", "bottom"))


def test_of_all_sets_none_is_left() -> None:
    ax = draw_sets(["gout", "none"], [0.9, 0.1 - 1e-12], [False, False])
    assert rows_of(ax) == ["gout", "none"]
    assert ax.get_xlabel() == "P(exactly these causes | evidence)"


def test_what_was_sampled_has_two_standard_errors_on_both_sides(axes: Axes) -> None:
    rows = [("gout", 0.6, 0.05, False), ("cyst $", 0.3, 0.02, False), ("tumor", 0.02, 0.015, True)]
    assert draw_sampled(rows, axes) is axes
    assert rows_of(axes) == ["gout", "cyst $", "tumor"]
    assert marked(axes, "o") == [(0.6, 0), (0.3, 1), (0.02, 2)]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dots] == [BLUE, BLUE, ORANGE]
    segments = [part.tolist() for bar in axes.collections for part in bar.get_segments()]
    ends = [(0.5, 0.7), (0.26, 0.34), (0.0, 0.05)]  # a probability ends at 0
    for part, (low, high), at in zip(segments, ends, range(3), strict=True):
        assert part == [pytest.approx([low, at]), pytest.approx([high, at])]
    for text, (_, high), at in zip(axes.texts, ends, range(3), strict=True):
        assert text.get_position() == pytest.approx((high, at))
    assert list(words(axes)) == ["  60%", "  30%", "  2.0%"]
    assert axes.get_xlim() == pytest.approx((0.0, 1.25 * 0.7))
    assert axes.get_xlabel().startswith("SAMPLED: P(it explains the complaint | evidence)")
    assert_rows_fill(axes, 3, down=True)
    assert_plain(axes)


def test_what_is_nearly_certain_ends_at_one() -> None:
    ax = draw_sampled([("gout", 0.98, 0.02, False)])
    (part,) = (part for bar in ax.collections for part in bar.get_segments())
    assert part.tolist() == [pytest.approx([0.94, 0.0]), pytest.approx([1.0, 0.0])]
    assert ax.get_xlim() == pytest.approx((0.0, 1.15))


@pytest.mark.parametrize(
    ("drawn", "end"),
    [
        (lambda: draw_surprises([], [], []), 1.4),
        (lambda: draw_sets([], [], []), 1.25),
        (lambda: draw_sampled([]), 1.15),
    ],
)
def test_nothing_has_a_scale_and_room_for_one_line(drawn: object, end: float) -> None:
    ax = drawn()  # type: ignore[operator]
    assert ax.get_xlim() == pytest.approx((0.0, end))
    assert_rows_fill(ax, 1, down=True)


def test_numbers_that_are_all_zero_have_a_scale() -> None:
    assert draw_sampled([("gout", 0.0, 0.0, False)]).get_xlim() == (0.0, 1.0)
    assert draw_sets(["gout"], [0.0], [False]).get_xlim()[1] > 0.0
    assert draw_surprises(["fever"], [0.0], [False]).get_xlim()[1] > 0.0


def test_pictures_write_no_smaller_than_can_be_read() -> None:
    ax = draw_profiles(["gout"], ["fever"], [[0.5]], "how often")
    (bar,) = (one for one in ax.figure.axes if one is not ax)
    assert bar.get_xlabel() == "how often"
    assert {one.get_size() for one in (*ax.get_xticklabels(), *ax.get_yticklabels())} == {SMALL}
