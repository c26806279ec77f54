"""A model that has learnt says so, and does not forget in silence."""

import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.errors import KneebayesError


@pytest.fixture(scope="module")
def taught(robot: kb.Model) -> kb.Model:
    return robot.update(pd.DataFrame({"sparks": [True, False, True]}))


def test_it_says_how_many_patients_taught_it(taught: kb.Model, robot: kb.Model) -> None:
    assert ", learnt from 3 patients: " in repr(taught)
    assert taught.reading == f"{robot.reading}, learnt from 3 patients"
    assert "learnt" not in repr(robot)
    assert ", learnt from 1 patient:" in repr(robot.update(pd.DataFrame({"sparks": [True]})))


def test_another_lexicon_would_forget_what_was_learnt(taught: kb.Model) -> None:
    with pytest.raises(KneebayesError, match=r"3 patients; with_lexicon\(\) would forget them\."):
        taught.with_lexicon("any")


def test_what_was_learnt_goes_along_to_a_setting_but_not_from_one_to_another(
    knee: kb.Model,
) -> None:
    patients = pd.DataFrame({"fever": [True, False]})
    placed = knee.update(patients).in_setting("emergency")
    assert placed.reading.endswith("setting: emergency, learnt from 2 patients")
    with pytest.raises(KneebayesError, match=r"2 patients; in_setting\(\) would forget them\."):
        placed.in_setting("sports clinic")
