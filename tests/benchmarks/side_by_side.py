"""Side by side: the same patients answered by kneebayes, pyAgrum and pgmpy in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import median
from time import perf_counter
from typing import Any

from tqdm import tqdm

from benchmarks.aside import Answerer, Aside, Outcome
from benchmarks.ours import diagnose_each, propagate_each
from benchmarks.patients import SERIES, Patient, Ward
from benchmarks.report import Figure, largest
from benchmarks.rivals import prepare_agrum_chain, prepare_agrum_native, prepare_pgmpy

PART = "side by side: time of the rival / time of kneebayes"
ENGINE, WHOLE = "kneebayes engine", "kneebayes diagnose"
FEW = 120.0  # seconds
Case = dict[str, Any]
Own = tuple[tuple[float, dict[str, float]], float]  # engine, its posteriors; diagnose


@dataclass(frozen=True)
class Rival:
    """Other software, how many patients and causes it is asked about, and for how long.

    Attributes
    ----------
    at_once
        Whether all causes are asked for in one question, or one question each.
    limit
        Seconds for one question.
    budget
        Seconds for a series; when they are spent the rest of the patients is not asked.
    """

    name: str
    prepare: Callable[[], Answerer]
    patients: int
    causes: int
    at_once: bool
    limit: float
    budget: float


def rivals(*, quick: bool, limit: float, budget: float) -> list[Rival]:
    """Who is asked, and how much."""
    chain, native, pgmpy = prepare_agrum_chain, prepare_agrum_native, prepare_pgmpy
    if quick:
        return [
            Rival("pyAgrum, chains", chain, 3, 28, at_once=True, limit=2, budget=3),
            Rival("pyAgrum, own noisy-OR", native, 1, 28, at_once=True, limit=1, budget=1),
            Rival("pgmpy, greedy", pgmpy, 1, 1, at_once=False, limit=2, budget=2),
        ]
    few = min(budget, FEW)  # three patients say enough of what is this slow
    return [
        Rival("pyAgrum, chains", chain, 100, 28, at_once=True, limit=limit, budget=budget),
        Rival("pyAgrum, own noisy-OR", native, 3, 28, at_once=True, limit=limit, budget=few),
        Rival("pgmpy, greedy", pgmpy, 3, 28, at_once=False, limit=limit, budget=few),
    ]


def compare(
    ward: Ward, asked: Sequence[Rival], count: int
) -> Iterator[tuple[list[Figure], list[Case]]]:
    """Ask everybody about the same patients; figures and cases as each of them is done."""
    patients = ward.some(count)
    causes = [cause.id for cause in ward.model.causes]
    for series in reversed(SERIES):
        told = [one.answers(series) for one in patients]
        ours = propagate_each(ward.model, told, causes)
        whole = diagnose_each(ward.model, told)
        engine = [seconds for seconds, _ in ours]
        yield (
            own_figures(series, engine, whole),
            [
                case_of(series, at, method, seconds, len(causes))
                for method, times in ((ENGINE, engine), (WHOLE, whole))
                for at, seconds in enumerate(times)
            ],
        )
        for rival in asked:
            some = ask_rival(rival, series, patients, causes, list(zip(ours, whole, strict=True)))
            yield summarize(rival, series, some), some


def own_figures(series: str, engine: Sequence[float], whole: Sequence[float]) -> list[Figure]:
    """What kneebayes itself takes."""
    figures = []
    for name, times in ((ENGINE, engine), (WHOLE, whole)):
        done = [one for one in times if not isnan(one)]
        refused = len(times) - len(done)
        note = f"{refused} refused as too wide" if refused else ""
        middle = 1e3 * median(done) if done else float("nan")
        figures.append(
            Figure(PART, name, series, "median time a patient", middle, "ms", len(done), note)
        )
    return figures


def case_of(series: str, patient: int, method: str, seconds: float, causes: int) -> Case:
    """One row of the detailed table."""
    return {
        "series": series,
        "patient": patient,
        "method": method,
        "causes": causes,
        "status": "done",
        "seconds": seconds,
    }


def ask_rival(
    rival: Rival,
    series: str,
    patients: Sequence[Patient],
    causes: Sequence[str],
    ours: Sequence[Own],
) -> list[Case]:
    """One case for each patient, until the budget is spent."""
    some = list(causes[: rival.causes])
    groups = [some] if rival.at_once else [[cause] for cause in some]
    cases: list[Case] = []
    start = perf_counter()
    told = patients[: rival.patients]
    bar = tqdm(told, desc=f"{rival.name}, {series}", leave=False, mininterval=1)
    with Aside(rival.prepare, rival.limit) as aside:
        for at, patient in enumerate(bar):
            left = rival.budget - (perf_counter() - start)
            if left <= 0:
                break
            outcomes = ask_groups(aside, patient.answers(series), groups, left)
            cases.append(judge(rival, series, at, groups, outcomes, ours[at]))
    return cases


def ask_groups(
    aside: Aside, answers: dict[str, str], groups: list[list[str]], left: float
) -> list[Outcome]:
    """Ask for each group of causes; the first always, the others while there is time."""
    outcomes: list[Outcome] = []
    start = perf_counter()
    for group in groups:
        if outcomes and perf_counter() - start > left:
            break
        outcomes.append(aside.ask((answers, group)))
    return outcomes


def judge(
    rival: Rival,
    series: str,
    patient: int,
    groups: list[list[str]],
    outcomes: list[Outcome],
    ours: Own,
) -> Case:
    """Time and difference of one patient; what was not done in time counts as its limit."""
    seconds, difference, answered = 0.0, 0.0, 0
    (engine, posteriors), whole = ours
    for group, outcome in zip(groups, outcomes, strict=False):
        if not outcome.done:
            seconds += rival.limit if outcome.status == "time limit" else 0.0
            continue
        answered += len(group)
        seconds += outcome.value[0]
        errors = (abs(p - posteriors[id]) for p, id in zip(outcome.value[1], group, strict=True))
        difference = largest([difference, *errors])
    worst = next((one for one in outcomes if not one.done), outcomes[0])
    asked = sum(len(group) for group in groups[: len(outcomes)])
    case = case_of(series, patient, rival.name, seconds, asked)
    failed = worst.status == "failed"
    return case | {
        "status": worst.status,
        "answered": answered,
        "ratio": "" if failed or isnan(engine) else seconds / engine,
        "ratio to diagnose": "" if failed or isnan(whole) else seconds / whole,
        "largest difference": difference if answered else "",
        "note": worst.value if failed else "",
    }


def summarize(rival: Rival, series: str, cases: Sequence[Case]) -> list[Figure]:
    """Median, smallest and largest ratio, and the largest difference."""
    timed = [one for one in cases if one["ratio"] != ""]
    cut = sum(one["status"] == "time limit" for one in timed)
    failed = [one for one in cases if one["status"] == "failed"]
    note = f"lower bounds: {cut} ran into {rival.limit:g} s; " if cut else ""
    note += f"{len(failed)} failed: {failed[0]['note']}; " if failed else ""
    if len(cases) < rival.patients:
        note += f"time for {len(cases)} of {rival.patients} patients; "
    if not rival.at_once:
        each = sum(one["causes"] for one in cases)
        note += f"one cause at a time, {each} causes asked in all; "
    note = note.removesuffix("; ")

    def figure(measure: str, value: float, unit: str, count: int, note: str = "") -> Figure:
        return Figure(PART, rival.name, series, measure, value, unit, count, note)

    if not timed:
        return [figure("median ratio", float("nan"), "times", 0, note)]
    ratios = [one["ratio"] for one in timed]
    seconds = [one["seconds"] for one in timed]
    whole = median([one["ratio to diagnose"] for one in timed])
    count, of = len(timed), "" if rival.at_once else "of the causes asked"
    figures = [
        figure("median ratio", median(ratios), "times", count, note),
        figure("smallest ratio", min(ratios), "times", count),
        figure("largest ratio", max(ratios), "times", count, "lower bound" if cut else ""),
        figure("median ratio to diagnose", whole, "times", count),
        figure("median time a patient", median(seconds), "s", count, of),
    ]
    if not rival.at_once:
        per_cause = median([one["seconds"] / one["causes"] for one in timed])
        figures.append(figure("median time a cause", per_cause, "s", count))
    right = [one["largest difference"] for one in cases if one["answered"]]
    if right:
        figures.append(figure("largest difference", largest(right), "", len(right)))
    return figures
