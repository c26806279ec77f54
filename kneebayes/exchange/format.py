"""What a network format is: its suffixes, the names it can hold, how it is read and written.

A format is one module with a :class:`Format` called ``FORMAT``, and one line in
:mod:`kneebayes.exchange.networks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kneebayes.exchange.plain import PlainNode
from kneebayes.exchange.problems import Problems
from kneebayes.network import Network

__all__ = ["Content", "Fastest", "Format", "Parsed"]

Fastest = Literal["first", "last"]


class Content(NamedTuple):
    """The content of a file.

    Attributes
    ----------
    data
        Its bytes, unpacked.
    fastest
        Which parent of a table varies fastest, where the user says so.
    """

    data: bytes
    fastest: Fastest | None = None


@dataclass(frozen=True)
class Parsed:
    """What was read from a file, before anything is made of it.

    Attributes
    ----------
    nodes
        Its nodes.
    labels, kinds
        What nodes are shown as, and ``cause``, ``finding``, ``context`` or ``mediator``.
    about
        Title, source and the like.
    """

    nodes: list[PlainNode]
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """A file format of networks.

    Attributes
    ----------
    name
        Its usual name.
    suffixes
        Endings of its files; the first is the usual one.
    plain
        Turns nodes into what the format can hold: tables, and noisy-ORs if it has them.
    allowed
        Whether a name of a node or state can be written. Other names are replaced, and the
        second file beside it holds the original ones.
    write
        Makes the text of a file, from nodes with allowed names and their labels.
    read
        Reads the nodes of a file; what is wrong is added to the problems.
    whole
        Whether it holds everything there is to a network, so that no second file is needed.
    """

    name: str
    suffixes: tuple[str, ...]
    plain: Callable[[Network], list[PlainNode]]
    allowed: Callable[[str], bool]
    write: Callable[[Parsed], str]
    read: Callable[[Content, Problems], Parsed]
    whole: bool = False
