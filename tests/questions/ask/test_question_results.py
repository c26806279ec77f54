"""Questions, interviews and changes of mind as users see them."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from conftest import Edit
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.view.markup import percent

LUMP = {"lump behind the knee": True}


def text_of(html: str) -> str:
    return "\n".join(ET.fromstring(html).itertext())


def test_the_urgency_stands_above_everything(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    for one in (dx.questions("gout"), dx.change_of_mind(), knee.interview({"fever": True})):
        head = one.text.split("\n\n")[1]
        assert "Go to a doctor now." in head
        assert "fever with a painful knee" in head
        assert "Go to a doctor now." in text_of(one.html)


def test_table_text_and_page_say_the_same_numbers(knee: kb.Model) -> None:
    asked = knee.diagnose(LUMP).questions("deep vein thrombosis")
    lines = asked.text.splitlines()
    page = text_of(asked.html)
    for rank, row in asked.table.head(8).iterrows():
        line = next(one for one in lines if one.startswith(f"{rank}{'*' if row['front'] else ' '}"))
        for told in (row["question"], f"{row['bits']:.3f}", percent(row["advice"])):
            assert told in line
            assert told in page
        if row["id"] != "age":
            assert percent(row["if_yes"]) in line
            assert percent(row["if_no"]) in line


def test_the_columns_promised_are_there(knee: kb.Model) -> None:
    asked = knee.diagnose(LUMP).questions()
    assert {"id", "question", "asks", "kind", "method", "bits", "p_yes", "speaks_of", "now"} | {
        "if_yes",
        "if_no",
        "cost",
        "burden",
        "advice",
        "urgency_yes",
        "urgency_no",
        "front",
    } <= set(asked.table.columns)
    age = asked.table.set_index("id").loc["age"]
    assert pd.isna(age["p_yes"])
    ages = knee.knowledge.contexts["age"].states
    assert len(asked.outcomes.query("id == 'age'")) == len(ages)
    sums = asked.outcomes.groupby("id")["probability"].sum()
    assert (sums - 1.0).abs().max() < 1e-9
    assert list(asked.by_advice.table["advice"]) == sorted(asked.table["advice"], reverse=True)
    assert json.loads(asked.to_json())["questions"][0]["id"] == asked.table["id"].iloc[0]


def test_posteriors_of_all_causes_after_each_answer(knee: kb.Model) -> None:
    dx = knee.diagnose(LUMP)
    told = dx.questions().posteriors("age")
    ages = [state.id for state in knee.knowledge.contexts["age"].states]
    assert list(told.columns) == ["now", *ages]
    assert told.loc["gout", "older"] == pytest.approx(dx.given({"age": "older"})["gout"], abs=1e-9)
    with pytest.raises(kb.EvidenceError, match="'lump' is not open here"):
        dx.questions().posteriors("lump")


def test_a_test_costs_what_its_method_costs(knee: kb.Model) -> None:
    table = knee.diagnose().questions().table
    tests = table[table["kind"] == "test"]
    methods = {one.label: one for one in knee.knowledge.methods.values()}
    assert [methods[one].cost for one in tests["method"]] == list(tests["cost"])
    assert [methods[one].burden for one in tests["method"]] == list(tests["burden"])
    assert (table.loc[table["kind"] != "test", "cost"] == 0.0).all()


def test_pairs_and_decisions_can_be_asked_for(knee: kb.Model) -> None:
    asked = knee.diagnose(LUMP).questions("urgent", kinds=("sign", "symptom"))
    pairs = asked.pairs(4)
    assert len(pairs) == 6
    assert pairs["bits"].is_monotonic_decreasing
    assert 0.0 <= asked.same_decision(2, threshold=0.05).probability <= 1.0
    with pytest.raises(kb.EvidenceError, match="'after' must be a whole number from 1 to 3"):
        asked.same_decision(4)


def test_an_interview_goes_on_from_answer_to_answer(knee: kb.Model) -> None:
    talk = knee.interview()
    assert {one.id for one in talk.case.answers} == {knee.knowledge.meta.complaint}
    for _ in range(3):
        assert talk.next is not None
        before, id = talk, talk.next.id
        several = getattr(knee.knowledge.contexts.get(id), "states", ())
        talk = talk.answer({id: several[0].id if several else False})
        assert id in {one.id for one in talk.case.answers}
        assert id not in {one.id for one in before.case.answers}
        assert id not in set(talk.table["id"])
    assert talk.answer({id: None}).case.answers == before.case.answers
    assert talk.asks in talk.text
    assert "test" not in set(talk.table["kind"])
    assert set(knee.interview(kinds="test").table["kind"]) == {"test"}


def test_the_numbers_of_an_interview_are_those_of_a_differential(knee: kb.Model) -> None:
    talk, dx = knee.interview(LUMP, about="gout", kinds=None), knee.diagnose(LUMP)
    pd.testing.assert_frame_equal(talk.table, dx.questions("gout").table)
    assert talk.stop.finding.decision == "no"
    assert percent(talk.stop.finding.probability) in talk.text


def test_a_tree_is_printed_branch_by_branch(knee: kb.Model) -> None:
    tree = knee.interview(LUMP, about="infection").tree(2)
    ends = tree.table[tree.table["ask"] == ""]
    assert ends["reached"].sum() == pytest.approx(1.0, abs=1e-9)
    printed = [line for line in tree.text.splitlines() if re.match(r" +\S.*%\): ", line)]
    assert len(printed) == len(tree.table) - 1
    assert "act: now" in tree.text
    html = text_of(tree.html)
    assert all(percent(one) in html for one in tree.table["posterior"])


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda knee: knee.interview().tree(5), kb.EvidenceError, "1 to 4. Got 5"),
        (lambda knee: knee.interview().tree(0), kb.EvidenceError, "1 to 4. Got 0"),
        (lambda knee: knee.interview(threshold=2), kb.EvidenceError, "Got 2"),
        (lambda knee: knee.interview(about="hiccups"), kb.UnknownNameError, "hiccups"),
        (lambda knee: knee.interview({"swolen knee": True}), kb.UnknownNameError, "swollen knee"),
        (
            lambda knee: knee.interview({"severe pain": True}).answer({"mild pain": True}),
            kb.ImpossibleEvidenceError,
            "cannot be true together",
        ),
        (lambda knee: knee.diagnose().questions(kinds="scan"), kb.EvidenceError, "'scan'"),
        (lambda knee: knee.diagnose().change_of_mind("infection"), kb.UnknownNameError, "group"),
    ],
)
def test_errors_say_what_to_do(knee: kb.Model, call: object, error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        call(knee)


def test_a_change_of_mind_takes_the_first_two_by_itself(knee: kb.Model) -> None:
    dx = knee.diagnose(LUMP)
    change = dx.change_of_mind()
    assert [change.over, change.to] == list(dx.ranking["cause"].head(2))
    assert dx.change_of_mind(over="gout").to == dx.top
    after = dx.given(change.answers)
    assert after[change.to] > after[change.over]
    assert percent(change.probability) in change.text
    assert change.table["probability"].is_monotonic_decreasing
    assert change.table["answers"].iloc[0] in change.text


def test_odd_names_are_escaped(folder: Path, edit: Edit) -> None:
    edit("findings.toml", 'label = "sparks"', 'label = "R&D $x$ of $y"')
    robot = kb.load(folder)
    dx, talk = robot.diagnose(), robot.interview()
    for one in (dx.questions(), talk, talk.tree(1), dx.change_of_mind()):
        assert "R&D" not in one.html
        assert text_of(one.html)
        one.draw().figure.canvas.draw()


def test_the_picture_of_cost_and_bits_shows_every_question(knee: kb.Model, axes: Axes) -> None:
    """Those that no other beats are a staircase upwards; the rest are points below it."""
    asked = knee.diagnose(LUMP).questions()
    rows = asked.table.to_dict("records")
    assert asked.draw_pareto(axes) is axes
    beaten, stairs, front = (
        list(zip(*map(list, line.get_data()), strict=True)) for line in axes.get_lines()[:3]
    )
    places = {True: front, False: beaten}
    for kind, drawn in places.items():
        right = [(row["cost"], row["bits"]) for row in rows if row["front"] == kind]
        assert sorted(drawn) == sorted(right)
    assert front == stairs == sorted(stairs)
    assert [bits for _, bits in front] == sorted(bits for _, bits in front)
    assert {text.get_text() for text in axes.texts} >= {
        row["question"] for row in rows if row["front"]
    }


def test_a_question_of_yes_or_no_has_one_positive_answer(knee: kb.Model) -> None:
    """The second state of two says yes; of several states none does."""
    outcomes = knee.diagnose(LUMP).questions().outcomes
    for id, told in outcomes.groupby("id"):
        states = knee.network[id].states
        expected = [state == states[1] if len(states) == 2 else None for state in told["state"]]
        assert [None if pd.isna(one) else bool(one) for one in told["positive"]] == expected
