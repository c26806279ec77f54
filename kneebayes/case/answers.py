"""What a user says of a patient, or a row of a table, becomes evidence on nodes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any, cast

import numpy as np

from kneebayes.binding import pd
from kneebayes.building.model import ModelData
from kneebayes.errors import MOST_NAMES, EvidenceError, UnknownNameError
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge, Meaning, Names
from kneebayes.network import Network
from kneebayes.text import MINUS, NEGATIONS, clipped, either, fold, shown

Likelihood = tuple[float, ...]

PLUSES, DASHES = {"+", "++", "+++"}, {"-", "--", "---", "\u2013", "\u2014"}
PRESENT_WORDS = {"present", "yes", "y", "true", "positive", "pos", *PLUSES}
ABSENT_WORDS = {"absent", "no", "n", "false", "negative", "neg", "denied", "denies"}
# a lone dash may be "negative" or "not asked"; as unknown it weighs nothing
UNKNOWN_WORDS = {"?", "??", ".", "unk", "unknown", "missing", *DASHES}
UNKNOWN_WORDS |= {"n a", "n.a.", "na", "not asked", "not known", "not done", "not tested"}
UNKNOWN_WORDS |= {"not recorded", "not documented", "not assessed", "not applicable", "null"}
PERHAPS = "a number between 0 and 1 (perhaps: 0.7 speaks 7 to 3 for {})"
OPEN = "Leave it out, or say None, if unknown."
EMPTY = {"", "na", "nan", "<na>", "null"}


def by_name(answers: object) -> Mapping[str, Any]:
    """Answers by name; of a row of a DataFrame, every cell as an answer.

    Examples
    --------
    >>> import pandas as pd
    >>> by_name(pd.Series({"fever": "no", "lump": None, "stiffness": "0.7"}, dtype=object))
    {'fever': 'no', 'lump': None, 'stiffness': 0.7}
    """
    if isinstance(answers, Mapping):
        return answers
    if type(answers).__name__ == "Series":  # of pandas, which is not imported for a mapping
        row = cast("pd.Series", answers)
        return once((cast("str", name), spoken(cell)) for name, cell in row.items())
    kind = type(answers).__name__
    message = f"Answers must be a mapping such as {{'fever': False}}, or a row, got {kind}."
    raise EvidenceError(message)


def once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Answers as a mapping; a name given twice must be given the same answer, or none.

    Examples
    --------
    >>> once([("fever", None), ("fever", True), ("age", 67), ("fever", True)])
    {'fever': True, 'age': 67}
    """
    answers: dict[str, object] = {}
    for name, answer in pairs:
        before = answers.get(name)
        if says_unknown(before):
            answers[name] = answer
        elif not says_unknown(answer) and not np.all(answer == before):
            message = f"'{name}' was answered twice: {shown(before)} and {shown(answer)}. Keep one."
            raise EvidenceError(message)
    return answers


def spoken(cell: object) -> object:
    """A cell as an answer.

    A table has two ways of speaking that a patient's answers do not have: an empty cell (NaN
    or no text) is unknown, and a number may be written as text.

    Examples
    --------
    >>> spoken("0.7"), spoken(""), spoken(float("nan")), spoken("yes"), spoken(True)
    (0.7, None, None, 'yes', True)
    """
    if isinstance(cell, str):
        text = cell.strip()
        if text.casefold() in EMPTY:
            return None
        try:
            return float(text)
        except ValueError:
            return cell
    return None if isinstance(cell, float | np.floating) and math.isnan(cell) else cell


KINDS = ("finding", "context", "cause", "mediator", "group")
WHERE = "model.search('...'), model.findings, model.contexts and model.causes"
OLDEST = 120  # years
NUMBER = re.compile(
    r"\s*[+-]?((\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)\s*", re.IGNORECASE
)
WHOLE = re.compile(r"\s*[+-]?\d+(_\d+)*\s*")
YEARS = re.compile(r"(?<=\d)\s*(years?( old)?|yrs?|y(/?o)?)\s*$", re.IGNORECASE)
DECADE = re.compile(r"\s*(\d)0s\s*")  # "70s": its middle, 75
PERIOD = re.compile(r"\s*P(\d+)Y(?:\d+M)?(?:\d+D)?\s*", re.IGNORECASE)  # ISO 8601: P67Y
PREFIXES = ("non", "un", "a")  # such as "afebrile"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer about one node."""

    id: str
    label: str
    #: P(what was said | state), one number per state; only their ratios count
    likelihood: Likelihood
    #: the answer in words: ``present``, ``absent``, a state, or "perhaps" with its weights
    state: str

    @property
    def presence(self) -> float:
        """How far the answer speaks for presence: 1 present, 0 absent, else in between."""
        return self.likelihood[-1] / sum(self.likelihood)

    @property
    def is_uncertain(self) -> bool:
        """Whether it was said that a finding is perhaps there."""
        return len(self.likelihood) == 2 and 0.0 < self.presence < 1.0


