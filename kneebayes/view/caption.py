"""A caption above each picture: what it shows and for whom, so that it can stand alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kneebayes.case import Answer
from kneebayes.view.figures import LETTERS_PER_INCH, SMALL, fit
from kneebayes.view.report import known_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["say_above"]

NARROWEST = 30  # letters
MOST_LINES = 3
MORE = " [and more]"
PAD = 8.0  # points


def say_above(ax: Axes, title: str, answers: Iterable[Answer]) -> Axes:
    """Write a title, and below it in a few lines what is known.

    Parameters
    ----------
    ax
        The picture, with its legend if it has one.
    title
        What it shows.
    answers
        What is known of the patient.

    Returns
    -------
    Axes
        The same axes.
    """
    start, inches = fit(ax)
    width = max(NARROWEST, int(inches * LETTERS_PER_INCH))
    heading = textwrap.wrap(title, width) or [title]
    lines = textwrap.wrap(known_of(answers), width, max_lines=MOST_LINES, placeholder=MORE)
    legend = ax.get_legend()
    pad = PAD
    if legend is not None and legend.get_bbox_to_anchor().y0 > ax.bbox.y1 - 1.0:
        pad += legend.get_window_extent().height * 72.0 / ax.figure.dpi
    text = "\n".join((*heading, *lines))
    ax.set_title(text, loc="left", fontsize=SMALL, pad=pad, parse_math=False, x=start)
    return ax
