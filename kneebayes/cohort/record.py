"""A cohort: the differentials of many patients as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd, renamed
from kneebayes.building.model import ModelLike
from kneebayes.case.answers import meaning_of, spoken
from kneebayes.case.case import CaseLike
from kneebayes.case.urgency import LEVELS
from kneebayes.cohort.questionnaire import Questionnaire, any_of, bar_for, reasons_of
from kneebayes.cohort.reading import (
    IGNORED,
    MADE,
    NOTHING_MAPPED,
    ColumnMap,
    ColumnsLike,
    Place,
    Reading,
    TableReader,
    TableReport,
    column_map,
    made_columns,
    with_advice,
)
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.text import counted, marked, shown
from kneebayes.view.differential import what_it_is
from kneebayes.view.figures import bars, below, caption, lines_of
from kneebayes.view.markup import ShareBar, percent
from kneebayes.view.report import ModelResult, Report, records_of

SHOWN = 10
Unclear = Literal["refuse", "mark"]


@dataclass(frozen=True, eq=False, repr=False)
class Cohort(ModelResult):
    """What follows for each patient of a table. Made by :meth:`kneebayes.Model.diagnose_cohort`."""

    frame: pd.DataFrame
    model: ModelLike
    patients: pd.DataFrame  #: the table that was asked about
    #: what its columns mean, where they are called otherwise than in the model
    mapped: ColumnMap = NOTHING_MAPPED
    kept: int = 0  #: how many columns of it stand at the beginning of ``table``

    @property
    def table(self) -> pd.DataFrame:
        """One row a patient, with the index of the table that was asked about.

        Columns: ``urgency`` (``routine`` < ``soon`` < ``now``, an ordered category), ``top``
        (label of the most probable cause), ``log_probability`` (natural logarithm of
        P(evidence)), ``possible`` (False where P(evidence) is zero), ``answered`` (False where an
        exact answer needs more memory than is allowed), ``problem`` (why there are no
        posteriors), then P(cause explains the complaint | evidence) by id of the cause. Where the
        evidence is impossible or the patient was not answered no cause has a posterior: ``top``
        and all posteriors are missing (NaN).
        """
        return self.frame

    @property
    def posteriors(self) -> pd.DataFrame:
        """P(cause explains the complaint | evidence): one row a patient, one column a cause."""
        return self.table.iloc[:, self.kept + len(MADE) :]

    @property
    def labels(self) -> dict[str, str]:
        """Label of each cause by its id."""
        return {id: cause.label for id, cause in self.data.knowledge.causes.items()}

    @property
    def labelled(self) -> pd.DataFrame:
        """The posteriors with labels as headings."""
        return self.posteriors.rename(columns=self.labels)

    @property
    def problem(self) -> pd.Series:
        """Why a patient has no posteriors; empty where they are there."""
        return self.table["problem"]

    @cached_property
    def _reading(self) -> Reading:
        labels, kept = list(self.patients.columns), list(self.table.columns[: self.kept])
        reader = TableReader(self.model, labels, kept, self.mapped, mark=True)
        return reader.read(self.patients, place_in(self.patients))

    def _share(self, causes: Sequence[str]) -> np.ndarray:
        """P(at least one of some causes), NaN where nothing was answered."""
        fine = (self.possible & self.answered).to_numpy()
        shares = np.full(len(self), np.nan)
        known = self._reading.of(fine)
        logs = self.log_probability.to_numpy()[fine]
        shares[fine] = any_of(self.model, known, logs, causes)
        return shares

    @cached_property
    def any_urgent(self) -> pd.Series:
        """P(an urgent cause explains the complaint | evidence), by patient."""
        shares = self._share(self.data.knowledge.urgent)
        return pd.Series(shares, index=self.table.index, name="any_urgent")

    @cached_property
    def groups(self) -> pd.DataFrame:
        """P(one of a group explains the complaint | evidence): one column a group, by its id."""
        groups = self.data.knowledge.groups
        shares = {id: self._share(group.members) for id, group in groups.items()}
        return pd.DataFrame(shares, index=self.table.index)

    @cached_property
    def reasons(self) -> pd.Series:
        """Why a patient is urgent: the reasons that the signs give, the most urgent first."""
        reasons = reasons_of(self.model, self._reading)
        return pd.Series(reasons, index=self.table.index, name="reasons", dtype=object)

    @checked
    def __getitem__(self, patient: Hashable) -> CaseLike:
        """The differential of one patient, by the label of the row.

        Raises
        ------
        EvidenceError
            If no row has that label, or several have; or a cell of it cannot be understood.
        ImpossibleEvidenceError
            If what is known of the patient cannot be true together; names what conflicts.
        """
        found = _places_of(self.table.index, patient)
        if len(found) != 1:
            many = f"{len(found)} rows have" if len(found) else "No row has"
            message = f"{many} the label {shown(patient)}. See cohort.table.index for all labels."
            raise EvidenceError(message)
        row = self.patients.iloc[int(found[0])]
        kept = set(map(str, self.table.columns[: self.kept]))
        answers = {
            str(called): spoken(self.mapped.answer(str(label), value))
            for label, value in row.items()
            if (called := self.mapped.name(label)) is not None and str(label) not in kept
        }
        model: Any = self.model
        return cast("CaseLike", model.diagnose(answers))

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

    def _content(self) -> dict[str, Any]:
        """One row for each patient, by their label."""
        patients = zip(self.table.index.tolist(), records_of(self.table), strict=True)
        return {"rows": [{"patient": label, **row} for label, row in patients]}

    @property
    def report(self) -> Report:
        """What is shown: how urgent all are, and the first patients."""
        size, *summary = self._summary()
        advice, here = self.data.knowledge.meta.advice, set(self.urgency)
        levels = [level for level in reversed(LEVELS) if level in here]
        more = [f"\u2026 and {left} more in .table"] if (left := len(self) - SHOWN) > 0 else []
        return self._report(
            size,
            ("patient", "urgency", "most probable cause", "posterior", ""),
            self._first(),
            advice="; ".join(summary),
            reasons=tuple(f"{level}: {getattr(advice, level)}" for level in levels),
            notes=(*more, what_it_is(self.data.knowledge.complaint.label)),
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw how many patients have each cause as their most probable one."""
        counts = self.top.value_counts()
        counts = counts[counts > 0]
        causes = self.data.knowledge.causes.values()
        urgent = counts.index.isin([cause.label for cause in causes if cause.urgent]).tolist()
        drawn = lines_of(list(map(marked, counts.index, urgent)), ax)
        bars(drawn, counts.tolist(), [f"{count:,}" for count in counts], urgent)
        drawn.set_xlim(0.0, 1.12 * max([*counts, 1]))
        drawn.set_xticks([])
        drawn.spines["bottom"].set_visible(False)
        below(drawn, "patients in whom it is the most probable cause")
        return caption(drawn, ", ".join(self._summary()))

    @property
    def alt_text(self) -> str:
        """The picture in words, for who cannot see it: how many have each cause on top."""
        counts = self.top.value_counts()
        causes = [f"{name} {count:,}" for name, count in counts.items() if count]
        return (
            f"{', '.join(self._summary())}. Patients in whom it is the most probable cause: "
            f"{', '.join(causes) or 'none'}."
        )

    def __repr__(self) -> str:
        return f"Cohort({', '.join(self._summary())})"

    def _first(self) -> Iterator[tuple[str, ...]]:
        """The first patients; a problem stands in the place of the cause where there is one."""
        shares = self.posteriors.iloc[:SHOWN].max(axis=1)
        patients = zip(self.table.index, self.urgency, self.top, self.problem, shares, strict=False)
        for label, level, top, problem, share in patients:
            there = ("", "") if isnan(share) else (percent(share), ShareBar(share))
            yield _in_words(label), level, problem or str(top), *there

    def _summary(self) -> list[str]:
        urgency = counts_of(self.table)
        impossible, unanswered = urgency.pop("impossible"), urgency.pop("unanswered")
        return [counted(len(self), "patient", "d"), *in_words(urgency, impossible, unanswered)]


