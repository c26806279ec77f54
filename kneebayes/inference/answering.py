"""Answering a batch: on all cores, and in parts where a question is too wide for memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import local
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import KneebayesError
from kneebayes.inference.batch import Batch
from kneebayes.inference.compiled.asked import Room, Rows, empty_room, room_for_answers
from kneebayes.inference.cores import on_all_cores, usable_cores
from kneebayes.inference.flat import Flat, Integers, Observed
from kneebayes.inference.loading import load_compiled
from kneebayes.inference.propagation import Propagation
from kneebayes.inference.splitting import MOST_WORK, add_up, parts_of
from kneebayes.network import Network, Numbers

__all__ = ["rows_of", "run_batch"]

ROOM_KEPT = 2**23  # doubles of working memory that are kept for the next question: 64 MiB
_KEPT = local()
PIECES = 8  # per worker, so that one with harder questions does not keep the others waiting
LIKE_PIECES = 2  # the same where all questions are equally hard, and each piece plans anew
MANY_PARTS = 16  # parts of a question from which on a bar shows them

Kind = TypeVar("Kind", bound=np.generic)


def run_batch(
    network: Network,
    flat: Flat,
    batch: Batch,
    targets: Iterable[str] = (),
    progress: Callable[[int], object] | None = None,
) -> Propagation:
    """Answer all questions of a batch, on all cores.

    Parameters
    ----------
    network, flat
        The network, and the same laid out flat.
    batch
        The questions.
    targets
        Nodes whose posteriors are wanted; without any only P(evidence) is found, in a
        third of the time.
    progress
        Called with the number of rows that were answered, again and again.

    Returns
    -------
    Propagation
        Rows in the order of the batch. Where P(evidence) is zero the posteriors are zero.

    Raises
    ------
    KneebayesError
        If the arrays do not fit the network.
    TooWideError
        If a question needs more memory than is allowed, and in parts more work; says which.
    """
    rows = len(batch)
    names = [network[id].id for id in targets]
    if rows == 0:
        shapes = {id: np.empty((0, len(network[id].states))) for id in names}
        return Propagation(np.empty(0), shapes)
    _check(flat, batch, rows)
    load_compiled()
    asked = _answer(flat, rows_of(flat, batch, [network.index[id] for id in names]), progress)
    _answer_in_parts(flat, asked)
    return Propagation(asked.logs, _by_node(network, flat, batch, names, asked))


def rows_of(flat: Flat, batch: Batch, targets: Sequence[int] = ()) -> Rows:
    """The arrays of a batch as compiled code takes them, with room for the answers."""
    wanted = np.zeros(flat.states.size, dtype=np.bool_)
    wanted[list(targets)] = True
    numbers, hard = np.ascontiguousarray(batch.numbers), np.ascontiguousarray(batch.hard)
    return room_for_answers(flat, numbers, hard, np.ascontiguousarray(batch.soft), wanted)


def _check(flat: Flat, batch: Batch, rows: int) -> None:
    for name, array, columns in (
        ("hard", batch.hard, flat.states.size),
        ("soft", batch.soft, flat.own_start[-1]),
        ("numbers", batch.numbers, flat.number_start[-1]),
    ):
        if array.ndim != 2 or array.shape[1] != columns or array.shape[0] not in (1, rows):
            message = (
                f"The array '{name}' of a batch must have 1 or {rows} rows and {columns} columns, "
                f"got the shape {array.shape}."
            )
            raise KneebayesError(message)
    if not (batch.numbers.min() >= 0.0 and batch.numbers.max() <= 1.0):  # NaN is neither
        message = "The numbers of a batch are probabilities: between 0 and 1, none missing."
        raise KneebayesError(message)


def _answer(flat: Flat, asked: Rows, progress: Callable[[int], object] | None = None) -> Rows:
    """Answer what fits into memory; equal patterns follow each other, to be planned once."""
    from kneebayes.inference.compiled.rows import run_rows

    order = _by_pattern(asked.hard)
    sorted_rows = asked if order is None else _in_order(asked, order)

    def run(first: int, last: int) -> None:
        """Answer some of the rows, in the room of this thread."""
        # a thread of a pool ends with its batch, and its room with it
        _KEPT.room = run_rows(flat, sorted_rows, _room(), first, last)

    rows = len(asked.logs)
    if rows == 1:
        run(0, 1)
        if _room().floats.size > ROOM_KEPT:
            _KEPT.room = empty_room()
        if progress is not None:
            progress(1)
    else:
        each = usable_cores() * (PIECES if order is not None else LIKE_PIECES)
        on_all_cores(run, rows, min(rows, max(each, rows // 256)), progress)
    return asked if order is None else _back_from(asked, sorted_rows, order)


def _by_pattern(hard: Observed) -> Integers | None:
    """An order of the rows in which equal ones follow each other; None if there is one only."""
    if len(hard) == 1:
        return None
    packed = np.ascontiguousarray(hard).view(np.dtype((np.void, hard.shape[1])))
    return np.argsort(packed.ravel(), kind="stable").astype(np.int64)


def _in_order(asked: Rows, order: Integers) -> Rows:
    """The same rows in another order; an array of a single row serves all and stays."""

    def ordered(array: NDArray[Kind]) -> NDArray[Kind]:
        """The rows of an array in the other order."""
        return array if len(array) == 1 else np.ascontiguousarray(array[order])

    numbers, soft = ordered(asked.numbers), ordered(asked.soft)
    return asked._replace(numbers=numbers, hard=ordered(asked.hard), soft=soft)


def _back_from(asked: Rows, answered: Rows, order: Integers) -> Rows:
    """The answers in the order in which the questions were asked."""
    back = np.argsort(order)
    return asked._replace(
        logs=answered.logs[back],
        marginals=answered.marginals[back if len(answered.marginals) else slice(None)],
        widths=answered.widths[back],
        costs=answered.costs[back],
    )


def _room() -> Room:
    """Working memory of this thread, from its last question."""
    kept: Room = getattr(_KEPT, "room", empty_room())
    return kept


def _answer_in_parts(flat: Flat, asked: Rows) -> None:
    """Fill in the rows that were too wide; all of them share what work is allowed."""
    wide = np.flatnonzero(asked.logs == np.inf).tolist()
    split: list[Rows] = []
    work = 0.0
    for row in wide:
        where = f" (row {row})" if len(asked.logs) > 1 else ""
        parts, needed = parts_of(flat, _single(asked, row), MOST_WORK - work, where)
        split.append(parts)
        work += needed
    for row, parts in zip(wide, split, strict=True):
        told = _answer_parts(flat, parts)
        asked.logs[row], shares = add_up(told.logs)
        if len(asked.marginals):
            asked.marginals[row] = shares @ told.marginals


def _single(asked: Rows, row: int) -> Rows:
    """One row of many, by itself."""

    def of_row(array: NDArray[Kind]) -> NDArray[Kind]:
        """The one row of an array."""
        return array if len(array) == 1 else array[row : row + 1]

    numbers, hard, soft = of_row(asked.numbers), of_row(asked.hard), of_row(asked.soft)
    return asked._replace(numbers=numbers, hard=hard, soft=soft)


def _answer_parts(flat: Flat, parts: Rows) -> Rows:
    """Answers of the parts of one question, each with what it observes as certain."""
    rows = len(parts.hard)
    if rows < MANY_PARTS:
        told = _answer(flat, parts)
    else:
        from tqdm.auto import tqdm

        with tqdm(total=rows, desc="Asking in parts", unit="part", leave=False) as bar:
            told = _answer(flat, parts, bar.update)
    if len(told.marginals):
        row, at = np.nonzero(parts.hard >= 0)
        told.marginals[row, flat.own_start[at] + parts.hard[row, at]] = 1.0
    return told


def _by_node(
    network: Network, flat: Flat, batch: Batch, names: Sequence[str], asked: Rows
) -> dict[str, Numbers]:
    """Posteriors by node; for a node that a row observes, its state is certain."""
    told: dict[str, Numbers] = {}
    observed = np.any(batch.hard >= 0, axis=0)
    for id in names:
        at = network.index[id]
        mine = asked.marginals[:, flat.own_start[at] : flat.own_start[at + 1]]
        if observed[at]:
            states = np.broadcast_to(batch.hard[:, at], len(mine))
            seen = np.flatnonzero((states >= 0) & (asked.logs > -np.inf))
            mine[seen, states[seen]] = 1.0
        told[id] = mine
    return told
