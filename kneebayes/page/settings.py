"""What a page says otherwise of patients who are seen elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kneebayes.building.model import in_setting
from kneebayes.errors import KneebayesError
from kneebayes.page.payload import payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kneebayes.building.model import ModelLike

__all__ = ["settings_of"]

ANYWHERE = "anywhere"


def settings_of(model: ModelLike, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places where patients are seen, each with what is different there.

    Parameters
    ----------
    model
        The model that the page is made of.
    own
        Its own payload.

    Returns
    -------
    list of dict
        The model as it is first, then every other setting of the folder: ``label``, ``about``,
        ``nodes`` (those that are different) and ``changes`` (whatever else of the payload is).
        A setting whose shifts the model cannot take is left out; without a choice it is empty.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> [one["label"] for one in settings_of(knee, payload(knee))][:2]
    ['anywhere', 'general practice']
    """
    settings = model.data.knowledge.settings
    here = settings.get(model.data.setting or "")
    found = [_place(here.label if here else ANYWHERE, here.about if here else "", own, own)]
    for id, place in settings.items():
        if id != model.data.setting:
            try:
                there = payload(in_setting(model, id))
            except KneebayesError:
                continue
            found.append(_place(place.label, place.about, own, there))
    return found if len(found) > 1 else []


def _place(
    label: str, about: str, own: Mapping[str, Any], there: Mapping[str, Any]
) -> dict[str, Any]:
    nodes = zip(own["nodes"], there["nodes"], strict=True)
    return {
        "label": label,
        "about": about,
        "nodes": [other for node, other in nodes if other != node],
        "changes": {
            key: value for key, value in there.items() if key != "nodes" and value != own[key]
        },
    }
