"""The run: which benchmarks, how many patients, and where the results go."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import kneebayes as kb
from benchmarks import growth
from benchmarks.accuracy import measure_defeated, measure_enumerated
from benchmarks.cohort import measure_cohorts
from benchmarks.machine import describe
from benchmarks.ours import warm
from benchmarks.patients import Ward
from benchmarks.pictures import draw_accuracy, draw_growth, draw_side_by_side
from benchmarks.report import Report
from benchmarks.side_by_side import Case, compare, rivals
from benchmarks.targets import measure_batches, measure_positives, measure_single

NOTES = """\
Patients are simulated from the network and kept where the complaint is present. Everything is
warmed up before it is timed: code compiled, caches filled, but no plan for the question itself.
kneebayes and pyAgrum: the shortest of three runs (one run above a second); pgmpy: one run. Single
questions run on one thread, pyAgrum on one too; batches on all cores. Rivals run in a process of
their own, of which only the question is timed. Simulated answers are possible, so a row without
a finite P(evidence) is wrong and is counted as such, apart from one refused as too wide."""
PARTS = ("rivals", "targets", "cohorts", "growth", "accuracy")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    patients: int
    hard: int
    present: int
    batches: int
    draws: int
    cohorts: list[int]
    growth: dict[str, list[int]]
    each: int
    networks: int
    positives: list[int]
    patience: float


FULL = Size(
    patients=100,
    hard=20,
    present=20,
    batches=10,
    draws=1_000,
    cohorts=[10_000, 100_000],
    growth=growth.FULL,
    each=10,
    networks=2_000,
    positives=[2, 6, 10, 14, 18, 20, 22],
    patience=120,
)
QUICK = Size(
    patients=5,
    hard=1,
    present=8,
    batches=1,
    draws=50,
    cohorts=[50],
    growth=growth.QUICK,
    each=2,
    networks=50,
    positives=[6, 14, 18],
    patience=2,
)


def main(arguments: list[str] | None = None) -> None:
    """Run what the command line asks for."""
    told = read_arguments(arguments)
    size = QUICK if told.quick else FULL
    report = Report(told.out)
    machine = describe()
    for what, value in machine.items():
        report.say(f"{what:<12} {value}")
    report.say(f"\n{NOTES}")
    start = perf_counter()
    model = kb.load()
    warm(model)
    ward = Ward.of(model, 500, told.seed)
    steps: dict[str, Callable[[], None]] = {
        "rivals": lambda: run_rivals(report, ward, size, told),
        "targets": lambda: run_targets(report, ward, size),
        "cohorts": lambda: run_cohorts(report, model, size, told),
        "growth": lambda: run_growth(report, size, told),
        "accuracy": lambda: run_accuracy(report, size, told),
    }
    for name in told.only or PARTS:
        steps[name]()
        report.close(machine)
    report.say(f"\n{perf_counter() - start:.0f} s; results in {told.out}")
    report.close(machine)


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run of under a minute")
    parser.add_argument("--out", type=Path, default=Path("benchmark_results"), help="folder")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some parts only")
    parser.add_argument("--million", action="store_true", help="also a cohort of 1,000,000")
    parser.add_argument("--limit", type=float, default=60, help="seconds for a rival's question")
    parser.add_argument("--budget", type=float, default=1_800, help="seconds for a rival's series")
    parser.add_argument("--seed", type=int, default=2_024)
    return parser.parse_args(arguments)


def run_rivals(report: Report, ward: Ward, size: Size, told: argparse.Namespace) -> None:
    """Side by side with pyAgrum and pgmpy."""
    asked = rivals(quick=told.quick, limit=told.limit, budget=told.budget)
    cases: list[Case] = []
    for figures, some in compare(ward, asked, size.patients):
        report.add(figures)
        cases += some
        report.table("side_by_side", cases)
    draw_side_by_side(cases, report.folder)


def run_targets(report: Report, ward: Ward, size: Size) -> None:
    """What a user waits for."""
    report.add(measure_single(ward, size.patients, size.hard))
    report.add(measure_positives(ward, size.hard, size.present, 10 * size.patience))
    report.add(measure_batches(ward, size.batches, size.draws))


def run_cohorts(report: Report, model: kb.Model, size: Size, told: argparse.Namespace) -> None:
    """Many patients."""
    sizes = [*size.cohorts, *([1_000_000] if told.million else [])]
    for figures in measure_cohorts(model, sizes, told.seed, size.patience):
        report.add(figures)


def run_growth(report: Report, size: Size, told: argparse.Namespace) -> None:
    """Curves; their figures are in a table of their own."""
    points = growth.measure_growth(size.growth, size.each, told.seed, 5 * size.patience)
    report.table("growth", points)
    report.say("\ngrowth\n------")
    for one in points:
        time, peak = one.get("median seconds", ""), one.get("peak MiB", "")
        shown = f"{1e3 * time:>12.3g} ms {peak:>10.0f} MiB" if time != "" else one["status"]
        refused = f"  [{one['refused']} refused]" if one.get("refused") else ""
        report.say(f"{one['subject']:<48} {one['size']:>8,} {one['curve']:<18} {shown}{refused}")
    draw_growth(points, report.folder)


def run_accuracy(report: Report, size: Size, told: argparse.Namespace) -> None:
    """Errors."""
    report.add(measure_enumerated(size.networks, told.seed))
    figures, cases = measure_defeated(size.positives, wide=not told.quick)
    report.add(figures)
    report.table("accuracy", cases)
    draw_accuracy(cases, report.folder)
