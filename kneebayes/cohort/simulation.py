"""Patients drawn from a model, in memory or into files: what is written down of them, the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from functools import cached_property
from hashlib import sha256
from math import nan, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import checked, share, whole_number
from kneebayes.binding import Axes, is_path, pd, renamed
from kneebayes.building.model import ModelLike
from kneebayes.case.answers import by_name, read_in_order
from kneebayes.case.case import Case, impossible_evidence
from kneebayes.cohort.files import adding_tables, check_target
from kneebayes.cohort.sources import is_parquet
from kneebayes.errors import ImpossibleEvidenceError, KneebayesError, UnknownNameError
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.sampling import Drawing
from kneebayes.text import counted, marked, suggest
from kneebayes.view.figures import (
    BLUE,
    GREY,
    ORANGE,
    below,
    caption,
    in_margin,
    name_lines,
    new_axes,
    ticks_apart,
)
from kneebayes.view.markup import percent
from kneebayes.view.report import ModelResult, Report, records_of
from kneebayes.writing import replacing_file, same_place


@dataclass(frozen=True, slots=True)
class Recording:
    """How much of the truth about a patient is recorded as answers.

    Whether an item is asked about does not depend on anything else, so a missing answer means
    nothing. Only if ``absent_written`` is below 1, findings that are present are recorded more
    often than absent ones.

    Parameters
    ----------
    context, history, symptom, sign, test
        Share of the items of that kind that are asked about, from 0 to 1.
    absent_written
        Share of the findings asked about and found absent that are recorded; those found
        present always are. Below 1 a missing answer is evidence of absence, which a model that
        treats it as unknown does not use.
    misreported
        Share of the answers about history and symptoms that are recorded the wrong way round.

    Raises
    ------
    EvidenceError
        If one of them is no share.

    Examples
    --------
    >>> Recording(test=0.0, absent_written=0.5).share("symptom")
    0.15
    """

    context: float = 0.9
    history: float = 0.2
    symptom: float = 0.15
    sign: float = 0.12
    test: float = 0.04
    absent_written: float = 1.0
    misreported: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, share(one.name, getattr(self, one.name)))

    def share(self, kind: str) -> float:
        """Share of the items of a kind that is asked about; the complaint always is."""
        return 1.0 if kind == "complaint" else float(getattr(self, kind))

    @property
    def words(self) -> str:
        """The recording in a sentence."""
        kinds = ("context", "history", "symptom", "sign", "test")
        told = "asked about: " + ", ".join(f"{one} {self.share(one):.0%}" for one in kinds)
        if self.absent_written < 1.0:
            told += f"; of what was found absent {self.absent_written:.0%} written down"
        if self.misreported > 0.0:
            told += f"; {self.misreported:.0%} of history and symptoms told wrongly"
        return told


VISIT = Recording()  # a first visit: background mostly known, some fifteen findings, few tests
COMPLETE = Recording(context=1.0, history=1.0, symptom=1.0, sign=1.0, test=1.0)


class Clerk:
    """Writes down what of a world becomes an answer.

    What holds for all, the evidence, is always written down, and rightly. ``ids`` are what can be
    known of a patient.
    """

    def __init__(self, model: ModelLike, recording: Recording, evidence: Evidence) -> None:
        knowledge, network = model.data.knowledge, model.data.network
        findings = knowledge.findings
        self.recording = recording
        self.ids = items_of(model)
        self.at = [network.index[id] for id in self.ids]
        self.words = [words_of(model, id) for id in self.ids]
        kinds = [findings[id].kind if id in findings else "context" for id in self.ids]
        given = np.array([evidence.hard_state(id) is not None for id in self.ids])
        shares = np.array([recording.share(kind) for kind in kinds])
        told = np.array([kind in ("history", "symptom") for kind in kinds]) & ~given
        # what has words of its own for its states, such as gradual, is never simply absent
        plain = np.array([id in findings and not findings[id].states for id in self.ids]) & ~given
        present = np.where(given, 1.0, shares)
        absent = np.where(plain, shares * recording.absent_written, present)
        self.chance = np.stack([absent, present])
        self.flips = np.where(told, recording.misreported, 0.0)

    def write(self, worlds: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.object_]:
        """Answers of some patients: patients x items, None where nothing is written down."""
        asked, wrong = rng.random((2, len(worlds), len(self.ids)))
        states = worlds[:, self.at].astype(np.int64)
        states = np.where(wrong < self.flips, 1 - states, states)
        written = asked < np.where(states > 0, self.chance[1], self.chance[0])
        cells = np.full(states.shape, None, dtype=object)
        for column, words in enumerate(self.words):
            mine = written[:, column]
            cells[mine, column] = words[states[mine, column]]
        return cells


def items_of(model: ModelLike) -> list[str]:
    """Ids of what can be known of a patient: contexts, then findings."""
    return [*model.data.knowledge.contexts, *model.data.knowledge.findings]


def words_of(model: ModelLike, id: str) -> NDArray[np.object_]:
    """The answer that each state of a node is."""
    states = model.data.network[id].states
    finding = model.data.knowledge.findings.get(id)
    own = {} if finding is None else {str(state): word for state, word in finding.states.items()}
    plain = states == ("absent", "present") and not own
    words = [False, True] if plain else [own.get(state, state) for state in states]
    return np.array(words, dtype=object)


MOST_AT_ONCE = 10_000_000  # patients in one table; a file takes more
MOST_PATIENTS = 10**10  # more than anybody has room for

LETTERS = 30  # letters of a cause on one line
SHARES = (0.0, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)

BLOCK = 1024  # patients drawn from one stream of chance, so that more of them are the same first
PIECE = 8  # blocks that are handed over together


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedCohort(ModelResult):
    """Patients drawn from a model. Made by :meth:`kneebayes.Model.simulate`."""

    #: one row a patient, one column a context or finding by its id; cells are True, False, the
    #: name of a state, or None where nothing was written down: as
    #: :meth:`kneebayes.Model.diagnose_cohort` takes them
    answers: pd.DataFrame
    #: which cause explains the complaint of each patient: the same rows, one column a cause by its
    #: id, True or False; it holds no answers
    truth: pd.DataFrame
    #: which causes each patient has, whether they explain the complaint or are silent: as
    #: ``truth``; this is what an answer about a cause means
    there: pd.DataFrame
    model: ModelLike
    given: Mapping[str, object]  #: what all patients have in common, as it was asked for
    seed: int
    recording: Recording  #: how much of the truth was recorded as answers
    name: str = ""  #: that of a benchmark, or empty

    def __len__(self) -> int:
        return len(self.answers)

    @cached_property
    def expected(self) -> Mapping[str, float]:
        """P(cause | what holds for all) by id of the cause, exact."""
        engine, evidence = self.data.engine, Case.of(self.model, self.given).evidence
        causes = self.data.knowledge.causes
        return {id: engine.propagate(evidence, [id]).present(id) for id in causes}

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a cause: how many patients have it, their share, and what it was to be.

        ``z`` is the difference of share and expected share in standard errors.
        """
        causes, rows = self.data.knowledge.causes, []
        for id in causes:
            expected, patients = self.expected[id], int(self.truth[id].sum())
            share = patients / len(self) if len(self) else nan
            spread = sqrt(expected * (1.0 - expected) / max(len(self), 1))
            rows.append(
                {
                    "id": id,
                    "cause": causes[id].label,
                    "urgent": causes[id].urgent,
                    "patients": patients,
                    "share": share,
                    "expected": expected,
                    "z": (share - expected) / spread if spread > 0.0 else nan,
                }
            )
        return pd.DataFrame(rows)

    @property
    def digest(self) -> str:
        """SHA-256 of answers and truth as plain text: equal exactly where all cells are."""
        cells = {True: "1", False: "0", None: ""}
        lines = [",".join((*self.answers.columns, *(f"has {id}" for id in self.truth.columns)))]
        answers = self.answers.to_numpy(dtype=object)
        truth = self.truth.to_numpy(dtype=np.int16).astype(str)
        for known, has in zip(answers, truth, strict=True):
            lines.append(",".join([*(cells.get(cell, cell) for cell in known), *has]))
        return sha256("\n".join([*lines, ""]).encode()).hexdigest()

    @property
    def report(self) -> Report:
        """What is shown: how many patients, what is known of them, how often each cause is."""
        drawn = self.table.sort_values("expected", ascending=False, kind="stable")
        rows = [
            (
                marked(row["cause"], row["urgent"]),
                f"{row['patients']:,}",
                percent(row["share"]) if len(self) else "",
                percent(row["expected"]),
            )
            for row in records_of(drawn)
        ]
        complaint = self.data.complaint
        named, _ = read_in_order(self.data, self.given)
        holds = [f"{name} = {value!r}" for name, value in self.given.items()]
        if complaint not in named:
            holds = [f"{self.data.knowledge.label(complaint)} = True", *holds]
        return self._report(
            f"{self._summary} ({self.data.reading})",
            ("cause", "patients", "share", "expected"),
            rows,
            known=f"For all of them: {', '.join(holds)}.",
            notes=(f"Seed {self.seed}; {self.recording.words}.", self._counted),
        )

    @property
    def _summary(self) -> str:
        patients = counted(len(self), "simulated patient")
        return f"{self.name}: {patients}" if self.name else patients

    @property
    def _counted(self) -> str:
        if not len(self):
            return "Nobody was drawn."
        contexts = self.data.knowledge.contexts
        known = self.answers.notna()
        background = [id for id in known.columns if id in contexts]
        findings = known.drop(columns=background).sum(axis=1).mean()
        return (
            f"On average {findings:.1f} findings and {known[background].sum(axis=1).mean():.1f} "
            f"contexts are known, and {self.there.sum(axis=1).mean():.2f} causes are there."
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw how often each cause was drawn, over the 95 % range that its probability allows."""
        drawn = records_of(self.table.sort_values("expected", kind="stable"))
        ax = ax or new_axes(7.5, 0.24 * len(drawn) + 1.3)
        for index, row in enumerate(drawn):
            expected = row["expected"]
            half = 1.96 * sqrt(expected * (1.0 - expected) / max(len(self), 1))
            span = [sqrt(max(expected - half, 0.0)), sqrt(min(expected + half, 1.0))]
            ax.plot(span, [index] * 2, color=GREY, alpha=0.6, lw=5, solid_capstyle="butt", zorder=1)
            colour = ORANGE if row["urgent"] else BLUE
            ax.plot(sqrt(row["share"]), index, "o", color=colour, ms=4.5, zorder=2)
            in_margin(ax, index, percent(row["share"]))
        name_lines(ax, [marked(row["cause"], row["urgent"]) for row in drawn], LETTERS)
        highest = max((max(row["share"], row["expected"]) for row in drawn), default=1)
        ticks = [share for share in SHARES if share <= 1.2 * highest]
        ax.set_xlim(left=-0.01)
        ticks_apart(ax, [sqrt(tick) for tick in ticks], [percent(share) for share in ticks])
        share = f"dots and numbers: share of {counted(len(self), 'patient')}"
        below(ax, f"{share} (scale of square roots);\ngrey: where 95 of 100 such shares fall")
        return caption(ax, self.report.title, "What explains the complaint.")

    def __repr__(self) -> str:
        named = f"{self.name!r}: " if self.name else ""
        patients = counted(len(self), "patient")
        return f"SimulatedCohort({named}{patients}, seed {self.seed}, {self.data.reading})"


@renamed(given="answers")
@checked
def simulate(
    model: ModelLike,
    n: int,
    seed: int = 0,
    answers: Mapping[str, object] | None = None,
    recording: Recording | None = None,
) -> SimulatedCohort:
    """Draw patients from the exact distribution, however rare what they have in common is.

    Parameters
    ----------
    n
        How many patients, at most ten million (:meth:`simulate_to_file` takes more). With the
        same seed a larger cohort begins with the smaller one.
    seed
        Seed of the random numbers; the same seed draws the same patients on every machine.
    answers
        What all patients have in common, by name, as :meth:`diagnose` takes it; causes are
        allowed too. The complaint is among it unless an answer says otherwise (``None`` leaves
        it open). A context or finding fixed here is always recorded as an answer.
    recording
        How much of the truth is recorded as answers (:class:`kneebayes.cohort.Recording`);
        left out, as much as at a first visit: some fifteen findings, and most of the contexts.
        ``kneebayes.cohort.COMPLETE`` records everything.

    Raises
    ------
    UnknownNameError, EvidenceError, ImpossibleEvidenceError, TooWideError
        As :meth:`diagnose`; also if ``n`` or ``seed`` is no whole number from 0 on.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> cohort = knee.simulate(200, seed=1, answers={"DVT": True})
    >>> bool(cohort.truth["deep_vein_thrombosis"].mean() > 0.5)  # it explains most of them
    True
    >>> bool(cohort.answers["calf_tenderness"].isna().any())  # not everybody was asked
    True
    """
    n = whole_number("n", n, most=MOST_AT_ONCE)
    recording = VISIT if recording is None else recording
    pieces = list(simulate_pieces(model, n, seed, answers, recording))
    if len(pieces) == 1:
        return pieces[0]
    tables = ("answers", "truth", "there")
    whole = {name: pd.concat([getattr(piece, name) for piece in pieces]) for name in tables}
    return replace(pieces[0], **whole)


@renamed(given="answers")
@checked
def simulate_pieces(
    model: ModelLike,
    n: int,
    seed: int = 0,
    answers: Mapping[str, object] | None = None,
    recording: Recording = VISIT,
) -> Iterator[SimulatedCohort]:
    """The patients of :func:`simulate` in pieces of 8192, so that memory does not grow with n.

    There is at least one; they are the same patients whatever ``n`` is, as far as it goes. Errors
    are those of :func:`simulate`.
    """
    n, seed = whole_number("n", n, most=MOST_PATIENTS), whole_number("seed", seed)
    holding: dict[str, object] = dict(by_name({} if answers is None else answers))
    evidence = Case.of(model, holding).evidence  # the complaint holds unless it is spoken of
    try:
        drawing = Drawing(model.data.engine, evidence)
    except ImpossibleEvidenceError:
        raise impossible_evidence(model.data.engine, model.data.knowledge, evidence) from None
    clerk = Clerk(model, recording, evidence)
    return _pieces(model, n, seed, holding, drawing, clerk)


def _pieces(
    model: ModelLike, n: int, seed: int, holding: dict[str, object], drawing: Drawing, clerk: Clerk
) -> Iterator[SimulatedCohort]:
    index, causes = model.data.network.index, list(model.data.knowledge.causes)
    explains = [index[id] for id in causes]
    there = [index[model.data.knowledge.there[id]] for id in causes]
    for start in range(0, max(n, 1), BLOCK * PIECE):
        answers: list[NDArray[np.object_]] = [np.empty((0, len(clerk.ids)), dtype=object)]
        truths: list[NDArray[np.bool_]] = [np.empty((0, 2 * len(causes)), dtype=bool)]
        for first in range(start, min(n, start + BLOCK * PIECE), BLOCK):
            # who the patients are and what is written down have a stream of chance each, so
            # the same patients can be seen under another recording
            lives, papers = (
                np.random.default_rng(
                    np.random.SeedSequence(seed, spawn_key=(first // BLOCK, side))
                )
                for side in range(2)
            )
            worlds = drawing.draw(BLOCK, lives)
            end = min(n - first, BLOCK)
            answers.append(clerk.write(worlds, papers)[:end])
            truths.append(worlds[:end, explains + there] == 1)
        rows = pd.RangeIndex(start, min(n, start + BLOCK * PIECE), name="patient")
        truth = np.concatenate(truths)
        yield SimulatedCohort(
            pd.DataFrame(np.concatenate(answers), rows, clerk.ids, dtype=object),
            pd.DataFrame(truth[:, : len(causes)], rows, causes),
            pd.DataFrame(truth[:, len(causes) :], rows, causes),
            model,
            holding,
            seed,
            clerk.recording,
        )


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The recipe of a named cohort. A recipe never changes: a new one gets a new number.

    The digest is the SHA-256 that the cohort drawn from the article's model has (see
    :attr:`SimulatedCohort.digest`). A model with other numbers draws another cohort.
    """

    name: str
    n: int
    seed: int
    recording: Recording
    digest: str


BENCHMARKS = {
    "kneebayes-2": Benchmark(
        name="kneebayes-2",
        n=5000,
        seed=2024,
        recording=Recording(
            context=0.9, history=0.2, symptom=0.15, sign=0.12, test=0.04, absent_written=1.0
        ),
        digest="32fdce33104dbe5e7a536fa7e304b0afcaeec1e11fff18080cded9236f94eeff",
    )
}


@checked
def benchmark_cohort(model: ModelLike, name: str = "kneebayes-2") -> SimulatedCohort:
    """Draw a named cohort, the same bit for bit wherever the model is the same.

    ``"kneebayes-2"`` are 5000 patients, complaint present, seen at a first visit; the recipes, with
    the digest of the article's cohort, stand in ``kneebayes.cohort.BENCHMARKS``.

    Raises
    ------
    UnknownNameError
        If there is no such benchmark.
    """
    if name not in BENCHMARKS:
        message = f"No benchmark '{name}'. There are: {', '.join(BENCHMARKS)}."
        raise UnknownNameError(message, str(name), suggest(str(name), BENCHMARKS))
    recipe = BENCHMARKS[name]
    drawn = simulate(model, recipe.n, recipe.seed, recording=recipe.recording)
    return replace(drawn, name=recipe.name)


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """Simulated patients in two files, row by row: what is known of each, and the truth."""

    answers: Path
    truth: Path
    rows: int

    def __repr__(self) -> str:
        patients = counted(self.rows, "patient")
        return f"SimulatedFiles('{self.answers}', '{self.truth}': {patients})"


@renamed(is_path, answers="patients")
@renamed(given="answers")
@checked
def simulate_to_file(
    model: ModelLike,
    n: int,
    patients: str | Path,
    truth: str | Path,
    seed: int = 0,
    answers: Mapping[str, object] | None = None,
    recording: Recording | None = None,
) -> SimulatedFiles:
    """Draw the very same patients as :meth:`simulate` into two files, however many.

    ``patients`` is the ``.csv`` or ``.parquet`` file of answers, as :meth:`diagnose_cohort_file`
    takes it, ``truth`` that of the causes. Memory does not grow with their number.

    Raises
    ------
    KneebayesError
        If a file is neither, if both are the same or a folder is missing; besides as
        :meth:`simulate`.
    """
    targets = [Path(patients), Path(truth)]
    if same_place(*targets):
        message = f"Answers and truth must go to two files, got '{patients}' for both."
        raise KneebayesError(message)
    for target in targets:
        is_parquet(target)
        check_target(target)
    written = VISIT if recording is None else recording
    pieces = simulate_pieces(model, n, seed, answers, written)
    kinds = {  # types that do not depend on who is in a piece
        id: "string" if isinstance(words_of(model, id)[0], str) else "boolean"
        for id in items_of(model)
    }
    rows = 0
    with ExitStack() as stack:
        paths = [stack.enter_context(replacing_file(target)) for target in targets]
        adds = [stack.enter_context(adding_tables(path, indexed=False)) for path in paths]
        for piece in pieces:
            adds[0](piece.answers.astype(kinds))
            adds[1](piece.truth)
            rows += len(piece)
    return SimulatedFiles(targets[0], targets[1], rows)
