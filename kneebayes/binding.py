"""Functions of other rooms as methods, imported when they are first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspect import Signature

__all__ = ["Later", "bind_static", "later"]


class Later:
    """A function that is imported when it is first used; as a method it binds like any other.

    Parameters
    ----------
    module
        Where it stands.
    name
        What it is called there.
    static
        Whether it is a method that does not get the object.
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
    """Functions by name, to be imported when they are first used.

    Parameters
    ----------
    names
        By module the functions that stand in it, with blanks between; ``evaluate as judge``
        is written ``evaluate=judge``.

    Examples
    --------
    >>> later({"math": "sqrt exp=power"})
    {'sqrt': Later(math.sqrt), 'power': Later(math.exp)}
    >>> later({"math": "sqrt"})["sqrt"](9.0)
    3.0
    """
    made: dict[str, Later] = {}
    for module, words in names.items():
        for word in words.split():
            name, _, alias = word.partition("=")
            made[alias or name] = Later(module, name)
    return made
