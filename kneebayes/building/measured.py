"""Ratios of contexts and specificities of findings, met among the people they were measured in.

Odds and leaks are moved by what is missed, all at once, since they hardly depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kneebayes.inference import Engine, Evidence
from kneebayes.inference.evidence import impossible
from kneebayes.knowledge.checks import Remark
from kneebayes.network import Network, Numbers

CLOSE_RATIO = 3e-3  # of a ratio in logarithms
STILL = 1e-3  # what is missed, and moves less than this, cannot be met
LEAST = 1e-300
FURTHEST = 1.0  # of a step, in logarithms


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much more often (a ratio of odds) a context is found with a cause than without it."""

    cause: str
    context: str
    target: float
    among: Mapping[str, str]  # what these people have, by id
    where_most: str = ""  # the node of those who have it most, where the context is rarer in some


class Contrasts:
    """Moves the odds that ratios are taken against until each holds.

    A ratio compares the patients of a cause with others like them: all who have the complaint, or
    suspects who share a finding. The network needs how often the cause's own patients have the
    context, which follows from the odds among the others; these depend on what their own causes do
    to the context. So the odds are moved by what the ratio misses. Two ratios of one context, for
    having a cause and for its being to blame, change each other and are moved together.

    ``odds`` of the context among those without the cause, by cause and context, are changed here;
    ``explaining`` gives for the node of a cause that is there the cause that may explain.
    """

    def __init__(
        self,
        contrasts: Iterable[Contrast],
        odds: dict[tuple[str, str], float],
        explaining: Mapping[str, str] | None = None,
    ) -> None:
        self.all = tuple(contrasts)
        self.odds = odds
        self.reached: tuple[float, ...] = ()
        self.shares: tuple[float, ...] = ()
        self._cases: list[Evidence] = []  # who is asked about, the same each time
        explains = explaining or {}
        places = {(ratio.cause, ratio.context): place for place, ratio in enumerate(self.all)}
        blamed = [places.get((explains.get(ratio.cause, ""), ratio.context)) for ratio in self.all]
        self.pairs = [(blame, there) for there, blame in enumerate(blamed) if blame is not None]

    def measure(self, engine: Engine, numbers: Numbers) -> bool:
        """Measure every ratio on one row of numbers; whether each is met, or comes no nearer."""
        before = self.reached
        measured = list(self._measure(engine, numbers))
        self.reached = tuple(reached for reached, _ in measured)
        self.shares = tuple(share for _, share in measured)
        return not any(
            abs(miss) > CLOSE_RATIO and not (before and abs(math.log(now / then)) < STILL)
            for miss, now, then in zip(
                self._misses(), self.reached, before or self.reached, strict=True
            )
        )

    def move(self) -> None:
        """Move the odds by what the ratios missed."""
        steps = self._misses()
        for blame, there in self.pairs:
            shares = self.shares[blame], self.shares[there]
            steps[blame], steps[there] = _together(steps[blame], steps[there], *shares)
        for contrast, step in zip(self.all, steps, strict=True):
            self.odds[contrast.cause, contrast.context] *= math.exp(step)

    def _misses(self) -> list[float]:
        return [
            math.log(contrast.target / max(reached, LEAST))
            for contrast, reached in zip(self.all, self.reached, strict=True)
        ]

    @cached_property
    def _people(self) -> tuple[list[dict[str, str]], list[int]]:
        """All kinds of people, and by ratio the place of its first kind."""
        kinds: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
        places = []
        for ratio in self.all:
            kind = ratio.where_most or ratio.context, frozenset(ratio.among.items())
            places.append(kinds.setdefault(kind, 2 * len(kinds)))
        people = [
            some
            for asked, among in kinds
            for some in (dict(among), {**dict(among), asked: "absent"})
        ]
        return people, places

    def _measure(self, engine: Engine, numbers: Numbers) -> Iterator[tuple[float, float]]:
        """What each ratio comes to, and how many have the cause."""
        asked, places = self._people
        self._cases = self._cases or [Evidence.of(engine.network, people) for people in asked]
        causes = dict.fromkeys(contrast.cause for contrast in self.all)
        answer = engine.propagate_each(self._cases, causes, numbers)
        for contrast, first in zip(self.all, places, strict=True):
            some, none = answer.log_probability[[first, first + 1]].tolist()
            all_, without = 1.0, math.exp(none - some)
            present = answer.marginals[contrast.cause][[first, first + 1], 1].tolist()
            cause = present[0], without * present[1]
            ratio = _odds(*cause) / max(_odds(all_ - cause[0], without - cause[1]), LEAST)
            yield ratio, cause[0]


