"""What an answer's weight rests on: the arrows that carry it, and where they come from."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kneebayes.building.result import stated_network
from kneebayes.inference.paths import ancestors, descendants
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.base import EXPLANATION, Arrow
from kneebayes.network import Network, Node
from kneebayes.view.trace import ORIGINS, spelled_out

Ends = tuple[str, str]

_latest: deque[tuple[Network, Knowledge, Network]] = deque(maxlen=8)


@dataclass(frozen=True)
class Grounds:
    """The origins that a number rests on."""

    #: shares of article, literature, assumption and patients. They add up to 1, or are all 0 where
    #: there is no origin. All arrows count the same; within an arrow, patients get the share of
    #: what is known that comes from them, and the other origins share the rest equally.
    shares: Mapping[str, float]
    because: tuple[str, ...]  #: claims and references with their words, reasons of assumptions
    #: whether the arrows form a directed path between cause and answer, possibly through mediators
    #: and other causes. If not, the path goes through something else that is known.
    direct: bool

    @property
    def origin(self) -> str:
        """The kinds of origin that take part, joined by ``+``."""
        return "+".join(kind for kind in ORIGINS if self.shares[kind] > 0.0)


def grounds_of_prior(knowledge: Knowledge, causes: Sequence[str]) -> Grounds:
    """What the priors of some causes rest on."""
    return _grounds(knowledge, [_share_because(knowledge, id) for id in causes], True)


def _share_because(knowledge: Knowledge, cause: str) -> tuple[str, ...]:
    """Origins of the share of the complaint that a cause explains."""
    share = knowledge.diseases[cause].commonness
    return (*share.because, *share.bounds_because)


def grounds_of_answer(
    knowledge: Knowledge,
    network: Network,
    causes: Sequence[str],
    answer: str,
    known: Collection[str],
) -> Grounds:
    """The origins of the arrows between an answer and some causes.

    These are on directed paths through mediators; if there are none, through other causes too. If
    there are none either, the answer bears on the cause only through something else that is known;
    then the arrows of the shortest paths that d-separation leaves open count (Pearl 1988), and if
    causes compete for the complaint the shares of it that they explain.
    """
    network = _arrows_of(network, knowledge)
    closed = set(known) - {answer, *causes}
    between: set[Ends] = set()
    for stopping in (closed | (set(knowledge.causes) - {answer, *causes}), closed):
        if not between:
            for cause in causes:
                for start, end in ((cause, answer), (answer, cause)):
                    between |= _between(network, start, end, stopping)
    direct = bool(between)
    if not direct:
        for cause in causes:
            open_through = (set(known) | {EXPLANATION}) - {answer, cause}
            between |= _shortest_open(network, cause, answer, open_through)
    carrying = [
        _because(knowledge, arrow)
        for arrow in knowledge.arrows()
        if (arrow.parent, arrow.child) in between
    ]
    for start, end in sorted(between):  # to explain is to be there: how often it is silent counts
        if start in knowledge.diseases and knowledge.there.get(start) == end != start:
            presence = knowledge.diseases[start].present_in
            because = presence.because if presence else _share_because(knowledge, start)
            carrying.append(tuple(because))
        rarer = knowledge.less_often.get(end)
        if rarer is not None and start in {*rarer.by, *rarer.by.get(EXPLANATION, ())}:
            carrying.append(rarer.because)
    competing = [start for start, end in between if end == EXPLANATION]
    carrying += [_share_because(knowledge, cause) for cause in sorted(competing)]
    return _grounds(knowledge, carrying, direct)


def _arrows_of(network: Network, knowledge: Knowledge) -> Network:
    """The arrows as stated, with competition: every answer of a patient needs the same."""
    for latest in tuple(_latest):
        if latest[0] is network and latest[1] is knowledge:
            return latest[2]
    arrows = _with_competition(stated_network(network), knowledge)
    _latest.append((network, knowledge, arrows))
    return arrows


def _with_competition(network: Network, knowledge: Knowledge) -> Network:
    """The arrows as stated, and a node that all causes lead to: which explains the complaint.

    Age and sex lead to the causes that they are said to raise; how the others give way follows
    from the competition.
    """
    if EXPLANATION in network:
        return network
    causes = tuple(id for id in network.index if id in knowledge.diseases)
    stated = {(arrow.parent, arrow.child) for arrow in knowledge.arrows()}

    def as_stated(node: Node) -> Node:
        """A node, below the parents that it was said to have."""
        if node.id not in causes:
            return node
        parents = tuple(parent for parent in node.parents if (parent, node.id) in stated)
        return Node(node.id, node.states, parents, leak=0.0)

    competition = Node(EXPLANATION, ("absent", "present"), causes, leak=0.0)
    return Network((*map(as_stated, network.nodes), competition))


def joined_shares(grounds: Iterable[tuple[Grounds, float]]) -> dict[str, float]:
    """Shares of several grounds together, each with its weight; all 0 where nothing weighs."""
    pairs = [
        (ground.shares, weight) for ground, weight in grounds if sum(ground.shares.values()) > 0.0
    ]
    total = sum(weight for _, weight in pairs)
    if total == 0.0:
        return dict.fromkeys(ORIGINS, 0.0)
    return {kind: sum(s[kind] * weight for s, weight in pairs) / total for kind in ORIGINS}


def _between(network: Network, start: str, end: str, closed: Collection[str]) -> set[Ends]:
    """Arrows on the ways from one node to another that pass through nothing that is known."""
    through = {node.id for node in network.nodes if node.id not in closed or node.id == end}
    after = {start} | descendants(network, start, through)
    if start == end or end not in after:
        return set()
    on_the_way = after & ancestors(network, [end], after)
    return {
        (parent, id) for id in on_the_way for parent in network[id].parents if parent in on_the_way
    }


def _shortest_open(network: Network, start: str, end: str, known: Collection[str]) -> set[Ends]:
    """Arrows on the shortest ways that the evidence leaves open between two nodes.

    A step is a node and whether it was reached along an arrow. What is known stops a way,
    but where two arrows meet in it, or above it, the way goes on from one to the other.
    """
    meeting = ancestors(network, known, network.index)
    children: dict[str, list[str]] = {}
    for node in network.nodes:
        for parent in node.parents:
            children.setdefault(parent, []).append(node.id)
    reached: dict[tuple[str, bool], set[Ends]] = {(start, False): set()}
    newest = dict(reached)
    while newest and not any(id == end for id, _ in newest):
        following: dict[tuple[str, bool], set[Ends]] = {}
        for (id, along), ends in newest.items():
            steps: list[tuple[str, bool, Ends]] = []
            if id not in known or (id == start):
                steps += [(child, True, (id, child)) for child in children.get(id, ())]
            if (id in meeting) if along else (id not in known):
                steps += [(parent, False, (parent, id)) for parent in network[id].parents]
            for to, forward, arrow in steps:
                if (to, forward) not in reached:
                    following.setdefault((to, forward), set()).update(ends | {arrow})
        reached |= following
        newest = following
    return set().union(*(ends for (id, _), ends in newest.items() if id == end))


def _because(knowledge: Knowledge, arrow: Arrow) -> tuple[str, ...]:
    """Origins of an arrow's number; of a finding that points to its cause those of that too."""
    because = arrow.statement.because
    for pointer in knowledge.pointers:
        if (pointer.source, pointer.finding) == (arrow.parent, arrow.child):
            because += pointer.said.because
    return tuple(dict.fromkeys(because))


def _grounds(knowledge: Knowledge, statements: Sequence[tuple[str, ...]], direct: bool) -> Grounds:
    shares = dict.fromkeys(ORIGINS, 0.0)
    for because in statements:
        for kind, share in knowledge.shares_of(because).items():
            shares[kind] += share / len(statements)
    origins = dict.fromkeys(origin for because in statements for origin in because)
    return Grounds(shares, spelled_out(knowledge, tuple(origins)), direct)
