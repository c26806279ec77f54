"""How many workers there may be, and work spread over them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["on_all_cores", "usable_cores"]


def usable_cores() -> int:
    """Cores that this process may use, at least one."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def on_all_cores(
    run: Callable[[int, int], object],
    rows: int,
    pieces: int,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Run pieces of the rows on all cores; compiled code holds no lock.

    Parameters
    ----------
    run
        Called with the first row of a piece, and the first that is no more in it.
    pieces
        How many pieces.
    progress
        Called with the number of rows that were done, where there are several pieces.
    """
    if pieces == 1:
        run(0, rows)
        return
    cuts = [rows * piece // pieces for piece in range(pieces + 1)]
    with ThreadPoolExecutor(usable_cores()) as pool:
        done = pool.map(run, cuts[:-1], cuts[1:])
        for first, last, _ in zip(cuts[:-1], cuts[1:], done, strict=True):
            if progress is not None:
                progress(last - first)
