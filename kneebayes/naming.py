"""What a model has names for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kneebayes.knowledge.records import Named
from kneebayes.view.catalogue import Catalogue

if TYPE_CHECKING:
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.knowledge.records import Cause, Context, Finding, Group

__all__ = ["Naming"]

SEARCHED = ("finding", "context", "cause", "group")


class Naming:
    """The records that answers, questions and results of a :class:`kneebayes.Model` name."""

    knowledge: Knowledge
    names: Names

    @property
    def causes(self) -> Catalogue[Cause]:
        """What may explain the complaint."""
        return Catalogue(self.knowledge.causes.values())

    @property
    def findings(self) -> Catalogue[Finding]:
        """What can be observed: symptoms, signs, history, test results, the complaint."""
        return Catalogue(self.knowledge.findings.values())

    @property
    def contexts(self) -> Catalogue[Context]:
        """Background of a patient."""
        return Catalogue(self.knowledge.contexts.values())

    @property
    def groups(self) -> Catalogue[Group]:
        """Sets of causes spoken of together."""
        return Catalogue(self.knowledge.groups.values())

    @property
    def lexicons(self) -> tuple[str, ...]:
        """Ids of the lexicons of the folder."""
        return tuple(self.knowledge.lexicons)

    def search(self, text: str = "") -> Catalogue[Named]:
        """Findings, contexts, causes and groups by a part of any of their names.

        Where nothing holds all the words, what looks like the text is given.

        Parameters
        ----------
        text
            Some words, in any case; left out, everything.

        Examples
        --------
        >>> import kneebayes as kb
        >>> kb.load().search("swolen nee")
        1 finding: 'swollen knee'
        """
        everything: Catalogue[Named] = Catalogue(
            (*self.findings, *self.contexts, *self.causes, *self.groups)
        )
        found = Catalogue(everything.matching(text))
        if found:
            return found
        near = {self.names.meaning(one, SEARCHED).id for one in self.names.like(text, SEARCHED)}
        return Catalogue(one for one in everything if one.id in near)
