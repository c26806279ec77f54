"""Natural frequencies: the answer to a question as counts of people that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked, number
from kneebayes.case import Answer, Urgency, judge_urgency
from kneebayes.teaching.practice_text import Page, Paged, Section
from kneebayes.view.markup import percent
from kneebayes.view.report import made_by_line, urgency_lines

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kneebayes.knowledge import Knowledge

__all__ = ["PEOPLE", "NaturalFrequencies", "largest_remainder"]

PEOPLE = (1_000, 10_000, 100_000)


@checked
def largest_remainder(total: int, shares: Sequence[float]) -> tuple[int, ...]:
    """Whole numbers that add up to a total, as close to some shares as can be.

    Every share gets its whole part; what is left goes to the largest remainders (Hare and
    Hamilton), the first of equal ones.

    Parameters
    ----------
    total
        What they add up to.
    shares
        Non-negative numbers, in proportion.

    Examples
    --------
    >>> largest_remainder(10, [1, 1, 1])
    (4, 3, 3)
    """
    numbers = [number(f"shares[{index}]", share, 0.0) for index, share in enumerate(shares)]
    whole = sum(numbers)
    if whole <= 0.0:
        return (total, *[0] * (len(numbers) - 1))
    exact = [total * share / whole for share in numbers]
    counts = [int(number) for number in exact]
    order = sorted(range(len(exact)), key=lambda index: counts[index] - exact[index])
    for index in order[: total - sum(counts)]:
        counts[index] += 1
    return tuple(counts)


@dataclass(frozen=True, repr=False)
class NaturalFrequencies(Paged):
    """Of so many people like this: whom a cause explains, and whom of those with the findings.

    Made by :meth:`kneebayes.Model.natural_frequencies`. First the people are split by whether
    the cause explains their complaint, then each part by the findings. Whoever has the cause
    without its being to blame is counted among the others; a note says how many these are.
    Each split is rounded by the method of largest remainders, so that counts add up on every
    level; exact probabilities are given beside them.

    Attributes
    ----------
    knowledge
        What things are called.
    origin
        Which model the probabilities come from: version, lexicon, layer, setting, what it learnt.
    cause
        Label of the cause or group.
    urgent
        Whether it is an urgent one.
    given, findings
        What is known of all these people, and the findings by which they are split.
    people
        How many people.
    prior
        P(cause explains the complaint | given).
    with_cause, without_cause
        P(all findings | cause explains the complaint, given), and the same where it does not.
    posterior
        P(cause explains the complaint | given, findings).
    silent
        P(cause is there without explaining the complaint | given).
    """

    knowledge: Knowledge
    origin: Mapping[str, Any]
    cause: str
    urgent: bool
    given: tuple[Answer, ...]
    findings: tuple[Answer, ...]
    people: int
    prior: float
    with_cause: float
    without_cause: float
    posterior: float
    silent: float

    @cached_property
    def counts(self) -> dict[str, int]:
        """All seven counts.

        ``people``, ``with_cause`` and ``without_cause``, each of the two ``_with_finding`` and
        ``_without_finding``, and ``with_finding`` and ``without_finding`` of all.
        """
        explained, others = largest_remainder(self.people, [self.prior, 1.0 - self.prior])
        hits, misses = largest_remainder(explained, [self.with_cause, 1.0 - self.with_cause])
        false, right = largest_remainder(others, [self.without_cause, 1.0 - self.without_cause])
        return {
            "people": self.people,
            "with_cause": explained,
            "without_cause": others,
            "with_cause_with_finding": hits,
            "with_cause_without_finding": misses,
            "without_cause_with_finding": false,
            "without_cause_without_finding": right,
            "with_finding": hits + false,
            "without_finding": misses + right,
        }

    @property
    def exact(self) -> dict[str, float]:
        """The exact probability of each count, as a share of all people."""
        without = 1.0 - self.prior
        cells = {
            "with_cause_with_finding": self.prior * self.with_cause,
            "with_cause_without_finding": self.prior * (1.0 - self.with_cause),
            "without_cause_with_finding": without * self.without_cause,
            "without_cause_without_finding": without * (1.0 - self.without_cause),
        }
        first, second, third, fourth = cells.values()
        return {
            "people": 1.0,
            "with_cause": self.prior,
            "without_cause": without,
            **cells,
            "with_finding": first + third,
            "without_finding": second + fourth,
        }

    @property
    def rounded_away(self) -> tuple[str, ...]:
        """Names of the counts that are 0 although their probability is not."""
        return tuple(id for id, share in self.exact.items() if share > 0.0 and not self.counts[id])

    @property
    def urgency(self) -> Urgency:
        """What the source says to do about those who have the findings."""
        return judge_urgency(self.knowledge, [*self.given, *self.findings])

    @property
    def told(self) -> str:
        """The findings in words."""
        return _in_words(self.findings)

    @property
    def _rows(self) -> list[dict[str, object]]:
        parents = {"with_cause": "people", "without_cause": "people"}
        parents |= {"with_finding": "people", "without_finding": "people"}
        rows: list[dict[str, object]] = []
        for id, count in self.counts.items():
            of = "" if id == "people" else parents.get(id) or id.split("_cause_")[0] + "_cause"
            share = self.exact[id]
            within = share / self.exact[of] if of and self.exact[of] > 0.0 else 1.0
            row = {"id": id, "who": self.name_of(id), "of": of, "count": count}
            rows.append(row | {"probability": share, "probability_within": within})
        return rows

    def name_of(self, id: str) -> str:
        """A count in words."""
        cause, finding = self.cause, self.told
        parts = {
            "people": "people like this",
            "with_cause": f"explained by {cause}",
            "without_cause": f"not explained by {cause}",
            "with_finding": finding,
            "without_finding": f"not: {finding}",
        }
        if id in parts:
            return parts[id]
        first, second = id.split("_cause_")
        return f"{parts[f'{first}_cause']}; {parts[second]}"

    @property
    def table(self) -> pd.DataFrame:
        """One row a count.

        Columns: ``id``, ``who``, ``of`` (id of the count it is a part of), ``count``,
        ``probability`` (exact, of all people) and ``probability_within`` (of that part).
        """
        import pandas as pd

        return pd.DataFrame(self._rows)

    @property
    def sentences(self) -> list[str]:
        """The whole thing in four sentences."""
        count = {id: f"{number:,}" for id, number in self.counts.items()}
        cause = self.cause + (" (urgent)" if self.urgent else "")
        complaint = self.knowledge.complaint.label
        hits, all_with = count["with_cause_with_finding"], count["with_finding"]
        return (
            f"Of {count['people']} people like this, {cause} explains the {complaint} in "
            f"{count['with_cause']} ({_exactly(self.prior)}); in {count['without_cause']} it does "
            "not.\n"
            f"Of these {count['with_cause']}, {hits} have: {self.told} "
            f"({_exactly(self.with_cause)}).\n"
            f"Of the other {count['without_cause']}, {count['without_cause_with_finding']} have it "
            f"too ({_exactly(self.without_cause)}).\n"
            f"So {all_with} people have it, and in {hits} of these {all_with} {self.cause} "
            f"explains the {complaint}: exactly {_exactly(self.posterior)}."
        ).splitlines()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the counts."""
        notes = [f"Like this: {_in_words(self.given)}."]
        if self.silent > 0.0:
            notes.append(
                f"Among the {self.counts['without_cause']:,} are {self.people * self.silent:,.0f} "
                f"({_exactly(self.silent)} of all) in whom {self.cause} is there, but silent."
            )
        if self.rounded_away:
            named = "; ".join(self.name_of(id) for id in self.rounded_away)
            notes.append(
                f"Fewer than one in {self.people:,}, so rounded to 0 but not impossible: {named}."
            )
        return tuple(notes)

    @property
    def _page(self) -> Page:
        cells = [
            (str(row["who"]), f"{row['count']:,}", _exactly(float(str(row["probability"]))))
            for row in self._rows
        ]
        sections = [
            Section(tuple(urgency_lines(self.urgency))),
            Section(tuple(self.sentences)),
            Section((), ("who", "count", "exact"), tuple(cells)),
            Section(self.notes),
        ]
        return Page(
            f"Natural frequencies: {self.cause}",
            sections,
            made_by_line(self.origin),
            self.knowledge.meta.disclaimer,
        )

    def _origin(self) -> Mapping[str, Any]:
        """Which model the probabilities come from."""
        return self.origin

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the counts as a tree: people, by cause, by finding."""
        from kneebayes.teaching.frequency_figure import draw_tree

        shares = {str(row["id"]): float(str(row["probability_within"])) for row in self._rows}
        return draw_tree(self.counts, shares, self.cause, self.told, ax)

    @checked
    def draw_icons(self, ax: Axes | None = None) -> Axes:
        """Draw one square a person; only those with the findings where there are too many."""
        from kneebayes.teaching.frequency_figure import draw_icons

        return draw_icons(self.counts, self.cause, self.told, ax)

    def __repr__(self) -> str:
        counts = self.counts
        return (
            f"NaturalFrequencies({self.cause!r}: {counts['with_cause_with_finding']:,} of "
            f"{counts['with_finding']:,} with the findings, of {self.people:,} people)"
        )


def _exactly(probability: float) -> str:
    """A percentage with a digit more than elsewhere, so that parts add up as counts do."""
    return percent(probability, 3)


def _in_words(answers: Sequence[Answer]) -> str:
    words = [
        answer.label if answer.state == "present" else f"{answer.label}: {answer.state}"
        for answer in answers
    ]
    return ", ".join(words) or "nothing else known"
