"""Frozen records of nodes, rules and voices, as files spell them (see priors/README.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Strict, Tag, model_validator

from kneebayes.knowledge.statements import (
    Because,
    Care,
    Commonness,
    Evoked,
    Frequency,
    Identifier,
    Layer,
    Number,
    Origins,
    Presence,
    Probability,
    Record,
    Share,
    Sourced,
    Statement,
    Suspects,
    Text,
    Whole,
    as_tuple,
)


class Code(Record):
    """A code of an ontology, and how its concept fits that of the record."""

    id: Annotated[str, Field(min_length=1, max_length=60)]
    relation: Literal["exact", "broader", "narrower", "related"] = Field("exact", alias="is")
    site: Annotated[str, Field(max_length=30)] = ""
    when: Literal["now", "ever"] = "now"

    def __str__(self) -> str:
        return self.id if self.relation == "exact" else f"{self.id} ({self.relation})"


def _as_codes(value: object) -> object:
    """A code alone is exact; one stands for a list of one."""
    several = value if isinstance(value, list | tuple) else [value]
    return tuple({"id": code} if isinstance(code, str) else code for code in several)


CodesOf = Annotated[tuple[Code, ...], Field(min_length=1), BeforeValidator(_as_codes)]


class Named(Record):
    """Something with an id, a label and other names."""

    id: Identifier
    label: Annotated[str, Field(min_length=1, max_length=80, pattern=r"[^\W_]")]
    aliases: tuple[str, ...] = ()
    codes: dict[str, CodesOf] = Field(default_factory=dict)


class Group(Named):
    """A set of causes that the article or a clinician speaks of together.

    Members are left out where they are the causes whose own ``group`` it is; so a folder says it
    in one place. Sets that cut across those groups name their members. ``raised_by`` and ``shows``
    are what the article says of the group: in its layer each member has what it does not state.
    """

    members: tuple[Identifier, ...] = ()
    raised_by: dict[str, Statement] = Field(default_factory=dict)
    shows: dict[str, Statement] = Field(default_factory=dict)
    evoked_by: dict[str, Evoked] = Field(default_factory=dict)
    care: tuple[Care, ...] = ()
    because: Origins = ()


Shows = dict[str, Statement]
Ids = Annotated[tuple[Identifier, ...], BeforeValidator(as_tuple)]


def _said_of(value: object) -> str:
    """Whether a parent is spoken of as a whole, or state by state."""
    if not isinstance(value, dict):
        return "states" if value == {} else "statement"
    by_state = bool(value) and all(isinstance(state, dict) for state in value.values())
    return "states" if by_state else "statement"


Raised = Annotated[
    Annotated[Statement, Tag("statement")] | Annotated[dict[str, Statement], Tag("states")],
    Discriminator(_said_of),
]


class Cause(Named):
    """Something that may explain the complaint, with what it shows and what raises it."""

    group: str
    layer: Layer = "article"
    about: Text
    urgent: Annotated[bool, Strict()] = False
    because: Because
    commonness: Commonness
    present_in: Presence | None = None
    raised_by: dict[str, Raised] = Field(default_factory=dict)
    shows: Shows = Field(default_factory=dict)
    shows_silent: Shows = Field(default_factory=dict)
    evoked_by: dict[str, Evoked] = Field(default_factory=dict)
    care: tuple[Care, ...] = ()

    @model_validator(mode="after")
    def _fits_its_layer(self) -> Cause:
        if (self.layer == "beyond") != (self.commonness.part is not None):
            message = "'layer = \"beyond\"' and 'commonness.part' go together"
            raise ValueError(message)
        if self.shows_silent and self.present_in is None:
            message = "'shows_silent' needs 'present_in': without it the cause is never silent"
            raise ValueError(message)
        return self


class ContextState(Named):
    """One state of a context with more than two."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_ ]*$", max_length=60)]
    share: Probability
    below: Number | None = None  # of numbers, such as years, it has those below this bound


class LessOften(Sourced):
    """How often something is found at an age, in a sex or with a cause, against those with most.

    ``by`` has for each context with states, or for ``explanation``, the states (causes) in which it
    is found less often, each with a factor from above 0 to 1. Factors of different ones multiply.
    """

    by: Annotated[dict[str, dict[str, Probability]], Field(min_length=1)]
    note: str = ""

    @model_validator(mode="after")
    def _never_impossible(self) -> LessOften:
        for context, factors in self.by.items():
            for state, factor in factors.items():
                if factor == 0.0:
                    message = (
                        f"by.{context}.{state} is 0, so that a patient of whom it is told would be "
                        "impossible; write how often it may be told, such as 0.001"
                    )
                    raise ValueError(message)
        return self


