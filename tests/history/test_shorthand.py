"""Shorthand of notes written out: what stays stays, and each word knows where it stood."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneebayes.history.shorthand import written_out

PIECES = (
    "w/o",
    "3/7",
    "x 24h",
    "?DVT",
    "\u00d8 fever",
    "+ve",
    "knee",
    "swollen++",
    "c/o",
    "2/12/2020",
)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("Pain 3/7 w/o trauma.", "Pain 3 days without trauma."),
        ("c/o pain x 24h", "complains of pain x 24 hours"),
        ("Pain 2-3/52", "Pain 3 weeks"),
        ("Swollen knee, ?DVT", "Swollen knee, query DVT"),
        ("Is it a clot? Yes.", "Is it a clot? Yes."),
        ("on 5/7 she fell", "on 5/7 she fell"),
        ("since 2/12/2020", "since 2/12/2020"),
        ("power 5/5, 9/10", "power 5/5, 9/10"),
        ("hip # in May, #2", "hip # in May, #2"),
        ("XR no #, #tibia, stress #", "XR no fracture, fracture tibia, stress fracture"),
        ("Drawer +, Lachman -", "Drawer positive, Lachman -"),
        ("2 + 2, pulses + reflexes", "2 + 2, pulses + reflexes"),
        ("day 4 post TKR", "day 4 after TKR"),
        ("the post office", "the post office"),
        ("Crepitus++, pulses 2+", "Crepitus positive, pulses 2+"),
        ("Warmth +/-, 5 +/- 2 cm", "Warmth questionable , 5 +/- 2 cm"),
        ("fever(+), redness-, -rash", "fever (+), redness -, - rash"),
        ("calf 5 cm > L", "calf 5 cm bigger than L"),
    ],
)
def test_shorthand_is_written_out(text, full):
    assert written_out(text).text == full


def test_capitals_of_a_folder_stand_alone():
    assert written_out("No CP/SOB, CPAP", (("CP", "chest pain"), ("SOB", "breathless"))).text == (
        "No chest pain/breathless, CPAP"
    )


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_each_word_knows_where_it_stood(pieces):
    text = " ".join(pieces)
    full = written_out(text)
    spans = [full.span(at, at + 1) for at in range(len(full.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    knees = [full.span(one.start(), one.end()) for one in re.finditer("knee", full.text)]
    assert [text[start:end] for start, end in knees] == ["knee"] * pieces.count("knee")


@given(st.text(max_size=60))
def test_what_has_no_shorthand_stays(text):
    full = written_out(text)
    if not full.edges:
        assert full.text == text
        assert all(full.span(at, at + 1) == (at, at + 1) for at in range(len(text)))
