"""How people put it: turns of speech that a history may have, besides the names of a folder."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from kneebayes.knowledge.parts import Record, as_tuple

__all__ = ["Saying", "Sayings"]

Turns = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]


class Saying(Record):
    """Turns of speech that say something of one node.

    They are no names: ``diagnose`` does not know them, only reading a history does. Each is a
    few words; they need not follow each other exactly.

    Attributes
    ----------
    id
        The node. What the layer or the folder does not have is passed over.
    present, absent
        What says that it is there, and that it is not.
    states
        The same for each state of a context.
    past
        What says that it is there where the rest of the sentence says long ago, such as an
        old injury.
    perhaps
        Words, names among them, that are not to be trusted alone: they are asked about.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    present: Turns = ()
    absent: Turns = ()
    states: dict[str, Turns] = Field(default_factory=dict)
    past: Turns = ()
    perhaps: Turns = ()


class Sayings(Record):
    """Content of ``sayings.toml``.

    Attributes
    ----------
    words
        What a word or a turn stands for, such as ``mass = "lump"``.
    sayings
        Turns of speech by the node they say something of.
    """

    words: dict[str, str] = Field(default_factory=dict)
    sayings: dict[str, Saying] = Field(default_factory=dict)
