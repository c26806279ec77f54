"""Why a cause is as probable as it is, showing itself; its picture is a waterfall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from kneebayes.arguments import whole_number
from kneebayes.binding import Axes, pd
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.odds import decibans
from kneebayes.questions.explain.weighing import Explained, explain_cause
from kneebayes.questions.explain.words import Words, explanation_rows, in_decibans, told
from kneebayes.text import counted
from kneebayes.view.figures import BLUE, ORANGE, SMALL, caption, name_lines, new_axes, write
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on, with_signs

Order = Literal["ledger", "shapley"]
MOST_ORDERS = 1_000_000  # of the answers; fewer are looked at where time is over
NOTHING = math.nan
FOR, AGAINST, END = BLUE, ORANGE, "#444444"
PROBABILITIES = (0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999)
RATIOS = (1, 2, 5, 10, 20, 50, 100, 1000, 10_000, 100_000)
LETTER = 0.032  # of the width: a letter of the scale above
DIAMOND = "\u25c7 if it weighed as much as alone"
DIAMONDS = DIAMOND + ";\nat the posterior: all of these simply added"


@dataclass(frozen=True, slots=True)
class Fall:
    """One bar, in decibans of the odds; an infinite end decides the cause."""

    label: str
    start: float
    end: float
    alone: float  #: where it would end if it weighed as much as alone; NaN for none


def draw_waterfall(
    falls: Sequence[Fall],
    ends: tuple[float, float],
    title: str,
    *,
    added: float,
    against: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw what each answer adds to the log-odds, in decibans, from the prior to the posterior.

    ``added`` is where all single weights added up would end, NaN for none.
    """
    rows = len(falls) + 2
    ax = ax or new_axes(8.6, 0.34 * rows + 1.5)
    alone = [*(step.alone for step in falls), added]
    places = [*ends, *(step.start for step in falls), *(fall.end for fall in falls), *alone, 0.0]
    finite = [place for place in places if math.isfinite(place)]
    margin = 0.06 * max(8.0, max(finite) - min(finite))
    low, high = min(finite) - margin, max(finite) + margin
    ax.set_xlim(low, high)
    ax.axvline(0.0, color="#bbbbbb", lw=0.8, zorder=0)
    for index, fall in enumerate(falls, start=1):
        _bar(ax, index, fall)
    for height, place in enumerate([*(fall.start for fall in falls), ends[1]]):
        if math.isfinite(place):  # a thin line from one bar to the next
            ax.plot([place, place], [height, height + 1], color=END, lw=0.7, zorder=1)
    for height, place in zip((0, rows - 1), ends, strict=True):
        _mark(ax, place, height, "s", END)
        _number(ax, height, in_decibans(place), weight="bold")
    shown = [(place, height) for height, place in enumerate(alone, start=1) if math.isfinite(place)]
    for place, y in shown:
        ax.plot([place], [y], "D", mfc="white", mec="black", ms=5, mew=1.0, zorder=3)
    labels = ["prior", *(fall.label for fall in falls), "posterior"]
    name_lines(ax, labels)
    below = "decibans of the odds" + (" of the one against the other" if against else "")
    legend = DIAMONDS if math.isfinite(added) else DIAMOND
    ax.set_xlabel(f"{below}\n{legend}" if shown else below, fontsize=SMALL)
    ax.set_ylim(rows - 0.4, -0.6)
    ax.spines[["right"]].set_visible(False)
    _scale_above(ax, against)
    return caption(ax, title)


def _bar(ax: Axes, height: int, fall: Fall) -> None:
    """A bar, with its length in a column at the right."""
    if fall.start == fall.end:
        _number(ax, height, "decided" if math.isinf(fall.end) else in_decibans(0.0))
        return
    start, end = (_inside(ax, place) for place in (fall.start, fall.end))
    colour = FOR if fall.end > fall.start else AGAINST
    ax.barh(height, end - start, left=start, height=0.58, color=colour, zorder=2)
    if math.isinf(fall.end):
        _mark(ax, fall.end, height, "", colour)
    _number(ax, height, in_decibans(fall.end - fall.start))


def _mark(ax: Axes, place: float, height: int, marker: str, colour: str) -> None:
    """A mark; at the edge, an arrowhead for what lies beyond all bounds."""
    if math.isinf(place):
        marker = ">" if place > 0.0 else "<"
    ax.plot([_inside(ax, place)], [height], marker, color=colour, ms=8, zorder=3, clip_on=False)


