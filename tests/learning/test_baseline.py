"""On complete data of a small network pgmpy's own estimator says the same."""

import warnings

import numpy as np
import pandas as pd
import pytest

from kneebayes.inference import Engine, draw_worlds
from kneebayes.inference.batch import numbers_of
from kneebayes.learning.counting import Counting, Sample
from kneebayes.learning.scoring import Coordinates, Estimation, Family, Free
from kneebayes.network import Network, noisy_or_node, root_node


def test_shares_and_links_are_those_of_pgmpy() -> None:
    """Without a leak a link is an entry of a table, and pseudo counts are those of the Beta."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgmpy.estimators import BayesianEstimator
        from pgmpy.models import DiscreteBayesianNetwork

        network = Network((root_node("gout", [0.8, 0.2]), noisy_or_node("toe", 0.0, {"gout": 0.6})))
        worlds, _ = draw_worlds(network, 500, np.random.default_rng(0))
        graph = DiscreteBayesianNetwork([("gout", "toe")])
        frame = pd.DataFrame(worlds.astype(int), columns=["gout", "toe"])
        estimator = BayesianEstimator(graph, frame, state_names={"gout": [0, 1], "toe": [0, 1]})
        pseudo = {"gout": np.array([[8.0], [2.0]]), "toe": np.array([[1e-9, 8.0], [1e-9, 12.0]])}
        tables = {
            id: estimator.estimate_cpd(id, prior_type="dirichlet", pseudo_counts=pseudo[id])
            for id in pseudo
        }
    numbers = numbers_of(network)
    coordinates = Coordinates(numbers, [Free(4, 0.6, 20.0)], [Family(0, (0.8, 0.2), 10.0)])
    rows, counts = np.unique(worlds, axis=0, return_counts=True)
    sample = Sample(rows, None, counts.astype(float))
    found = Estimation(Counting(Engine(network)), coordinates, sample).find(enough=1e-12)
    np.testing.assert_allclose(found.numbers[:2], tables["gout"].get_values()[:, 0], atol=1e-7)
    assert found.numbers[4] == pytest.approx(tables["toe"].get_values()[1, 1], abs=1e-7)
