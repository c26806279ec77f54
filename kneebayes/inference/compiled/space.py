"""Working memory of one query."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kneebayes.inference.compiled.asked import Room
from kneebayes.inference.compiled.jit import maker
from kneebayes.inference.compiled.layout import lay_out
from kneebayes.inference.compiled.program import JOIN, SUM, Program
from kneebayes.inference.flat import Flags, Flat, Integers
from kneebayes.network import Numbers

MOST_PLACES = 2**21  # integers for the lists of all joins: 16 MiB


class Space(NamedTuple):
    """Room for the numbers of one query.

    Attributes
    ----------
    own
        For each state of each node, laid end to end, all that depends on it alone.
    pairs
        For each node how probable it is that its leak and its observed parents fire nothing,
        or something.
    work, gradients
        All tables end to end, and the derivative of ln P(evidence) in each of their entries.
    scales
        What each table was multiplied with so that it does not underflow.
    needed
        For each table whether its gradient is needed.
    scratch, places
        Room for what joins need on the way.
    laid
        Whether the lists of all joins stand side by side in ``places``, found once for both
        passes and for all rows of a batch.
    """

    own: Numbers
    pairs: Numbers
    work: Numbers
    gradients: Numbers
    scales: Numbers
    needed: Flags
    scratch: Numbers
    places: Integers
    laid: bool


@maker
def make_space(
    flat: Flat, program: Program, wanted: Flags, back: bool, room: Room
) -> tuple[Space, Room]:
    """Cut the space of one program out of a room, or out of a larger one; returns both."""
    total = program.offset[-1]
    floats = (2 if back else 1) * total + program.scratch
    laid = program.all_places <= MOST_PLACES
    places = program.all_places if laid else program.places
    if floats > room.floats.size or places > room.places.size:
        room = Room(
            np.empty(max(floats, room.floats.size)),
            np.empty(max(places, room.places.size), dtype=np.int64),
        )
    space = Space(
        np.empty(flat.own_start[-1]),
        np.empty((flat.states.size, 2)),
        room.floats[:total],
        room.floats[total : 2 * total if back else total],
        np.ones(program.offset.size),
        mark_needed(program, wanted),
        room.floats[floats - program.scratch :],
        room.places,
        laid,
    )
    if laid:
        for done in range(program.steps.shape[0]):
            step = program.steps[done]
            if step[0] == JOIN:
                lay_out(program, step, space.places[step[5] :])
    return space, room


@maker
def mark_needed(program: Program, wanted: Flags) -> Flags:
    """For each table whether a node whose posterior is wanted was summed out on the way to it."""
    needed = np.zeros(program.offset.size, dtype=np.bool_)
    for done in range(program.steps.shape[0]):
        step = program.steps[done]
        below = step[1] >= 0 and needed[step[1]]
        if step[0] == JOIN:
            below = below or needed[step[2]]
        elif step[0] == SUM:
            node = program.node[program.scopes[program.scope_start[step[3]]]]
            below = below or wanted[node]
        needed[step[4]] = below
    return needed
