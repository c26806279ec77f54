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
    Fault("none (the right engine)", "plain.py", "", ""),
    Fault(
        "one message with the wrong sign",
        "plain.py",
        "gradients[mine] = pulled.reshape(table.shape)",
        "gradients[mine] = pulled.reshape(table.shape) * Scaled.of(np.asarray(-1.0))",
    ),
    Fault(
        "a factor left out",
        "plain.py",
        'yield Leaf(scope, Scaled.of(numbers[left]), "table", node, left)',
        'yield Leaf(scope, Scaled.of(np.ones_like(numbers[left])), "table", node, left)',
    ),
    Fault(
        "states of a table swapped",
        "plain.py",
        "left = np.transpose(np.asarray(places[taken]), order)",
        "left = np.transpose(np.asarray(places[..., ::-1][taken]), order)",
    ),
    Fault(
        "virtual evidence not heard",
        "plain.py",
        "likely = Scaled.of(soft[flat.own_start[node] : flat.own_start[node + 1]])",
        "likely = Scaled.of(np.ones(int(flat.states[node])))",
    ),
    Fault(
        "absent findings not heard",
        "plain.py",
        'yield Leaf((2 * parent,), Scaled.of(1.0 - numbers[own]), "quiet", node, own)',
        'yield Leaf((2 * parent,), Scaled.of(numbers[own] * 0.0 + 1.0), "quiet", node, own)',
    ),
    Fault(
        "a leak forgotten",
        "plain.py",
        "for number in numbers[places]:",
        "for number in numbers[places[1:]]:",
    ),
    Fault(
        "a known parent taken for its first state",
        "plain.py",
        "acting.append(link + int(hard[parent]))",
        "acting.append(link)",
    ),
    Fault(
        "1 - x where additions were",
        "plain.py",
        "fired = fired + unfired * Scaled.of(np.asarray(number))",
        "fired = Scaled.of(1.0 - np.ldexp(unfired.numbers, unfired.powers) * (1.0 - number))",
    ),
    Fault(
        "an ancestor taken for barren",
        "batch.py",
        "relevant[flat.parents[flat.parent_start[node] : flat.parent_start[node + 1]]] = True",
        "relevant[flat.parents[flat.parent_start[node] + 1 : flat.parent_start[node + 1]]] = True",
    ),
    Fault(
        "one term of the OR left out",
        "plain.py",
        "some = join(a1, b0 + b1, rest) + join(a0, b1, rest)",
        "some = join(a1, b0 + b1, rest)",
    ),
    Fault(
        "a scale forgotten on the way there",
        "plain.py",
        "return _normal(self.numbers * other.numbers, self.powers + other.powers)",
        "return _normal(self.numbers * other.numbers, self.powers)",
    ),
    Fault(
        "a scale forgotten on the way back",
        "plain.py",
        "quotient = _normal(self.numbers / other.numbers, self.powers - other.powers)",
        "quotient = _normal(self.numbers / other.numbers, self.powers)",
    ),
    Fault(
        "an observed node in another state",
        "plain.py",
        "taken = tuple(slice(None) if hard[member] < 0 else int(hard[member]) for",
        "taken = tuple(slice(None) if hard[member] < 0 else -1 - int(hard[member]) for",
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
