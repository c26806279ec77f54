"""Worlds drawn from a network, and posteriors estimated from them where asked for by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.leaves import relevant_nodes
from kneebayes.network import Network, Node, Numbers

__all__ = ["Sampled", "draw_worlds", "sample_posteriors"]

TILT = 0.03  # of 40 hidden causes one is then made present in most draws
PIECE = 16384  # worlds drawn at a time, so that memory does not grow with their number


@dataclass(frozen=True)
class Sampled:
    """Posteriors estimated from weighted draws; not exact.

    Attributes
    ----------
    posteriors
        For each target an estimate of P(state | evidence).
    standard_errors
        The same shape: the standard error of each estimate.
    effective_draws
        How many unweighted draws would tell as much (Kish's effective sample size).
    """

    posteriors: Mapping[str, Numbers]
    standard_errors: Mapping[str, Numbers]
    effective_draws: float


def draw_worlds(
    network: Network,
    draws: int,
    rng: np.random.Generator,
    evidence: Evidence | None = None,
    nodes: Iterable[bool] | None = None,
    tilt: float = 0.0,
) -> tuple[NDArray[np.int16], Numbers]:
    """Draw states of all nodes, parents first; observed nodes keep their state.

    Parameters
    ----------
    network
        The network.
    draws
        How many worlds.
    rng
        Where chance comes from.
    evidence
        What was observed; weights say how probable it is in each world.
    nodes
        For each node whether it is drawn; left out, all are. Parents of a drawn node must be.
    tilt
        Share of the draws in which an open noisy-OR is made present whatever its chance, so
        that rare causes are met; the weights make up for it.

    Returns
    -------
    worlds, log_weights
        Index of the state of each node: draws x nodes (-1 where not drawn), and for each
        world ln P(evidence | its open nodes), corrected for the tilt.

    References
    ----------
    Likelihood weighting: Fung, Chang: Weighing and integrating evidence for stochastic
    simulation in Bayesian networks, UAI 1989.
    """
    seen = Evidence({}) if evidence is None else evidence
    drawn = [True] * len(network) if nodes is None else list(nodes)
    worlds = np.full((draws, len(network)), -1, dtype=np.int16)
    log_weights = np.zeros(draws)
    for at, node in enumerate(network.nodes):
        if not drawn[at]:
            continue
        chances = _chances(network, node, worlds)
        state = seen.hard_state(node.id)
        if state is None:
            tilted = _tilt(chances, tilt if node.is_noisy_or else 0.0)
            cumulated = np.cumsum(tilted, axis=1)[:, :-1]
            worlds[:, at] = (rng.random((draws, 1)) >= cumulated).sum(axis=1)
            likelihood = seen.likelihoods.get(node.id)
            mine = None if likelihood is None else np.asarray(likelihood)[worlds[:, at]]
            if tilted is not chances:
                taken = worlds[:, [at]].astype(np.int64)
                share = np.take_along_axis(chances / tilted, taken, axis=1)[:, 0]
                mine = share if mine is None else share * mine
        else:
            worlds[:, at] = state
            mine = chances[:, state]
        if mine is not None:
            with np.errstate(divide="ignore"):
                log_weights += np.log(mine)
    return worlds, log_weights


def _tilt(chances: Numbers, tilt: float) -> Numbers:
    """Chances of absent and present with some of the first given to the second."""
    if tilt == 0.0:
        return chances
    moved = tilt * chances[:, [0]]
    return np.maximum(chances + np.hstack([-moved, moved]), np.finfo(float).tiny)


def _chances(network: Network, node: Node, worlds: NDArray[np.int16]) -> Numbers:
    """P(state | parents) of one node in each world."""
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
    """Estimate posteriors by likelihood weighting, with standard errors.

    Causes are drawn more often than they occur, and weighted down: else a rare cause that
    explains the evidence well would hardly ever be met, and its estimate would be zero.

    Raises
    ------
    ImpossibleEvidenceError
        If no draw is possible under the evidence: it is impossible, or too rare to sample.
    """
    names = [network[id].id for id in targets]
    nodes = relevant_nodes(network, {*names, *evidence})
    pieces = [min(PIECE, draws - start) for start in range(0, draws, PIECE)]
    columns = [network.index[id] for id in names]
    kept: list[NDArray[np.int16]] = []
    logs: list[Numbers] = []
    for piece in pieces:
        worlds, log_weights = draw_worlds(network, piece, rng, evidence, nodes, TILT)
        kept.append(worlds[:, columns])
        logs.append(log_weights)
    log_weights = np.concatenate(logs) if logs else np.empty(0)
    largest = log_weights.max(initial=-np.inf)
    if largest == -np.inf:
        message = f"None of {draws} draws is possible under the evidence; nothing can be estimated."
        raise ImpossibleEvidenceError(message, list(evidence))
    weights = np.exp(log_weights - largest)
    weights /= weights.sum()
    states = np.concatenate(kept)
    posteriors, errors = {}, {}
    for column, id in enumerate(names):
        hits = states[:, [column]] == np.arange(len(network[id].states))
        share = weights @ hits
        posteriors[id] = share
        errors[id] = np.sqrt((weights**2) @ (hits - share) ** 2)
    return Sampled(posteriors, errors, float(1.0 / (weights**2).sum()))
