"""One answer about one node becomes a likelihood over its states."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real

import numpy as np

from kneebayes.errors import EvidenceError
from kneebayes.knowledge import Knowledge, Meaning
from kneebayes.text import fold, shown

Likelihood = tuple[float, ...]

PRESENT_WORDS = {"present", "yes", "y", "true", "positive", "pos", "+", "++", "+++"}
ABSENT_WORDS = {"absent", "no", "n", "false", "negative", "neg", "denied", "denies"}
# a lone dash may be "negative" or "not asked"; as unknown it weighs nothing
UNKNOWN_WORDS = {"?", "??", "-", "--", "---", "\u2013", "\u2014", ".", "unk", "unknown", "missing"}
UNKNOWN_WORDS |= {"n a", "n.a.", "na", "not asked", "not known", "not done", "not tested"}
UNKNOWN_WORDS |= {"not recorded", "not documented", "not assessed", "not applicable", "null"}
OPEN = "Leave it out, or say None, if unknown."


def says_unknown(answer: object) -> bool:
    """Whether an answer is None, NaN, pandas' NA, or a word for unknown."""
    if isinstance(answer, str):
        return answer.strip().casefold() in UNKNOWN_WORDS or fold(answer) in UNKNOWN_WORDS
    if isinstance(answer, float | np.floating):
        return bool(np.isnan(answer))
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


def likelihood_of(
    knowledge: Knowledge,
    states: tuple[str, ...],
    name: str,
    meaning: Meaning,
    answer: object,
) -> Likelihood | None:
    """P(the answer | state) for each state of a node, or None where it says nothing.

    Raises
    ------
    EvidenceError
        If the answer is not one that the node can take; says which are.
    """
    if says_unknown(answer):
        return None
    if isinstance(answer, Mapping):
        return _from_mapping(knowledge, meaning.id, states, name, answer)
    if isinstance(answer, str):
        return _from_word(knowledge, meaning, states, name, answer)
    if not meaning.state:
        if (state := _state_of_number(knowledge, meaning.id, answer)) is not None:
            return _state(states, state, 1.0)
        raise _not_understood(knowledge, meaning.id, name, answer)
    if isinstance(answer, bool | np.bool_):
        if fold(name) == fold(meaning.id) and _named_states(knowledge, meaning.id):
            raise _not_understood(knowledge, meaning.id, name, answer)
        return _state(states, meaning.state, 1.0 if answer else 0.0)
    if isinstance(answer, Real):
        value = _as_float(answer)
        if math.isfinite(value) and 0.0 <= value <= 1.0:
            return _state(states, meaning.state, value)
    raise _not_understood(knowledge, meaning.id, name, answer)


def _as_float(number: Real) -> float:
    """A number as a float; infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _is_missing(answer: object) -> bool:
    """Whether an answer is pandas' NA, without importing pandas."""
    return type(answer).__name__ in {"NAType", "NaTType"}


def _state(states: tuple[str, ...], state: str, probability: float) -> Likelihood:
    """Likelihood of each state when ``state`` was given a probability."""
    return tuple(probability if other == state else 1.0 - probability for other in states)


def _from_word(
    knowledge: Knowledge, meaning: Meaning, states: tuple[str, ...], name: str, answer: str
) -> Likelihood:
    word = fold(answer)
    by_name = _state_names(knowledge, meaning.id, states)
    if word in by_name:
        return _state(states, by_name[word], 1.0)
    if meaning.state and word in PRESENT_WORDS | ABSENT_WORDS:
        return _state(states, meaning.state, 1.0 if word in PRESENT_WORDS else 0.0)
    raise _not_understood(knowledge, meaning.id, name, answer)


