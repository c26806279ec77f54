"""Accuracy: against enumeration, and where two faster known methods lose every digit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import oracle
from tqdm import tqdm

from benchmarks.quickscore import quickscore
from benchmarks.report import Figure, largest
from benchmarks.signed import exact, in_doubles
from benchmarks.two_level import TwoLevel, random_two_level
from kneebayes.inference import Engine

ENUMERATED = "accuracy: random networks against enumeration"
DEFEATED = "accuracy: rare causes, faint links, against whole numbers"
PRIORS, STRENGTHS = (0.001, 0.05), (0.01, 0.2)
OURS, QUICKSCORE, SIGNED = "kneebayes", "Quickscore in doubles", "rank-one signed in doubles"
WORTHLESS = 1.0  # an error as large as the number itself

Case = dict[str, Any]
Weigh = Callable[[TwoLevel, dict[int, bool], "int | None"], float]


def measure_enumerated(count: int, seed: int) -> list[Figure]:
    """Largest errors over random networks of up to nine nodes, every kind of node and evidence."""
    weights: list[float] = []
    posteriors: list[float] = []
    for network, evidence, _ in tqdm(
        oracle.cases(count, seed), total=count, desc="enumeration", leave=False, mininterval=1
    ):
        shares = oracle.weigh_states(network, evidence)
        right = oracle.weigh(network, evidence)
        told = Engine(network).propagate(evidence, list(network.index))
        weights.append(float(abs(np.exp(np.longdouble(told.log_probability[0])) / right - 1)))
        for name, share in shares.items():
            posteriors.append(float(np.abs(told.marginals[name][0] - share / right).max()))
    return [
        Figure(
            ENUMERATED, OURS, "", "error of P(evidence)", largest(weights), "", count, "relative"
        ),
        Figure(
            ENUMERATED, OURS, "", "error of posteriors", largest(posteriors), "", count, "absolute"
        ),
    ]


def dense_case(positives: int) -> tuple[TwoLevel, dict[int, bool]]:
    """Twelve rare causes and so many positive findings: plain Quickscore sums 2^so many terms."""
    rng = np.random.default_rng(1)
    net = random_two_level(rng, 12, 24, (3, 5), PRIORS, STRENGTHS)
    return net, dict.fromkeys(range(positives), True)


def wide_case() -> tuple[TwoLevel, dict[int, bool]]:
    """All of 45 findings answered, 18 of them positive; 27 rare causes."""
    rng = np.random.default_rng(1)
    net = random_two_level(rng, 27, 45, (5, 8), PRIORS, STRENGTHS)
    positive = rng.choice(45, 18, replace=False).tolist()
    return net, dict.fromkeys(range(45), False) | dict.fromkeys(positive, True)


def weigh_ours(net: TwoLevel, states: dict[int, bool], present: int | None = None) -> float:
    """P(findings), or P(findings, cause present), by kneebayes."""
    network, evidence = net.network(), net.evidence(states)
    told = Engine(network).propagate(evidence, net.causes)
    weight = float(np.exp(told.log_probability[0]))
    return weight if present is None else weight * told.present(net.causes[present])


def errors_of(
    net: TwoLevel, states: dict[int, bool], weigh: Weigh, right: list[Fraction]
) -> tuple[float, float]:
    """Relative error of P(findings), and the largest absolute error of a posterior.

    ``right`` holds P(findings), then P(findings, cause present) of each cause.
    """
    total = weigh(net, states, None)
    wrong = error_of(total, right[0])
    errors = []
    for cause in range(len(right) - 1):
        share = weigh(net, states, cause) / total if total else 0.0
        errors.append(abs(float(Fraction(share) - right[cause + 1] / right[0])))
    return wrong, max(errors)


def error_of(found: float, right: Fraction) -> float:
    """Relative error."""
    return abs(float(Fraction(found) / right - 1))


def rights_of(net: TwoLevel, states: dict[int, bool]) -> list[Fraction]:
    """P(findings), and P(findings, cause present) of each cause, without rounding."""
    return [exact(net, states), *(exact(net, states, at) for at in range(len(net.priors)))]


def measure_defeated(positives: list[int], *, wide: bool) -> tuple[list[Figure], list[Case]]:
    """Errors of each method; Quickscore where 2^positives terms can be summed."""
    cases: list[Case] = []
    for number in tqdm(positives, desc="positive findings", leave=False):
        net, states = dense_case(number)
        right = rights_of(net, states)
        for method, weigh in ((QUICKSCORE, quickscore), (SIGNED, in_doubles), (OURS, weigh_ours)):
            cases.append(case_of("12 causes", states, method, weigh, net, right))
    if wide:
        net, states = wide_case()
        right = rights_of(net, states)
        for method, weigh in ((SIGNED, in_doubles), (OURS, weigh_ours)):
            cases.append(case_of("27 causes", states, method, weigh, net, right))
    return [figure for case in cases for figure in figures_of(case)], cases


def case_of(
    subject: str,
    states: dict[int, bool],
    method: str,
    weigh: Weigh,
    net: TwoLevel,
    right: list[Fraction],
) -> Case:
    """One row of the detailed table."""
    weight, posterior = errors_of(net, states, weigh, right)
    return {
        "network": subject,
        "findings": len(states),
        "positive": sum(states.values()),
        "method": method,
        "P(findings)": float(right[0]),
        "found": weigh(net, states, None),
        "relative error of P(findings)": weight,
        "largest error of a posterior": posterior,
    }


def figures_of(case: Case) -> list[Figure]:
    """Both errors of one case."""
    findings = f"{case['findings']} findings, {case['positive']} positive, {case['network']}"
    weight = case["relative error of P(findings)"]
    lost = f"found {case['found']:.2e} for {case['P(findings)']:.2e}" if weight > WORTHLESS else ""
    posterior = case["largest error of a posterior"]
    return [
        Figure(
            DEFEATED,
            findings,
            case["method"],
            "error of P(findings)",
            weight,
            "",
            1,
            lost or "relative",
        ),
        Figure(
            DEFEATED, findings, case["method"], "error of posteriors", posterior, "", 1, "absolute"
        ),
    ]
