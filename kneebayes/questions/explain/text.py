"""An explanation as a page: for a terminal, and for a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from html import escape

from kneebayes.questions.explain.words import Words
from kneebayes.view.markup import table, tag

__all__ = ["explanation_html", "explanation_text"]

HEADER = ("answer", "alone", "in order", "average", "last")
LEGEND = (
    "alone: with only the complaint known besides; in order: as told; average: over all orders "
    "(Shapley); last: with all other answers known. Ten decibans multiply the odds by ten. "
    "Numbers are rounded, so what is shown may miss a sum by a last digit; the table does not."
)
WIDTH = 100


def explanation_text(words: Words, before: Sequence[str], disclaimer: str) -> str:
    """An explanation for a terminal.

    Parameters
    ----------
    words
        The sentences.
    before
        Lines that stand above, such as the urgency.
    disclaimer
        The line that stands below.
    """
    lines = [words.question, *before, "", *_wrapped([words.beginning])]
    for order, weight in enumerate(words.explained.weights, start=1):
        lines += _wrapped([words.step(order, weight)])
        lines += _wrapped([words.rests(weight)], "   ")
    lines += _wrapped([words.ending])
    rows = list(words.rows())
    if rows:
        longest = max(len(row[0]) for row in rows)
        lines.append("")
        for name, *numbers in (HEADER, *rows):
            cells = "".join(f"{number:>11}" for number in numbers)
            lines.append(f"{name:<{longest}}{cells}".rstrip())
        lines += ["", *_wrapped([LEGEND, *words.chance])]
    for said in (words.counted_twice, words.taken_away):
        if said:
            lines += ["", *_wrapped(said)]
    lines += ["", *_wrapped([words.grounds]), *_wrapped(words.because, "  ")]
    return "\n".join([*lines, "", disclaimer])


def _wrapped(sentences: Iterable[str], indent: str = "") -> list[str]:
    return [
        line
        for sentence in sentences
        for line in textwrap.wrap(
            sentence,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + "   ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def explanation_html(words: Words, before: Sequence[str], disclaimer: str) -> str:
    """An explanation for a notebook: the same sentences and numbers.

    Parameters
    ----------
    words, before, disclaimer
        As for :func:`explanation_text`.
    """
    steps = [
        tag(
            "li",
            escape(words.step(order, weight).partition(". ")[2]),
            "<br/>",
            _small(words.rests(weight)),
        )
        for order, weight in enumerate(words.explained.weights, start=1)
    ]
    rows = list(words.rows())
    after = [*([LEGEND] if rows else []), *words.chance, *words.counted_twice, *words.taken_away]
    claims = "".join(tag("li", _small(one)) for one in words.because)
    return tag(
        "div",
        tag("p", tag("strong", escape(words.question))),
        *(tag("p", escape(line), role="alert") for line in before),
        tag("p", escape(words.beginning)),
        tag("ol", *steps) if steps else "",
        tag("p", escape(words.ending)),
        table(HEADER, rows) if rows else "",
        *(tag("p", escape(one)) for one in [*after, words.grounds]),
        tag("ul", claims) if claims else "",
        tag("p", tag("em", escape(disclaimer))),
    )


def _small(text: str) -> str:
    return tag("small", escape(text))
