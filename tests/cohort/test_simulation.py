"""Simulated cohorts: what is written down, what is true, and that it is always the same."""

import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import kneebayes as kb
from kneebayes.cohort import BENCHMARKS, COMPLETE, VISIT, Recording, SimulatedCohort
from kneebayes.cohort.simulation import BLOCK, simulate_pieces


@pytest.fixture(scope="module")
def cohort(knee: kb.Model) -> SimulatedCohort:
    return knee.simulate(3000, seed=4)


def same(one: SimulatedCohort, other: SimulatedCohort) -> bool:
    return all(
        getattr(one, frame).equals(getattr(other, frame)) for frame in ("answers", "truth", "there")
    )


def test_answers_are_what_a_cohort_takes_and_nothing_of_the_truth(
    knee: kb.Model, cohort: SimulatedCohort
) -> None:
    assert list(cohort.truth.columns) == list(knee.knowledge.causes)
    assert not set(cohort.truth.columns) & set(cohort.answers.columns)
    assert cohort.answers.index.equals(cohort.truth.index)
    assert {str(one) for one in cohort.truth.dtypes} == {"bool"}
    few = cohort.answers[:20]
    told = knee.diagnose_cohort(few)
    one = {id: cell for id, cell in few.iloc[7].items() if cell is not None}
    dx = knee.diagnose({str(id): cell for id, cell in one.items()})
    assert told.posteriors.iloc[7]["gout"] == pytest.approx(dx["gout"], rel=1e-9)


def test_the_complaint_is_present_and_the_shares_are_the_priors(cohort: SimulatedCohort) -> None:
    assert (cohort.answers["pain_behind_knee"] == True).all()  # noqa: E712
    assert cohort.table["z"].abs().max() < 4.0
    priors = {id: one.value for id, one in cohort.model.elicited.priors.items()}
    expected = {id: share for id, share in cohort.expected.items() if id in priors}
    assert expected
    assert expected == pytest.approx({id: priors[id] for id in expected}, rel=1e-6)


def test_one_cause_explains_it_and_others_are_there(
    knee: kb.Model, cohort: SimulatedCohort
) -> None:
    """What is there as often as its probability says; what explains the complaint is there."""
    assert (cohort.truth.sum(axis=1) == 1).all()
    assert (cohort.there | ~cohort.truth).to_numpy().all()
    dx = knee.diagnose()
    for id in ("osteoarthritis", "bakers_cyst", "gout", "fracture"):
        share, expected = cohort.there[id].mean(), dx.probability({id: True})
        assert abs(share - expected) < 4.5 * (expected * (1.0 - expected) / len(cohort)) ** 0.5
    never = [id for id in knee.knowledge.causes if knee.knowledge.there[id] == id]
    assert cohort.there[never].equals(cohort.truth[never])


def test_a_patient_has_some_findings_and_most_contexts(
    knee: kb.Model, cohort: SimulatedCohort
) -> None:
    known = cohort.answers.notna()
    contexts = list(knee.knowledge.contexts)
    findings = known.drop(columns=[*contexts, "pain_behind_knee"]).sum(axis=1)
    assert 5.0 < findings.mean() < 0.25 * len(knee.findings)
    assert known[contexts].mean().mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("n", [0, 1, BLOCK, BLOCK + 1])
def test_more_patients_begin_with_the_same(knee: kb.Model, cohort: SimulatedCohort, n: int) -> None:
    few = knee.simulate(n, seed=4)
    assert len(few) == n
    assert few.answers.equals(cohort.answers[:n])
    assert few.truth.equals(cohort.truth[:n])
    assert repr(few)
    assert few.text


def test_another_seed_draws_others(knee: kb.Model, cohort: SimulatedCohort) -> None:
    assert same(knee.simulate(300, seed=4), knee.simulate(300, seed=np.int64(4)))  # type: ignore[arg-type]
    assert not knee.simulate(300, seed=5).truth.equals(cohort.truth[:300])


def test_another_recording_sees_the_same_patients(knee: kb.Model, cohort: SimulatedCohort) -> None:
    complete = knee.simulate(3000, seed=4, recording=COMPLETE)
    assert complete.truth.equals(cohort.truth)
    assert complete.answers.notna().all(axis=None)
    seen = cohort.answers.notna()
    assert (complete.answers == cohort.answers)[seen].eq(True).to_numpy()[seen.to_numpy()].all()


def test_pieces_are_the_cohort(knee: kb.Model, robot: kb.Model) -> None:
    n = 8 * BLOCK + 5
    pieces = list(simulate_pieces(robot, n, seed=9))
    assert [len(one) for one in pieces] == [8 * BLOCK, 5]
    whole = robot.simulate(n, seed=9)
    assert pd.concat([one.answers for one in pieces]).equals(whole.answers)