class Context(Named, Sourced):
    """Background of a patient: a root of the network, or a record of a diagnosis.

    Exactly one of ``share`` (a root that is absent or present), ``states`` (a root with
    several states) and ``leak`` (produced by other nodes, such as a known diagnosis). Where it is
    ``less_often`` found in some, share, leak and all that is said of how often the patients of
    a cause have it hold where it is found most.
    """

    share: Frequency | None = None
    leak: Frequency | None = None
    states: tuple[ContextState, ...] = ()
    less_often: LessOften | None = None
    shows: Shows = Field(default_factory=dict)
    question: str = ""
    layer: Layer = "article"

    @model_validator(mode="after")
    def _one_kind(self) -> Context:
        given = [self.share is not None, self.leak is not None, bool(self.states)]
        if sum(given) != 1:
            message = "needs exactly one of 'share', 'leak' and 'states'"
            raise ValueError(message)
        ids = [state.id for state in self.states]
        twice = [id for id in ids if ids.count(id) > 1]
        if twice:
            message = f"the state '{twice[0]}' stands twice"
            raise ValueError(message)
        total = sum(state.share for state in self.states)
        if self.states and abs(total - 1.0) > 1e-9:
            message = f"the shares of the states must add up to 1, got {total:g}"
            raise ValueError(message)
        if self.states and self.less_often is not None:
            message = "has states, in one of which everybody is: take 'less_often' out"
            raise ValueError(message)
        return self


class Mediator(Named, Sourced):
    """A hidden node between causes and findings, so that one process counts once.

    Where it is ``less_often`` found at an age or in a sex, its leak and how often a cause leads to
    it hold where it is found most.
    """

    about: Text
    leak: Frequency
    less_often: LessOften | None = None
    shows: Shows = Field(default_factory=dict)
    layer: Layer = "article"


class Finding(Named, Sourced):
    """Something that can be observed: a symptom, a sign, a piece of history, a test result.

    How often it is seen for no reason that the model knows is given by one of ``leak``, P(present |
    no parent present), and ``specificity``, P(absent | the causes ``against`` which it was measured
    are absent, the complaint, and what the suspects ``among`` whom it was measured have). Where
    that is ``less_often`` so in some, the leak is that of those in whom it is most often so.
    """

    kind: Literal["complaint", "symptom", "sign", "history", "test"]
    leak: Frequency | None = None
    less_often: LessOften | None = None
    specificity: Share | None = None
    against: Ids = ()
    among: Annotated[Suspects, BeforeValidator(as_tuple)] = ()
    question: str = ""
    names_when_absent: tuple[str, ...] = ()
    states: dict[Literal["absent", "present"], str] = Field(default_factory=dict)
    shows: Shows = Field(default_factory=dict)
    shown_by: Shows = Field(default_factory=dict)
    method: str = ""
    layer: Layer = "article"
    note: str = ""

    @model_validator(mode="after")
    def _one_false_positive(self) -> Finding:
        if (self.leak is None) == (self.specificity is None):
            message = "needs exactly one of 'leak' and 'specificity'"
            raise ValueError(message)
        if (self.specificity is not None) != bool(self.against):
            message = "'specificity' and 'against' go together"
            raise ValueError(message)
        if self.among and self.specificity is None:
            message = "'among' says where a 'specificity' was measured"
            raise ValueError(message)
        return self


class Method(Named, Sourced):
    """A way of examining; its cost and burden are rough."""

    cost: Annotated[Number, Field(ge=0.0)]
    burden: Annotated[Whole, Field(ge=0, le=5)]


NodeOrState = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_ ]*)?$", max_length=121)
]


class Combination(Sourced):
    """What holds when all of ``all_of`` and ``at_least`` of ``any_of`` do, and no ``none_of``.

    Each names what is present, or one state as ``age.child``.
    """

    id: Identifier
    all_of: tuple[NodeOrState, ...] = ()
    any_of: tuple[NodeOrState, ...] = ()
    none_of: tuple[NodeOrState, ...] = ()
    at_least: Annotated[Whole, Field(ge=1)] = 1
    reason: Text

    @model_validator(mode="after")
    def _holds_of_something(self) -> Self:
        if not self.all_of and not self.any_of:
            message = "needs 'all_of', 'any_of' or both"
            raise ValueError(message)
        if self.any_of and self.at_least > len(self.any_of):
            message = f"at_least = {self.at_least} is more than 'any_of' names"
            raise ValueError(message)
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """All that it names."""
        return (*self.all_of, *self.any_of, *self.none_of)

    def met_by(self, holds: Callable[[str], bool]) -> tuple[str, ...]:
        """What makes it hold, as it is named; nothing where it does not hold."""
        some = [name for name in self.any_of if holds(name)]
        few = bool(self.any_of) and len(some) < self.at_least
        if few or not all(map(holds, self.all_of)) or any(map(holds, self.none_of)):
            return ()
        return tuple(dict.fromkeys([*self.all_of, *some]))


