"""How much a question may take: the values are in ``limits.json``, for other engines too."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import numpy as np

from kneebayes.errors import KneebayesError

_VALUES = json.loads((Path(__file__).parent / "limits.json").read_text(encoding="utf-8"))
MOST_WORK = float(_VALUES["multiplications_in_parts"])  # a minute on two cores
MOST_PARTS = int(_VALUES["parts"])  # planning each takes a millisecond
AT_ONCE = float(_VALUES["multiplications_at_once"])  # a tenth of a second, not interrupted
PLAIN_WIDEST = float(_VALUES["log2_widest_table_plain"])
QUESTION_SECONDS = float(_VALUES["seconds_of_a_question"])  # unless a budget says otherwise
PLANS_KEPT = int(_VALUES["plans_kept"])


class Limits(NamedTuple):
    """How much one question may take.

    Attributes
    ----------
    tries
        Orders tried at most, where trying costs less than it may save.
    most
        Entries of all tables together; half of a question's memory, the other half is gradients.
    dearest
        Multiplications of one pass; a question that needs more is not answered.
    bytes
        Memory of one question, all told.
    seconds
        Time of one question; infinite where there is no bound.
    until
        When all questions must be answered, by :func:`time.monotonic`.
    cheap, dear
        Multiplications below which the first order is good enough, and for which one more is
        worth trying.
    widest
        log2 of the entries of the largest table.
    """

    tries: int
    most: int
    dearest: float
    bytes: float
    seconds: float
    until: float
    cheap: float
    dear: float
    widest: float


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
    """How long a question may take, and how much memory.

    Attributes
    ----------
    seconds
        Time on the clock; infinite for no bound.
    bytes
        Memory at most; infinite for what the engine allows anyway.

    Raises
    ------
    KneebayesError
        If either is not above zero.

    Examples
    --------
    >>> Budget(seconds=2.0).bytes
    inf
    """

    seconds: float = np.inf
    bytes: float = np.inf

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
