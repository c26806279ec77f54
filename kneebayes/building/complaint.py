"""Probabilities together with the complaint, from what is known without it.

That somebody has the complaint ties all causes together, which makes a question about it dear.
That nothing explains it ties nothing: every explanation is then known to be absent. So

    P(x, complaint) = P(x) - P(x, no complaint),

and both on the right are cheap, for many x side by side. What explains the complaint by itself
never occurs without it, so of rare diseases nothing is subtracted and no digit is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Numbers

__all__ = ["WithComplaint"]


class WithComplaint:
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

    def probabilities(
        self, network: Network, events: Sequence[Mapping[str, str]], everybody: bool = False
    ) -> Numbers:
        """P(event, complaint) of each event; or P(event), whether there is a complaint or not.

        Parameters
        ----------
        network
            Contexts, causes and complaint.
        events
            Some nodes in some states, each.
        everybody
            Whether to leave the complaint out.
        """
        if self._engine is None:
            self._engine = Engine(network)
        engine = self._engine.on(network)
        whole = _all(engine, events)
        if everybody:
            return whole
        silence = self.silence
        possible = [
            at
            for at, event in enumerate(events)
            if all(silence.get(id, state) == state for id, state in event.items())
        ]
        whole[possible] -= _all(engine, [{**events[at], **silence} for at in possible])
        return whole


def _all(engine: Engine, events: Sequence[Mapping[str, str]]) -> Numbers:
    cases = [Evidence.of(engine.network, event) for event in events]
    return np.exp(engine.propagate_each(cases).log_probability)
