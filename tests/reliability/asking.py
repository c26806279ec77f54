"""The engine asked in each of its ways, and how far two answers are apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

import numpy as np
from benchmarks.report import largest

from kneebayes.inference import Engine, Evidence, answering
from kneebayes.inference.batch import Propagation
from kneebayes.network import Network

Ask = Callable[..., Propagation]  # of a network, evidence, and further targets
SMALL = 20


@contextmanager
def plainly() -> Iterator[None]:
    """Questions in plain NumPy, whether there is a kernel or not."""
    with mock.patch.object(answering, "kernel", return_value=None):
        yield


def ask_plain(
    network: Network, evidence: Evidence, also: Sequence[str] = (), only: Sequence[str] = ()
) -> Propagation:
    """Plain NumPy."""
    with plainly():
        return Engine(network).propagate(evidence, only or targets_of(network, also))


def ask_compiled(
    network: Network, evidence: Evidence, also: Sequence[str] = (), only: Sequence[str] = ()
) -> Propagation:
    """The compiled code."""
    return Engine(network).propagate_each([evidence], only or targets_of(network, also))


def targets_of(network: Network, also: Sequence[str] = ()) -> list[str]:
    """All nodes of a small network; of a large one what may cause its commonest effect.

    In the article's network those are the causes of the complaint.
    """
    if len(network) <= SMALL:
        return list(network.index)
    effect = max(network.nodes, key=lambda node: len(node.parents))
    return [*effect.parents, *(id for id in also if id not in effect.parents)]


WAYS: dict[str, Ask] = {"plain NumPy": ask_plain, "compiled": ask_compiled}


def apart(one: Propagation, other: Propagation, names: dict[str, str] | None = None) -> float:
    """The largest difference: of ln P(evidence), relative, and of any posterior.

    ``names`` says what the nodes of the first are called in the second, if not the same;
    nodes that the second does not have are left out.
    """
    logs = one.log_probability[0], other.log_probability[0]
    if -np.inf in logs:
        return 0.0 if logs[0] == logs[1] else float("inf")
    differences = [abs(logs[0] - logs[1]) / max(1.0, abs(logs[0]))]
    for id, share in one.marginals.items():
        name = id if names is None else names[id]
        if name in other.marginals:
            differences.append(float(np.abs(share - other.marginals[name]).max()))
    return largest(differences)
