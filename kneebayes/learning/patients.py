"""A table of patients becomes what can be learnt from: checked, and equal ones together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.building.model import ModelLike
from kneebayes.cohort.questionnaire import Questionnaire, alike
from kneebayes.cohort.reading import Place, Reading, TableProblems, read_columns
from kneebayes.cohort.record import place_in
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Evidence, smallest_conflict
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch, distinct_rows
from kneebayes.inference.flat import Flags, Integers, Observed
from kneebayes.learning.scoring import Sample
from kneebayes.network import Numbers

ROW_OF_A_BATCH = re.compile(r" \(row (\d+)\)")
NAMED = 5  # impossible patients that are named at most


@dataclass(frozen=True, eq=False, repr=False)
class Patients:
    """Patients with the complaint, as read from a table."""

    sample: Sample  # different patients of whom more is known, with how many there are of each
    rows: int  # how many patients the table had
    which: Integers  # for each patient their place in the sample; -1 where no more is known
    left_out: bool = False  # whether the sample is empty because what is known was not saved

    def __len__(self) -> int:
        return self.rows

    @property
    def telling(self) -> int:
        """Of how many more than the complaint is known."""
        return int((self.which >= 0).sum())


def read_patients(model: ModelLike, frame: object) -> Patients:
    """Read a table as :meth:`kneebayes.Model.diagnose_cohort` does.

    All must have the complaint, and be possible: rows where that is not so are named.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        message = f"Cases must be a pandas DataFrame with one row a patient, got {kind}."
        raise EvidenceError(message)
    problems, place = TableProblems(), place_in(frame)
    asked = Questionnaire(model, list(frame.columns), (), problems)
    reading = read_columns(model, asked.columns, frame, place, problems)
    problems.raise_any()
    _check_complaint(model, reading, place)
    patients = _patients_of(model, reading)
    _check_possible(model, patients, place)
    return patients


def _patients_of(model: ModelLike, reading: Reading) -> Patients:
    telling: Flags = np.any(reading.hard[:, selection_of(model) < 0] >= 0, axis=1)
    if reading.soft is not None:
        telling |= np.any(reading.soft != 1.0, axis=1)
    hard = reading.hard[telling]
    soft = None if reading.soft is None else reading.soft[telling]
    first, back, counts = distinct_rows(*([hard] if soft is None else [hard, soft]))
    which = np.full(len(telling), -1, dtype=np.int64)
    which[telling] = back
    sample = Sample(hard[first], None if soft is None else soft[first], counts.astype(float))
    return Patients(sample, len(telling), which)


def selection_of(model: ModelLike) -> Observed:
    """What all patients came for, as a row of observed states."""
    selection = np.full(len(model.data.network), -1, dtype=np.int16)
    selection[model.data.network.index[model.data.knowledge.meta.complaint]] = 1
    return selection


def together(parts: Sequence[Patients], states: int) -> Patients:
    """Patients of several tables as if they had stood in one; nodes have ``states`` in all."""
    offsets = np.cumsum([0, *(len(part.sample.hard) for part in parts)])
    soft = None
    if any(part.sample.soft is not None for part in parts):
        soft = np.concatenate(
            [
                np.ones((len(part.sample.hard), states))
                if part.sample.soft is None
                else part.sample.soft
                for part in parts
            ]
        )
    sample = Sample(
        np.concatenate([part.sample.hard for part in parts]),
        soft,
        np.concatenate([part.sample.weights for part in parts]),
    )
    which = [
        np.where(part.which >= 0, part.which + offset, -1)
        for part, offset in zip(parts, offsets, strict=False)
    ]
    return Patients(sample, sum(map(len, parts)), np.concatenate(which))


def _check_complaint(model: ModelLike, reading: Reading, place: Place) -> None:
    complaint = model.data.knowledge.meta.complaint
    wrong = np.flatnonzero(reading.hard[:, model.data.network.index[complaint]] != 1)
    if wrong.size:
        label = model.data.knowledge.label(complaint)
        message = (
            f"Only patients who have the complaint ({label}) can be learnt from, since the "
            f"priors are about them; of {_named(wrong.tolist(), place)} it is absent or not known. "
            "Leave them out, or leave out the column where everyone has it."
        )
        raise EvidenceError(message)


def _check_possible(model: ModelLike, patients: Patients, place: Place) -> None:
    """No patient may be impossible: then no numbers near the text's would explain them."""
    sample = patients.sample
    if not len(sample.hard):
        return
    try:
        logs = log_probabilities(model, sample, model.data.engine.numbers[0])
    except TooWideError as error:
        raise _placed(error, patients, place) from None
    bad = np.flatnonzero(logs == -np.inf)
    if not bad.size:
        return
    rows = np.flatnonzero(np.isin(patients.which, bad))
    conflict = smallest_conflict(
        model.data.engine, _evidence(model, sample, int(patients.which[rows[0]]))
    )
    names = ", ".join(model.data.knowledge.label(id) for id in conflict)
    message = (
        f"What is known of {_named(rows.tolist(), place)} cannot be true together under the model "
        f"(in the first: {names}). Correct or leave out what conflicts."
    )
    raise ImpossibleEvidenceError(message, conflict)


def log_probabilities(model: ModelLike, sample: Sample, numbers: Numbers) -> Numbers:
    """The logarithm of P(evidence) of every patient of a sample."""
    network, flat, rows = model.data.network, model.data.engine.flat, numbers[None]
    if sample.soft is None:
        plain = np.ones((1, int(flat.own_start[-1])))
        return run_batch(network, flat, Batch(sample.hard, plain, rows)).log_probability
    logs = np.empty(len(sample.hard))
    for mine in alike(flat, sample.soft):
        batch = Batch(sample.hard[mine], sample.soft[mine], rows)
        try:
            logs[mine] = run_batch(network, flat, batch).log_probability
        except TooWideError as error:
            match = ROW_OF_A_BATCH.search(str(error))
            row = int(mine[int(match[1]) if match else 0])
            head = ROW_OF_A_BATCH.sub("", str(error))
            message = head.replace("This query", f"This query (row {row})", 1)
            raise TooWideError(message) from None
    return logs


def _placed(error: TooWideError, patients: Patients, place: Place) -> TooWideError:
    """The same error, with the row of the table instead of that of the sample."""
    match = ROW_OF_A_BATCH.search(str(error))
    of_sample = int(match[1]) if match else 0
    where = place(int(np.flatnonzero(patients.which == of_sample)[0]))
    message = ROW_OF_A_BATCH.sub("", str(error), count=1)
    return TooWideError(f"{where[0].upper()}{where[1:]}: {message}")


def _evidence(model: ModelLike, sample: Sample, row: int) -> Evidence:
    flat = model.data.engine.flat
    likelihoods: dict[str, tuple[float, ...]] = {}
    for index, node in enumerate(model.data.network.nodes):
        state = int(sample.hard[row, index])
        start, end = int(flat.own_start[index]), int(flat.own_start[index + 1])
        if state >= 0:
            likelihoods[node.id] = tuple(float(own == state) for own in range(end - start))
        elif sample.soft is not None and (sample.soft[row, start:end] != 1.0).any():
            likelihoods[node.id] = tuple(sample.soft[row, start:end].tolist())
    return Evidence(likelihoods)


def _named(rows: Sequence[int], place: Place) -> str:
    named = ", ".join(place(row) for row in rows[:NAMED])
    more = len(rows) - NAMED
    return f"{named} and {more} more" if more > 0 else named
