"""How many workers there may be, and work spread over them."""

from __future__ import annotations

import os
from _thread import LockType, allocate_lock, start_new_thread
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from time import sleep
from typing import Generic, TypeVar

from kneebayes.inference.batch import Statuses

Item = TypeVar("Item")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores that this process may use, at least one."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def on_all_cores(
    run: Callable[[int, int], object],
    rows: int,
    pieces: int,
    progress: Callable[[int], object] | None = None,
    stop: Statuses | None = None,
) -> None:
    """Run pieces of the rows on all cores; the kernel holds no lock.

    ``run`` gets the first row of a piece and the first that is no more in it; ``progress`` the
    number of rows that were done. ``stop`` is a single number that the workers watch, made 1 where
    they should give up: whatever interrupts this, such as Ctrl-C, stops the workers first.
    """
    cuts = [rows * piece // pieces for piece in range(pieces + 1)]

    def run_piece(piece: int) -> int:
        """Run a piece, and say how many rows it has."""
        run(cuts[piece], cuts[piece + 1])
        return cuts[piece + 1] - cuts[piece]

    map_on_all_cores(run_piece, range(pieces), progress, stop)


def map_on_all_cores(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    progress: Callable[[Result], object] | None = None,
    stop: Statuses | None = None,
) -> list[Result]:
    """Do the same work for each item on all cores; the results are in the order of the items.

    ``progress`` gets each result as soon as it is there; ``stop`` is a single number that the work
    watches, made 1 where it should give up. The threads are those of the system: one of
    :mod:`threading` starts, ends and is forgotten in code of Python's own, where a Ctrl-C is lost
    or breaks a lock. What is waited for here is waited for in a single step.
    """
    team = _Team(work, items)
    results: dict[int, Result] = {}
    try:
        team.start()
        while len(results) < team.size:
            place, result = team.next_result()
            results[place] = result
            if progress is not None:
                progress(result)
    except BaseException:
        team.waiting.clear()
        if stop is not None:
            stop[0] = 1
        team.wait()
        raise
    return [results[place] for place in range(team.size)]


class _Team(Generic[Item, Result]):
    """Workers that share what there is to do."""

    def __init__(self, work: Callable[[Item], Result], items: Iterable[Item]) -> None:
        self.work = work
        self.waiting = deque(enumerate(items))
        self.size = len(self.waiting)
        self.results: SimpleQueue[tuple[int, Result] | None] = SimpleQueue()
        self.failed: dict[int, BaseException] = {}
        self.busy = [allocate_lock() for _ in range(min(self.size, usable_cores()))]
        self.started: list[int] = []

    def start(self) -> None:
        """Start all workers; in one step, so that it is known how many run."""
        for lock in self.busy:
            lock.acquire()
        self.started.extend(
            map(start_new_thread, [self._work] * len(self.busy), [(lock,) for lock in self.busy])
        )

    def next_result(self) -> tuple[int, Result]:
        """The next result, and the place of its item; or raise what went wrong first."""
        result = self.results.get()
        if result is None:
            self.waiting.clear()
            self.wait()
            raise self.failed[min(self.failed)]
        return result

    def wait(self) -> None:
        """Wait until no worker is busy any more."""
        while any(lock.locked() for lock in self.busy[: len(self.started)]):
            sleep(1e-4)

    def _work(self, busy: LockType) -> None:
        """What a worker does, until nothing is left."""
        try:
            while self.waiting:
                try:
                    place, item = self.waiting.popleft()
                except IndexError:  # another worker was faster
                    return
                try:
                    result = self.work(item)
                except BaseException as error:
                    self.failed[place] = error
                    self.results.put(None)
                else:
                    self.results.put((place, result))
        finally:
            busy.release()
