"""What moves a posterior most, shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.case.case import Case, CaseLike
from kneebayes.questions.doubt.bars import Bar, Over, bars_over
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Tornado", "tornado"]

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


@dataclass(frozen=True, eq=False, repr=False)
class Tornado(CaseResult):
    """How far single statements, words or claims move one posterior, the furthest first.

    Made by :meth:`kneebayes.Differential.tornado`.

    Attributes
    ----------
    case
        The patient and the model.
    cause
        Id of the cause.
    posterior
        P(cause | evidence) with everything at its value.
    over
        What a bar is: ``numbers``, ``words`` or ``claims``.
    bars
        The bars.
    """

    case: Case
    cause: str
    posterior: float
    over: Over
    bars: tuple[Bar, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a bar: about, id, said, statements, at_low, at_high, unsaid, reach.

        ``reach`` is how far the posterior gets from where it is, at most. A posterior is NaN
        where no network has such priors.
        """
        import pandas as pd

        columns = ["about", "id", "said", "statements", "at_low", "at_high", "unsaid", "reach"]
        return pd.DataFrame(self._rows, columns=columns)

    @property
    def _rows(self) -> list[dict[str, object]]:
        return [
            {
                "about": bar.about,
                "id": bar.id,
                "said": bar.said,
                "statements": bar.statements,
                "at_low": bar.at_low,
                "at_high": bar.at_high,
                "unsaid": bar.unsaid,
                "reach": bar.reach(self.posterior),
            }
            for bar in self.bars
        ]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the longest bars."""
        from kneebayes.questions.doubt.sensitivity_figure import draw_tornado
        from kneebayes.view.caption import say_above

        rows = self._rows[:SHOWN]
        if self.over == "claims":
            rows = [{**row, "about": f"{row['id']}: {row['about']}"} for row in rows]
        drawn = draw_tornado(rows, self.posterior, self.case.label(self.cause), ax)
        return say_above(drawn, self.report.title, self.case.answers)

    @property
    def report(self) -> Report:
        """What is shown."""
        claims = self.over == "claims"
        label = self.case.label(self.cause)
        rows = [
            (
                f"{bar.id}: {bar.about}" if claims else bar.about,
                bar.said,
                _shown(bar.at_low),
                _shown(bar.at_high),
                *((_shown(bar.unsaid),) if claims else ()),
            )
            for bar in self.bars[:SHOWN]
        ]
        header = ("claim" if claims else self.over[:-1], "said", "at low", "at high")
        left = len(self.bars) - len(rows)
        further = [f"{left:,} more move it less; .table has them all."] if left > 0 else []
        return report_on(
            self.case,
            f"what moves {label}?",
            (*header, "unsaid") if claims else header,
            rows,
            further,
            lead=[f"P({label} | evidence) is {percent(self.posterior)}.", MEANS[self.over]],
        )

    def __repr__(self) -> str:
        label, first = self.case.label(self.cause), self.bars[0].about if self.bars else "nothing"
        return (
            f"Tornado({label} {percent(self.posterior)} over {len(self.bars)} {self.over}, "
            f"most by: {first})"
        )


def _shown(value: float) -> str:
    return "cannot hold" if math.isnan(value) else percent(value)


def tornado(case: CaseLike, cause: str | None = None, over: Over = "numbers") -> Tornado:
    """What moves one posterior most, if it means something else or had not been said.

    Parameters
    ----------
    case
        The patient.
    cause
        Any of its names; left out, the most probable.
    over
        What a bar is: one of the ``"numbers"`` at the ends of its interval, one of the
        ``"words"`` in all its statements, or one of the ``"claims"`` of the article.

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
    >>> told.table["about"].iloc[0]
    "'characteristic' (evoking)"
    """
    case = case.case
    id = case.by_probability[0] if cause is None else case.data.cause_named(cause)
    posterior, bars = bars_over(case.engine, case.knowledge, case.elicited, case.evidence, id, over)
    return Tornado(case, id, posterior, over, bars)
