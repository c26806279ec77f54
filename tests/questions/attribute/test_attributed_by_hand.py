"""What is told of invented shares, sets, draws and surprises, against the same by hand."""

from dataclasses import replace

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.case.case import Case
from kneebayes.inference.sampling import Sampled
from kneebayes.questions.attribute.attribution import AttributedFinding, Attribution
from kneebayes.questions.attribute.cause_sets import CauseSet, CauseSets
from kneebayes.questions.attribute.distinguishability import Distinguishability, order_by_likeness
from kneebayes.questions.attribute.sampled import SampledDifferential
from kneebayes.questions.attribute.surprises import Surprises, SurprisingAnswer
from kneebayes.questions.attribute.whatif import FindingWithout, WhatIf

URGENT, LUMP = "deep_vein_thrombosis", "lump_behind_knee"


@pytest.fixture(scope="module")
def case(knee: kb.Model) -> Case:
    said = {"fever": True, "redness": True, LUMP: True, "age": "older"}
    return knee.diagnose(said).case


@pytest.fixture(scope="module")
def shares(knee: kb.Model) -> dict[str, float]:
    return dict.fromkeys((cause.id for cause in knee.causes), 0.0)


@pytest.fixture(scope="module")
def attribution(case: Case, shares: dict[str, float]) -> Attribution:
    lump = {**shares, "bakers_cyst": 0.7, "gout": 0.01, URGENT: 0.001, "osteoarthritis": 0.0099}
    fever = {**shares, "gout": 0.2, URGENT: 0.0009}
    found = (
        AttributedFinding(LUMP, lump, 0.25, 0.05),
        AttributedFinding("fever", fever, 0.75, 0.25),
        AttributedFinding("redness", shares, 1.0, 0.51),
        AttributedFinding("warmth", {**shares, "gout": 0.6}, 0.9, 0.5),
    )
    return Attribution(case, found)


def test_what_produced_what_is_told_in_words(attribution: Attribution) -> None:
    produced = {row[0]: row[1:] for row in attribution.report.rows}
    assert produced["lump behind the knee"] == (
        # causes from 1 % on, urgent ones from 1 in 1000 on, the largest first; others are counted
        "Baker's cyst 70%, gout 1.0%, deep vein thrombosis (urgent) 0.10%, 1 less probable",
        "25%",
    )
    assert produced["fever"] == ("gout 20%, 1 less probable", "75%")
    assert produced["redness"] == ("no cause of this model", "100%")
    assert attribution.unexplained == ("fever",)  # from a half on by neither cause nor context
    warmth, redness, fever, *_ = attribution.report.notes
    assert fever.startswith("No cause explains 'fever' (50%): it may not belong to this complaint")
    assert redness == (
        "'redness' comes from the patient's background (51%) rather than from a cause."
    )
    assert warmth.startswith("'warmth' comes from the patient's background (50%)")
    assert len(attribution.report.notes) == 5
    assert repr(attribution) == "Attribution(4 findings, 1 not explained)"


def test_an_attribution_is_told_field_by_field(attribution: Attribution) -> None:
    knowledge = attribution.case.knowledge
    rows = iter(attribution.table.to_dict(orient="records"))
    for found in attribution.findings:
        about = {"id": found.finding, "finding": knowledge.label(found.finding)}
        for id, share in found.shares.items():
            cause = knowledge.causes[id]
            assert next(rows) == {
                **about, "kind": "cause", "source_id": id, "source": cause.label,
                "probability": share, "urgent": cause.urgent,
            }  # fmt: skip
        for kind, share in (
            ("not explained", found.not_explained),
            ("background", found.background),
        ):
            assert next(rows) == {
                **about, "kind": kind, "source_id": "", "source": kind, "probability": share,
                "urgent": False,
            }  # fmt: skip
    assert next(rows, None) is None
    for found in attribution.findings:
        row = attribution.matrix.loc[found.finding].to_dict()
        rest = {"not explained": found.not_explained, "background": found.background}
        assert row == {**found.shares, **rest}