def _from_mapping(
    knowledge: Knowledge, id: str, states: tuple[str, ...], name: str, answer: Mapping[str, object]
) -> Likelihood:
    by_name = _state_names(knowledge, id, states)
    weights: dict[str, float] = {}
    for state, value in answer.items():
        known = isinstance(state, str) and fold(state) in by_name
        if not known or isinstance(value, bool) or not isinstance(value, Real):
            raise _not_understood(knowledge, id, name, dict(answer))
        weights[by_name[fold(state)]] = _as_float(value)
    if (
        len(weights) == 1
    ):  # states left out must not count as impossible, unless this one is certain
        [(state, value)] = weights.items()
        if not 0.0 <= value <= 1.0 or (value < 1.0 and len(states) > 2):
            raise _not_understood(knowledge, id, name, dict(answer))
        return _state(states, state, value)
    likelihood = tuple(weights.get(state, 0.0) for state in states)
    if not all(math.isfinite(weight) and weight >= 0.0 for weight in likelihood) or not any(
        likelihood
    ):
        raise _not_understood(knowledge, id, name, dict(answer))
    return likelihood


def _state_of_number(knowledge: Knowledge, id: str, answer: object) -> str | None:
    """The state that a number such as an age falls in, where the states have bounds."""
    context = knowledge.contexts.get(id)
    if context is None or isinstance(answer, bool) or not isinstance(answer, Real):
        return None
    for state in context.states:
        if state.below is not None and 0.0 <= _as_float(answer) < state.below:
            return state.id
    return None


def _named_states(knowledge: Knowledge, id: str) -> Mapping[str, str]:
    """Own words for absent and present, such as gradual and sudden."""
    finding = knowledge.findings.get(id)
    return {} if finding is None else {str(state): word for state, word in finding.states.items()}


def _state_names(knowledge: Knowledge, id: str, states: tuple[str, ...]) -> dict[str, str]:
    """All names of the states of a node, folded."""
    by_name = {fold(state): state for state in states}
    for state, word in _named_states(knowledge, id).items():
        by_name[fold(word)] = state
    context = knowledge.contexts.get(id)
    for other in context.states if context is not None else ():
        for word in (other.label, *other.aliases):
            by_name[fold(word)] = other.id
    return by_name


def _not_understood(knowledge: Knowledge, id: str, name: str, answer: object) -> EvidenceError:
    named = _named_states(knowledge, id)
    context = knowledge.contexts.get(id)
    if context is not None and context.states:
        words = ", ".join(f"'{state.label}'" for state in context.states)
        allowed = f"one of {words}, or a probability for each"
        if any(state.below for state in context.states):  # years are sorted into the states
            allowed = f"one of {words}, a probability for each, or years, such as 67"
    elif named:
        allowed = " or ".join(f"'{word}'" for word in named.values()) + ", or a probability"
    else:
        allowed = "True (present), False (absent) or a probability between 0 and 1"
    message = f"'{name}' must be {allowed}. Got {shown(answer)}. {OPEN}"
    return EvidenceError(message)


def in_words(knowledge: Knowledge, states: tuple[str, ...], id: str, likelihood: Likelihood) -> str:
    """An answer in words: a state, or how the likelihoods that were given compare."""
    named = _named_states(knowledge, id)
    context = knowledge.contexts.get(id)
    labels = {state.id: state.label for state in context.states} if context is not None else {}
    words = [named.get(state, labels.get(state, state)) for state in states]
    possible = [word for word, value in zip(words, likelihood, strict=True) if value > 0.0]
    if len(possible) == 1:
        return possible[0]
    if len(states) == 2:
        return f"perhaps {words[1]} ({_weighed(likelihood[1] / sum(likelihood))})"
    if all(value in (0.0, 1.0) for value in likelihood):
        return "one of " + ", ".join(possible)
    shares = zip(words, likelihood, strict=True)
    return ", ".join(f"{word} {value:.2g}" for word, value in shares)


def _weighed(share: float) -> str:
    """How an uncertain answer weighs for presence."""
    if share == 0.5:
        return "even, weighs nothing"
    return f"{share:.2g} to {1.0 - share:.2g}"
