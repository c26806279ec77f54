"""Natural frequencies: the answer to a question as counts of people that add up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from kneebayes.arguments import checked, number, whole_number
from kneebayes.binding import Axes, pd, renamed
from kneebayes.building.model import ModelLike
from kneebayes.case import Answer, Urgency, judge_urgency, read_answers
from kneebayes.case.answers import evidence_of
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.names import example_finding
from kneebayes.teaching.practice_text import Page, Paged, in_short
from kneebayes.text import counted, marked
from kneebayes.view.figures import BLUE, GREY, ORANGE, SMALL, WIDE, broken, new_axes, write
from kneebayes.view.markup import percent
from kneebayes.view.report import Grid, Paragraph, made_by, urgency_lines

COUNTED_BY = "people are counted by what is present or absent. Say True, False or a state."
NEVER_SILENT = "it is never there without explaining the complaint. Name findings."
PEOPLE = (1_000, 10_000, 100_000)
MOST = 100_000_000
OFF = 0.1  # share of the answer that whole people may miss it by
COLOURS = {  # light and dark differ in print too
    "with_cause_with_finding": ORANGE,
    "with_cause_without_finding": "#F5B895",
    "without_cause_with_finding": BLUE,
    "without_cause_without_finding": "#DCE6EE",
}
ON_A_LINE = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
MOST_ICONS = 10_000  # of more people only those with the finding are drawn
MOST_SQUARES = 4_000  # of these
LETTERS = 62  # of a line beside a square
PLACES = {
    "people": (2.0, 2.0),
    "with_cause": (0.8, 1.0),
    "without_cause": (3.2, 1.0),
    "with_cause_with_finding": (0.2, 0.0),
    "with_cause_without_finding": (1.4, 0.0),
    "without_cause_with_finding": (2.6, 0.0),
    "without_cause_without_finding": (3.8, 0.0),
}
Number = TypeVar("Number", int, float)


@checked
def largest_remainder(total: int, shares: Sequence[float]) -> tuple[int, ...]:
    """Whole numbers that add up to a total, as close as can be to shares (in proportion).

    Every share gets its whole part; what is left goes to the largest remainders (Hare and
    Hamilton), the first of equal ones.

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
    """

    knowledge: Knowledge
    #: which model the probabilities come from: version, lexicon, layer, setting, what it learnt
    origin: Mapping[str, Any]
    cause: str  #: label of the cause or group
    urgent: bool
    given: tuple[Answer, ...]  #: what is known of all these people
    findings: tuple[Answer, ...]  #: those by which they are split
    people: int
    prior: float  #: P(cause explains the complaint | given)
    with_cause: float  #: P(all findings | cause explains the complaint, given)
    without_cause: float  #: the same where it does not
    posterior: float  #: P(cause explains the complaint | given, findings)
    silent: float  #: P(cause is there without explaining the complaint | given)

    @cached_property
    def counts(self) -> dict[str, int]:
        """All seven counts.

        ``people``, ``with_cause`` and ``without_cause``, each of the two ``_with_finding`` and
        ``_without_finding``, and ``with_finding`` and ``without_finding`` of all.
        """
        return self._split(self.people, lambda whole, p: largest_remainder(whole, [p, 1.0 - p]))

    @property
    def exact(self) -> dict[str, float]:
        """The exact probability of each count, as a share of all people."""
        return self._split(1.0, lambda whole, p: (whole * p, whole * (1.0 - p)))

    def _split(
        self, whole: Number, split: Callable[[Number, float], Sequence[Number]]
    ) -> dict[str, Number]:
        """A whole split by the cause, and each part by the findings."""
        explained, others = split(whole, self.prior)
        hits, misses = split(explained, self.with_cause)
        false, right = split(others, self.without_cause)
        return {
            "people": whole,
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
    def rounded_away(self) -> tuple[str, ...]:
        """Names of the counts that are 0 although their probability is not."""
        return tuple(id for id, share in self.exact.items() if share > 0.0 and not self.counts[id])

    @property
    def misleads(self) -> bool:
        """Whether the counts give an answer that is off by more than a tenth of it."""
        hits, have = (self.counts[id] for id in ("with_cause_with_finding", "with_finding"))
        return abs(hits - self.posterior * have) > OFF * self.posterior * have

    @property
    def urgency(self) -> Urgency:
        """What the source says to do about those who have the findings."""
        return judge_urgency(self.knowledge, [*self.given, *self.findings])

    @property
    def told(self) -> str:
        """The findings in words."""
        return _in_words(self.findings)

    @property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for id, count in self.counts.items():
            cause, parted, _ = id.partition("_cause_")
            of = f"{cause}_cause" if parted else "" if id == "people" else "people"
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
        return pd.DataFrame(self._rows)

    @property
    def sentences(self) -> list[str]:
        """The whole thing in four sentences."""
        count = {id: f"{number:,}" for id, number in self.counts.items()}
        cause = marked(self.cause, self.urgent)
        complaint = self.knowledge.complaint.label
        hits, all_with = count["with_cause_with_finding"], count["with_finding"]
        people = counted(self.counts["people"], "person", many="people")
        have, others, have_it = (
            "has" if self.counts[id] == 1 else "have"
            for id in ("with_cause_with_finding", "without_cause_with_finding", "with_finding")
        )
        told = counted(self.counts["with_finding"], "person", many="people")
        return (
            f"Of {people} like this, {cause} explains the {complaint} in "
            f"{count['with_cause']} ({_exactly(self.prior)}); in {count['without_cause']} it does "
            "not.\n"
            f"Of these {count['with_cause']}, {hits} {have}: {self.told} "
            f"({_exactly(self.with_cause)}).\n"
            f"Of the other {count['without_cause']}, {count['without_cause_with_finding']} "
            f"{others} it too ({_exactly(self.without_cause)}).\n"
            f"So {told} {have_it} it, and in {hits} of these {all_with} {self.cause} "
            f"explains the {complaint}: exactly {_exactly(self.posterior)}."
        ).splitlines()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the counts."""
        notes = [f"Like this: {_in_words(self.given)}."]
        if self.silent > 0.0:
            notes.append(
                f"In {self.people * self.silent:,.0f} of the {self.counts['without_cause']:,} "
                f"({_exactly(self.silent)} of all) {self.cause} is there, but silent."
            )
        if self.rounded_away:
            named = ", ".join(f"'{self.name_of(id)}'" for id in self.rounded_away)
            notes.append(
                f"Fewer than one in {self.people:,}, so rounded to 0 but not impossible: {named}."
            )
        return tuple(notes)

    @property
    def _page(self) -> Page:
        cells = [
            (str(row["who"]), f"{row['count']:,}", _exactly(row["probability"]))
            for row in self._rows
        ]
        blocks = (
            Paragraph(tuple(urgency_lines(self.urgency))),
            Paragraph(tuple(self.sentences)),
            Grid("", ("who", "count", "exact"), tuple(cells)),
            Paragraph(self.notes),
        )
        return f"Natural frequencies: {self.cause}", blocks, self.knowledge.meta.disclaimer

    def _origin(self) -> Mapping[str, Any]:
        """Which model the probabilities come from."""
        return self.origin

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the counts as a tree, with the exact share of each branch on its line."""
        ax = ax or new_axes(9.0, 4.6)
        by_id = {row["id"]: row for row in self._rows}
        for id, (x, y) in PLACES.items():
            row, parent = by_id[id], by_id[id]["of"]
            leaf = parent.endswith("_cause")
            if parent:  # a line as thick as its share is large, which stands on it
                (from_x, from_y), share = PLACES[parent], row["probability_within"]
                style: dict[str, Any] = {"lw": 0.6 + 5.0 * share, "alpha": 0.7, "zorder": 0}
                ax.plot([from_x, x], [from_y, y], color=GREY, **style)
                middle = (from_x + x) / 2, (from_y + y) / 2
                write(ax, *middle, _exactly(share), ha="center", bbox=ON_A_LINE)
            words = ("have: " if id.endswith("with_finding") else "not: ") + self.told
            said = broken(words, 13, 5) if leaf else broken(row["who"], 20, 4)
            box: dict[str, Any] = {"facecolor": "white", "boxstyle": "round,pad=0.3"}
            box |= {"edgecolor": COLOURS.get(id, GREY), "linewidth": 2.2 if leaf else 1.0}
            write(ax, x, y, f"{row['count']:,}\n{said}", ha="center", bbox=box)
        hits, all_with = (self.counts[id] for id in ("with_cause_with_finding", "with_finding"))
        below = f"{self.cause} explains {hits:,} of the {all_with:,} who have it"
        write(ax, 2.0, -0.76, broken(below, LETTERS, 3), ha="center")
        ax.set_xlim(-0.4, 4.4)
        ax.set_ylim(-0.9, 2.3)
        ax.set_axis_off()
        return ax

    def draw_icons(self, ax: Axes | None = None) -> Axes:
        """Draw one square a person, coloured by cause and finding.

        Of more than 10,000 people only those with the finding are drawn; if these are still more,
        each square stands for several, which the title says.
        """
        ids, counts = list(COLOURS), self.counts
        people = counted(self.people, "person", many="people")
        title, most = f"{people} like this, one square each", MOST_ICONS
        if self.people > MOST_ICONS:
            ids = [id for id in ids if id.endswith("with_finding")]
            title = f"Of {people} the {counts['with_finding']:,} with it"
            most = MOST_SQUARES
        every = max(1, math.ceil(sum(counts[id] for id in ids) / most))
        if every > 1:
            title += f", {every} to a square (rounded up)"
        drawn = [id for id in ids for _ in range(math.ceil(counts[id] / every))]
        columns = 50 if len(drawn) <= 2000 else 125
        high = max(1, math.ceil(len(drawn) / columns))
        captions = {id: broken(f"{self.name_of(id)}: {counts[id]:,}", LETTERS) for id in ids}
        said = broken(title, LETTERS)
        lines = sum(text.count("\n") + 1 for text in (said, *captions.values()))
        ax = ax or new_axes(WIDE, min(9.0, 0.95 * WIDE * high / columns + 0.2 * lines + 0.35))
        # row after row from the top left, as one collection: thousands of patches are slow
        from matplotlib.collections import PatchCollection
        from matplotlib.patches import Rectangle

        places = ((index % columns, index // columns) for index in range(len(drawn)))
        squares = [Rectangle(place, 0.86, 0.86) for place in places]
        colours = [COLOURS[id] for id in drawn]
        ax.add_collection(PatchCollection(squares, facecolors=colours, edgecolors="none"))
        ax.set_xlim(-0.2, columns + 0.2)
        ax.set_ylim(high + 0.2, -0.2)
        ax.set_aspect("equal", anchor="N")  # what is left of the height stays below
        ax.set_axis_off()
        ax.set_title(said, fontsize=SMALL, loc="left", parse_math=False)
        mark: dict[str, Any] = {"mec": GREY, "mew": 0.4, "ms": 9}
        for id, label in captions.items():
            ax.plot([], [], "s", color=COLOURS[id], label=label, **mark)
        place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0)}
        for text in ax.legend(frameon=False, fontsize=SMALL, **place).get_texts():
            text.set_parse_math(False)
        return ax

    def __repr__(self) -> str:
        counts = self.counts
        return (
            f"NaturalFrequencies({self.cause!r}: {counts['with_cause_with_finding']:,} of "
            f"{counts['with_finding']:,} with the findings, of "
            f"{counted(self.people, 'person', many='people')})"
        )


def _exactly(probability: float) -> str:
    """A percentage with a digit more than elsewhere, so that parts add up as counts do."""
    return percent(probability, 3)


def _in_words(answers: Sequence[Answer]) -> str:
    words = (in_short(answer.label, answer.state) for answer in answers)
    return ", ".join(words) or "nothing else known"


@renamed(given="answers")
@checked
def count_people(
    model: ModelLike,
    cause: str,
    findings: str | Iterable[str] | Mapping[str, Any],
    answers: Mapping[str, Any] | None = None,
    people: int | None = None,
) -> NaturalFrequencies:
    """Answer a question in counts: of 1,000 people like this, a cause explains so many.

    As in a differential, the probability of a cause is that of its explaining the complaint.
    A cause that may also be there in silence can stand among the findings: of the people in
    whom it is there, it explains so many.

    Natural frequencies help people to reason rightly with probabilities (Gigerenzer and
    Hoffrage 1995).

    Parameters
    ----------
    cause
        A cause by any of its names; a group means any of its members.
    findings
        One name or several of findings that are present, or answers by name; each must be certain.
    answers
        What all the people have in common, besides the complaint.
    people
        How many people. Left out, 1,000; or 10,000 or 100,000 if fewer counts are then rounded
        to 0, or the counts then give the answer to within a tenth of it. Notes name the counts
        that are rounded to 0 all the same.

    Raises
    ------
    UnknownNameError
        If a name is not known.
    EvidenceError
        If an answer is only likely or given twice, the complaint is said to be absent, or it
        is certain already whether the cause explains it.
    ImpossibleEvidenceError
        If there are no such people.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = kb.load().natural_frequencies("Baker's cyst", "lump behind the knee")
    >>> print(told.sentences[0])
    Of 1,000 people like this, Baker's cyst explains the pain ... in ... (...%); in ... it does not.
    >>> counts = told.counts
    >>> counts["with_cause"] + counts["without_cause"] == counts["people"]
    True
    """
    if people is not None:
        people = whole_number("people", people, 1, MOST)
    meaning = model.data.names.meaning(cause, ("cause", "group"), "model.causes and model.groups")
    knowledge = model.data.knowledge
    members = list(knowledge.causes_in(meaning.id))
    known = _known(model, answers)
    if not isinstance(findings, Mapping):
        findings = dict.fromkeys([findings] if isinstance(findings, str) else findings, True)
    asked = read_answers(model.data, findings)
    _check(knowledge, asked, known, members)
    computed = NaturalFrequencies(
        knowledge,
        made_by(model),
        knowledge.label(meaning.id),
        any(knowledge.causes[id].urgent for id in members),
        *(known, asked, people or PEOPLE[0]),
        *_probabilities(model, members, known, asked),
    )
    if people is not None:
        return computed
    each = (replace(computed, people=many) for many in PEOPLE)
    return min(each, key=lambda one: (len(one.rounded_away), one.misleads))


def _known(model: ModelLike, given_answers: Mapping[str, Any] | None) -> tuple[Answer, ...]:
    """What is given, and the complaint: without it there is nothing to explain."""
    known = Case.of(model, given_answers).answers
    if any(one.id == model.data.complaint and one.state == "absent" for one in known):
        label = model.data.knowledge.complaint.label
        message = f"answers: without {label} there is nothing that a cause explains. Leave it out."
        raise EvidenceError(message)
    return known


def _check(
    knowledge: Knowledge, asked: tuple[Answer, ...], known: tuple[Answer, ...], members: list[str]
) -> None:
    """Refuse findings that cannot split people."""
    if not asked:
        example = {example_finding(knowledge): True}
        message = f"findings: there must be at least one answer, such as {example}."
        raise EvidenceError(message)
    known_ids = {answer.id for answer in known}
    for answer in asked:
        wrong = ""
        if np.count_nonzero(answer.likelihood) > 1:
            wrong = f"is only likely ({answer.state}); {COUNTED_BY}"
        elif answer.id in known_ids:
            wrong = "is given already. Leave it out of one of the two."
        elif answer.id in members:
            wrong = f"is what is asked about: {NEVER_SILENT}"
        if wrong:
            message = f"findings: '{answer.label}' {wrong}"
            raise EvidenceError(message)


def _probabilities(
    model: ModelLike, members: list[str], known: tuple[Answer, ...], asked: tuple[Answer, ...]
) -> tuple[float, float, float, float, float]:
    """P(cause), P(findings | cause), P(findings | no cause), P(cause | findings), P(silent).

    P(cause) is that of its explaining the complaint, P(silent) of its being there without.
    """
    engine, before = model.data.engine, evidence_of(known)
    after, there = before.plus(evidence_of(asked)), model.data.knowledge.there
    label = " or ".join(model.data.knowledge.label(id) for id in members)
    if engine.log_probability(before) == -np.inf:
        message = "answers: the evidence has probability zero, so there are no such people."
        raise ImpossibleEvidenceError(message, list(before))
    prior = engine.probability_of_any([members], before)[0]
    if prior in (0.0, 1.0):
        word = "certain" if prior else "impossible"
        message = f"answers: {label} is {word} then, so it does not split people. Give less."
        raise EvidenceError(message)
    likely = float(np.exp(engine.log_probability(after) - engine.log_probability(before)))
    if likely == 0.0:
        message = "findings: they are impossible in such people, so nobody has them."
        raise ImpossibleEvidenceError(message, [answer.id for answer in asked])
    posterior = engine.probability_of_any([members], after)[0]
    none = Evidence(dict.fromkeys(members, (1.0, 0.0)))
    without = engine.posterior(evidence_of(asked), before.plus(none))
    anyway = engine.probability_of_any([[there[id] for id in members]], before)[0]
    silent = 0.0 if all(there[id] == id for id in members) else max(0.0, anyway - prior)
    return prior, min(1.0, posterior * likely / prior), without, posterior, silent
