"""A clock: the shortest of several runs, which other programs disturbed least."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")
LONG = 1.0  # seconds; what takes longer is run once


def time_of(call: Callable[[], T], repeats: int = 3) -> tuple[float, T]:
    """Shortest time in seconds, and what came out; one run where that takes over a second."""
    best = float("inf")
    for _ in range(max(1, repeats)):
        start = perf_counter()
        value = call()
        best = min(best, perf_counter() - start)
        if best > LONG:
            break
    return best, value
