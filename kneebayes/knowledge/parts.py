"""What records are made of: frozen bases, origins, amounts, intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Key = TypeVar("Key")
Entry = TypeVar("Entry")


class FrozenDict(dict[Key, Entry]):
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

    def __hash__(self) -> int:  # type: ignore[override]
        """As of what never changes, so that records may stand in a set."""
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[type, tuple[dict[Key, Entry]]]:
        """How it is copied and sent to another process."""
        return type(self), (dict(self),)


def frozen(value: Any) -> Any:
    """The same value, if it is a dict as one that never changes, with all dicts inside."""
    if type(value) is dict:
        return FrozenDict({key: frozen(one) for key, one in value.items()})
    return value


def freeze_dicts(record: object) -> None:
    """Make the dicts of a frozen record as little changeable as its other entries."""
    entries = vars(record)
    entries.update({name: frozen(value) for name, value in entries.items()})


ASSUMED = "assumed:"
SHORTEST_REASON = 8


class Record(BaseModel):
    """Base of all records: frozen, and nothing that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_post_init(self, _context: Any) -> None:
        """Freeze the dicts too."""
        freeze_dicts(self)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same record with other entries."""
        made = super().model_copy(update=update, deep=deep)
        made.model_post_init(None)
        return made


Text = Annotated[str, Field(min_length=1, max_length=600)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


def as_tuple(value: object) -> object:
    """One name stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _reasoned(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if origin.startswith(ASSUMED) and len(origin) < len(ASSUMED) + SHORTEST_REASON:
            least = f"in {SHORTEST_REASON} letters or more, such as 'assumed: it hurts to lift'"
            message = f"an assumption must say its reason, {least}"
            raise ValueError(message)
    return value


Origins = Annotated[tuple[str, ...], BeforeValidator(as_tuple), AfterValidator(_reasoned)]
Because = Annotated[Origins, Field(min_length=1)]


class Sourced(Record):
    """Something that says where it comes from.

    Attributes
    ----------
    because
        Ids of claims (``C48``), ids of references, or ``assumed: <reason>``.
    """

    because: Because


class Interval(Record):
    """A value with the range in which it is believed to lie (central 90 %)."""

    low: float
    value: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        if not all(math.isfinite(one) for one in (self.low, self.value, self.high)):
            message = "low, value and high must be finite numbers"
            raise ValueError(message)
        if not self.low <= self.value <= self.high:
            message = f"low <= value <= high is needed, got {self.low}, {self.value}, {self.high}"
            raise ValueError(message)
        return self


def _amount(value: object) -> object:
    """A word, a number or a range; anything else is refused in one sentence."""
    if isinstance(value, list | tuple):
        plain = len(value) == 2 and all(_is_number(one) for one in value)
        if plain:
            return (float(value[0]), float(value[1]))
    elif _is_number(value):
        return float(str(value))
    elif isinstance(value, str):
        return value
    message = "must be a word of the lexicons, a number or [low, high]"
    raise ValueError(message)


def plain_amount(value: object) -> object:
    """A number or a range; a word is refused."""
    made = None if isinstance(value, str) else _amount(value)
    if made is None:
        message = "must be a number or [low, high]"
        raise ValueError(message)
    return made


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


Amount = Annotated[str | tuple[float, float] | float, BeforeValidator(_amount)]
Value = TypeVar("Value", bound=str | tuple[float, float] | float)


def amount_between(low: float, high: float) -> Callable[[Value], Value]:
    """A validator: numbers of an amount must lie in a range, and a range must not fall."""

    def check(value: Value) -> Value:
        """The amount, if its numbers are in range."""
        if isinstance(value, str):
            return value
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            if not low <= number <= high:  # refuses NaN too
                allowed = "in [0, 1]" if (low, high) == (0, 1) else f"between {low:g} and {high:g}"
                if low == 1 and number < low:
                    allowed = "at least 1 (a noisy-OR cannot protect)"
                message = f"must be {allowed}, got {number:g}"
                raise ValueError(message)
        if numbers[0] > numbers[-1]:
            message = f"must be [low, high] with low <= high, got {list(numbers)}"
            raise ValueError(message)
        return value

    return check
