"""Worlds drawn exactly from a network given evidence: elimination, walked backwards."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference.batch import cases_of
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.plain import ask_plainly, relevant_nodes
from kneebayes.inference.plan import Join, Reduce
from kneebayes.inference.sampling import chances_of
from kneebayes.inference.tables import Scaled, concatenate
from kneebayes.network import Numbers

Worlds = NDArray[np.int16]
Places = NDArray[np.int64]  # index along each axis of a table: draws x axes
# how two parts of a family make none or some: the first way serves "none", the rest "some"
HALVES = ((0, 0), (1, 0), (1, 1), (0, 1))


class Drawing:
    """Draws from P(all nodes | evidence), exact and independent; nothing is rejected.

    The tables of one elimination are made once. Each draw walks it backwards: a state that
    was summed out is drawn in proportion to the entries of its table, given all that was
    drawn before; where two parts of a noisy-OR were joined and something fired, which part
    fired is drawn too. What the evidence says nothing about is drawn forwards, from its parents.

    Parameters
    ----------
    evidence
        What is known. Nodes observed for certain keep their state.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.
    TooWideError
        If an exact draw needs more memory than is allowed.

    Attributes
    ----------
    log_probability
        Natural logarithm of P(evidence).

    References
    ----------
    Sampling back through an elimination: Dechter: Bucket elimination, Artificial Intelligence
    113, 1999; Koller, Friedman: Probabilistic Graphical Models, 2009, chapter 12.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> drawing = Drawing(Engine(net), Evidence.of(net, {"fever": "present"}))
    >>> worlds = drawing.draw(10_000, np.random.default_rng(1))
    >>> worlds[:, net.index["flu"]].mean().round(2)  # exactly 0.8171
    np.float64(0.82)
    """

    def __init__(self, engine: Engine, evidence: Evidence) -> None:
        self.network = network = engine.network
        self.hard = tuple(evidence.hard_state(node.id) for node in network.nodes)
        batch = cases_of(network, engine.flat, [evidence])
        nothing = np.zeros(len(network), dtype=np.bool_)
        asked = ask_plainly(engine.flat, engine.numbers[0], batch.hard[0], batch.soft[0], nothing)
        self._relevant = relevant_nodes(network, {network[id].id for id in evidence})
        self._places = {
            leaf.node: at for at, leaf in enumerate(asked.leaves) if leaf.kind == "soft"
        }
        self._plan, self._tables = asked.plan, asked.tables
        self.log_probability = asked.log_probability
        if self.log_probability == -np.inf:
            message = "The evidence has probability zero, so nothing can be drawn given it."
            raise ImpossibleEvidenceError(message, list(evidence))

    def draw(self, draws: int, rng: np.random.Generator) -> Worlds:
        """Draw independent worlds: index of the state of each node, draws x nodes."""
        worlds = np.full((draws, len(self.network)), -1, dtype=np.int16)
        for at, state in enumerate(self.hard):
            if state is not None:
                worlds[:, at] = state
        places = self._walk_back(draws, rng)
        for at, leaf in self._places.items():
            worlds[:, at] = places[leaf][:, 0]
        for at, node in enumerate(self.network.nodes):
            if not self._relevant[at]:
                chances = chances_of(self.network, node, worlds)
                worlds[:, at] = _draw_rows(chances, rng)
        return worlds

    def _walk_back(self, draws: int, rng: np.random.Generator) -> dict[int, Places]:
        """Where each draw stands in every table that the elimination started from."""
        places: dict[int, Places] = {self._plan.result: np.empty((draws, 0), dtype=np.int64)}
        for step in reversed(self._plan.steps):
            out = places.pop(step.out)
            if isinstance(step, Join):
                places[step.a], places[step.b] = self._split(step, out, rng)
            else:
                places[step.source] = self._restore(step, out, rng)
        return places

    def _restore(self, step: Reduce, out: Places, rng: np.random.Generator) -> Places:
        """Bring back the axis that a reduction took out."""
        if step.how == "rename":
            return out
        if step.how == "fired":
            back = np.ones(len(out), dtype=np.int64)
        elif step.how == "diagonal":
            back = out[:, step.other]
        else:
            table = self._tables[step.source]
            axes = [axis for axis in range(table.ndim) if axis != step.axis]
            rows = _rows(table.transpose((*axes, step.axis)), out)
            back = _draw_rows(rows.relative(1), rng)
        return np.insert(out, step.axis, back, axis=1)

    def _split(self, step: Join, out: Places, rng: np.random.Generator) -> tuple[Places, Places]:
        """Where two tables stood before they were joined: each fired bit is split in two."""
        a, b = out.copy(), out.copy()
        if step.bits:
            bits = list(step.bits)
            patterns, back = np.unique(out[:, bits], axis=0, return_inverse=True)
            for at, pattern in enumerate(patterns):
                rows = np.flatnonzero(back.reshape(-1) == at)
                options = [HALVES[1:] if fired else HALVES[:1] for fired in pattern]
                ways = np.array(list(product(*options)))
                columns = []
                for way in ways:
                    in_a, in_b = out[rows], out[rows]
                    in_a[:, bits], in_b[:, bits] = way[:, 0], way[:, 1]
                    weight = self._entries(step.a, step.a_missing, in_a)
                    weight = weight * self._entries(step.b, step.b_missing, in_b)
                    columns.append(weight.reshape((len(rows), 1)))
                chosen = _draw_rows(concatenate(columns, 1).relative(1), rng)
                a[rows[:, None], bits] = ways[chosen, :, 0]
                b[rows[:, None], bits] = ways[chosen, :, 1]
        return np.delete(a, step.a_missing, axis=1), np.delete(b, step.b_missing, axis=1)

    def _entries(self, table: int, missing: tuple[int, ...], places: Places) -> Scaled:
        return self._tables[table][tuple(np.delete(places, missing, axis=1).T)].broadcast(
            (len(places),)
        )


def _rows(table: Scaled, out: Places) -> Scaled:
    """The last axis of a table at each place of the others."""
    if out.shape[1] == 0:
        return table.broadcast((len(out), *table.shape))
    return table[tuple(out.T)]


def _draw_rows(weights: Numbers, rng: np.random.Generator) -> Places:
    """One column for each row, in proportion to its weights."""
    cumulated = np.cumsum(weights, axis=1)
    threshold = rng.random(len(weights)) * cumulated[:, -1]
    # a column of weight zero adds nothing, so a strict comparison never ends in one
    drawn: Places = (cumulated[:, :-1] <= threshold[:, None]).sum(axis=1)
    return drawn