def read_answers(data: ModelData, given_answers: object) -> tuple[Answer, ...]:
    """Translate names and answers into likelihoods of nodes; unknown answers are left out.

    An answer is True or ``"present"``, False or ``"absent"``, None or ``"unknown"``, the name of a
    state, a number between 0 and 1 ("perhaps": 0.7 speaks 7 to 3 for it, and is not the
    probability that it is there), or for a node with several states a mapping of states to
    weights. A group can be False: all of its members are absent.

    Raises
    ------
    UnknownNameError
        If a name is not known; the message has all such names, and what looks like each.
    EvidenceError
        If an answer cannot be understood, or two answers contradict each other.
    """
    _, answers = read_in_order(data, given_answers)
    return tuple(sorted(answers, key=lambda answer: data.network.index[answer.id]))


def read_in_order(data: ModelData, answers: object) -> tuple[tuple[str, ...], tuple[Answer, ...]]:
    """Ids of all nodes that were spoken of, and the answers in the order in which they were said.

    What is said to be unknown is spoken of, but no answer. Errors are those of
    :func:`read_answers`.
    """
    knowledge, network = data.knowledge, data.network
    by_names = by_name(answers)
    likelihoods: dict[str, Likelihood | None] = {}
    names_used: dict[str, str] = {}
    for name, meaning in _meanings(data.names, by_names).items():
        for id, now in _read_one(knowledge, network, name, meaning, by_names[name]):
            before = likelihoods.setdefault(id, None)
            if now is not None:
                both = now if before is None else _combine(names_used[id], name, before, now)
                likelihoods[id], names_used[id] = both, name
    pairs = ((id, likely) for id, likely in likelihoods.items() if likely is not None)
    return tuple(likelihoods), tuple(answer_of(data, id, likely) for id, likely in pairs)


def answer_of(data: ModelData, id: str, likelihood: Likelihood) -> Answer:
    """An answer about a node, with its label and in words."""
    knowledge, states = data.knowledge, data.network[id].states
    label = knowledge.label(knowledge.cause_of(id) or id)
    return Answer(id, label, likelihood, _in_words(knowledge, states, id, likelihood))


def _meanings(names: Names, named: Iterable[str]) -> dict[str, Meaning]:
    """What each name means; all unknown names are in one error."""
    meanings: dict[str, Meaning] = {}
    unknown: list[UnknownNameError] = []
    for name in named:
        if len(unknown) >= MOST_NAMES and not names.has(name, KINDS):
            unknown.append(UnknownNameError(f"No name '{clipped(str(name))}'.", str(name)))
            continue  # to look for what resembles each of very many would take long
        try:
            meanings[name] = meaning_of(names, name)
        except UnknownNameError as error:
            unknown.append(error)
    if unknown:
        raise unknown[0].along_with(unknown[1:]) if len(unknown) > 1 else unknown[0]
    return meanings


def _read_one(
    knowledge: Knowledge, network: Network, name: str, meaning: Meaning, answer: object
) -> Iterator[tuple[str, Likelihood | None]]:
    """The nodes that an answer speaks of: one, or all members of a group ruled out."""
    if meaning.kind == "group":
        if not says_no(answer) and not says_unknown(answer):
            message = (
                f"'{name}' is a group: as evidence it can be False (all of it absent) or None. "
                f"Got {shown(answer)}. Name the member that is present."
            )
            raise EvidenceError(message)
        ruled_out = (1.0, 0.0) if says_no(answer) else None
        for member in knowledge.groups[meaning.id].members:
            yield knowledge.there[member], ruled_out
        return
    answer = _in_years(knowledge, name, meaning, answer)
    yield (
        knowledge.there.get(meaning.id, meaning.id),  # a cause that is named is there
        likelihood_of(knowledge, network[meaning.id].states, name, meaning, answer),
    )


