"""Arguments of public functions: another kind than the signature says is refused in one place.

A function that is :func:`checked` says with its annotations what it takes, and so does a record
whose fields are checked by :func:`check_fields`. What a kind is stands in ``KINDS``: a path, a
number, a table ... What only the function knows, such as how large a number may be, it checks
itself with :func:`whole_number` and :func:`share`.
"""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import math
import os
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple, TypeVar, cast, get_args, get_origin

from kneebayes.errors import ArgumentError
from kneebayes.text import did_you_mean, either, shown

Function = TypeVar("Function", bound=Callable[..., Any])
Convert = Callable[[object], object]
LARGEST = 2**63 - 1  # what a machine counts to; no count of anything is larger
MOST_ITEMS = 1_000_000  # of what is given one by one; more is no list of names
REFUSED = object()  # what a conversion gives for a value of another kind


class Kind(NamedTuple):
    """What may stand in a place: in words, and how it is recognised."""

    words: str  # after "must be"
    convert: Convert  # gives the value to go on with, or ``REFUSED``


def checked(function: Function) -> Function:
    """Refuse arguments of another kind than the signature says, before anything is done.

    What comes one by one, such as a generator of names, is handed on as a tuple, and a whole
    number of numpy as one of Python. Annotations that are no kind of ``KINDS``, no class and no
    choice of words are left to the function.

    Examples
    --------
    >>> @checked
    ... def halves(n: int, path: "str | Path | None" = None) -> float:
    ...     return n / 2
    >>> halves(3)
    1.5
    >>> halves(3, 7.5)
    Traceback (most recent call last):
    kneebayes.errors.ArgumentError: 'path' must be a path or None. Got 7.5.
    """
    inner = inspect.unwrap(function)
    code = inner.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = code.co_varnames[: code.co_argcount]
    rest = code.co_varnames[count] if code.co_flags & inspect.CO_VARARGS else None
    kinds: dict[str, Kind | None] = {}

    @functools.wraps(function)
    def checking(*arguments: Any, **named: Any) -> Any:
        if not kinds:  # not before the first call: types may be known only then
            kinds.update(_kinds_of(inner.__annotations__, inner.__globals__))
        given = list(arguments)
        for place, value in enumerate(given):
            name = names[place] if place < len(names) else rest
            if name is not None and (kind := kinds.get(name)) is not None:
                given[place] = _as_kind(name, value, kind)
        for name, value in named.items():
            if (kind := kinds.get(name)) is not None:
                named[name] = _as_kind(name, value, kind)
        try:
            return function(*given, **named)
        except TypeError as error:
            if wrong := _wrong_call(inspect.signature(function), given, named):
                raise ArgumentError(wrong) from error
            raise

    return cast("Function", checking)


BOUND = ("self", "cls", "model", "case")  # what stands before the dot of a call


def _wrong_call(signature: inspect.Signature, given: list[Any], named: Mapping[str, Any]) -> str:
    """What is missing, too much or not known in a call; empty where the call fits."""
    try:
        signature.bind(*given, **named)
    except TypeError:
        pass
    else:
        return ""
    takes = list(signature.parameters.values())
    before = bool(takes and given) and takes[0].name in BOUND
    takes, count = (takes[1:], len(given) - 1) if before else (takes, len(given))
    several = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    single = [each for each in takes if each.kind not in several]
    by_place = [each.name for each in single if each.kind is not each.KEYWORD_ONLY]
    needed = [each.name for each in single if each.default is each.empty]
    known = [each.name for each in takes]
    allowed = f"It takes: {', '.join(known) or 'nothing'}."
    unknown = [name for name in named if name not in signature.parameters]
    missing = [name for name in needed if name not in {*by_place[:count], *named}]
    twice = [name for name in by_place[:count] if name in named]
    if unknown:
        hint = did_you_mean(unknown[0], known, "")
        return " ".join(filter(None, (f"There is no argument '{unknown[0]}'.", hint, allowed)))
    if twice:
        return f"'{twice[0]}' is given twice, by its place and by its name. Give it once."
    if missing:
        names = " and ".join(f"'{name}'" for name in missing)
        return f"{names} {'is' if len(missing) == 1 else 'are'} missing. {allowed}"
    return f"Too many arguments: {count} by place, at most {len(by_place)} fit. {allowed}"


def check_fields(record: object) -> None:
    """Refuse fields of a record of another kind than its annotations say.

    It is for ``__post_init__`` of a dataclass that users make; its fields are converted as
    :func:`checked` does.
    """
    known = vars(inspect.getmodule(type(record)))
    for name, kind in _kinds_of(type(record).__annotations__, known).items():
        if kind is not None:
            object.__setattr__(record, name, _as_kind(name, getattr(record, name), kind))