def _odds(all_: float, without: float) -> float:
    """Odds of the context from P(all) and P(those without it)."""
    return (all_ - without) / max(without, LEAST)


def _together(blame: float, there: float, explains: float, present: float) -> tuple[float, float]:
    """Newton's steps for two ratios that change each other: of being to blame, of being there.

    Some of those who have a cause suffer from it, and some who do not suffer from it have it.
    """
    silent = max(present - explains, LEAST)
    of_present, of_others = silent / present, silent / max(1.0 - explains, LEAST)
    slope = of_present + (1.0 - of_present) * of_others
    step = (there - (1.0 - of_present) * blame) / max(slope, LEAST)
    step = min(max(step, -FURTHEST), FURTHEST)
    return blame + of_others * step, step


CLOSE_ABSENT = 1e-5  # of P(absent)
HIGHEST = 0.98  # a leak; with more of it links would have nothing left to say
WORTH_A_REMARK = 0.01  # of P(absent): what is missed by less nobody would notice
LEAST_MOVE = 1e-9  # of P(absent): what moves less does not hang on the leak


@dataclass(frozen=True, slots=True)
class Specificity:
    """How often a finding is absent where it should be: P(absent | people without causes)."""

    finding: str
    target: float
    against: tuple[str, ...]  # causes that those people do not have
    among: Mapping[str, str]  # findings or contexts that they have beside the complaint, by id
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
        return abs(miss) < CLOSE_ABSENT or (self.leak == 0.0 and miss < 0.0)

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
    """Moves the leaks of findings until each specificity holds.

    Other causes and mediators that show the finding account for a part of the positives among
    those in whom it was measured; the leak is what is left. A higher leak leaves less to the
    links, since stated frequencies include it, so it is found by the secant method.
    """

    def __init__(
        self, wanted: Iterable[Specificity], start: Mapping[str, float], complaint: str
    ) -> None:
        self.all = tuple(wanted)
        self.complaint = complaint
        self._cases: list[Evidence] = []  # who is asked about, the same each time
        self._searches = {
            goal.finding: _Search(start.get(goal.finding, 0.8 * (1.0 - goal.target)))
            for goal in self.all
        }

    @property
    def leaks(self) -> dict[str, float]:
        """Leak of each finding as it stands."""
        return {id: search.leak for id, search in self._searches.items()}

    def measure(self, engine: Engine, numbers: Numbers) -> bool:
        """Measure every specificity on one row of numbers; whether each is met, or cannot be."""
        for goal, absent in zip(self.all, self._measure(engine, numbers), strict=True):
            self._searches[goal.finding].absent = absent
        return all(self._searches[goal.finding].rests(goal.target) for goal in self.all)

    def _measure(self, engine: Engine, numbers: Numbers) -> Iterator[float]:
        """P(finding absent) among those in whom its specificity was measured."""
        people = self._people(engine.network)
        self._cases = self._cases or [Evidence.of(engine.network, some) for some in people]
        logs = engine.propagate_each(self._cases, (), numbers).log_probability.tolist()
        for known, given, absent in zip(self._cases[::2], logs[::2], logs[1::2], strict=True):
            if given == -math.inf:
                raise impossible(known)
            yield min(1.0, math.exp(absent - given))

    def _people(self, network: Network) -> Iterator[dict[str, str]]:
        """Of each finding those in whom its specificity was measured, then those without it."""
        for goal in self.all:
            without = {id: "absent" for id in goal.against if id in network}
            people = {self.complaint: "present", **goal.among, **without}
            people.pop(goal.finding, None)
            yield from (people, {**people, goal.finding: "absent"})

    def move(self) -> None:
        """Move the leaks of those that are not met."""
        for goal in self.all:
            self._searches[goal.finding].step(goal.target)

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """One for each specificity that cannot hold, with the figure reached."""
        remarks = []
        for goal in self.all:
            reached = self._searches[goal.finding].absent
            if abs(reached - goal.target) > WORTH_A_REMARK:
                text = (
                    f"a specificity of {goal.target:.1%} cannot hold: other causes and mediators "
                    f"alone leave {reached:.1%} without it. Lower how often they show it, or name "
                    "them under 'against'."
                )
                remarks.append(Remark("specificity not reached", goal.place, text))
        return tuple(remarks)
