"""Forms and lists: boxes, columns, headings and line ends say what a sentence would say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneebayes.history.layout import laid_out

NAMES = {
    "redness": "redness",
    "fever": "fever",
    "locking": "locking",
    "stiffness": "stiffness",
    "chest pain": "chest_pain",
}
ANSWERS = {
    "absent": [
        "{}: no",
        "{}: No.",
        "{}: N.",
        "{} - no",
        "{}: nil",
        "{}: none",
        "{}: -",
        "{}: neg",
        "{}: absent",
        "{}: denies",
        "{}: false",
        "{}\tno",
        "| {} | no |",
        "{}......no",
        "{}    NO",
        "{}=0",
        "{} = no",
        "{}: 0",
        "{} N",
        "{}? No",
        "{}? N",
        "{}? Nil",
        "{}?\nNo",
        "{}: none reported",
        "{}: nil of note",
        "{}: not at all",
        "{}: never",
        "{} [ ] Yes [x] No",
        "{}: [ ] yes [X] no",
        "{} \u2610 Yes \u2612 No",
        "{}: Yes [ ] No [x]",
        "{} ( ) Y (x) N",
        "[x] No {}",
        "- no {}",
        "no {}",
    ],
    "present": [
        "{}: yes",
        "{}: Yes.",
        "{}: Y.",
        "{}? Sometimes.",
        "{} - yes",
        "{}: +",
        "{}: ++",
        "{}: pos",
        "{}: present",
        "{}: true",
        "{}\tyes",
        "| {} | yes |",
        "{}......yes",
        "{}    YES",
        "{}=1",
        "{} = yes",
        "{} Y",
        "{}? Yes",
        "{}? Y",
        "{}?\nYes",
        "{} [x] Yes [ ] No",
        "{}: Yes [x] No [ ]",
        "[x] {}",
        "\u2611 {}",
        "\u2713 {}",
        "{} [x]",
        "({}: yes)",
        "- {}",
        "1. {}",
        "{}: yes, since Monday",
    ],
    "perhaps": [
        "[ ] {}",
        "\u2610 {}",
        "{} [ ]",
        "{} [ ] Yes [ ] No",
        "{}: Yes [ ] No [ ]",
        "{} [x] Yes [x] No",
        "{}: yes/no",
        "{} Y/N",
        "{}: Yes / No",
        "{}: ?",
        "{}: unknown",
        "[ ] no {}",
    ],
}
CASES = [(one, said) for said, ways in ANSWERS.items() for one in ways]


def said(history, id):
    return {mention.status for mention in history.mentions if mention.id == id}


@pytest.mark.parametrize(("way", "expected"), CASES)
def test_an_answer_of_a_form_is_its_own_lines_alone(knee, way, expected):
    """Whatever stands in the lines before and behind, and however many are empty between."""
    pattern = [
        ("fever", way, expected),
        ("redness", "{}: no", "absent"),
        ("locking", "{}: yes", "present"),
    ]
    for turn in range(3):
        rows = [*pattern[turn:], *pattern[:turn]]
        for apart in ("\n", "\n\n", " \n  ", "\r\n"):
            text = apart.join(form.format(name.capitalize()) for name, form, _ in rows)
            history = knee.read(text)
            for name, _, status in rows:
                assert said(history, NAMES[name]) == {status}, (text, name)


@pytest.mark.parametrize(
    ("text", "absent", "present"),
    [
        (
            "Negative for: locking, stiffness, fever. Positive for: redness",
            "locking stiffness fever",
            "redness",
        ),
        (
            "Negative for:\n- fever\n- redness\n- locking\nPositive:\n- stiffness",
            "fever redness locking",
            "stiffness",
        ),
        ("Denies: fever and locking. Reports: stiffness.", "fever locking", "stiffness"),
        ("Denies locking, giving way, fever.", "locking gives_way fever", ""),
        (
            "Symptoms denied:\nfever, redness, chest pain\n\nStiffness",
            "fever redness chest_pain",
            "stiffness",
        ),
        ("Pertinent negatives: fever/redness/chest pain", "fever redness chest_pain", ""),
        ("ROS negative for\nfever\nredness\n\nlocking", "fever redness", "locking"),
        ("No:\nfever\nredness\nO/E: locking", "fever redness", "locking"),
        ("Pertinent negatives: no fever, no redness. Locking.", "fever redness", "locking"),
        ("Negative: fever, but redness yes", "", "redness"),
        (
            "He denies chest pain,\nredness or fever.\nLocking",
            "chest_pain redness fever",
            "locking",
        ),
        ("There is no redness, stiffness or\nfever.", "redness stiffness fever", ""),
        (
            "The knee does not lock, and there has not been any redness or\nfever. Stiffness.",
            "redness fever",
            "stiffness",
        ),
        ("fever\nredness\nno locking\nstiffness", "locking", "fever redness stiffness"),
        ("Fever? No\nRedness? Yes", "fever", "redness"),
        ("Fever [x] Yes [ ] No; Redness [ ] Yes [x] No", "redness", "fever"),
        ("Swelling of the knee\nNo", "", "swollen_knee"),
        # what stands behind a part of the leg is found there
        ("Fever: N. Redness: Y.", "fever", "redness"),
        ("Calf: soft, non-tender.", "calf_tenderness tense_calf", ""),
        ("Calf: no swelling or tenderness. Knee: red", "leg_swelling calf_tenderness", "redness"),
        ("Knee: swelling -. Calf: swelling +", "swollen_knee", "leg_swelling"),
        ("Left foot: cold, pale", "", "cold_foot"),
        ("Calf: NAD.", "leg_swelling calf_tenderness", ""),
        ("Leg: swollen knee", "", "swollen_knee"),
    ],
)
def test_a_heading_is_of_what_stands_below_it(knee, text, absent, present):
    answers = knee.read(text).answers
    expected = dict.fromkeys(absent.split(), False) | dict.fromkeys(present.split(), True)
    assert expected.items() <= answers.items(), answers


@pytest.mark.parametrize(
    "text",
    [
        "FH: gout, psoriasis.",
        "FHx: rheumatoid arthritis, psoriasis",
        "Family Hx\nMother - DVT\nFather - gout",
        "Family history:\nMother: DVT\nSister: rheumatoid arthritis",
        "F/H: DVT and gout",
        "FH of clots. FH DVT+.",
        "Safety netting: fever, redness, calf swelling, chest pain.",
        "Return if:\n- fever\n- redness",
        "Allergies: penicillin (rash).",
        "Allergies: aspirin - swelling, warfarin",
        "Allergic to penicillin, which gives her a rash and fever.",
        "RR 14, SpO2 98% RA",
        "Sats 97% on RA",
    ],
)
def test_what_is_of_others_or_has_not_happened_is_not_taken(knee, text):
    answers = {id: answer for id, answer in knee.read(text).answers.items() if id != "sex"}
    assert answers == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMH: HTN, DVT 2015, gout, OA", "previous_dvt gout_known osteoarthritis_known"),
        ("PMH:\n- gout\n- T2DM\n\nSwollen knee", "gout_known weak_immunity swollen_knee"),
        ("PMH: nil. Swollen knee", "swollen_knee"),
        ("FH: gout. Swollen knee", "swollen_knee"),
        ("Family history: gout\n\nSmoker", "smoking"),
        ("RA on methotrexate, sats 99% on RA", "rheumatoid_arthritis_known"),
        ("T 38.4 HR 112 BP 130/80", "fever fast_heartbeat"),
        ("Temp 38.9 HR 120", "fever fast_heartbeat"),
        ("obs: t38.2 p110 rr18", "fever fast_heartbeat"),
        ("Allergic to latex, knee swollen since Monday.", "swollen_knee"),
        ("No known allergies. Fever.", "fever"),
    ],
)
def test_what_is_the_patients_is_taken(knee, text, expected):
    answers = knee.read(text).answers
    assert dict.fromkeys(expected.split(), True).items() <= answers.items(), answers


@given(
    st.lists(
        st.sampled_from(
            [*(way for way, _ in CASES), "Calf: {}, soft", "Negative for:", "FH: {}", "\n\n", "x"]
        ),
        max_size=6,
    )
)
def test_each_word_of_a_form_knows_where_it_stood(ways):
    text = "\n".join(way.format("knee") for way in ways)
    full = laid_out(text)
    knees = [full.span(one.start(), one.end()) for one in re.finditer("knee", full.text)]
    assert [text[start:end] for start, end in knees] == ["knee"] * text.count("knee")


@given(st.text(alphabet="ab \n\t:[]x.-|=,/", max_size=40))
def test_any_layout_keeps_its_places(text):
    full = laid_out(text)
    spans = [full.span(at, at + 1) for at in range(len(full.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)