def counts_of(frame: pd.DataFrame) -> dict[str, int]:
    """How many patients are of each urgency, the most urgent first; impossible; not answered."""
    counts = {level: int((frame["urgency"] == level).sum()) for level in reversed(LEVELS)}
    without = {"impossible": ~frame["possible"], "unanswered": ~frame["answered"]}
    return counts | {name: int(which.sum()) for name, which in without.items()}


def in_words(urgency: Mapping[str, int], impossible: int, unanswered: int) -> list[str]:
    """The same in words, the last two only where there are any."""
    words = [f"{level} {count}" for level, count in urgency.items()]
    words += [f"{impossible} impossible"] if impossible else []
    return [*words, f"{unanswered} not answered"] if unanswered else words


@renamed(frame="patients")
@checked
def diagnose_cohort(
    model: ModelLike,
    patients: pd.DataFrame,
    progress: bool | None = None,
    *,
    keep: Sequence[str] = (),
    columns: ColumnsLike = None,
    unclear: Unclear = "refuse",
) -> Cohort:
    """Diagnose many patients, each row of a table exactly as one patient would be.

    A patient whose answers cannot be true together is marked as not ``possible``, one whose exact
    answer needs more memory than is allowed as not ``answered``; neither has posteriors.

    Parameters
    ----------
    patients
        One row a patient; one column a finding, a context or a cause, by any of its names.
        Cells are answers as :meth:`kneebayes.Model.diagnose` takes them; besides, an empty
        cell (NaN, NA or no text) is unknown, and a number may be written as text. The
        complaint is present unless a column says otherwise: where that column is empty, the
        complaint is unknown. The table is never changed, its index is kept.
    progress
        Whether to show a bar; left out, one is shown for more than 1000 patients.
    keep
        Columns that are carried through unread; they come first in the table.
    columns
        What columns mean that are called otherwise than in the model, such as
        ``{"Temp > 38": "fever", "Remarks": None}`` (None: not read); or a CSV file as
        :meth:`kneebayes.Model.check_patients` gives one to be mended. A warning names values of
        it that no cell has.
    unclear
        What becomes of a patient with a cell that cannot be understood: ``"refuse"`` refuses
        the table and tells all such cells, ``"mark"`` marks the patient as not answered, and
        takes a sign that it cannot read for one that may be there when it says how urgent that is.

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
    >>> answers = {"lump": [True, None], "fever": [False, 0.9], "age": ["older", 30]}
    >>> cohort = diagnose_cohort(kb.load(), pd.DataFrame(answers, index=["ann", "bob"]))
    >>> cohort
    Cohort(2 patients, now 1, soon 0, routine 1)
    >>> cohort.top["ann"], cohort.urgency["bob"]
    ("Baker's cyst", 'now')
    """
    mapped = column_map(columns)
    table = diagnose_frame(model, patients, keep, progress, mapped, mark=unclear == "mark")
    kept = len(table.columns) - len(made_columns(model))
    return Cohort(table, model, patients, mapped, kept)


