"""The same model for patients of another setting: other priors, the same diseases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from kneebayes.elicitation.calibrate import calibrate, cause_node
from kneebayes.elicitation.result import Elicited
from kneebayes.knowledge.parts import Interval
from kneebayes.network import Node
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
    families = {id: partial(_node, elicited, id) for id in priors}
    network, probability = calibrate(elicited.network, families, values, complaint)
    stated = tuple(
        replace(
            one,
            link=next(
                link.strength[network[link.parent].states.index(one.arrow.state)]
                for link in network[one.arrow.child].links
                if link.parent == one.arrow.parent
            ),
        )
        for one in elicited.stated
    )
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


def _node(elicited: Elicited, cause: str, leak: float) -> Node:
    """The node of a cause that follows from its leak, from what was stated of its parents."""
    risks: dict[str, list[float]] = {}
    links: dict[str, float] = {}
    for one in elicited.stated:
        arrow = one.arrow
        if arrow.child == cause and arrow.statement.risk is not None:
            states = elicited.network[arrow.parent].states
            ratios = risks.setdefault(arrow.parent, [1.0] * len(states))
            ratios[states.index(arrow.state)] = one.interval.value
        elif arrow.child == cause:
            links[arrow.parent] = one.interval.value
    return cause_node(cause, leak, {id: tuple(one) for id, one in risks.items()}, links)
