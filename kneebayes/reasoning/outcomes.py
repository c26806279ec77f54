"""What would be believed after each answer that could still come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Numbers

__all__ = ["Asked", "Outcome", "Subject", "information", "now_of", "outcomes_of", "outcomes_of_each"]

Asked = Mapping[str, str]

SMALL = 1e-4  # a rarer answer is asked for itself: as a rest it would lose more than four digits


@dataclass(frozen=True, slots=True)
class Subject:
    """What the questions are about.

    Attributes
    ----------
    causes
        Ids of the causes whose posteriors are wanted, all of them binary.
    members
        The causes of which at least one is to be found, or none for all causes together.
    """

    causes: tuple[str, ...]
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, or several together, and what would be believed after them.

    Attributes
    ----------
    answers
        State by node; empty for what is believed now.
    probability
        P(these answers | evidence).
    posteriors
        P(cause present | evidence, these answers) by cause.
    subject
        P(at least one member of the subject | evidence, these answers); None where the
        subject is the whole differential.
    """

    answers: Asked
    probability: float
    posteriors: Mapping[str, float]
    subject: float | None


@dataclass(frozen=True, slots=True)
class _Rows:
    """Outcomes as arrays: shares, rows x causes, and P(no member) or nothing."""

    shares: Numbers
    posteriors: Numbers
    without: Numbers | None

    def rest_of(self, whole: _Rows) -> _Rows:
        """What the whole is where these rows, which are parts of it, do not hold."""
        shares = 1.0 - self.shares

        def rest(now: Numbers, part: Numbers, weight: Numbers, left: Numbers) -> Numbers:
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.clip(np.nan_to_num((now - part * weight) / left), 0.0, 1.0)

        posteriors = rest(
            whole.posteriors, self.posteriors, self.shares[:, None], shares[:, None]
        )
        if self.without is None or whole.without is None:
            return _Rows(shares, posteriors, None)
        without = rest(whole.without, self.without, self.shares, shares)
        return _Rows(shares, posteriors, without)


def now_of(engine: Engine, evidence: Evidence, subject: Subject) -> Outcome:
    """What is believed now, with no further answer.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.
    """
    given = _given(engine, evidence)
    rows = _ask(engine, evidence, [{}], subject, given)
    return _outcome(rows, 0, {}, subject)


def outcomes_of_each(
    engine: Engine, evidence: Evidence, asked: Sequence[Asked], subject: Subject
) -> list[Outcome]:
    """What would be believed after some answers together, for each of several such sets.

    Parameters
    ----------
    engine, evidence
        What to ask, and what is known.
    asked
        For each outcome the state of each of its nodes, none of which was observed.
    subject
        What the questions are about.

    Returns
    -------
    list
        In the same order; where the answers cannot occur all numbers are zero.
    """
    if not asked:
        return []
    rows = _ask(engine, evidence, asked, subject, _given(engine, evidence))
    return [_outcome(rows, at, one, subject) for at, one in enumerate(asked)]


def outcomes_of(
    engine: Engine, evidence: Evidence, nodes: Sequence[str], subject: Subject
) -> dict[str, tuple[Outcome, ...]]:
    """What would be believed after each possible answer about each of some nodes.

    The last state of each node is not asked for: it is what is left of the present belief
    when the others are taken out, unless it is so rare that the difference would lose
    digits.

    Parameters
    ----------
    engine, evidence
        What to ask, and what is known.
    nodes
        Ids of nodes that were not observed.
    subject
        What the questions are about.

    Returns
    -------
    dict
        By node one outcome for each state that can occur.
    """
    if not nodes:
        return {}
    given = _given(engine, evidence)
    states = {id: engine.network[id].states for id in nodes}
    direct = [
        {id: state}
        for id in nodes
        for state in (states[id] if len(states[id]) > 2 else states[id][:1])
    ]
    whole = _ask(engine, evidence, [{}], subject, given)
    parts = _ask(engine, evidence, direct, subject, given)
    left = parts.rest_of(whole)
    binary = [at for at, one in enumerate(direct) if len(states[next(iter(one))]) == 2]
    others = {at: {id: states[id][1]} for at in binary for id in direct[at]}
    rare = [at for at in binary if left.shares[at] < SMALL]
    again = _ask(engine, evidence, [others[at] for at in rare], subject, given) if rare else left
    found: dict[str, list[Outcome]] = {id: [] for id in nodes}
    for at, one in enumerate(direct):
        (id,) = one
        found[id].append(_outcome(parts, at, one, subject))
        if at in others:
            rows, place = (again, rare.index(at)) if at in rare else (left, at)
            found[id].append(_outcome(rows, place, others[at], subject))
    return {id: tuple(one for one in each if one.probability > 0.0) for id, each in found.items()}


