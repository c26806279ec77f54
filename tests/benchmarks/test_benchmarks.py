"""The benchmarks' own methods are right: nothing here is timed."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import oracle
import pytest

import kneebayes as kb
from benchmarks.accuracy import (
    dense_case,
    error_of,
    errors_of,
    measure_defeated,
    measure_enumerated,
    rights_of,
    weigh_ours,
    wide_case,
)
from benchmarks.askers import broken, difference, draw_asker, draw_numbers, open_asker
from benchmarks.clock import time_of
from benchmarks.cohort import complete, partial, run_rows
from benchmarks.machine import describe, peak_memory
from benchmarks.ours import diagnose_each, propagate_each, warm
from benchmarks.patients import ANSWERED, SERIES, UNKNOWN, Ward
from benchmarks.pictures import draw_accuracy, draw_growth, draw_side_by_side
from benchmarks.quickscore import quickscore
from benchmarks.report import Figure, Report, largest
from benchmarks.side_by_side import case_of
from benchmarks.signed import exact, in_doubles
from benchmarks.two_level import random_two_level
from kneebayes.inference.batch import Propagation

CLOSE = 1e-12

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def ward(knee: kb.Model) -> Ward:
    return Ward.of(knee, 40, 1)


def test_the_complaint_of_every_patient_is_present(ward: Ward) -> None:
    complaint = ward.model.knowledge.meta.complaint
    assert {ward.state(row, complaint) for row in range(40)} == {"present"}
    assert (Ward.of(ward.model, 40, 1).states == ward.states).all()


def test_simulated_causes_are_as_frequent_as_their_priors(knee: kb.Model) -> None:
    states = Ward.of(knee, 4_000, 5).states
    for cause in knee.causes:
        share = (states[:, knee.network.index[cause.id]] == 1).mean()
        prior = knee.elicited.priors[cause.id].value
        assert abs(share - prior) < 5 * np.sqrt(prior / 4_000)


@pytest.mark.parametrize("series", SERIES)
def test_patients_answer_five_to_fifteen_findings(ward: Ward, series: str) -> None:
    contexts = len(ward.model.contexts) if series == ANSWERED else 0
    counts = {len(one.answers(series)) - contexts - 1 for one in ward.some(40)}
    assert counts <= set(range(5, 16))
    assert len(counts) > 5


def test_positive_patients_have_what_they_tell(ward: Ward) -> None:
    for patient in ward.positive(3, 8):
        assert list(patient.findings.values()) == ["present"] * 9


def test_the_engine_and_a_diagnosis_answer_the_same_patients(ward: Ward) -> None:
    model = ward.model
    causes = warm(model)
    told = [one.answers(ANSWERED) for one in ward.some(2)]
    for (seconds, posteriors), answers in zip(
        propagate_each(model, told, causes), told, strict=True
    ):
        assert seconds > 0.0
        assert posteriors == pytest.approx(dict(model.diagnose(answers).belief.posteriors))
    assert min(diagnose_each(model, told)) > 0.0


def test_batches_about_one_patient(ward: Ward) -> None:
    patient = ward.some(1, 4, 4)[0]
    assert len(draw_asker(ward, 3, ANSWERED)(patient)) == 3
    assert len(open_asker(ward, ANSWERED)(patient)) == 2 * (len(ward.others) - 4)
    numbers = draw_numbers(ward, 3)
    assert 0.0 <= numbers.min() <= numbers.max() <= 1.0


def test_cohorts(ward: Ward) -> None:
    hard = complete(ward)
    told = (*ward.model.findings, *ward.model.contexts)
    assert ((hard >= 0).sum(axis=1) == len(told)).all()
    counts = (partial(ward) >= 0).sum(axis=1)
    assert set(counts.tolist()) <= set(range(6, 17))
    assert run_rows(ward.model, partial(ward)[:4], warm(ward.model)) == 0


def test_whole_numbers_are_exact() -> None:
    rng = np.random.default_rng(3)
    net = random_two_level(rng, 5, 8, (2, 4))
    states = {0: True, 1: False, 3: True, 4: True, 6: False}
    network, evidence = net.network(), net.evidence(states)
    assert exact(net, states) == oracle.weigh(network, evidence, Fraction)
    shares = oracle.weigh_states(network, evidence, Fraction)
    assert exact(net, states, 2) == shares["c2"][1]


@pytest.mark.parametrize("weigh", [quickscore, in_doubles, weigh_ours])
def test_all_methods_are_right_where_it_is_easy(weigh) -> None:
    net = random_two_level(np.random.default_rng(3), 5, 8, (2, 4))
    states = {0: True, 1: False, 3: True, 4: True, 6: False}
    assert max(errors_of(net, states, weigh, rights_of(net, states))) < CLOSE


def test_quickscore_and_the_signed_form_are_defeated_and_kneebayes_is_not() -> None:
    net, states = dense_case(18)
    right = exact(net, states)
    assert error_of(quickscore(net, states), right) > 1.0
    assert error_of(weigh_ours(net, states), right) < CLOSE
    net, states = wide_case()
    right = exact(net, states)
    assert error_of(in_doubles(net, states), right) > 1.0
    assert error_of(weigh_ours(net, states), right) < CLOSE


def test_answers_that_are_none_are_counted_as_wrong() -> None:
    half = np.array([[0.5, 0.5]] * 4)
    half[3] = 0.0
    logs = np.array([-1.0, np.nan, -np.inf, -1.0])
    assert broken(Propagation(logs, {"a": half})) == 3


@pytest.mark.parametrize("series", SERIES)
def test_batches_are_right(ward: Ward, series: str) -> None:
    """As single questions are, for open contexts before and after answered ones."""
    patients, numbers = ward.some(4), draw_numbers(ward, 6)
    for patient in patients:
        told = draw_asker(ward, 6, series)(patient)
        assert broken(told) == broken(open_asker(ward, series)(patient), supposed=True) == 0
        evidence = patient.evidence(ward.model.network, series)
        assert difference(ward, told, numbers, evidence) < CLOSE


def test_errors_against_enumeration() -> None:
    assert max(one.value for one in measure_enumerated(20, 1)) < CLOSE


def test_the_clock_and_the_machine() -> None:
    seconds, value = time_of(lambda: 3)
    assert seconds >= 0.0
    assert value == 3
    assert peak_memory() > 10.0
    assert {"processor", "cores", "python", "numpy"} <= set(describe())


def test_the_largest_of_errors_does_not_pass_over_nan() -> None:
    assert np.isnan(largest([1.0, float("nan"), 2.0]))
    assert largest([1.0, 2.0]) == 2.0


def test_a_report_is_printed_and_written(tmp_path: Path, capsys) -> None:
    report = Report(tmp_path / "out")
    report.add([Figure("part", "subject", UNKNOWN, "median", 1.5, "ms", 3, "a note")])
    report.close(describe())
    assert "1.5 ms" in capsys.readouterr().out
    assert {path.name for path in report.folder.iterdir()} == {
        "figures.csv",
        "machine.csv",
        "report.txt",
    }


def test_pictures(tmp_path: Path) -> None:
    cases = [case_of(series, at, "A, b", 0.1 * at + 0.1, 28) for series in SERIES for at in (0, 1)]
    point = {"curve": "causes", "subject": "s", "size": 10, "median seconds": 0.1}
    point |= {"largest seconds": 0.2, "peak MiB": 200.0}
    net, states = dense_case(4)
    assert len(net.network()) > len(states)
    _, wrong = measure_defeated([4], wide=False)
    made = [draw_side_by_side(cases, tmp_path), draw_growth([point], tmp_path)]
    made.append(draw_accuracy(wrong, tmp_path))
    assert all(path.stat().st_size > 10_000 for path in made)
