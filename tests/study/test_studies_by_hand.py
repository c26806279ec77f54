"""What studies count, against the same counted by hand, field by field."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.odds import wilson_interval
from kneebayes.study import Scoring, evaluate_predictions, published_cases
from kneebayes.study.baselines import _ratios
from kneebayes.study.classifier import DifferentialClassifier
from kneebayes.study.misspecification import _interval
from kneebayes.study.published import PublishedCase, ReadingEvaluation, Verdict
from kneebayes.study.published_evaluation import Judge, PublishedEvaluation, share_of
from kneebayes.study.scores import calibration_of

IDS = ["rusty_bolt", "loose_wire", "moon_magnet"]


@pytest.fixture
def tables(robot: kb.Model) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Two predictors of four robots, and what these have."""
    one = pd.DataFrame([[0.9, 0.2, 0.1], [0.3, 0.6, 0.2], [0.5, 0.5, 0.1], [0.1, 0.2, 0.7]])
    two = pd.DataFrame([[0.4, 0.5, 0.2], [0.5, 0.4, 0.3], [0.2, 0.6, 0.3], [0.6, 0.2, 0.2]])
    truth = pd.DataFrame([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool)
    for table in (one, two, truth):
        table.columns = pd.Index(IDS)
    return {"one": one, "two": two}, truth


def test_scores_of_predictions_are_those_counted_by_hand(
    robot: kb.Model, tables: tuple[dict[str, pd.DataFrame], pd.DataFrame]
) -> None:
    predictions, truth = tables
    told = evaluate_predictions(predictions, truth, robot)
    for row in told.table.to_dict(orient="records"):
        values, hits = predictions[row["predictor"]].to_numpy(), truth.to_numpy()
        logs = -np.log2(np.where(hits, values, 1.0 - values))
        assert row["log_score"] == pytest.approx(logs.mean())
        assert row["brier"] == pytest.approx(((values - hits) ** 2).mean())
        ranks = np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1)
        for first in (1, 3):
            assert row[f"recall_{first}"] == pytest.approx((ranks[hits] < first).mean(), abs=0.26)
    compared = told.comparisons.set_index(["predictor", "score"])
    scores = told.table.set_index("predictor")
    for (name, score), row in compared.iterrows():
        assert row["difference"] == pytest.approx(scores[score][name] - scores[score]["one"])
        assert row["low"] <= row["difference"] <= row["high"]
        sure = row["low"] > 0.0 or row["high"] < 0.0
        more_is_better = score.startswith("recall")
        ahead = name if (row["low"] > 0.0) == more_is_better else "one"
        assert row["better"] == (ahead if sure else "")


def test_a_difference_of_nothing_is_nobodys(
    robot: kb.Model, tables: tuple[dict[str, pd.DataFrame], pd.DataFrame]
) -> None:
    predictions, truth = tables
    same = {"one": predictions["one"], "again": predictions["one"].copy()}
    compared = evaluate_predictions(same, truth, robot).comparisons
    assert set(compared["better"]) == {""}
    assert (compared[["difference", "low", "high"]] == 0.0).all(axis=None)


def test_urgent_causes_are_found_by_signs_or_from_the_threshold_on(
    pump: kb.Model,
) -> None:
    """By hand: who has an urgent cause, who was warned, and who was warned for nothing."""
    ids = [cause.id for cause in pump.causes]
    urgent = [id for id in ids if pump.knowledge.causes[id].urgent]
    assert len(urgent) == 1
    values = pd.DataFrame(0.0, index=range(5), columns=ids)
    values[urgent[0]] = [0.25, 0.24, 0.9, 0.25, 0.1]
    truth = pd.DataFrame(False, index=range(5), columns=ids)
    truth.loc[[0, 1], urgent[0]] = True
    scoring = Scoring(threshold=0.25)
    told = evaluate_predictions(values, truth, pump, scoring).urgent
    mine = told.set_index("id").loc[urgent[0]]
    assert (mine["patients"], mine["by_probability"], mine["missed"]) == (2, 1, 1)
    assert mine["by_signs"] == 0
    whole = told[told["id"] == ""].iloc[0]
    assert (whole["patients"], whole["by_probability"], whole["missed"]) == (2, 1, 1)
    assert whole["false_alarms"] == pytest.approx(2 / 3)


