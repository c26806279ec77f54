"""What elicitation gives: a network, where each of its numbers comes from, and where it stands.

Networks are kept for the next process, since solving one takes a second. What a cause shows where
it explains the complaint is in the network the strength of one state of the explanation; from
outside it is still an arrow from that cause.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import numpy as np

from kneebayes.building.words import checked_interval
from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine
from kneebayes.keeping import keep, kept, made_by
from kneebayes.knowledge.base import EXPLANATION, Arrow, Knowledge, by_chance, where_most
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
        arrows = list(knowledge.arrows())
        return Elicited(
            network=Network(tuple(_node(*node) for node in content["nodes"])),
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
            remarks=tuple(Remark(*remark) for remark in content["remarks"]),
        )
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
    for number, kind in enumerate(kinds):
        for id, record in kind.items():
            digest.update(f"{number} {id} {_said(record)}\n".encode())
    for record in (knowledge.meta, lexicon):
        digest.update(f"{_said(record)}\n".encode())
    return digest.hexdigest()


def _said(record: Record) -> str:
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
            [*_numbers(each.interval), each.link, each.odds, each.reached]
            for each in elicited.stated
        ],
        "remarks": [[remark.kind, remark.place, remark.text] for remark in elicited.remarks],
    }


def _numbers(interval: Interval) -> tuple[float, float, float]:
    return interval.low, interval.value, interval.high


def _plain_intervals(intervals: Mapping[str, Interval]) -> Plain:
    return {id: _numbers(interval) for id, interval in intervals.items()}


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


def explained(network: Network, id: str) -> str | None:
    """The explanation that a node says is the one, or None."""
    if EXPLANATION not in network or id not in network:
        return None
    return id if id in network[EXPLANATION].states else None


def acting_states(network: Network, knowledge: Knowledge) -> dict[str, dict[str, tuple[int, ...]]]:
    """For each cause the nodes and states in which it sets off findings, to blame or silent.

    A cause that has parts acts where any of them does.
    """
    states = network[EXPLANATION].states
    acting = {}
    for cause in knowledge.causes:
        parts = [cause] if cause in states else list(knowledge.parts)
        silent = {knowledge.there[part]: (1,) for part in parts if knowledge.there[part] != part}
        explains = tuple(states.index(part) for part in parts)
        acting[cause] = {EXPLANATION: explains, **silent}
    return acting


def offset_of(network: Network, parent: str, state: str, child: str) -> tuple[Node, int]:
    """The node that holds the number of a stated influence, and how far into its numbers.

    Of age and sex it is the first entry of their row in the table of explanations.
    """
    cause, child = explained(network, parent), links_in(network, child)
    if child in network and parent in network[child].parents:
        node, place = network[child], network[parent].states.index(state)
    elif cause is not None:
        node = network[child]
        company = [id for id in node.parents if _goes_with(network, id) == cause]
        parent = company[0] if company else EXPLANATION
        place = 1 if company else network[EXPLANATION].states.index(cause)
    else:
        node = network[EXPLANATION]
        axis = node.parents.index(parent)
        after = math.prod(network.shape_of(node)[axis + 1 :])
        return node, network[parent].states.index(state) * after
    before = node.parents[: node.parents.index(parent)]
    return node, 1 + sum(len(network[parent_before].states) for parent_before in before) + place


def leak_in(network: Network, id: str) -> str:
    """The node that has the leak of a node: another one where it is rarer in some."""
    return where_most(id) if where_most(id) in network else id


def links_in(network: Network, id: str) -> str:
    """The node that has the links of a node: another one where it is rarer in some."""
    return id if id not in network or network[id].is_noisy_or else leak_in(network, id)


def _goes_with(network: Network, id: str) -> str | None:
    """Which cause a node says to explain at an age at which another one goes with it."""
    node = network[id]
    if node.table is None or not node.parents or node.id == EXPLANATION:
        return None
    return explained(network, node.parents[0])


@lru_cache(maxsize=16)
def company_of(network: Network) -> frozenset[str]:
    """Nodes that say that a cause explains, at an age at which what raises it goes with it."""
    return frozenset(id for id in network.index if _goes_with(network, id) is not None)


def raised_with(network: Network) -> dict[str, tuple[str, ...]]:
    """By node that says that a cause is there the explanations that it goes with by age."""
    raised = {
        node.id: tuple(filter(None, (_goes_with(network, other) for other in node.parents)))
        for node in network.nodes
        if node.is_noisy_or
    }
    return {id: causes for id, causes in raised.items() if causes}


def rate_places(engine: Engine, id: str, by_age: str) -> list[int]:
    """Where the rates stand with which a cause is silent: one for each age, or its leak."""
    network, first = engine.network, engine.place_of(id)
    if by_age not in network[id].parents:
        return [first]
    states = network[by_age].states
    return [first + offset_of(network, by_age, state, id)[1] for state in states]


def number_of(network: Network, arrow: Arrow) -> float:
    """The link that the network uses for a stated influence."""
    node, offset = offset_of(network, arrow.parent, arrow.state, arrow.child)
    return node.numbers[offset]


def strongest(network: Network, parent: str, child: str) -> float:
    """The largest number of a stated influence over the states of the parent."""
    if EXPLANATION in network and parent in network[EXPLANATION].parents:
        return 1.0
    if not network[child].is_noisy_or and parent in network[child].parents[1:]:
        return 1.0  # what it is rarer by
    node, offset = offset_of(network, parent, network[parent].states[-1], child)
    return node.numbers[offset]


@lru_cache(maxsize=16)
def stated_network(network: Network) -> Network:
    """Arrows as they were stated: from each cause that explains, not from the explanation."""
    if EXPLANATION not in network:
        return network
    contexts = network[EXPLANATION].parents
    rarer = [id for id in network.index if where_most(id) in network]
    beside = {EXPLANATION, *company_of(network), *map(where_most, rarer), *map(by_chance, rarer)}
    nodes = []
    for node in network.nodes:
        if node.id in beside:
            continue
        parents = list(contexts)
        if explained(network, node.id) is None:
            links = network[links_in(network, node.id)].links
            stated = [_stated_parents(network, node.id, link) for link in links]
            stated += [] if node.is_noisy_or else [_rarer_by(network, node)]
            parents = list(dict.fromkeys(chain.from_iterable(stated)))
        nodes.append(Node(node.id, node.states, tuple(parents), leak=0.0))
    return Network(tuple(nodes))


def _rarer_by(network: Network, node: Node) -> list[str]:
    """What lets less of a node through in some states: contexts, and causes that explain."""
    factors = network.table_of(node)[1, ..., 1] if len(node.parents) > 1 else np.ones(())
    rarer = [parent for parent in node.parents[1:] if parent != EXPLANATION]
    if EXPLANATION in node.parents:
        axis = node.parents.index(EXPLANATION) - 1
        most = factors.max(axis=tuple(place for place in range(factors.ndim) if place != axis))
        states = zip(network[EXPLANATION].states, most, strict=True)
        rarer += [cause for cause, factor in states if factor < most.max()]
    return rarer


def _stated_parents(network: Network, child: str, link: Link) -> list[str]:
    if link.parent == by_chance(child):
        return _rarer_by(network, network[link.parent])
    if link.parent != EXPLANATION:
        company = _goes_with(network, link.parent)
        return [link.parent] if company is None else [company] if link.strength[1] > 0.0 else []
    strengths = zip(network[EXPLANATION].states, link.strength, strict=True)
    return [cause for cause, strength in strengths if strength > 0.0 and cause != child]
