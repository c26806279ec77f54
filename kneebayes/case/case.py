"""One patient: a model, what is known, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import pd, renamed
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.building.result import Elicited
from kneebayes.case.answers import (
    KINDS,
    WHERE,
    Answer,
    answer_of,
    by_name,
    evidence_of,
    read_answers,
    read_in_order,
    says_yes,
)
from kneebayes.case.urgency import CareLine, Urgency, care_of, judge_urgency
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Engine, Evidence, smallest_conflict
from kneebayes.knowledge import Knowledge, Names
from kneebayes.text import counted, marked, shown


class CaseLike(Protocol):
    """Whatever carries a patient: the case alone, or the public differential around it."""

    @property
    def case(self) -> Case:
        """The patient."""


class Diagnosing(ModelLike, Protocol):
    """A model that makes a differential of answers."""

    def diagnose(self, answers: Mapping[str, object] | None = None) -> CaseLike:
        """Rank the causes given what is known of a patient."""


@dataclass(frozen=True)
class Belief:
    """Posteriors given one patient's evidence, by cause."""

    posteriors: Mapping[str, float]  # P(it explains the complaint | evidence); they add up to 1
    present: Mapping[str, float]  # P(it is there | evidence), whether it explains or not
    log_probability: float  # natural logarithm of P(evidence)


def believe(engine: Engine, knowledge: Knowledge, evidence: Evidence) -> Belief:
    """Posteriors of all causes; what conflicts, or is too wide, is named in an error."""
    causes = list(knowledge.causes)
    try:
        there = knowledge.there
        propagated = engine.propagate(evidence, [*causes, *(there[id] for id in causes)])
    except TooWideError as error:
        message = f"{error} Or ask for an estimate by name: model.sample(answers)."
        raise TooWideError(message) from error
    log_probability = float(propagated.log_probability[0])
    if log_probability == -np.inf:
        raise impossible_evidence(engine, knowledge, evidence)
    posteriors = {id: propagated.present(id) for id in causes}
    present = {id: propagated.present(there[id]) for id in causes}
    return Belief(posteriors, present, log_probability)


def impossible_evidence(
    engine: Engine, knowledge: Knowledge, evidence: Evidence
) -> ImpossibleEvidenceError:
    """The error for evidence of probability 0: it names the smallest set that conflicts."""
    conflict = smallest_conflict(engine, evidence)
    words = ", ".join(
        f"{knowledge.label(knowledge.cause_of(id) or id)} = {_state(engine, evidence, id)}"
        for id in conflict
    )
    message = (
        f"The evidence has probability 0 under this model: {words} cannot be true together. "
        "Change or leave out one of them."
    )
    return ImpossibleEvidenceError(message, conflict)


def _state(engine: Engine, evidence: Evidence, id: str) -> str:
    state = evidence.hard_state(id)
    return "uncertain" if state is None else engine.network[id].states[state]


@dataclass(frozen=True, slots=True)
class RankedCause:
    """One cause in a ranking."""

    id: str
    cause: str  #: its label
    group: str  #: the one that it is counted in
    prior: float  #: P(it explains the complaint | complaint)
    posterior: float  #: P(it explains the complaint | evidence)
    present: float  #: P(it is there | evidence), whether it explains the complaint or not
    ratio: float  #: posterior / prior
    urgent: bool  #: whether the cause is urgent by itself


