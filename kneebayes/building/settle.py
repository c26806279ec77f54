"""The same model for patients of another setting: other priors, the same diseases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from kneebayes.building.calibrate import calibrate
from kneebayes.building.onset import Onset, Scale, holder, number_of
from kneebayes.building.result import Elicited
from kneebayes.knowledge.parts import Interval
from kneebayes.odds import inverse_logit, logit

__all__ = ["settle"]


def settle(elicited: Elicited, odds: Mapping[str, float], complaint: str) -> Elicited:
    """Multiply the odds of priors, and solve the leaks of the causes anew.

    How diseases show themselves is left as it is: links to mediators and findings stay, also
    those that were solved from an evoking strength. How much more often a finding means the
    disease then follows.

    Parameters
    ----------
    elicited
        The model before.
    odds
        What the odds of P(cause | complaint) are multiplied by, by cause.
    complaint
        Id of the complaint.

    Raises
    ------
    KneebayesError
        If the shifted priors cannot all hold.
    """
    priors = {id: _shifted(one, odds.get(id, 1.0)) for id, one in elicited.priors.items()}
    values = {id: one.value for id, one in priors.items()}
    families = {id: _onset(elicited, id).nodes for id in priors}
    network, probability = calibrate(elicited.network, families, values, complaint)
    stated = tuple(replace(one, link=number_of(network, one.arrow)) for one in elicited.stated)
    return replace(
        elicited,
        network=network,
        priors=priors,
        stated=stated,
        complaint_probability=probability,
    )


def _shifted(prior: Interval, odds: float) -> Interval:
    if odds == 1.0:
        return prior
    low, value, high = (
        inverse_logit(logit(one) + math.log(odds)) for one in (prior.low, prior.value, prior.high)
    )
    return Interval(low=low, value=min(max(value, low), high), high=high)


def _onset(elicited: Elicited, cause: str) -> Onset:
    """How a cause comes about, from what was stated of its parents."""
    network = elicited.network
    risks: dict[str, list[float]] = {}
    links: dict[str, float] = {}
    scale, typical = None, 1.0
    for one in elicited.stated:
        arrow = one.arrow
        if arrow.child != cause:
            continue
        node = holder(network, arrow.parent, cause)
        if node.table is not None:  # what multiplies is the same in every setting
            factors = tuple(network.table_of(node)[1, :, 1].tolist())
            scale = Scale(arrow.parent, one.unit, factors)
        elif arrow.statement.risk is not None:
            states = network[arrow.parent].states
            ratios = risks.setdefault(arrow.parent, [1.0] * len(states))
            ratios[states.index(arrow.state)] = one.interval.value
            typical = one.unit if arrow.parent in elicited.priors else typical
        else:
            links[arrow.parent] = one.interval.value
    others = {id: tuple(one) for id, one in risks.items() if id in elicited.priors}
    adding = {id: tuple(one) for id, one in risks.items() if id not in others}
    return Onset(cause, adding, links, others, scale, typical)
