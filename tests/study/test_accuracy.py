"""Likelihood ratios beside published ones."""

from dataclasses import replace
from pathlib import Path

import pytest
from article_checks import ratio_verdicts, rows_of

import kneebayes as kb
from kneebayes.study.accuracy import DRAWN, Accuracy, accuracy


@pytest.fixture(scope="module")
def found(knee: kb.Model) -> Accuracy:
    return knee.accuracy()


def test_each_ratio_is_that_of_the_odds(knee: kb.Model, found: Accuracy) -> None:
    """Counted a second time by the checks of the tests, which share nothing but the table."""
    by_hand = {
        (row["cause"], row["answer"], row["among"]): ratio for row, ratio, _ in ratio_verdicts(knee)
    }
    assert len(found) + found.left_out == len(by_hand)
    for row in found.rows:
        assert row.model == pytest.approx(by_hand[row.cause, row.answer, row.among], rel=1e-9)


def test_no_published_ratio_is_turned_round(found: Accuracy) -> None:
    assert [row for row in found.rows if row.verdict == "reversed"] == []
    assert found.share("inside", "near") >= 0.7


def test_the_text_says_how_many_are_near_and_the_picture_has_a_dot_for_each(
    found: Accuracy,
) -> None:
    assert f"{found.share('inside', 'near'):.0%} of {len(found)} lie in" in found.text
    assert len(found.table) == len(found)
    axes = found.draw()
    assert len(axes.get_yticks()) == min(DRAWN, len(found))
    assert f"{len(found)} that differ most" in axes.get_xlabel().replace("\n", " ")
    assert axes.get_title(loc="left").replace("\n", " ") == found.report.title
    told = [(text.get_text(), text.xy[0], text.get_ha()) for text in axes.texts]  # type: ignore[attr-defined]
    for published, model in zip(told[::2], told[1::2], strict=True):
        assert (published[2], model[2]) == ("right", "left")  # the smaller one on the left
        assert published[1] <= model[1]
    furthest = max(found.rows, key=lambda row: max(row.low / row.model, row.model / row.high))
    assert f"{float(f'{furthest.model:.2g}'):,.0f}" in {text for text, *_ in told[-2:]}
    assert not any("e+" in text for text, *_ in told)
    assert not any("e+" in cell for row in found.report.rows for cell in row)
    endless = [row for row in found.rows if row.high >= 1e9]  # nobody without it was positive
    assert found.text.count(" or more") == len(endless) > 0


def test_of_another_complaint_all_are_left_out_whatever_its_ids(robot: kb.Model) -> None:
    published = len(rows_of("published_ratios.csv"))
    known = {row["cause"] for row in rows_of("published_ratios.csv")}
    knowledge = robot.knowledge
    causes = {**knowledge.causes, **dict.fromkeys(known, knowledge.causes["loose_wire"])}
    for model in (robot, robot.data.replace(knowledge=replace(knowledge, causes=causes))):
        found = accuracy(model)
        assert (len(found), found.left_out) == (0, published)
        said = f"Left out, all {published}: they were measured with another complaint, '"
        assert said in found.text
        assert " of 0 lie in" not in found.text


def test_a_folder_that_extends_theirs_is_held_against_them(tmp_path: Path, found: Accuracy) -> None:
    (tmp_path / "knowledge.toml").write_text('extends = "kneebayes"\ntitle = "Ours"\n')
    ours = kb.load(tmp_path).accuracy()
    assert len(ours) == len(found)
    assert f"has no such cause or answer: {found.left_out}." in ours.text or not found.left_out
