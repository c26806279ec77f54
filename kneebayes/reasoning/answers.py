"""What a user says of a patient becomes evidence on nodes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np

from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge, Meaning, Names
from kneebayes.knowledge.names import fold
from kneebayes.network import Network

__all__ = [
    "KINDS",
    "WHERE",
    "Answer",
    "by_node",
    "check_mapping",
    "evidence_of",
    "read_answers",
    "says_no",
    "says_yes",
]

KINDS = ("finding", "context", "cause", "mediator", "group")
WHERE = "model.findings, model.contexts and model.causes"
PRESENT_WORDS = {"present", "yes", "true"}
ABSENT_WORDS = {"absent", "no", "false"}
UNKNOWN_WORDS = {"unknown", "not asked", "?"}


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
    likelihood: tuple[float, ...]
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
    found: dict[str, tuple[float, ...]] = {}
    names_used: dict[str, str] = {}
    for name, answer in said.items():
        meaning = names.meaning(name, KINDS, WHERE)
        for id, now in _read_one(knowledge, network, name, meaning, answer):
            before = found.get(id)
            found[id] = now if before is None else _combine(names_used[id], name, before, now)
            names_used[id] = name
    ordered = sorted(found, key=lambda id: network.index[id])
    return tuple(
        Answer(id, knowledge.label(id), found[id], _in_words(knowledge, network, id, found[id]))
        for id in ordered
    )


def _read_one(
    knowledge: Knowledge, network: Network, name: str, meaning: Meaning, answer: object
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The nodes that one answer speaks of: one, or all members of a group ruled out."""
    if meaning.kind == "group":
        if says_no(answer):
            for member in knowledge.groups[meaning.id].members:
                yield member, (1.0, 0.0)
        elif not says_unknown(answer):
            message = (
                f"'{name}' is a group: as evidence it can be False (all of it absent) or None. "
                f"Got {answer!r}. Name the member that is present."
            )
            raise EvidenceError(message)
        return
    likelihood = _likelihood(knowledge, network, name, meaning, answer)
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


def says_unknown(answer: object) -> bool:
    """Whether an answer is None, pandas' NA, or a word for unknown."""
    if isinstance(answer, str):
        return answer.strip() in UNKNOWN_WORDS or fold(answer) in UNKNOWN_WORDS
    return answer is None or _is_missing(answer)


def says_yes(answer: object) -> bool:
    """Whether an answer is True, or a word for it."""
    if isinstance(answer, str):
        return fold(answer) in PRESENT_WORDS
    return isinstance(answer, bool | np.bool_) and bool(answer)


def says_no(answer: object) -> bool:
    """Whether an answer is False, or a word for it."""
    if isinstance(answer, str):
        return fold(answer) in ABSENT_WORDS
    return isinstance(answer, bool | np.bool_) and not answer


def evidence_of(answers: Iterable[Answer]) -> Evidence:
    """The answers as evidence for the engine."""
    return Evidence({answer.id: answer.likelihood for answer in answers})


def _combine(
    first: str, second: str, before: tuple[float, ...], now: tuple[float, ...]
) -> tuple[float, ...]:
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


def _likelihood(
    knowledge: Knowledge, network: Network, name: str, meaning: Meaning, answer: object
) -> tuple[float, ...] | None:
    states = network[meaning.id].states
    if says_unknown(answer):
        return None
    if isinstance(answer, Mapping):
        return _from_mapping(knowledge, meaning.id, states, name, answer)
    if isinstance(answer, str):
        return _from_word(knowledge, meaning, states, name, answer)
    if not meaning.state:
        raise _not_understood(knowledge, meaning.id, name, answer)
    if isinstance(answer, bool | np.bool_):
        if fold(name) == fold(meaning.id) and _named_states(knowledge, meaning.id):
            raise _not_understood(knowledge, meaning.id, name, answer)
        return _state(states, meaning.state, 1.0 if answer else 0.0)
    if isinstance(answer, Real):
        value = float(answer)
        if math.isfinite(value) and 0.0 <= value <= 1.0:
            return _state(states, meaning.state, value)
    raise _not_understood(knowledge, meaning.id, name, answer)


