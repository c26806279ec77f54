"""Knowledge and a lexicon make a calibrated network, which another setting changes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from kneebayes.building.contrasts import Contrast, Contrasts
from kneebayes.building.draft import Draft, suspects
from kneebayes.building.evoking import solve_evoked
from kneebayes.building.places import EXPLANATION, number_of
from kneebayes.building.result import Elicited, Stated
from kneebayes.building.shares import table_of
from kneebayes.building.specificity import Specificities
from kneebayes.building.words import prior_intervals
from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.parts import Interval
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Network, Numbers, table_node

__all__ = ["elicit", "settle"]


PRESENCES = 30  # rounds in which presences are held to the last digit
SAME = 1e-13
NEARLY = 1  # turns of silent rates and links between two rounds
ROUNDS = 6  # in which leaks and odds come to rest, if they can
MISSED = 0.05  # of a ratio in logarithms, worth a remark outside its interval
LEAST = 1e-300


def elicit(knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    """Make the network of a knowledge folder, whose arrows must not run in a circle.

    Words become intervals by the lexicon. Shares and their ratios by age and sex become the
    table of what explains the complaint; frequencies become links with leak and mediators taken
    out; ratios of how often a context is found, presences and specificities are held among the
    people they were stated for.
    """
    draft = Draft(knowledge, lexicon)
    priors = prior_intervals(knowledge, lexicon)
    fitting, odds = draft.shares()
    shares = {cause: priors[cause].value for cause in draft.explanations}
    table = table_of(fitting, shares, odds)
    reached = fitting.odds_ratios(table.reshape(1, -1, table.shape[-1]))[0].tolist()
    network, contrasts, specificities = _rest(draft, table)
    network, unmet = solve_evoked(network, knowledge, lexicon)
    stated = tuple(_stated(draft, network, iter(reached), contrasts))
    return Elicited(
        network=network,
        lexicon=lexicon.id,
        priors=priors,
        leaks=draft.leaks,
        stated=stated,
        there=knowledge.there,
        presences=draft.presences,
        remarks=(
            *draft.remarks,
            *specificities.remarks,
            *_missed(stated),
            *unmet,
            *_outside_published(knowledge, lexicon),
        ),
    )


def _rest(draft: Draft, table: Numbers) -> tuple[Network, Contrasts, Specificities]:
    """Leaks and odds under which specificities, presences and ratios of contexts hold."""
    complaint = draft.knowledge.meta.complaint
    specificities = Specificities(draft.specificities, {}, complaint)
    contrasts = Contrasts(_contrasts(draft), draft.odds, draft.cause_there)

    def made() -> Network:
        """The network with leaks, odds and silent rates as they stand."""
        draft.take_leaks(specificities.leaks)
        draft.solve_links()
        draft.settle_silent(table, NEARLY)
        return Network(tuple(draft.nodes(table)))

    engine = Engine(made())
    for turn in range(ROUNDS):
        at_rest = [specificities.measure(engine), contrasts.measure(engine)]
        if all(at_rest) or turn == ROUNDS - 1:
            break
        specificities.move()
        contrasts.move()
        engine = engine.on(made())
    if draft.presences:
        draft.settle_silent(table)
        engine = engine.on(Network(tuple(draft.nodes(table))))
    return _with_presences(draft, table, engine), contrasts, specificities


def _with_presences(draft: Draft, table: Numbers, engine: Engine) -> Network:
    """The network in which every cause is there as often as stated, to the last digit.

    Where causes are found together, how often one is silent follows from the others only
    nearly; what is missed is made up for until nothing is.
    """
    seen = {draft.knowledge.meta.complaint: "present"}
    nodes = {cause: draft.knowledge.there[cause] for cause in draft.presences}
    for _ in range(PRESENCES):
        answer = engine.propagate(Evidence.of(engine.network, seen), list(nodes.values()))
        missed = {
            cause: draft.presences[cause].value - answer.present(node)
            for cause, node in nodes.items()
        }
        if max(map(abs, missed.values()), default=0.0) < SAME:
            break
        for cause, miss in missed.items():
            draft.makes_up[cause] = draft.makes_up.get(cause, 0.0) + miss
        draft.settle_silent(table, NEARLY)
        engine = engine.on(Network(tuple(draft.nodes(table))))
    return engine.network


def _contrasts(draft: Draft) -> Iterator[Contrast]:
    complaint = {draft.knowledge.meta.complaint: "present"}
    for arrow, interval in draft.contrasts:
        among = arrow.statement.among
        people = complaint if isinstance(among, str) else {**complaint, **suspects(among)}
        silent = draft.cause_there.get(arrow.child, "")
        if silent in draft.presences:  # how often it is there where it explains nothing
            people = {**people, silent: "absent"}
        yield Contrast(arrow.parent, arrow.child, interval.value, people)


def _stated(
    draft: Draft, network: Network, reached: Iterator[float], contrasts: Contrasts
) -> Iterator[Stated]:
    """Every arrow with its number."""
    measured = iter(contrasts.reached)
    for arrow, interval in draft.arrows:
        number = number_of(network, arrow)
        if draft.multiplies(arrow.parent):
            yield Stated(arrow, interval, number, reached=next(reached))
        elif arrow.statement.risk is not None:
            odds = draft.odds[arrow.parent, arrow.child]
            yield Stated(arrow, interval, number, odds, next(measured))
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


def settle(elicited: Elicited, knowledge: Knowledge, odds: Mapping[str, float]) -> Elicited:
    """Multiply the shares of causes by factors above 0, and fit the table of explanations anew.

    Shares still add up to 1, so what is multiplied is each share against the others. How
    diseases show themselves is left as it is: how much more often a finding means the disease
    then follows.
    """
    wrong = {id: factor for id, factor in odds.items() if not (0.0 < factor < np.inf)}
    if wrong:
        message = f"What shares are multiplied by must be above 0 and finite, got {wrong}."
        raise KneebayesError(message)
    draft = Draft(knowledge, knowledge.lexicons[elicited.lexicon])
    fitting, _ = draft.shares()
    ratios = np.array(
        [one.interval.value for one in elicited.stated if draft.multiplies(one.arrow.parent)]
    )
    rest = odds.get(knowledge.meta.rest, 1.0)
    factors = {id: odds.get(id, rest if id in knowledge.parts else 1.0) for id in elicited.priors}
    total = sum(elicited.priors[id].value * factors[id] for id in draft.explanations)
    priors = {id: _times(one, factors[id] / total) for id, one in elicited.priors.items()}
    if knowledge.parts:
        parts = sum(priors[id].value for id in knowledge.parts)
        priors[knowledge.meta.rest] = _times(
            elicited.priors[knowledge.meta.rest],
            parts / elicited.priors[knowledge.meta.rest].value,
        )
    shares = {id: priors[id].value for id in draft.explanations}
    node = table_node(
        EXPLANATION, draft.scales, table_of(fitting, shares, ratios), draft.explanations
    )
    network = elicited.network.replacing([node])
    stated = tuple(replace(one, link=number_of(network, one.arrow)) for one in elicited.stated)
    return replace(elicited, network=network, priors=priors, stated=stated)


def _times(interval: Interval, factor: float) -> Interval:
    low, value, high = (
        min(factor * one, 1.0) for one in (interval.low, interval.value, interval.high)
    )
    return Interval(low=low, value=value, high=high)
