"""A questionnaire: the columns of a table, understood, and ready to be answered from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.cohort.problems import Problems
from kneebayes.cohort.reading import Place, columns_of, kept_of, read_columns
from kneebayes.cohort.signs import LEVELS, urgency_levels
from kneebayes.cohort.solving import Progress, solve

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["MADE", "PIECE", "Questionnaire", "bar_for", "made_columns"]

PIECE = 8192  # rows that are read and answered together, so that memory stays flat
MANY = 1000  # rows from which on a bar is shown
MADE = ("urgency", "top", "log_probability", "possible", "answered")


def made_columns(model: ModelLike) -> tuple[str, ...]:
    """Names of the columns that a diagnosis makes: five, then one a cause."""
    return (*MADE, *model.data.knowledge.causes)


class Questionnaire:
    """The columns of a table and what they ask.

    Parameters
    ----------
    model
        The model that is asked.
    labels
        What the columns are called.
    keep
        Columns that are carried through unread.
    problems
        Takes what is wrong with the columns and, while reading, with the cells.
    """

    def __init__(
        self, model: ModelLike, labels: Sequence[Hashable], keep: Sequence[str], problems: Problems
    ) -> None:
        self.model = model
        self.problems = problems
        self.kept = kept_of(labels, keep, made_columns(model), problems)
        self.columns = columns_of(model, labels, self.kept, problems)

    def check(self, frame: pd.DataFrame, place: Place) -> None:
        """Read all cells for their problems, without answering anything."""
        for start, piece in _pieces(frame):
            read_columns(self.model, self.columns, piece, _from(start, place), self.problems)

    def answer(self, frame: pd.DataFrame, place: Place, progress: Progress) -> pd.DataFrame:
        """What follows for each patient, with the columns that are carried through.

        Parameters
        ----------
        frame
            The table; its index is kept.
        place
            What to call a row, by its position.
        progress
            Called with how many more patients are answered, again and again.

        Raises
        ------
        EvidenceError
            If a cell cannot be understood.
        """
        import pandas as pd

        rows, causes = len(frame), list(self.model.data.knowledge.causes)
        levels, logs = np.empty(rows, dtype=np.int8), np.empty(rows)
        posteriors = np.empty((rows, len(causes)), order="F")
        for start, piece in _pieces(frame):
            here, at = _from(start, place), slice(start, start + len(piece))
            reading = read_columns(self.model, self.columns, piece, here, self.problems)
            self.problems.raise_any()
            levels[at] = urgency_levels(
                self.model.data.knowledge, self.model.data.network, reading.present
            )
            logs[at], posteriors[at] = solve(self.model, reading, progress)
        answered = ~np.isnan(logs)
        possible = ~np.isneginf(logs)
        made = {
            "urgency": pd.Categorical.from_codes(levels, categories=pd.Index(LEVELS), ordered=True),
            "top": self._top(posteriors, possible & answered),
            "log_probability": logs,
            "possible": possible,
            "answered": answered,
            **{id: posteriors[:, at] for at, id in enumerate(causes)},
        }
        table = pd.DataFrame(made, index=frame.index, copy=False)
        if not self.kept:
            return table
        return pd.concat([frame.iloc[:, self.kept], table], axis=1)

    def _top(self, posteriors: np.ndarray, possible: np.ndarray) -> pd.Categorical[str]:
        """Label of the most probable cause of each patient; of equals the first."""
        import pandas as pd

        labels = pd.Index([cause.label for cause in self.model.data.knowledge.causes.values()])
        codes = np.full(len(posteriors), -1, dtype=np.int16)
        codes[possible] = posteriors[possible].argmax(axis=1)
        return pd.Categorical.from_codes(codes, categories=labels)


def _pieces(frame: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    for start in range(0, len(frame), PIECE):
        yield start, frame.iloc[start : start + PIECE]


def _from(start: int, place: Place) -> Place:
    return lambda row: place(start + row)


@contextmanager
def bar_for(rows: int, progress: bool | None) -> Iterator[Callable[[int], object]]:
    """A bar that shows how many patients are answered, or nothing.

    Parameters
    ----------
    rows
        How many there are.
    progress
        Whether to show it; None shows it for more than 1000 patients.
    """
    if not (rows > MANY if progress is None else progress):
        yield lambda _: None
        return
    from tqdm.auto import tqdm

    with tqdm(total=rows, desc="Diagnosing", unit=" patients", leave=False) as bar:
        yield bar.update
