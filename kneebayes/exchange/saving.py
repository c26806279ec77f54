"""Saving a model for other software; the suffix says how."""

from __future__ import annotations

from pathlib import Path

from kneebayes.building.model import ModelLike
from kneebayes.exchange.networks import save_network
from kneebayes.exchange.side_table import about_model

__all__ = ["save"]


def save(model: ModelLike, path: str | Path) -> Path:
    """Write the network of a model as XMLBIF, BIF, XDSL or JSON.

    What is written is read back and compared, to the last digit, before this returns.

    Parameters
    ----------
    model
        The model.
    path
        Ends in ``.xmlbif`` (pgmpy, pyAgrum, Weka), ``.bif`` (pgmpy, bnlearn) or ``.xdsl``
        (GeNIe; not for pyAgrum, which reads its parents in the wrong order). What these
        cannot hold, labels and the noisy-OR structure, stands in a second file beside it,
        such as ``knee.xmlbif.labels.json``. Or ends in ``.json``, which holds everything.

    Returns
    -------
    Path
        The main file.

    Raises
    ------
    KneebayesError
        If the suffix is another, or a name cannot stand in that format.

    See Also
    --------
    kneebayes.exchange.load_network : reads them back.
    """
    return save_network(about_model(model), path)
