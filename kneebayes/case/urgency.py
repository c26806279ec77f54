"""What to do, as the source says: urgency, which follows from signs, and care.

Urgency never follows from a probability, and care is never advice of our own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kneebayes.case.answers import Answer
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import Cause, Group

LEVELS = ("routine", "soon", "now")  # the calmest first
POSSIBLE = 0.25  # an uncertain sign counts from this answer on, 1 to 3 for it: caution first
SIGNS = 4  # named where there is room for a line
PROBABLE = 0.2  # P(an urgent cause explains it) from which on this is said beside the signs


@dataclass(frozen=True, slots=True)
class UrgencyReason:
    """A rule that fired."""

    level: str  #: ``now`` or ``soon``
    text: str
    signs: tuple[str, ...]  #: labels of those that made it fire
    because: tuple[str, ...]  #: the claims and references that the rule rests on

    def __str__(self) -> str:
        return f"{self.text} ({', '.join(self.signs)}; {', '.join(self.because)})"


@dataclass(frozen=True, slots=True)
class Urgency:
    """What the source says to do, whatever the posterior says."""

    level: str  #: ``now``, ``soon`` or ``routine``
    reasons: tuple[UrgencyReason, ...]  #: the rules that fired, the most urgent first
    advice: str  #: the level as a sentence
    #: labels of what was left to look at and, if it is so, calls for more than the signs do
    to_look_at: tuple[str, ...] = ()

    @property
    def left_open(self) -> str:
        """What was left to look at as a sentence; empty where nothing of it would be urgent."""
        sentence = f"Left to look at, and urgent if so: {', '.join(self.to_look_at)}."
        return sentence if self.to_look_at else ""

    @property
    def in_short(self) -> str:
        """The advice and the first signs that call for it, in a line; empty if none does."""
        called = [why for why in self.reasons if why.level == self.level]
        signs = list(dict.fromkeys(sign for why in called for sign in why.signs))
        more = [f"{len(signs) - SIGNS} more"] if len(signs) > SIGNS else []
        sentence = f"{self.advice} Signs: {', '.join(signs[:SIGNS] + more)}." if signs else ""
        return " ".join(filter(None, (sentence, self.left_open)))

    def __str__(self) -> str:
        if not self.reasons:
            return self.advice
        return f"{self.advice} " + "; ".join(str(reason) for reason in self.reasons)


def judge_urgency(
    knowledge: Knowledge, answers: Iterable[Answer], to_look_at: Collection[str] = ()
) -> Urgency:
    """Apply every rule to the signs that are present or may be.

    An uncertain answer counts from 0.25 on. So does an even one, which weighs nothing: whoever
    says "perhaps" of an urgent sign should be told. What was left ``to_look_at`` changes nothing;
    it is told where it would call for more.
    """
    present = dict(_present(knowledge, answers))
    fired = [
        UrgencyReason(rule.level, rule.reason, tuple(present[id] for id in signs), rule.because)
        for rule in knowledge.urgency
        if (signs := rule.met_by(present.__contains__))
    ]
    reasons = tuple(sorted(fired, key=lambda reason: reason.level != "now"))
    level = reasons[0].level if reasons else "routine"
    to_look = _left_open(knowledge, present, to_look_at, level)
    return Urgency(level, reasons, getattr(knowledge.meta.advice, level), tuple(to_look))


def _left_open(
    knowledge: Knowledge, present: Collection[str], open: Collection[str], level: str
) -> Iterator[str]:
    """Labels of what is open and would call for more: what it might put aside counts as not so."""
    counting: set[str] = set()
    for rule in knowledge.urgency:
        if LEVELS.index(rule.level) > LEVELS.index(level):
            holds = {*present, *(name for name in open if name not in rule.none_of)}
            counting.update(rule.met_by(holds.__contains__))
    for name in dict.fromkeys(open):
        if name in counting and name not in present:
            id, _, state_id = name.partition(".")
            states = [state.label for state in knowledge.states_of(id) if state.id == state_id]
            yield ": ".join([knowledge.label(id), *states])


def _present(knowledge: Knowledge, answers: Iterable[Answer]) -> Iterator[tuple[str, str]]:
    """What is present or may be, by the name that rules have for it, as it is told."""
    for answer in answers:
        id = knowledge.cause_of(answer.id) or answer.id
        signs = [(id, answer.label, answer.presence)]
        if states := knowledge.states_of(id):
            whole = sum(answer.likelihood)
            signs = [
                (f"{id}.{state.id}", f"{answer.label}: {state.label}", likely / whole)
                for state, likely in zip(states, answer.likelihood, strict=True)
            ]
        for name, label, share in signs:
            if share >= POSSIBLE:
                yield name, label if share == 1.0 else f"{label}, perhaps"


LIKELY = 0.2  # P(it explains the complaint) from which on the care of a cause or group is told


@dataclass(frozen=True, slots=True)
class CareLine:
    """One sentence of the source about care."""

    about: str  #: label of the cause or group; empty for the complaint, whatever explains it
    probability: float  #: P(it, or one of them, explains the complaint); 1 for the complaint
    text: str
    because: tuple[str, ...]  #: the claims that it rests on


def care_of(
    knowledge: Knowledge,
    answers: Iterable[Answer],
    level: str,
    groups: Mapping[str, float],
    causes: Mapping[str, float],
) -> tuple[CareLine, ...]:
    """Care of the complaint, then of each group and cause that probably explains it.

    ``groups`` and ``causes`` have P(it explains the complaint) by id. What may be done at home in
    the meantime is left out where the signs call for help now, and any sentence where something
    that it is not for is present or may be.
    """
    present = dict(_present(knowledge, answers))
    ranked = sorted(groups, key=lambda id: -groups[id])
    records: list[tuple[Cause | Group, float]] = [
        *((knowledge.groups[id], groups[id]) for id in ranked),
        *((knowledge.causes[id], share) for id, share in causes.items()),
    ]
    at_home = () if level == "now" else knowledge.meta.care
    likely = [(record.label, share, record.care) for record, share in records if share >= LIKELY]
    return tuple(
        CareLine(about, share, care.text, care.because)
        for about, share, cares in [("", 1.0, at_home), *likely]
        for care in cares
        if present.keys().isdisjoint(care.not_for)
    )