def whole_number(
    name: str, value: object, least: int = 0, most: int | None = None, also: str = ""
) -> int:
    """A whole number within bounds, else an error that names it, and what is allowed ``also``.

    Examples
    --------
    >>> whole_number("n", 3)
    3
    >>> whole_number("n", 0, least=1, most=100)
    Traceback (most recent call last):
    kneebayes.errors.ArgumentError: 'n' must be a whole number from 1 to 100. Got 0.
    """
    whole = _whole(value)
    fits = isinstance(whole, int) and whole >= least and (most is None or whole <= most)
    if not fits:
        bounds = f"from {least} on" if most is None else f"from {least} to {most}"
        message = f"'{name}' must be a whole number {bounds}{also}. Got {shown(value)}."
        raise ArgumentError(message)
    return cast("int", whole)


def number(name: str, value: object, least: float = -math.inf, most: float = math.inf) -> float:
    """A number within bounds, never NaN, else an error that names it."""
    converted = _number(value)
    if not isinstance(converted, int | float) or not least <= converted <= most:
        bounds = "" if math.isinf(least) else f" from {least:g} on"
        bounds = bounds if math.isinf(most) else f" from {least:g} to {most:g}"
        message = f"'{name}' must be a number{bounds}. Got {shown(value)}."
        raise ArgumentError(message)
    return float(converted)


def share(name: str, value: object) -> float:
    """A number from 0 to 1, else an error that names it."""
    return number(name, value, 0.0, 1.0)


def is_share(value: object) -> bool:
    """Whether it is a number from 0 to 1, and neither a text nor true or false."""
    converted = _number(value)
    return isinstance(converted, int | float) and 0.0 <= converted <= 1.0


def _as_kind(name: str, value: object, kind: Kind) -> object:
    converted = kind.convert(value)
    if converted is REFUSED:
        message = f"'{name}' must be {kind.words}. Got {_in_short(value)}."
        if isinstance(value, int) and abs(value) > LARGEST and "number" in kind.words:
            message += f" The largest is {LARGEST}."
        if kind.words.startswith(ANSWERS.words):
            says = (remedy for of, remedy in REMEDIES.items() if isinstance(value, of))
            message += next(says, "")
        raise ArgumentError(message)
    return converted


def _in_short(value: object) -> str:
    """What was given: simple things as they are, others by their type."""
    simple = isinstance(value, str | bytes | int | float | complex | list | tuple | set | dict)
    if value is None or simple or isinstance(value, os.PathLike):
        text = shown(value, 80)
        return text if "\n" not in text else f"<{type(value).__name__}>"
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    return f"the class {name}" if isinstance(value, type) else f"<{name}>"


# what the kinds are


def _kinds_of(annotations: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Kind | None]:
    """By name of a parameter what it takes; None where that is left to the function."""
    return {
        name: _kind_of(annotation, known)
        for name, annotation in annotations.items()
        if isinstance(annotation, str) and name not in ("self", "cls", "return")
    }


def _kind_of(annotation: str, known: Mapping[str, Any]) -> Kind | None:
    """What an annotation allows: any of its alternatives."""
    words: list[str] = []
    converts: list[Convert] = []
    for text in _alternatives(annotation):
        kind = KINDS.get(text) or _sequence(text, known) or _named(text, known)
        if kind is None:
            return None
        words += [kind.words] if kind.words not in words else []
        converts.append(kind.convert)
    return Kind(either(words, quote=""), functools.partial(_first, tuple(converts)))


def _first(converts: tuple[Convert, ...], value: object) -> object:
    for convert in converts:
        converted = convert(value)
        if converted is not REFUSED:
            return converted
    return REFUSED


def _alternatives(annotation: str) -> list[str]:
    """The parts of a union; what stands in brackets stays whole, and so does a path."""
    parts, depth = [""], 0
    for character in annotation.strip("'\""):
        depth += (character == "[") - (character == "]")
        if character == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    parts = [part.strip() for part in parts]
    if "str" in parts and "Path" in parts:
        parts = ["str | Path", *(part for part in parts if part not in ("str", "Path"))]
    return parts


def _named(name: str, known: Mapping[str, Any]) -> Kind | None:
    """A class or a choice of words that the module of the function knows, or a class elsewhere."""
    meant = known.get(name)
    if meant is Any or meant is object:
        return None
    if get_origin(meant) is Literal:
        choices = get_args(meant)
        words = either(list(map(repr, choices)), quote="")
        return Kind(words, _only(lambda value: isinstance(value, str) and value in choices))
    if isinstance(meant, type) and not getattr(meant, "_is_protocol", False):
        return Kind(_article(name), _only(lambda value: isinstance(value, meant)))
    if meant is None and name.isidentifier():  # imported for types alone
        return Kind(_article(name), _of_class(name))
    return None


def _article(name: str) -> str:
    return f"a{'n' if name[0] in 'AEIOU' else ''} {name}"


def _only(fits: Callable[[Any], bool]) -> Convert:
    """The value itself, where it fits."""
    return lambda value: value if fits(value) else REFUSED


def _of_class(name: str, package: str = "") -> Convert:
    """What is of a class of that name, which is not imported for it."""
    return _only(
        lambda value: any(
            kind.__name__ == name and kind.__module__.startswith(package)
            for kind in type(value).__mro__
        )
    )


