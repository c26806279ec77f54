"""Records of what is said: claims, references, words, and how strongly things go together."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from kneebayes.knowledge.parts import (
    Amount,
    Identifier,
    Interval,
    Origins,
    Record,
    Sourced,
    Text,
    amount_between,
)

__all__ = [
    "Care",
    "Claim",
    "Commonness",
    "Evoked",
    "Frequency",
    "Lexicon",
    "Probability",
    "Reference",
    "Risk",
    "Statement",
    "Wording",
]

HIGHEST_RISK = 1000.0
Frequency = Annotated[Amount, AfterValidator(amount_between(0, 1))]
Risk = Annotated[Amount, AfterValidator(amount_between(1, HIGHEST_RISK))]
Range = Annotated[tuple[float, float], AfterValidator(amount_between(0, 1))]
Probability = Annotated[float, AfterValidator(amount_between(0, 1))]


class Statement(Sourced):
    """How strongly a parent produces a child.

    Exactly one of ``how_often`` (P(child | parent alone), as stated in a text, leak and
    mediators included) and ``risk`` (P(child | parent) / P(child | no parent), for a cause;
    at least 1, since a noisy-OR cannot protect).
    """

    how_often: Frequency | None = None
    risk: Risk | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> Statement:
        if (self.how_often is None) == (self.risk is None):
            message = "needs exactly one of 'how_often' and 'risk'"
            raise ValueError(message)
        return self


class Evoked(Sourced):
    """How strongly a finding points to a cause: P(cause | finding, complaint).

    The link is solved from it and kept in ``between``.
    """

    evokes: Frequency
    between: Range = (0.0, 0.95)
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


Words = dict[str, Wording]


class Lexicon(Record):
    """A mapping of words to numbers, separately for each direction of speech.

    Attributes
    ----------
    total, because
        What the priors add up to; where it is given, the words of ``commonness`` only say
        how the causes compare and are scaled to it.
    """

    id: Identifier
    label: Text
    about: Text
    total: float | None = None
    because: Origins = ()
    commonness: Words
    frequency: Words
    evoking: Words
    risk: Words

    @field_validator("commonness", "frequency", "evoking")
    @classmethod
    def _probabilities(cls, words: Words) -> Words:
        return _within(words, 0.0, 1.0)

    @field_validator("commonness")
    @classmethod
    def _never_certain(cls, words: Words) -> Words:
        for word, numbers in words.items():
            if not 0.0 < numbers.value < 1.0:
                message = f"'{word}' must have a value above 0 and below 1"
                raise ValueError(message)
        return words

    @field_validator("risk")
    @classmethod
    def _ratios(cls, words: Words) -> Words:
        return _within(words, 1.0, HIGHEST_RISK)

    @model_validator(mode="after")
    def _total_has_origin(self) -> Lexicon:
        if self.total is not None and not self.because:
            message = "'total' needs a 'because'"
            raise ValueError(message)
        return self


def _within(words: Words, low: float, high: float) -> Words:
    for word, numbers in words.items():
        if numbers.low < low or numbers.high > high:
            message = f"'{word}' must lie between {low:g} and {high:g}"
            raise ValueError(message)
    return words


class Commonness(Sourced):
    """How common a cause is among those with the complaint.

    Attributes
    ----------
    word
        A word of the lexicons.
    published, published_because
        A published range and its source.
    overruled
        Claims that say otherwise and were not followed.
    """

    word: str
    published: Range | None = None
    published_because: Origins = ()
    overruled: Origins = ()
    note: str = ""

    @model_validator(mode="after")
    def _go_together(self) -> Commonness:
        if (self.published is None) != (not self.published_because):
            message = "'published' and 'published_because' go together"
            raise ValueError(message)
        return self


class Care(Sourced):
    """What the article says may be done."""

    text: Text
