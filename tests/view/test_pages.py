"""Text and HTML of results: escaped, the same every time, the same numbers everywhere."""

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import DATA, Edit

import kneebayes as kb
from kneebayes.building.model import model_of
from kneebayes.view.markup import percent

ODD = 'R&D "magnet" isn\'t'


@pytest.fixture
def odd(folder: Path, edit: Edit) -> kb.Model:
    """The tiny model with characters that mean something in HTML in every kind of name."""
    toml = ODD.replace('"', '\\"')
    edit("causes/moon_magnet.toml", 'label = "moon magnet"', f'label = "{toml} cause"')
    edit("causes/moon_magnet.toml", 'group = "magnets"', f'group = "{toml} group"')
    edit("causes/moon_magnet.toml", 'about = "A', f'about = "{toml} about')
    edit("causes/moon_magnet.toml", 'text = "Turn', f'text = "{toml} care')
    edit("findings.toml", 'label = "sparks"', f'label = "{toml} finding"')
    edit("contexts.toml", 'label = "vintage model"', f'label = "{toml} state"')
    edit("urgency.toml", 'reason = "sparks:', f'reason = "{toml} reason')
    edit("knowledge.toml", 'title = "', f'title = "{toml} title')
    edit("knowledge.toml", 'disclaimer = "', f'disclaimer = "{toml} disclaimer')
    edit(
        "causes/moon_magnet.toml",
        'squeak = { how_often = "sometimes", because = "C03" }',
        f'squeak = {{ how_often = "sometimes", because = "assumed: {toml} because" }}',
    )
    return kb.load(folder)


def text_of(html: str) -> str:
    """All text of some HTML, which must be well-formed."""
    return "\n".join(ET.fromstring(html).itertext())


def test_every_name_is_escaped_in_a_differential(odd: kb.Model) -> None:
    html = odd.diagnose({f"{ODD} finding": True, "model year": f"{ODD} state"})._repr_html_()
    for about in ("cause", "group", "finding", "state", "reason", "title", "disclaimer"):
        assert f"{ODD} {about}" in text_of(html)
    assert "R&D" not in html
    assert '"magnet"' not in html


def test_every_name_is_escaped_in_a_trace(odd: kb.Model) -> None:
    html = odd.trace("moon_magnet")._repr_html_()
    for about in ("cause", "about", "care", "because"):
        assert f"{ODD} {about}" in text_of(html)
    assert "R&D" not in html
    assert '"magnet"' not in html


@pytest.mark.parametrize("said", [{}, {"fever": True, "redness": 0.7}, {"age": "older"}])
def test_text_and_page_are_the_same_every_time(knee: kb.Model, said: dict[str, object]) -> None:
    dx, again = knee.diagnose(said), knee.diagnose(said)
    assert dx._repr_html_() == dx._repr_html_() == again._repr_html_()
    assert dx.text == dx.text == again.text
    assert knee.trace("gout")._repr_html_() == knee.trace("gout")._repr_html_()
    assert knee.trace("gout").text == knee.trace("gout").text


def test_a_folder_read_again_makes_the_same_page() -> None:
    pages = {kb.load(DATA / "tiny").diagnose({"sparks": True})._repr_html_() for _ in range(2)}
    assert len(pages) == 1


def test_a_page_needs_nothing_from_outside(knee: kb.Model) -> None:
    pages = (knee.diagnose({"fever": True})._repr_html_(), knee.trace("gout")._repr_html_())
    for html in pages:
        tags = {one.tag for one in ET.fromstring(html).iter()}
        assert tags & {"script", "style", "link", "img", "iframe"} == set()
        names = {name for one in ET.fromstring(html).iter() for name in one.attrib}
        assert names <= {"scope", "role", "title", "style"}
        assert not re.search(r"https?://|0x[0-9a-f]{6}|\bid=", html)


def test_the_page_shows_the_numbers_of_the_ranking(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "redness": True})
    made = ET.fromstring(dx._repr_html_())
    rows = [["".join(cell.itertext()) for cell in row.iter("td")] for row in made.iter("tr")][1:]
    assert len(rows) == 10
    for cells, row in zip(rows, dx.ranking.itertuples(), strict=False):
        mark = " (urgent)" if row.urgent else ""
        assert cells[:5] == [
            str(row.Index),
            row.cause + mark,
            row.group,
            percent(row.prior),
            percent(row.posterior),
        ]


