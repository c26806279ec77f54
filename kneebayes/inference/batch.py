"""A network and many questions side by side as arrays, as the kernel takes and answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import EvidenceError
from kneebayes.inference.evidence import Evidence, certain_state
from kneebayes.inference.limits import LIMITS, Limits
from kneebayes.network import Network, Numbers
from kneebayes.text import counted

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Observed = NDArray[np.int16]  # index of a state, or -1
Statuses = NDArray[np.int32]


class Flat(NamedTuple):
    """Nodes and arrows of a network, parents before children, without the numbers."""

    states: Integers  # number of states of each node
    # where the states of each node start when all are laid end to end; one more at the end
    own_start: Integers
    is_or: Integers  # 1 for a noisy-OR, 0 for a table
    # parents of node ``i`` are ``parents[parent_start[i]:parent_start[i + 1]]``
    parent_start: Integers
    parents: Integers
    # where the numbers of each node start: leak and links of a noisy-OR, or a table
    number_start: Integers
    link_at: Integers  # for each parent of a noisy-OR where the strengths of its link start


def flatten(network: Network) -> Flat:
    """Lay a network out flat."""
    parents: list[int] = []
    link_at: list[int] = []
    number_start = [0]
    for node in network.nodes:
        place = number_start[-1] + 1
        for parent in node.parents:
            parents.append(network.index[parent])
            link_at.append(place)
            place += len(network[parent].states)
        number_start.append(number_start[-1] + len(node.numbers))
    states = np.array([len(node.states) for node in network.nodes], dtype=np.int64)
    flat = Flat(
        states=states,
        own_start=_ends(states),
        is_or=np.array([node.is_noisy_or for node in network.nodes], dtype=np.int64),
        parent_start=_ends(np.array([len(node.parents) for node in network.nodes])),
        parents=np.array(parents, dtype=np.int64),
        number_start=np.array(number_start, dtype=np.int64),
        link_at=np.array(link_at, dtype=np.int64),
    )
    for array in flat:  # shared by all that ask the same engine
        array.setflags(write=False)
    return flat


def relevant_in(flat: Flat, wanted: Flags) -> Flags:
    """The wanted nodes and all that lead to them; every other node sums to one."""
    relevant = wanted.copy()
    for node in range(len(relevant) - 1, -1, -1):
        if relevant[node]:
            relevant[flat.parents[flat.parent_start[node] : flat.parent_start[node + 1]]] = True
    return relevant


def numbers_of(network: Network) -> Numbers:
    """All numbers of a network end to end: for each node leak and links, or its table."""
    each = chain.from_iterable(node.numbers for node in network.nodes)
    return np.fromiter(each, dtype=np.float64)


def _ends(lengths: Integers) -> Integers:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def keys_of(*parts: NDArray[np.generic]) -> NDArray[np.void]:
    """Rows, as arrays side by side (each rows x columns), as single entries to sort and compare."""
    columns = [np.ascontiguousarray(part) for part in parts]
    if len(columns) > 1:
        columns = [np.concatenate([part.view(np.uint8) for part in columns], axis=1)]
    (whole,) = columns
    # named by a text: NumPy asks of any other type whether it is one of ctypes, in code of
    # Python's own that loses a Ctrl-C
    return whole.view(f"V{whole.shape[1] * whole.itemsize}").ravel()


def distinct_rows(*parts: NDArray[np.generic]) -> tuple[Integers, Integers, Integers]:
    """The first row of each kind, which kind each row is of, and how many rows are of each.

    Examples
    --------
    >>> first, kind, counts = distinct_rows(np.array([[1, 2], [3, 4], [1, 2]]))
    >>> first.tolist(), kind.tolist(), counts.tolist()
    ([0, 1], [0, 1, 0], [2, 1])
    """
    _, first, kind, counts = np.unique(
        keys_of(*parts), return_index=True, return_inverse=True, return_counts=True
    )
    return first.astype(np.int64), kind.astype(np.int64), counts.astype(np.int64)


class Rows(NamedTuple):
    """Queries side by side, and room for their answers."""

    numbers: Numbers  # numbers of the network: one row for all queries or one for each
    # observed state of each node or -1: one row for all or one for each. Equal rows that follow
    # each other are planned once.
    hard: Observed
    soft: Numbers  # likelihoods of all states end to end: one row for all or one for each
    wanted: Flags  # for each node whether its posterior is wanted
    softened: Flags  # for each node whether some query has a likelihood for it
    logs: Numbers  # filled with ln P(evidence); infinite where a query is too wide
    # filled with posteriors, laid out like ``soft``; without rows where none are wanted
    marginals: Numbers
    # filled with log2 of the largest table, and with the multiplications of one pass; the latter
    # infinite where a query is too wide or is answered in plain NumPy
    widths: Numbers
    costs: Numbers
    status: Statuses  # filled with how each row ended: one of the words of :class:`~.native.Status`
    stop: Statuses  # a single number; whoever makes it another than 0 stops all rows
    limits: Limits  # how much each query may take


class Gradients(NamedTuple):
    """Gradients of ln P(evidence), zero for what is observed or takes no part."""

    own: Numbers  # in all that depends on each state of each node alone, laid end to end
    links: Numbers  # in both entries of each open link, by the place of its strength
    # in how probable it is that the leak and the observed parents of each node fire nothing, or
    # something
    pairs: Numbers
    tables: Numbers  # in the entries of each plain table over several open nodes
    # not a gradient: all that depends on each state of each node alone, laid end to end
    weights: Numbers


def rows_of(flat: Flat, batch: Batch, targets: Sequence[int] = ()) -> Rows:
    """The questions of a batch as the kernel takes them, with room for the answers."""
    wanted = np.zeros(flat.states.size, dtype=np.bool_)
    wanted[list(targets)] = True
    soft = np.ascontiguousarray(batch.soft, dtype=np.float64)
    return Rows(
        numbers=np.ascontiguousarray(batch.numbers, dtype=np.float64),
        hard=np.ascontiguousarray(batch.hard, dtype=np.int16),
        soft=soft,
        wanted=wanted,
        softened=np.logical_or.reduceat((soft != 1.0).any(axis=0), flat.own_start[:-1]),
        stop=np.zeros(1, dtype=np.int32),
        limits=LIMITS,
        **room_for_answers(flat, len(batch), bool(wanted.any())),
    )


def room_for_answers(flat: Flat, rows: int, posteriors: bool) -> dict[str, Any]:
    """What is filled for each of some questions; posteriors only where they are wanted."""
    return {
        "logs": np.full(rows, np.inf),
        "marginals": np.zeros((rows if posteriors else 0, flat.own_start[-1])),
        "widths": np.zeros(rows),
        "costs": np.zeros(rows),
        "status": np.zeros(rows, dtype=np.int32),
    }


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


@dataclass(frozen=True)
class Batch:
    """Questions as arrays, one row each; an array of a single row serves every question."""

    hard: Observed  # index of the observed state of each node or -1: rows x nodes
    soft: Numbers  # likelihood of each state of each node, nodes end to end: rows x states
    numbers: Numbers  # numbers of the network (see :func:`numbers_of`): rows x numbers

    def __len__(self) -> int:
        lengths = (len(self.hard), len(self.soft), len(self.numbers))
        return max(lengths) if len(self.hard) else 0


def cases_of(
    network: Network, flat: Flat, cases: Sequence[Evidence], numbers: Numbers | None = None
) -> Batch:
    """A batch of different evidence, under the network's own numbers if no others are given."""
    hard = np.full((len(cases), len(network)), -1, dtype=np.int16)
    soft: Numbers | None = None
    sizes: list[int] = flat.states.tolist()
    known: dict[tuple[str, tuple[float, ...]], tuple[int, int | None]] = {}
    places: list[int] = []
    states: list[int] = []
    for row, evidence in enumerate(cases):
        for answer in evidence.likelihoods.items():  # most stand in many of the cases
            read = known.get(answer)
            if read is None:
                read = known[answer] = _read(network, sizes, *answer)
            at, state = read
            if state is not None:
                places.append(row * len(network) + at)
                states.append(state)
                continue
            if soft is None:
                soft = np.ones((len(cases), flat.own_start[-1]))
            soft[row, flat.own_start[at] : flat.own_start[at + 1]] = answer[1]
    hard.reshape(-1)[places] = states
    if soft is None:
        soft = np.ones((1, flat.own_start[-1]))
    return Batch(hard, soft, numbers_of(network)[None] if numbers is None else numbers)


