"""What a learner did well, why the exact posterior is another, and which bias the numbers show."""

from __future__ import annotations

from collections.abc import Iterator

from kneebayes.odds import logit
from kneebayes.teaching.judgement import Judgement
from kneebayes.teaching.scoring import divergence
from kneebayes.teaching.situation import best_of, uncertainty_of
from kneebayes.view.markup import percent

EXPLAINED = 2  # differences that get a paragraph
WORTH_WORDS = 0.05  # bits of divergence below which a statement is good enough
PROMISING = 0.05  # of the opening uncertainty: what a free question must still promise
CONVINCED = 0.5  # stated probability from which a learner has settled on a cause
MOVED = logit(0.76)  # 5 decibans in natural units: evidence that should have been noticed
FOLLOWED = 1.0 / 3.0  # of the movement of the exact posterior, below which a statement is stuck
RARE = 0.1  # prior below which neglecting it matters


def reasons_of(closed: Judgement) -> tuple[str, ...]:
    """A sentence or two on the largest differences between stated and exact, at most two."""
    stated, exact = closed.case.stated, closed.exact
    away = {id: divergence({id: exact[id]}, {id: p}) for id, p in stated.items()}
    worst = sorted((id for id in away if away[id] >= WORTH_WORDS), key=lambda id: -away[id])
    return tuple(_reason(closed, id) for id in worst[:EXPLAINED])


def praises_of(closed: Judgement) -> tuple[str, ...]:
    """What the learner did well: the best questions asked, and a statement that follows them.

    Returns
    -------
    tuple of str
        At most two sentences.
    """
    rows = [row for row in closed.question_rows if row["id"] == row["best_free_id"]]
    return (*_well_asked([str(row["asked"]) for row in rows]), *_well_stated(closed))


def _well_asked(labels: list[str]) -> Iterator[str]:
    if labels:
        quoted = ", ".join(f"'{label}'" for label in labels)
        yield f"Well asked: {quoted}. No other free question promised more at that moment."


def _well_stated(closed: Judgement) -> Iterator[str]:
    if closed.case.stated and not reasons_of(closed):
        yield "Well judged: what you stated follows from what was known."


def _reason(closed: Judgement, cause: str) -> str:
    label = closed.case.model.data.knowledge.label(cause)
    before, after = closed.opening.exact[cause], closed.exact[cause]
    sentence = f"{label}: you said {percent(closed.stated[cause])}, "
    sentence += f"what was known makes it {percent(after)}."
    at_first = f"Before your first question it was {percent(before)}"
    down = after < closed.stated[cause]
    weights = sorted(_alone(closed, cause), key=lambda pair: pair[1] if down else -pair[1])
    helpful = [(words, p) for words, p in weights if (p < before) == down and p != before]
    if not helpful:
        return f"{sentence} {at_first}, and nothing you found changes that much."
    words, alone = helpful[0]
    return f"{sentence} {at_first}; '{words}' alone takes it to {percent(alone)}."


def _alone(closed: Judgement, cause: str) -> Iterator[tuple[str, float]]:
    """What each answer by itself makes of a cause that the opening left open."""
    opening, case = closed.opening, closed.case
    words = {answer.id: f"{answer.label}: {answer.state}" for answer in case.answers}
    asked = [id for step in case.steps for id in step.asked]
    if not asked or not 0.0 < opening.exact[cause] < 1.0:
        return
    evidence = [opening.evidence.plus(case.evidence.only([id])) for id in asked]
    marginals = case.model.data.engine.propagate_each(evidence, [cause]).marginals[cause][:, 1]
    for id, p in zip(asked, marginals.tolist(), strict=True):
        if 0.0 < p < 1.0 and abs(logit(p) - logit(opening.exact[cause])) > 1e-9:
            yield words[id], p


def biases_of(closed: Judgement) -> tuple[str, ...]:
    """Premature closure, anchoring and base-rate neglect, each where the numbers show it.

    - Premature closure: the learner settled on a cause that is not to blame, although a question
      that costs nothing was still expected to remove a twentieth of the initial uncertainty.
    - Anchoring: the evidence moved the exact posterior by five decibans or more, and the learner
      followed less than a third of the way.
    - Base-rate neglect: the probability stated for a rare cause is closer to what its evidence
      alone would give from even odds than to the exact posterior.
    """
    return (*_closed_early(closed), *_anchored(closed), *_neglected(closed))


def _closed_early(closed: Judgement) -> Iterator[str]:
    case = closed.case
    settled = [id for id, p in case.stated.items() if p >= CONVINCED and not closed.explains[id]]
    question, bits = best_of(case, free=True)
    if settled and bits >= PROMISING * uncertainty_of(closed.opening) > 0.0:
        label = case.model.data.knowledge.label
        yield (
            f"Premature closure: you settled on {label(settled[0])} while "
            f"'{label(question)}' was still free to ask and promised {bits:.2f} bits."
        )


def _anchored(closed: Judgement) -> Iterator[str]:
    statements = closed.statements()
    for cause in dict.fromkeys(statement.cause for statement in statements):
        own = [statement for statement in statements if statement.cause == cause]
        moved = own[-1].evidence - own[0].evidence
        followed = own[-1].stated - own[0].stated
        if len(own) > 1 and abs(moved) >= MOVED and followed * moved < FOLLOWED * moved**2:
            yield (
                f"Anchoring: between your first and last word on "
                f"{closed.case.model.data.knowledge.label(cause)} the evidence moved it by "
                f"{_decibans(moved):+.0f} decibans, your statement by {_decibans(followed):+.0f}."
            )


def _neglected(closed: Judgement) -> Iterator[str]:
    last = {statement.cause: statement for statement in closed.statements()}
    for cause, last_said in last.items():
        exact = last_said.prior + last_said.evidence
        ignored = abs(last_said.stated - last_said.evidence) < abs(last_said.stated - exact)
        if last_said.prior < logit(RARE) and last_said.evidence > MOVED and ignored:
            label = closed.case.model.data.knowledge.label(cause)
            yield (
                f"Base-rate neglect: {label} was {closed.opening.exact[cause]:.1%} before your "
                f"first question. What you found speaks for it, and still makes only "
                f"{closed.exact[cause]:.1%} of it; you said {closed.stated[cause]:.0%}."
            )


def _decibans(logarithm: float) -> float:
    return 4.342944819032518 * logarithm
