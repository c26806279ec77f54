"""What is known of one patient, as a likelihood for each node that was asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.arguments import checked
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError
from kneebayes.network import Network
from kneebayes.text import shown

ABSENT, PRESENT = (1.0, 0.0), (0.0, 1.0)  # likelihoods of a node that is either


@dataclass(frozen=True, slots=True)
class Evidence:
    """Likelihoods over the states of the nodes that were observed."""

    # for each observed node P(what was observed | state), one number per state. Exactly one number
    # above zero is *hard* evidence; several are *virtual* evidence (Pearl 1988), of which only the
    # ratios matter.
    likelihoods: Mapping[str, tuple[float, ...]]

    @classmethod
    @checked
    def of(cls, network: Network, answers: Mapping[str, str | Sequence[float]]) -> Evidence:
        """Evidence from state names, or one likelihood a state; what makes no sense is refused.

        Examples
        --------
        >>> from kneebayes.network import Network, root_node
        >>> net = Network((root_node("flu", [0.9, 0.1]),))
        >>> Evidence.of(net, {"flu": "present"}).likelihoods["flu"]
        (0.0, 1.0)
        """
        return cls({id: _likelihood(network, id, answer) for id, answer in answers.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self.likelihoods)

    def __len__(self) -> int:
        return len(self.likelihoods)

    def hard_state(self, id: str) -> int | None:
        """Index of the observed state, or None where the node is unknown or only likely.

        A likelihood of one state that is not 1 counts as likely: it still multiplies
        P(evidence), as virtual evidence and an observation of the same node do together.
        """
        likelihood = self.likelihoods.get(id)
        return None if likelihood is None else certain_state(likelihood)

    def only(self, ids: Sequence[str]) -> Evidence:
        """The same evidence, restricted to some nodes."""
        return Evidence({id: self.likelihoods[id] for id in ids})

    def plus(self, other: Evidence) -> Evidence:
        """Both together; where both speak of a node their likelihoods are multiplied."""
        joined = dict(self.likelihoods)
        for id, likelihood in other.likelihoods.items():
            before = joined.get(id, (1.0,) * len(likelihood))
            joined[id] = tuple(a * b for a, b in zip(before, likelihood, strict=True))
        return Evidence(joined)


def impossible(
    evidence: Iterable[str] = (), so: str = "nothing follows from it"
) -> ImpossibleEvidenceError:
    """What to raise where evidence has probability zero."""
    return ImpossibleEvidenceError(f"The evidence has probability zero, so {so}.", [*evidence])


def certain_state(likelihood: tuple[float, ...]) -> int | None:
    """Index of the only state that is possible, if its likelihood is 1."""
    certain = 1.0 in likelihood and likelihood.count(0.0) == len(likelihood) - 1
    return likelihood.index(1.0) if certain else None


def _likelihood(network: Network, id: str, answer: str | Sequence[float]) -> tuple[float, ...]:
    states = network[id].states
    if isinstance(answer, str):
        if answer not in states:
            message = f"'{id}' cannot be '{answer}'. Its states are: {', '.join(states)}."
            raise EvidenceError(message)
        return tuple(float(state == answer) for state in states)
    try:
        values = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        values = np.empty(0)
    sensible = values.shape == (len(states),) and bool(np.isfinite(values).all())
    if not sensible or bool((values < 0.0).any()) or not bool((values > 0.0).any()):
        message = (
            f"'{id}' needs one likelihood for each of its states ({', '.join(states)}), "
            f"none negative and not all zero. Got {shown(answer)}."
        )
        raise EvidenceError(message)
    return tuple(float(value) for value in values)
