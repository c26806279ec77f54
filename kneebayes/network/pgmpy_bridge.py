"""The bridge to pgmpy and its files; the only module that imports pgmpy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.errors import KneebayesError
from kneebayes.network.network import Network
from kneebayes.network.node import Node, Numbers

if TYPE_CHECKING:
    from pgmpy.models import DiscreteBayesianNetwork

__all__ = ["SUFFIXES", "query_pgmpy", "save_network", "to_pgmpy"]

WHOLE = 3  # noisy-OR families with up to this many parents stay one table
SUFFIXES = (".xmlbif", ".bif")
CLOSE = 1e-12


def to_pgmpy(network: Network) -> DiscreteBayesianNetwork:
    """Build a ``DiscreteBayesianNetwork`` that passes ``check_model()``.

    Parameters
    ----------
    network
        Any network. A noisy-OR of more than three parents becomes a chain: each step is
        present if the step before is, or if the next parent produces it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pgmpy warns of itself on import
        from pgmpy.factors.discrete import TabularCPD
        from pgmpy.models import DiscreteBayesianNetwork

    tables = [table for node in network.nodes for table in _small_tables(network, node)]
    states = {id: states for id, states, _, _ in tables}
    model = DiscreteBayesianNetwork()
    model.add_nodes_from([id for id, _, _, _ in tables])
    for id, own, parents, table in tables:
        model.add_edges_from([(parent, id) for parent in parents])
        values = np.moveaxis(table, -1, 0).reshape(len(own), -1)
        model.add_cpds(
            TabularCPD(
                id,
                len(own),
                values,
                evidence=list(parents) or None,
                evidence_card=[len(states[parent]) for parent in parents] or None,
                state_names={one: list(states[one]) for one in (id, *parents)},
            )
        )
    model.check_model()
    return model


SmallTable = tuple[str, tuple[str, ...], tuple[str, ...], Numbers]


def _small_tables(network: Network, node: Node) -> Iterator[SmallTable]:
    """Id, states, parents and P(state | parents) of a node and the chain before it."""
    if not node.is_noisy_or or len(node.parents) <= WHOLE:
        yield node.id, node.states, node.parents, network.table_of(node)
        return
    before = ""
    for at, link in enumerate(node.links):
        strength = np.asarray(link.strength)
        id = node.id if at == len(node.links) - 1 else f"{node.id}__{at + 1}"
        if at == 0:
            absent = (1.0 - (node.leak or 0.0)) * (1.0 - strength)
            yield id, node.states, (link.parent,), np.stack([absent, 1.0 - absent], axis=-1)
        else:
            absent = np.stack([1.0 - strength, np.zeros_like(strength)])
            table = np.stack([absent, 1.0 - absent], axis=-1)
            yield id, node.states, (before, link.parent), table
        before = id


def query_pgmpy(model: Any, target: str, evidence: dict[str, str]) -> dict[str, float]:
    """P(state of one node | evidence) by pgmpy's variable elimination.

    Asks in the one way that was seen to answer right: greedy order, one variable, no bar.

    Parameters
    ----------
    model
        A ``DiscreteBayesianNetwork``.
    target
        The node.
    evidence
        State by node.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from pgmpy.inference import VariableElimination

    factor = VariableElimination(model).query(
        [target], evidence=evidence, elimination_order="greedy", show_progress=False
    )
    names = factor.state_names[target]
    return {name: float(value) for name, value in zip(names, factor.values, strict=True)}


def save_network(network: Network, path: str | Path) -> None:
    """Write a network as XMLBIF or BIF, read it back and compare every table by name.

    Parameters
    ----------
    network
        The network; noisy-OR families are split as in :func:`to_pgmpy`.
    path
        Ends in ``.xmlbif`` or ``.bif``.

    Raises
    ------
    KneebayesError
        If the suffix is another, or what is read back differs.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        message = (
            f"'{path.name}' ends in '{path.suffix}'. A network can be saved as "
            f"{' or '.join(SUFFIXES)}."
        )
        raise KneebayesError(message)
    model = to_pgmpy(network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        from pgmpy.readwrite import BIFReader, BIFWriter, XMLBIFReader, XMLBIFWriter

    if path.suffix == ".bif":
        BIFWriter(model).write(str(path))
        read = BIFReader(str(path)).get_model()
    else:
        XMLBIFWriter(model).write(str(path))
        read = XMLBIFReader(str(path)).get_model()
    different = [cpd.variable for cpd in model.get_cpds() if not _same(cpd, read)]
    if different:
        message = f"'{path}' does not give back what was written for: {', '.join(different)}."
        raise KneebayesError(message)


def _same(cpd: Any, read: Any) -> bool:
    """Whether a table read back says the same, whatever its order of parents and states."""
    other = read.get_cpds(cpd.variable)
    if other is None or set(other.variables) != set(cpd.variables):
        return False
    values = other.values.transpose([other.variables.index(one) for one in cpd.variables])
    for axis, one in enumerate(cpd.variables):
        if set(cpd.state_names[one]) != set(other.state_names[one]):
            return False
        order = [other.state_names[one].index(state) for state in cpd.state_names[one]]
        values = values.take(order, axis=axis)
    return bool(np.abs(values - cpd.values).max() <= CLOSE)
