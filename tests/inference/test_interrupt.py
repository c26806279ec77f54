"""Ctrl-C at any moment: KeyboardInterrupt, and the next question is right."""

import subprocess
import sys
from pathlib import Path

import pytest

# SIGALRM handled as SIGINT is; a second process, so that what goes wrong cannot end the tests
CODE = """
import random, signal, sys, time
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.native import kernel
from kneebayes.network import Network, noisy_or_node, root_node

kernel(wait=True)
links = {f"c{at}": 0.5 for at in range(18)}
causes = [root_node(id, [0.9, 0.1]) for id in links]
network = Network((*causes, *(noisy_or_node(f"f{at}", 0.01, links) for at in range(9))))
engine = Engine(network)
seen = Evidence.of(network, {f"f{at}": "present" for at in range(9)})
few = Evidence.of(network, {f"f{at}": "present" for at in range(3)})

def ask():
    one = engine.propagate(few, list(links)).marginals["c0"].tolist()
    many = engine.propagate_each([few, seen, few], ["c0"]).marginals["c0"].tolist()
    joint = engine.joint(few, ["c0", "c1"])[0].tolist()
    slopes = engine.derive(few).derivatives.tolist()
    return one, many, joint, slopes

right = ask()
chance = random.Random(7)
signal.signal(signal.SIGALRM, signal.default_int_handler)
interrupts = lost = 0
while interrupts + lost < int(sys.argv[1]):
    try:
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0002, 0.05))
        end = time.monotonic() + 5.0
        while time.monotonic() < end:
            ask()
        lost += 1
    except KeyboardInterrupt:
        interrupts += 1
    assert ask() == right
print(interrupts, lost)
"""


def interrupted(times: int) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CODE, str(times)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [int(one) for one in done.stdout.split()]


def test_twenty_interrupts() -> None:
    assert interrupted(20) == [20, 0]


@pytest.mark.long
def test_two_thousand_interrupts() -> None:
    assert interrupted(2000) == [2000, 0]


LONG = """
import signal, time
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node

links = {f"c{at}": 0.5 for at in range(26)}
causes = [root_node(id, [0.9, 0.1]) for id in links]
network = Network((*causes, *(noisy_or_node(f"f{at}", 0.01, links) for at in range(20))))
engine = Engine(network).compile()
seen = Evidence.of(network, {f"f{at}": "present" for at in range(20)})
signal.signal(signal.SIGALRM, signal.default_int_handler)
for ask in (
    lambda: engine.propagate(seen, ["c0"]),
    lambda: engine.propagate_each([seen] * 8, ["c0"]),
    lambda: engine.joint(seen, ["c0"]),
    lambda: engine.derive(seen),
):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    began = time.process_time()  # however much else the machine does meanwhile
    try:
        ask()
        print("answered")
    except KeyboardInterrupt:
        print(time.process_time() - began)
    signal.setitimer(signal.ITIMER_REAL, 0.0)
"""


def test_a_long_question_is_left_at_once() -> None:
    """Not only when it is answered, which would take from one second to a minute."""
    done = subprocess.run(
        [sys.executable, "-c", LONG],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    waits = done.stdout.split()
    assert len(waits) == 4
    assert all(float(one) < 2.0 for one in waits if one != "answered"), waits
    assert "answered" not in waits
