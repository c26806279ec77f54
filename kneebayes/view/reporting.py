"""Results that are a report: the same words in a terminal and in a notebook."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from kneebayes.case import Answer, Urgency, judge_urgency
from kneebayes.case.answers import evidence_of
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge
from kneebayes.view.report import Report, known_of, report_html, report_text
from kneebayes.view.showing import Showing

__all__ = ["Known", "Reporting"]


@dataclass(frozen=True, repr=False)
class Known:
    """What was known when a question was asked.

    Attributes
    ----------
    knowledge, lexicon
        What the model was made from: the folder, and the lexicon that read its words.
    answers
        What was said of the patient, the complaint among it.
    """

    knowledge: Knowledge
    lexicon: str
    answers: tuple[Answer, ...]

    @property
    def evidence(self) -> Evidence:
        """The answers as the engine took them."""
        return evidence_of(self.answers)

    @property
    def urgency(self) -> Urgency:
        """What the source says to do now; it follows from the signs alone."""
        return judge_urgency(self.knowledge, self.answers)

    def marked(self, cause: str) -> str:
        """Label of a cause, with ``!`` where it is urgent."""
        return self.knowledge.label(cause) + ("!" if self.knowledge.causes[cause].urgent else "")

    def __repr__(self) -> str:
        answers = f"{len(self.answers)} answer{'' if len(self.answers) == 1 else 's'}"
        return f"Known({answers}, lexicon {self.lexicon!r})"

    def report(
        self,
        asked: str,
        header: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        notes: list[str],
        *,
        of_a_patient: bool = True,
    ) -> Report:
        """A report about what is known; urgency stands on top where it is of a patient."""
        meta, urgency = self.knowledge.meta, self.urgency
        return Report(
            title=f"{meta.title}: {asked} (lexicon: {self.lexicon})",
            known=known_of(self.answers),
            advice=urgency.advice if of_a_patient else "",
            reasons=tuple(str(one) for one in urgency.reasons) if of_a_patient else (),
            header=header,
            rows=tuple(rows),
            notes=tuple(notes),
            disclaimer=meta.disclaimer,
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
