"""Frozen records of what a knowledge folder says, as its files spell it."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = [
    "Amount",
    "Because",
    "Care",
    "Cause",
    "Claim",
    "Commonness",
    "Context",
    "ContextState",
    "Evoked",
    "Finding",
    "Group",
    "Interval",
    "Lexicon",
    "Mediator",
    "Meta",
    "Method",
    "Record",
    "Reference",
    "Statement",
    "UrgencyRule",
    "Wording",
]

ID_PATTERN = re.compile(r"[a-z][a-z0-9_]*")
ASSUMED = "assumed:"


class Record(BaseModel):
    """Base of all records: frozen, and nothing that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        message = f"must be a finite number, got {value}"
        raise ValueError(message)
    return value


def _origin(value: str) -> str:
    if value.startswith(ASSUMED) and len(value) < len(ASSUMED) + 8:
        message = f"'{value}': an assumption must say its reason"
        raise ValueError(message)
    return value


Finite = Annotated[float, Field(strict=False)]
Because = Annotated[tuple[str, ...], Field(min_length=1)]
Text = Annotated[str, Field(min_length=1, max_length=600)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


def _as_list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Sourced(Record):
    """Something that says where it comes from.

    Attributes
    ----------
    because
        Ids of claims (``C48``), ids of references, or ``assumed: <reason>``.
    """

    because: Because

    @field_validator("because", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return _as_list(value)

    @field_validator("because")
    @classmethod
    def _reasoned(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(one) for one in value)


class Interval(Record):
    """A value with the range in which it is believed to lie (central 90 %)."""

    low: float
    value: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Interval:
        for one in (self.low, self.value, self.high):
            _finite(one)
        if not self.low <= self.value <= self.high:
            message = f"low <= value <= high is needed, got {self.low}, {self.value}, {self.high}"
            raise ValueError(message)
        return self


Amount = str | tuple[float, float] | float


def _check_amount(amount: Amount | None, top: float, name: str) -> None:
    if amount is None or isinstance(amount, str):
        return
    values = amount if isinstance(amount, tuple) else (amount,)
    for value in values:
        _finite(value)
        if not 0.0 <= value <= top:
            allowed = "in [0, 1]" if top == 1.0 else f"between 0 and {top:g}"
            message = f"{name} must be {allowed}, got {value:g}"
            raise ValueError(message)
    if values[0] > values[-1]:
        message = f"{name} must be [low, high] with low <= high, got {list(values)}"
        raise ValueError(message)


class Statement(Sourced):
    """How strongly a parent produces a child.

    Exactly one of ``how_often`` (P(child | parent alone), as stated in a text, leak and
    mediators included) and ``risk`` (P(child | parent) / P(child | no parent)).
    """

    how_often: Amount | None = None
    risk: Amount | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Statement:
        if (self.how_often is None) == (self.risk is None):
            message = "needs exactly one of 'how_often' and 'risk'"
            raise ValueError(message)
        _check_amount(self.how_often, 1.0, "how_often")
        _check_amount(self.risk, 1000.0, "risk")
        lowest = self.risk[0] if isinstance(self.risk, tuple) else self.risk
        if isinstance(lowest, float | int) and lowest < 1.0:
            message = f"risk must be at least 1 (a noisy-OR cannot protect), got {lowest:g}"
            raise ValueError(message)
        return self


class Evoked(Sourced):
    """How strongly a finding points to a cause: P(cause | finding, complaint)."""

    evokes: Amount
    between: tuple[float, float] = (0.0, 0.95)
    note: str = ""

    @model_validator(mode="after")
    def _in_range(self) -> Evoked:
        _check_amount(self.evokes, 1.0, "evokes")
        _check_amount(self.between, 1.0, "between")
        return self


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
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    where: str = ""
    seen: Text


class Wording(Sourced):
    """What one word means in numbers."""

    low: float
    value: float
    high: float

    @property
    def interval(self) -> Interval:
        """The numbers of the word."""
        return Interval(low=self.low, value=self.value, high=self.high)

    @model_validator(mode="after")
    def _is_interval(self) -> Wording:
        _ = self.interval
        return self


class Lexicon(Record):
    """A mapping of words to numbers, separately for each direction of speech."""

    id: Identifier
    label: Text
    about: Text
    total: float | None = None
    commonness: dict[str, Wording]
    frequency: dict[str, Wording]
    evoking: dict[str, Wording]
    risk: dict[str, Wording]

    @model_validator(mode="after")
    def _in_range(self) -> Lexicon:
        for direction, words in (
            ("commonness", self.commonness),
            ("frequency", self.frequency),
            ("evoking", self.evoking),
            ("risk", self.risk),
        ):
            low, high = (1.0, 1000.0) if direction == "risk" else (0.0, 1.0)
            for word, numbers in words.items():
                if numbers.low < low or numbers.high > high:
                    message = f"{direction} '{word}' must lie between {low:g} and {high:g}"
                    raise ValueError(message)
                if direction == "commonness" and not 0.0 < numbers.value < 1.0:
                    message = f"commonness '{word}' must have a value above 0 and below 1"
                    raise ValueError(message)
        return self


class Named(Record):
    """Something with an id, a label and other names."""

    id: Identifier
    label: Annotated[str, Field(min_length=1, max_length=80)]
    aliases: tuple[str, ...] = ()
    codes: dict[str, str] = Field(default_factory=dict)


class Care(Sourced):
    """What the article says may be done."""

    text: Text


class Group(Named):
    """A set of causes that the article or a clinician speaks of together."""

    members: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    evoked_by: dict[str, Evoked] = Field(default_factory=dict)
    care: tuple[Care, ...] = ()
    because: tuple[str, ...] = ()

    @field_validator("because", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return _as_list(value)


class Commonness(Sourced):
    """How common a cause is among those with the complaint."""

    word: str
    published: tuple[float, float] | None = None
    published_because: tuple[str, ...] = ()
    overruled: tuple[str, ...] = ()
    note: str = ""

    @field_validator("published_because", "overruled", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return _as_list(value)

    @model_validator(mode="after")
    def _in_range(self) -> Commonness:
        _check_amount(self.published, 1.0, "published")
        if (self.published is None) != (not self.published_because):
            message = "'published' and 'published_because' go together"
            raise ValueError(message)
        return self


Shows = dict[str, Statement]


class Cause(Named):
    """Something that may explain the complaint, with what it shows and what raises it."""

    group: str
    about: Text
    urgent: bool = False
    because: Because
    commonness: Commonness
    raised_by: dict[str, Statement | dict[str, Statement]] = Field(default_factory=dict)
    shows: Shows = Field(default_factory=dict)
    evoked_by: dict[str, Evoked] = Field(default_factory=dict)
    care: tuple[Care, ...] = ()

    @field_validator("because", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return _as_list(value)


class ContextState(Named):
    """One state of a context with more than two."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_ ]*$", max_length=60)]
    share: Annotated[float, Field(ge=0.0, le=1.0)]


class Context(Named, Sourced):
    """Background of a patient: a root of the network, or a record of a diagnosis.

    Exactly one of ``share`` (a root that is absent or present), ``states`` (a root with
    several states) and ``leak`` (produced by other nodes, such as a known diagnosis).
    """

    share: Amount | None = None
    leak: Amount | None = None
    states: tuple[ContextState, ...] = ()
    shows: Shows = Field(default_factory=dict)
    question: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Context:
        given = [self.share is not None, self.leak is not None, bool(self.states)]
        if sum(given) != 1:
            message = "needs exactly one of 'share', 'leak' and 'states'"
            raise ValueError(message)
        _check_amount(self.share, 1.0, "share")
        _check_amount(self.leak, 1.0, "leak")
        total = sum(state.share for state in self.states)
        if self.states and abs(total - 1.0) > 1e-9:
            message = f"the shares of the states must add up to 1, got {total:g}"
            raise ValueError(message)
        return self


class Mediator(Named, Sourced):
    """A hidden node between causes and findings, so that one process counts once."""

    about: Text
    leak: Amount
    shows: Shows = Field(default_factory=dict)

    @model_validator(mode="after")
    def _in_range(self) -> Mediator:
        _check_amount(self.leak, 1.0, "leak")
        return self


class Finding(Named, Sourced):
    """Something that can be observed: a symptom, a sign, a piece of history, a test result."""

    kind: Literal["complaint", "symptom", "sign", "history", "test"]
    leak: Amount
    question: str = ""
    names_when_absent: tuple[str, ...] = ()
    states: dict[Literal["absent", "present"], str] = Field(default_factory=dict)
    shows: Shows = Field(default_factory=dict)
    shown_by: Shows = Field(default_factory=dict)
    method: str = ""

    @model_validator(mode="after")
    def _in_range(self) -> Finding:
        _check_amount(self.leak, 1.0, "leak")
        return self


class Method(Named, Sourced):
    """A way of examining; its cost and burden are rough."""

    cost: Annotated[float, Field(ge=0.0)]
    burden: Annotated[int, Field(ge=0, le=5)]


class UrgencyRule(Sourced):
    """Signs that call for a doctor, whatever the posterior says.

    Fires when all of ``all_of`` and ``at_least`` of ``any_of`` are present and nothing of
    ``none_of`` is; they name findings, contexts or causes.
    """

    id: Identifier
    level: Literal["now", "soon"]
    all_of: tuple[Identifier, ...] = ()
    any_of: tuple[Identifier, ...] = ()
    none_of: tuple[Identifier, ...] = ()
    at_least: Annotated[int, Field(ge=1)] = 1
    reason: Text

    @model_validator(mode="after")
    def _fires_on_something(self) -> UrgencyRule:
        if not self.all_of and not self.any_of:
            message = "needs 'all_of', 'any_of' or both"
            raise ValueError(message)
        return self


class Meta(Record):
    """What a knowledge folder is about."""

    schema_version: Literal[1]
    title: Text
    source: Text
    complaint: Identifier
    lexicon: Identifier
    disclaimer: Text
    groups_shown: tuple[Identifier, ...] = ()
    care: tuple[Care, ...] = ()
