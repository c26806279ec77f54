"""What of a patient is written down: not everything is asked, and not all of it rightly."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import share
from kneebayes.building.model import ModelLike
from kneebayes.inference.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Recording:
    """How much of the truth about a patient is recorded as answers.

    Whether an item is asked about does not depend on anything else, so a missing answer means
    nothing. Only if ``absent_written`` is below 1, findings that are present are recorded more
    often than absent ones.

    Parameters
    ----------
    context, history, symptom, sign, test
        Share of the items of that kind that are asked about, from 0 to 1.
    absent_written
        Share of the findings asked about and found absent that are recorded; those found
        present always are. Below 1 a missing answer is evidence of absence, which a model that
        treats it as unknown does not use.
    misreported
        Share of the answers about history and symptoms that are recorded the wrong way round.

    Raises
    ------
    EvidenceError
        If one of them is no share.

    Examples
    --------
    >>> Recording(test=0.0, absent_written=0.5).share("symptom")
    0.15
    """

    context: float = 0.9
    history: float = 0.2
    symptom: float = 0.15
    sign: float = 0.12
    test: float = 0.04
    absent_written: float = 1.0
    misreported: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, share(one.name, getattr(self, one.name)))

    def share(self, kind: str) -> float:
        """Share of the items of a kind that is asked about; the complaint always is."""
        return 1.0 if kind == "complaint" else float(getattr(self, kind))

    @property
    def words(self) -> str:
        """The recording in a sentence."""
        kinds = ("context", "history", "symptom", "sign", "test")
        told = "asked about: " + ", ".join(f"{one} {self.share(one):.0%}" for one in kinds)
        if self.absent_written < 1.0:
            told += f"; of what was found absent {self.absent_written:.0%} written down"
        if self.misreported > 0.0:
            told += f"; {self.misreported:.0%} of history and symptoms told wrongly"
        return told


VISIT = Recording()  # a first visit: background mostly known, some fifteen findings, few tests
COMPLETE = Recording(context=1.0, history=1.0, symptom=1.0, sign=1.0, test=1.0)


class Clerk:
    """Writes down what of a world becomes an answer.

    What holds for all, the evidence, is always written down, and rightly. ``ids`` are what can be
    known of a patient.
    """

    def __init__(self, model: ModelLike, recording: Recording, evidence: Evidence) -> None:
        knowledge, network = model.data.knowledge, model.data.network
        findings = knowledge.findings
        self.recording = recording
        self.ids = items_of(model)
        self.at = [network.index[id] for id in self.ids]
        self.words = [words_of(model, id) for id in self.ids]
        kinds = [findings[id].kind if id in findings else "context" for id in self.ids]
        given = np.array([evidence.hard_state(id) is not None for id in self.ids])
        shares = np.array([recording.share(kind) for kind in kinds])
        told = np.array([kind in ("history", "symptom") for kind in kinds]) & ~given
        # what has words of its own for its states, such as gradual, is never simply absent
        plain = np.array([id in findings and not findings[id].states for id in self.ids]) & ~given
        present = np.where(given, 1.0, shares)
        self.chance = np.stack(
            [np.where(plain, shares * recording.absent_written, present), present]
        )
        self.flips = np.where(told, recording.misreported, 0.0)

    def write(self, worlds: NDArray[np.int16], rng: np.random.Generator) -> NDArray[np.object_]:
        """Answers of some patients: patients x items, None where nothing is written down."""
        asked, wrong = rng.random((2, len(worlds), len(self.ids)))
        states = worlds[:, self.at].astype(np.int64)
        states = np.where(wrong < self.flips, 1 - states, states)
        written = asked < np.where(states > 0, self.chance[1], self.chance[0])
        cells = np.full(states.shape, None, dtype=object)
        for column, words in enumerate(self.words):
            mine = written[:, column]
            cells[mine, column] = words[states[mine, column]]
        return cells


def items_of(model: ModelLike) -> list[str]:
    """Ids of what can be known of a patient: contexts, then findings."""
    return [*model.data.knowledge.contexts, *model.data.knowledge.findings]


def words_of(model: ModelLike, id: str) -> NDArray[np.object_]:
    """The answer that each state of a node is."""
    states = model.data.network[id].states
    finding = model.data.knowledge.findings.get(id)
    own = {} if finding is None else {str(state): word for state, word in finding.states.items()}
    words = np.empty(len(states), dtype=object)
    if states == ("absent", "present") and not own:
        words[:] = [False, True]
    else:
        words[:] = [own.get(state, state) for state in states]
    return words
