"""From answers to belief: evidence read forgivingly, posteriors, urgency."""

from kneebayes.reasoning.answers import Answer, read_answers
from kneebayes.reasoning.belief import Belief, believe
from kneebayes.reasoning.tracing import Trace, trace_cause
from kneebayes.reasoning.urgency import Urgency, UrgencyReason, judge_urgency

__all__ = [
    "Answer",
    "Belief",
    "Trace",
    "Urgency",
    "UrgencyReason",
    "believe",
    "judge_urgency",
    "read_answers",
    "trace_cause",
]
