"""One step of a nomogram: what one answer does to the odds of one cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kneebayes.case import Answer, believe
from kneebayes.case.answers import KINDS, WHERE, evidence_of, read_answers
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.odds import decibans, inverse_logit, logit
from kneebayes.questions.explain.nomogram_figure import draw_nomogram, ratio_text
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, known_of, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Nomogram", "nomogram"]


@dataclass(frozen=True, repr=False)
class Nomogram(CaseResult):
    """From the probability before an answer, by its likelihood ratio, to the one after.

    Made by :meth:`kneebayes.Differential.nomogram`. Odds after = odds before times ratio.

    Attributes
    ----------
    case
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

    case: Case
    cause: str
    answer: Answer
    supposed: bool
    before: float
    with_cause: float
    without_cause: float
    alone: float

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
            "cause": self.case.knowledge.label(self.cause),
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
        name, complaint = self.case.marked(self.cause), self.case.knowledge.meta.complaint
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
        report = report_on(self.case, f"{name}, {self._told}", header, tuple(rows), notes)
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
        ax.set_title(self.case.marked(self.cause), parse_math=False)
        return ax

    @property
    def _told(self) -> str:
        return f"{self.answer.label}: {self.answer.state}"

    @property
    def _known_line(self) -> str:
        return known_of(one for one in self.case.answers if one.id != self.answer.id)

    def __repr__(self) -> str:
        return (
            f"Nomogram({self.case.knowledge.label(self.cause)!r}, {self._told}: "
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


def nomogram(case: CaseLike, cause: str, finding: str, answer: object = None) -> Nomogram:
    """One step of Fagan's nomogram: what one answer does to the odds of one cause.

    The step leads from all else that is known to all that is known. Its likelihood ratio
    is therefore that of the answer *given the others*; beside it stands the ratio that
    the answer has with nothing known but the complaint.

    Parameters
    ----------
    case
        The patient.
    cause
        Any of its names.
    finding
        A finding, context or other cause by any of its names.
    answer
        What to take for the answer, as :meth:`kneebayes.Model.diagnose` takes it. Left
        out, the answer that was told, or else that the finding is present.

    Raises
    ------
    UnknownNameError
        If a name is not known.
    EvidenceError
        If the cause is certain without this answer, or the answer is about the cause.
    ImpossibleEvidenceError
        If the answer cannot come.

    Examples
    --------
    >>> import kneebayes as kb
    >>> step = kb.load().diagnose({"age": "older"}).nomogram("Baker's cyst", "lump")
    >>> bool(step.before < step.after and step.ratio > 1.0)
    True
    """
    case = case.case
    id = case.data.cause_named(cause)
    meant = case.names.meaning(finding, KINDS, WHERE)
    known = {answer.id: answer for answer in case.answers}
    if answer is None and meant.id in known:
        shown = known[meant.id]
    else:
        said = {finding: True if answer is None else answer}
        read = read_answers(case.knowledge, case.names, case.data.network, said)
        if len(read) != 1:
            message = f"'{finding}' needs one answer about one finding, got {answer!r}."
            raise EvidenceError(message)
        shown = read[0]
    return _nomogram(case.but(shown), id, shown, supposed=shown != known.get(shown.id))


def _nomogram(case: Case, cause: str, answer: Answer, *, supposed: bool) -> Nomogram:
    """Ask the engine, by adding up and never by subtracting; the answer is the case's last."""
    label = case.label(cause)
    if answer.id == cause:
        message = f"An answer about {label} itself is no evidence for it. Name another finding."
        raise EvidenceError(message)
    believe(case.engine, case.knowledge, case.evidence)  # an impossible answer is told of
    others = [known for known in case.answers if known.id != answer.id]
    complaint = [known for known in others if known.id == case.data.complaint]
    before, present, absent = _step(case.engine, cause, others, answer)
    if before in (0.0, 1.0):
        message = (
            f"{label} is certain ({percent(before)}) before '{answer.label}' is told, so no "
            "answer moves it. Take back what settles it, with given({...: None})."
        )
        raise EvidenceError(message)
    _, *alone = _step(case.engine, cause, complaint, answer)
    return Nomogram(case, cause, answer, supposed, before, present, absent, _ratio(*alone))
