"""Patients by number, and how hard they are: the same number draws the same one in the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.model import ModelLike
from kneebayes.case.case import Case
from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference import Evidence
from kneebayes.inference.paths import ancestors
from kneebayes.knowledge.base import by_chance
from kneebayes.knowledge.records import contradiction
from kneebayes.network import Network, Node, Numbers
from kneebayes.odds import entropy
from kneebayes.text import shown

Truth = Mapping[str, str]
Words = NDArray[np.uint32]
Worlds = NDArray[np.int16]

STEP = 0x6D2B79F5
OF_SEED, OF_WORLD = 0x9E3779B1, 0x85EBCA6B  # odd numbers that spread seeds and worlds apart
TO_ONE = 4294967296.0

DIFFICULTIES = ("any", "easy", "medium", "hard")
KINDS = ("any", "red herring", "second cause", "urgent", "routine")
WORLDS = 512  # drawn at a time
FIRST = 16  # drawn before them: most often the patient is among these
ROUNDS = 256
REFERENCES = 256  # patients like this one, to say how odd it is
DOUBLED = 2.0  # a red herring at least doubles the probability of a cause that is not to blame
EASY_LEFT, HARD_LEFT = 0.1, 0.3
EASY_ODD, HARD_ODD = 0.6, 0.9
ODDEST = {"easy": EASY_ODD, "medium": HARD_ODD}


@dataclass(frozen=True, slots=True)
class Hardness:
    """How hard a patient is, in things that can be measured."""

    #: uncertainty when only the complaint and the whole background are known, in bits: the sum
    #: over all causes of the entropy of P(it explains the complaint)
    opening: float
    left: float  #: the same after full work-up, when every finding and every test is known
    #: share, from 0 to 1, of patients with the same causes, background and what lies hidden above
    #: both, whose findings are less surprising (those as surprising count half); estimated from
    #: 256 of them, the same for every call
    atypicality: float
    #: ids of findings that no true cause produced and that point to another cause
    herrings: tuple[str, ...]

    @property
    def difficulty(self) -> str:
        """``easy``, ``medium`` or ``hard``.

        Easy: at most a tenth of the opening uncertainty is left after full work-up, and at
        most 0.6 of like patients are less odd. Hard: more than 0.3 of it is left, or more
        than 0.9 are less odd. Medium: what is neither.
        """
        share = self.left / self.opening if self.opening > 0.0 else 0.0
        if share > HARD_LEFT or self.atypicality > HARD_ODD:
            return "hard"
        return "easy" if share <= EASY_LEFT and self.atypicality <= EASY_ODD else "medium"


def draw_patient(model: ModelLike, seed: int, difficulty: str, kind: str) -> Truth:
    """Draw the first patient with the complaint who has the wanted difficulty and kind.

    The state of every node comes back, hidden ones included. A patient whose answers would
    contradict each other (the folder lists such combinations) is skipped, and so is one whom
    "something else" explains, from whom nobody would learn. Patients are therefore drawn from
    P(patient | complaint, no contradiction, a named cause explains it), not from P(patient |
    complaint). The HTML page draws the same patients from the same seed.
    """
    check_word("difficulty", difficulty, DIFFICULTIES)
    check_word("kind", kind, KINDS)
    for truth in _patients(model, seed):
        if not (is_teachable(model, truth) and _is_of(model, truth, kind)):
            continue
        if difficulty == "any":
            return truth
        if _atypicality(model, truth) > ODDEST.get(difficulty, 1.0):
            continue  # the quick half of the measure says no already
        try:
            if hardness_of(model, truth).difficulty == difficulty:
                return truth
        except TooWideError:  # cannot be judged exactly, so not taken
            continue
    remedy = "Ask for another difficulty or kind, such as 'any'."
    if difficulty == kind == "any":  # every patient with a named cause would do
        remedy = "The folder needs at least one cause that has a name."
    message = (
        f"None of {WORLDS * ROUNDS:,} patients drawn is one with difficulty '{difficulty}' and "
        f"kind '{kind}'. {remedy}"
    )
    raise KneebayesError(message)


def check_word(name: str, word: str, words: Iterable[str]) -> None:
    """Refuse a word that is none of those allowed."""
    if word not in words:
        allowed = ", ".join(f"'{choice}'" for choice in words)
        message = f"'{name}' must be one of {allowed}. Got {shown(word)}."
        raise KneebayesError(message)


def _patients(model: ModelLike, seed: int) -> Iterator[Truth]:
    network = model.data.network
    complaint = network.index[model.data.knowledge.meta.complaint]
    ends = [FIRST, *(WORLDS * (turn + 1) for turn in range(ROUNDS))]
    for first, end in pairwise([0, *ends]):
        worlds = worlds_of(network, seed, end - first, first)
        for world in worlds[worlds[:, complaint] == 1]:
            states = zip(network.nodes, world.tolist(), strict=True)
            yield {node.id: node.states[state] for node, state in states}


def is_teachable(model: ModelLike, truth: Truth) -> bool:
    """Whether a patient contradicts nothing, and has a cause that can be named."""
    knowledge = model.data.knowledge
    named = any(truth[id] == "present" for id in knowledge.causes if id != knowledge.meta.rest)
    states = {**truth, **{id: truth[node] for id, node in _nodes_of(model).items()}}
    return named and not contradiction(knowledge.incoherent, states)


def _nodes_of(model: ModelLike) -> dict[str, str]:
    """For each cause the node that says that it is there, silent or not."""
    knowledge = model.data.knowledge
    return {id: knowledge.there[id] for id in knowledge.causes}


def causes_there(model: ModelLike, truth: Truth) -> list[str]:
    """Ids of the causes that are there, whether they explain the complaint or are silent."""
    return [id for id, node in _nodes_of(model).items() if truth[node] == "present"]


def _is_of(model: ModelLike, truth: Truth, kind: str) -> bool:
    knowledge = model.data.knowledge
    present = causes_there(model, truth)
    if kind == "second cause":
        return len(present) > 1
    if kind in {"urgent", "routine"}:
        urgent = any(knowledge.causes[id].urgent for id in present)
        paid = {id for id, method in knowledge.methods.items() if method.cost > 0.0}
        free = (id for id, one in knowledge.findings.items() if one.method not in paid)
        signs = {id: truth[id] for id in (*knowledge.contexts, *free)}
        level = Case.of(model, signs).level
        return urgent or level == "now" if kind == "urgent" else level == kind and not urgent
    return kind == "any" or bool(red_herrings(model, truth))


def evidence_about(network: Network, truth: Truth, ids: Sequence[str]) -> Evidence:
    """What is true of some nodes, as evidence."""
    return Evidence.of(network, {id: truth[id] for id in ids})


def hardness_of(model: ModelLike, truth: Truth) -> Hardness:
    """Measure how hard a patient is."""
    knowledge, network = model.data.knowledge, model.data.network
    before = [knowledge.meta.complaint, *knowledge.contexts]
    after = dict.fromkeys([*before, *knowledge.findings])
    cases = [evidence_about(network, truth, [*ids]) for ids in (before, after)]
    propagated = model.data.engine.propagate_each(cases, list(knowledge.causes))
    shares = np.stack([propagated.marginals[id][:, 1] for id in knowledge.causes], axis=1)
    opening, left = (sum(map(entropy, row)) for row in np.minimum(shares, 1.0).tolist())
    return Hardness(opening, left, _atypicality(model, truth), red_herrings(model, truth))


def _atypicality(model: ModelLike, truth: Truth) -> float:
    """Share of patients with the same causes and background who are less surprising.

    What lies hidden above causes and background is the same too, so that the others can be
    drawn forward, as the page's ``hardness.js`` draws them.
    """
    knowledge, network = model.data.knowledge, model.data.network
    own = [*knowledge.causes, *_nodes_of(model).values(), *knowledge.contexts]
    fixed = ancestors(network, own, network.index)
    likes = worlds_of(network, 0, REFERENCES, fixed={id: truth[id] for id in fixed})
    worlds = np.vstack([_world(network, truth), likes])
    brought = [id for id in network.index if id not in {*fixed, knowledge.meta.complaint}]
    surprise = -_log_probabilities(network, worlds, brought)
    less = surprise[1:] < surprise[0] - 1e-9
    equal = np.abs(surprise[1:] - surprise[0]) <= 1e-9
    return float(less.mean() + 0.5 * equal.mean())


def _log_probabilities(network: Network, worlds: Worlds, ids: Sequence[str]) -> Numbers:
    """Logarithm of P(states of some nodes | their parents) in each world."""
    logs, every = np.zeros(len(worlds)), np.arange(len(worlds))
    for id in ids:
        chances = np.stack(_chances(network, network[id], worlds))
        with np.errstate(divide="ignore"):
            logs += np.log(chances[worlds[:, network.index[id]], every])
    return logs


def _world(network: Network, truth: Truth) -> Worlds:
    """A patient as one world: 1 x nodes."""
    states = [node.states.index(truth[node.id]) for node in network.nodes]
    return np.array([states], dtype=np.int16)


def is_possible(network: Network, truth: Truth) -> bool:
    """Whether states of all nodes can be true together."""
    world = _world(network, truth)
    return bool(_log_probabilities(network, world, list(network.index))[0] > -np.inf)


def red_herrings(model: ModelLike, truth: Truth) -> tuple[str, ...]:
    """Findings that no true cause produced and that point elsewhere.

    No way leads to such a finding from a cause that is there over hidden nodes and findings
    that are present; and with the complaint and the background it makes a cause that does not
    explain the complaint the most probable of all, and at least twice as probable as before.
    """
    knowledge, network = model.data.knowledge, model.data.network
    before = [knowledge.meta.complaint, *knowledge.contexts]
    stray = [
        id
        for id in knowledge.findings
        if id != knowledge.meta.complaint
        and truth[id] == "present"
        and not _from_a_cause(model, truth, id)
    ]
    if not stray:
        return ()
    asked = [before, *([*before, id] for id in stray)]
    cases = [evidence_about(network, truth, ids) for ids in asked]
    causes = list(knowledge.causes)
    propagated = model.data.engine.propagate_each(cases, causes)
    beliefs = np.stack([propagated.marginals[id][:, 1] for id in causes], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        raised = np.nan_to_num(beliefs[1:] / beliefs[0], nan=1.0)
    leading = beliefs[1:].argmax(axis=1)
    return tuple(
        id
        for id, place, row in zip(stray, leading, raised, strict=True)
        if truth[causes[place]] == "absent" and row[place] >= DOUBLED
    )


def _from_a_cause(model: ModelLike, truth: Truth, id: str) -> bool:
    """Whether a present cause may have produced a present node, over other present nodes."""
    network = model.data.network
    causes = {*model.data.knowledge.causes, *_nodes_of(model).values()}
    for link in network[id].links:
        state = network[link.parent].states.index(truth[link.parent])
        if not link.strength[state] or link.parent == by_chance(id):
            continue
        if link.parent in causes or network[link.parent].table is not None:
            if truth[link.parent] != "absent":  # a table says which cause explains
                return True
        elif state and _from_a_cause(model, truth, link.parent):
            return True
    return False


# by number


def chances_from(states: Words, count: int) -> Numbers:
    """The first numbers from 0 up to 1 of many streams, one for each state: count x streams.

    Mulberry32 (Tommy Ettinger, public domain), as the page's script has it: 32-bit whole
    numbers only, so that Python and a browser agree to the last bit.

    Examples
    --------
    >>> chances_from(np.array([1], dtype=np.uint32), 1).round(6).tolist()
    [[0.627074]]
    """
    with np.errstate(over="ignore"):
        steps = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(STEP)
        word = states.astype(np.uint32) + steps[:, None]
        mixed = (word ^ (word >> np.uint32(15))) * (word | np.uint32(1))
        mixed ^= mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))
        return np.asarray((mixed ^ (mixed >> np.uint32(14))) / TO_ONE)


def worlds_of(
    network: Network, seed: int, count: int, first: int = 0, fixed: Mapping[str, str] | None = None
) -> Worlds:
    """States of all nodes in ``count`` worlds that belong to a seed: worlds x nodes.

    Every world has a stream of its own, so world 700 needs no world before it. Of the seed only
    the last 32 bits count. What may cause a ``fixed`` node should be fixed too, or it is drawn as
    if nothing were known.
    """
    places = np.arange(first, first + count, dtype=np.uint64)
    mixed = (np.uint64(seed % 2**32) * np.uint64(OF_SEED) + places * np.uint64(OF_WORLD)) % 2**32
    worlds = np.zeros((count, len(network.nodes)), dtype=np.int16)
    held = fixed or {}
    every = chances_from(mixed.astype(np.uint32), len(network.nodes))
    for place, node in enumerate(network.nodes):
        if node.id in held:
            worlds[:, place] = node.states.index(held[node.id])
        else:
            worlds[:, place] = _states(_chances(network, node, worlds), every[place])
    return worlds


def _chances(network: Network, node: Node, worlds: Worlds) -> list[Numbers]:
    """P(state | parents as they are in each world) of a node: for each of its states by world."""
    if node.is_noisy_or:
        absent = np.full(len(worlds), 1.0 - (node.leak or 0.0))
        for link in node.links:
            absent *= 1.0 - np.asarray(link.strength)[worlds[:, network.index[link.parent]]]
        return [absent, 1.0 - absent]
    taken = tuple(worlds[:, network.index[parent]] for parent in node.parents)
    table = network.table_of(node)
    rows = (table[(*taken, state)] for state in range(len(node.states)))
    return [np.broadcast_to(row, len(worlds)) for row in rows]


def _states(probabilities: list[Numbers], numbers: Numbers) -> Worlds:
    """One state for each world, by its probabilities; rounding falls to the last possible."""
    if len(probabilities) == 2:
        first, second = probabilities
        return ((numbers >= first) & (second > 0.0)).astype(np.int16)
    rest = numbers.copy()
    chosen = np.full(len(rest), -1, dtype=np.int16)
    last = np.zeros(len(rest), dtype=np.int16)
    for state, share in enumerate(probabilities):
        possible = share > 0.0
        last[possible] = state
        rest = np.where(possible, rest - share, rest)
        chosen[(chosen < 0) & possible & (rest < 0.0)] = state
    return np.where(chosen < 0, last, chosen)
