"""What each answer weighs for a cause, what that rests on, and who takes its credit."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from kneebayes.building.result import stated_network
from kneebayes.case.answers import Answer
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError, TooWideError
from kneebayes.inference import Evidence
from kneebayes.inference.limits import seconds_left
from kneebayes.inference.paths import ancestors, descendants
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.base import EXPLANATION, Arrow
from kneebayes.network import Network, Node
from kneebayes.questions.explain.subsets import DECIBANS, SubsetOdds, Subsets, prefixes, weigh
from kneebayes.view.trace import ORIGINS, spelled_out

NOTABLE = 0.5 / DECIBANS  # half a deciban: less is not worth a sentence
RISING = 0.01  # a rival whose posterior rises by less takes no credit
TRIED = 2  # rivals looked into for each answer, those that rise most

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


@dataclass(frozen=True, slots=True)
class Stand:
    """How probable a cause is after some of the answers."""

    log_odds: float  #: in decibans
    probability: float  #: P(present)
    other: float  #: P(other cause present); NaN where there is none


@dataclass(frozen=True, slots=True)
class Weight:
    """What one answer weighs, in decibans of the odds."""

    answer: Answer
    single: float  #: with only the complaint known besides: its likelihood ratio alone
    ledger: float  #: given all earlier answers
    shapley: float  #: averaged over all orders
    error: float  #: the standard error of that; 0 where it is exact
    leave_one_out: float  #: with all others known: what would be lost if it were unknown
    after: Stand  #: how probable the cause is after this answer
    grounds: Grounds  #: what its weight rests on


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two answers: the sum of what they weigh alone, minus what they weigh together."""

    first: str
    second: str
    apart: float
    together: float

    @property
    def overlap(self) -> float:
        """Decibans; counted twice where it has the sign of the sum."""
        return self.apart - self.together


@dataclass(frozen=True, slots=True)
class ExplainedAway:
    """An answer that counts for less, or against the cause, because of a rival."""

    answer: str
    rival: str
    without_rival: float  #: decibans that it would add to all others if the rival were ruled out
    shared: bool  #: whether the rival explains the same finding; else it counts through the rival
    known: bool  #: whether the rival is known to be present


@dataclass(frozen=True)
class Explained:
    """Why a cause is as probable as it is, or more probable than another."""

    cause: str  #: its id
    against: str | None  #: id of the other; None where the odds are those of presence
    start: Stand  #: the odds before any answer: only the complaint is known, if it is
    weights: tuple[Weight, ...]  #: the answers in the order given
    overlaps: tuple[Overlap, ...]  #: all pairs of finite weights, the strongest overlap first
    away: tuple[ExplainedAway, ...]  #: answers whose weight a rival takes; not against another
    prior_grounds: Grounds  #: what the prior rests on
    shares: dict[str, float]  #: by kind of origin, each answer by its Shapley share
    orders: int  #: how many orders were drawn; 0 if all were weighed

    @property
    def end(self) -> Stand:
        """The point after all answers."""
        return self.weights[-1].after if self.weights else self.start

    @property
    def total(self) -> float:
        """What all answers weigh together, in decibans; infinite where they decide it."""
        if self.end.log_odds == self.start.log_odds:
            return 0.0
        return self.end.log_odds - self.start.log_odds

    @property
    def apart(self) -> float:
        """Sum of the single weights: what they would weigh if they were independent."""
        return sum(weight.single for weight in self.weights)

    @property
    def overlap(self) -> float:
        """Sum of the single weights minus the total; NaN where the answers decide the cause."""
        return self.apart - self.total if math.isfinite(self.total) else math.nan


