"""The targets: what a user waits for, each measured over several simulated patients."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from statistics import median

from tqdm import tqdm

import kneebayes as kb
from benchmarks.aside import Answerer, Aside
from benchmarks.askers import (
    Asker,
    broken,
    difference,
    draw_asker,
    draw_numbers,
    open_asker,
)
from benchmarks.clock import time_of
from benchmarks.machine import peak_memory
from benchmarks.ours import diagnose_each, propagate_each, warm
from benchmarks.patients import SERIES, Patient, Ward
from benchmarks.report import Figure, largest
from kneebayes.errors import TooWideError

PART = "targets: kneebayes alone, compiled"
NAN = float("nan")

Seconds = Sequence[float]


def spread_figures(subject: str, series: str, seconds: Seconds, note: str = "") -> list[Figure]:
    """Median and maximum of the times; refused ones are NaN, and are counted."""
    done = [one for one in seconds if not isnan(one)]
    refused = len(seconds) - len(done)
    if refused:
        note = f"{refused} of {len(seconds)} refused as too wide; {note}".removesuffix("; ")
    if not done:
        return [Figure(PART, subject, series, "median", NAN, "ms", 0, note)]
    return [
        Figure(PART, subject, series, "median", 1e3 * median(done), "ms", len(done), note),
        Figure(PART, subject, series, "maximum", 1e3 * max(done), "ms", len(done)),
    ]


def measure_single(ward: Ward, some: int, hard: int) -> list[Figure]:
    """All posteriors of one patient: a few findings answered, and all of them."""
    model = ward.model
    causes = [cause.id for cause in model.causes]
    figures: list[Figure] = []
    for series in SERIES:
        told = [one.answers(series) for one in ward.some(some)]
        ours = [seconds for seconds, _ in propagate_each(model, told, causes)]
        figures += spread_figures("5 to 15 findings, engine", series, ours, "plan included")
        whole = diagnose_each(model, told)
        figures += spread_figures("5 to 15 findings, diagnose to ranking", series, whole)
    for series in SERIES:
        told = [one.answers(series) for one in ward.all_answered(hard)]
        ours = [seconds for seconds, _ in propagate_each(model, told, causes)]
        figures += spread_figures("all findings, engine", series, ours, "plan included")
    return figures


def prepare_positives() -> Answerer:
    """Answers (ward size, seed, patients, findings, series) in a process of its own."""
    model = kb.load()
    causes = warm(model)

    def answer(question: tuple[int, int, int, int, str]) -> tuple[list[float], float, float]:
        size, seed, count, findings, series = question
        patients = Ward.of(model, size, seed).positive(count, findings)
        before = peak_memory()
        told = [one.answers(series) for one in patients]
        seconds = [one for one, _ in propagate_each(model, told, causes)]
        return seconds, before, peak_memory()

    return answer


def measure_positives(ward: Ward, count: int, positives: int, limit: float) -> list[Figure]:
    """Twenty positive findings: time, and the most memory that the process took."""
    figures: list[Figure] = []
    subject = f"{positives} positive findings, engine"
    for series in SERIES:
        with Aside(prepare_positives, limit) as aside:
            question = (len(ward.states), ward.seed, count, positives, series)
            outcome = aside.ask(question)
        if not outcome.done:
            figures += [Figure(PART, subject, series, "median", NAN, "ms", 0, outcome.status)]
            continue
        seconds, before, peak = outcome.value
        figures += spread_figures(subject, series, seconds)
        note = f"of the process, {before:.0f} MiB before the first question"
        figures += [Figure(PART, subject, series, "peak memory", peak, "MiB", len(seconds), note)]
    return figures


def measure_batches(ward: Ward, count: int, draws: int) -> list[Figure]:
    """Many questions about one patient: draws of numbers, subsets, every open finding."""
    figures: list[Figure] = []
    for series in SERIES:
        some = ward.some(count)
        figures += measure_each(
            f"{draws:,} draws of the numbers", series, some, draw_asker(ward, draws, series)
        )
        figures.append(check_draws(ward, some, draws, series))
        figures += measure_each(
            "every open finding both ways", series, some, open_asker(ward, series), supposed=True
        )
    return figures


def measure_each(
    subject: str, series: str, patients: Sequence[Patient], ask: Asker, supposed: bool = False
) -> list[Figure]:
    """Time one batch for each patient, on all cores; every row of every batch is checked.

    ``supposed`` answers need not be possible beside those of the patient.
    """
    seconds, wrong, rows = [], 0, 0
    for patient in tqdm(patients, desc=f"{subject}, {series}", leave=False, mininterval=1):
        try:
            time, told = time_of(lambda patient=patient: ask(patient))
        except TooWideError:
            seconds.append(NAN)
            continue
        seconds.append(time)
        wrong, rows = wrong + broken(told, supposed), rows + len(told)
    figures = spread_figures(subject, series, seconds, "all cores")
    return [*figures, Figure(PART, subject, series, "rows answered wrong", wrong, "", rows)]


def check_draws(ward: Ward, patients: Sequence[Patient], draws: int, series: str) -> Figure:
    """Draws of the numbers against single questions to networks of those numbers."""
    numbers, ask = draw_numbers(ward, draws), draw_asker(ward, draws, series)
    differences = []
    for patient in patients:
        try:
            told = ask(patient)
            evidence = patient.evidence(ward.model.network, series)
            differences.append(difference(ward, told, numbers, evidence))
        except TooWideError:
            continue
    subject = f"{draws:,} draws of the numbers"
    return Figure(
        PART,
        subject,
        series,
        "largest difference",
        largest(differences),
        "",
        len(differences),
        "3 rows each, asked singly",
    )
