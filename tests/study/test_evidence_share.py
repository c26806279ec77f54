"""What the weight of evidence rests on: by hand in a tiny folder, by laws in the shipped one."""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.study import evidence_share, published_cases
from kneebayes.study.evidence_share import EvidenceShare
from kneebayes.study.published import VISITS, PublishedCase

CHOSEN = 6


@pytest.fixture(scope="module")
def some() -> list[PublishedCase]:
    return [case for case in published_cases("work") if case.causes][:CHOSEN]


@pytest.fixture(scope="module")
def found(knee: kb.Model, some: list[PublishedCase]) -> EvidenceShare:
    return evidence_share(knee, some)


def patient(cause: str, answers: Mapping[str, object]) -> PublishedCase:
    """An invented patient with one cause and some answers at the first visit."""
    return replace(
        published_cases("work")[0], first_visit=answers, tests={}, causes=(cause,), beyond=()
    )


def test_a_present_finding_by_hand(robot: kb.Model) -> None:
    """Rust squeaks in .7 (assumed), the magnet in .3 (article): a slope of 1 minus each."""
    found = evidence_share(robot, [patient("rusty_bolt", {"squeak": True})])
    first = found.table[found.table["visit"] == "first visit"].set_index("origin")
    assert first["weight"].sum() == pytest.approx(10.0 * math.log10(0.7 / 0.3), rel=1e-6)
    assert first["share"].to_dict() == pytest.approx(
        {"article": 0.7, "literature": 0.0, "assumption": 0.3}, abs=1e-3
    )


def test_an_absent_finding_by_hand(robot: kb.Model) -> None:
    """The rival is a loose wire, which says nothing of squeaks: its leak stands for it."""
    found = evidence_share(robot, [patient("rusty_bolt", {"squeak": False})])
    numbers = found.numbers[found.numbers["visit"] == "first visit"].set_index("place")
    leak = numbers.loc["findings.toml: squeak", "value"]
    total = numbers["weight"].sum()
    assert total == pytest.approx(10.0 * math.log10((1.0 - leak) / 0.3), rel=1e-6)
    assert numbers["share"].to_dict() == pytest.approx(
        {
            "causes/rusty_bolt.toml: shows.squeak": 0.7 / (0.7 + leak),
            "findings.toml: squeak": leak / (0.7 + leak),
        },
        abs=1e-3,
    )


def test_a_folder_that_only_assumes_rests_on_assumption(folder: Path) -> None:
    for file in folder.rglob("*.toml"):
        text = file.read_text(encoding="utf-8")
        assumed = r'because = "assumed: invented for the tests"'
        text = re.sub(r'because = (\[[^\]]*\]|"[^"]*")', assumed, text)
        file.write_text(text, encoding="utf-8")
    answers = {"squeak": True, "sparks": False, "rain": True, "vintage": True, "sudden heat": True}
    found = evidence_share(kb.load(folder), [patient("rusty_bolt", answers)])
    for visit in VISITS:
        assert found.share("assumption", visit) == pytest.approx(1.0, abs=1e-12)


def test_shares_add_up_to_one(found: EvidenceShare) -> None:
    for visit in VISITS:
        assert sum(found.share(kind, visit) for kind in found.table["origin"].unique()) == (
            pytest.approx(1.0, abs=1e-12)
        )
        numbers = found.numbers[found.numbers["visit"] == visit]
        assert numbers["share"].sum() == pytest.approx(1.0, abs=1e-12)


def test_weights_are_those_of_single_answers(
    knee: kb.Model, some: list[PublishedCase], found: EvidenceShare
) -> None:
    """Each by the odds of the two causes before and after the answer, which need no slopes."""
    prior = knee.diagnose({}).ranking.set_index("id")["posterior"]
    total = 0.0
    for case in some:
        ranking = knee.diagnose(case.first_visit).ranking
        ids = ranking.sort_values("posterior", ascending=False, kind="stable")["id"].tolist()
        right = next(id for id in ids if id in case.causes)
        rival = next(id for id in ids if id not in case.causes)
        for name, answer in case.first_visit.items():
            if name != knee.knowledge.meta.complaint:
                now = knee.diagnose({name: answer}).ranking.set_index("id")["posterior"]
                odds = now[right] / now[rival], prior[right] / prior[rival]
                total += abs(10.0 * math.log10(odds[0] / odds[1]))
    first = found.table[found.table["visit"] == "first visit"]
    assert first["weight"].sum() == pytest.approx(total, rel=1e-6)


def test_the_assumed_are_the_heaviest_and_say_where_they_stand(
    knee: kb.Model, found: EvidenceShare
) -> None:
    assumed = found.assumed
    assert 0 < len(assumed) <= 100
    assert assumed["assumption"].is_monotonic_decreasing
    for row in assumed.itertuples():
        assert any(one.startswith("assumed:") for one in row.because), row.place
        assert row.low <= row.value <= row.high
        file = row.place.partition(":")[0]
        assert (Path(kb.__file__).parent.parent / "priors" / file).is_file(), row.place


def test_text_page_and_picture_have_the_shares(found: EvidenceShare) -> None:
    for kind in ("article", "literature", "assumption"):
        said = f"{found.share(kind):.0%} {kind}"
        assert said in found.text
        assert said in found._repr_html_()
        assert said in repr(found)
    bars = found.draw().patches
    assert sum(bar.get_width() for bar in bars) == pytest.approx(len(VISITS))


def test_without_a_patient_that_the_model_knows_there_is_nothing_to_divide(robot: kb.Model) -> None:
    with pytest.raises(kb.EvidenceError, match="No answer can be weighed"):
        evidence_share(robot, published_cases("work")[:1])
