"""What a closed case was worth in numbers: scores, urgency, questions, beliefs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kneebayes.arguments import checked
from kneebayes.case import Urgency, UrgencyReason, judge_urgency, read_answers
from kneebayes.errors import EvidenceError
from kneebayes.odds import logit
from kneebayes.teaching.grether import StatedBelief
from kneebayes.teaching.patients import Hardness, causes_there, hardness_of
from kneebayes.teaching.questioning import chain_of, question_rows, walk_plan
from kneebayes.teaching.scoring import brier_score, divergence, log_score
from kneebayes.teaching.situation import LEVELS, Situation, uncertainty_of

__all__ = ["Judgement"]


@dataclass(frozen=True, repr=False, eq=False)
class Judgement:
    """What a learner did on one case, in numbers against the truth and the exact posterior.

    Attributes
    ----------
    case
        The closed case.

    Raises
    ------
    EvidenceError
        If the case is open.
    """

    case: Situation

    def __post_init__(self) -> None:
        if not self.case.closed:
            message = "The case is still open. Close it with case.close({...}) to get feedback."
            raise EvidenceError(message)

    # probabilities

    @property
    def advice(self) -> str:
        """How urgent the learner said it is; empty where he did not say."""
        return self.case.advice

    @cached_property
    def explains(self) -> dict[str, bool]:
        """Whether each cause truly explains the complaint, by id."""
        return {
            id: self.case.truth[id] == "present" for id in self.case.model.data.knowledge.causes
        }

    @cached_property
    def stated(self) -> dict[str, float]:
        """The final probability of every cause; its prior where it was never named."""
        priors = self.case.model.data.elicited.priors
        return {id: priors[id].value for id in self.explains} | self.case.stated

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """Ids of the causes that are there without explaining the complaint."""
        there = causes_there(self.case.model, self.case.truth)
        return tuple(id for id in there if not self.explains[id])

    @property
    def exact(self) -> Mapping[str, float]:
        """The exact posterior given what the learner found out."""
        return self.case.exact

    @cached_property
    def opening(self) -> Situation:
        """The case at the beginning, before the first step."""
        return chain_of(self.case)[0]

    @cached_property
    def scores(self) -> dict[str, float]:
        """Of the final differential.

        ``log_score`` (bits) and ``brier`` against the truth, ``log_score_exact`` and
        ``brier_exact`` the same of the exact posterior, ``divergence`` (Kullback-Leibler
        divergence of stated from exact, bits) and ``distance`` (sum of squares between the two).
        """
        return {
            "log_score": log_score(self.stated, self.explains),
            "log_score_exact": log_score(self.exact, self.explains),
            "brier": brier_score(self.stated, self.explains),
            "brier_exact": brier_score(self.exact, self.explains),
            "divergence": divergence(self.exact, self.stated),
            "distance": sum((self.exact[id] - p) ** 2 for id, p in self.stated.items()),
        }

    @cached_property
    def hardness(self) -> Hardness:
        """How hard the patient was, measured."""
        return hardness_of(self.case.model, self.case.truth)

    @checked
    def statements(self, case: int = 0) -> list[StatedBelief]:
        """Every probability that was stated, with the prior and the evidence it should rest on.

        Stated probabilities of 0 and 1 have no logit and are left out.

        Parameters
        ----------
        case
            A number for this case.
        """
        opening = self.opening.exact
        statements = []
        for point in chain_of(self.case):
            for id, value in point.steps[-1].stated.items() if point.steps else ():
                prior = logit(opening[id])
                evidence = logit(point.exact[id]) - prior
                if 0.0 < value < 1.0:
                    statements.append(StatedBelief(case, id, prior, evidence, logit(value)))
        return statements

    # urgency

    @cached_property
    def due(self) -> Urgency:
        """What the signs call for that the learner found or could have found for nothing.

        Results of tests that nobody ordered do not count, nor does the truth about causes:
        :attr:`hindsight` has those.
        """
        return self._judged([*self.case.known, *self._free])

    @cached_property
    def hindsight(self) -> Urgency:
        """What the whole truth calls for: every sign, every test, and the causes there are.

        A cause that is there counts, whether it explains the complaint or is silent.
        """
        knowledge = self.case.model.data.knowledge
        there = dict.fromkeys((*self._causes, *self.silent), "present")
        return self._judged([*knowledge.findings, *knowledge.contexts], there)

    @cached_property
    def missed(self) -> tuple[UrgencyReason, ...]:
        """Rules that fire on what could be had for nothing, but not on what was known."""
        known = {(reason.level, reason.text) for reason in self.case.urgency.reasons}
        return tuple(
            reason for reason in self.due.reasons if (reason.level, reason.text) not in known
        )

    @property
    def _free(self) -> list[str]:
        """Ids of what could still be asked for nothing when the case was closed."""
        return [id for id in self.case.open if self.case.price_of(id) == 0.0]

    @property
    def advice_too_low(self) -> bool | None:
        """Whether less was advised than the truth calls for; None where nothing was advised."""
        if not self.advice:
            return None
        return LEVELS.index(self.advice) < LEVELS.index(self.due.level)

    @property
    def _causes(self) -> list[str]:
        return [id for id, true in self.explains.items() if true]

    def _judged(self, ids: list[str], more: Mapping[str, str] | None = None) -> Urgency:
        model = self.case.model
        seen = {**{id: self.case.truth[id] for id in ids}, **(more or {})}
        answers = read_answers(model.data.knowledge, model.data.names, model.data.network, seen)
        return judge_urgency(model.data.knowledge, answers)

    # questions

    @cached_property
    def question_rows(self) -> list[dict[str, object]]:
        """The rows of :attr:`Feedback.table`."""
        return question_rows(self.case)

    @property
    def bits(self) -> float:
        """Expected information gain of all questions asked, each when it was asked."""
        return sum(float(str(row["bits"])) for row in self.question_rows)

    @cached_property
    def plan(self) -> Situation:
        """The same patient asked greedily: as many questions, for no more cost.

        See :func:`kneebayes.teaching.questioning.walk_plan`; its ``steps`` say what was asked.
        """
        asked = sum(len(step.asked) for step in self.case.steps)
        return walk_plan(self.opening, asked, self.case.cost)

    @cached_property
    def uncertainty(self) -> dict[str, float]:
        """Bits of uncertainty about the causes: ``opening``, ``closed`` and ``plan``.

        Before the first question, after the learner's last, and after the plan's.
        """
        return {
            "opening": uncertainty_of(self.opening),
            "closed": uncertainty_of(self.case),
            "plan": uncertainty_of(self.plan),
        }

    @property
    def best_bits(self) -> float:
        """Uncertainty that the plan took away, in bits; never more than there was."""
        return max(0.0, self.uncertainty["opening"] - self.uncertainty["plan"])

    @cached_property
    def not_asked(self) -> dict[str, str]:
        """Label and true state of each finding or test result that is there and was not asked."""
        model, truth = self.case.model, self.case.truth
        there = {id: truth[id] for id in self.case.open if id in model.data.knowledge.findings}
        present = {id: state for id, state in there.items() if state != "absent"}
        answers = read_answers(model.data.knowledge, model.data.names, model.data.network, present)
        return {answer.label: answer.state for answer in answers}

    @cached_property
    def belief_rows(self) -> list[dict[str, object]]:
        """The rows of :attr:`Feedback.differential`."""
        knowledge = self.case.model.data.knowledge
        rows = [
            {
                "id": id,
                "cause": knowledge.causes[id].label,
                "urgent": knowledge.causes[id].urgent,
                "explains": self.explains[id],
                "silent": id in self.silent,
                "opening": self.opening.exact[id],
                "exact": self.exact[id],
                "stated": self.stated[id],
                "named": id in self.case.stated,
            }
            for id in self.explains
        ]
        return sorted(rows, key=lambda row: -float(str(row["exact"])))

    @property
    def summary(self) -> dict[str, object]:
        """The case in one row: what was asked for, what it cost, what it was worth."""
        return {
            "seed": self.case.seed,
            "difficulty": self.case.difficulty,
            "kind": self.case.kind,
            "true_causes": "|".join(self._causes),
            "questions": len(self.question_rows),
            "cost": self.case.cost,
            "burden": self.case.burden,
            **self.scores,
            "bits": self.bits,
            "best_bits": self.best_bits,
            **{f"uncertainty_{when}": bits for when, bits in self.uncertainty.items()},
            "missed": len(self.missed),
            "due": self.due.level,
            "advice": self.advice,
            "advice_too_low": self.advice_too_low,
        }
