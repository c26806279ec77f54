"""A model in worlds that are not as it thinks: other words, other priors, other patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kneebayes.arguments import check_fields, checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelLike, in_setting, with_lexicon
from kneebayes.cohort.record import diagnose_cohort
from kneebayes.cohort.simulation import VISIT, Recording, simulate
from kneebayes.errors import ArgumentError
from kneebayes.study.baselines import without_mediators
from kneebayes.study.evaluating import EXACT, evaluate
from kneebayes.study.evaluation import Evaluation, Scoring
from kneebayes.study.scores import draw_worlds, with_interval
from kneebayes.text import counted
from kneebayes.view.figures import caption
from kneebayes.view.markup import percent
from kneebayes.view.report import ModelResult, Report, cells_of, records_of

AS_STATED = "as the model thinks"
WRONG = (0.05, 0.15)
PRESENT_FIRST = 0.3
MISSED = "Urgent missed: neither a sign that makes it urgent nor P(any urgent) of at least"
REGRET = (
    "Informed: the model that is true in that world, told nothing of how patients were written "
    "down. Regret: what is lost against it, on the same patients."
)
COLUMNS = {
    "world": "{world}",
    "log score (bits)": "{log_score:.4f}",
    "informed": "{informed_log_score:.4f}",
    "regret (95 %)": "{interval}",
    "recall 3": "{recall_3:.1%}",
    "calibration error (by chance up to)": "{calibration_error:.2%} ({calibration_limit:.2%})",
    "urgent missed": "{urgent_missed} of {urgent_patients}",
}
RESAMPLES = 300
INFORMED = "knows the world"


@dataclass(frozen=True)
class World:
    """A truth that patients are drawn from: what is other about it, how patients are recorded."""

    name: str
    model: ModelLike = field(repr=False)
    recording: Recording = VISIT

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, eq=False, repr=False)
class Misspecification(ModelResult):
    """How a model does in worlds that are not as it thinks.

    Made by :meth:`kneebayes.Model.misspecify`.
    """

    model: ModelLike
    #: by name of the world: the model, its priors alone, and who knows that world (the model that
    #: is true there, without knowledge of how patients were recorded)
    evaluations: dict[str, Evaluation]
    worlds: tuple[World, ...]
    patients: int  #: how many were drawn in each world
    seed: int  #: where chance began

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a world.

        ``log_score`` and ``brier`` of the model, ``informed_log_score`` of who knows that
        world, ``regret`` (the difference, with the paired 95 % interval ``regret_low``,
        ``regret_high``), ``prior_log_score`` of the priors alone, ``recall_3``,
        ``calibration_error`` and its 95 % point by chance ``calibration_limit``, how many
        patients with an urgent cause were ``urgent_missed`` of ``urgent_patients``, how many
        cases were ``impossible``.
        """
        return pd.DataFrame([self._row(world) for world in self.worlds])

    def _row(self, world: World) -> dict[str, Any]:
        evaluation = self.evaluations[world.name]
        rows = {row["predictor"]: row for row in records_of(evaluation.table)}
        mine = rows[EXACT]
        asked = "predictor == @INFORMED and score == 'log_score'"
        [pair] = records_of(evaluation.comparisons.query(asked))
        urgent = evaluation.urgent.query("predictor == @EXACT and id == ''")
        shared = ("brier", "recall_3", "calibration_error", "calibration_limit")
        return {
            "world": world.name,
            "log_score": mine["log_score"],
            "informed_log_score": rows[INFORMED]["log_score"],
            "regret": 0.0 - pair["difference"],
            "regret_low": 0.0 - pair["high"],
            "regret_high": 0.0 - pair["low"],
            "prior_log_score": rows["prior only"]["log_score"],
            **{name: mine[name] for name in shared},
            "urgent_patients": urgent["patients"].sum(),
            "urgent_missed": urgent["missed"].sum(),
            "impossible": evaluation.left_out,
        }

    @property
    def report(self) -> Report:
        """What is shown: one line a world."""
        first = next(iter(self.evaluations.values()))
        shown = self.table.assign(interval=list(map(_interval, records_of(self.table))))
        out = int(self.table["impossible"].sum())
        notes = [REGRET, f"{MISSED} {percent(first.scoring.threshold)}."]
        if out:
            notes.append(f"{counted(out, 'case is', many='cases are')} impossible and left out.")
        known = f"{counted(self.patients, 'patient')} drawn in each world (seed {self.seed})."
        title = f"other worlds ({self.data.reading})"
        return self._report(title, *cells_of(shown, COLUMNS), known=known, notes=tuple(notes))

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the log score in each world, beside that of who knows it."""
        return caption(draw_worlds(records_of(self.table), ax), self.report.title)

    def __repr__(self) -> str:
        worst = self.table.sort_values("regret").iloc[-1]
        drawn = f"{counted(len(self.worlds), 'world')}, {counted(self.patients, 'patient')} each"
        regret = f"largest regret {worst['regret']:.4f} bits, {worst['world']!r}"
        return f"Misspecification({drawn}: {regret})"


def _interval(row: Mapping[str, float]) -> str:
    if row["regret"] == 0.0 and not row["regret_high"] > row["regret_low"]:
        return "none: the same model"
    return with_interval(row["regret"], row["regret_low"], row["regret_high"])


@checked
def worlds_of(model: ModelLike, recording: Recording = VISIT) -> tuple[World, ...]:
    """Worlds that differ from a model in one thing each, its own first.

    The words read by each other lexicon; each other setting; no mediators; answers about
    history and symptoms that are wrong in 5 % and 15 %; and a record in which only 30 % of what
    was found absent is written down.
    """
    data = model.data
    models: dict[str, ModelLike] = {AS_STATED: model}
    models |= {
        f"lexicon: {id}": with_lexicon(model, id)
        for id in data.knowledge.lexicons
        if id != data.lexicon
    }
    models |= {
        f"setting: {id}": in_setting(model, id)
        for id in data.knowledge.settings
        if id != data.setting
    }
    models["no mediators"] = without_mediators(model)
    written = {
        f"{share:.0%} of answers wrong": replace(recording, misreported=share) for share in WRONG
    }
    quiet = replace(recording, absent_written=PRESENT_FIRST)
    written[f"{PRESENT_FIRST:.0%} of the absent written down"] = quiet
    return (
        *(World(name, other, recording) for name, other in models.items()),
        *(World(name, model, other) for name, other in written.items()),
    )


@checked
def misspecify(
    model: ModelLike,
    n: int = 1000,
    worlds: Sequence[World] | None = None,
    *,
    recording: Recording | None = None,
    seed: int = 0,
    threshold: float = 0.1,
) -> Misspecification:
    """Score the model on patients drawn from other models than itself.

    Parameters
    ----------
    n
        How many patients are drawn in each world.
    worlds
        What the patients are drawn from (:class:`kneebayes.study.World`). Left out, worlds
        that each differ from the model in one thing: another lexicon, another setting, no
        mediators, wrong answers, or absent findings left unrecorded.
    recording
        How patients are recorded, unless a world has its own way.
    threshold
        P(any urgent cause) from which on a case counts as noticed.
    """
    chosen = tuple(worlds_of(model, recording or VISIT) if worlds is None else worlds)
    if not chosen:
        message = "'worlds' must have at least one world to draw patients from. Got none."
        raise ArgumentError(message)
    scoring = Scoring(threshold=threshold, resamples=RESAMPLES, seed=seed)
    evaluations: dict[str, Evaluation] = {}
    for world in chosen:
        cohort = simulate(world.model, n, seed, recording=world.recording)
        informed = diagnose_cohort(world.model, cohort.answers, progress=False).posteriors
        only, others = ("prior only",), {INFORMED: informed}
        evaluations[world.name] = evaluate(
            model, cohort, baselines=only, others=others, scoring=scoring, progress=False
        )
    return Misspecification(model.data, evaluations, chosen, n, seed)
