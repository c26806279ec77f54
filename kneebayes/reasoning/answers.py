"""What a user says of a patient becomes evidence on nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kneebayes.errors import EvidenceError, shown
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge, Meaning, Names
from kneebayes.network import Network
from kneebayes.reasoning.likelihoods import (
    Likelihood,
    in_words,
    likelihood_of,
    says_no,
    says_unknown,
)

__all__ = [
    "KINDS",
    "WHERE",
    "Answer",
    "by_node",
    "check_mapping",
    "evidence_of",
    "read_answers",
]

KINDS = ("finding", "context", "cause", "mediator", "group")
WHERE = "model.findings, model.contexts and model.causes"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer about one node.

    Attributes
    ----------
    id, label
        The node.
    likelihood
        P(what was said | state), one number per state.
    state
        The answer in words: ``present``, ``absent``, a state, or for virtual evidence the
        probabilities that were given.
    """

    id: str
    label: str
    likelihood: Likelihood
    state: str

    @property
    def presence(self) -> float:
        """How far the answer speaks for presence: 1 present, 0 absent, else in between."""
        return self.likelihood[-1] / sum(self.likelihood)


def read_answers(
    knowledge: Knowledge, names: Names, network: Network, said: Mapping[str, object]
) -> tuple[Answer, ...]:
    """Understand names and answers; what is unknown is left out.

    Parameters
    ----------
    knowledge, names, network
        What can be named and which states it has.
    said
        Answers by name. An answer is True or ``"present"``, False or ``"absent"``, None or
        ``"unknown"``, the name of a state, a probability (virtual evidence), or for a node
        with several states a mapping of states to probabilities. A group can be False:
        all of its members are absent.

    Raises
    ------
    UnknownNameError
        If a name is not known; says what looks like it.
    EvidenceError
        If an answer cannot be understood, or two answers contradict each other.
    """
    check_mapping(said)
    found: dict[str, Likelihood] = {}
    names_used: dict[str, str] = {}
    for name, answer in said.items():
        meaning = names.meaning(name, KINDS, WHERE)
        for id, now in _read_one(knowledge, network, name, meaning, answer):
            before = found.get(id)
            found[id] = now if before is None else _combine(names_used[id], name, before, now)
            names_used[id] = name
    ordered = sorted(found, key=lambda id: network.index[id])
    return tuple(
        Answer(
            id,
            knowledge.label(id),
            found[id],
            in_words(knowledge, network[id].states, id, found[id]),
        )
        for id in ordered
    )


def _read_one(
    knowledge: Knowledge, network: Network, name: str, meaning: Meaning, answer: object
) -> Iterator[tuple[str, Likelihood]]:
    """The nodes that one answer speaks of: one, or all members of a group ruled out."""
    if meaning.kind == "group":
        if says_no(answer):
            for member in knowledge.groups[meaning.id].members:
                yield member, (1.0, 0.0)
        elif not says_unknown(answer):
            message = (
                f"'{name}' is a group: as evidence it can be False (all of it absent) or None. "
                f"Got {shown(answer)}. Name the member that is present."
            )
            raise EvidenceError(message)
        return
    likelihood = likelihood_of(knowledge, network[meaning.id].states, name, meaning, answer)
    if likelihood is not None:
        yield meaning.id, likelihood


def check_mapping(said: object) -> None:
    """Refuse answers that are not given by name.

    Raises
    ------
    EvidenceError
        If they are not a mapping.
    """
    if not isinstance(said, Mapping):
        kind = type(said).__name__
        message = f"Answers must be a mapping such as {{'fever': False}}, got {kind}."
        raise EvidenceError(message)


def by_node(
    knowledge: Knowledge, names: Names, said: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """Answers sorted by the id of the node they speak of, each still under its own name.

    A group that is ruled out becomes an answer about each of its members.
    """
    check_mapping(said)
    sorted_out: dict[str, dict[str, object]] = {}
    for name, answer in said.items():
        meaning = names.meaning(name, KINDS, WHERE)
        if meaning.kind == "group":
            for member in knowledge.groups[meaning.id].members:
                sorted_out.setdefault(member, {})[member] = answer
        else:
            sorted_out.setdefault(meaning.id, {})[name] = answer
    return sorted_out


def evidence_of(answers: Iterable[Answer]) -> Evidence:
    """The answers as evidence for the engine."""
    return Evidence({answer.id: answer.likelihood for answer in answers})


def _combine(first: str, second: str, before: Likelihood, now: Likelihood) -> Likelihood:
    """Both answers about one node, if they can both be true.

    Saying the same thing twice counts once; ruling out several states adds up.
    """
    if before == now:
        return now
    both = tuple(a * b for a, b in zip(before, now, strict=True))
    certain = all(value in (0.0, 1.0) for value in (*before, *now))
    if not certain or not any(both):
        message = f"'{first}' and '{second}' speak of the same thing and disagree. Keep one."
        raise EvidenceError(message)
    return both
