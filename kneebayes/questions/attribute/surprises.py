"""How surprising each answer is given all the others, and whether its opposite was meant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.binding import Axes, pd
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.evidence import impossible
from kneebayes.text import counted
from kneebayes.view.figures import bars, below, lines_of
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

DOUBTFUL = 19.0  # times another answer must be as probable as the one given: 95 % against 5 %
NUMBERS = ("probability", "alone", "bits", "conflict")
AGAINST = 1.0  # bits that the other answers must speak against it: half as probable as before


@dataclass(frozen=True, slots=True)
class SurprisingAnswer:
    """One answer before it is known; virtual evidence is scaled to a largest likelihood of 1."""

    node: str
    probability: float  #: P(this answer | all other answers)
    alone: float  #: P(this answer | the complaint, where that was answered)
    otherwise: str  #: the most probable other state; empty for virtual evidence
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

    Where the complaint was answered it is taken for granted (Jensen, Chamberlain, Nordahl, Jensen:
    Analysis in HUGIN of data conflict, UAI 1990).
    """
    asked = [id for id in evidence if id != complaint]
    if not asked:
        return ()
    base = evidence.only([complaint] if complaint in evidence.likelihoods else [])
    cases = [evidence.only([other for other in evidence if other != id]) for id in asked]
    propagated = engine.propagate_each([*cases, base], asked)
    answers = []
    for row, id in enumerate(asked):
        likelihood = np.asarray(evidence.likelihoods[id]) / max(evidence.likelihoods[id])
        states = propagated.marginals[id][row]
        probability = float(likelihood @ states)
        if probability <= 0.0:
            raise impossible(evidence, "nothing in it can be surprising")
        alone = float(likelihood @ propagated.marginals[id][-1])
        otherwise, share = "", 0.0
        state = evidence.hard_state(id)
        if state is not None:
            best = int(np.where(np.arange(len(states)) == state, -1.0, states).argmax())
            otherwise, share = engine.network[id].states[best], float(states[best])
        answers.append(SurprisingAnswer(id, min(1.0, probability), alone, otherwise, share))
    return tuple(sorted(answers, key=lambda answer: answer.probability))


def draw_surprises(
    labels: Sequence[str], bits: Sequence[float], doubtful: Sequence[bool], ax: Axes | None = None
) -> Axes:
    """Draw how surprising each answer is, and where something else may have been meant."""
    ax = lines_of(labels, ax)
    bars(ax, bits, [f"{size:.1f} ({percent(2.0**-size)})" for size in bits], doubtful)
    ax.set_xlim(0.0, 1.4 * max(bits, default=1.0) or None)
    meant = "\nhatched: did you mean something else?" if any(doubtful) else ""
    return below(ax, f"surprise in bits: -log2 P(answer | all others)\nin brackets: this P{meant}")


@dataclass(frozen=True, repr=False)
class Surprises(CaseResult):
    """How well each answer goes with all the others, and which one may be a slip."""

    case: Case
    #: every answer but the complaint, the most surprising first
    surprising: tuple[SurprisingAnswer, ...]
    #: Jensen's measure for all answers together, in bits; above 0 they do not support each other
    conflict: float

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Ids of answers of which to ask whether something else was meant."""
        return tuple(surprise.node for surprise in self.surprising if surprise.is_doubtful)

    @property
    def table(self) -> pd.DataFrame:
        """One row an answer, the most surprising first.

        Columns: ``id``, ``label``, ``answer``, ``probability`` (P(answer | all other
        answers)), ``alone`` (P(answer | complaint)), ``bits`` (surprise), ``conflict`` (bits;
        above 0 the others speak against it), ``otherwise`` (the most probable other state),
        ``otherwise_probability`` and ``doubtful``.
        """
        columns = ["id", "label", "answer", *NUMBERS, "otherwise", "otherwise_probability"]
        rows = [
            (
                *(answer.node, self.case.label(answer.node), self._answer(answer)),
                *(getattr(answer, name) for name in NUMBERS),
                *(self._otherwise(answer), answer.otherwise_probability, answer.is_doubtful),
            )
            for answer in self.surprising
        ]
        return pd.DataFrame(rows, columns=[*columns, "doubtful"])

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (
                *(self.case.label(answer.node), self._answer(answer)),
                *(percent(answer.alone), percent(answer.probability)),
                *(f"{answer.bits:.1f}", f"{answer.conflict:+.1f}"),
                f"did you mean {self._otherwise(answer)}?" if answer.is_doubtful else "",
            )
            for answer in self.surprising
        ]
        header = ("answer about", "answer", "alone", "given the others", "bits", "conflict", "")
        speak = "do not support" if self.conflict > 0.0 else "support"
        notes = [
            f"All answers together: conflict {self.conflict:+.1f} bits; they {speak} each other.",
            (
                "Alone: P(answer | complaint). Bits: -log2 P(answer | all others). Conflict above "
                "0: the others speak against it. Urgency takes every answer as it was given."
            ),
        ]
        if not rows:
            notes = ["Nothing but the complaint was answered, so nothing can be surprising."]
        return report_on(self.case, "which answers surprise", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the surprise of each answer as bars, in bits."""
        label, each = self.case.label, self.surprising
        labels = [f"{label(answer.node)}: {self._answer(answer)}" for answer in each]
        bits, doubtful = [answer.bits for answer in each], [answer.is_doubtful for answer in each]
        return self._titled(draw_surprises(labels, bits, doubtful, ax))

    def _answer(self, surprising: SurprisingAnswer) -> str:
        return next(answer.state for answer in self.case.answers if answer.id == surprising.node)

    def _otherwise(self, answer: SurprisingAnswer) -> str:
        """The other state in its own words."""
        state = answer.otherwise
        return self.case.answered(answer.node, state).state if state else ""

    def __repr__(self) -> str:
        answers = counted(len(self.surprising), "answer")
        doubtful = len(self.doubtful)
        return f"Surprises({answers}, conflict {self.conflict:+.1f} bits, {doubtful} doubtful)"


@bounded
def surprises(case: CaseLike) -> Surprises:
    """How surprising each answer is given all others, and whether its opposite was meant.

    Examples
    --------
    >>> import kneebayes as kb
    >>> said = {"fever": True, "redness": True, "swollen knee": True, "warmth": False}
    >>> kb.load().diagnose(said).surprises().table["id"].iloc[0]
    'fever'
    """
    case = case.case
    ranked = surprise(case.engine, case.evidence, case.data.complaint)
    return Surprises(case, ranked, case.conflict)