@checked
def check_patients(
    model: ModelLike, patients: pd.DataFrame, *, columns: ColumnsLike = None
) -> TableReport:
    """What is understood of a table of patients and what is not, without answering anything.

    Tables are as for :func:`diagnose_cohort`. The report can be saved, mended, and given to
    ``columns=``.

    Examples
    --------
    >>> import pandas as pd
    >>> import kneebayes as kb
    >>> patients = pd.DataFrame({"Temp > 38": ["yes", "no"], "swelling": ["a lot", "no"]})
    >>> print(kb.load().check_patients(patients, columns={"Temp > 38": "fever"}).problems[0][:41])
    column 'swelling', value 'a lot': 'swelli
    """
    mapped, rows = column_map(columns), list[dict[str, Any]]()
    for at, label in enumerate(patients.columns):
        row: dict[str, Any] = {"column": str(label), "means": "", "value": "", "answer": ""}
        row |= {"patients": len(patients), "problem": ""}
        called = mapped.name(label)
        if called is None:
            rows.append(row | {"means": IGNORED})
            continue
        try:
            meaning_of(model.data.names, called)
        except UnknownNameError as error:
            advised = with_advice(error, "let it mean 'skip'")
            rows.append(row | {"problem": advised.message})
            continue
        rows.append(row | {"means": str(called)})
        column = patients.iloc[:, [at]]
        words = {said: meant for said, meant in mapped.answers.items() if said[0] == str(label)}
        alone = ColumnMap({str(label): str(called)}, words)
        reader = TableReader(model, [label], (), alone)
        unclear = reader.read(column, place_in(patients)).unclear
        values = {place: str(column.iloc[place, 0]).strip() for place in unclear}
        counts = Counter(values.values())
        problems = {values[place]: why.partition(": ")[2] for place, why in unclear.items()}
        rows += [
            row | {"value": value, "patients": counts[value], "problem": why}
            for value, why in problems.items()
        ]
        unmet = {"patients": 0, "problem": "no cell of the column has it."}
        rows += [row | {"value": said[1]} | unmet for said in words if reader.is_unmet(said)]
    return TableReport(tuple(rows), len(patients))


