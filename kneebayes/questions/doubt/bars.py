"""What moves one posterior most: single statements, whole words, or claims of the article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kneebayes.building import Elicited
from kneebayes.building.quantities import Quantities, Quantity, ends, quantities_of
from kneebayes.building.quantity_words import labelled, said_in_words
from kneebayes.building.restating import Restating
from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge import Knowledge
from kneebayes.network import Numbers

__all__ = ["OVER", "Bar", "Over", "bars_over"]

Over = Literal["numbers", "words", "claims"]
OVER: tuple[Over, ...] = ("numbers", "words", "claims")


@dataclass(frozen=True, slots=True)
class Bar:
    """How one posterior answers to one statement, word or claim.

    Attributes
    ----------
    about
        What is moved, in words.
    id
        Id of a claim; of a number or word what draws together.
    said
        The statement in words and numbers.
    statements
        How many statements move together.
    at_low, at_high
        The posterior with them at the low and the high ends of their intervals; NaN where
        no network has such priors.
    unsaid
        For a claim the posterior had it not been made; else NaN.
    """

    about: str
    id: str
    said: str
    statements: int
    at_low: float
    at_high: float
    unsaid: float

    def reach(self, posterior: float) -> float:
        """How far the posterior gets from where it is, at most."""
        ways = [abs(one - posterior) for one in (self.at_low, self.at_high, self.unsaid)]
        return max((one for one in ways if not np.isnan(one)), default=0.0)


@dataclass(frozen=True, slots=True)
class _Move:
    about: str
    id: str
    said: str
    at: tuple[int, ...]


def bars_over(
    engine: Engine,
    knowledge: Knowledge,
    elicited: Elicited,
    evidence: Evidence,
    cause: str,
    over: Over,
) -> tuple[float, tuple[Bar, ...]]:
    """The posterior of a cause, and how far statements move it, the furthest first.

    Everything not moved stays at its value; the priors hold in every network asked. A claim
    unsaid takes with it every number that names it as an origin, even beside others: a
    frequency becomes a link of 0, a risk ratio 1, a link solved from an evoking strength falls
    back on the frequency that is stated too, and a word for how common a cause is gives way to
    the published figure, or where there is none to the geometric mean of all words.

    Parameters
    ----------
    engine, knowledge, elicited
        The model.
    evidence
        What is known of the patient.
    cause
        Whose posterior.
    over
        What a bar is: a number, a word, or a claim.

    Raises
    ------
    KneebayesError
        If ``over`` is none of these.
    """
    if over not in OVER:
        allowed = ", ".join(f"'{one}'" for one in OVER)
        message = f"A tornado is drawn over one of {allowed}, got {over!r}."
        raise KneebayesError(message)
    quantities = quantities_of(knowledge, elicited, engine)
    restating = Restating(engine, knowledge, quantities, [*evidence, cause])
    lexicon = knowledge.lexicons[elicited.lexicon]
    words = [one.value for one in lexicon.commonness.values()]
    neutral = float(np.exp(np.mean(np.log(words))))
    moves = [
        one
        for one in _moves(knowledge, quantities, over)
        if any(quantities.all[at].node in restating.relevant for at in one.at)
    ]
    rows = [quantities.values]
    for move in moves:
        rows += [ends(quantities, move.at, "low"), ends(quantities, move.at, "high")]
        if over == "claims":
            rows.append(_unsaid(knowledge, quantities, move.at, neutral))
    answers = _ask(restating, np.array(rows), evidence, cause)
    each = answers[1:].reshape(len(moves), -1) if moves else np.empty((0, 2))
    bars = [
        Bar(
            move.about,
            move.id,
            move.said,
            len(move.at),
            float(found[0]),
            float(found[1]),
            float(found[2]) if over == "claims" else float("nan"),
        )
        for move, found in zip(moves, each, strict=True)
    ]
    posterior = float(answers[0])
    bars.sort(key=lambda bar: (-bar.reach(posterior), bar.about))
    return posterior, tuple(bars)


def _ask(restating: Restating, rows: Numbers, evidence: Evidence, cause: str) -> Numbers:
    restated = restating.restate(rows)
    answers = np.full(len(rows), np.nan)
    numbers = restated.numbers[restated.held]
    told = restating.engine.propagate_each([evidence], [cause], numbers)
    found = np.where(told.log_probability > -np.inf, told.marginals[cause][:, 1], np.nan)
    answers[restated.held] = found
    return answers


def _moves(knowledge: Knowledge, quantities: Quantities, over: Over) -> Iterator[_Move]:
    if over == "claims":
        yield from _claims(knowledge, quantities)
        return
    if over == "numbers":
        for at, one in enumerate(quantities.all):
            if _is_open(one):
                about = labelled(knowledge, one)
                yield _Move(
                    about, f"{one.kind}: {one.parent} {one.node}", _said(knowledge, one), (at,)
                )
        return
    for at, word in enumerate(quantities.words):
        places = [int(one) for one in np.flatnonzero(quantities.word_of == at)]
        places = [one for one in places if _is_open(quantities.all[one])]
        if places:
            first = quantities.all[places[0]]
            direction, _, said = word.partition(": ")
            shared = f"'{said}' ({direction})" if said else labelled(knowledge, first)
            yield _Move(shared, word, _said(knowledge, first), tuple(places))


def _claims(knowledge: Knowledge, quantities: Quantities) -> Iterator[_Move]:
    for claim in knowledge.claims.values():
        places = [at for at, one in enumerate(quantities.all) if claim.id in one.because]
        if places:
            yield _Move(
                claim.statement, claim.id, _spoken(knowledge, quantities, places), tuple(places)
            )


def _spoken(knowledge: Knowledge, quantities: Quantities, places: Iterable[int]) -> str:
    said = dict.fromkeys(said_in_words(knowledge, quantities.all[at]) for at in places)
    return ", ".join(said)


def _is_open(one: Quantity) -> bool:
    return one.interval.low < one.interval.high


def _said(knowledge: Knowledge, one: Quantity) -> str:
    interval = one.interval
    numbers = f"{interval.low:.2g} to {interval.high:.2g}, value {interval.value:.2g}"
    return f"{said_in_words(knowledge, one)}: {numbers}" if isinstance(one.said, str) else numbers


def _unsaid(
    knowledge: Knowledge, quantities: Quantities, places: Sequence[int], neutral: float
) -> Numbers:
    amounts = quantities.values
    for at in places:
        one = quantities.all[at]
        amounts[at] = np.nan
        if one.kind == "prior":
            published = knowledge.causes[one.node].commonness.published
            amounts[at] = neutral if published is None else sum(published) / 2.0
    return amounts
