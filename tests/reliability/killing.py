"""A cohort run that is killed, at every moment at which a file appears, and taken up again."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

import kneebayes as kb
from kneebayes.cohort.questionnaire import PIECE
from reliability.checks import Check
from reliability.fuzzing import TINY

PART = "a run that is killed"
ROWS = 3 * PIECE + 5
# A file appears under its name by renaming only; the run is killed when it is about to.
KILLED = """
import os, signal, sys
import kneebayes as kb
left = int(sys.argv[4])
def watch(event, arguments):
    global left
    if event == "os.rename" and ".unfinished" in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
kb.load(sys.argv[1]).diagnose_cohort_file(sys.argv[2], sys.argv[3], ["patient"], progress=False)
"""


def measure_killing(moments: list[int]) -> list[Check]:
    """Files that differ from those of a run that nobody killed."""
    robot = kb.load(TINY)
    wrong = half = killed = resumed = 0
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "in.csv"
        patients(ROWS).to_csv(source, index=False)
        for end in tqdm([".csv", ".parquet"], desc="killing", leave=False):
            whole = Path(place) / f"whole{end}"
            robot.diagnose_cohort_file(source, whole, ["patient"], progress=False)
            for moment in moments:
                target = Path(place) / f"{moment}{end}"
                killed += kill(source, target, moment)
                half += target.exists()
                done = robot.diagnose_cohort_file(source, target, ["patient"], progress=False)
                resumed += done.resumed
                wrong += target.read_bytes() != whole.read_bytes()
                wrong += target.with_name(f"{target.name}.unfinished").exists()
            target = Path(place) / f"again{end}"
            killed += sum(kill(source, target, 3) for _ in range(4))
            done = robot.diagnose_cohort_file(source, target, ["patient"], progress=False)
            wrong += target.read_bytes() != whole.read_bytes()
    told = f"{killed} kills (SIGKILL), {resumed:,} rows taken up; CSV and Parquet"
    subject = f"{ROWS:,} patients from file to file"
    return [
        Check(PART, subject, "targets that are there before they are whole", half, "= 0", killed),
        Check(PART, subject, "files that differ from an unbroken run", wrong, "= 0", killed, told),
    ]


def kill(source: Path, target: Path, moment: int) -> bool:
    """Start a run that is killed when it renames for the n-th time; whether it came to that."""
    command = [sys.executable, "-c", KILLED, TINY, source, target, moment]
    done = subprocess.run([str(one) for one in command], capture_output=True, check=False)
    return done.returncode == -signal.SIGKILL


def patients(rows: int) -> pd.DataFrame:
    """Patients with two or three answers."""
    rng = np.random.default_rng(rows)
    return pd.DataFrame(
        {
            "patient": np.arange(rows),
            "squeak": rng.choice(["yes", "no", ""], rows),
            "rain": rng.choice(["yes", "no"], rows),
            "sparks": rng.choice(["yes", "no", "0.5"], rows),
        }
    )
