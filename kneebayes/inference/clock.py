"""One clock for all that a question asks of the engine, and a bar that shows that it goes on."""

from __future__ import annotations

from _thread import LockType, allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from time import monotonic
from typing import TypeVar

import numpy as np

from kneebayes.inference.limits import Budget, Running

PATIENCE = 2.0  # seconds before anything is shown
EVERY = 0.5  # seconds between two looks at the clock

Item = TypeVar("Item")
Result = TypeVar("Result")


class Clock:
    """The time that a question, by its name, may take with all that it asks."""

    def __init__(self, what: str, budget: Budget) -> None:
        self.what = what
        self.running: Running = budget.started()
        self.note = ""

    @property
    def left(self) -> float:
        """Seconds that are left; never below zero."""
        return max(0.0, self.running.end - monotonic())

    def fitting(self, before: float, done: int) -> float:
        """How many more things of a kind are done in a quarter of what is left of the time.

        ``done`` were done since ``before`` seconds were left.
        """
        if not np.isfinite(before):
            return np.inf
        return self.left * done / (4.0 * max(before - self.left, 1e-6))


_CLOCK: ContextVar[Clock | None] = ContextVar("clock", default=None)


def clock_running() -> Clock | None:
    """The clock of the question that is being answered; None where none is."""
    return _CLOCK.get()


def seconds_left() -> float:
    """Seconds that the question may still take; infinite where no clock runs.

    Examples
    --------
    >>> seconds_left()
    inf
    >>> with within_time("a question", Budget(seconds=5.0)):
    ...     4.0 < seconds_left() <= 5.0
    True
    """
    clock = clock_running()
    return np.inf if clock is None else clock.left


@contextmanager
def within_time(what: str, budget: Budget) -> Iterator[Clock]:
    """Let all that is asked of the engine within a block share one budget.

    A block within another ends no later than the other. From two seconds on a bar shows how
    much of the time is over, in a terminal or in Jupyter; a budget without an end changes
    nothing but that bar.
    """
    outer, clock = clock_running(), Clock(what, budget)
    if outer is not None:
        end = min(outer.running.end, clock.running.end)
        clock.running = Running(budget, end)
    token = _CLOCK.set(clock)
    running = allocate_lock()  # a lock and a bare thread: no Ctrl-C is lost in them
    running.acquire()
    try:
        if outer is None:
            start_new_thread(_show, (clock, running))
        yield clock
    finally:
        running.release()
        _CLOCK.reset(token)


def in_this_context(work: Callable[[Item], Result]) -> Callable[[Item], Result]:
    """The same work for another thread, which then keeps to the clock of this one."""
    context = copy_context()

    def there(item: Item) -> Result:
        """Work under the clock of the thread that asked for it."""
        return context.copy().run(work, item)

    return there


def _show(clock: Clock, running: LockType) -> None:
    """Show a bar of the time that is over, until the question is answered."""
    if running.acquire(timeout=PATIENCE):
        return
    from tqdm.auto import tqdm

    seconds = clock.running.budget.seconds
    bounded = bool(np.isfinite(seconds))
    form = "{desc} {n:.0f} s" + (" of at most {total:.0f} s |{bar:20}|" if bounded else "")
    # without a terminal nothing is shown, so that logs and pipes stay clean
    with tqdm(
        total=seconds if bounded else None, bar_format=form, leave=False, disable=None
    ) as bar:
        while True:
            gone = seconds - clock.left if bounded else bar.format_dict["elapsed"] + PATIENCE
            bar.n = gone
            bar.set_description_str(": ".join(filter(None, [clock.what, clock.note])))
            if running.acquire(timeout=EVERY):
                return
