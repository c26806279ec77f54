"""Pictures can be read in one column of print, 8.5 cm wide: nothing is cut off, no type is tiny."""

import math
from collections.abc import Callable
from functools import cache, partial
from itertools import combinations, pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

import kneebayes as kb
from kneebayes.questions.ask.change_of_mind import draw_changes
from kneebayes.questions.ask.questions import draw_pareto
from kneebayes.questions.attribute.distinguishability import Distinguishability
from kneebayes.questions.doubt.lexicons import draw_readings
from kneebayes.questions.doubt.robustness import draw_intervals, draw_slopes
from kneebayes.questions.doubt.tornado import draw_tornado
from kneebayes.study import evaluate_published, evaluate_reading, evidence_share, published_cases
from kneebayes.study.published import PublishedCase
from kneebayes.study.scores import draw_calibration, draw_learning, draw_recall, draw_scores
from kneebayes.teaching import Feedback, Practice, ask_at_random
from kneebayes.view.figures import WIDE, broken, caption, draw_ranking, name_ends, new_axes
from kneebayes.view.report import known_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMN, SMALLEST = 8.5 / 2.54, 6.0  # inches of a column, points that can be read
TALLEST = 13.0  # inches, as drawn: a page of print
ANSWERS: dict[str, object] = {
    "leg swelling": True,
    "calf tenderness": True,
    "recent surgery or immobility": True,
    "age": "older",
    "warmth": 0.7,
    "sudden onset": True,
    "redness": False,
    "fever": False,
}


@cache
def patient(knee: kb.Model) -> kb.Differential:
    """A patient with long answers and an urgent cause on top."""
    return knee.diagnose(ANSWERS)


@cache
def closed(knee: kb.Model) -> Feedback:
    """A case that a learner has closed."""
    case = knee.practice_case("any", seed=5).state({"meniscus tear": 0.3})
    for id in case.open[:4]:
        case = case.ask(id)
    return case.close({"Baker's cyst": 0.4, "gout": 0.1}, "soon")


@cache
def drawn(knee: kb.Model) -> Any:
    """Patients of the model."""
    return knee.simulate(60, seed=1)


@cache
def scored(knee: kb.Model) -> Any:
    """How predictors do on them."""
    return knee.evaluate(drawn(knee), progress=False)


@cache
def handed_in(knee: kb.Model) -> Practice:
    """A dozen cases of three learners, one of them with a long name."""
    names = ("Anna", "Ben", "Wilhelmina van der Meulen")
    return sum((knee.practice(partial(ask_at_random, n=3), 4, name=name) for name in names), NOBODY)


def known_cases() -> list[PublishedCase]:
    """Published patients with a cause that the model has."""
    return [case for case in published_cases("work") if case.causes]


NOBODY = Practice((), ())
PICTURES: dict[str, Callable[[kb.Model], "Axes"]] = {
    "ranking": lambda knee: patient(knee).draw(),
    "waterfall": lambda knee: patient(knee).explain("DVT").draw(),
    "rivals": lambda knee: patient(knee).explain("DVT", "Baker's cyst").draw(),
    "nomogram": lambda knee: patient(knee).nomogram("DVT", "leg swelling").draw(),
    "attribution": lambda knee: patient(knee).attribution().draw(),
    "sets": lambda knee: patient(knee).sets(4).draw(),
    "surprises": lambda knee: patient(knee).surprises().draw(),
    "without": lambda knee: patient(knee).without("DVT").draw(),
    "questions": lambda knee: patient(knee).questions("DVT").draw(),
    "pareto": lambda knee: patient(knee).questions("DVT").draw_pareto(),
    "change of mind": lambda knee: patient(knee).change_of_mind("osteoarthritis").draw(),
    "intervals": lambda knee: patient(knee).robustness(20).draw(),
    "slopes": lambda knee: patient(knee).robustness(20).draw_slopes(),
    "lexicons": lambda knee: patient(knee).compare_lexicons().draw(),
    "tornado": lambda knee: patient(knee).tornado("DVT").draw(),
    "tornado of claims": lambda knee: patient(knee).tornado("DVT", over="claims").draw(),
    "sensitivity": lambda knee: patient(knee).sensitivity(prior="DVT").draw(),
    "around a cause": lambda knee: knee.draw("DVT"),
    "the network": lambda knee: knee.draw(),
    "tree of people": lambda knee: knee.natural_frequencies("DVT", ["leg swelling"]).draw(),
    "people": lambda knee: knee.natural_frequencies("DVT", ["leg swelling"]).draw_icons(),
    "sampled": lambda knee: knee.sample({"fever": True}, draws=500).draw(),
    "simulated": lambda knee: drawn(knee).draw(),
    "cohort": lambda knee: knee.diagnose_cohort(drawn(knee).answers, progress=False).draw(),
    "beliefs": lambda knee: closed(knee).draw(),
    "steps": lambda knee: closed(knee).draw_steps(),
    "practice": lambda knee: handed_in(knee).draw(),
    "calibration": lambda knee: scored(knee).draw(),
    "scores": lambda knee: scored(knee).draw_scores(),
    "recall": lambda knee: scored(knee).draw_recall(),
    "learning": lambda knee: scored(knee).draw_learning(),
    "accuracy": lambda knee: knee.accuracy().draw(),
    "evidence": lambda knee: evidence_share(knee, known_cases()[:2]).draw(),
    "published": lambda knee: evaluate_published(knee, published_cases("work")[:6]).draw(),
    "reading": lambda knee: evaluate_reading(knee, published_cases("work")[:3]).draw(),
}


