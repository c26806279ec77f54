"""A model to practise on: virtual patients and natural frequencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.elicitation import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names

__all__ = ["Practising"]


class Practising:
    """What a :class:`kneebayes.Model` offers to those who learn and teach."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
