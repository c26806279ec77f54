"""Feedback: every number recomputed from the plain diagnosis."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy as np
import pytest

import kneebayes as kb
from kneebayes.odds import logit
from kneebayes.teaching import Feedback, brier_score, divergence, log_score

mpl.use("Agg")


@pytest.fixture(scope="module")
def told(knee: kb.Model) -> Feedback:
    case = knee.case("any", "urgent", seed=21).state({"gout": 0.05}).ask("fever", "ultrasound")
    case = case.ask("stiffness").state({"gout": 0.02, "Baker's cyst": 0.3})
    return case.ask("warmth").close({"meniscus tear": 0.4, "DVT": 0.0}, "routine")


def test_scores_against_their_definitions(told: Feedback, knee: kb.Model) -> None:
    exact = knee.diagnose(told.case.known).belief.posteriors
    present = {id: told.case.truth[id] == "present" for id in exact}
    stated = {id: knee.elicited.priors[id].value for id in exact}
    stated |= {"gout": 0.02, "bakers_cyst": 0.3, "meniscus_tear": 0.4, "deep_vein_thrombosis": 0.0}
    kept = {id: min(max(p, 1e-6), 1 - 1e-6) for id, p in stated.items()}
    log = -sum(math.log2(kept[id] if there else 1 - kept[id]) for id, there in present.items())
    kl = sum(
        e * math.log2(e / kept[id]) + (1 - e) * math.log2((1 - e) / (1 - kept[id]))
        for id, e in exact.items()
    )
    assert told.stated == stated
    assert told.scores["log_score"] == pytest.approx(log, rel=1e-9)
    assert told.scores["divergence"] == pytest.approx(kl, rel=1e-6)
    brier = sum((stated[id] - there) ** 2 for id, there in present.items())
    assert told.scores["brier"] == pytest.approx(brier, rel=1e-12)
    assert told.scores["distance"] == pytest.approx(
        sum((exact[id] - stated[id]) ** 2 for id in exact), rel=1e-6
    )


def test_no_stated_belief_beats_the_exact_one_on_average() -> None:
    """Both scores are proper: expected over the exact posterior, exact is best."""
    rng = np.random.default_rng(0)
    for right, said in rng.uniform(0.01, 0.99, (200, 2)):
        for score in (log_score, brier_score):
            mean = [
                right * score({"a": p}, {"a": True}) + (1 - right) * score({"a": p}, {"a": False})
                for p in (right, said)
            ]
            assert mean[0] <= mean[1] + 1e-12
        excess = divergence({"a": right}, {"a": said})
        mean = [
            right * log_score({"a": p}, {"a": True})
            + (1 - right) * log_score({"a": p}, {"a": False})
            for p in (right, said)
        ]
        assert excess == pytest.approx(mean[1] - mean[0], abs=1e-9)


def test_questions_against_the_questions_of_a_differential(told: Feedback, knee: kb.Model) -> None:
    case = told.opening
    ranked = knee.diagnose(case.known).questions().table
    row = told.table.iloc[0]
    assert (row["id"], row["best_id"]) == ("fever", ranked["id"].iloc[0])
    assert row["best_bits"] == pytest.approx(ranked["bits"].iloc[0], abs=1e-9)
    bits = ranked.set_index("id")["bits"]
    assert row["bits"] == pytest.approx(bits["fever"], abs=1e-9)
    before = knee.diagnose(case.known).belief.posteriors
    after = knee.diagnose(case.ask("fever").known).belief.posteriors
    assert row["gained"] == pytest.approx(divergence(after, before), rel=1e-6)


def test_an_examination_tells_at_least_as_much_as_its_best_result(told: Feedback) -> None:
    row = told.table.iloc[1]
    before = told.case.previous
    while before is not None and len(before.steps) != 2:
        before = before.previous
    assert before is not None
    ids = row["id"].split("|")
    assert len(ids) > 1
    singles = [before.gains[id] for id in ids]
    assert max(singles) - 1e-12 <= row["bits"] <= sum(singles) + 1.0
    assert row["cost"] == 3.0
    assert told.table["share"].max() == pytest.approx((row["bits"] / row["best_bits"]), rel=1e-9)


def test_missed_signs_are_rules_that_the_truth_fires_and_the_answers_do_not(
    told: Feedback, knee: kb.Model
) -> None:
    signs = (*knee.knowledge.findings, *knee.knowledge.contexts)
    whole = knee.diagnose({id: told.case.truth[id] for id in signs}).urgency.reasons
    known = {one.text for one in told.case.urgency.reasons}
    assert [one.text for one in told.missed] == [o.text for o in whole if o.text not in known]
    assert told.missed
    assert told.text.count("(missed: not found out)") == len(told.missed)
    for one in told.missed:
        assert told.text.count(f"  - {one} (missed: not found out)") == 1
        assert told.text.count(str(one)) == 1


def test_what_was_there_and_what_was_advised_come_first(told: Feedback) -> None:
    title, first, urgency = told.text.split("\n\n")[:3]
    assert title.endswith("the case closed")
    assert [line.split(" ")[0] for line in first.splitlines()] == ["Truly", "You"]
    assert urgency.startswith(f"What the whole truth calls for: {told.due.advice}")


def test_advice_too_low_is_named(told: Feedback) -> None:
    assert told.due.level == "now"
    assert told.advice_too_low is True
    assert "You advised 'routine': too low, it is 'now'." in told.text
    again = Feedback(told.case)
    assert again.summary == told.summary
    assert told.case.previous is not None
    with pytest.raises(kb.EvidenceError, match="The case is still open"):
        Feedback(told.case.previous)


def test_statements_carry_prior_and_evidence(told: Feedback, knee: kb.Model) -> None:
    said = told.statements(4)
    assert [one.cause for one in said] == ["gout", "gout", "bakers_cyst", "meniscus_tear"]
    opening = knee.diagnose(told.opening.known).belief.posteriors
    assert said[0].evidence == pytest.approx(0.0, abs=1e-9)
    last = said[-1]
    assert last.prior == pytest.approx(logit(opening["meniscus_tear"]), rel=1e-9)
    now = knee.diagnose(told.case.known).belief.posteriors["meniscus_tear"]
    assert last.prior + last.evidence == pytest.approx(logit(now), rel=1e-9)
    assert (last.case, last.stated) == (4, logit(0.4))


def test_the_same_numbers_in_all(told: Feedback) -> None:
    for shown in (told.text, told.html):
        assert f"{told.scores['log_score']:.2f} bits" in shown
        assert "Truly present: " in shown
        assert "medical advice" in shown
    assert set(told.differential["id"]) == set(told.present)
    urgent = told.differential[told.differential["urgent"]]["cause"]
    assert all(label in told.text for label in urgent)
    assert told.draw().get_xlabel().startswith("P(present)")
    assert told.draw_steps().patches
    assert told.case.draw().patches
    mpl.pyplot.close("all")
