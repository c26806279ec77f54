"""Knowledge and a lexicon make a calibrated network."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kneebayes.building.contrasts import Contrast, Contrasts
from kneebayes.building.draft import Draft, suspects
from kneebayes.building.evoke import solve_evoked
from kneebayes.building.onset import number_of
from kneebayes.building.result import Elicited, Stated
from kneebayes.building.solutions import Kept, digest_of, keep, recall
from kneebayes.building.solving import Ratio, Solution, Unknowns, solve_statements
from kneebayes.building.specificity import Specificities
from kneebayes.building.words import prior_intervals
from kneebayes.inference import Engine
from kneebayes.knowledge.base import Arrow, Knowledge
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.parts import Interval
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Network, Node

__all__ = ["elicit", "solve_causes"]

FIRST_LINK = 0.01  # of another cause
ROUNDS = 12  # in which leaks and odds come to rest, if they can
MISSED = 0.05  # of a ratio in logarithms, worth a remark outside its interval
LEAST = 1e-300


def elicit(knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    """Make the network of a knowledge folder.

    Words become intervals by the lexicon. Leaks of the causes, links to pain and ratios are
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
    draft = Draft(knowledge, lexicon)
    priors = prior_intervals(knowledge, lexicon)
    digest = digest_of(draft, priors)
    kept = recall(digest, knowledge.folder)
    solution = solve_causes(draft, priors, kept)
    unknowns = solution.unknowns
    causes = tuple(draft.cause_nodes(unknowns.roots, unknowns.pains, unknowns.ratios))
    network, contrasts, specificities = _rest(draft, causes, kept)
    if kept is None:
        keep(digest, Kept(unknowns, specificities.leaks, draft.odds))
    network, unmet = solve_evoked(network, knowledge, lexicon, draft.explaining)
    stated = tuple(_stated(draft, network, solution, contrasts))
    return Elicited(
        network=network,
        lexicon=lexicon.id,
        priors=priors,
        leaks=draft.leaks,
        stated=stated,
        complaint_probability=solution.complaint_probability,
        explaining=draft.explaining,
        presences=draft.presences,
        digest=digest,
        remarks=(
            *draft.remarks,
            *specificities.remarks,
            *_missed(stated),
            *unmet,
            *_outside_published(knowledge, lexicon),
        ),
    )


def solve_causes(
    draft: Draft, priors: Mapping[str, Interval], kept: Kept | None = None
) -> Solution:
    """Leaks, links to pain and ratios under which shares, presences and ratios hold.

    Parameters
    ----------
    draft
        What is stated, in numbers.
    priors
        P(cause explains the complaint | complaint), by cause.
    kept
        A solution that was found before.
    """
    shares = {cause: priors[cause].value for cause in draft.solved}
    presences = {id: one.value for id, one in draft.presences.items()}
    scales = tuple(
        node for node in draft.root_nodes() if any(a.parent == node.id for a, _ in draft.ratios)
    )

    def make(unknowns: Unknowns) -> Network:
        """What multiplies, the causes, their pain and the complaint."""
        nodes = draft.cause_nodes(unknowns.roots, unknowns.pains, unknowns.ratios)
        return Network((*scales, *nodes))

    return solve_statements(
        make,
        _start(draft, shares, presences) if kept is None else kept.unknowns,
        shares,
        presences,
        [_ratio(draft, arrow, interval) for arrow, interval in draft.ratios],
        draft.explaining,
        draft.knowledge.meta.complaint,
        settled=kept is not None,
    )


def _start(draft: Draft, shares: Mapping[str, float], presences: Mapping[str, float]) -> Unknowns:
    """Rare causes, each as frequent as its share at an age taken at random."""
    ratios = [
        interval.value if arrow.parent in draft.knowledge.contexts else FIRST_LINK
        for arrow, interval in draft.ratios
    ]
    typical = {id: onset.typical for id, onset in draft.onsets(ratios).items()}
    pains = {id: min(0.9, shares[id] / one) * 0.2 for id, one in presences.items()}
    roots = {id: 0.05 * p / pains.get(id, 1.0) / typical[id] for id, p in shares.items()}
    return Unknowns({id: min(0.5, p) for id, p in roots.items()}, pains, tuple(ratios))


