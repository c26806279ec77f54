"""Knowledge and a lexicon make a calibrated network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kneebayes.building.calibrate import calibrate
from kneebayes.building.evoke import solve_evoked
from kneebayes.building.links import links_from_frequencies
from kneebayes.building.onset import Onset, Scale, number_of
from kneebayes.building.result import Elicited, Stated
from kneebayes.building.words import amount_interval, prior_intervals
from kneebayes.errors import KneebayesError, circle_among
from kneebayes.knowledge.base import Arrow, Knowledge
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.parts import Amount, Interval
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Network, Node, noisy_or_node, root_node

__all__ = ["elicit"]


def elicit(knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    """Make the network of a knowledge folder.

    Words become intervals by the lexicon, stated frequencies become links, the leaks of
    the causes are solved from the priors, and links with an evoking strength from that.

    Parameters
    ----------
    knowledge
        What the folder says.
    lexicon
        What its words mean.

    Raises
    ------
    KneebayesError
        If the arrows run in a circle or the stated priors cannot all hold.
    """
    draft = _Draft(knowledge, lexicon)
    draft.read_arrows()
    free = [*knowledge.mediators, *knowledge.findings]
    solved = links_from_frequencies(draft.frequencies, draft.leak_values(), draft.order, free)
    priors = prior_intervals(knowledge, lexicon)
    onsets = {cause: draft.onset(cause) for cause in knowledge.causes}
    families = {cause: onset.nodes for cause, onset in onsets.items()}
    start = [families[cause](0.05 * priors[cause].value) for cause in knowledge.causes]
    begun = (node for nodes in start for node in nodes)
    network = Network((*draft.other_nodes(solved.links), *begun))
    wanted = {cause: interval.value for cause, interval in priors.items()}
    network, probability = calibrate(network, families, wanted, knowledge.meta.complaint)
    network, remarks = solve_evoked(network, knowledge, lexicon)
    return Elicited(
        network=network,
        lexicon=lexicon.id,
        priors=priors,
        leaks=draft.leaks,
        stated=tuple(_stated(draft.intervals, network, onsets)),
        complaint_probability=probability,
        remarks=(*solved.remarks, *remarks, *_outside_published(knowledge, priors)),
    )


def _outside_published(knowledge: Knowledge, priors: Mapping[str, Interval]) -> Iterable[Remark]:
    for cause in knowledge.causes.values():
        published = cause.commonness.published
        value = priors[cause.id].value
        if published is not None and not published[0] <= value <= published[1]:
            text = (
                f"the word '{cause.commonness.word}' asks for {value:.2%}, outside the published "
                f"{published[0]:.2%} to {published[1]:.2%}; the word won."
            )
            yield Remark("prior outside published range", f"causes/{cause.id}.toml", text)


@dataclass
class _Draft:
    """Statements in numbers, before anything is solved."""

    knowledge: Knowledge
    lexicon: Lexicon
    intervals: list[tuple[Arrow, Interval]] = field(default_factory=list)
    frequencies: list[tuple[Arrow, Interval]] = field(default_factory=list)
    risks: dict[str, dict[str, dict[str, Interval]]] = field(default_factory=dict)
    leaks: dict[str, Interval] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def read_arrows(self) -> None:
        """Turn every stated influence into numbers."""
        causes = self.knowledge.causes
        for arrow in self.knowledge.arrows():
            said = arrow.statement
            if said.risk is not None:
                interval = amount_interval(said.risk, "risk", self.lexicon)
                by_state = self.risks.setdefault(arrow.child, {}).setdefault(arrow.parent, {})
                by_state[arrow.state] = interval
            elif said.how_often is not None:
                interval = amount_interval(said.how_often, "frequency", self.lexicon)
                if arrow.child not in causes:
                    self.frequencies.append((arrow, interval))
            self.intervals.append((arrow, interval))
        self._read_leaks()
        ids = [*self.knowledge.contexts, *causes, *self.leaks]
        self.order = _parents_first(dict.fromkeys(ids), self.intervals)

    def _read_leaks(self) -> None:
        knowledge = self.knowledge
        for context in knowledge.contexts.values():
            amount = context.leak if context.share is None else context.share
            if amount is not None:
                self.leaks[context.id] = self._frequency(amount)
        for mediator in knowledge.mediators.values():
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

    def states(self, id: str) -> tuple[str, ...]:
        """States of a node, absent and present where nothing else is said."""
        context = self.knowledge.contexts.get(id)
        if context is None or not context.states:
            return ("absent", "present")
        return tuple(state.id for state in context.states)

    def onset(self, cause: str) -> Onset:
        """How a cause comes about."""
        risks: dict[str, tuple[float, ...]] = {}
        others: dict[str, tuple[float, ...]] = {}
        scale, typical = None, 1.0
        for parent, by_state in self.risks.get(cause, {}).items():
            ratios = tuple(
                by_state[state].value if state in by_state else 1.0 for state in self.states(parent)
            )
            told = others if parent in self.knowledge.causes else risks
            told[parent] = ratios
            context = self.knowledge.contexts.get(parent)
            if context is not None and context.states:
                scale = Scale.of(parent, ratios, max(one.high for one in by_state.values()))
                pairs = zip(ratios, context.states, strict=True)
                typical = sum(ratio * state.share for ratio, state in pairs)
        links = {
            arrow.parent: interval.value
            for arrow, interval in self.intervals
            if arrow.child == cause and arrow.statement.how_often is not None
        }
        if scale is not None and len(risks) == 1:  # nothing to multiply: one more parent
            scale = None
        elif scale is not None:
            del risks[scale.by]
            typical *= scale.unit
        return Onset(cause, risks, links, others, scale, typical)

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
        for id in (*self.knowledge.mediators, *self.knowledge.findings):
            yield noisy_or_node(id, self.leaks[id].value, into.get(id, {}))


def _parents_first(ids: Mapping[str, None], arrows: list[tuple[Arrow, Interval]]) -> list[str]:
    parents: dict[str, set[str]] = {id: set() for id in ids}
    for arrow, _ in arrows:
        parents[arrow.child].add(arrow.parent)
    order: list[str] = []
    placed: set[str] = set()
    waiting = list(ids)
    while waiting:
        ready = [id for id in waiting if parents[id] <= placed]
        if not ready:
            message = f"The arrows run in a circle among: {', '.join(circle_among(parents))}."
            raise KneebayesError(message)
        order.extend(ready)
        placed.update(ready)
        waiting = [id for id in waiting if id not in placed]
    return order


def _stated(
    intervals: list[tuple[Arrow, Interval]], network: Network, onsets: Mapping[str, Onset]
) -> Iterable[Stated]:
    for arrow, interval in intervals:
        of_risk = arrow.statement.risk is not None
        unit = onsets[arrow.child].unit_of(arrow.parent) if of_risk else 1.0
        yield Stated(arrow, interval, number_of(network, arrow), unit)