@pytest.mark.parametrize("top", [0, 1, 10, 28, 100])
def test_the_text_shows_as_many_causes_as_asked_for(knee: kb.Model, top: int) -> None:
    dx = knee.diagnose({"fever": True, "redness": True})
    shown = re.findall(r"^ *(\d+) +(.+?) {2,}", dx.report(top), flags=re.MULTILINE)
    causes = dx.ranking["cause"].tolist()[:top]
    assert [int(rank) for rank, _ in shown] == list(range(1, len(causes) + 1))
    for (_, text), cause in zip(shown, causes, strict=True):
        assert text.startswith(cause[:36])


def test_urgency_stands_above_the_causes(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    for shown in (dx.text, text_of(dx._repr_html_())):
        assert shown.index("Go to a doctor now.") < shown.index(dx.top)
        for reason in dx.urgency.reasons:
            assert shown.index(str(reason)) < shown.index(dx.top)


def test_what_is_known_the_disclaimer_and_the_meaning_are_told(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": False, "redness": 0.7, "older": False})
    for shown in (dx.text, text_of(dx._repr_html_())):
        for answer in dx.answers:
            assert f"{answer.label}: {answer.state}" in shown
        assert knee.knowledge.meta.disclaimer in shown
        assert "silent or not: several may be" in shown
        assert percent(dx.any_urgent) in shown


def test_lines_of_text_end_without_blanks(knee: kb.Model) -> None:
    for line in knee.diagnose({"fever": True}).report(28).splitlines():
        assert line == line.rstrip()


def test_representations_are_one_line(knee: kb.Model) -> None:
    shown = [knee, knee.knowledge, knee.diagnose(), knee.trace("gout")]
    assert [repr(one).count("\n") for one in shown] == [0, 0, 0, 0]
    assert not any("0x" in repr(one) for one in shown)
    assert repr(knee.trace("gout")).startswith("CauseTrace('gout', ")


def test_a_report_never_waits_for_the_kernel(
    knee: kb.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the answers hardly go together, and it is not built yet."""

    def missing(wait: bool = False) -> None:
        if wait:
            pytest.fail("a report waited for the kernel")

    model = kb.Model(model_of(knee.knowledge, "article"))
    for module in ("answering", "single"):
        monkeypatch.setattr(f"kneebayes.inference.{module}.kernel", missing)
    signs = {"recent trauma": False, "lachman": False, "MRI: ACL tear": False}
    dx = model.diagnose({**signs, "ACL injury": True, "warmth": False})
    assert dx.conflict > 3.0
    assert "These answers hardly go together" in str(dx)
    assert "These answers hardly go together" in dx._repr_html_()


ODD_ANSWERS = [  # what a person of this kind cannot say, though the network would allow it
    ({"sex": "male", "pregnant": True}, "do not go together: men are not pregnant"),
    ({"pregnant": True, "age": 85}, "do not go together: no pregnancy after sixty"),
    ({"lump is growing": True, "lump behind the knee": False, "lump elsewhere": False}, "must be"),
    ({"pain behind the knee": False, "fever": True}, "There is no pain behind the knee here"),
]
PLAIN_ANSWERS = [  # unknown is not denied
    {"sex": "male", "oestrogen (pill or replacement)": False},
    {"lump is growing": True, "lump behind the knee": False},
    {"pain behind the knee": 0.3, "pregnant": 0.5, "sex": "male"},
]


@pytest.mark.parametrize(("said", "note"), ODD_ANSWERS)
def test_a_report_says_what_is_odd_about_the_answers(
    knee: kb.Model, said: dict[str, object], note: str
) -> None:
    dx = knee.diagnose(said)
    assert note in " ".join(dx.text.split())
    assert note in unescape(dx._repr_html_())


@pytest.mark.parametrize("said", PLAIN_ANSWERS)
def test_a_report_finds_nothing_odd_in_what_nobody_denied(
    knee: kb.Model, said: dict[str, object]
) -> None:
    text = knee.diagnose(said).text
    assert "do not go together" not in text
    assert "There is no " not in text
