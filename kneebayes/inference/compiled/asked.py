"""What compiled code is asked, and room for its answers; needs no compiled code itself."""

from __future__ import annotations

from typing import NamedTuple

from kneebayes.inference.flat import Flags, Integers, Observed
from kneebayes.network import Numbers

__all__ = ["Room", "Rows", "Shares"]


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
    widths
        Filled with log2 of the largest table.
    """

    numbers: Numbers
    hard: Observed
    soft: Numbers
    wanted: Flags
    softened: Flags
    logs: Numbers
    marginals: Numbers
    widths: Numbers


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
