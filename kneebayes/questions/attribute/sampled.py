"""A differential that was estimated by chance, because that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.inference import Sampled
from kneebayes.view.markup import percent
from kneebayes.view.report import Report
from kneebayes.view.reporting import Known, Reporting

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["SampledDifferential"]

FEW = 400.0  # effective draws below which a standard error reaches 2.5 percentage points


@dataclass(frozen=True, repr=False)
class SampledDifferential(Reporting):
    """Posteriors estimated from weighted draws; **not exact**, unlike everything else here.

    Attributes
    ----------
    known
        What was known.
    sampled
        Estimates and standard errors by cause, and how many draws they are worth.
    draws, seed
        How many worlds were drawn, and where chance began.
    """

    known: Known
    sampled: Sampled
    draws: int
    seed: int

    @property
    def effective_draws(self) -> float:
        """How many unweighted draws would tell as much."""
        return self.sampled.effective_draws

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause, most probable first; the index is the rank, from 1.

        Columns: ``id``, ``cause``, ``group``, ``posterior`` (an estimate), ``standard_error``
        and ``urgent``.
        """
        import pandas as pd

        causes = self.known.knowledge.causes
        rows = [
            {
                "id": id,
                "cause": causes[id].label,
                "group": causes[id].group,
                "posterior": posterior,
                "standard_error": error,
                "urgent": causes[id].urgent,
            }
            for id, posterior, error in self._rows
        ]
        index = pd.RangeIndex(1, len(rows) + 1, name="rank")
        return pd.DataFrame(rows, index=index)

    @property
    def report(self) -> Report:
        """What is shown: every cause, so that no urgent one is missing."""
        rows = [
            (str(rank), self.known.marked(id), percent(posterior), f"\u00b1 {percent(error)}")
            for rank, (id, posterior, error) in enumerate(self._rows, start=1)
        ]
        header = ("", "cause", "estimate", "standard error")
        return self.known.report("SAMPLED, not exact", header, rows, self._notes)

    @property
    def _notes(self) -> list[str]:
        notes = [
            (
                f"Estimated from {self.draws} draws (seed {self.seed}), worth "
                f"{self.effective_draws:.0f} unweighted ones. ! marks an urgent cause."
            ),
            (
                "A cause that is rare by itself but explains the evidence well may never have been "
                "drawn, or hardly; then its estimate and standard error are both too small."
            ),
        ]
        if any(posterior == 0.0 for _, posterior, _ in self._rows):
            notes.append(
                "An estimate of 0% means that the cause was never drawn, which is not the same as "
                "impossible."
            )
        if self.effective_draws < FEW:
            notes.append(
                "These draws are worth too little to rely on, also for the standard errors: "
                "take more draws, or ask for less."
            )
        return notes

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the estimates with two standard errors to both sides."""
        from kneebayes.questions.attribute.dots import draw_sampled

        labels = [self.known.marked(id) for id, _, _ in self._rows]
        estimates = [posterior for _, posterior, _ in self._rows]
        return draw_sampled(labels, estimates, [error for _, _, error in self._rows], ax)

    @property
    def _rows(self) -> list[tuple[str, float, float]]:
        """Id, estimate and standard error of every cause, most probable first."""
        rows = [
            (id, float(share[-1]), float(self.sampled.standard_errors[id][-1]))
            for id, share in self.sampled.posteriors.items()
        ]
        return sorted(rows, key=lambda row: -row[1])

    def __repr__(self) -> str:
        id, posterior, error = self._rows[0]
        first = f"{self.known.knowledge.label(id)} {percent(posterior)} \u00b1 {percent(error)}"
        effective = f"{self.effective_draws:.0f}"
        return f"SampledDifferential({self.draws} draws worth {effective}: {first}, ...)"
