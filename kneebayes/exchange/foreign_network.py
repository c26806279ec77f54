"""A network that somebody else made, with the nodes that are asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import renamed
from kneebayes.errors import EvidenceError, KneebayesError, TooWideError, UnknownNameError
from kneebayes.exchange.foreign_reasoning import state_id
from kneebayes.exchange.networks import load_network_file
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.inference import Budget, Engine, Evidence, smallest_conflict
from kneebayes.inference.limits import within_time
from kneebayes.network import Network, Node, table_node
from kneebayes.text import shown, suggest

if TYPE_CHECKING:
    import pandas as pd

NAMED = 12  # nodes that are named where one is not known
CONFLICT_SECONDS = 5.0
YES, NO = ("true", "present", "yes"), ("false", "absent", "no")  # the first that a node has


class TargetedNetwork:
    """A network and its targets: the nodes whose probabilities are asked for.

    Each state of each target becomes a yes/no node of its own, which is present when the target
    is in that state. So functions made for causes that are absent or present can be used for
    targets with any number of states.
    """

    @checked
    def __init__(self, network: Network | NetworkFile | str | Path, targets: Sequence[str]) -> None:
        if isinstance(network, str | Path):
            network = load_network_file(network)
        self.file = NetworkFile(network) if isinstance(network, Network) else network
        names = [targets] if isinstance(targets, str) else list(targets)
        if not all(isinstance(name, str) for name in names):
            message = f"targets: names of nodes are needed, such as ['flu'], got {targets!r:.80}."
            raise KneebayesError(message)
        self.targets = tuple(map(self.find, names))
        if not self.targets or len(set(self.targets)) < len(self.targets):
            message = f"targets: name at least one node, and each once. Got {names!r}."
            raise KneebayesError(message)
        asked = [_state_node(self.file.network[id], state) for id, state in self._states()]
        self.engine = Engine(Network((*self.file.network.nodes, *asked)))

    @property
    def network(self) -> Network:
        """The network as it was given."""
        return self.file.network

    def _states(self) -> list[tuple[str, str]]:
        return [(id, state) for id in self.targets for state in self.network[id].states]

    @cached_property
    def _by_label(self) -> dict[str, list[str]]:
        ids_by_label: dict[str, list[str]] = {}
        for node in self.network.nodes:
            ids_by_label.setdefault(self.file.label(node.id).casefold(), []).append(node.id)
        return ids_by_label

    @checked
    def find(self, name: str) -> str:
        """Id of a node, by its id or by a label that no other node has.

        Raises
        ------
        UnknownNameError
            If there is no such node; says what looks like it.
        """
        if name in self.network:
            return name
        called = self._by_label.get(str(name).casefold(), [])
        if len(called) == 1:
            return called[0]
        known = [*self.network.index, *(self.file.label(id) for id in self.network.index)]
        near = suggest(str(name), dict.fromkeys(known))
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        some = ", ".join([*self.network.index][:NAMED])
        more = ", ..." if len(self.network) > NAMED else ""
        message = f"No node '{name}' in the network.{hint} There are: {some}{more}."
        raise UnknownNameError(message, str(name), near)

    def find_state(self, id: str, state: object) -> str:
        """A state of a node by its own name, in any case.

        A number means the state that is called by it. True and False mean the states that are
        called so, else present and absent, else yes and no.

        Raises
        ------
        EvidenceError
            If the node has no such state, or several that could be meant.
        """
        states = self.network[id].states
        if isinstance(state, bool | np.bool_):
            names = YES if state else NO
            alike = next((found for name in names if (found := _alike(name, states))), [])
        elif isinstance(state, int | float | np.number):
            alike = [name for name in states if _number(name) == state]
        else:
            name = state if isinstance(state, str) else shown(state)
            alike = [name] if name in states else _alike(name, states)
        if len(alike) == 1:
            return alike[0]
        message = f"'{id}' cannot be {shown(state)}. Its states are: {', '.join(states)}."
        raise EvidenceError(message)

    @renamed(told="answers")
    @checked
    def evidence(self, answers: Mapping[str, object] | pd.Series[Any] | None = None) -> Evidence:
        """Answers as evidence for the engine; missing ones are left out.

        Raises
        ------
        UnknownNameError, EvidenceError
            If a name or a state is not known.
        """
        likelihoods: dict[str, tuple[float, ...]] = {}
        for name, answer in ({} if answers is None else answers).items():
            id = self.find(str(name))
            if id in likelihoods:
                message = f"'{name}' stands twice in the evidence. Keep one."
                raise EvidenceError(message)
            if not _is_missing(answer):
                likelihoods[id] = self._likelihood(id, answer)
        return Evidence(likelihoods)

    def conflict(self, evidence: Evidence) -> tuple[str, ...]:
        """A smallest part of impossible evidence that cannot be; all of it if time runs out."""
        try:
            with within_time("conflict", Budget(seconds=CONFLICT_SECONDS)):
                return smallest_conflict(self.engine, evidence)
        except TooWideError:
            return tuple(evidence)

    def _likelihood(self, id: str, answer: object) -> tuple[float, ...]:
        states = self.network[id].states
        if type(answer).__name__ == "Series" and type(answer.index).__name__ == "RangeIndex":  # type: ignore[attr-defined]
            answer = answer.tolist()  # type: ignore[attr-defined]
        if hasattr(answer, "items"):  # a mapping, or a Series by state
            by_state = {self.find_state(id, state): value for state, value in answer.items()}
            answer = [by_state.get(state, 0.0) for state in states]
        if isinstance(answer, str) or not isinstance(answer, Sequence | np.ndarray):
            answer = self.find_state(id, answer)
        return Evidence.of(self.network, {id: answer}).likelihoods[id]  # type: ignore[dict-item]


def _is_missing(answer: object) -> bool:
    """Whether an answer is None, or what pandas and NumPy have for it.

    Examples
    --------
    >>> _is_missing(None), _is_missing(float("nan")), _is_missing("nan"), _is_missing([0.1, 0.9])
    (True, True, False, False)
    """
    if answer is None:
        return True
    try:
        return bool(answer != answer)  # noqa: PLR0124 - what is missing differs from itself
    except Exception:  # pandas' NA has no truth, an array several, others cannot be compared
        return type(answer).__name__ == "NAType"


def _alike(name: str, states: Sequence[str]) -> list[str]:
    return [state for state in states if state.casefold() == name.casefold()]


def _number(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None


def _state_node(target: Node, state: str) -> Node:
    own = [float(other == state) for other in target.states]
    table = np.array([[1.0 - entry, entry] for entry in own])
    return table_node(state_id(target.id, state), [target.id], table)
