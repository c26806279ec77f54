"""What every result about one patient carries: who was asked, and what was known."""

from __future__ import annotations

from dataclasses import dataclass

from kneebayes.case import Answer, Urgency
from kneebayes.knowledge import Knowledge
from kneebayes.view.report import known_of

__all__ = ["Asked"]


@dataclass(frozen=True, eq=False)
class Asked:
    """The patient and the model behind a result.

    Attributes
    ----------
    knowledge
        What the model rests on.
    model
        Which reading of it: lexicon, and setting if there is one.
    answers
        What is known of the patient.
    urgency
        What to do now, whatever the numbers say.
    """

    knowledge: Knowledge
    model: str
    answers: tuple[Answer, ...]
    urgency: Urgency

    @property
    def title(self) -> str:
        """What the complaint is called."""
        return self.knowledge.meta.title

    @property
    def known(self) -> str:
        """The answers in a sentence."""
        return known_of(self.answers)

    @property
    def disclaimer(self) -> str:
        """What the model is not."""
        return self.knowledge.meta.disclaimer

    def label(self, cause: str) -> str:
        """Label of a cause."""
        return self.knowledge.label(cause)

    def marked(self, cause: str) -> str:
        """Label of a cause, with a mark if it is urgent."""
        return self.label(cause) + (" !" if self.knowledge.causes[cause].urgent else "")
