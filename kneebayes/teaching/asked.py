"""What each question was worth when it was asked, before anybody knew the answer."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from kneebayes.case.case import Case
from kneebayes.questions.ask.outcomes import Outcome, information, outcomes_of, outcomes_of_each
from kneebayes.teaching.scoring import divergence
from kneebayes.teaching.situation import Situation, Step, best_of

MOST_RESULTS = 9  # of one examination, the most telling, for what all together tell: 2^9 outcomes
LEAST_BITS = 0.01  # below this a question tells next to nothing
LEAST_CHANCE = 0.01  # P(it changes the advice or the first cause) below which nothing comes of it


def row_of(before: Situation, after: Situation) -> dict[str, Any]:
    """A question: its expected and actual gain, the best one that was free, and the best test."""
    step, knowledge = after.steps[-1], after.data.knowledge
    free, free_bits = best_of(before, free=True)
    test, test_bits = best_of(before, free=False)
    label, together = knowledge.label, _together(before, step.asked) if step.whole else ()
    bits = information(before.now, together) if together else before.gains[step.asked[0]]
    return {
        "id": "|".join(step.asked),
        "asked": knowledge.methods[step.method].label if step.whole else label(step.asked[0]),
        "answer": _told(after, step.asked),
        "bits": bits,
        "gained": divergence(after.exact, before.exact),
        "best_free_id": free,
        "best_free": label(free),
        "best_free_bits": free_bits,
        "best_test_id": test,
        "best_test": label(test),
        "best_test_bits": test_bits,
        "best_test_cost": before.price_of(test) if test else 0.0,
        "cost": step.cost,
        "burden": step.burden,
        "in_vain": _in_vain(before, step, together),
        "hinted": before.hinted,
        "early": step.cost > 0.0 and free_bits > bits and before.urgency.level != "now",
    }


def _in_vain(before: Situation, step: Step, together: tuple[Outcome, ...]) -> bool:
    """Whether hardly anything could come of a question, given what was known.

    A free one is in vain where it tells next to nothing and no answer is likely to change the
    advice or the first cause; a paid one, judged by all results that it buys, where either holds.
    What was ordered as a whole is judged by its results together, and results of an examination
    that is paid already are looked at freely.
    """
    if step.method and not step.cost:
        return False
    findings, ids = before.data.knowledge.findings, step.asked
    if step.whole:
        outcomes = {"": together}
        bits = information(before.now, together)
    else:
        if step.cost:
            paid = (id for id in before.open if id in findings)
            ids = tuple(id for id in paid if findings[id].method == step.method)
        outcomes = outcomes_of(before.data.engine, before.evidence, ids, before.subject)
        bits = max(before.gains[id] for id in ids)
    tells_little = bits < LEAST_BITS
    if tells_little == bool(step.cost):
        return tells_little  # a paid question that tells little, or a free one that tells much
    return all(_chance_of_change(before, each) < LEAST_CHANCE for each in outcomes.values())


def _chance_of_change(before: Situation, outcomes: Iterable[Outcome]) -> float:
    """P(an answer makes the advice or the first cause another)."""
    level, first = before.urgency.level, before.now.leading
    return sum(
        outcome.probability
        for outcome in outcomes
        if outcome.leading != first
        or Case.of(before.data, {**before.known, **outcome.answers}).level != level
    )


def _together(before: Situation, ids: tuple[str, ...]) -> tuple[Outcome, ...]:
    """All outcomes of the most telling results of an examination together."""
    engine, evidence = before.data.engine, before.evidence
    most = sorted(ids, key=lambda id: -before.gains.get(id, 0.0))[:MOST_RESULTS]
    states = product(*(engine.network[id].states for id in most))
    asked = [dict(zip(most, each, strict=True)) for each in states]
    outcomes = outcomes_of_each(engine, evidence, asked, before.subject)
    return tuple(one for one in outcomes if one.probability > 0.0)


def _told(after: Situation, ids: tuple[str, ...]) -> str:
    if len(ids) == 1:
        return next(answer.state for answer in after.answers if answer.id == ids[0])
    there = [after.data.knowledge.label(id) for id in ids if after.truth[id] != "absent"]
    return "; ".join(there) or "nothing found"
