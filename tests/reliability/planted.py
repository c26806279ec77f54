"""Faults planted in the engine: at least one figure must catch each."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import oracle
from benchmarks.report import largest
from tqdm.auto import tqdm

from reliability.asking import ask_plain
from reliability.checks import Check
from reliability.copies import copy_of_package, run_python, spoilt
from reliability.exactness import errors_of, rights_of, tiny_cases
from reliability.laws import worst_by_law

PART = "planted faults"
LIMIT = 1e-12
PATIENCE = 120.0  # seconds for the figures on one faulty engine


@dataclass(frozen=True)
class Fault:
    """A piece of code and what is planted in its place."""

    what: str
    file: str
    right: str
    wrong: str


FAULTS = [
    Fault("none (the right engine)", "propagation.py", "", ""),
    Fault(
        "one message with the wrong sign",
        "propagation.py",
        "gradients[mine] = pulled.reshape(table.shape)",
        "gradients[mine] = -pulled.reshape(table.shape)",
    ),
    Fault(
        "a factor left out",
        "leaves.py",
        "return [Leaf(scope, np.transpose(numbers, order))]",
        "return [Leaf(scope, np.ones_like(np.transpose(numbers, order)))]",
    ),
    Fault(
        "states of a table swapped",
        "leaves.py",
        "numbers = network.table_of(node)[taken]",
        "numbers = network.table_of(node)[..., ::-1][taken]",
    ),
    Fault(
        "virtual evidence not heard",
        "leaves.py",
        "likelihoods.get(at, np.ones(len(node.states)))",
        "np.ones(len(node.states))",
    ),
    Fault(
        "absent findings not heard",
        "leaves.py",
        "own[parent] = own[parent] * (1.0 - strength)",
        "own[parent] = own[parent] * 1.0",
    ),
    Fault("a leak forgotten", "leaves.py", "fired = node.leak or 0.0", "fired = 0.0"),
    Fault(
        "a known parent taken for its first state",
        "leaves.py",
        "unfired *= 1.0 - link.strength[state]",
        "unfired *= 1.0 - link.strength[0]",
    ),
    Fault(
        "1 - x where additions were",
        "leaves.py",
        "fired = _any_fires(node, pattern, network)",
        "fired = 1.0 - unfired",
    ),
    Fault(
        "an ancestor taken for barren",
        "leaves.py",
        "for parent in network.nodes[at].parents:",
        "for parent in network.nodes[at].parents[1:]:",
    ),
    Fault(
        "one term of the OR left out",
        "tables.py",
        "some = join(a1, b0 + b1, rest) + join(a0, b1, rest)",
        "some = join(a1, b0 + b1, rest)",
    ),
    Fault(
        "a scale forgotten on the way there",
        "propagation.py",
        "log_scale += log(largest)",
        "log_scale += 0.0",
    ),
    Fault(
        "a scale forgotten on the way back",
        "propagation.py",
        "gradient = gradient / forward.scales[step.out]",
        "gradient = gradient * 1.0",
    ),
    Fault(
        "an observed node in another state",
        "engine.py",
        "share[state] = 1.0",
        "share[-1 - state] = 1.0",
    ),
    Fault(
        "evidence on one node added, not multiplied",
        "evidence.py",
        "tuple(a * b for a, b in zip(before, likelihood, strict=True))",
        "tuple(a + b for a, b in zip(before, likelihood, strict=True))",
    ),
]


def figures(count: int, seed: int) -> dict[str, float]:
    """Every figure that needs no article, of the engine without compiled code."""
    cases = list(oracle.cases(count, seed))
    weights, posteriors = [], []
    for network, evidence, _ in cases:
        right, shares = oracle.weigh(network, evidence), oracle.weigh_states(network, evidence)
        told = ask_plain(network, evidence)
        weights.append(abs(float(np.expm1(told.log_probability[0] - np.log(right)))))
        posteriors += [
            float(np.abs(told.marginals[id][0] - share / right).max())
            for id, share in shares.items()
        ]
    faint = [errors_of(ask_plain, *case, *rights_of(*case)) for case in tiny_cases(8, seed)]
    rng = np.random.default_rng(seed)
    laws = worst_by_law(((network, evidence) for network, evidence, _ in cases), rng, ask_plain)
    return {
        "P(evidence) by enumeration": largest(weights),
        "posteriors by enumeration": largest(posteriors),
        "faint numbers": largest(value for pair in faint for value in pair),
        **laws,
    }


def measure_planted(count: int, seed: int) -> list[Check]:
    """How many figures catch each fault.

    Raises
    ------
    ValueError
        If the code in which a fault is to be planted is not there exactly once.
    """
    checks = []
    with copy_of_package() as copy:
        for fault in tqdm(FAULTS, desc="planted faults", leave=False):
            path = copy / "kneebayes" / "inference" / fault.file
            text = path.read_text(encoding="utf-8")
            if fault.right and text.count(fault.right) != 1:
                message = f"{fault.file} holds {fault.right!r} {text.count(fault.right)} times"
                raise ValueError(message)
            faulty = text.replace(fault.right, fault.wrong) if fault.right else text
            with spoilt(path, faulty):
                caught = catching(copy, count, seed)
            demanded = "> 0" if fault.right else "= 0"
            note = ", ".join(caught)
            checks.append(
                Check(PART, fault.what, "figures that catch it", len(caught), demanded, count, note)
            )
    return checks


def catching(copy, count: int, seed: int) -> list[str]:
    """Names of the figures that are not what they must be; an engine that fails is caught too."""
    try:
        done = run_python(copy, ["-m", "reliability.planted", str(count), str(seed)], PATIENCE)
    except subprocess.TimeoutExpired:
        return ["takes forever"]
    if done.returncode:
        return [f"fails: {done.stderr.strip().splitlines()[-1][:60]}"]
    told = json.loads(done.stdout.splitlines()[-1])
    return [name for name, value in told.items() if not value < LIMIT]


if __name__ == "__main__":
    print(json.dumps(figures(int(sys.argv[1]), int(sys.argv[2]))))