def _is_missing(answer: object) -> bool:
    """Whether an answer is pandas' NA, without importing pandas."""
    return type(answer).__name__ in {"NAType", "NaTType"}


def _state(states: tuple[str, ...], state: str, probability: float) -> tuple[float, ...]:
    """Likelihood of each state when ``state`` was given a probability."""
    return tuple(probability if one == state else 1.0 - probability for one in states)


def _from_word(
    knowledge: Knowledge, meaning: Meaning, states: tuple[str, ...], name: str, answer: str
) -> tuple[float, ...]:
    word = fold(answer)
    by_name = _state_names(knowledge, meaning.id, states)
    if word in by_name:
        return _state(states, by_name[word], 1.0)
    if meaning.state and word in PRESENT_WORDS | ABSENT_WORDS:
        return _state(states, meaning.state, 1.0 if word in PRESENT_WORDS else 0.0)
    raise _not_understood(knowledge, meaning.id, name, answer)


def _from_mapping(
    knowledge: Knowledge, id: str, states: tuple[str, ...], name: str, answer: Mapping[str, object]
) -> tuple[float, ...]:
    by_name = _state_names(knowledge, id, states)
    values = dict.fromkeys(states, 0.0)
    for state, value in answer.items():
        known = isinstance(state, str) and fold(state) in by_name
        if not known or isinstance(value, bool) or not isinstance(value, Real):
            raise _not_understood(knowledge, id, name, dict(answer))
        values[by_name[fold(state)]] = float(value)
    likelihood = tuple(values.values())
    if not all(math.isfinite(one) and one >= 0.0 for one in likelihood) or not any(likelihood):
        raise _not_understood(knowledge, id, name, dict(answer))
    return likelihood


def _named_states(knowledge: Knowledge, id: str) -> Mapping[str, str]:
    """Own words for absent and present, such as gradual and sudden."""
    finding = knowledge.findings.get(id)
    return {} if finding is None else dict(finding.states)


def _state_names(knowledge: Knowledge, id: str, states: tuple[str, ...]) -> dict[str, str]:
    """All names of the states of a node, folded."""
    by_name = {fold(state): state for state in states}
    for state, word in _named_states(knowledge, id).items():
        by_name[fold(word)] = state
    context = knowledge.contexts.get(id)
    for one in context.states if context is not None else ():
        for word in (one.label, *one.aliases):
            by_name[fold(word)] = one.id
    return by_name


def _not_understood(knowledge: Knowledge, id: str, name: str, answer: object) -> EvidenceError:
    named = _named_states(knowledge, id)
    context = knowledge.contexts.get(id)
    if context is not None and context.states:
        words = ", ".join(f"'{state.label}'" for state in context.states)
        allowed = f"one of {words}, or a probability for each"
    elif named:
        allowed = " or ".join(f"'{word}'" for word in named.values()) + ", or a probability"
    else:
        allowed = "True (present), False (absent) or a probability between 0 and 1"
    message = f"'{name}' must be {allowed}. Got {answer!r}. Leave it out, or say None, if unknown."
    return EvidenceError(message)


def _in_words(
    knowledge: Knowledge, network: Network, id: str, likelihood: tuple[float, ...]
) -> str:
    states = network[id].states
    named = _named_states(knowledge, id)
    context = knowledge.contexts.get(id)
    labels = {state.id: state.label for state in context.states} if context is not None else {}
    words = [named.get(state, labels.get(state, state)) for state in states]
    possible = [word for word, value in zip(words, likelihood, strict=True) if value > 0.0]
    if len(possible) == 1:
        return possible[0]
    if len(states) == 2:
        return f"{words[1]} with probability {likelihood[1] / sum(likelihood):.2g}"
    if all(value in (0.0, 1.0) for value in likelihood):
        return "one of " + ", ".join(possible)
    shares = zip(words, likelihood, strict=True)
    return ", ".join(f"{word} {value / sum(likelihood):.2g}" for word, value in shares)
