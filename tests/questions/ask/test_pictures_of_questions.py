"""Pictures of questions, read back: every mark, line and word stands where its number says."""

import math
from itertools import combinations
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
    words,
)
from matplotlib.axes import Axes

from kneebayes.questions.ask.change_of_mind import draw_changes
from kneebayes.questions.ask.interview import draw_tree
from kneebayes.questions.ask.questions import draw_outcomes, draw_pareto
from kneebayes.view.figures import BLUE, GREEN, ORANGE, SMALL
from kneebayes.view.markup import percent

YES, NO, SEVERAL = BLUE.lower(), ORANGE.lower(), GREEN.lower()


def question(name: str, now: float, bits: float, about: str = "gout") -> dict[str, Any]:
    return {"id": name, "question": f"{name}?", "now": now, "bits": bits, "speaks_of_label": about}


def outcome(id: str, positive: bool | None, probability: float, posterior: float) -> dict[str, Any]:
    return {"id": id, "positive": positive, "probability": probability, "posterior": posterior}


ASKED = [question("red", 0.3, 0.51), question("$age", 0.31, 0.25), question("hot", 0.32, 0.125)]
ANSWERS = [
    outcome("hot", True, 0.4, 0.72),
    outcome("red", False, 0.5, 0.11),
    outcome("$age", None, 0.2, 0.45),
    outcome("red", True, 0.5, 0.62),
    outcome("$age", None, 0.3, 0.15),
    outcome("$age", None, 0.5, 0.35),
    outcome("hot", False, 0.6, 0.22),
]


def test_outcomes_stand_in_the_line_of_their_question_the_best_on_top(axes: Axes) -> None:
    assert draw_outcomes(ASKED, ANSWERS, ax=axes) is axes
    assert rows_of(axes) == ["hot?", "$age?", "red?"]
    assert strokes(axes) == [
        [(0.22, 0), (0.72, 0)],
        [(0.15, 1), (0.45, 1)],
        [(0.11, 2), (0.62, 2)],
    ]
    assert marked(axes, "|") == [(0.32, 0), (0.31, 1), (0.3, 2)]
    coloured = [
        (*places, mark, colour) for places, mark, colour in lines(axes) if mark in "osD" and mark
    ]
    assert coloured == [
        ((0.72, 0), "o", YES),
        ((0.22, 0), "s", NO),
        ((0.45, 1), "D", SEVERAL),
        ((0.15, 1), "D", SEVERAL),
        ((0.35, 1), "D", SEVERAL),
        ((0.11, 2), "s", NO),
        ((0.62, 2), "o", YES),
    ]
    told = words(axes)
    assert {text: y for text, (_, y) in told.items() if text != "bits"} == {
        "0.125": 0, "0.250": 1, "0.510": 2
    }  # fmt: skip
    assert {x for x, _ in told.values()} == {1.06}  # a column beyond the scale
    assert 2.5 <= told["bits"][1] <= 2.7
    assert legend(axes) == ["if yes", "if no", "one of several answers", "now"]
    assert_rows_fill(axes, 3)
    assert_shows(axes.get_xlim(), 0.0, 1.0, 0.04, 0.02)
    assert [one.get_text() for one in axes.get_xticklabels()] == ["0%", "50%", "100%"]
    assert axes.get_xlabel().split("\n") == [
        "P(gout\u00a0| evidence, answer)",
        "bits: what the answer tells on average",
    ]
    assert_plain(axes)


def test_outcomes_name_what_they_speak_of_where_that_differs() -> None:
    asked = [question("red", 0.3, 0.5), question("hot", 0.1, 0.2, "sepsis")]
    answers = [outcome(id, True, 0.5, 0.5) for id in ("red", "hot")]
    ax = draw_outcomes(asked, answers)
    assert rows_of(ax) == ["hot? (sepsis)", "red? (gout)"]
    assert ax.get_xlabel().startswith("P(what stands in brackets\u00a0| evidence, answer)")
    assert legend(ax) == ["if yes", "now"]


@pytest.mark.parametrize(("more", "count"), [({}, 10), ({"top": 2}, 2), ({"top": 50}, 12)])
def test_only_the_best_questions_are_drawn(more: dict[str, int], count: int) -> None:
    asked = [question(f"q{place}", 0.3, 1.0 / (1 + place)) for place in range(12)]
    answers = [outcome(row["id"], True, 0.5, 0.5) for row in asked]
    ax = draw_outcomes(asked, answers, **more)
    assert rows_of(ax) == [f"q{place}?" for place in reversed(range(count))]


PARETO = [
    {"question": "free $?", "cost": 0.0, "bits": 0.2, "front": True},
    {"question": "cheap?", "cost": 1.0, "bits": 0.21, "front": True},
    {"question": "weak?", "cost": 2.0, "bits": 0.1, "front": False},
    {"question": "middle?", "cost": 6.0, "bits": 0.5, "front": True},
    {"question": "right?", "cost": 6.1, "bits": 0.52, "front": True},
    {"question": "dear?", "cost": 10.0, "bits": 0.8, "front": True},
]