@checked
def plain_answers(
    model: ModelLike, patients: pd.DataFrame, columns: ColumnsLike = None
) -> pd.DataFrame:
    """A table of patients with columns called and answered as in the model.

    For whatever takes answers but no map of columns, such as ``evaluate``; tables are as for
    :func:`diagnose_cohort`.

    Raises
    ------
    UnknownNameError, EvidenceError
        If a column is not there, or is not understood.

    Examples
    --------
    >>> import pandas as pd
    >>> import kneebayes as kb
    >>> table = pd.DataFrame({"Temp > 38": ["yes", "no"], "Remarks": ["", "seen twice"]})
    >>> columns = {"Temp > 38": "fever", "Remarks": None}
    >>> list(kb.cohort.plain_answers(kb.load(), table, columns).columns)
    ['fever']
    """
    mapped = column_map(columns)
    if mapped == NOTHING_MAPPED:
        return patients
    reader = TableReader(model, list(patients.columns), (), mapped)
    reader.problems.raise_any()
    meant = {column.asks: reader.meant(column, patients) for column in reader.columns}
    reader.warn_unmet(4)
    told = {asks: [values[code] for code in codes] for asks, (codes, values) in meant.items()}
    return pd.DataFrame(told, index=patients.index, dtype=object)


def diagnose_frame(
    model: ModelLike,
    frame: pd.DataFrame,
    keep: Sequence[str] = (),
    progress: bool | None = None,
    mapped: ColumnMap = NOTHING_MAPPED,
    *,
    mark: bool = False,
) -> pd.DataFrame:
    """What follows for each patient of a table, as a table (see :class:`Cohort`).

    As :func:`diagnose_cohort`, with ``mapped`` for what columns mean; with ``mark`` a patient who
    is not understood is marked instead of refused.
    """
    place = place_in(frame)
    asked = Questionnaire(model, list(frame.columns), names_of(keep), mapped, mark=mark)
    read = asked.check(frame, place)
    asked.problems.raise_any()
    asked.warn_unmet(6)
    with bar_for(len(frame), progress) as advance:
        return asked.answer(frame, place, advance, read)


def reading_of(model: ModelLike, frame: pd.DataFrame) -> Reading:
    """What is known of each patient of a table, as arrays."""
    reader = TableReader(model, list(frame.columns))
    reading = reader.read(frame, place_in(frame))
    reader.problems.raise_any()
    return reading


def names_of(keep: Sequence[str]) -> tuple[str, ...]:
    """Names of columns; a single one may be given as it is."""
    return (keep,) if isinstance(keep, str) else tuple(keep)


def _places_of(index: pd.Index, label: Hashable) -> NDArray[np.intp]:
    """Where a label stands in an index; nowhere for what cannot be a label."""
    try:
        wanted = pd.Index([label], tupleize_cols=False)
        places = index.get_indexer_for(wanted)
    except Exception:  # whatever pandas makes of it
        return np.array([], dtype=np.intp)
    return places[places >= 0]


def place_in(frame: pd.DataFrame) -> Place:
    """What to call the rows of a table: by label, and by position where labels repeat."""
    index = frame.index

    def place(row: int) -> str:
        where = "" if index.is_unique else f" (position {row})"
        return f"row {_in_words(index[row])}{where}"

    return place


def _in_words(label: object) -> str:
    return repr(label.item() if isinstance(label, np.generic) else label)
