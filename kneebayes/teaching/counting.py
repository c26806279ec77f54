"""Natural frequencies of a query: the probabilities behind the counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import renamed
from kneebayes.case import Answer, read_answers
from kneebayes.case.answers import by_node, evidence_of
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError
from kneebayes.inference import Evidence
from kneebayes.teaching.frequencies import PEOPLE, NaturalFrequencies
from kneebayes.view.report import made_by

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["count_people"]

MOST = 100_000_000


@renamed(given="answers")
@checked
def count_people(
    model: ModelLike,
    cause: str,
    findings: str | Iterable[str] | Mapping[str, object],
    answers: Mapping[str, object] | None = None,
    people: int | None = None,
) -> NaturalFrequencies:
    """Answer a question in counts: of 1,000 people like this, a cause explains so many.

    As in a differential, the probability of a cause is that of its explaining the complaint.
    A cause that may also be there in silence can stand among the findings: of the people in
    whom it is there, it explains so many.

    Natural frequencies help people to reason rightly with probabilities (Gigerenzer and
    Hoffrage 1995).

    Parameters
    ----------
    model
        The model.
    cause
        A cause by any of its names; a group means any of its members.
    findings
        One name or several of findings that are present, or answers by name; each must be certain.
    answers
        What all the people have in common, besides the complaint.
    people
        How many people. Left out, 1,000; or 10,000 or 100,000 if fewer counts are then rounded
        to 0. Notes name the counts that are rounded to 0 all the same.

    Raises
    ------
    UnknownNameError
        If a name is not known.
    EvidenceError
        If an answer is only likely or given twice, the complaint is said to be absent, or it
        is certain already whether the cause explains it.
    ImpossibleEvidenceError
        If there are no such people.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = kb.load().natural_frequencies("Baker's cyst", "lump behind the knee")
    >>> print(told.sentences[0])
    Of 1,000 people like this, Baker's cyst explains the pain ... in ... (...%); in ... it does not.
    >>> counts = told.counts
    >>> counts["with_cause"] + counts["without_cause"] == counts["people"]
    True
    """
    if people is not None:
        people = whole_number("people", people, 1, MOST)
    meaning = model.data.names.meaning(cause, ("cause", "group"), "model.causes and model.groups")
    knowledge = model.data.knowledge
    group = meaning.kind == "group"
    members = list(knowledge.groups[meaning.id].members) if group else [meaning.id]
    known = _known(model, answers)
    asked = read_answers(knowledge, model.data.names, model.data.network, _as_mapping(findings))
    _check(asked, known, members)
    prior, within, without, posterior, silent = _probabilities(model, members, known, asked)
    computed = NaturalFrequencies(
        knowledge,
        made_by(model),
        knowledge.label(meaning.id),
        any(knowledge.causes[id].urgent for id in members),
        known,
        asked,
        people or PEOPLE[0],
        prior,
        within,
        without,
        posterior,
        silent,
    )
    if people is not None:
        return computed
    return min(
        (replace(computed, people=many) for many in PEOPLE),
        key=lambda frequencies: len(frequencies.rounded_away),
    )


def _as_mapping(findings: str | Iterable[str] | Mapping[str, object]) -> Mapping[str, object]:
    if isinstance(findings, Mapping):
        return findings
    names = [findings] if isinstance(findings, str) else list(findings)
    return dict.fromkeys(names, True)


def _known(model: ModelLike, given_answers: Mapping[str, object] | None) -> tuple[Answer, ...]:
    """What is given, and the complaint: without it there is nothing to explain."""
    answers = {} if given_answers is None else dict(given_answers)
    complaint = model.data.knowledge.meta.complaint
    if complaint not in by_node(model.data.knowledge, model.data.names, answers):
        answers = {complaint: True, **answers}
    known = read_answers(model.data.knowledge, model.data.names, model.data.network, answers)
    if any(answer.id == complaint and answer.state == "absent" for answer in known):
        label = model.data.knowledge.complaint.label
        message = f"answers: without {label} there is nothing that a cause explains. Leave it out."
        raise EvidenceError(message)
    return known


def _check(asked: tuple[Answer, ...], known: tuple[Answer, ...], members: list[str]) -> None:
    """Refuse findings that cannot split people."""
    if not asked:
        message = "findings: there must be at least one answer, such as {'fever': True}."
        raise EvidenceError(message)
    known_ids = {answer.id for answer in known}
    for answer in asked:
        if sorted(answer.likelihood)[:-1] != [0.0] * (len(answer.likelihood) - 1):
            message = (
                f"findings: '{answer.label}' is only likely ({answer.state}); people are counted "
                "by what is present or absent. Say True, False or a state."
            )
            raise EvidenceError(message)
        if answer.id in known_ids:
            message = (
                f"findings: '{answer.label}' is given already. Leave it out of one of the two."
            )
            raise EvidenceError(message)
        if answer.id in members:
            message = (
                f"findings: '{answer.label}' is what is asked about: it is never there without "
                "explaining the complaint. Name findings."
            )
            raise EvidenceError(message)


def _probabilities(
    model: ModelLike, members: list[str], known: tuple[Answer, ...], asked: tuple[Answer, ...]
) -> tuple[float, float, float, float, float]:
    """P(cause), P(findings | cause), P(findings | no cause), P(cause | findings), P(silent).

    P(cause) is that of its explaining the complaint, P(silent) of its being there without.
    """
    engine, before = model.data.engine, evidence_of(known)
    after, there = before.plus(evidence_of(asked)), model.data.knowledge.there
    label = " or ".join(model.data.knowledge.label(id) for id in members)
    if engine.log_probability(before) == -np.inf:
        message = "answers: the evidence has probability zero, so there are no such people."
        raise ImpossibleEvidenceError(message, list(before))
    prior = engine.probability_of_any([members], before)[0]
    if prior in (0.0, 1.0):
        word = "certain" if prior else "impossible"
        message = f"answers: {label} is {word} then, so it does not split people. Give less."
        raise EvidenceError(message)
    likely = float(np.exp(engine.log_probability(after) - engine.log_probability(before)))
    if likely == 0.0:
        message = "findings: they are impossible in such people, so nobody has them."
        raise ImpossibleEvidenceError(message, [answer.id for answer in asked])
    posterior = engine.probability_of_any([members], after)[0]
    none = Evidence(dict.fromkeys(members, (1.0, 0.0)))
    without = engine.posterior(evidence_of(asked), before.plus(none))
    anyway = engine.probability_of_any([[there[id] for id in members]], before)[0]
    silent = 0.0 if all(there[id] == id for id in members) else max(0.0, anyway - prior)
    return prior, min(1.0, posterior * likely / prior), without, posterior, silent
