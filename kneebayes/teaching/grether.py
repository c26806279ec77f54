"""How much weight a learner gives to the prior and to the evidence (Grether 1980)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.arguments import check_fields, checked
from kneebayes.network import Numbers

__all__ = ["GretherWeights", "StatedBelief", "weigh_statements"]

CLEAR = 0.1  # a weight this close to 1 is no fault, however surely it is known
NORMAL = 1.959963984540054  # 97.5 % quantile of the standard normal


@dataclass(frozen=True, slots=True)
class StatedBelief:
    """One stated probability with what it should have come from.

    Attributes
    ----------
    case
        Number of the case; statements of one case go together.
    cause
        Id of the cause.
    prior
        Logit of P(cause | complaint, known background), before the first question.
    evidence
        Weight of evidence of all answers since, in nats: exact logit now minus ``prior``.
    stated
        Logit of the stated probability.
    """

    case: int
    cause: str
    prior: float
    evidence: float
    stated: float

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True)
class GretherWeights:
    """``stated logit = intercept + prior weight * prior logit + evidence weight * evidence``.

    Attributes
    ----------
    intercept, prior, evidence
        The coefficients; a Bayesian has 0, 1 and 1.
    intercept_error, prior_error, evidence_error
        Their standard errors, robust to statements of one case going together.
    statements, cases
        How many they rest on.
    """

    intercept: float
    prior: float
    evidence: float
    intercept_error: float
    prior_error: float
    evidence_error: float
    statements: int
    cases: int

    def interval(self, name: str) -> tuple[float, float]:
        """95 % interval of ``prior``, ``evidence`` or ``intercept``, by the normal distribution."""
        middle, error = float(getattr(self, name)), float(getattr(self, f"{name}_error"))
        return middle - NORMAL * error, middle + NORMAL * error

    @property
    def faults(self) -> tuple[str, ...]:
        """What the weights say is wrong, by name; empty for a good Bayesian.

        A weight is named where its 95 % interval lies off 1 and it differs by more than 0.1.
        """
        faults = []
        for name, low, high in (
            ("prior", "base-rate neglect", "too much weight on the base rate"),
            ("evidence", "conservatism", "over-reading of the evidence"),
        ):
            lower, upper = self.interval(name)
            weight = float(getattr(self, name))
            if upper < 1.0 and weight < 1.0 - CLEAR:
                faults.append(low)
            elif lower > 1.0 and weight > 1.0 + CLEAR:
                faults.append(high)
        return tuple(faults)


@checked
def weigh_statements(statements: Sequence[StatedBelief]) -> GretherWeights | None:
    """Regress stated logits on prior logits and weights of evidence.

    Least squares; standard errors are clustered by case (Liang and Zeger 1986) with the
    correction ``G / (G - 1) * (n - 1) / (n - 3)`` for G cases and n statements. None where
    fewer than three cases, fewer than four statements, or priors or evidence that do not vary
    leave the weights open.

    References
    ----------
    Grether: Bayes rule as a descriptive model: the representativeness heuristic, Quarterly
    Journal of Economics 95 (1980).

    Examples
    --------
    >>> said = [StatedBelief(c, "gout", p, e, 0.2 * p + e) for c, p, e in
    ...         [(0, -1.0, 0.0), (1, -2.0, 1.0), (2, -3.0, 0.5), (3, -4.0, 2.0)]]
    >>> weigh_statements(said).faults
    ('base-rate neglect',)
    """
    usable = [
        statement
        for statement in statements
        if np.isfinite([statement.prior, statement.evidence, statement.stated]).all()
    ]
    cases = np.array([statement.case for statement in usable])
    groups, count = np.unique(cases), len(usable)
    if len(groups) < 3 or count < 4:
        return None
    known = np.array([[1.0, statement.prior, statement.evidence] for statement in usable])
    stated = np.array([statement.stated for statement in usable])
    if np.linalg.matrix_rank(known) < 3:
        return None
    inverse = np.linalg.inv(known.T @ known)
    weights = inverse @ known.T @ stated
    residuals = stated - known @ weights
    scores = np.array([known[cases == group].T @ residuals[cases == group] for group in groups])
    correction = len(groups) / (len(groups) - 1) * (count - 1) / (count - 3)
    variance = correction * inverse @ (scores.T @ scores) @ inverse
    errors: Numbers = np.sqrt(np.maximum(np.diag(variance), 0.0))
    intercept, prior, evidence = weights.tolist()
    of_intercept, of_prior, of_evidence = errors.tolist()
    return GretherWeights(
        intercept, prior, evidence, of_intercept, of_prior, of_evidence, count, len(groups)
    )
