"""The same reasoning on a network that somebody else made, about targets that a user names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    UnknownNameError,
    shown,
    suggest,
)
from kneebayes.exchange.foreign_case import ForeignCase
from kneebayes.exchange.foreign_many import answer_cases, draw_arrows, draw_cases
from kneebayes.exchange.foreign_reasoning import state_id
from kneebayes.exchange.networks import load_network_file
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, table_node
from kneebayes.renaming import renamed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["ForeignModel", "is_missing", "reason_with"]

YES, NO = ("true", "present", "yes"), ("false", "absent", "no")  # the first that a node has


@renamed(evidence="answers")
def reason_with(
    network: Network | NetworkFile | str | Path,
    targets: Sequence[str],
    answers: Mapping[str, object] | pd.Series[Any] | None = None,
) -> ForeignCase:
    """What a network says of some targets, given some evidence.

    Parameters
    ----------
    network
        A network, or the path of a file that :func:`load_network` reads.
    targets
        What is asked about: nodes by id or label, with any number of states.
    answers
        See :meth:`ForeignModel.given`.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> case = reason_with(net, ["flu"], {"fever": "present"})
    >>> round(case["flu"]["present"], 4)
    0.8171
    """
    return ForeignModel(network, targets).given(answers)


class ForeignModel:
    """A network with targets: the nodes that stand where a cause stands at home.

    Each state of each target becomes a yes/no node of its own, present where the target is in
    that state. So what is made for causes that are absent or present also holds for targets
    of many states.

    Parameters
    ----------
    network
        A network, or the path of a file that :func:`load_network` reads.
    targets
        Nodes by id or label.

    Raises
    ------
    UnknownNameError
        If a target is not in the network.
    KneebayesError
        If there is no target, or one stands twice.
    """

    def __init__(self, network: Network | NetworkFile | str | Path, targets: Sequence[str]) -> None:
        if isinstance(network, str | Path):
            network = load_network_file(network)
        self.file = NetworkFile(network) if isinstance(network, Network) else network
        if isinstance(targets, str):
            targets = [targets]
        self.targets = tuple(self.find(target) for target in targets)
        if not self.targets or len(set(self.targets)) < len(self.targets):
            message = f"targets: name at least one node, and each once. Got {list(targets)!r}."
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
        found: dict[str, list[str]] = {}
        for node in self.network.nodes:
            found.setdefault(self.file.label(node.id).casefold(), []).append(node.id)
        return found

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
        message = f"No node '{name}' in the network.{hint} See network.nodes."
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
            alike = [one for one in states if _number(one) == state]
        else:
            alike = [str(state)] if state in states else _alike(str(state), states)
        if len(alike) == 1:
            return alike[0]
        message = f"'{id}' cannot be {shown(state)}. Its states are: {', '.join(states)}."
        raise EvidenceError(message)

    @renamed(evidence="answers")
    def given(self, answers: Mapping[str, object] | pd.Series[Any] | None = None) -> ForeignCase:
        """What follows from some evidence.

        Parameters
        ----------
        answers
            By id or label, as a mapping or a row of a table: the name of a state, None or
            another missing value for unknown, or likelihoods: one number a state in order, or
            a mapping of states to numbers, 0 where a state is left out. Targets can be told
            of too.

        Raises
        ------
        UnknownNameError, EvidenceError
            If a name or a state is not known.
        ImpossibleEvidenceError
            If the network says that this cannot be.
        """
        seen = self.evidence(answers)
        if self.engine.log_probability(seen) == -math.inf:
            message = f"These answers cannot be true together: {', '.join(seen)}."
            raise ImpossibleEvidenceError(message, tuple(seen))
        return ForeignCase(self, seen)

    @renamed(told="answers")
    def evidence(self, answers: Mapping[str, object] | pd.Series[Any] | None = None) -> Evidence:
        """What is told as evidence for the engine; what is missing is left out.

        Raises
        ------
        UnknownNameError, EvidenceError
            If a name or a state is not known.
        """
        said: dict[str, tuple[float, ...]] = {}
        for name, answer in (answers if answers is not None else {}).items():
            id = self.find(str(name))
            if id in said:
                message = f"'{name}' stands twice in the evidence. Keep one."
                raise EvidenceError(message)
            if not is_missing(answer):
                said[id] = self._likelihood(id, answer)
        return Evidence(said)

    @renamed(cases="patients")
    def cohort(self, patients: pd.DataFrame, *, seconds: float = 60.0) -> pd.DataFrame:
        """The posteriors of the targets for every row of a table.

        Parameters
        ----------
        patients
            One row a case, one column a node by id or label; a missing value is unknown.
        seconds
            How long one row may take.

        Returns
        -------
        pandas.DataFrame
            One row a case: a column ``<target> = <state>`` for each, and ``problem``, which is
            empty or says why a row could not be answered.

        Examples
        --------
        >>> import pandas as pd
        >>> from kneebayes.network import root_node, noisy_or_node
        >>> fever = noisy_or_node("fever", 0.02, {"flu": 0.8})
        >>> net = Network((root_node("flu", [0.9, 0.1]), fever))
        >>> table = ForeignModel(net, ["flu"]).cohort(pd.DataFrame({"fever": [True, None]}))
        >>> table["flu = present"].round(4).tolist()
        [0.8171, 0.1]
        """
        return answer_cases(self, patients, seconds)

    @renamed(given="answers")
    def simulate(
        self, n: int, *, answers: Mapping[str, object] | None = None, seed: int = 0
    ) -> pd.DataFrame:
        """Cases drawn from the network, exactly, given some evidence or none.

        Parameters
        ----------
        n
            How many.
        answers
            What is known of all of them, as in :meth:`given`.
        seed
            Where chance begins.

        Returns
        -------
        pandas.DataFrame
            One row a case, one column a node, states by name.
        """
        return draw_cases(self.network, self.evidence(answers), n, seed)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the nodes and arrows next to the targets, parents above children."""
        return draw_arrows(self, ax)

    def _likelihood(self, id: str, answer: object) -> tuple[float, ...]:
        states = self.network[id].states
        if hasattr(answer, "items"):  # a mapping, or a Series by state
            by_state = {self.find_state(id, state): value for state, value in answer.items()}
            answer = [by_state.get(state, 0.0) for state in states]
        if isinstance(answer, str) or not isinstance(answer, Sequence | np.ndarray):
            answer = self.find_state(id, answer)
        return Evidence.of(self.network, {id: answer}).likelihoods[id]  # type: ignore[dict-item]

    def __repr__(self) -> str:
        return f"ForeignModel({self.network!r}, targets {', '.join(self.targets)})"


def is_missing(answer: object) -> bool:
    """Whether an answer is None, or what pandas and NumPy have for it.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing("nan"), is_missing([0.1, 0.9])
    (True, True, False, False)
    """
    if answer is None:
        return True
    try:
        return bool(answer != answer)  # noqa: PLR0124 - what is missing differs from itself
    except (TypeError, ValueError):  # pandas' NA has no truth, an array several
        return type(answer).__name__ == "NAType"


def _alike(name: str, states: Sequence[str]) -> list[str]:
    return [one for one in states if one.casefold() == name.casefold()]


def _number(name: str) -> float | None:
    try:
        return float(name)
    except ValueError:
        return None


def _state_node(target: Node, state: str) -> Node:
    own = [float(one == state) for one in target.states]
    table = np.array([[1.0 - one, one] for one in own])
    return table_node(state_id(target.id, state), [target.id], table)
