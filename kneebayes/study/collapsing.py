"""The same knowledge without mediators: findings independent, given causes and contexts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, Numbers, noisy_or_node, root_node

if TYPE_CHECKING:
    from kneebayes.building.model import AnyModel

__all__ = ["collapse", "without_mediators"]


def without_mediators(model: AnyModel) -> AnyModel:
    """A model in which no finding shares a mediator, or a finding, with another.

    Every finding keeps P(finding | this cause alone); only that several findings come from
    one process is lost. Priors and all that raises causes stay.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> signs = {"redness": True, "warmth": True, "swollen knee": True, "fever": True}
    >>> bare = without_mediators(knee)
    >>> bare.diagnose(signs)["infection"] > knee.diagnose(signs)["infection"]
    True
    """
    knowledge = model.data.knowledge
    between = {*knowledge.mediators, *knowledge.findings}
    network = collapse(model.data.network, list(knowledge.findings), between)
    elicited = replace(model.data.elicited, network=network)
    return model.replace(elicited=elicited, engine=Engine(network))


def collapse(network: Network, findings: Sequence[str], between: set[str]) -> Network:
    """Give each noisy-OR finding its own links to what stands behind the nodes in between.

    Parameters
    ----------
    network
        The network.
    findings
        Ids of the nodes to be given links of their own.
    between
        Ids of the nodes that are no longer to be parents of them.
    """
    changed = []
    for id in findings:
        node = network[id]
        if node.is_noisy_or and between.intersection(node.parents):
            changed.append(_direct(network, node, between))
    return network.replacing(changed)


def _direct(network: Network, finding: Node, between: set[str]) -> Node:
    """A noisy-OR with the same P(finding | one parent alone) for every parent behind."""
    inner, outer = _behind(network, finding, between)
    roots = [
        root_node(id, [1.0 / len(network[id].states)] * len(network[id].states), network[id].states)
        for id in outer
    ]
    part = Network((*roots, *(network[id] for id in inner), finding))
    base = {id: network[id].states[0] for id in outer}
    cases: list[tuple[dict[str, str], str | None, int]] = [(base, None, 0)]
    cases += [
        ({**base, id: state}, id, position)
        for id in outer
        for position, state in enumerate(network[id].states)
    ]
    engine = Engine(part)
    absent: dict[tuple[str | None, int], float] = {}
    for states, id, position in cases:
        propagated = engine.propagate(Evidence.of(part, states), [finding.id])
        absent[id, position] = float(propagated.marginals[finding.id][0, 0])
    unfired = absent[None, 0]
    links: dict[str, Sequence[float]] = {}
    for id in outer:
        ratios = _ratios(
            np.array([absent[id, position] for position in range(len(network[id].states))])
        )
        unfired *= ratios[1]
        links[id] = tuple(ratios[0])
    return noisy_or_node(finding.id, min(max(1.0 - unfired, 0.0), 1.0), links)


def _ratios(absent: Numbers) -> tuple[Numbers, float]:
    """Link of each state, and what the leak takes over where the first state fires too."""
    largest = float(absent.max())
    if largest == 0.0:
        return np.ones(absent.size), 1.0
    shift = largest / float(absent[0]) if absent[0] > 0.0 else 1.0
    return np.clip(1.0 - absent / largest, 0.0, 1.0), shift


def _behind(network: Network, finding: Node, between: set[str]) -> tuple[list[str], list[str]]:
    """Nodes in between that lead to a finding, and those that stand behind them."""
    inner: set[str] = set()
    outer: set[str] = set()
    waiting = list(finding.parents)
    while waiting:
        id = waiting.pop()
        if id in between and id not in inner:
            inner.add(id)
            waiting.extend(network[id].parents)
        elif id not in between:
            outer.add(id)
    order = [node.id for node in network.nodes]
    return [id for id in order if id in inner], [id for id in order if id in outer]
