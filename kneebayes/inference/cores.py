"""How many workers there may be, and work spread over them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from kneebayes.inference.flat import Statuses

__all__ = ["on_all_cores", "usable_cores"]


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

    Whatever interrupts this one, such as Ctrl-C, stops the workers first.

    Parameters
    ----------
    run
        Called with the first row of a piece, and the first that is no more in it.
    pieces
        How many pieces.
    progress
        Called with the number of rows that were done.
    stop
        A single number that the workers watch: made 1 where they should give up.
    """
    cuts = [rows * piece // pieces for piece in range(pieces + 1)]
    pool = ThreadPoolExecutor(min(pieces, usable_cores()))
    try:
        done = pool.map(run, cuts[:-1], cuts[1:])
        for first, last, _ in zip(cuts[:-1], cuts[1:], done, strict=True):
            if progress is not None:
                progress(last - first)
    except BaseException:
        if stop is not None:
            stop[0] = 1
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
