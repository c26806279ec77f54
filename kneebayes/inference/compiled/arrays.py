"""Arrays copied and scaled in place, without making others on the way."""

from __future__ import annotations

import numpy as np

from kneebayes.inference.compiled.jit import inner
from kneebayes.network import Numbers


@inner
def copy(of: Numbers, to: Numbers) -> None:
    """Write the values of one array into another, which may be longer."""
    for i in range(np.uint64(of.size)):
        to[i] = of[i]


@inner
def scale(values: Numbers, factor: float) -> None:
    """Multiply all values of an array."""
    for i in range(np.uint64(values.size)):
        values[i] *= factor


@inner
def largest_of(values: Numbers) -> float:
    """The largest of numbers that are not negative; 0 of none."""
    largest = 0.0
    for i in range(np.uint64(values.size)):
        largest = max(largest, values[i])
    return largest
