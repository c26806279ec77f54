"""A model that takes what cases teach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, cast

if TYPE_CHECKING:
    import pandas as pd

    from kneebayes.building import Elicited
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.learning.record import Learnt
    from kneebayes.model import Model

__all__ = ["Updating"]


class Updating:
    """What a :class:`kneebayes.Model` learns from cases.

    Attributes
    ----------
    learnt
        What patients taught this model; None where it knows the text alone.
    """

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine
    learnt: Learnt | None = None

    def update(
        self, cases: pd.DataFrame, trust: float | None = None, progress: bool | None = None
    ) -> Self:
        """The same model after it has seen patients: the words are the prior, patients the data.

        Every number that was stated with an interval can move: priors, links, leaks, risk
        ratios (which stay tied to the leak of their cause), shares of contexts. A sentence
        weighs as many patients as would say as much as its interval does. What is not known
        of a patient is averaged over, exactly; all patients came *because* they have the
        complaint, and this is taken into account. ``model.learnt`` says for each number what
        comes from the text and what from the patients. A model that has learnt and sees more
        patients learns from all of them together, from the text as it was at first.

        Parameters
        ----------
        cases
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
            A model of the same kind. It keeps knowledge and names; the statements that its
            numbers come from now hold what they would say (``elicited``), so that robustness
            draws about the learnt numbers, inside intervals that have become narrower.

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
        Found are the most probable numbers (maximum a posteriori on the scale of log-odds)
        under independent Betas. Intervals are those of a normal about them with the observed
        information, from the scores of what was seen, so that hidden causes do not count as
        if they had been seen (Louis 1982; Meilijson 1989). Which of two causes a finding
        comes from may stay undecided however many patients there are, where none of them
        has a confirmed cause; then the text decides.

        References
        ----------
        Dempster, Laird, Rubin: Maximum likelihood from incomplete data via the EM algorithm,
        J. R. Statist. Soc. B 39, 1977 (section 4.2: truncated samples).

        Examples
        --------
        >>> import pandas as pd, kneebayes as kb
        >>> cysts = pd.DataFrame({"Baker's cyst": [True] * 8, "lump behind the knee": [False] * 8})
        >>> knee = kb.load()
        >>> taught = knee.update(cysts)
        >>> lump = {"lump behind the knee": True}
        >>> taught.probability(lump, {"Baker's cyst": True}) < knee.probability(
        ...     lump, {"Baker's cyst": True}
        ... )
        True
        >>> taught.learnt
        Learnt(8 patients: ...)
        """
        from kneebayes.learning.learn import update

        return cast("Self", update(cast("Model", self), cases, trust, progress))
