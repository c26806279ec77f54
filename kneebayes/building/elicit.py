"""Knowledge and a lexicon make a calibrated network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from kneebayes.building.evoke import solve_evoked
from kneebayes.building.links import (
    FrequencyLinks,
    between_of,
    companions_of,
    links_from_frequencies,
)
from kneebayes.building.onset import Onset, Scale, number_of
from kneebayes.building.result import Elicited, Stated
from kneebayes.building.solutions import digest_of, keep, recall
from kneebayes.building.solving import Ratio, Solution, Unknowns, solve_statements
from kneebayes.building.specificity import Specificity, solve_specificities
from kneebayes.building.words import Direction, amount_interval, prior_intervals
from kneebayes.errors import KneebayesError, circle_among
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import Arrow, Knowledge, painful
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.parts import Amount, Interval
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Network, Node, noisy_or_node, root_node

__all__ = ["elicit"]

SAME = 1e-9  # leaks that need not be kept again
MISSED = 0.05  # of a ratio in logarithms, worth a remark outside its interval


def elicit(knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    """Make the network of a knowledge folder.

    Words become intervals by the lexicon. Roots, links to pain and ratios of the causes are
    solved so that shares, presences and ratios hold where they were stated; frequencies become
    links, specificities leaks; links with an evoking strength are solved from that.

    Parameters
    ----------
    knowledge
        What the folder says.
    lexicon
        What its words mean.

    Raises
    ------
    KneebayesError
        If the arrows run in a circle or the stated shares cannot all hold.
    """
    draft = _Draft(knowledge, lexicon)
    draft.read_arrows()
    priors = prior_intervals(knowledge, lexicon)
    wanted = draft.specificities()
    first = {one.finding: 0.8 * (1.0 - one.target) for one in wanted}
    solution = draft.solve(priors, draft.links(first).links)
    causes = tuple(draft.cause_nodes(solution.unknowns))

    def make(leaks: Mapping[str, float]) -> Network:
        """The network with some leaks."""
        draft.take_leaks(leaks)
        return Network((*draft.other_nodes(draft.links({}).links), *causes))

    complaint = knowledge.meta.complaint
    kept = recall(solution.digest, knowledge.folder)
    first |= {} if kept is None else {id: x for id, x in kept[1].items() if id in first}
    leaks, network, unmet = solve_specificities(make, wanted, first, complaint)
    if kept is None or any(abs(kept[1].get(id, -1.0) - leak) > SAME for id, leak in leaks.items()):
        keep(solution.digest, solution.unknowns, leaks)
    linked = draft.linked
    network, remarks = solve_evoked(network, knowledge, lexicon, draft.explaining)
    stated = tuple(draft.stated(network, solution))
    return Elicited(
        network=network,
        lexicon=lexicon.id,
        priors=priors,
        leaks=draft.leaks,
        stated=stated,
        complaint_probability=solution.complaint_probability,
        explaining=draft.explaining,
        presences=draft.presences,
        pains=solution.unknowns.pains,
        digest=solution.digest,
        remarks=(
            *linked.remarks,
            *unmet,
            *_missed(stated),
            *remarks,
            *_outside_published(knowledge, lexicon),
        ),
    )


def _missed(stated: Iterable[Stated]) -> Iterable[Remark]:
    """Ratios and shares of cases that do not hold where they were measured."""
    for one in stated:
        interval, reached = one.interval, one.reached
        if reached is None or interval.low <= reached <= interval.high:
            continue
        off = abs(math.log(max(reached, 1e-12) / interval.value))
        if off > MISSED:
            arrow = one.arrow
            kind = "arrow weaker than stated" if reached < interval.value else "arrow too strong"
            if arrow.statement.risk is not None and reached < 1.0:
                kind = "arrow runs backwards"
            text = (
                f"{arrow.parent} ({arrow.state}) -> {arrow.child}: {interval.value:.3g} is stated, "
                f"{reached:.3g} is reached among those it was stated for."
            )
            yield Remark(kind, arrow.place, text)


def _outside_published(knowledge: Knowledge, lexicon: Lexicon) -> Iterable[Remark]:
    for cause in knowledge.causes.values():
        published = cause.commonness.published
        word = lexicon.commonness.get(cause.commonness.word)
        if published is None or word is None:
            continue
        if published[0] >= word.high or published[1] <= word.low:
            text = (
                f"the word '{cause.commonness.word}' stands for {word.low:.2%} to {word.high:.2%}, "
                f"outside the published {published[0]:.2%} to {published[1]:.2%}; what was "
                "published won."
            )
            yield Remark("prior outside published range", f"causes/{cause.id}.toml", text)


@dataclass
class _Draft:
    """Statements in numbers, before anything is solved."""

    knowledge: Knowledge
    lexicon: Lexicon
    intervals: list[tuple[Arrow, Interval]] = field(default_factory=list)
    frequencies: list[tuple[Arrow, Interval]] = field(default_factory=list)
    ratios: list[tuple[Arrow, Interval]] = field(default_factory=list)
    leaks: dict[str, Interval] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    linked: FrequencyLinks = field(default_factory=lambda: FrequencyLinks({}, ()))

    @property
    def solved(self) -> list[str]:
        """Ids of the causes that have a root; what has parts is made of them."""
        knowledge = self.knowledge
        rest = {knowledge.meta.rest} if knowledge.parts else set()
        return [id for id in knowledge.diseases if id not in rest]

    @cached_property
    def presences(self) -> dict[str, Interval]:
        """P(cause present | complaint) of those that can be silent."""
        return {
            id: self._frequency(one.present_in.share)
            for id, one in self.knowledge.diseases.items()
            if one.present_in is not None
        }

    @cached_property
    def explaining(self) -> dict[str, str]:
        """For each cause the node that says that it explains the complaint."""
        return {id: painful(id) if id in self.presences else id for id in self.knowledge.diseases}

    def read_arrows(self) -> None:
        """Turn every stated influence into numbers."""
        diseases = self.knowledge.diseases
        for arrow in self.knowledge.arrows():
            said = arrow.statement
            if said.how_often is None:
                direction: Direction = "frequency" if said.risk is None else "risk"
                interval = amount_interval(said.amount, direction, self.lexicon)
                self.ratios.append((arrow, interval))
            else:
                interval = amount_interval(said.how_often, "frequency", self.lexicon)
                if arrow.child not in diseases:
                    self.frequencies.append((arrow, interval))
            self.intervals.append((arrow, interval))
        self._read_leaks()
        ids = [*self.knowledge.contexts, *diseases, *self.explaining.values(), *self.leaks]
        pains = [(cause, node) for cause, node in self.explaining.items() if cause != node]
        pains += [(node, self.knowledge.meta.complaint) for node in self.explaining.values()]
        arrows = [(arrow.parent, arrow.child) for arrow, _ in self.intervals]
        self.order = _parents_first(dict.fromkeys(ids), [*arrows, *pains])

    def links(self, leaks: Mapping[str, float]) -> FrequencyLinks:
        """Links from frequencies, with some leaks other than stated."""
        knowledge = self.knowledge
        self.linked = links_from_frequencies(
            self.frequencies,
            {**self.leak_values(), **leaks},
            self.order,
            between_of(knowledge),
            companions_of(knowledge),
        )
        return self.linked

    def _read_leaks(self) -> None:
        knowledge = self.knowledge
        for context in knowledge.contexts.values():
            amount = context.leak if context.share is None else context.share
            if amount is not None:
                self.leaks[context.id] = self._frequency(amount)
        pains = set(self.explaining.values())
        for mediator in knowledge.mediators.values():
            if mediator.id not in pains:
                self.leaks[mediator.id] = self._frequency(mediator.leak)
        for finding in knowledge.findings.values():
            amount = finding.leak
            self.leaks[finding.id] = self._frequency(0.0 if amount is None else amount)

    def _frequency(self, amount: Amount) -> Interval:
        return amount_interval(amount, "frequency", self.lexicon)

    def leak_values(self) -> dict[str, float]:
        """Leak of every node that can be produced."""
        roots = {id for id, one in self.knowledge.contexts.items() if one.share is not None}
        return {id: one.value for id, one in self.leaks.items() if id not in roots}

    def specificities(self) -> list[Specificity]:
        """Specificities in numbers."""
        known = self.knowledge.diseases
        return [
            Specificity(
                finding=one.id,
                target=self._frequency(one.specificity).value,
                against=tuple(id for id in one.against if id in known),
                among={
                    named.partition(".")[0]: named.partition(".")[2] or "present"
                    for named in one.among
                },
                place=self.knowledge.place(one.id),
            )
            for one in self.knowledge.findings.values()
            if one.specificity is not None
        ]

    def take_leaks(self, leaks: Mapping[str, float]) -> None:
        """Leaks that were solved, each as sure as the specificity it comes from."""
        for id, leak in leaks.items():
            said = self.knowledge.findings[id].specificity
            least = 1.0 if said is None else 1.0 - self._frequency(said).high
            most = 1.0 if said is None else 1.0 - self._frequency(said).low
            middle = 1.0 if said is None else 1.0 - self._frequency(said).value
            low, high = (leak * one / middle if middle > 0.0 else leak for one in (least, most))
            self.leaks[id] = Interval(low=low, value=leak, high=min(high, 1.0))

    def states(self, id: str) -> tuple[str, ...]:
        """States of a node, absent and present where nothing else is said."""
        context = self.knowledge.contexts.get(id)
        if context is None or not context.states:
            return ("absent", "present")
        return tuple(state.id for state in context.states)

    def onset(self, cause: str, effective: Sequence[float]) -> Onset:
        """How a cause comes about, with ratios of risks in the order of the stated ratios."""
        knowledge = self.knowledge
        risks: dict[str, list[float]] = {}
        highest: dict[str, float] = {}
        for (arrow, _), ratio in zip(self.ratios, effective, strict=True):
            if arrow.child != cause:
                continue
            states = self.states(arrow.parent)
            by_state = risks.setdefault(arrow.parent, [1.0] * len(states))
            by_state[states.index(arrow.state)] = ratio
            highest[arrow.parent] = max(highest.get(arrow.parent, 1.0), ratio)
        links = {
            arrow.parent: interval.value
            for arrow, interval in self.intervals
            if arrow.child == cause and arrow.statement.how_often is not None
        }
        others = {id: tuple(one) for id, one in risks.items() if id in knowledge.diseases}
        adding = {id: tuple(one) for id, one in risks.items() if id not in others}
        many = [id for id in adding if self._is_scale(id)]
        scale, typical = None, 1.0
        if many and len(adding) > 1:  # alone it has nothing to multiply: one more parent
            by = max(many, key=lambda id: len(self.states(id)))
            scale = Scale.of(by, adding.pop(by), highest[by])
            shares = [state.share for state in knowledge.contexts[by].states]
            typical = sum(
                factor * share for factor, share in zip(scale.factors, shares, strict=True)
            )
        return Onset(cause, adding, links, others, scale, typical)

    def _is_scale(self, id: str) -> bool:
        """Whether a context has states of its own, in one of which everybody is."""
        context = self.knowledge.contexts.get(id)
        return context is not None and bool(context.states)

    def cause_nodes(self, unknowns: Unknowns) -> Iterator[Node]:
        """The nodes of all causes, of their pain, and the complaint."""
        knowledge = self.knowledge
        for cause in self.solved:
            yield from self.onset(cause, unknowns.ratios).nodes(unknowns.roots[cause])
            if cause in self.presences:
                yield noisy_or_node(painful(cause), 0.0, {cause: unknowns.pains[cause]})
        rest = knowledge.meta.rest
        if knowledge.parts:
            explaining = [self.explaining[part] for part in knowledge.parts]
            yield noisy_or_node(rest, 0.0, dict.fromkeys(explaining, 1.0))
        complaint = knowledge.meta.complaint
        ends = {self.explaining[cause]: 1.0 for cause in self.solved}
        yield noisy_or_node(complaint, self.leaks[complaint].value, ends)

    def solve(
        self, priors: Mapping[str, Interval], links: Mapping[tuple[str, str], float]
    ) -> Solution:
        """Solve roots, links to pain and ratios."""
        knowledge = self.knowledge
        before = self._before_causes()
        contexts = [node for node in self.other_nodes(links) if node.id in before]
        shares = {cause: priors[cause].value for cause in self.solved}
        pains = {id: min(0.9, shares[id] / one.value) * 0.2 for id, one in self.presences.items()}
        roots = {id: 0.05 * p / pains.get(id, 1.0) for id, p in shares.items()}
        start = Unknowns(
            {id: min(0.5, p) for id, p in roots.items()},
            pains,
            tuple(self._first_ratios(shares)),
        )

        def make(unknowns: Unknowns) -> Network:
            """Contexts, causes, pain and complaint."""
            return Network((*contexts, *self.cause_nodes(unknowns)))

        network = make(start)
        presences = {id: one.value for id, one in self.presences.items()}
        ratios = [self._ratio(arrow, interval, network) for arrow, interval in self.ratios]
        digest = digest_of(contexts, shares, presences, ratios)
        kept = recall(digest, knowledge.folder)
        solution = solve_statements(
            make,
            start if kept is None else kept[0],
            shares,
            presences,
            ratios,
            self.explaining,
            knowledge.meta.complaint,
            settled=kept is not None,
        )
        return replace(solution, digest=digest)

    def _first_ratios(self, shares: Mapping[str, float]) -> Iterator[float]:
        """Ratios of risks to begin with, from odds ratios that may be far from them."""
        for arrow, interval in self.ratios:
            common = self.presences.get(arrow.child)
            p = shares[arrow.child] if common is None else common.value
            if arrow.statement.risk is None:
                yield 3.0
                continue
            context = self.knowledge.contexts.get(arrow.parent)
            states = () if context is None else context.states
            odds = {
                one.state: ratio.value
                for one, ratio in self.ratios
                if (one.parent, one.child) == (arrow.parent, arrow.child)
            }
            parts = [(state.share, odds.get(state.id, 1.0)) for state in states]
            yield _ratio_of_risks(interval.value, p, parts or [(1.0, 1.0)])

    def _before_causes(self) -> set[str]:
        """Ids of what leads to a cause, and is none."""
        into: dict[str, set[str]] = {}
        for arrow, _ in self.intervals:
            into.setdefault(arrow.child, set()).add(arrow.parent)
        found: set[str] = set()
        waiting = [*self.knowledge.diseases]
        while waiting:
            new = into.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    def _ratio(self, arrow: Arrow, interval: Interval, network: Network) -> Ratio:
        said = arrow.statement
        states = self.states(arrow.parent)
        named = {
            one.state
            for one, _ in self.ratios
            if (one.parent, one.child) == (arrow.parent, arrow.child)
        }
        others = tuple(one for one in states if one not in named)
        complaint = {self.knowledge.meta.complaint: "present"}
        seen = {} if said.among == "population" else complaint
        among = Evidence.of(network, seen)
        value = interval.value
        is_share = said.risk is None
        return Ratio(arrow.child, arrow.parent, arrow.state, others, value, is_share, among)

    def stated(self, network: Network, solution: Solution) -> Iterator[Stated]:
        """Every arrow with its number."""
        effective = iter(zip(solution.unknowns.ratios, solution.reached, strict=True))
        onsets = {cause: self.onset(cause, solution.unknowns.ratios) for cause in self.solved}
        for arrow, interval in self.intervals:
            number = number_of(network, arrow)
            if arrow.statement.how_often is not None:
                yield Stated(arrow, interval, number)
                continue
            ratio, reached = next(effective)
            unit = onsets[arrow.child].unit_of(arrow.parent)
            yield Stated(arrow, interval, number, unit, ratio, reached)

    def other_nodes(self, solved: Mapping[tuple[str, str], float]) -> Iterable[Node]:
        """Every node that is not a cause."""
        into: dict[str, dict[str, float]] = {}
        for (parent, child), link in solved.items():
            into.setdefault(child, {})[parent] = link
        for context in self.knowledge.contexts.values():
            if context.states:
                shares = [state.share for state in context.states]
                yield root_node(context.id, shares, self.states(context.id))
            elif context.share is not None:
                share = self.leaks[context.id].value
                yield root_node(context.id, [1.0 - share, share])
            else:
                leak = self.leaks[context.id].value
                yield noisy_or_node(context.id, leak, into.get(context.id, {}))
        pains = {node for cause, node in self.explaining.items() if cause != node}
        for id in (*self.knowledge.mediators, *self.knowledge.findings):
            if id in pains or id == self.knowledge.meta.complaint:
                continue
            yield noisy_or_node(id, self.leaks[id].value, into.get(id, {}))


def _ratio_of_risks(odds_ratio: float, p: float, parts: Sequence[tuple[float, float]]) -> float:
    """The ratio of risks of an odds ratio, where groups of people together have risk ``p``."""
    low, high = 1e-9, 1e3
    for _ in range(60):
        odds = (low * high) ** 0.5
        found = sum(share * ratio * odds / (1.0 + ratio * odds) for share, ratio in parts)
        low, high = (odds, high) if found < p else (low, odds)
    return odds_ratio * (1.0 + low) / (1.0 + odds_ratio * low)


def _parents_first(ids: Mapping[str, None], arrows: Iterable[tuple[str, str]]) -> list[str]:
    parents: dict[str, set[str]] = {id: set() for id in ids}
    for parent, child in arrows:
        parents[child].add(parent)
    try:
        return list(TopologicalSorter(parents).static_order())
    except CycleError as error:
        message = f"The arrows run in a circle among: {', '.join(circle_among(parents))}."
        raise KneebayesError(message) from error
