"""Agreement with other software: pgmpy and pyAgrum on the article's network."""

from __future__ import annotations

import numpy as np
from benchmarks.patients import ANSWERED, Ward
from benchmarks.report import largest
from benchmarks.rivals import Question, prepare_agrum_chain, prepare_pgmpy
from too_long import TooLongError, at_most
from tqdm.auto import tqdm

from kneebayes.inference import Engine, Evidence
from reliability.checks import Check

PART = "agreement with other software"
FEW, MANY = 1, 2  # findings answered
CAUSES = 2  # that pgmpy is asked for, one after another
CLOSE = "< 1e-9"  # each of them rounds in its own way


def questions_of(ward: Ward, count: int, causes: int) -> list[Question]:
    """Patients with all contexts and a few findings answered, and some causes at random."""
    rng = np.random.default_rng(ward.seed)
    ids = [cause.id for cause in ward.model.causes]
    return [
        (one.answers(ANSWERED), [str(id) for id in rng.choice(ids, causes, replace=False)])
        for one in ward.some(count, FEW, MANY)
    ]


def measure_agreement(ward: Ward, patients: int, seconds: float = 10.0) -> list[Check]:
    """Largest differences of posteriors; questions that take the other too long are told."""
    checks = []
    for name, prepare, causes in (
        ("pgmpy, variable elimination in greedy order", prepare_pgmpy, CAUSES),
        ("pyAgrum, lazy propagation, chains of OR", prepare_agrum_chain, len(ward.model.causes)),
    ):
        answer, engine = prepare(), Engine(ward.model.network)
        differences, late = [], 0
        asked = questions_of(ward, patients, causes)
        for question in tqdm(asked, desc=name, leave=False, mininterval=1):
            mine = engine.propagate(Evidence.of(ward.model.network, question[0]), question[1])
            try:
                with at_most(seconds):
                    theirs = answer(question)[1]
            except TooLongError:
                late += 1
                continue
            pairs = zip(question[1], theirs, strict=True)
            differences += [abs(other - mine.present(id)) for id, other in pairs]
        told = f"{patients} patients, all contexts and {FEW} to {MANY} findings answered"
        told += f"; {late} took it over {seconds:g} s and were left out" if late else ""
        worst = largest(differences) if differences else float("nan")
        measure = "difference of posteriors"
        checks.append(Check(PART, name, measure, worst, CLOSE, len(differences), told))
    return checks
