"""One-way sensitivity: a posterior as an exact function of one number of the model.

P(evidence) and P(cause, evidence) are linear in a number x by itself, so the posterior is
``(a + b x) / (c + d x)`` (Castillo, Gutierrez and Hadi 1997; Coupe and van der Gaag 2002).
Two questions, at x = 0 and x = 1, give both lines, for all causes together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kneebayes.errors import EvidenceError, ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Numbers

__all__ = ["Flip", "Sensitivity", "What", "move_number", "move_prior"]

What = Literal["prior", "link", "liability", "factor", "leak", "share"]
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the most probable cause changes.

    Attributes
    ----------
    value
        The number at which both causes are equally probable.
    below, above
        Ids of the most probable cause just below and just above it.
    posterior
        Their posterior there.
    """

    value: float
    below: str
    above: str
    posterior: float


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Posteriors of all causes as functions of one number.

    Attributes
    ----------
    what, node, parent, state
        Which number: ids; the parent and its state only for a link, or for the factor of a
        context that multiplies.
    value
        What it is in the model.
    causes
        Ids.
    at_zero, at_one
        P(cause, evidence) with the number at 0 and at 1, all on one scale.
    evidence
        P(evidence) with the number at 0 and at 1, on the same scale.
    """

    what: What
    node: str
    parent: str
    state: str
    value: float
    causes: tuple[str, ...]
    at_zero: Numbers
    at_one: Numbers
    evidence: tuple[float, float]

    def posterior(self, cause: str, x: float) -> float:
        """P(cause | evidence) with the number at ``x``.

        Raises
        ------
        EvidenceError
            If ``x`` is not a probability.
        ImpossibleEvidenceError
            If the evidence is impossible with that number.
        """
        if not 0.0 <= x <= 1.0:
            message = f"The number must be between 0 and 1, got {x!r}."
            raise EvidenceError(message)
        at = self.causes.index(cause)
        whole = (1.0 - x) * self.evidence[0] + x * self.evidence[1]
        if whole == 0.0:
            message = f"With the number at {x:g} the evidence is impossible; ask elsewhere."
            raise ImpossibleEvidenceError(message)
        return float(((1.0 - x) * self.at_zero[at] + x * self.at_one[at]) / whole)

    def coefficients(self, cause: str) -> tuple[float, float, float, float]:
        """``a, b, c, d`` of ``(a + b x) / (c + d x)``."""
        at = self.causes.index(cause)
        a, c = float(self.at_zero[at]), self.evidence[0]
        return a, float(self.at_one[at]) - a, c, self.evidence[1] - c

    def flips(self) -> tuple[Flip, ...]:
        """Where the most probable cause changes, from 0 to 1.

        All posteriors share their denominator, so this is the upper edge of straight lines.
        """
        slopes = self.at_one - self.at_zero
        found: list[Flip] = []
        x = 0.0
        top = self._leading(self.at_zero, slopes)
        while True:
            gains = slopes - slopes[top]
            gaps = self.at_zero[top] - self.at_zero
            with np.errstate(divide="ignore", invalid="ignore"):
                meets = np.where(gains > SAME * np.abs(slopes).max(), gaps / gains, np.inf)
            meets = np.where(meets > x + SAME, meets, np.inf)
            nearest = float(meets.min())
            if not nearest < 1.0:
                return tuple(found)
            here = np.isclose(meets, nearest, rtol=SAME, atol=0.0)
            next_top = int(np.argmax(np.where(here, slopes, -np.inf)))
            x = nearest
            above = self.causes[next_top]
            found.append(Flip(x, self.causes[top], above, self.posterior(above, x)))
            top = next_top

    def _leading(self, heights: Numbers, slopes: Numbers) -> int:
        """The highest line just right of 0."""
        best = heights >= heights.max() * (1.0 - SAME)
        return int(np.argmax(np.where(best, slopes, -np.inf)))


def move_number(
    engine: Engine,
    causes: Sequence[str],
    evidence: Evidence,
    place: int,
    number: tuple[What, str, str, str],
) -> Sensitivity:
    """Move one number of the network; every other number of the network stays as it is.

    Parameters
    ----------
    engine, causes, evidence
        What to ask.
    place
        Where the number stands in :func:`numbers_of`; for a share that of ``absent``.
    number
        Kind, node, parent and its state.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero whatever the number is.
    """
    rows = np.repeat(engine.numbers, 2, axis=0)
    own = place + 1 if number[0] == "share" else place
    rows[:, own] = 0.0, 1.0
    if number[0] in ("share", "factor"):
        rows[:, own - 1] = 1.0, 0.0
    told = engine.propagate_each([evidence], causes, rows)
    joint = np.stack([told.marginals[cause][:, 1] for cause in causes], axis=1)
    return _both_ends(number, float(engine.numbers[0, own]), causes, told.log_probability, joint)


def move_prior(
    engine: Engine, causes: Sequence[str], evidence: Evidence, cause: str, prior: float
) -> Sensitivity:
    """Move P(cause | complaint); all that depends on the cause stays as it is given the cause.

    The patients with and without the cause stay what they are, only how many there are of
    each changes (probability kinematics, Jeffrey 1965). No other number of the model moves,
    but what else is probable among patients shifts with the mixture: other causes, which
    compete for the complaint, become rarer as this one becomes commoner.

    Parameters
    ----------
    engine, causes, evidence
        What to ask; the complaint must be part of the evidence.
    cause, prior
        Which cause, and P(cause | complaint) in the model.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.
    """
    known = evidence.likelihoods.get(cause, (1.0, 1.0))
    cases = [Evidence({**evidence.likelihoods, cause: state}) for state in ((1.0, 0.0), (0.0, 1.0))]
    told = engine.propagate_each(cases, causes)
    joint = np.stack([told.marginals[one][:, 1] for one in causes], axis=1)
    with np.errstate(divide="ignore"):
        logs = told.log_probability + np.log(np.array(known)) - np.log([1.0 - prior, prior])
    return _both_ends(("prior", cause, "", ""), prior, causes, logs, joint)


def _both_ends(
    number: tuple[What, str, str, str],
    value: float,
    causes: Sequence[str],
    logs: Numbers,
    joint: Numbers,
) -> Sensitivity:
    largest = float(logs.max())
    if largest == -np.inf:
        message = "The evidence has probability zero, so nothing follows from it."
        raise ImpossibleEvidenceError(message)
    whole = np.exp(logs - largest)
    shares = joint * whole[:, None]
    ends = (float(whole[0]), float(whole[1]))
    return Sensitivity(*number, value, tuple(causes), shares[0], shares[1], ends)
