"""How good the questions of a case were, and one plan of questions to hold them against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, product

from kneebayes.questions.ask.outcomes import Subject, information, now_of, outcomes_of_each
from kneebayes.teaching.scoring import divergence
from kneebayes.teaching.situation import Situation, best_of

__all__ = ["chain_of", "question_rows", "walk_plan"]

MOST_RESULTS = 8  # of one examination, for what all together tell: 2^8 outcomes


def chain_of(case: Situation) -> list[Situation]:
    """Every case on the way to this one, the opening first."""
    cases: list[Situation] = [case]
    while (previous := cases[-1].previous) is not None:
        cases.append(previous)
    return cases[::-1]


def question_rows(case: Situation) -> list[dict[str, object]]:
    """One row a question: its expected and actual gain, and the best question instead.

    The best question that costs nothing and the best test stand apart.
    """
    knowledge = case.model.data.knowledge
    rows: list[dict[str, object]] = []
    for before, after in _asked(case):
        step = after.steps[-1]
        free, free_bits = best_of(before, free=True)
        test, test_bits = best_of(before, free=False)
        words = {answer.id: answer.state for answer in after.answers}
        whole = knowledge.methods[step.method].label if step.whole else ""
        rows.append(
            {
                "step": len(rows) + 1,
                "id": "|".join(step.asked),
                "asked": whole or knowledge.label(step.asked[0]),
                "answer": _told(after, step.asked, words),
                "bits": _expected(before, step.asked),
                "gained": divergence(after.exact, before.exact),
                "best_free_id": free,
                "best_free": knowledge.label(free) if free else "",
                "best_free_bits": free_bits,
                "best_test_id": test,
                "best_test": knowledge.label(test) if test else "",
                "best_test_bits": test_bits,
                "best_test_cost": before.price_of(test) if test else 0.0,
                "cost": step.cost,
                "burden": step.burden,
            }
        )
    return rows


def _asked(case: Situation) -> Iterator[tuple[Situation, Situation]]:
    """The cases before and after each question."""
    chain = chain_of(case)
    for before, after in pairwise(chain):
        if after.steps[-1].asked:
            yield before, after


def _expected(before: Situation, ids: tuple[str, ...]) -> float:
    """Expected information gain of one question, or of all results of an examination."""
    if len(ids) == 1 or len(ids) > MOST_RESULTS:
        return max(before.gains.get(id, 0.0) for id in ids)
    engine, evidence = before.model.data.engine, before.evidence
    subject = Subject(tuple(before.model.data.knowledge.causes))
    states = [[(id, state) for state in engine.network[id].states] for id in ids]
    asked = [dict(combination) for combination in product(*states)]
    now = now_of(engine, evidence, subject)
    outcomes = outcomes_of_each(engine, evidence, asked, subject)
    return information(now, [outcome for outcome in outcomes if outcome.probability > 0.0])


def _told(after: Situation, ids: tuple[str, ...], words: Mapping[str, str]) -> str:
    if len(ids) == 1:
        return words[ids[0]]
    there = [after.model.data.knowledge.label(id) for id in ids if after.truth[id] != "absent"]
    return "; ".join(there) or "nothing found"


def walk_plan(opening: Situation, questions: int, budget: float) -> Situation:
    """Question the same patient step by step, each time with the best question one can afford.

    The best question is the one with the largest expected information gain among those that the
    rest of the budget (in the units of the folder) pays for. The patient's own answers are used,
    so the uncertainty at the end can be compared with the uncertainty that a learner left.
    """
    case = opening
    for _ in range(questions):
        rest = budget - case.cost + 1e-9
        affordable = (id for id in case.gains if case.price_of(id) <= rest)
        question = next(affordable, "")
        if not question:
            break
        case = case.after(case.step_asking(question, "", (question,)))
    return case
