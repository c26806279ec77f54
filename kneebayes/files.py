"""Saving a model for other software; the suffix says how."""

from __future__ import annotations

from pathlib import Path

from kneebayes.model import Model

__all__ = ["save"]


def save(model: Model, path: str | Path) -> Path:
    """Write the network of a model as XMLBIF or BIF.

    What is written is read back and compared table by table before this returns.

    Parameters
    ----------
    model
        The model.
    path
        Ends in ``.xmlbif`` or ``.bif``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    KneebayesError
        If the suffix is another.
    """
    from kneebayes.network.pgmpy_bridge import save_network

    save_network(model.network, path)
    return Path(path)
