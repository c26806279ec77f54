"""What would be believed after each answer that could still come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import prod

import numpy as np

from kneebayes.errors import TooWideError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.limits import clock_running, seconds_left
from kneebayes.network import Numbers

Asked = Mapping[str, str]

FIRST = 1  # question weighed first; its time says how many can follow
SMALL = 1e-4  # a rarer answer is asked for itself: as a rest it would lose more than four digits


@dataclass(frozen=True, slots=True)
class Subject:
    """What the questions are about."""

    causes: tuple[str, ...]  #: those whose posteriors are wanted, all binary
    #: those of which at least one is to be found; none for all causes together
    members: tuple[str, ...] = ()
    called: str = "the causes as a whole"  #: its name in a sentence
    #: where a cause is no node of its own, a node and the index of a state for each
    places: tuple[tuple[str, int], ...] = ()

    @property
    def alone(self) -> bool:
        """Whether it is one cause, whose posterior says all of it."""
        return len(self.members) == 1 and self.members[0] in self.causes


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, or several together, and what would be believed after them."""

    answers: Asked  #: state by node; empty for what is believed now
    probability: float  #: P(these answers | evidence)
    posteriors: Mapping[str, float]  #: P(cause explains it | evidence, these answers)
    #: P(at least one member of the subject | evidence, these answers); None where the subject is
    #: the whole differential
    subject: float | None

    @property
    def leading(self) -> str:
        """Id of the most probable cause."""
        return max(self.posteriors, key=lambda id: self.posteriors[id])

    def __repr__(self) -> str:
        words = ", ".join(f"{id} {state}" for id, state in self.answers.items()) or "now"
        return f"Outcome({words}: {self.probability:.3g})"


def now_of(engine: Engine, evidence: Evidence, subject: Subject) -> Outcome:
    """What is believed now, with no further answer; the evidence must be possible."""
    return outcomes_of_each(engine, evidence, [{}], subject)[0]


def outcomes_of(
    engine: Engine, evidence: Evidence, nodes: Sequence[str], subject: Subject
) -> dict[str, tuple[Outcome, ...]]:
    """What would be believed after each answer that can occur, by node (all of them open)."""
    asked = [{id: state} for id in nodes for state in engine.network[id].states]
    outcomes = iter(outcomes_of_each(engine, evidence, asked, subject))
    by_node = {id: [next(outcomes) for _ in engine.network[id].states] for id in nodes}
    return {
        id: tuple(outcome for outcome in each if outcome.probability > 0.0)
        for id, each in by_node.items()
    }


def outcomes_in_time(
    engine: Engine,
    evidence: Evidence,
    nodes: Sequence[str],
    subject: Subject,
    *,
    pass_wide: bool = False,
) -> dict[str, tuple[Outcome, ...]]:
    """The same for as many of the nodes, in order, as there is time for; for one at least.

    Nodes that are too wide can be passed over, unless all of them are.
    """
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    clock, some = clock_running(), FIRST if np.isfinite(seconds_left()) else max(1, len(nodes))
    failed, done = None, 0
    while done < len(nodes):
        before = seconds_left()
        if outcomes and before <= 0.0:
            break
        chunk = nodes[done : done + some]
        try:
            outcomes |= outcomes_of(engine, evidence, chunk, subject)
        except TooWideError as error:
            if outcomes and seconds_left() <= 0.0:
                break
            if not pass_wide:
                raise
            if len(chunk) > 1:
                some = 1  # to find which of them it is
                continue
            failed = error
        done += len(chunk)
        if clock is not None:
            clock.note = f"{len(outcomes)} of {len(nodes)} weighed"
            some = int(max(1, min(4 * some, clock.fitting(before, len(chunk)))))
    if failed is not None and not outcomes:
        raise failed
    return outcomes


def outcomes_of_each(
    engine: Engine, evidence: Evidence, asked: Sequence[Asked], subject: Subject
) -> list[Outcome]:
    """Posteriors after each of several sets of answers about open nodes, in order.

    A positive answer, which is the last state of a node, makes a query more expensive, a negative
    one does not. So the engine computes sets of the others only, and sets with last states follow
    by inclusion and exclusion: ``P(c, x) = P(c) - P(c, not x)``. A set so rare that this difference
    would lose digits is computed directly. Where answers cannot occur all numbers are zero.
    """
    if not asked:
        return []
    log_known = engine.log_of_possible(evidence)
    parts: dict[frozenset[tuple[str, str]], int] = {}
    terms = [
        [(parts.setdefault(part, len(parts)), sign) for part, sign in _negative(engine, answer)]
        for answer in asked
    ]
    weighed = _ask(engine, evidence, [dict(part) for part in parts], subject, log_known)
    rows = np.stack([sum(sign * weighed[place] for place, sign in each) for each in terms])
    rare = [index for index, each in enumerate(terms) if len(each) > 1 and rows[index, 0] < SMALL]
    if rare:
        rows[rare] = _ask(engine, evidence, [asked[index] for index in rare], subject, log_known)
    return [_outcome(row, answer, subject) for row, answer in zip(rows, asked, strict=True)]


