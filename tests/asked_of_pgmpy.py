"""pgmpy as an oracle."""

import warnings
from typing import Any


def query_pgmpy(model: Any, target: str, evidence: dict[str, str]) -> dict[str, float]:
    """P(state of one node | evidence) by pgmpy's variable elimination.

    Asks in the one way that was seen to answer right: greedy order, one variable, no bar.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from pgmpy.inference import VariableElimination

    factor = VariableElimination(model).query(
        [target], evidence=evidence, elimination_order="greedy", show_progress=False
    )
    names = factor.state_names[target]
    return {name: float(value) for name, value in zip(names, factor.values, strict=True)}
