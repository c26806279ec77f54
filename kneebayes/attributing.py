"""What can be asked of a differential about what produced its findings."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from kneebayes.case import Answer, read_answers
from kneebayes.case.answers import KINDS, WHERE
from kneebayes.case.belief import conflict_of
from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence, most_probable_sets, probability_of_exactly
from kneebayes.questions.attribute.attributing import attribute
from kneebayes.questions.attribute.attribution import Attribution
from kneebayes.questions.attribute.cause_sets import CauseSets
from kneebayes.questions.attribute.intervention import remove_cause
from kneebayes.questions.attribute.surprise import surprise
from kneebayes.questions.attribute.surprises import Surprises
from kneebayes.questions.attribute.whatif import WhatIf
from kneebayes.questions.explain.nomogram import Nomogram
from kneebayes.view.reporting import Known

if TYPE_CHECKING:
    from kneebayes.model import Model

__all__ = ["Attributing"]


class Attributing:
    """The questions of a :class:`kneebayes.Differential` about what lies behind its findings."""

    _model: Model
    _evidence: Evidence
    _answers: tuple[Answer, ...]

    @property
    def _known(self) -> Known:
        return Known(self._model.knowledge, self._model.elicited.lexicon, self._answers)

    def attribution(self) -> Attribution:
        """What produced each finding that is present, the complaint first.

        For each cause P(it is present and set off the finding, directly or by way of other
        nodes but causes | evidence), exactly; and what no cause explains.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True, "chest pain": True})
        >>> dx.attribution().unexplained
        ('chest_pain',)
        """
        model, knowledge = self._model, self._model.knowledge
        findings = sorted(knowledge.findings, key=lambda id: id != knowledge.meta.complaint)
        causes, contexts = list(knowledge.causes), set(knowledge.contexts)
        told = attribute(model.engine, self._evidence, findings, causes, contexts)
        return Attribution(self._known, told)

    def surprises(self) -> Surprises:
        """How surprising each answer is given all others, and whether its opposite was meant.

        Examples
        --------
        >>> import kneebayes as kb
        >>> said = {"fever": True, "redness": True, "swollen knee": True, "warmth": False}
        >>> kb.load().diagnose(said).surprises().table["id"].iloc[0]
        'fever'
        """
        engine, complaint = self._model.engine, self._model.knowledge.meta.complaint
        conflict = conflict_of(engine, self._evidence, complaint)
        told = surprise(engine, self._evidence, complaint)
        return Surprises(self._known, told, conflict)

    def without(self, cause: str) -> WhatIf:
        """Which findings would persist in this patient had a cause been absent.

        Parameters
        ----------
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
        model, knowledge = self._model, self._model.knowledge
        id = model.names.meaning(cause, ("cause",), "model.causes").id
        answered = [answer.id for answer in self._answers if answer.id in knowledge.findings]
        told = remove_cause(model.engine, self._evidence, id, answered)
        posterior = model.engine.propagate(self._evidence, [id]).present(id)
        return WhatIf(self._known, id, posterior, told)

    def sets(self, k: int = 5) -> CauseSets:
        """The most probable sets of causes: exactly these present, all others absent.

        Parameters
        ----------
        k
            How many sets. The first is the most probable explanation.

        Raises
        ------
        EvidenceError
            If ``k`` is not a whole number of at least 1.

        Examples
        --------
        >>> import kneebayes as kb
        >>> kb.load().diagnose({"lump behind the knee": True}).sets(2).best
        ('bakers_cyst',)
        """
        if isinstance(k, bool) or not isinstance(k, int) or k < 1:
            message = f"'k' must be a whole number of at least 1, got {k!r}."
            raise EvidenceError(message)
        engine, causes = self._model.engine, self._model.knowledge.causes
        found = tuple(islice(most_probable_sets(engine, self._evidence, list(causes)), k))
        urgent = [id for id, cause in causes.items() if cause.urgent]
        any_urgent = engine.probability_of_any([urgent], self._evidence)[0]
        return CauseSets(self._known, found, any_urgent)

    def probability_of_exactly(self, *causes: str) -> float:
        """P(exactly these causes are present and all others absent | evidence).

        Parameters
        ----------
        causes
            Causes by any of their names; none at all asks for no cause being present.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True})
        >>> one, best = dx.probability_of_exactly("baker's cyst"), dx.sets(1).sets[0]
        >>> abs(one - best.probability) < 1e-12
        True
        """
        names, known = self._model.names, list(self._model.knowledge.causes)
        present = [names.meaning(name, ("cause",), "model.causes").id for name in causes]
        return probability_of_exactly(self._model.engine, self._evidence, known, present)

    def nomogram(self, cause: str, finding: str, answer: object = None) -> Nomogram:
        """One step of Fagan's nomogram: what one answer does to the odds of one cause.

        The step leads from all else that is known to all that is known. Its likelihood ratio
        is therefore that of the answer *given the others*; beside it stands the ratio that
        the answer has with nothing known but the complaint.

        Parameters
        ----------
        cause
            Any of its names.
        finding
            A finding, context or other cause by any of its names.
        answer
            What to take for the answer, as :meth:`kneebayes.Model.diagnose` takes it. Left
            out, the answer that was told, or else that the finding is present.

        Raises
        ------
        UnknownNameError
            If a name is not known.
        EvidenceError
            If the cause is certain without this answer, or the answer is about the cause.
        ImpossibleEvidenceError
            If the answer cannot come.

        Examples
        --------
        >>> import kneebayes as kb
        >>> step = kb.load().diagnose({"age": "older"}).nomogram("Baker's cyst", "lump")
        >>> bool(step.before < step.after and step.ratio > 1.0)
        True
        """
        model = self._model
        id = model.names.meaning(cause, ("cause",), "model.causes").id
        meant = model.names.meaning(finding, KINDS, WHERE)
        told = {one.id: one for one in self._answers}
        if answer is None and meant.id in told:
            asked = told[meant.id]
        else:
            said = {finding: True if answer is None else answer}
            read = read_answers(model.knowledge, model.names, model.network, said)
            if len(read) != 1:
                message = f"'{finding}' needs one answer about one finding, got {answer!r}."
                raise EvidenceError(message)
            asked = read[0]
        others = [one for one in self._answers if one.id != asked.id]
        known = Known(model.knowledge, model.elicited.lexicon, (*others, asked))
        supposed = asked != told.get(asked.id)
        return Nomogram.of(model.engine, known, id, asked, supposed=supposed)
