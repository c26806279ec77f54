"""Evaluations: against recomputation, of anybody's predictions, and what they refuse."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from asked_of_pgmpy import query_pgmpy
from sklearn.metrics import roc_auc_score

import kneebayes as kb
from kneebayes.cohort import COMPLETE, SimulatedCohort
from kneebayes.cohort.questionnaire import any_of
from kneebayes.cohort.record import reading_of
from kneebayes.network import Network, root_node, table_node
from kneebayes.network.pgmpy_bridge import to_pgmpy
from kneebayes.study import Evaluation, Scoring, evaluate, evaluate_predictions
from kneebayes.study.baselines import (
    PgmpyNaiveBayes,
    naive_bayes,
    states_of,
)

EXACT = "exact network"


@pytest.fixture(scope="module")
def cohort(knee: kb.Model) -> SimulatedCohort:
    return knee.simulate(600, seed=3)


@pytest.fixture(scope="module")
def scored(knee: kb.Model, cohort: SimulatedCohort) -> Evaluation:
    return knee.evaluate(cohort, learned=[200], progress=False)


def test_the_model_beats_what_knows_less(scored: Evaluation) -> None:
    scores = scored.table.set_index("predictor")["log_score"]
    assert list(scores.index)[:4] == [EXACT, "prior only", "naive Bayes", "without mediators"]
    better = scored.comparisons.query("score == 'log_score'").set_index("predictor")["better"]
    assert set(better) <= {EXACT, ""}  # "": by chance either may be ahead
    assert scores[EXACT] < scores.min() + 0.001
    assert better["prior only"] == better["naive Bayes"] == EXACT
    assert better["logistic regression, 200 cases"] == EXACT


def test_it_is_calibrated_on_its_own_patients(scored: Evaluation) -> None:
    """Within chance in 95 of 100 cohorts, and never far from it; what was learned is farther."""
    exact, learned = (
        scored.calibrations[EXACT],
        scored.calibrations["logistic regression, 200 cases"],
    )
    assert exact.error < 1.3 * exact.limit
    assert learned.error > 1.1 * exact.error


def test_the_predictions_are_the_posteriors(
    knee: kb.Model, cohort: SimulatedCohort, scored: Evaluation
) -> None:
    posteriors = knee.diagnose_cohort(cohort.answers, progress=False).posteriors
    pd.testing.assert_frame_equal(scored.predictions[EXACT], posteriors)
    again = evaluate(knee, cohort.answers, cohort.truth, baselines=[])
    assert again.table["log_score"].iloc[0] == scored.table["log_score"].iloc[0]


def test_the_table_is_recomputed(scored: Evaluation, cohort: SimulatedCohort) -> None:
    p, y = scored.predictions[EXACT].to_numpy(), cohort.truth.to_numpy()
    row = scored.table.iloc[0]
    assert row["log_score"] == pytest.approx(-np.log2(np.where(y, p, 1 - p)).mean())
    assert row["brier"] == pytest.approx(((p - y) ** 2).mean())
    ranks = (-p).argsort(axis=1).argsort(axis=1)
    assert row["recall_3"] == pytest.approx((ranks[y] < 3).mean())
    causes = scored.by_cause.query("predictor == @EXACT and kind == 'cause'").set_index("id")
    for at, id in enumerate(cohort.truth.columns):
        area = causes["auc"][id]
        if y[:, at].any():
            assert area == pytest.approx(roc_auc_score(y[:, at], p[:, at]))
        else:
            assert np.isnan(area)
    assert row["auc"] == pytest.approx(causes["auc"].mean())


def test_urgent_cases_are_counted(
    knee: kb.Model, scored: Evaluation, cohort: SimulatedCohort
) -> None:
    urgent = [one.id for one in knee.causes if one.urgent]
    exact = scored.any_urgent[EXACT]
    dx = knee.diagnose({str(k): v for k, v in cohort.answers.iloc[5].items() if v is not None})
    seen = dx.case.evidence
    [expected] = knee.engine.probability_of_any([urgent], seen)
    assert exact[5] == pytest.approx(expected, rel=1e-6)
    levels = knee.diagnose_cohort(cohort.answers, progress=False).urgency
    has = cohort.truth[urgent].any(axis=1).to_numpy()
    missed = has & (levels == "routine").to_numpy() & (exact < 0.1)
    row = scored.urgent.query("predictor == @EXACT and id == ''").iloc[0]
    assert (row["patients"], row["missed"]) == (has.sum(), missed.sum())
    each = scored.urgent.query("predictor == @EXACT and id != ''")
    assert sorted(each["id"]) == sorted(urgent)
    assert (each["missed"] <= each["patients"]).all()


def test_any_urgent_is_as_exact_as_for_one_patient(knee: kb.Model) -> None:
    answers = pd.DataFrame({"DVT": [True, False, None], "fever": [0.3, None, None]})
    logs = knee.diagnose_cohort(answers).log_probability.to_numpy()
    urgent = knee.knowledge.urgent
    told = any_of(knee, reading_of(knee, answers), logs, urgent)
    for row, said in ((0, {"DVT": True, "fever": 0.3}), (1, {"DVT": False}), (2, {})):
        [expected] = knee.engine.probability_of_any([urgent], knee.diagnose(said).case.evidence)
        assert told[row] == pytest.approx(expected, rel=1e-6)


def test_cases_of_another_layer_or_setting_are_told(knee: kb.Model) -> None:
    own, others = "lexicon: article", (knee.in_layer("article"), knee.in_setting("emergency"))
    sources = [
        f"{own}; cases: {own}{more}" for more in (", layer: article", ", setting: emergency")
    ]
    for other, source in zip(others, sources, strict=True):
        scored = knee.evaluate(other.simulate(9, seed=1), baselines=[])
        assert scored.made_by == source
        assert f"({source})" in scored.text
    same = others[0].evaluate(others[0].simulate(9, seed=1), baselines=[])
    assert same.made_by == f"{own}; cases: {own}"


def test_naive_bayes_is_exact_with_one_answer(knee: kb.Model) -> None:
    answers = pd.DataFrame(
        {"fever": [True, False, None, None], "age": [None, None, "older", None]}, dtype=object
    )
    naive = naive_bayes(knee, states_of(knee, answers))
    exact = knee.diagnose_cohort(answers).posteriors.to_numpy()
    assert naive == pytest.approx(exact, rel=1e-7)


def test_naive_bayes_multiplies_likelihood_ratios(knee: kb.Model) -> None:
    both = states_of(
        knee, pd.DataFrame({"redness": [True, True, None], "warmth": [True, None, True]})
    )
    p = naive_bayes(knee, both)
    odds = p / (1 - p)
    prior = knee.diagnose()
    for at, cause in enumerate(knee.causes):
        before = prior[cause.id] / (1 - prior[cause.id])
        assert odds[0, at] / before == pytest.approx(odds[1, at] * odds[2, at] / before**2)


def test_cases_that_cannot_be_are_left_out_and_counted(knee: kb.Model, robot: kb.Model) -> None:
    drawn = knee.simulate(40, seed=1)
    said = knee.diagnose_cohort(drawn.answers).posteriors
    said.iloc[3] = np.nan
    told = evaluate_predictions({"mine": said}, drawn.truth, knee)
    assert (len(told), told.left_out) == (39, 1)
    assert "1 case is left out" in told.text


def test_anybody_can_be_evaluated_by_any_name(knee: kb.Model, cohort: SimulatedCohort) -> None:
    posteriors = knee.diagnose_cohort(cohort.answers[:50]).posteriors
    labels = {cause.id: cause.label for cause in knee.causes}
    shuffled = posteriors.rename(columns=labels).iloc[::-1, ::-1]
    truth = cohort.truth[:50].astype(int)
    told = evaluate_predictions(shuffled, truth, knee)
    assert told.table["log_score"].iloc[0] == pytest.approx(
        evaluate_predictions(posteriors, truth).table["log_score"].iloc[0]
    )
    assert told.reference == "predictions"


SAID = pd.DataFrame({"flu": [0.5, 0.5], "cold": [0.5, 0.5]})
WAS = pd.DataFrame({"flu": [True, False], "cold": [False, True]})


@pytest.mark.parametrize(
    ("said", "was", "told"),
    [
        ([0.5], WAS, "'probabilities' must be a pandas DataFrame"),
        (SAID, [True], "'truth' must be a pandas DataFrame"),
        (SAID.drop(columns="flu"), WAS, "must have the same columns, each once. Only one of them"),
        (SAID[:1], WAS, "must have the same cases, each once. Only one of them has: 1."),
        (SAID * 3, WAS, "Row 0, column 'flu' holds 1.5."),
        (SAID, WAS.astype(object).replace({True: "yes"}), "column 'flu' holds 'yes'."),
        (SAID.astype(str) + "x", WAS, "must hold numbers between 0 and 1"),
        (SAID, WAS.astype("boolean").where(WAS["flu"]), "Row 1, column 'flu' holds <NA>."),
        (SAID, WAS.astype(object).where(WAS["flu"]), "Row 1, column 'flu' holds nan."),
        (SAID, WAS.assign(flu=[True, [True]]), "Row 1, column 'flu' holds [True]."),
        (SAID[:0], WAS[:0], "The truth has no rows or no columns"),
        (SAID[[]], WAS[[]], "The truth has no rows or no columns"),
        (SAID * np.nan, WAS, "No case has a prediction from everybody"),
        ({}, WAS, "at least one table of predictions"),
    ],
)
def test_tables_that_do_not_fit_are_refused(said: Any, was: Any, told: str) -> None:
    with pytest.raises(kb.EvidenceError, match=re.escape(told)):
        evaluate_predictions(said, was)


def test_a_cause_that_is_missing_or_unknown(knee: kb.Model, cohort: SimulatedCohort) -> None:
    partial = knee.evaluate(cohort.answers, cohort.truth.drop(columns="gout"), baselines=[])
    assert "The truth says nothing of 1 cause (gout)" in partial.text
    assert not partial.truth["gout"].any()
    with pytest.raises(kb.UnknownNameError, match="gowt"):
        knee.evaluate(cohort.answers, cohort.truth.rename(columns={"gout": "gowt"}))
    with pytest.raises(kb.EvidenceError, match="needs the truth beside the answers"):
        knee.evaluate(cohort.answers)
    with pytest.raises(kb.EvidenceError, match="brings its truth along"):
        knee.evaluate(cohort, cohort.truth)


@pytest.mark.parametrize("baselines", [["oracle"], "prior only"])
def test_an_unknown_baseline(knee: kb.Model, cohort: SimulatedCohort, baselines: Any) -> None:
    with pytest.raises(kb.UnknownNameError, match="There are, as a list: prior only, naive Bayes"):
        knee.evaluate(cohort, baselines=baselines)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"threshold": 2.0}, "'threshold' must be a number from 0 to 1. Got 2.0."),
        ({"listed_from": "x"}, "'listed_from' must be a number from 0 to 1. Got 'x'."),
        ({"resamples": 0}, "'resamples' must be a whole number from 1 to 1000000. Got 0."),
        ({"seed": 1.5}, "'seed' must be a whole number from 0 on. Got 1.5."),
    ],
)
def test_scoring_that_makes_no_sense(setting: dict[str, Any], told: str) -> None:
    with pytest.raises(kb.EvidenceError, match=re.escape(told)):
        Scoring(**setting)


def test_it_shows_itself_and_draws(scored: Evaluation) -> None:
    assert re.match(
        r"Evaluation\(600 cases, exact network: log score 0\.\d{4} bits, ", repr(scored)
    )
    for part in ("600 cases with", "Urgent causes:", "never medical advice", "by chance up to"):
        assert part in scored.text
        assert part in scored.html
    assert scored.learned_from == {"logistic regression, 200 cases": 200}
    for ax in (
        scored.draw(),
        scored.draw_recall(),
        scored.draw_learning(),
        scored.draw_scores("brier"),
    ):
        assert ax.get_xlabel()
    assert set(scored.curve["predictor"]) == set(scored.predictions)


@pytest.mark.parametrize("score", ["log_score", "recall_3", "auc"])
def test_drawn_intervals_are_those_of_the_table(scored: Evaluation, score: str) -> None:
    lines = [line.get_xydata() for line in scored.draw_scores(score).lines]
    drawn = {tuple(line[:, 0]) for line in lines if len(line) == 2}
    told = scored.intervals.query("score == @score")
    if told.empty:  # a mean over causes, not over cases
        assert all(low == high for low, high in drawn)
    else:
        assert drawn == set(zip(told["low"], told["high"], strict=True))
    hollow = [line for line in scored.draw_scores(score).lines if line.get_mfc() == "white"]
    doubt = scored.comparisons.query("score == @score and better == ''")
    assert len(hollow) == len(doubt)


def test_intervals_hold_the_score(scored: Evaluation) -> None:
    told = scored.intervals.set_index(["predictor", "score"])
    for row in scored.table.itertuples():
        for score in ("log_score", "brier", "recall_1", "recall_3", "recall_5"):
            one = told.loc[row.predictor, score]
            assert one["value"] == pytest.approx(getattr(row, score))
            assert one["low"] <= one["value"] <= one["high"]


def test_intervals_are_as_wide_as_a_normal_law_makes_them(scored: Evaluation) -> None:
    told = scored.intervals.query("score == 'brier'").set_index("predictor")
    for name, predicted in scored.predictions.items():
        of_cases = ((predicted - scored.truth) ** 2).mean(axis=1)
        width = 2 * 1.96 * of_cases.std() / len(scored) ** 0.5
        assert told["high"][name] - told["low"][name] == pytest.approx(width, rel=0.15)


def test_everything_known_is_still_calibrated(robot: kb.Model) -> None:
    drawn = robot.simulate(4000, seed=1, recording=COMPLETE)
    told = robot.evaluate(drawn, baselines=["prior only"])
    assert told.calibrations[EXACT].within
    assert told.comparisons.query("score == 'log_score'")["better"].tolist() == [EXACT]


@pytest.fixture(scope="module")
def robot_cases(robot: kb.Model) -> SimulatedCohort:
    return robot.simulate(300, seed=5)


def test_pgmpy_learns_and_answers_as_its_own_query_does(
    robot: kb.Model, robot_cases: SimulatedCohort
) -> None:
    """The product over learned tables against pgmpy's variable elimination, patient by patient."""
    states, truth = states_of(robot, robot_cases.answers), robot_cases.truth.to_numpy()
    learned = PgmpyNaiveBayes(robot, states, truth)
    predicted = learned.predict(states[:8])
    network = robot.network
    for at, (shares, tables) in enumerate(learned.tables):
        nodes = [root_node("cause", shares)]
        nodes += [
            table_node(id, ["cause"], table.T, network[id].states) for id, table in tables.items()
        ]
        asked = to_pgmpy(Network(tuple(nodes)))
        for row in range(8):
            told = {
                id: network[id].states[states[row, network.index[id]]]
                for id in tables
                if states[row, network.index[id]] >= 0
            }
            expected = query_pgmpy(asked, "cause", told)["present"]
            assert predicted[row, at] == pytest.approx(expected, abs=1e-9)


