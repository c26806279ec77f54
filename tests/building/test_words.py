"""Words, ranges and numbers become intervals."""

from dataclasses import replace

import pytest

import kneebayes as kb
from kneebayes.building.words import Direction, amount_interval, prior_intervals
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import Cause
from kneebayes.knowledge.statements import Amount, Commonness, Interval, Lexicon, Wording

WHY = ("assumed: made up for a test",)
Triple = tuple[float, float, float]


def wording(low: float, value: float, high: float) -> Wording:
    return Wording(low=low, value=value, high=high, because=WHY)


def lexicon(total: float | None = None, **commonness: Triple) -> Lexicon:
    return Lexicon(
        id="test",
        label="test",
        about="For tests.",
        total=total,
        because=WHY,
        commonness={word: wording(*numbers) for word, numbers in commonness.items()},
        frequency={"often": wording(0.6, 0.7, 0.8), "can": wording(0.1, 0.3, 0.5)},
        evoking={"often": wording(0.25, 0.5, 0.75)},
        risk={"often": wording(3.0, 6.0, 12.0)},
    )


def cause(name: str, word: str, published: tuple[float, float] | None = None) -> Cause:
    why = () if published is None else WHY
    said = Commonness(word=word, because=WHY, published=published, published_because=why)
    return Cause(id=name, label=name, group=name, about="A cause.", because=WHY, commonness=said)


def knowing(robot: kb.Model, *causes: Cause) -> Knowledge:
    return replace(robot.knowledge, causes={one.id: one for one in causes})


def numbers(interval: Interval) -> Triple:
    return interval.low, interval.value, interval.high


@pytest.mark.parametrize(
    ("amount", "direction", "expected"),
    [
        ("often", "frequency", (0.6, 0.7, 0.8)),
        ("often", "evoking", (0.25, 0.5, 0.75)),
        ("often", "risk", (3.0, 6.0, 12.0)),
        ("can", "frequency", (0.1, 0.3, 0.5)),
        ((0.2, 0.8), "frequency", (0.2, 0.5, 0.8)),
        ((1 / 17, 1 / 2), "frequency", (1 / 17, 1 / 5, 1 / 2)),  # odds of 1/16, 1/4 and 1
        ((1 / 17, 1 / 2), "evoking", (1 / 17, 1 / 5, 1 / 2)),
        ((0.0, 1.0), "frequency", (0.0, 0.5, 1.0)),
        ((0.0, 0.5), "frequency", (0.0, 0.25, 0.5)),  # 0 and 1 have no log-odds
        ((0.5, 1.0), "evoking", (0.5, 0.75, 1.0)),
        ((0.3, 0.3), "frequency", (0.3, 0.3, 0.3)),
        ((2.0, 8.0), "risk", (2.0, 4.0, 8.0)),
        ((1.0, 9.0), "risk", (1.0, 3.0, 9.0)),
        ((1.1, 1.1), "risk", (1.1, 1.1, 1.1)),
        (0.37, "frequency", (0.37, 0.37, 0.37)),
        (2.5, "risk", (2.5, 2.5, 2.5)),
        (0.0, "evoking", (0.0, 0.0, 0.0)),
        (1.0, "risk", (1.0, 1.0, 1.0)),
    ],
)
def test_amounts(amount: Amount, direction: Direction, expected: Triple) -> None:
    assert numbers(amount_interval(amount, direction, lexicon())) == pytest.approx(expected)


@pytest.mark.parametrize("at", range(1, 60))
def test_the_middle_of_a_range_never_leaves_it(at: int) -> None:
    """Rounding could put (x + x) / 2 or (x x) ** 0.5 beside x."""
    same = (at / 7.0, at / 7.0)
    assert amount_interval(same, "risk", lexicon()).value == same[0]
    assert amount_interval(same, "frequency", lexicon()).value == same[0]


@pytest.mark.parametrize(
    ("word", "published", "expected"),
    [
        pytest.param((0.1, 0.2, 0.4), (0.15, 0.3), (0.15, 0.225, 0.3), id="inside the word"),
        pytest.param((0.1, 0.2, 0.4), (0.3, 0.3), (0.3, 0.3, 0.3), id="a single figure"),
        pytest.param((0.1, 0.2, 0.4), (0.05, 0.9), (0.1, 0.25, 0.4), id="wider than the word"),
        pytest.param((0.1, 0.2, 0.4), (0.3, 0.9), (0.3, 0.35, 0.4), id="overlaps above"),
        pytest.param((0.1, 0.2, 0.4), (0.01, 0.15), (0.1, 0.125, 0.15), id="overlaps below"),
        pytest.param((0.1, 0.2, 0.4), (0.5, 0.9), (0.4, 0.5, 0.9), id="above: the figure wins"),
        pytest.param((0.2, 0.3, 0.5), (0.11, 0.15), (0.11, 0.15, 0.2), id="below: as well"),
    ],
)
def test_what_was_published_narrows_the_word_and_wins_where_they_disagree(
    robot: kb.Model, word: Triple, published: tuple[float, float], expected: Triple
) -> None:
    """The second cause has just what is left, so that nothing is scaled."""
    remaining = 1.0 - expected[1]
    said = knowing(robot, cause("gout", "common", published), cause("b", "other"))
    words = lexicon(common=word, other=(remaining / 2, remaining, min(1.0, 2 * remaining)))
    assert numbers(prior_intervals(said, words)["gout"]) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("total", [None, 0.2, 1.7])
def test_shares_add_up_to_one_and_keep_their_proportions(
    robot: kb.Model, total: float | None
) -> None:
    said = knowing(robot, cause("a", "common"), cause("b", "common"), cause("c", "rare"))
    words = {"common": (0.2, 0.4, 0.6), "rare": (0.02, 0.1, 0.12)}
    found = prior_intervals(said, lexicon(total, **words))
    assert sum(one.value for one in found.values()) == pytest.approx(1.0, abs=1e-12)
    for name, word in (("a", "common"), ("b", "common"), ("c", "rare")):
        assert numbers(found[name]) == pytest.approx([one / 0.9 for one in words[word]])


def test_a_published_range_holds_while_the_words_are_scaled(robot: kb.Model) -> None:
    said = knowing(robot, cause("a", "common", (0.3, 0.35)), cause("b", "common"))
    found = prior_intervals(said, lexicon(common=(0.01, 0.2, 0.9)))
    assert found["a"].value == pytest.approx(0.325)
    assert found["b"].value == pytest.approx(0.675)
    assert numbers(found["a"]) == pytest.approx((0.3, 0.325, 0.35))


def test_shares_that_cannot_be_scaled_are_shared_out_in_proportion(robot: kb.Model) -> None:
    said = knowing(robot, cause("a", "common", (0.1, 0.1)), cause("b", "common", (0.3, 0.3)))
    found = prior_intervals(said, lexicon(common=(0.01, 0.2, 0.9)))
    assert [found[id].value for id in "ab"] == pytest.approx([0.25, 0.75])
