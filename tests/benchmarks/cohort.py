"""A cohort: many simulated patients answered on all cores, in pieces of 8,192 rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from tqdm import tqdm

import kneebayes as kb
from benchmarks.aside import Answerer, Aside, Outcome
from benchmarks.askers import broken
from benchmarks.machine import cores, peak_memory
from benchmarks.ours import warm
from benchmarks.patients import ANSWERED, FEWEST, MOST, States, Ward
from benchmarks.report import Figure
from kneebayes.errors import TooWideError
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch, numbers_of

PART = "cohorts: all cores, pieces of 8,192 rows"
PIECE = 8_192
PILOT = 256  # rows that tell how long the others will take


@dataclass(frozen=True)
class Order:
    """Which rows to answer.

    Attributes
    ----------
    file
        A NumPy file of evidence: rows x nodes, -1 where nothing is known.
    patience
        Seconds that the rows may take; by the time of the first 256 rows, fewer rows are
        answered where all of them would take longer.
    """

    file: str
    patience: float


@dataclass(frozen=True)
class Count:
    """How many rows were answered, in what time and memory."""

    rows: int
    refused: int
    seconds: float
    before: float
    peak: float


def prepare_cohort() -> Answerer:
    """Answers orders in a process of its own."""
    model = kb.load()
    causes = warm(model)

    def answer(order: Order) -> Count:
        hard = np.load(order.file, mmap_mode="r")
        start = perf_counter()
        run_rows(model, np.asarray(hard[:PILOT]), causes)
        each = (perf_counter() - start) / min(PILOT, len(hard))
        rows = max(min(len(hard), int(order.patience / each)), min(PILOT, len(hard)))
        before = peak_memory()
        refused, start = 0, perf_counter()
        for piece in pieces(hard[:rows]):
            refused += run_rows(model, piece, causes)
        return Count(rows, refused, perf_counter() - start, before, peak_memory())

    return answer


def pieces(hard: States) -> Iterator[States]:
    """Pieces of 8,192 rows, read when they are needed."""
    for first in tqdm(range(0, len(hard), PIECE), desc="pieces", leave=False, mininterval=1):
        yield np.asarray(hard[first : first + PIECE])


def run_rows(model: kb.Model, hard: States, causes: list[str]) -> int:
    """Answer rows and drop the posteriors; how many were refused.

    A batch with a question that is too wide is refused as a whole, so it is halved.
    """
    flat = model.engine.flat
    soft, numbers = np.ones((1, flat.own_start[-1])), numbers_of(model.network)[None]
    try:
        told = run_batch(model.network, flat, Batch(hard, soft, numbers), causes)
    except TooWideError:
        if len(hard) == 1:
            return 1
        middle = len(hard) // 2
        return run_rows(model, hard[:middle], causes) + run_rows(model, hard[middle:], causes)
    if wrong := broken(told):
        message = f"{wrong} of {len(hard)} possible patients got no answer"
        raise ArithmeticError(message)
    return 0


def complete(ward: Ward) -> States:
    """Evidence of every finding and every context; causes and mediators stay open."""
    told = [one.id for one in (*ward.model.findings, *ward.model.contexts)]
    return masked(ward, lambda _: told)


def partial(ward: Ward) -> States:
    """Evidence of the complaint and 5 to 15 random findings."""
    rng = np.random.default_rng(ward.seed + 4)
    complaint = ward.model.knowledge.meta.complaint

    def told(_: int) -> list[str]:
        number = rng.integers(FEWEST, MOST + 1)
        return [complaint, *rng.choice(ward.others, number, replace=False).tolist()]

    return masked(ward, told)


def masked(ward: Ward, told: Callable[[int], list[str]]) -> States:
    """Simulated states where they are told, -1 elsewhere."""
    hard = np.full_like(ward.states, -1)
    for row in range(len(hard)):
        at = [ward.model.network.index[id] for id in told(row)]
        hard[row, at] = ward.states[row, at]
    return hard


def answer_aside(hard: States, patience: float) -> Outcome:
    """Answer a cohort in a fresh process."""
    with TemporaryDirectory() as folder, Aside(prepare_cohort, 20 * patience + 60) as aside:
        file = Path(folder) / "evidence.npy"
        np.save(file, hard)
        return aside.ask(Order(str(file), patience))


def measure_cohorts(
    model: kb.Model, sizes: list[int], seed: int, patience: float
) -> Iterator[list[Figure]]:
    """Patients a second and peak memory for each size and each kind of evidence, as they come."""
    ward = Ward.of(model, max(sizes), seed)
    kinds = {
        f"complete patients, {ANSWERED}": complete(ward),
        "5 to 15 findings, contexts unknown": partial(ward),
    }
    for kind, hard in kinds.items():
        for size in sizes:
            outcome = answer_aside(hard[:size], patience)
            yield cohort_figures(f"{size:,} {kind}", size, outcome)


def cohort_figures(subject: str, size: int, outcome: Outcome) -> list[Figure]:
    """Rate and memory of one cohort."""
    if not outcome.done:
        note = outcome.status if outcome.status == "time limit" else str(outcome.value)
        return [Figure(PART, subject, "", "patients a second", float("nan"), "", 0, note)]
    count: Count = outcome.value
    notes = [f"{cores()} cores"]
    if count.rows < size:
        notes.append(f"only {count.rows:,} rows, the others would take too long")
    if count.refused:
        notes.append(f"{count.refused} refused as too wide")
    memory = f"of the process, {count.before:.0f} MiB after the first {PILOT} rows"
    rate = (count.rows - count.refused) / count.seconds
    return [
        Figure(PART, subject, "", "patients a second", rate, "", count.rows, "; ".join(notes)),
        Figure(PART, subject, "", "peak memory", count.peak, "MiB", count.rows, memory),
    ]
