"""Patients drawn from a model, and how well it does on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.elicitation import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names

__all__ = ["Simulating"]


class Simulating:
    """The patients that a :class:`kneebayes.Model` can draw, and its figures on them."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
