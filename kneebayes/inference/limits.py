"""How much a question may take, the clock it keeps to, and a bar that shows that it goes on.

The values are in ``limits.json``, for other engines too.
"""

from __future__ import annotations

import json
from _thread import LockType, allocate_lock, start_new_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import NamedTuple, TypeVar

import numpy as np

from kneebayes.errors import KneebayesError, TooWideError

_VALUES = json.loads((Path(__file__).parent / "limits.json").read_text(encoding="utf-8"))
MOST_WORK = float(_VALUES["multiplications_in_parts"])  # a minute on two cores
MOST_PARTS = int(_VALUES["parts"])  # planning each takes a millisecond
AT_ONCE = float(_VALUES["multiplications_at_once"])  # a tenth of a second, not interrupted
PLAIN_WIDEST = float(_VALUES["log2_widest_table_plain"])
QUESTION_SECONDS = float(_VALUES["seconds_of_a_question"])  # unless a budget says otherwise
PLANS_KEPT = int(_VALUES["plans_kept"])

WAY_OUT = "Answering more of what others depend on, or leaving out positive findings, makes it"


class Limits(NamedTuple):
    """How much one question may take."""

    tries: int  # orders tried at most, where trying costs less than it may save
    # entries of all tables together; half of a question's memory, the other half is gradients
    most: int
    dearest: float  # multiplications of one pass; a question that needs more is not answered
    bytes: float  # memory of one question, all told
    seconds: float  # time of one question; infinite where there is no bound
    until: float  # when all questions must be answered, by :func:`time.monotonic`
    # multiplications below which the first order is good enough, and for which one more is worth
    # trying
    cheap: float
    dear: float
    widest: float  # log2 of the entries of the largest table


LIMITS = Limits(
    tries=int(_VALUES["orders_tried"]),
    most=int(_VALUES["entries"]),
    dearest=np.inf,
    bytes=float(_VALUES["bytes"]),
    seconds=np.inf,
    until=np.inf,
    cheap=float(_VALUES["cheap_multiplications"]),
    dear=float(_VALUES["dear_multiplications"]),
    widest=float(_VALUES["log2_widest_table"]),
)
# for what cannot be asked in parts
ROOMY = LIMITS._replace(most=int(_VALUES["entries_roomy"]), bytes=float(_VALUES["bytes_roomy"]))


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a question may take, and how much memory; both above zero.

    Examples
    --------
    >>> Budget(seconds=2.0).bytes
    inf
    """

    seconds: float = np.inf  #: time on the clock; infinite for no bound
    bytes: float = np.inf  #: memory at most; infinite for what the engine allows anyway

    def __post_init__(self) -> None:
        numbers = isinstance(self.seconds, float | int) and isinstance(self.bytes, float | int)
        if not (numbers and self.seconds > 0.0 and self.bytes > 0.0):  # NaN is neither
            message = (
                f"A budget needs more than 0 seconds and more than 0 bytes, got {self.seconds!r} "
                f"seconds and {self.bytes!r} bytes."
            )
            raise KneebayesError(message)

    def started(self) -> Running:
        """The budget from now on."""
        return Running(self, monotonic() + self.seconds)


@dataclass(frozen=True, slots=True)
class Running:
    """A budget of which some time is used up."""

    budget: Budget
    end: float

    def within(self, other: Running | None) -> Running:
        """What is left where another budget must be kept to as well."""
        if other is None:
            return self
        first = self if self.end <= other.end else other
        least = min(self.budget.bytes, other.budget.bytes)
        return Running(Budget(first.budget.seconds, least), first.end)

    def on(self, limits: Limits) -> Limits:
        """Limits that keep within what is left."""
        return limits._replace(
            bytes=min(limits.bytes, self.budget.bytes),
            seconds=min(limits.seconds, self.budget.seconds),
            until=min(limits.until, self.end),
        )


PATIENCE = 2.0  # seconds before anything is shown
EVERY = 0.5  # seconds between two looks at the clock

Item = TypeVar("Item")
Result = TypeVar("Result")


class Clock:
    """The time that a question, by its name, may take with all that it asks."""

    def __init__(self, what: str, budget: Budget, least: float = 0.0) -> None:
        self.what, self.least = what, least
        self.running: Running = budget.started()
        self.note = ""

    @property
    def left(self) -> float:
        """Seconds that are left; never below zero."""
        return max(0.0, self.running.end - monotonic())

    @property
    def step(self) -> Running:
        """The budget of one thing that is asked of the engine."""
        if not self.least:
            return self.running
        budget = replace(self.running.budget, seconds=max(self.least, self.running.budget.seconds))
        return Running(budget, max(self.running.end, monotonic() + self.least))

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
    """Seconds that the question may still take; infinite where no clock runs."""
    clock = clock_running()
    return np.inf if clock is None else clock.left


@contextmanager
def within_time(what: str, budget: Budget, least: float = 0.0) -> Iterator[Clock]:
    """Let all that is asked of the engine within a block share one budget.

    A block within another ends no later than the other. From two seconds on a bar shows how
    much of the time is over, in a terminal or in Jupyter; a budget without an end changes
    nothing but that bar. What is asked when the time is over still has ``least`` seconds.
    """
    outer, clock = clock_running(), Clock(what, budget, least)
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


def first_in_time(source: Iterator[Item], n: int) -> list[Item]:
    """The first of what is found one by one, or as many as there is time for; one at least."""
    items: list[Item] = []
    try:
        for item in islice(source, n):
            items.append(item)
            if seconds_left() <= 0.0:
                break
    except TooWideError:
        if not items or seconds_left() > 0.0:
            raise
    return items


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
            bar.n = seconds - clock.left if bounded else bar.format_dict["elapsed"] + PATIENCE
            bar.set_description_str(": ".join(filter(None, [clock.what, clock.note])))
            if running.acquire(timeout=EVERY):
                return
