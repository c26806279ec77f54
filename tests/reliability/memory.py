"""Memory: it stays flat however many rows a file has."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from tqdm.auto import tqdm

from reliability.checks import Check
from reliability.fuzzing import TINY
from reliability.killing import patients

PART = "memory"
MOST_MORE = 40.0  # MiB, from the smallest file to the largest
CHUNK = 100_000
PEAK = """
import sys
sys.path.insert(0, sys.argv[4])
from benchmarks.machine import peak_memory
import kneebayes as kb
done = kb.load(sys.argv[1]).diagnose_cohort_file(sys.argv[2], sys.argv[3], progress=False,
                                                 keep=["patient"])
print(done.rows, peak_memory())
"""


def measure_memory(sizes: list[int]) -> list[Check]:
    """Most memory held by a process that diagnoses a file, by the number of its rows."""
    checks, peaks = [], []
    with tempfile.TemporaryDirectory() as place:
        for rows in tqdm(sizes, desc="memory", leave=False):
            source = Path(place) / "in.csv"
            write(source, rows)
            start = perf_counter()
            done, peak = run(source, Path(place) / "out.csv")
            seconds = perf_counter() - start
            assert int(done) == rows
            peaks.append(float(peak))
            note = f"{seconds:.0f} s with start-up"
            subject = f"{rows:,} rows of two or three answers"
            checks.append(Check(PART, subject, "peak memory, MiB", float(peak), "", rows, note))
    more = max(peaks) - peaks[0]
    subject = f"{sizes[-1]:,} rows against {sizes[0]:,}"
    checks.append(Check(PART, subject, "more memory, MiB", more, f"< {MOST_MORE:g}", len(sizes)))
    return checks


def write(path: Path, rows: int) -> None:
    """A file of so many patients, written in pieces."""
    path.unlink(missing_ok=True)
    for start in range(0, rows, CHUNK):
        frame = patients(min(CHUNK, rows - start))
        frame["patient"] += start
        frame.to_csv(path, mode="a", header=start == 0, index=False)


def run(source: Path, target: Path) -> list[str]:
    """Rows, and the most memory that the process held."""
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", PEAK, TINY, source, target, tests]
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=True)
    return done.stdout.split()