def explain_cause(case: Case, cause: str, against: str | None, orders: int, seed: int) -> Explained:
    """Weigh every answer for a cause, or for it rather than another; the complaint comes first."""
    knowledge, evidence = case.knowledge, case.evidence
    causes = [cause] if against is None else [cause, against]
    parts = [answer for answer in case.in_order if answer.id != case.data.complaint]
    ids = [part.id for part in parts]
    pairs = [1 << first | 1 << other for first, other in combinations(range(len(ids)), 2)]
    subsets = Subsets(case.engine, evidence, ids, causes)
    drawn, odds = subsets.odds_in_time(pairs, orders=orders, seed=seed)
    if math.isnan(odds.at((1 << len(ids)) - 1)):
        labels = [knowledge.label(id) for id in causes]
        message = (
            f"against: both '{labels[0]}' and '{labels[1]}' are ruled out by the answers, so "
            "there are no odds between them. Explain one of them alone, or take back an answer."
        )
        raise EvidenceError(message)
    network = case.engine.network
    grounds = [grounds_of_answer(knowledge, network, causes, id, list(evidence)) for id in ids]
    *ways, _ = weigh(odds, drawn, len(parts))
    stands = [_stand(odds, step) for step in prefixes(range(len(parts)))[1:]]
    weights = tuple(map(Weight, parts, *ways, stands, grounds))
    away: tuple[ExplainedAway, ...] = ()
    try:
        away = explained_away(case, ids, causes, odds)
    except TooWideError:  # none where the time is over before
        if seconds_left() > 0.0:
            raise
    sizes = [abs(weight.shapley) for weight in weights]
    if math.inf in sizes:  # where some decide the cause, they alone count
        sizes = [float(math.isinf(size)) for size in sizes]
    return Explained(
        cause=cause,
        against=against,
        start=_stand(odds, 0),
        weights=weights,
        overlaps=tuple(_overlaps(odds, weights)),
        away=away,
        prior_grounds=grounds_of_prior(knowledge, causes),
        shares=joined_shares(zip(grounds, sizes, strict=True)),
        orders=len(drawn),
    )


def _stand(odds: SubsetOdds, subset: int) -> Stand:
    row = odds.row(subset)
    return Stand(odds.decibans(subset), float(odds.probability[row]), float(odds.other[row]))


def _overlaps(odds: SubsetOdds, weights: Sequence[Weight]) -> list[Overlap]:
    overlaps = []
    for (row, first), (other, second) in combinations(enumerate(weights), 2):
        together = odds.decibans(1 << row | 1 << other, 0)
        apart = first.single + second.single
        if math.isfinite(together) and math.isfinite(apart):
            overlaps.append(Overlap(first.answer.id, second.answer.id, apart, together))
    return sorted(overlaps, key=lambda pair: -abs(pair.overlap))


# explaining away: which rival cause takes the credit for an answer


class _Suspicion(NamedTuple):
    """An answer and a rival to look into."""

    answer: int
    rival: str
    shared: bool


def explained_away(
    case: Case, parts: Sequence[str], causes: Sequence[str], odds: SubsetOdds
) -> tuple[ExplainedAway, ...]:
    """Find the answers whose weight for a cause is reduced by a rival cause (explaining away).

    A rival is another cause that the answer makes more probable, or that is known to be present.
    Where both causes can produce the answer (*shared*), ruling the rival out restores more of its
    weight in company of the other answers than alone. Where no arrows connect the answer and the
    cause (*through*), ruling the rival out removes at least half of what counts against the cause.
    If several rivals qualify, the one that takes most weight is named.
    """
    everything = (1 << len(parts)) - 1
    if not parts or not math.isfinite(odds.at(everything)):
        return ()
    suspicions = list(_suspicions(case, parts, causes, odds))
    strongest: dict[str, ExplainedAway] = {}
    for rival in dict.fromkeys(suspicion.rival for suspicion in suspicions):
        mine = [suspicion for suspicion in suspicions if suspicion.rival == rival]
        answers = [parts[suspicion.answer] for suspicion in mine]
        without = _with_rival_out(case, parts, causes, rival, answers)
        known = case.evidence.hard_state(rival) == 1
        for suspicion, answer, (alone, among) in zip(mine, answers, without, strict=True):
            weight, before = among * DECIBANS, strongest.get(answer)
            stronger = before is None or weight > before.without_rival
            if stronger and _takes(odds, suspicion, everything, alone, among):
                strongest[answer] = ExplainedAway(answer, rival, weight, suspicion.shared, known)
    return tuple(strongest[id] for id in parts if id in strongest)