def test_bits_stand_over_cost_with_a_step_through_those_that_none_beats(axes: Axes) -> None:
    assert draw_pareto(list(reversed(PARETO)), axes) is axes
    front = [(row["cost"], row["bits"]) for row in PARETO if row["front"]]
    weak, stepped, best, *names = axes.lines
    assert marked(axes, "o") == [(2.0, 0.1), *front]
    assert stepped.get_drawstyle() == "steps-post"
    assert list(zip(*stepped.get_data(), strict=True)) == front
    assert [line.get_color() for line in (weak, stepped, best)] == ["#767676", BLUE, BLUE]
    told = words(axes)
    assert list(told) == [row["question"] for row in PARETO if row["front"]]
    for (cost, bits), (x, y), thread, text in zip(
        front, told.values(), names, axes.texts, strict=True
    ):
        right = cost > 6.0  # names on the right go to the left
        assert text.get_ha() == ("right" if right else "left")
        assert x == pytest.approx(cost - 0.15 if right else cost + 0.15)
        assert list(thread.get_xdata()) == [cost, cost]
        assert list(thread.get_ydata()) == [bits, y]
        assert y >= bits + 0.055
    for (one, (_, low)), (two, (_, high)) in combinations(told.items(), 2):
        if (one, two) in {("free $?", "cheap?"), ("middle?", "right?"), ("right?", "dear?")}:
            assert abs(low - high) >= 0.07 * 0.8 - 1e-12
    assert_shows(axes.get_xlim(), 0.0, 10.0, 0.07, 0.03)
    assert axes.get_ylim()[0] == 0.0
    assert max(y for _, y in told.values()) + 0.04 <= axes.get_ylim()[1] <= 1.2 * 0.8
    assert axes.get_ylabel() == "expected information gain (bits)"
    assert_plain(axes)


def test_a_name_is_moved_over_what_it_would_hide_and_no_further() -> None:
    alone = draw_pareto([{"question": "a?", "cost": 1.0, "bits": 1.0, "front": True}])
    assert words(alone)["a?"] == pytest.approx((0.985, 1.07))
    apart = [
        {"question": "a?", "cost": 0.0, "bits": 0.5, "front": True},
        {"question": "b?", "cost": 1.0, "bits": 0.53, "front": True},
    ]
    told = words(draw_pareto(apart))
    assert told["a?"][1] == pytest.approx(0.5 + 0.07 * 0.53)
    assert told["b?"][1] == pytest.approx(0.53 * 1.07)
    close = [{**apart[0], "bits": 1.0}, {**apart[1], "cost": 0.02, "bits": 1.06}]
    close.append({"question": "c?", "cost": 1.0, "bits": 2.0, "front": True})
    told = words(draw_pareto(close))
    assert told["b?"][1] == pytest.approx(1.20)
    assert told["a?"][1] == pytest.approx(1.34)  # over the name of the other, not over its point


@pytest.mark.parametrize(("cost", "moved"), [(0.19, True), (0.21, False)])
@pytest.mark.parametrize(("side", "over"), [("left", 0.28), ("right", 0.14)])
def test_a_name_is_as_wide_as_its_letters(cost: float, moved: bool, side: str, over: float) -> None:
    """Some 2 % of the picture for each, and for the room beside it; a point there is in the way,

    and the name of a dearer one over it.
    """
    named = {"question": "9 letters", "cost": 0.0, "bits": 1.4, "front": True}
    point = {"question": "", "cost": cost, "bits": 1.54, "front": True}
    if side == "right":
        named["cost"], point["cost"] = 1.0, 1.0 - cost
    edge = {"question": "?", "cost": 1.0 - named["cost"], "bits": 2.0, "front": True}
    told = words(draw_pareto([named, point, edge]))
    assert told["9 letters"][1] == pytest.approx(1.54 + over * moved)


def test_names_above_each_other_all_stand_in_the_picture() -> None:
    """Each over the name of the dearer one, the cheapest on top."""
    rows = [
        {"question": f"{place} of four", "cost": 1.0 + place / 100, "bits": 2.0, "front": True}
        for place in range(4)
    ]
    ax = draw_pareto(rows)
    heights = [y for _, y in words(ax).values()]
    assert heights == near([2.56, 2.42, 2.28, 2.14])
    assert 2.56 + 0.1 <= ax.get_ylim()[1] <= 2.56 + 0.15


def test_a_line_of_a_tree_has_66_letters_at_most() -> None:
    for letters, count in ((33, 1), (34, 2)):
        ax = draw_tree([branch(0, "", 1.0, f"{'a' * 32} {'b' * letters}", ends=True)])
        assert ax.texts[0].get_text().count("\n") == count - 1


@pytest.mark.parametrize(
    "rows", [[], [{"question": "a?", "cost": 0.0, "bits": 0.0, "front": True}]]
)
def test_questions_that_cost_and_tell_nothing_have_a_scale_too(rows: list[dict[str, Any]]) -> None:
    ax = draw_pareto(rows)
    assert_shows(ax.get_xlim(), 0.0, 1.0)
    assert_shows(ax.get_ylim(), 0.0, 1.0, 0.2)


