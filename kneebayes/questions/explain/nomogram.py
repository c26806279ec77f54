"""One step of a nomogram: what one answer does to the odds of one cause."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kneebayes.binding import Axes, pd
from kneebayes.case import Answer
from kneebayes.case.answers import KINDS, WHERE, evidence_of, read_answers
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import EvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.odds import decibans, inverse_logit, logit
from kneebayes.text import written
from kneebayes.view.figures import DARK, PALETTE, SMALL, broken, caption, new_axes, write
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, known_of, report_on, with_signs

DASHES = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (5, 1, 1, 1)))
MARKS = ("o", "D", "s", "^")
LETTERS = 50  # of a line below
LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0
STEP = ("before", "with_cause", "without_cause", "ratio", "weight", "after")
CHANCES = (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
USUAL, FURTHEST = 3.0, 5.0  # powers of ten of the odds at the ends of the outer scales


def draw_nomogram(steps: Sequence[tuple[str, float, float]], ax: Axes | None = None) -> Axes:
    """Draw up to four steps: a label, the probability before, and a ratio, perhaps infinite.

    The outer scales are log-odds in opposite directions, the middle one is the logarithm of the
    ratio at half size; so every step is a straight line (Fagan, N Engl J Med 1975;293:257).
    """
    ax = ax or new_axes(6.4, 6.6)
    places = [_places(prior, ratio) for _, prior, ratio in steps]
    ends = [abs(place) for pair in places for place in pair if math.isfinite(place)]
    reach = min(max([USUAL, *ends]), FURTHEST)
    reach = math.ceil(2.0 * reach - 1e-9) / 2.0
    ratios = [
        abs(math.log10(ratio)) for _, _, ratio in steps if ratio > 0.0 and math.isfinite(ratio)
    ]
    _scales(ax, reach, min(2.0 * reach, max([USUAL, *map(math.ceil, ratios)])))
    for index, ((label, _, ratio), (start, end)) in enumerate(zip(steps, places, strict=True)):
        first, last = (min(max(bound, -reach), reach) for bound in (start, end))
        name = broken(label, LETTERS, 2).replace("$", r"\$")
        line: dict[str, Any] = {"color": PALETTE[index], "ls": DASHES[index], "label": name}
        ax.plot([LEFT, RIGHT], [first, last], lw=2.0, zorder=3, **line)
        tip = MARKS[index] if last == end else "^" if end > 0.0 else "v"  # beyond the scale
        mark: dict[str, Any] = {"color": PALETTE[index], "zorder": 4}
        ax.plot([LEFT], [first], MARKS[index], ms=7, **mark)
        ax.plot([RIGHT], [last], tip, ms=9, **mark)
        if math.isfinite(ratio) and ratio > 0.0 and (first, last) == (start, end):
            ax.plot([MIDDLE], [(first + last) / 2.0], MARKS[index], mfc="white", ms=7, **mark)
    style: dict[str, Any] = {"frameon": False, "fontsize": SMALL, "handlelength": 3.2}
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.01), **style)
    return ax


def ratio_text(ratio: float) -> str:
    """A likelihood ratio with three significant digits.

    Examples
    --------
    >>> ratio_text(18.6543), ratio_text(0.05), ratio_text(float("inf")), ratio_text(1234567.0)
    ('18.7', '0.05', 'without bounds', '1,230,000')
    """
    return "without bounds" if math.isinf(ratio) else written(ratio, 3)


def _places(prior: float, ratio: float) -> tuple[float, float]:
    """Heights at which a line begins and ends, in powers of ten of the odds."""
    before = logit(prior) / math.log(10.0)
    return -before, before + (math.log10(ratio) if ratio > 0.0 else -math.inf)


def _scales(ax: Axes, reach: float, powers: float) -> None:
    """Three upright scales with their ticks; outside them nothing."""
    for x, half in ((LEFT, reach), (MIDDLE, powers / 2.0), (RIGHT, reach)):
        ax.plot([x, x], [-half, half], color="black", lw=1.0, zorder=2)
    for chance in (*CHANCES, *(1.0 - share for share in CHANCES[:-1])):
        height = logit(chance) / math.log(10.0)
        if abs(height) <= reach + 1e-9:
            text = f"{100.0 * chance:.6g}%"
            _tick(ax, LEFT, -height, text, -1.0)
            _tick(ax, RIGHT, height, text, 1.0)
    for power in range(-math.floor(powers), math.floor(powers) + 1):
        for part in (1, 2, 5) if power < math.floor(powers) else (1,):
            text = f"{part * 10.0**power:,.6g}" if part == 1 or abs(power + 0.5) < USUAL else ""
            _tick(ax, MIDDLE, (power + math.log10(part)) / 2.0, text, 1.0)
    heads = ("before:\nP(explains it)", "likelihood\nratio", "after:\nP(explains it)")
    for x, head in zip((LEFT, MIDDLE, RIGHT), heads, strict=True):
        ax.text(x, reach * 1.04, head, ha="center", va="bottom", fontsize=SMALL)
    ax.set_xlim(-0.2, 1.2)
    ax.set_ylim(-reach * 1.02, reach * 1.2)
    ax.set_axis_off()


def _tick(ax: Axes, x: float, height: float, text: str, side: float) -> None:
    """A tick and its number, to the left (-1) or to the right (1)."""
    ax.plot([x, x + side * 0.018], [height, height], color="black", lw=0.8, zorder=2)
    write(ax, x + side * 0.032, height, text, ha="left" if side > 0.0 else "right", color=DARK)


@dataclass(frozen=True, repr=False)
class Nomogram(CaseResult):
    """Probability before an answer, its likelihood ratio, and the probability after it.

    Made by :meth:`kneebayes.Differential.nomogram`. Odds after = odds before times ratio.
    """

    case: Case  #: the patient, with the answer among what is known
    cause: str
    answer: Answer
    supposed: bool  #: whether the answer is only supposed, not known
    before: float  #: P(cause | all else that is known)
    #: P(answer | cause, all else); of an answer that is only likely, up to a factor that
    #: ``without_cause`` has too
    with_cause: float
    without_cause: float  #: P(answer | not the cause, all else)
    alone: float  #: the likelihood ratio with nothing known but the complaint

    @property
    def ratio(self) -> float:
        """The likelihood ratio given all else: infinite where only the cause can show this."""
        return _ratio(self.with_cause, self.without_cause)

    @property
    def weight(self) -> float:
        """The ratio in decibans."""
        return decibans(self.ratio)

    @property
    def after(self) -> float:
        """P(cause | all that is known, the answer among it)."""
        return _moved(self.before, self.ratio)

    @property
    def after_if_alone(self) -> float:
        """Where the cause would end, if the answer counted for as much as it does alone."""
        return _moved(self.before, self.alone)

    @property
    def table(self) -> pd.DataFrame:
        """One row, so that several steps can be put below each other.

        Columns: ``cause_id``, ``cause``, ``id``, ``finding`` and ``answer``; ``before``,
        ``with_cause``, ``without_cause``, ``ratio``, ``weight`` (decibans) and ``after``; and
        ``ratio_alone``, ``weight_alone`` and ``after_if_alone``.
        """
        row = {
            "cause_id": self.cause,
            "cause": self.case.label(self.cause),
            "id": self.answer.id,
            "finding": self.answer.label,
            "answer": self.answer.state,
            **{name: getattr(self, name) for name in STEP},
            "ratio_alone": self.alone,
            "weight_alone": decibans(self.alone),
            "after_if_alone": self.after_if_alone,
        }
        return pd.DataFrame([row])

    @property
    def report(self) -> Report:
        """What is shown."""
        name, complaint = self.case.marked(self.cause), self.case.knowledge.meta.complaint
        known = "else known" if self.answer.id == complaint else "known but the complaint"
        rows = [
            ("before", percent(self.before), _odds_text(self.before), _log_odds(self.before)),
            ("likelihood ratio", "", ratio_text(self.ratio), f"{self.weight:+.1f}"),
            ("after", percent(self.after), _odds_text(self.after), _log_odds(self.after)),
        ]
        notes = [
            (
                f"P({self._told} | {name} explains it, all else known) = "
                f"{percent(self.with_cause)}; where it does not {percent(self.without_cause)}. The "
                "ratio of the two multiplies the odds."
            ),
            (
                f"With nothing {known} the ratio would be {ratio_text(self.alone)}: an answer "
                "weighs what the others have left to it."
            ),
        ]
        if self.supposed:
            notes.append(
                f"'{self.answer.label}' was not told as '{self.answer.state}'. It is supposed "
                "here, for the advice above too."
            )
        header = ("", f"P({name} explains it)", "odds", "decibans")
        report = report_on(self.case, f"{name}, {self._told}", header, tuple(rows), notes)
        others = known_of(answer for answer in self.case.answers if answer.id != self.answer.id)
        return replace(report, known=others) if self.supposed else report

    def draw(self, ax: Axes | None = None, *, alone: bool = False) -> Axes:
        """Draw the step as a line across three scales.

        With ``alone``, also where the ratio that the answer has alone would lead.
        """
        line = f"{self._told}: {percent(self.before)} to {percent(self.after)}"
        steps = [(f"{line} (ratio {ratio_text(self.ratio)})", self.before, self.ratio)]
        if alone:
            note = f"if it counted as alone: to {percent(self.after_if_alone)}"
            steps.append((f"{note} (ratio {ratio_text(self.alone)})", self.before, self.alone))
        ax = draw_nomogram(steps, ax)
        return caption(ax, with_signs(self.case.marked(self.cause), self.case))

    @property
    def _told(self) -> str:
        return f"{self.answer.label}: {self.answer.state}"

    def __repr__(self) -> str:
        return (
            f"Nomogram({self.case.knowledge.label(self.cause)!r}, {self._told}: "
            f"{percent(self.before)} to {percent(self.after)}, ratio {ratio_text(self.ratio)})"
        )


def _step(
    engine: Engine, cause: str, others: Sequence[Answer], answer: Answer
) -> tuple[float, float, float]:
    """P(cause | others), and P(answer | cause or not, others)."""
    logs = [
        engine.log_probability(evidence.plus(Evidence.of(engine.network, {cause: state})))
        for evidence in (evidence_of(others), evidence_of([*others, answer]))
        for state in ("present", "absent")
    ]
    here, not_here, shown, not_shown = logs
    if math.isinf(here) or math.isinf(not_here):
        return float(math.isinf(not_here)), math.nan, math.nan
    return inverse_logit(here - not_here), math.exp(shown - here), math.exp(not_shown - not_here)


def _ratio(present: float, absent: float) -> float:
    return math.inf if absent == 0.0 else present / absent


def _moved(probability: float, ratio: float) -> float:
    if ratio == 0.0 or math.isinf(ratio):
        return float(ratio > 0.0)
    return inverse_logit(logit(probability) + math.log(ratio))


def _odds_text(probability: float) -> str:
    """Odds as ``1 : 3.2`` or ``6.2 : 1``."""
    if probability in (0.0, 1.0):
        return "certain"
    odds = math.exp(logit(probability))
    return f"{ratio_text(odds)} : 1" if odds >= 1.0 else f"1 : {ratio_text(1.0 / odds)}"


def _log_odds(probability: float) -> str:
    return f"{decibans(math.exp(logit(probability))):+.1f}" if 0.0 < probability < 1.0 else ""


@bounded
def nomogram(case: CaseLike, cause: str, finding: str, answer: object = None) -> Nomogram:
    """One step of Fagan's nomogram: what one answer does to the odds of one cause.

    The step starts from everything else that is known, and adds this answer. Its likelihood
    ratio is therefore that of the answer *given the other answers*. The ratio that the answer
    has when only the complaint is known is shown beside it.

    Parameters
    ----------
    cause
        Any of its names.
    finding
        A finding, context or other cause by any of its names.
    answer
        The answer, as :meth:`kneebayes.Model.diagnose` takes it. Left out, the answer that is
        known, or "present" if none is.

    Raises
    ------
    UnknownNameError
        If a name is not known.
    EvidenceError
        If the cause is certain without this answer, or the answer is about the cause.
    ImpossibleEvidenceError
        If that answer is impossible.

    Examples
    --------
    >>> import kneebayes as kb
    >>> step = kb.load().diagnose({"age": "older"}).nomogram("Baker's cyst", "lump")
    >>> bool(step.before < step.after and step.ratio > 1.0)
    True
    """
    case = case.case
    id = case.data.cause_named(cause)
    asked = case.names.meaning(finding, KINDS, WHERE).id
    known = {answer_known.id: answer_known for answer_known in case.answers}
    if answer is None and asked in known:
        shown = known[asked]
    else:
        read = read_answers(case.data, {finding: True if answer is None else answer})
        if len(read) != 1:
            message = f"'{finding}' needs one answer about one finding, got {answer!r}."
            raise EvidenceError(message)
        shown = read[0]
    case = case.but(shown)
    label = case.label(id)
    if shown.id == id:
        message = f"An answer about {label} itself is no evidence for it. Name another finding."
        raise EvidenceError(message)
    _ = case.belief  # names a conflict
    others = [answer for answer in case.answers if answer.id != shown.id]
    before, present, absent = _step(case.engine, id, others, shown)
    if before in (0.0, 1.0):
        message = (
            f"{label} is certain ({percent(before)}) before '{shown.label}' is told, so no "
            "answer moves it. Take back what settles it, with given({...: None})."
        )
        raise EvidenceError(message)
    complaint = [answer for answer in others if answer.id == case.data.complaint]
    _, *alone = _step(case.engine, id, complaint, shown)
    supposed = shown != known.get(shown.id)
    return Nomogram(case, id, shown, supposed, before, present, absent, _ratio(*alone))
