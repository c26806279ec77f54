"""What the README shows of the network is in the network; its examples run as doctests."""

import re
from pathlib import Path

import kneebayes as kb

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_arrow_of_the_diagram_is_stated(knee: kb.Model) -> None:
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", README, flags=re.DOTALL)
    named = dict(re.findall(r'(\w+)\(?\["(.+?)"\]', diagram))
    plain = re.sub(r'\(?\[".+?"\]\)?', "", diagram)
    arrows = re.findall(r"(\w+) --> (\w+)", plain)
    assert len(arrows) == diagram.count("-->") > 10
    known = knee.knowledge
    stated = {(known.label(arrow.parent), known.label(arrow.child)) for arrow in known.arrows()}
    for parent, child in arrows:
        assert (named[parent], named[child]) in stated
    hidden = {one.label for one in known.mediators.values()}
    for name, label in named.items():
        assert (f'{name}(["' in diagram) == (label in hidden)
