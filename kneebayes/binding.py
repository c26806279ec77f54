"""Modules and functions of other rooms that are imported when first used; old names of functions.

``pd`` is pandas, and ``Axes`` those of matplotlib, which stands here for types alone.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

__all__ = [
    "Axes",
    "Later",
    "bind_static",
    "is_path",
    "later",
    "pd",
    "renamed",
    "renamed_function",
    "renamed_in",
]


class _LaterModule:
    """A module that is slow to import, imported when something of it is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


if TYPE_CHECKING:
    from inspect import Signature

    import pandas as pd
    from matplotlib.axes import Axes
else:
    pd, Axes = _LaterModule("pandas"), Any


class Later:
    """A function of a module, imported when it is first used; as a method it binds like any other.

    A static method does not get the object.
    """

    def __init__(self, module: str, name: str, *, static: bool = False) -> None:
        self.module, self.name, self.static = module, name, static

    @property
    def function(self) -> Callable[..., Any]:
        """The function itself."""
        function: Callable[..., Any] = getattr(import_module(self.module), self.name)
        return function

    @property
    def __signature__(self) -> Signature:
        """What the function takes, for ``help`` and for editors."""
        import inspect

        return inspect.signature(self.function)

    def __get__(self, instance: object, owner: type) -> Any:
        bound: Any = staticmethod(self.function) if self.static else self.function
        for kind in owner.__mro__:
            for attribute, value in vars(kind).items():
                if value is self:
                    setattr(kind, attribute, bound)
                    return getattr(owner if instance is None else instance, attribute)
        return bound.__get__(instance, owner)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Import the function and call it."""
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"Later({self.module}.{self.name})"


def bind_static(owner: type) -> None:
    """Let static methods of a class be imported later too."""
    for name, value in list(vars(owner).items()):
        inner = getattr(value, "__func__", None) if isinstance(value, staticmethod) else None
        if isinstance(inner, Later):
            setattr(owner, name, Later(inner.module, inner.name, static=True))


def later(names: Mapping[str, str]) -> dict[str, Later]:
    """Functions by module, with blanks between, to be imported when they are first used.

    ``evaluate as judge`` is written ``evaluate=judge``.

    Examples
    --------
    >>> later({"math": "sqrt exp=power"})
    {'sqrt': Later(math.sqrt), 'power': Later(math.exp)}
    >>> later({"math": "sqrt"})["sqrt"](9.0)
    3.0
    """
    functions: dict[str, Later] = {}
    for module, words in names.items():
        for word in words.split():
            name, _, alias = word.partition("=")
            functions[alias or name] = Later(module, name)
    return functions


P = ParamSpec("P")
R = TypeVar("R")


def is_path(value: object) -> bool:
    """Whether a value names a file."""
    return isinstance(value, str | Path)


def renamed(
    where: Callable[[object], bool] | None = None, /, **new_names: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function take arguments by their old names too, with a warning.

    Where an old name has another meaning now, ``where`` says which values mean the new one.

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
        name = getattr(function, "__name__", "function")

        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> R:
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
        warnings.warn(f"{old}() is now called {new}().", DeprecationWarning, stacklevel=2)
        return function(*args, **kwargs)

    return cast("Callable[P, R]", wrapped)


def renamed_in(module: str, new_names: Mapping[str, Any], name: str) -> Any:
    """What a module once called by another name, for its ``__getattr__`` (PEP 562)."""
    if name not in new_names:
        message = f"module {module!r} has no attribute {name!r}"
        raise AttributeError(message)
    meant = new_names[name]
    message = f"{module}.{name} is now {module}.{meant.__name__}."
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return meant
