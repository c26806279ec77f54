"""How patients tell what they have: turns of speech, voices, and what no patient tells together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from kneebayes.knowledge.parts import Identifier, Record, Text, as_tuple
from kneebayes.knowledge.records import Combination, Context

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

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
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


Named = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_ ]*)?$", max_length=121)]


class Incoherence(Combination):
    """What no virtual patient tells together, though the network would allow it.

    It names what is present, or one state, such as ``age.child``.
    """

    all_of: tuple[Named, ...] = ()
    any_of: tuple[Named, ...] = ()
    none_of: tuple[Named, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All that it names."""
        return (*self.all_of, *self.any_of, *self.none_of)

    def holds(self, states: Mapping[str, str]) -> bool:
        """Whether it holds of a patient, whose states are given by id."""
        some = sum(_is_so(states, name) for name in self.any_of)
        return (
            all(_is_so(states, name) for name in self.all_of)
            and not any(_is_so(states, name) for name in self.none_of)
            and (not self.any_of or some >= self.at_least)
        )


class Voice(Record):
    """How a virtual patient answers, in words of their own, by state.

    ``{years}`` stands for a number within the bounds of the state; ``youngest`` and ``oldest`` say
    where the first state of a number begins, and the last ends. ``opens`` has what may be said of
    it unasked at the beginning, each state in several ways; of the nodes that share a ``part``
    one is spoken of.
    """

    id: Identifier
    says: dict[str, Text] = Field(default_factory=dict)
    opens: dict[str, Turns] = Field(default_factory=dict)
    part: Literal["", "beginning", "worry"] = ""
    called: dict[str, Text] = Field(default_factory=dict)
    youngest: Annotated[int, Field(ge=0)] = 0
    oldest: Annotated[int, Field(ge=0)] = 0


def _is_so(states: Mapping[str, str], name: str) -> bool:
    id, state = parted(name)
    return states.get(id) == state


def contradiction(
    rules: Mapping[str, Incoherence], states: Mapping[str, str]
) -> Incoherence | None:
    """The first rule that a patient breaks; None where he breaks none."""
    return next((one for one in rules.values() if one.holds(states)), None)


def bounds_of(context: Context | None, voice: Voice | None) -> list[int]:
    """Where each state of a number begins and where the last ends; empty for anything else."""
    if context is None or voice is None or not context.states:
        return []
    if any(state.below is None for state in context.states):
        return []
    ends = [int(state.below or 0) for state in context.states]
    return [voice.youngest, *ends[:-1], min(ends[-1], voice.oldest + 1)]


def rules_without(
    rules: Mapping[str, Incoherence], gone: Collection[str]
) -> dict[str, Incoherence]:
    """Rules that name nothing of what is not there in a layer."""
    return {
        id: rule
        for id, rule in rules.items()
        if not any(name.partition(".")[0] in gone for name in rule.names)
    }


def parted(name: str) -> tuple[str, str]:
    """The id and the state that a name of a rule speaks of."""
    id, _, state = name.partition(".")
    return id, state or "present"
