"""What patients taught, shown: each statement before and after, and where it comes from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kneebayes.building.quantities import RATIOS
from kneebayes.knowledge.parts import Interval
from kneebayes.learning.heldout import HeldOut, hold_out
from kneebayes.learning.outcome import Outcome
from kneebayes.learning.patients import Patients
from kneebayes.learning.text import Lesson, Part, lesson_html, lesson_text
from kneebayes.network import Numbers
from kneebayes.view.markup import percent
from kneebayes.view.report import Showing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kneebayes.building.model import ModelLike

__all__ = ["Learnt"]

SHOWN = 14
HEADER = ("said", "before", "now", "90 %", "data", "outweighed after")
HOW = (
    "data: share of what is known of a number that comes from the patients (1 minus the ratio of "
    "the variances with and without them). outweighed after: how many patients like these weigh "
    "as much as the sentence."
)


@dataclass(frozen=True, eq=False, repr=False)
class Learnt(Showing):
    """What a model learnt from patients.

    Made by :meth:`kneebayes.Model.update`, and kept as ``model.learnt``.

    Attributes
    ----------
    before
        The model as the text made it.
    patients
        Who was learnt from.
    outcomes
        What became of every sentence.
    numbers
        All numbers of the network after learning.
    trust
        What the weight of every sentence was multiplied by.
    trail
        ln posterior density (up to a constant) at the start and after each step; it never
        falls.
    converged
        Whether no further step promised anything.
    determined
        How many numbers the patients have determined (MacKay 1992): from 0 to as many as
        were learnt.
    """

    before: ModelLike
    patients: Patients
    outcomes: tuple[Outcome, ...]
    numbers: Numbers
    trust: float
    trail: tuple[float, ...]
    converged: bool
    determined: float

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        causes = self.before.data.knowledge.causes
        for one in self.outcomes:
            sentence, quantity = one.sentence, one.sentence.quantity
            subject = quantity.parent if quantity is not None and quantity.parent else sentence.node
            rows.append(
                {
                    "kind": "share" if quantity is None else quantity.kind,
                    "node": sentence.node,
                    "parent": "" if quantity is None else quantity.parent,
                    "state": sentence.state,
                    "about": sentence.about,
                    "said": sentence.said,
                    "text": sentence.interval.value,
                    "text_low": sentence.interval.low,
                    "text_high": sentence.interval.high,
                    "weight": sentence.weight,
                    "now": one.interval.value,
                    "low": one.interval.low,
                    "high": one.interval.high,
                    "link": one.link,
                    "data": one.data,
                    "outweighed_after": one.outweighed_after(len(self.patients)),
                    "learnt": not sentence.fixed,
                    "fixed": sentence.fixed,
                    "urgent": subject in causes and causes[subject].urgent,
                }
            )
        return rows

    @property
    def table(self) -> pd.DataFrame:
        """One row a statement.

        ``kind``, ``node``, ``parent``, ``state``: what it is about (ids; for kinds see
        ``about``, the same in words). ``said``: the statement. ``text``, ``text_low``,
        ``text_high``: in numbers, before. ``weight``: effective sample size of the sentence,
        in patients of whom it would have to be known for certain (none for a risk ratio).
        ``now``, ``low``, ``high``: after, with the central 90 %. ``link``: the number that
        the network uses. ``data``: share of the patients in what is known. ``outweighed_after``:
        after how many patients like these they would weigh as much as the sentence.
        ``learnt``, ``fixed``: whether it could be learnt, and if not, why. ``urgent``: whether
        it is about an urgent cause.
        """
        import pandas as pd

        return pd.DataFrame(self._rows)

    @property
    def text(self) -> str:
        """The causes, and the statements that the patients say most about, for a terminal."""
        return lesson_text(self._lesson)

    @property
    def html(self) -> str:
        """The same for a notebook."""
        return lesson_html(self._lesson)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the statements that the patients say most about, before and after."""
        from kneebayes.learning.figures import draw_lessons

        rows = [row for row in self._by_data if row["kind"] not in RATIOS]
        return draw_lessons(rows[:SHOWN], ax)

    def score(self, cases: object) -> HeldOut:
        """How well patients who were not learnt from are foretold, before and after.

        Parameters
        ----------
        cases
            A DataFrame as :meth:`kneebayes.Model.update` takes it.

        Raises
        ------
        UnknownNameError, EvidenceError, ImpossibleEvidenceError
            As there.
        """
        return hold_out(self.before, self.numbers, cases)

    @cached_property
    def _by_data(self) -> list[dict[str, object]]:
        """Rows of what was learnt, most from the patients first."""
        learnt = [row for row in self._rows if row["learnt"]]
        return sorted(learnt, key=lambda row: -float(str(row["data"])))

    @property
    def summary(self) -> str:
        """How much the patients taught, in a sentence."""
        learnt = [one for one in self.outcomes if not one.sentence.fixed]
        more = sum(one.data > 0.5 for one in learnt)
        count = len(self.patients)
        told = (
            f"{count:,} patient{'' if count == 1 else 's'} with the complaint, "
            f"{self.patients.telling:,} of whom more is known."
        )
        if math.isinf(self.trust):
            return f"{told} The text is trusted without limit, so no number has moved."
        if not self.trail:
            return f"{told} Nothing was to be learnt, so no number has moved."
        return (
            f"{told} They determined {self.determined:.0f} of {len(learnt)} numbers, and "
            f"weigh more than the sentence in {more}."
        )

    @property
    def _lesson(self) -> Lesson:
        causes = [row for row in self._rows if row["kind"] == "prior"]
        labels = self.before.data.knowledge.label
        named = [(labels(str(row["node"])) + " !" * bool(row["urgent"]), row) for row in causes]
        others = [row for row in self._by_data if row["kind"] != "prior"][:SHOWN]
        spoken = [(str(row["about"]) + " !" * bool(row["urgent"]), row) for row in others]
        meta = self.before.data.knowledge.meta
        parts = [
            Part(
                "How common each cause is among those with the complaint (! urgent)",
                ("cause", *HEADER),
                [_cells(name, row) for name, row in named],
                texts=2,
            ),
            Part(
                "What the patients say most about, besides",
                ("statement", *HEADER),
                [_cells(name, row) for name, row in spoken],
                texts=2,
            ),
        ]
        title = f"{meta.title}: what patients taught ({self.before.data.reading})"
        warning = [] if self.converged else ["Stopped before the best numbers were reached."]
        notes = [*warning, *self._stays, HOW, meta.disclaimer]
        return Lesson(title, [self.summary], parts, notes)

    @property
    def _stays(self) -> Sequence[str]:
        """What cannot be learnt, and what nobody was asked about."""
        why = Counter(one.sentence.fixed for one in self.outcomes if one.sentence.fixed)
        told = [f"{count} ({reason})" for reason, count in why.items()]
        silent = sum(one.data < 0.01 for one in self.outcomes if not one.sentence.fixed)
        lines = []
        if told:
            lines.append("Numbers that stay as stated: " + "; ".join(told) + ".")
        if silent and self.trail:
            lines.append(
                f"Of {silent} further numbers these patients say next to nothing (data below 1 %): "
                "the text alone speaks of them."
            )
        return lines

    @property
    def told(self) -> str:
        """From how many patients, in words."""
        count = len(self.patients)
        return f"{count:,} patient{'' if count == 1 else 's'}"

    def __repr__(self) -> str:
        return (
            f"Learnt({self.told}: {self.determined:.0f} of "
            f"{sum(not one.sentence.fixed for one in self.outcomes)} numbers determined)"
        )


def _cells(name: str, row: dict[str, object]) -> tuple[str, ...]:
    now = Interval(low=_number(row["low"]), value=_number(row["now"]), high=_number(row["high"]))
    is_ratio = row["kind"] in RATIOS
    shown = _ratio if is_ratio else percent
    after = _number(row["outweighed_after"])
    return (
        name,
        str(row["said"]),
        shown(_number(row["text"])),
        shown(now.value),
        f"{shown(now.low)} to {shown(now.high)}",
        percent(_number(row["data"])),
        _patients(after),
    )


def _patients(count: float) -> str:
    """How many patients, with no more digits than make sense."""
    if math.isinf(count) or count >= 1e7:
        return "never" if math.isinf(count) else "> 10 million"
    if count < 10.0:
        return f"{count:.1f}"
    size = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return f"{round(count / size) * size:,}"


def _ratio(value: float) -> str:
    return f"x {value:.2g}"


def _number(value: object) -> float:
    return float(str(value))
