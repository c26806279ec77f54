"""What kneebayes is asked, timed: engine alone, and a diagnosis from answers to ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from time import perf_counter

from benchmarks.clock import LONG, time_of
from kneebayes import Model
from kneebayes.errors import TooWideError
from kneebayes.inference import Engine, Evidence

PASSES = 3

Answers = Mapping[str, str]


def warm(model: Model) -> list[str]:
    """Load the compiled code and answer one easy question; ids of the causes."""
    causes = [cause.id for cause in model.causes]
    model.engine.compile()
    complaint = model.knowledge.meta.complaint
    model.engine.propagate(Evidence.of(model.network, {complaint: "present"}), causes)
    str(model.diagnose())
    return causes


def propagate_each(
    model: Model, told: Sequence[Answers], causes: Sequence[str]
) -> list[tuple[float, dict[str, float]]]:
    """Seconds and posteriors of each patient; seconds are NaN where the question is refused.

    Patients one after another, single questions, one thread. A new engine in each pass, so
    that no plan is kept from pass to pass; of the passes the shortest time counts.
    """
    best = [float("inf")] * len(told)
    found: list[dict[str, float]] = [{}] * len(told)
    for _ in range(PASSES):
        engine = Engine(model.network)
        engine.propagate(Evidence({}), causes)  # lays the network out flat
        for at, answers in enumerate(told):
            if LONG < best[at] < float("inf") or isnan(best[at]):
                continue
            evidence = Evidence.of(model.network, answers)
            start = perf_counter()
            try:
                told_now = engine.propagate(evidence, causes)
            except TooWideError:
                best[at] = float("nan")
                continue
            best[at] = min(best[at], perf_counter() - start)
            check(told_now.log_probability[0])
            found[at] = {id: told_now.present(id) for id in causes}
    return list(zip(best, found, strict=True))


def check(log_probability: float) -> None:
    """Simulated answers are possible; an answer that says otherwise is not worth timing."""
    if not isfinite(log_probability):
        message = f"ln P(evidence) of a simulated patient came out as {log_probability}"
        raise ArithmeticError(message)


def diagnose_each(model: Model, told: Sequence[Answers]) -> list[float]:
    """Seconds from answers by id to the ranking as a table and the urgency; NaN where refused."""
    return [diagnosis_time(model, answers) for answers in told]


def diagnosis_time(model: Model, answers: Answers) -> float:
    """The shortest of three diagnoses; one where it takes over a second."""

    def diagnose() -> None:
        found = model.diagnose(answers)
        assert len(found.ranking) == len(model.causes)
        assert found.urgency.level

    try:
        return time_of(diagnose, PASSES)[0]
    except TooWideError:
        return float("nan")
