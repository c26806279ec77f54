"""What elicitation gives: a network, and where each of its numbers comes from.

Networks are kept from one process to the next, since solving one takes a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from kneebayes.building.words import checked_interval
from kneebayes.errors import KneebayesError
from kneebayes.keeping import keep, kept, made_by
from kneebayes.knowledge.base import Arrow, Knowledge
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Interval, Lexicon, Record, freeze_dicts
from kneebayes.network import Link, Network, Node


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement and the number that the network uses for it."""

    arrow: Arrow
    interval: Interval  # the statement in numbers: a frequency, or a risk ratio
    link: float  # P(the parent alone produces the child); of age and sex the first in the table
    odds: float = 1.0  # that a ratio of how often a context is found is taken against
    reached: float | None = None  # what a ratio comes to where it was stated; None for a frequency


@dataclass(frozen=True)
class Elicited:
    """A calibrated network with the statements it was made from."""

    network: Network
    lexicon: str  # id of the one that turned words into numbers
    priors: Mapping[str, Interval]  # P(cause explains the complaint | complaint) as stated
    leaks: Mapping[str, Interval]  # leak or share of each node that is not a cause, as stated
    stated: tuple[Stated, ...]  # every arrow with its number
    there: Mapping[str, str]  # for each cause the node that says that it is there
    presences: Mapping[str, Interval]  # P(cause present | complaint), of those that can be silent
    remarks: tuple[Remark, ...]  # statements that could not be met in full

    def __post_init__(self) -> None:
        """Freeze the dicts too."""
        freeze_dicts(self)


KIND = "network"
ROOMS = ("knowledge", "network", "inference", "building")  # whose code the numbers come from

Plain = dict[str, Any]


def kept_network(knowledge: Knowledge, lexicon: Lexicon) -> Elicited | None:
    """The network that this code found of just these statements before; None where none is kept."""
    content = kept(KIND, _key(knowledge, lexicon))
    if content is None:
        return None
    with suppress(KneebayesError, KeyError, TypeError, ValueError, AttributeError):
        return _from_plain(content, knowledge, lexicon)
    return None


def keep_network(knowledge: Knowledge, elicited: Elicited) -> None:
    """Keep a network for the next process that asks for the same."""
    lexicon = knowledge.lexicons[elicited.lexicon]
    keep(KIND, _key(knowledge, lexicon), _plain(elicited))


def _key(knowledge: Knowledge, lexicon: Lexicon) -> str:
    """Changes with everything that the numbers follow from: statements, words and code."""
    digest = hashlib.sha256(made_by(*ROOMS).encode())
    kinds: Iterable[Mapping[str, Record]] = (
        knowledge.causes,
        knowledge.parts,
        knowledge.contexts,
        knowledge.mediators,
        knowledge.findings,
        knowledge.groups,
    )
    for at, kind in enumerate(kinds):
        for id, record in kind.items():
            digest.update(f"{at} {id} {_said(record)}\n".encode())
    for record in (knowledge.meta, lexicon):
        digest.update(f"{_said(record)}\n".encode())
    return digest.hexdigest()


def _said(record: Record) -> str:
    """All that a record says."""
    return record.model_dump_json(warnings=False)  # of dicts that were frozen


def _plain(elicited: Elicited) -> Plain:
    return {
        "nodes": [
            [
                *(node.id, node.states, node.parents, node.leak),
                [link.strength for link in node.links],
                node.table,
            ]
            for node in elicited.network.nodes
        ],
        "priors": _plain_intervals(elicited.priors),
        "leaks": _plain_intervals(elicited.leaks),
        "presences": _plain_intervals(elicited.presences),
        "stated": [
            [*_numbers(one.interval), one.link, one.odds, one.reached] for one in elicited.stated
        ],
        "remarks": [[one.kind, one.place, one.text] for one in elicited.remarks],
    }


def _numbers(interval: Interval) -> tuple[float, float, float]:
    return interval.low, interval.value, interval.high


def _plain_intervals(intervals: Mapping[str, Interval]) -> Plain:
    return {id: _numbers(one) for id, one in intervals.items()}


def _from_plain(content: Plain, knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    arrows = list(knowledge.arrows())
    return Elicited(
        network=Network(tuple(_node(*one) for one in content["nodes"])),
        lexicon=lexicon.id,
        priors=_intervals(content["priors"]),
        leaks=_intervals(content["leaks"]),
        stated=tuple(
            Stated(arrow, checked_interval(*numbers), link, odds, reached)
            for arrow, (*numbers, link, odds, reached) in zip(
                arrows, content["stated"], strict=True
            )
        ),
        there=knowledge.there,
        presences=_intervals(content["presences"]),
        remarks=tuple(Remark(*one) for one in content["remarks"]),
    )


def _node(
    id: str,
    states: list[str],
    parents: list[str],
    leak: float | None,
    strengths: list[list[float]],
    table: list[float] | None,
) -> Node:
    links = tuple(
        Link(parent, tuple(strength))
        for parent, strength in zip(parents if strengths else (), strengths, strict=True)
    )
    cells = None if table is None else tuple(table)
    return Node(id, tuple(states), tuple(parents), leak, links, cells)


def _intervals(plain: Mapping[str, list[float]]) -> dict[str, Interval]:
    return {id: checked_interval(*numbers) for id, numbers in plain.items()}
