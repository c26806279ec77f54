"""Urgency follows from signs, never from a probability."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kneebayes.case.answers import Answer
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import UrgencyRule

__all__ = ["Urgency", "UrgencyReason", "judge_urgency"]

POSSIBLE = 0.25  # an uncertain sign counts from this probability on: caution first


@dataclass(frozen=True, slots=True)
class UrgencyReason:
    """One rule that fired, with the signs that made it fire.

    Attributes
    ----------
    level
        ``now`` or ``soon``.
    text
        The reason in words.
    signs
        Labels of the signs.
    because
        Claims and references that the rule rests on.
    """

    level: str
    text: str
    signs: tuple[str, ...]
    because: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.text} ({', '.join(self.signs)}; {', '.join(self.because)})"


@dataclass(frozen=True, slots=True)
class Urgency:
    """What the source says to do, whatever the posterior says.

    Attributes
    ----------
    level
        ``now``, ``soon`` or ``routine``.
    reasons
        The rules that fired, the most urgent first.
    advice
        The level as a sentence.
    """

    level: str
    reasons: tuple[UrgencyReason, ...]
    advice: str

    def __str__(self) -> str:
        if not self.reasons:
            return self.advice
        return f"{self.advice} " + "; ".join(str(reason) for reason in self.reasons)


def judge_urgency(knowledge: Knowledge, answers: Iterable[Answer]) -> Urgency:
    """Apply every rule to the signs that are present or may be.

    Parameters
    ----------
    knowledge
        Its urgency rules, which name signs and causes that are known.
    answers
        What was said; an uncertain answer counts from 0.25 on. So does an even one, which
        weighs nothing: whoever says "perhaps" of an urgent sign should be told.
    """
    present = {
        knowledge.cause_of(answer.id) or answer.id: answer.label
        if answer.presence == 1.0
        else f"{answer.label}, perhaps"
        for answer in answers
        if answer.presence >= POSSIBLE
    }
    fired = [
        UrgencyReason(rule.level, rule.reason, signs, rule.because)
        for rule in knowledge.urgency
        if (signs := _signs(rule, present))
    ]
    reasons = tuple(sorted(fired, key=lambda reason: reason.level != "now"))
    level = reasons[0].level if reasons else "routine"
    return Urgency(level, reasons, getattr(knowledge.meta.advice, level))


def _signs(rule: UrgencyRule, present: dict[str, str]) -> tuple[str, ...]:
    """Signs that make a rule fire, empty if it does not."""
    if any(id not in present for id in rule.all_of) or any(id in present for id in rule.none_of):
        return ()
    some = [id for id in rule.any_of if id in present]
    if rule.any_of and len(some) < rule.at_least:
        return ()
    return tuple(present[id] for id in dict.fromkeys([*rule.all_of, *some]))
