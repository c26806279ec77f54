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


@pytest.mark.parametrize("door", ["with_lexicon", "in_setting"])
def test_another_reading_would_forget_what_was_learnt(taught: kb.Model, door: str) -> None:
    with pytest.raises(KneebayesError, match=rf"3 patients; {door}\(\) would forget them\. Take"):
        getattr(taught, door)("any")