def test_an_attribution_is_drawn_with_the_causes_that_have_a_share(
    attribution: Attribution,
) -> None:
    ax = attribution.draw()
    names = [one.get_text() for one in ax.get_xticklabels()]
    # gout has .81 over all findings, the cyst .7; 0.99 % is too little, but for an urgent cause
    assert names == ["gout", "Baker's cyst", "deep vein thrombosis (urgent)", "not explained"]
    rows = [one.get_text() for one in ax.get_yticklabels()]
    assert [" ".join(row.split()) for row in rows] == [
        "lump behind the knee", "fever", "redness", "warmth"
    ]  # fmt: skip
    written = [text.get_text() for text in ax.texts]
    assert written == [
        "1", "70", "<1", "25", "20", "", "", "75", "", "", "", "100", "60", "", "", "90"
    ]  # fmt: skip


@pytest.fixture
def sets(case: Case) -> CauseSets:
    found = (
        CauseSet(("gout",), 0.5),
        CauseSet((), 0.25),
        CauseSet(("gout", URGENT), 0.15),
        CauseSet(("bakers_cyst",), 0.1 + 1e-12),
    )
    return CauseSets(case, found, 0.2)


def test_sets_of_causes_are_told_field_by_field(sets: CauseSets) -> None:
    dvt = "deep vein thrombosis"
    rows = [
        (("gout",), "gout", 1, 0.5, 0.5, False),
        ((), "none of these causes", 0, 0.25, 0.75, False),
        (("gout", URGENT), f"gout, {dvt}", 2, 0.15, 0.9, True),
        (("bakers_cyst",), "Baker's cyst", 1, 0.1, 1.0, False),
    ]
    names = ("ids", "causes", "size", "probability", "cumulated", "urgent")
    assert sets.table.index.tolist() == [1, 2, 3, 4]
    for row, told in zip(rows, sets.table.to_dict(orient="records"), strict=True):
        assert list(told) == list(names)
        assert [told[name] for name in names] == [
            pytest.approx(one) if isinstance(one, float) else one for one in row
        ]
    assert sets.table["cumulated"].max() == 1.0
    assert sets.report.rows == (
        ("1", "gout", "50%", "50%"),
        ("2", "none of these causes", "25%", "75%"),
        ("3", f"gout, {dvt} (urgent)", "15%", "90%"),
        ("4", "Baker's cyst", "10%", "100%"),
    )
    assert sets.best == ("gout",)
    assert repr(sets) == "CauseSets(4 sets, 100% of the probability)"
    assert sets.report.notes[1:] == ("P(an urgent cause explains it) = 20%.",)
    assert replace(sets, missing=3).report.notes[2] == (
        "Partial: 3 of 7 sets could not be found before the time was over: "
        "model.within(seconds=...) gives more."
    )


def sampled(
    case: Case, shares: dict[str, float], seldom: tuple[str, ...] = (), **more: float
) -> SampledDifferential:
    """Invented estimates; the errors are a tenth of them. Some causes were met too seldom."""
    met = {id: np.array([300.0, 49.9 if id in seldom else 50.0]) for id in shares}
    both = {id: np.array([1.0 - share, share]) for id, share in shares.items()}
    errors = {id: np.array([share, share]) / 10.0 for id, share in shares.items()}
    told = {"effective_draws": 400.0, "tail": 0.69, **more}
    return SampledDifferential(case, Sampled(both, errors, **told, met=met), 1000, 5)


