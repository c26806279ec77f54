"""A model with its words read otherwise, or with its patients seen elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Self

from kneebayes.building.settle import settle
from kneebayes.errors import KneebayesError, UnknownNameError, suggest
from kneebayes.knowledge.settings import Setting, odds_by_cause

if TYPE_CHECKING:
    from kneebayes.building import Elicited
    from kneebayes.building.restating import Solved
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.learning.record import Learnt

__all__ = ["Placing"]


class Placing:
    """A :class:`kneebayes.Model` with its words read otherwise, or its patients elsewhere."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
    setting: str | None = None
    learnt: Learnt | None = None

    if TYPE_CHECKING:

        def __init__(self, knowledge: Knowledge, lexicon: str) -> None: ...

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Places where patients are seen, each with its shifts of the priors and their source."""
        return tuple(self.knowledge.settings.values())

    @property
    def reading(self) -> str:
        """Which lexicon reads the words, and which setting shifts the priors, in words."""
        told = f"lexicon: {self.elicited.lexicon}"
        told += "" if self.setting is None else f", setting: {self.setting}"
        return told if self.learnt is None else f"{told}, learnt from {self.learnt.told}"

    def in_setting(self, setting: str) -> Self:
        """The same model for patients who are seen in a certain place.

        The odds of some priors are multiplied as ``settings.toml`` says; how diseases show
        themselves stays. A model in one setting goes to another from the priors as stated.

        Parameters
        ----------
        setting
            Id or label of a setting of the folder.

        Raises
        ------
        UnknownNameError
            If the folder has no such setting.
        KneebayesError
            If the shifted priors cannot all hold, or the model learnt from patients of another
            setting.

        Examples
        --------
        >>> import kneebayes as kb
        >>> knee = kb.load()
        >>> dvt = {"leg swelling": True}
        >>> knee.in_setting("emergency").diagnose(dvt)["DVT"] > knee.diagnose(dvt)["DVT"]
        True
        """
        if self.setting is not None:
            self._refuse_if_learnt("in_setting")
        known = self.knowledge.settings
        by_name = {one.label.casefold(): id for id, one in known.items()} | {id: id for id in known}
        id = by_name.get(str(setting).casefold())
        if id is None:
            there = f"There are: {', '.join(known)}." if known else "The folder has none."
            message = f"No setting '{setting}'. {there}"
            raise UnknownNameError(message, str(setting), suggest(str(setting), by_name))
        stated = self if self.setting is None else type(self)(self.knowledge, self.elicited.lexicon)
        odds = odds_by_cause(known[id], self.knowledge.groups)
        placed = type(self).__new__(type(self))
        placed.knowledge, placed.names, placed.setting = self.knowledge, self.names, id
        placed.elicited = settle(stated.elicited, odds, self.knowledge.meta.complaint)
        placed.engine = self.engine.on(placed.elicited.network)
        placed.learnt = self.learnt
        return placed

    def with_lexicon(self, lexicon: str) -> Self:
        """The same knowledge with its words read by another lexicon; the setting stays.

        Raises
        ------
        UnknownNameError
            If the folder has no such lexicon.
        KneebayesError
            If the model has learnt from patients: what they taught was said of the words as
            they were read then.
        """
        self._refuse_if_learnt("with_lexicon")
        read = type(self)(self.knowledge, lexicon)
        return read if self.setting is None else read.in_setting(self.setting)

    @cached_property
    def readings(self) -> Mapping[str, Self]:
        """The same model under every lexicon of the folder, itself among them, by id."""
        return {
            id: self if id == self.elicited.lexicon else self.with_lexicon(id)
            for id in self.knowledge.lexicons
        }

    @cached_property
    def solved(self) -> Solved:
        """Leaks solved for draws of the words: the next patient's robustness needs them again."""
        return {}

    def _refuse_if_learnt(self, door: str) -> None:
        """What patients taught holds for one reading of the words and one place."""
        if self.learnt is not None:
            message = (
                f"This model learnt from {self.learnt.told}; {door}() would forget them. "
                f"Take model.learnt.before.{door}(...) and update it with the patients again."
            )
            raise KneebayesError(message)