def test_recall_is_drawn_for_the_first_ten_or_as_many_as_there_are(
    robot: kb.Model,
    knee: kb.Model,
    tables: tuple[dict[str, pd.DataFrame], pd.DataFrame],
) -> None:
    ax = evaluate_predictions(*tables, robot).draw_recall()
    assert list(ax.get_xticks()) == [1, 2, 3]
    assert [line.get_ydata()[-1] for line in ax.lines] == [1.0, 1.0]  # all are among all
    ids = [cause.id for cause in knee.causes]
    values = pd.DataFrame([np.linspace(0.9, 0.1, len(ids))], columns=ids)
    truth = pd.DataFrame([[place == 9 for place in range(len(ids))]], columns=ids)
    ax = evaluate_predictions(values, truth, knee).draw_recall()
    assert list(ax.get_xticks()) == [*range(1, 11)]
    (line,) = ax.lines
    assert list(line.get_ydata()) == [0.0] * 9 + [1.0]


def test_where_all_have_an_urgent_cause_nobody_has_a_false_alarm(knee: kb.Model) -> None:
    ids = [cause.id for cause in knee.causes]
    values = pd.DataFrame([[0.5] * len(ids)], columns=ids)
    truth = pd.DataFrame([[id == "deep_vein_thrombosis" for id in ids]], columns=ids)
    text = " ".join(evaluate_predictions(values, truth, knee).text.split())
    assert "Urgent causes: 1 case has one; 0 of them have neither a sign" in text
    assert "of the others" not in text


def test_an_interval_of_no_regret_is_that_of_the_same_model() -> None:
    row = {"regret": 0.0, "regret_low": 0.0, "regret_high": 0.0}
    assert _interval(row) == "none: the same model"
    assert _interval({**row, "regret_high": 0.01}) == "+0.0000 (+0.0000 to +0.0100)"
    assert _interval({**row, "regret_low": -0.01}) == "+0.0000 (-0.0100 to +0.0000)"
    some = {"regret": 0.02, "regret_low": 0.01, "regret_high": 0.03}
    assert _interval(some) == "+0.0200 (+0.0100 to +0.0300)"


@pytest.mark.parametrize(
    ("values", "said"), [([True, False], "1 dimension. "), (np.ones((2, 2, 2)), "3 dimensions. ")]
)
def test_answers_of_another_shape_are_refused(robot: kb.Model, values: object, said: str) -> None:
    fitted = DifferentialClassifier(folder=str(DATA / "tiny"))
    fitted.fit(pd.DataFrame({"squeak": [True, False]}))
    with pytest.raises(kb.EvidenceError, match="Answers must be a table, patients x findings; got"):
        fitted.predict(values)
    with pytest.raises(kb.EvidenceError, match=f"got {said}Reshape your data."):
        fitted.predict(values)


@pytest.mark.parametrize(
    ("predicted", "truth"),
    [([], []), ([0.1, 0.2], [True]), ([0.1], [2]), ([0.1, 0.2], [True, False, True])],
)
def test_what_cannot_be_calibrated_is_refused_with_both_sizes(
    predicted: list[float], truth: list[object]
) -> None:
    with pytest.raises(kb.errors.KneebayesError) as refused:
        calibration_of(predicted, truth)
    if truth != [2]:
        sizes = f"They hold {len(predicted)} and {len(truth)}."
        assert str(refused.value).endswith(sizes)
    else:
        assert "'truth' must be an array of numbers from 0 to 1" in str(refused.value)


