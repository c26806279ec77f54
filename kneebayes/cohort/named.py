"""Cohorts with a name, that anyone can draw again bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kneebayes.cohort.recording import Recording
from kneebayes.cohort.simulation import SimulatedCohort, simulate
from kneebayes.errors import UnknownNameError, suggest

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["BENCHMARKS", "Benchmark", "benchmark_cohort"]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The recipe of a named cohort. A recipe never changes: a new one gets a new number.

    Attributes
    ----------
    name
        Its name, with its number.
    n, seed, recording
        How it is drawn.
    digest
        SHA-256 that the cohort drawn from the article's model has (see
        :attr:`SimulatedCohort.digest`). A model with other numbers draws another cohort.
    """

    name: str
    n: int
    seed: int
    recording: Recording
    digest: str


BENCHMARKS = {
    "kneebayes-1": Benchmark(
        name="kneebayes-1",
        n=5000,
        seed=2024,
        recording=Recording(
            context=0.9, history=0.2, symptom=0.15, sign=0.12, test=0.04, absent_written=1.0
        ),
        digest="610605ca5ab24281bb330812fb322930bbb3ad3b1cb679eb8f3dd2b401f94437",
    )
}


def benchmark_cohort(model: ModelLike, name: str = "kneebayes-1") -> SimulatedCohort:
    """Draw a named cohort, the same bit for bit wherever the model is the same.

    Parameters
    ----------
    model
        Whose patients.
    name
        Which one. ``"kneebayes-1"``: 5000 patients, complaint present, seen at a first
        visit. Another recipe would get another number.

    Raises
    ------
    UnknownNameError
        If there is no such benchmark.

    See Also
    --------
    kneebayes.cohort.BENCHMARKS : The recipes, with the digest of the article's cohort.
    """
    if name not in BENCHMARKS:
        message = f"No benchmark '{name}'. There are: {', '.join(BENCHMARKS)}."
        raise UnknownNameError(message, str(name), suggest(str(name), BENCHMARKS))
    recipe = BENCHMARKS[name]
    drawn = simulate(model, recipe.n, recipe.seed, recording=recipe.recording)
    return replace(drawn, name=recipe.name)
