"""A row of a table is read the same by itself and among others."""

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb

CELLS = [
    True,
    False,
    None,
    np.nan,
    pd.NA,
    "",
    "nan",
    "yes",
    "no",
    "present",
    "absent",
    "unknown",
    "?",
    np.bool_(True),
    1,
    0,
    0.0,
    0.7,
    np.float32(0.25),
    "0.7",
]


@pytest.mark.parametrize("cell", CELLS, ids=repr)
@pytest.mark.parametrize("column", ["fever", "calf tenderness", "overweight"])
def test_a_cell_means_the_same_to_a_patient_and_to_a_cohort(
    knee: kb.Model, column: str, cell: object
) -> None:
    frame = pd.DataFrame({column: [cell, "yes"], "lump": [True, True]}, dtype=object)
    many = knee.diagnose_cohort(frame, progress=False)
    one = knee.diagnose(frame.iloc[0])
    posteriors = [one[id] for id in many.posteriors.columns]
    np.testing.assert_allclose(many.posteriors.iloc[0], posteriors, rtol=0.0, atol=1e-12)
    assert many.urgency.iloc[0] == one.urgency.level


@pytest.mark.parametrize("age", [67, 67.0, "67", "older", "older age", None, np.nan, ""])
def test_ages_too(knee: kb.Model, age: object) -> None:
    frame = pd.DataFrame({"age": [age, "older"], "lump": [True, True]}, dtype=object)
    many = knee.diagnose_cohort(frame, progress=False)
    one = knee.diagnose(frame.iloc[0])
    posterior = many.posteriors["osteoarthritis"].iloc[0]
    assert posterior == pytest.approx(one["osteoarthritis"], abs=1e-12)


@pytest.mark.parametrize("cell", ["perhaps", 1.2, -0.1, "2", np.inf])
def test_what_one_refuses_the_other_refuses(knee: kb.Model, cell: object) -> None:
    frame = pd.DataFrame({"fever": [cell, "yes"]}, dtype=object)
    with pytest.raises(kb.EvidenceError):
        knee.diagnose_cohort(frame, progress=False)
    with pytest.raises(kb.EvidenceError):
        knee.diagnose(frame.iloc[0])


def test_a_row_is_more_evidence_too(knee: kb.Model) -> None:
    row = pd.Series({"fever": np.nan, "warmth": "yes"})
    dx = knee.diagnose({"fever": True}).given(row)
    assert {answer.id for answer in dx.answers} == {"warmth", "pain_behind_knee"}
