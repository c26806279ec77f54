"""Patients read from a table, equal ones together, and what they count for: how often each link,
leak and share was tried, and how often it was met.

A noisy-OR is a set of trials: whenever a parent is present, its link fires or does not, and so
does the leak for everybody. What was not seen of a patient is averaged over the posterior, in
one pass there and back (the expectation step of EM).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kneebayes.binding import pd
from kneebayes.building.model import ModelLike
from kneebayes.cohort.questionnaire import alike
from kneebayes.cohort.reading import Place, Reading
from kneebayes.cohort.record import place_in, reading_of
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Engine, Evidence, smallest_conflict
from kneebayes.inference.answering import answer_gradients, run_batch
from kneebayes.inference.batch import (
    Batch,
    Flags,
    Gradients,
    Integers,
    Observed,
    distinct_rows,
    rows_of,
)
from kneebayes.inference.cores import map_on_all_cores
from kneebayes.inference.limits import ROOMY
from kneebayes.network import Numbers

ROW_OF_A_BATCH = re.compile(r" \(row (\d+)\)")
NAMED = 5  # impossible patients that are named at most


@dataclass(frozen=True)
class Sample:
    """Different patients (as in a :class:`~kneebayes.inference.batch.Batch`), how many of each."""

    hard: Observed
    soft: Numbers | None
    weights: Numbers

    @property
    def size(self) -> float:
        """How many patients there are."""
        return float(self.weights.sum())


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


def read_patients(model: ModelLike, frame: pd.DataFrame) -> Patients:
    """Read a table as :meth:`kneebayes.Model.diagnose_cohort` does.

    All must have the complaint, and be possible: rows where that is not so are named.
    """
    reading, place = reading_of(model, frame), place_in(frame)
    _check_complaint(model, reading, place)
    telling: Flags = np.any(reading.hard[:, selection_of(model) < 0] >= 0, axis=1)
    if reading.soft is not None:
        telling |= np.any(reading.soft != 1.0, axis=1)
    hard = reading.hard[telling]
    soft = None if reading.soft is None else reading.soft[telling]
    first, back, counts = distinct_rows(*([hard] if soft is None else [hard, soft]))
    which = np.full(len(telling), -1, dtype=np.int64)
    which[telling] = back
    sample = Sample(hard[first], None if soft is None else soft[first], counts.astype(float))
    patients = Patients(sample, len(telling), which)
    _check_possible(model, patients, place)
    return patients


def selection_of(model: ModelLike) -> Observed:
    """What all patients came for, as a row of observed states."""
    selection = np.full(len(model.data.network), -1, dtype=np.int16)
    selection[model.data.network.index[model.data.complaint]] = 1
    return selection


def together(parts: Sequence[Patients], states: int) -> Patients:
    """Patients of several tables as if they had stood in one; nodes have ``states`` in all."""
    samples = [part.sample for part in parts]
    softs = [np.ones((len(one.hard), states)) if one.soft is None else one.soft for one in samples]
    soft = None if all(one.soft is None for one in samples) else np.concatenate(softs)
    hard = np.concatenate([one.hard for one in samples])
    weights = np.concatenate([one.weights for one in samples])
    which, before = [], 0
    for part, sample in zip(parts, samples, strict=True):
        which.append(np.where(part.which >= 0, part.which + before, -1))
        before += len(sample.hard)
    return Patients(Sample(hard, soft, weights), sum(map(len, parts)), np.concatenate(which))


def _check_complaint(model: ModelLike, reading: Reading, place: Place) -> None:
    complaint = model.data.complaint
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
    first = answers_of(model, sample, int(patients.which[rows[0]]))
    conflict = smallest_conflict(model.data.engine, Evidence.of(model.data.network, first))
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
            row, head = _row_of(error)
            message = head.replace("This query", f"This query (row {mine[row]})", 1)
            raise TooWideError(message) from None
    return logs


def _placed(error: TooWideError, patients: Patients, place: Place) -> TooWideError:
    """The same error, with the row of the table instead of that of the sample."""
    of_sample, message = _row_of(error)
    where = place(int(np.flatnonzero(patients.which == of_sample)[0]))
    return TooWideError(f"{where[0].upper()}{where[1:]}: {message}")


def _row_of(error: TooWideError) -> tuple[int, str]:
    """The row of a batch that an error is about, and its message without it."""
    match = ROW_OF_A_BATCH.search(str(error))
    return int(match[1]) if match else 0, ROW_OF_A_BATCH.sub("", str(error))


def answers_of(model: ModelLike, sample: Sample, row: int) -> dict[str, str | list[float]]:
    """What is known of one of the different patients: by node its state, or how likely each is."""
    starts, answers = model.data.engine.flat.own_start, dict[str, str | list[float]]()
    for index, node in enumerate(model.data.network.nodes):
        if (state := int(sample.hard[row, index])) >= 0:
            answers[node.id] = node.states[state]
        elif sample.soft is not None:
            likely = sample.soft[row, starts[index] : starts[index + 1]]
            if (likely != 1.0).any():
                answers[node.id] = likely.tolist()
    return answers


def _named(rows: Sequence[int], place: Place) -> str:
    named = ", ".join(place(row) for row in rows[:NAMED])
    more = len(rows) - NAMED
    return f"{named} and {more} more" if more > 0 else named


NEARLY_ONE = 1.0 - 2.0**-53
PIECE = 64  # rows that a worker answers before it takes the next ones


@dataclass(frozen=True)
class Counted:
    """What some patients say of every number: patients x numbers, as :func:`numbers_of` has them.

    Nodes that the evidence says nothing about are not counted. An entry of a table under
    parents was tried where the parents are in its states.
    """

    logs: Numbers  # ln P(evidence) of each patient
    met: Numbers  # how often a link or leak fired, a state was the one
    tried: Numbers  # how often it could have been

    def residuals(self, numbers: Numbers) -> Numbers:
        """Derivative of ln P(evidence) in the log-odds of every number: patients x numbers.

        ``met - number * tried`` (Fisher's identity; Louis 1982). For a share it is the
        derivative in its own logit under a softmax over all states.
        """
        return self.met - numbers * self.tried

    def curvatures(self, numbers: Numbers) -> Numbers:
        """How fast the residuals fall: minus the second derivative in each log-odds by itself.

        What would be known if every trial had been seen, minus what is missing because it was
        not (Louis 1982): ``tried a (1 - a) - Var(met - a tried | evidence)``. A patient has one
        trial of each number, so the variance follows from the counts.
        """
        met, tried = self.met, self.tried
        unmet = tried - met
        seen = tried * numbers * (1.0 - numbers)
        squares = met * (1.0 - numbers) ** 2 + unmet * numbers**2
        return np.asarray(seen - squares + (met - numbers * tried) ** 2)


class Counting:
    """Expected counts of a network for many patients; numbers may be exchanged at every call."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.flat = engine, engine.flat
        flat, nodes = engine.flat, len(engine.flat.states)
        # the places of numbers, and the nodes that they belong to
        self.ors: Integers = np.flatnonzero(flat.is_or == 1)
        self.leak = flat.number_start[self.ors]
        is_slot = np.repeat(flat.is_or == 1, np.diff(flat.parent_start))
        child = np.repeat(np.arange(nodes), np.diff(flat.parent_start))[is_slot]
        self.slot_parent = flat.parents[is_slot]
        self.slot_link = flat.link_at[is_slot]
        self.slot_of = np.zeros((len(child), nodes))
        self.slot_of[np.arange(len(child)), child] = 1.0
        sizes = flat.states[self.slot_parent]
        state = _counted_up(sizes)
        self.link = np.repeat(self.slot_link, sizes) + state
        self.link_parent = np.repeat(self.slot_parent, sizes)
        self.link_child = np.repeat(child, sizes)
        self.link_state = flat.own_start[self.link_parent] + state
        roots = np.flatnonzero((flat.is_or == 0) & (np.diff(flat.parent_start) == 0))
        state = _counted_up(flat.states[roots])
        self.root_node = np.repeat(roots, flat.states[roots])
        self.root = flat.number_start[self.root_node] + state
        self.root_state = flat.own_start[self.root_node] + state

    def count(self, hard: Observed, soft: Numbers | None, numbers: Numbers) -> Counted:
        """Expected counts for each patient; one who needs too much memory is refused, with the row.

        ``hard`` is the index of the observed state of each node or -1, patients x nodes; ``soft``
        the likelihood of each state, patients x states, nodes end to end, or None.
        """
        rows, places = len(hard), len(numbers)
        logs = np.empty(rows)
        states = np.empty((rows, int(self.flat.own_start[-1])))
        links = np.empty((rows, places))
        pairs = np.empty((rows, len(self.flat.states)))

        def answer(first: int) -> None:
            for row in range(first, min(first + PIECE, rows)):
                weights = soft[row] if soft is not None else None
                logs[row], shares = self._ask(hard[row], weights, numbers, row)
                states[row] = shares.own * shares.weights
                links[row] = shares.links[:, 1] + shares.tables  # no number has both
                pairs[row] = shares.pairs[:, 1]

        map_on_all_cores(answer, range(0, rows, PIECE))
        relevant = self._relevant(hard, soft)
        self._observe(hard, states)
        met = links * numbers
        tried = np.zeros_like(met)
        self._fill(hard, states, pairs, relevant, numbers, (met, tried))
        self._fill_tables(hard, states, relevant, (met, tried))
        return Counted(logs, met, tried)

    def _ask(
        self, hard: Observed, soft: Numbers | None, numbers: Numbers, row: int
    ) -> tuple[float, Gradients]:
        flat = self.flat
        likely = np.ones(flat.own_start[-1]) if soft is None else np.ascontiguousarray(soft)
        rows = rows_of(flat, Batch(hard[None], likely[None], numbers[None]))
        return answer_gradients(flat, rows._replace(limits=ROOMY), f" (row {row})")

    def _relevant(self, hard: Observed, soft: Numbers | None) -> Numbers:
        """1 for each node that takes part: patients x nodes."""
        seen = hard >= 0
        if soft is not None:
            seen = seen | np.logical_or.reduceat(soft != 1.0, self.flat.own_start[:-1], axis=1)
        return np.asarray((seen.astype(float) @ self._ancestors > 0.0).astype(float))

    @cached_property
    def _ancestors(self) -> Numbers:
        """1 where the second node is the first or one of its ancestors."""
        above = np.eye(len(self.flat.states))
        for index, node in enumerate(self.engine.network.nodes):
            for parent in node.parents:
                above[index] = np.maximum(above[index], above[self.engine.network.index[parent]])
        return above

    def _observe(self, hard: Observed, states: Numbers) -> None:
        row, node = np.nonzero(hard >= 0)
        of_node = np.repeat(np.arange(len(self.flat.states)), self.flat.states)
        states[(hard >= 0)[:, of_node]] = 0.0
        states[row, self.flat.own_start[node] + hard[row, node]] = 1.0

    def _fill(
        self,
        hard: Observed,
        states: Numbers,
        pairs: Numbers,
        relevant: Numbers,
        numbers: Numbers,
        counts: tuple[Numbers, Numbers],
    ) -> None:
        """Fill what was met and tried, for leaks, observed parents and roots."""
        met, tried = counts
        seen = hard[:, self.slot_parent]
        at_work = self.slot_link + np.maximum(seen, 0)
        silent = np.where(seen >= 0, np.log1p(-np.minimum(numbers[at_work], NEARLY_ONE)), 0.0)
        leaks = np.log1p(-np.minimum(numbers[self.leak], NEARLY_ONE))
        fired = -np.expm1(silent @ self.slot_of)[:, self.ors]  # by observed parents alone
        fired = 1.0 - (1.0 - fired) * np.exp(leaks)
        still_open = (seen < 0).astype(float) @ self.slot_of > 0.0
        present = states[:, self.flat.own_start[:-1][self.ors] + 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            alone = np.where(fired > 0.0, present / fired, 0.0)
        something = np.zeros_like(pairs)
        something[:, self.ors] = np.where(still_open[:, self.ors], pairs[:, self.ors], alone)
        something *= relevant * (hard != 0)
        met[:, self.leak] = numbers[self.leak] * something[:, self.ors]
        tried[:, self.leak] = relevant[:, self.ors]
        of_parent = states[:, self.link_state]
        tried[:, self.link] = of_parent * relevant[:, self.link_child]
        known = hard[:, self.link_parent] >= 0
        certain = numbers[self.link] * something[:, self.link_child] * of_parent
        met[:, self.link] = np.where(known, certain, met[:, self.link])
        met[:, self.root] = states[:, self.root_state] * relevant[:, self.root_node]
        tried[:, self.root] = relevant[:, self.root_node]

    def _fill_tables(
        self, hard: Observed, states: Numbers, relevant: Numbers, counts: tuple[Numbers, Numbers]
    ) -> None:
        """Fill what was met and tried for tables under parents.

        Where two nodes of a table are open their entries have gradients. Where at most one is
        the others are certain, so that P(an entry | evidence) is a product.
        """
        flat, (met, tried) = self.flat, counts
        for index, node in enumerate(self.engine.network.nodes):
            if node.is_noisy_or or not node.parents:
                continue
            ends = [*(self.engine.network.index[parent] for parent in node.parents), index]
            shape = tuple(int(flat.states[end]) for end in ends)
            product = np.ones((len(hard), 1))
            for end in ends:
                start = flat.own_start[end]
                mine = states[:, start : start + flat.states[end]]
                product = (product[:, :, None] * mine[:, None, :]).reshape(len(hard), -1)
            entries = slice(int(flat.number_start[index]), int(flat.number_start[index + 1]))
            certain = (hard[:, ends] < 0).sum(axis=1) < 2
            shares = np.where(certain[:, None], product, met[:, entries]) * relevant[:, [index]]
            rows = shares.reshape(len(hard), -1, shape[-1]).sum(axis=2)
            met[:, entries] = shares
            tried[:, entries] = np.repeat(rows, shape[-1], axis=1)


def _counted_up(sizes: Integers) -> Integers:
    """0, 1, ... for each size, end to end."""
    return np.concatenate([np.arange(0), *map(np.arange, sizes)])
