"""Exact inference: evidence, elimination order, propagation; one question or many."""

from kneebayes.inference.batch import Batch, Propagation, numbers_of
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.limits import Budget
from kneebayes.inference.sampling import Sampled, draw_worlds, sample_posteriors
from kneebayes.inference.sets import (
    CauseSet,
    most_probable_sets,
    probability_of_exactly,
    smallest_conflict,
)
from kneebayes.inference.single import Derivatives

__all__ = [
    "Batch",
    "Budget",
    "CauseSet",
    "Derivatives",
    "Engine",
    "Evidence",
    "Propagation",
    "Sampled",
    "draw_worlds",
    "most_probable_sets",
    "numbers_of",
    "probability_of_exactly",
    "sample_posteriors",
    "smallest_conflict",
]