def branch(depth: int, answer: str, probability: float, label: str, **more: bool) -> dict[str, Any]:
    told = {"depth": depth, "answer": answer, "probability": probability, "label": label}
    return {**told, "ends": False, "urgent": False, **more}


TREE = [
    branch(0, "", 1.0, "fever?"),
    branch(1, "yes", 0.25, "sepsis $", ends=True, urgent=True),
    branch(1, "no", 0.75, f"warmth\nof the knee {5 * 'and more '}?"),
    branch(2, "yes", 0.5, "gout", ends=True),
    branch(2, "no", 0.25, "cyst", ends=True),
    branch(2, "not asked", 0.25, "bursitis", ends=True),
]


def test_a_tree_stands_line_by_line_each_answer_below_its_question(axes: Axes) -> None:
    assert draw_tree(TREE, axes) is axes
    told = list(words(axes).items())
    texts = [text for text, _ in told]
    assert texts[:2] == ["fever?", "yes (25%): sepsis $"]
    assert texts[2].startswith("no (75%): warmth; of the knee and more")
    assert texts[3:] == ["yes (50%): gout", "no (25%): cyst", "not asked (25%): bursitis"]
    assert texts[2].count("\n") == 1
    widest = max(len(line) for line in texts[2].split("\n"))
    assert 45 <= widest <= 66 * 0.93
    assert [x for _, (x, _) in told] == near([0.07 * row["depth"] for row in TREE])
    assert [y for _, (_, y) in told] == near([0.0, -1.5, -3.0, -5.5, -7.0, -8.5])
    assert [text.get_color() for text in axes.texts] == [BLUE, ORANGE, BLUE, *[GREEN] * 3]
    assert {text.get_va() for text in axes.texts} == {"top"}
    outer, inner = strokes(axes)
    assert outer == near([(0.021, -1.0), (0.021, -3.5)])  # below a question to its last answer
    assert inner == near([(0.091, -5.0), (0.091, -9.0)])
    low, high = axes.get_ylim()
    assert (low, high) == pytest.approx((-10.0, 0.5))
    assert axes.get_xlim() == pytest.approx((-0.02, 1.0))
    assert not axes.axison
    assert all(not text.get_parse_math() for text in axes.texts)


def log_odds(probability: float) -> float:
    return math.log(probability / (1.0 - probability))


def change(answers: str, probability: float | None, to: float, over: float) -> dict[str, Any]:
    told = {"answers": answers, "probability": probability}
    return {**told, "to_posterior": to, "over_posterior": over}


CHANGES = [
    change("now", None, 0.1, 0.6),
    change("hot: yes; red: no", 0.25, 0.5, 0.3),
    change("old: $", 0.004, 0.45, 0.2),
]


def test_changes_of_mind_stand_below_each_other_with_both_causes(axes: Axes) -> None:
    assert draw_changes(CHANGES, "the $one", "the other", axes) is axes
    assert rows_of(axes) == [
        "old: $ (probability 0.40%)",
        "hot: yes red: no (probability 25%)",
        "now",
    ]
    assert strokes(axes) == [
        near([(log_odds(over), at), (log_odds(to), at)])
        for at, (over, to) in enumerate([(0.2, 0.45), (0.3, 0.5), (0.6, 0.1)])
    ]
    to_them = [(log_odds(to), at) for at, to in enumerate([0.45, 0.5, 0.1])]
    over_them = [(log_odds(over), at) for at, over in enumerate([0.2, 0.3, 0.6])]
    assert (marked(axes, "o"), marked(axes, "s")) == (near(to_them), near(over_them))
    assert [line.get_color() for line in axes.lines[-2:]] == [BLUE, ORANGE]
    assert legend(axes) == ["the $one", "the other"]
    for text in axes.texts:  # each on the outer side of its own mark
        x, y = text.xy  # type: ignore[attr-defined]
        row = CHANGES[2 - y]
        name = "to_posterior" if text.get_color() == BLUE else "over_posterior"
        assert text.get_text() == percent(row[name])
        assert x == pytest.approx(log_odds(row[name]))
        right = row[name] == max(row["to_posterior"], row["over_posterior"])
        assert (text.get_ha(), text.xyann) == (("left", (9, 0)) if right else ("right", (-9, 0)))  # type: ignore[attr-defined]
    assert sorted(text.get_color() for text in axes.texts) == [BLUE] * 3 + [ORANGE] * 3
    assert list(axes.get_xticks()) == near([log_odds(0.2), log_odds(0.5)])
    assert_rows_fill(axes, 3)
    assert_shows(axes.get_xlim(), log_odds(0.1), log_odds(0.6), 0.4, 0.1)
    assert_plain(axes)


def test_the_legend_stands_above_the_axes_side_by_side() -> None:
    ax = draw_changes(CHANGES, "to", "over")
    ax.figure.canvas.draw()
    box = ax.get_legend().get_window_extent().transformed(ax.transAxes.inverted())
    assert 0.99 <= box.y0 <= 1.1
    assert box.y1 - box.y0 < 0.3  # one line
    assert 0.0 <= (box.x0 + box.x1) / 2.0 <= 1.0
    assert ax.xaxis.label.get_size() == SMALL
