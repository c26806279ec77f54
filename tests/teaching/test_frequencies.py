"""Natural frequencies: counts add up on every level, and stay beside what is exact."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from oracle import weigh

import kneebayes as kb
from kneebayes.teaching import largest_remainder
from kneebayes.teaching.patients import evidence_about

QUERIES: list[tuple[str, Any, Any]] = [
    ("Baker's cyst", "lump behind the knee", None),
    ("DVT", ["leg swelling", "calf tenderness"], {"recent surgery or immobility": True}),
    ("septic arthritis", {"fever": True, "warmth": False}, {"age": "older", "redness": 0.6}),
    ("synovial sarcoma", "lump behind the knee", None),
    ("infection", "fever", None),
    ("osteoarthritis", {"onset": "gradual"}, {"age": 70}),
    ("gout", "gout", {"redness": True}),
    ("meniscus tear", {"Baker's cyst": True, "locking": False}, {"osteoarthritis": True}),
]


def add_up(counts: dict[str, int]) -> None:
    """Every level adds up to the one above."""
    assert counts["with_cause"] + counts["without_cause"] == counts["people"]
    assert counts["with_finding"] + counts["without_finding"] == counts["people"]
    for cause in ("with_cause", "without_cause"):
        parts = [counts[f"{cause}_{finding}"] for finding in ("with_finding", "without_finding")]
        assert sum(parts) == counts[cause]
        assert min(parts) >= 0
    for finding in ("with_finding", "without_finding"):
        parts = [counts[f"{cause}_{finding}"] for cause in ("with_cause", "without_cause")]
        assert sum(parts) == counts[finding]


@pytest.mark.parametrize(
    ("query", "people"), [*product(range(len(QUERIES)), (None, 1, 7, 1000, 12_345))]
)
def test_counts_add_up_and_lie_next_to_the_exact(
    knee: kb.Model, query: int, people: int | None
) -> None:
    told = knee.natural_frequencies(*QUERIES[query], people=people)
    add_up(told.counts)
    assert people is None or told.people == people
    for id, share in told.exact.items():
        assert abs(told.counts[id] - share * told.people) < 2.0
    assert told.counts["with_cause"] == pytest.approx(told.prior * told.people, abs=0.5 + 1e-9)


@pytest.mark.parametrize(("cause", "findings", "given"), QUERIES)
def test_exact_probabilities_are_those_of_the_model(
    knee: kb.Model, cause: str, findings: Any, given: Any
) -> None:
    """Against the differential before and after the findings, and Bayes's rule backwards."""
    told = knee.natural_frequencies(cause, findings, given)
    names = [findings] if isinstance(findings, str) else findings
    event = names if isinstance(names, dict) else dict.fromkeys(names, True)
    before = knee.diagnose(given)
    after, whole = before.given(event), before.probability(event)
    assert told.prior == pytest.approx(before[cause], abs=1e-12)
    assert told.posterior == pytest.approx(after[cause], abs=1e-12)
    within = after[cause] * whole / before[cause]
    without = (1.0 - after[cause]) * whole / (1.0 - before[cause])
    assert told.with_cause == pytest.approx(within, abs=1e-12)
    assert told.without_cause == pytest.approx(without, abs=1e-12)
    assert told.exact["with_finding"] == pytest.approx(whole, abs=1e-12)
    there = before.probability({cause: True})
    assert told.prior + told.silent == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize(
    ("cause", "findings", "people"),
    [
        ("Baker's cyst", "lump behind the knee", 1_000),
        ("DVT", "leg swelling", 1_000),
        ("liposarcoma", "MRI: solid soft-tissue mass", 100_000),
        ("septic arthritis", "X-ray: worn joint space", None),
        ("osteomyelitis", "swollen knee", None),
        ("fracture", ["locking", "bruising"], None),
        ("infection", ["fever", "warmth"], None),
    ],
)
def test_as_many_people_are_taken_as_the_answer_needs(
    knee: kb.Model, cause: str, findings: Any, people: int | None
) -> None:
    """Who divides the two counts is off by less than a tenth, if any of the numbers does that."""
    told = knee.natural_frequencies(cause, findings)
    assert people is None or told.people == people

    def off(one: Any) -> float:
        hits, have = one.counts["with_cause_with_finding"], one.counts["with_finding"]
        return abs(hits / have / one.posterior - 1.0)

    each = [knee.natural_frequencies(cause, findings, people=n) for n in (1_000, 10_000, 100_000)]
    least = min(len(one.rounded_away) for one in each)
    good = [one for one in each if len(one.rounded_away) == least]
    first = next((one for one in good if off(one) <= 0.1), good[0])
    assert told == first


@pytest.mark.parametrize(("cause", "findings"), [("rust", "squeak"), ("wear", ["squeak"])])
def test_exact_probabilities_are_those_of_every_world(
    robot: kb.Model, cause: str, findings: Any
) -> None:
    """Against brute force over all worlds of a small network, in which one cause explains."""
    told = robot.natural_frequencies(cause, findings)
    network, knowledge = robot.network, robot.knowledge
    members = {"rust": ("rusty_bolt",), "wear": knowledge.groups["wear"].members}[cause]

    def weight(more: dict[str, str]) -> float:
        states = {"headache": "present", **more}
        return float(weigh(network, evidence_about(network, states, [*states])))

    explained = {
        finding: sum(weight({"explanation": id, **finding_of}) for id in members) / weight({})
        for finding, finding_of in (("any", {}), ("with", {"squeak": "present"}))
    }
    squeaks = weight({"squeak": "present"}) / weight({})
    assert told.prior == pytest.approx(explained["any"], abs=1e-12)
    assert told.exact["with_cause_with_finding"] == pytest.approx(explained["with"], abs=1e-12)
    assert told.posterior == pytest.approx(explained["with"] / squeaks, abs=1e-12)


