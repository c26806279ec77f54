"""Networks that once ended the process: many tables over few nodes, and nodes kept in wide ones."""

from itertools import combinations
from math import log

import numpy as np
import pytest

from kneebayes.errors import TooWideError
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.network import Network, Node, root_node, table_node


@pytest.mark.parametrize(("roots", "pairs"), [(4, 6), (12, 60), (12, 66), (14, 91)])
def test_tables_over_pairs_of_roots_with_a_likelihood_each(roots: int, pairs: int) -> None:
    """More tables than variables; the truth is one sum over the worlds of the roots."""
    rng = np.random.default_rng(0)
    nodes: list[Node] = [root_node(f"b{at}", [0.5, 0.5]) for at in range(roots)]
    world = np.full((2,) * roots, 0.5**roots)
    for number, (first, second) in enumerate(list(combinations(range(roots), 2))[:pairs]):
        present = rng.uniform(0.05, 0.95, (2, 2))
        table = np.stack([1.0 - present, present], axis=-1)
        nodes.append(table_node(f"c{number}", [f"b{first}", f"b{second}"], table))
        shape = [1] * roots
        shape[first] = shape[second] = 2
        world = world * present.reshape(shape)
    engine = Engine(Network(tuple(nodes)))
    seen = Evidence({f"c{number}": (0.0, 1.0) for number in range(pairs)})
    told = engine.propagate(seen, ["b0"])
    right = world.sum(axis=tuple(range(1, roots))) / world.sum()
    assert told.marginals["b0"][0] == pytest.approx(right, rel=1e-11)
    assert told.log_probability[0] == pytest.approx(log(world.sum()), rel=1e-12)
    slopes = engine.derive(seen)
    assert slopes.log_probability == pytest.approx(log(world.sum()), rel=1e-12)


def grid(side: int) -> Network:
    """Each node hangs on the one above and the one to the left."""
    rng = np.random.default_rng(side)
    nodes: list[Node] = []
    for row in range(side):
        for column in range(side):
            parents = [f"n{row - 1}_{column}"] if row else []
            parents += [f"n{row}_{column - 1}"] if column else []
            present = rng.uniform(0.05, 0.95, (2,) * len(parents))
            table = np.stack([1.0 - present, present], axis=-1)
            nodes.append(table_node(f"n{row}_{column}", parents, table))
    return Network(tuple(nodes))


@pytest.mark.parametrize("side", [18, 20, 22])
def test_grids_of_hundreds_of_nodes_with_nodes_kept(side: int) -> None:
    """Too wide with several nodes kept: refused, and the process goes on."""
    network = grid(side)
    corner = f"n{side - 1}_{side - 1}"
    seen = Evidence.of(network, {corner: "present"})
    kept = [f"n{at}_{at}" for at in range(side - 1)]
    engine = Engine(network).compile().within(Budget(seconds=3.0))
    try:
        table, _ = engine.joint(seen, kept)
    except TooWideError:
        pass
    else:
        assert table.shape == (2,) * len(kept)
    small = Engine(grid(4))
    told = small.joint(Evidence.of(small.network, {"n3_3": "present"}), ["n0_0"])[0]
    assert told.shape == (2,)
