"""Exact inference: evidence, elimination order, propagation; one question or many."""

from kneebayes.inference.batch import Batch, Propagation, numbers_of
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.limits import Budget
from kneebayes.inference.sampling import Sampled, draw_worlds, sample_posteriors
from kneebayes.inference.sets import smallest_conflict
from kneebayes.inference.single import Derivatives

__all__ = [
    "Batch",
    "Budget",
    "Derivatives",
    "Engine",
    "Evidence",
    "Propagation",
    "Sampled",
    "draw_worlds",
    "numbers_of",
    "sample_posteriors",
    "smallest_conflict",
]
