"""Many questions at once: the same network under other evidence or other numbers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import EvidenceError, KneebayesError, TooWideError
from kneebayes.inference.compiled.asked import Room, Rows
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.flat import Flat, Integers, Observed, numbers_of
from kneebayes.inference.loading import load_compiled
from kneebayes.inference.propagation import Propagation
from kneebayes.network import Network, Numbers

__all__ = ["Batch", "cases_of", "run_batch", "subsets_of"]

ROOM_KEPT = 2**23  # doubles of working memory that a thread keeps for its next question: 64 MiB
_KEPT = local()
PIECES = 8  # per worker, so that one with harder questions does not keep the others waiting

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True)
class Batch:
    """Questions as arrays, one row each; an array of a single row serves every question.

    Attributes
    ----------
    hard
        Index of the observed state of each node or -1: rows x nodes.
    soft
        Likelihood of each state of each node, nodes end to end: rows x states.
    numbers
        Numbers of the network (see :func:`numbers_of`): rows x numbers.
    """

    hard: Observed
    soft: Numbers
    numbers: Numbers

    def __len__(self) -> int:
        lengths = (len(self.hard), len(self.soft), len(self.numbers))
        return max(lengths) if len(self.hard) else 0


def cases_of(
    network: Network, flat: Flat, cases: Sequence[Evidence], numbers: Numbers | None = None
) -> Batch:
    """A batch of different evidence, under the network's own numbers if no others are given.

    Raises
    ------
    UnknownNameError
        If a node is not in the network.
    """
    hard = np.full((len(cases), len(network)), -1, dtype=np.int8)
    soft: Numbers | None = None
    for row, evidence in enumerate(cases):
        for id, likelihood in evidence.likelihoods.items():
            at = network.index[network[id].id]
            state = evidence.hard_state(id)
            if len(likelihood) != flat.states[at]:
                message = (
                    f"'{id}' has {flat.states[at]} states, but the evidence gives "
                    f"{len(likelihood)} likelihoods for it. Was it made for another network?"
                )
                raise EvidenceError(message)
            if state is not None:
                hard[row, at] = state
                continue
            if soft is None:
                soft = np.ones((len(cases), flat.own_start[-1]))
            soft[row, flat.own_start[at] : flat.own_start[at + 1]] = likelihood
    if soft is None:
        soft = np.ones((1, flat.own_start[-1]))
    return Batch(hard, soft, numbers_of(network)[None] if numbers is None else numbers)


def subsets_of(
    network: Network,
    flat: Flat,
    evidence: Evidence,
    parts: Sequence[Sequence[str]],
    targets: Iterable[str] = (),
) -> Batch:
    """One question for every subset of ``parts``; what is in none of them always stays.

    Row ``r`` keeps part ``j`` where bit ``j`` of ``r`` is set, so row 0 keeps none and the
    last row all.

    A childless noisy-OR observed absent, if it is no target, is left out by taking its
    strengths to zero: then it says nothing, and questions that differ only in this are
    answered by one elimination.
    """
    asked = np.zeros(len(network), dtype=np.bool_)
    asked[flat.parents] = True
    asked[[network.index[network[id].id] for id in targets]] = True
    one = cases_of(network, flat, [evidence])
    rows = 1 << len(parts)
    kept = (np.arange(rows)[:, None] >> np.arange(len(parts))) & 1 == 1
    hard = np.repeat(one.hard, rows, axis=0)
    soft, numbers = one.soft, one.numbers
    for j, part in enumerate(parts):
        without = ~kept[:, j]
        for id in part:
            at = network.index[network[id].id]
            if one.hard[0, at] == 0 and flat.is_or[at] and not asked[at]:
                if len(numbers) == 1:
                    numbers = np.repeat(numbers, rows, axis=0)
                numbers[without, flat.number_start[at] : flat.number_start[at + 1]] = 0.0
            elif one.hard[0, at] >= 0:
                hard[without, at] = -1
            else:
                if len(soft) == 1:
                    soft = np.repeat(soft, rows, axis=0)
                soft[without, flat.own_start[at] : flat.own_start[at + 1]] = 1.0
    return Batch(hard, soft, numbers)


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
        If a question needs more memory than is allowed; says which.
    """
    rows = len(batch)
    names = [network[id].id for id in targets]
    if rows == 0:
        shapes = {id: np.empty((0, len(network[id].states))) for id in names}
        return Propagation(np.empty(0), shapes)
    _check(flat, batch, rows)
    load_compiled()
    from kneebayes.inference.compiled.rows import run_rows

    order = _by_pattern(batch.hard)
    asked = rows_of(flat, batch, [network.index[id] for id in names], order)

    def run(first: int, last: int) -> None:
        room = run_rows(flat, asked, _room(), first, last)
        _KEPT.room = room if room.floats.size <= ROOM_KEPT else None

    if rows == 1:
        run(0, 1)
        if progress is not None:
            progress(1)
    else:
        _spread(run, rows, progress)
    if order is not None:
        back = np.argsort(order)
        asked = asked._replace(
            logs=asked.logs[back],
            marginals=asked.marginals[back if names else slice(None)],
            widths=asked.widths[back],
        )
    _refuse_wide(asked.logs, asked.widths)
    return Propagation(asked.logs, _by_node(network, flat, batch, names, asked))


