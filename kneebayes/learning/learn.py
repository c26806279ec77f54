"""A model that has seen patients: the words as prior, the patients as data."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd, renamed
from kneebayes.building.model import AnyModel, ModelLike
from kneebayes.building.quantities import RATIOS
from kneebayes.errors import EvidenceError
from kneebayes.learning.counting import (
    Counting,
    Patients,
    Sample,
    log_probabilities,
    read_patients,
    selection_of,
    together,
)
from kneebayes.learning.outcome import LearntNumber, outcomes_of, with_outcomes
from kneebayes.learning.scoring import Estimation
from kneebayes.learning.sentences import read_text
from kneebayes.network import Numbers
from kneebayes.odds import logit
from kneebayes.text import counted, marked, written
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import (
    Grid,
    ModelResult,
    Report,
    Reporting,
    made_by,
    made_by_line,
    records_of,
)

NAMED = ("kind", "node", "parent", "state")  # of a quantity, as columns
ENDS = ("text_low", "text_high", "low", "high")
EDGE = 1e-7  # what is certain is drawn here
LETTERS = 36  # of a name on one line
SHOWN = 14
HEADER = ("said", "before", "now", "90 %", "data", "outweighed after")
COMMON = "How common each cause is among those with the complaint (! urgent)"
BESIDES = "What the patients say most about, besides"
HOW = (
    "data: share of what is known of a number that comes from the patients (1 minus the ratio of "
    "the variances with and without them). outweighed after: how many patients like these weigh "
    "as much as the sentence."
)
LEAST_TRUST = 1e-6  # below it the text says nothing, and its weights overflow
MANY = 200  # patients from which on a bar is shown


@dataclass(frozen=True, eq=False, repr=False)
class HeldOut(ModelResult):
    """How well patients are foretold, before and after learning: ln P(answers | complaint).

    Made by :meth:`Learnt.score`. The log score is proper: only the true probabilities
    maximise it on average (Good 1952).
    """

    frame: pd.DataFrame  #: one row a patient, by their labels: ``before``, ``after`` and ``gain``
    model: ModelLike  #: as the text made it
    told: str  #: from whom it learnt

    def _origin(self) -> Mapping[str, Any]:
        """Which model was asked."""
        return made_by(self.model) | {"learnt": self.told}

    @property
    def table(self) -> pd.DataFrame:
        """One row a patient: ``before``, ``after``, ``gain``, all in nats."""
        return self.frame.copy()

    @property
    def before(self) -> float:
        """Mean of ln P(answers | complaint) under the text alone."""
        return float(self.frame["before"].mean())

    @property
    def after(self) -> float:
        """The same under text and patients."""
        return float(self.frame["after"].mean())

    @property
    def gain(self) -> float:
        """How much better, in nats a patient."""
        return float(self.frame["gain"].mean())

    @property
    def error(self) -> float:
        """Standard error of the gain; infinite for a single patient."""
        gains = self.frame["gain"].to_numpy()
        return float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else math.inf

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw how much ln P(answers | complaint) of each patient gained or lost by learning."""
        gains = self.frame["gain"].tolist()
        ax = ax or figures.new_axes(7.0, 3.2)
        longest = max(map(abs, gains), default=1.0)
        width = longest / min(20, max(3, len(gains) // 20)) or 1.0
        low, high = min([0.0, *gains]) - width, max([0.0, *gains]) + width
        edges = [width * index for index in range(-21, 22) if low <= width * index <= high]
        worse, better = ([gain for gain in gains if (gain < 0.0) is lost] for lost in (True, False))
        ax.hist(worse, bins=edges, color=figures.ORANGE, hatch="///", edgecolor="white")
        ax.hist(better, bins=edges, color=figures.BLUE, edgecolor="white")
        ax.axvline(0.0, color=figures.GREY, lw=1.0)  # an edge of two bars too
        ax.axvline(self.gain, color="black", lw=1.6, ls="--")
        above: dict[str, Any] = {"ha": "center", "va": "bottom"}
        above["transform"] = ax.get_xaxis_transform()
        figures.write(ax, self.gain, 1.01, f"mean {self.gain:+.3f}", **above)
        ax.set_ylabel("patients not learnt from", fontsize=figures.SMALL)
        ax.locator_params(axis="y", integer=True)
        gained = "gain in ln P(answers | complaint), nats"
        return figures.finished(ax, f"{gained}; hatched: foretold worse than before")

    @property
    def report(self) -> Report:
        """What is shown: the means."""
        rows = (
            ("the text", f"{self.before:.3f}"),
            ("text and patients", f"{self.after:.3f}"),
            ("gain", f"{self.gain:+.3f} \u00b1 {self.error:.3f}"),
        )
        return self._report(
            "how well patients are foretold",
            lead=(f"{counted(len(self.frame), 'patient')} foretold; higher is better.",),
            before=(Grid("ln P(answers | complaint), nats a patient", ("by", "mean"), rows),),
            notes=("\u00b1 is one standard error of the mean gain.",),
        )

    def __repr__(self) -> str:
        patients = counted(len(self.frame), "patient")
        return f"HeldOut({patients}: gain {self.gain:+.3f} ± {self.error:.3f})"


def _log_scores(model: ModelLike, patients: Patients, numbers: Numbers) -> Numbers:
    """The logarithm of P(answers | complaint) of every patient."""
    everyone = Sample(selection_of(model)[None], None, np.ones(1))
    log_complaint = log_probabilities(model, everyone, numbers)[0]
    if not len(patients.sample.hard):
        return np.zeros(len(patients))
    scores = log_probabilities(model, patients.sample, numbers) - log_complaint
    return np.where(patients.which >= 0, scores[patients.which], 0.0)


@dataclass(frozen=True, eq=False, repr=False)
class Learnt(Reporting):
    """What a model learnt from patients.

    Made by :meth:`kneebayes.Model.update`, and kept as ``model.learnt``.
    """

    before: ModelLike
    patients: Patients  #: who was learnt from
    outcomes: tuple[LearntNumber, ...]  #: what became of every sentence
    numbers: Numbers  #: all of the network after learning
    trust: float  #: what the weight of every sentence was multiplied by
    #: ln posterior density (up to a constant) at the start and after each step; it never falls
    trail: tuple[float, ...]
    converged: bool  #: whether no further step promised anything
    #: how many numbers the patients have determined (MacKay 1992): from 0 to as many as were
    #: learnt
    determined: float

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a statement, learnt or not.

        Columns: ``kind``, ``node``, ``parent``, ``state`` (ids), and ``about``, the same in words;
        ``said``, and in numbers ``text``, ``text_low``, ``text_high`` before; ``weight``, the
        effective sample size of the sentence, in patients of whom it would have to be known for
        certain (none for a risk ratio); ``now``, ``low``, ``high`` after, with the central 90 %;
        ``link``, the number that the network uses; ``data``, the share of the patients in what is
        known; ``outweighed_after``, how many patients like these would weigh as much as the
        sentence; ``learnt``, and ``fixed``, why not; ``urgent``, whether it is about an urgent
        cause.
        """
        rows: list[dict[str, Any]] = []
        causes = self.before.data.knowledge.causes
        for outcome in self.outcomes:
            sentence, quantity = outcome.sentence, outcome.sentence.quantity
            subject = quantity.parent or quantity.node
            rows.append(
                {
                    **{name: getattr(quantity, name) for name in NAMED},
                    "about": sentence.about,
                    "said": sentence.said,
                    "text": sentence.interval.value,
                    "text_low": sentence.interval.low,
                    "text_high": sentence.interval.high,
                    "weight": sentence.weight,
                    "now": outcome.interval.value,
                    "low": outcome.interval.low,
                    "high": outcome.interval.high,
                    "link": outcome.link,
                    "data": outcome.data,
                    "outweighed_after": outcome.outweighed_after(len(self.patients)),
                    "learnt": not sentence.fixed,
                    "fixed": sentence.fixed,
                    "urgent": subject in causes and causes[subject].urgent,
                }
            )
        return pd.DataFrame(rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the statements that the patients say most about, before and after."""
        rows = [row for row in self._by_data if row["kind"] not in RATIOS][:SHOWN]
        ax = ax or figures.new_axes(9.0, 0.42 * len(rows) + 1.7)
        sides = (
            ("text", "text_low", "text_high", figures.GREY, "s", -0.16, "the text"),
            ("now", "low", "high", figures.BLUE, "o", 0.16, "text and patients"),
        )
        for value, low, high, colour, mark, shift, label in sides:
            places = [index + shift for index in range(len(rows))]
            middle = [logit(row[value], EDGE) for row in rows]
            left, right = ([logit(row[end], EDGE) for row in rows] for end in (low, high))
            ax.hlines(places, left, right, color=colour, lw=2.0)
            ax.plot(middle, places, mark, color=colour, ms=5.5, label=label)
        figures.name_lines(ax, [row["about"] for row in rows], LETTERS)
        ax.set_ylim(max(1, len(rows)) - 0.4, -0.6)
        figures.odds_axis(ax, [row[end] for row in rows for end in ENDS], EDGE)
        for index, row in enumerate(rows):
            figures.in_margin(ax, index, percent(row["data"]))
        figures.in_margin(ax, -0.7, "data")
        figures.legend_above(ax, 0.5, ncols=2)
        label = "probability, on the scale of log-odds; lines hold the central 90 %\n"
        figures.below(ax, f"{label}data: how much of what is known comes from the patients")
        return figures.caption(ax, self.report.title)

    @renamed(cases="patients")
    @checked
    def score(self, patients: pd.DataFrame) -> HeldOut:
        """How well patients who were not learnt from are foretold, before and after.

        The table is, and errors are, as for :meth:`kneebayes.Model.update`.
        """
        seen = read_patients(self.before, patients)
        if not len(seen):
            message = "There are no patients to score. Give a DataFrame with at least one row."
            raise EvidenceError(message)
        sides = {"before": self.before.data.engine.numbers[0], "after": self.numbers}
        scores = {side: _log_scores(self.before, seen, one) for side, one in sides.items()}
        frame = pd.DataFrame(scores, index=patients.index)
        frame["gain"] = frame["after"] - frame["before"]
        return HeldOut(frame, self.before, self.told)

    @cached_property
    def _by_data(self) -> list[dict[str, Any]]:
        """Rows of what was learnt, most from the patients first."""
        learnt = self.table[self.table["learnt"]]
        return records_of(learnt.sort_values("data", ascending=False, kind="stable"))

    @property
    def summary(self) -> str:
        """How much the patients taught, in a sentence."""
        learnt = [outcome for outcome in self.outcomes if not outcome.sentence.fixed]
        more = sum(outcome.data > 0.5 for outcome in learnt)
        telling = f"{self.patients.telling:,} of whom more is known"
        sentence = f"{self.told} with the complaint, {telling}."
        if math.isinf(self.trust):
            return f"{sentence} The text is trusted without limit, so no number has moved."
        if not self.trail:
            return f"{sentence} Nothing was to be learnt, so no number has moved."
        return (
            f"{sentence} They determined {self.determined:.0f} of "
            f"{counted(len(learnt), 'number')}, and weigh more than the sentence in {more}."
        )

    @property
    def report(self) -> Report:
        """What is shown: what became of shares, and of what else moved most."""
        knowledge, meta = self.before.data.knowledge, self.before.data.knowledge.meta
        priors = records_of(self.table[self.table["kind"] == "prior"])
        causes = (_cells(knowledge.label(row["node"]), row) for row in priors)
        others = [row for row in self._by_data if row["kind"] != "prior"][:SHOWN]
        spoken = (_cells(row["about"], row) for row in others)
        warning = [] if self.converged else ["Stopped before the best numbers were reached."]
        return Report(
            title=f"{meta.title}: what patients taught ({self.before.data.reading})",
            lead=(self.summary,),
            before=(
                Grid(COMMON, ("cause", *HEADER), tuple(causes)),
                Grid(BESIDES, ("statement", *HEADER), tuple(spoken)),
            ),
            notes=(*warning, *self._stays, HOW),
            made_by=made_by_line(self._origin()),
            disclaimer=meta.disclaimer,
        )

    @property
    def _stays(self) -> Sequence[str]:
        """What cannot be learnt, and what nobody was asked about."""
        why = Counter(outcome.sentence.fixed for outcome in self.outcomes if outcome.sentence.fixed)
        silent = sum(outcome.data < 0.01 for outcome in self.outcomes if not outcome.sentence.fixed)
        lines = []
        if why:
            reasons = "; ".join(f"{count} ({reason})" for reason, count in why.items())
            lines.append(f"Numbers that stay as stated: {reasons}.")
        if silent and self.trail:
            lines.append(
                f"Of {counted(silent, 'further number')} these patients say next to nothing "
                "(data below 1 %): the text alone speaks there."
            )
        return lines

    def _origin(self) -> Mapping[str, Any]:
        """Which model this is, after it learnt."""
        return made_by(self.before) | {"learnt": self.told}

    @property
    def told(self) -> str:
        """From how many patients, in words."""
        return counted(len(self.patients), "patient")

    def __repr__(self) -> str:
        free = sum(not outcome.sentence.fixed for outcome in self.outcomes)
        told = counted(free, "number")
        return f"Learnt({self.told}: {self.determined:.0f} of {told} determined)"


def _cells(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    """A statement as a row of the report."""
    shown = _ratio if row["kind"] in RATIOS else percent
    text, now, low, high = (shown(row[column]) for column in ("text", "now", "low", "high"))
    interval, after = f"{low} to {high}", _patients(row["outweighed_after"])
    name = marked(name, row["urgent"])
    return name, str(row["said"]), text, now, interval, percent(row["data"]), after


def _ratio(value: float) -> str:
    return f"x {written(value, 2)}"


def _patients(count: float) -> str:
    """How many patients, with no more digits than make sense."""
    if math.isinf(count) or count >= 1e7:
        return "never" if math.isinf(count) else "> 10 million"
    if count < 10.0:
        return f"{count:.1f}"
    size = 10 ** max(0, math.floor(math.log10(count)) - 1)
    return f"{round(count / size) * size:,}"


@renamed(cases="patients")
@checked
def update(
    model: AnyModel,
    patients: pd.DataFrame,
    trust: float | None = None,
    progress: bool | None = None,
) -> AnyModel:
    """The same model after it has seen patients: the words are the prior, patients the data.

    Every number that was stated with an interval can move: which share of the complaint a
    cause explains, how often it is there, links, leaks, ratios. A sentence weighs as many
    patients as would say as much as its interval does. What is not known of a patient is
    averaged over, exactly. Shares are learnt as they are for the ages and sexes that the
    folder states, whatever the ages of these patients. A model that has learnt and sees more
    patients learns from all of them together, from the text as it was at first.

    Parameters
    ----------
    patients
        A DataFrame as :meth:`diagnose_cohort` takes it: one row a patient, one column a
        finding, context or cause by any of its names. Confirmed causes are columns like
        any other; what is empty is unknown. All must have the complaint. Rows that say
        nothing else teach nothing.
    trust
        What the weight of every sentence is multiplied by: 2 counts each as twice as many
        patients, infinity keeps the text whatever comes. Left out, 1 (or as before).
    progress
        Whether to show a bar; left out, one is shown for more than 200 patients.

    Returns
    -------
    Model
        Its ``learnt`` says for each number what comes from the text and what from the patients.
        Its statements hold what they would say now, so that robustness draws inside narrower
        intervals; where patients make up at least 1 % of what is known of a number they stand
        among its origins, in ``trace`` and ``explain`` too.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns, cells or ``trust`` cannot be understood, or a patient is without the
        complaint.
    ImpossibleEvidenceError
        If what is known of a patient cannot be true together; names the rows.
    TooWideError
        If a patient needs more memory than is allowed.

    Notes
    -----
    Found are the most probable numbers (maximum a posteriori on the scale of log-odds; Dempster,
    Laird, Rubin 1977, section 4.2: truncated samples) under independent Betas. Intervals are those
    of the text, narrowed by the observed information of the patients (Louis 1982; Meilijson 1989):
    on the scale of log-odds precisions add up on each side. Which of two causes a finding comes
    from may stay undecided where no patient has a confirmed cause; then the text decides.

    Examples
    --------
    >>> import pandas as pd, kneebayes as kb
    >>> cysts = pd.DataFrame({"Baker's cyst": [True] * 8, "lump behind the knee": [False] * 8})
    >>> knee = kb.load()
    >>> taught = knee.update(cysts)
    >>> lump, cyst = {"lump behind the knee": True}, {"Baker's cyst": True}
    >>> taught.probability(lump, cyst) < knee.probability(lump, cyst)
    True
    >>> taught.learnt
    Learnt(8 patients: ...)
    """
    earlier = cast("Learnt | None", model.data.learnt)
    before = model if earlier is None else cast("AnyModel", earlier.before)
    weight = _trust(trust, earlier)
    seen = read_patients(before, patients)
    if earlier is not None:
        if earlier.patients.left_out:
            message = (
                f"This model learnt from {earlier.told}, who were left out of the file that it was "
                "saved to; more patients can only be learnt from together with them. Take a file "
                "that has them, or update model.learnt.before with all patients."
            )
            raise EvidenceError(message)
        states = int(before.data.engine.flat.own_start[-1])
        seen = together([earlier.patients, seen], states)
    text = read_text(before, 1.0 if math.isinf(weight) else weight)
    if not seen.telling or math.isinf(weight):
        numbers = before.data.engine.numbers[0]
        each = ((one, one.interval, float(numbers[one.place])) for one in text.sentences)
        same = tuple(LearntNumber(*stated, data=0.0) for stated in each)
        return before.replace(learnt=Learnt(before, seen, same, numbers, weight, (), True, 0.0))
    counting, selected = Counting(before.data.engine), selection_of(before)
    scoring = Estimation(counting, text.coordinates, seen.sample, selected, text.imagined)
    with _bar(len(seen), progress) as advance:
        estimate = scoring.find(advance)
    outcomes = outcomes_of(before, text, estimate)
    trail, converged, determined = estimate.trail, estimate.converged, estimate.determined
    learnt = Learnt(before, seen, outcomes, estimate.numbers, weight, trail, converged, determined)
    return with_learnt(before, learnt)


def with_learnt(before: AnyModel, learnt: Learnt) -> AnyModel:
    """A model, as the text alone made it, with what patients taught it."""
    data = before.data
    if not learnt.trail:
        return before.replace(learnt=learnt)
    network = data.network.with_numbers(learnt.numbers)
    knowledge, elicited = with_outcomes(before, network, learnt.outcomes, learnt.told)
    return before.replace(knowledge=knowledge, elicited=elicited, learnt=learnt)


def _trust(trust: float | None, earlier: Learnt | None) -> float:
    if trust is None:
        return 1.0 if earlier is None else earlier.trust
    if not trust >= LEAST_TRUST:
        message = (
            f"trust must be a number from {LEAST_TRUST:g} on, got {trust!r}. "
            "1 takes the sentences as they are, "
            "2 counts each as twice as many patients, infinity keeps them whatever comes."
        )
        raise EvidenceError(message)
    return float(trust)


@contextmanager
def _bar(patients: int, progress: bool | None) -> Iterator[Callable[[float], object]]:
    """A bar that shows each step and how much it gained."""
    from tqdm.auto import tqdm

    hidden = not (patients > MANY if progress is None else progress)
    what = f"Learning from {counted(patients, 'patient')}"
    with tqdm(desc=what, unit=" steps", leave=False, disable=hidden) as bar:

        def advance(gain: float) -> None:
            bar.set_postfix_str(f"gained {gain:.3g} nats", refresh=False)
            bar.update()

        yield advance