def test_calibration_by_hand() -> None:
    """Two bins: of those told 10 % one of four came true, of those told 80 % three of four."""
    told = calibration_of([0.1] * 4 + [0.8] * 4, [1, 0, 0, 0, 1, 1, 1, 0], bins=2, draws=400)
    first, second = told.bins
    for one, share, seen in ((first, 0.1, 1), (second, 0.8, 3)):
        low, high = wilson_interval(seen, 4)
        assert (one.low, one.high, one.predicted) == pytest.approx((share, share, share))
        assert (one.observed, one.count) == (seen / 4, 4)
        assert (one.observed_low, one.observed_high) == pytest.approx((low, high))
    assert told.error == pytest.approx((abs(1 - 0.4) + abs(3 - 3.2)) / 8)
    # by chance: the mean, and the greatest 5 %, of the distances of two binomial counts
    shares = {}
    for one in range(5):
        for two in range(5):
            chance = math.comb(4, one) * 0.1**one * 0.9 ** (4 - one)
            chance *= math.comb(4, two) * 0.8**two * 0.2 ** (4 - two)
            away = (abs(one - 0.4) + abs(two - 3.2)) / 8
            shares[round(away, 9)] = shares.get(round(away, 9), 0.0) + chance
    mean = sum(away * chance for away, chance in shares.items())
    assert told.expected == pytest.approx(mean, abs=0.01)
    above = sum(chance for away, chance in shares.items() if away > told.limit + 1e-9)
    from_there = sum(chance for away, chance in shares.items() if away >= told.limit - 1e-9)
    assert above <= 0.08
    assert from_there >= 0.02


@pytest.mark.parametrize(
    ("hits", "count", "expected"),
    [
        (0, 10, (0.0, 0.277533)),
        (10, 10, (0.722467, 1.0)),
        (3, 10, (0.107789, 0.603222)),
        (1, 1, (0.206549, 1.0)),
    ],
)
def test_wilson_is_that_of_the_tables(hits: int, count: int, expected: tuple[float, float]) -> None:
    assert wilson_interval(hits, count) == pytest.approx(expected, abs=5e-6)


def test_the_visits_of_a_case_hold_what_was_told_so_far() -> None:
    case = replace(published_cases("work")[0], first_visit={"fever": True}, tests={"crp": False})
    assert case.answers("first visit") == {"fever": True}
    assert case.answers("with tests") == {"fever": True, "crp": False}


BELIEVED = {"gout": 0.4, "dvt": 0.3, "something_else": 0.2, "rare": 0.1, "cyst": 0.05}


def patient(causes: tuple[str, ...], beyond: tuple[str, ...] = ()) -> PublishedCase:
    return replace(published_cases("work")[0], causes=causes, beyond=beyond)


@pytest.fixture(scope="module")
def judge(knee: kb.Model) -> Judge:
    """A judge for whom two causes are what the article does not name: P(any) = 1 - .8 x .9."""
    made = Judge(knee)
    assert made.outside == {"something_else"}
    made.outside = {"something_else", "rare"}
    return made


@pytest.mark.parametrize(
    ("causes", "beyond", "expected"),
    [
        # truth, in the model, rank and probability; the same of the whole; right; named wrongly
        (("gout",), (), (["gout"], True, 1, 0.4, 1, 0.4, True, False)),
        (("dvt",), (), (["dvt"], True, 2, 0.3, 2, 0.3, False, True)),
        (("cyst", "dvt"), (), (["cyst", "dvt"], True, 2, 0.3, 2, 0.3, False, True)),
        (("cyst",), (), (["cyst"], True, 5, 0.05, 4, 0.05, False, True)),
        (("rare",), (), (["rare"], True, 4, 0.1, 3, 0.28, False, True)),
        ((), ("rare",), (["rare"], False, 4, 0.1, 3, 0.28, False, True)),
        (("unknown",), (), ([], False, 0, math.nan, 3, 0.28, False, True)),
    ],
)
def test_a_published_patient_is_judged_by_hand(
    judge: Judge, causes: tuple[str, ...], beyond: tuple[str, ...], expected: tuple
) -> None:
    told = judge._judged(patient(causes, beyond), BELIEVED)
    names = ("truth", "in_model", "rank", "probability", "whole_rank", "whole_probability")
    found = [told[name] for name in (*names, "first_right", "named_wrongly")]
    assert found == [pytest.approx(one, nan_ok=True) if isinstance(one, float) else one
                     for one in expected]  # fmt: skip
    assert told["first"] == ["gout", "dvt", "something_else"]
    assert told["first_probability"] == 0.4
    assert told["something_else"] == pytest.approx(0.28)


