"""Fagan's nomogram is a straight edge: what is drawn lies on a line."""

import math

import numpy as np
import pytest
from matplotlib.axes import Axes

from kneebayes.odds import logit
from kneebayes.questions.explain.nomogram import draw_nomogram, ratio_text

PRIORS = (0.001, 0.01, 0.5, 0.97)


def texts(ax: Axes) -> list[str]:
    return [one.get_text() for one in ax.texts]


def places(ax: Axes) -> dict[str, list[float]]:
    """Height of each number on the scales."""
    found: dict[str, list[float]] = {}
    for one in ax.texts:
        found.setdefault(one.get_text(), []).append(one.get_position()[1])
    return found


@pytest.mark.parametrize("ratio", [0.01, 0.5, 1.0, 18.0, 900.0])
def test_lines_lead_from_priors_through_ratios_to_posteriors(ratio: float) -> None:
    ax = draw_nomogram([(f"from {prior}", prior, ratio) for prior in PRIORS])
    for prior in PRIORS:
        line = next(one for one in ax.lines if one.get_label() == f"from {prior}")
        first, last = np.asarray(line.get_ydata(), dtype=float)
        after = logit(prior) / math.log(10.0) + math.log10(ratio)
        assert first == pytest.approx(-logit(prior) / math.log(10.0))
        assert last == pytest.approx(after)
        assert (first + last) / 2.0 == pytest.approx(math.log10(ratio) / 2.0)


def test_numbers_stand_where_the_line_would_need_them() -> None:
    at = places(draw_nomogram([("a", 0.1, 10.0)]))
    assert at["50%"] == pytest.approx([0.0, 0.0])
    assert at["1"] == pytest.approx([0.0])
    left, right = at["20%"]
    assert left == -right == pytest.approx(math.log10(4.0))
    assert at["100"] == pytest.approx([1.0])
    assert at["0.001"] == pytest.approx([-1.5])


def test_rare_causes_get_a_longer_scale_and_usual_ones_do_not() -> None:
    assert "0.01%" not in texts(draw_nomogram([("a", 0.01, 3.0)]))
    assert "0.01%" in texts(draw_nomogram([("a", 0.0001, 3.0)]))


@pytest.mark.parametrize(("ratio", "marker"), [(math.inf, "^"), (0.0, "v")])
def test_an_answer_that_settles_it_points_beyond_the_scale(ratio: float, marker: str) -> None:
    ax = draw_nomogram([("a", 0.1, ratio)])
    assert marker in [one.get_marker() for one in ax.lines]
    assert all(np.isfinite(np.asarray(one.get_ydata(), dtype=float)).all() for one in ax.lines)


def test_several_steps_differ_in_colour_and_dash_and_axes_are_kept(axes: Axes) -> None:
    assert draw_nomogram([("a", 0.1, 2.0), ("$b$", 0.1, 0.5)], axes) is axes
    lines = [one for one in axes.lines if not one.get_label().startswith("_")]
    assert len({one.get_color() for one in lines}) == len({one.get_linestyle() for one in lines})
    assert lines[1].get_label() == r"\$b\$"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.0, "1"),
        (2.345, "2.35"),
        (0.0, "0"),
        (1e-5, "0.00001"),
        (1e-3, "0.001"),
        (1e3, "1,000"),
        (12345.0, "12,300"),
    ],
)
def test_a_ratio_is_told_with_three_digits(ratio: float, text: str) -> None:
    assert ratio_text(ratio) == text
