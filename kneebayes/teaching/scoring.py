"""How good stated probabilities are, how much they give to the evidence, what was well asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from kneebayes.arguments import check_fields, checked, share
from kneebayes.case.case import Case
from kneebayes.errors import ArgumentError
from kneebayes.network import Numbers
from kneebayes.odds import student_95
from kneebayes.questions.ask.outcomes import Outcome, information, outcomes_of, outcomes_of_each
from kneebayes.teaching.situation import Situation, Step, best_of
from kneebayes.text import shown

SUREST = 1e-6  # a stated 0 or 1 counts as this far from it, since the logarithm of 0 has no end


def _pairs(
    probabilities: Mapping[str, float], others: Mapping[str, float]
) -> Iterator[tuple[float, float]]:
    """By cause a probability and its fellow in the other mapping, where True and False are 1, 0."""
    for id, probability in probabilities.items():
        if id not in others:
            message = f"{shown(id)} has a probability in one mapping, and nothing in the other."
            raise ArgumentError(message)
        other = float(others[id]) if isinstance(others[id], bool | np.bool_) else others[id]
        yield share(str(id), probability), share(str(id), other)


def _kept(probability: float) -> float:
    return min(max(probability, SUREST), 1.0 - SUREST)


@checked
def log_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Surprise at the truth in bits, added up over the causes; the lower the better.

    ``-sum log2 P(what is true of the cause)`` (Good 1952). Stated probabilities closer to 0
    or 1 than a millionth count as a millionth away.

    Examples
    --------
    >>> log_score({"gout": 0.25, "cyst": 0.5}, {"gout": True, "cyst": False})
    3.0
    """
    pairs = ((_kept(p), true) for p, true in _pairs(stated, truth))
    return -sum(math.log2(p if true else 1.0 - p) for p, true in pairs)


@checked
def brier_score(stated: Mapping[str, float], truth: Mapping[str, bool]) -> float:
    """Squared distance to the truth, added up over the causes; the lower the better.

    Brier 1950, of each cause for itself: it explains the complaint, or it does not.

    Examples
    --------
    >>> brier_score({"gout": 0.5, "cyst": 0.0}, {"gout": True, "cyst": False})
    0.25
    """
    return sum((p - true) ** 2 for p, true in _pairs(stated, truth))


@checked
def divergence(exact: Mapping[str, float], stated: Mapping[str, float]) -> float:
    """Kullback-Leibler divergence of stated from exact probabilities, in bits.

    Added up over the causes, each to blame or not. It is how much worse than the exact
    posterior the stated one will do on average by the logarithmic score.

    Examples
    --------
    >>> divergence({"gout": 0.5}, {"gout": 0.5})
    0.0
    >>> round(divergence({"gout": 1.0}, {"gout": 0.25}), 6)
    2.0
    """
    total = 0.0
    for right, given in _pairs(exact, stated):
        probability = given if given == right else _kept(given)
        for mine, theirs in ((right, probability), (1.0 - right, 1.0 - probability)):
            if mine > 0.0 and mine != theirs:
                total += mine * math.log2(mine / theirs)
    return max(0.0, total)


def filled(priors: Mapping[str, float], named: Mapping[str, float]) -> dict[str, float]:
    """What was stated of the named causes; what that leaves of 1 is shared by the others.

    They share it as their priors do; where nothing is left they have nothing.

    Examples
    --------
    >>> filled({"gout": 0.2, "cyst": 0.6, "tear": 0.2}, {"gout": 0.6})
    {'gout': 0.6, 'cyst': 0.3, 'tear': 0.1}
    """
    left = max(0.0, 1.0 - sum(named.values()))
    others = sum(prior for id, prior in priors.items() if id not in named)
    part = left / others if others else 0.0
    return {id: named.get(id, prior * part) for id, prior in priors.items()}


CLEAR = 0.1  # a weight this close to 1 is no fault, however surely it is known


