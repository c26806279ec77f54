"""Explanation, questions, sets and sensitivity for targets of any number of states."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kneebayes.errors import EvidenceError, TooWideError
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.inference.sets import probable_states
from kneebayes.network import Network, Node, Numbers
from kneebayes.questions.doubt.sensitivity import Sensitivity, What, move_number
from kneebayes.questions.explain.subsets import (
    DECIBANS,
    SubsetOdds,
    change,
    odds_of_all,
    odds_of_some,
    orders_of,
    prefixes,
    shapley_of_all,
    shapley_of_orders,
)

ALL_ORDERS = 15  # so many answers are weighed in all orders; of more some are drawn
NOTHING = 1e-13  # left of a distribution: its shares are then taken as equal
FEW = 6  # so many answers are weighed in all orders even where it takes several halves
ORDERS = 32
SMALL = 1e-4  # of a share that is found as a difference


def state_id(target: str, state: str) -> str:
    """Id of the yes/no node that says whether a target is in a state."""
    return f"{target} = {state}"


class Weights(NamedTuple):
    """What each answer weighs, in decibans; and the log-odds before and after all of them."""

    start: float
    end: float
    single: list[float]
    ledger: list[float]
    shapley: list[float]
    leave_one_out: list[float]
    after: list[float]
    drawn: int


def weigh_answers(
    engine: Engine,
    evidence: Evidence,
    ids: Sequence[str],
    causes: Sequence[str],
    seed: int,
    seconds: float,
) -> Weights:
    """Every answer alone, in the order given, averaged over all orders, and left out.

    ``causes`` are a yes/no node, or two of which the odds of one against the other are asked. Where
    there are more than 15 answers, or all orders are too wide, orders are drawn while time lasts.
    """
    every, single = (1 << len(ids)) - 1, [1 << index for index in range(len(ids))]
    steps = prefixes(range(len(ids)))
    drawn: list[tuple[int, ...]] = []
    log_odds_of: Callable[[int], float]
    clock = _Clock(seconds)
    odds = _all_odds(_Clock(seconds / 2.0).engine(engine), evidence, ids, causes)
    if odds is not None:
        log_odds_of = odds.at
        shares = shapley_of_all(odds.log_odds) if ids else np.zeros(0)
    else:
        wanted = [*steps, *single, *(every ^ subset for subset in single)]
        log_odds_of, drawn = _some_odds(engine, evidence, ids, causes, wanted, seed, clock)
        shares = shapley_of_orders(drawn, log_odds_of)[0]
    return Weights(
        log_odds_of(0) * DECIBANS,
        log_odds_of(every) * DECIBANS,
        [_step(log_odds_of, subset, 0) for subset in single],
        [_step(log_odds_of, steps[number + 1], steps[number]) for number in range(len(ids))],
        [float(share) * DECIBANS for share in shares],
        [_step(log_odds_of, every, every ^ subset) for subset in single],
        [log_odds_of(steps[number + 1]) * DECIBANS for number in range(len(ids))],
        len(drawn),
    )


def _all_odds(
    engine: Engine, evidence: Evidence, ids: Sequence[str], causes: Sequence[str]
) -> SubsetOdds | None:
    """The odds under all subsets of answers; None where these are too many or too wide."""
    if len(ids) > ALL_ORDERS:
        return None
    try:
        return odds_of_all(engine, evidence, ids, causes, split=len(ids) <= FEW)
    except TooWideError:
        return None


def _some_odds(
    engine: Engine,
    evidence: Evidence,
    ids: Sequence[str],
    causes: Sequence[str],
    wanted: Sequence[int],
    seed: int,
    clock: _Clock,
) -> tuple[Callable[[int], float], list[tuple[int, ...]]]:
    """The odds under the subsets that are wanted, and under those of orders drawn in time."""
    known: dict[int, float] = {}

    def learn(subsets: Sequence[int]) -> None:
        """Ask what is not known yet."""
        new = [subset for subset in dict.fromkeys(subsets) if subset not in known]
        odds = odds_of_some(clock.engine(engine), evidence, ids, causes, new)
        known.update({subset: odds.at(subset) for subset in new})

    learn(wanted)
    drawn: list[tuple[int, ...]] = []
    orders = orders_of(len(ids), ORDERS, np.random.default_rng(seed))
    for first in range(0, len(orders), 2):  # each with the one that is its reverse
        pair = orders[first : first + 2]
        learn([subset for order in pair for subset in prefixes(order)])
        drawn += pair
        if clock.left <= 0.0:
            break
    return known.__getitem__, drawn


def _step(log_odds_of: Callable[[int], float], after: int, before: int) -> float:
    pair = np.array([log_odds_of(after)]), np.array([log_odds_of(before)])
    return float(change(*pair)[0]) * DECIBANS


def nearest(network: Network, targets: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Nodes by how many arrows are between them and the next target, nearest first."""
    around: dict[str, set[str]] = {id: set() for id in network.index}
    for node in network.nodes:
        for parent in node.parents:
            around[node.id].add(parent)
            around[parent].add(node.id)
    steps = dict.fromkeys(targets, 0)
    border = list(targets)
    while border:
        further = [
            neighbour for id in border for neighbour in sorted(around[id]) if neighbour not in steps
        ]
        border = list(dict.fromkeys(further))
        steps |= dict.fromkeys(border, max(steps.values()) + 1)
    return sorted(ids, key=lambda id: steps.get(id, len(network)))


