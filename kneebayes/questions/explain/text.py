"""An explanation as a report: the story in order, the ways of counting, what it rests on."""

from __future__ import annotations

from dataclasses import replace

from kneebayes.questions.explain.words import Words
from kneebayes.view.report import Outline, Report, Steps

__all__ = ["told"]

HEADER = ("answer", "alone", "in order", "average", "last")
LEGEND = (
    "alone: with only the complaint known besides; in order: as told; average: over all orders "
    "(Shapley); last: with all other answers known. Ten decibans multiply the odds by ten. "
    "Numbers are rounded, so what is shown may miss a sum by a last digit; the table does not."
)
WIDTH = 100


def told(report: Report, words: Words) -> Report:
    """A report with the story of an explanation in it.

    Parameters
    ----------
    report
        Title, urgency and what made it.
    words
        The sentences.
    """
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
