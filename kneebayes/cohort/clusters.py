"""A table that is spread over many machines: a pure function of one part, and a dask cluster."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.binding import renamed
from kneebayes.building.model import ModelLike, read_model
from kneebayes.cohort.record import diagnose_frame, names_of
from kneebayes.errors import EvidenceError, KneebayesError
from kneebayes.knowledge import shipped_folder

if TYPE_CHECKING:
    import pandas as pd

MODELS_KEPT = 8


@lru_cache(maxsize=MODELS_KEPT)
def _loaded(folder: str | None, lexicon: str | None) -> ModelLike:
    """The model of this process; loading takes about a second, so it is done once."""
    return read_model(folder, lexicon)


@renamed(frame="patients")
@checked
def diagnose_partition(
    patients: pd.DataFrame,
    folder: str | None = None,
    lexicon: str | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """Diagnose one part of a cohort, in whatever process it arrives, such as a worker of Spark.

    The result depends on the arguments alone, so the function can run on any worker where
    kneebayes is installed. Each worker loads the model once and keeps it. The table has the same
    index, the kept columns, and those of :attr:`kneebayes.cohort.Cohort.table`.

    Parameters
    ----------
    patients
        One row a patient, as :meth:`kneebayes.Model.diagnose_cohort` takes it.
    folder
        A knowledge folder that the worker can read; left out, the one in the package.
    lexicon
        Which lexicon turns words into numbers; left out, the folder's own choice.
    keep
        Columns that are carried through unread; they come first. Spark has no index: keep an id.

    Raises
    ------
    UnknownNameError, EvidenceError, TooWideError
        As :meth:`kneebayes.Model.diagnose_cohort` does.

    Examples
    --------
    >>> import pandas as pd
    >>> part = pd.DataFrame({"patient": ["a", "b"], "fever": [True, False]})
    >>> diagnose_partition(part, keep=["patient"])[["patient", "urgency"]]
      patient  urgency
    0       a      now
    1       b  routine
    """
    return diagnose_frame(_loaded(folder, lexicon), patients, keep, progress=False)


@renamed(frame="patients")
@checked
def partition_meta(
    patients: pd.DataFrame,
    folder: str | None = None,
    lexicon: str | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """What :func:`diagnose_partition` returns for a table with such columns, without any rows.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns cannot be understood, so that a mistake is found before work is sent out.

    Examples
    --------
    >>> import pandas as pd
    >>> list(partition_meta(pd.DataFrame({"fever": [True]})).columns[:3])
    ['urgency', 'top', 'log_probability']
    """
    return diagnose_partition(patients.iloc[:0], folder, lexicon, keep)


@renamed(frame="patients")
def diagnose_dask(patients: Any, model: ModelLike, keep: Sequence[str] = ()) -> Any:
    """Diagnose a dask DataFrame, each part where it lies; nothing is computed before it is asked.

    The result has the same index and parts, the kept columns, and those of
    :attr:`kneebayes.cohort.Cohort.table`. dask turns columns of mixed Python objects into text:
    words and numbers are read from text as well, a mapping of states to probabilities is not.

    Parameters
    ----------
    patients
        A ``dask.dataframe.DataFrame``, one row a patient, with columns as
        :meth:`kneebayes.Model.diagnose_cohort` takes them.
    model
        The model to ask. It travels as the name of its folder and its lexicon, so the
        workers must be able to read that folder; the one that comes with the package is
        found wherever kneebayes is installed.
    keep
        Columns that are carried through unread; they come first.

    Raises
    ------
    UnknownNameError, EvidenceError
        If columns cannot be understood; this is checked before any work is sent out.
    KneebayesError
        If dask is not installed.

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
    if not isinstance(patients, dd.DataFrame):
        kind = type(patients).__name__
        message = (
            f"A cohort on a cluster must be a dask DataFrame, got {kind}. "
            "For a pandas DataFrame there is model.diagnose_cohort(patients)."
        )
        raise EvidenceError(message)
    folder = Path(model.data.knowledge.folder)
    spread: Any = patients
    return spread.map_partitions(
        diagnose_partition,
        folder=None if folder.resolve() == shipped_folder() else str(folder.resolve()),
        lexicon=model.data.elicited.lexicon,
        keep=names_of(keep),
        meta=diagnose_frame(model, patients._meta, keep, progress=False),
    )