def information_of(
    engine: Engine,
    evidence: Evidence,
    nodes: Sequence[str],
    targets: Sequence[str],
    seconds: float = math.inf,
) -> dict[str, dict[str, float]]:
    """Mutual information of each open node and each target, in bits, by node and target.

    ``I = sum over answers of P(answer) KL(P(target | answer) || P(target))``, each given the
    evidence (Cover and Thomas, Elements of Information Theory, chapter 2). Nodes for which the time
    did not suffice are missing.
    """
    clock = _Clock(seconds)
    bits: dict[str, dict[str, float]] = {}
    failed: TooWideError | None = None
    some, done = (len(nodes) if seconds == math.inf else 1), 0
    while done < len(nodes):
        before = time.monotonic()
        try:
            chunk = nodes[done : done + some]
            bits |= _information(clock.engine(engine), evidence, chunk, targets)
        except TooWideError as error:
            if some > 1:
                some = 1  # to find which of them it is
                continue
            failed = error
        done += some
        if clock.left <= 0.0 or clock.left == math.inf:
            break
        taken = max(time.monotonic() - before, 1e-6) / some
        some = max(1, min(4 * some, int(clock.left / (4.0 * taken)), 64))
    if failed is not None and not bits:
        raise failed
    return bits


class _Clock:
    """What is left of the time for a question of many parts."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; negative when the time is over."""
        return self.end - time.monotonic()

    def engine(self, engine: Engine) -> Engine:
        """The engine, which gives up when the time is over; one step has a second at least."""
        remaining = self.left
        return (
            engine if remaining == math.inf else engine.within(Budget(seconds=max(1.0, remaining)))
        )


def _information(
    engine: Engine, evidence: Evidence, nodes: Sequence[str], targets: Sequence[str]
) -> dict[str, dict[str, float]]:
    first = [(id, state) for id in nodes for state in engine.network[id].states[:-1]]
    now, by_answer = _joint_with(engine, evidence, first, targets)
    # the last state is mostly "present", which makes a question wide: what is left is its share,
    # and only where that is so small that digits would be lost it is asked for itself
    rare = []
    for id in nodes:
        last = engine.network[id].states[-1]
        parts = [by_answer[id, state] for state in engine.network[id].states[:-1]]
        rest = {target: now[target] - sum(part[target] for part in parts) for target in targets}
        if min(float(rest[target].sum()) for target in targets) < SMALL:
            rare.append((id, last))
        by_answer[id, last] = {one: np.maximum(0.0, share) for one, share in rest.items()}
    by_answer |= _joint_with(engine, evidence, rare, targets)[1] if rare else {}
    bits = {id: dict.fromkeys(targets, 0.0) for id in nodes}
    for (id, _), shares in by_answer.items():
        for target, joint in shares.items():
            some = (joint > 0.0) & (now[target] > 0.0)
            if some.any():
                apart = np.log2(now[target][some]) + np.log2(joint.sum())
                bits[id][target] += float((joint[some] * (np.log2(joint[some]) - apart)).sum())
    return {
        id: {target: max(0.0, gain) for target, gain in each.items()} for id, each in bits.items()
    }


def _joint_with(
    engine: Engine,
    evidence: Evidence,
    asked: Sequence[tuple[str, str]],
    targets: Sequence[str],
) -> tuple[dict[str, Numbers], dict[tuple[str, str], dict[str, Numbers]]]:
    """P(target | evidence), and P(target, node in a state | evidence) for each that is asked."""
    cases = [evidence.plus(Evidence.of(engine.network, {id: state})) for id, state in asked]
    propagated = engine.propagate_each([evidence, *cases], targets)
    shares = np.exp(propagated.log_probability - propagated.log_probability[0])
    joint = {
        answer: {target: shares[row] * propagated.marginals[target][row] for target in targets}
        for row, answer in enumerate(asked, start=1)
    }
    return {target: propagated.marginals[target][0] for target in targets}, joint


