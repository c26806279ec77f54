"""Plans of elimination in plain NumPy: kept for the next question of the same pattern."""

import pytest

from kneebayes.inference import Engine, Evidence, engine
from kneebayes.network import Network, noisy_or_node, root_node


def test_only_so_many_plans_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes, and a question whose plan is gone is answered as before."""
    monkeypatch.setattr(engine, "PLANS_KEPT", 3)
    causes = [root_node(f"c{at}", [0.9, 0.1]) for at in range(6)]
    network = Network((*causes, noisy_or_node("f", 0.1, {one.id: 0.5 for one in causes})))
    asker = Engine(network, plainly=True)
    asked = [Evidence.of(network, {"f": "present", one.id: "absent"}) for one in causes]
    first = [asker.log_probability(one) for one in asked]
    assert len(asker._plans) == 3
    assert [asker.log_probability(one) for one in asked] == first
