"""How well patients are foretold who were not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.errors import EvidenceError
from kneebayes.learning.patients import Patients, log_probabilities, read_patients
from kneebayes.learning.scoring import Sample
from kneebayes.learning.text import Lesson, Part, lesson_html, lesson_text
from kneebayes.network import Numbers
from kneebayes.view.report import Showing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kneebayes.building.model import ModelLike

__all__ = ["HeldOut", "hold_out"]


@dataclass(frozen=True, eq=False, repr=False)
class HeldOut(Showing):
    """How well patients are foretold, before and after learning: ln P(answers | complaint).

    Made by :meth:`Learnt.score`. The log score is proper: only the true probabilities
    maximise it on average (Good 1952).

    Attributes
    ----------
    frame
        One row a patient, with the index of the table: ``before``, ``after`` and ``gain``.
    title, disclaimer
        What the model is about, and what it is not.
    """

    frame: pd.DataFrame
    title: str
    disclaimer: str

    @property
    def table(self) -> pd.DataFrame:
        """One row a patient: ``before``, ``after``, ``gain``, all in nats."""
        return self.frame.copy()

    @property
    def before(self) -> float:
        """Mean of ln P(answers | complaint) under the text alone."""
        return float(self.frame["before"].mean())

    @property
    def after(self) -> float:
        """The same under text and patients."""
        return float(self.frame["after"].mean())

    @property
    def gain(self) -> float:
        """How much better, in nats a patient."""
        return float(self.frame["gain"].mean())

    @property
    def error(self) -> float:
        """Standard error of the gain; infinite for a single patient."""
        count = len(self.frame)
        if count < 2:
            return float("inf")
        return float(self.frame["gain"].std(ddof=1) / np.sqrt(count))

    @property
    def text(self) -> str:
        """The means, for a terminal."""
        return lesson_text(self._lesson)

    @property
    def html(self) -> str:
        """The same for a notebook."""
        return lesson_html(self._lesson)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the gains of all patients."""
        from kneebayes.learning.figures import draw_gains

        return draw_gains(self.frame["gain"].tolist(), ax)

    @property
    def _lesson(self) -> Lesson:
        rows = [
            ("the text", f"{self.before:.3f}"),
            ("text and patients", f"{self.after:.3f}"),
            ("gain", f"{self.gain:+.3f} \u00b1 {self.error:.3f}"),
        ]
        part = Part("ln P(answers | complaint), nats a patient", ("by", "mean"), rows)
        count = len(self.frame)
        lead = [f"{count:,} patient{'' if count == 1 else 's'} foretold; higher is better."]
        notes = ["\u00b1 is one standard error of the mean gain.", self.disclaimer]
        return Lesson(f"{self.title}: how well patients are foretold", lead, [part], notes)

    def __repr__(self) -> str:
        return f"HeldOut({len(self.frame):,} patients: gain {self.gain:+.3f} ± {self.error:.3f})"


def hold_out(before: ModelLike, numbers: Numbers, cases: object) -> HeldOut:
    """Score patients under the numbers of a model, and under others.

    Parameters
    ----------
    before
        The model as the text made it.
    numbers
        Numbers after learning, in the order of :func:`numbers_of`.
    cases
        A DataFrame with one row a patient.

    Raises
    ------
    UnknownNameError, EvidenceError, ImpossibleEvidenceError
        If the table cannot be understood, has no patients, or one is impossible.
    """
    import pandas as pd

    patients = read_patients(before, cases)
    if not len(patients):
        message = "There are no patients to score. Give a DataFrame with at least one row."
        raise EvidenceError(message)
    sides = [_log_scores(before, patients, one) for one in (before.data.engine.numbers[0], numbers)]
    index = cases.index if isinstance(cases, pd.DataFrame) else None
    frame = pd.DataFrame({"before": sides[0], "after": sides[1]}, index=index)
    frame["gain"] = frame["after"] - frame["before"]
    meta = before.data.knowledge.meta
    return HeldOut(frame, meta.title, meta.disclaimer)


def _log_scores(model: ModelLike, patients: Patients, numbers: Numbers) -> Numbers:
    """The logarithm of P(answers | complaint) of every patient."""
    selection = np.full((1, len(model.data.network)), -1, dtype=np.int16)
    selection[0, model.data.network.index[model.data.knowledge.meta.complaint]] = 1
    everyone = Sample(selection, None, np.ones(1))
    given = log_probabilities(model, everyone, numbers)[0]
    if not len(patients.sample.hard):
        return np.zeros(len(patients))
    told = log_probabilities(model, patients.sample, numbers) - given
    return np.where(patients.which >= 0, told[patients.which], 0.0)
