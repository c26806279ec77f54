"""The page hears, and speaks, as Python does."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from javascript import run

import kneebayes as kb
from kneebayes.page.payload import payload
from kneebayes.teaching.talking import (
    clearly,
    hear,
    introduction,
    likeliest,
    names_of,
    told_at_first,
    understand,
)

ASKED = [
    "how old are you?",
    "is it swolen",
    "What about the stairs",
    "does the calf hurt",
    "is the lump growing",
    "fevver",
    "dance",
    "",
    "can you bend it",
    "Can he feel a lump behind the knee, or see it",
    "you can\u2019t straighten it?",
    "how long has this been going on",
    "does popping come and go; has it given way",
    "can you",
    "do your hands hurt when you walk running upstairs",
    "is he undergoing once more what they show longer",
    "toString constructor",
    "patient\u2019s knee is hot, red and it started suddenly at night",
    "is the calf swollen and red?",
    "is the calf red and swollen?",
    "is it red, hot or swollen?",
    "hot red joint?",
    "how long does the stiffness last?",
    "what makes it worse?",
    "what about fever and chest pain",
    "family history of clots?",
    "any allergies?",
    "arthroscopy",
    "CT",
    "ultrasound and a blood test",
    "order an x-ray",
    "have you noticed a bruise or a rash",
    "x ray",
    "do u take any blood thinners pls",
    "any shortness of breath or chest pain?",
    "how long have you had the pain",
]


def test_the_page_hears_what_python_hears(knee: kb.Model, tmp_path: Path) -> None:
    known = knee.knowledge
    names = names_of(known, [*known.methods, *known.contexts, *known.findings])
    program = """
    const main = ({ names, asked, complaint }) => asked.map((one) => {
      const heard = hearingOf(names)(one);
      return [heard, clearly(heard), likeliest(heard), understandingOf(names, complaint)(one)];
    });
    """
    complaint = knee.knowledge.label(knee.data.complaint)
    heard = run(tmp_path, program, {"names": names, "asked": ASKED, "complaint": complaint})
    for asked, (found, clear, near, understood) in zip(ASKED, heard, strict=True):
        expected = hear(names, asked)
        assert dict(map(tuple, found)) == pytest.approx(dict(expected), abs=1e-12)
        assert clear == clearly(expected)
        assert near == likeliest(expected)
        meant = asdict(understand(names, asked, complaint))
        assert understood == {part: list(ids) for part, ids in meant.items()}


def test_the_same_seed_is_the_same_patient_with_the_same_words(
    knee: kb.Model, tmp_path: Path
) -> None:
    program = """
    const main = ({ payload, seeds }) => {
      const model = createModel(payload);
      const told = payload.contexts.map((one) => one.id);
      return seeds.map((seed) => {
        const patient = drawPatient(model, seed);
        const ids = model.nodes.map((node) => node.id).filter((id) => told.includes(id) ||
          payload.findings.some((one) => one.id === id));
        const first = toldAtFirst(model, patient);
        return [patient.states, first, introduction(model, patient, [...told, ...first]),
          Object.fromEntries(ids.map((id) => [id, sentenceAbout(model, patient, id)]))];
      });
    };
    """
    seeds = list(range(1, 41))
    drawn = run(tmp_path, program, {"payload": payload(knee), "seeds": seeds})
    for seed, (states, first, opening, said) in zip(seeds, drawn, strict=True):
        case = knee.practice_case("any", seed=seed)
        assert states == dict(case.truth)
        assert first == list(told_at_first(knee, case.truth, seed))
        assert opening == introduction(knee, case.truth, case.told, seed)
        assert said == {id: case.says(id) for id in said}
