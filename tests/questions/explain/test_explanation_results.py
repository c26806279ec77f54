"""An explanation as text, page, table and picture: the same numbers everywhere."""

import html as escaping
import json
import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.questions.explain.explanation import Explanation
from kneebayes.questions.explain.words import in_decibans
from kneebayes.view.markup import percent
from kneebayes.view.report import made_by_line

HOT = {"redness": True, "warmth": True, "fever": False, "swollen knee": True, "age": 70}
CLOT = {"lump": True, "leg swelling": True, "calf tenderness": 0.9, "recent surgery": True}
ASKED = [
    (HOT, "septic arthritis", None),
    (HOT, "septic arthritis", "gout"),
    (CLOT, "DVT", None),
    ({**CLOT, "popping": 0.5}, "Baker's cyst", "DVT"),
    ({"fever": True, "cellulitis": True, "redness": True}, "cellulitis", None),
    ({"fever": True, "cellulitis": False, "redness": True}, "cellulitis", None),
    ({"gout": False, "redness": True}, "septic arthritis", "gout"),
    ({"gout": False, "redness": True}, "gout", "septic arthritis"),
    ({"fever": True}, "osteosarcoma", None),
    ({}, "gout", None),
    ({}, "gout", "DVT"),
    ({"pain behind the knee": None, "fever": True}, "gout", None),
]

each = pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked[1]}, {asked[2]}")


EXPLAINED: dict[str, Explanation] = {}  # by what was asked, each computed once


def explain(knee: kb.Model, asked: tuple[Mapping[str, object], str, str | None]) -> Explanation:
    said, cause, against = asked
    if repr(asked) not in EXPLAINED:
        EXPLAINED[repr(asked)] = knee.diagnose(said).explain(cause, against)
    return EXPLAINED[repr(asked)]


def numbers_of(why: Explanation) -> set[str]:
    """Every number of the table, as the text writes it."""
    table, found = why.table, {"0.0"}
    weights = ["single", "ledger", "shapley", "shapley_error", "leave_one_out", "log_odds"]
    for column in [*weights, "overlap", "without_rival"]:
        found |= {in_decibans(value) for value in table[column].dropna()}
    shares = ["probability", "article", "literature", "assumption"]
    shares += ["probability_against"] if "probability_against" in table else []
    for column in shares:
        found |= {percent(value) for value in table[column].dropna()}
    return found | {f"{order}" for order in table["order"]}


def read_back(why: Explanation, shown: str) -> Iterator[str]:
    """Numbers that stand in some text, but for those in names, claims and rules."""
    table = why.table
    names = [one for cell in table["because"] for one in cell.split("; ") if one]
    names += [claim for row in why.explained.weights for claim in row.grounds.because]
    names += list(why.explained.prior_grounds.because) + list(table["part"])
    names += [str(reason) for reason in why.urgency.reasons]
    names += [one.partition(":")[0] for one in names] + [why.case.knowledge.meta.disclaimer]
    names += [cause.label for cause in why.case.knowledge.causes.values()]
    names += [made_by_line(why.case.data)]
    shown = " ".join(shown.split())
    for name in sorted({" ".join(name.split()) for name in names}, key=len, reverse=True):
        shown = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", " ", shown)
    yield from re.findall(r"[+-]?<?\d+(?:\.\d+)?%?", shown)


@each
def test_no_number_stands_in_the_text_that_is_not_in_the_table(
    knee: kb.Model, asked: tuple[Mapping[str, object], str, str | None]
) -> None:
    why = explain(knee, asked)
    known = numbers_of(why)
    page = "\n".join(ET.fromstring(why.html).itertext())
    for shown in (why.text, page):
        found = list(read_back(why, shown))
        assert set(found) <= known
        assert len(found) >= 1 + 2 * len(why.explained.weights)


@each
def test_every_step_is_told_with_its_number_and_its_sign(
    knee: kb.Model, asked: tuple[Mapping[str, object], str, str | None]
) -> None:
    why = explain(knee, asked)
    text = " ".join(why.text.split())
    first, *answers, last = why.table.to_dict(orient="records")
    assert percent(first["probability"]) in text
    for row in answers:
        told = text[text.index(f"{row['order']}. {row['part']}") :].partition(";")[0]
        value = row["ledger"]
        if np.isinf(value):
            assert ("rules" in told) or ("certain" in told)
        elif "decided" not in told:
            assert f": {in_decibans(value)} decibans" in told
            positive = f"speaks for {why._words.cause}" in told
            assert positive == (round(value, 1) > 0.0)
    if np.isfinite(why.total) and answers:
        assert f"All answers together weigh {in_decibans(why.total)} decibans" in text
        assert f"{in_decibans(last['log_odds'])} decibans." in text