def test_what_is_outside_the_model_is_right_where_nothing_else_is(judge: Judge) -> None:
    believed = {"something_else": 0.6, "gout": 0.3}
    judge.outside, before = {"something_else"}, judge.outside
    for causes, right in (((), True), (("gout",), False)):
        told = judge._judged(patient(causes), believed)
        assert told["first_right"] is right
        assert told["named_wrongly"] is False
    judge.outside = before


def published(rows: list[tuple]) -> PublishedEvaluation:
    """Patients at the first visit, all predictors alike."""
    names = ("id", "in_model", "rank", "probability", "whole_rank", "whole_probability")
    names += ("first_probability", "first_right", "something_else", "named_wrongly")
    told = [
        {**dict(zip(names, row, strict=True)), "visit": visit, "predictor": predictor,
         "wanted": "now", "urgency": "soon"}
        for row in rows
        for visit in ("first visit", "with tests")
        for predictor in ("network", "naive Bayes", "prior only")
    ]  # fmt: skip
    counts = {"unknown": {"humming": 2}, "patients": len(rows), "told_twice": 1}
    return PublishedEvaluation(kb.load(), pd.DataFrame(told), "posterior", **counts)


PATIENTS = [
    ("a", True, 1, 0.7, 1, 0.7, 0.7, True, 0.1, False),
    ("b", True, 4, 0.1, 3, 0.1, 0.8, False, 0.2, True),
    ("c", True, 2, 0.2, 2, 0.2, 0.69, False, 0.0, True),
    ("d", False, 0, math.nan, 5, 0.05, 0.9, False, 0.05, True),
    ("e", False, 0, math.nan, 1, 0.6, 0.6, True, 0.6, False),
]


def test_an_evaluation_by_published_patients_is_counted_by_hand() -> None:
    told = published(PATIENTS)
    row = told.table.query("among == 'all' and predictor == 'network'").iloc[0]
    assert [row[name] for name in ("patients", "top_1", "top_3", "top_5")] == [5, 0.4, 0.8, 1.0]
    assert (row["top_1_low"], row["top_1_high"]) == pytest.approx(wilson_interval(2, 5))
    logs = [math.log(one[5]) for one in PATIENTS]
    assert row["mean_log"] == pytest.approx(sum(logs) / 5)
    sure = told.sure.iloc[0]  # from 0.7 on: a, b, d
    assert (sure["number"], sure["total"]) == (1, 3)
    assert sure["mean_said"] == pytest.approx(0.8)
    assert (sure["share"], sure["low"], sure["high"]) == pytest.approx(
        (1 / 3, *wilson_interval(1, 3))
    )
    rest = told.something_else.iloc[0]
    assert (rest["outside"], rest["inside"]) == pytest.approx((0.325, 0.1))
    assert rest["auc"] == pytest.approx(4 / 6)  # of six pairs, .6 is above three and .05 above one
    assert (rest["number"], rest["total"]) == (1, 2)  # d was told a wrong cause, and surely
    missed, false = told.triage.iloc[:2].to_dict("records")
    assert (missed["number"], missed["total"], missed["ids"]) == (5, 5, "a, b, c, d, e")
    assert (false["number"], false["total"], false["ids"]) == (0, 0, "")
    assert math.isnan(false["share"])
    assert (false["low"], false["high"]) == (0.0, 1.0)
    notes = "\n".join(told.report.notes)
    assert 'First visit: false "now" in 0 of 0.' in notes
    assert 'First visit: missed "now" in 5 of 5 (100 %, ' in notes
    assert "5 of 5 (100 %, 95 % interval 57 to 100 %): a, b, c, d, e." in notes
    assert "1 patient told twice, from two publications." in notes
    assert "Left out, for the model has no such answer: humming (2)." in notes
    assert "P(something else) is 0.33 where the model lacks the cause and 0.10 where it" in notes
    assert "(AUC 0.67); a wrong cause of 0.7 or more in 1 of 2" in notes
    assert "network: a first cause of 0.7 or more is right in 1 of 3 (33 %," in notes
    assert told.report.known == "5 patients, 3 of them with a cause the model has."
    assert len(told.report.rows) == 2 * 2 * 3
    quiet = replace(told, told_twice=0, unknown={}).report.notes
    assert len(quiet) == len(told.report.notes) - 2


