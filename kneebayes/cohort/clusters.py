"""A table that is spread over the workers of a dask cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.cohort.partition import diagnose_partition
from kneebayes.cohort.record import diagnose_frame, names_of
from kneebayes.errors import EvidenceError, KneebayesError
from kneebayes.knowledge import shipped_folder

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["diagnose_dask"]


def diagnose_dask(frame: Any, model: ModelLike, keep: Sequence[str] = ()) -> Any:
    """Diagnose a dask DataFrame, each part where it lies.

    Parameters
    ----------
    frame
        A ``dask.dataframe.DataFrame``, one row a patient, with columns as
        :meth:`kneebayes.Model.diagnose_cohort` takes them.
    model
        The model to ask. It travels as the name of its folder and its lexicon, so the
        workers must be able to read that folder; the one that comes with the package is
        found wherever kneebayes is installed.
    keep
        Columns that are carried through unread; they come first.

    Returns
    -------
    dask.dataframe.DataFrame
        The same index and parts, the kept columns, and those of
        :attr:`kneebayes.cohort.Cohort.table`. Nothing is computed before it is asked for.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns cannot be understood; told at once, before any work is sent out.
    KneebayesError
        If dask is not installed.

    Notes
    -----
    dask turns columns of mixed Python objects into text. Words and numbers are read from text
    as well, but a mapping of states to probabilities is not.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> import kneebayes as kb
    >>> patients = pd.DataFrame({"fever": [True, False]}, index=["ann", "bob"])
    >>> spread = diagnose_dask(dd.from_pandas(patients, npartitions=2), kb.load())
    >>> spread["urgency"].compute(scheduler="synchronous").tolist()
    ['now', 'routine']
    """
    try:
        import dask.dataframe as dd
    except ImportError as error:
        message = "Diagnosing on a cluster needs dask. Install it: pip install kneebayes[cohort]"
        raise KneebayesError(message) from error
    if not isinstance(frame, dd.DataFrame):
        kind = type(frame).__name__
        message = (
            f"A cohort on a cluster must be a dask DataFrame, got {kind}. "
            "For a pandas DataFrame there is model.diagnose_cohort(frame)."
        )
        raise EvidenceError(message)
    folder = Path(model.data.knowledge.folder)
    spread: Any = frame
    return spread.map_partitions(
        diagnose_partition,
        folder=None if folder.resolve() == shipped_folder() else str(folder.resolve()),
        lexicon=model.data.elicited.lexicon,
        keep=names_of(keep),
        meta=diagnose_frame(model, frame._meta, keep, progress=False),
    )
