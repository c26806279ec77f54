"""The bridge to pgmpy; the only module that imports it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.binding import pd
from kneebayes.network.network import Network, Node, Numbers, noisy_or_table

if TYPE_CHECKING:
    from pgmpy.models import DiscreteBayesianNetwork

TARGET = "the cause"  # no id of a model holds a blank
WHOLE = 3  # noisy-OR families with up to this many parents stay one table


def to_pgmpy(network: Network) -> DiscreteBayesianNetwork:
    """Build a ``DiscreteBayesianNetwork`` that passes ``check_model()``.

    A noisy-OR of more than three parents becomes a chain: each step is present if the step
    before is, or if the next parent produces it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pgmpy warns of itself on import
        from pgmpy.factors.discrete import TabularCPD
        from pgmpy.models import DiscreteBayesianNetwork

    nodes = [table for node in network.nodes for table in small_tables(network, node)]
    states = {node.id: list(node.states) for node in nodes}
    model = DiscreteBayesianNetwork()
    model.add_nodes_from(list(states))
    for node in nodes:
        model.add_edges_from([(parent, node.id) for parent in node.parents])
        model.add_cpds(
            TabularCPD(
                node.id,
                len(node.states),
                np.reshape(node.numbers, (-1, len(node.states))).T,
                evidence=list(node.parents) or None,
                evidence_card=[len(states[parent]) for parent in node.parents] or None,
                state_names={name: states[name] for name in (node.id, *node.parents)},
            )
        )
    model.check_model()
    return model


def small_tables(network: Network, node: Node) -> Iterator[Node]:
    """A node as a table, or as a chain of tables where it is a noisy-OR of many parents."""
    if not node.is_noisy_or or len(node.parents) <= WHOLE:
        table = tuple(network.table_of(node).ravel().tolist())
        yield Node(node.id, node.states, node.parents, table=table)
        return
    before = ""
    for index, link in enumerate(node.links):
        id = node.id if index == len(node.links) - 1 else f"{node.id}__{index + 1}"
        chain = [(0.0, 1.0)] if before else []
        numbers = noisy_or_table(0.0 if before else node.leak or 0.0, [*chain, link.strength])
        parents = (before, link.parent) if before else (link.parent,)
        yield Node(id, node.states, parents, table=tuple(numbers.ravel().tolist()))
        before = id


def estimate_naive(
    frame: pd.DataFrame, target: Numbers, sizes: Mapping[str, int], imagined: float
) -> tuple[Numbers, dict[str, Numbers]]:
    """P(target), shape (2,), and P(state | target) of each column, by ``BayesianEstimator``.

    The frame has one row a case and a column for each of ``sizes``: numbers of states, NaN where
    not known; a case counts for the tables whose answers it has. ``target`` is 0 or 1 for each
    case; ``imagined`` is the equivalent sample size of the BDeu prior.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of itself; of columns not answered in some state
        from pgmpy.estimators import BayesianEstimator
        from pgmpy.models import DiscreteBayesianNetwork

        model = DiscreteBayesianNetwork([(TARGET, feature) for feature in sizes])
        states = {feature: [float(code) for code in range(size)] for feature, size in sizes.items()}
        cases = frame.assign(**{TARGET: target})
        estimator = BayesianEstimator(model, cases, state_names={TARGET: [0.0, 1.0], **states})

        def table(feature: str) -> Numbers:
            cpd = estimator.estimate_cpd(
                feature, prior_type="BDeu", equivalent_sample_size=imagined
            )
            return np.asarray(cpd.get_values())

        return table(TARGET)[:, 0], {feature: table(feature) for feature in sizes}
