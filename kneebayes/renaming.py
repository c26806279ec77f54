"""Old names of arguments and functions, which work for one version more."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["is_path", "renamed", "renamed_function", "renamed_in"]

P = ParamSpec("P")
R = TypeVar("R")


def is_path(value: object) -> bool:
    """Whether a value names a file."""
    return isinstance(value, str | Path)


def renamed(
    where: Callable[[object], bool] | None = None, /, **new_names: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take arguments by their old names too, with a warning.

    Parameters
    ----------
    where
        Which values under an old name are meant; left out, all. It is for an old name that has
        another meaning now.
    new_names
        The new name of each argument by its old one.

    Examples
    --------
    >>> import warnings
    >>> @renamed(k="n")
    ... def twice(n: int) -> int:
    ...     return 2 * n
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     twice(k=3)
    6
    >>> str(caught[0].message)
    "twice: the argument 'k' is now called 'n'."
    """

    def rename(function: Callable[P, R]) -> Callable[P, R]:
        """The function, taking arguments by either name."""
        name = getattr(function, "__name__", "function")

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> R:
            """The same with arguments by their new names."""
            for old, new in new_names.items():
                if old in kwargs and (where is None or where(kwargs[old])):
                    message = f"{name}: the argument '{old}' is now called '{new}'."
                    warnings.warn(message, DeprecationWarning, stacklevel=2)
                    kwargs[new] = kwargs.pop(old)
            return function(*args, **kwargs)

        return cast("Callable[P, R]", wrapped)

    return rename


def renamed_function(old: str, new: str, function: Callable[P, R]) -> Callable[P, R]:
    """A function under its old name, which says what it is called now."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> R:
        """The same after a warning."""
        warnings.warn(f"{old}() is now called {new}().", DeprecationWarning, stacklevel=2)
        return function(*args, **kwargs)

    return cast("Callable[P, R]", wrapped)


def renamed_in(module: str, new_names: Mapping[str, Any], name: str) -> Any:
    """What a module once called by another name, for its ``__getattr__`` (PEP 562).

    Parameters
    ----------
    module
        The module that is asked.
    new_names
        What is meant by each old name.
    name
        The name that was asked for.
    """
    if name not in new_names:
        message = f"module {module!r} has no attribute {name!r}"
        raise AttributeError(message)
    meant = new_names[name]
    message = f"{module}.{name} is now {module}.{meant.__name__}."
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return meant
