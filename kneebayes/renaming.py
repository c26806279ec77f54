"""Old names of arguments and functions, which work for one version more."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["renamed", "renamed_function"]

P = ParamSpec("P")
R = TypeVar("R")


def renamed(**new_names: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take arguments by their old names too, with a warning.

    Parameters
    ----------
    new_names
        The new name of each argument by its old one.

    Examples
    --------
    >>> import warnings
    >>> @renamed(k="n")
    ... def twice(n: int) -> int:
    ...     return 2 * n
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     twice(k=3)
    6
    >>> str(told[0].message)
    "twice: the argument 'k' is now called 'n'."
    """

    def rename(function: Callable[P, R]) -> Callable[P, R]:
        name = getattr(function, "__name__", "function")

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> R:
            for old, new in new_names.items():
                if old in kwargs:
                    message = f"{name}: the argument '{old}' is now called '{new}'."
                    warnings.warn(message, DeprecationWarning, stacklevel=2)
                    kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return cast("Callable[P, R]", wrapped)

    return rename


def renamed_function(old: str, function: Callable[P, R]) -> Callable[P, R]:
    """A function under its old name, which says what it is called now."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> R:
        message = f"{old}() is now called {getattr(function, '__name__', '')}()."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return function(*args, **kwargs)

    return cast("Callable[P, R]", wrapped)
