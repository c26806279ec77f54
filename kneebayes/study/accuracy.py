"""Likelihood ratios of the model beside published ones, for every pair with a source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case.case import Case
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.files import read_toml
from kneebayes.knowledge.folder import META, shipped_folder
from kneebayes.study.published import shipped
from kneebayes.text import counted
from kneebayes.view.figures import COLOURS, GREY, SMALL, WIDE, below, beside, name_lines, new_axes
from kneebayes.view.report import ModelResult, Report

FILE = "published_ratios.csv"
NEAR = 1.5  # so many times outside the published interval is still near
NO_END = 1e9  # the upper end of a published ratio that has none
DRAWN = 12  # ratios of the picture
HEADER = ("cause", "answer", "among", "published", "model", "")
WORDS = {"present": True, "absent": False}
EDGE = 1e-12
LEAST = 1e-300  # so that nothing is divided by zero
ABOUT = (
    "Each figure is by how much the answer multiplies the odds that the cause is there, among "
    "people with the complaint and with what stands under 'among'; a background that is rarer at "
    "some ages or in one sex is compared among people of one age and sex."
)


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """One published ratio, and what the model makes of it."""

    cause: str  #: its id
    answer: str  #: such as ``fever=present``
    among: str  #: what the people had in whom it was measured
    low: float  #: of the published interval; one figure is both of its ends
    high: float
    source: str  #: id of its reference
    model: float  #: how much the answer multiplies the odds that the cause is there, in the model
    #: ``inside`` the interval, ``near`` (within a factor of 1.5 of it), ``far``, or ``reversed``:
    #: the other way round than a published ratio that is clear
    verdict: str


@checked
def accuracy(model: ModelLike) -> Accuracy:
    """The model's likelihood ratios beside published ones.

    A ratio is that of the odds that the cause is there, with the answer against without it
    being known, among those with the complaint and what the people studied had. A background that
    is less often found at some ages or in one sex is held against others of the same age and sex,
    as they are among the patients of the cause.

    Parameters
    ----------
    model
        The model. Pairs whose cause or answer it does not have are left out and counted; all are
        where it is of another complaint than theirs, whatever its ids.

    Examples
    --------
    >>> import kneebayes as kb
    >>> found = kb.load().accuracy()
    >>> sorted({row.verdict for row in found.rows} - {"inside", "near", "far", "reversed"})
    []
    """
    data, rows = model.data, []
    theirs = read_toml(shipped_folder() / META, META, []) or {}
    same = data.knowledge.meta.complaint == theirs.get("complaint")
    with shipped(FILE).open(encoding="utf-8", newline="") as lines:
        published = list(csv.DictReader(lines))
    for stated in published:
        answer, among = _answers(stated["answer"]), _answers(stated["among"])
        known = {*answer, *among} <= set(data.network.index)
        if same and known and stated["cause"] in data.knowledge.diseases:
            ratio = _ratio(data, stated["cause"], answer, among)
            low, high = float(stated["low"]), float(stated["high"])
            about = stated["cause"], stated["answer"], stated["among"]
            verdict = _verdict(ratio, low, high)
            rows.append(AccuracyRow(*about, low, high, stated["source"], ratio, verdict))
    elsewhere = "" if same else str(theirs.get("title"))
    return Accuracy(data, tuple(rows), len(published) - len(rows), elsewhere)


@dataclass(frozen=True, eq=False, repr=False)
class Accuracy(ModelResult):
    """Likelihood ratios of a model beside published ones. Made by :func:`accuracy`."""

    model: ModelLike
    rows: tuple[AccuracyRow, ...]  #: one for each published ratio
    left_out: int  #: how many published ratios are about what the model does not have
    elsewhere: str = ""  #: title of what they are about, where that is another complaint

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a pair: cause, answer, among, low, high, source, model, verdict."""
        return pd.DataFrame(self.rows)

    @checked
    def share(self, *verdicts: str) -> float:
        """Share of the pairs with one of some verdicts."""
        return sum(row.verdict in verdicts for row in self.rows) / max(len(self.rows), 1)

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = []
        for row in self.rows:
            answer, among = (_in_words(self.data, answers) for answers in (row.answer, row.among))
            numbers = _published_as(row), _plain(row.model), row.verdict
            rows.append((self.data.knowledge.label(row.cause), answer, among, *numbers))
        near, turned = self.share("inside", "near"), self.share("reversed")
        counted = (
            f"{near:.0%} of {len(self.rows)} lie in the published interval or within a factor of "
            f"{NEAR:g} of it; {turned:.0%} point the other way."
        )
        notes = [counted, ABOUT] if self.rows else []
        if self.elsewhere:
            notes.append(
                f"Left out, all {self.left_out}: they were measured with another complaint, "
                f"'{self.elsewhere}'. Equal ids mean other things there."
            )
        elif self.left_out:
            notes.append(f"Left out, for the model has no such cause or answer: {self.left_out}.")
        title = "published likelihood ratios and the model's"
        return self._report(title, HEADER, rows, notes=tuple(notes))

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw published intervals as lines and the model's ratios as dots, the furthest first."""
        rows = sorted(self.rows, key=_distance, reverse=True)[:DRAWN][::-1]
        ax = ax or new_axes(WIDE, 0.32 * len(rows) + 1.8)
        for place, row in enumerate(rows):
            far = row.verdict in ("far", "reversed")
            ax.plot([row.low, row.high], [place, place], color=GREY, lw=4)
            ax.plot([row.low, row.high], [place, place], "|", color=GREY, ms=11, mew=2)
            colour = COLOURS["cause" if far else "finding"]
            ax.plot(row.model, place, "o", ms=5, color=colour)
            labels = [(min(row.low, row.high), _published_as(row)), (row.model, _plain(row.model))]
            if row.model < row.low:
                labels.reverse()
            else:
                labels[1] = (max(row.model, row.high), labels[1][1])
            for (x, text), away in zip(labels, (-6, 6), strict=True):
                beside(ax, (x, place), text, away)
        label = self.data.knowledge.label
        name_lines(ax, [f"{label(row.cause)}: {_in_words(self.data, row.answer)}" for row in rows])
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:,g}")
        ax.minorticks_off()
        ax.tick_params("x", labelsize=SMALL)
        ax.axvline(1.0, color="#cccccc", lw=0.8, zorder=0)
        ax.margins(x=0.3, y=0.04)  # with room for the numbers
        below_it = "likelihood ratio (line: published; dot: the model, red where it is far); "
        most = f"the {len(rows)} of {len(self.rows)} that differ most"
        return self._titled(below(ax, below_it + most))

    def __repr__(self) -> str:
        return (
            f"Accuracy({counted(len(self.rows), 'ratio')}, {self.share('inside', 'near'):.0%} near)"
        )


