"""Results that are a report: the same words in a terminal and in a notebook."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from kneebayes.case.case import Case
from kneebayes.view.report import Report, known_of, report_html, report_text
from kneebayes.view.showing import Showing

__all__ = ["Reporting", "report_on"]


def report_on(
    case: Case,
    asked: str,
    header: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    notes: Sequence[str],
    *,
    of_a_patient: bool = True,
) -> Report:
    """A report about what is known; urgency stands on top where it is of a patient."""
    urgency = case.urgency
    return Report(
        title=f"{case.title}: {asked} ({case.data.reading})",
        known=known_of(case.answers),
        advice=urgency.advice if of_a_patient else "",
        reasons=tuple(str(reason) for reason in urgency.reasons) if of_a_patient else (),
        header=header,
        rows=tuple(rows),
        notes=tuple(notes),
        disclaimer=case.disclaimer,
    )


class Reporting(Showing):
    """A result that shows itself as a report."""

    @property
    @abstractmethod
    def report(self) -> Report:
        """What is shown."""

    @property
    def text(self) -> str:
        """The result for a terminal."""
        return report_text(self.report)

    @property
    def html(self) -> str:
        """The result for a notebook."""
        return report_html(self.report)
