"""A model to practise on: virtual patients and natural frequencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from kneebayes.building import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.model import Model
    from kneebayes.teaching import Learner, NaturalFrequencies, Practice, PracticeCase

__all__ = ["Practising"]


class Practising:
    """What a :class:`kneebayes.Model` offers to those who learn and teach."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine

    def case(
        self,
        difficulty: str = "medium",
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
            findings are for the causes. ``any`` takes the next patient as he comes.
        kind
            ``red herring``: a finding that no true cause produced points elsewhere;
            ``second cause``: two or more causes are present; ``urgent``: an urgent cause is
            present, or the signs say to go now; ``any``: whatever comes.
        seed
            Where chance begins; the same seed draws the same patient. Left out, a new one is
            taken, which the case tells.
        background
            What is told at the beginning besides the complaint: ``all`` contexts as on a form
            that was filled in, ``some`` (a random half, whatever they are, so that what is
            not told says nothing) or ``none``. With less told, the best question takes longer
            to find.

        Raises
        ------
        KneebayesError
            If a word or the seed makes no sense, or there is no such patient.

        Examples
        --------
        >>> import kneebayes as kb
        >>> case = kb.load().case(difficulty="any", seed=1).ask("fever", "lump behind the knee")
        >>> case.table["what"].tolist()[-2:]
        ['fever', 'lump behind the knee']
        >>> told = case.close({"Baker's cyst": 0.2, "meniscus tear": 0.3}, advice="routine")
        >>> told.scores["divergence"] > 0.0
        True
        """
        from kneebayes.teaching.opening import open_case

        return open_case(cast("Model", self), difficulty, kind, seed, background)

    def open_case(self, path: str | Path) -> PracticeCase:
        """Read a case that was saved, and replay it step by step.

        A closed case comes back closed; ``Feedback(case)`` is the feedback on it.

        Parameters
        ----------
        path
            The file that :meth:`PracticeCase.save` wrote.

        Raises
        ------
        KneebayesError
            If it is no case of this model; says where and why.
        """
        from kneebayes.teaching.saving import read_case

        return read_case(cast("Model", self), path)

    def practice(
        self,
        learner: Learner,
        cases: int = 100,
        *,
        seed: int = 0,
        difficulty: str = "any",
        kind: str = "any",
        name: str = "",
        progress: bool | None = None,
    ) -> Practice:
        """Let a scripted learner close many cases.

        Parameters
        ----------
        learner
            A function that takes a case and a NumPy generator, and returns how it closed the
            case; such as :func:`kneebayes.teaching.ask_the_best`.
        cases
            How many.
        seed
            Where chance begins; learners with the same seed meet the same patients.
        difficulty, kind
            As :meth:`case` takes them. Only ``any`` leaves calibration unshifted.
        name
            What to call the learner; left out, the name of the function.
        progress
            Whether to show a bar; left out, one is shown for more than 50 cases.

        Raises
        ------
        KneebayesError
            If the number of cases makes no sense, or there are no such patients.

        Examples
        --------
        >>> import kneebayes as kb
        >>> from kneebayes.teaching import ask_at_random
        >>> done = kb.load().practice(ask_at_random, 3)
        >>> done.weights["ask at random"].faults
        ()
        """
        from kneebayes.teaching.practice import run_practice

        return run_practice(
            cast("Model", self),
            learner,
            cases,
            seed=seed,
            difficulty=difficulty,
            kind=kind,
            name=name,
            progress=progress,
        )

    def natural_frequencies(
        self,
        cause: str,
        findings: str | Iterable[str] | Mapping[str, object],
        given: Mapping[str, object] | None = None,
        people: int | None = None,
    ) -> NaturalFrequencies:
        """A query as counts: of 1,000 people like this so many have the cause, of those ...

        Natural frequencies help people to reason rightly with probabilities (Gigerenzer and
        Hoffrage 1995).

        Parameters
        ----------
        cause
            A cause by any of its names; a group means at least one of its members.
        findings
            One name or several that are present, or answers by name; all together, certain.
        given
            What all the people have in common; the complaint is present unless said otherwise.
        people
            How many. Left out, 1,000, or as many of 10,000 and 100,000 as keep the fewest
            counts from being rounded to 0; those that are are told of.

        Raises
        ------
        UnknownNameError
            If a name is not known.
        EvidenceError
            If an answer is only likely or given twice, or the cause is certain already.
        ImpossibleEvidenceError
            If there are no such people.

        Examples
        --------
        >>> import kneebayes as kb
        >>> told = kb.load().natural_frequencies("Baker's cyst", "lump behind the knee")
        >>> print(told.sentences[0])
        Of 1,000 people like this, 235 have Baker's cyst (23.5%); 765 do not.
        >>> counts = told.counts
        >>> counts["with_cause"] + counts["without_cause"] == counts["people"]
        True
        """
        from kneebayes.teaching.counting import count_people

        return count_people(cast("Model", self), cause, findings, given, people)