def _in_years(knowledge: Knowledge, name: str, meaning: Meaning, answer: object) -> object:
    """Digits in text as the number they are, where the states of a node are spans of years.

    An age that nobody has is refused, and so is a fraction below 1: it may mean "perhaps".
    """
    states = knowledge.states_of(meaning.id)
    if meaning.state or not any(state.below for state in states) or isinstance(answer, bool):
        return answer
    if says_unknown(answer):
        return answer
    years = _number(DECADE.sub(r"\g<1>5", answer)) if isinstance(answer, str) else answer
    if not isinstance(years, Real | Decimal):
        return answer
    age = _as_float(years)
    if not 0.0 <= age <= OLDEST or 0.0 < age < 1.0:
        words = ", ".join(f"'{state.label}'" for state in states)
        message = (
            f"'{name}' must be one of {words}, a weight for each, or years from 0 (the first year) "
            f"to {OLDEST}, such as 67. Got {shown(answer)}. {OPEN}"
        )
        raise EvidenceError(message)
    return years


def _as_float(number: Real | Decimal) -> float:
    """A number as a float; infinite where it is too large for one, or no number."""
    try:
        return float(number)
    except (OverflowError, ValueError):
        return math.inf


def _number(text: str) -> int | float | None:
    """The number that a text is, if it is one; "67 years" is 67."""
    text = YEARS.sub("", PERIOD.sub(r"\1", text))
    if NUMBER.fullmatch(text) is None:  # not int(text) and seeing: that may lose an interrupt
        return None
    return int(text) if len(text) < 300 and WHOLE.fullmatch(text) else float(text)


def meaning_of(names: Names, name: object) -> Meaning:
    """What a name means; the error about a denied name says which answers were likely meant."""
    try:
        return names.meaning(name, KINDS, WHERE)
    except UnknownNameError as error:
        meant = _meant(names, name) if isinstance(name, str) else []
        if not meant:
            raise
        choices = either([f"{{{id!r}: {answer!r}}}" for id, answer in meant], quote="")
        what = "that it is absent" if meant[0][1] is False else "this"
        message = f"{error.start} To say {what}: {choices}. See {WHERE}."
        near = tuple(dict.fromkeys(id for id, _ in meant))
        raise UnknownNameError(message, error.name, near, error.start, meant) from None


def _meant(names: Names, name: str) -> list[tuple[str, object]]:
    """The answers that ``fever=no``, ``age=67``, ``fever (-)`` or ``afebrile`` mean."""
    if MINUS in fold(name):
        subject = fold(name).replace(MINUS, "").strip(" =")
        doubtful = "+" in name or not NEGATIONS.isdisjoint(subject.split())
        return [] if doubtful else [(meant, False) for meant in _known_or_like(names, subject)]
    for sign in ("=", ":", " "):
        subject, _, text = name.strip().rpartition(sign)
        subject, text = subject.strip(), text.strip()
        answer = _answer(text)
        if not subject or not text or (sign == " " and answer is text):
            continue
        if near := _known_or_like(names, subject):
            return [(meaning, answer) for meaning in near]
    if any(word in NEGATIONS for like in names.like(name, KINDS) for word in fold(like).split()):
        return []  # what looks like it denies the same
    words = name.split()
    remaining = [word for word in words if fold(word) not in NEGATIONS]
    if remaining and len(remaining) < len(words):
        ends = NEGATIONS & {fold(words[0]), fold(words[-1])}
        meanings = _known_or_like(names, " ".join(remaining))
        return [(meaning, False) for meaning in meanings] if ends else []
    for prefix in PREFIXES:
        if name.casefold().startswith(prefix) and names.has(name.strip()[len(prefix) :], KINDS):
            return [(name.strip()[len(prefix) :].lstrip("- "), False)]
    return []


def _answer(text: str) -> object:
    """An answer as Python would say it; the text itself where it is none."""
    if says_yes(text) or says_no(text):
        return says_yes(text)
    number = _number(text)
    return text if number is None else number


def _known_or_like(names: Names, name: str) -> list[str]:
    """The name itself if it is known, otherwise what looks like it."""
    return [name] if names.has(name, KINDS) else names.like(name, KINDS)


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


# one answer about one node becomes a likelihood over its states


def says_unknown(answer: object) -> bool:
    """Whether an answer is None, NaN, pandas' NA, or a word for unknown."""
    if isinstance(answer, str):
        return answer.strip().casefold() in UNKNOWN_WORDS or fold(answer) in UNKNOWN_WORDS
    if isinstance(answer, Decimal):
        return answer.is_nan()
    if isinstance(answer, float | np.floating | np.datetime64):
        return bool(np.isnan(answer))
    return answer is None or type(answer).__name__ in {"NAType", "NaTType"}  # of pandas


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
    knowledge: Knowledge, states: tuple[str, ...], name: str, meaning: Meaning, answer: object
) -> Likelihood | None:
    """P(the answer | state) for each state of a node, or None where it says nothing."""
    if says_unknown(answer):
        return None
    likelihood = _understood(knowledge, states, name, meaning, answer)
    if likelihood is None:
        raise _not_understood(knowledge, meaning.id, name, answer)
    return likelihood


