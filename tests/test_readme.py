"""What the README shows of the network is in the network; its examples run as doctests."""

import re
from pathlib import Path

import pytest
from figures import PARTS, refreshed

import kneebayes as kb

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_arrow_of_the_diagram_is_stated(knee: kb.Model) -> None:
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", README, flags=re.DOTALL)
    named = dict(re.findall(r'(\w+)\(?\["(.+?)"\]', diagram))
    plain = re.sub(r'\(?\[".+?"\]\)?|\{\{".+?"\}\}', "", diagram)
    arrows = re.findall(r"(\w+) --> (\w+)", plain)
    assert len(arrows) == diagram.count("-->") > 10
    known = knee.knowledge
    stated = {(known.label(arrow.parent), known.label(arrow.child)) for arrow in known.arrows()}
    causes = {cause.label for cause in known.diseases.values()}
    for parent, child in arrows:
        if parent == "why":  # what explains the complaint: every cause hangs below it
            assert named[child] in causes
        elif child != "why":
            assert (named[parent], named[child]) in stated
    hidden = {one.label for one in known.mediators.values()}
    for name, label in named.items():
        assert (f'{name}(["' in diagram) == (label in hidden)


def test_the_readme_shows_what_its_command_prints() -> None:
    hint = "run python docs/figures.py, which writes the figures of the README anew"
    assert refreshed(README, ("command",)) == README, hint


@pytest.mark.long
def test_the_readme_shows_how_published_patients_come_out() -> None:
    hint = "run python docs/figures.py, which writes the figures of the README anew"
    assert refreshed(README, ("published",)) == README, hint


def test_a_page_whose_place_for_a_figure_is_gone_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PARTS, "command", lambda: "new")
    around = "<!-- made: command -->\n\n{}\n\n<!-- end -->"
    assert refreshed(around.format("old"), ("command",)) == around.format("new")
    for text in ("nothing here", around.format("a") + around.format("b")):
        with pytest.raises(ValueError, match="must stand once"):
            refreshed(text, ("command",))
