"""Robustness, sensitivity, tornado and lexicons show the same numbers in every form."""

from dataclasses import replace
from html import unescape

import pytest
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.view.markup import percent
from kneebayes.view.report import Reporting

PATIENT = {"squealing": True, "hot case": True, "weak jet": False}


@pytest.fixture(scope="module")
def dx(pump: kb.Model) -> kb.Differential:
    return pump.diagnose(PATIENT)


@pytest.fixture(scope="module")
def results(dx: kb.Differential) -> dict[str, Reporting]:
    return {
        "robustness": dx.robustness(draws=60),
        "prior": dx.sensitivity("dry bearing", prior="dry bearing"),
        "link": dx.sensitivity(link=("dry bearing", "squealing")),
        "lexicons": dx.compare_lexicons(),
    }


@pytest.mark.parametrize("name", ["robustness", "prior", "link", "lexicons"])
def test_no_urgent_cause_is_hidden(
    pump: kb.Model, results: dict[str, Reporting], name: str
) -> None:
    urgent = [cause for cause in pump.causes if cause.urgent]
    assert urgent
    for cause in urgent:
        assert f"{cause.label} (urgent)" in results[name].text
        assert f"{cause.label} (urgent)" in unescape(results[name].html)


def test_the_interval_of_the_table_stands_in_the_text(results: dict[str, Reporting]) -> None:
    told = results["robustness"]
    for row in told.table.head(10).itertuples():
        assert f"{percent(row.low)} to {percent(row.high)}" in told.text


def test_slopes_are_drawn_too(dx: kb.Differential, axes: Axes) -> None:
    assert dx.robustness(draws=20).draw_slopes(axes) is axes
    certain = dx.given({"wet winding": True, "air in hose": False}).robustness(draws=20)
    certain.draw_slopes().figure.canvas.draw()


def test_every_lexicon_gives_its_own_differential(pump: kb.Model, dx: kb.Differential) -> None:
    told = dx.compare_lexicons()
    assert set(told.posteriors) == set(pump.lexicons)
    table = told.table.set_index(["lexicon", "id"])
    for lexicon in ("gardener", "engineer"):
        other = pump.with_lexicon(lexicon).diagnose(PATIENT)
        for id, posterior in other.belief.posteriors.items():
            assert table.loc[(lexicon, id), "posterior"] == pytest.approx(posterior, abs=1e-12)
        assert told.tops[lexicon] == other.top
        ranks = table.loc[lexicon]["rank"].sort_values()
        assert ranks.index.tolist() == other.ranking["id"].tolist()


def test_a_label_with_a_dollar_sign_can_be_drawn(folder: object, edit: object) -> None:
    edit("causes/rusty_bolt.toml", 'label = "rusty bolt"', 'label = "rusty $bolt^$"')
    model = kb.load(folder)
    dx = model.diagnose({"squeak": True})
    for told in (
        dx.robustness(draws=20),
        dx.sensitivity(prior="rusty_bolt"),
        dx.tornado("rusty_bolt"),
        dx.compare_lexicons(),
    ):
        told.draw().figure.canvas.draw()
    dx.robustness(draws=20).draw_slopes().figure.canvas.draw()


@pytest.mark.parametrize("lowest", [1, 2, 3, 4])
def test_the_first_three_of_any_lexicon_are_shown(
    pump: kb.Model, dx: kb.Differential, monkeypatch: pytest.MonkeyPatch, lowest: int
) -> None:
    """Against differentials under each lexicon: one that ranks third in any is told, no fourth."""
    monkeypatch.setattr("kneebayes.questions.doubt.lexicons.SHOWN", lowest)
    expected = {cause.id for cause in pump.causes if cause.urgent}
    expected.update(dx.ranking["id"].head(lowest))
    for lexicon in pump.lexicons:
        other = pump.with_lexicon(lexicon).diagnose(PATIENT)
        expected.update(other.ranking["id"].head(3))
    told = dx.compare_lexicons()
    shown = {cause.id for cause in pump.causes if f"\n{cause.label}" in told.text}
    assert shown == expected


@pytest.mark.parametrize(
    ("redrawn", "told"), [(0, None), (1, "1 draw was replaced"), (2, "2 draws were replaced")]
)
def test_draws_that_were_replaced_are_counted(
    results: dict[str, Reporting], redrawn: int, told: str | None
) -> None:
    text = " ".join(replace(results["robustness"], redrawn=redrawn).text.split())
    assert ("replaced" in text) == (told is not None)
    assert told is None or f" {told}: " in text


def test_the_summary_counts_who_ranks_first_in_the_draws(pump: kb.Model) -> None:
    told = pump.diagnose({"squealing": True, "weak jet": True}).robustness(draws=200)
    counts = told.draws.idxmax(axis=1).value_counts() / 200
    leader = told.table["id"].iloc[0]
    rival = counts.drop(leader).idxmax()
    assert min(counts[rival], counts[leader]) > 0.0
    first, second = (pump.knowledge.label(id) for id in (leader, rival))
    assert told.summary == (
        f"{first} ranks first in {percent(counts[leader])} of 200 draws, "
        f"{second} in {percent(counts[rival])}."
    )


def test_something_else_stands_in_quotes_within_a_sentence(knee: kb.Model) -> None:
    """Without them "something else ranks first" says that no cause of the list does."""
    dx = knee.diagnose({"redness": True})
    assert dx.top == "something else"
    assert "'something else' ranks first in" in dx.robustness(draws=20).summary
    assert "that 'something else' stays the most probable cause" in (
        knee.interview({"redness": True}).text
    )
    told = dx.sensitivity("cellulitis", prior="cellulitis").sentences
    assert told[0].startswith("cellulitis overtakes 'something else' when its prior passes ")
