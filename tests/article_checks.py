"""What the article says and what studies measured, as checks that can be computed on a model."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import exp

import numpy as np
from conftest import DATA

import kneebayes as kb
from kneebayes.case.case import Case
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.odds import logit

HOLDS, WEAK, WRONG = "holds", "weak", "wrong"
CLEAR = 1.2  # an odds ratio from which on an effect is seen
SOME = 1.02  # and below which there is none
NEARLY = 0.15  # a frequency that is less than this below what is asked is weak, not wrong
ROUNDED = 1e-9  # what is solved for a probability reaches it to this digit
LEVELS = ("routine", "soon", "now")


@dataclass(frozen=True)
class Verdict:
    """How a check came out, and what was measured."""

    verdict: str
    measured: str


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of a table among the data of the tests."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(text: str) -> list[str]:
    """What a cell lists."""
    return [part.strip() for part in text.split(";") if part.strip()]


def answers_of(text: str) -> dict[str, object]:
    """Answers as a cell says them: ``fever=present; age=older``."""
    words: dict[str, object] = {"present": True, "absent": False}
    pairs = (part.split("=") for part in listed(text))
    return {name: words.get(state, state) for name, state in pairs}


class Asked:
    """Probabilities of a model by name, of presence or of explaining the pain."""

    def __init__(self, model: kb.Model) -> None:
        self.model = model
        self.network, self.engine = model.data.network, model.data.engine

    def nodes(self, target: str, measure: str = "posterior") -> list[str]:
        """The nodes of a target or its members: that it explains the pain, or is there."""
        knowledge = self.model.knowledge
        groups = knowledge.groups
        members = list(groups[target].members) if target in groups else [target]
        if measure == "explains":
            return members
        return [knowledge.there.get(member, member) for member in members]

    def probability(
        self, target: str, answers: dict[str, object], measure: str = "posterior"
    ) -> float:
        """P(at least one node of the target | answers, complaint)."""
        evidence = Case.of(self.model, answers).evidence
        return float(self.engine.probability_of_any([self.nodes(target, measure)], evidence)[0])

    def odds(self, target: str, answers: dict[str, object], measure: str = "posterior") -> float:
        """Natural logarithm of the odds."""
        return logit(min(max(self.probability(target, answers, measure), 1e-12), 1.0 - 1e-12))

    def ratio(
        self,
        target: str,
        given: dict[str, object],
        base: dict[str, object],
        measure: str = "posterior",
    ) -> float:
        """Odds with what is given over odds with the base alone."""
        after = self.odds(target, {**base, **given}, measure)
        return exp(after - self.odds(target, base, measure))

    def likelihood_ratio(
        self, cause: str, answer: dict[str, object], among: dict[str, object]
    ) -> float:
        """P(answer | cause) / P(answer | no such cause), among those with the complaint.

        A background found at some ages more than at others is compared among people of one age and
        sex, weighed as they are found among the patients of the cause.
        """
        contexts = self.model.knowledge.contexts
        rarer = {id: contexts[id].less_often for id in answer if id in contexts}
        by = {other for one in rarer.values() if one is not None for other in one.by}
        by -= {*among, EXPLANATION}
        kinds = [
            {**among, **dict(zip(by, states, strict=True))}
            for states in product(*([one.id for one in contexts[other].states] for other in by))
        ]
        ill = [self.share(kind, cause, "present") for kind in kinds]
        well = [self.share(kind, cause, "absent") for kind in kinds]
        ill_so = [self.share({**kind, **answer}, cause, "present") for kind in kinds]
        well_so = [self.share({**kind, **answer}, cause, "absent") for kind in kinds]
        expected = sum(p * so / q for p, so, q in zip(ill, well_so, well, strict=True))
        return sum(ill_so) / expected

    def share(self, answers: dict[str, object], cause: str, state: str) -> float:
        """P(answers, complaint, a cause there or not)."""
        (node,) = self.nodes(cause)
        seen = Case.of(self.model, answers).evidence
        also = Evidence.of(self.network, {node: state})
        return float(np.exp(self.engine.log_probability(seen.plus(also))))


def judge(asked: Asked, row: dict[str, str]) -> Verdict:
    """What a model says to one row of ``article_checks.csv``."""
    return CHECKS[row["check"]](asked, row)


def _raises(asked: Asked, row: dict[str, str]) -> Verdict:
    given, base = answers_of(row["given"]), answers_of(row["base"])
    ratio = asked.ratio(row["target"], given, base, row["measure"])
    reached = asked.probability(row["target"], {**base, **given}, row["measure"])
    measured = f"odds x{ratio:.2f}, reaches {reached:.3f}"
    if ratio < SOME:
        return Verdict(WRONG, measured)
    asked_for = float(row["strength"] or 0.0)
    strong = reached >= asked_for - ROUNDED if asked_for else ratio >= CLEAR
    return Verdict(HOLDS if strong else WEAK, measured)


def _lowers(asked: Asked, row: dict[str, str]) -> Verdict:
    ratio = asked.ratio(row["target"], answers_of(row["given"]), {}, row["measure"])
    verdict = HOLDS if ratio <= 1.0 / CLEAR else WEAK if ratio <= 1.0 / SOME else WRONG
    return Verdict(verdict, f"odds x{ratio:.2f}")


def _keeps(asked: Asked, row: dict[str, str]) -> Verdict:
    ratio = asked.ratio(row["target"], answers_of(row["given"]), {}, row["measure"])
    verdict = HOLDS if ratio >= 0.95 else WEAK if ratio >= 0.8 else WRONG
    return Verdict(verdict, f"odds x{ratio:.2f}")


def _not_raised(asked: Asked, row: dict[str, str]) -> Verdict:
    ratio = asked.ratio(row["target"], answers_of(row["given"]), {}, row["measure"])
    return Verdict(HOLDS if ratio <= CLEAR else WRONG, f"odds x{ratio:.2f}")


def _at_least(asked: Asked, row: dict[str, str]) -> Verdict:
    share = asked.probability(row["target"], answers_of(row["given"]), row["measure"])
    wanted = float(row["strength"])
    verdict = HOLDS if share >= wanted else WEAK if share >= wanted / 2.0 else WRONG
    return Verdict(verdict, f"{share:.4f}")


def _at_most(asked: Asked, row: dict[str, str]) -> Verdict:
    share = asked.probability(row["target"], answers_of(row["given"]), row["measure"])
    wanted = float(row["strength"])
    verdict = HOLDS if share <= wanted else WEAK if share <= 2.0 * wanted else WRONG
    return Verdict(verdict, f"{share:.4f}")


def _more_common(asked: Asked, row: dict[str, str]) -> Verdict:
    shares = {name: asked.probability(name, {}, row["measure"]) for name in listed(row["target"])}
    others = {name: asked.probability(name, {}, row["measure"]) for name in listed(row["base"])}
    below = sum(share <= max(others.values()) for share in shares.values())
    verdict = HOLDS if not below else WEAK if below < len(shares) else WRONG
    told = ", ".join(f"{name} {share:.4f}" for name, share in {**shares, **others}.items())
    return Verdict(verdict, told)


def _first(asked: Asked, row: dict[str, str]) -> Verdict:
    given = answers_of(row["given"])
    causes = asked.model.knowledge.causes
    shares = {cause: asked.probability(cause, given, row["measure"]) for cause in causes}
    order = sorted(shares, key=lambda cause: -shares[cause])
    place = order.index(row["target"]) + 1
    told = ", ".join(f"{cause} {shares[cause]:.3f}" for cause in order[:3])
    return Verdict(HOLDS if place == 1 else WEAK if place <= 3 else WRONG, f"{place}: {told}")


def _shows(asked: Asked, row: dict[str, str]) -> Verdict:
    (finding, state), *_ = answers_of(row["given"]).items()
    (node,) = asked.nodes(row["target"], "explains")
    evidence = Case.of(asked.model, {}).evidence
    with_cause = type(evidence).of(
        asked.network, {asked.model.knowledge.meta.complaint: "present", node: "present"}
    )
    wanted = "present" if state is True else str(state)
    event = type(evidence).of(asked.network, {finding: wanted})
    share = asked.engine.posterior(event, with_cause)
    least = float(row["strength"])
    verdict = HOLDS if share >= least else WEAK if share >= least - NEARLY else WRONG
    return Verdict(verdict, f"{share:.3f}")


def _urgency(asked: Asked, row: dict[str, str]) -> Verdict:
    level = asked.model.diagnose(answers_of(row["given"])).urgency.level
    wanted = row["target"]
    if wanted == "soon":
        return Verdict(HOLDS if LEVELS.index(level) >= 1 else WRONG, level)
    return Verdict(HOLDS if level == wanted else WRONG, level)


def _named(asked: Asked, row: dict[str, str]) -> Verdict:
    missing = [name for name in listed(row["target"]) if name not in asked.network.index]
    return Verdict(WRONG if missing else HOLDS, f"missing: {missing}" if missing else "all there")


def _method(asked: Asked, row: dict[str, str]) -> Verdict:
    knowledge = asked.model.knowledge
    used = {finding.method for finding in knowledge.findings.values() if finding.method}
    named, told = listed(row["target"]), f"with results: {sorted(used)}"
    if not set(named) <= set(knowledge.methods):
        return Verdict(WRONG, told)
    return Verdict(HOLDS if set(named) <= used else WEAK, told)


def _result_of(asked: Asked, row: dict[str, str]) -> Verdict:
    knowledge = asked.model.knowledge
    members = set(knowledge.groups[row["target"]].members)
    shown = {arrow.child for arrow in knowledge.arrows() if arrow.parent in members}
    method = row["strength"]
    found = sorted(
        id for id in shown if id in knowledge.findings and knowledge.findings[id].method == method
    )
    return Verdict(HOLDS if found else WEAK, ", ".join(found) or f"no result of {method}")


def _cares(asked: Asked, row: dict[str, str]) -> Verdict:
    report = str(asked.model.diagnose(answers_of(row["given"])).report())
    return Verdict(HOLDS if row["target"] in report else WEAK, "in the report")


CHECKS = {
    "raises": _raises,
    "lowers": _lowers,
    "keeps": _keeps,
    "not raised": _not_raised,
    "at least": _at_least,
    "at most": _at_most,
    "more common": _more_common,
    "first": _first,
    "shows": _shows,
    "urgency": _urgency,
    "named": _named,
    "method": _method,
    "result of": _result_of,
    "cares": _cares,
}


def article_verdicts(model: kb.Model) -> Iterator[tuple[dict[str, str], Verdict]]:
    """Every row of the table with its verdict."""
    asked = Asked(model)
    for row in rows_of("article_checks.csv"):
        yield row, judge(asked, row)


def ratio_verdicts(model: kb.Model) -> Iterator[tuple[dict[str, str], float, str]]:
    """Every published ratio with that of the model, and whether it is near.

    ``holds`` within the published interval or a factor of 1.5 of it, ``weak`` farther away,
    ``wrong`` where it points the other way although the published one is clear.
    """
    asked = Asked(model)
    for row in rows_of("published_ratios.csv"):
        ratio = asked.likelihood_ratio(
            row["cause"], answers_of(row["answer"]), answers_of(row["among"])
        )
        low, high = float(row["low"]), float(row["high"])
        if low / 1.5 <= ratio <= high * 1.5:
            verdict = HOLDS
        else:
            against = (low > 1.0 and ratio < 1.0) or (high < 1.0 and ratio > 1.0)
            verdict = WRONG if against else WEAK
        yield row, ratio, verdict
