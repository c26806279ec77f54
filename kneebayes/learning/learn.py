"""A model that has seen patients: the words as prior, the patients as data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import renamed
from kneebayes.building.model import AnyModel
from kneebayes.errors import EvidenceError
from kneebayes.learning.counting import Counting, read_patients, selection_of, together
from kneebayes.learning.outcome import LearntNumber, outcomes_of, with_outcomes
from kneebayes.learning.record import Learnt
from kneebayes.learning.scoring import Estimation, Found
from kneebayes.learning.sentences import read_text
from kneebayes.text import counted

if TYPE_CHECKING:
    import pandas as pd

LEAST_TRUST = 1e-6  # below it the text says nothing, and its weights overflow

MANY = 200  # patients from which on a bar is shown


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
        _refuse_if_left_out(earlier)
        states = int(before.data.engine.flat.own_start[-1])
        seen = together([earlier.patients, seen], states)
    text = read_text(before, 1.0 if math.isinf(weight) else weight)
    if not seen.telling or math.isinf(weight):
        numbers = before.data.engine.numbers[0]
        same = tuple(
            LearntNumber(sentence, sentence.interval, float(numbers[sentence.place]), 0.0)
            for sentence in text.sentences
        )
        return before.replace(learnt=Learnt(before, seen, same, numbers, weight, (), True, 0.0))
    scoring = Estimation(
        Counting(before.data.engine),
        text.coordinates,
        seen.sample,
        selection_of(before),
        text.imagined,
    )
    with _bar(len(seen), progress) as advance:
        estimate = scoring.find(advance)
    learnt = Learnt(
        before,
        seen,
        outcomes_of(before, text, estimate),
        estimate.numbers,
        weight,
        estimate.trail,
        estimate.converged,
        _determined(estimate),
    )
    return with_learnt(before, learnt)


def with_learnt(before: AnyModel, learnt: Learnt) -> AnyModel:
    """A model, as the text alone made it, with what patients taught it."""
    data = before.data
    if not learnt.trail:
        return before.replace(learnt=learnt)
    network = data.network.with_numbers(learnt.numbers)
    knowledge, elicited = with_outcomes(before, network, learnt.outcomes, learnt.told)
    return before.replace(knowledge=knowledge, elicited=elicited, learnt=learnt)


def _refuse_if_left_out(earlier: Learnt) -> None:
    """Nothing can be learnt from all patients together where the earlier ones are not there."""
    if earlier.patients.left_out:
        message = (
            f"This model learnt from {earlier.told}, who were left out of the file that it was "
            "saved to; more patients can only be learnt from together with them. Take a file "
            "that has them, or update model.learnt.before with all patients."
        )
        raise EvidenceError(message)


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


def _determined(estimate: Found) -> float:
    """How many numbers the patients have determined (MacKay 1992)."""
    by_text = np.sum(estimate.variances_by_all * estimate.by_text)  # the trace of their product
    return float(len(estimate.by_all) - by_text)


@contextmanager
def _bar(patients: int, progress: bool | None) -> Iterator[Callable[[float], object] | None]:
    """A bar that shows each step and how much it gained, or nothing."""
    if not (patients > MANY if progress is None else progress):
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(
        desc=f"Learning from {counted(patients, 'patient')}", unit=" steps", leave=False
    ) as bar:

        def advance(gain: float) -> None:
            """Show how much a round has gained."""
            bar.set_postfix_str(f"gained {gain:.3g} nats", refresh=False)
            bar.update()

        yield advance
