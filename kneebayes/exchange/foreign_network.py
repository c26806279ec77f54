"""A network that somebody else made, with the nodes that are asked about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd, renamed
from kneebayes.case.answers import says_unknown
from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    TooWideError,
    UnknownNameError,
)
from kneebayes.exchange.networks import load_network_file
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.inference import Budget, Engine, Evidence, Propagation, smallest_conflict
from kneebayes.inference.limits import within_time
from kneebayes.network import Network, Node, Numbers, table_node
from kneebayes.text import counted, shown, suggest
from kneebayes.view import figures

if TYPE_CHECKING:
    from matplotlib.text import Text

NAMED = 12  # nodes that are named where one is not known
CONFLICT_SECONDS = 5.0
NOTHING = 1e-13  # left of a distribution: its shares are then taken as equal
MOST_DRAWN = 60  # nodes of a picture that can still be read
LETTERS = 16  # of a name on one line
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
            message = f"targets: name one node or more, each once. Got {names!r}. {self._there}"
            raise KneebayesError(message)
        nodes = [self.file.network[id] for id in self.targets]
        asked = [
            table_node(state_id(node.id, state), [node.id], np.stack([1.0 - own, own], axis=1))
            for node in nodes
            for state, own in zip(node.states, np.eye(len(node.states)), strict=True)
        ]
        names = [node.id for node in (*self.file.network.nodes, *asked)]
        if len(set(names)) < len(names):
            twice = next(node.id for node in asked if names.count(node.id) > 1)
            message = (
                f"targets: '{twice}' means a state of a target here, and is the name of another "
                "node or state too. Rename one of them."
            )
            raise KneebayesError(message)
        self.engine = Engine(Network((*self.file.network.nodes, *asked)))

    @property
    def network(self) -> Network:
        """The network as it was given."""
        return self.file.network

    @cached_property
    def prior(self) -> Mapping[str, Numbers]:
        """P(state) of each target with nothing known, one row."""
        return self.posteriors(Evidence({})).marginals

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
        message = f"No node '{name}' in the network.{hint} {self._there}"
        raise UnknownNameError(message, str(name), near)

    @property
    def _there(self) -> str:
        """The first nodes that there are, for an error."""
        more = ", ..." if len(self.network) > NAMED else ""
        return f"There are: {', '.join([*self.network.index][:NAMED])}{more}."

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
            if isinstance(answer, str) or not says_unknown(answer):
                likelihoods[id] = self._likelihood(id, answer)
        return Evidence(likelihoods)

    def posteriors(self, evidence: Evidence) -> Propagation:
        """P(state | evidence) of each target, one row each, and ln P(evidence).

        Raises
        ------
        ImpossibleEvidenceError
            If the network says that this cannot be.
        """
        propagated = self.engine.propagate(evidence, self.targets)
        if propagated.log_probability[0] == -math.inf:
            conflict = self.conflict(evidence)
            message = f"These answers cannot be true together: {', '.join(conflict)}."
            raise ImpossibleEvidenceError(message, conflict)
        return propagated

    def conflict(self, evidence: Evidence) -> tuple[str, ...]:
        """A smallest part of impossible evidence that cannot be; all of it if time runs out."""
        try:
            with within_time("conflict", Budget(seconds=CONFLICT_SECONDS)):
                return smallest_conflict(self.engine, evidence)
        except TooWideError:
            return tuple(evidence)

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the nodes and arrows next to the targets, parents above children."""
        network = self.network
        shown = set(nearest(network, self.targets, list(network.index))[:MOST_DRAWN])
        rows: dict[str, int] = {}
        for node in network.nodes:
            rows[node.id] = 1 + max((rows[parent] for parent in node.parents), default=-1)
        lines: list[list[str]] = []
        for level in sorted({rows[id] for id in shown}):
            here = [id for id in network.index if rows[id] == level and id in shown]
            lines += _in_lines(here, [self.file.label(id) for id in here])
        ax = ax or figures.new_axes(figures.WIDE, 0.5 + 0.75 * len(lines))
        names: dict[str, Text] = {}
        for height, line in enumerate(lines):
            for index, id in enumerate(line):
                face = "#f3d9cc" if id in self.targets else "white"
                box = {"facecolor": face, "edgecolor": "#1f5a99", "boxstyle": "round,pad=0.25"}
                place, label = ((index + 0.5) / len(line), -float(height)), self.file.label(id)
                words = figures.broken(label, LETTERS, 3)
                for order in (2, 4):  # below arrows that end at its frame, above those that pass
                    name = figures.write(ax, *place, words, ha="center", zorder=order, bbox=box)
                    names.setdefault(id, name)
        for node in network.nodes:
            for parent in node.parents:
                if node.id in shown and parent in shown:
                    met = (names[parent], names[node.id])
                    figures.draw_arrow(ax, tuple(name.get_position() for name in met), met, 1.0)
        ax.set_xlim(-0.02, 1.02)
        ax.set_ylim(-len(lines) + 0.4, 0.6)
        ax.axis("off")
        hidden = len(network) - len(shown)
        title = f"{self.file.about.get('title', 'network')}; filled: what is asked about"
        more = counted(hidden, "more node is", many="more nodes are")
        return figures.caption(ax, f"{title}; {more} not drawn" if hidden else title)

    def _likelihood(self, id: str, answer: object) -> tuple[float, ...]:
        states = self.network[id].states
        if type(answer).__name__ == "Series" and type(answer.index).__name__ == "RangeIndex":  # type: ignore[attr-defined]
            answer = answer.tolist()  # type: ignore[attr-defined]
        if hasattr(answer, "items"):  # a mapping, or a Series by state
            by_state: dict[str, Any] = {}
            for state, value in answer.items():
                if by_state.setdefault(self.find_state(id, state), value) != value:
                    message = f"'{id}': {shown(state)} stands twice in the evidence. Keep one."
                    raise EvidenceError(message)
            answer = [by_state.get(state, 0.0) for state in states]
        if isinstance(answer, str) or not isinstance(answer, Sequence | np.ndarray):
            answer = self.find_state(id, answer)
        return Evidence.of(self.network, {id: answer}).likelihoods[id]  # type: ignore[dict-item]


