"""The engine: exact posteriors by summing out, with additions of non-negative numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property

import numpy as np

from kneebayes.arguments import checked
from kneebayes.errors import EvidenceError, KneebayesError
from kneebayes.inference.answering import run_batch
from kneebayes.inference.batch import Flat, Propagation, cases_of, flatten, numbers_of
from kneebayes.inference.evidence import ABSENT, PRESENT, Evidence, impossible
from kneebayes.inference.limits import Budget, Running, clock_running
from kneebayes.inference.native import kernel
from kneebayes.inference.single import Derivatives, derive, joint_of, subset_joint
from kneebayes.network import Network, Numbers

SMALL = 1e-3  # below this 1 - P(all absent) would lose more than three digits


class Engine:
    """Exact inference on one network.

    Parameters
    ----------
    budget
        Time that a call may take, and memory that a question may; left out, what
        ``limits.json`` allows.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> engine = Engine(net)
    >>> seen = Evidence.of(net, {"fever": "present"})
    >>> round(engine.propagate(seen, ["flu"]).present("flu"), 4)
    0.8171
    """

    @checked
    def __init__(self, network: Network, budget: Budget | None = None) -> None:
        self.network, self.budget = network, budget

    def __repr__(self) -> str:
        return f"Engine({self.network!r})"

    @checked
    def on(self, network: Network) -> Engine:
        """An engine for the same arrows with other numbers, within the same budget."""
        mine = [(node.id, node.states, node.parents) for node in self.network.nodes]
        if mine != [(node.id, node.states, node.parents) for node in network.nodes]:
            message = "An engine can only serve a network with the same nodes and arrows."
            raise KneebayesError(message)
        engine = Engine(network, self.budget)
        alike = zip(self.network.nodes, network.nodes, strict=True)
        if "flat" in self.__dict__ and all(a.is_noisy_or == b.is_noisy_or for a, b in alike):
            engine.__dict__["flat"] = self.flat
        return engine

    def within(self, budget: Budget | None) -> Engine:
        """An engine that keeps within a budget.

        Examples
        --------
        >>> from kneebayes.inference import Budget
        >>> from kneebayes.network import Network, root_node
        >>> engine = Engine(Network((root_node("flu", [0.9, 0.1]),)))
        >>> engine.within(Budget(seconds=2.0)).probability(Evidence({"flu": (1.0, 0.0)}))
        0.9
        """
        engine = copy(self)
        engine.budget = budget
        return engine

    def place_of(self, id: str) -> int:
        """Where the numbers of a node begin in those of the network."""
        return int(self.flat.number_start[self.network.place(id)])

    @checked
    def propagate(self, evidence: Evidence, targets: Iterable[str] = ()) -> Propagation:
        """P(evidence) and the posteriors of the targets, in one pass there and back.

        If the evidence is impossible the posteriors are zero.

        Raises
        ------
        TooWideError
            If the answer needs more memory than is allowed, and in parts more work.
        """
        return self.propagate_each([evidence], targets)

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
        return run_batch(self.network, self.flat, batch, targets, progress, self._running())

    @checked
    def joint(self, evidence: Evidence, nodes: Sequence[str]) -> tuple[Numbers, float]:
        """P(states of some nodes, evidence) for all their states together, in one pass.

        The table has one axis for each node; the probabilities are ``table * exp(log_scale)``.

        Raises
        ------
        EvidenceError
            If one of the nodes was observed for certain, or is named twice.
        """
        return joint_of(self.network, self.flat, evidence, nodes, self._running())

    @checked
    def subset_joint(
        self, evidence: Evidence, parts: Sequence[Sequence[str]], nodes: Sequence[str] = ()
    ) -> tuple[Numbers, float]:
        """P(states of some nodes, what is kept) for every subset of the evidence, in one pass.

        Axis ``j`` is for part ``j`` (0 left out, 1 kept), then comes one for each node; the
        probabilities are ``table * exp(log_scale)``.
        """
        return subset_joint(self.network, evidence, parts, nodes, self._running())

    @checked
    def derive(self, evidence: Evidence) -> Derivatives:
        """Derivative of ln P(evidence) in every number, and how probable each link fired."""
        return derive(self.network, self.flat, evidence, self._running())

    def compile(self) -> Engine:
        """Wait until the kernel is there, where it is being built: some seconds, once.

        A wheel carries it, so only a source tree has to. Nobody needs to call this: whoever does
        not is answered in plain NumPy until then.
        """
        kernel(wait=True)
        return self

    def _running(self) -> Running | None:
        """The budget from now on, within that of the question that is being answered."""
        clock = clock_running()
        outer = None if clock is None else clock.step
        return outer if self.budget is None else self.budget.started().within(outer)

    @cached_property
    def flat(self) -> Flat:
        """The arrows of the network laid out flat, as compiled code reads them."""
        return flatten(self.network)

    @cached_property
    def numbers(self) -> Numbers:
        """The network's own numbers, as one row."""
        numbers = numbers_of(self.network)[None]
        numbers.setflags(write=False)
        return numbers

    @checked
    def log_probability(self, evidence: Evidence) -> float:
        """Natural logarithm of P(evidence); ``-inf`` for zero."""
        return float(self.propagate_each([evidence]).log_probability[0])

    def log_of_possible(self, evidence: Evidence, so: str = "nothing follows from it") -> float:
        """The same for evidence that must be possible; the error says what else would be so."""
        log = self.log_probability(evidence)
        if log == -np.inf:
            raise impossible(evidence, so)
        return log

    def probability(self, evidence: Evidence) -> float:
        """P(evidence): a probability, or for virtual evidence a likelihood."""
        return float(np.exp(self.log_probability(evidence)))

    @checked
    def posterior(self, event: Evidence, evidence: Evidence) -> float:
        """P(event | evidence) for a joint event over any nodes.

        Raises
        ------
        EvidenceError
            If the event is not made of states, each possible or ruled out.
        ImpossibleEvidenceError
            If the evidence has probability zero.
        """
        for id, likelihood in event.likelihoods.items():
            if not {0.0, 1.0}.issuperset(likelihood):
                message = f"'{id}' must be in some of its states in an event. Got {likelihood}."
                raise EvidenceError(message)
        return min(1.0, self._share(event, evidence, self.log_of_possible(evidence)))

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
        given = self.log_of_possible(evidence)

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

    def _share(self, event: Evidence, evidence: Evidence, given: float) -> float:
        """P(event | evidence), where ``given`` is the logarithm of P(evidence)."""
        both = evidence.plus(event)
        if any(not any(likelihood) for likelihood in both.likelihoods.values()):
            return 0.0
        return float(np.exp(self.log_probability(both) - given))