def test_pgmpy_counts_whom_it_knows(robot: kb.Model, robot_cases: SimulatedCohort) -> None:
    """A table is the share among those who answered, with one patient in each cell added."""
    states, truth = states_of(robot, robot_cases.answers), robot_cases.truth.to_numpy()
    shares, tables = PgmpyNaiveBayes(robot, states, truth).tables[0]
    assert shares[1] == pytest.approx((truth[:, 0].sum() + 2.0) / (len(truth) + 4.0))
    column = states[:, robot.network.index["squeak"]]
    for cause in (False, True):
        mine = column[(truth[:, 0] == cause) & (column >= 0)]
        share = ((mine == 1).sum() + 1.0) / (len(mine) + 2.0)
        assert tables["squeak"][1, int(cause)] == pytest.approx(share)


def test_what_learns_is_named(robot: kb.Model, robot_cases: SimulatedCohort) -> None:
    sizes = {"pgmpy naive Bayes": [100, 200], "logistic regression": [100]}
    told = robot.evaluate(robot_cases, baselines=[], learned=sizes, progress=False)
    assert told.learned_from == {
        "pgmpy naive Bayes, 100 cases": 100,
        "pgmpy naive Bayes, 200 cases": 200,
        "logistic regression, 100 cases": 100,
    }
    assert told.table["log_score"].idxmin() == 0
    with pytest.raises(kb.UnknownNameError, match=r"No learner 'pgmpy'\. There are"):
        robot.evaluate(robot_cases, learned={"pgmpy": [100]})


