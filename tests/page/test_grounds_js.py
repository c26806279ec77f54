"""What the page says an answer rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from javascript import run, source

import kneebayes as kb
from kneebayes.page.payload import payload

READ = re.sub(r"^(import .*|export )", "", source("view_grounds.js"), flags=re.MULTILINE)
SAID = (
    """
const make = (name, given, ...inside) => [given.text ?? "", ...inside].flat(9).filter(Boolean);
const main = ({ payload, cause, id }) => groundsOf(payload).ofAnswer(cause, id);
"""
    + READ
)


@pytest.mark.parametrize(
    ("cause", "id", "said"),
    [
        ("meniscus_tear", "knee_prosthesis", "where meniscus tear explains 0.1"),  # by no arrow
        ("meniscus_tear", "kneeling_work", "child 0.0005"),  # behind that of the ratio
        ("meniscus_tear", "age", None),
        ("deep_vein_thrombosis", "d_dimer", "child"),  # of what is seen by chance
        ("gout", "mri_spine", ""),  # the same, but nothing links the two
    ],
)
def test_an_answer_tells_where_it_is_less_often_found(
    knee: kb.Model, tmp_path: Path, cause: str, id: str, said: str | None
) -> None:
    told = run(tmp_path, SAID, {"payload": payload(knee), "cause": cause, "id": id})
    if said == "":
        assert told is None
        return
    rarer = [one for one in told if "is less often found" in one]
    assert len(rarer) == (said is not None)
    assert all((said or "") in one for one in rarer)
    if said is not None:
        because = knee.knowledge.less_often[id].because
        assert any(one.startswith(f"{because[0]}: ") for one in told) or "assumed" in because[0]


@pytest.mark.parametrize(
    ("cause", "id", "most"),
    [
        ("something_else", "blood_thinner", True),  # a share of its patients
        ("meniscus_tear", "kneeling_work", False),  # a ratio holds everywhere
        ("gout", "d_dimer", False),  # of a finding only what is seen by chance is rarer
    ],
)
def test_a_share_says_that_it_holds_where_a_background_is_found_most(
    knee: kb.Model, tmp_path: Path, cause: str, id: str, most: bool
) -> None:
    told = run(tmp_path, SAID, {"payload": payload(knee), "cause": cause, "id": id})
    arrows = [one for one in told if "\u2192" in one]
    shares = [one for one in arrows if " times (" not in one]
    assert bool(shares) == (id != "kneeling_work")
    assert all(one.endswith(", where it is found most") == most for one in shares)