def fits_a_column(ax: "Axes", tallest: float = TALLEST) -> None:
    """Assert that a picture can be printed in a column."""
    figure = ax.figure
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    box = figure.get_tightbbox()
    assert box.x0 >= -0.03
    assert box.x1 <= width + 0.03
    assert box.y0 >= -0.03
    assert box.y1 <= height + 0.03
    assert height <= tallest
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    assert min(float(text.get_fontsize()) for text in texts) * COLUMN / width >= SMALLEST


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_can_be_read_in_a_column(knee: kb.Model, name: str) -> None:
    fits_a_column(PICTURES[name](knee))


def test_the_maps_of_all_causes_can_be_read_in_a_column(told_apart: Distinguishability) -> None:
    fits_a_column(told_apart.draw())
    fits_a_column(told_apart.draw_profiles())


def test_a_line_has_the_colour_of_its_name(knee: kb.Model) -> None:
    for ax in (scored(knee).draw_recall(), scored(knee).draw_learning()):
        lines = {line.get_label(): line.get_color() for line in ax.lines}
        named = {text.get_text().replace("\n", " "): text.get_color() for text in ax.texts}
        shared = lines.keys() & named.keys()
        assert len(shared) >= 3
        assert {name: lines[name] for name in shared} == {name: named[name] for name in shared}


def test_names_in_the_picture_of_costs_hide_no_other_name_and_no_point(knee: kb.Model) -> None:
    """Points that lie near each other at the left once had one name written over the other."""
    for cause in ("DVT", "Baker's cyst", "gout"):
        ax = patient(knee).questions(cause).draw_pareto()
        ax.figure.draw_without_rendering()  # type: ignore[union-attr]
        names = {text.get_text(): text.get_window_extent() for text in ax.texts}
        assert len(names) >= 2
        for (_, one), (_, other) in combinations(names.items(), 2):
            assert not one.overlaps(other)
        front = ax.lines[2]
        for point in ax.transData.transform(front.get_xydata()):
            assert not [name for name, box in names.items() if box.contains(*point)]


def test_names_of_lines_move_only_where_another_is_in_the_way() -> None:
    ax = new_axes(WIDE, 4.4)
    ax.set_ylim(0.0, 1.0)
    name_ends(ax, {"low": 0.5, "one": 1.0, "two": 1.0, "three": 1.0}, ["black"])
    at = {str(text.get_text()): float(text.xyann[1]) for text in ax.texts}  # type: ignore[attr-defined]
    assert at["low"] == pytest.approx(0.5)
    places = sorted(at.values())
    assert places[-1] <= 1.0
    assert min(after - before for before, after in pairwise(places)) >= 0.045


def test_lines_of_text_are_as_few_as_before_and_about_as_long() -> None:
    text = "an ultrasound of the calf that shows fluid between the muscles"
    for letters in (12, 24, 40, 80):
        lines = broken(text, letters).split("\n")
        assert " ".join(lines) == text
        assert len(lines) == len(wrap(text, letters, break_on_hyphens=False))
        assert max(map(len, lines)) <= max(map(len, wrap(text, letters)))
    assert broken("one\ntwo three", 5).split("\n") == ["one", "two", "three"]
    assert broken("blood inflammation\u00a040%", 20) == "blood\ninflammation\u00a040%"
    assert broken("", 5) == ""