def test_what_is_there_need_not_explain(knee: kb.Model) -> None:
    """A cause that may be silent can split people by whether it is there."""
    told = knee.natural_frequencies("Baker's cyst", "Baker's cyst")
    assert told.with_cause == pytest.approx(1.0, abs=1e-12)
    assert 0.0 < told.without_cause < 1.0
    assert told.silent == pytest.approx(told.exact["without_cause_with_finding"], abs=1e-12)
    note = f"In {told.counts['without_cause_with_finding']} of the {told.counts['without_cause']} ("
    assert any(note in one for one in told.notes)
    never = knee.natural_frequencies("hamstring injury", "bruise")
    assert never.silent == 0.0
    assert not any("silent" in one for one in never.notes)


def test_more_people_are_taken_where_few_would_vanish(knee: kb.Model) -> None:
    assert knee.natural_frequencies("Baker's cyst", "lump behind the knee").people == 1000
    rare = knee.natural_frequencies("synovial sarcoma", "lump behind the knee")
    assert rare.people == 100_000
    assert rare.rounded_away == ()
    few = knee.natural_frequencies("synovial sarcoma", "lump behind the knee", people=1000)
    assert "with_cause" in few.rounded_away
    assert "rounded to 0 but not impossible: 'explained by synovial sarcoma'" in few.text


def test_the_same_numbers_in_text_html_table_and_pictures(knee: kb.Model) -> None:
    told = knee.natural_frequencies("DVT", ["leg swelling", "calf tenderness"])
    hits = told.counts["with_cause_with_finding"]
    sentence = f"in {hits} of these {told.counts['with_finding']} deep vein thrombosis explains"
    assert sentence in told.text
    assert sentence in told.html
    assert told.urgency.level == "now"
    assert told.text.index(told.urgency.advice) < told.text.index("Of 1,000")
    assert "(urgent)" in told.text
    table = told.table.set_index("id")
    assert table["count"].to_dict() == told.counts
    for id, row in table.iterrows():
        if row["of"]:
            share = row["probability"] / table.loc[row["of"], "probability"]
            assert row["probability_within"] == pytest.approx(share), id
    tree = [text.get_text().replace("\n", " ") for text in told.draw().texts]
    assert f"{told.counts['with_cause']:,} explained by deep vein thrombosis" in tree
    for people in (100, 100_000):
        icons = knee.natural_frequencies("gout", "redness", people=people)
        squares = icons.draw_icons().collections[0].get_paths()
        whole = people if people <= 10_000 else icons.counts["with_finding"]
        assert len(squares) <= whole
        assert people > 10_000 or len(squares) == whole


@pytest.mark.parametrize(
    ("cause", "findings", "more", "error", "said"),
    [
        ("fever", "gout", {}, kb.UnknownNameError, "No cause or group named 'fever'"),
        ("gout", {}, {}, kb.EvidenceError, "findings: there must be at least one answer"),
        ("gout", {"fever": 0.5}, {}, kb.EvidenceError, "'fever' is only likely"),
        ("gout", "fever", {"answers": {"fever": False}}, kb.EvidenceError, "is given already"),
        ("fracture", "fracture", {}, kb.EvidenceError, "'fracture' is what is asked about"),
        (
            "fracture",
            "fever",
            {"answers": {"fracture": True}},
            kb.EvidenceError,
            "fracture is certain then",
        ),
        ("gout", "fever", {"answers": {"gout": False}}, kb.EvidenceError, "gout is impossible"),
        (
            "gout",
            "fever",
            {"answers": {"pain behind the knee": False}},
            kb.EvidenceError,
            "nothing that a cause explains",
        ),
        ("gout", "fever", {"people": 0}, kb.EvidenceError, "'people' must be a whole number"),
        ("gout", "fever", {"people": 10.0}, kb.EvidenceError, "Got 10.0"),
        (
            "gout",
            "mild pain",
            {"answers": {"severe pain": True}},
            kb.ImpossibleEvidenceError,
            "findings: they are impossible in such people",
        ),
        (
            "gout",
            "fever",
            {"answers": {"severe pain": True, "mild pain": True}},
            kb.ImpossibleEvidenceError,
            "answers: the evidence has probability zero",
        ),
    ],
)
def test_what_cannot_be_counted_is_told(
    knee: kb.Model, cause: str, findings: Any, more: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as caught:
        knee.natural_frequencies(cause, findings, **more)
    assert said in str(caught.value)


def test_largest_remainders_add_up() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        shares = rng.dirichlet(np.full(int(rng.integers(1, 7)), 0.4))
        total = int(rng.integers(0, 2000))
        counts = largest_remainder(total, shares.tolist())
        assert sum(counts) == total
        assert np.abs(np.array(counts) - total * shares).max() < 1.0
    assert largest_remainder(5, [0.0, 0.0]) == (5, 0)
