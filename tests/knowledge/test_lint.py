"""Remarks about folders that can be read but could be better."""

from pathlib import Path

import pytest
from conftest import Edit

from kneebayes.knowledge import Remark, lint, read_knowledge

RUST = "causes/rusty_bolt.toml"
WIRE = "causes/loose_wire.toml"
MOON = "causes/moon_magnet.toml"

# two causes that show the same, and that nothing else tells apart
ALIKE = [
    (MOON, 'squeak = { how_often = "sometimes"', 'squeak = { how_often = "often"'),
    (RUST, "rain =", "#"),
    (RUST, "model_year", "# "),
]
LOOSE_ENDS = [
    pytest.param(
        [
            (
                "claims.csv",
                'none,Robots write poems.,"says nothing about headaches, NA included"',
                "none,Robots write poems.,",
            )
        ],
        Remark("unused claim", "C06", "no number rests on it and it does not say why not."),
        id="unused claim",
    ),
    pytest.param(
        [(MOON, 'word = "rare"', 'word = "rare"\noverruled = "C01"')],
        Remark("contradictory commonness", "moon_magnet", "C01 says otherwise; 'rare' (C03) won."),
        id="contradictory commonness",
    ),
    pytest.param(
        [
            (
                "findings.toml",
                "[squeak]",
                '[rattle]\nlabel = "rattle"\nkind = "sign"\nleak = 0.01\nbecause = "C01"\n[squeak]',
            )
        ],
        Remark("finding without cause", "rattle", "no cause or mediator produces it."),
        id="finding without cause",
    ),
    pytest.param(
        [
            (
                WIRE,
                'overheating = { how_often = "often", because = "assumed: a loose wire heats" }',
                "",
            )
        ],
        Remark("mediator without cause", "overheating", "nothing produces it."),
        id="mediator without cause",
    ),
    pytest.param(
        ALIKE,
        Remark(
            "cause not told apart",
            "rusty_bolt",
            "shows just what moon_magnet shows: no finding tells them apart.",
        ),
        id="two causes alike",
    ),
]


@pytest.mark.parametrize(("edits", "remark"), LOOSE_ENDS)
def test_a_loose_end_is_the_only_remark(
    folder: Path, edit: Edit, edits: list[tuple[str, str, str]], remark: Remark
) -> None:
    for one in edits:
        edit(*one)
    assert lint(read_knowledge(folder)) == (remark,)
    assert str(remark) == f"{remark.kind}: {remark.place}: {remark.text}"


def test_causes_that_differ_in_a_test_result_are_told_apart(folder: Path, edit: Edit) -> None:
    """The test names the cause, not the cause the test: the arrow is there all the same."""
    edit(MOON, 'squeak = { how_often = "sometimes"', 'squeak = { how_often = "often"')
    edit("tests.toml", "loose_wire = {", "rusty_bolt = {")
    assert lint(read_knowledge(folder)) == ()


def test_causes_that_differ_in_how_often_only_are_told_apart(folder: Path, edit: Edit) -> None:
    edit(MOON, 'squeak = { how_often = "sometimes"', "squeak = { how_often = 0.71")
    assert lint(read_knowledge(folder)) == ()


def test_the_complaint_tells_no_causes_apart(folder: Path, edit: Edit) -> None:
    """Everyone has the complaint, so how often a cause produces it is no finding."""
    for change in ALIKE:
        edit(*change)
    edit(MOON, 'headache = { how_often = "sometimes"', "headache = { how_often = 0.123")
    assert [one.kind for one in lint(read_knowledge(folder))] == ["cause not told apart"]