def _number(ax: Axes, height: int, text: str, weight: str = "normal") -> None:
    across = ax.get_yaxis_transform()
    write(ax, 1.12, height, text, transform=across, ha="right", fontweight=weight)


def _scale_above(ax: Axes, against: bool) -> None:
    """The same scale as probabilities, or as odds."""
    low, high = ax.get_xlim()
    if against:
        marks = [(-decibans(ratio), f"1:{ratio:,}") for ratio in reversed(RATIOS[1:])]
        marks += [(decibans(ratio), f"{ratio:,}:1") for ratio in RATIOS]
    else:
        marks = [
            (decibans(probability / (1.0 - probability)), percent(probability))
            for probability in PROBABILITIES
        ]
    shown: list[tuple[float, str]] = []
    for place, text in marks:
        letters = (len(shown[-1][1]) + len(text)) / 2 + 1 if shown else 0.0
        free = not shown or place - shown[-1][0] >= LETTER * letters * (high - low)
        if low <= place <= high and free:
            shown.append((place, text))
    above = ax.secondary_xaxis("top")
    above.set_xticks([place for place, _ in shown], [text for _, text in shown], fontsize=SMALL)
    above.set_xlabel("odds" if against else "probability", fontsize=SMALL)


def _inside(ax: Axes, place: float) -> float:
    low, high = ax.get_xlim()
    return float(min(max(place, low), high))


@dataclass(frozen=True, repr=False, eq=False)
class Explanation(CaseResult):
    """What each answer weighs for a cause, from the prior to the posterior.

    Made by :meth:`kneebayes.Differential.explain`. All weights are in decibans: ten times the
    decimal logarithm of the factor by which the odds change. In the text decibans are
    rounded to one decimal, probabilities and shares to two significant digits.
    """

    case: Case
    explained: Explained

    @property
    def total(self) -> float:
        """What all answers weigh together, in decibans; infinite where they decide it."""
        return self.explained.total

    @property
    def overlap(self) -> float:
        """Sum of the single weights minus the total; NaN where the answers decide the cause.

        With the sign of that sum it is what would be counted twice by adding.
        """
        return self.explained.overlap

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        return explanation_rows(self._words)

    @property
    def table(self) -> pd.DataFrame:
        """One row an answer in the order given, between one for the prior and the posterior.

        Columns: ``order``, ``kind`` (prior, answer, posterior), ``id``, ``part`` (label and
        state); in decibans ``single``, ``ledger``, ``shapley`` with ``shapley_error``,
        ``leave_one_out``, and ``log_odds`` after the step; ``odds`` and ``probability``
        after it (``probability_against`` of the other cause); ``overlaps_with`` and
        ``overlap``: the answer it overlaps with most, and by how much; ``rival`` and
        ``without_rival``: the cause that explains it away, and what it would weigh among the
        others if that were ruled out; ``article``, ``literature``, ``assumption``,
        ``patients``: the share of each in what it rests on; ``origin`` and ``because``. The
        row of the posterior has sums: of the single weights, of the ledger, of the Shapley
        shares, and the overlap of all.
        """
        return pd.DataFrame(self._rows)

    @property
    def overlaps(self) -> pd.DataFrame:
        """One row a pair of answers, the strongest overlap first.

        Columns: ``first``, ``second`` (ids), ``apart`` (sum of the single weights),
        ``together`` and ``overlap`` (their difference), in decibans.
        """
        columns = ["first", "second", "apart", "together", "overlap"]
        rows = [[getattr(pair, name) for name in columns] for pair in self.explained.overlaps]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def _words(self) -> Words:
        knowledge, explained = self.case.knowledge, self.explained
        complaint = next((a for a in self.case.in_order if a.id == knowledge.meta.complaint), None)
        ids = [*knowledge.causes, *(answer.id for answer in self.case.in_order)]
        return Words(
            explained=explained,
            cause=knowledge.label(explained.cause),
            against="" if explained.against is None else knowledge.label(explained.against),
            labels={id: knowledge.label(knowledge.cause_of(id) or id) for id in ids},
            complaint="" if complaint is None else f"{complaint.label}: {complaint.state}",
        )

    @property
    def _urgent(self) -> list[str]:
        """Labels of those of the causes that are urgent by themselves."""
        known, asked = self.case.knowledge.causes, (self.explained.cause, self.explained.against)
        causes = [known[id] for id in asked if id is not None]
        return [cause.label for cause in causes if cause.urgent]

    @property
    def report(self) -> Report:
        """What is shown: the story, the ways of counting side by side, what it rests on."""
        marked = [f"{label} is an urgent cause." for label in self._urgent]
        report = report_on(self.case, self._words.question, lead=marked, whole_title=True)
        return told(report, self._words)

    def _content(self) -> dict[str, Any]:
        return {
            "cause": self.explained.cause,
            "against": self.explained.against,
            "orders_drawn": self.explained.orders,
            "steps": self._rows,
        }

    def draw(self, ax: Axes | None = None, by: Order = "ledger") -> Axes:
        """Draw the way from the prior to the posterior as a waterfall.

        Either ``by="ledger"``, in the order told, or ``by="shapley"``, averaged over all orders;
        anything else is an :class:`EvidenceError`.
        """
        explained, words, falls = self.explained, self._words, []
        before = explained.start.log_odds
        for weight in explained.weights:
            after = weight.after.log_odds if by == "ledger" else before + weight.shapley
            alone = before + weight.single if math.isfinite(before) else NOTHING
            falls.append(Fall(words.part(weight), before, after, alone))
            before = after
        ends = explained.start.log_odds, explained.end.log_odds
        added = explained.start.log_odds + explained.apart if len(falls) > 1 else NOTHING
        order = "in the order given" if by == "ledger" else "averaged over all orders"
        marked = "".join(f"; {label} is urgent" for label in self._urgent)
        learnt = self.case.data.learnt
        marked += "" if learnt is None else f"; learnt from {learnt.told}"
        title = with_signs(f"{words.question}\n{order}{marked}", self.case)
        against = explained.against is not None
        return draw_waterfall(falls, ends, title, added=added, against=against, ax=ax)

    def __repr__(self) -> str:
        explained, words = self.explained, self._words
        rather = f" rather than {words.against!r}" if words.against else ""
        count = counted(len(explained.weights), "answer")
        way = f"{percent(explained.start.probability)} -> {percent(explained.end.probability)}"
        return f"Explanation({words.cause!r}{rather}, {count}: {way})"