class UrgencyRule(Combination):
    """Signs that call for a doctor, whatever the posterior says: findings, contexts or causes."""

    level: Literal["now", "soon"]


class Advice(Record):
    """What to do at each level of urgency, in a sentence."""

    now: Text = "Act on this now."
    soon: Text = "Have this looked at soon."
    routine: Text = "Have it looked at; nothing told here makes it urgent."


class Meta(Record):
    """What a knowledge folder is about."""

    schema_version: Literal[1]
    title: Text
    source: Text
    complaint: Identifier
    lexicon: Identifier
    disclaimer: Text
    rest: Identifier = "something_else"
    extends: str = ""
    without: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    advice: Advice = Advice()
    care: tuple[Care, ...] = ()


MOST = 1000.0


class Shift(Sourced):
    """By how much the odds of a cause, or of each member of a group, differ from the priors."""

    odds: Annotated[Number, Field(ge=1.0 / MOST, le=MOST)]
    note: str = ""


class Setting(Record):
    """A place where patients are seen, with shifts by id of a cause or a group.

    What is said of a cause itself goes before what is said of a group.
    """

    id: Identifier
    label: Annotated[str, Field(min_length=1, max_length=80)]
    about: Text
    shifts: dict[str, Shift] = Field(default_factory=dict)


def odds_by_cause(setting: Setting, groups: Mapping[str, Group]) -> dict[str, float]:
    """What the odds of each cause are multiplied by; causes left alone are left out."""
    odds = {
        member: shift.odds
        for id, shift in setting.shifts.items()
        if id in groups
        for member in groups[id].members
    }
    own = {id: shift.odds for id, shift in setting.shifts.items() if id not in groups}
    return {**odds, **own}


Turns = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class Saying(Record):
    """Turns of speech that say something of one node.

    They are no names: ``diagnose`` does not know them, only reading a history does. Each is a
    few words; they need not follow each other exactly. Those of the ``past`` hold where the rest of
    the sentence says long ago; those of ``perhaps``, names among them, are not to be trusted alone.
    What it means by itself that the node is there, or is not, stands in ``present_means`` and
    ``absent_means``: ids of other nodes that then are there too, or with ``not`` before, are not;
    of one with states of its own, as ``sex.female``.
    """

    id: Identifier
    present: Turns = ()
    absent: Turns = ()
    states: dict[str, Turns] = Field(default_factory=dict)
    past: Turns = ()
    perhaps: Turns = ()
    present_means: Turns = ()
    absent_means: Turns = ()


class Sayings(Record):
    """Content of ``sayings.toml``: what words stand for, and turns of speech by node."""

    words: dict[str, str] = Field(default_factory=dict)
    sayings: dict[str, Saying] = Field(default_factory=dict)


class Incoherence(Combination):
    """What no virtual patient tells together."""

    def holds(self, states: Mapping[str, str]) -> bool:
        """Whether it holds of a patient, whose states are given by id."""
        return bool(self.met_by(lambda name: parted(name) in states.items()))


class Voice(Record):
    """How a virtual patient answers, in words of their own, by state."""

    id: Identifier
    says: dict[str, Text] = Field(default_factory=dict)  # {years}: a number within the state
    opens: dict[str, Turns] = Field(default_factory=dict)  # said unasked at the beginning
    part: Literal["", "beginning", "worry"] = ""  # of the nodes that share it one is spoken of
    called: dict[str, Text] = Field(default_factory=dict)
    youngest: Annotated[Whole, Field(ge=0)] = 0  # where the first state of a number begins
    oldest: Annotated[Whole, Field(ge=0)] = 0  # where the last one ends


def contradiction(
    rules: Mapping[str, Incoherence], states: Mapping[str, str]
) -> Incoherence | None:
    """The first rule that a patient breaks; None where he breaks none."""
    return next((rule for rule in rules.values() if rule.holds(states)), None)


def bounds_of(context: Context | None, voice: Voice | None) -> list[int]:
    """Where each state of a number begins and where the last ends; empty for anything else."""
    if context is None or voice is None:
        return []
    ends = [int(state.below) for state in context.states if state.below is not None]
    if not ends or len(ends) < len(context.states):
        return []
    return [voice.youngest, *ends[:-1], min(ends[-1], voice.oldest + 1)]


def parted(name: str) -> tuple[str, str]:
    """The id and the state that a name of a rule speaks of."""
    id, _, state = name.partition(".")
    return id, state or "present"
