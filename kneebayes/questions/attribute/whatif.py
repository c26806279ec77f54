"""What would remain without a cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.case.case import Case, CaseLike
from kneebayes.questions.attribute.intervention import FindingWithout, remove_cause
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["WhatIf", "without"]


@dataclass(frozen=True, repr=False)
class WhatIf(CaseResult):
    """What of a patient's findings would be there had one cause been absent.

    Doing, not seeing: the cause is taken away from this very patient, after the evidence.
    That the cause is absent is not news about other causes, as it would be if it were seen.

    Attributes
    ----------
    case
        What was known.
    cause
        Id of the cause that is taken away.
    posterior
        P(the cause is present | evidence); where it is absent, nothing is taken away.
    findings
        The findings that were answered, but as absent: those would be absent still.
    """

    case: Case
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
                "finding": self.case.knowledge.label(one.finding),
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
        knowledge = self.case.knowledge
        rows = [
            (knowledge.label(one.finding), percent(one.now), percent(one.without))
            for one in self._ordered
        ]
        label = self.case.marked(self.cause)
        notes = [
            f"P({label} is present | evidence) = {percent(self.posterior)}.",
            (
                "Would persist: P(it would be there had this cause been absent | evidence), a "
                "counterfactual under this model and not a forecast of treatment. Findings that "
                "were not answered are not told of."
            ),
        ]
        header = ("finding", "present now", "would persist")
        return report_on(self.case, f"without {label}", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw for each finding how probable it is now and without the cause."""
        from kneebayes.questions.attribute.dots import draw_without
        from kneebayes.view.caption import say_above

        ordered = self._ordered
        labels = [self.case.knowledge.label(one.finding) for one in ordered]
        now, without = [one.now for one in ordered], [one.without for one in ordered]
        drawn = draw_without(labels, now, without, self.case.marked(self.cause), ax)
        return say_above(drawn, self.report.title, self.case.answers)

    @property
    def _ordered(self) -> list[FindingWithout]:
        return sorted(self.findings, key=lambda one: one.persists)

    def __repr__(self) -> str:
        findings = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}"
        return f"WhatIf(without {self.case.knowledge.label(self.cause)!r}, {findings})"


def without(case: CaseLike, cause: str) -> WhatIf:
    """Which findings would persist in this patient had a cause been absent.

    Parameters
    ----------
    case
        The patient.
    cause
        Any of its names.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True, "fever": True})
    >>> without = dx.without("baker's cyst").table
    >>> without[["finding", "persists"]].round(2)
                   finding  persists
    0  lump behind the knee     ...
    """
    case = case.case
    knowledge = case.knowledge
    id = case.data.cause_named(cause)
    answered = [answer.id for answer in case.answers if answer.id in knowledge.findings]
    told = remove_cause(case.engine, case.evidence, id, answered)
    posterior = case.engine.propagate(case.evidence, [id]).present(id)
    return WhatIf(case, id, posterior, told)
