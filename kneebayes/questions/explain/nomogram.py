"""One step of a nomogram: what one answer does to the odds of one cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kneebayes.case import Answer, believe
from kneebayes.case.answers import evidence_of
from kneebayes.errors import EvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.odds import decibans, inverse_logit, logit
from kneebayes.questions.explain.nomogram_figure import draw_nomogram, ratio_text
from kneebayes.view.markup import percent
from kneebayes.view.report import Report, known_of
from kneebayes.view.reporting import Known, Reporting

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Nomogram"]


@dataclass(frozen=True, repr=False)
class Nomogram(Reporting):
    """From the probability before an answer, by its likelihood ratio, to the one after.

    Made by :meth:`kneebayes.Differential.nomogram`. Odds after = odds before times ratio.

    Attributes
    ----------
    known
        All that counts as known after the answer.
    cause
        Id of the cause.
    answer
        The answer.
    supposed
        Whether the answer was not told, but supposed to come.
    before
        P(cause | all else that is known).
    with_cause, without_cause
        P(answer | cause, all else), and the same without the cause. Of an answer that is
        only likely, both are up to one factor.
    alone
        The likelihood ratio with nothing known but the complaint.
    """

    known: Known
    cause: str
    answer: Answer
    supposed: bool
    before: float
    with_cause: float
    without_cause: float
    alone: float

    @classmethod
    def of(
        cls, engine: Engine, known: Known, cause: str, answer: Answer, *, supposed: bool
    ) -> Nomogram:
        """Ask the engine, by adding up and never by subtracting.

        Parameters
        ----------
        engine
            What answers.
        known
            All that counts as known, the answer among it.
        cause
            Id of the cause.
        answer
            The answer.
        supposed
            Whether it was not told.

        Raises
        ------
        EvidenceError
            If the answer is about the cause itself, or the cause is certain before it.
        ImpossibleEvidenceError
            If the answer cannot come, given all else.
        """
        knowledge = known.knowledge
        label = knowledge.label(cause)
        if answer.id == cause:
            message = f"An answer about {label} itself is no evidence for it. Name another finding."
            raise EvidenceError(message)
        believe(engine, knowledge, known.evidence)  # an impossible answer is told of
        others = [one for one in known.answers if one.id != answer.id]
        complaint = [one for one in others if one.id == knowledge.meta.complaint]
        before, present, absent = _step(engine, cause, others, answer)
        if before in (0.0, 1.0):
            message = (
                f"{label} is certain ({percent(before)}) before '{answer.label}' is told, so no "
                "answer moves it. Take back what settles it, with given({...: None})."
            )
            raise EvidenceError(message)
        _, *alone = _step(engine, cause, complaint, answer)
        return cls(known, cause, answer, supposed, before, present, absent, _ratio(*alone))

    @property
    def ratio(self) -> float:
        """The likelihood ratio given all else: infinite where only the cause can show this."""
        return _ratio(self.with_cause, self.without_cause)

    @property
    def weight(self) -> float:
        """The ratio in decibans."""
        return decibans(self.ratio)

    @property
    def after(self) -> float:
        """P(cause | all that is known, the answer among it)."""
        return _moved(self.before, self.ratio)

    @property
    def after_if_alone(self) -> float:
        """Where the cause would end, if the answer counted for as much as it does alone."""
        return _moved(self.before, self.alone)

    @property
    def table(self) -> pd.DataFrame:
        """One row, so that several steps can be put below each other.

        Columns: ``cause_id``, ``cause``, ``id``, ``finding`` and ``answer``; ``before``,
        ``with_cause``, ``without_cause``, ``ratio``, ``weight`` (decibans) and ``after``; and
        ``ratio_alone``, ``weight_alone`` and ``after_if_alone``.
        """
        import pandas as pd

        row = {
            "cause_id": self.cause,
            "cause": self.known.knowledge.label(self.cause),
            "id": self.answer.id,
            "finding": self.answer.label,
            "answer": self.answer.state,
            "before": self.before,
            "with_cause": self.with_cause,
            "without_cause": self.without_cause,
            "ratio": self.ratio,
            "weight": self.weight,
            "after": self.after,
            "ratio_alone": self.alone,
            "weight_alone": decibans(self.alone),
            "after_if_alone": self.after_if_alone,
        }
        return pd.DataFrame([row])

    @property
    def report(self) -> Report:
        """What is shown."""
        name, complaint = self.known.marked(self.cause), self.known.knowledge.meta.complaint
        known = "else known" if self.answer.id == complaint else "known but the complaint"
        rows = [
            ("before", percent(self.before), _odds_text(self.before), _log_odds(self.before)),
            ("likelihood ratio", "", ratio_text(self.ratio), f"{self.weight:+.1f}"),
            ("after", percent(self.after), _odds_text(self.after), _log_odds(self.after)),
        ]
        notes = [
            (
                f"P({self._told} | {name}, all else known) = {percent(self.with_cause)}; "
                f"without the cause {percent(self.without_cause)}. The ratio of the two "
                "multiplies the odds."
            ),
            (
                f"With nothing {known} the ratio would be {ratio_text(self.alone)}: an answer "
                "weighs what the others have left to it."
            ),
        ]
        if self.supposed:
            notes.append(
                f"'{self.answer.label}' was not told as '{self.answer.state}'. It is supposed "
                "here, for the advice above too."
            )
        header = ("", f"P({name})", "odds", "decibans")
        report = self.known.report(f"{name}, {self._told}", header, tuple(rows), notes)
        return replace(report, known=self._known_line) if self.supposed else report

    def draw(self, ax: Axes | None = None, *, alone: bool = False) -> Axes:
        """Draw the step as a line across three scales.

        Parameters
        ----------
        ax
            Where to draw; left out, a new figure.
        alone
            Whether to draw besides where the ratio that the answer has alone would lead.
        """
        line = f"{self._told}: {percent(self.before)} to {percent(self.after)}"
        steps = [(f"{line} (ratio {ratio_text(self.ratio)})", self.before, self.ratio)]
        if alone:
            told = f"if it counted as alone: to {percent(self.after_if_alone)}"
            steps.append((f"{told} (ratio {ratio_text(self.alone)})", self.before, self.alone))
        ax = draw_nomogram(steps, ax)
        ax.set_title(self.known.marked(self.cause), parse_math=False)
        return ax

    @property
    def _told(self) -> str:
        return f"{self.answer.label}: {self.answer.state}"

    @property
    def _known_line(self) -> str:
        return known_of(one for one in self.known.answers if one.id != self.answer.id)

    def __repr__(self) -> str:
        return (
            f"Nomogram({self.known.knowledge.label(self.cause)!r}, {self._told}: "
            f"{percent(self.before)} to {percent(self.after)}, ratio {ratio_text(self.ratio)})"
        )


def _step(
    engine: Engine, cause: str, others: Sequence[Answer], answer: Answer
) -> tuple[float, float, float]:
    """P(cause | others), and P(answer | cause or not, others)."""
    first, then = evidence_of(others), evidence_of([*others, answer])
    logs: list[float] = []
    for evidence in (first, then):
        for state in ("present", "absent"):
            asked = evidence.plus(Evidence.of(engine.network, {cause: state}))
            logs.append(engine.log_probability(asked))
    here, not_here, shown, not_shown = logs
    if math.isinf(here) or math.isinf(not_here):
        return float(math.isinf(not_here)), math.nan, math.nan
    return inverse_logit(here - not_here), math.exp(shown - here), math.exp(not_shown - not_here)


def _ratio(present: float, absent: float) -> float:
    return math.inf if absent == 0.0 else present / absent


def _moved(probability: float, ratio: float) -> float:
    if ratio == 0.0 or math.isinf(ratio):
        return float(ratio > 0.0)
    return inverse_logit(logit(probability) + math.log(ratio))


def _odds_text(probability: float) -> str:
    """Odds as ``1 : 3.2`` or ``6.2 : 1``."""
    if probability in (0.0, 1.0):
        return "certain"
    odds = math.exp(logit(probability))
    return f"{ratio_text(odds)} : 1" if odds >= 1.0 else f"1 : {ratio_text(1.0 / odds)}"


def _log_odds(probability: float) -> str:
    return f"{decibans(math.exp(logit(probability))):+.1f}" if 0.0 < probability < 1.0 else ""
