"""Simulation-based calibration: drawn patients are as often ill as the model says they are.

In the form of Talts et al. (2018, "Validating Bayesian inference algorithms with
simulation-based calibration", arXiv:1804.06788) for states instead of numbers: causes are drawn
from the model, findings from the causes, and the posterior of the cause must be its frequency.
Residuals (is it there, minus posterior) of one patient hang together, those of different
patients do not; so each patient is one vector of sums of residuals, by bin of the posterior or
by cause, and Hotelling's statistic tests whether the mean vector is zero.

Exactly one cause explains the complaint, so the residuals of one patient add up to zero and their
covariance is singular. The statistic is taken by the pseudo-inverse, with the rank as degrees of
freedom. That is the same figure as with any one group left out, as long as the others determine it,
and it needs no choice of which; other dependences, such as those of a single context, are met too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.patients import ANSWERED, Ward
from numpy.typing import NDArray
from tqdm.auto import tqdm

from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.network import Network, Node, noisy_or_node, table_node
from reliability.checks import Check

PART = "simulation-based calibration"
BINS = 10
FEWEST_EXPECTED = 20.0  # of a cause among all patients; rarer ones are counted together
LINK, POWER = 0.8, 0.8
SINGULAR = 1e-10  # of the largest eigenvalue; what is smaller is rounding
STILL = 1e-6  # what a sum may differ from zero by rounding where nothing varies

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Patients drawn from a model: what is known of each, and the state of their causes.

    Attributes
    ----------
    told
        What is known of each patient.
    explains, present
        Patients x causes: whether a cause explains the complaint, and whether it is there at all.
    """

    told: Sequence[Evidence]
    explains: NDArray[np.bool_]
    present: NDArray[np.bool_]


@dataclass(frozen=True)
class Beliefs:
    """What a model says of the causes of each patient: the same two, as probabilities."""

    explains: Floats
    present: Floats


def draw_sample(ward: Ward, count: int) -> Sample:
    """Patients who answer the complaint and five to fifteen findings; all contexts are known."""
    network = ward.model.network
    explains, there = nodes_of(ward)
    told = [one.evidence(network, ANSWERED) for one in ward.some(count)]
    states = ward.states[:count] == 1
    index = network.index
    return Sample(
        told, states[:, [index[id] for id in explains]], states[:, [index[id] for id in there]]
    )


def nodes_of(ward: Ward) -> tuple[list[str], list[str]]:
    """Of each cause the node that it explains the complaint, and the node that it is there."""
    explains = [cause.id for cause in ward.model.causes]
    return explains, [ward.model.knowledge.there[id] for id in explains]


def posteriors_of(ward: Ward, network: Network, told: Sequence[Evidence]) -> Beliefs:
    """P(cause explains | evidence) and P(cause is there | evidence): patients x causes."""
    explains, there = nodes_of(ward)
    engine = Engine(network)
    with tqdm(total=len(told), desc="posteriors", leave=False, mininterval=1) as bar:
        made = engine.propagate_each(told, [*explains, *there], progress=bar.update)
    columns = [
        np.stack([made.marginals[id][:, 1] for id in ids], axis=1) for ids in (explains, there)
    ]
    return Beliefs(*columns)


def p_value(residuals: Floats) -> float:
    """Of Hotelling's statistic of sums of residuals, by chi-squared.

    Parameters
    ----------
    residuals
        Patients x groups, each with mean zero if the model is right. Groups may determine each
        other: the degrees of freedom are the rank of their covariance. A sum that is not zero
        where the covariance says that it cannot vary is wrong for certain.

    Raises
    ------
    ValueError
        If nothing varies, so that there is nothing to test.
    """
    from scipy.stats import chi2

    scale = np.sqrt((residuals**2).sum(axis=0))
    if not scale.any():
        message = "No residual differs from zero: there is nothing to test."
        raise ValueError(message)
    scaled = residuals[:, scale > 0.0] / scale[scale > 0.0]
    values, vectors = np.linalg.eigh(scaled.T @ scaled)
    along = vectors.T @ scaled.sum(axis=0)
    varies = values > SINGULAR * values[-1]
    if np.abs(along[~varies]).max(initial=0.0) > STILL:
        return 0.0
    statistic = float((along[varies] ** 2 / values[varies]).sum())
    return float(chi2.sf(statistic, int(varies.sum())))


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


TESTS = ("posterior", "cause", "slope", "presence")


def p_values(beliefs: Beliefs, sample: Sample) -> list[float]:
    """By bin of the posterior, by cause, by slope of each cause, and by presence of each cause.

    The first three are about what explains the complaint, the last is about what is there,
    whether it explains or not.
    """
    explains = [by(beliefs.explains, sample.explains) for by in (by_bin, by_cause, by_slope)]
    return [p_value(one) for one in (*explains, by_cause(beliefs.present, sample.present))]


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
        found = p_values(posteriors, sample)
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
        found.append(p_values(posteriors, sample))
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