@dataclass(frozen=True, repr=False)
class Case:
    """One patient as a model sees them: what is known, and what follows from it."""

    data: ModelData
    in_order: tuple[Answer, ...] = ()  # what is known, in the order in which it was said
    left_open: tuple[str, ...] = ()  # ids of what was said to be unknown
    remarks: tuple[str, ...] = ()  # where the answers come from, if not from the user
    to_look_at: tuple[str, ...] = ()  # what a history left open, as rules of urgency name it

    @classmethod
    def of(cls, model: ModelLike, answers: Mapping[str, object] | pd.Series | None = None) -> Case:
        """Read answers by name; the complaint is present unless something is said of it."""
        data, source = model.data, {} if answers is None else answers
        named, read = read_in_order(data, source)
        if data.complaint not in named:
            read = (cls(data).answered(data.complaint, "present"), *read)
        return cls(data, read, _open_of(named, read))

    @property
    def case(self) -> Case:
        """The case itself."""
        return self

    def given(self, answers: Mapping[str, object] | pd.Series) -> Case:
        """The case with more known, or with answers changed or taken back (None)."""
        data = self.data
        named, read = read_in_order(data, answers)
        others = tuple(answer for answer in self.in_order if answer.id not in named)
        still_open = tuple(id for id in self.left_open if id not in named)
        left_open = (*still_open, *_open_of(named, read))
        return replace(self, in_order=(*others, *read), left_open=left_open)

    def but(self, answer: Answer) -> Case:
        """The case with one answer more, or in place of another about the same node; said last."""
        others = tuple(known for known in self.in_order if known.id != answer.id)
        return replace(self, in_order=(*others, answer))

    # the model, within reach

    @property
    def knowledge(self) -> Knowledge:
        """What the folder says."""
        return self.data.knowledge

    @property
    def names(self) -> Names:
        """What names in the folder mean."""
        return self.data.names

    @property
    def engine(self) -> Engine:
        """What answers questions about the network."""
        return self.data.engine

    @property
    def elicited(self) -> Elicited:
        """The network, and where each of its numbers comes from."""
        return self.data.elicited

    # what is known

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What is known, in the order of the network."""
        index = self.data.network.index
        return tuple(sorted(self.in_order, key=lambda answer: index[answer.id]))

    @cached_property
    def evidence(self) -> Evidence:
        """The answers for the engine."""
        return evidence_of(self.answers)

    def answered(self, id: str, state: str) -> Answer:
        """An answer about a node, for certain."""
        likelihood = tuple(float(here == state) for here in self.data.network[id].states)
        return answer_of(self.data, id, likelihood)

    # what follows

    @cached_property
    def belief(self) -> Belief:
        """The posterior of every cause; where there is none, how urgent the signs are is told."""
        try:
            return believe(self.engine, self.knowledge, self.evidence)
        except ImpossibleEvidenceError as error:
            if not self.urgency.reasons:
                raise
            message = f"{error.message} Whichever is wrong: {self.urgency.in_short}"
            raise ImpossibleEvidenceError(message, error.conflict, self.level) from None

    @property
    def posteriors(self) -> Mapping[str, float]:
        """P(cause explains the complaint | evidence) by id of the cause; they add up to 1."""
        return self.belief.posteriors

    @cached_property
    def by_probability(self) -> tuple[str, ...]:
        """Ids of the causes, most probable first."""
        return tuple(sorted(self.knowledge.causes, key=lambda id: -self.posteriors[id]))

    @cached_property
    def ranked(self) -> tuple[RankedCause, ...]:
        """The causes, most probable first."""
        causes, priors = self.knowledge.causes, self.elicited.priors
        return tuple(
            RankedCause(
                id,
                causes[id].label,
                causes[id].group,
                priors[id].value,
                self.posteriors[id],
                self.belief.present[id],
                self.posteriors[id] / priors[id].value,
                causes[id].urgent,
            )
            for id in self.by_probability
        )

    def group_posteriors(self, groups: Iterable[str]) -> dict[str, float]:
        """P(one of its members explains the complaint | evidence) by id of the group."""
        asked = list(groups)
        members = [self.knowledge.groups[id].members for id in asked]
        return dict(zip(asked, self.engine.probability_of_any(members, self.evidence), strict=True))

    def probability(self, event: Mapping[str, object]) -> float:
        """P(all of an event | evidence); a group in it means at least one of its members."""
        event, engine, knowledge = by_name(event), self.engine, self.knowledge
        meant = {name: self.names.meaning(name, KINDS, WHERE) for name in event}
        groups = [n for n, value in meant.items() if value.kind == "group" and says_yes(event[n])]
        if len(groups) > 1:
            message = f"An event can name one group as present, got {', '.join(groups)}."
            raise EvidenceError(message)
        others = {name: answer for name, answer in event.items() if name not in groups}
        for name, answer in others.items():
            _refuse_all_but_states(self.data, name, answer)
        if engine.log_probability(self.evidence) == -np.inf:
            raise impossible_evidence(engine, knowledge, self.evidence)
        asked = evidence_of(read_answers(self.data, others))
        share = engine.posterior(asked, self.evidence)
        if not groups or share == 0.0:
            return share
        # as everywhere, a cause that is named is there, whether it explains the complaint or not
        named = knowledge.groups[meant[groups[0]].id].members
        members = [knowledge.there.get(id, id) for id in named]
        return share * engine.probability_of_any([members], self.evidence.plus(asked))[0]

    @cached_property
    def any_urgent(self) -> float:
        """P(an urgent cause, or an urgent part of something else, explains it | evidence)."""
        return self.engine.probability_of_any([self.knowledge.urgent], self.evidence)[0]

    @property
    def probability_of_evidence(self) -> float:
        """P(everything that is known, the complaint included) under the model."""
        return float(np.exp(self.belief.log_probability))

    @cached_property
    def conflict(self) -> float:
        """Jensen's measure of conflict, in bits: ``log2(prod P(e_i) / P(e))`` (UAI 1990).

        Everything is conditioned on the complaint where that was observed, since it is what
        every patient brings. Above zero the answers do not support each other; below zero they do.
        """
        evidence, log_probability = self.evidence, self.engine.log_probability
        given = [self.data.complaint] if self.data.complaint in evidence.likelihoods else []
        base = log_probability(evidence.only(given))
        single = sum(
            log_probability(evidence.only([*given, id])) - base
            for id in evidence
            if id not in given
        )
        return (single - (log_probability(evidence) - base)) / float(np.log(2.0))

    @cached_property
    def urgency(self) -> Urgency:
        """What the source says to do now, and which sign says so; not a probability."""
        told = (*self.left_open, *(answer.id for answer in self.answers))
        settled = {self.knowledge.cause_of(id) or id for id in told}
        still_open = [name for name in self.to_look_at if name.partition(".")[0] not in settled]
        return judge_urgency(self.knowledge, self.answers, still_open)

    @property
    def level(self) -> str:
        """How urgent it is now."""
        return self.urgency.level

    def level_after(self, more: Mapping[str, str]) -> str:
        """How urgent it would be after some more answers: states by id."""
        further = [self.answered(id, state) for id, state in more.items()]
        return judge_urgency(self.knowledge, [*self.answers, *further]).level

    # in words

    @cached_property
    def care(self) -> tuple[CareLine, ...]:
        """What may be done about the likely causes, as the source gives it."""
        groups = {id: group for id, group in self.knowledge.groups.items() if group.care}
        shares = self.group_posteriors(groups) if groups else {}
        causes = {row.id: row.posterior for row in self.ranked}
        return care_of(self.knowledge, self.answers, self.level, shares, causes)

    @property
    def title(self) -> str:
        """What the complaint is called."""
        return self.knowledge.meta.title

    @property
    def disclaimer(self) -> str:
        """What the model is not."""
        return self.knowledge.meta.disclaimer

    def label(self, id: str) -> str:
        """Label of a node."""
        return self.knowledge.label(id)

    def marked(self, cause: str) -> str:
        """Label of a cause, saying so where it is an urgent one."""
        return marked(self.label(cause), self.knowledge.causes[cause].urgent)

    def __repr__(self) -> str:
        count = counted(len(self.in_order), "answer")
        return f"Case({count}, {self.data.reading})"


def _refuse_all_but_states(data: ModelData, name: str, state: object) -> None:
    """What is only likely, or unknown, would make of an event something without a probability."""
    read = read_answers(data, {name: state})
    certain = all(value in (0.0, 1.0) for answer in read for value in answer.likelihood)
    if not read or not certain or isinstance(state, Mapping):
        message = f"'{name}' in an event must be True, False or a state. Got {shown(state)}."
        raise EvidenceError(message)


def _open_of(named: Iterable[str], answers: Iterable[Answer]) -> tuple[str, ...]:
    """Ids of what was spoken of, but not answered."""
    answered = {answer.id for answer in answers}
    return tuple(id for id in named if id not in answered)


@renamed(given="answers")
@checked
def probability(
    model: ModelLike, event: Mapping[str, object], answers: Mapping[str, object] | None = None
) -> float:
    """P(event | answers) for any nodes together; the complaint is not taken for granted.

    Parameters
    ----------
    event
        States by name; a group means at least one of its members.
    answers
        What is known, by name; left out, nothing is known, not even the complaint.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> gout = {"gout": True}
    >>> knee.probability(gout) < knee.probability(gout, {"gout known": True})
    True
    """
    known = read_answers(model.data, {} if answers is None else answers)
    return Case(model.data, known).probability(event)
