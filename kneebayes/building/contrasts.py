"""How often a context is found with and without a cause, so that a stated ratio holds.

A ratio compares the patients of a cause with the others of the same kind: with all who have the
complaint, or with suspects who have some finding too. What the network needs is
how often the context is found in the cause's own patients. It follows from the odds among the
others, and these hang on what their causes make of the context. So the odds are moved by what
the ratio misses, all ratios side by side; each hardly depends on the others. Only the ratios of
one context for having a cause and for its being to blame do: these two are moved together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Numbers

CLOSE = 3e-3  # of a ratio in logarithms
STILL = 1e-3  # what is missed, and moves less than this, cannot be met
LEAST = 1e-300
FURTHEST = 1.0  # of a step, in logarithms


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much more often (a ratio of odds) a context is found with a cause than without it.

    ``among`` says what these people have, by id.
    """

    cause: str
    context: str
    target: float
    among: Mapping[str, str]


class Contrasts:
    """Moves the odds that ratios are taken against until each holds.

    ``odds`` are those of the context among those without the cause, by cause and context, and are
    changed here; ``explaining`` says by the node that says that a cause is there the cause that
    then may explain the complaint.
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
        self._network: Network | None = None
        self._cases: list[Evidence] = []
        places = {(one.cause, one.context): at for at, one in enumerate(self.all)}
        found = {
            at: places.get(((explaining or {}).get(one.cause, ""), one.context))
            for at, one in enumerate(self.all)
        }
        self.pairs = [(blame, there) for there, blame in found.items() if blame is not None]

    def measure(self, engine: Engine, numbers: Numbers) -> bool:
        """Measure every ratio; says whether each is met, or comes no nearer.

        ``engine`` is of a network with the same arrows, ``numbers`` are one row of its numbers.
        """
        before = self.reached
        measured = list(self._measure(engine, numbers))
        self.reached = tuple(reached for reached, _ in measured)
        self.shares = tuple(share for _, share in measured)
        return not any(
            abs(miss) > CLOSE and not (before and abs(math.log(now / then)) < STILL)
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
    def _causes(self) -> list[str]:
        return list(dict.fromkeys(one.cause for one in self.all))

    @cached_property
    def _people(self) -> tuple[list[dict[str, str]], list[int]]:
        """All kinds of people, and by ratio the place of its first kind."""
        kinds: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
        places = [
            kinds.setdefault((one.context, frozenset(one.among.items())), 2 * len(kinds))
            for one in self.all
        ]
        people = [
            some
            for context, among in kinds
            for some in (dict(among), {**dict(among), context: "absent"})
        ]
        return people, places

    def _measure(self, engine: Engine, numbers: Numbers) -> Iterator[tuple[float, float]]:
        """What each ratio comes to, and how many have the cause.

        There are two kinds of people for each context and suspicion.
        """
        asked, places = self._people
        if self._network is not engine.network:  # who is asked about is the same each time
            self._network = engine.network
            self._cases = [Evidence.of(engine.network, people) for people in asked]
        answer = engine.propagate_each(self._cases, self._causes, numbers)
        for one, first in zip(self.all, places, strict=True):
            some, none = answer.log_probability[[first, first + 1]].tolist()
            all_, without = 1.0, math.exp(none - some)
            present = answer.marginals[one.cause][[first, first + 1], 1].tolist()
            cause = present[0], without * present[1]
            ratio = _odds(*cause) / max(_odds(all_ - cause[0], without - cause[1]), LEAST)
            yield ratio, cause[0]


def _odds(all_: float, without: float) -> float:
    """Odds of the context from P(all) and P(those without it)."""
    return (all_ - without) / max(without, LEAST)


def _together(blame: float, there: float, explains: float, present: float) -> tuple[float, float]:
    """Steps by what two ratios miss that change each other (Newton's, with slopes from shares).

    Who has a cause is to some part who suffers from it; who does not suffer from it is to some
    part who has it in silence.
    """
    silent = max(present - explains, LEAST)
    of_present, of_others = silent / present, silent / max(1.0 - explains, LEAST)
    slope = of_present + (1.0 - of_present) * of_others
    step = (there - (1.0 - of_present) * blame) / max(slope, LEAST)
    step = min(max(step, -FURTHEST), FURTHEST)
    return blame + of_others * step, step