def test_published_patients_are_drawn_by_how_many_are_among_the_first() -> None:
    ax = published(PATIENTS).draw()
    names = ["network, first visit", "network, with tests", "naive Bayes, first visit",
             "naive Bayes, with tests", "prior only, first visit"]  # fmt: skip
    assert [line.get_label() for line in ax.lines] == names
    for line in ax.lines:  # of those whose cause the model has: ranks 1, 4 and 2
        assert list(line.get_xdata()) == [*range(1, 11)]
        assert list(line.get_ydata()) == pytest.approx([1 / 3, 2 / 3, 2 / 3, *[1.0] * 7])


def test_a_share_of_nobody_is_no_share() -> None:
    row = {"number": 2, "total": 4, "share": 0.5, "low": 0.15, "high": 0.85}
    assert share_of(row) == "2 of 4 (50 %, 95 % interval 15 to 85 %)"
    assert share_of({**row, "number": 0, "total": 0}) == "0 of 0"


VERDICTS = [  # case, id, verdict, answer, truth, words, at the first visit
    Verdict("a", "fever", "right", "present", "present", "fever", True),
    Verdict("a", "lump", "wrong", "absent", "present", "no lump", True),
    Verdict("a", "age", "right", "older", "older", "80", True),
    Verdict("b", "redness", "right", "absent", "absent", "no redness", False),
    Verdict("b", "warmth", "wrong", "present", "absent", "warm", False),
    Verdict("b", "crp", "not in the truth", "present", "", "crp", False),
    Verdict("b", "pain", "missed", "", "present", "", True),
    Verdict("c", "pain", "missed", "", "present", "", True),
    Verdict("d", "crp", "not in the truth", "present", "", "crp", False),
]


