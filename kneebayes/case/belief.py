"""What follows from the evidence: the posterior of every cause, and of groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from kneebayes.case.answers import KINDS, WHERE, by_name, evidence_of, read_answers, says_yes
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Engine, Evidence, smallest_conflict
from kneebayes.knowledge import Knowledge, Names


@dataclass(frozen=True)
class Belief:
    """Posteriors given one patient's evidence.

    Attributes
    ----------
    posteriors
        P(cause explains the complaint | evidence) by cause; they add up to 1.
    present
        P(cause is there | evidence), whether it explains the complaint or not.
    log_probability
        Natural logarithm of P(evidence).
    """

    posteriors: Mapping[str, float]
    present: Mapping[str, float]
    log_probability: float


def believe(engine: Engine, knowledge: Knowledge, evidence: Evidence) -> Belief:
    """Posteriors of all causes.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero; names a smallest set that conflicts.
    TooWideError
        If an exact answer needs more memory than is allowed; says what else there is.
    """
    causes = list(knowledge.causes)
    try:
        there = knowledge.there
        propagated = engine.propagate(evidence, [*causes, *(there[id] for id in causes)])
    except TooWideError as error:
        message = f"{error} Or ask for an estimate by name: model.sample(answers)."
        raise TooWideError(message) from error
    log_probability = float(propagated.log_probability[0])
    if log_probability == -np.inf:
        raise impossible_evidence(engine, knowledge, evidence)
    posteriors = {id: propagated.present(id) for id in causes}
    present = {id: propagated.present(there[id]) for id in causes}
    return Belief(posteriors, present, log_probability)


def believe_groups(
    engine: Engine, knowledge: Knowledge, evidence: Evidence, groups: Iterable[str]
) -> dict[str, float]:
    """P(at least one member present | evidence) by group."""
    asked = list(groups)
    members = [knowledge.groups[id].members for id in asked]
    return dict(zip(asked, engine.probability_of_any(members, evidence), strict=True))


def probability_of(
    engine: Engine,
    knowledge: Knowledge,
    names: Names,
    event: Mapping[str, object],
    evidence: Evidence,
) -> float:
    """P(all of an event | evidence); a group in the event means at least one of its members.

    Raises
    ------
    EvidenceError
        If the event names several groups as present.
    ImpossibleEvidenceError
        If the evidence has probability zero.
    """
    event = by_name(event)
    meant = {name: names.meaning(name, KINDS, WHERE) for name in event}
    groups = [n for n, value in meant.items() if value.kind == "group" and says_yes(event[n])]
    if len(groups) > 1:
        message = f"An event can name one group as present, got {', '.join(groups)}."
        raise EvidenceError(message)
    if engine.log_probability(evidence) == -np.inf:
        raise impossible_evidence(engine, knowledge, evidence)
    others = {name: answer for name, answer in event.items() if name not in groups}
    asked = evidence_of(read_answers(knowledge, names, engine.network, others))
    probability = engine.posterior(asked, evidence)
    if not groups or probability == 0.0:
        return probability
    # as everywhere, a cause that is named is there, whether it explains the complaint or not
    named = knowledge.groups[meant[groups[0]].id].members
    members = [knowledge.there.get(id, id) for id in named]
    return probability * engine.probability_of_any([members], evidence.plus(asked))[0]


def conflict_of(engine: Engine, evidence: Evidence, complaint: str) -> float:
    """Jensen's measure of conflict, in bits: ``log2(prod P(e_i) / P(e))`` (UAI 1990).

    Everything is conditioned on the complaint where that was observed, since it is what
    every patient brings. Above zero the answers do not support each other; below zero
    they do.
    """
    complaint_only = [complaint] if complaint in evidence.likelihoods else []
    base = engine.log_probability(evidence.only(complaint_only))
    single = sum(
        engine.log_probability(evidence.only([*complaint_only, id])) - base
        for id in evidence
        if id not in complaint_only
    )
    together = engine.log_probability(evidence) - base
    return (single - together) / float(np.log(2.0))


def impossible_evidence(
    engine: Engine, knowledge: Knowledge, evidence: Evidence
) -> ImpossibleEvidenceError:
    """The error for evidence of probability 0: it names the smallest set that conflicts."""
    conflict = smallest_conflict(engine, evidence)
    words = ", ".join(
        f"{knowledge.label(knowledge.cause_of(id) or id)} = {_state(engine, evidence, id)}"
        for id in conflict
    )
    message = (
        f"The evidence has probability 0 under this model: {words} cannot be true together. "
        "Change or leave out one of them."
    )
    return ImpossibleEvidenceError(message, conflict)


def _state(engine: Engine, evidence: Evidence, id: str) -> str:
    state = evidence.hard_state(id)
    return "uncertain" if state is None else engine.network[id].states[state]
