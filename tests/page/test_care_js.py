"""The care that the page tells is the care that Python tells, sentence by sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from javascript import run

import kneebayes as kb
from kneebayes.page.payload import payload

CARE = """
const main = ({ payload, patients }) => {
  const model = createModel(payload);
  return patients.map((answers) => {
    const found = infer(model, answers);
    const ranked = model.causes
      .map((id) => ({ id, posterior: found.posterior[id].at(-1) }))
      .sort((one, other) => other.posterior - one.posterior);
    const { level } = urgency(model, answers);
    return { level, lines: careOf(model, answers, found.groups, ranked) };
  });
};
"""


def state_of(model: kb.Model, id: str, value: object) -> str:
    """A value of a table of patients as the name of a state."""
    states = model.network[id].states
    return str(value) if value in states else str(states[int(bool(value))])


def partly_told(model: kb.Model, count: int, seed: int) -> list[dict[str, str]]:
    """Of each of some patients the complaint and a few answers, most often signs that are there."""
    rng = np.random.default_rng(seed)
    complaint = model.knowledge.meta.complaint
    drawn = model.simulate(count, seed=seed).answers
    asked = [id for id in drawn.columns if id != complaint]
    found = []
    for row in range(count):
        states = {id: state_of(model, id, drawn[id].iloc[row]) for id in rng.permutation(asked)}
        there = [id for id in states if states[id] == model.network[id].states[-1]]
        told = [*there[:3], *list(states)[:4]]
        found.append({complaint: "present", **{id: states[id] for id in told}})
    return found


def test_care_is_that_of_python(knee: kb.Model, tmp_path: Path) -> None:
    patients = partly_told(knee, 60, 3)
    told: list[dict[str, Any]] = run(
        tmp_path, CARE, {"payload": payload(knee), "patients": patients}
    )
    levels, subjects = set(), set()
    for answers, one in zip(patients, told, strict=True):
        dx = knee.diagnose(answers)
        assert one["level"] == dx.urgency.level
        lines = [(line["about"], line["text"], line["because"]) for line in one["lines"]]
        assert lines == [
            (line.about, line.text, [one.removeprefix("assumed: ") for one in line.because])
            for line in dx.care
        ]
        shares = [line["probability"] for line in one["lines"]]
        assert shares == pytest.approx([line.probability for line in dx.care], rel=1e-9)
        levels.add(one["level"])
        subjects.update(line["about"] for line in one["lines"])
    assert "now" in levels
    assert len(levels) > 1
    assert "" in subjects
    assert subjects & {group.label for group in knee.groups}
    assert subjects & {cause.label for cause in knee.causes}


def test_every_sentence_of_the_folder_is_carried_with_its_claims(knee: kb.Model) -> None:
    care = payload(knee)["care"]
    for kind, records in (("groups", knee.groups), ("causes", knee.causes)):
        stated = {
            one.id: [[line.text, list(line.because)] for line in one.care]
            for one in records
            if one.care
        }
        assert care[kind] == stated
    always = [
        [
            line.text,
            [one.removeprefix("assumed: ") for one in line.because],
            *([list(line.not_for)] if line.not_for else []),
        ]
        for line in knee.knowledge.meta.care
    ]
    assert care["always"] == always
