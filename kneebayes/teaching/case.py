"""A virtual patient to practise on: drawn, asked, and closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.arguments import checked
from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError
from kneebayes.knowledge.names import example_causes
from kneebayes.teaching.feedback import Feedback
from kneebayes.teaching.patients import check_word, draw_patient
from kneebayes.teaching.situation import LEVELS, Situation, Step, probabilities_by_id
from kneebayes.teaching.talking import clearly, hear, likeliest, names_of, told_at_first
from kneebayes.text import either, fold, shown, suggest

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike


@dataclass(frozen=True, repr=False, eq=False)
class PracticeCase(Situation):
    """A virtual patient at one point; it never changes, every step makes the next case.

    Made by :meth:`kneebayes.Model.practice_case`. What it holds is told by
    :class:`kneebayes.teaching.Situation`.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1)
    >>> case = case.ask("fever").state({"Baker's cyst": 0.3, "meniscus tear": 0.2})
    >>> case.close(advice="routine").advice
    'routine'
    """

    def ask(self, *names: str) -> PracticeCase:
        """Ask, examine or test; the next case has the answer.

        Parameters
        ----------
        names
            Findings and contexts by any of their names or in your own words, such as ``"is it
            swollen?"``, or ways of examining such as ``"ultrasound"``, which give all their
            results for one price.

        Raises
        ------
        UnknownNameError
            If it is not clear what is meant; names what comes near.
        EvidenceError
            If it is known already, or the case is closed.

        Examples
        --------
        >>> import kneebayes as kb
        >>> case = kb.load().practice_case(difficulty="any", seed=1).ask("fever", "ultrasound")
        >>> case.steps[0].asked, case.cost
        (('fever',), 3.0)
        """
        self._refuse_if_closed()
        case = self
        for name in names:
            case = case.after(case._asked(name))
        return case

    @checked
    def examine(self, method: str) -> PracticeCase:
        """Order an examination, such as ``"ultrasound"``, with all its results, for one price.

        Raises
        ------
        UnknownNameError
            If there is none of that name.
        EvidenceError
            If all its results are known already, or the case is closed.
        """
        self._refuse_if_closed()
        id = self._method(method) if isinstance(method, str) else ""
        if not id:
            there = self.examinations
            message = f"No examination named {shown(method)}. There are: {', '.join(there)}."
            raise UnknownNameError(message, str(method), suggest(str(method), there))
        return self.after(self.step_asking(method, id, self._results[id]))

    def state(self, probabilities: Mapping[str, float]) -> PracticeCase:
        """Say how probable some causes are now; may be said as often as one likes.

        That is P(it explains the complaint) by cause, between 0 and 1. One cause does; what is left
        for causes that are not named need not be said.

        Raises
        ------
        UnknownNameError
            If a cause is not known.
        EvidenceError
            If a number is no probability, a cause is named twice, or the case is closed.
        """
        self._refuse_if_closed()
        return self.after(Step(stated=probabilities_by_id(self.model.data, probabilities)))

    def close(
        self, probabilities: Mapping[str, float] | None = None, advice: str | None = None
    ) -> Feedback:
        """Close the case and see what was good and what was missed.

        Parameters
        ----------
        probabilities
            The final differential; left out, what was stated last. A cause that was never
            named counts with its prior, P(cause | complaint).
        advice
            How urgent it is: ``now``, ``soon`` or ``routine``; left out, nothing is advised.

        Raises
        ------
        UnknownNameError, EvidenceError
            As :meth:`state`; also if nothing was ever stated, or the advice is not one.
        """
        case = self if probabilities is None else self.state(probabilities)
        return Feedback(case.ended(advice))

    @checked
    def ended(self, advice: str | None = None) -> PracticeCase:
        """The case as it is when it is closed with what was stated last.

        Raises
        ------
        EvidenceError
            If nothing was ever stated, or the advice is not ``now``, ``soon``, ``routine`` or None.
        """
        self._refuse_if_closed()
        if not self.stated:
            example = json.dumps({example_causes(self.model.data.knowledge)[0]: 0.6})
            message = (
                "close: nothing was stated. Say how probable the causes are, such as "
                f"case.close({example})."
            )
            raise EvidenceError(message)
        if advice is not None and advice not in LEVELS:
            allowed = ", ".join(f"'{level}'" for level in LEVELS)
            message = f"advice: {shown(advice)} is no level of urgency. There are: {allowed}."
            raise EvidenceError(message)
        return replace(self, advice=advice or "", closed=True)

    def _refuse_if_closed(self) -> None:
        if self.closed:
            message = "This case is closed. Draw another, or go on from the case before closing."
            raise EvidenceError(message)

    def _asked(self, name: str) -> Step:
        """What a name asks for: a node, or else a way of examining."""
        names, kinds = self.model.data.names, ("finding", "context")
        try:
            meaning = names.meaning(name, kinds, "model.findings and model.contexts")
        except UnknownNameError:
            if not isinstance(name, str) or names.has(name, ("cause", "group")):
                raise  # nobody can be asked for these
            if method := self._method(name):
                return self.step_asking(name, method, self._results[method])
            if id := self._heard(name):
                return self.step_asking(name, "", (id,))
            raise
        return self.step_asking(name, "", (meaning.id,))

    def _heard(self, asked: str) -> str:
        """What a question in the learner's own words asks for; empty if nothing sounds like it."""
        knowledge = self.model.data.knowledge
        names = names_of(knowledge, (*knowledge.contexts, *knowledge.findings))
        known = knowledge.meta.complaint  # from the beginning
        heard = [pair for pair in hear(names, asked) if pair[0] != known]
        meant = clearly(heard)
        if len(heard) > 1 and not meant:
            near = [knowledge.label(id) for id in likeliest(heard)]
            message = f"'{asked}' may mean several things. Did you mean {either(near)}?"
            raise UnknownNameError(message, asked, near)
        return meant

    @property
    def examinations(self) -> list[str]:
        """Labels of the ways of examining that tell any results."""
        return [self.model.data.knowledge.methods[id].label for id in self._results]

    @property
    def _results(self) -> dict[str, tuple[str, ...]]:
        """The results of each way of examining that has any."""
        findings, methods = self.model.data.knowledge.findings, self.model.data.knowledge.methods
        by_method = {
            id: tuple(i for i, one in findings.items() if one.method == id) for id in methods
        }
        return {id: results for id, results in by_method.items() if results}

    def _method(self, name: str) -> str:
        """Id of a way of examining, by any of its names; empty if there is none."""
        for id in self._results:
            method = self.model.data.knowledge.methods[id]
            if fold(name) in {fold(word) for word in (id, method.label, *method.aliases)}:
                return id
        return ""


