"""Published patients: case presentations in our own words, with what is right for each; and how
well their texts are read, against the answers that people took from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, get_args

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelLike
from kneebayes.case import Answer, read_answers
from kneebayes.case.urgency import LEVELS
from kneebayes.errors import EvidenceError, KneebayesError, placed
from kneebayes.history import read
from kneebayes.study.scores import share_with_interval
from kneebayes.text import counted
from kneebayes.view.figures import BLUE, WIDE, below, in_margin, name_lines, new_axes
from kneebayes.view.markup import percent
from kneebayes.view.report import Report, Reporting, made_by, made_by_line
from kneebayes.writing import plain_text, strict_json

LARGEST = 100_000_000  # bytes

Visit = Literal["first visit", "with tests"]
VISITS: tuple[Visit, ...] = get_args(Visit)
HALVES = ("work", "look", "all")
FILE = "published_cases.jsonl"
LEAST_KNOWN = 0.1  # share of the answers that a model of the same complaint understands at least
LISTS = ("causes", "beyond", "also_present", "not_expressible")


@dataclass(frozen=True, repr=False)
class PublishedCase:
    """One published patient."""

    id: str
    #: ``work`` may be looked at while the knowledge is written, ``look`` only to judge it
    half: str
    source: str  #: address of the publication
    kind: str  #: case report, teaching vignette ...
    text: str  #: the history in our own words
    first_visit: Mapping[str, Any]  #: answers known at the first consultation
    tests: Mapping[str, Any]  #: those that tests added
    diagnosis: str  #: as published
    causes: tuple[str, ...]  #: ids of those that count as right
    #: where no cause does, ids of the parts of something else that do; both are empty where no
    #: model of this project has it
    beyond: tuple[str, ...]
    also_present: tuple[str, ...]  #: ids of what was there as well
    not_expressible: tuple[str, ...]  #: facts that the names of the model cannot say
    urgency: str  #: what a prudent clinician would want at the first visit: now, soon or routine
    behind_the_knee: bool  #: whether the pain was behind the knee at all
    same_as: str = ""  #: id of another row that is about the same patient; nothing for most

    def answers(self, visit: Visit) -> dict[str, Any]:
        """What is known at one visit; tests come on top of the first visit."""
        if visit not in VISITS:
            message = f"visit must be one of {', '.join(map(repr, VISITS))}, got {visit!r}."
            raise KneebayesError(message)
        tests = self.tests if visit == "with tests" else {}
        return {**self.first_visit, **tests}

    def __repr__(self) -> str:
        return f"PublishedCase({self.id!r}: {self.diagnosis})"


@checked
def published_cases(half: str = "all", path: str | Path | None = None) -> tuple[PublishedCase, ...]:
    """Patients of published case presentations, with their answers and the right causes.

    Published cases are not a sample of a practice: rare and urgent causes are over-represented,
    the pain of many patients is not behind the knee, and often only an abstract was available.
    The cases show in what ways a model fails, not how often it would.

    Parameters
    ----------
    half
        ``work``, ``look`` or ``all``. Never tune a model on ``look``.
    path
        Another file of the same form, one JSON object a line; left out, the shipped one.

    Raises
    ------
    KneebayesError
        If the file cannot be read, or a line lacks something or holds what it must not.

    Examples
    --------
    >>> from kneebayes.study import published_cases
    >>> cases = published_cases("work")
    >>> cases[1]
    PublishedCase('bak2': ruptured Baker's cyst)
    >>> cases[1].answers("with tests")["us_clot"]
    False
    """
    if half not in HALVES:
        message = f"half must be one of {', '.join(map(repr, HALVES))}, got {half!r}."
        raise KneebayesError(message)
    file = shipped(FILE) if path is None else Path(path)
    cases = []
    for number, line in enumerate(plain_text(file, LARGEST).split("\n"), start=1):
        if line.strip():
            with placed(f"{file.name}: line {number}"):
                cases.append(_case(line))
    ids = Counter(case.id for case in cases)
    if twice := sorted(id for id, count in ids.items() if count > 1):
        message = f"{file.name}: each id must stand once; twice: {', '.join(twice)}."
        raise KneebayesError(message)
    return tuple(case for case in cases if half in ("all", case.half))


def shipped(name: str) -> Path:
    """A shipped file: inside an installed package, else among the data of the tests."""
    room = Path(__file__).resolve().parent
    for folder in (room, room.parent.parent / "tests" / "data"):
        if (file := folder / name).is_file():
            return file
    message = f"{name} was found neither in {room} nor in tests/data. Install kneebayes again."
    raise KneebayesError(message)


def _case(line: str) -> PublishedCase:
    """One line as a case."""
    odd: list[tuple[str, str, str]] = []
    try:
        given = strict_json(line, lambda *told: odd.append(told))
    except ValueError as error:
        message = f"no JSON ({error})."
        raise KneebayesError(message) from error
    if odd:
        raise KneebayesError(": ".join(odd[0][:2]) + f" {odd[0][2]}")
    if not isinstance(given, dict):
        message = f"must be a JSON object, got {type(given).__name__}."
        raise KneebayesError(message)
    *required, optional = (each.name for each in fields(PublishedCase))
    missing = [name for name in required if name not in given]
    unknown = sorted(set(given) - {*required, optional})
    if missing or unknown:
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"has unknown fields {', '.join(unknown)}"] if unknown else []
        message = f"{' and '.join(wrong)}. Allowed: {', '.join(required)}, {optional}."
        raise KneebayesError(message)
    for name, value in given.items():
        if must := _must_be(name, value):
            message = f"{name} must be {must}, got {value!r}."
            raise KneebayesError(message)
    return PublishedCase(**{**given, **{name: tuple(given[name]) for name in LISTS}})


def _must_be(name: str, value: object) -> str:
    """What a field must be that holds something else; empty where it is right."""
    choices = {"urgency": LEVELS, "half": HALVES[:2], "behind_the_knee": (True, False)}
    if name in choices:
        allowed = ", ".join(map(repr, choices[name]))
        return "" if value in choices[name] else f"one of {allowed}"
    if name in LISTS:
        texts = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
        return "" if texts else "a list of texts"
    if name in ("id", "text"):
        return "" if isinstance(value, str) else "a text"
    visit = name in ("first_visit", "tests")
    return "names with answers" if visit and not isinstance(value, dict) else ""


def understood(model: ModelLike, answers: Mapping[str, Any]) -> dict[str, tuple[Answer, ...]]:
    """What a model makes of each answer that it can read, by the name that was given."""
    read_as: dict[str, tuple[Answer, ...]] = {}
    for name, answer in answers.items():
        with suppress(KneebayesError):  # no such name, or no such state
            read_as[name] = read_answers(model.data, {name: answer})
    return read_as


def refuse_others(title: str, known: int, all_answers: int) -> None:
    """Refuse patients of whom a model understands next to nothing: they have another complaint."""
    if known < LEAST_KNOWN * all_answers:
        message = (
            f"'{title}' knows {known:,} of {counted(all_answers, 'answer')} of these patients: "
            "they have another complaint. Give patients of your own: cases=[...], or --cases FILE."
        )
        raise EvidenceError(message)


SURE = 0.6  # a truth that is less sure counts neither way
COSTS = {"right": 0.0, "wrong": 10.0, "not in the truth": 2.0, "missed": 1.0}
ABOUT = (
    "Precision: of the answers taken from a text, those that people took too (strictly: what they "
    "did not take counts as wrong). Recall: of what people took at the first visit, inferences "
    "among it. Polarity: of what both took as present or absent, the share that is the same way "
    "round."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of one text."""

    case: str  # id of the patient
    id: str
    # ``right``, ``wrong``, ``not in the truth`` (the text may say it all the same) or ``missed``
    verdict: str
    # the state taken from the text, and that which people took; empty where none was
    answer: str
    truth: str
    words: str
    at_first: bool  # whether the truth was known at the first visit


@dataclass(frozen=True, repr=False)
class ReadingEvaluation(Reporting):
    """How well the texts of patients were read."""

    judgements: tuple[Verdict, ...]  #: every answer taken, and every one missed
    texts: dict[str, str]  #: by id of the patient
    worst: int = 20  #: how many of the worst texts are shown
    #: which model gave the names that were looked for
    origin: Mapping[str, Any] = field(default_factory=dict)

    def _origin(self) -> Mapping[str, Any]:
        """Which model gave the names that were looked for."""
        return self.origin

    @cached_property
    def shares(self) -> dict[str, tuple[int, int]]:
        """Each share as how many of how many."""
        each = self.judgements
        both = [row for row in each if row.verdict in ("right", "wrong")]
        sided = [row for row in both if row.truth in ("present", "absent")]
        return {
            "precision": _right_of(both),
            "precision, strictly": _right_of(row for row in each if row.verdict != "missed"),
            "recall at the first visit": _right_of(row for row in each if row.at_first),
            "polarity": _right_of(sided),
            "polarity of what is absent": _right_of(row for row in sided if row.truth == "absent"),
        }

    @property
    def table(self) -> pd.DataFrame:
        """One row a share: ``measure``, ``share``, ``low``, ``high`` (95 %), ``of``."""
        rows = [(name, *share_with_interval(*pair), pair[1]) for name, pair in self.shares.items()]
        return pd.DataFrame(rows, columns=["measure", "share", "low", "high", "of"])

    @property
    def answers(self) -> pd.DataFrame:
        """One row for every answer taken or missed."""
        return pd.DataFrame(self.judgements, columns=[column.name for column in fields(Verdict)])

    def worst_texts(self) -> list[str]:
        """Ids of the patients whose text was read worst, worst first."""
        cost = dict.fromkeys(self.texts, 0.0)
        for judgement in self.judgements:
            cost[judgement.case] += COSTS[judgement.verdict]
        ranked = sorted(cost, key=lambda case: (-cost[case], case))
        return [case for case in ranked if cost[case] > 0][: self.worst]

    @property
    def report(self) -> Report:
        """The shares, and the worst texts with what was wrong in them."""
        rows = tuple(
            (name, percent(share), f"{percent(low)} to {percent(high)}", str(of))
            if of
            else (name, "-", "-", "0")
            for name, share, low, high, of in self.table.itertuples(index=False)
        )
        return Report(
            title=f"How well {counted(len(self.texts), 'history was', many='histories were')} read",
            header=("measure", "share", "95 % interval", "of"),
            rows=rows,
            notes=tuple(self._told(case) for case in self.worst_texts()),
            disclaimer=ABOUT,
            made_by=made_by_line(self.origin),
        )

    def _told(self, case: str) -> str:
        """One text with what was wrong in it."""
        parts = [f"{case}: {self.texts[case]}"]
        for verdict in ("wrong", "not in the truth", "missed"):
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
        table = self.table.sort_values("share", kind="stable")
        ax = ax or new_axes(WIDE, 1.2 + 0.34 * len(table))
        errors = [table["share"] - table["low"], table["high"] - table["share"]]
        line: dict[str, Any] = {"fmt": "o", "capsize": 3, "color": BLUE, "clip_on": False}
        ax.errorbar(table["share"], range(len(table)), xerr=errors, **line)
        for place, (share, of) in enumerate(zip(table["share"], table["of"], strict=True)):
            in_margin(ax, place, percent(share) if of else "-")
        name_lines(ax, table["measure"].tolist())
        ax.set_xlim(0.0, 1.0)
        return below(ax, "share, with its 95 % interval")

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {good}/{of}" for name, (good, of) in self.shares.items())
        return f"ReadingEvaluation({counted(len(self.texts), 'text')}: {shares})"


def _right_of(judgements: Iterable[Verdict]) -> tuple[int, int]:
    """How many are right, of how many."""
    verdicts = [judgement.verdict for judgement in judgements]
    return verdicts.count("right"), len(verdicts)


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
    answers = [{**case.tests, **case.first_visit} for case in cases]
    known = sum(len(_states(model, each)) for each in answers)
    refuse_others(model.data.knowledge.meta.title, known, sum(map(len, answers)))
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
        sure = (mention for mention in history.mentions if mention.id == id and mention.is_sure)
        yield Verdict(case.id, id, verdict, answer, known, next(sure).words.text, id in first)
    for id, known in first.items():
        if id not in taken and known != "unsure":
            yield Verdict(case.id, id, "missed", "", known, "", at_first=True)


def _states(model: ModelLike, answers: Any) -> dict[str, str]:
    """The state that each answer stands for; what the model does not know is left out."""
    states_by_id: dict[str, str] = {}
    for answer in chain.from_iterable(understood(model, answers).values()):
        pairs = zip(answer.likelihood, model.data.network[answer.id].states, strict=True)
        most, state = max(pairs, key=itemgetter(0))
        states_by_id[answer.id] = state if most / sum(answer.likelihood) >= SURE else "unsure"
    return states_by_id
