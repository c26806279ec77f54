"""Questions side by side as the kernel takes them, and room for its answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.flat import Flags, Flat, Observed, Statuses
from kneebayes.inference.limits import LIMITS, Limits
from kneebayes.network import Numbers

__all__ = ["Gradients", "Rows", "room_for_answers", "room_for_gradients"]


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
    status
        Filled with how each row ended: one of the words of :class:`~.native.Status`.
    stop
        A single number; whoever makes it another than 0 stops all rows.
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
    status: Statuses
    stop: Statuses
    limits: Limits


class Gradients(NamedTuple):
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


def room_for_answers(
    flat: Flat, numbers: Numbers, hard: Observed, soft: Numbers, wanted: Flags
) -> Rows:
    """Questions with room for their answers; posteriors only where some are wanted."""
    rows = max(len(numbers), len(hard), len(soft))
    return Rows(
        numbers=numbers,
        hard=np.ascontiguousarray(hard, dtype=np.int16),
        soft=soft,
        wanted=wanted,
        softened=np.logical_or.reduceat((soft != 1.0).any(axis=0), flat.own_start[:-1]),
        logs=np.full(rows, np.inf),
        marginals=np.zeros((rows if wanted.any() else 0, flat.own_start[-1])),
        widths=np.empty(rows),
        costs=np.empty(rows),
        status=np.zeros(rows, dtype=np.int32),
        stop=np.zeros(1, dtype=np.int32),
        limits=LIMITS,
    )


def room_for_gradients(flat: Flat) -> Gradients:
    """Gradients of one question, all zero."""
    states, numbers = int(flat.own_start[-1]), int(flat.number_start[-1])
    return Gradients(
        own=np.zeros(states),
        links=np.zeros((numbers, 2)),
        pairs=np.zeros((len(flat.states), 2)),
        tables=np.zeros(numbers),
        weights=np.ones(states),
    )