def test_global_chance_is_left_alone(knee: kb.Model) -> None:
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    knee.simulate(3)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


GIVEN: list[dict[str, Any]] = [
    {"fever": True, "redness": True, "age": "older"},
    {"DVT": True, "calf tenderness": False},
    {"liposarcoma": True, "lump behind the knee": True},
    {"pain behind the knee": None, "onset": "sudden"},
    {"fever": 0.8},
]


@pytest.mark.parametrize("given", GIVEN, ids=", ".join)
def test_what_is_given_holds_and_the_rest_follows(knee: kb.Model, given: dict[str, Any]) -> None:
    drawn = knee.simulate(2000, seed=4, answers=given)
    table = drawn.table
    expected = binom(2000, table["expected"].clip(0.0, 1.0))
    fewer, more = expected.cdf(table["patients"]), expected.sf(table["patients"] - 1)
    assert np.minimum(fewer, more).min() > 1e-5
    for name, value in given.items():
        id = knee.names.meaning(name, ("finding", "context", "cause")).id
        if id in drawn.truth:
            there = knee.knowledge.there.get(id, id)
            column = drawn.truth[there] if there in drawn.truth else drawn.truth[id]
            assert (column == value).all() or (there != id and there not in drawn.truth)
        elif value is not None and not isinstance(value, float):
            assert (drawn.answers[id] == value).all()


def test_without_the_complaint_it_is_drawn_too(knee: kb.Model) -> None:
    drawn = knee.simulate(3000, seed=2, answers={"pain behind the knee": None}, recording=COMPLETE)
    share = (drawn.answers["pain_behind_knee"] == True).mean()  # noqa: E712
    exact = knee.probability({"pain behind the knee": True})
    spread = np.sqrt(max(0.0, exact * (1.0 - exact)) / 3000)
    assert share == pytest.approx(exact, abs=4.0 * spread + 1e-9)


def test_impossible_patients_are_refused_with_what_conflicts(
    robot: kb.Model, knee: kb.Model
) -> None:
    with pytest.raises(kb.EvidenceError, match=r"disagree"):
        knee.simulate(3, answers={"age": "older", "older age": False})
    with pytest.raises(kb.UnknownNameError, match="feever"):
        knee.simulate(3, answers={"feever": True})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"n": -1}, "'n' must be a whole number from 0 to 10000000. Got -1."),
        ({"n": 2.0}, "'n' must be a whole number. Got 2.0."),
        ({"n": True}, "'n' must be a whole number. Got True."),
        ({"n": 2, "seed": 2**64}, f"Got {2**64}. The largest is {2**63 - 1}."),
        ({"n": 2, "seed": "x"}, "'seed' must be a whole number. Got 'x'."),
    ],
)
def test_numbers_that_make_no_sense(knee: kb.Model, arguments: Any, told: str) -> None:
    with pytest.raises(kb.EvidenceError, match=re.escape(told)):
        knee.simulate(**arguments)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), True, "half", None])
def test_a_share_is_a_share(value: Any) -> None:
    with pytest.raises(kb.EvidenceError, match="'sign' must be a number from 0 to 1"):
        Recording(sign=value)


def test_kinds_are_asked_as_often_as_said(knee: kb.Model) -> None:
    recording = Recording(context=0.5, history=0.0, symptom=1.0, sign=0.3, test=0.1)
    known = knee.simulate(1000, seed=1, recording=recording).answers.notna()
    for kind, share in [("history", 0.0), ("symptom", 1.0), ("sign", 0.3), ("test", 0.1)]:
        mine = [finding.id for finding in knee.findings if finding.kind == kind]
        assert known[mine].mean().mean() == pytest.approx(share, abs=0.01)


def test_absent_findings_are_left_out_more_often(knee: kb.Model) -> None:
    quiet = knee.simulate(1000, seed=1, recording=Recording(sign=0.8, absent_written=0.25))
    full = knee.simulate(1000, seed=1, recording=COMPLETE).answers
    signs = [one.id for one in knee.findings if one.kind == "sign" and not one.states]
    present, known = full[signs] == True, quiet.answers[signs].notna()  # noqa: E712
    assert known[present].sum().sum() / present.sum().sum() == pytest.approx(0.8, abs=0.02)
    assert known[~present].sum().sum() / (~present).sum().sum() == pytest.approx(0.2, abs=0.02)
    contexts = list(knee.knowledge.contexts)
    assert quiet.answers[contexts].notna().mean().mean() == pytest.approx(0.9, abs=0.01)


