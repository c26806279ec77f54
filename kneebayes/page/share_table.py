"""How the table of explanations follows from shares and ratios, so that the page can make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.building.draft import Draft
from kneebayes.building.elicit import fitted_ratios
from kneebayes.building.shares import Shares
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.network import Numbers

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

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
    return share_fits([model])[0]


def share_fits(models: Sequence[ModelLike]) -> list[ShareFit | None]:
    """The same of several models whose ratios are about the same causes, found side by side."""
    fits: list[ShareFit | None] = [None] * len(models)
    drafts = {
        at: Draft(model.data.knowledge, model.data.knowledge.lexicons[model.data.lexicon])
        for at, model in enumerate(models)
        if EXPLANATION in model.data.network
    }
    if not drafts:
        return fits
    each = {at: draft.shares()[0] for at, draft in drafts.items()}
    stated = {at: models[at].data.elicited for at in drafts}
    values = np.array([fitted_ratios(stated[at], draft) for at, draft in drafts.items()])
    shares = np.array(
        [[stated[at].priors[id].value for id in draft.explanations] for at, draft in drafts.items()]
    )
    fitting = next(iter(each.values())).beside(list(each.values()))
    again = fitting.fit(shares / shares.sum(axis=1, keepdims=True), values)
    for row, (at, draft) in enumerate(drafts.items()):
        table = models[at].data.network[EXPLANATION].table or ()
        if np.allclose(again[row].ravel(), table, rtol=NEAR, atol=0.0):
            fits[at] = _fit(draft, each[at], values[row])
    return fits


def _fit(draft: Draft, fitting: Shares, values: Numbers) -> ShareFit:
    contexts = draft.knowledge.contexts
    return ShareFit(
        explanations=tuple(draft.explanations),
        contexts=tuple(tuple(state.share for state in contexts[id].states) for id in draft.scales),
        places=tuple((one.cause, one.axis, one.state, *one.others) for one in fitting.ratios),
        ratios=tuple(
            (value, interval.low, interval.high)
            for value, (_, interval) in zip(values.tolist(), draft.ratios, strict=True)
        ),
    )
