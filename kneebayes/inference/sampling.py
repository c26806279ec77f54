"""Worlds drawn from a network, exactly (elimination walked backwards) or weighted, and posteriors
estimated from weighted ones where asked for by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference.batch import cases_of, rows_of
from kneebayes.inference.engine import Engine
from kneebayes.inference.evidence import Evidence, impossible
from kneebayes.inference.plain import Scaled, ask_plainly, concatenate, relevant_nodes
from kneebayes.inference.plan import Join, Reduce
from kneebayes.network import Network, Node, Numbers

TILT = 0.03  # of 40 hidden causes one is then made present in most draws
KEPT = 0.1  # share of the network's own chances in what is drawn from, so that no weight is huge
ROUNDS, PILOT = 5, 4096  # draws from which it is learnt where to draw
SHARE = 0.1  # of a pilot's draws, what they are worth at least: else its weights are flattened
FARTHEST = 1e4  # what a chance may be multiplied by
HEAVY = 0.7  # tail index of the weights from which on their mean says nothing (Vehtari 2024)
ROUNDED = 1e-9  # by what share equal weights may differ
MET = 50.0  # effective draws with and without a state; with fewer, intervals held .70 to .95
WORTH = 400.0  # effective draws below which a standard error reaches 2.5 percentage points
PIECE = 16384  # worlds drawn at a time, so that memory does not grow with their number


@dataclass(frozen=True)
class Sampled:
    """Posteriors estimated from weighted draws; not exact."""

    posteriors: Mapping[str, Numbers]  # for each target an estimate of P(state | evidence)
    # the same shape: the standard error of each estimate; under evidence so strong that the weights
    # are skewed, 1.96 of them to either side of what is vouched for held .94 to .95
    standard_errors: Mapping[str, Numbers]
    # how many unweighted draws would tell as much (Kish's effective sample size)
    effective_draws: float
    # tail index of the largest weights (the Pareto k of Vehtari and others 2024); above 0.7 a few
    # draws decide, and nobody knows how far the estimates are off
    tail: float = 0.0
    # for each state of each target how many unweighted draws would tell as much as those that met
    # it
    met: Mapping[str, Numbers] = field(default_factory=dict)

    @property
    def is_reliable(self) -> bool:
        """Whether the standard errors can be relied on."""
        return self.tail < HEAVY and self.effective_draws >= WORTH

    def knows(self, id: str) -> bool:
        """Whether the standard errors of a target can be relied on.

        They cannot where hardly a draw met one of its states, or where a few draws decide.
        """
        return self.is_reliable and bool(self.met[id].min() >= MET)


def draw_worlds(
    network: Network,
    draws: int,
    rng: np.random.Generator,
    evidence: Evidence | None = None,
    nodes: Iterable[bool] | None = None,
    ratios: Mapping[int, Numbers] | None = None,
) -> tuple[NDArray[np.int16], Numbers]:
    """Draw states of all nodes, parents first; observed nodes keep their state.

    Worlds are draws x nodes, the index of each state (-1 where not drawn); with them comes for each
    ln P(evidence | its open nodes), corrected for the ratios. ``nodes`` says for each node whether
    it is drawn (left out, all are); parents of a drawn node must be. ``ratios`` are what the chance
    of each state of a node is multiplied by where it is drawn otherwise than it happens; the
    weights make up for it. Noisy-ORs are then made present now and again whatever their chance, so
    that rare causes are met.

    References
    ----------
    Likelihood weighting: Fung, Chang: Weighing and integrating evidence for stochastic
    simulation in Bayesian networks, UAI 1989.
    """
    seen = Evidence({}) if evidence is None else evidence
    drawn = [True] * len(network) if nodes is None else list(nodes)
    worlds = np.full((draws, len(network)), -1, dtype=np.int16)
    log_weights = np.zeros(draws)
    for place, node in enumerate(network.nodes):
        if not drawn[place]:
            continue
        chances = chances_of(network, node, worlds)
        state = seen.hard_state(node.id)
        if state is None:
            ratio = None if ratios is None else ratios.get(place)
            tilted = chances if ratios is None else _tilt(chances, ratio, node.is_noisy_or)
            worlds[:, place] = _draw_rows(tilted, rng)
            likelihood = seen.likelihoods.get(node.id)
            mine = None if likelihood is None else np.asarray(likelihood)[worlds[:, place]]
            if tilted is not chances:
                taken = worlds[:, [place]].astype(np.int64)
                share = np.take_along_axis(chances / tilted, taken, axis=1)[:, 0]
                mine = share if mine is None else share * mine
        else:
            worlds[:, place] = state
            mine = chances[:, state]
        if mine is not None:
            with np.errstate(divide="ignore"):
                log_weights += np.log(mine)
    return worlds, log_weights


def _tilt(chances: Numbers, ratio: Numbers | None, is_noisy_or: bool) -> Numbers:
    """Chances of the states to draw from: most of them multiplied, some as they are."""
    tilted = chances
    if ratio is not None:
        moved = chances * ratio
        tilted = (1.0 - KEPT) * moved / moved.sum(axis=1, keepdims=True) + KEPT * chances
    if is_noisy_or:
        given = TILT * tilted[:, [0]]
        tilted = tilted + np.hstack([-given, given])
    return np.maximum(tilted, np.finfo(float).tiny)


def chances_of(network: Network, node: Node, worlds: NDArray[np.int16]) -> Numbers:
    """P(state | parents) of one node in each world, worlds x states; the parents must be drawn."""
    if not node.is_noisy_or:
        taken = tuple(worlds[:, network.index[parent]] for parent in node.parents)
        return np.broadcast_to(network.table_of(node)[taken], (len(worlds), len(node.states)))
    absent = np.full(len(worlds), 1.0 - (node.leak or 0.0))
    for link in node.links:
        absent *= 1.0 - np.asarray(link.strength)[worlds[:, network.index[link.parent]]]
    return np.stack([absent, 1.0 - absent], axis=1)


def sample_posteriors(
    network: Network,
    evidence: Evidence,
    targets: Iterable[str],
    draws: int,
    rng: np.random.Generator,
) -> Sampled:
    """Estimate posteriors by weighted draws, with standard errors.

    Where to draw is learnt first, in a few rounds: what the evidence makes probable is drawn
    often, and weighted down. Rare causes are drawn now and again whatever their chance.

    Raises
    ------
    ImpossibleEvidenceError
        If no draw is possible under the evidence: it is impossible, or too rare to sample.

    References
    ----------
    Learning where to draw: Cheng, Druzdzel: AIS-BN, Journal of Artificial Intelligence
    Research 13, 2000. When weights can be trusted: Vehtari, Simpson, Gelman, Yao, Gabry: Pareto
    smoothed importance sampling, Journal of Machine Learning Research 25, 2024.
    """
    names = [network[id].id for id in targets]
    nodes = relevant_nodes(network, {*names, *evidence})
    ratios = _learn_ratios(network, evidence, nodes, min(PILOT, max(draws, 100)), rng)
    pieces = [min(PIECE, draws - start) for start in range(0, draws, PIECE)]
    columns = [network.index[id] for id in names]
    batches: list[NDArray[np.int16]] = []
    logs: list[Numbers] = []
    for piece in pieces:
        worlds, log_weights = draw_worlds(network, piece, rng, evidence, nodes, ratios)
        batches.append(worlds[:, columns])
        logs.append(log_weights)
    log_weights = np.concatenate(logs) if logs else np.empty(0)
    if log_weights.max(initial=-np.inf) == -np.inf:
        message = f"None of {draws} draws is possible under the evidence; nothing can be estimated."
        raise ImpossibleEvidenceError(message, list(evidence))
    weights = _weights(log_weights)
    states = np.concatenate(batches)
    worth = float(1.0 / (weights**2).sum())
    posteriors, errors, met = {}, {}, {}
    for column, id in enumerate(names):
        hits = states[:, [column]] == np.arange(len(network[id].states))
        share = weights @ hits
        posteriors[id] = share
        met[id] = share**2 / np.maximum(weights**2 @ hits, np.finfo(float).tiny)
        # one more draw might have met, or missed, what these did not
        errors[id] = np.sqrt((weights**2) @ (hits - share) ** 2 + 0.5 / worth**2)
    return Sampled(posteriors, errors, worth, _tail(weights), met)


def _weights(log_weights: Numbers) -> Numbers:
    weights = np.exp(log_weights - log_weights.max())
    return np.asarray(weights / weights.sum())


def _flattened(log_weights: Numbers) -> Numbers:
    """Weights to a power at which the draws are worth enough to learn from."""
    low, high = 0.0, 1.0
    power = 1.0
    for _ in range(20):
        weights = _weights(np.where(np.isfinite(log_weights), log_weights * power, -np.inf))
        worth = 1.0 / (weights**2).sum()
        low, high = (power, high) if worth >= SHARE * len(log_weights) else (low, power)
        if low == power == 1.0:
            break
        power = (low + high) / 2.0
    return weights


def _learn_ratios(
    network: Network,
    evidence: Evidence,
    nodes: Iterable[bool],
    draws: int,
    rng: np.random.Generator,
) -> dict[int, Numbers]:
    """For each open node what the chances of its states are to be multiplied by."""
    drawn = list(nodes)
    ratios: dict[int, Numbers] = {}
    for _ in range(ROUNDS):
        worlds, logs = draw_worlds(network, draws, rng, evidence, drawn, ratios)
        if logs.max(initial=-np.inf) == -np.inf:
            continue
        weights = _flattened(logs)
        for place, node in enumerate(network.nodes):
            if not drawn[place] or evidence.hard_state(node.id) is not None:
                continue
            expected = weights @ chances_of(network, node, worlds)
            met = weights @ (worlds[:, [place]] == np.arange(len(node.states)))
            met = 0.99 * met + 0.01 * expected
            ratio = met / np.maximum(expected, np.finfo(float).tiny)
            ratios[place] = np.maximum(ratio / ratio.max(), 1.0 / FARTHEST)
    return ratios


def _tail(weights: Numbers) -> float:
    """Tail index of the largest weights, after Zhang and Stephens (2009); 0 of few draws."""
    count = int(min(0.2 * len(weights), 3.0 * np.sqrt(len(weights))))
    if count < 5:
        return np.inf
    largest = np.sort(weights)[-count - 1 :]
    above = largest[1:] - largest[0]
    above = above[above > ROUNDED * largest[0]]  # equal weights may differ in their last digits
    above = above / above[-1:]
    size = len(above)
    if size < 5:
        return 0.0 if size == 0 else np.inf
    grid = 30 + int(np.sqrt(size))
    scales = 1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    scales = scales / (3.0 * above[int(size / 4 + 0.5) - 1]) + 1.0
    scales = np.where(np.abs(scales) < 1e-12, 1e-12, scales)
    indices = np.log1p(-scales[:, None] * above).mean(axis=1)
    logs = size * (np.log(-scales / indices) - indices - 1.0)
    mean = float(_weights(logs) @ scales)
    index = float(np.log1p(-mean * above).mean())
    return index * size / (size + 10.0) + 5.0 / (size + 10.0)


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
    Impossible evidence is refused.

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
        batch = cases_of(network, engine.flat, [evidence], engine.numbers)
        asked = ask_plainly(engine.flat, rows_of(engine.flat, batch))
        self._relevant = relevant_nodes(network, {network[id].id for id in evidence})
        self._places = {
            leaf.node: place for place, leaf in enumerate(asked.leaves) if leaf.kind == "soft"
        }
        self._plan, self._tables = asked.plan, asked.tables
        self.log_probability = asked.log_probability
        if self.log_probability == -np.inf:
            raise impossible(evidence, "nothing can be drawn given it")

    def draw(self, draws: int, rng: np.random.Generator) -> Worlds:
        """Draw independent worlds: index of the state of each node, draws x nodes."""
        worlds = np.full((draws, len(self.network)), -1, dtype=np.int16)
        for place, state in enumerate(self.hard):
            if state is not None:
                worlds[:, place] = state
        places = self._walk_back(draws, rng)
        for place, leaf in self._places.items():
            worlds[:, place] = places[leaf][:, 0]
        for place, node in enumerate(self.network.nodes):
            if not self._relevant[place]:
                chances = chances_of(self.network, node, worlds)
                worlds[:, place] = _draw_rows(chances, rng)
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
            for row, pattern in enumerate(patterns):
                rows = np.flatnonzero(back.reshape(-1) == row)
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
