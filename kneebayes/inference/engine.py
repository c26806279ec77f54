"""The engine: exact posteriors by summing out, with additions of non-negative numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError, KneebayesError, TooWideError
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import cases_of, subsets_of
from kneebayes.inference.derivatives import Derivatives, derive
from kneebayes.inference.evidence import Evidence
from kneebayes.inference.flat import Flat, flatten, numbers_of
from kneebayes.inference.joint import joint_of, subset_joint
from kneebayes.inference.leaves import Leaf, Pattern, leaves_of, relevant_nodes
from kneebayes.inference.loading import is_loaded, is_stored, load_compiled
from kneebayes.inference.plan import Plan, plan_elimination
from kneebayes.inference.propagation import Propagation, run_backward, run_forward
from kneebayes.network import Network, Numbers

__all__ = ["Engine"]

PLANS_KEPT = 512
PATIENCE = 5  # questions answered plainly before stored compiled code is loaded
MANY = 10  # and questions for posteriors before code that was never compiled here is
ABSENT, PRESENT = (1.0, 0.0), (0.0, 1.0)
SMALL = 1e-3  # below this 1 - P(all absent) would lose more than three digits


class Engine:
    """Exact inference on one network.

    Parameters
    ----------
    network
        The network to reason with; elimination orders are kept for further questions.
    plainly
        Never to answer single questions with compiled code: the same digits in every process.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> engine = Engine(net)
    >>> seen = Evidence.of(net, {"fever": "present"})
    >>> round(engine.propagate(seen, ["flu"]).present("flu"), 4)
    0.8171
    """

    def __init__(self, network: Network, plainly: bool = False) -> None:
        self.network, self._plainly = network, plainly
        self._plans: dict[Pattern, Plan] = {}
        self._asked = self._told = 0

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
        engine = Engine(network, self._plainly)
        engine._plans = self._plans
        return engine

    def propagate(self, evidence: Evidence, targets: Iterable[str] = ()) -> Propagation:
        """P(evidence) and the posteriors of the targets, in one pass there and back.

        If the evidence is impossible the posteriors are zero.

        Raises
        ------
        TooWideError
            If the answer needs more memory than is allowed, and in parts more work.
        """
        return self._propagate_one(evidence, list(targets))

    def propagate_each(
        self,
        cases: Sequence[Evidence],
        targets: Iterable[str] = (),
        numbers: Numbers | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Propagation:
        """The same for many questions at once, on all cores.

        Parameters
        ----------
        cases
            Evidence of each question; a single one serves every row of ``numbers``.
        targets
            Ids of the nodes whose posteriors are wanted; without any only P(evidence) is
            found, in a third of the time.
        numbers
            Numbers to use instead of the network's own, one row a question or one for all:
            rows x numbers, in the order of :func:`numbers_of`.
        progress
            Called with how many more questions are answered, again and again.
        """
        if numbers is None:
            numbers = self.numbers
        batch = cases_of(self.network, self.flat, cases, np.ascontiguousarray(numbers, float))
        return run_batch(self.network, self.flat, batch, targets, progress)

    def propagate_subsets(
        self,
        evidence: Evidence,
        parts: Sequence[Sequence[str]],
        targets: Iterable[str] = (),
        progress: Callable[[int], object] | None = None,
    ) -> Propagation:
        """The same with every subset of some of the evidence left out.

        Parameters
        ----------
        evidence
            What was observed.
        parts
            Ids of observed nodes that come and go together; evidence that is in no part
            stays. Question ``r`` keeps part ``j`` where bit ``j`` of ``r`` is set: the first
            keeps none, the last keeps all.
        """
        targets = list(targets)
        batch = subsets_of(self.network, self.flat, evidence, parts, targets)
        return run_batch(self.network, self.flat, batch, targets, progress)

    def joint(self, evidence: Evidence, nodes: Sequence[str]) -> tuple[Numbers, float]:
        """P(states of some nodes, evidence) for all their states together, in one pass.

        Returns
        -------
        table, log_scale
            One axis for each node; the probabilities are ``table * exp(log_scale)``.
        """
        return joint_of(self.network, self.flat, evidence, nodes)

    def subset_joint(
        self, evidence: Evidence, parts: Sequence[Sequence[str]], nodes: Sequence[str] = ()
    ) -> tuple[Numbers, float]:
        """P(states of some nodes, what is kept) for every subset of the evidence, in one pass.

        Much faster than :meth:`propagate_subsets` where only few nodes are asked about.

        Returns
        -------
        table, log_scale
            Axis ``j`` for part ``j`` (0 left out, 1 kept), then one axis for each node; the
            probabilities are ``table * exp(log_scale)``.
        """
        return subset_joint(self.network, evidence, parts, nodes)

    def derive(self, evidence: Evidence) -> Derivatives:
        """Derivative of ln P(evidence) in every number, and how probable each link fired."""
        return derive(self.network, self.flat, evidence)

    def compile(self) -> Engine:
        """Load the compiled code now; the first time in an installation this takes a minute.

        Batches do so by themselves, and so does whoever asks for posteriors again and again.
        The first single questions of a process are answered without it, so that they never
        wait, but each takes some sixty times as long.
        """
        load_compiled()
        return self

    @cached_property
    def flat(self) -> Flat:
        """The arrows of the network laid out flat, as compiled code reads them."""
        return flatten(self.network)

    @cached_property
    def numbers(self) -> Numbers:
        """The network's own numbers, as one row."""
        return numbers_of(self.network)[None]

    def log_probability(self, evidence: Evidence) -> float:
        """Natural logarithm of P(evidence); ``-inf`` for zero."""
        return float(self._propagate_one(evidence, None).log_probability[0])

    def probability(self, evidence: Evidence) -> float:
        """P(evidence): a probability, or for virtual evidence a likelihood."""
        return float(np.exp(self.log_probability(evidence)))

    def posterior(self, event: Evidence, evidence: Evidence) -> float:
        """P(event | evidence) for a joint event over any nodes.

        Raises
        ------
        ImpossibleEvidenceError
            If the evidence has probability zero.
        """
        return min(1.0, self._share(event, evidence, self._log_of_possible(evidence)))

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
        given = self._log_of_possible(evidence)

        def share(states: Mapping[str, tuple[float, float]]) -> float:
            """P(these states | evidence)."""
            return self._share(Evidence(states), evidence, given)

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

    def _log_of_possible(self, evidence: Evidence) -> float:
        given = self.log_probability(evidence)
        if given == -np.inf:
            message = "The evidence has probability zero, so nothing follows from it."
            raise ImpossibleEvidenceError(message, list(evidence))
        return given

    def _share(self, event: Evidence, evidence: Evidence, given: float) -> float:
        """P(event | evidence), where ``given`` is the logarithm of P(evidence)."""
        both = evidence.plus(event)
        if any(not any(likelihood) for likelihood in both.likelihoods.values()):
            return 0.0
        return float(np.exp(self.log_probability(both) - given))

    def _propagate_one(self, evidence: Evidence, targets: list[str] | None) -> Propagation:
        """One question, plainly where that is quicker; no posteriors if the targets are None."""
        if not self._use_compiled():
            try:
                return self._propagate_plainly(evidence, targets)
            except TooWideError:  # compiled code asks in parts what is too wide
                if self._plainly:
                    raise
        return self.propagate_each([evidence], targets or ())

    def _use_compiled(self) -> bool:
        """Whether compiled code is there, or has been missed often enough to be fetched."""
        if self._plainly:
            return False
        if not is_loaded() and self._asked >= PATIENCE and (self._told >= MANY or is_stored()):
            load_compiled()
        return is_loaded()

    def _propagate_plainly(self, evidence: Evidence, targets: list[str] | None) -> Propagation:
        """One question without compiled code; no posteriors where the targets are None."""
        self._asked += 1
        self._told += targets is not None
        network = self.network
        wanted = {network[id].id for id in (*evidence, *(targets or ()))}
        hard = tuple(
            evidence.hard_state(node.id) if node.id in evidence.likelihoods else None
            for node in network.nodes
        )
        pattern = Pattern(relevant_nodes(network, wanted), hard)
        likelihoods = {
            network.index[id]: np.asarray(likelihood)
            for id, likelihood in evidence.likelihoods.items()
            if hard[network.index[id]] is None
        }
        leaves, places = leaves_of(network, pattern, likelihoods)
        plan = self._plan(pattern, leaves)
        forward = run_forward(plan, leaves)
        marginals: dict[str, Numbers] = {}
        if targets:
            gradients = run_backward(plan, forward, len(leaves))
            for id in targets:
                at = network.index[id]
                state = hard[at]
                share = np.zeros(len(network[id].states))
                if forward.result > 0.0 and state is not None:
                    share[state] = 1.0
                elif forward.result > 0.0:
                    place = places[at]
                    share = leaves[place].numbers * gradients[place] / forward.result
                marginals[id] = share[None]
        return Propagation(np.array([forward.log_probability]), marginals)

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
