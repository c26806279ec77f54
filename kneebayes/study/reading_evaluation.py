"""How well histories are read: against the answers that people took from the same texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.building.model import ModelLike
from kneebayes.case.answers import read_answers
from kneebayes.errors import KneebayesError
from kneebayes.history import read
from kneebayes.study.published import PublishedCase, published_cases, refuse_others
from kneebayes.study.scores import share_with_interval
from kneebayes.text import counted
from kneebayes.view.markup import percent
from kneebayes.view.report import Report, Reporting, frame_of, made_by, made_by_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SURE = 0.6  # a truth that is less sure counts neither way
VERDICTS = ("right", "wrong", "not in the truth", "missed")
ABOUT = (
    "Precision: of the answers taken from a text, those that people took too (strictly: what they "
    "did not take counts as wrong). Recall: of what people took at the first visit, inferences "
    "among it. Polarity: of what both took as present or absent, the share that is the same way "
    "round."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of one text.

    Attributes
    ----------
    case
        Id of the patient.
    verdict
        ``right``, ``wrong``, ``not in the truth`` (the text may say it all the same) or
        ``missed``.
    answer, truth
        The state taken from the text, and that which people took; empty where none was.
    at_first
        Whether the truth was known at the first visit.
    """

    case: str
    id: str
    verdict: str
    answer: str
    truth: str
    words: str
    at_first: bool


