"""What can be asked of a differential once it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kneebayes.inference import Evidence
    from kneebayes.model import Model

__all__ = ["Asking"]


class Asking:
    """The questions that a :class:`kneebayes.Differential` answers about itself.

    Each method asks one floor below and returns a result that shows itself.
    """

    _model: Model
    _evidence: Evidence

    # explanation

    # attribution, surprises, what-if

    # questions, what would change the answer

    # robustness
