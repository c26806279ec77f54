"""What a closed case was worth: scores, urgency, questions, beliefs, and which bias they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from kneebayes.arguments import checked
from kneebayes.case import Urgency, UrgencyReason, read_answers
from kneebayes.case.case import Case
from kneebayes.case.urgency import LEVELS, PROBABLE
from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.odds import inverse_logit, logit
from kneebayes.questions.explain.subsets import DECIBANS
from kneebayes.teaching.patients import Hardness, causes_there, hardness_of
from kneebayes.teaching.practice_text import in_short
from kneebayes.teaching.scoring import (
    LEAST_BITS,
    SUREST,
    StatedBelief,
    brier_score,
    divergence,
    filled,
    listed,
    log_score,
    quoted,
    row_of,
)
from kneebayes.teaching.situation import Situation, best_of, uncertainty_of
from kneebayes.text import counted
from kneebayes.view.markup import percent

EXPLAINED = 2  # differences that get a paragraph
WORTH_WORDS = 0.05  # bits of divergence below which a statement is good enough
WORTH_PRAISE = 0.05  # bits that a question must promise to be called well asked
PROMISING = 0.05  # of the opening uncertainty: what a free question must still promise
CONVINCED = 0.5  # stated probability from which a learner has settled on a cause
FAR_ABOVE = 0.25  # bits of divergence from which such a belief is far above what was known
MOVED = logit(0.76)  # 5 decibans in natural units: evidence that should have been noticed
FOLLOWED = 1.0 / 3.0  # of the movement of the exact posterior, below which a statement is stuck
ROUNDED = 0.005  # what stated percents may add up to beyond 1
RARE = 0.1  # prior below which neglecting it matters


def _key(reason: UrgencyReason) -> tuple[str, str]:
    """What a rule is known by, whichever signs made it fire."""
    return reason.level, reason.text


@dataclass(frozen=True, repr=False, eq=False)
class Judgement:
    """What a learner did on one case, in numbers against the truth and the exact posterior."""

    case: Situation

    def __post_init__(self) -> None:
        if not self.case.closed:
            message = "The case is still open. Close it with case.close({...}) to get feedback."
            raise EvidenceError(message)

    # probabilities

    @property
    def advice(self) -> str:
        """How urgent the learner said it is; empty where nothing was said."""
        return self.case.advice

    @cached_property
    def explains(self) -> dict[str, bool]:
        """Whether each cause truly explains the complaint, by id."""
        return {id: self.case.truth[id] == "present" for id in self.case.data.knowledge.causes}

    @cached_property
    def stated(self) -> dict[str, float]:
        """The final probability of every cause; a share of what is left where it was not named."""
        priors = self.case.data.elicited.priors
        return filled({id: priors[id].value for id in self.explains}, self.case.stated)

    def stated_text(self, id: str) -> str:
        """What was stated of a cause, in words; in brackets where it was not named."""
        said = percent(self.stated[id])
        return said if id in self.case.stated else f"({said})"

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
    def _chain(self) -> list[Situation]:
        """Every case on the way to this one, the opening first."""
        cases: list[Situation] = [self.case]
        while (previous := cases[-1].previous) is not None:
            cases.append(previous)
        return cases[::-1]

    @property
    def opening(self) -> Situation:
        """The case at the beginning, before the first step."""
        return self._chain[0]

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
        """
        certain = {logit(0.0, SUREST), logit(1.0, SUREST)}
        return [replace(one, case=case) for one in self._said if one.stated not in certain]

    @cached_property
    def _said(self) -> list[StatedBelief]:
        """The same of all that was stated: a 0 or 1 counts as a millionth away from it."""
        opening, said = self.opening.exact, []
        for point in self._chain:
            for id, value in point.steps[-1].stated.items() if point.steps else ():
                prior = logit(opening[id])
                evidence = logit(point.exact[id]) - prior
                said.append(StatedBelief(0, id, prior, evidence, logit(value, SUREST)))
        return said

    # urgency

    @cached_property
    def if_all_asked(self) -> Urgency:
        """What the signs would call for, had all been asked that costs nothing."""
        seen = {id: self.case.truth[id] for id in (*self.case.known, *self._free)}
        return Case.of(self.case.data, seen).urgency

    @property
    def _free(self) -> list[str]:
        """Ids of what was left to ask for nothing."""
        return [id for id in self.case.open if self.case.price_of(id) == 0.0]

    @cached_property
    def due(self) -> Urgency:
        """What the signs call for that the learner found or could have found for nothing.

        A sign that was found counts also where an answer that nobody asked for would put it
        aside: who does not know of it has to go by the sign. Results of tests that nobody ordered
        do not count, nor does the truth about causes: :attr:`hindsight` has those.
        """
        both = (self.case.urgency, self.if_all_asked)
        found = {_key(reason): reason for urgency in both for reason in urgency.reasons}
        most = max(reversed(both), key=lambda urgency: LEVELS.index(urgency.level))
        reasons = sorted(found.values(), key=lambda reason: reason.level != "now")
        return Urgency(most.level, tuple(reasons), most.advice)

    def put_aside_by(self, reason: UrgencyReason) -> tuple[str, ...]:
        """What was free to ask, is so, and puts a reason of :attr:`due` aside."""
        if _key(reason) in map(_key, self.if_all_asked.reasons):
            return ()
        knowledge, truth = self.case.data.knowledge, self.case.truth
        rules = [one for one in knowledge.urgency if (one.level, one.reason) == _key(reason)]
        so = {id: truth[id] for id in self._free if truth[id] != "absent"}
        return tuple(
            in_short(one.label, one.state)
            for one in read_answers(self.case.data, so)
            for rule in rules
            if {one.id, f"{one.id}.{so[one.id]}"} & {*rule.none_of}
        )

    @cached_property
    def hindsight(self) -> Urgency:
        """What is truly there calls for: the causes, and every sign that needs no test.

        A cause that is there counts, whether it explains the complaint or is silent. A test only
        points to causes: once these are known, what it shows, or shows falsely, is no reason.
        """
        knowledge = self.case.data.knowledge
        signs = (id for id, one in knowledge.findings.items() if one.kind != "test")
        seen = {id: self.case.truth[id] for id in (*signs, *knowledge.contexts)}
        there = dict.fromkeys((*self.true_causes, *self.silent), "present")
        return Case.of(self.case.data, {**seen, **there}).urgency

    @cached_property
    def missed(self) -> tuple[UrgencyReason, ...]:
        """Rules that fire on what could be had for nothing, but not on what was known."""
        known = {*map(_key, self.case.urgency.reasons)}
        return tuple(one for one in self.if_all_asked.reasons if _key(one) not in known)

    @property
    def advice_too_low(self) -> bool | None:
        """Whether less was advised than the signs call for; None where nothing was advised."""
        if not self.advice:
            return None
        return LEVELS.index(self.advice) < LEVELS.index(self.due.level)

    @property
    def advice_too_high(self) -> bool | None:
        """Whether more was advised than the signs call for; None where nothing was advised.

        Not where P(an urgent cause explains it) is 0.2 or more: then nobody is blamed for haste.
        """
        if not self.advice:
            return None
        more = LEVELS.index(self.advice) > LEVELS.index(self.due.level)
        return more and self.case.any_urgent < PROBABLE

    @property
    def advice_wrong(self) -> str:
        """``too low`` or ``too high``; empty where the advice was right, or nothing was advised."""
        return "too low" if self.advice_too_low else "too high" if self.advice_too_high else ""

    @property
    def true_causes(self) -> list[str]:
        """Ids of the causes that explain the complaint."""
        return [id for id, true in self.explains.items() if true]

    # questions

    @cached_property
    def question_rows(self) -> list[dict[str, Any]]:
        """The rows of :attr:`Feedback.table`."""
        pairs = pairwise(self._chain)
        rows = (row_of(before, after) for before, after in pairs if after.steps[-1].asked)
        return [{"step": number, **row} for number, row in enumerate(rows, start=1)]

    @cached_property
    def in_vain(self) -> list[dict[str, Any]]:
        """The rows of questions and tests that could hardly change anything, the dearest first.

        What found a sign that calls for a doctor was not asked in vain, however unlikely it was.
        """
        signs = {sign for reason in self.case.urgency.reasons for sign in reason.signs}
        label, vain = (
            self.case.data.knowledge.label,
            (r for r in self.question_rows if r["in_vain"]),
        )
        rows = (row for row in vain if signs.isdisjoint(map(label, row["id"].split("|"))))
        return sorted(rows, key=lambda row: -row["cost"])

    @property
    def cost_in_vain(self) -> float:
        """What these cost."""
        return float(sum(row["cost"] for row in self.in_vain))

    @property
    def bits(self) -> float:
        """Expected information gain of all questions asked, each when it was asked."""
        return float(sum(row["bits"] for row in self.question_rows))

    @property
    def questions(self) -> int:
        """How much was asked: an examination counts once, however many results were looked at."""
        findings = self.case.data.knowledge.findings
        asked = (id for step in self.case.steps for id in step.asked)
        return len({(id in findings and findings[id].method) or id for id in asked})

    @cached_property
    def plan(self) -> Situation:
        """The same patient asked greedily: as many questions and examinations, for no more cost.

        Each time it is the question with the largest expected information gain that what is left
        pays for, an examination with all its results; its ``steps`` say what was asked. The
        patient's own answers are used, so that the uncertainty at the end can be compared with
        what the learner left.
        """
        case, findings = self.opening, self.case.data.knowledge.findings
        for _ in range(self.questions):
            rest = self.case.cost - case.cost + 1e-9
            best = next((id for id in case.gains if case.price_of(id) <= rest), "")
            if not best:
                break
            method = findings[best].method if best in findings else ""
            results = (id for id in case.open if id in findings and findings[id].method == method)
            case = case.after(case.step_asking(best, method, tuple(results) if method else (best,)))
        return case

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
        case, findings = self.case, self.case.data.knowledge.findings
        there = {id: case.truth[id] for id in case.open if id in findings}
        present = {id: state for id, state in there.items() if state != "absent"}
        return {answer.label: answer.state for answer in read_answers(case.data, present)}

    @cached_property
    def belief_rows(self) -> list[dict[str, Any]]:
        """The rows of :attr:`Feedback.differential`."""
        rows: list[dict[str, Any]] = []
        for id, cause in self.case.data.knowledge.causes.items():
            row = {"id": id, "cause": cause.label, "urgent": cause.urgent}
            row |= {"explains": self.explains[id], "silent": id in self.silent}
            row |= {"opening": self.opening.exact[id], "exact": self.exact[id]}
            rows.append(row | {"stated": self.stated[id], "named": id in self.case.stated})
        return sorted(rows, key=lambda row: -row["exact"])

    @property
    def summary(self) -> dict[str, Any]:
        """The case in one row: what was asked for, what it cost, what it was worth."""
        return {
            "seed": self.case.seed,
            "difficulty": self.case.difficulty,
            "kind": self.case.kind,
            "true_causes": "|".join(self.true_causes),
            "questions": self.questions,
            "hints": self.case.hints,
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
            "advice_too_high": self.advice_too_high,
            "in_vain": len(self.in_vain),
            "cost_in_vain": self.cost_in_vain,
        }

    # why

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why the exact posterior differs from what was stated, for the two largest differences."""
        stated, exact = self.case.stated, self.exact
        away = {id: divergence({id: exact[id]}, {id: p}) for id, p in stated.items()}
        worst = sorted((id for id in away if away[id] >= WORTH_WORDS), key=lambda id: -away[id])
        return tuple(f"{_reason(self, id)}{_there(self, id)}" for id in worst[:EXPLAINED])

    @property
    def overstated(self) -> str:
        """What is wrong where the stated probabilities add up to more than 1; empty elsewhere."""
        total, knowledge = sum(self.case.stated.values()), self.case.data.knowledge
        if total <= 1.0 + ROUNDED:
            return ""
        last = next(step.stated for step in reversed(self.case.steps) if step.stated)
        early = [
            f"{knowledge.said(id)} {percent(p)}"
            for id, p in self.case.stated.items()
            if id not in last and p > 0.0
        ]
        counts = f" That counts what you said earlier and did not take back: {', '.join(early)}."
        return (
            f"Too much in all: what you stated adds up to {total:.0%}. One cause explains the "
            f"{knowledge.complaint.label}, so all causes together make 100%."
            f"{counts if early else ''}"
        )

    @property
    def unnamed(self) -> str:
        """The most probable cause, where it was not named and what is left is too little for it."""
        first = max(self.exact, key=lambda id: self.exact[id])
        exact, share = self.exact[first], self.stated[first]
        if first in self.case.stated or share >= exact:
            return ""
        if divergence({first: exact}, {first: share}) < WORTH_WORDS:
            return ""
        left = 1.0 - sum(self.case.stated.values())
        counts = f"{percent(share)} of the {percent(left)} that you left" if share else "nothing"
        return (
            f"Not named: {self.case.data.knowledge.said(first)}. What was known makes it the most "
            f"probable cause, with {percent(exact)}; what you stated gives it {counts}."
        )

    @cached_property
    def praises(self) -> tuple[str, ...]:
        """What the learner did well: the best questions asked, probabilities that follow."""
        praises = []
        best = [
            row["asked"]
            for row in self.question_rows
            if row["id"] == row["best_free_id"]
            and row["bits"] >= WORTH_PRAISE
            and row["id"] not in row["hinted"]
        ]
        if best:
            praises.append(
                f"Well asked: {quoted(best)}. No other free question promised more at that moment."
            )
        if self.case.stated and not (self.reasons or self.overstated or self.unnamed):
            known = "what was known" if self.question_rows else "what was known before any question"
            praises.append(
                f"Well judged, as probabilities: what you stated of "
                f"{counted(len(self.case.stated), 'cause')} follows from {known}."
                + f" Your advice does not: it was {self.advice_wrong}."
                * bool(self.advice_wrong)
            )
        return tuple(praises)

    @property
    def waste(self) -> str:
        """What was asked in vain, and what it cost; empty where nothing was."""
        if not self.in_vain:
            return ""
        count, each = len(self.in_vain), "it" if len(self.in_vain) == 1 else "each"
        return (
            f"Asked in vain: {counted(count, 'question')}, cost {self.cost_in_vain:g} "
            f"({listed(self.in_vain)}). By what was known {each} promised less than "
            f"{LEAST_BITS:g} bits, or was not likely to change the advice or the first cause."
        )

    @property
    def early(self) -> str:
        """Tests that were paid for while a question that costs nothing promised more.

        Not where the signs called for help now: then a test need not wait for questions.
        """
        rows = sorted((r for r in self.question_rows if r["early"]), key=lambda r: -r["cost"])
        if not rows:
            return ""
        cost, first = sum(row["cost"] for row in rows), rows[0]["best_free"]
        each, such = ("it", "") if len(rows) == 1 else ("each", "such as ")
        return (
            f"Paid for before asking: {counted(len(rows), 'test')}, cost {cost:g} "
            f"({listed(rows)}). When {each} was ordered, a question that costs nothing promised "
            f"more: {such}'{first}'."
        )

    @cached_property
    def biases(self) -> tuple[str, ...]:
        """Premature closure, anchoring and the like, each where the numbers show it.

        - Premature closure: the learner settled on a cause far above what was known, whether it is
          to blame or not, although a question that costs nothing was still expected to remove a
          twentieth of the initial uncertainty.
        - Anchoring: the evidence moved the exact posterior by five decibans or more, and the
          learner followed less than a third of the way, and ended away from it. Who went as far
          the other way went against the evidence.
        - Base-rate neglect: the probability stated for a rare cause is closer to what its evidence
          alone would give from even odds than to the exact posterior.
        """
        return (*_closed_early(self), *_anchored(self), *_neglected(self))


def _reason(closed: Judgement, cause: str) -> str:
    """Why the exact posterior of a cause is what it is: what was found, or else the background."""
    label = closed.case.data.knowledge.said(cause)
    before, after, stated = closed.opening.exact[cause], closed.exact[cause], closed.stated[cause]
    sentence = f"{label}: you said {percent(stated)}, what was known makes it {percent(after)}."
    asked = [id for step in closed.case.steps for id in step.asked]
    if asked:
        sentence += f" Before your first question it was {percent(before)}"
    if _moved(before, after):
        up = after > before
        if (after > stated) != up:  # it moved towards what was said, and stopped short of it
            way = "for it, but takes it no higher" if up else "against it, but takes it no lower"
            return f"{sentence}; what you found speaks {way} than that."
        if strongest := _strongest(closed, closed.opening.evidence, asked, cause, up=up):
            return f"{sentence}; {strongest}."
        return f"{sentence}; only together does what you found take it there."
    if asked:
        sentence += ", and what you found leaves it about there."
    complaint, prior = closed.case.data.complaint, closed.case.data.elicited.priors[cause].value
    up = before > prior
    if _moved(prior, before) and (after > stated) == up:
        alone = closed.case.evidence.only([complaint])
        told = [id for id in closed.opening.known if id != complaint]
        if strongest := _strongest(closed, alone, told, cause, up=up):
            return f"{sentence} With the complaint alone it is {percent(prior)}; {strongest}."
    return sentence


def _there(closed: Judgement, cause: str) -> str:
    """What is to be said where the learner may have taken what is there for what explains."""
    there, exact = closed.case.there[cause], closed.exact[cause]
    mine, other, right = (logit(p, SUREST) for p in (closed.stated[cause], there, exact))
    if not (right < mine and abs(mine - other) < other - right):
        return ""
    return (
        f" That it is there has {percent(there)}, but what is there need not be what explains the "
        f"{closed.case.data.knowledge.complaint.label}."
    )


def _moved(before: float, after: float) -> bool:
    """Whether a probability has moved by more than a deciban."""
    return before != after and abs(logit(after) - logit(before)) > 1.0 / DECIBANS


def _strongest(
    closed: Judgement, known: Evidence, ids: Sequence[str], cause: str, *, up: bool
) -> str:
    """The answer that moves a cause most in a direction, alone beside what is known; or nothing."""
    answers, said = closed.case.evidence, {one.id: one for one in closed.case.answers}
    asked = [known, *(known.plus(answers.only([id])) for id in ids)]
    found = closed.case.data.engine.propagate_each(asked, [cause]).marginals[cause][:, 1].tolist()
    most = max(range(len(found)), key=lambda at: found[at] if up else -found[at])
    if not _moved(found[0], found[most]):
        return ""
    answer = said[ids[most - 1]]
    return f"'{answer.label}: {answer.state}' alone takes it to {percent(found[most])}"


def _closed_early(closed: Judgement) -> Iterator[str]:
    case, exact = closed.case, closed.exact
    settled = (
        id
        for id, p in case.stated.items()
        if p >= CONVINCED and p > exact[id] and divergence({id: exact[id]}, {id: p}) >= FAR_ABOVE
    )
    cause = next(settled, "")
    question, bits = best_of(case, free=True)
    if cause and bits >= PROMISING * uncertainty_of(closed.opening) > 0.0:
        knowledge = case.data.knowledge
        said, right = percent(case.stated[cause]), percent(exact[cause])
        cause, question = knowledge.said(cause), knowledge.label(question)
        yield (
            f"Premature closure: you settled on {cause} with {said}, which what was known makes "
            f"{right}, while '{question}' was still free to ask and promised {bits:.2f} bits."
        )


def _anchored(closed: Judgement) -> Iterator[str]:
    for cause in dict.fromkeys(one.cause for one in closed._said):
        own = [one for one in closed._said if one.cause == cause]
        moved = own[-1].evidence - own[0].evidence
        followed = own[-1].stated - own[0].stated
        if len(own) < 2 or not abs(moved) >= MOVED:
            continue
        exact = inverse_logit(own[-1].prior + own[-1].evidence)
        away = divergence({cause: exact}, {cause: inverse_logit(own[-1].stated)})
        if away >= WORTH_WORDS and followed * moved < FOLLOWED * moved**2:
            label = closed.case.data.knowledge.said(cause)
            stuck = abs(followed) < FOLLOWED * abs(moved)
            yield (
                f"{'Anchoring' if stuck else 'Against the evidence'}: between your first and last "
                f"word on {label} the evidence moved it by {DECIBANS * moved:+z.0f} decibans, your "
                f"statement by {DECIBANS * followed:+z.0f}."
            )


def _neglected(closed: Judgement) -> Iterator[str]:
    last = {statement.cause: statement for statement in closed._said}
    for cause, said in last.items():
        prior, evidence, stated = said.prior, said.evidence, said.stated
        ignored = abs(stated - evidence) < abs(stated - prior - evidence)
        if prior < logit(RARE) and evidence > MOVED and ignored:
            label = closed.case.data.knowledge.said(cause)
            beliefs = (closed.opening.exact, closed.exact, closed.stated)
            opening, exact, yours = (percent(belief[cause]) for belief in beliefs)
            yield (
                f"Base-rate neglect: {label} was {opening} before your first question. What you "
                f"found speaks for it, and still makes only {exact} of it; you said {yours}."
            )
