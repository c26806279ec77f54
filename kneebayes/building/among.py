"""How frequent things are among those with the complaint, from what is known without it.

That somebody has the complaint ties all causes together, which makes a question about it dear.
That nothing explains it ties nothing: every explanation is then known to be absent. So

    P(x, complaint) = P(x) - P(x, no complaint),

and both on the right are cheap, for many x at once. What explains the complaint by itself
never occurs without it, so of rare diseases nothing is subtracted and no digit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network

__all__ = ["Among", "People"]


@dataclass(frozen=True, slots=True)
class Among:
    """Some people, such as those of one age.

    Attributes
    ----------
    all, complaint
        P(being one of them), and the same together with the complaint.
    without_asking, with_complaint
        P(being one of them and having it), by node; with_complaint together with the complaint.
    """

    all: float
    complaint: float
    without_asking: Mapping[str, float]
    with_complaint: Mapping[str, float]


class People:
    """Asks networks that differ in their numbers alone.

    Parameters
    ----------
    explaining
        Ids of the nodes that explain the complaint.
    complaint
        Its id.
    """

    def __init__(self, explaining: Iterable[str], complaint: str) -> None:
        self.silence = dict.fromkeys((*explaining, complaint), "absent")
        self._engine: Engine | None = None

    def meet(self, network: Network) -> None:
        """Ask about this network from now on."""
        self._engine = Engine(network) if self._engine is None else self._engine.on(network)

    @property
    def engine(self) -> Engine:
        """The engine of the network that is asked about."""
        if self._engine is None:
            message = "meet() a network before asking about its people"
            raise ValueError(message)
        return self._engine

    @property
    def network(self) -> Network:
        """The network that is asked about."""
        return self.engine.network

    def among(self, groups: Sequence[Mapping[str, str]], ids: Sequence[str]) -> list[Among]:
        """What some groups of people have, each known by the states of some nodes.

        Parameters
        ----------
        groups
            For each group its nodes and their states; empty for everybody.
        ids
            Nodes with an absent and a present state.
        """
        whole = self._probabilities(groups, ids)
        possible = [_may_be_silent(group, self.silence) for group in groups]
        quiet = [
            {**group, **self.silence} for group, may in zip(groups, possible, strict=True) if may
        ]
        nothing = (0.0, dict.fromkeys(ids, 0.0))
        silent = iter(self._probabilities(quiet, ids))
        found = []
        for may, (chance, present) in zip(possible, whole, strict=True):
            none, without = next(silent) if may else nothing
            together = {id: present[id] - without[id] for id in ids}
            found.append(Among(chance, chance - none, present, together))
        return found

    def _probabilities(
        self, groups: Sequence[Mapping[str, str]], ids: Sequence[str]
    ) -> list[tuple[float, dict[str, float]]]:
        """P(group), and P(group, node present) by node."""
        if not groups:
            return []
        network = self.network
        cases = [Evidence.of(network, group) for group in groups]
        answer = self.engine.propagate_each(cases, list(ids))
        chances = np.exp(answer.log_probability)
        present = np.stack([answer.marginals[id][:, 1] for id in ids], axis=1)
        joint = (np.nan_to_num(present) * chances[:, None]).tolist()
        return [
            (chance, dict(zip(ids, row, strict=True)))
            for chance, row in zip(chances.tolist(), joint, strict=True)
        ]


def _may_be_silent(group: Mapping[str, str], silence: Mapping[str, str]) -> bool:
    """Whether some people may have no complaint."""
    return all(silence.get(id, state) == state for id, state in group.items())
