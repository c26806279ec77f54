"""Simulated patients in files, however many."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kneebayes.arguments import checked
from kneebayes.binding import is_path, renamed
from kneebayes.cohort.files import check_target, write_csv, write_parquet
from kneebayes.cohort.recording import VISIT, Recording, items_of, words_of
from kneebayes.cohort.simulation import simulate_pieces
from kneebayes.cohort.sources import is_parquet
from kneebayes.errors import KneebayesError
from kneebayes.text import counted
from kneebayes.writing import replacing_file, same_place

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["SimulatedFiles", "simulate_to_file"]


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """Simulated patients in two files, row by row.

    Attributes
    ----------
    answers
        What is known of each patient, as :meth:`kneebayes.Model.diagnose_cohort_file` takes it.
    truth
        Which causes each patient has.
    rows
        How many patients there are.
    """

    answers: Path
    truth: Path
    rows: int

    def __repr__(self) -> str:
        patients = counted(self.rows, "patient")
        return f"SimulatedFiles('{self.answers}', '{self.truth}': {patients})"


@renamed(is_path, answers="patients")
@renamed(given="answers")
@checked
def simulate_to_file(
    model: ModelLike,
    n: int,
    patients: str | Path,
    truth: str | Path,
    seed: int = 0,
    answers: Mapping[str, object] | None = None,
    recording: Recording | None = None,
) -> SimulatedFiles:
    """Draw patients into two files; memory does not grow with their number.

    Parameters
    ----------
    n, seed, answers, recording
        As :meth:`simulate`: the very same patients.
    patients
        A ``.csv`` or ``.parquet`` file to write, as :meth:`diagnose_cohort_file` takes it.
    truth
        Another for the causes, row by row the same patients.

    Raises
    ------
    KneebayesError
        If a file is neither, if both are the same or a folder is missing; besides as
        :meth:`simulate`.
    """
    targets = [Path(patients), Path(truth)]
    if same_place(*targets):
        message = f"Answers and truth must go to two files, got '{patients}' for both."
        raise KneebayesError(message)
    for target in targets:
        is_parquet(target)
        check_target(target)
    written = VISIT if recording is None else recording
    pieces = simulate_pieces(model, n, seed, answers, written)
    worded = {id for id in items_of(model) if isinstance(words_of(model, id)[0], str)}
    rows = 0
    with ExitStack() as stack:
        write = []
        for target in targets:
            path = stack.enter_context(replacing_file(target))
            opened = write_parquet if is_parquet(target) else write_csv
            write.append(stack.enter_context(opened(path, False)))
        for piece in pieces:
            write[0](_typed(piece.answers, worded))
            write[1](piece.truth)
            rows += len(piece)
    return SimulatedFiles(targets[0], targets[1], rows)


def _typed(answers: pd.DataFrame, worded: set[str]) -> pd.DataFrame:
    """Columns with a type that does not depend on who is in the piece."""
    return answers.astype({id: "string" if id in worded else "boolean" for id in answers.columns})