def information(now: Outcome, outcomes: Sequence[Outcome]) -> float:
    """Expected information gain of a question, in bits.

    If the subject is a cause or a group, it is the mutual information of subject and answer:
    ``sum over answers of P(answer) KL(P(subject | answer) || P(subject))`` (Cover and Thomas,
    Elements of Information Theory, chapter 2). For the whole differential it is the sum of
    this over all causes: a score, not the mutual information of the answer and all causes
    together, since what it says about causes that occur together counts twice.

    Examples
    --------
    >>> coin = Outcome({}, 1.0, {"a": 0.5}, None)
    >>> heads = Outcome({"x": "present"}, 0.5, {"a": 1.0}, None)
    >>> tails = Outcome({"x": "absent"}, 0.5, {"a": 0.0}, None)
    >>> information(coin, [heads, tails])
    1.0
    """
    return float(_gains(now, outcomes).sum())


def most_moved(now: Outcome, outcomes: Sequence[Outcome]) -> str:
    """Id of the cause about which a question gives most information."""
    gains = _gains(Outcome({}, 1.0, now.posteriors, None), outcomes)
    return list(now.posteriors)[int(gains.argmax())]


def _gains(now: Outcome, outcomes: Sequence[Outcome]) -> Numbers:
    """Bits about the subject, or about each cause; rounding never makes one negative."""
    before = _beliefs(now, now)
    gains = np.zeros(len(before))
    for outcome in outcomes:
        gains += outcome.probability * _divergence(_beliefs(outcome, now), before)
    return np.maximum(0.0, gains)


def _beliefs(outcome: Outcome, now: Outcome) -> Numbers:
    """What an outcome says of the subject that ``now`` has."""
    if now.subject is not None and outcome.subject is not None:
        return np.array([outcome.subject])
    return np.array(list(outcome.posteriors.values()))


def _divergence(after: Numbers, before: Numbers) -> Numbers:
    """KL divergence of yes/no beliefs; what is certain before stays certain and adds nothing."""
    total = np.zeros(len(before))
    for new, old in ((after, before), (1.0 - after, 1.0 - before)):
        moved = (new > 0.0) & (before > 0.0) & (before < 1.0)
        total[moved] += new[moved] * np.log2(new[moved] / old[moved])
    return total


def _negative(engine: Engine, asked: Asked) -> list[tuple[frozenset[tuple[str, str]], int]]:
    """Sets of answers without last states, and signs, that add up to a set of answers."""
    unchanged: list[tuple[str, str]] = []
    turned: list[list[tuple[tuple[tuple[str, str], ...], int]]] = []  # for each last state
    for id, state in asked.items():
        *others, last = engine.network[id].states
        if others and state == last:
            turned.append([((), 1), *((((id, other),), -1) for other in others)])
        else:
            unchanged.append((id, state))
    return [
        (frozenset(chain(unchanged, *(part for part, _ in chosen))), prod(s for _, s in chosen))
        for chosen in product(*turned)
    ]


def _ask(
    engine: Engine, evidence: Evidence, asked: Sequence[Asked], subject: Subject, log_known: float
) -> Numbers:
    """One batch: for each set of answers P(answers), P(no member, answers), P(cause, answers).

    All given the evidence; the second is zero where the subject is all causes or one of them.
    """
    cases = [evidence.plus(Evidence.of(engine.network, answer)) for answer in asked]
    places = subject.places or [(id, -1) for id in subject.causes]
    propagated = engine.propagate_each(cases, dict.fromkeys(id for id, _ in places))
    shares = np.exp(propagated.log_probability - log_known)
    none = np.zeros(len(cases))
    if subject.members and not subject.alone:
        absent = Evidence(dict.fromkeys(subject.members, (1.0, 0.0)))
        without = engine.propagate_each([case.plus(absent) for case in cases])
        none = np.exp(without.log_probability - log_known)
    causes = [propagated.marginals[id][:, state] * shares for id, state in places]
    return np.stack([shares, none, *causes], axis=1)


def _outcome(row: Numbers, answers: Asked, subject: Subject) -> Outcome:
    """Shares become probabilities given the answers."""
    share = float(row[0])
    if share <= 0.0:
        nothing = dict.fromkeys(subject.causes, 0.0)
        return Outcome(answers, 0.0, nothing, 0.0 if subject.members else None)
    none, *causes = np.clip(row[1:] / share, 0.0, 1.0).tolist()
    posteriors = dict(zip(subject.causes, causes, strict=True))
    believed: float | None = None
    if subject.members:
        believed = posteriors[subject.members[0]] if subject.alone else 1.0 - none
    return Outcome(answers, min(1.0, share), posteriors, believed)
