"""Exactness: random networks against enumeration, without rounding where P(e) is tiny."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import oracle
from benchmarks.accuracy import measure_enumerated
from benchmarks.report import largest
from tqdm.auto import tqdm

from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node, table_node
from reliability.asking import WAYS, Ask
from reliability.checks import Check

PART = "exactness"
CLOSE = "< 1e-12"
TINY = 1e-40
DECADES = (2.0, 12.0)  # by how many powers of ten numbers are made smaller


def measure_exactness(count: int, tiny: int, seed: int) -> list[Check]:
    """Errors over random networks of all kinds, and over ones whose evidence is hardly possible."""
    checks = [
        Check(PART, "random networks, all kinds of node and evidence", one.measure, one.value,
              CLOSE, one.count, one.note)
        for one in measure_enumerated(count, seed)
    ]  # fmt: skip
    cases = [(*case, *rights_of(*case)) for case in tiny_cases(tiny, seed)]
    smallest = min(float(log_of(right)) for _, _, right, _ in cases) / np.log(10.0)
    subject = "networks of faint numbers"
    note = f"down to P(evidence) = 1e{smallest:.0f}; P(evidence) < {TINY:g} in all"
    for way, ask in WAYS.items():
        weights, shares = zip(*(errors_of(ask, *case) for case in cases), strict=True)
        checks.append(
            Check(PART, f"{subject}, {way}", "error of P(evidence), relative", largest(weights),
                  CLOSE, tiny, note)
        )  # fmt: skip
        checks.append(
            Check(PART, f"{subject}, {way}", "error of posteriors, relative", largest(shares),
                  CLOSE, tiny)
        )  # fmt: skip
    return checks


def tiny_cases(count: int, seed: int) -> Iterator[tuple[Network, Evidence]]:
    """Random networks of faint numbers with evidence of probability below 1e-40."""
    rng = np.random.default_rng(seed)
    with tqdm(total=count, desc="faint numbers", leave=False, mininterval=1) as bar:
        while bar.n < count:
            network = faint(rng, oracle.random_network(rng, 8))
            said = {node.id: node.states[-1] for node in network.nodes if rng.random() < 0.9}
            evidence = Evidence.of(network, said)
            if 0.0 < oracle.weigh(network, evidence) < TINY:
                bar.update()
                yield network, evidence


def faint(rng: np.random.Generator, network: Network) -> Network:
    """The same arrows, every number made smaller by some powers of ten."""

    def less(values: object) -> np.ndarray:
        numbers = np.asarray(values, dtype=float)
        return np.minimum(numbers, 0.5) * 10.0 ** -rng.uniform(*DECADES, size=numbers.shape)

    nodes = []
    for node in network.nodes:
        if node.is_noisy_or:
            links = {one.parent: less(one.strength).tolist() for one in node.links}
            nodes.append(noisy_or_node(node.id, float(less(node.leak or 0.0)), links))
        else:
            table = less(np.array(node.table).reshape(network.shape_of(node)))
            table[..., 0] = 1.0 - table[..., 1:].sum(axis=-1)
            nodes.append(table_node(node.id, node.parents, table, node.states))
    return network.replacing(nodes)


def rights_of(network: Network, evidence: Evidence) -> tuple[Fraction, dict[str, np.ndarray]]:
    """P(evidence), and P(state, evidence) of every node, without rounding.

    Long doubles would not do: 1 - (1 - 1e-14) has five digits in them.
    """
    shares = oracle.weigh_states(network, evidence, Fraction)
    return sum(next(iter(shares.values())), start=Fraction(0)), shares


def errors_of(
    ask: Ask, network: Network, evidence: Evidence, right: Fraction, rights: dict
) -> tuple[float, float]:
    """Relative error of P(evidence), and the largest relative error of a posterior."""
    told = ask(network, evidence)
    logs = float(told.log_probability[0])
    errors = []
    for id, share in rights.items():
        for expected, found in zip(share, told.marginals[id][0], strict=True):
            posterior = float(expected / right)
            if posterior > 1e-300:  # below, a double has fewer digits
                errors.append(abs(float(found) / posterior - 1.0))
    return abs(float(np.expm1(np.longdouble(logs) - log_of(right)))), largest(errors)


def log_of(value: Fraction) -> np.longdouble:
    """Natural logarithm of a number that may be too small for a double."""
    shift = value.denominator.bit_length() - value.numerator.bit_length()
    mantissa = float(value * Fraction(2) ** shift)
    return np.log(np.longdouble(mantissa)) - shift * np.log(np.longdouble(2))
