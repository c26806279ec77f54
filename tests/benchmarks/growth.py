"""Growth: time and peak memory over the size of the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from tqdm import tqdm

import kneebayes as kb
from benchmarks.aside import Answerer, Aside
from benchmarks.cohort import partial, run_rows
from benchmarks.machine import peak_memory
from benchmarks.ours import propagate_each, warm
from benchmarks.patients import SERIES, Ward
from benchmarks.two_level import random_two_level
from kneebayes.errors import TooWideError
from kneebayes.inference import Engine

FINDINGS, POSITIVES, CAUSES, PATIENTS = (
    "findings answered",
    "positive findings",
    "causes",
    "patients",
)
FULL = {
    FINDINGS: [0, 5, 10, 20, 30, 40, 60, 83],
    POSITIVES: [0, 2, 4, 8, 12, 16, 20, 24],
    CAUSES: [10, 20, 50, 100, 200, 400, 800],
    PATIENTS: [1, 10, 100, 1_000, 10_000, 100_000],
}
QUICK = {FINDINGS: [10], POSITIVES: [8], CAUSES: [50], PATIENTS: [100]}
TWO_LEVEL = "two-level network, 10 findings answered"
BATCH = "5 to 15 findings, contexts unknown, all cores"
WARD = 600  # simulated patients to choose from: enough of them have 24 positive findings
TEN = 10

Point = dict[str, Any]


def prepare_growth() -> Answerer:
    """Measures (curve, series, size, count, seed) in a process of its own."""
    model = kb.load()
    causes = warm(model)

    def answer(question: tuple[str, str, int, int, int]) -> tuple[list[float], float, float]:
        curve, series, size, count, seed = question
        ask = ASKED[curve](model, causes, series, size, count, seed)
        before = peak_memory()
        return ask(), before, peak_memory()

    return answer


Ask = Callable[[], list[float]]


def ask_findings(
    model: kb.Model, causes: list[str], series: str, size: int, count: int, seed: int
) -> Ask:
    """Random findings of simulated patients answered as they are."""
    patients = Ward.of(model, count, seed).some(count, size, size)
    return lambda: engine_times(model, causes, [one.answers(series) for one in patients])


def ask_positives(
    model: kb.Model, causes: list[str], series: str, size: int, count: int, seed: int
) -> Ask:
    """Only findings that are present."""
    patients = Ward.of(model, WARD, seed).positive(count, size)
    return lambda: engine_times(model, causes, [one.answers(series) for one in patients])


def engine_times(model: kb.Model, causes: list[str], told: Sequence[dict[str, str]]) -> list[float]:
    """Seconds of each single question."""
    return [seconds for seconds, _ in propagate_each(model, told, causes)]


def ask_causes(
    model: kb.Model, causes: list[str], series: str, size: int, count: int, seed: int
) -> Ask:
    """Random two-level networks with as many findings as causes, ten of them answered."""
    rng = np.random.default_rng((seed, size))
    made = []
    for _ in range(count):
        net = random_two_level(rng, size, size)
        states = net.simulate(rng)
        answered = rng.choice(size, TEN, replace=False).tolist()
        made.append((Engine(net.network()), net.evidence({at: states[at] for at in answered}), net))

    def ask() -> list[float]:
        seconds = []
        for engine, evidence, net in made:
            assert engine.flat.states.size == 2 * size
            best = float("inf")
            for _ in range(3):
                start = perf_counter()
                engine.propagate(evidence, net.causes)
                best = min(best, perf_counter() - start)
            seconds.append(best)
        return seconds

    return ask


def ask_patients(
    model: kb.Model, causes: list[str], series: str, size: int, count: int, seed: int
) -> Ask:
    """A cohort on all cores; seconds of the whole."""
    hard = partial(Ward.of(model, size, seed))

    def ask() -> list[float]:
        start = perf_counter()
        try:
            for first in range(0, size, 8_192):
                run_rows(model, hard[first : first + 8_192], causes)
        except TooWideError:
            return [float("nan")]
        return [perf_counter() - start]

    return ask


ASKED = {
    FINDINGS: ask_findings,
    POSITIVES: ask_positives,
    CAUSES: ask_causes,
    PATIENTS: ask_patients,
}


def measure_growth(sizes: dict[str, list[int]], count: int, seed: int, limit: float) -> list[Point]:
    """Every point of every curve, each in a fresh process."""
    asked = [
        (curve, series, size)
        for curve in sizes
        for series in (SERIES if curve in {FINDINGS, POSITIVES} else ("",))
        for size in sizes[curve]
    ]
    points: list[Point] = []
    late: dict[tuple[str, str], int] = {}
    for curve, series, size in tqdm(asked, desc="growth", leave=False, mininterval=1):
        if (curve, series) in late:
            continue
        with Aside(prepare_growth, limit) as aside:
            outcome = aside.ask((curve, series, size, count, seed))
        if not outcome.done:
            late[curve, series] = size
        points.append(point_of(curve, series, size, outcome.status, outcome.value))
    return points


def point_of(curve: str, series: str, size: int, status: str, value: Any) -> Point:
    """One row of the table of growth."""
    subject = {CAUSES: TWO_LEVEL, PATIENTS: BATCH}.get(curve, f"the article's model, {series}")
    point: Point = {"curve": curve, "subject": subject, "size": size, "status": status}
    if status != "done":
        return point
    seconds, before, peak = value
    done = [one for one in seconds if not isnan(one)]
    return point | {
        "questions": len(seconds),
        "refused": len(seconds) - len(done),
        "median seconds": median(done) if done else "",
        "largest seconds": max(done) if done else "",
        "MiB before": round(before, 1),
        "peak MiB": round(peak, 1),
    }