def states_in_time(
    engine: Engine, evidence: Evidence, targets: Sequence[str], seconds: float = math.inf
) -> Iterator[tuple[dict[str, str], float]]:
    """All states of the targets together, the most probable first, until the time is over."""
    clock = _Clock(seconds)

    def hurried(engine: Engine) -> Engine | None:
        """The engine for the next step, if there is time for one."""
        return clock.engine(engine) if clock.left >= 0.0 else None

    return probable_states(engine, evidence, targets, hurried)


class Place(NamedTuple):
    """One number of a network: P(node is in this state | the parents are in the given states).

    For a link or a leak the state is the child's, and a link has one parent.
    """

    at: int  # its place in ``numbers_of``
    row: tuple[int, ...]  # places of its whole distribution; empty for a link or a leak
    node: str
    state: str
    given: dict[str, str]


def number_places(engine: Engine, node: Node) -> list[Place]:
    """Every number of a node: entries of its table, or its leak and links."""
    network, start = engine.network, engine.place_of(node.id)
    if node.is_noisy_or:
        places, place = [Place(start, (), node.id, node.states[1], {})], start + 1
        for link in node.links:
            for state in network[link.parent].states:
                condition = {link.parent: state}
                places.append(Place(place, (), node.id, node.states[1], condition))
                place += 1
        return places
    shape = network.shape_of(node)
    places = []
    for row, where in enumerate(np.ndindex(*shape[:-1])):
        named = zip(node.parents, where, strict=True)
        condition = {parent: network[parent].states[number] for parent, number in named}
        first = start + row * shape[-1]
        own = tuple(range(first, first + shape[-1]))
        places += [
            Place(own[index], own, node.id, state, condition)
            for index, state in enumerate(node.states)
        ]
    return places


def move_entry(
    engine: Engine, evidence: Evidence, causes: Sequence[str], place: Place
) -> Sensitivity:
    """Posteriors as functions of one number; the rest of its distribution keeps its proportions."""
    parent, state = next(iter(place.given.items()), ("", ""))
    what: What = "share" if place.row else "link" if parent else "leak"
    number = (what, place.node, parent, state)
    return move_number(engine, causes, evidence, place.at, number, place.row)


def slopes(
    engine: Engine, evidence: Evidence, cause: str, nodes: Sequence[Node]
) -> list[tuple[Place, float, float]]:
    """Every number of some nodes, its value, and how fast P(cause | evidence) moves with it.

    ``P(c | e) (d ln P(c, e) - d ln P(e))`` (Darwiche 2003), and for an entry of a table less
    what the rest of its distribution gives back as it keeps its proportions.
    """
    posterior = engine.propagate(evidence, [cause]).present(cause)
    if posterior in (0.0, 1.0):
        message = "The target is certain, given the evidence, so no number moves it a little."
        raise EvidenceError(message)
    with_cause = evidence.plus(Evidence.of(engine.network, {cause: "present"}))
    both, alone = engine.derive(with_cause), engine.derive(evidence)
    raw = posterior * (both.derivatives - alone.derivatives)
    numbers = engine.numbers[0]
    slopes_found = []
    for node in nodes:
        places = number_places(engine, node)
        entries = [place.at for place in places]
        values, own = numbers[entries], raw[entries]
        if not node.is_noisy_or and len(node.states) > 1:
            own = own - _given_back(values, own, len(node.states))
        slopes_found += list(zip(places, values.tolist(), own.tolist(), strict=True))
    return slopes_found


def _given_back(values: Numbers, slopes: Numbers, states: int) -> Numbers:
    """What the rest of its distribution gives back as each entry of a table grows."""
    values, slopes = values.reshape(-1, states), slopes.reshape(-1, states)
    rest = 1.0 - values
    weighted = (values * slopes).sum(axis=1, keepdims=True) - values * slopes
    equal = (slopes.sum(axis=1, keepdims=True) - slopes) / (states - 1)
    some = rest > NOTHING
    back = np.where(some, weighted / np.where(some, rest, 1.0), equal)
    return np.asarray(back.ravel())


def told_of(states: Mapping[str, str]) -> str:
    """States of some nodes in words."""
    return ", ".join(f"{id} = {state}" for id, state in states.items())
