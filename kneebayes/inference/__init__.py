"""Exact inference: evidence, elimination order, propagation."""

from kneebayes.inference.conflict import smallest_conflict
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.propagation import Propagation

__all__ = ["Engine", "Evidence", "Propagation", "smallest_conflict"]