def test_what_was_read_is_counted_by_hand() -> None:
    told = ReadingEvaluation(tuple(VERDICTS), dict.fromkeys("dcabe", "text"))
    assert told.shares == {
        "precision": (3, 5),
        "precision, strictly": (3, 7),
        "recall at the first visit": (2, 5),
        "polarity": (2, 4),  # of what both took as present or absent
        "polarity of what is absent": (1, 2),
    }
    for row, (name, (good, of)) in zip(
        told.table.to_dict("records"), told.shares.items(), strict=True
    ):
        low, high = wilson_interval(good, of)
        assert row == {"measure": name, "share": good / of, "low": low, "high": high, "of": of}
    # wrong counts 10, what was not in the truth 2, missed 1
    assert told.worst_texts() == ["b", "a", "d", "c"]
    assert replace(told, worst=1).worst_texts() == ["b"]
    names = [f"t{at:02}" for at in range(25)]
    missed = tuple(Verdict(name, "x", "missed", "", "present", "", True) for name in names)
    many = replace(told, texts=dict.fromkeys(names, ""), judgements=missed)
    assert many.worst_texts() == names[:20]
    first, second, *_ = told.report.notes
    assert first.split("\n") == [
        "b: text",
        "    wrong: warmth present ('warm')",
        "    not in the truth: crp present ('crp')",
        "    missed: pain present",
    ]
    assert second.split("\n") == ["a: text", "    wrong: lump absent ('no lump')"]
    assert told.report.rows[0] == ("precision", "60%", "23% to 88%", "5")
    assert told.answers.to_dict("records")[1] == {
        "case": "a", "id": "lump", "verdict": "wrong", "answer": "absent", "truth": "present",
        "words": "no lump", "at_first": True,
    }  # fmt: skip
    nothing = ReadingEvaluation((), {})
    assert nothing.report.rows[0] == ("precision", "-", "-", "0")
    assert nothing.table["share"].isna().all()
    assert set(zip(nothing.table["low"], nothing.table["high"], strict=True)) == {(0.0, 1.0)}


def test_shares_of_what_was_read_are_drawn_the_best_on_top() -> None:
    told = ReadingEvaluation(tuple(VERDICTS), dict.fromkeys("abcd", "text"))
    ax = told.draw()
    names = ["recall at the first visit", "precision, strictly", "polarity",
             "polarity of what is absent", "precision"]  # fmt: skip
    assert [" ".join(one.get_text().split()) for one in ax.get_yticklabels()] == names
    shares = {
        name: (good / of, *wilson_interval(good, of)) for name, (good, of) in told.shares.items()
    }
    segments = [part.tolist() for bar in ax.collections for part in bar.get_segments()]
    for at, (name, text, part) in enumerate(zip(names, ax.texts, segments, strict=True)):
        share, low, high = shares[name]
        assert part == [pytest.approx([low, at]), pytest.approx([high, at])]
        assert text.get_text() == f"{100 * share:.0f}%"
        assert text.get_position() == (1.02, at)
    (dots,) = (line for line in ax.lines if line.get_marker() == "o")
    assert list(dots.get_xdata()) == pytest.approx([shares[name][0] for name in names])
    assert ax.get_xlim() == (0.0, 1.0)


def test_learners_are_drawn_at_their_sizes_and_the_others_level(robot: kb.Model) -> None:
    told = robot.evaluate(
        robot.simulate(60, seed=4), baselines=["prior only"], learned=[20, 40], progress=False
    )
    ax = told.draw_learning("brier")
    scores = told.table.set_index("predictor")["brier"]
    (curve,) = (line for line in ax.lines if line.get_marker() == "o")
    name = "logistic regression"
    assert [float(x) for x in curve.get_xdata()] == [20.0, 40.0]
    assert list(curve.get_ydata()) == [scores[f"{name}, {size} cases"] for size in (20, 40)]
    assert " ".join(ax.texts[0].get_text().split()) == f"{name}, learned"
    level = [line.get_label() for line in ax.lines if line is not curve]
    assert level == [f"{one}: {scores[one]:.4f}" for one in ("exact network", "prior only")]


@pytest.mark.parametrize(
    ("absent", "links", "shift"),
    [
        ([0.5, 0.25, 1.0], [0.5, 0.75, 0.0], 2.0),  # the leak takes over what the first fires
        ([0.8, 0.2], [0.0, 0.75], 1.0),
        ([0.0, 0.5], [1.0, 0.0], 1.0),
        ([0.0, 0.0], [1.0, 1.0], 1.0),
    ],
)
def test_links_follow_from_how_often_a_finding_is_absent(
    absent: list[float], links: list[float], shift: float
) -> None:
    told, leak = _ratios(np.array(absent))
    assert told.tolist() == pytest.approx(links)
    assert leak == pytest.approx(shift)
