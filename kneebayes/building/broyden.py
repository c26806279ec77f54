"""Many systems of equations of the same kind, solved side by side without derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kneebayes.inference.flat import Integers
from kneebayes.network import Numbers

__all__ = ["solve_rows"]

ROUNDS = 15  # what can be met is met in ten or so
PATIENCE = 3  # rounds in a row without coming closer after which a row is given up
CLOSER = 0.98  # what is left of a miss that came closer, at most
LONGEST_STEP = 1.0
LONGEST_ON_TRUST = 0.1  # where an unknown hardly matters, a step is long and says little
LEAST = 1e-300


def solve_rows(
    ask: Callable[[Integers, Numbers], Numbers],
    guess: Numbers,
    wanted: Numbers,
    inverse: Numbers,
    highest: float,
    close: float,
) -> tuple[Numbers, NDArray[np.bool_], int]:
    """Find where functions of rows of unknowns are as wanted (Broyden 1965, row by row).

    Rows that are done are not asked again: their last step, which is small, is taken on trust.
    Nor are rows that no longer come closer.

    Parameters
    ----------
    ask
        Called with numbers of rows and their unknowns; returns what follows, of that shape.
    guess, wanted
        Unknowns to begin with, and what is to follow from them: rows x unknowns.
    inverse
        Inverse of the Jacobian, about: the same for all rows to begin with.
    highest
        No unknown goes above.
    close
        How far what follows may be from what is wanted, before the last step.

    Returns
    -------
    found, held, rounds
        Unknowns, whether a row came close enough, and how many times the rows were asked.
    """
    found = np.minimum(guess, highest)
    miss = ask(np.arange(len(found)), found) - wanted
    inverses = np.repeat(inverse[None], len(found), axis=0)
    rounds = 1
    patience = np.full(len(found), PATIENCE)
    left = np.flatnonzero(np.abs(miss).max(axis=1) >= close)
    while left.size and rounds < ROUNDS:
        mine, before = inverses[left], found[left]
        step = _short(-np.einsum("rij,rj->ri", mine, miss[left]))
        found[left] = np.minimum(before + step, highest)
        step = found[left] - before
        missed = ask(left, found[left]) - wanted[left]
        turned = np.einsum("rij,rj->ri", mine, missed - miss[left])
        scale = np.einsum("ri,ri->r", step, turned)
        scale = np.where(np.abs(scale) > LEAST, scale, np.inf)
        row = np.einsum("ri,rij->rj", step, mine) / scale[:, None]
        inverses[left] = mine + (step - turned)[:, :, None] * row[:, None, :]
        away = np.abs(missed).max(axis=1)
        closer = away < CLOSER * np.abs(miss[left]).max(axis=1)
        patience[left] = np.where(closer, PATIENCE, patience[left] - 1)
        miss[left] = missed
        rounds += 1
        left = left[(away >= close) & (patience[left] > 0)]
    held = np.abs(miss).max(axis=1) < close
    last = np.einsum("rij,rj->ri", inverses[held], miss[held])
    found[held] -= _short(last, LONGEST_ON_TRUST)
    return np.minimum(found, highest), held, rounds


def _short(step: Numbers, most: float = LONGEST_STEP) -> Numbers:
    """Steps of at most a given length, so that a bad first guess does not run away."""
    longest = np.abs(step).max(axis=-1, keepdims=True)
    return np.asarray(step * np.minimum(1.0, most / np.maximum(longest, LEAST)))
