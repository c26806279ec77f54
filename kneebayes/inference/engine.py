"""The engine: exact posteriors by summing out, with additions of non-negative numbers only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError, KneebayesError
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.leaves import Leaf, Pattern, leaves_of, relevant_nodes
from kneebayes.inference.plan import Plan, plan_elimination
from kneebayes.inference.propagation import Propagation, run_backward, run_forward
from kneebayes.network import Network, Numbers

__all__ = ["Engine"]

PLANS_KEPT = 512
ABSENT, PRESENT = (1.0, 0.0), (0.0, 1.0)
SMALL = 1e-3  # below this 1 - P(all absent) would lose more than three digits


class Engine:
    """Exact inference on one network.

    Parameters
    ----------
    network
        The network to reason with. The engine keeps the elimination orders that it found,
        so asking again about the same nodes is faster.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> engine = Engine(net)
    >>> seen = Evidence.of(net, {"fever": "present"})
    >>> round(engine.propagate(seen, ["flu"]).present("flu"), 4)
    0.8171
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._plans: dict[Pattern, Plan] = {}

    def __repr__(self) -> str:
        return f"Engine({self.network!r})"

    def on(self, network: Network) -> Engine:
        """An engine for a network with the same arrows but other numbers; shares the orders.

        Which tables there are follows from the arrows alone, so an order that was found
        for one set of numbers serves every other.

        Raises
        ------
        KneebayesError
            If the arrows differ.
        """
        mine = [(node.id, node.states, node.parents) for node in self.network.nodes]
        if mine != [(node.id, node.states, node.parents) for node in network.nodes]:
            message = "An engine can only serve a network with the same nodes and arrows."
            raise KneebayesError(message)
        engine = Engine(network)
        engine._plans = self._plans
        return engine

    def propagate(
        self,
        evidence: Evidence,
        targets: Iterable[str] = (),
        batch: Mapping[str, Numbers] | None = None,
    ) -> Propagation:
        """P(evidence) and the posterior of every open node, in one pass there and back.

        Parameters
        ----------
        evidence
            What was observed.
        targets
            Nodes whose posterior is wanted even if the evidence does not depend on them.
        batch
            Further likelihoods, batch x states for each node: the same query under many
            variations of what is known of these nodes.

        Returns
        -------
        Propagation
            Where a member of the batch has probability zero its marginals are zero.
        """
        pattern, likelihoods = self._prepare(evidence, targets, batch or {})
        leaves, places = leaves_of(self.network, pattern, likelihoods)
        plan = self._plan(pattern, leaves)
        forward = run_forward(plan, leaves)
        gradients = run_backward(plan, forward, len(leaves))
        total = np.where(forward.result > 0.0, forward.result, 1.0).reshape(-1, 1)
        marginals: dict[str, Numbers] = {}
        for at, place in places.items():
            gradient = gradients[place]
            weight = leaves[place].numbers * (0.0 if gradient is None else gradient)
            marginals[self.network.nodes[at].id] = weight / total
        return Propagation(forward.log_probability, marginals)

    def log_probability(
        self, evidence: Evidence, batch: Mapping[str, Numbers] | None = None
    ) -> Numbers:
        """Natural logarithm of P(evidence), one per member of the batch; ``-inf`` for zero."""
        pattern, likelihoods = self._prepare(evidence, (), batch or {})
        leaves, _ = leaves_of(self.network, pattern, likelihoods)
        return run_forward(self._plan(pattern, leaves), leaves).log_probability

    def probability(self, evidence: Evidence) -> float:
        """P(evidence): a probability, or for virtual evidence a likelihood."""
        return float(np.exp(self.log_probability(evidence)[0]))

    def posterior(self, event: Evidence, evidence: Evidence) -> float:
        """P(event | evidence) for a joint event over any nodes.

        Raises
        ------
        ImpossibleEvidenceError
            If the evidence has probability zero.
        """
        given = float(self.log_probability(evidence)[0])
        if given == -np.inf:
            message = "The evidence has probability zero, so nothing follows from it."
            raise ImpossibleEvidenceError(message, list(evidence))
        both = evidence.plus(event)
        if any(not any(likelihood) for likelihood in both.likelihoods.values()):
            return 0.0
        return min(1.0, float(np.exp(self.log_probability(both)[0] - given)))

    def probability_of_any(
        self, groups: Sequence[Sequence[str]], evidence: Evidence
    ) -> list[float]:
        """P(at least one member is present | evidence) for each group of binary nodes.

        One minus P(all absent), and where that is small the sum of P(first present),
        P(second present, first absent) and so on, in which nothing cancels.

        Raises
        ------
        ImpossibleEvidenceError
            If the evidence has probability zero.
        """
        given = float(self.log_probability(evidence)[0])
        if given == -np.inf:
            message = "The evidence has probability zero, so nothing follows from it."
            raise ImpossibleEvidenceError(message, list(evidence))

        def share(states: Mapping[str, tuple[float, float]]) -> float:
            """P(these states | evidence)."""
            both = evidence.plus(Evidence(states))
            if any(not any(likelihood) for likelihood in both.likelihoods.values()):
                return 0.0
            return float(np.exp(self.log_probability(both)[0] - given))

        answers: list[float] = []
        for group in groups:
            members = list(dict.fromkeys(group))
            some = 1.0 - share(dict.fromkeys(members, ABSENT))
            if some < SMALL:
                some = sum(
                    share({**dict.fromkeys(members[:place], ABSENT), member: PRESENT})
                    for place, member in enumerate(members)
                )
            answers.append(min(1.0, some))
        return answers

    def _prepare(
        self, evidence: Evidence, targets: Iterable[str], batch: Mapping[str, Numbers]
    ) -> tuple[Pattern, dict[int, Numbers]]:
        network = self.network
        wanted = {network[id].id for id in (*evidence, *targets, *batch)}
        hard: list[int | None] = [None] * len(network)
        likelihoods: dict[int, Numbers] = {}
        for id, likelihood in evidence.likelihoods.items():
            at = network.index[id]
            state = evidence.hard_state(id)
            if state is not None and id not in batch:
                hard[at] = state
            else:
                likelihoods[at] = np.asarray(likelihood)[None]
        for id, varied in batch.items():
            at = network.index[id]
            likelihoods[at] = varied * likelihoods.get(at, np.ones((1, varied.shape[1])))
        return Pattern(relevant_nodes(network, wanted), tuple(hard)), likelihoods

    def _plan(self, pattern: Pattern, leaves: Sequence[Leaf]) -> Plan:
        plan = self._plans.get(pattern)
        if plan is None:
            sizes: dict[int, int] = {}
            open_bits: dict[int, bool] = {}
            for leaf in leaves:
                for variable in leaf.scope:
                    if variable % 2:
                        sizes[variable] = 2
                        open_bits[variable] = pattern.hard[variable // 2] is None
                    else:
                        sizes[variable] = len(self.network.nodes[variable // 2].states)
            plan = plan_elimination([leaf.scope for leaf in leaves], sizes, open_bits)
            if len(self._plans) >= PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[pattern] = plan
        return plan
