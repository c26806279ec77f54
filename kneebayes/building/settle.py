"""The same model for patients of another setting: other shares, the same diseases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from kneebayes.building.draft import Draft
from kneebayes.building.places import EXPLANATION, number_of
from kneebayes.building.result import Elicited
from kneebayes.building.shares import table_of
from kneebayes.errors import KneebayesError
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.parts import Interval
from kneebayes.network import table_node

__all__ = ["settle"]


def settle(elicited: Elicited, knowledge: Knowledge, odds: Mapping[str, float]) -> Elicited:
    """Multiply the shares of causes, and fit the table of explanations anew.

    Shares still add up to 1, so what is multiplied is each share against the others. How
    diseases show themselves is left as it is: how much more often a finding means the disease
    then follows.

    Parameters
    ----------
    elicited
        The model before.
    knowledge
        The folder that it was made from.
    odds
        What the share of each cause is multiplied by, against the others; left out, 1.

    Raises
    ------
    KneebayesError
        If a factor is not above 0.
    """
    wrong = {id: factor for id, factor in odds.items() if not (0.0 < factor < np.inf)}
    if wrong:
        message = f"What shares are multiplied by must be above 0 and finite, got {wrong}."
        raise KneebayesError(message)
    draft = Draft(knowledge, knowledge.lexicons[elicited.lexicon])
    fitting, _ = draft.shares()
    ratios = np.array(
        [one.interval.value for one in elicited.stated if draft.multiplies(one.arrow.parent)]
    )
    rest = odds.get(knowledge.meta.rest, 1.0)
    factors = {id: odds.get(id, rest if id in knowledge.parts else 1.0) for id in elicited.priors}
    total = sum(elicited.priors[id].value * factors[id] for id in draft.explanations)
    priors = {id: _times(one, factors[id] / total) for id, one in elicited.priors.items()}
    if knowledge.parts:
        parts = sum(priors[id].value for id in knowledge.parts)
        priors[knowledge.meta.rest] = _times(
            elicited.priors[knowledge.meta.rest],
            parts / elicited.priors[knowledge.meta.rest].value,
        )
    shares = {id: priors[id].value for id in draft.explanations}
    node = table_node(
        EXPLANATION, draft.scales, table_of(fitting, shares, ratios), draft.explanations
    )
    network = elicited.network.replacing([node])
    stated = tuple(replace(one, link=number_of(network, one.arrow)) for one in elicited.stated)
    return replace(elicited, network=network, priors=priors, stated=stated)


def _times(interval: Interval, factor: float) -> Interval:
    low, value, high = (
        min(factor * one, 1.0) for one in (interval.low, interval.value, interval.high)
    )
    return Interval(low=low, value=value, high=high)
