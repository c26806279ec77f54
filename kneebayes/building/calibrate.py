"""Solve the leaks of the causes so that the stated priors hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, Numbers
from kneebayes.odds import logit

__all__ = ["CauseFamily", "calibrate"]

CLOSE = 1e-12
ROUNDS = 400
PATIENCE = 50  # rounds after which the Jacobian is measured afresh, where it was best so far
NEARBY = 1e-6  # step in the logarithm of a leak to measure it
LONGEST_STEP = 1.0

CauseFamily = Callable[[float], Sequence[Node]]


def calibrate(
    network: Network,
    families: Mapping[str, CauseFamily],
    priors: Mapping[str, float],
    complaint: str,
) -> tuple[Network, float]:
    """Find the leak of every cause such that P(cause | complaint) is the stated prior.

    Broyden's method on the logarithms of the leaks, with the identity as first guess of
    the Jacobian: raising a leak raises the posterior's log-odds about as much. Where that
    goes astray, the Jacobian is measured at the best leaks found.

    Parameters
    ----------
    network
        Contexts, causes and complaint (findings do not matter here).
    families
        For each cause its nodes, which follow from its leak.
    priors
        P(cause | complaint) as stated.
    complaint
        Id of the complaint.

    Returns
    -------
    network, probability
        The calibrated network and its P(complaint).

    Raises
    ------
    KneebayesError
        If no leaks make the priors hold; says which are missed and by how much.
    """
    causes = list(priors)
    wanted = np.array([logit(priors[cause]) for cause in causes])
    seen = Evidence.of(network, {complaint: "present"})
    engine = Engine(network)

    def attempt(logs: Numbers) -> tuple[Network, Numbers, float]:
        """Network, miss in log-odds and P(complaint) for some logarithms of leaks."""
        each = [families[cause](float(np.exp(x))) for cause, x in zip(causes, logs, strict=True)]
        tried = network.replacing([node for nodes in each for node in nodes])
        told = engine.on(tried).propagate(seen, causes)
        if told.log_probability[0] == -np.inf:
            message = f"No cause produces the complaint '{complaint}': no prior can hold."
            raise KneebayesError(message)
        found = np.array([logit(told.present(cause)) for cause in causes])
        return tried, found - wanted, float(np.exp(told.log_probability[0]))

    logs = np.array([np.log(0.05 * priors[cause]) for cause in causes])
    tried, miss, probability = attempt(logs)
    inverse = np.eye(len(causes))
    best: tuple[float, Numbers, Numbers] = (np.inf, logs, miss)
    for turn in range(1, ROUNDS + 1):
        worst = float(np.abs(miss).max())
        if worst < CLOSE:
            return tried, probability
        if worst < best[0]:
            best = (worst, logs, miss)
        if turn % PATIENCE == 0:
            _, logs, miss = best
            inverse[:] = np.linalg.pinv(_jacobian(lambda logs: attempt(logs)[1], logs, miss))
        step = -inverse @ miss
        longest = float(np.abs(step).max())
        if longest > LONGEST_STEP:
            step *= LONGEST_STEP / longest
        logs = np.minimum(logs + step, np.log(0.999))
        tried, missed, probability = attempt(logs)
        change = missed - miss
        miss = missed
        turned = inverse @ change
        scale = float(step @ turned)
        if abs(scale) > 1e-300:
            inverse += np.outer(step - turned, step @ inverse) / scale
    if float(np.abs(miss).max()) < 1e-10:
        return tried, probability
    raise KneebayesError(_cannot_hold(causes, priors, miss, wanted))


def _jacobian(miss_of: Callable[[Numbers], Numbers], logs: Numbers, miss: Numbers) -> Numbers:
    """How the misses answer to the logarithm of each leak: misses x leaks."""
    steps = NEARBY * np.eye(len(logs))
    return np.stack([(miss_of(logs + step) - miss) / NEARBY for step in steps], axis=1)


def _cannot_hold(
    causes: list[str], priors: Mapping[str, float], miss: Numbers, wanted: Numbers
) -> str:
    worst = sorted(range(len(causes)), key=lambda at: -abs(miss[at]))[:3]
    reached = 1.0 / (1.0 + np.exp(-(wanted + miss)))
    named = ", ".join(
        f"{causes[at]} (stated {priors[causes[at]]:.3g}, reached {reached[at]:.3g})" for at in worst
    )
    total = sum(priors.values())
    return (
        f"The stated priors cannot all hold: {named}. Together they add up to {total:.3g}; "
        "since some cause must explain the complaint they need at least 1, and causes that "
        "raise each other need more. Raise some, or weaken the influences between causes."
    )
