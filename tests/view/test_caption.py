"""A picture says above itself what it shows and for whom."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from conftest import outside
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

import kneebayes as kb
from kneebayes.case import Answer
from kneebayes.view.figures import MORE, MOST_LINES, caption
from kneebayes.view.report import known_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES: dict[str, Callable[[kb.Differential], "Axes"]] = {
    "ranking": lambda dx: dx.draw(),
    "questions": lambda dx: dx.questions("dry bearing").draw(),
    "pareto": lambda dx: dx.questions("dry bearing").draw_pareto(),
    "robustness": lambda dx: dx.robustness(20).draw(),
    "slopes": lambda dx: dx.robustness(20).draw_slopes(),
    "lexicons": lambda dx: dx.compare_lexicons().draw(),
    "tornado": lambda dx: dx.tornado("dry bearing").draw(),
    "sets": lambda dx: dx.sets(3).draw(),
    "surprises": lambda dx: dx.surprises().draw(),
    "without": lambda dx: dx.without("dry bearing").draw(),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_tells_of_whom_it_speaks(pump: kb.Model, name: str) -> None:
    dx = pump.diagnose({"weak jet": False, "squealing": True, "hot case": 0.7})
    title = pump.knowledge.meta.title
    first, *rest = PICTURES[name](dx).get_title(loc="left").splitlines()
    assert first.startswith((f"{title}: ", "What to ask next about dry bearing"))
    said = " ".join(rest)
    assert "Known: " in said  # after the title, which may take two lines
    for answer in ("weak jet: absent", "squealing: present", "hot case: perhaps present"):
        assert answer in said


WARNED: dict[str, Callable[[kb.Differential], "Axes"]] = {
    **PICTURES,
    "ledger": lambda dx: dx.explain("dry bearing").draw(),
    "nomogram": lambda dx: dx.nomogram("dry bearing", "scorched smell").draw(),
}


@pytest.mark.parametrize("name", WARNED)
def test_a_picture_says_what_urgent_signs_call_for(pump: kb.Model, name: str) -> None:
    smells = pump.diagnose({"scorched smell": True, "squealing": True, "weak jet": True})
    assert smells.urgency.level == "now"
    said = " ".join(WARNED[name](smells).get_title(loc="left").split())
    assert f"{pump.knowledge.meta.advice.now} Signs: scorched smell" in said
    calm = pump.diagnose({"scorched smell": False, "squealing": True, "weak jet": True})
    assert calm.urgency.level == "routine"
    assert "Signs: " not in WARNED[name](calm).get_title(loc="left")


def test_long_stories_are_cut_and_dollars_stay_dollars() -> None:
    ax = Figure(figsize=(4.0, 3.0)).add_subplot()
    much = [Answer(f"n{at}", "much", (0.0, 1.0), "present") for at in range(200)]
    caption(ax, "what costs $5 and $6", known_of(much))
    title, *rest = ax.get_title(loc="left").splitlines()
    assert title == "what costs $5 and $6"
    assert len(rest) == MOST_LINES
    assert rest[-1].endswith(MORE)
    ax.figure.canvas.draw()


@pytest.mark.parametrize(("anchor", "above"), [(None, False), ((0.5, 1.0), True)])
def test_a_title_stands_above_a_legend(anchor: tuple[float, float] | None, above: bool) -> None:
    ax = Figure(figsize=(6.0, 3.0)).add_subplot()
    ax.plot([0, 1], label="a line")
    ax.legend(loc="lower center", **({} if anchor is None else {"bbox_to_anchor": anchor}))
    caption(ax, "a title", known_of([]))
    figure = ax.figure
    figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    title = ax._left_title.get_window_extent()
    assert title.y0 >= (legend.y1 if above else ax.bbox.y1) - 1.0
    assert title.y0 < ax.bbox.y1 + (45 if above else 20)


@pytest.mark.parametrize("place", [0.5, 2.0])
def test_what_cannot_be_seen_in_a_picture_is_found(place: float) -> None:
    """As the tests look at all that they draw."""
    figure, ax = plt.subplots()
    ax.plot([0.5], [place], "o")
    ax.barh([place], [0.4], height=0.1)
    ax.set(xlim=(1.0, 0.0), ylim=(0.0, 1.0))
    found = outside(figure)
    plt.close(figure)
    assert len(found) == (0 if place < 1.0 else 2)