def test_an_effect_known_only_by_its_signs_has_a_dashed_frame(knee: kb.Model) -> None:
    ax = knee.draw("Baker's cyst")
    frames = {
        " ".join(name.get_text().split()): name.get_bbox_patch().get_linestyle()
        for name in ax.texts
        if name.get_bbox_patch()
    }
    dashed = {name.rpartition(" ")[0] for name, style in frames.items() if style == "--"}
    hidden = {record.label for record in knee.data.knowledge.mediators.values()}
    shown = {name.rpartition(" ")[0] for name in frames}
    assert "fluid in the joint" in dashed
    assert dashed & hidden == shown & hidden
    assert any("dashed: known only by its signs" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize("cause", ["DVT", "Baker's cyst", "gout"])
def test_arrows_end_at_the_frames_of_names(knee: kb.Model, cause: str) -> None:
    """Those that go into the cause once ended below its name, without a head."""
    ax = knee.draw(cause)
    ax.figure.canvas.draw()
    frames = [one.get_bbox_patch().get_window_extent() for one in ax.texts if one.get_bbox_patch()]
    arrows = [one.arrow_patch for one in ax.texts if isinstance(one, Annotation)]
    assert len(arrows) >= 5
    for arrow in arrows:
        assert arrow is not None
        for point in arrow.get_transform().transform(arrow.get_path().vertices):
            assert not [frame for frame in frames if frame.padded(-2.0).contains(*point)]


@pytest.mark.parametrize("count", [1, 2, 40])
def test_pictures_beside_each_other_have_the_same_scales(knee: kb.Model, count: int) -> None:
    """Of two calibrations the second once cut off what the first had drawn."""
    _, axes = plt.subplots(1, 2, figsize=(WIDE, 3.2), sharex=True, sharey=True)
    low, high = 1e-4, 0.9
    for ax, (start, end) in zip(axes, [(low, high), (0.2, 0.4)], strict=True):
        step = (end - start) / count
        rows = [
            {
                "predicted": start + at * step,
                "observed": start,
                "observed_low": start / 2,
                "observed_high": end,
                "count": 1,
            }
            for at in range(count)
        ]
        draw_calibration(rows, "a title that is longer than its picture is wide", ax)
        assert ax.get_xlim() == ax.get_ylim()
        assert ax.get_xlim()[0] <= math.log(low)
        assert ax.get_xlim()[1] >= math.log(high / (1 - high))
        assert "\n" in ax.get_title()


LONG = "a name that is far longer than any name in the folder, with a remark (and $dollars$ in it)"


def odd(count: int, **more: Any) -> list[dict[str, Any]]:
    """Rows of a picture, each third with a very long name, the probability ever smaller."""
    names = [LONG if place % 3 == 0 else f"cause {place}" for place in range(count)]
    rows = [{"cause": name, "about": name, "question": f"{name}?", **more} for name in names]
    for place, row in enumerate(rows):
        share = 0.8 ** (place + 1)
        row |= {"urgent": place % 4 == 0, "low": share / 2, "high": share, "value": share * 0.9}
        row |= {"prior": 0.1, "prior_low": 0.05, "prior_high": 0.2, "posterior": share * 0.9}
        row |= {"at_low": share / 2, "at_high": share, "unsaid": math.nan, "p_first": share}
        row |= {"bits": share, "cost": place, "front": place < 5, "predictor": row["cause"]}
        row |= {"answers": row["cause"], "to_posterior": share, "over_posterior": share / 3}
    return rows


ODD: dict[str, Callable[[list[dict[str, Any]]], "Axes"]] = {
    "ranking": lambda rows: draw_ranking(rows, 40),
    "intervals": draw_intervals,
    "slopes": lambda rows: draw_slopes(rows[:12]),
    "lexicons": lambda rows: draw_readings(rows, {"low": LONG, "high": LONG}),
    "tornado": lambda rows: draw_tornado(rows, 0.3, LONG),
    "pareto": draw_pareto,
    "change of mind": lambda rows: draw_changes(rows[:6], LONG, "gout"),
    "scores": lambda rows: draw_scores(rows, "log_score"),
    "recall": lambda rows: draw_recall([1, 2], {f"{at} {LONG}": [0.1, 0.3] for at in range(12)}),
    "learning": lambda rows: draw_learning({LONG: [{"size": 9, "value": 0.2}]}, rows[:8], "brier"),
}


@pytest.mark.parametrize("count", [1, 7, 40])
@pytest.mark.parametrize("name", ODD)
def test_odd_rows_can_be_read_in_a_column(name: str, count: int) -> None:
    """One row, forty, very long names: nothing is cut off, and no name stands on another."""
    ax = caption(ODD[name](odd(count, probability=0.2)), LONG, known_of([]))
    fits_a_column(ax, tallest=math.inf)
    boxes = [text.get_window_extent() for text in ax.get_yticklabels() if text.get_text()]
    for one, other in pairwise(sorted(boxes, key=lambda box: float(box.y0))):
        assert one.y1 <= other.y0 + 1.0
