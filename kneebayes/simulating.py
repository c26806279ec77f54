"""Patients drawn from a model, and how well it does on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building import Elicited
    from kneebayes.cohort.recording import Recording
    from kneebayes.cohort.simulated_files import SimulatedFiles
    from kneebayes.cohort.simulation import SimulatedCohort
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.model import Model
    from kneebayes.study import Evaluation, Misspecification, World

__all__ = ["Simulating"]


class Simulating:
    """The patients that a :class:`kneebayes.Model` can draw, and its figures on them."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine

    def simulate(
        self,
        n: int,
        seed: int = 0,
        given: Mapping[str, object] | None = None,
        recording: Recording | None = None,
    ) -> SimulatedCohort:
        """Draw patients from the model, exactly; nothing is rejected, however rare it is.

        Parameters
        ----------
        n
            How many patients. More of them begin with the same ones.
        seed
            Where chance begins; the same seed draws the same patients, on every machine.
        given
            What holds for all of them, by name, as :meth:`diagnose` takes it; causes too. The
            complaint does unless said otherwise (``None`` leaves it open). What is given of a
            context or finding is always written down.
        recording
            What of the truth becomes an answer (:class:`kneebayes.cohort.Recording`); left
            out, that of a first visit: about ten findings, and most of the contexts.
            ``kneebayes.cohort.COMPLETE`` writes everything down.

        Returns
        -------
        SimulatedCohort
            ``answers`` for :meth:`diagnose_cohort`, and apart from them the ``truth``.

        Raises
        ------
        UnknownNameError, EvidenceError, ImpossibleEvidenceError, TooWideError
            As :meth:`diagnose`; also if ``n`` or ``seed`` is no whole number from 0 on.

        Examples
        --------
        >>> import kneebayes as kb
        >>> knee = kb.load()
        >>> cohort = knee.simulate(200, seed=1, given={"DVT": True})
        >>> bool(cohort.truth["deep_vein_thrombosis"].all())
        True
        >>> bool(cohort.answers["calf_tenderness"].isna().any())  # not everybody was asked
        True
        """
        from kneebayes.cohort.recording import VISIT
        from kneebayes.cohort.simulation import simulate

        model = cast("Model", self)
        return simulate(model, n, seed, given, VISIT if recording is None else recording)

    def simulate_to_file(
        self,
        n: int,
        answers: str | Path,
        truth: str | Path,
        seed: int = 0,
        given: Mapping[str, object] | None = None,
        recording: Recording | None = None,
    ) -> SimulatedFiles:
        """Draw patients into two files; memory does not grow with their number.

        Parameters
        ----------
        n, seed, given, recording
            As :meth:`simulate`: the very same patients.
        answers
            A ``.csv`` or ``.parquet`` file to write, as :meth:`diagnose_cohort_file` takes it.
        truth
            Another for the causes, row by row the same patients.

        Raises
        ------
        KneebayesError
            If a file is neither, if both are the same or a folder is missing; besides as
            :meth:`simulate`.
        """
        from kneebayes.cohort.recording import VISIT
        from kneebayes.cohort.simulated_files import simulate_to_file

        written = VISIT if recording is None else recording
        return simulate_to_file(cast("Model", self), n, answers, truth, seed, given, written)

    def benchmark_cohort(self, name: str = "kneebayes-1") -> SimulatedCohort:
        """Draw a named cohort, the same bit for bit wherever the model is the same.

        Parameters
        ----------
        name
            Which one. ``"kneebayes-1"``: 5000 patients, complaint present, seen at a first
            visit. Another recipe would get another number.

        Raises
        ------
        UnknownNameError
            If there is no such benchmark.

        See Also
        --------
        kneebayes.cohort.BENCHMARKS : The recipes, with the digest of the article's cohort.
        """
        from kneebayes.cohort.named import benchmark_cohort

        return benchmark_cohort(cast("Model", self), name)

    def evaluate(
        self,
        cohort: SimulatedCohort | pd.DataFrame,
        truth: pd.DataFrame | None = None,
        *,
        baselines: Sequence[str] = ("prior only", "naive Bayes", "without mediators"),
        learned: Sequence[int] | Mapping[str, Sequence[int]] = (),
        threshold: float = 0.1,
        seed: int = 0,
        progress: bool | None = None,
    ) -> Evaluation:
        """Score the model on patients whose causes are known, beside simpler predictors.

        Parameters
        ----------
        cohort
            Simulated patients, or answers as :meth:`diagnose_cohort` takes them.
        truth
            With answers: which causes are present, True or False: the same rows by the same
            index, one column a cause by any of its names.
        baselines
            Which of ``"prior only"``, ``"naive Bayes"`` (every answer weighed alone) and
            ``"without mediators"`` (findings independent given the causes).
        learned
            Sizes of cohorts drawn from this model, from each of which a logistic regression a
            cause is learned; needs scikit-learn. Or sizes by name of what learns:
            ``{"logistic regression": [1000], "pgmpy naive Bayes": [1000]}``, the latter with
            tables from pgmpy's own estimator.
        threshold
            P(any urgent cause) from which on a case counts as noticed.
        seed
            Where chance begins for intervals.
        progress
            Whether to show a bar while diagnosing.

        Raises
        ------
        UnknownNameError, EvidenceError
            If tables cannot be understood or do not fit each other.
        KneebayesError
            If something is to be learned without scikit-learn.

        Examples
        --------
        >>> import kneebayes as kb
        >>> knee = kb.load()
        >>> scored = knee.evaluate(knee.simulate(100, seed=3), baselines=["prior only"])
        >>> exact, prior = scored.table["log_score"]
        >>> bool(exact < prior)
        True
        """
        from kneebayes.study.evaluating import evaluate
        from kneebayes.study.evaluation import Scoring

        return evaluate(
            cast("Model", self),
            cohort,
            truth,
            baselines=baselines,
            learned=learned,
            scoring=Scoring(threshold=threshold, seed=seed),
            progress=progress,
        )

    def misspecify(
        self,
        n: int = 1000,
        worlds: Sequence[World] | None = None,
        *,
        recording: Recording | None = None,
        seed: int = 0,
        threshold: float = 0.1,
    ) -> Misspecification:
        """Score the model on patients from worlds that are not as it thinks.

        Parameters
        ----------
        n
            How many patients are drawn in each world.
        worlds
            The worlds (:class:`kneebayes.study.World`); left out, those that differ in one
            thing each: another lexicon, another setting, no mediators, wrong answers, a record
            that leaves out what was absent.
        recording
            How patients are written down where a world does not say otherwise.
        seed
            Where chance begins.
        threshold
            P(any urgent cause) from which on a case counts as noticed.
        """
        from kneebayes.cohort.recording import VISIT
        from kneebayes.study.misspecification import misspecify

        return misspecify(
            cast("Model", self),
            n,
            worlds,
            recording=VISIT if recording is None else recording,
            seed=seed,
            threshold=threshold,
        )
