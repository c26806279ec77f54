"""How the table of explanations follows from shares and ratios, so that the page can make it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.building.draft import Draft
from kneebayes.building.elicit import fitted_ratios
from kneebayes.building.places import EXPLANATION
from kneebayes.building.shares import table_of

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["ShareFit", "share_fit"]

NEAR = 1e-10  # of the table that comes back, relative


@dataclass(frozen=True, slots=True)
class ShareFit:
    """What a table of explanations is fitted to, but for the shares.

    Attributes
    ----------
    explanations
        The states of the table's last axis.
    contexts
        For each context of the other axes how frequent its states are.
    places
        For each ratio the place of an explanation, of a context and of its state, and then the
        places of the states that it is compared with.
    ratios
        For each of them how much higher the odds are: the value, low and high.
    """

    explanations: tuple[str, ...]
    contexts: tuple[tuple[float, ...], ...]
    places: tuple[tuple[int, ...], ...]
    ratios: tuple[tuple[float, float, float], ...]


def share_fit(model: ModelLike) -> ShareFit | None:
    """What the model's table of explanations was fitted to.

    Returns
    -------
    ShareFit or None
        None where there is no such table, or another was put in its place.

    Examples
    --------
    >>> import kneebayes as kb
    >>> found = share_fit(kb.load())
    >>> len(found.places) == len(found.ratios), "gout" in found.explanations
    (True, True)
    """
    network, elicited, knowledge = model.data.network, model.data.elicited, model.data.knowledge
    if EXPLANATION not in network:
        return None
    draft = Draft(knowledge, knowledge.lexicons[elicited.lexicon])
    fitting, _ = draft.shares()
    values = fitted_ratios(elicited, draft)
    shares = {id: elicited.priors[id].value for id in draft.explanations}
    again = table_of(fitting, shares, values).ravel()
    if not np.allclose(again, network[EXPLANATION].table or (), rtol=NEAR, atol=0.0):
        return None
    return ShareFit(
        explanations=tuple(draft.explanations),
        contexts=tuple(
            tuple(state.share for state in knowledge.contexts[id].states) for id in draft.scales
        ),
        places=tuple((one.cause, one.axis, one.state, *one.others) for one in fitting.ratios),
        ratios=tuple(
            (value, interval.low, interval.high)
            for value, (_, interval) in zip(values.tolist(), draft.ratios, strict=True)
        ),
    )
