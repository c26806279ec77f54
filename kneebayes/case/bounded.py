"""Questions that end: each within a time, which a model or a patient may change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from kneebayes.arguments import checked, number
from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference import Budget
from kneebayes.inference.limits import QUESTION_SECONDS, clock_running, within_time
from kneebayes.text import shown

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def budget_of(seconds: float, gigabytes: float) -> Budget:
    """A budget as it is given to :meth:`kneebayes.Model.within`; both must be above 0."""
    for name, value in (("seconds", seconds), ("gigabytes", gigabytes)):
        if not number(name, value) > 0.0:
            message = f"'{name}' must be a number above 0, got {shown(value)}."
            raise KneebayesError(message)
    return Budget(float(seconds), float(gigabytes) * 2.0**30)


def bounded(ask: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a question about a patient, a result or a model end: all that it asks shares one time.

    The time is that of the model's budget (:meth:`kneebayes.Model.within`), else that of
    ``limits.json``. A question within a question shares the time of the outer one. Before, its
    arguments are looked at as :func:`checked` does.
    """

    @wraps(ask)
    def answered(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        if clock_running() is not None:
            return ask(*arguments, **named)
        about: Any = arguments[0]
        data = about.data if hasattr(about, "data") else about.case.data
        budget = data.engine.budget or Budget(QUESTION_SECONDS)
        with within_time(ask.__name__, budget) as clock:
            try:
                return ask(*arguments, **named)
            except TooWideError as error:
                if clock.left > 0.0:
                    raise
                raise TooWideError(_too_slow(ask.__name__, budget.seconds)) from error

    return checked(answered)


def _too_slow(question: str, seconds: float) -> str:
    return (
        f"'{question}' was not answered within {seconds:.3g} seconds. What is open makes it slow: "
        "answer some contexts (such as age), or leave out positive findings. Or give it more time: "
        f"model.within(seconds={max(10, round(5 * seconds))}).diagnose(...)."
    )
