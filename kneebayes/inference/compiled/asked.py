"""What compiled code is asked, and room for its answers; needs no compiled code itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.flat import Flags, Flat, Integers, Observed
from kneebayes.network import Numbers

__all__ = [
    "LIMITS",
    "ROOMY",
    "Limits",
    "Room",
    "Rows",
    "Shares",
    "empty_room",
    "room_for_answers",
    "room_for_shares",
]


class Limits(NamedTuple):
    """How much a query may take.

    Attributes
    ----------
    tries
        Orders tried at most, where trying costs less than it may save.
    most
        Entries of all tables together; half a query's memory, the other half is gradients.
    dearest
        Multiplications of one pass; a query that needs more is not answered.
    """

    tries: int
    most: int
    dearest: float


LIMITS = Limits(tries=64, most=2**24, dearest=np.inf)  # 128 MiB of doubles, and as much again
ROOMY = LIMITS._replace(most=2**27)  # 1 GiB: for what cannot be asked in parts


class Rows(NamedTuple):
    """Queries side by side, and room for their answers.

    Attributes
    ----------
    numbers
        Numbers of the network: one row for all queries or one for each.
    hard
        Observed state of each node or -1: one row for all or one for each. Equal rows that
        follow each other are planned once.
    soft
        Likelihoods of all states end to end: one row for all or one for each.
    wanted
        For each node whether its posterior is wanted.
    softened
        For each node whether some query has a likelihood for it.
    logs
        Filled with ln P(evidence); infinite where a query is too wide.
    marginals
        Filled with posteriors, laid out like ``soft``; without rows where none are wanted.
    widths, costs
        Filled with log2 of the largest table, and with the multiplications of one pass; the
        latter infinite where a query is too wide.
    limits
        How much each query may take.
    """

    numbers: Numbers
    hard: Observed
    soft: Numbers
    wanted: Flags
    softened: Flags
    logs: Numbers
    marginals: Numbers
    widths: Numbers
    costs: Numbers
    limits: Limits


class Shares(NamedTuple):
    """Gradients of ln P(evidence), zero for what is observed or takes no part.

    Attributes
    ----------
    own
        In all that depends on each state of each node alone, laid end to end.
    links
        In both entries of each open link, by the place of its strength.
    pairs
        In how probable it is that the leak and the observed parents of each node fire
        nothing, or something.
    tables
        In the entries of each plain table over several open nodes.
    weights
        Not a gradient: all that depends on each state of each node alone, laid end to end.
    """

    own: Numbers
    links: Numbers
    pairs: Numbers
    tables: Numbers
    weights: Numbers


class Room(NamedTuple):
    """Memory that is used again and again: asking the system for it costs more than filling it."""

    floats: Numbers
    places: Integers


def empty_room() -> Room:
    """A room without space, which grows when it is first used."""
    return Room(np.empty(0), np.empty(0, dtype=np.int64))


def room_for_answers(
    flat: Flat, numbers: Numbers, hard: Observed, soft: Numbers, wanted: Flags
) -> Rows:
    """Questions with room for their answers; posteriors only where some are wanted."""
    rows = max(len(numbers), len(hard), len(soft))
    return Rows(
        numbers=numbers,
        hard=hard,
        soft=soft,
        wanted=wanted,
        softened=np.logical_or.reduceat((soft != 1.0).any(axis=0), flat.own_start[:-1]),
        logs=np.empty(rows),
        marginals=np.empty((rows if wanted.any() else 0, flat.own_start[-1])),
        widths=np.empty(rows),
        costs=np.empty(rows),
        limits=LIMITS,
    )


def room_for_shares(flat: Flat) -> Shares:
    """Shares of one question, all zero."""
    states, numbers = int(flat.own_start[-1]), int(flat.number_start[-1])
    return Shares(
        own=np.zeros(states),
        links=np.zeros((numbers, 2)),
        pairs=np.zeros((len(flat.states), 2)),
        tables=np.zeros(numbers),
        weights=np.ones(states),
    )
