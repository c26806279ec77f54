"""Ledger, questions and virtual patients of the page against those of the package."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page.javascript import bare_payload, run

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.page.payload import payload

CYST = {"lump_behind_knee": "present", "fever": "absent", "age": "older", "stiffness": "present"}
CLOT = {
    "leg_swelling": "present",
    "calf_tenderness": "present",
    "recent_surgery_immobility": "present",
}
INJURY = {
    "onset": "present",
    "pop_at_injury": "present",
    "age": "young_adult",
    "locking": "absent",
    "swollen_knee": "present",
    "immediate_swelling": "present",
}
PRESENT = {"pain_behind_knee": "present"}

LEDGERS = [
    (CYST, "bakers_cyst"),
    (CLOT, "deep_vein_thrombosis"),
    (INJURY, "acl_injury"),
    ({}, "gout"),
]
ASK_LEDGERS = """
function main({ payload, cases }) {
  const model = createModel(payload);
  return cases.map(([told, cause]) => ledger(model, told, cause));
}
"""


def test_a_ledger_is_that_of_python_and_adds_up(knee: kb.Model, tmp_path: Path) -> None:
    cases = [[list(answers.items()), cause] for answers, cause in LEDGERS]
    told = run(tmp_path, ASK_LEDGERS, {"payload": payload(knee), "cases": cases})
    for (answers, cause), one in zip(LEDGERS, told, strict=True):
        dx = knee.diagnose(answers)
        assert one["posterior"] == pytest.approx(dx[cause], abs=1e-12)
        assert one["prior"] == pytest.approx(knee.diagnose()[cause], abs=1e-12)
        weights = [row["decibans"] for row in one["rows"]]
        reached = one["rows"][-1]["logOddsAfter"] if weights else one["priorLogOdds"]
        change = (reached - one["priorLogOdds"]) * 10 / math.log(10)
        assert sum(weights) == pytest.approx(change, abs=1e-10)
        assert reached == pytest.approx(math.log(dx[cause] / (1 - dx[cause])), abs=1e-9)
        assert [row["id"] for row in one["rows"]] == list(answers)
        if answers:
            table = dx.explain(cause).table
            ledger = table[table["kind"] == "answer"].set_index("id")["ledger"]
            assert weights == pytest.approx([ledger[id] for id in answers], abs=1e-9)


def test_a_ledger_of_what_is_decided_or_impossible(tmp_path: Path) -> None:
    network = Network((root_node("flu", [0.5, 0.5]), noisy_or_node("fever", 0.0, {"flu": 0.5})))
    told = bare_payload(network, ["flu"], complaint="fever")
    program = """
    function main(payload) {
      const model = createModel(payload);
      const texts = (key, value) => (typeof value === "number" ? String(value) : value);
      const lost = ledger(model, [["flu", "absent"], ["fever", "present"]], "flu");
      const open = ledger(model, [["fever", null], ["flu", "present"]], "flu");
      return JSON.parse(JSON.stringify([lost, open], texts));
    }
    """
    lost, open_ = run(tmp_path, program, told)
    assert lost["possible"] is False
    assert lost["priorLogOdds"] == "Infinity"  # fever has no other cause
    assert (open_["priorLogOdds"], open_["rows"][0]["decibans"]) == ("0", "Infinity")


ASKED: list[tuple[dict[str, str], str | None]] = [
    ({}, None),
    (CLOT, "urgent"),
    (INJURY, "acl_injury"),
    (CYST, "infection"),
]
ASK_QUESTIONS = """
function main({ payload, cases }) {
  const model = createModel(payload);
  return cases.map(([answers, about]) => questions(model, answers, { about }));
}
"""


def test_questions_are_those_of_python(knee: kb.Model, tmp_path: Path) -> None:
    cases = [[PRESENT | answers, about] for answers, about in ASKED]
    told = run(tmp_path, ASK_QUESTIONS, {"payload": payload(knee), "cases": cases})
    for (answers, about), found in zip(ASKED, told, strict=True):
        ranked = knee.diagnose(answers).questions(about).ranked
        by_id = {one["id"]: one for one in found}
        assert set(by_id) == {question.id for question in ranked}
        assert [one["bits"] for one in found] == sorted(
            (one["bits"] for one in found), reverse=True
        )
        for question in ranked:
            one = by_id[question.id]
            assert one["bits"] == pytest.approx(question.bits, abs=1e-9)
            assert one["advice"] == pytest.approx(question.advice, abs=1e-9)
            assert (one["kind"], one["cost"]) == (question.kind, question.cost)
            check_outcomes(question, one)


def check_outcomes(question: Any, one: dict[str, Any]) -> None:
    pairs = zip(question.outcomes, question.levels, one["outcomes"], strict=True)
    for outcome, level, found in pairs:
        assert question.state_of(outcome) == found["state"]
        assert found["probability"] == pytest.approx(outcome.probability, abs=1e-9)
        assert one["states"][found["state"]] == found["probability"]
        assert found["posterior"] == pytest.approx(dict(outcome.posteriors), abs=1e-9)
        assert found["level"] == level
        assert found["top"][0]["p"] == max(found["posterior"].values())
        if outcome.subject is not None:
            assert found["subject"] == pytest.approx(outcome.subject, abs=1e-9)


def test_about_what_is_certain_there_is_nothing_to_ask(knee: kb.Model, tmp_path: Path) -> None:
    cases = [[{**PRESENT, "gout": "present"}, "gout"]]
    assert run(tmp_path, ASK_QUESTIONS, {"payload": payload(knee), "cases": cases}) == [[]]


DRAW = """
function main({ payload, count, given }) {
  const model = createModel(payload);
  return Array.from({ length: count }, (_, seed) => drawPatient(model, seed, { given }));
}
"""
FAR = 5.0  # standard errors


def assert_near(share: float, expected: float, count: int) -> None:
    error = math.sqrt(expected * (1 - expected) / count)
    assert abs(share - expected) <= FAR * error + 1e-12


def test_drawn_patients_are_as_frequent_as_the_network_says(knee: kb.Model, tmp_path: Path) -> None:
    """As they come: nothing is called incoherent, and something else will do."""
    count = 1000
    bare = {**payload(knee), "incoherent": [], "rest": ""}
    data = {"payload": bare, "count": count, "given": {}}
    drawn = run(tmp_path, DRAW, data)
    seen = Evidence.of(knee.network, PRESENT)
    marginals = knee.engine.propagate(seen, [node.id for node in knee.network.nodes]).marginals
    for node in knee.network.nodes:
        marginal = marginals[node.id][0]
        for at, state in enumerate(node.states):
            share = np.mean([one["states"][node.id] == state for one in drawn])
            assert_near(float(share), float(marginal[at]), count)
    for one in drawn[:50]:
        causes = [id for id in knee.knowledge.causes if one["states"][id] == "present"]
        assert one["causes"] == causes
        assert causes  # something brings the complaint
    assert drawn[:5] == run(tmp_path, DRAW, {**data, "count": 5})
    assert len({str(one["states"]) for one in drawn}) > count / 2


def test_rare_patients_are_drawn_exactly_too(tmp_path: Path) -> None:
    """One in 1e9 has what is given: no draw would ever find it."""
    network = Network(
        (
            root_node("age", [0.2, 0.5, 0.3], ["young", "middle", "old"]),
            noisy_or_node("flu", 1e-5, {"age": [0.0, 0.0, 3e-5]}),
            noisy_or_node("fever", 1e-5, {"flu": 1e-4}),
        )
    )
    told = bare_payload(network, ["flu"], complaint="fever")
    count = 400
    drawn = run(tmp_path, DRAW, {"payload": told, "count": count, "given": {"flu": "present"}})
    assert {one["states"]["fever"] for one in drawn} == {"present"}
    old = 0.3 * (1e-5 + 3e-5 - 3e-10)
    share = np.mean([one["states"]["age"] == "old" for one in drawn])
    assert_near(float(share), old / (old + 0.7e-5), count)


SCORE = """
function main({ payload, posterior, present, before, after }) {
  const model = createModel(payload);
  const told = infer(model, after).posterior;
  return {
    log: logScore(posterior, present),
    brier: brierScore(posterior, present),
    logTold: logScore(told, present),
    brierTold: brierScore(told, present),
    bits: informationOfStep(model, before, after),
    chance: Array.from({ length: 3 }, chanceFrom(7)),
  };
}
"""


def test_scores_are_by_their_definitions(knee: kb.Model, tmp_path: Path) -> None:
    posterior = {"gout": 0.25, "clot": 0.5, "other": 0.0}
    after = PRESENT | {"lump_behind_knee": "present"}
    data = {
        "payload": payload(knee),
        "posterior": posterior,
        "present": ["gout"],
        "before": PRESENT,
        "after": after,
    }
    told = run(tmp_path, SCORE, data)
    assert told["log"] == pytest.approx(2 + 1)
    assert told["brier"] == pytest.approx(0.75**2 + 0.5**2)
    beliefs = knee.diagnose(after).belief.posteriors
    start = knee.diagnose().belief.posteriors
    truth = {id: float(id == "gout") for id in beliefs}
    log = -sum(math.log2(p if truth[id] else 1 - p) for id, p in beliefs.items())
    assert told["logTold"] == pytest.approx(log, abs=1e-9)
    brier = sum((p - truth[id]) ** 2 for id, p in beliefs.items())
    assert told["brierTold"] == pytest.approx(brier, abs=1e-12)
    gains = [
        new * math.log2(new / old) + (1 - new) * math.log2((1 - new) / (1 - old))
        for new, old in ((beliefs[id], start[id]) for id in beliefs)
    ]
    assert told["bits"] == pytest.approx(sum(gains), abs=1e-9)
    assert all(0 <= one < 1 for one in told["chance"])
    assert len(set(told["chance"])) == 3
