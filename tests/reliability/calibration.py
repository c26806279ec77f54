"""Simulation-based calibration: drawn patients are as often ill as the model says they are.

In the form of Talts et al. (2018, "Validating Bayesian inference algorithms with
simulation-based calibration", arXiv:1804.06788) for states instead of numbers: causes are drawn
from the model, findings from the causes, and the posterior of the cause must be its frequency.
Residuals (is it there, minus posterior) of one patient hang together, those of different
patients do not; so each patient is one vector of sums of residuals, by bin of the posterior or
by cause, and Hotelling's statistic tests whether the mean vector is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.patients import ANSWERED, Ward
from numpy.typing import NDArray
from tqdm.auto import tqdm

from kneebayes.building.places import EXPLANATION
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, table_node
from reliability.checks import Check

PART = "simulation-based calibration"
BINS = 10
FEWEST_EXPECTED = 20.0  # of a cause among all patients; rarer ones are counted together
LINK, POWER = 0.8, 0.8

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Patients drawn from a model: what is known of each, and which causes they have."""

    told: Sequence[Evidence]
    present: NDArray[np.bool_]


def draw_sample(ward: Ward, count: int) -> Sample:
    """Patients who answer the complaint and five to fifteen findings; all contexts are known."""
    network = ward.model.network
    at = [network.index[cause.id] for cause in ward.model.causes]
    told = [one.evidence(network, ANSWERED) for one in ward.some(count)]
    return Sample(told, ward.states[:count, at] == 1)


def posteriors_of(ward: Ward, network: Network, told: Sequence[Evidence]) -> Floats:
    """P(cause | evidence): patients x causes."""
    causes = [cause.id for cause in ward.model.causes]
    engine = Engine(network)
    with tqdm(total=len(told), desc="posteriors", leave=False, mininterval=1) as bar:
        made = engine.propagate_each(told, causes, progress=bar.update)
    return np.stack([made.marginals[id][:, 1] for id in causes], axis=1)


def p_value(residuals: Floats) -> float:
    """Of Hotelling's statistic of sums of residuals, by chi-squared.

    Parameters
    ----------
    residuals
        Patients x groups, each with mean zero if the model is right.
    """
    from scipy.stats import chi2

    sums = residuals.sum(axis=0)
    spread = residuals.T @ residuals
    statistic = float(sums @ np.linalg.solve(spread, sums))
    return float(chi2.sf(statistic, len(sums)))


def by_bin(posteriors: Floats, present: NDArray[np.bool_]) -> Floats:
    """Residuals summed over the causes in each bin of the posterior: patients x bins.

    Bins hold equal amounts of variance p (1 - p), so that none is empty.
    """
    variance = (posteriors * (1.0 - posteriors)).ravel()
    order = np.argsort(posteriors, axis=None)
    share = np.cumsum(variance[order]) / variance.sum()
    bins = np.empty(posteriors.size, dtype=int)
    bins[order] = np.minimum((BINS * share).astype(int), BINS - 1)
    bins = bins.reshape(posteriors.shape)
    residuals = present - posteriors
    return np.stack([np.where(bins == one, residuals, 0.0).sum(axis=1) for one in range(BINS)], 1)


def by_cause(posteriors: Floats, present: NDArray[np.bool_]) -> Floats:
    """Residuals of each cause, the rare ones summed: patients x groups."""
    residuals = present - posteriors
    rare = posteriors.sum(axis=0) < FEWEST_EXPECTED
    parts = [residuals[:, ~rare]]
    if rare.any():
        parts.append(residuals[:, rare].sum(axis=1, keepdims=True))
    return np.hstack(parts)


def by_slope(posteriors: Floats, present: NDArray[np.bool_]) -> Floats:
    """Residuals of each cause, weighted by how far its findings have moved it.

    Links that are too weak leave present causes too improbable and absent ones too probable;
    in plain sums that cancels, here it adds up (the score test of a calibration slope).
    """
    clipped = np.clip(posteriors, 1e-9, 1.0 - 1e-9)
    moved = np.log(clipped / (1.0 - clipped))
    moved -= np.median(moved, axis=0)
    residuals = (present - posteriors) * moved
    rare = posteriors.sum(axis=0) < FEWEST_EXPECTED
    parts = [residuals[:, ~rare]]
    if rare.any():
        parts.append(residuals[:, rare].sum(axis=1, keepdims=True))
    return np.hstack(parts)