def _room() -> Room:
    """Working memory of this thread, from its last question."""
    kept: Room | None = getattr(_KEPT, "room", None)
    return Room(np.empty(0), np.empty(0, dtype=np.int64)) if kept is None else kept


def rows_of(
    flat: Flat, batch: Batch, targets: Sequence[int], order: Integers | None = None
) -> Rows:
    """The arrays of a batch as compiled code takes them, with room for the answers."""

    def ordered(array: NDArray[Kind]) -> NDArray[Kind]:
        """An array of one row serves all; others are put in order."""
        return np.ascontiguousarray(array if order is None or len(array) == 1 else array[order])

    wanted = np.zeros(flat.states.size, dtype=np.bool_)
    wanted[list(targets)] = True
    rows = len(batch)
    return Rows(
        numbers=ordered(batch.numbers),
        hard=ordered(batch.hard),
        soft=ordered(batch.soft),
        wanted=wanted,
        softened=np.logical_or.reduceat((batch.soft != 1.0).any(axis=0), flat.own_start[:-1]),
        logs=np.empty(rows),
        marginals=np.empty((rows if len(targets) else 0, flat.own_start[-1])),
        widths=np.empty(rows),
    )


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


def _by_pattern(hard: Observed) -> Integers | None:
    """An order of the rows in which equal ones follow each other; None if there is one only."""
    if len(hard) == 1:
        return None
    packed = np.ascontiguousarray(hard).view(np.dtype((np.void, hard.shape[1])))
    return np.argsort(packed.ravel(), kind="stable").astype(np.int64)


def _spread(
    run: Callable[[int, int], object], rows: int, progress: Callable[[int], object] | None
) -> None:
    """Run pieces of the rows on all cores; the compiled code holds no lock."""
    workers = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    pieces = min(rows, max(workers * PIECES, rows // 256))
    cuts = np.linspace(0, rows, pieces + 1).astype(int).tolist()
    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(run, cuts[:-1], cuts[1:])
        for first, last, _ in zip(cuts[:-1], cuts[1:], done, strict=True):
            if progress is not None:
                progress(last - first)


def _refuse_wide(logs: Numbers, widths: Numbers) -> None:
    wide = np.flatnonzero(logs == np.inf)
    if wide.size:
        row = int(wide[0])
        where = f" (row {row})" if len(logs) > 1 else ""
        raise TooWideError(too_wide(float(widths[row]), where))


def too_wide(width: float, where: str = "") -> str:
    """What to say of a query that does not fit into memory."""
    return (
        f"This query{where} needs a table of 2^{width:.0f} entries, more than memory is allowed "
        "for. Answering some contexts (such as age) or leaving out positive findings makes it "
        "narrower."
    )


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