def of_some(predicted: dict[str, list[float]], was: list[bool]) -> Any:
    tables = {name: pd.DataFrame({"flu": values}) for name, values in predicted.items()}
    return evaluate_predictions(tables, pd.DataFrame({"flu": was}))


@pytest.mark.parametrize("cases", [1, 2, 3, 4, 40])
def test_few_cases_have_no_interval(cases: int) -> None:
    """The chance that all that is drawn again is the worst case is cases ** -cases."""
    rng = np.random.default_rng(cases)
    mine, other = rng.uniform(0.1, 0.9, (2, cases)).tolist()
    told = of_some({"mine": mine, "other": other}, [True] * cases)
    few = cases**-cases > 0.025
    for table in (told.intervals, told.comparisons):
        assert (table[["low", "high"]].isna().to_numpy() == few).all()
    assert ("(too few cases)." in str(told)) == few
    assert not few or (told.comparisons["better"] == "").all()
    assert "nan" not in str(told)
    assert told.draw_scores().get_xlabel().count("95 % intervals") == (not few)


@pytest.mark.parametrize(
    ("mine", "other", "said", "better"),
    [
        ([0.5] * 40, [0.0] * 40, "other +inf (cannot be told).", "mine"),
        ([0.5] * 40, [0.0] + [0.5] * 39, "other +inf (cannot be told).", ""),
        ([0.0] * 40, [0.5] * 40, "other -inf (cannot be told).", "other"),
        ([0.0] * 40, [0.0] * 40, "other cannot be told.", ""),
        ([0.5] * 40, [0.4] * 40, "other +0.3219 (+0.3219 to +0.3219).", "mine"),
    ],
)
def test_what_was_ruled_out_has_no_interval_and_is_worse_where_every_drawing_has_it(
    mine: list[float], other: list[float], said: str, better: str
) -> None:
    told = of_some({"mine": mine, "other": other}, [True] * 40)
    assert said in str(told)
    assert "nan" not in str(told) + repr(told)
    assert told.comparisons["better"][0] == better
    assert told.draw_scores() is not None


def test_scores_that_need_a_present_cause_say_where_there_is_none() -> None:
    told = of_some({"mine": [0.1, 0.2, 0.3, 0.4]}, [False] * 4)
    cells = [row[3:7] for row in told.report.rows]
    assert cells == [("cannot be told",) * 4]
    assert "recall_3 cannot be told" in repr(told)
    assert told.intervals.query("score == 'recall_1'")["low"].isna().all()
    assert [one.get_text() for one in told.draw_recall().texts] == ["mine: cannot be told"]


def test_recall_is_drawn_again_among_cases_with_a_cause() -> None:
    """One case in eight has it, which is always found: its recall is 1, however it is drawn."""
    told = of_some({"mine": [0.9] + [0.1] * 7}, [True] + [False] * 7)
    ends = told.intervals.query("score == 'recall_1'")[["value", "low", "high"]]
    assert ends.to_numpy().tolist() == [[1.0, 1.0, 1.0]]