def information(now: Outcome, outcomes: Sequence[Outcome]) -> float:
    """Expected information gain of a question, in bits.

    Where the subject is a cause or a group it is the mutual information of that and the
    answer: ``sum over answers of P(answer) KL(P(subject | answer) || P(subject))`` (Cover
    and Thomas, Elements of Information Theory, chapter 2). For the whole differential it
    is the sum of this over all causes. That sum is a score, not the mutual information of
    the answer and all causes together: what the answer says of two causes that go together
    counts twice.

    Parameters
    ----------
    now
        What is believed now.
    outcomes
        All possible answers, their probabilities adding up to 1.

    Examples
    --------
    >>> coin = Outcome({}, 1.0, {"a": 0.5}, None)
    >>> heads = Outcome({"x": "present"}, 0.5, {"a": 1.0}, None)
    >>> tails = Outcome({"x": "absent"}, 0.5, {"a": 0.0}, None)
    >>> information(coin, [heads, tails])
    1.0
    """
    bits = sum(one.probability * surprise(now, one) for one in outcomes)
    return max(0.0, float(bits))


def surprise(now: Outcome, after: Outcome) -> float:
    """Kullback-Leibler divergence of the belief after an answer from the one before, in bits."""
    return float(_divergence(_beliefs(after), _beliefs(now)).sum())


def _beliefs(outcome: Outcome) -> Numbers:
    if outcome.subject is not None:
        return np.array([outcome.subject])
    return np.array(list(outcome.posteriors.values()))


def _divergence(after: Numbers, before: Numbers) -> Numbers:
    """KL divergence of yes/no beliefs; what is certain before stays so, and tells nothing."""
    total = np.zeros(len(before))
    for new, old in ((after, before), (1.0 - after, 1.0 - before)):
        moved = (new > 0.0) & (before > 0.0) & (before < 1.0)
        total[moved] += new[moved] * np.log2(new[moved] / old[moved])
    return total


def _given(engine: Engine, evidence: Evidence) -> float:
    given = engine.log_probability(evidence)
    if given == -np.inf:
        message = "The evidence has probability zero, so nothing follows from it."
        raise ImpossibleEvidenceError(message, list(evidence))
    return given


def _ask(
    engine: Engine, evidence: Evidence, asked: Sequence[Asked], subject: Subject, given: float
) -> _Rows:
    """One batch: every set of answers with the evidence, and once more with no member."""
    cases = [evidence.plus(Evidence.of(engine.network, one)) for one in asked]
    told = engine.propagate_each(cases, subject.causes)
    posteriors = np.stack([told.marginals[id][:, -1] for id in subject.causes], axis=1)
    shares = np.exp(told.log_probability - given)
    if not subject.members:
        return _Rows(shares, posteriors, None)
    if len(subject.members) == 1:
        one = posteriors[:, subject.causes.index(subject.members[0])]
        return _Rows(shares, posteriors, 1.0 - one)
    absent = Evidence(dict.fromkeys(subject.members, (1.0, 0.0)))
    none = engine.propagate_each([case.plus(absent) for case in cases]).log_probability
    possible = np.where(shares > 0.0, told.log_probability, 0.0)
    return _Rows(shares, posteriors, np.minimum(1.0, np.exp(none - possible)))


def _outcome(rows: _Rows, at: int, answers: Asked, subject: Subject) -> Outcome:
    posteriors = dict(zip(subject.causes, rows.posteriors[at].tolist(), strict=True))
    believed: float | None = None
    if len(subject.members) == 1:
        believed = posteriors[subject.members[0]]
    elif rows.without is not None:
        believed = 1.0 - float(rows.without[at])
    return Outcome(answers, min(1.0, float(rows.shares[at])), posteriors, believed)
