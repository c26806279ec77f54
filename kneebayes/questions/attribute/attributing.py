"""What produced what: which cause's links fired for each finding that is present."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.cores import usable_cores
from kneebayes.inference.paths import ancestors, descendants, reached, split_by_path
from kneebayes.network import Link, Network

__all__ = ["AttributedFinding", "attribute"]


@dataclass(frozen=True, slots=True)
class AttributedFinding:
    """What a finding that is present comes from.

    Attributes
    ----------
    finding
        Its id.
    shares
        By cause P(the cause is present and a chain of fired links leads from it to the
        finding | evidence). Several causes can have produced it together, so shares may add
        up to more than 1.
    not_explained
        P(no cause produced it | evidence): leaks and contexts did.
    background
        The part of ``not_explained`` in which a chain leads from a context to it.
    """

    finding: str
    shares: Mapping[str, float]
    not_explained: float
    background: float

    @property
    def leak(self) -> float:
        """P(neither a cause nor a context produced it | evidence)."""
        return self.not_explained - self.background


def attribute(
    engine: Engine,
    evidence: Evidence,
    findings: Sequence[str],
    causes: Sequence[str],
    contexts: Collection[str] = (),
) -> tuple[AttributedFinding, ...]:
    """What each finding that is present for certain comes from.

    A chain leads from a cause that is present by fired links through any other noisy-ORs
    (mediators, findings, contexts) to the finding, but never through another cause: what
    osteoarthritis does by way of a Baker's cyst is done by the cyst.

    Parameters
    ----------
    engine
        The engine to ask.
    evidence
        What was observed.
    findings
        Ids of noisy-ORs; those that were not observed present for certain are left out.
    causes
        Ids of binary nodes.
    contexts
        Ids of nodes whose links are background, in whatever state they fire.

    Raises
    ------
    ImpossibleEvidenceError
        If the evidence has probability zero.
    TooWideError
        If an answer needs more memory than is allowed.

    Notes
    -----
    One propagation for each cause that leads to a present finding, in the network of
    :func:`kneebayes.inference.paths.split_by_path`; and one or two for each finding.
    """
    given = engine.log_probability(evidence)
    if given == -np.inf:
        message = "The evidence has probability zero, so nothing can have produced it."
        raise ImpossibleEvidenceError(message, list(evidence))
    present = [id for id in findings if evidence.hard_state(id) == 1]
    passing = _passing(engine.network, evidence, causes)
    shares: dict[str, dict[str, float]] = {id: {} for id in present}
    engine.compile()  # once, before threads could all begin to
    with ThreadPoolExecutor(usable_cores()) as pool:  # the kernel holds no lock
        each = pool.map(
            lambda cause: _shares_of(engine.network, evidence, present, cause, passing), causes
        )
        for cause, of_cause in zip(causes, each, strict=True):
            for id, share in of_cause.items():
                shares[id][cause] = share
    told = []
    for id in present:
        by_no_cause = _share_without(engine, evidence, given, id, set(causes), passing)
        outside = passing - set(contexts)
        sources = {*causes, *contexts}
        by_neither = _share_without(engine, evidence, given, id, sources, outside)
        background = max(0.0, by_no_cause - by_neither)
        told.append(AttributedFinding(id, shares[id], by_no_cause, background))
    return tuple(told)


def _passing(network: Network, evidence: Evidence, causes: Collection[str]) -> set[str]:
    """Nodes that a chain can go through: noisy-ORs but causes, and not what is absent."""
    return {
        node.id
        for node in network.nodes
        if node.is_noisy_or and node.id not in causes and evidence.hard_state(node.id) != 0
    }


def _shares_of(
    network: Network,
    evidence: Evidence,
    present: Sequence[str],
    cause: str,
    passing: Collection[str],
) -> dict[str, float]:
    """By finding P(a chain leads from one cause to it | evidence); 0 where there is no way."""
    below = descendants(network, cause, passing)
    ends = [id for id in present if id in below]
    shares = dict.fromkeys(present, 0.0)
    if not ends or evidence.hard_state(cause) == 0:
        return shares
    within = below & ancestors(network, ends, below)

    def counts(link: Link) -> tuple[bool, ...]:
        """What comes from the cause, where it is present."""
        return tuple(link.parent == cause and state == 1 for state in range(len(link.strength)))

    split = split_by_path(network, within, counts, leak_counts=False)
    targets = [reached(id) for id in ends]
    told = Engine(split.network).propagate_each([split.widen(evidence)], targets)
    return shares | {id: told.present(reached(id)) for id in ends}


def _share_without(
    engine: Engine,
    evidence: Evidence,
    given: float,
    finding: str,
    sources: Collection[str],
    passing: Collection[str],
) -> float:
    """P(no chain leads from any source to a finding | evidence).

    That nothing reached it is evidence like any other, and absent noisy-ORs are the cheapest
    evidence there is.
    """
    network = engine.network
    below = set().union(*(descendants(network, one, passing) for one in sources))
    if finding not in below:
        return 1.0
    within = below & ancestors(network, [finding], below)

    def counts(link: Link) -> tuple[bool, ...]:
        """What comes from any of the sources."""
        if link.parent not in sources:
            return (False,) * len(link.strength)
        whatever = network[link.parent].states != ("absent", "present")
        return tuple(whatever or state == 1 for state in range(len(link.strength)))

    split = split_by_path(network, within, counts, leak_counts=False)
    seen = split.widen(evidence).plus(Evidence({reached(finding): (1.0, 0.0)}))
    log = float(Engine(split.network).propagate_each([seen]).log_probability[0])
    return min(1.0, float(np.exp(log - given)))
