"""The same patient under every lexicon, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kneebayes.binding import Axes, pd
from kneebayes.case import believe
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.text import marked
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

SHOWN = 10
MARKS = "osD^vPX*<>"
LINES = (figures.BLACK, *figures.PALETTE)


def draw_readings(
    rows: Sequence[Mapping[str, Any]], lexicons: Mapping[str, str], ax: Axes | None = None
) -> Axes:
    """Draw the posterior of each cause, from the top, under every lexicon, one mark a lexicon."""
    drawn = list(rows)[::-1]
    ax = ax or figures.new_axes(8.0, 0.36 * len(drawn) + 1.6)
    apart = 0.6 / max(len(lexicons) - 1, 1)  # of a row: marks of one row may have the same place
    for index in range(len(drawn) - 1):
        ax.axhline(index + 0.5, color="#dddddd", lw=0.6, zorder=0)
    for place, (id, label) in enumerate(lexicons.items()):
        values = [figures.log_odds(row[id]) for row in drawn]
        heights = [index + 0.3 - apart * place for index in range(len(drawn))]
        style: dict[str, Any] = {"ms": 5, "mfc": "none", "mew": 1.4, "label": label}
        style["color"] = LINES[place % len(LINES)]
        ax.plot(values, heights, MARKS[place % len(MARKS)], **style)
    figures.name_lines(ax, [marked(row["cause"], row["urgent"]) for row in drawn])
    figures.odds_axis(ax, [row[id] for row in drawn for id in lexicons])
    figures.legend_above(ax, 0.4)
    return figures.below(ax, f"{figures.EXPLAINS} under each lexicon, on the scale of log-odds")


@dataclass(frozen=True, eq=False, repr=False)
class LexiconComparison(CaseResult):
    """Posteriors and ranks under every lexicon of the model.

    Made by :meth:`kneebayes.Differential.compare_lexicons`.
    """

    case: Case
    posteriors: Mapping[str, Mapping[str, float]]  #: P(cause | evidence) by lexicon and cause

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
        columns = ["id", "cause", "group", "urgent", "lexicon", "rank", "posterior"]
        rows = [
            (
                *(id, causes[id].label, causes[id].group, causes[id].urgent),
                *(lexicon, self._ranks[lexicon][id], posteriors[id]),
            )
            for id in self._ranks[self.case.data.lexicon]
            for lexicon, posteriors in self.posteriors.items()
        ]
        return pd.DataFrame(rows, columns=columns)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes, and all urgent ones, with one mark a lexicon."""
        causes, each = self.case.knowledge.causes, self.posteriors.items()
        rows: list[dict[str, Any]] = [
            {lexicon: posteriors[id] for lexicon, posteriors in each}
            | {"cause": causes[id].label, "urgent": causes[id].urgent}
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

        def cell(lexicon: str, id: str) -> str:
            share = percent(self.posteriors[lexicon][id])
            return f"{share} (rank {self._ranks[lexicon][id]})"

        rows = [
            (self.case.marked(id), *(cell(lexicon, id) for lexicon in self.posteriors))
            for id in self._shown
        ]
        lexicons = "; ".join(f"{id}: {label}" for id, label in self.labels.items())
        notes = ["All urgent causes are listed.", f"Lexicons: {lexicons}."]
        header, title = ("cause", *self.posteriors), "the same answers under every lexicon"
        return report_on(self.case, title, header, rows, notes, lead=[self.summary])

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