def _sequence(annotation: str, known: Mapping[str, Any]) -> Kind | None:
    """Several of a kind, in any form in which they come one by one."""
    head, _, inner = annotation.partition("[")
    if head not in ("Sequence", "Iterable"):
        return None
    inner = inner.removesuffix("]")
    kind = None if inner == "str" else _kind_of(inner, known)
    each = _only(_is_hashable) if kind is None else kind.convert
    items = {"str": "names", "float": "numbers", "int": "numbers"}.get(inner, f"{inner} records")

    def convert(value: object) -> object:
        """All of them, as a tuple; a single name stays what it is."""
        if isinstance(value, str):
            return value if inner == "str" else REFUSED
        if isinstance(value, bytes | Mapping) or not isinstance(value, Iterable):
            return REFUSED
        if hasattr(value, "columns") or getattr(value, "ndim", 1) != 1:
            return REFUSED  # a table, whose columns or rows are not meant
        try:
            every = tuple(islice(value, MOST_ITEMS + 1))
        except Exception:  # whatever somebody's own class does
            return REFUSED
        if len(every) > MOST_ITEMS:
            return REFUSED
        converted = tuple(map(each, every))
        return REFUSED if any(item is REFUSED for item in converted) else converted

    return Kind(f"a list of {items}", convert)


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except Exception:
        return False
    return True


def _path(value: object) -> object:
    if not isinstance(value, str | os.PathLike):
        return REFUSED
    try:
        text = os.fspath(value)
        fits = isinstance(text, str) and text.strip() and b"\0" not in os.fsencode(text)
    except Exception:  # half a character, or somebody's own idea of a path
        return REFUSED
    return value if fits else REFUSED


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, Integral):
        return REFUSED
    whole = int(value)
    return whole if abs(whole) <= LARGEST else REFUSED


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Real):
        return REFUSED
    try:
        converted = float(value)
    except (OverflowError, ValueError):
        return REFUSED
    if math.isnan(converted):
        return REFUSED
    return value if isinstance(value, int) else converted


def _yes_or_no(value: object) -> object:
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    return bool(value) if isinstance(value, Integral) and value in (0, 1) else REFUSED


def _text(value: object) -> object:
    if not isinstance(value, str):
        return REFUSED
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character, which no file and no screen can show
        return REFUSED
    return value


def _carries(name: str, *parts: str) -> Convert:
    """What carries something that has some parts: a model its data, a patient the case."""

    def carries(value: object) -> bool:
        """Whether it does; a class does not, only what is made of it."""
        carried = None if isinstance(value, type) else getattr(value, name, None)
        return all(hasattr(carried, part) for part in parts)

    return _only(carries)


_mapping = _only(lambda value: isinstance(value, Mapping))
MODEL = Kind("a model, as kneebayes.load gives it", _carries("data", "knowledge", "network"))
TABLE = Kind("a pandas DataFrame, a row for each patient or case", _of_class("DataFrame", "pandas"))
ROW = Kind("a pandas Series", _of_class("Series", "pandas"))
ANSWERS = Kind(
    "a mapping such as {'fever': False}, or a row of a table",
    functools.partial(_first, (_mapping, ROW.convert)),
)
REMEDIES: dict[type | tuple[type, ...], str] = {  # by what was given instead of answers
    str: " A history in plain words is read first: model.diagnose(model.read('...')).",
    (list, tuple, set): " Of names that are all present: dict.fromkeys([...], True).",
}
KINDS: dict[str, Kind] = {
    "Fastest": Kind("text", _text),  # which words, the reader of the file says
    "Layer": Kind("text", _text),
    "None": Kind("None", _only(lambda value: value is None)),
    "str": Kind("text", _text),
    "int": Kind("a whole number", _whole),
    "float": Kind("a number", _number),
    "bool": Kind("True or False", _yes_or_no),
    "Path": Kind("a path", _path),
    "str | Path": Kind("a path", _path),
    "datetime": Kind("a datetime", _only(lambda value: isinstance(value, dt.datetime))),
    "ModelLike": MODEL,
    "AnyModel": MODEL,
    "Diagnosing": MODEL,
    "CaseLike": Kind("a patient, as model.diagnose gives it", _carries("case", "answers")),
    "pd.DataFrame": TABLE,
    "pd.Series": ROW,
    "pd.Series[Any]": ROW,
    "Axes": Kind("axes of matplotlib", _of_class("Axes", "matplotlib")),
    "np.random.Generator": Kind("a numpy Generator", _of_class("Generator", "numpy")),
    "Mapping[str, object]": ANSWERS,
    "Mapping[str, Any]": Kind("a mapping", _mapping),
    "Mapping[Said, object]": Kind("answers by column and value", _mapping),
    "Mapping[str, float]": Kind("numbers by name", _mapping),
    "Mapping[str, bool]": Kind("True or False by name", _mapping),
    "Mapping[str, str]": Kind("texts by name", _mapping),
    "Mapping[str, str | Sequence[float]]": Kind("states or likelihoods by name", _mapping),
    "Mapping[str, str | None]": Kind("texts by name", _mapping),
    "Mapping[str, pd.DataFrame]": Kind("tables by name", _mapping),
    "Mapping[str, Sequence[int]]": Kind("numbers by name", _mapping),
}
