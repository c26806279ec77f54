"""What records are made of, and records of what is said: claims, words, how strongly."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NoReturn, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
    field_validator,
    model_validator,
)

from kneebayes.errors import Problem
from kneebayes.text import did_you_mean

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
        return FrozenDict({key: frozen(entry) for key, entry in value.items()})
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
        copied = super().model_copy(update=update, deep=deep)
        copied.model_post_init(None)
        return copied

    def but(self, **changes: Any) -> Self:
        """The same record with other entries, by their names."""
        return self.model_copy(update=changes)


Text = Annotated[str, Field(min_length=1, max_length=600)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


def as_tuple(value: object) -> object:
    """One name stands for a list of one."""
    return (value,) if isinstance(value, str) else value


def _with_reasons(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        if origin.startswith(ASSUMED) and len(origin) < len(ASSUMED) + SHORTEST_REASON:
            least = f"in {SHORTEST_REASON} letters or more, such as 'assumed: it hurts to lift'"
            message = f"an assumption must say its reason, {least}"
            raise ValueError(message)
    return value


Origins = Annotated[tuple[str, ...], BeforeValidator(as_tuple), AfterValidator(_with_reasons)]
Because = Annotated[Origins, Field(min_length=1)]


class Sourced(Record):
    """Something that says where it comes from."""

    because: Because  # ids of claims (``C48``), ids of references, or ``assumed: <reason>``


class Interval(Record):
    """A value with the range in which it is believed to lie (central 90 %)."""

    low: Number
    value: Number
    high: Number

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not all(math.isfinite(end) for end in (self.low, self.value, self.high)):
            message = "low, value and high must be finite numbers"
            raise ValueError(message)
        if not self.low <= self.value <= self.high:
            message = f"low <= value <= high is needed, got {self.low}, {self.value}, {self.high}"
            raise ValueError(message)
        return self


WRITTEN = re.compile(r"(\d*[.,]?\d+)\s*(%?)")


def number_in(text: str) -> str:
    """How a number is written that stands in a text, such as "75 %"; empty if none does.

    Examples
    --------
    >>> number_in("75 %"), number_in("0,5"), number_in("often")
    ('0.75', '0.5', '')
    """
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        return ""
    return f"{float(match[1].replace(',', '.')) / (100 if match[2] else 1):g}"


def _amount(value: object) -> object:
    """A word, a number or a range; anything else is refused in one sentence."""
    if isinstance(value, list | tuple):
        plain = len(value) == 2 and all(_is_number(end) for end in value)
        if plain:
            return (float(value[0]), float(value[1]))
    elif _is_number(value):
        return float(str(value))
    elif isinstance(value, str):
        if number := number_in(value):
            message = f"a number stands without quotation marks and per cent: write {number}"
            raise ValueError(message)
        return value
    message = "must be a word of the lexicons, a number or [low, high]"
    raise ValueError(message)


def plain_amount(value: object) -> object:
    """A number or a range; a word is refused."""
    amount = _amount(value)
    if isinstance(amount, str):
        message = "must be a number or [low, high]"
        raise ValueError(message)
    return amount


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
                if high == 1 < number <= 100:
                    message += f": write {number / 100:g} for {number:g} %"
                raise ValueError(message)
        if numbers[0] > numbers[-1]:
            message = f"must be [low, high] with low <= high, got {list(numbers)}"
            raise ValueError(message)
        return value

    return check


Number = Annotated[float, Strict()]  # true and a text are none
Whole = Annotated[int, Strict()]
HIGHEST_RISK = 1000.0
Layer = Literal["article", "literature", "beyond"]
Frequency = Annotated[Amount, AfterValidator(amount_between(0, 1))]
Risk = Annotated[Amount, AfterValidator(amount_between(1, HIGHEST_RISK))]
Range = Annotated[tuple[Number, Number], AfterValidator(amount_between(0, 1))]
Probability = Annotated[Number, AfterValidator(amount_between(0, 1))]
Share = Annotated[
    tuple[float, float] | float, BeforeValidator(plain_amount), AfterValidator(amount_between(0, 1))
]


def _among(value: object) -> object:
    """``complaint``, ``population``, or ids of what suspects have."""
    if isinstance(value, str) and value not in ("complaint", "population"):
        return (value,)
    if isinstance(value, list | tuple) and not value:
        message = "must name what the suspects have, or be left out"
        raise ValueError(message)
    return tuple(value) if isinstance(value, list) else value


Suspects = tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_ ]*)?$")], ...]
Among = Annotated[Literal["complaint", "population"] | Suspects, BeforeValidator(_among)]


class Statement(Sourced):
    """How strongly a parent produces a child.

    Exactly one of ``how_often`` (P(child | parent alone), as stated in a text, leak and
    mediators included), ``risk`` (a ratio for a cause with the parent against without; at
    least 1, since a noisy-OR cannot protect) and ``in_cases`` (P(parent | the cause and the
    complaint): the share of its cases that have it). A ratio or a share of cases holds ``among``
    those with the ``complaint`` (an odds ratio), in the ``population`` (a ratio of risks), or among
    suspects who have more than the complaint.

    ``word`` is the article's own beside a number, which the layer ``article`` reads instead;
    ``word_because`` names the claims for it where they are not those of the number. With the
    ``layer`` ``article`` a statement is of that layer alone, with ``literature`` of all others.
    """

    how_often: Frequency | None = None
    risk: Risk | None = None
    in_cases: Frequency | None = None
    among: Among = "complaint"
    word: str = ""
    word_because: Origins = ()
    layer: Layer | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Statement:
        given = [
            amount for amount in (self.how_often, self.risk, self.in_cases) if amount is not None
        ]
        if len(given) != 1:
            message = "needs exactly one of 'how_often', 'risk' and 'in_cases'"
            raise ValueError(message)
        if self.how_often is not None and self.among != "complaint":
            message = "'among' goes with 'risk' or 'in_cases'; a frequency is of those with it"
            raise ValueError(message)
        if self.word_because and not self.word:
            message = "'word_because' goes with 'word'"
            raise ValueError(message)
        return self

    @property
    def amount(self) -> Amount:
        """What was said: a word, a number or a range."""
        given = (self.how_often, self.risk, self.in_cases)
        return next(amount for amount in given if amount is not None)


class Evoked(Sourced):
    """How strongly a finding points to a cause: P(cause | finding, complaint)."""

    evokes: Frequency
    between: Range = (0.0, 0.95)  # in which the link that is solved from it is kept
    layer: Layer | None = None
    note: str = ""


class Claim(Record):
    """One claim of the article, in our own words."""

    id: Annotated[str, Field(pattern=r"^C\d{2,4}$")]
    section: Text
    kind: Text
    subject: Text
    object: str
    strength: str
    statement: Text
    unused_because: str = ""


class Reference(Record):
    """A source that was seen, and how it was seen."""

    id: Identifier
    authors: Text
    title: str = ""
    journal: str = ""
    year: Annotated[Whole, Field(ge=1900, le=2100)] | None = None
    where: str = ""
    seen: Text

    @property
    def cited(self) -> str:
        """What is known of it, as a source is cited."""
        parts = (self.authors, self.title, self.journal, str(self.year or ""), self.where)
        return ", ".join(filter(None, parts))


class Wording(Interval, Sourced):
    """What one word means in numbers."""


Words = dict[str, Wording]


class Lexicon(Record):
    """A mapping of words to numbers, separately for each direction of speech.

    The words of ``commonness`` say how causes compare: shares are scaled to add up to 1.
    """

    id: Identifier
    label: Text
    about: Text
    total: float | None = None  # of older folders; not used
    because: Origins = ()
    commonness: Words
    frequency: Words
    evoking: Words
    risk: Words

    @field_validator("commonness", "frequency", "evoking", "risk")
    @classmethod
    def _in_range(cls, words: Words, info: ValidationInfo) -> Words:
        low, high = (1.0, HIGHEST_RISK) if info.field_name == "risk" else (0.0, 1.0)
        for word, numbers in words.items():
            if numbers.low < low or numbers.high > high:
                message = f"'{word}' must lie between {low:g} and {high:g}"
                raise ValueError(message)
            if info.field_name == "commonness" and not 0.0 < numbers.value < 1.0:
                message = f"'{word}' must have a value above 0 and below 1"
                raise ValueError(message)
        return words


class Commonness(Sourced):
    """How common a cause is among those with the complaint: the share that it explains.

    Either a word of the lexicons, with a range that was ``published`` or else ``assumed``, or which
    ``part`` of the share of something else it is.
    """

    word: str = ""
    published: Range | None = None
    published_because: Origins = ()
    assumed: Range | None = None
    assumed_because: Origins = ()
    part: Share | None = None
    overruled: Origins = ()
    note: str = ""

    @model_validator(mode="after")
    def _go_together(self) -> Commonness:
        for name in ("published", "assumed"):
            reasons = getattr(self, f"{name}_because")
            if (getattr(self, name) is None) != (not reasons):
                message = f"'{name}' and '{name}_because' go together"
                raise ValueError(message)
        if self.published is not None and self.assumed is not None:
            message = "give either 'published' or 'assumed', not both"
            raise ValueError(message)
        if bool(self.word) == (self.part is not None):
            message = "needs either 'word' or, for a part of something else, 'part'"
            raise ValueError(message)
        return self

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The range that narrows the word, published or assumed."""
        return self.assumed if self.published is None else self.published

    @property
    def bounds_because(self) -> tuple[str, ...]:
        """Where that range comes from."""
        return self.published_because or self.assumed_because

    @property
    def said(self) -> Amount:
        """What was said: a word, or which fraction of something else."""
        return self.word if self.part is None else self.part