@each
def test_the_page_says_the_same_and_nothing_is_a_nan(
    knee: kb.Model, asked: tuple[Mapping[str, object], str, str | None]
) -> None:
    why = explain(knee, asked)
    page = " ".join(" ".join(ET.fromstring(why.html).itertext()).split())
    words = why._words
    sentences = [words.beginning, words.ending, words.grounds]
    sentences += [*words.counted_twice, *words.taken_away, *words.because]
    text = " ".join(why.text.split())
    for sentence in sentences:
        assert " ".join(sentence.split()) in page
        assert " ".join(sentence.split()) in text
    for shown in (why.text, why.html, repr(why)):
        assert not re.search(r"\bnan\b|\binf\b|-0\.0\b|None|0x", shown)


def test_the_table_has_the_columns_promised_and_adds_up(knee: kb.Model) -> None:
    why = explain(knee, ASKED[0])
    table = why.table
    answers = table[table["kind"] == "answer"]
    assert table["kind"].tolist() == ["prior", *["answer"] * 5, "posterior"]
    assert answers["id"].tolist() == ["redness", "warmth", "fever", "swollen_knee", "age"]
    change = table["log_odds"].iloc[-1] - table["log_odds"].iloc[0]
    last = table.iloc[-1]
    for way in ("ledger", "shapley"):
        assert answers[way].sum() == pytest.approx(change, abs=1e-9)
        assert last[way] == pytest.approx(change, abs=1e-9)
    assert last["single"] - last["ledger"] == pytest.approx(last["overlap"], abs=1e-9)
    assert last["overlap"] == why.overlap
    assert last["ledger"] == why.total
    steps = table["log_odds"].diff().iloc[1:-1]
    np.testing.assert_allclose(steps, answers["ledger"], atol=1e-9)
    odds = table["probability"] / (1.0 - table["probability"])
    np.testing.assert_allclose(table["odds"], odds, rtol=1e-9)
    shares = table[["article", "literature", "assumption"]].sum(axis=1)
    np.testing.assert_allclose(shares, 1.0, atol=1e-12)
    for row in answers.itertuples():
        kinds = [one for one in ("article", "literature", "assumption") if getattr(row, one) > 0]
        assert row.origin == "+".join(kinds)
        assert row.because


def test_the_strongest_overlap_stands_with_each_answer(knee: kb.Model) -> None:
    why = explain(knee, ASKED[0])
    pairs = why.overlaps
    assert len(pairs) == 5 * 4 / 2
    assert (pairs["overlap"] == pairs["apart"] - pairs["together"]).all()
    assert pairs["overlap"].abs().is_monotonic_decreasing
    for row in why.table.query("kind == 'answer'").itertuples():
        mine = pairs[(pairs["first"] == row.id) | (pairs["second"] == row.id)].iloc[0]
        assert row.overlap == mine["overlap"]
        assert {row.id, row.overlaps_with} == {mine["first"], mine["second"]}


def test_explaining_away_is_said_in_a_sentence(knee: kb.Model) -> None:
    why = explain(knee, ({"gout": True, "swollen knee": True}, "septic arthritis", None))
    text, row = " ".join(why.text.split()), why.table.set_index("id").loc["swollen_knee"]
    last, alone = in_decibans(row["leave_one_out"]), in_decibans(row["single"])
    said = f"counts for less among the other answers ({last} instead of {alone} decibans alone)"
    assert f"{said} because gout, which is known, explains it too" in text
    assert f"With gout ruled out instead it would be {in_decibans(row['without_rival'])}." in text


