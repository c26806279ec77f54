"""How surprising each answer is, given all the others, and whether its opposite was meant."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence

__all__ = ["AGAINST", "DOUBTFUL", "SurprisingAnswer", "surprise"]

DOUBTFUL = 19.0  # times another answer must be as probable as the one given: 95 % against 5 %
AGAINST = 1.0  # bits that the other answers must speak against it: half as probable as before


@dataclass(frozen=True, slots=True)
class SurprisingAnswer:
    """One answer before it is known.

    Attributes
    ----------
    node
        Its id.
    probability
        P(this answer | all other answers). For virtual evidence the answer is a report whose
        likelihoods are scaled to a largest one of 1.
    alone
        P(this answer | the complaint, where that was answered).
    otherwise
        The most probable state but the one that was answered; empty for virtual evidence.
    otherwise_probability
        P(that state | all other answers).
    """

    node: str
    probability: float
    alone: float
    otherwise: str
    otherwise_probability: float

    @property
    def bits(self) -> float:
        """Surprise ``-log2 P(answer | all other answers)``."""
        return -math.log2(self.probability)

    @property
    def conflict(self) -> float:
        """``log2 P(answer | complaint) / P(answer | all other answers)``, in bits.

        Above 0 the other answers speak against this one (Jensen et al. 1990, for one answer
        against the rest).
        """
        return math.log2(self.alone / self.probability)

    @property
    def is_doubtful(self) -> bool:
        """Whether to ask if something else was meant.

        Another state is at least 19 times as probable, and not only because the answer is
        rare for everybody: the other answers made it at most half as probable (1 bit).
        """
        far = self.otherwise_probability >= DOUBTFUL * self.probability
        return bool(self.otherwise) and far and self.conflict >= AGAINST


def surprise(engine: Engine, evidence: Evidence, complaint: str) -> tuple[SurprisingAnswer, ...]:
    """How surprising each answer is but the complaint, the most surprising first.

    Parameters
    ----------
    engine
        The engine to ask.
    evidence
        What was observed.
    complaint
        Id of what every patient brings; where it was answered it is taken for granted.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.

    Notes
    -----
    One batch: each answer left out in turn, and the complaint by itself.

    References
    ----------
    Jensen, Chamberlain, Nordahl, Jensen: Analysis in HUGIN of data conflict, UAI 1990.
    """
    asked = [id for id in evidence if id != complaint]
    if not asked:
        return ()
    base = evidence.only([complaint] if complaint in evidence.likelihoods else [])
    cases = [evidence.only([one for one in evidence if one != id]) for id in asked]
    told = engine.propagate_each([*cases, base], asked)
    answers = []
    for row, id in enumerate(asked):
        likelihood = np.asarray(evidence.likelihoods[id]) / max(evidence.likelihoods[id])
        states = told.marginals[id][row]
        probability = float(likelihood @ states)
        if probability <= 0.0:
            message = "The evidence has probability zero, so nothing in it can be surprising."
            raise ImpossibleEvidenceError(message, list(evidence))
        alone = float(likelihood @ told.marginals[id][-1])
        otherwise, share = "", 0.0
        state = evidence.hard_state(id)
        if state is not None:
            others = np.where(np.arange(len(states)) == state, -1.0, states)
            best = int(others.argmax())
            otherwise, share = engine.network[id].states[best], float(states[best])
        answers.append(SurprisingAnswer(id, min(1.0, probability), alone, otherwise, share))
    return tuple(sorted(answers, key=lambda one: one.probability))
