"""From answers to belief: evidence read forgivingly, posteriors, urgency."""

from kneebayes.case.answers import Answer, read_answers
from kneebayes.case.case import Belief, believe
from kneebayes.case.urgency import Urgency, UrgencyReason, judge_urgency

__all__ = [
    "Answer",
    "Belief",
    "Urgency",
    "UrgencyReason",
    "believe",
    "judge_urgency",
    "read_answers",
]