def _ratio(draft: Draft, arrow: Arrow, interval: Interval) -> Ratio:
    said = arrow.statement
    named = {
        other.state
        for other, _ in draft.ratios
        if (other.parent, other.child) == (arrow.parent, arrow.child)
    }
    return Ratio(
        cause=arrow.child,
        parent=arrow.parent,
        state=arrow.state,
        others=tuple(state for state in draft.states(arrow.parent) if state not in named),
        target=interval.value,
        is_share=said.risk is None,
        everybody=said.among == "population",
        multiplies=arrow.parent in draft.knowledge.contexts,
    )


def _rest(
    draft: Draft, causes: Sequence[Node], kept: Kept | None
) -> tuple[Network, Contrasts, Specificities]:
    """Leaks and odds under which specificities and ratios of contexts hold."""
    complaint = draft.knowledge.meta.complaint
    if kept is not None:
        draft.odds.update({pair: x for pair, x in kept.odds.items() if pair in draft.odds})
    specificities = Specificities(
        draft.specificities, {} if kept is None else kept.leaks, complaint
    )
    contrasts = Contrasts(_contrasts(draft), draft.odds)
    draft.take_leaks(specificities.leaks)
    network = Network((*draft.other_nodes(), *causes))
    engine = Engine(network)
    for turn in range(ROUNDS):
        at_rest = [specificities.measure(engine), contrasts.measure(engine)]
        if kept is not None or all(at_rest) or turn == ROUNDS - 1:
            break
        specificities.move()
        contrasts.move()
        draft.take_leaks(specificities.leaks)
        network = Network((*draft.other_nodes(), *causes))
        engine = engine.on(network)
    return network, contrasts, specificities


def _contrasts(draft: Draft) -> Iterator[Contrast]:
    complaint = {draft.knowledge.meta.complaint: "present"}
    for arrow, interval in draft.contrasts:
        among = arrow.statement.among
        people: Mapping[str, str] = {} if among == "population" else complaint
        if not isinstance(among, str):
            people = {**complaint, **suspects(among)}
        yield Contrast(arrow.parent, arrow.child, interval.value, people)


def _stated(
    draft: Draft, network: Network, solution: Solution, contrasts: Contrasts
) -> Iterator[Stated]:
    """Every arrow with its number."""
    ratios = solution.unknowns.ratios
    solved = iter(zip(ratios, solution.reached, strict=True))
    measured = iter(contrasts.reached)
    onsets = draft.onsets(ratios)
    causes = draft.knowledge.diseases
    for arrow, interval in draft.arrows:
        number, said = number_of(network, arrow), arrow.statement
        if arrow.child not in causes and said.risk is not None:
            unit = draft.odds[arrow.parent, arrow.child]
            yield Stated(arrow, interval, number, unit, interval.value, next(measured))
        elif arrow.child in causes and said.how_often is None:
            ratio, reached = next(solved)
            many = arrow.parent in draft.knowledge.contexts
            unit = onsets[arrow.child].unit_of(arrow.parent) if many else 1.0
            yield Stated(arrow, interval, number, unit, ratio, reached)
        else:
            yield Stated(arrow, interval, number)


def _missed(stated: Iterable[Stated]) -> Iterator[Remark]:
    """Ratios and shares of cases that do not hold where they were measured."""
    for one in stated:
        interval, reached = one.interval, one.reached
        if reached is None or interval.low <= reached <= interval.high:
            continue
        if abs(math.log(max(reached, LEAST) / interval.value)) > MISSED:
            arrow = one.arrow
            kind = "arrow weaker than stated" if reached < interval.value else "arrow too strong"
            if arrow.statement.risk is not None and reached < 1.0:
                kind = "arrow runs backwards"
            text = (
                f"{arrow.parent} ({arrow.state}) -> {arrow.child}: {interval.value:.3g} is stated, "
                f"{reached:.3g} is reached among those it was stated for."
            )
            yield Remark(kind, arrow.place, text)


def _outside_published(knowledge: Knowledge, lexicon: Lexicon) -> Iterator[Remark]:
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