@bounded
def explain(
    case: CaseLike, cause: str, against: str | None = None, *, orders: int = 32, seed: int = 0
) -> Explanation:
    """Why a cause is as probable as it is, or more probable than another.

    Every answer gets its weight in decibans: alone, in the order given (the *ledger*),
    averaged over all orders (Shapley 1953), and with all others known. Ledger and
    Shapley shares add up to the change in log-odds from the complaint alone to all that
    is known. For one cause the odds are P(it explains the complaint) / P(it does not);
    against another they are P(it does) / P(the other does), and both may be there.

    Parameters
    ----------
    cause
        Any of its names.
    against
        Another cause; left out, the odds are those of the cause explaining the complaint.
    orders
        How many orders to draw where more than 15 answers are too many for all of them. With
        very many answers, most of them present, each order takes seconds: a bar shows how far it
        is, and when the time of the model is over (a minute, or :meth:`kneebayes.Model.within`)
        those that were drawn count, and the text says how many.
    seed
        Seed for drawing these orders; the same seed draws the same ones.

    Raises
    ------
    UnknownNameError
        If there is no such cause.
    EvidenceError
        If both are the same cause, or both are ruled out; or ``orders`` is no number.
    TooWideError
        If an answer needs more memory than is allowed.

    Examples
    --------
    >>> import kneebayes as kb
    >>> why = kb.load().diagnose({"fever": False}).explain("septic arthritis")
    >>> print(why.text.splitlines()[0])
    Why septic arthritis?
    >>> bool(why.table.set_index("id")["ledger"]["fever"] < 0.0)
    True
    """
    case = case.case
    id = case.data.cause_named(cause)
    other = None if against is None else case.data.cause_named(against)
    if id == other:
        message = (
            f"against: '{case.label(id)}' cannot be held against itself. Name "
            "another cause, or leave it out."
        )
        raise EvidenceError(message)
    orders, seed = whole_number("orders", orders, 4, MOST_ORDERS), whole_number("seed", seed)
    return Explanation(case, explain_cause(case, id, other, orders, seed))