def _alike(name: str, states: Sequence[str]) -> list[str]:
    return [state for state in states if state.casefold() == name.casefold()]


def _number(name: str) -> float | None:
    with suppress(ValueError):
        return float(name)
    return None


def state_id(target: str, state: str) -> str:
    """Id of the yes/no node that says whether a target is in a state."""
    return f"{target} = {state}"


def nearest(network: Network, targets: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Nodes by how many arrows are between them and the next target, nearest first."""
    around: dict[str, set[str]] = {id: set() for id in network.index}
    for node in network.nodes:
        for parent in node.parents:
            around[node.id].add(parent)
            around[parent].add(node.id)
    steps = dict.fromkeys(targets, 0)
    border = list(targets)
    while border:
        further = dict.fromkeys(next_to for id in border for next_to in sorted(around[id]))
        border = [id for id in further if id not in steps]
        steps |= dict.fromkeys(border, max(steps.values()) + 1)
    return sorted(ids, key=lambda id: steps.get(id, len(network)))


def _in_lines(ids: Sequence[str], labels: Sequence[str]) -> list[list[str]]:
    """Nodes of one level in as many lines as their names need, about as many in each."""
    letters = sum(min(len(label), LETTERS) + 4 for label in labels)
    each = math.ceil(len(ids) / math.ceil(letters / (figures.WIDE * figures.LETTERS_PER_INCH)))
    return [list(ids[start : start + each]) for start in range(0, len(ids), each)]


class Place(NamedTuple):
    """One number of a network: P(node is in this state | the parents are in the given states).

    For a link or a leak the state is the child's, and a link has one parent.
    """

    at: int  # its place in ``numbers_of``
    row: tuple[int, ...]  # places of its whole distribution; empty for a link or a leak
    node: str
    state: str
    given: dict[str, str]

    @property
    def name(self) -> str:
        """The number as it is written, with ``link`` or ``leak`` before it where it is one."""
        kind = "" if self.row else "link " if self.given else "leak "
        condition = f" | {states_in_words(self.given)}" if self.given else ""
        return f"{kind}P({self.node} = {self.state}{condition})"


def states_in_words(states: Mapping[str, str]) -> str:
    """States of some nodes in words."""
    return ", ".join(f"{id} = {state}" for id, state in states.items())


def number_places(engine: Engine, node: Node) -> list[Place]:
    """Every number of a node: entries of its table, or its leak and links."""
    first, states = engine.place_of(node.id), [engine.network[one].states for one in node.parents]
    if node.is_noisy_or:
        pairs = zip(node.parents, states, strict=True)
        given = [{}, *({parent: state} for parent, own in pairs for state in own)]
        return [Place(first + at, (), node.id, node.states[1], one) for at, one in enumerate(given)]
    places, size = [], len(node.states)
    for number, where in enumerate(product(*states)):
        row = tuple(range(first + number * size, first + (number + 1) * size))
        condition = dict(zip(node.parents, where, strict=True))
        named = zip(row, node.states, strict=True)
        places += [Place(at, row, node.id, state, condition) for at, state in named]
    return places


def slopes(
    engine: Engine, evidence: Evidence, cause: str, nodes: Sequence[Node]
) -> list[tuple[Place, float, float]]:
    """Every number of some nodes, its value, and how fast P(cause | evidence) moves with it.

    ``P(c | e) (d ln P(c, e) - d ln P(e))`` (Darwiche 2003), and for an entry of a table less
    what the rest of its distribution gives back as it keeps its proportions.
    """
    posterior = engine.propagate(evidence, [cause]).present(cause)
    if posterior in (0.0, 1.0):
        message = "The target is certain, given the evidence, so no number moves it a little."
        raise EvidenceError(message)
    with_cause = evidence.plus(Evidence.of(engine.network, {cause: "present"}))
    both, alone = engine.derive(with_cause), engine.derive(evidence)
    raw = posterior * (both.derivatives - alone.derivatives)
    found: list[tuple[Place, float, float]] = []
    for node in nodes:
        places = number_places(engine, node)
        entries = [place.at for place in places]
        values, own = engine.numbers[0, entries], raw[entries]
        if not node.is_noisy_or and len(node.states) > 1:
            own = own - _given_back(values, own, len(node.states))
        found += zip(places, values.tolist(), own.tolist(), strict=True)
    return found


def _given_back(values: Numbers, slopes: Numbers, states: int) -> Numbers:
    """What the rest of its distribution gives back as each entry of a table grows."""
    values, slopes = values.reshape(-1, states), slopes.reshape(-1, states)
    rest, weighted = 1.0 - values, values * slopes
    some = rest > NOTHING
    kept = (weighted.sum(axis=1, keepdims=True) - weighted) / np.where(some, rest, 1.0)
    equal = (slopes.sum(axis=1, keepdims=True) - slopes) / (states - 1)
    return np.asarray(np.where(some, kept, equal).ravel())
