"""Mappings that never change: what was read once is handed out many times."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

__all__ = ["FrozenDict", "freeze_dicts", "frozen"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenDict(dict[Key, Value]):
    """A dict that cannot be changed; ``dict(one)`` is a copy that can.

    Examples
    --------
    >>> leaks = FrozenDict(fever=0.01)
    >>> leaks["fever"] = 0.5
    Traceback (most recent call last):
    TypeError: records never change; make another with .model_copy(update=...), .replace(...) ...
    >>> leaks | {"fever": 0.5}
    {'fever': 0.5}
    """

    def _refuse(self, *_args: Any, **_named: Any) -> NoReturn:
        message = (
            "records never change; make another with .model_copy(update=...), .replace(...) or "
            "dataclasses.replace"
        )
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[Key, Value]]]:
        """How it is copied and sent to another process."""
        return type(self), (dict(self),)


def frozen(value: Any) -> Any:
    """The same value, if it is a dict as one that never changes, with all dicts inside.

    Parameters
    ----------
    value
        Anything; what is no dict is given back as it is.
    """
    if type(value) is dict:
        return FrozenDict({key: frozen(one) for key, one in value.items()})
    return value


def freeze_dicts(record: object) -> None:
    """Make the dicts of a frozen record as little changeable as its other entries.

    Parameters
    ----------
    record
        A record that has just been made.
    """
    entries = vars(record)
    entries.update({name: frozen(value) for name, value in entries.items()})
