"""The virtual patient: cases to practise on, what the learner did, and what it was worth."""

from typing import Any

from kneebayes.binding import renamed_in
from kneebayes.teaching.case import PracticeCase, case_from_json
from kneebayes.teaching.feedback import Feedback
from kneebayes.teaching.frequencies import NaturalFrequencies, largest_remainder
from kneebayes.teaching.patients import DIFFICULTIES, KINDS, Hardness
from kneebayes.teaching.practice import (
    Learner,
    Practice,
    ask_at_random,
    ask_the_best,
    neglect_base_rates,
)
from kneebayes.teaching.scoring import (
    GretherWeights,
    StatedBelief,
    brier_score,
    divergence,
    log_score,
    weigh_statements,
)
from kneebayes.teaching.situation import Situation, case_to_json

__all__ = [
    "DIFFICULTIES",
    "KINDS",
    "Feedback",
    "GretherWeights",
    "Hardness",
    "Learner",
    "NaturalFrequencies",
    "Practice",
    "PracticeCase",
    "Situation",
    "StatedBelief",
    "ask_at_random",
    "ask_the_best",
    "brier_score",
    "case_from_json",
    "case_to_json",
    "divergence",
    "largest_remainder",
    "log_score",
    "neglect_base_rates",
    "weigh_statements",
]

RENAMED = {"Statement": StatedBelief, "Weights": GretherWeights}


def __getattr__(name: str) -> Any:
    """Old names, for one version."""
    return renamed_in(__name__, RENAMED, name)
