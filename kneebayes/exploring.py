"""What can be asked of a model besides a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kneebayes.building import Elicited
from kneebayes.case import Answer, read_answers
from kneebayes.case.answers import by_node, evidence_of
from kneebayes.errors import EvidenceError
from kneebayes.inference import Engine, sample_posteriors
from kneebayes.knowledge import Knowledge, Names
from kneebayes.questions.attribute.distinguishability import Distinguishability
from kneebayes.questions.attribute.distinguishing import distinguish
from kneebayes.questions.attribute.sampled import SampledDifferential
from kneebayes.view.reporting import Known

__all__ = ["Exploring"]


class Exploring:
    """The questions that a :class:`kneebayes.Model` answers about itself, or by chance."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine

    def distinguish(
        self, given: Mapping[str, object] | None = None, causes: Sequence[str] | None = None
    ) -> Distinguishability:
        """Which causes the findings can tell apart, in bits.

        Parameters
        ----------
        given
            What holds whichever the cause is, by name: contexts and findings; the complaint
            is present unless said otherwise. What is given is no longer counted.
        causes
            Causes or groups to compare, by any of their names; left out, all. All other
            causes are absent.

        Raises
        ------
        EvidenceError
            If a cause is given, or fewer than two are to be compared.
        ImpossibleEvidenceError
            If a cause alone cannot be true together with what is given.

        Examples
        --------
        >>> import kneebayes as kb
        >>> told = kb.load().distinguish(causes=["liposarcoma", "synovial sarcoma", "gout"])
        >>> told.table[["cause", "other", "apart"]].head(1)
                 cause             other  apart
        0  liposarcoma  synovial sarcoma  False
        >>> told.between("gout", "liposarcoma")["finding"].iloc[0]
        'lump behind the knee'
        """
        answers = self._answers(given)
        told = [answer.label for answer in answers if answer.id in self.knowledge.causes]
        if told:
            message = (
                f"Causes cannot be given here, since each is taken as the only one in turn. Got "
                f"{', '.join(told)}. Say which to compare with causes=[...]."
            )
            raise EvidenceError(message)
        compared = self._compared(causes)
        evidence = evidence_of(answers)
        findings = [
            id
            for id in self.knowledge.findings
            if id != self.knowledge.meta.complaint and id not in evidence.likelihoods
        ]
        others = list(self.knowledge.causes)
        distances = distinguish(self.engine, evidence, compared, findings, others)
        known = Known(self.knowledge, self.elicited.lexicon, answers)
        return Distinguishability(known, distances)

    def sample(
        self,
        answers: Mapping[str, object] | None = None,
        draws: int = 100_000,
        seed: int = 0,
    ) -> SampledDifferential:
        """Estimate the posteriors by chance, where an exact answer is too wide.

        Likelihood weighting: worlds are drawn from the network and weighted by how probable
        they make the evidence. The more is known, the less a draw is worth;
        ``effective_draws`` says how much. A cause that is rare by itself but explains the
        evidence well may never be drawn; then its estimate and its standard error are both
        too small. :meth:`kneebayes.Model.diagnose` is exact.

        Parameters
        ----------
        answers
            As in :meth:`kneebayes.Model.diagnose`.
        draws
            How many worlds to draw.
        seed
            Where chance begins; the same seed gives the same estimates.

        Raises
        ------
        EvidenceError
            If an answer cannot be understood, or ``draws`` or ``seed`` is no such number.
        ImpossibleEvidenceError
            If no draw is possible under the evidence.

        Examples
        --------
        >>> import kneebayes as kb
        >>> told = kb.load().sample({"lump behind the knee": True}, draws=20_000)
        >>> told.table["cause"].iloc[0]
        "Baker's cyst"
        >>> bool(told.table["standard_error"].max() < 0.02)
        True
        """
        for name, number, least in (("draws", draws, 1), ("seed", seed, 0)):
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                message = f"'{name}' must be a whole number of at least {least}, got {number!r}."
                raise EvidenceError(message)
        read = self._answers(answers)
        rng = np.random.default_rng(seed)
        sampled = sample_posteriors(
            self.engine.network, evidence_of(read), list(self.knowledge.causes), draws, rng
        )
        known = Known(self.knowledge, self.elicited.lexicon, read)
        return SampledDifferential(known, sampled, draws, seed)

    def _answers(self, said: Mapping[str, object] | None) -> tuple[Answer, ...]:
        """Answers with the complaint among them, unless something else was said of it."""
        told: Mapping[str, object] = {} if said is None else said
        complaint = self.knowledge.meta.complaint
        if complaint not in by_node(self.knowledge, self.names, told):
            told = {complaint: True, **told}
        return read_answers(self.knowledge, self.names, self.engine.network, told)

    def _compared(self, names: Sequence[str] | None) -> list[str]:
        """Ids of the causes to compare, each once."""
        if names is None:
            return list(self.knowledge.causes)
        if isinstance(names, str):
            message = f"'causes' must be a list of names, got {names!r} alone."
            raise EvidenceError(message)
        ids: list[str] = []
        for name in names:
            meaning = self.names.meaning(name, ("cause", "group"), "model.causes")
            group = meaning.kind == "group"
            ids += self.knowledge.groups[meaning.id].members if group else [meaning.id]
        ids = list(dict.fromkeys(ids))
        if len(ids) < 2:
            message = f"At least two causes are needed to be told apart, got {len(ids)}."
            raise EvidenceError(message)
        return ids