def test_estimates_are_told_field_by_field_the_most_probable_first(
    case: Case, shares: dict[str, float]
) -> None:
    known = {id: 0.3 / (2 + place) for place, id in enumerate(shares)}
    known |= {"gout": 0.4, URGENT: 0.45}
    told = sampled(case, known)
    order = sorted(known, key=lambda id: -known[id])
    assert told.table.index.tolist() == list(range(1, len(order) + 1))
    for id, row in zip(order, told.table.to_dict(orient="records"), strict=True):
        cause = case.knowledge.causes[id]
        assert row == {
            "id": id, "cause": cause.label, "group": cause.group, "posterior": known[id],
            "standard_error": pytest.approx(known[id] / 10.0), "reliable": True,
            "urgent": cause.urgent,
        }  # fmt: skip
    assert told.report.rows[:2] == (
        ("1", "deep vein thrombosis (urgent)", "45%", "\u00b1 4.5%"),
        ("2", "gout", "40%", "\u00b1 4.0%"),
    )
    assert len(told.report.rows) == len(known)
    (note,) = told.report.notes
    assert note == "Estimated from 1,000 draws (seed 5), worth 400 unweighted ones."
    assert repr(told) == (
        "SampledDifferential(1,000 draws worth 400: deep vein thrombosis 45% \u00b1 4.5%, ...)"
    )
    ax = told.draw()
    assert len(ax.get_yticks()) == 12
    left_out = f"left out: {len(known) - 12} less probable causes"
    assert left_out in " ".join(ax.get_title(loc="left").split())
    few = sampled(case, dict(list(known.items())[:12])).draw()
    assert "left out" not in few.get_title(loc="left")


def test_what_was_met_too_seldom_has_no_error(case: Case) -> None:
    told = sampled(case, {"gout": 0.5, URGENT: 0.001, "fracture": 0.4}, seldom=(URGENT, "fracture"))
    assert told.table["reliable"].tolist() == [True, False, False]
    assert [row[-1] for row in told.report.rows] == ["\u00b1 5.0%", *["cannot be told"] * 2]
    _, note = told.report.notes
    assert note.startswith("A cause that is rare by itself but explains the evidence well")
    assert [row["reliable"] for row in told.to_dict()["rows"]] == [True, False, False]
    ax = told.draw()
    (bar,) = (part for bars in ax.collections for part in bars.get_segments())
    assert bar.tolist() == [pytest.approx([0.4, 0]), pytest.approx([0.6, 0])]
    faces = [line.get_markerfacecolor() for line in ax.lines if line.get_marker() == "o"]
    assert [face == "none" for face in faces] == [False, True, True]
    assert ax.get_xlabel().endswith("hollow: how far it is off cannot be told")
    first = sampled(case, {"gout": 0.5}, seldom=("gout",))
    assert repr(first) == "SampledDifferential(1,000 draws worth 400: gout 50%, ...)"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ""),
        ({"tail": 0.7}, "These draws may hang too much on a few of them to rely on:"),
        ({"effective_draws": 399.0}, "These draws are worth too little to rely on:"),
    ],
)
def test_draws_that_cannot_be_relied_on_say_so(
    case: Case, more: dict[str, float], said: str
) -> None:
    told = sampled(case, {"gout": 0.5, URGENT: 0.1}, **more)
    assert ("to rely on" in told.text) == bool(said)
    assert said in told.text
    assert told.table["reliable"].tolist() == [not said] * 2
    assert "never drawn, which" not in told.text
    never = sampled(case, {"gout": 0.5, URGENT: 0.0}, **more)
    assert "An estimate of 0% means that the cause was never drawn" in never.text


@pytest.mark.parametrize(
    ("otherwise", "probability", "other", "alone", "doubtful"),
    [
        ("absent", 0.04, 0.76, 0.08, True),  # 19 times as probable, made half as probable
        ("absent", 0.04, 0.7599, 0.08, False),
        ("absent", 0.04, 0.76, 0.0799, False),
        ("", 0.04, 0.76, 0.08, False),  # an answer that is only likely has no other state
    ],
)
def test_an_answer_is_doubtful_where_another_is_far_more_probable(
    otherwise: str, probability: float, other: float, alone: float, doubtful: bool
) -> None:
    told = SurprisingAnswer("fever", probability, alone, otherwise, other)
    assert told.is_doubtful is doubtful
    assert told.bits == pytest.approx(-np.log2(probability))
    assert told.conflict == pytest.approx(np.log2(alone / probability))


