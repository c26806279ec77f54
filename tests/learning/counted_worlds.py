"""Expected counts by going through every world, link by link; nothing here uses the engine."""

import numpy as np
from fired_worlds import LEAK, fired_worlds

from kneebayes.inference import Evidence
from kneebayes.inference.batch import flatten
from kneebayes.inference.plain import relevant_nodes
from kneebayes.network import Network


def counts_by_enumeration(
    network: Network, evidence: Evidence
) -> tuple[float, np.ndarray, np.ndarray]:
    """P(evidence), and what was met and tried of every number, averaged over all worlds."""
    flat = flatten(network)
    met, tried = np.zeros(flat.number_start[-1]), np.zeros(flat.number_start[-1])
    relevant = relevant_nodes(network, set(evidence))
    total = 0.0
    for world in fired_worlds(network, evidence):
        total += world.weight
        for at, node in enumerate(network.nodes):
            start = int(flat.number_start[at])
            if not relevant[at]:
                continue
            if node.is_noisy_or:
                tried[start] += world.weight
                met[start] += world.weight * (LEAK in world.fired[node.id])
                place = start + 1
                for link in node.links:
                    state = world.states[link.parent]
                    tried[place + state] += world.weight
                    met[place + state] += world.weight * (link.parent in world.fired[node.id])
                    place += len(link.strength)
            elif not node.parents:
                tried[start : start + len(node.states)] += world.weight
                met[start + world.states[node.id]] += world.weight
            else:
                ends = [*node.parents, node.id]
                shape = network.shape_of(node)
                entry = int(np.ravel_multi_index([world.states[id] for id in ends], shape))
                row = start + entry - world.states[node.id]
                tried[row : row + len(node.states)] += world.weight
                met[start + entry] += world.weight
    return total, met / total, tried / total
