"""What is known of a virtual patient at one point, step by step, and how it shows itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

from kneebayes.arguments import checked, is_share
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case import Answer, Urgency
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError
from kneebayes.inference import Evidence
from kneebayes.knowledge.names import example_causes
from kneebayes.odds import entropy
from kneebayes.questions.ask.outcomes import Outcome, Subject, information, now_of, outcomes_of
from kneebayes.questions.ask.questions import question_text_of
from kneebayes.teaching.patients import Truth
from kneebayes.teaching.practice_text import Page, Paged, in_short
from kneebayes.teaching.talking import introduction, sentence_about
from kneebayes.text import shown
from kneebayes.view.figures import BLUE, finished, lines_of, write
from kneebayes.view.markup import percent
from kneebayes.view.report import Grid, ModelResult, Paragraph, urgency_lines
from kneebayes.writing import write_safely

FORMAT, VERSION = "kneebayes case", 1


@dataclass(frozen=True, repr=False, eq=False)
class Situation(Paged, ModelResult):
    """What is known of a virtual patient, what was stated, and what may be asked."""

    model: ModelLike
    truth: Truth  #: the true state of every node; to look at it before closing spoils the case
    #: ids of what the learner knows from the beginning: background, and what is told at once
    told: tuple[str, ...]
    #: what was asked for when the patient was drawn, as are ``difficulty`` and ``kind``
    seed: int | None = None
    difficulty: str = "any"
    kind: str = "any"
    steps: tuple[Step, ...] = ()  #: what was asked and stated so far, in order
    previous: Self | None = field(default=None, repr=False)  #: the case before the last step
    #: how urgent the learner said it is; empty while the case is open, or if unsaid
    advice: str = ""
    closed: bool = False

    # what is known

    @cached_property
    def known(self) -> dict[str, str]:
        """State by id of all that the learner knows, as :meth:`kneebayes.Model.diagnose` takes it.

        The complaint comes first, then the background, then the answers in order.
        """
        asked = [id for step in self.steps for id in step.asked]
        ids = dict.fromkeys([self.data.complaint, *self.told, *asked])
        return {id: self.truth[id] for id in ids}

    @cached_property
    def _patient(self) -> Case:
        """The patient as known so far."""
        return Case.of(self.data, self.known)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The same as answers with labels, in the order of the network."""
        return self._patient.answers

    @property
    def evidence(self) -> Evidence:
        """The same for the engine."""
        return self._patient.evidence

    @property
    def urgency(self) -> Urgency:
        """What the signs found so far call for; not shown before the learner has said it."""
        return self._patient.urgency

    @property
    def any_urgent(self) -> float:
        """P(an urgent cause explains the complaint | all that is known)."""
        return self._patient.any_urgent

    @property
    def cost(self) -> float:
        """Of all examinations so far, in units of the knowledge folder; each is paid once."""
        return sum(step.cost for step in self.steps)

    @property
    def burden(self) -> int:
        """Of all examinations so far, added up."""
        return sum(step.burden for step in self.steps)

    @property
    def stated(self) -> dict[str, float]:
        """The last probability that was stated of each cause, by id."""
        return {id: p for step in self.steps for id, p in step.stated.items()}

    # what the model knows about it

    @property
    def exact(self) -> Mapping[str, float]:
        """P(cause explains the complaint | all that is known), the exact posterior by id."""
        return self._patient.posteriors

    @property
    def there(self) -> Mapping[str, float]:
        """P(cause is there | all that is known) by id, whether it explains the complaint or not."""
        return self._patient.belief.present

    @cached_property
    def open(self) -> tuple[str, ...]:
        """Ids of the contexts and findings that can still be asked for."""
        ids = (*self.data.knowledge.contexts, *self.data.knowledge.findings)
        return tuple(id for id in ids if id not in self.known)

    @cached_property
    def gains(self) -> Mapping[str, float]:
        """Expected information gain of every open question in bits, the best first."""
        found = outcomes_of(self.data.engine, self.evidence, self.open, self.subject)
        bits = {id: information(self.now, outcomes) for id, outcomes in found.items()}
        return dict(sorted(bits.items(), key=lambda item: -item[1]))

    def price_of(self, id: str) -> float:
        """What asking for a node would cost now; an examination is paid once."""
        knowledge = self.data.knowledge
        method = knowledge.findings[id].method if id in knowledge.findings else ""
        if not method or method in {step.method for step in self.steps}:
            return 0.0
        return knowledge.methods[method].cost

    @property
    def hinted(self) -> tuple[str, ...]:
        """Ids of what a hint named since the last answer."""
        since = takewhile(lambda step: not step.asked, reversed(self.steps))
        return tuple(id for step in since for id in step.hinted)

    @property
    def hints(self) -> int:
        """How often a hint was taken."""
        return sum(bool(step.hinted) for step in self.steps)

    @property
    def hint(self) -> str:
        """The free question and the test that tell most, in words; empty where none is left."""
        lines = []
        for free in (True, False):
            id, bits = best_of(self, free=free)
            if id:
                price = "free" if free else f"cost {self.price_of(id):g}"
                lines.append(f"{self.question_text(id)} ({bits:.2f} bits expected, {price})")
        return "\n".join(lines)

    def question_text(self, id: str) -> str:
        """A question as the knowledge folder asks it."""
        return question_text_of(self._patient, id)

    def says(self, id: str) -> str:
        """How the patient answers a question; empty where an examiner finds it out."""
        return sentence_about(self.model, self.truth, id, self.seed)

    @property
    def subject(self) -> Subject:
        """What questions are about: all causes."""
        return Subject(tuple(self.data.knowledge.causes))

    @cached_property
    def now(self) -> Outcome:
        """What is believed of it with no further answer."""
        return now_of(self.data.engine, self.evidence, self.subject)

    # what comes next

    def after(self, step: Step) -> Self:
        """The next case: this one, and a step more."""
        return replace(self, steps=(*self.steps, step), previous=self)

    def step_asking(self, name: str, method: str, ids: tuple[str, ...]) -> Step:
        """Asking for what is not known yet of some nodes, with its price.

        ``name`` is what the learner called it; ``method`` the examination that was ordered with all
        its results, empty for a question.
        """
        knowledge = self.data.knowledge
        fresh = tuple(id for id in ids if id not in self.known)
        if not fresh:
            words = {answer.id: f"{answer.label}: {answer.state}" for answer in self.answers}
            known = "; ".join(words[id] for id in ids)
            message = f"'{name}' is known already ({known}). Ask about something else."
            raise EvidenceError(message)
        by = {knowledge.findings[id].method for id in fresh if id in knowledge.findings} - {""}
        unpaid = by - {step.method for step in self.steps}
        return Step(
            asked=fresh,
            method=next(iter(by), ""),
            whole=bool(method),
            cost=sum(knowledge.methods[method].cost for method in unpaid),
            burden=sum(knowledge.methods[method].burden for method in unpaid),
        )

    @checked
    def save(self, path: str | Path) -> Path:
        """Write the case, truth and steps as JSON; see :meth:`Model.load_practice_case`."""
        return write_safely(path, case_to_json(self))

    # how it shows itself

    @property
    def _rows(self) -> list[dict[str, Any]]:
        words = {answer.id: answer.state for answer in self.answers}
        when: dict[str, tuple[int, Step]] = {}
        for index, step in enumerate((step for step in self.steps if step.asked), start=1):
            when |= dict.fromkeys(step.asked, (index, step))
        rows: list[dict[str, Any]] = []
        for id, state in self.known.items():
            number, step = when.get(id, (0, Step()))
            paid = step if step.asked[:1] == (id,) else Step()  # with its first result
            row = {"step": number, "id": id, "what": self.data.knowledge.label(id), "state": state}
            row |= {"answer": words[id], "said": self.says(id)}
            rows.append(row | {"cost": paid.cost, "burden": paid.burden})
        return rows

    @property
    def table(self) -> pd.DataFrame:
        """One row for each thing known, in order.

        Columns: ``step`` (of asking; 0 for what was known at once), ``id``, ``what`` (label),
        ``state``, ``answer`` (the state in words), ``said`` (in the patient's words, where he
        was asked), ``cost`` and ``burden``.
        """
        return pd.DataFrame(self._rows)

    @property
    def _page(self) -> Page:
        rows, meta = self._rows, self.data.knowledge.meta
        present, absent = (
            [row for row in rows if row["step"] == 0 and (row["state"] == "absent") is away]
            for away in (False, True)
        )
        there = "; ".join(in_short(row["what"], row["answer"]) for row in present)
        lines = urgency_lines(self.urgency) if self.closed else []
        lines.append(introduction(self.model, self.truth, self.told, self.seed))
        lines.append(f"Complaint and background: {there}.")
        if absent:
            lines.append(f"Not so: {', '.join(row['what'] for row in absent)}.")
        shown = ("step", "what", "answer", "said")
        asked = (tuple(str(row[name]) for name in shown) for row in rows if row["step"] > 0)
        believed = ((label, f"{p:g}") for label, p in self._stated_by_label)
        blocks = (
            Paragraph(tuple(lines)),
            Grid("", ("step", "asked", "answer", "in the patient's words"), tuple(asked)),
            Grid("", ("cause", "stated"), tuple(believed)),
            Paragraph((f"Cost so far {self.cost:g}, burden {self.burden}.",)),
        )
        seed = "" if self.seed is None else f", seed {self.seed}"
        about = f"difficulty {self.difficulty}, kind {self.kind}{seed}, {self._state}"
        return f"{meta.title}: a virtual patient ({about})", blocks, meta.disclaimer

    @property
    def _state(self) -> str:
        return "closed" if self.closed else "open"

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw what was stated last as bars, the most probable first."""
        stated = self._stated_by_label
        ax = lines_of([label for label, _ in stated], ax)
        ax.barh(range(len(stated)), [share for _, share in stated], color=BLUE, height=0.62)
        for place, (_, share) in enumerate(stated):
            write(ax, share, place, f" {percent(share)}")
        if not stated:
            ax.text(0.5, 0.5, "nothing stated yet", ha="center", transform=ax.transAxes)
        ax.set_xlim(0.0, 1.12)
        ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
        return finished(ax, "stated probability")

    @property
    def _stated_by_label(self) -> list[tuple[str, float]]:
        """What was stated last of each cause, the most probable first."""
        stated = sorted(self.stated.items(), key=lambda item: -item[1])
        return [(self.data.knowledge.label(id), p) for id, p in stated]

    def __repr__(self) -> str:
        asked = sum(1 for step in self.steps if step.asked)
        return f"PracticeCase({asked} asked, {self._state})"


def uncertainty_of(case: Situation) -> float:
    """Uncertainty in bits: the entropies of P(it explains the complaint), over all causes."""
    return sum(entropy(min(1.0, max(0.0, p))) for p in case.exact.values())


def best_of(case: Situation, *, free: bool) -> tuple[str, float]:
    """Id and bits of the open question with the largest expected gain; empty and 0 for none.

    Free are questions that cost nothing now: asking, looking, and results of an examination
    that is paid already; looked for is among these, or among the others.
    """
    gains = {id: bits for id, bits in case.gains.items() if (case.price_of(id) == 0.0) == free}
    return next(iter(gains.items()), ("", 0.0))


@checked
def case_to_json(case: Situation) -> str:
    """A case as JSON text: its truth, and every step, all names as ids."""
    steps: list[dict[str, object]] = []
    for step in case.steps:
        if step.stated:
            steps.append({"state": dict(step.stated)})
        elif step.hinted:
            steps.append({"hint": list(step.hinted)})
        elif step.whole:
            steps.append({"examine": step.method})
        else:
            steps.append({"ask": step.asked[0]})
    content = {
        "format": FORMAT,
        "version": VERSION,
        "lexicon": case.data.lexicon,
        "setting": case.data.setting,
        "layer": case.data.knowledge.layer,
        "seed": case.seed,
        "difficulty": case.difficulty,
        "kind": case.kind,
        "told": list(case.told),
        "truth": dict(case.truth),
        "steps": steps,
        "closed": case.closed,
        "advice": case.advice,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was asked, probabilities that were stated, or a hint that was taken."""

    #: ids of the nodes whose state was given; empty where nothing was asked
    asked: tuple[str, ...] = ()
    method: str = ""  #: id of what finds it out; empty where asking or looking does
    whole: bool = False  #: whether it was ordered with all its results
    cost: float = 0.0  #: what this step added, in the units of the folder
    burden: int = 0  #: the same
    #: P(it explains the complaint) by cause; empty where nothing was stated
    stated: Mapping[str, float] = field(default_factory=dict)
    hinted: tuple[str, ...] = ()  #: ids of what a hint named


def probabilities_by_id(data: ModelData, stated: Mapping[str, float]) -> dict[str, float]:
    """Stated probabilities by id of the cause."""
    if not isinstance(stated, Mapping) or not stated:
        example = json.dumps({example_causes(data.knowledge)[0]: 0.4})
        message = (
            f"Probabilities are stated by cause, at least one, such as {example}. "
            f"Got {shown(stated)}."
        )
        raise EvidenceError(message)
    probabilities: dict[str, float] = {}
    for name, value in stated.items():
        id = data.cause_named(name)
        if not is_share(value):
            message = f"'{name}' must be a probability between 0 and 1. Got {shown(value)}."
            if isinstance(value, int | float) and 1.0 < value <= 100.0:
                message += f" For {value:g} % say {value / 100:g}."
            raise EvidenceError(message)
        if id in probabilities:
            message = f"'{name}' names a cause that is stated already. State each cause once."
            raise EvidenceError(message)
        probabilities[id] = float(value)
    return probabilities
