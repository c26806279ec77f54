"""An explanation in words, in rows and as a report: every number rounded the same way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kneebayes.questions.explain.weighing import (
    Explained,
    ExplainedAway,
    Grounds,
    Overlap,
    Stand,
    Weight,
)
from kneebayes.view.markup import percent
from kneebayes.view.report import Outline, Report, Steps
from kneebayes.view.trace import ORIGINS

NAMED, NAMED_OF_DETOUR = 8, 3


def in_decibans(value: float) -> str:
    """A weight with its sign and one decimal; never minus zero.

    Examples
    --------
    >>> in_decibans(12.34), in_decibans(-0.04), in_decibans(float("-inf"))
    ('+12.3', '0.0', 'ruled out')
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "certain" if value > 0.0 else "ruled out"
    return f"{value:+.1f}" if abs(round(value, 1)) > 0.0 else "0.0"


MAINLY = 0.5  # share of what an answer loses from which on the rival is the reason, not a part


@dataclass(frozen=True)
class Words:
    """The sentences of one explanation."""

    explained: Explained
    cause: str
    against: str  #: empty where the odds are those of presence
    labels: dict[str, str]
    complaint: str  #: empty where it is not known

    @property
    def question(self) -> str:
        """What is explained."""
        rather = f" rather than {self.against}" if self.against else ""
        return f"Why {self.cause}{rather}?"

    @property
    def beginning(self) -> str:
        """Where the story starts."""
        start = self.explained.start
        before = f"With '{self.complaint}' alone" if self.complaint else "With nothing known"
        if math.isinf(start.log_odds):
            return f"{before} it is decided: {self._stands(start)}. No answer can change that."
        return f"{before}: {self._stands(start)}, {in_decibans(start.log_odds)} decibans."

    def step(self, weight: Weight) -> str:
        """What one answer does in the order given."""
        sentence = f"{self.part(weight)} {self._does(weight)}"
        return f"{sentence}; {self._stands(weight.after)}."

    def part(self, weight: Weight) -> str:
        """An answer and its state."""
        return f"{weight.answer.label}: {weight.answer.state}"

    def rests(self, weight: Weight) -> str:
        """What an answer's weight rests on, by id."""
        grounds = weight.grounds
        if weight.answer.id in (self.explained.cause, self.explained.against):
            return "It is the cause itself, so it rests on no arrow."
        if not grounds.because:
            return "No arrow of the model leads from it to the cause."
        way = "" if grounds.direct else "Only by way of what else is known. "
        return f"{way}Rests on {_ids(grounds)} ({_kinds(grounds.shares)})."

    @property
    def ending(self) -> str:
        """Where the story ends."""
        explained = self.explained
        if not explained.weights:
            return "Nothing else is known, so there is nothing to explain."
        if math.isinf(explained.start.log_odds):
            return "The answers change nothing."
        end = explained.end
        if math.isinf(explained.total):
            return (
                f"All answers together decide it: {self._stands(end)}. A weight that decides is "
                "without bounds, so the others do not count beside it and nothing is added up."
            )
        return (
            f"All answers together weigh {in_decibans(explained.total)} decibans: "
            f"{self._stands(end)}, {in_decibans(end.log_odds)} decibans."
        )

    @property
    def counted_twice(self) -> list[str]:
        """The overlap of all answers, and of the pairs that overlap most."""
        explained = self.explained
        if len(explained.weights) < 2 or math.isnan(explained.overlap):
            return []
        apart, total = in_decibans(explained.apart), in_decibans(explained.total)
        sentence = (
            f"Simply added, the single weights would be {apart} decibans; together it is {total}"
        )
        overlap = in_decibans(explained.overlap)
        if overlap == "0.0":
            return [f"{sentence}: next to nothing would be counted twice."]
        if explained.overlap * explained.apart > 0.0:
            first = f"{sentence}: an overlap of {overlap} would be counted twice."
        else:
            first = f"{sentence}: the answers say more together than apart (overlap {overlap})."
        single = {weight.answer.id: weight.single for weight in explained.weights}
        pairs = self.strongest(explained.overlaps)
        sides = [single[pair.first] * single[pair.second] > 0.0 for pair in pairs]
        return [first, *map(self._pair, pairs, sides)]

    @staticmethod
    def strongest(overlaps: Sequence[Overlap], count: int = 3) -> list[Overlap]:
        """The pairs to mention: for each answer the one it overlaps with most, as in the table."""
        mentioned: list[Overlap] = []
        seen: set[str] = set()
        for overlap in overlaps:
            if {overlap.first, overlap.second} - seen and in_decibans(overlap.overlap) != "0.0":
                mentioned.append(overlap)
            seen |= {overlap.first, overlap.second}
        return mentioned[:count]

    @property
    def taken_away(self) -> list[str]:
        """A sentence for each answer whose weight goes to a rival."""
        weights = {weight.answer.id: weight for weight in self.explained.weights}
        return [self._away(away, weights[away.answer]) for away in self.explained.away]

    @property
    def grounds(self) -> str:
        """What the weight as a whole rests on."""
        prior, shares = self.explained.prior_grounds, self.explained.shares
        weight = f"The weight of the answers rests on {_kinds(shares)}. "
        before = weight if any(shares.values()) else ""
        return f"{before}The prior rests on {_ids(prior)} ({_kinds(prior.shares)})."

    @property
    def chance(self) -> list[str]:
        """Whether orders were drawn."""
        if not self.explained.orders:
            return []
        errors = [weight.error for weight in self.explained.weights if not math.isnan(weight.error)]
        known = "an unknown error"
        if errors:
            known = f"a standard error of up to {in_decibans(max(errors)).lstrip('+')} decibans"
        drawn = (
            "There are too many answers for all orders in the time: the average is over "
            f"{self.explained.orders} that were drawn, with {known}. It still adds up."
        )
        return [drawn]

    @property
    def because(self) -> list[str]:
        """Every claim, source and assumption that was named, once."""
        all_grounds = [self.explained.prior_grounds, *(w.grounds for w in self.explained.weights)]
        return list(dict.fromkeys(origin for grounds in all_grounds for origin in _named(grounds)))

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The ways of counting side by side, the sums last."""
        for weight in self.explained.weights:
            numbers = (weight.single, weight.ledger, weight.shapley, weight.leave_one_out)
            yield (self.part(weight), *map(in_decibans, numbers))
        total, apart = in_decibans(self.explained.total), in_decibans(self.explained.apart)
        if len(self.explained.weights) > 1:
            yield ("all answers", apart, total, total, "")

    def _stands(self, stand: Stand) -> str:
        sentence = f"P({self.cause}) = {percent(stand.probability)}"
        if self.against:
            sentence += f", P({self.against}) = {percent(stand.other)}"
        return sentence

    def _does(self, weight: Weight) -> str:
        value, cause, against = weight.ledger, self.cause, self.against
        rather = f" rather than {against}" if against else ""
        if value == math.inf:
            return f"rules {against} out" if against else f"makes {cause} certain"
        if value == -math.inf:
            return f"rules {cause} out"
        if math.isinf(weight.after.log_odds):
            return "changes nothing any more, for it is decided"
        if in_decibans(value) == "0.0":
            return f"changes next to nothing for {cause}{rather}: 0.0 decibans"
        side = f"for {against} rather than {cause}" if against else f"against {cause}"
        if value > 0.0:
            side = f"for {cause}{rather}"
        return f"speaks {side}: {in_decibans(value)} decibans"

    def _pair(self, pair: Overlap, same_side: bool) -> str:
        both = f"'{self.labels[pair.first]}' and '{self.labels[pair.second]}'"
        overlap = in_decibans(pair.overlap)
        if pair.overlap * pair.apart > 0.0 and same_side:
            return f"{both} say partly the same: {overlap} decibans would be counted twice."
        if pair.overlap * pair.apart > 0.0:
            return f"{both} say less together than apart (overlap {overlap} decibans)."
        return f"{both} say more together than apart (overlap {overlap} decibans)."

    def _away(self, away: ExplainedAway, weight: Weight) -> str:
        rival, last = self.labels[away.rival], in_decibans(weight.leave_one_out)
        phrase = f"'{self.part(weight)}'"
        instead = " instead" if away.known else ""
        without = f"With {rival} ruled out{instead} it would be {in_decibans(away.without_rival)}."
        if away.shared:
            alone, known = in_decibans(weight.single), ", which is known," if away.known else ""
            taken = away.without_rival - weight.leave_one_out
            part = "" if taken >= MAINLY * (weight.single - weight.leave_one_out) else "partly "
            return (
                f"{phrase} counts for less among the other answers ({last} instead of {alone} "
                f"decibans alone) {part}because {rival}{known} explains it too. {without}"
            )
        return (
            f"{phrase} counts against {self.cause} ({last} decibans among the other answers) "
            f"because it makes {rival} more probable, which explains the rest as well. {without}"
        )


def _ids(grounds: Grounds) -> str:
    """Claims and references by id; assumptions as what they are."""
    ids = list(dict.fromkeys(ground.partition(":")[0] for ground in _named(grounds)))
    named = [name for name in ids if name != "assumed"]
    assumed = ["assumption"] if len(named) < len(ids) else []
    more = ["and more, see the table"] if len(ids) < len(grounds.because) else []
    return ", ".join([*named, *assumed, *more])


def _named(grounds: Grounds) -> tuple[str, ...]:
    """The origins that the text names; a detour has many, which only the table can hold."""
    return grounds.because[: NAMED if grounds.direct else NAMED_OF_DETOUR]


def _kinds(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{kind} {percent(shares[kind])}" for kind in ORIGINS if shares[kind] > 0.0)


Row = dict[str, Any]
WEIGHTS = ("single", "ledger", "shapley", "shapley_error", "leave_one_out")


def explanation_rows(words: Words) -> list[Row]:
    """One row for the prior, one for each answer, one with sums for the posterior."""
    explained = words.explained
    first = _row(explained, "prior", (math.nan,) * 5, explained.start)
    rows = [first | _grounds(explained.prior_grounds)]
    rows += [_answer(words, weight) for weight in explained.weights]
    sums = (explained.apart, explained.total, explained.total, math.nan, math.nan)
    last = _row(explained, "posterior", sums, explained.end)
    rows.append(last | {"overlap": explained.overlap} | explained.shares)
    return [{"order": order, **row} for order, row in enumerate(rows)]


def _answer(words: Words, weight: Weight) -> Row:
    explained, id = words.explained, weight.answer.id
    numbers = weight.single, weight.ledger, weight.shapley, weight.error, weight.leave_one_out
    row = _row(explained, "answer", numbers, weight.after)
    row |= {"id": id, "part": words.part(weight)}
    for pair in explained.overlaps:  # the strongest is the first
        if id in (pair.first, pair.second):
            other = pair.second if pair.first == id else pair.first
            row |= {"overlaps_with": other, "overlap": pair.overlap}
            break
    for away in explained.away:
        if away.answer == id:
            row |= {"rival": away.rival, "without_rival": away.without_rival}
    return row | _grounds(weight.grounds)


def _row(explained: Explained, kind: str, numbers: tuple[float, ...], stand: Stand) -> Row:
    against = {} if explained.against is None else {"probability_against": stand.other}
    return {
        "kind": kind,
        "id": "",
        "part": kind,
        **dict(zip(WEIGHTS, numbers, strict=True)),
        "log_odds": stand.log_odds,
        "odds": 10.0 ** (stand.log_odds / 10.0),
        "probability": stand.probability,
        **against,
        "overlaps_with": "",
        "overlap": math.nan,
        "rival": "",
        "without_rival": math.nan,
        **dict.fromkeys(ORIGINS, 0.0),
        "origin": "",
        "because": "",
    }


def _grounds(grounds: Grounds) -> Row:
    because = "; ".join(grounds.because)
    return {**grounds.shares, "origin": grounds.origin, "because": because}


HEADER = ("answer", "alone", "in order", "average", "last")
LEGEND = (
    "P(a cause): that it explains the complaint. alone: with only the complaint known besides; in "
    "order: as told; average: over all orders (Shapley); last: with all other answers known. Ten "
    "decibans multiply the odds by ten. "
    "Numbers are rounded, so what is shown may miss a sum by a last digit; the table does not."
)
WIDTH = 100


def told(report: Report, words: Words) -> Report:
    """A report with the story of an explanation in it."""
    steps = Steps(
        tuple((words.step(weight), words.rests(weight)) for weight in words.explained.weights)
    )
    rows = tuple(words.rows())
    after = [*([LEGEND] if rows else []), *words.chance, *words.counted_twice, *words.taken_away]
    claims = Outline(tuple((0, claim) for claim in words.because))
    return replace(
        report,
        known="",
        header=HEADER,
        rows=rows,
        before=(words.beginning, steps, words.ending),
        after=(*after, words.grounds, claims),
        width=WIDTH,
    )
