"""The kernel against the plain engine on random networks, under bounds checks.

``python -m tests.reliability.kernel_fuzz --networks 20000`` asks the kernel in child processes, for
a tenth of the networks under GCC's address and undefined-behaviour sanitizers: a read or write
outside an array, an overflow of a whole number, a shift too far ends the child. Networks are few or
many nodes, tables wide or narrow, with up to 300 states, two roots above causes, mediators and
leaves, likelihoods anywhere, nodes kept, numbers of 0, 1 and 1e-320, and limits of memory and work
drawn at random, so that giving up is tried too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from kneebayes.inference import Engine, Evidence, building
from kneebayes.inference.batch import Rows, cases_of, room_for_gradients, rows_of
from kneebayes.inference.native import Kernel, Status, kernel
from kneebayes.inference.plain import LEAK, Plain, ask_plainly
from kneebayes.network import Network, Node, noisy_or_node, table_node

CLOSE = 1e-9
PIECE = 500  # networks that one child process is asked for
PATIENCE = 10.0  # seconds a network, on average, after which a child hangs
CHECKED = 0.1  # share of the networks that is asked under bounds checks
SANITIZE = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
NARROW = 14.0  # log2 of the widest table for which the plain engine is asked as well


@dataclass
class Tally:
    """What was tried, and the largest difference from the plain engine."""

    networks: int = 0
    answered: int = 0
    refused: int = 0
    rough: int = 0
    compared: int = 0
    worst: float = 0.0
    wrong: list[int] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count what another process met."""
        for name in ("networks", "answered", "refused", "rough", "compared"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.worst = max(self.worst, other.worst)
        self.wrong += other.wrong


def random_network(rng: np.random.Generator) -> Network:
    """Any shape that the kernel may meet."""
    shape = rng.choice(["small", "many", "states", "pairs", "grid", "wide", "layers"])
    if shape == "layers":
        return layered_network(rng)
    count = {"small": rng.integers(1, 9), "many": rng.integers(20, 90), "states": 4}.get(
        shape, rng.integers(5, 40)
    )
    nodes: list[Node] = []
    for at in range(int(count)):
        if shape == "pairs" and at >= count // 3:
            parents = _some(rng, nodes[: int(count // 3)], 2)
        elif shape == "grid":
            side = int(count**0.5) + 1
            parents = [nodes[one] for one in (at - 1, at - side) if one >= 0]
        else:
            most = 6 if shape == "wide" else 3
            parents = _some(rng, nodes, int(rng.integers(0, most + 1)))
        nodes.append(_random_node(rng, f"n{at}", parents, 300 if shape == "states" else 4))
    return Network(tuple(nodes))


def layered_network(rng: np.random.Generator) -> Network:
    """Two roots that act on all causes, mediators below them, leaves below both."""
    roots = [_random_node(rng, id, [], 6) for id in ("age", "sex")]
    causes = [
        _random_node(rng, f"c{at}", _some(rng, roots, int(rng.integers(0, 3))), 2)
        for at in range(int(rng.integers(2, 9)))
    ]
    nodes = [*roots, *causes]
    for layer, most in (("m", 6), ("n", 3), ("f", 20)):
        below = []
        for at in range(int(rng.integers(1, most + 1))):
            parents = _some(rng, nodes[2:], int(rng.integers(1, 6)))
            links = {one.id: (0.0, *_numbers(rng, len(one.states) - 1)) for one in parents}
            below.append(noisy_or_node(f"{layer}{at}", float(rng.random() / 10.0), links))
        nodes += below
    return Network(tuple(nodes))


def _some(rng: np.random.Generator, nodes: list[Node], count: int) -> list[Node]:
    chosen = rng.permutation(len(nodes))[:count]
    return [nodes[one] for one in chosen]


def _random_node(rng: np.random.Generator, id: str, parents: list[Node], most: int) -> Node:
    entries = int(np.prod([len(one.states) for one in parents]))
    if parents and (rng.random() < 0.5 or entries > 5000):
        links = {one.id: tuple(_numbers(rng, len(one.states))) for one in parents}
        return noisy_or_node(id, float(_numbers(rng, 1)[0]), links)
    states = int(rng.integers(1, most + 1)) if rng.random() < 0.5 else 2
    table = rng.gamma(0.5, size=(*(len(one.states) for one in parents), states)) + 1e-300
    if rng.random() < 0.2:
        table *= rng.random(table.shape) < 0.7
        table[..., 0] += table.sum(axis=-1) == 0.0
    table /= table.sum(axis=-1, keepdims=True)
    names = [f"s{state}" for state in range(states)]
    return table_node(id, [one.id for one in parents], table, names)


def _numbers(rng: np.random.Generator, count: int) -> list[float]:
    drawn = rng.random(count)
    special = rng.random(count)
    drawn[special < 0.05] = 0.0
    drawn[special > 0.97] = 1.0
    drawn[(special > 0.05) & (special < 0.07)] = 1e-320
    return [float(one) for one in drawn]


def random_evidence(rng: np.random.Generator, network: Network) -> Evidence:
    """Hard, likely, faint; on any share of the nodes."""
    share, seen = rng.random(), {}
    sober = rng.random() < 0.5  # leaves are absent or unknown, as most findings of a patient
    for node in network.nodes:
        states = len(node.states)
        chance = rng.random()
        if chance > share or (sober and not node.parents):
            continue
        if sober and node.is_noisy_or and node.id.startswith("f"):
            seen[node.id] = (1.0, 0.0) if rng.random() < 0.9 else (0.0, 1.0)
            continue
        if chance < 0.6 * share:
            state = int(rng.integers(states))
            seen[node.id] = tuple(float(one == state) for one in range(states))
        else:
            scale = 10.0 ** -float(rng.integers(0, 200)) if rng.random() < 0.2 else 1.0
            seen[node.id] = tuple(float(one) for one in rng.random(states) * scale)
    return Evidence(seen)


def try_network(rng: np.random.Generator, native: Kernel, tally: Tally) -> None:
    """Ask one network in all three ways, some of them with next to no room."""
    network = random_network(rng)
    engine = Engine(network)
    flat, evidence = engine.flat, random_evidence(rng, network)
    batch = cases_of(network, flat, [evidence] * int(rng.integers(1, 4)), engine.numbers)
    wanted = np.flatnonzero(rng.random(len(network)) < rng.random()).tolist()
    asked = rows_of(flat, batch, wanted)
    if rng.random() < 0.3:
        asked = asked._replace(
            limits=asked.limits._replace(
                most=int(2 ** rng.integers(1, 16)),
                bytes=float(2 ** rng.integers(8, 22)),
                dearest=float(2 ** rng.integers(1, 20)),
                tries=int(rng.integers(1, 5)),
                cheap=0.0,
                dear=10.0,
            )
        )
    else:
        asked = asked._replace(limits=asked.limits._replace(most=2**20, tries=3))
    tally.networks += 1
    native.run_rows(flat, asked, 0, len(asked.logs))
    row = int(rng.integers(len(asked.logs)))
    _note(tally, int(asked.status[row]))
    right = _plain(engine, evidence, wanted)
    if right is not None and asked.status[row] == Status.DONE:
        tally.compared += 1
        _compare(tally, asked.logs[row], right.log_probability)
        if len(asked.marginals):
            softened = asked.softened | asked.wanted
            mask = np.repeat(softened, flat.states)
            _compare(
                tally,
                asked.marginals[row][mask & _wanted(engine, wanted)],
                right.marginals()[mask & _wanted(engine, wanted)],
            )
    _try_gradients(engine, native, asked, evidence, tally)
    _try_joint(rng, engine, native, asked, evidence, tally)


def _wanted(engine: Engine, wanted: list[int]) -> np.ndarray:
    mask = np.zeros(len(engine.network), dtype=np.bool_)
    mask[wanted] = True
    return np.repeat(mask, engine.flat.states)


def _plain(
    engine: Engine, evidence: Evidence, wanted: list[int], kept: list[int] | None = None
) -> Plain | None:
    """The plain engine, where it is quick."""
    batch = cases_of(engine.network, engine.flat, [evidence], engine.numbers)
    try:
        return ask_plainly(engine.flat, rows_of(engine.flat, batch, wanted), kept or ())
    except MemoryError:
        return None


def _single(asked: Rows, evidence: Evidence, engine: Engine) -> Rows:
    batch = cases_of(engine.network, engine.flat, [evidence], engine.numbers)
    return rows_of(engine.flat, batch)._replace(limits=asked.limits)


def _note(tally: Tally, status: int) -> None:
    if status == Status.BAD:
        raise AssertionError(status)
    tally.answered += status == Status.DONE
    tally.rough += status == Status.ROUGH
    tally.refused += status in {Status.TOO_WIDE, Status.NO_MEMORY}


def _compare(tally: Tally, found: np.ndarray, right: np.ndarray) -> None:
    found, right = np.atleast_1d(found), np.atleast_1d(right)
    with np.errstate(invalid="ignore"):  # two infinities are equal, and have no difference
        near = np.abs(found - right) <= CLOSE * np.maximum(1.0, np.abs(right))
    same = (found == right) | near
    finite = np.isfinite(found) & np.isfinite(right)
    apart = np.abs(found[finite] - right[finite]) / np.maximum(1.0, np.abs(right[finite]))
    tally.worst = max(tally.worst, float(apart.max(initial=0.0)))
    if not same.all():
        tally.wrong.append(tally.networks)


def _try_gradients(
    engine: Engine, native: Kernel, asked: Rows, evidence: Evidence, tally: Tally
) -> None:
    flat, single = engine.flat, _single(asked, evidence, engine)
    gradients = room_for_gradients(flat)
    native.run_gradients(flat, single, gradients)
    _note(tally, int(single.status[0]))
    if single.status[0] != Status.DONE or single.logs[0] == -np.inf:
        return
    relevant = [at for at, id in enumerate(engine.network.index) if id in evidence]
    right = _plain(engine, evidence, relevant)
    if right is None:
        return
    _, fired = right.slopes()
    for at, links in fired.items():
        for parent, share in links.items():
            if parent == LEAK or single.hard[0, parent] >= 0 or single.hard[0, at] == 0:
                continue
            slot = [*flat.parents[flat.parent_start[at] : flat.parent_start[at + 1]]].index(parent)
            start = int(flat.link_at[int(flat.parent_start[at]) + slot])
            places = slice(start, start + int(flat.states[parent]))
            mine = engine.numbers[0][places] @ gradients.links[places, 1]
            _compare(tally, np.array(mine), np.array(share))


def _try_joint(
    rng: np.random.Generator,
    engine: Engine,
    native: Kernel,
    asked: Rows,
    evidence: Evidence,
    tally: Tally,
) -> None:
    flat, single = engine.flat, _single(asked, evidence, engine)
    still = np.flatnonzero(single.hard[0] < 0)
    kept = sorted(rng.permutation(still)[: int(rng.integers(0, 6))].tolist())
    mask = np.zeros(len(flat.states), dtype=np.bool_)
    mask[kept] = True
    room = int(np.prod(flat.states[mask]))
    if room > 2**20:
        return
    scope, table, own = native.run_joint(flat, single, mask, room)
    _note(tally, int(single.status[0]))
    if single.status[0] != Status.DONE or single.logs[0] == -np.inf:
        return
    shape = [int(flat.states[at]) for at in scope]
    joint = table[: int(np.prod(shape))].reshape(shape).transpose(np.argsort(scope))
    for axis, at in enumerate(kept):
        if at not in scope:
            joint = np.expand_dims(joint, axis)
    for axis, at in enumerate(kept):
        mine = own[flat.own_start[at] : flat.own_start[at + 1]]
        joint = joint * mine.reshape([-1 if one == axis else 1 for one in range(len(kept))])
    right = _plain(engine, evidence, [], kept)
    if right is not None and joint.sum() > 0.0:
        _, wanted, log = right.joint()
        total = single.logs[0] + np.log(joint.sum())
        _compare(tally, total, log + np.log(wanted.sum()))
        _compare(tally, joint / joint.sum(), wanted / wanted.sum())


def sanitized(folder: Path) -> tuple[Path, dict[str, str]]:
    """The kernel under bounds checks, and what a process needs to load it."""
    path = folder / building.name_of(building.here())
    building.compile_to(["gcc"], path, SANITIZE)
    library = subprocess.run(
        ["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    options = {"ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc"}
    return path, {**options, "LD_PRELOAD": library, "KNEEBAYES_KERNEL": str(path)}


def run(networks: int, seed: int, first: int = 0) -> Tally:
    """Ask in this process."""
    native = kernel(wait=True)
    assert native is not None
    tally = Tally()
    for at in range(first, networks):
        try_network(np.random.default_rng([seed, at]), native, tally)
    return tally


def run_in_child(first: int, last: int, seed: int, checked: bool) -> Tally:
    """Ask some networks in a child process; ``checked``: under bounds checks."""
    with tempfile.TemporaryDirectory() as folder:
        extra = sanitized(Path(folder))[1] if checked else {}
        command = [sys.executable, "-m", "tests.reliability.kernel_fuzz", "--here"]
        done = subprocess.run(
            [*command, "--networks", str(last), "--first", str(first), "--seed", str(seed)],
            env={**os.environ, **extra},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE * (last - first),
        )
    if done.returncode != 0:
        message = f"networks {first} to {last} of seed {seed}, checked: {checked}: "
        message += f"{done.returncode} {done.stdout} {done.stderr[-4000:]}"
        raise AssertionError(message)
    return Tally(**json.loads(done.stdout))


def run_in_children(networks: int, seed: int, *, with_checks: bool = True) -> Tally:
    """Ask all in child processes, the first tenth under bounds checks; what all of them met."""
    tally = Tally()
    checked = int(networks * CHECKED) if with_checks else 0
    starts = [*range(0, checked, PIECE), *range(checked, networks, PIECE)]
    for start in tqdm(starts, desc="Asking random networks", unit="piece"):
        last = min(start + PIECE, checked if start < checked else networks)
        tally.add(run_in_child(start, last, seed, start < checked))
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--here", action="store_true", help="in this process, with its kernel")
    chosen = parser.parse_args()
    if chosen.here:
        print(json.dumps(asdict(run(chosen.networks, chosen.seed, chosen.first))))
    else:
        result = run_in_children(
            chosen.networks, chosen.seed, with_checks=shutil.which("gcc") is not None
        )
        print(result)
        sys.exit(bool(result.wrong))