class Presence(Sourced):
    """How often a cause is there among those with the complaint, whether it hurts or not."""

    share: Share
    layer: Layer | None = None
    note: str = ""


class Care(Sourced):
    """What the article says may be done, but not where one of ``not_for`` is there or may be."""

    text: Text
    not_for: Annotated[Suspects, BeforeValidator(as_tuple)] = ()


DIRECTIONS = ("commonness", "frequency", "evoking", "risk")
LIKE, BECAUSE = "like", "because"
FILE = "lexicons.toml"


def filled_in(content: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """Every lexicon of ``lexicons.toml`` in full; what is wrong is added to the problems.

    A lexicon with ``like`` has the words of that other lexicon, each with its own origin, where
    it gives none itself; label, total and reasons are never taken over. The ``because`` of a
    section is that of each of its words that has none.

    Examples
    --------
    >>> short = {"a": {"risk": {"because": ["C01"], "often": {"value": 2}}}, "b": {"like": "a"}}
    >>> filled_in(short, [])["b"]
    {'risk': {'often': {'because': ['C01'], 'value': 2}}}
    """
    own = {id: _reasoned(entry) for id, entry in content.items()}
    return {id: _like(id, own, problems) if LIKE in _table(own[id]) else own[id] for id in own}


def _reasoned(entry: Any) -> Any:
    """A lexicon whose words have the reason of their section."""
    if not isinstance(entry, dict):
        return entry
    return {
        name: _words(value) if name in DIRECTIONS and isinstance(value, dict) else value
        for name, value in entry.items()
    }


def _words(section: dict[str, Any]) -> dict[str, Any]:
    """The words of a section, each with a reason of its own."""
    shared = {BECAUSE: section[BECAUSE]} if BECAUSE in section else {}
    return {
        word: shared | numbers if isinstance(numbers, dict) else numbers
        for word, numbers in section.items()
        if word != BECAUSE
    }


def _like(id: str, own: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """A lexicon with the words of another where it gives none."""
    entry = {name: value for name, value in own[id].items() if name != LIKE}
    other = own[id][LIKE]
    model = _table(own.get(other)) if isinstance(other, str) else {}
    place, whole = f"{FILE}: {id}.{LIKE}", [name for name in own if LIKE not in _table(own[name])]
    if not model or other == id:
        remedy = did_you_mean(str(other), whole, f"Allowed: {', '.join(whole)}.")
        problems.append(Problem(place, f"there is no other lexicon '{other}'.", remedy))
    elif LIKE in model:
        wrong = f"'{other}' is itself like another lexicon."
        problems.append(Problem(place, wrong, f"Allowed: {', '.join(whole)}."))
    else:
        for direction in DIRECTIONS:
            words = {**_table(model.get(direction)), **_table(entry.get(direction))}
            if words:
                entry[direction] = words
    return entry


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