TESTS = ("posterior", "cause", "slope", "all residuals")


def p_values(posteriors: Floats, present: NDArray[np.bool_]) -> list[float]:
    """By bin of the posterior, by cause, by slope of each cause, and of all residuals together."""
    together = (present - posteriors).sum(axis=1, keepdims=True)
    groups = (by_bin, by_cause, by_slope)
    return [p_value(one) for one in (*(by(posteriors, present) for by in groups), together)]


def level(ward: Ward) -> Network:
    """What explains the complaint more evenly: every share to a power, at each age and sex."""
    network = ward.model.network
    node = network[EXPLANATION]
    table = np.array(node.table).reshape(network.shape_of(node)) ** POWER
    table /= table.sum(axis=-1, keepdims=True)
    return network.replacing([table_node(node.id, node.parents, table, node.states)])


def weaken(ward: Ward, id: str, factor: float) -> Network:
    """All links out of one node times a factor; of a cause, all that it shows as an explanation."""
    network = ward.model.network
    explanations = network[EXPLANATION].states

    def weaker(node: Node) -> Node:
        links = {one.parent: list(one.strength) for one in node.links}
        if id in links:
            links[id] = [factor * value for value in links[id]]
        if id in explanations and EXPLANATION in links and node.id not in explanations:
            links[EXPLANATION][explanations.index(id)] *= factor
        return noisy_or_node(node.id, node.leak or 0.0, links)

    return network.replacing([weaker(node) for node in network.nodes if node.is_noisy_or])


def ignore_absent(told: Sequence[Evidence]) -> list[Evidence]:
    """Only what is present is heard."""
    return [one.only([id for id in one if one.hard_state(id) != 0]) for one in told]


def broken_models(ward: Ward) -> Mapping[str, Network]:
    """Models that are wrong on purpose."""
    commonest = max(ward.model.causes, key=lambda one: ward.model.elicited.priors[one.id].value)
    children = ward.model.network.children_of
    mediator = max(ward.model.knowledge.mediators, key=lambda id: len(children(id)))
    return {
        f"shares to the power of {POWER}": level(ward),
        f"links of {commonest.label} x {LINK}": weaken(ward, commonest.id, LINK),
        f"mediator '{ward.model.knowledge.label(mediator)}' dropped": weaken(ward, mediator, 0.0),
    }


RIGHT, WRONG = "> 0.001", "< 0.001"


def measure_calibration(ward: Ward, count: int, repeats: int) -> list[Check]:
    """p-values of the model that drew the patients, and of broken ones on the same patients."""
    sample = draw_sample(ward, count)
    mine = ward.model.network
    told = {"the right model": posteriors_of(ward, mine, sample.told)}
    for name, network in broken_models(ward).items():
        told[f"broken: {name}"] = posteriors_of(ward, network, sample.told)
    told["broken: absent answers ignored"] = posteriors_of(ward, mine, ignore_absent(sample.told))
    checks = []
    for name, posteriors in told.items():
        demanded = WRONG if name.startswith("broken") else RIGHT
        found = p_values(posteriors, sample.present)
        said = ", ".join(f"by {what} p = {p:.2g}" for what, p in zip(TESTS, found, strict=True))
        least = min(1.0, len(found) * min(found))  # Bonferroni
        checks.append(Check(PART, name, "p-value", least, demanded, count, said))
    return checks + uniform(ward, max(300, count // 4), repeats)


def uniform(ward: Ward, count: int, repeats: int) -> list[Check]:
    """The p-values of the right model over new wards are themselves uniform."""
    from scipy.stats import kstest

    found = []
    for at in range(repeats):
        other = Ward.of(ward.model, count, ward.seed + 1000 + at)
        sample = draw_sample(other, count)
        posteriors = posteriors_of(other, ward.model.network, sample.told)
        found.append(p_values(posteriors, sample.present))
    return [
        Check(
            PART,
            "the right model",
            f"p-values by {what} are uniform (Kolmogorov-Smirnov)",
            float(kstest(some, "uniform").pvalue),
            RIGHT,
            repeats * count,
            f"{repeats} new samples of {count:,}; smallest p = {min(some):.2g}",
        )
        for what, some in zip(TESTS, zip(*found, strict=True), strict=True)
    ]