def test_a_decision_is_said_in_words(knee: kb.Model) -> None:
    certain, out = explain(knee, ASKED[4]), explain(knee, ASKED[5])
    assert "cellulitis: present makes cellulitis certain; P(cellulitis) = 100%." in certain.text
    assert "cellulitis: absent rules cellulitis out; P(cellulitis) = 0%." in out.text
    assert "redness: present changes nothing any more" in " ".join(out.text.split())
    against = " ".join(explain(knee, ASKED[6]).text.split())
    assert "gout: absent rules gout out; P(septic arthritis)" in against
    assert explain(knee, ASKED[7]).total == -np.inf


def test_urgency_stands_above_the_sentences(knee: kb.Model) -> None:
    why = explain(knee, ASKED[0])
    for shown in (why.text, escaping.unescape(why.html)):
        assert shown.index("Go to a doctor now.") < shown.index("alone")
        assert "septic arthritis is an urgent cause." in shown
        for reason in why.urgency.reasons:
            assert str(reason) in shown
        assert knee.knowledge.meta.disclaimer in shown
        assert "article" in shown
    other = explain(knee, (HOT, "gout", "septic arthritis"))
    assert "septic arthritis is an urgent cause." in other.text


def test_names_are_escaped(knee: kb.Model) -> None:
    assert "Baker&#x27;s cyst" in explain(knee, ASKED[3]).html
    assert "Baker's" not in explain(knee, ASKED[3]).html


def test_representations_are_one_line(knee: kb.Model) -> None:
    prior = f"{knee.diagnose()['gout']:.1%}"
    assert repr(explain(knee, ASKED[9])) == f"Explanation('gout', 0 answers: {prior} -> {prior})"
    assert repr(explain(knee, ASKED[1])).startswith("Explanation('septic arthritis' rather than 'g")
    assert str(explain(knee, ASKED[8])) == explain(knee, ASKED[8]).text
    assert all(line == line.rstrip() for line in explain(knee, ASKED[2]).text.splitlines())


def test_it_goes_to_json_and_comes_back(knee: kb.Model) -> None:
    for asked in ASKED:
        why = explain(knee, asked)
        content = json.loads(why.to_json())
        assert len(content["steps"]) == len(why.table)
    assert json.loads(explain(knee, ASKED[5]).to_json())["steps"][2]["ledger"] == "-inf"


@pytest.mark.parametrize(
    ("asked", "by"),
    [*((asked, "ledger") for asked in ASKED), *((asked, "shapley") for asked in ASKED[1:4])],
)
def test_the_picture_shows_every_answer_with_its_number(
    knee: kb.Model, asked: tuple[Mapping[str, object], str, str | None], by: str
) -> None:
    why = explain(knee, asked)
    ax = why.draw(by=by)
    ax.figure.canvas.draw()
    table = why.table
    labels = [" ".join(one.get_text().split()) for one in ax.get_yticklabels()]
    assert labels == table["part"].tolist()
    shown = [one.get_text() for one in ax.texts]
    for row in table.query("kind == 'answer'").itertuples():
        number = in_decibans(getattr(row, by))
        assert number in shown or "decided" in shown
    for at in (0, -1):
        assert in_decibans(table["log_odds"].iloc[at]) in shown
    assert ax.get_title(loc="left").startswith(why._words.question)


def test_it_is_drawn_where_it_is_told_to_and_only_in_ways_that_exist(
    knee: kb.Model, axes: Axes
) -> None:
    assert explain(knee, ASKED[0]).draw(axes) is axes
    with pytest.raises(kb.EvidenceError, match=r"'by' must be 'ledger' or 'shapley'. Got 'time'"):
        explain(knee, ASKED[0]).draw(by="time")


@pytest.mark.parametrize(
    ("cause", "against", "more", "error", "said"),
    [
        ("gouut", None, {}, kb.UnknownNameError, "Did you mean 'gout'"),
        ("gout", "fevver", {}, kb.UnknownNameError, "No cause named 'fevver'"),
        ("arthritis", None, {}, kb.UnknownNameError, "'arthritis' is a group"),
        ("gout", "gouty arthritis", {}, kb.EvidenceError, "cannot be held against itself"),
        ("gout", None, {"orders": 0}, kb.EvidenceError, "from 4 to 1000000. Got 0"),
        ("gout", None, {"orders": 9.5}, kb.EvidenceError, "must be a whole number. Got"),
    ],
)
def test_what_cannot_be_explained(
    knee: kb.Model, cause: str, against: str | None, more: dict, error: type, said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        knee.diagnose().explain(cause, against, **more)