BACKGROUNDS = {"all": 1.0, "some": 0.5, "none": 0.0}  # share of the contexts that is told


@checked
def new_case(
    model: ModelLike,
    difficulty: str = "any",
    kind: str = "any",
    seed: int | None = None,
    background: str = "all",
) -> PracticeCase:
    """A virtual patient with the complaint, drawn from the network, to practise on.

    Parameters
    ----------
    difficulty
        ``easy``, ``medium`` or ``hard``, by what :class:`kneebayes.teaching.Hardness`
        measures: how much uncertainty is left after full work-up, and how odd the
        findings are for the causes. ``any`` takes the first patient drawn, as the page does.
    kind
        ``red herring``: some finding has no true cause and points to a wrong one;
        ``second cause``: besides the cause that explains it another one is there, silent;
        ``urgent``: an urgent cause is there, or signs that cost nothing call for help at once;
        ``routine``: neither, and no such sign calls for help soon; ``any``: no condition.
    seed
        Seed of the random numbers; the same seed draws the same patient. Left out, a new
        seed is chosen, and the case shows it.
    background
        What the learner knows at the beginning besides the complaint and what the patient
        tells at once, of how it began and of what worries: ``all`` of the
        background, as on a form that was filled in, ``some`` of it (a random half, so that
        nothing follows from what is missing) or ``none``. The less is known, the longer it
        takes to compute the best question.

    Raises
    ------
    KneebayesError
        If a word or the seed makes no sense, or there is no such patient.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1)
    >>> case = case.ask("fever", "lump behind the knee")
    >>> case.table["what"].tolist()[-2:]
    ['fever', 'lump behind the knee']
    >>> told = case.close({"Baker's cyst": 0.2, "meniscus tear": 0.3}, advice="routine")
    >>> told.scores["divergence"] > 0.0
    True
    """
    check_word("background", background, BACKGROUNDS)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**32))
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not whole or seed < 0:
        message = f"seed: must be a whole number from 0 on, or None. Got {shown(seed)}."
        raise KneebayesError(message)
    truth = draw_patient(model, int(seed), difficulty, kind)
    rng = np.random.default_rng(int(seed))
    contexts = list(model.data.knowledge.contexts)
    is_told = rng.random(len(contexts)) < BACKGROUNDS[background]
    ids = [id for id, yes in zip(contexts, is_told, strict=True) if yes]
    first = told_at_first(model, truth, int(seed))
    told = tuple(dict.fromkeys((*ids, *first)))
    return PracticeCase(model, truth, told, int(seed), difficulty, kind)