def test_surprises_are_told_field_by_field(case: Case) -> None:
    found = (
        SurprisingAnswer("fever", 0.04, 0.08, "absent", 0.96),
        SurprisingAnswer("age", 0.25, 0.2, "young", 0.5),
        SurprisingAnswer(LUMP, 0.5, 0.5, "", 0.0),
    )
    told = Surprises(case, found, 1.26)
    ages = {state.id: state.label for state in case.knowledge.contexts["age"].states}
    young = next(iter(ages))
    told = replace(told, surprising=(found[0], replace(found[1], otherwise=young), found[2]))
    others = ("absent", ages[young], "")
    for one, other, row in zip(
        told.surprising, others, told.table.to_dict(orient="records"), strict=True
    ):
        assert row == {
            "id": one.node,
            "label": case.knowledge.label(one.node),
            "answer": next(answer.state for answer in case.answers if answer.id == one.node),
            "probability": one.probability,
            "alone": one.alone,
            "bits": one.bits,
            "conflict": one.conflict,
            "otherwise": other,
            "otherwise_probability": one.otherwise_probability,
            "doubtful": one.node == "fever",
        }
    first, second, third = told.report.rows
    assert first == ("fever", "present", "8.0%", "4.0%", "4.6", "+1.0", "did you mean absent?")
    assert second[2:] == ("20%", "25%", "2.0", "-0.3", "")
    assert third[2:] == ("50%", "50%", "1.0", "+0.0", "")
    assert told.doubtful == ("fever",)
    assert told.report.notes[0].endswith("conflict +1.3 bits; they do not support each other.")
    for conflict in (0.0, -0.5):
        kind = replace(told, conflict=conflict)
        assert kind.report.notes[0].endswith(f"{conflict:+.1f} bits; they support each other.")
    assert repr(told) == "Surprises(3 answers, conflict +1.3 bits, 1 doubtful)"
    nothing = replace(told, surprising=())
    assert nothing.report.notes == (
        "Nothing but the complaint was answered, so nothing can be surprising.",
    )


def test_what_would_persist_is_told_field_by_field(case: Case) -> None:
    found = (
        FindingWithout("fever", True, 1.0, 0.8),
        FindingWithout(LUMP, True, 1.0, 0.05),
        FindingWithout("warmth", False, 0.0, 0.0),  # what cannot be there persists in full
        FindingWithout("redness", False, 0.5, 0.25),
    )
    told = WhatIf(case, URGENT, 0.3, found)
    rows = [(LUMP, 1.0, 0.05, 0.05), ("redness", 0.5, 0.25, 0.5), ("fever", 1.0, 0.8, 0.8),
            ("warmth", 0.0, 0.0, 1.0)]  # fmt: skip
    for (id, now, without, persists), row in zip(
        rows, told.table.to_dict(orient="records"), strict=True
    ):
        assert row == {
            "id": id, "finding": case.knowledge.label(id), "now": now, "without": without,
            "persists": pytest.approx(persists),
        }  # fmt: skip
    assert told.report.rows[1] == ("redness", "50%", "25%")
    assert "without deep vein thrombosis (urgent)" in told.report.title
    assert told.report.notes[0] == (
        "P(deep vein thrombosis (urgent) explains it | evidence) = 30%."
    )
    assert repr(told) == "WhatIf(without 'deep vein thrombosis', 4 findings)"