@dataclass(frozen=True, slots=True)
class StatedBelief:
    """One stated probability of a cause with what it should have come from, as logits."""

    case: int  #: its number; statements of one case go together
    cause: str
    prior: float  #: logit of P(cause | complaint, known background), before the first question
    #: weight of evidence of all answers since, in nats: exact logit now minus ``prior``
    evidence: float
    stated: float

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, slots=True)
class GretherWeights:
    """``stated logit = intercept + prior weight * prior logit + evidence weight * evidence``.

    A Bayesian has 0, 1 and 1. Standard errors are robust to statements of one case going together;
    ``statements`` and ``cases`` say how many they rest on.
    """

    intercept: float
    prior: float
    evidence: float
    intercept_error: float
    prior_error: float
    evidence_error: float
    statements: int
    cases: int

    def interval(self, name: str) -> tuple[float, float]:
        """95 % interval of ``prior``, ``evidence`` or ``intercept``.

        By Student's t with one degree of freedom less than there are cases.
        """
        middle, error = float(getattr(self, name)), float(getattr(self, f"{name}_error"))
        half = student_95(self.cases - 1) * error
        return middle - half, middle + half

    @property
    def faults(self) -> tuple[str, ...]:
        """What the weights say is wrong, by name; empty for a good Bayesian.

        A weight is named where its 95 % interval lies off 1 and it differs by more than 0.1.
        """
        faults = []
        for name, low, high in (
            ("prior", "base-rate neglect", "too much weight on the base rate"),
            ("evidence", "conservatism", "over-reading of the evidence"),
        ):
            lower, upper = self.interval(name)
            weight = float(getattr(self, name))
            if upper < 1.0 and weight < 1.0 - CLEAR:
                faults.append(low)
            elif lower > 1.0 and weight > 1.0 + CLEAR:
                faults.append(high)
        return tuple(faults)


@checked
def weigh_statements(statements: Sequence[StatedBelief]) -> GretherWeights | None:
    """Regress stated logits on prior logits and weights of evidence.

    Least squares; standard errors are clustered by case (Liang and Zeger 1986) with the
    correction ``G / (G - 1) * (n - 1) / (n - 3)`` for G cases and n statements. None where
    fewer than three cases, fewer than four statements, or priors or evidence that do not vary
    leave the weights open.

    References
    ----------
    Grether: Bayes rule as a descriptive model: the representativeness heuristic, Quarterly
    Journal of Economics 95 (1980).

    Examples
    --------
    >>> said = [StatedBelief(c, "gout", p, e, 0.2 * p + e) for c, p, e in
    ...         [(0, -1.0, 0.0), (1, -2.0, 1.0), (2, -3.0, 0.5), (3, -4.0, 2.0)]]
    >>> weigh_statements(said).faults
    ('base-rate neglect',)
    """
    rows = np.array([(1.0, one.prior, one.evidence, one.stated) for one in statements])
    usable = np.isfinite(rows.reshape(-1, 4)).all(axis=1)
    cases = np.array([one.case for one in statements])[usable]
    groups, count = np.unique(cases), len(cases)
    if len(groups) < 3 or count < 4:
        return None
    known, stated = rows[usable, :3], rows[usable, 3]
    if np.linalg.matrix_rank(known) < 3:
        return None
    inverse = np.linalg.inv(known.T @ known)
    weights = inverse @ known.T @ stated
    residuals = stated - known @ weights
    scores = np.array([known[cases == group].T @ residuals[cases == group] for group in groups])
    correction = len(groups) / (len(groups) - 1) * (count - 1) / (count - 3)
    variance = correction * inverse @ (scores.T @ scores) @ inverse
    errors: Numbers = np.sqrt(np.maximum(np.diag(variance), 0.0))
    fitted = (*weights.tolist(), *errors.tolist(), count, len(groups))
    return GretherWeights(*fitted)


# what each question was worth when it was asked, before anybody knew the answer

MOST_RESULTS = 9  # of one examination, the most telling, for what all together tell: 2^9 outcomes
LEAST_BITS = 0.01  # below this a question tells next to nothing
NAMED = 4  # of what was asked in vain, the dearest
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


def quoted(labels: Iterable[str]) -> str:
    """Labels in quotation marks, with commas between."""
    return ", ".join(f"'{label}'" for label in labels)


def listed(rows: Sequence[Mapping[str, Any]]) -> str:
    """What was asked, the first few by name."""
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return f"{quoted(row['asked'] for row in rows[:NAMED])}{more}"
