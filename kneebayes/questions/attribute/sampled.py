"""A differential that was estimated by chance, because that was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan
from typing import Any

import numpy as np

from kneebayes.arguments import whole_number
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelLike
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case
from kneebayes.inference import Sampled, sample_posteriors
from kneebayes.inference.sampling import WORTH
from kneebayes.text import counted
from kneebayes.view.figures import BLUE, EXPLAINS, ORANGE, below, lines_of, write
from kneebayes.view.markup import or_untold, percent
from kneebayes.view.report import CaseResult, Report, ranked_frame, report_on

MOST_DRAWS = 10_000_000  # more do not fit into memory
MOST_DRAWN = 12  # causes in a picture


Estimate = tuple[str, float, float, bool]
"""Label of a cause, its estimate, the standard error (NaN: not known), whether it is urgent."""


def draw_sampled(rows: Sequence[Estimate], ax: Axes | None = None) -> Axes:
    """Draw estimates with two standard errors to both sides where these are known."""
    ax = lines_of([label for label, *_ in rows], ax)
    known = [0.0 if isnan(error) else error for _, _, error, _ in rows]
    ends = [min(row[1] + 2.0 * error, 1.0) for row, error in zip(rows, known, strict=True)]
    for place, ((_, middle, error, urgent), end) in enumerate(zip(rows, ends, strict=True)):
        around = [[min(2.0 * known[place], middle)], [end - middle]]  # no probability is below 0
        look: dict[str, Any] = {"color": ORANGE if urgent else BLUE, "ms": 5}
        if isnan(error):
            ax.plot(middle, place, "o", mfc="none", **look)
        else:
            ax.errorbar(middle, place, xerr=around, fmt="o", capsize=3, **look)
        write(ax, end, place, f"  {percent(middle)}")
    ax.set_xlim(0.0, min(1.25 * max(ends, default=1.0), 1.15) or 1.0)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    hollow = "\nhollow: how far it is off cannot be told"
    said = hollow if any(isnan(error) for _, _, error, _ in rows) else ""
    return below(ax, f"SAMPLED: {EXPLAINS} \u00b1 2 standard errors{said}")


@dataclass(frozen=True, repr=False)
class SampledDifferential(CaseResult):
    """Posteriors estimated from weighted draws; **not exact**, unlike everything else here."""

    case: Case
    sampled: Sampled  #: estimates and standard errors by cause, and how many draws they are worth
    draws: int  #: how many patients were drawn
    seed: int

    @property
    def effective_draws(self) -> float:
        """How many unweighted draws would tell as much."""
        return self.sampled.effective_draws

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause, most probable first; the index is the rank, from 1.

        Columns: ``id``, ``cause``, ``group``, ``posterior`` (an estimate), ``standard_error``,
        ``reliable`` (whether that error can be relied on: enough draws met the cause, and no few
        of them decide) and ``urgent``.
        """
        causes = self.case.knowledge.causes
        rows = [
            {
                "id": id,
                "cause": causes[id].label,
                "group": causes[id].group,
                "posterior": posterior,
                "standard_error": error,
                "reliable": self.sampled.knows(id),
                "urgent": causes[id].urgent,
            }
            for id, posterior, error in self._rows
        ]
        return ranked_frame(rows)

    @property
    def report(self) -> Report:
        """What is shown: every cause, so that no urgent one is missing."""
        rows = [
            (str(rank), self.case.marked(id), percent(posterior), self._within(id, error))
            for rank, (id, posterior, error) in enumerate(self._rows, start=1)
        ]
        header = ("", "cause", "estimate", "standard error")
        return report_on(self.case, "SAMPLED, not exact", header, rows, self._notes)

    def _within(self, id: str, error: float) -> str:
        """How far off an estimate is, in words."""
        return f"\u00b1 {percent(error)}" if self.sampled.knows(id) else f"{or_untold(nan)}"

    @property
    def _notes(self) -> list[str]:
        worth = f"worth {self.effective_draws:.0f} unweighted ones"
        notes = [f"Estimated from {counted(self.draws, 'draw')} (seed {self.seed}), {worth}."]
        if not all(map(self.sampled.knows, self.sampled.posteriors)):
            notes.append(
                "A cause that is rare by itself but explains the evidence well may never have been "
                "drawn, or hardly. Then it can be many times as probable as estimated, and how far "
                "that is off cannot be told."
            )
        if any(posterior == 0.0 for _, posterior, _ in self._rows):
            notes.append(
                "An estimate of 0% means that the cause was never drawn, which is not the same as "
                "impossible."
            )
        if not self.sampled.is_reliable:
            few = self.effective_draws < WORTH
            why = "are worth too little" if few else "may hang too much on a few of them"
            notes.append(
                f"These draws {why} to rely on: take more draws, or ask for less. Nobody can know "
                "from them how far off the estimates are."
            )
        return notes

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the estimates with two standard errors to both sides."""
        marked, causes = self.case.marked, self.case.knowledge.causes
        rows = [
            (marked(id), estimate, error if self.sampled.knows(id) else nan, causes[id].urgent)
            for id, estimate, error in self._rows[:MOST_DRAWN]
        ]
        title = self.report.title
        if more := len(self._rows) - len(rows):
            title = f"{title}; left out: {counted(more, 'less probable cause')}"
        return self._titled(draw_sampled(rows, ax), title)

    @cached_property
    def _rows(self) -> list[tuple[str, float, float]]:
        """Id, estimate and standard error of every cause, most probable first."""
        rows = [
            (id, float(share[-1]), float(self.sampled.standard_errors[id][-1]))
            for id, share in self.sampled.posteriors.items()
        ]
        return sorted(rows, key=lambda row: -row[1])

    def __repr__(self) -> str:
        id, posterior, error = self._rows[0]
        within = f" \u00b1 {percent(error)}" if self.sampled.knows(id) else ""
        first = f"{self.case.knowledge.label(id)} {percent(posterior)}{within}"
        effective = f"{self.effective_draws:.0f}"
        return f"SampledDifferential({counted(self.draws, 'draw')} worth {effective}: {first}, ...)"


@bounded
def sample(
    model: ModelLike,
    answers: Mapping[str, object] | None = None,
    draws: int = 100_000,
    seed: int = 0,
) -> SampledDifferential:
    """Estimate the posteriors by sampling, for patients whose exact answer needs too much memory.

    Patients are drawn from a distribution that is adapted to the evidence, and each is weighted
    by how probable it is together with the evidence (importance sampling). The more is known,
    the fewer independent draws the sample is worth: ``effective_draws`` says how many, and the
    notes say whether the standard errors can be relied on. :meth:`kneebayes.Model.diagnose` is
    exact.

    Parameters
    ----------
    answers
        As in :meth:`kneebayes.Model.diagnose`.
    draws
        How many patients to draw.
    seed
        Seed of the random numbers; the same seed gives the same estimates.

    Raises
    ------
    EvidenceError
        If an answer cannot be understood, or ``draws`` or ``seed`` is no such number.
    ImpossibleEvidenceError
        If no patient that was drawn agrees with the evidence.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = kb.load().sample({"lump behind the knee": True}, draws=20_000)
    >>> told.table["cause"].iloc[0]
    "Baker's cyst"
    >>> bool(told.table["standard_error"].max() < 0.02)
    True
    """
    draws, seed = whole_number("draws", draws, 1, MOST_DRAWS), whole_number("seed", seed)
    case = Case.of(model, answers)
    rng = np.random.default_rng(seed)
    causes = list(case.knowledge.causes)
    sampled = sample_posteriors(case.data.network, case.evidence, causes, draws, rng)
    return SampledDifferential(case, sampled, draws, seed)
