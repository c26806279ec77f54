"""The smallest HTML there is: everything is escaped."""

import math
import re
from xml.etree import ElementTree as ET

import pytest

from kneebayes.view.markup import Markup, bar, percent, table, tag

PERCENT = [
    (0.0, "0%"),
    (1.0, "100%"),
    (0.5, "50%"),
    (0.1, "10%"),
    (math.nextafter(0.1, 0.0), "10%"),
    (0.0999999, "10%"),
    (0.0994, "9.9%"),
    (0.05, "5.0%"),
    (0.0123, "1.2%"),
    (math.nextafter(0.01, 0.0), "1.0%"),
    (0.0096, "0.96%"),
    (0.00096, "0.096%"),
    (0.00012, "0.012%"),
    (0.000012, "0.0012%"),
    (1e-9, "<0.0001%"),
    (5e-324, "<0.0001%"),
    (0.904, "90%"),
    (0.99, "99%"),
    (0.995, "99.5%"),
    (0.9999, "99.99%"),
    (0.99996, ">99.99%"),
    (math.nextafter(1.0, 0.0), ">99.99%"),
]


@pytest.mark.parametrize(("probability", "text"), PERCENT)
def test_a_percentage_has_two_digits_that_matter(probability: float, text: str) -> None:
    assert percent(probability) == text


def test_only_certainty_is_shown_as_certain() -> None:
    grid = [*(10.0**-power for power in range(1, 300, 7)), *(at / 5_000 for at in range(1, 5_000))]
    for probability in grid:
        for shown in (percent(probability), percent(1.0 - probability)):
            if shown in {"0%", "100%"}:
                assert probability in {0.0, 1.0} or 1.0 - probability == 1.0
            assert re.fullmatch(r"[<>]?\d+(\.\d+)?%", shown)


def test_a_larger_probability_is_never_shown_as_smaller() -> None:
    shown = [float(percent(at / 20_000).strip("<>%")) for at in range(20_001)]
    assert shown == sorted(shown)


@pytest.mark.parametrize(
    ("share", "blocks"), [(0.0, 0), (0.02, 0), (0.5, 10), (1.0, 20), (1.7, 20), (-0.3, 0)]
)
def test_a_bar_has_up_to_twenty_blocks(share: float, blocks: int) -> None:
    assert bar(share).count("\u2588") == blocks
    assert ET.fromstring(bar(share)).tag == "span"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\"&'", "a & b", "</td>"])
def test_whatever_is_put_in_comes_out_as_text(text: str) -> None:
    made = ET.fromstring(table(("cause", text), [(text, "x")], caption=text))
    assert [cell.text for cell in made.iter("td")] == [text, "x"]
    assert [cell.text for cell in made.iter("th")] == ["cause", text]
    assert [cell.text for cell in made.iter("caption")] == [text]
    assert ET.fromstring(tag("p", title=text)).attrib == {"title": text}


def test_what_is_markup_already_stays_markup() -> None:
    made = ET.fromstring(table(("",), [(Markup("<b>x</b>"),), ("<b>x</b>",)]))
    assert [cell.text for cell in made.iter("b")] == ["x"]
    assert [cell.text for cell in made.iter("td")] == [None, "<b>x</b>"]


def test_a_table_without_rows_or_caption_is_a_table() -> None:
    made = ET.fromstring(table(("a", "b"), []))
    assert [one.tag for one in made] == ["thead", "tbody"]


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    rows = [
        ("gout", "6.1%", "-", "1:4"),
        ("DVT", "<0.1%", "+1,200.5", "3"),
        ("cyst", "40%", "", "4"),
    ]
    made = ET.fromstring(table(("cause", "exact", "bits", "odds"), rows))
    for cells in (list(line) for line in made.iter("tr")):
        sides = [cell.attrib["style"].removeprefix("text-align:") for cell in cells]
        assert sides == ["left", "right", "right", "left"]
