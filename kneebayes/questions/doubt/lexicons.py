"""The same patient under every lexicon, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.case import believe
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, frame_of, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SHOWN = 10


@dataclass(frozen=True, eq=False, repr=False)
class LexiconComparison(CaseResult):
    """Posteriors and ranks under every lexicon of the model.

    Made by :meth:`kneebayes.Differential.compare_lexicons`.

    Attributes
    ----------
    posteriors
        P(cause | evidence) by lexicon and cause.
    """

    case: Case
    posteriors: Mapping[str, Mapping[str, float]]

    @cached_property
    def _ranks(self) -> dict[str, dict[str, int]]:
        """By lexicon the causes in order, each with its rank."""
        ranks: dict[str, dict[str, int]] = {}
        for lexicon, posteriors in self.posteriors.items():
            order = sorted(posteriors, key=lambda id: -posteriors[id])
            ranks[lexicon] = {id: index for index, id in enumerate(order, start=1)}
        return ranks

    @property
    def labels(self) -> dict[str, str]:
        """Labels of the lexicons by id."""
        known = self.case.knowledge.lexicons
        return {id: known[id].label for id in self.posteriors}

    @property
    def tops(self) -> dict[str, str]:
        """Label of the most probable cause by lexicon."""
        return {lexicon: self.case.label(next(iter(ids))) for lexicon, ids in self._ranks.items()}

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause and lexicon: id, cause, group, urgent, lexicon, rank, posterior."""
        causes = self.case.knowledge.causes
        return frame_of(
            [
                {
                    "id": id,
                    "cause": causes[id].label,
                    "group": causes[id].group,
                    "urgent": causes[id].urgent,
                    "lexicon": lexicon,
                    "rank": self._ranks[lexicon][id],
                    "posterior": posteriors[id],
                }
                for id in self._ranks[self.case.data.lexicon]
                for lexicon, posteriors in self.posteriors.items()
            ]
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes, and all urgent ones, with one mark a lexicon."""
        from kneebayes.questions.doubt.figures import draw_readings

        causes = self.case.knowledge.causes
        rows: list[dict[str, Any]] = [
            {
                "cause": causes[id].label,
                "urgent": causes[id].urgent,
                **{lexicon: posteriors[id] for lexicon, posteriors in self.posteriors.items()},
            }
            for id in self._shown
        ]
        drawn = draw_readings(rows, self.labels, ax)
        title = f"{self.case.knowledge.meta.title}: the same answers under every lexicon"
        return self._titled(drawn, title)

    @property
    def _shown(self) -> list[str]:
        """The first under any lexicon, and all that are urgent."""
        causes = self.case.knowledge.causes
        return [
            id
            for id, rank in self._ranks[self.case.data.lexicon].items()
            if rank <= SHOWN
            or causes[id].urgent
            or any(ranks[id] <= 3 for ranks in self._ranks.values())
        ]

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (
                self.case.marked(id),
                *(
                    f"{percent(posteriors[id])} (rank {self._ranks[lexicon][id]})"
                    for lexicon, posteriors in self.posteriors.items()
                ),
            )
            for id in self._shown
        ]
        lexicons = "; ".join(f"{id}: {label}" for id, label in self.labels.items())
        return report_on(
            self.case,
            "the same answers under every lexicon",
            ("cause", *self.posteriors),
            rows,
            ["All urgent causes are listed.", f"Lexicons: {lexicons}."],
            lead=[self.summary],
        )

    @property
    def summary(self) -> str:
        """What ranks first, in a sentence."""
        by_top: dict[str, list[str]] = {}
        for lexicon, top in self.tops.items():
            by_top.setdefault(top, []).append(lexicon)
        if len(by_top) == 1:
            lexicons = len(self.posteriors)
            which = f"all {lexicons} lexicons" if lexicons > 1 else "the only lexicon"
            return f"{next(iter(by_top))} ranks first under {which}."
        sentences = [f"{top} under {', '.join(lexicons)}" for top, lexicons in by_top.items()]
        return f"The lexicons disagree on the first rank: {'; '.join(sentences)}."

    def __repr__(self) -> str:
        tops = ", ".join(dict.fromkeys(self.tops.values()))
        return f"LexiconComparison({', '.join(self.posteriors)}: first {tops})"


@checked
@bounded
def compare_lexicons(case: CaseLike) -> LexiconComparison:
    """The same answers under every lexicon of the model, side by side.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> set(dx.compare_lexicons().tops.values())
    {"Baker's cyst"}
    """
    case = case.case
    posteriors = {
        id: believe(read.engine, read.knowledge, case.evidence).posteriors
        for id, read in case.data.readings.items()
    }
    return LexiconComparison(case, posteriors)
