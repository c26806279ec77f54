"""What would remain without a cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.questions.attribute.intervention import FindingWithout
from kneebayes.view.markup import percent
from kneebayes.view.report import Report
from kneebayes.view.reporting import Known, Reporting

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["WhatIf"]


@dataclass(frozen=True, repr=False)
class WhatIf(Reporting):
    """What of a patient's findings would be there had one cause been absent.

    Doing, not seeing: the cause is taken away from this very patient, after the evidence.
    That the cause is absent is not news about other causes, as it would be if it were seen.

    Attributes
    ----------
    known
        What was known.
    cause
        Id of the cause that is taken away.
    posterior
        P(the cause is present | evidence); where it is absent, nothing is taken away.
    findings
        The findings that were answered, but as absent: those would be absent still.
    """

    known: Known
    cause: str
    posterior: float
    findings: tuple[FindingWithout, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding, what would go first.

        Columns: ``id``, ``finding``, ``now`` (P(present | evidence)), ``without`` (P(it would
        be present had the cause been absent | evidence)) and ``persists`` (the same given
        that it is present).
        """
        import pandas as pd

        rows = [
            {
                "id": one.finding,
                "finding": self.known.knowledge.label(one.finding),
                "now": one.now,
                "without": one.without,
                "persists": one.persists,
            }
            for one in self._ordered
        ]
        return pd.DataFrame(rows, columns=["id", "finding", "now", "without", "persists"])

    @property
    def report(self) -> Report:
        """What is shown."""
        knowledge = self.known.knowledge
        rows = [
            (knowledge.label(one.finding), percent(one.now), percent(one.without))
            for one in self._ordered
        ]
        label = self.known.marked(self.cause)
        notes = [
            f"P({label} is present | evidence) = {percent(self.posterior)}.",
            (
                "Would persist: P(it would be there had this cause been absent | evidence), a "
                "counterfactual under this model and not a forecast of treatment. Findings that "
                "were not answered are not told of. ! marks an urgent cause."
            ),
        ]
        header = ("finding", "present now", "would persist")
        return self.known.report(f"without {label}", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw for each finding how probable it is now and without the cause."""
        from kneebayes.questions.attribute.dots import draw_without
        from kneebayes.view.caption import say_above

        ordered = self._ordered
        labels = [self.known.knowledge.label(one.finding) for one in ordered]
        now, without = [one.now for one in ordered], [one.without for one in ordered]
        drawn = draw_without(labels, now, without, self.known.marked(self.cause), ax)
        return say_above(drawn, self.report.title, self.known.answers)

    @property
    def _ordered(self) -> list[FindingWithout]:
        return sorted(self.findings, key=lambda one: one.persists)

    def __repr__(self) -> str:
        findings = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}"
        return f"WhatIf(without {self.known.knowledge.label(self.cause)!r}, {findings})"
