"""A model taken elsewhere: other formats, a page, a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.elicitation import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names

__all__ = ["Sharing"]


class Sharing:
    """The forms in which a :class:`kneebayes.Model` leaves Python."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
