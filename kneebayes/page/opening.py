"""The front end opened in a notebook, or a still picture of it."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kneebayes.arguments import checked
from kneebayes.case.case import CaseLike, Diagnosing

if TYPE_CHECKING:
    from kneebayes.page.explorer import Explorer


@checked
def explorer(model: Diagnosing, answers: Mapping[str, object] | None = None) -> Explorer | CaseLike:
    """The same page as a widget in Jupyter, whose answers (certain ones) Python can read and set.

    ``explorer.answers`` are the current answers, ``explorer.differential`` is the differential
    that Python computes from them. Needs anywidget (``pip install "kneebayes[notebook]"``);
    without it there is a warning, and the differential is returned instead.

    Raises
    ------
    UnknownNameError
        If a name is not known.
    EvidenceError
        If an answer cannot be understood or is less than certain.

    Examples
    --------
    >>> import kneebayes as kb
    >>> explorer = kb.load().explorer({"Lump behind the knee": True})
    >>> explorer.answers
    {'lump_behind_knee': 'present'}
    >>> explorer.answers = {"fever": True, "age": 67}
    >>> explorer.differential.urgency.level
    'now'
    """
    if importlib.util.find_spec("anywidget") is None:
        message = (
            "anywidget is not installed, so this is a still picture of the differential. "
            'For the explorer: pip install "kneebayes[notebook]".'
        )
        warnings.warn(message, stacklevel=2)
        return model.diagnose(answers)
    from kneebayes.page.explorer import Explorer

    return Explorer(model, answers)
