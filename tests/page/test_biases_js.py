"""The page judges a closed case as Python does: its biases, what was asked in vain, hindsight."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from javascript import run

import kneebayes as kb
from kneebayes.page.payload import payload
from kneebayes.teaching import Feedback, PracticeCase
from kneebayes.teaching.patients import causes_there

FREE = ("age", "sex")  # what the page tells for nothing

BIASES = """
const main = ({ payload, cases }) => {
  const model = createModel(payload);
  const method = new Map(payload.findings.map((one) => [one.id, one.method]));
  return cases.map(({ opening, answered, notes }) => {
    const known = { ...opening, ...Object.fromEntries(answered) };
    const paid = new Set(answered.map(([id]) => method.get(id)));
    const price = (by) => (!by || paid.has(by) ? 0 : payload.methods[by].cost);
    const isFree = ({ id }) => price(method.get(id)) === 0;
    const best = questions(model, known).find(isFree);
    const stated = Object.assign({}, ...notes.map((note) => note.stated));
    const statements = statementsOf(model, opening, answered, notes);
    return [
      ...closedEarly(model, { opening, known }, stated, best),
      ...anchored(model, statements),
      ...neglected(model, statements, { opening, known }, stated),
    ];
  });
};
"""


def visited(model: kb.Model, seed: int) -> tuple[Feedback, list[dict[str, Any]]]:
    """A case that a learner of some habit went through, and what was stated on the way."""
    rng = np.random.default_rng(seed)
    truth = model.practice_case("any", seed=seed).truth
    case = PracticeCase(model, truth, FREE, seed)
    opening = case.exact
    causes = [str(id) for id in rng.choice(list(opening), 3, replace=False)]
    there = [
        id for id in model.knowledge.findings if case.truth[id] != "absent" and id in case.open
    ]
    asked = [*there[:4], *(str(id) for id in rng.choice(case.open, 3, replace=False))]
    stated = {id: float(rng.choice([0.05, 0.125, 0.3, 0.6, 0.9])) for id in causes}
    notes = []
    if seed % 3:
        case = case.state(stated)
        notes.append({"after": 0, "stated": dict(stated)})
    asked = list(dict.fromkeys(asked))
    for id in asked:
        case = case.ask(id)
    if seed % 2:  # else nothing has changed his mind
        stated |= {id: float(rng.choice([0.02, 0.5, 0.95, 1.0, case.exact[id]])) for id in causes}
    rare = max(case.exact, key=lambda id: case.exact[id] / opening[id])
    stated[rare] = min(0.99, 30 * case.exact[rare])
    notes.append({"after": len(asked), "stated": dict(stated)})
    return case.close(stated), notes


def test_the_sentences_are_those_of_python(knee: kb.Model, tmp_path: Path) -> None:
    complaint = knee.knowledge.meta.complaint
    cases, expected = [], []
    for seed in range(1, 25):
        feedback, notes = visited(knee, seed)
        case = feedback.case
        asked = [id for step in case.steps for id in step.asked]
        cases.append(
            {
                "opening": {id: case.truth[id] for id in (complaint, *FREE)},
                "answered": [[id, case.truth[id]] for id in asked],
                "notes": notes,
            }
        )
        expected.append(list(feedback.biases))
    told = run(tmp_path, BIASES, {"payload": payload(knee), "cases": cases})
    assert told == expected
    names = {sentence.split(":")[0] for sentences in told for sentence in sentences}
    three = {"Premature closure", "Anchoring", "Base-rate neglect"}
    assert names == three | {"Against the evidence"}


IN_VAIN = """
const main = ({ payload, cases }) => {
  const model = createModel(payload);
  const method = new Map(payload.findings.map((one) => [one.id, one.method ?? ""]));
  return cases.map(({ states, there, steps }) => ({
    level: hindsightOf(model, { states, there }).level,
    vain: steps.map(({ id, known, cost }) => {
      const { posterior } = infer(model, known);
      const chance = (cause) => posterior[cause].at(-1);
      const first = model.causes.reduce((best, one) => (chance(one) > chance(best) ? one : best));
      const now = { level: urgency(model, known).level, first };
      return isInVain(questions(model, known), { id, method: method.get(id) ?? "", cost }, now);
    }),
  }));
};
"""


def test_what_is_in_vain_and_hindsight_are_those_of_python(knee: kb.Model, tmp_path: Path) -> None:
    """A sign of danger, dear tests, and a second result that is paid already."""
    cases, expected = [], []
    for seed in range(1, 7):
        case = knee.practice_case("any", seed=seed, background="page")
        opening = dict(case.known)
        asked = (
            "stiffness",
            "chest_pain",
            "tissue_malignant",
            "us_cyst",
            "us_clot",
            "tick_exposure",
        )
        told = case.ask(*(id for id in asked if id not in case.known)).close({"gout": 0.1})
        ids = [row["id"] for row in told.question_rows]
        known = [opening | {id: case.truth[id] for id in ids[:at]} for at in range(len(ids))]
        steps = [
            {"id": row["id"], "known": before, "cost": row["cost"]}
            for row, before in zip(told.question_rows, known, strict=True)
        ]
        there = causes_there(knee, case.truth)
        cases.append({"states": dict(case.truth), "there": there, "steps": steps})
        vain = [row["in_vain"] for row in told.question_rows]
        expected.append({"level": told.hindsight.level, "vain": vain})
    assert run(tmp_path, IN_VAIN, {"payload": payload(knee), "cases": cases}) == expected
    assert {one for case in expected for one in case["vain"]} == {True, False}


JUDGED = """
const main = ({ payload, cases }) => {
  const model = createModel(payload);
  const quoted = (text) => text.replace(/[\u201c\u201d]/g, "'");
  return cases.map(({ opening, answered, stated, free }) => {
    const known = { ...opening, ...Object.fromEntries(answered) };
    const { level, reasons } = dueOf(model, known, free);
    return {
      due: [level, reasons.map((one) => [one.text, one.signs, one.missed, one.aside])],
      reasons: reasonsOf(model, opening, answered, stated).map(({ text }) => quoted(text)),
      unnamed: unnamedOf(model, known, stated)?.text ?? "",
    };
  });
};
"""


def test_what_is_due_and_why_it_is_so_are_those_of_python(knee: kb.Model, tmp_path: Path) -> None:
    """Few signs are asked for, of which what nobody asked for puts some aside."""
    cases, expected = [], []
    for seed in range(1, 41):
        opening = knee.practice_case("any", seed=seed, background="page")
        wanted = ("leg_swelling", "warmth", "swollen_knee", "severe_pain", "stairs_up")[: seed % 6]
        case = opening.ask(*(id for id in wanted if id not in opening.known))
        causes = sorted(case.exact, key=lambda id: -case.exact[id])[seed % 2 : 4]
        shares = (0.95, 0.0, 0.3, 0.1) if seed % 4 < 2 else (0.4, 0.0, 0.3, 0.1)
        stated = dict(zip(causes, shares, strict=False))
        told = case.close(stated)
        asked = [id for step in case.steps for id in step.asked]
        free = [id for id in case.open if case.price_of(id) == 0.0]
        cases.append(
            {
                "opening": opening.known,
                "answered": [[id, case.truth[id]] for id in asked],
                "stated": stated,
                "free": {id: case.truth[id] for id in free},
            }
        )
        reasons = [
            [one.text, list(one.signs), one in told.missed, sorted(told.put_aside_by(one))]
            for one in told.due.reasons
        ]
        due = [told.due.level, reasons]
        expected.append({"due": due, "reasons": list(told.reasons), "unnamed": told.unnamed})
    found = run(tmp_path, JUDGED, {"payload": payload(knee), "cases": cases})
    for one in found:
        for reason in one["due"][1]:
            reason[3].sort()
    assert found == expected
    whole = str(expected)
    parts = (
        "That it is there has ",
        "no higher than",
        "no lower than",
        "about there",
        "alone takes",
        "complaint alone",
    )
    assert all(part in whole for part in (*parts, "Not named"))
    assert any(aside for one in expected for *_, aside in one["due"][1])


def test_numbers_are_written_as_python_writes_them(tmp_path: Path) -> None:
    numbers = [0.5, 1.5, 2.5, 12.5, 6.25, 6.35, 1.15, 0.05, 99.95, 0.25, 0.35, 1e-9, 37.0]
    program = (
        "const main = (numbers) => numbers.map((one) => [0, 1, 2].map((d) => rounded(one, d)));"
    )
    expected = [[f"{number:.{digits}f}" for digits in (0, 1, 2)] for number in numbers]
    assert run(tmp_path, program, numbers) == expected
