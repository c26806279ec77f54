"""What moves one posterior most: single statements, whole words, or claims of the article."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal, NamedTuple

import numpy as np

from kneebayes.binding import Axes, pd
from kneebayes.building.quantities import Quantities, Quantity, ends, labelled, said_in_words
from kneebayes.building.restating import Restating
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.knowledge import Knowledge
from kneebayes.network import Numbers
from kneebayes.text import written
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, fields_of, report_on

Over = Literal["numbers", "words", "claims"]


@dataclass(frozen=True, slots=True)
class Bar:
    """How one posterior answers to a statement, word or claim; NaN where evidence is impossible."""

    about: str  #: what is moved, in words
    id: str  #: of a claim; of a number or word what draws together
    said: str  #: the statement in words and numbers
    statements: int  #: how many move together
    at_low: float  #: the posterior with them at the low ends of their intervals
    at_high: float  #: the posterior with them at the high ends
    unsaid: float = math.nan  #: for a claim, had it not been made

    def reach(self, posterior: float) -> float:
        """How far the posterior gets from where it is, at most."""
        ways = [abs(end - posterior) for end in (self.at_low, self.at_high, self.unsaid)]
        return max((way for way in ways if not np.isnan(way)), default=0.0)


class _Move(NamedTuple):
    about: str
    id: str
    said: str
    at: tuple[int, ...]


def _bars_over(case: Case, cause: str, over: Over) -> tuple[float, tuple[Bar, ...]]:
    """The posterior of a cause, and how far statements move it, the furthest first.

    One statement is changed at a time, a prior as well; all others hold in every network. A claim
    that goes takes with it every number that names it as an origin, even beside others.
    """
    knowledge, lexicon = case.knowledge, case.elicited.lexicon
    quantities = case.data.quantities
    restating = Restating(case.engine, knowledge, quantities, lexicon, [*case.evidence, cause])
    words = [word.value for word in knowledge.lexicons[lexicon].commonness.values()]
    neutral = float(np.exp(np.mean(np.log(words))))
    moves = [
        moved
        for moved in _moves(knowledge, quantities, over)
        if any(quantities.all[place].node in restating.relevant for place in moved.at)
    ]
    rows = [quantities.values]
    for move in moves:
        rows += [ends(quantities, move.at, "low"), ends(quantities, move.at, "high")]
        if over == "claims":
            rows.append(_unsaid(knowledge, quantities, move.at, neutral))
    numbers = restating.restate(np.array(rows))
    propagated = case.engine.propagate_each([case.evidence], [cause], numbers)
    possible = propagated.log_probability > -np.inf
    answers = np.where(possible, propagated.marginals[cause][:, 1], np.nan)
    posterior, width = float(answers[0]), 3 if over == "claims" else 2
    bars = [
        Bar(move.about, move.id, move.said, len(move.at), *map(float, moved))
        for move, moved in zip(moves, answers[1:].reshape(-1, width), strict=True)
    ]
    bars.sort(key=lambda bar: (-bar.reach(posterior), bar.about))
    return posterior, tuple(bars)


def _moves(knowledge: Knowledge, quantities: Quantities, over: Over) -> Iterator[_Move]:
    each = quantities.all
    if over == "claims":
        for claim in knowledge.claims.values():
            named = tuple(place for place, one in enumerate(each) if claim.id in one.because)
            if named:
                said = dict.fromkeys(said_in_words(knowledge, each[place]) for place in named)
                yield _Move(claim.statement, claim.id, ", ".join(said), named)
        return
    is_open = [quantity.interval.low < quantity.interval.high for quantity in each]
    if over == "numbers":
        for place, quantity in enumerate(each):
            if is_open[place]:
                id = f"{quantity.kind}: {quantity.parent} {quantity.node}"
                yield _Move(labelled(knowledge, quantity), id, _said(knowledge, quantity), (place,))
        return
    for index, word in enumerate(quantities.words):
        uses = np.flatnonzero(quantities.word_of == index)
        places = tuple(int(place) for place in uses if is_open[place])
        if places:
            first = each[places[0]]
            direction, _, meaning = word.partition(": ")
            about = f"'{meaning}' ({direction})" if meaning else labelled(knowledge, first)
            yield _Move(about, word, _said(knowledge, first), places)


def _said(knowledge: Knowledge, quantity: Quantity) -> str:
    interval = quantity.interval
    low, high, value = (written(end, 2) for end in (interval.low, interval.high, interval.value))
    numbers = f"{low} to {high}, value {value}"
    in_words = isinstance(quantity.said, str)
    return f"{said_in_words(knowledge, quantity)}: {numbers}" if in_words else numbers


def _unsaid(
    knowledge: Knowledge, quantities: Quantities, places: Sequence[int], neutral: float
) -> Numbers:
    amounts = quantities.values
    for place in places:
        quantity = quantities.all[place]
        if quantity.kind == "presence":
            continue  # nothing else says how often the cause is there
        amounts[place] = np.nan
        if quantity.kind == "prior":
            stated = knowledge.diseases[quantity.node].commonness
            amounts[place] = neutral if stated.bounds is None else sum(stated.bounds) / 2.0
            if stated.part is not None:  # a part stays the part that it is
                amounts[place] = quantity.interval.value
    return amounts


SHOWN = 12
MEANS = {
    "numbers": "A bar goes from the posterior with this one number at the low end of its interval "
    "to that with it at the high end, all others at their values.",
    "words": "A bar goes from the posterior with this word at the low end of its interval, in "
    "every statement that uses it, to that with it at the high end.",
    "claims": "A bar goes from the posterior with all numbers that name this claim at the low ends "
    "of their intervals to that with them at the high ends. 'Unsaid' is the posterior had the "
    "claim not been made: its frequencies give no link, its risk ratios are 1, what it says of how "
    "strongly a finding points to a cause gives way to how often the cause shows it, and its words "
    "for how common a cause is to the published figure or, without one, to the geometric mean of "
    "all such words.",
}


LETTERS = 36  # of a line of a label
ENDS = (
    ("at_low", figures.AMBER, "//", "at the low end"),
    ("at_high", figures.BLUE, "", "at the high end"),
)


def draw_tornado(
    bars: Sequence[Mapping[str, Any]], posterior: float, cause: str, ax: Axes | None = None
) -> Axes:
    """Draw how far each bar moves the posterior of a cause, the furthest on top."""
    drawn = list(bars)[::-1]
    ax = ax or figures.new_axes(9.0, 0.42 * len(drawn) + 1.5)
    for name, colour, hatch, label in ENDS:
        bounds = _given(drawn, name)
        widths = [end - posterior for end in bounds.values()]
        look: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white"}
        look["label"] = label if bounds else None
        ax.barh(list(bounds), widths, left=posterior, height=0.62, **look)
    unsaid = _given(drawn, "unsaid")
    if unsaid:
        style: dict[str, Any] = {"color": figures.BLACK, "ms": 6, "mfc": "white", "mew": 1.5}
        ax.plot(list(unsaid.values()), list(unsaid), "D", label="had it not been said", **style)
    ax.axvline(posterior, color=figures.BLACK, lw=1.0)
    for place, bar in enumerate(drawn):
        ends = [bar[name] for name in ("at_low", "at_high", "unsaid") if not math.isnan(bar[name])]
        for end, away in ((min([posterior, *ends]), -7), (max([posterior, *ends]), 7)):
            if percent(end) != percent(posterior):
                figures.beside(ax, (end, place), percent(end), away)
    labels = [
        " ".join(wrap(str(bar["about"]), LETTERS, max_lines=3, placeholder=" ...")) for bar in drawn
    ]
    figures.name_lines(ax, labels, LETTERS)
    ax.margins(x=0.3)  # for the numbers
    ax.locator_params(axis="x", nbins=4)
    ax.xaxis.set_major_formatter("{x:.0%}")
    if ax.get_legend_handles_labels()[0]:
        figures.legend_above(ax, 0.5)
    line = f"line: {percent(posterior)}, all at their values"
    return figures.below(ax, f"P({cause} explains it | evidence)\n{line}")


def _given(bars: Sequence[Mapping[str, Any]], name: str) -> dict[int, float]:
    """By place the numbers of one name that there are."""
    return {place: bar[name] for place, bar in enumerate(bars) if not math.isnan(bar[name])}


@dataclass(frozen=True, eq=False, repr=False)
class Tornado(CaseResult):
    """How far single statements, words or claims move one posterior, the furthest first.

    Made by :meth:`kneebayes.Differential.tornado`.
    """

    case: Case
    cause: str
    posterior: float  #: P(cause | evidence) with everything at its value
    over: Over  #: what a bar is: ``numbers``, ``words`` or ``claims``
    bars: tuple[Bar, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a bar: about, id, said, statements, at_low, at_high, unsaid, reach.

        ``reach`` is how far the posterior gets from where it is, at most. A posterior is NaN
        where the evidence is impossible then.
        """
        columns = ["about", "id", "said", "statements", "at_low", "at_high", "unsaid", "reach"]
        return pd.DataFrame(self._rows, columns=columns)

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return [{**fields_of(bar), "reach": bar.reach(self.posterior)} for bar in self.bars]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the longest bars."""
        rows = self._rows[:SHOWN]
        if self.over == "claims":
            rows = [{**row, "about": f"{row['id']}: {row['about']}"} for row in rows]
        return self._titled(draw_tornado(rows, self.posterior, self.case.label(self.cause), ax))

    @property
    def report(self) -> Report:
        """What is shown."""
        claims = self.over == "claims"
        label = self.case.label(self.cause)
        rows = [
            (
                f"{bar.id}: {bar.about}" if claims else bar.about,
                bar.said,
                *map(_shown, (bar.at_low, bar.at_high)),
                *([_shown(bar.unsaid)] if claims else []),
            )
            for bar in self.bars[:SHOWN]
        ]
        ends = ("at low", "at high", "unsaid") if claims else ("at low", "at high")
        header = ("claim" if claims else self.over[:-1], "said", *ends)
        more = len(self.bars) - len(rows)
        further = [f"{more:,} more move it less; .table has them all."] if more > 0 else []
        lead = [
            f"P({label} explains it | evidence) is {percent(self.posterior)}.",
            MEANS[self.over],
        ]
        return report_on(self.case, f"what moves {label}?", header, rows, further, lead=lead)

    def __repr__(self) -> str:
        label, first = self.case.label(self.cause), self.bars[0].about if self.bars else "nothing"
        return (
            f"Tornado({label} {percent(self.posterior)} over {len(self.bars)} {self.over}, "
            f"most by: {first})"
        )


def _shown(value: float) -> str:
    return "cannot hold" if math.isnan(value) else percent(value)


@bounded
def tornado(case: CaseLike, cause: str | None = None, over: Over = "numbers") -> Tornado:
    """Which numbers, words or claims move one posterior most.

    Parameters
    ----------
    cause
        Any of its names; left out, the most probable.
    over
        What is changed for each bar: one of the ``"numbers"``, to the ends of its interval;
        one of the ``"words"``, in all statements that use it; or one of the ``"claims"`` of the
        article, which is left out.

    Raises
    ------
    UnknownNameError
        If the cause is not known.
    KneebayesError
        If ``over`` is something else.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = kb.load().diagnose({"lump behind the knee": True}).tornado(over="words")
    >>> bool(told.table["reach"].is_monotonic_decreasing)
    True
    """
    case = case.case
    id = case.by_probability[0] if cause is None else case.data.cause_named(cause)
    posterior, bars = _bars_over(case, id, over)
    return Tornado(case, id, posterior, over, bars)