def _plain(ratio: float) -> str:
    """Two significant digits without a power of ten: 550, not 5.5e+02."""
    rounded = float(f"{ratio:.2g}")
    return f"{rounded:,.0f}" if rounded >= 100.0 else f"{rounded:g}"


def _published_as(row: AccuracyRow) -> str:
    if row.high >= NO_END:
        return f"{row.low:g} or more"
    return f"{row.low:g} to {row.high:g}" if row.low < row.high else f"{row.low:g}"


def _distance(row: AccuracyRow) -> float:
    """How far the model's ratio lies outside the published interval, in logarithms."""
    low, ratio, high = (np.log(max(end, EDGE)) for end in (row.low, row.model, row.high))
    return float(max(low - ratio, ratio - high))


def _answers(text: str) -> dict[str, Any]:
    """``fever=present; age=older`` as answers."""
    pairs = (part.strip().split("=") for part in text.split(";") if part.strip())
    return {name: WORDS.get(state, state) for name, state in pairs}


def _ratio(
    data: ModelData, cause: str, answer: Mapping[str, object], among: Mapping[str, object]
) -> float:
    """P(answer | cause) over P(answer | no such cause).

    A background that is rarer at some ages or in one sex is compared with others of the same
    age and sex, as studies of risks do: averaged over those that patients of the cause have.
    """
    knowledge = data.knowledge
    node, contexts = knowledge.there[cause], answer.keys() & knowledge.contexts.keys()
    rarer = [knowledge.less_often[id].by for id in contexts & knowledge.less_often.keys()]
    by = sorted({id for contexts in rarer for id in contexts} - {*among, EXPLANATION})
    kinds = product(*([state.id for state in knowledge.states_of(id)] for id in by))
    having = others = 0.0
    for kind in kinds:
        people = {**among, **dict(zip(by, kind, strict=True))}
        ill, well = _with_and_without(data, node, people)
        ill_so, well_so = _with_and_without(data, node, {**people, **answer})
        having += ill_so
        others += ill * well_so / max(well, LEAST)
    return having / max(others, LEAST)


def _with_and_without(
    data: ModelData, node: str, answers: Mapping[str, object]
) -> tuple[float, float]:
    """P(answers, a cause there) and P(answers, not there)."""
    answer = data.engine.propagate(Case.of(data, answers).evidence, [node])
    absent, present = (answer.marginals[node] * np.exp(answer.log_probability)).ravel().tolist()
    return present, absent


def _verdict(ratio: float, low: float, high: float) -> str:
    if low <= ratio <= high:
        return "inside"
    if low / NEAR <= ratio <= high * NEAR:
        return "near"
    return "reversed" if (low > 1.0 > ratio) or (high < 1.0 < ratio) else "far"


def _in_words(data: ModelData, text: str) -> str:
    parts = []
    for name, answer in _answers(text).items():
        label = data.knowledge.label(name)
        parts.append({True: label, False: f"no {label}"}.get(answer, f"{label}: {answer}"))
    return ", ".join(parts)
