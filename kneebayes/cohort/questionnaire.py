"""A questionnaire: the columns of a table, understood, and answered piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from kneebayes.binding import pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case.urgency import LEVELS, POSSIBLE
from kneebayes.cohort.reading import Place, Reading, TableReader
from kneebayes.errors import TooWideError
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Batch, Flat, distinct_rows
from kneebayes.inference.cores import map_on_all_cores
from kneebayes.inference.limits import Budget
from kneebayes.knowledge.records import UrgencyRule, parted
from kneebayes.network import Numbers

Signs = NDArray[np.bool_]


def _urgency_levels(data: ModelData, reading: Reading) -> NDArray[np.int8]:
    """How urgent each patient is, as an index into ``LEVELS``."""
    levels = np.zeros(len(reading.hard), dtype=np.int8)
    for rule in data.knowledge.urgency:
        fires = _rules_fired(rule, data, reading)
        levels[fires] = np.maximum(levels[fires], LEVELS.index(rule.level))
    return levels


def _rules_fired(rule: UrgencyRule, data: ModelData, reading: Reading) -> Signs:
    """Whether a rule fires, by patient; a cause that it names is known by being there.

    A sign in a cell that cannot be understood counts: it may be there.
    """

    def said(names: Sequence[str], unread: bool) -> Signs:
        rows = [_said(name, data, reading, unread) for name in names]
        return np.array(rows) if rows else np.zeros((0, len(reading.hard)), dtype=np.bool_)

    any_of, none_of = said(rule.any_of, unread=True), said(rule.none_of, unread=False)
    enough = any_of.sum(axis=0) >= (rule.at_least if rule.any_of else 0)
    fires: Signs = said(rule.all_of, unread=True).all(axis=0) & ~none_of.any(axis=0) & enough
    return fires


def _said(name: str, data: ModelData, reading: Reading, unread: bool) -> Signs:
    """Of whom it was said that a node is present or in a state, or may be.

    Likelihoods of 1 for every state are no answer: so stands what was not asked. With ``unread``
    a cell that cannot be understood may say so, too.
    """
    id, state = parted(name)
    at = data.network.index[data.knowledge.there.get(id, id)]
    perhaps = reading.unread[:, at] & unread
    if name == id:
        return np.asarray(reading.present[:, at] | perhaps)
    place = data.network.nodes[at].states.index(state)
    said = perhaps | (reading.hard[:, at] == place)
    if reading.soft is not None:
        starts = data.engine.flat.own_start
        likely = reading.soft[:, starts[at] : starts[at + 1]]
        share = likely[:, place] / likely.sum(axis=1)
        said |= (likely != 1.0).any(axis=1) & (share >= POSSIBLE)
    return np.asarray(said)


Progress = Callable[[int], object]
Rows = NDArray[np.int64]


def solve(model: ModelLike, reading: Reading, progress: Progress) -> tuple[Numbers, Numbers]:
    """Ln P(evidence) of each patient, and P(cause explains it | evidence), patients x causes.

    They are ``-inf`` and NaN where P(evidence) is zero. A patient who needs more memory or time
    than is allowed has NaN in both: the others go on. ``progress`` gets how many more are answered.
    """
    causes = list(model.data.knowledge.causes)
    said = [reading.hard] if reading.soft is None else [reading.hard, reading.soft]
    first, back, _ = distinct_rows(*said)
    logs, posteriors = np.full(len(first), np.nan), np.full((len(first), len(causes)), np.nan)
    network, engine = model.data.network, model.data.engine
    plain = np.ones((1, int(engine.flat.own_start[-1])))
    each = engine.budget or Budget(ROW_SECONDS)
    too_wide_together: list[Rows] = []

    def answer(group: Rows, progress: Progress | None = None) -> None:
        rows, alone = first[group], len(group) == 1
        soft = plain if reading.soft is None else reading.soft[rows]
        batch = Batch(reading.hard[rows], plain if (soft == 1.0).all() else soft, engine.numbers)
        running = (each if alone else Budget(bytes=each.bytes)).started()
        try:
            answers = run_batch(network, engine.flat, batch, causes, progress, running)
        except TooWideError:
            if not alone:  # one of them is too wide: each for itself
                too_wide_together.append(group)
            return
        logs[group] = answers.log_probability
        for at, id in enumerate(causes):
            posteriors[group, at] = answers.marginals[id][:, -1]

    groups = [np.arange(len(first))]
    if reading.soft is not None:
        groups = alike(engine.flat, reading.soft[first])
    for group in groups:
        if len(group) > 1:
            answer(group, progress)
    apart = [row for group in too_wide_together for row in np.split(group, len(group))]
    single = [*(group for group in groups if len(group) == 1), *apart]
    map_on_all_cores(answer, single, lambda _: progress(1))
    posteriors[logs == -np.inf] = np.nan
    progress(len(reading.hard) - len(first))
    return logs[back], posteriors[back]


def alike(flat: Flat, soft: Numbers) -> list[Rows]:
    """Places of patients with likelihoods for the same nodes, group by group.

    A node that is only likely in one row of a batch is kept open in all of them, and many
    open nodes make every question wide: so patients with other likely nodes go apart.
    """
    likely = np.logical_or.reduceat(soft != 1.0, flat.own_start[:-1], axis=1)
    first, back, _ = distinct_rows(likely)
    order = np.argsort(back, kind="stable")
    return np.split(order, np.searchsorted(back[order], np.arange(1, len(first))))


PIECE = 8192  # rows that are read and answered together, so that memory stays flat
MANY = 1000  # rows from which on a bar is shown
IMPOSSIBLE = "impossible: the answers cannot be true together"
TOO_WIDE = "not answered: exactly it needs more memory or time than is allowed"
ROW_SECONDS = 10.0  # that one patient may take, unless the model's budget says otherwise


class Questionnaire(TableReader):
    """A table that is not only read but answered."""

    def check(self, frame: pd.DataFrame, place: Place) -> Reading | None:
        """Read all cells for their problems, without answering anything.

        What was read is returned where the table is small, so that it need not be read again.
        """
        reading = None
        for _, piece, here in _pieces(frame, place):
            reading = self.read(piece, here)
        return reading if len(frame) <= PIECE else None

    def answer(
        self, frame: pd.DataFrame, place: Place, progress: Progress, read: Reading | None = None
    ) -> pd.DataFrame:
        """What follows for each patient, with the columns that are carried through.

        ``place`` names a row by its position; ``progress`` gets how many more are answered;
        ``read`` is what :meth:`check` found.
        """
        rows, causes = len(frame), list(self.data.knowledge.causes)
        levels, logs = np.empty(rows, dtype=np.int8), np.empty(rows)
        posteriors = np.empty((rows, len(causes)), order="F")
        problem = np.full(rows, "", dtype=object)
        for start, piece, here in _pieces(frame, place):
            at = slice(start, start + len(piece))
            reading = self.read(piece, here) if read is None else read
            self.problems.raise_any()
            levels[at] = _urgency_levels(self.data, reading)
            logs[at], posteriors[at] = solve(self.model, reading, progress)
            for row, why in reading.unclear.items():
                problem[start + row] = f"not understood: {why}"
                logs[start + row] = posteriors[start + row] = np.nan
        answered = ~np.isnan(logs)
        possible = ~np.isneginf(logs)
        problem[~possible] = IMPOSSIBLE
        problem[~answered & (problem == "")] = TOO_WIDE
        made = {
            "urgency": pd.Categorical.from_codes(levels, categories=pd.Index(LEVELS), ordered=True),
            "top": self._top(posteriors, possible & answered),
            "log_probability": logs,
            "possible": possible,
            "answered": answered,
            "problem": pd.array(problem, dtype="string"),
            **{id: posteriors[:, at] for at, id in enumerate(causes)},
        }
        table = pd.DataFrame(made, index=frame.index, copy=False)
        return pd.concat([frame.iloc[:, self.kept], table], axis=1) if self.kept else table

    def _top(self, posteriors: np.ndarray, possible: np.ndarray) -> pd.Categorical[str]:
        """Label of the most probable cause of each patient; of equals the first."""
        labels = pd.Index([cause.label for cause in self.data.knowledge.causes.values()])
        codes = np.full(len(posteriors), -1, dtype=np.int16)
        codes[possible] = posteriors[possible].argmax(axis=1)
        return pd.Categorical.from_codes(codes, categories=labels)


def _pieces(frame: pd.DataFrame, place: Place) -> Iterator[tuple[int, pd.DataFrame, Place]]:
    for start in range(0, len(frame), PIECE):
        yield start, frame.iloc[start : start + PIECE], _from(start, place)


def _from(start: int, place: Place) -> Place:
    return lambda row: place(start + row)


@contextmanager
def bar_for(rows: int, progress: bool | None) -> Iterator[Callable[[int], object]]:
    """A bar that shows how many patients are answered; None shows it for more than 1000."""
    if not (rows > MANY if progress is None else progress):
        yield lambda _: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=rows, desc="Diagnosing", unit=" patients", leave=False) as bar:
        yield bar.update


def any_of(model: ModelLike, reading: Reading, logs: Numbers, causes: Sequence[str]) -> Numbers:
    """P(at least one of some causes | answers), exact, by patient.

    One minus P(answers, all of them absent) / P(answers); ``logs`` is ln P(answers), finite.
    """
    network, flat = model.data.network, model.data.engine.flat
    columns = [network.index[id] for id in causes]
    if not columns or not len(logs):
        return np.zeros(len(logs))
    known = (reading.hard[:, columns] == 1).any(axis=1)
    hard = reading.hard.copy()
    hard[:, columns] = 0
    soft = np.ones((1, int(flat.own_start[-1]))) if reading.soft is None else reading.soft
    batch = Batch(hard, soft, model.data.engine.numbers)
    without = run_batch(network, flat, batch).log_probability
    with np.errstate(divide="ignore"):
        without = without + np.log(soft[:, flat.own_start[columns]]).sum(axis=1)
    share = np.clip(-np.expm1(without - logs), 0.0, 1.0)
    return np.asarray(np.where(known, 1.0, share))


def reasons_of(model: ModelLike, reading: Reading) -> list[tuple[str, ...]]:
    """By patient the reasons of the rules of urgency that fired, the most urgent first."""
    knowledge = model.data.knowledge
    rules = sorted(knowledge.urgency, key=lambda rule: rule.level != "now")
    fired = [_rules_fired(rule, model.data, reading) for rule in rules]
    found: list[tuple[str, ...]] = [()] * len(reading.present)
    for rule, rows in zip(rules, fired, strict=True):
        for row in np.flatnonzero(rows).tolist():
            found[row] = (*found[row], rule.reason)
    return found
