"""A cohort: the differentials of many patients as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.cohort.questionnaire import LEVELS, MADE, Questionnaire, bar_for
from kneebayes.cohort.reading import Place, TableProblems
from kneebayes.errors import EvidenceError
from kneebayes.knowledge.records import Meta
from kneebayes.renaming import renamed
from kneebayes.view.differential import WHAT_IT_IS
from kneebayes.view.markup import bar, percent, table, tag
from kneebayes.view.report import made_by, made_by_line

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building.model import ModelLike

__all__ = ["Cohort", "counted", "diagnose_cohort", "diagnose_frame", "names_of", "place_in"]

SHOWN = 10
IMPOSSIBLE = "impossible: the answers cannot be true together"
TOO_WIDE = "not answered: exactly it needs more memory than is allowed"


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """What follows for each patient of a table.

    Made by :meth:`kneebayes.Model.diagnose_cohort`.

    Attributes
    ----------
    table
        One row a patient, with the index of the table that was asked about. Columns:
        ``urgency`` (``routine`` < ``soon`` < ``now``, an ordered category), ``top`` (label
        of the most probable cause), ``log_probability`` (natural logarithm of
        P(evidence)), ``possible`` (False where P(evidence) is zero), ``answered`` (False where
        an exact answer needs more memory than is allowed), then P(cause present | evidence)
        by id of the cause. Where the evidence is impossible or the patient was not answered
        no cause has a posterior: ``top`` and all posteriors are missing (NaN).
    meta
        What the model is about, what it is not, and what it advises.
    origin
        Which model was asked: version, lexicon, layer, setting, what it learnt.
    """

    table: pd.DataFrame
    meta: Meta
    origin: Mapping[str, Any]

    @property
    def posteriors(self) -> pd.DataFrame:
        """P(cause present | evidence): one row a patient, one column a cause by its id."""
        return self.table.iloc[:, len(MADE) :]

    @property
    def top(self) -> pd.Series:
        """Label of the most probable cause of each patient; missing if none is possible."""
        return self.table["top"]

    @property
    def urgency(self) -> pd.Series:
        """What the source says to do, by patient: ``routine`` < ``soon`` < ``now``.

        It follows from signs, whatever the posterior says; :meth:`kneebayes.Model.diagnose`
        tells the signs of one patient.
        """
        return self.table["urgency"]

    @property
    def log_probability(self) -> pd.Series:
        """Natural logarithm of P(evidence) by patient, the complaint included."""
        return self.table["log_probability"]

    @property
    def possible(self) -> pd.Series:
        """Whether what is known of a patient can be true together under the model.

        Where it is False :meth:`kneebayes.Model.diagnose` names what conflicts.
        """
        return self.table["possible"]

    @property
    def answered(self) -> pd.Series:
        """Whether an exact answer was in reach; ``model.sample(answers)`` estimates others."""
        return self.table["answered"]

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Cohort({', '.join(self._summary())})"

    def _repr_html_(self) -> str:
        posteriors = self.posteriors.iloc[:SHOWN].max(axis=1, skipna=True).tolist()
        why = [
            "" if one else "impossible: the answers cannot be true together"
            for one in self.possible
        ]
        why = [text if yes else TOO_WIDE for text, yes in zip(why, self.answered, strict=True)]
        shown = zip(self.urgency, self.top, why, posteriors, strict=False)
        rows = [
            (
                _in_words(self.table.index[at]),
                getattr(self.meta.advice, level),
                problem or str(top),
                "" if problem else percent(posterior),
                "" if problem else bar(posterior),
            )
            for at, (level, top, problem, posterior) in enumerate(shown)
        ]
        more = len(self) - len(rows)
        header = ("patient", "urgency", "most probable cause", "posterior", "")
        return tag(
            "div",
            tag("p", tag("strong", escape(f"{self.meta.title}: {len(self)} patients"))),
            tag("p", tag("strong", escape("; ".join(self._summary()[1:]))), role="alert"),
            table(header, rows),
            tag("p", f"\u2026 and {more} more") if more else "",
            tag("p", escape(WHAT_IT_IS)),
            tag("p", tag("small", escape(made_by_line(self.origin)))),
            tag("p", tag("em", escape(self.meta.disclaimer))),
        )

    def _summary(self) -> list[str]:
        patients = f"{len(self)} patient{'' if len(self) == 1 else 's'}"
        unanswered = int((~self.answered).sum())
        impossible = int((~self.possible).sum())
        return [patients, *counted(urgency_counts(self.table), impossible, unanswered)]


def urgency_counts(frame: pd.DataFrame) -> dict[str, int]:
    """How many patients there are of each level, the most urgent first."""
    counts = np.bincount(frame["urgency"].cat.codes, minlength=len(LEVELS))
    return {level: int(counts[at]) for at, level in reversed(list(enumerate(LEVELS)))}


def counted(urgency: dict[str, int], impossible: int, unanswered: int = 0) -> list[str]:
    """The same in words, and how many patients conflict or could not be answered exactly."""
    words = [f"{level} {count}" for level, count in urgency.items()]
    words += [f"{impossible} impossible"] if impossible else []
    return [*words, f"{unanswered} not answered (too wide)"] if unanswered else words


@renamed(frame="patients")
def diagnose_cohort(
    model: ModelLike, patients: pd.DataFrame, progress: bool | None = None
) -> Cohort:
    """Diagnose many patients, each row of a table exactly as one patient would be.

    Parameters
    ----------
    model
        The model to ask.
    patients
        One row a patient; one column a finding, a context or a cause, by any of its names.
        Cells are answers as :meth:`kneebayes.Model.diagnose` takes them; besides, an empty
        cell (NaN, NA or no text) is unknown, and a number may be written as text. The
        complaint is present unless a column says otherwise: where that column is empty, the
        complaint is unknown. The table is never changed, its index is kept.
    progress
        Whether to show a bar; left out, one is shown for more than 1000 patients.

    Returns
    -------
    Cohort
        Posteriors, urgency and most probable cause of every patient. A patient whose answers
        cannot be true together is marked as not ``possible``, one whose exact answer needs
        more memory than is allowed as not ``answered``; neither has posteriors.

    Raises
    ------
    UnknownNameError
        If columns are named like nothing in the model; says what looks like them.
    EvidenceError
        If two columns speak of the same thing, or cells cannot be understood. All problems
        are reported at once, with column, row, what was given and what is allowed.

    Examples
    --------
    >>> import pandas as pd
    >>> import kneebayes as kb
    >>> patients = pd.DataFrame(
    ...     {"lump behind the knee": [True, None], "fever": [False, 0.9], "age": ["older", 30]},
    ...     index=["ann", "bob"],
    ... )
    >>> cohort = diagnose_cohort(kb.load(), patients)
    >>> cohort
    Cohort(2 patients, now 1, soon 0, routine 1)
    >>> cohort.top["ann"], cohort.urgency["bob"]
    ("Baker's cyst", 'now')
    """
    table = diagnose_frame(model, patients, progress=progress)
    return Cohort(table, model.data.knowledge.meta, made_by(model))


def diagnose_frame(
    model: ModelLike, frame: object, keep: Sequence[str] = (), progress: bool | None = None
) -> pd.DataFrame:
    """What follows for each patient of a table, as a table (see :class:`Cohort`).

    Parameters
    ----------
    model
        The model that is asked.
    frame
        A pandas DataFrame with one row a patient; never changed.
    keep
        Columns that are carried through unread; they come first.
    progress
        Whether to show a bar; None shows one for more than 1000 patients.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns or cells cannot be understood; all of them are reported.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        kind = type(frame).__name__
        message = f"A cohort must be a pandas DataFrame with one row a patient, got {kind}."
        raise EvidenceError(message)
    problems, place = TableProblems(), place_in(frame)
    asked = Questionnaire(model, list(frame.columns), names_of(keep), problems)
    asked.check(frame, place)
    problems.raise_any()
    with bar_for(len(frame), progress) as advance:
        return asked.answer(frame, place, advance)


def names_of(keep: Sequence[str]) -> tuple[str, ...]:
    """Names of columns; a single one may be given as it is."""
    return (keep,) if isinstance(keep, str) else tuple(keep)


def place_in(frame: pd.DataFrame) -> Place:
    """What to call the rows of a table: by label, and by position where labels repeat."""
    index = frame.index

    def place(row: int) -> str:
        """What to call a row."""
        where = "" if index.is_unique else f" (position {row})"
        return f"row {_in_words(index[row])}{where}"

    return place


def _in_words(label: object) -> str:
    return repr(label.item() if isinstance(label, np.generic) else label)
