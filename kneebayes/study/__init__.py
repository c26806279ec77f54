"""Studies on many patients: against baselines, published cases, calibration, misspecification."""

from __future__ import annotations

from typing import Any

from kneebayes.study.accuracy import Accuracy, AccuracyRow, accuracy
from kneebayes.study.baselines import without_mediators
from kneebayes.study.evaluating import BASELINES, evaluate, evaluate_predictions
from kneebayes.study.evaluation import Evaluation, Scoring
from kneebayes.study.evidence_share import EvidenceShare, evidence_share
from kneebayes.study.misspecification import Misspecification, World, misspecify, worlds_of
from kneebayes.study.published import (
    PublishedCase,
    ReadingEvaluation,
    evaluate_reading,
    published_cases,
)
from kneebayes.study.published_evaluation import PublishedEvaluation, evaluate_published
from kneebayes.study.scores import Bin, Calibration, calibration_of

__all__ = [
    "BASELINES",
    "Accuracy",
    "AccuracyRow",
    "Bin",
    "Calibration",
    "DifferentialClassifier",
    "Evaluation",
    "EvidenceShare",
    "Misspecification",
    "PublishedCase",
    "PublishedEvaluation",
    "ReadingEvaluation",
    "Scoring",
    "World",
    "accuracy",
    "calibration_of",
    "evaluate",
    "evaluate_predictions",
    "evaluate_published",
    "evaluate_reading",
    "evidence_share",
    "misspecify",
    "published_cases",
    "without_mediators",
    "worlds_of",
]


def __getattr__(name: str) -> Any:
    """The classifier needs scikit-learn, so it is only made when it is asked for."""
    if name != "DifferentialClassifier":
        message = f"module 'kneebayes.study' has no attribute '{name}'"
        raise AttributeError(message)
    from kneebayes.study.classifier import DifferentialClassifier

    return DifferentialClassifier