def test_pairs_of_causes_are_told_field_by_field(case: Case, knee: kb.Model) -> None:
    """Three causes and three findings, one of them a test, with bits made up."""
    test = next(one.id for one in knee.findings if one.kind == "test")
    bits = np.zeros((3, 3, 3))
    for a, b, of in ((0, 1, (0.2, 0.3, 0.1)), (0, 2, (0.4, 0.1, 0.5)), (1, 2, (0.3, 0.3, 0.3))):
        bits[a, b] = bits[b, a] = of
    present = np.array([[0.1, 0.2, 0.9], [0.8, 0.2, 0.3], [0.4, 0.7, 0.5]])
    causes, findings = ("gout", URGENT, "bakers_cyst"), ("fever", test, LUMP)
    told = Distinguishability(case, causes, findings, present, bits)
    label = case.knowledge.label
    rows = [
        (0, 1, 0.6, 0.3, 0.3, 1, False),
        (1, 2, 0.9, 0.6, 0.3, 0, False),
        (0, 2, 1.0, 0.9, 0.1, 2, True),
    ]
    for (a, b, total, without, tests, best, apart), row in zip(
        rows, told.table.to_dict(orient="records"), strict=True
    ):
        assert row == {
            "id": causes[a], "cause": label(causes[a]), "other_id": causes[b],
            "other": label(causes[b]), "bits": pytest.approx(total),
            "without_tests": pytest.approx(without), "tests": pytest.approx(tests),
            "best_id": findings[best], "best": label(findings[best]),
            "best_bits": bits[a, b, best], "apart": apart,
        }  # fmt: skip
    assert told.table.index.tolist() == [0, 1, 2]
    assert told.inseparable["bits"].tolist() == pytest.approx([0.6, 0.9])
    assert told.report.rows[0] == (
        "gout / deep vein thrombosis (urgent)", "0.60", "0.30", "0.30",
        f"{label(test)} (0.30)", "no",
    )  # fmt: skip
    assert told.report.rows[2][-1] == ""
    assert told.report.notes[0].startswith("2 of 3 pairs (67%) cannot be told apart: the bits of")
    assert repr(told) == "Distinguishability(3 causes, 3 findings, 2 pairs cannot be told apart)"
    between = told.between("bakers_cyst", "gout").to_dict(orient="records")
    assert told.between("gout", "bakers_cyst").index.tolist() == [0, 1, 2]
    assert [row["id"] for row in between] == [LUMP, "fever", test]
    assert between[1] == {
        "id": "fever", "finding": "fever", "kind": case.knowledge.findings["fever"].kind,
        "bits": 0.4, "present_if_cause": 0.4, "present_if_other": 0.1,
    }  # fmt: skip
    order = list(told.matrix.index)
    assert order in (["gout", URGENT, "bakers_cyst"], ["bakers_cyst", URGENT, "gout"])
    for a, one in enumerate(causes):
        for b, other in enumerate(causes):
            assert told.matrix.loc[one, other] == pytest.approx(bits[a, b].sum())
            assert told.profiles.loc[findings[b], one] == present[a, b]
    assert list(told.profiles.columns) == order
    ax = told.draw_profiles(n=2)  # fever .9 x 2 and lump .9 x 2 over all pairs; the test has .7
    assert len(ax.get_xticks()) == 2
    (bar,) = (one for one in ax.figure.axes if one is not ax)
    assert "2 of 3 findings" in bar.get_xlabel()


def test_each_profile_stands_out_in_its_order(case: Case) -> None:
    """Findings by the cause in which they stand out, and there the clearest first."""
    causes = ("gout", URGENT, "bakers_cyst")
    findings = ("fever", LUMP, "redness", "warmth")
    present = np.array([[0.1, 0.2, 0.9, 0.6], [0.1, 0.9, 0.1, 0.1], [0.8, 0.1, 0.1, 0.1]])
    bits = np.abs(present[:, None] - present[None])
    told = Distinguishability(case, causes, findings, present, bits)
    columns = list(told.profiles.columns)
    best = [columns.index(told.profiles.loc[id].idxmax()) for id in told.profiles.index]
    assert best == sorted(best)
    order = list(told.profiles.index)
    assert order.index("redness") < order.index("warmth")  # both of gout: .9 before .6


def test_groups_are_joined_on_the_sides_that_are_alike() -> None:
    """Two pairs; of the four ways to join them the one whose neighbours are nearest."""
    for places in ([3.0, 0.0, 4.1, 10.0], [0.0, 3.0, 10.0, 4.1], [10.0, 4.1, 0.0, 3.0]):
        apart = np.abs(np.subtract.outer(places, places))
        ordered = [places[at] for at in order_by_likeness(apart)]
        assert ordered in ([0.0, 3.0, 4.1, 10.0], [10.0, 4.1, 3.0, 0.0])
    assert order_by_likeness(np.zeros((0, 0))) == []
    assert order_by_likeness(np.zeros((1, 1))) == [0]
