"""Patients by number: the same number draws the same patient here and in the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from kneebayes.network import Network, Numbers

STEP = 0x6D2B79F5
OF_SEED, OF_WORLD = 0x9E3779B1, 0x85EBCA6B  # odd numbers that spread seeds and worlds apart
TO_ONE = 4294967296.0

Words = NDArray[np.uint32]
Worlds = NDArray[np.int16]


class Chance:
    """Many streams of numbers from 0 up to 1, one for each state it begins with.

    Mulberry32 (Tommy Ettinger, public domain), as the page's script has it: 32-bit whole
    numbers only, so that Python and a browser agree to the last bit.

    Examples
    --------
    >>> Chance(np.array([1], dtype=np.uint32)).next().round(6).tolist()
    [0.627074]
    """

    def __init__(self, state: Words) -> None:
        self._state = state.astype(np.uint32)

    def next(self) -> Numbers:
        """The next number of each stream."""
        return np.asarray(self.following(1)[0])

    def following(self, count: int) -> Numbers:
        """The next numbers of each stream: count x streams."""
        with np.errstate(over="ignore"):
            steps = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(STEP)
            word = self._state + steps[:, None]
            self._state = word[-1]
            mixed = (word ^ (word >> np.uint32(15))) * (word | np.uint32(1))
            mixed ^= mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))
            return np.asarray((mixed ^ (mixed >> np.uint32(14))) / TO_ONE)


def worlds_of(
    network: Network,
    seed: int,
    count: int,
    first: int = 0,
    fixed: Mapping[str, str] | None = None,
) -> Worlds:
    """States of all nodes in ``count`` worlds that belong to a seed: worlds x nodes.

    Every world has a stream of its own, so world 700 needs no world before it. Of the seed only
    the last 32 bits count. What may cause a ``fixed`` node should be fixed too, or it is drawn as
    if nothing were known.
    """
    places = np.arange(first, first + count, dtype=np.uint64)
    mixed = (np.uint64(seed % 2**32) * np.uint64(OF_SEED) + places * np.uint64(OF_WORLD)) % 2**32
    chance = Chance(mixed.astype(np.uint32))
    worlds = np.zeros((count, len(network.nodes)), dtype=np.int16)
    held = fixed or {}
    every = chance.following(len(network.nodes))
    for place, probabilities in enumerate(_in_turn(network, worlds)):
        node, numbers = network.nodes[place], every[place]
        if node.id in held:
            worlds[:, place] = node.states.index(held[node.id])
        else:
            worlds[:, place] = _states(probabilities, numbers)
    return worlds


def _in_turn(network: Network, worlds: Worlds) -> Iterator[list[Numbers]]:
    """P(state | parents as drawn) of each node in turn: for each of its states by world."""
    for node in network.nodes:
        if node.is_noisy_or:
            absent = np.full(len(worlds), 1.0 - (node.leak or 0.0))
            for link in node.links:
                strength = np.asarray(link.strength)
                absent = absent * (1.0 - strength[worlds[:, network.index[link.parent]]])
            yield [absent, 1.0 - absent]
        else:
            drawn = tuple(worlds[:, network.index[parent]] for parent in node.parents)
            table = network.table_of(node)
            rows = [table[(*drawn, state)] for state in range(len(node.states))]
            yield [np.broadcast_to(row, len(worlds)) for row in rows]


def _states(probabilities: list[Numbers], numbers: Numbers) -> Worlds:
    """One state for each world, by its probabilities; rounding falls to the last possible."""
    if len(probabilities) == 2:
        first, second = probabilities
        return ((numbers >= first) & (second > 0.0)).astype(np.int16)
    rest = numbers.copy()
    chosen = np.full(len(rest), -1, dtype=np.int16)
    last = np.zeros(len(rest), dtype=np.int16)
    for state, share in enumerate(probabilities):
        possible = share > 0.0
        last[possible] = state
        rest = np.where(possible, rest - share, rest)
        chosen[(chosen < 0) & possible & (rest < 0.0)] = state
    return np.where(chosen < 0, last, chosen)