@dataclass(frozen=True, repr=False)
class ReadingEvaluation(Reporting):
    """How well the texts of patients were read.

    Attributes
    ----------
    judgements
        Every answer taken, and every one missed.
    texts
        Texts by id of the patient.
    worst
        How many of the worst texts are shown.
    origin
        Which model gave the names that were looked for.
    """

    judgements: tuple[Verdict, ...]
    texts: dict[str, str]
    worst: int = 20
    origin: Mapping[str, Any] = field(default_factory=dict)

    def _origin(self) -> Mapping[str, Any]:
        """Which model gave the names that were looked for."""
        return self.origin

    @cached_property
    def shares(self) -> dict[str, tuple[int, int]]:
        """Each share as how many of how many."""
        each = self.judgements
        both = [one for one in each if one.verdict in ("right", "wrong")]
        sided = [one for one in both if one.truth in ("present", "absent")]
        return {
            "precision": _right_of(both),
            "precision, strictly": _right_of(one for one in each if one.verdict != "missed"),
            "recall at the first visit": _right_of(one for one in each if one.at_first),
            "polarity": _right_of(sided),
            "polarity of what is absent": _right_of(one for one in sided if one.truth == "absent"),
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row a share: ``measure``, ``share``, ``low``, ``high`` (95 %), ``of``."""
        rows = [(name, *share_with_interval(*pair), pair[1]) for name, pair in self.shares.items()]
        return frame_of(rows, columns=["measure", "share", "low", "high", "of"])

    @property
    def answers(self) -> pd.DataFrame:
        """One row for every answer taken or missed."""
        return frame_of(self.judgements, columns=[one.name for one in fields(Verdict)])

    def worst_texts(self) -> list[str]:
        """Ids of the patients whose text was read worst, worst first."""
        cost = dict.fromkeys(self.texts, 0.0)
        for judgement in self.judgements:
            cost[judgement.case] += {"wrong": 10.0, "not in the truth": 2.0, "missed": 1.0}.get(
                judgement.verdict, 0.0
            )
        ranked = sorted(cost, key=lambda case: (-cost[case], case))
        return [case for case in ranked if cost[case] > 0][: self.worst]

    @property
    def report(self) -> Report:
        """The shares, and the worst texts with what was wrong in them."""
        rows = tuple(_row(name, good, of) for name, (good, of) in self.shares.items())
        return Report(
            title=f"How well {counted(len(self.texts), 'history was', many='histories were')} read",
            known="",
            header=("measure", "share", "95 % interval", "of"),
            rows=rows,
            notes=tuple(self._told(case) for case in self.worst_texts()),
            disclaimer=ABOUT,
            made_by=made_by_line(self.origin),
        )

    def _told(self, case: str) -> str:
        """One text with what was wrong in it."""
        parts = [f"{case}: {self.texts[case]}"]
        for verdict in VERDICTS[1:]:
            sentences = [
                f"{judged.id} {judged.answer or judged.truth}"
                + (f" ({judged.words!r})" if judged.words else "")
                for judged in self.judgements
                if judged.case == case and judged.verdict == verdict
            ]
            if sentences:
                parts.append(f"    {verdict}: {'; '.join(sentences)}")
        return "\n".join(parts)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the shares with their intervals."""
        from kneebayes.view.figures import BLUE, SMALL, WIDE, name_lines, new_axes

        table = self.table.sort_values("share", kind="stable")
        ax = new_axes(WIDE, 1.2 + 0.34 * len(table)) if ax is None else ax
        errors = [table["share"] - table["low"], table["high"] - table["share"]]
        line: dict[str, Any] = {"fmt": "o", "capsize": 3, "color": BLUE, "clip_on": False}
        ax.errorbar(table["share"], range(len(table)), xerr=errors, **line)
        for place, share in enumerate(table["share"]):
            across = ax.get_yaxis_transform()
            ax.text(1.03, place, percent(share), transform=across, va="center", fontsize=SMALL)
        name_lines(ax, table["measure"].tolist())
        ax.set_xlim(0.0, 1.0)
        ax.set_xlabel("share, with its 95 % interval", fontsize=SMALL)
        ax.spines[["top", "right"]].set_visible(False)
        return ax

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {good}/{of}" for name, (good, of) in self.shares.items())
        return f"ReadingEvaluation({counted(len(self.texts), 'text')}: {shares})"


def _right_of(judgements: Iterable[Verdict]) -> tuple[int, int]:
    """How many are right, of how many."""
    verdicts = [judgement.verdict for judgement in judgements]
    return verdicts.count("right"), len(verdicts)


def _row(name: str, good: int, of: int) -> tuple[str, ...]:
    """One share as text, with its interval."""
    if not of:
        return (name, "-", "-", "0")
    share, low, high = share_with_interval(good, of)
    return (name, percent(share), f"{percent(low)} to {percent(high)}", str(of))


@checked
def evaluate_reading(
    model: ModelLike, cases: Iterable[PublishedCase] | None = None, worst: int = 20
) -> ReadingEvaluation:
    """Read the texts of published patients, and hold what was understood to what people took.

    The shipped patients are read if no others are given; ``worst`` of the texts that were read
    worst are shown.

    Raises
    ------
    KneebayesError
        If there is no text, or the patients have another complaint.
    """
    cases = published_cases() if cases is None else tuple(cases)
    if not cases:
        message = "There is no text to read. Give at least one case."
        raise KneebayesError(message)
    told = [{**case.tests, **case.first_visit} for case in cases]
    known = sum(len(_states(model, answers)) for answers in told)
    refuse_others(model.data.knowledge.meta.title, known, sum(map(len, told)))
    judgements = [judgement for case in cases for judgement in _judged(model, case)]
    texts = {case.id: case.text for case in cases}
    return ReadingEvaluation(tuple(judgements), texts, worst, made_by(model))


def _judged(model: ModelLike, case: PublishedCase) -> Iterator[Verdict]:
    """What was taken from one text, and what was missed."""
    history = read(model, case.text)
    taken = _states(model, history.answers)
    first = _states(model, case.first_visit)
    truth = {**_states(model, case.tests), **first}
    complaint = model.data.complaint
    for id, answer in taken.items():
        if id == complaint and id not in truth:
            continue  # nearly every text says so; people did not take it down
        known = truth.get(id, "")
        if known == "unsure":
            continue
        verdict = "not in the truth" if not known else "right" if known == answer else "wrong"
        words = next(
            mention.words.text
            for mention in history.mentions
            if mention.id == id and mention.is_sure
        )
        yield Verdict(case.id, id, verdict, answer, known, words, id in first)
    for id, known in first.items():
        if id not in taken and known != "unsure":
            yield Verdict(case.id, id, "missed", "", known, "", at_first=True)


def _states(model: ModelLike, answers: Any) -> dict[str, str]:
    """The state that each answer stands for; what the model does not know is left out."""
    data = model.data
    states_by_id: dict[str, str] = {}
    for name, answer in answers.items():
        try:
            read_as = read_answers(data, {name: answer})
        except KneebayesError:
            continue
        for one in read_as:
            states = data.network[one.id].states
            total = sum(one.likelihood)
            most = max(range(len(states)), key=lambda position: one.likelihood[position])
            sure = one.likelihood[most] / total >= SURE
            states_by_id[one.id] = states[most] if sure else "unsure"
    return states_by_id
