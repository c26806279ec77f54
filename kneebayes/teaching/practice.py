"""Many cases of one learner or of a class: scores, calibration, weights."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import pairwise
from pathlib import Path
from statistics import median
from string import Template
from typing import Any

import numpy as np

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import Axes, pd, renamed, renamed_function
from kneebayes.building.model import ModelLike
from kneebayes.errors import KneebayesError
from kneebayes.odds import inverse_logit, logit, student_95, wilson_interval
from kneebayes.teaching.case import PracticeCase, load_handed_in, new_case
from kneebayes.teaching.feedback import Feedback
from kneebayes.teaching.practice_text import Page, Paged
from kneebayes.teaching.scoring import GretherWeights, weigh_statements
from kneebayes.text import clipped, counted
from kneebayes.view.figures import BLUE, GREY, ORANGE, finished, lines_of, write
from kneebayes.view.markup import percent
from kneebayes.view.report import Grid, Paragraph, made_by
from kneebayes.writing import write_safely

Learner = Callable[[PracticeCase, np.random.Generator], Feedback]


@renamed(questions="n")
@checked
def ask_the_best(
    case: PracticeCase, rng: np.random.Generator | None = None, n: int = 6
) -> Feedback:
    """Always ask the question with the highest expected gain, ``n`` times; believe what follows.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = ask_the_best(kb.load().practice_case(difficulty="any", seed=1), n=2)
    >>> len(told.table), round(told.scores["divergence"], 9)
    (2, 0.0)
    """
    del rng
    asked = _ask_best(case, n)
    return asked.close(asked.exact, asked.urgency.level)


@renamed(questions="n")
@checked
def ask_at_random(case: PracticeCase, rng: np.random.Generator, n: int = 6) -> Feedback:
    """Ask ``n`` things that are open, at random; believe exactly what follows."""
    for _ in range(n):
        if not case.open:
            break
        case = case.ask(case.open[int(rng.integers(len(case.open)))])
    return case.close(case.exact, case.urgency.level)


@renamed(questions="n")
@checked
def neglect_base_rates(
    case: PracticeCase, rng: np.random.Generator | None = None, n: int = 6
) -> Feedback:
    """Ask as well as can be, but believe the answers alone: odds = likelihood ratio x flat odds.

    Every cause starts from the same probability, the mean of all; the likelihood ratio of all
    answers together is the exact one.
    """
    del rng
    asked = _ask_best(case, n)
    flat = logit(sum(case.exact.values()) / len(case.exact))
    believed = {
        id: inverse_logit(flat + logit(now) - logit(case.exact[id]))
        if 0.0 < case.exact[id] < 1.0
        else case.exact[id]
        for id, now in asked.exact.items()
    }
    return asked.close(believed, asked.urgency.level)


def _ask_best(case: PracticeCase, n: int) -> PracticeCase:
    for _ in range(n):
        if not case.gains:
            break
        case = case.ask(next(iter(case.gains)))
    return case


SCORES = ("log_score", "log_score_exact", "brier", "brier_exact", "divergence")
MOST_CASES = 100_000
RANGES = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0)  # of what is stated, where a figure adds it up
TENTHS = tuple(tenth / 10 for tenth in range(11))
LEARNERS_APART = 6  # in a figure
HEADER = (
    *("learner", "cases", "log score", "95 % interval", "exact log score", "Brier", "exact Brier"),
    *("divergence", "missed a sign", "no advice", "advised too low", "advised too high"),
    *("asked in vain", "cost in vain"),
)
CALIBRATION = ["learner", "bin", "stated", "true", "count", "low", "high"]
WEIGHTS = ("learner", "weight of the prior", "error", "weight of the evidence", "error")
CASES = (
    *("learner", "patient", "it was", "stated", "exact", "questions", "hints", "cost"),
    *("advised", "due"),
)
PATIENTS = (
    *("patient", "explained by", "learners", "stated", "middle", "exact, middle"),
    *("advised", "due"),
)
MOST_MISSED = 3  # signs named that most cases were closed without
MOST_LISTED = 60  # cases one by one; of more the sums say enough


PAGE = Path(__file__).with_name("class.html")
WIDE_TABLE = '<div class="wide" role="group" tabindex="0" aria-label="Table">'  # by keyboard


@dataclass(frozen=True, repr=False, eq=False)
class Practice(Paged):
    """Closed cases with their feedback, and who closed each: one learner or several.

    A class that saved its cases: ``Practice.of("Anna", [Feedback(knee.load_practice_case(file)) for
    file in files])`` for each learner, added up with ``+``. ``unread`` says of each file that was
    handed in and could not be read what is wrong with it.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1).ask("fever")
    >>> done = Practice.of("Anna", [case.close({"gout": 0.1})])
    >>> done
    Practice(1 case, 1 learner)
    """

    feedbacks: tuple[Feedback, ...]
    learners: tuple[str, ...]
    unread: tuple[str, ...] = ()

    @classmethod
    def of(cls, learner: str, feedbacks: Iterable[Feedback]) -> Practice:
        """The cases of one learner; add up several with ``+``."""
        closed = tuple(feedbacks)
        return cls(closed, (learner,) * len(closed))

    @classmethod
    @checked
    def load(cls, model: ModelLike, folder: str | Path) -> Practice:
        """The closed cases that a class handed in: every ``*.json`` of a folder.

        They were written by the page or :meth:`PracticeCase.save`. The name of a file up to the
        first ``-`` or ``.`` is the name of the learner: ``anna-1.json`` and ``anna-2.json`` are two
        cases of the learner ``anna``.

        A page lets learners choose a lexicon, a layer and a setting, and each file says which
        was chosen. A case is judged by the model under that reading, and a note says how many
        were made under another one than the model has. Files that are no case of this model, or
        one that was never closed, are listed in ``unread``, and what is shown names them first.

        Raises
        ------
        KneebayesError
            If there is no such folder, it holds no file that ends in .json, or none can be read.
        """
        place = Path(folder)
        try:
            files = [path for path in place.iterdir() if path.suffix == ".json"]
        except OSError as error:
            message = f"{clipped(str(place), 200)}: no folder that can be read: {error.strerror}."
            raise KneebayesError(message) from error
        if not files:
            message = f"{place}: there is no case here. Cases are files that end in .json."
            raise KneebayesError(message)
        done, unread = cls((), ()), []
        for file in sorted(files, key=_by_number):
            try:
                learner = file.name.split(".")[0].split("-")[0]
                done += cls.of(learner, [Feedback(load_handed_in(model, file))])
            except KneebayesError as error:
                unread.append(f"{file}: {str(error).removeprefix(f'{file}: ')}")
        done = replace(done, unread=tuple(unread))
        if not len(done):
            raise KneebayesError("\n".join([f"{place}: {done._left_out[0]}", *done._left_out[1:]]))
        return done

    @classmethod
    def read(cls, model: ModelLike, folder: str | Path) -> Practice:
        """The old name of :meth:`load`."""
        return renamed_function("read", "load", cls.load)(model, folder)

    def __add__(self, other: Practice) -> Practice:
        names = ("feedbacks", "learners", "unread")
        return Practice(*(getattr(self, name) + getattr(other, name) for name in names))

    def __len__(self) -> int:
        return len(self.feedbacks)

    @cached_property
    def _by_learner(self) -> dict[str, list[Feedback]]:
        """The cases of each learner, in order."""
        closed: dict[str, list[Feedback]] = {}
        for feedback, who in zip(self.feedbacks, self.learners, strict=True):
            closed.setdefault(who, []).append(feedback)
        return closed

    @property
    def table(self) -> pd.DataFrame:
        """One row a learner and case.

        Columns: ``learner``, ``case`` (from 1), ``seed``, ``difficulty``, ``kind``,
        ``true_causes`` (ids joined by ``|``), ``questions`` (an examination is one), ``hints``
        (that were taken), ``cost``, ``burden``, the scores
        of :attr:`Feedback.scores`, ``bits`` (expected information gain of all questions),
        ``best_bits`` (uncertainty that the plan took away), ``uncertainty_opening``,
        ``uncertainty_closed`` and ``uncertainty_plan`` (bits), ``missed`` (urgency rules),
        ``due``, ``advice``, ``advice_too_low``, ``advice_too_high``, ``in_vain`` (questions that
        could hardly change anything) and ``cost_in_vain``.
        """
        table = pd.DataFrame([feedback.summary for feedback in self.feedbacks])
        table.insert(0, "learner", list(self.learners))
        table.insert(1, "case", table.groupby("learner").cumcount() + 1)
        return table

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a learner and score: ``cases``, ``mean``, its standard ``error``, 95 % interval.

        Intervals (``low``, ``high``) are by Student's t, and end at 0; missing for one case.
        """
        pairs = zip(self.learners, self.feedbacks, strict=True)
        rows = [(who, name, each.scores[name]) for who, each in pairs for name in SCORES]
        values = pd.DataFrame(rows, columns=["learner", "score", "value"]).astype({"value": float})
        grouped = values.groupby(["learner", "score"], sort=False)["value"]
        scores = grouped.agg(cases="size", mean="mean", error="sem").reset_index()
        half = scores["error"] * scores["cases"].map(lambda n: student_95(max(n - 1, 1)))
        low = (scores["mean"] - half).clip(lower=0.0)  # no score is less
        return scores.assign(low=low, high=scores["mean"] + half)

    @cached_property
    def weights(self) -> dict[str, GretherWeights | None]:
        """Grether's weights by learner; None where too few statements leave them open."""
        return {
            learner: weigh_statements(
                [one for number, each in enumerate(mine) for one in each.statements(number)]
            )
            for learner, mine in self._by_learner.items()
        }

    def _came_true(self, ends: Sequence[float], *, apart: bool) -> list[dict[str, Any]]:
        """How often came true what was stated, by learner (or of all at once) and range."""
        said: dict[tuple[str, int], list[tuple[float, bool]]] = {}
        for feedback, who in zip(self.feedbacks, self.learners, strict=True):
            name = who if apart else counted(len(self._by_learner), "learner")
            for id, p in feedback.case.stated.items():
                place = min(bisect_right(ends, p), len(ends) - 1) - 1
                said.setdefault((name, place), []).append((p, feedback.explains[id]))
        return [
            {"learner": name, "place": place, **_compared(pairs)}
            for (name, place), pairs in said.items()
        ]

    @cached_property
    def _ranges(self) -> list[dict[str, Any]]:
        """Calibration in a few ranges, which a dozen cases can fill; many learners are one."""
        strayed = self.scores.query("score == 'divergence'").set_index("learner")["mean"]
        found = self._came_true(RANGES, apart=len(self._by_learner) <= LEARNERS_APART)
        found.sort(
            key=lambda row: (-strayed.get(row["learner"], 0.0), row["learner"], -row["place"])
        )
        ranges = [f"{100 * low:.0f} to {high:.0%}" for low, high in pairwise(RANGES)]
        return [{**row, "range": ranges[row["place"]]} for row in found]

    @property
    def calibration(self) -> pd.DataFrame:
        """How often what was stated with a probability was true, in tenths.

        One row a learner and bin: ``stated`` (mean), ``true`` (share), ``count`` and the 95 %
        interval of the share (Wilson 1927; as if all statements were independent, which those
        of one case are not quite).
        """
        found, order = self._came_true(TENTHS, apart=True), list(self._by_learner)
        found.sort(key=lambda row: (order.index(row["learner"]), row["place"]))
        bins = [f"{low} to {high}" for low, high in pairwise(TENTHS)]
        rows = [{**row, "bin": bins[row["place"]]} for row in found]
        return pd.DataFrame(rows, columns=CALIBRATION)

    @property
    def _page(self) -> Page:
        weighed = [(who, weight) for who, weight in self.weights.items() if weight is not None]
        listed = self._case_cells() if len(self) <= MOST_LISTED else ()
        blocks = (
            Paragraph(self._left_out),
            Grid("", PATIENTS, self._patient_cells),
            Grid("", CASES, tuple(listed)),
            Grid("", HEADER, tuple(map(self._score_cells, self._by_learner))),
            Grid("", WEIGHTS, tuple((who, *_weight_cells(fitted)) for who, fitted in weighed)),
            Paragraph(tuple(self._notes)),
        )
        disclaimer = self.feedbacks[0].case.data.knowledge.meta.disclaimer if len(self) else ""
        return f"Practice: {counted(len(self), 'case')}", blocks, disclaimer

    def _content(self) -> dict[str, Any]:
        return {**super()._content(), "unread": self.unread}

    @property
    def _left_out(self) -> tuple[str, ...]:
        """What was handed in and could not be read, one line a file; empty if nothing was."""
        if not self.unread:
            return ()
        of_all = counted(len(self) + len(self.unread), "file")
        return f"{len(self.unread)} of {of_all} cannot be read:", *(
            f"- {one}" for one in self.unread
        )

    @cached_property
    def _patient_cells(self) -> tuple[tuple[str, ...], ...]:
        """One line a patient whom several learners met: how far apart is what they said."""
        met: dict[frozenset[tuple[str, str]], dict[str, Feedback]] = {}
        for who, feedback in zip(self.learners, self.feedbacks, strict=True):
            met.setdefault(frozenset(feedback.case.truth.items()), {})[who] = feedback
        shared = [[*closed.values()] for closed in met.values() if len(closed) > 1]
        if len(shared) > MOST_LISTED:
            return ()
        return tuple(_compared_on(closed, id) for closed in shared for id in closed[0].true_causes)

    def _case_cells(self) -> Iterator[tuple[str, ...]]:
        """One line a case, learner by learner: what it was, and what was said of it."""
        pairs = ((who, each) for who, mine in self._by_learner.items() for each in mine)
        for who, feedback in pairs:
            case, true = feedback.case, feedback.true_causes
            names = " and ".join(map(case.data.knowledge.label, true))
            stated = " and ".join(feedback.stated_text(id) for id in true)
            exact = " and ".join(percent(feedback.exact[id]) for id in true)
            patient = "-" if case.seed is None else str(case.seed)
            counts = str(feedback.questions), str(case.hints), f"{case.cost:g}"
            cells = (who, patient, names or "-", stated, exact, *counts)
            yield (*cells, feedback.advice or "-", feedback.due.level)

    def _origin(self) -> Mapping[str, Any]:
        """Which model the first case is of."""
        return made_by(self.feedbacks[0].case.data) if len(self) else {}

    def _score_cells(self, learner: str) -> tuple[str, ...]:
        mine = self._by_learner[learner]
        rows = self.scores.query("learner == @learner").set_index("score")
        low, high = rows.loc["log_score", ["low", "high"]]
        interval = f"{low:.2f} to {high:.2f}" if len(mine) > 1 else "-"  # one case has none
        first, *others = [f"{mean:.2f}" for mean in rows["mean"]]
        counts = (
            sum(bool(feedback.missed) for feedback in mine),
            sum(not feedback.advice for feedback in mine),
            sum(bool(feedback.advice_too_low) for feedback in mine),
            sum(bool(feedback.advice_too_high) for feedback in mine),
            sum(len(feedback.in_vain) for feedback in mine),
        )
        cost = f"{sum(feedback.cost_in_vain for feedback in mine):g}"
        return (learner, str(len(mine)), first, interval, *others, *map(str, counts), cost)

    @property
    def _notes(self) -> Iterator[str]:
        readings = Counter(feedback.case.data.reading for feedback in self.feedbacks)
        if len(readings) > 1:
            told = "; ".join(f"{count} under {reading}" for reading, count in readings.items())
            yield f"Cases were made under several readings, and each is judged by its own: {told}."
        missed = Counter(reason.text for feedback in self.feedbacks for reason in feedback.missed)
        if missed:
            cases = counted(len(self), "case")
            most = "; ".join(f"{text} ({count})" for text, count in missed.most_common(MOST_MISSED))
            yield f"Missed most often in {cases}, though asking costs nothing: {most}."
        said: dict[str, list[str]] = {}
        for who, weight in self.weights.items():
            found = "stated or asked too little to be weighed"
            if weight is not None:
                found = ", ".join(weight.faults)
            said.setdefault(found or "no fault of weighing found", []).append(who)
        yield from (f"{', '.join(names)}: {found}." for found, names in said.items())
        if self._patient_cells:
            yield (
                "First by patient, of those whom several learners met: stated from the lowest to "
                "the highest, and the one in the middle; how many advised what."
            )
        if len(self) <= MOST_LISTED:
            yield (
                "Stated and exact: of what it was, what the learner said and what followed from "
                "the answers; in brackets its share of what the learner left for causes that he "
                "did not name. Due: how urgent the signs make it."
            )
        yield "The lower a score the better; log score and divergence in bits."
        yield (
            "Advised too high: more than the signs call for, though P(an urgent cause explains it) "
            "is below 20 %. Asked in vain: "
            "questions that by what was known could hardly change anything, and what they cost."
        )
        yield (
            "Weights say how much of the prior and of the evidence went into what was stated; "
            "both are 1 for whoever states exactly what follows."
        )
        chosen = {(feedback.case.difficulty, feedback.case.kind) for feedback in self.feedbacks}
        if chosen - {("any", "any")}:
            yield (
                "Cases were chosen by difficulty or kind: such choice alone shifts calibration "
                "and scores against the truth. Divergence and weights are not touched by it."
            )

    @checked
    def to_html(self, path: str | Path) -> Path:
        """Write the table as one page for any browser; a file that is there is replaced.

        Examples
        --------
        >>> import tempfile, kneebayes as kb
        >>> case = kb.load().practice_case(difficulty="any", seed=1).ask("fever")
        >>> done = Practice.of("Anna", [case.close({"gout": 0.1})])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     done.to_html(f"{folder}/class.html").name
        'class.html'
        """
        title = escape(self.report.title)
        body = self.html.replace(f"<p><strong>{title}</strong></p>", "", 1)  # it is the heading
        body = body.replace("<table>", f"{WIDE_TABLE}<table>").replace("</table>", "</table></div>")
        page = Template(PAGE.read_text(encoding="utf-8"))
        return write_safely(path, page.substitute(title=title, body=body))

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw calibration: what was stated, in a few ranges, and how often it came true.

        Up to six learners stand apart, first who strayed farthest from what the answers said; more
        are drawn as one.
        """
        rows = self._ranges
        ax = lines_of([f"{row['learner']}: {row['range']}" for row in rows], ax)
        for index, row in enumerate(rows):
            if index and row["learner"] != rows[index - 1]["learner"]:
                ax.axhline(index - 0.5, color=GREY, lw=0.6)
            ax.plot([row["low"], row["high"]], [index, index], color=BLUE, lw=2.0, alpha=0.45)
            ax.plot(row["stated"], index, "|", color=ORANGE, ms=15, mew=2.5)
            ax.plot(row["true"], index, "o", color=BLUE, ms=7, clip_on=False, zorder=3)
            write(ax, 1.04, index, f"{row['hits']} of {row['count']}", color=BLUE)
        ax.set_xlim(-0.02, 1.0)
        ax.xaxis.set_major_formatter("{x:.0%}")
        above: dict[str, Any] = {"va": "bottom", "transform": ax.transAxes}
        write(ax, 0.0, 1.01, "| stated on average", ha="left", color=ORANGE, **above)
        write(ax, 1.0, 1.01, "\u25cf came true", ha="right", color=BLUE, **above)
        return finished(ax, "probability; pale line: 95 % interval")

    @property
    def alt_text(self) -> str:
        """The picture in words: how often came true what was stated, range by range."""
        lines = [
            f"{row['learner']} said {row['range']} of {counted(row['count'], 'cause')}: "
            f"{row['hits']} true"
            for row in self._ranges
        ]
        return f"How often what was stated came true. {'; '.join(lines) or 'Nothing stated'}."

    def __repr__(self) -> str:
        learners = counted(len(self._by_learner), "learner")
        return f"Practice({counted(len(self), 'case')}, {learners})"


@renamed(cases="n")
def run_practice(
    model: ModelLike,
    learner: Learner,
    n: int = 100,
    *,
    seed: int = 0,
    difficulty: str = "any",
    kind: str = "any",
    name: str = "",
    progress: bool | None = None,
) -> Practice:
    """Let a scripted learner close many cases.

    Parameters
    ----------
    learner
        A function that takes a case and a NumPy generator, and returns how it closed the
        case; such as :func:`kneebayes.teaching.ask_the_best`.
    seed
        Seed of the random numbers; learners with the same seed meet the same patients.
    difficulty, kind
        As :meth:`case` takes them. Only ``any`` leaves calibration unshifted.
    name
        What to call the learner; left out, the name of the function.
    progress
        Whether to show a bar; left out, one is shown for more than 50 cases.

    Raises
    ------
    KneebayesError
        If the number of cases makes no sense, or there are no such patients.

    Examples
    --------
    >>> import kneebayes as kb
    >>> from kneebayes.teaching import ask_at_random
    >>> done = kb.load().practice(ask_at_random, 3)
    >>> done.weights["ask at random"].faults
    ()
    """
    from tqdm.auto import tqdm

    n = whole_number("n", n, 1, MOST_CASES)
    called = name or getattr(learner, "__name__", type(learner).__name__).replace("_", " ")
    shown = n > 50 if progress is None else progress
    seeds: Sequence[int] = np.random.SeedSequence(seed).generate_state(n).tolist()
    closed = []
    for each in tqdm(seeds, desc=f"Practising: {called}", unit=" cases", disable=not shown):
        case = new_case(model, difficulty, kind, each)
        closed.append(learner(case, np.random.default_rng([each, 1])))
    return Practice.of(called, closed)


def _by_number(file: Path) -> list[str | int]:
    """A name in parts, so that patient 7 comes before patient 12."""
    parts = re.split(r"(\d+)", file.name)
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def _compared_on(closed: Sequence[Feedback], cause: str) -> tuple[str, ...]:
    """What several learners said of the cause of one patient, and advised."""
    case, stated = closed[0].case, [one.stated[cause] for one in closed]
    advised = Counter(one.advice or "nothing" for one in closed)
    due = Counter(one.due.level for one in closed)
    return (
        *("-" if case.seed is None else str(case.seed), case.data.knowledge.label(cause)),
        *(str(len(closed)), f"{percent(min(stated))} to {percent(max(stated))}"),
        *(percent(median(stated)), percent(median(one.exact[cause] for one in closed))),
        *(", ".join(f"{word} {n}" for word, n in each.most_common()) for each in (advised, due)),
    )


def _compared(said: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """What was stated on average, and the share of it that was true, with its 95 % interval."""
    stated, true = np.array(said, dtype=float).T
    hits, count = int(true.sum()), len(said)
    low, high = wilson_interval(hits, count)
    shares = {"stated": float(stated.mean()), "true": hits / count, "low": low, "high": high}
    return {"hits": hits, "count": count, **shares}


def _weight_cells(weights: GretherWeights) -> tuple[str, str, str, str]:
    prior = f"{weights.prior:z.2f}", f"{weights.prior_error:.3f}"
    return (*prior, f"{weights.evidence:z.2f}", f"{weights.evidence_error:.3f}")