def _with_rival_out(
    case: Case, parts: Sequence[str], causes: Sequence[str], rival: str, answers: Sequence[str]
) -> list[tuple[float, float]]:
    """What each answer weighs alone and among the others, were the rival ruled out."""
    ruled_out = Evidence({**case.evidence.likelihoods, rival: (1.0, 0.0)})
    others = [id for id in parts if id != rival]
    places, everything = [others.index(id) for id in answers], (1 << len(others)) - 1
    both = [subset for place in places for subset in (1 << place, everything ^ 1 << place)]
    odds = Subsets(case.engine, ruled_out, others, causes).odds_of([0, everything, *both])
    return [(_alone(odds, place), _last(odds, place, everything)) for place in places]


def _takes(
    odds: SubsetOdds, suspicion: _Suspicion, everything: int, without_alone: float, weight: float
) -> bool:
    """Whether what an answer weighs with the rival ruled out shows that the rival takes it."""
    alone, among = _alone(odds, suspicion.answer), _last(odds, suspicion.answer, everything)
    if not all(math.isfinite(value) for value in (alone, among, without_alone, weight)):
        return False
    if suspicion.shared:
        more = (weight - among) - (without_alone - alone)
        return more >= NOTABLE and weight - among >= NOTABLE
    return among < weight and abs(weight) <= abs(among) / 2.0


def _suspicions(
    case: Case, parts: Sequence[str], causes: Sequence[str], odds: SubsetOdds
) -> Iterator[_Suspicion]:
    """Answers that count for less than alone, or against the cause, and the causes they raise."""
    engine, knowledge, evidence = case.engine, case.knowledge, case.evidence
    network = stated_network(engine.network)  # where each cause that explains has its own arrows
    lines = [_line(network, id) for id in parts]
    suspects = list(_suspects(parts, causes, odds, lines))
    told_present = [id for id in parts if evidence.hard_state(id) == 1 and knowledge.cause_of(id)]
    for place, shared in suspects:
        for id in told_present:
            if shared and id != parts[place] and id not in causes and id in lines[place][0]:
                yield _Suspicion(place, id, shared)
    known = {knowledge.cause_of(id) for id in evidence}
    rivals = [id for id in knowledge.causes if id not in causes and id not in known]
    if not suspects or not rivals:
        return
    cases = [evidence]
    cases += [evidence.only([id for id in evidence if id != parts[place]]) for place, _ in suspects]
    marginals = engine.propagate_each(cases, rivals).marginals
    for row, (part, shared) in enumerate(suspects, start=1):
        above, below = lines[part]
        near = above if shared else above | below
        rises = {id: float(marginals[id][0, 1] - marginals[id][row, 1]) for id in rivals}
        rising = [id for id in rivals if rises[id] >= RISING and id in near]
        for rival in sorted(rising, key=lambda id: -rises[id])[:TRIED]:
            yield _Suspicion(part, rival, shared)


def _suspects(
    parts: Sequence[str],
    causes: Sequence[str],
    odds: SubsetOdds,
    lines: Sequence[tuple[set[str], set[str]]],
) -> Iterator[tuple[int, bool]]:
    """Answers that count for less than alone, and answers that count against the cause."""
    everything = (1 << len(parts)) - 1
    for index in range(len(parts)):
        alone, among = _alone(odds, index), _last(odds, index, everything)
        if causes[0] in lines[index][0] and alone - among >= NOTABLE and alone >= NOTABLE:
            yield index, True
        related = any(cause in line for cause in causes for line in lines[index])
        if not related and among <= -NOTABLE:
            yield index, False


def _line(network: Network, id: str) -> tuple[set[str], set[str]]:
    """All that leads to a node, and all that it leads to."""
    everywhere = network.index
    return ancestors(network, [id], everywhere), descendants(network, id, everywhere)


def _alone(odds: SubsetOdds, place: int) -> float:
    return odds.at(1 << place) - odds.at(0)


def _last(odds: SubsetOdds, place: int, everything: int) -> float:
    return odds.at(everything) - odds.at(everything ^ 1 << place)
