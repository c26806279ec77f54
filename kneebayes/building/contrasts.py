"""How often a context is found with and without a cause, so that a stated ratio holds.

A ratio compares the patients of a cause with the others of the same kind: with all who have the
complaint, or with suspects who have some finding too. What the network needs is
how often the context is found in the cause's own patients. It follows from the odds among the
others, and these hang on what their causes make of the context. So the odds are moved by what
the ratio misses, all ratios side by side; each hardly depends on the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kneebayes.inference import Engine, Evidence

__all__ = ["Contrast", "Contrasts"]

CLOSE = 3e-3  # of a ratio in logarithms
STILL = 1e-3  # what is missed, and moves less than this, cannot be met
LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Contrast:
    """How much more often a context is found with a cause than without it.

    Attributes
    ----------
    cause, context
        Their ids.
    target
        The ratio of odds.
    among
        What these people have, by id.
    """

    cause: str
    context: str
    target: float
    among: Mapping[str, str]


class Contrasts:
    """Moves the odds that ratios are taken against until each holds.

    Parameters
    ----------
    contrasts
        What is stated.
    odds
        Odds of the context among those without the cause, by cause and context; changed here.
    """

    def __init__(self, contrasts: Iterable[Contrast], odds: dict[tuple[str, str], float]) -> None:
        self.all = tuple(contrasts)
        self.odds = odds
        self.reached: tuple[float, ...] = ()

    def measure(self, engine: Engine) -> bool:
        """Measure every ratio; says whether each is met, or comes no nearer."""
        before, self.reached = self.reached, tuple(self._measure(engine))
        return not any(
            abs(miss) > CLOSE and not (before and abs(math.log(now / then)) < STILL)
            for miss, now, then in zip(
                self._misses(), self.reached, before or self.reached, strict=True
            )
        )

    def move(self) -> None:
        """Move the odds by what the ratios missed."""
        for contrast, miss in zip(self.all, self._misses(), strict=True):
            self.odds[contrast.cause, contrast.context] *= math.exp(miss)

    def _misses(self) -> list[float]:
        return [
            math.log(contrast.target / max(reached, LEAST))
            for contrast, reached in zip(self.all, self.reached, strict=True)
        ]

    def _measure(self, engine: Engine) -> Iterator[float]:
        """What each ratio comes to: two kinds of people for each context and suspicion."""
        kinds: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
        for one in self.all:
            kinds.setdefault((one.context, frozenset(one.among.items())), 2 * len(kinds))
        cases = [
            Evidence.of(engine.network, people)
            for context, among in kinds
            for people in (dict(among), {**dict(among), context: "absent"})
        ]
        answer = engine.propagate_each(cases, list(dict.fromkeys(one.cause for one in self.all)))
        for one in self.all:
            first = kinds[one.context, frozenset(one.among.items())]
            some, none = answer.log_probability[[first, first + 1]].tolist()
            all_, without = 1.0, math.exp(none - some)
            present = answer.marginals[one.cause][[first, first + 1], 1].tolist()
            cause = present[0], without * present[1]
            yield _odds(*cause) / max(_odds(all_ - cause[0], without - cause[1]), LEAST)


def _odds(all_: float, without: float) -> float:
    """Odds of the context from P(all) and P(those without it)."""
    return (all_ - without) / max(without, LEAST)
