"""The run: which parts, how much of each, and where the figures go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from benchmarks.ours import warm
from benchmarks.patients import Ward

import kneebayes as kb
from reliability.checks import Check, Results
from reliability.fuzzing import TINY

__all__ = ["PARTS", "main"]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    networks: int
    tiny: int
    patients: int
    samples: int
    laws: tuple[int, int]
    others: int
    machines: tuple[int, int, int]
    fuzz: dict[str, int]
    mutants: int
    public_mutants: int
    planted: int
    moments: list[int]
    rows: list[int]


FULL = Size(
    networks=2_000,
    tiny=1_000,
    patients=40_000,
    samples=8,
    laws=(500, 40),
    others=12,
    machines=(100, 15, 12),
    fuzz={
        "tiny": 20_000,
        "loaded": 400,
        "shipped": 100,
        "answers": 66_000,
        "answers_article": 1_000,
        "cases": 9_000,
        "networks": 3_000,
        "commands": 600,
    },
    mutants=200,
    public_mutants=300,
    planted=60,
    moments=[*range(1, 11)],
    rows=[10_000, 100_000, 1_000_000],
)
QUICK = Size(
    networks=50,
    tiny=20,
    patients=400,
    samples=3,
    laws=(10, 2),
    others=2,
    machines=(5, 2, 6),
    fuzz={
        "tiny": 100,
        "loaded": 2,
        "shipped": 1,
        "answers": 200,
        "answers_article": 5,
        "cases": 50,
        "networks": 30,
        "commands": 10,
    },
    mutants=2,
    public_mutants=2,
    planted=10,
    moments=[4],
    rows=[10_000],
)


class Run:
    """One run of some parts.

    Parameters
    ----------
    size
        How much of each.
    seed
        Where chance begins.
    folder
        Where the figures go.
    """

    def __init__(self, size: Size, seed: int, folder: Path) -> None:
        self.size, self.seed, self.folder = size, seed, folder
        self.knee = kb.load()
        self._ward: Ward | None = None

    @property
    def ward(self) -> Ward:
        """Simulated patients."""
        if self._ward is None:
            warm(self.knee)
            self._ward = Ward.of(self.knee, max(500, self.size.patients), self.seed)
        return self._ward

    def exactness(self) -> list[Check]:
        """Against enumeration."""
        from reliability.exactness import measure_exactness

        return measure_exactness(self.size.networks, self.size.tiny, self.seed)

    def calibration(self) -> list[Check]:
        """Against simulated truth."""
        from reliability.calibration import measure_calibration

        return measure_calibration(self.ward, self.size.patients, self.size.samples)

    def laws(self) -> list[Check]:
        """Against itself, asked otherwise."""
        from reliability.laws import measure_laws

        return measure_laws(self.ward, *self.size.laws, self.seed)

    def agreement(self) -> list[Check]:
        """Against other software."""
        from reliability.agreement import measure_agreement

        return measure_agreement(self.ward, self.size.others)

    def stateful(self) -> list[Check]:
        """Against a fresh diagnosis."""
        from reliability.stateful import measure_stateful

        robot, knee, steps = self.size.machines
        small = {"a small model": kb.load(TINY)}
        checks = measure_stateful(small, robot, steps)
        return checks + measure_stateful({"the article's model": self.knee}, knee, steps)

    def fuzz(self) -> list[Check]:
        """Against whatever may be given."""
        from reliability.fuzzing import measure_fuzzing

        return measure_fuzzing(self.size.fuzz, self.seed, self.folder)

    def mutants(self) -> list[Check]:
        """The tests, against faults in the code."""
        from reliability.mutants import measure_mutants

        return measure_mutants(self.size.mutants, self.seed, self.folder)

    def public_mutants(self) -> list[Check]:
        """The same by the operators of a public tool, where it is installed: cosmic-ray."""
        if find_spec("cosmic_ray") is None:
            print("not measured: pip install cosmic-ray")
            return []
        from reliability.public_mutants import measure_public_mutants

        return measure_public_mutants(self.size.public_mutants, self.seed, self.folder)

    def planted(self) -> list[Check]:
        """These figures, against faults in the engine."""
        from reliability.planted import measure_planted

        return measure_planted(self.size.planted, self.seed)

    def injection(self) -> list[Check]:
        """Against hostile names."""
        from reliability.injection import measure_injection

        return measure_injection({"a small model": kb.load(TINY)})

    def killing(self) -> list[Check]:
        """Against being killed at any moment."""
        from reliability.killing import measure_killing

        return measure_killing(self.size.moments)

    def memory(self) -> list[Check]:
        """Against large files."""
        from reliability.memory import measure_memory

        return measure_memory(self.size.rows)


PARTS: dict[str, tuple[str, Callable[[Run], list[Check]]]] = {
    "exactness": ("exactness", Run.exactness),
    "calibration": ("simulation-based calibration", Run.calibration),
    "laws": ("metamorphic laws", Run.laws),
    "agreement": ("agreement with other software", Run.agreement),
    "stateful": ("stateful", Run.stateful),
    "fuzz": ("fuzzing", Run.fuzz),
    "planted": ("planted faults", Run.planted),
    "mutants": ("mutation score", Run.mutants),
    "public_mutants": ("mutants of cosmic-ray", Run.public_mutants),
    "injection": ("injection", Run.injection),
    "killing": ("a run that is killed", Run.killing),
    "memory": ("memory", Run.memory),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the command line asks for; ends with code 1 if a figure is not what it must be."""
    told = read_arguments(arguments)
    results = Results(told.out)
    run = Run(QUICK if told.quick else FULL, told.seed, told.out)
    order = [title for title, _ in PARTS.values()]
    failed = 0
    for name in told.only or PARTS:
        title, measure = PARTS[name]
        print(f"\n{title}\n{'-' * len(title)}", flush=True)
        start = perf_counter()
        checks = measure(run)
        quick = " --quick" if told.quick else ""
        command = f"python -m tests.reliability{quick} --only {name} --seed {told.seed}"
        results.put(checks, command, told.seed, order)
        failed += sum(not one.holds for one in checks)
        print(f"{perf_counter() - start:.0f} s", flush=True)
    sys.exit(1 if failed else 0)


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run of a few minutes")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some parts only")
    parser.add_argument("--seed", type=int, default=2_024)
    parser.add_argument("--out", type=Path, default=Path("reliability_results"), help="folder")
    return parser.parse_args(arguments)