def test_wrong_answers_are_about_history_and_symptoms_only(knee: kb.Model) -> None:
    full = COMPLETE
    right = knee.simulate(1000, seed=1, recording=full).answers
    wrong = knee.simulate(
        1000,
        seed=1,
        answers={"fever": True},
        recording=Recording(1.0, 1.0, 1.0, 1.0, 1.0, misreported=0.2),
    )
    assert (wrong.answers["fever"] == True).all()  # noqa: E712
    told = knee.simulate(
        1000, seed=1, recording=Recording(1.0, 1.0, 1.0, 1.0, 1.0, misreported=0.2)
    )
    for kind, share in [("history", 0.2), ("symptom", 0.2), ("sign", 0.0), ("test", 0.0)]:
        mine = [one.id for one in knee.findings if one.kind == kind]
        assert (right[mine] != told.answers[mine]).mean().mean() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_files_hold_the_same_patients(knee: kb.Model, tmp_path: Path, suffix: str) -> None:
    answers, truth = tmp_path / f"answers{suffix}", tmp_path / f"truth{suffix}"
    done = knee.simulate_to_file(30, answers, truth, seed=4)
    read = pd.read_csv if suffix == ".csv" else pd.read_parquet
    expected = knee.simulate(30, seed=4)
    assert done.rows == 30
    assert repr(done).endswith("30 patients)")
    assert read(truth).to_numpy().tolist() == expected.truth.to_numpy().tolist()
    told = knee.diagnose_cohort_file(answers, tmp_path / f"out{suffix}", progress=False)
    assert told.rows == 30
    again = read(tmp_path / f"out{suffix}")["gout"]
    posteriors = knee.diagnose_cohort(expected.answers).posteriors["gout"]
    assert again.to_numpy() == pytest.approx(posteriors.to_numpy(), rel=1e-9)


def test_every_piece_of_a_parquet_file_has_the_same_types(robot: kb.Model, tmp_path: Path) -> None:
    recording = Recording(0.0001, 0.0001, 0.0001, 0.0001, 0.0001)
    n = 8 * BLOCK + 2
    files = [tmp_path / "a.parquet", tmp_path / "t.parquet"]
    assert robot.simulate_to_file(n, *files, recording=recording).rows == n
    assert len(pd.read_parquet(files[0])) == n


def test_files_that_cannot_be_written(knee: kb.Model, tmp_path: Path) -> None:
    with pytest.raises(kb.KneebayesError, match="two files"):
        knee.simulate_to_file(3, tmp_path / "a.csv", tmp_path / "a.csv")
    with pytest.raises(kb.KneebayesError, match="does not exist"):
        knee.simulate_to_file(3, tmp_path / "no" / "a.csv", tmp_path / "b.csv")
    with pytest.raises(kb.KneebayesError, match=r"must be a \.csv or a \.parquet"):
        knee.simulate_to_file(3, tmp_path / "a.txt", tmp_path / "b.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_benchmark_is_the_same_bit_for_bit(knee: kb.Model) -> None:
    """If this fails without a change of the numbers, cohorts can no longer be compared.

    A change of the knowledge changes the cohort: note its new digest in place. A new name is for
    a new recipe.
    """
    drawn = knee.benchmark_cohort()
    recipe = BENCHMARKS["kneebayes-2"]
    assert len(drawn) == recipe.n == 5000
    assert drawn.digest == recipe.digest
    assert drawn.name == "kneebayes-2"
    assert repr(drawn).startswith("SimulatedCohort('kneebayes-2': 5,000 patients, seed 2024")


def test_the_digest_sees_every_cell(knee: kb.Model) -> None:
    drawn = knee.simulate(5, seed=4)
    before = drawn.digest
    assert knee.simulate(5, seed=4).digest == before
    drawn.truth.iloc[2, 3] = not drawn.truth.iloc[2, 3]
    assert drawn.digest != before


def test_an_unknown_benchmark(knee: kb.Model) -> None:
    with pytest.raises(kb.UnknownNameError, match="There are: kneebayes-2"):
        knee.benchmark_cohort("kneebayes-9")


def test_it_shows_itself(knee: kb.Model, cohort: SimulatedCohort) -> None:
    assert repr(cohort) == "SimulatedCohort(3,000 patients, seed 4, lexicon: article)"
    assert "3,000 simulated patients" in cohort.text
    assert "deep vein thrombosis (urgent)" in cohort.text
    assert "never medical advice" in cohort.text
    assert cohort.recording == VISIT
    assert "<table>" in cohort.html
    ax = cohort.draw()
    assert len(ax.get_yticks()) == len(knee.causes)
