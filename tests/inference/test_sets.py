"""States of several nodes together, the most probable first, against all of them."""

from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np
import oracle
import pytest

from kneebayes.errors import ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.sets import probable_states, smallest_conflict
from kneebayes.network import Network, noisy_or_node, root_node

CAUSES = ("a", "b", "c")
NETWORK = Network(
    (
        *(root_node(id, [0.9 - 0.2 * at, 0.1 + 0.2 * at]) for at, id in enumerate(CAUSES)),
        noisy_or_node("f", 0.05, {"a": 0.9, "b": 0.5, "c": 0.2}),
    )
)
SEEN = Evidence({"f": (0.0, 1.0)})


def test_states_together_in_order() -> None:
    """All with a chance, each once, by all worlds."""
    checked = 0
    for network, evidence, rng in oracle.cases(12, 41, 6):
        whole = float(oracle.weigh(network, evidence))
        if whole == 0.0:
            continue
        nodes = [str(id) for id in rng.choice(list(network.index), 2, replace=False)]
        told = list(probable_states(Engine(network), evidence, nodes))
        shares = [share for _, share in told]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1.0)
        seen = {tuple(states[id] for id in nodes) for states, _ in told}
        assert len(seen) == len(told)
        for states, share in told:
            both = evidence.plus(Evidence.of(network, states))
            assert share == pytest.approx(float(oracle.weigh(network, both)) / whole)
        checked += 1
    assert checked > 5


def test_of_no_nodes_there_is_one_state() -> None:
    assert list(probable_states(Engine(NETWORK), SEEN, [])) == [({}, 1.0)]


class Tiring(Engine):
    """An engine that has time for so many steps only."""

    def __init__(self, network: Network, steps: int) -> None:
        super().__init__(network)
        self.steps = steps

    def propagate(self, *asked: Any) -> Any:
        self.steps -= 1
        if self.steps < 0:
            raise TooWideError
        return super().propagate(*asked)


def test_when_time_is_over_no_more_are_found() -> None:
    """With each step more there is time for, those found are still the most probable ones."""
    whole = list(probable_states(Engine(NETWORK), SEEN, CAUSES))
    counts = []
    for steps in range(24):
        few = []
        with suppress(TooWideError):
            for one in probable_states(Tiring(NETWORK, steps), SEEN, CAUSES):
                few.append(one)  # noqa: PERF402 - those before the error count
        assert few == whole[: len(few)]
        counts.append(len(few))
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == len(whole) == 8


def test_every_state_of_what_may_be_present() -> None:
    engine = Engine(NETWORK)
    told = probable_states(engine, SEEN, CAUSES)
    found = {tuple(sorted(states.items())): share for states, share in told}
    whole = float(oracle.weigh(NETWORK, SEEN))
    assert len(found) == 8
    for each in product(("absent", "present"), repeat=3):
        states = dict(zip(CAUSES, each, strict=True))
        both = SEEN.plus(Evidence.of(NETWORK, states))
        right = float(oracle.weigh(NETWORK, both)) / whole
        assert found[tuple(sorted(states.items()))] == pytest.approx(right)
        assert engine.posterior(Evidence.of(NETWORK, states), SEEN) == pytest.approx(right)
    never = Network((root_node("a", [1.0, 0.0]), noisy_or_node("f", 0.0, {"a": 1.0})))
    with pytest.raises(ImpossibleEvidenceError, match="The evidence has probability zero") as error:
        next(probable_states(Engine(never), SEEN, ["a"]))
    assert list(error.value.conflict) == ["f"]


def test_a_smallest_conflict_in_the_order_told() -> None:
    """Of three answers two cannot be together; the third has nothing to do with it."""
    links = {"a": 1.0}
    network = Network(
        (
            root_node("a", [0.5, 0.5]),
            root_node("z", [0.5, 0.5]),
            noisy_or_node("f", 0.0, links),
            noisy_or_node("g", 0.0, links),
            noisy_or_node("h", 0.0, {"f": 1.0, "g": 1.0}),
        )
    )
    engine = Engine(network)

    def told(**said: str) -> tuple[str, ...]:
        return smallest_conflict(engine, Evidence.of(network, said))

    assert told(z="present", f="present", a="present") == ()
    assert told(g="absent", z="present", f="present") == ("g", "f")
    assert told(f="present", z="present", g="absent") == ("f", "g")
    assert told(h="absent", f="present", g="absent", z="absent") == ("f", "g")
    assert told() == ()
    alone = Network((root_node("a", [1.0, 0.0]), root_node("b", [0.5, 0.5])))
    both = Evidence.of(alone, {"b": "present", "a": "present"})
    assert smallest_conflict(Engine(alone), both) == ("a",)
    assert np.isneginf(Engine(alone).log_probability(both))
