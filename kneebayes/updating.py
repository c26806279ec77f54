"""A model that takes what cases teach."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.elicitation import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names

__all__ = ["Updating"]


class Updating:
    """What a :class:`kneebayes.Model` learns from cases."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
