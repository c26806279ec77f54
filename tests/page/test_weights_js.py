"""Weights on the page's model: perhaps, a prior that was dragged, and how hard a patient is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from javascript import bare_payload, run
from oracle import weigh_states

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.page.payload import payload
from kneebayes.teaching.patients import hardness_of, red_herrings

WEIGHED = """
const main = ({ payload, answers, weights }) => {
  const carried = weighted(createModel(payload), weights);
  return infer(carried.model, { ...answers, ...carried.answers }).posterior;
};
"""
DRAGGED = """
const main = ({ payload, answers, cause, prior, wanted }) => wanted.map((one) => {
  const weights = { [cause]: weightOfPrior(prior, one) };
  const carried = weighted(createModel(payload), weights);
  return infer(carried.model, { ...answers, ...carried.answers }).posterior;
});
"""


def test_perhaps_is_what_python_reads_as_075(knee: kb.Model, tmp_path: Path) -> None:
    answers = {knee.knowledge.meta.complaint: "present", "lump_behind_knee": "present"}
    data = {"payload": payload(knee), "answers": answers, "weights": {"fever": [0.25, 0.75]}}
    told = run(tmp_path, WEIGHED, data)
    dx = knee.diagnose({**answers, "fever": 0.75})
    for id, posterior in dx.belief.posteriors.items():
        assert told[id][-1] == pytest.approx(posterior, rel=1e-9)


def test_a_dragged_prior_moves_the_odds_and_nothing_before_it(
    knee: kb.Model, tmp_path: Path
) -> None:
    """With the complaint alone the cause stands where it was dragged."""
    wanted = [0.001, 0.3, 0.9]
    data: dict[str, Any] = {
        "payload": payload(knee),
        "answers": {knee.knowledge.meta.complaint: "present"},
        "cause": "bakers_cyst",
        "prior": knee.diagnose({})["bakers_cyst"],
        "wanted": wanted,
    }
    told = run(tmp_path, DRAGGED, data)
    assert [one["bakers_cyst"][-1] for one in told] == pytest.approx(wanted, rel=1e-9)


def test_weights_are_those_of_the_oracle(tmp_path: Path) -> None:
    network = Network(
        (
            root_node("flu", [0.9, 0.1]),
            noisy_or_node("cold", 0.2, {}),
            noisy_or_node("fever", 0.05, {"flu": 0.8, "cold": 0.3}),
        )
    )
    data = {
        "payload": bare_payload(network, ["flu", "cold"]),
        "answers": {"fever": "present"},
        "weights": {"cold": [1.0, 3.0]},
    }
    told = run(tmp_path, WEIGHED, data)
    shares = weigh_states(network, Evidence({"fever": (0.0, 1.0), "cold": (1.0, 3.0)}))
    for id in ("flu", "cold"):
        assert told[id][-1] == pytest.approx(float(shares[id][1] / shares[id].sum()), rel=1e-12)


HARD = """
const main = ({ payload, asked }) => {
  const model = createModel(payload);
  return asked.map(([seed, difficulty, kind]) => {
    const patient = drawWanted(model, seed, { difficulty, kind });
    return [patient.states, atypicality(model, patient.states), redHerrings(model, patient.states)];
  });
};
"""


def test_difficulty_and_kind_find_the_same_patient(knee: kb.Model, tmp_path: Path) -> None:
    asked = [(1, "any", "any"), (2, "easy", "any"), (3, "hard", "any"), (4, "any", "red herring")]
    told = run(tmp_path, HARD, {"payload": payload(knee), "asked": asked})
    for (seed, difficulty, kind), (states, odd, herrings) in zip(asked, told, strict=True):
        case = knee.practice_case(difficulty, kind, seed)
        assert states == dict(case.truth)
        assert odd == pytest.approx(hardness_of(knee, case.truth).atypicality, abs=1e-12)
        assert tuple(herrings) == red_herrings(knee, case.truth)