def _understood(
    knowledge: Knowledge, states: tuple[str, ...], name: str, meaning: Meaning, answer: object
) -> Likelihood | None:
    """The same; None where it is not one that the node can take."""
    if isinstance(answer, Mapping):
        return _from_mapping(_state_names(knowledge, meaning.id, states), states, answer)
    if isinstance(answer, str):
        word, by_name = fold(answer), _state_names(knowledge, meaning.id, states)
        if word in by_name:
            return _state(states, by_name[word], 1.0)
        known = meaning.state and word in PRESENT_WORDS | ABSENT_WORDS
        return _state(states, meaning.state, float(word in PRESENT_WORDS)) if known else None
    if not meaning.state:
        state = _state_of_number(knowledge, meaning.id, answer)
        return None if state is None else _state(states, state, 1.0)
    if isinstance(answer, bool | np.bool_):
        has_words = fold(name) == fold(meaning.id) and _named_states(knowledge, meaning.id)
        return None if has_words else _state(states, meaning.state, float(answer))
    value = _as_float(answer) if isinstance(answer, Real | Decimal) else math.nan
    return _state(states, meaning.state, value) if 0.0 <= value <= 1.0 else None


def _state(states: tuple[str, ...], state: str, weight: float) -> Likelihood:
    """Likelihood of each state when ``weight`` speaks for ``state``, and the rest against it."""
    return tuple(weight if other == state else 1.0 - weight for other in states)


def _from_mapping(
    by_name: Mapping[str, str], states: tuple[str, ...], answer: Mapping[str, object]
) -> Likelihood | None:
    weights: dict[str, float] = {}
    for state, value in answer.items():
        known = isinstance(state, str) and fold(state) in by_name
        if not known or isinstance(value, bool) or not isinstance(value, Real | Decimal):
            return None
        weight = _as_float(value)
        if weights.setdefault(by_name[fold(state)], weight) != weight:
            return None
    if len(weights) == 1:  # states left out are not impossible, unless this one is certain
        [(state, value)] = weights.items()
        clear = value == 1.0 or (0.0 <= value < 1.0 and len(states) <= 2)
        return _state(states, state, value) if clear else None
    likelihood = tuple(weights.get(state, 0.0) for state in states)
    sound = all(math.isfinite(weight) and weight >= 0.0 for weight in likelihood)
    if not sound or not any(likelihood):
        return None
    largest = max(1.0, *likelihood)  # none is more than certain; only their ratios count
    return tuple(weight / largest for weight in likelihood)


def _state_of_number(knowledge: Knowledge, id: str, answer: object) -> str | None:
    """The state that a number such as an age falls in, where the states have bounds."""
    if isinstance(answer, bool) or not isinstance(answer, Real | Decimal):
        return None
    for state in knowledge.states_of(id):
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
    for other in knowledge.states_of(id):
        for word in (other.label, *other.aliases):
            by_name[fold(word)] = other.id
    return by_name


def _not_understood(knowledge: Knowledge, id: str, name: str, answer: object) -> EvidenceError:
    named = _named_states(knowledge, id)
    if own := knowledge.states_of(id):
        words = ", ".join(f"'{state.label}'" for state in own)
        has_years = any(state.below for state in own)  # sorted into the states
        more = "a weight for each, or years, such as 67"
        allowed = f"one of {words}, {more if has_years else 'or a weight for each'}"
    elif named:
        perhaps = PERHAPS.format(f"'{named['present']}'")
        allowed = " or ".join(f"'{word}'" for word in named.values()) + f", or {perhaps}"
    else:
        allowed = f"True (present), False (absent) or {PERHAPS.format('it')}"
    given = dict(answer) if isinstance(answer, Mapping) else answer
    return EvidenceError(f"'{name}' must be {allowed}. Got {shown(given)}. {OPEN}")


def _in_words(
    knowledge: Knowledge, states: tuple[str, ...], id: str, likelihood: Likelihood
) -> str:
    """An answer in words: a state, or how the likelihoods that were given compare."""
    labels = {state.id: state.label for state in knowledge.states_of(id)}
    words = [{**labels, **_named_states(knowledge, id)}.get(state, state) for state in states]
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
