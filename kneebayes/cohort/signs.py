"""Urgency of many patients at once: the same rules as for one, on columns of signs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import UrgencyRule
from kneebayes.network import Network

__all__ = ["LEVELS", "urgency_levels"]

LEVELS = ("routine", "soon", "now")

Signs = NDArray[np.bool_]


def urgency_levels(knowledge: Knowledge, network: Network, present: Signs) -> NDArray[np.int8]:
    """How urgent each patient is, as an index into ``LEVELS``.

    Parameters
    ----------
    knowledge, network
        The rules, and the nodes that they name.
    present
        Whether each node is present or may be: patients x nodes.
    """
    levels = np.zeros(len(present), dtype=np.int8)
    for rule in knowledge.urgency:
        fires = _fires(rule, network, present)
        levels[fires] = np.maximum(levels[fires], LEVELS.index(rule.level))
    return levels


def _fires(rule: UrgencyRule, network: Network, present: Signs) -> Signs:
    all_of, any_of, none_of = (
        present[:, [network.index[id] for id in ids]]
        for ids in (rule.all_of, rule.any_of, rule.none_of)
    )
    enough = any_of.sum(axis=1) >= (rule.at_least if rule.any_of else 0)
    fires: Signs = all_of.all(axis=1) & ~none_of.any(axis=1) & enough
    return fires