def _read(
    network: Network, sizes: Sequence[int], id: str, likelihood: tuple[float, ...]
) -> tuple[int, int | None]:
    """Place of a node, and its observed state if that is certain."""
    node = network.place(id)
    if len(likelihood) != sizes[node]:
        message = (
            f"'{id}' has {counted(sizes[node], 'state')}, but the evidence gives "
            f"{counted(len(likelihood), 'likelihood')} for it. Was it made for another network?"
        )
        raise EvidenceError(message)
    return node, certain_state(likelihood)


@dataclass(frozen=True)
class Propagation:
    """What one pass there and back tells of each question."""

    log_probability: Numbers  #: ln P(evidence), ``-inf`` for zero
    #: P(state | evidence) of each node that was asked for: questions x states, all zero where the
    #: evidence is impossible
    marginals: Mapping[str, Numbers]
    #: multiplications of one pass; infinite where it was answered in parts or in plain NumPy
    costs: Numbers = field(default_factory=lambda: np.empty(0))

    def present(self, id: str) -> float:
        """P(node is present | evidence) in the first question."""
        return float(self.marginals[id][0, -1])

    def __len__(self) -> int:
        return len(self.log_probability)

    def __repr__(self) -> str:
        questions = counted(len(self), "question", "d")
        return f"Propagation({questions}, posteriors of {counted(len(self.marginals), 'node')})"
