"""How sure a ranking is, shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kneebayes.case.case import Case, CaseLike
from kneebayes.knowledge.parts import Interval
from kneebayes.questions.doubt.drawing import Drawing, Spread, spread_of
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Robustness", "robustness"]

SHOWN = 10
LONG = 5000  # draws from which on a bar shows how far they have come
HEADER = ("", "cause", "prior", "posterior", "5 to 95 % of the draws", "first", "top 3", "rank")


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(CaseResult):
    """Posterior intervals and ranks over many readings of the words.

    Made by :meth:`kneebayes.Differential.robustness`.

    Attributes
    ----------
    case
        The patient and the model.
    spread
        The draws, summed up by cause.
    priors
        P(cause | complaint) as stated, with its interval, by cause.
    """

    case: Case
    spread: Spread
    priors: Mapping[str, Interval]

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        causes = self.case.knowledge.causes
        return [
            {
                "id": one.id,
                "cause": causes[one.id].label,
                "group": causes[one.id].group,
                "urgent": causes[one.id].urgent,
                "prior": self.priors[one.id].value,
                "prior_low": self.priors[one.id].low,
                "prior_high": self.priors[one.id].high,
                "posterior": one.posterior,
                "low": one.low,
                "median": one.median,
                "high": one.high,
                "p_first": one.first,
                "p_top_three": one.top_three,
                "rank_low": one.rank_low,
                "rank_high": one.rank_high,
            }
            for one in self.spread.causes
        ]

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause, in the order of the ranking; the index is the rank.

        ``low``, ``median``, ``high``: quantiles of the posterior over the draws (5, 50 and
        95 %); ``p_first``, ``p_top_three``: shares of the draws in which the cause ranks
        first, among the first three; ``rank_low``, ``rank_high``: quantiles of its rank.
        """
        import pandas as pd

        return pd.DataFrame(self._rows, index=pd.RangeIndex(1, len(self._rows) + 1, name="rank"))

    @property
    def draws(self) -> pd.DataFrame:
        """P(cause | evidence) in every draw: one row a draw, one column a cause (its id)."""
        import pandas as pd

        return pd.DataFrame(self.spread.posteriors, columns=list(self.spread.ids))

    def _content(self) -> dict[str, Any]:
        return {
            "draws": self.spread.draws,
            "seed": self.spread.seed,
            "spread": self.spread.width,
            "causes": self._rows,
        }

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes, and all urgent ones, as bars with intervals."""
        from kneebayes.questions.doubt.robustness_figure import draw_intervals
        from kneebayes.view.caption import say_above

        rows = [row for at, row in enumerate(self._rows) if at < SHOWN or row["urgent"]]
        return say_above(draw_intervals(rows, ax), self.report.title, self.case.answers)

    def draw_slopes(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes from prior to posterior, with both intervals."""
        from kneebayes.questions.doubt.robustness_figure import draw_slopes
        from kneebayes.view.caption import say_above

        drawn = draw_slopes(self._rows[:SHOWN], ax)
        return say_above(drawn, self.report.title, self.case.answers)

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (
                str(at),
                self.case.marked(one.id),
                percent(self.priors[one.id].value),
                percent(one.posterior),
                f"{percent(one.low)} to {percent(one.high)}",
                percent(one.first),
                percent(one.top_three),
                _span(one.rank_low, one.rank_high),
            )
            for at, one in enumerate(self.spread.causes, start=1)
            if at <= SHOWN or self.case.knowledge.causes[one.id].urgent
        ]
        return report_on(
            self.case,
            "how sure is the ranking?",
            HEADER,
            rows,
            ["All urgent causes are listed.", self._how],
            lead=[self.summary],
        )

    @property
    def summary(self) -> str:
        """What ranks first, in a sentence."""
        leader = self.spread.causes[0]
        rivals = sorted(self.spread.causes[1:], key=lambda one: -one.first)
        told = (
            f"{self.case.label(leader.id)} ranks first in {percent(leader.first)} of "
            f"{_count(self.spread.draws, 'draw')}"
        )
        if rivals and rivals[0].first > 0.0:
            told += f", {self.case.label(rivals[0].id)} in {percent(rivals[0].first)}"
        return told + "."

    @property
    def _how(self) -> str:
        spread = self.spread
        words = "Each draw reads every word and range anew inside its interval"
        if spread.width != 1.0:
            words += f", stretched by {spread.width:g}"
        thrown = ""
        if spread.redrawn:
            was = "was" if spread.redrawn == 1 else "were"
            thrown = (
                f" {_count(spread.redrawn, 'draw')} {was} replaced: no network has such priors, or "
                "the evidence was impossible in it."
            )
        return (
            f"{words}; one reading a word serves all its statements (seed {spread.seed}).{thrown}"
        )

    def __repr__(self) -> str:
        leader = self.spread.causes[0]
        return (
            f"Robustness({_count(self.spread.draws, 'draw')}: {self.case.label(leader.id)} "
            f"{percent(leader.low)} to {percent(leader.high)}, first in {percent(leader.first)})"
        )


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def robustness(
    case: CaseLike,
    draws: int = 1000,
    seed: int = 0,
    spread: float = 1.0,
    progress: bool | None = None,
) -> Robustness:
    """How sure the ranking is, if every word may mean anything inside its interval.

    Each draw reads every word and every published range anew, makes the network that
    follows, with the priors held, and asks it. One reading of a word serves all
    statements that use it in the same direction.

    Parameters
    ----------
    case
        The patient.
    draws
        How many networks to ask.
    seed
        Where chance begins; the same seed gives the same readings for every patient.
    spread
        Multiplies how far the draws reach: 0 leaves every word at its value, 1 takes the
        intervals as the central 90 %.
    progress
        Whether to show a bar; left out, one is shown for more than 5000 draws.

    Raises
    ------
    KneebayesError
        If an argument is out of range, or hardly any draw has priors that can hold.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> told = dx.robustness(draws=200).table.iloc[0]
    >>> told["cause"], bool(told["low"] < told["posterior"] < told["high"])
    ("Baker's cyst", True)
    """
    case = case.case
    drawing = Drawing(draws, seed, spread)
    with _bar(draws, progress) as step:
        found = spread_of(
            case.engine,
            case.knowledge,
            case.elicited,
            case.evidence,
            drawing,
            step,
            case.data.solved,
        )
    return Robustness(case, found, case.elicited.priors)


@contextmanager
def _bar(draws: int, wanted: bool | None) -> Iterator[Callable[[int], object] | None]:
    """A bar for long work, or nothing."""
    if not (draws > LONG if wanted is None else wanted):
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=draws, desc="Reading the words anew") as bar:
        yield bar.update
