"""Draws of the words: laws of the intervals and of the ranks."""

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.odds import logit
from kneebayes.questions.doubt.robustness import ranks_of

PATIENTS: list[dict[str, object]] = [
    {},
    {"lump behind the knee": True, "fever": False, "age": "older"},
    {"leg swelling": True, "calf tenderness": 0.7, "recent surgery": True},
]


@pytest.mark.parametrize("said", PATIENTS, ids=lambda said: ", ".join(said) or "complaint")
def test_without_spread_every_draw_is_the_answer(knee: kb.Model, said: dict[str, object]) -> None:
    dx = knee.diagnose(said)
    told = dx.robustness(draws=7, spread=0.0)
    for id, posterior in dx.belief.posteriors.items():
        assert told.draws[id].tolist() == pytest.approx([posterior] * 7, abs=1e-12)
    table = told.table
    assert table["posterior"].tolist() == pytest.approx(dx.ranking["posterior"].tolist())
    assert set(table["id"]) == set(dx.ranking["id"])  # equal causes may change places
    assert (table["rank_low"] == table.index).all()
    assert (table["rank_high"] == table.index).all()
    assert table["p_first"].tolist() == [1.0] + [0.0] * (len(table) - 1)
    assert table["p_top_three"].sum() == 3.0
    assert told.redrawn == 0


@pytest.mark.parametrize("lexicon", ["article", "lay"])
def test_with_the_complaint_alone_every_draw_shares_it_out_whole(
    knee: kb.Model, lexicon: str
) -> None:
    draws = knee.with_lexicon(lexicon).diagnose().robustness(60).draws
    assert draws.sum(axis=1).to_numpy() == pytest.approx(np.ones(60), rel=1e-9)
    assert (draws.std() > 0.0).all()


def test_rare_causes_alone_are_as_uncertain_as_their_priors(knee: kb.Model) -> None:
    """What shares are divided by, their sum, moves by less than a half either way."""
    table = knee.diagnose().robustness(draws=500).table
    rare = table[table["prior"] < 0.01]
    assert len(rare) > 3
    for row in rare.itertuples():
        for found, stated in ((row.low, row.prior_low), (row.high, row.prior_high)):
            distance = abs(logit(stated) - logit(row.prior))
            assert logit(found) == pytest.approx(logit(stated), abs=0.13 * distance + 0.4)


def test_shares_of_draws_are_shares(knee: kb.Model) -> None:
    told = knee.diagnose(PATIENTS[1]).robustness(draws=80, seed=4)
    table, draws = told.table, told.draws
    assert table["p_first"].sum() == pytest.approx(1.0)
    assert table["p_top_three"].sum() == pytest.approx(3.0)
    assert draws.shape == (80, len(knee.causes))
    assert ((draws >= 0.0) & (draws <= 1.0)).all().all()
    for row in table.itertuples():
        mine = draws[row.id]
        ends = mine.quantile([0.05, 0.5, 0.95]).tolist()
        assert [row.low, row.median, row.high] == pytest.approx(ends, rel=1e-9)
        first = (draws.idxmax(axis=1) == row.id).mean()
        assert row.p_first == pytest.approx(first)
        assert row.rank_low <= row.rank_high


def test_a_seed_gives_the_same_draws_and_another_gives_others(knee: kb.Model) -> None:
    dx = knee.diagnose(PATIENTS[1])
    first, again = dx.robustness(40, seed=1), dx.robustness(40, seed=1)
    assert first.text == again.text
    assert first.draws.equals(again.draws)
    assert not first.draws.equals(dx.robustness(40, seed=2).draws)


def test_fewer_draws_are_the_first_of_more(knee: kb.Model) -> None:
    few, more = (knee.diagnose(PATIENTS[1]).robustness(draws=n, seed=2) for n in (30, 80))
    first = more.posteriors[:30]
    assert few.posteriors == pytest.approx(first, rel=1e-9)
    assert more.redrawn >= few.redrawn


def test_more_spread_gives_wider_intervals(knee: kb.Model) -> None:
    dx = knee.diagnose(PATIENTS[1])
    widths = []
    for spread in (0.2, 0.6, 1.0):
        table = dx.robustness(60, spread=spread).table
        widths.append(float((table["high"] - table["low"]).sum()))
    assert widths == sorted(widths)


def test_a_cause_said_to_be_absent_explains_nothing_in_any_draw(knee: kb.Model) -> None:
    told = knee.diagnose({"gout": False, "fever": True}).robustness(30)
    assert (told.draws["gout"] == 0.0).all()
    assert told.draws.sum(axis=1).to_numpy() == pytest.approx(np.ones(30), rel=1e-9)


def test_a_robot_can_be_doubted_too(robot: kb.Model) -> None:
    told = robot.diagnose({"squeak": True}).robustness(80)
    assert len(told.table) == 3
    assert (told.table["low"] <= told.table["high"]).all()


def test_ranks_count_from_one_and_ties_keep_the_order() -> None:
    posteriors = np.array([[0.1, 0.5, 0.3], [0.2, 0.2, 0.9], [0.0, 0.0, 0.0]])
    assert ranks_of(posteriors).tolist() == [[3, 1, 2], [2, 3, 1], [1, 2, 3]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"draws": 0}, "'draws' must be a whole number from 1 to 1000000. Got 0."),
        ({"draws": "many"}, "'draws' must be a whole number. Got 'many'."),
        ({"draws": 2.5}, "'draws' must be a whole number. Got 2.5."),
        ({"draws": True}, "'draws' must be a whole number. Got True."),
        ({"seed": -1}, "'seed' must be a whole number from 0 on"),
        ({"spread": -0.1}, "'spread' must be from 0 (every word at its value) to 5, got -0.1"),
        ({"spread": float("nan")}, "'spread' must be a number. Got"),
        ({"spread": "wide"}, "'spread' must be a number. Got 'wide'."),
    ],
)
def test_what_makes_no_sense_is_refused(
    knee: kb.Model, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        knee.diagnose().robustness(**arguments)
    assert said in str(caught.value)


def test_what_was_solved_for_one_patient_serves_the_next(knee: kb.Model) -> None:
    """The leaks of a draw hang on the words alone: with and without memory, the same digits."""
    patient = {"lump behind the knee": True, "fever": False}
    fresh = kb.load().diagnose(patient).robustness(50, seed=9)
    knee.diagnose({"leg swelling": True}).robustness(50, seed=9)
    assert knee.solved
    again = knee.diagnose(patient).robustness(50, seed=9).draws
    assert again.to_numpy() == pytest.approx(fresh.draws.to_numpy(), rel=1e-9)


def test_the_draws_as_a_dataset(knee: kb.Model) -> None:
    found = knee.diagnose(PATIENTS[1]).robustness(draws=40, seed=2)
    drawn = found.to_xarray()
    assert dict(drawn["posterior"].sizes) == {"chain": 1, "draw": 40, "cause": len(found.table)}
    assert (drawn["posterior"].sel(chain=0).to_pandas() == found.draws).all(axis=None)
    low = drawn["posterior"].quantile(0.05, dim=("chain", "draw")).to_series()
    table = found.table.set_index("id")
    assert low[table.index].tolist() == pytest.approx(table["low"].tolist())
    middle = drawn["middle"].to_series()[table.index].tolist()
    assert middle == pytest.approx(table["posterior"].tolist(), abs=1e-12)
    assert set(drawn["cause"][drawn["urgent"]].values) == set(table.index[table["urgent"]])
    assert "lexicon: article" in drawn.attrs["made_by"]
