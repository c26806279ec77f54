"""False positives solved from a specificity, where it was measured.

A specificity is P(finding absent | the causes it was measured against are absent, the
complaint, and what the suspects have). Other causes and mediators that show the finding account
for a part of the positives among them; the leak is what is left. A higher leak leaves less to
the links, since stated frequencies include it, so the leak is found by the secant method, all
findings side by side: each hardly depends on the leaks of the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.checks import Remark
from kneebayes.network import Network, Numbers

CLOSE = 1e-5
HIGHEST = 0.98
WORTH_A_REMARK = 0.01
LEAST_MOVE = 1e-9


@dataclass(frozen=True, slots=True)
class Specificity:
    """How often a finding is absent where it should be: P(absent | people without some causes).

    ``against`` are ids of the causes that those people do not have, ``among`` what they have beside
    the complaint: ids of findings or contexts, with their state.
    """

    finding: str
    target: float
    against: tuple[str, ...]
    among: Mapping[str, str]
    place: str


@dataclass
class _Search:
    """Two latest trials of one finding: its leak, and P(absent) under it."""

    leak: float
    before: tuple[float, float] | None = None
    absent: float = 1.0

    def rests(self, target: float) -> bool:
        """Whether the target is met, or the leak is 0 and would have to be less."""
        miss = self.absent - target
        return abs(miss) < CLOSE or (self.leak == 0.0 and miss < 0.0)

    def step(self, target: float) -> None:
        """Move the leak by the secant method."""
        if self.rests(target):
            return
        miss = self.absent - target
        slope = -self.absent / (1.0 - self.leak)  # were all positives due to the leak
        if self.before is not None and abs(self.leak - self.before[0]) > LEAST_MOVE:
            measured = (self.absent - self.before[1]) / (self.leak - self.before[0])
            slope = measured if measured < 0.0 else slope
        moved = min(HIGHEST, max(0.0, self.leak - miss / slope))
        self.before, self.leak = (self.leak, self.absent), moved


class Specificities:
    """Moves the leaks of findings until each specificity holds."""

    def __init__(
        self, wanted: Iterable[Specificity], start: Mapping[str, float], complaint: str
    ) -> None:
        self.all = tuple(wanted)
        self.complaint = complaint
        self._network: Network | None = None
        self._cases: list[Evidence] = []
        self._searches = {
            one.finding: _Search(start.get(one.finding, 0.8 * (1.0 - one.target)))
            for one in self.all
        }

    @property
    def leaks(self) -> dict[str, float]:
        """Leak of each finding as it stands."""
        return {id: search.leak for id, search in self._searches.items()}

    def measure(self, engine: Engine, numbers: Numbers) -> bool:
        """Measure every specificity; says whether each is met, or cannot be.

        ``engine`` is of a network with the same arrows, ``numbers`` are one row of its numbers.
        """
        for one, absent in zip(self.all, self._measure(engine, numbers), strict=True):
            self._searches[one.finding].absent = absent
        return all(self._searches[one.finding].rests(one.target) for one in self.all)

    def _measure(self, engine: Engine, numbers: Numbers) -> Iterator[float]:
        """P(finding absent) among those in whom its specificity was measured."""
        if self._network is not engine.network:  # who is asked about is the same each time
            self._network = engine.network
            self._cases = [Evidence.of(engine.network, some) for some in self._people(engine)]
        logs = engine.propagate_each(self._cases, (), numbers).log_probability.tolist()
        for people, given, absent in zip(self._cases[::2], logs[::2], logs[1::2], strict=True):
            if given == -math.inf:
                message = "The evidence has probability zero, so nothing follows from it."
                raise ImpossibleEvidenceError(message, list(people))
            yield min(1.0, math.exp(absent - given))

    def _people(self, engine: Engine) -> Iterator[dict[str, str]]:
        """Of each finding those in whom its specificity was measured, then those without it."""
        for one in self.all:
            without = {id: "absent" for id in one.against if id in engine.network}
            people = {self.complaint: "present", **one.among, **without}
            people.pop(one.finding, None)
            yield from (people, {**people, one.finding: "absent"})

    def move(self) -> None:
        """Move the leaks of those that are not met."""
        for one in self.all:
            self._searches[one.finding].step(one.target)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """One for each specificity that cannot hold, with the figure reached."""
        return tuple(
            _unmet(one, self._searches[one.finding].absent)
            for one in self.all
            if abs(self._searches[one.finding].absent - one.target) > WORTH_A_REMARK
        )


def _unmet(one: Specificity, reached: float) -> Remark:
    text = (
        f"a specificity of {one.target:.1%} cannot hold: other causes and mediators alone leave "
        f"{reached:.1%} without it. Lower how often they show it, or name them under 'against'."
    )
    return Remark("specificity not reached", one.place, text)
