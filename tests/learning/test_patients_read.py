"""Patients to learn from: read, put together and refused by their rows."""

import math

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.learning.counting import (
    _named,
    answers_of,
    log_probabilities,
    read_patients,
    together,
)
from kneebayes.learning.learn import selection_of

FRAME = pd.DataFrame(
    {
        "squeak": [True, None, True, None, 0.25],
        "rain": [False, None, False, True, None],
        "headache": [True, True, None, True, True],
    },
    index=["a", "b", "c", "d", "e"],
    dtype=object,
).assign(headache=True)


def test_equal_patients_stand_once_with_their_number(robot: kb.Model) -> None:
    """And whoever has the complaint alone stands nowhere."""
    patients = read_patients(robot, FRAME)
    assert (len(patients), patients.telling) == (5, 4)
    assert patients.which[1] == -1
    assert patients.which[0] == patients.which[2]
    assert sorted({*patients.which.tolist()}) == [-1, 0, 1, 2]
    weights = patients.sample.weights
    assert weights[patients.which[[0, 3, 4]]].tolist() == [2.0, 1.0, 1.0]
    assert patients.sample.size == 4.0
    for row, said in (
        ("a", {"squeak": True, "rain": False}),
        ("d", {"rain": True}),
        ("e", {"squeak": 0.25}),
    ):
        at = int(patients.which[list(FRAME.index).index(row)])
        told = Evidence.of(robot.data.network, answers_of(robot, patients.sample, at))
        right = robot.diagnose(said).case.evidence
        assert told.likelihoods == dict(right.likelihoods), row


def test_several_tables_are_as_one(robot: kb.Model) -> None:
    """Where only one has likelihoods the others have none that say anything."""
    plain = read_patients(robot, FRAME.iloc[[0, 1, 3]])
    likely = read_patients(robot, FRAME.iloc[[4, 1]])
    assert plain.sample.soft is None
    states = int(robot.engine.flat.own_start[-1])
    both = together([plain, likely, plain], states)
    assert (len(both), both.telling) == (8, 5)
    assert both.which.tolist() == [
        *plain.which,
        *(-1 if one < 0 else one + 2 for one in likely.which),
        *(-1 if one < 0 else one + 3 for one in plain.which),
    ]
    assert both.sample.weights.tolist() == [1.0] * 5
    soft = both.sample.soft
    assert soft is not None
    assert (soft[[0, 1, 3, 4]] == 1.0).all()
    assert soft[2].tolist() == likely.sample.soft[0].tolist()
    alone = together([plain, plain], states)
    assert alone.sample.soft is None
    logs = log_probabilities(robot, both.sample, robot.engine.numbers[0])
    for at, log in enumerate(logs):
        evidence = Evidence.of(robot.data.network, answers_of(robot, both.sample, at))
        assert log == pytest.approx(robot.engine.log_probability(evidence))


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "row 0"),
        (5, "row 0, row 1, row 2, row 3, row 4"),
        (6, "row 0, row 1, row 2, row 3, row 4 and 1 more"),
    ],
)
def test_five_rows_are_named(count: int, words: str) -> None:
    assert _named(list(range(count)), lambda row: f"row {row}") == words


def test_who_has_no_complaint_is_named_by_row(robot: kb.Model) -> None:
    rows = [True, False, None, False, False, False, False]
    frame = pd.DataFrame({"headache": rows, "squeak": [True] * 7}, dtype=object)
    with pytest.raises(kb.EvidenceError) as caught:
        robot.update(frame)
    assert str(caught.value) == (
        "Only patients who have the complaint (headache) can be learnt from, since the priors are "
        "about them; of row 1, row 2, row 3, row 4, row 5 and 1 more it is absent or not known. "
        "Leave them out, or leave out the column where everyone has it."
    )


def test_who_cannot_be_is_named_by_row_with_what_conflicts(robot: kb.Model) -> None:
    none = {robot.knowledge.label(id): [None, False, None, False] for id in robot.knowledge.causes}
    frame = pd.DataFrame({"squeak": [True] * 4, **none}, index=list("wxyz"), dtype=object)
    with pytest.raises(kb.ImpossibleEvidenceError) as caught:
        robot.update(frame)
    text = str(caught.value)
    assert text.startswith(
        "What is known of row 'x', row 'z' cannot be true together under the model (in the first: "
    )
    assert text.endswith("). Correct or leave out what conflicts.")
    assert set(caught.value.conflict) == {
        robot.knowledge.there[id] for id in robot.knowledge.causes
    }


def test_the_complaint_is_what_all_came_for(robot: kb.Model) -> None:
    seen = selection_of(robot)
    right = np.full(len(robot.network), -1)
    right[robot.network.index["headache"]] = 1
    assert seen.tolist() == right.tolist()


def test_where_nothing_is_learnt_the_record_says_so(robot: kb.Model) -> None:
    nobody = robot.update(pd.DataFrame({"squeak": [None, None]}, dtype=object)).learnt
    trusting = robot.update(FRAME, trust=math.inf).learnt
    for learnt, telling, trust in ((nobody, 0, 1.0), (trusting, 4, math.inf)):
        assert learnt.trail == ()
        assert learnt.converged is True
        assert learnt.determined == 0.0
        assert learnt.trust == trust
        assert learnt.patients.telling == telling
        assert learnt.numbers.tolist() == robot.engine.numbers[0].tolist()
        for one in learnt.outcomes:
            assert one.interval == one.sentence.interval
            assert one.link == robot.engine.numbers[0][one.sentence.place]
            assert one.data == 0.0
        assert "These patients" not in " ".join(learnt.report.notes)
        assert not any(note.startswith("Of ") for note in learnt.report.notes)
    assert "2 patients with the complaint, 0 of whom more is known." in nobody.summary
    assert nobody.summary.endswith("Nothing was to be learnt, so no number has moved.")
    assert trusting.summary.endswith("trusted without limit, so no number has moved.")


@pytest.mark.parametrize("trust", [0.0, -1.0])
def test_trust_that_is_none_is_told(robot: kb.Model, trust: float) -> None:
    with pytest.raises(kb.EvidenceError) as caught:
        robot.update(FRAME, trust=trust)
    text = str(caught.value)
    assert text.startswith("trust must be a number from ")
    assert text.endswith(
        f"on, got {trust!r}. 1 takes the sentences as they are, 2 counts each as twice as many "
        "patients, infinity keeps them whatever comes."
    )


def test_trust_stays_as_it_was_for_more_patients(robot: kb.Model) -> None:
    first = robot.update(FRAME, trust=3.0)
    assert first.learnt.trust == 3.0
    assert first.update(FRAME).learnt.trust == 3.0
    assert first.update(FRAME, trust=2.0).learnt.trust == 2.0
    assert len(first.update(FRAME).learnt.patients) == 10
